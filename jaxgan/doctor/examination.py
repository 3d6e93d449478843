"""The diagnoses in their order, and the two ways to ask for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import jax
from jaxtyping import Array, Key

from jaxgan.doctor import course, examples, fit, labels, purity, signal
from jaxgan.doctor.bound import unbounded_critic
from jaxgan.doctor.clipping import clipped_scales
from jaxgan.doctor.coupling import coupled_critic
from jaxgan.doctor.devices import device_dependent
from jaxgan.doctor.finding import Finding, said
from jaxgan.doctor.forecast import forecast, memory
from jaxgan.doctor.patient import Patient
from jaxgan.doctor.ranges import output_range
from jaxgan.doctor.reach import penalty_unreached
from jaxgan.doctor.report import Report
from jaxgan.doctor.starvation import starved_critic
from jaxgan.training import Networks, Recipe
from jaxgan.types import Dataset

__all__ = ["STAGES", "check", "examine"]

Diagnosis = Callable[[Patient], Iterator[Finding]]

STAGES: dict[str, tuple[Diagnosis, ...]] = {
    "data": (
        examples.data_type,
        examples.data_not_finite,
        examples.batch_size,
        examples.constant_features,
        labels.labels,
    ),
    "players": (fit.no_state,),
    "types": (fit.score_shape, fit.parameter_type),
    "step": (fit.no_step,),
    "memory": (memory,),
    "purity": (purity.impure,),
    "networks": (
        labels.label_range,
        output_range,
        coupled_critic,
        unbounded_critic,
        clipped_scales,
    ),
    "first steps": (course.not_finite, course.no_update),
    "gradients": (signal.dead_critic,),
    "reach": (signal.no_generator_gradient, penalty_unreached),
    "training": (starved_critic, device_dependent),
}
"""A stage is looked at if those before it have no fault: it would measure their consequences."""


def examine(
    networks: Networks,
    recipe: Recipe,
    data: Dataset,
    *,
    batch_size: int = 64,
    steps: int = 10_000,
    devices: int = 2,
    key: Key[Array, ""] | None = None,
) -> Report:
    """Looks for what would spoil a training, by measuring the parts and taking a few steps.

    Args:
        networks: who plays.
        recipe: how they play.
        data: what they play on.
        batch_size: examples per step, as they will be trained.
        steps: generator steps that are planned, for the forecast.
        devices: over how many a step is split, by `vmap`, to compare it with that on one.
        key: of the parameters and of all draws; `jax.random.key(0)` if None.

    Returns:
        Findings, a forecast if the first steps could be taken, and what was not examined.

    >>> from jaxgan import architectures, data, recipes
    >>> points = data.load("eight_gaussians")
    >>> examine(architectures.mlp((2,), width=8), recipes.wgan_gp(), points).findings
    ()
    """
    patient = Patient(
        networks,
        recipe,
        data,
        batch_size,
        steps,
        devices,
        jax.random.key(0) if key is None else key,
    )
    findings: list[Finding] = []
    skipped: list[str] = []
    for stage, diagnoses in STAGES.items():
        if any(finding.fault for finding in findings):
            skipped.append(f"{stage}: mend what is above first")
            continue
        findings += [found for diagnosis in diagnoses for found in _ask(diagnosis, patient)]
    return Report(tuple(findings), forecast(patient) if _walked(patient) else None, tuple(skipped))


def check(networks: Networks, recipe: Recipe, data: Dataset, **options: Any) -> None:
    """Fails where `examine` finds a fault: for a test of one's own networks.

    Args:
        networks: who plays.
        recipe: how they play.
        data: what they play on.
        **options: those of `examine`.

    Raises:
        AssertionError: there is a fault; the message is the report.

    >>> from jaxgan import architectures, data, recipes
    >>> points = data.load("eight_gaussians")
    >>> check(architectures.mlp((3,), width=8), recipes.wgan_gp(), points)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    AssertionError: fault: does-not-fit
      what    ValueError: the generator makes examples of shape (3,) but the data has (2,): ...
    """
    report = examine(networks, recipe, data, **options)
    if report.faults:
        raise AssertionError(str(report))


def _ask(diagnosis: Diagnosis, patient: Patient) -> list[Finding]:
    """The findings of a diagnosis; one that fails must not hide those of the others."""
    try:
        return list(diagnosis(patient))
    except Exception as error:
        return [
            Finding(
                "not-examined",
                f"{diagnosis.__name__} stopped with {said(error)}",
                "it says nothing about this setup, neither good nor bad",
                "if the networks are not the cause, report it as an error of jaxgan",
                fault=False,
            )
        ]


def _walked(patient: Patient) -> bool:
    """Whether the first steps were taken."""
    return "course" in vars(patient)
