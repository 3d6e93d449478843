"""The diagnoses in order, and the two functions that run them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

import jax
from jaxtyping import Array, Key

from jaxgan.data.stream import in_memory
from jaxgan.doctor import (
    data_values,
    first_steps,
    gradients,
    labels,
    repeatability,
    shapes,
    update_sizes,
)
from jaxgan.doctor.batch_dependence import coupled_critic
from jaxgan.doctor.channel_norm import channel_norm
from jaxgan.doctor.clipped_scales import clipped_scales
from jaxgan.doctor.critic_speed import starved_critic
from jaxgan.doctor.devices import device_dependent
from jaxgan.doctor.finding import Finding, error_text
from jaxgan.doctor.forecast import forecast, memory
from jaxgan.doctor.latents import ignored_latent
from jaxgan.doctor.loss_direction import wrong_direction
from jaxgan.doctor.output_range import output_range
from jaxgan.doctor.penalty_effect import penalty_effect
from jaxgan.doctor.report import Report
from jaxgan.doctor.score_range import score_range
from jaxgan.doctor.subject import Subject
from jaxgan.doctor.unbounded_critic import unbounded_critic
from jaxgan.training import Setup
from jaxgan.training.setup import check_setup
from jaxgan.types import check_number

__all__ = ["STAGES", "check", "examine"]

Diagnosis = Callable[[Subject], Iterator[Finding]]

STAGES: dict[str, tuple[Diagnosis, ...]] = {
    "data": (
        data_values.data_type,
        data_values.data_not_finite,
        data_values.constant_features,
        labels.labels,
    ),
    "players": (shapes.no_state,),
    "types": (shapes.parameter_type,),
    "step": (shapes.no_step,),
    "memory": (memory,),
    "repeatability": (repeatability.impure,),
    "losses": (wrong_direction, score_range),
    "networks": (
        labels.label_range,
        labels.ignored_labels,
        ignored_latent,
        output_range,
        coupled_critic,
        unbounded_critic,
        clipped_scales,
        channel_norm,
    ),
    "first steps": (first_steps.not_finite, update_sizes.no_update, update_sizes.large_update),
    "gradients": (gradients.dead_critic, gradients.ignored_inputs),
    "reach": (gradients.no_generator_gradient, update_sizes.vanishing_gradient, penalty_effect),
    "training": (starved_critic, device_dependent),
}
"""A stage is run if the earlier ones have no fault: it would measure their consequences."""


def examine(setup: Setup, *, devices: int = 2, key: Key[Array, ""] | None = None) -> Report:
    """Looks for faults by measuring networks, recipe and data and by taking a few steps.

    Args:
        setup: networks, recipe, data, batch size and planned steps; of a stream, a random sample is
            examined.
        devices: number of parts into which `vmap` splits a step, to compare it with one device.
        key: the key of the parameters and of all draws; `jax.random.key(0)` if None.

    Returns:
        Findings, a forecast if the first steps were taken, and the stages that were not run.

    >>> from jaxgan import data, recipes
    >>> from jaxgan.networks import presets
    >>> networks, points = presets.mlp((2,), width=8), data.load("eight_gaussians")
    >>> examine(Setup(networks, recipes.wgan_gp(), points)).findings
    ()
    """
    check_setup(setup)
    check_number("devices", devices, "an integer of at least 1", "1 compares nothing")
    setup = dataclasses.replace(setup, data=in_memory(setup.data))
    subject = Subject(setup, devices, jax.random.key(0) if key is None else key)
    findings: list[Finding] = []
    skipped: list[str] = []
    for stage, diagnoses in STAGES.items():
        if any(finding.fault for finding in findings):
            skipped.append(f"{stage}: fix the faults above first")
            continue
        findings += [found for diagnosis in diagnoses for found in _run(diagnosis, subject)]
    return Report(
        tuple(findings), forecast(subject) if _took_steps(subject) else None, tuple(skipped)
    )


def check(setup: Setup, **options: Any) -> None:
    """Raises an error if `examine` finds a fault, for tests of your own networks.

    Args:
        setup: networks, recipe, data, batch size and planned steps.
        **options: options of `examine`.

    Raises:
        AssertionError: there is a fault; the message is the report.

    >>> from jaxgan import data, recipes
    >>> from jaxgan.networks import presets
    >>> networks, points = presets.mlp((3,), width=8), data.load("eight_gaussians")
    >>> check(Setup(networks, recipes.wgan_gp(), points))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    AssertionError: fault: does-not-fit
      what    ValueError: the generator makes examples of shape (3,) but the data has (2,): ...
    """
    report = examine(setup, **options)
    if report.faults:
        raise AssertionError(str(report))


def _run(diagnosis: Diagnosis, subject: Subject) -> list[Finding]:
    """The findings of a diagnosis; an error in one must not hide the findings of others."""
    try:
        return list(diagnosis(subject))
    except Exception as error:
        return [
            Finding(
                "not-examined",
                f"{diagnosis.__name__} stopped with {error_text(error)}",
                "this diagnosis has no result for this setup",
                "if your networks are not the cause, report it as a bug in jaxgan",
                fault=False,
            )
        ]


def _took_steps(subject: Subject) -> bool:
    """Whether the first steps were taken."""
    return "first_steps" in vars(subject)
