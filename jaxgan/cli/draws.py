"""The draws of the commands that read a trained generator: their key, labels and file names."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jaxtyping import Array, Key

    from jaxgan.cli.sources import Trained
    from jaxgan.data import Stream
    from jaxgan.types import Dataset

__all__ = ["asked_labels", "check_draw", "draw_key", "stem_of"]


def check_draw(draw_seed: int, **counts: int) -> None:
    """Checks the seed and the numbers of a draw before anything is read.

    Args:
        draw_seed: seed of the latents.
        **counts: numbers that must be at least 1, by the name of their option.

    Raises:
        ValueError: one is out of range.

    >>> check_draw(0, n=1)
    """
    for name, value in counts.items():
        if value < 1:
            raise ValueError(f"--{name} must be at least 1, got {value}")
    if not 0 <= draw_seed < 2**31:
        raise ValueError(f"--draw-seed must be from 0 to 2^31 - 1, got {draw_seed}")


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
        raise ValueError(
            f"the generator {type(setup.networks.generator).__name__} uses no labels: leave out "
            "--label and --labels, or train a conditional one"
        )
    known = classes_of(setup.data).tolist()
    return known if label is None else [_label(label, setup.data, known)]


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
    raise ValueError(f"--label must be a class of the data, {known[0]} to {known[-1]}, got {text}")


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
