"""The draws of the commands that read a trained generator: their key, labels and file names."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flax import linen as nn
    from jaxtyping import Array, Key

    from jaxgan.cli.sources import Trained
    from jaxgan.data import Stream
    from jaxgan.training import Setup
    from jaxgan.types import Dataset

__all__ = [
    "MOST",
    "asked_labels",
    "check_draw",
    "check_labels",
    "check_seed",
    "draw_key",
    "stem_of",
]

MOST = 1_000_000
"""The largest number of examples, which are generated together."""


def check_draw(draw_seed: int, **counts: int) -> None:
    """Checks the seed and the numbers of a draw before anything is read.

    Args:
        draw_seed: seed of the latents.
        **counts: numbers from 1 to `MOST`, by the name of their option.

    Raises:
        ValueError: one is out of range.

    >>> check_draw(0, n=1)
    """
    for name, value in counts.items():
        if not 1 <= value <= MOST:
            raise ValueError(
                f"--{name} must be from 1 to {MOST:,}, got {value}: for more draw several times"
            )
    check_seed("--draw-seed", draw_seed)


def check_seed(option: str, seed: int) -> None:
    """Checks the value of an option that is a seed.

    >>> check_seed("--draw-seed", 0)
    """
    if not 0 <= seed < 2**31:
        raise ValueError(f"{option} must be from 0 to 2^31 - 1, got {seed}: use another")


def check_labels(setup: Setup, label: str | None, *, every: bool) -> None:
    """Checks the options for classes before a state is read.

    Args:
        setup: the training's setup.
        label: the value of `--label`, the name of a class or its number.
        every: whether all classes are asked for.

    Raises:
        ValueError: the generator takes no labels, or the data have no such class.
    """
    from jaxgan.networks.conditional import takes_labels
    from jaxgan.study.classes import classes_of

    data, generator = setup.data, setup.networks.generator
    if label is None and not every:
        return
    if data.labels is None or not takes_labels(generator):
        raise _no_labels(generator, label)
    if label is not None:
        _label(label, data, classes_of(data).tolist())


def draw_key(found: Trained, draw_seed: int) -> Key[Array, ""]:
    """The key of a draw: that of the run's pictures for draw seed 0.

    Args:
        found: the training.
        draw_seed: seed of the latents.

    Returns:
        A key.
    """
    import jax

    from jaxgan.study.moment import latent_key

    key = latent_key(found.seed)
    return jax.random.fold_in(key, 1 + draw_seed) if draw_seed else key


def asked_labels(found: Trained, label: str | None, *, every: bool) -> list[int] | None:
    """The classes that the options ask for.

    Args:
        found: the training.
        label: the value of `--label`, the name of a class or its number.
        every: whether all classes are asked for.

    Returns:
        Labels, or None if neither option is given.

    Raises:
        ValueError: the generator does not use labels, or the data have no such class.
    """
    from jaxgan.study.classes import classes_of, conditional

    if label is None and not every:
        return None
    setup = found.setup
    if not conditional(setup.networks, found.state, setup.data):
        raise _no_labels(setup.networks.generator, label)
    known = classes_of(setup.data).tolist()
    return known if label is None else [_label(label, setup.data, known)]


def _no_labels(generator: nn.Module, label: str | None) -> ValueError:
    given = "--labels all" if label is None else f"--label {label}"
    return ValueError(
        f"the generator {type(generator).__name__} uses no labels: leave out {given}, or train a "
        "conditional one"
    )


def _label(text: str, data: Dataset | Stream, known: list[int]) -> int:
    """The class with this name, otherwise with this number."""
    from jaxgan.data.names import class_name
    from jaxgan.types import unknown

    names = {class_name(data, label): label for label in known}
    if text in names:
        return names[text]
    if text.isdecimal() and int(text) in known:
        return int(text)
    if data.names is not None:
        raise unknown("class in --label", text, names)
    raise ValueError(
        f"--label must be a class of the data, {known[0]} to {known[-1]}, got {text}: choose one"
    )


def stem_of(
    begin: str,
    cell: str | None,
    seed: int,
    draw_seed: int,
    label: int | None = None,
    *,
    best: bool,
) -> str:
    """The name of a file without its ending; what has its default is not part of it.

    >>> stem_of("samples-64", None, 0, 1, best=True)
    'samples-64-best-draw-1'
    """
    given = {"": cell, "seed-": seed, "best": "" if best else None, "draw-": draw_seed}
    parts = [f"{name}{value}" for name, value in given.items() if value not in (None, 0)]
    return "-".join([begin, *([] if label is None else [f"label-{label}"]), *parts])
