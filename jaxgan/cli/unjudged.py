"""Trainings as an experiment without claims."""

from __future__ import annotations

from collections.abc import Sequence

from jaxgan.cli.catalogue import build
from jaxgan.cli.setups import cell_name, setup_of, setups_of
from jaxgan.networks.conditional import takes_labels
from jaxgan.study import (
    Curves,
    Experiment,
    ImageMeasure,
    Interpolation,
    Neighbors,
    Picture,
    PointMeasure,
    Points,
    Progress,
    Real,
    Samples,
    Scale,
    Training,
)
from jaxgan.study.results import REAL
from jaxgan.study.sample_score import SampleScore, why_unscored

__all__ = ["unjudged"]

BY_CLASS = (
    "Samples at the last moment, not selected, a row per class with the same latents, beside real "
    "examples drawn at random; seed 0."
)


def unjudged(
    data: str,
    recipe: str,
    networks: str,
    steps: int,
    batch_size: int,
    objective: str | None = None,
    penalty: str | None = None,
    *,
    sweep: bool = False,
    scores: Sequence[str] = (),
) -> Experiment:
    """The experiment that `jaxgan train` or `jaxgan sweep` runs: trainings without claims.

    Args:
        data: see `setups.setup_of`, as for the other arguments.
        recipe: a recipe, such as "wgan_gp(weight=0.1)".
        networks: networks, such as "mlp(width=64)".
        steps: generator steps.
        batch_size: examples per critic step.
        objective: an objective that replaces the recipe's.
        penalty: a penalty that replaces the recipe's.
        sweep: whether lists as arguments are crossed; otherwise they are refused.
        scores: metrics to take if the data are images with labels.

    Returns:
        An experiment with one training, named after the recipe, or one for each combination.

    Raises:
        ValueError: unknown names or arguments.

    >>> experiment = unjudged("swiss_roll", "wgan_gp", "mlp(width=8)", 100, 64)
    >>> list(experiment.scales["small"].cells())
    ['real', 'wgan_gp']
    """
    texts = {"recipe": recipe, "networks": networks, "objective": objective, "penalty": penalty}
    words = {"data": data, "steps": steps, "batch_size": batch_size, **texts}
    setups = setups_of(**words) if sweep else {cell_name(recipe): setup_of(**words)}
    if REAL in setups:
        raise ValueError(f"recipe {recipe}: the name {REAL!r} is that of the data, choose another")
    first = next(iter(setups.values()))
    shape = first.data.real.shape[1:]
    reason = why_unscored(first.data) if scores else "none were asked for"
    score = None if reason else SampleScore(first.data, tuple(build("metric", s) for s in scores))
    metrics = {} if score is None else score.described(first)
    measure = _measure(shape, score)
    cells = {REAL: Real(first.data, None if score is None else score.real)}
    cells |= {name: Training(setup, measure) for name, setup in setups.items()}
    return Experiment(
        f"{networks} networks trained with {recipe} on {data}.",
        metrics=metrics,
        protocol=score.protocol(metrics)
        if score
        else f"No scores are computed ({reason}): look at the samples.",
        pictures=_pictures(next(iter(setups)), shape, takes_labels(first.networks.generator)),
        scales={"small": Scale(lambda: cells, seeds=1)},
    )


def _measure(shape: tuple[int, ...], score: SampleScore | None) -> ImageMeasure | PointMeasure:
    if score is not None:
        return ImageMeasure(score, score.samples)
    return ImageMeasure() if len(shape) == 3 else PointMeasure()


def _pictures(name: str, shape: tuple[int, ...], labels: bool) -> tuple[Picture, ...]:
    if len(shape) == 3:
        samples = Samples(caption=BY_CLASS) if labels else Samples()
        return (samples, Progress(), Curves(), Interpolation(), Neighbors(cell=name))
    return (Points(), Curves()) if shape == (2,) else (Curves(),)
