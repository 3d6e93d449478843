"""Whether the critic has a slope at all examples and inputs, and the generator a gradient."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from jaxtyping import Array

from jaxgan.doctor.finding import Finding
from jaxgan.doctor.subject import Subject
from jaxgan.training import Player

__all__ = ["dead_critic", "ignored_inputs", "no_generator_gradient"]

PART = 0.05
"""Share of an example without a slope: strided windows may leave out a last row and column."""
QUARTER = 0.25


def dead_critic(subject: Subject) -> Iterator[Finding]:
    """A critic whose slope is exactly zero at every real or every fake example after some steps.

    A last layer that starts at zero is not reported: the first step changes it.
    """
    if not subject.n_critic:
        return
    probe, state = subject.probe, subject.first_steps.state
    fake = subject.fakes(state.generator, probe)
    critic = type(subject.setup.networks.critic).__name__
    flat = {
        kind: float(_flat(subject, state.critic, x).all(axis=1).mean())
        for kind, x in {"real": probe.real, "fake": fake}.items()
    }
    if max(flat.values()) == 1:
        spread = np.ptp(np.asarray(subject.scores(state.critic, probe.real, probe)))
        yield Finding(
            "dead-critic",
            f"after {len(subject.first_steps.seconds)} steps the slope of the critic {critic} is "
            f"zero at {flat['real']:.0%} of the real and {flat['fake']:.0%} of the fake "
            f"examples; its real scores span {spread:.3g}",
            "the generator learns through that slope, and the penalties depend on it",
            "look for ReLUs that are never active (a negative bias), a tanh or sigmoid with large "
            "inputs, a step function (round, sign, argmax), or stop_gradient",
        )


def ignored_inputs(subject: Subject) -> Iterator[Finding]:
    """Parts of an example at which the critic has no slope, for all real examples and all fakes."""
    if not subject.n_critic:
        return
    probe, state = subject.probe, subject.first_steps.state
    examples = probe.real, subject.fakes(state.generator, probe)
    unused = np.stack([_flat(subject, state.critic, x).all(axis=0) for x in examples]).all(axis=0)
    share = float(unused.mean())
    if PART <= share < 1:
        shape = probe.real.shape[1:]
        first, last = (np.unravel_index(i, shape) for i in np.flatnonzero(unused)[[0, -1]])
        yield Finding(
            "ignored-inputs",
            f"the scores do not depend on {share:.0%} of the {unused.size} numbers of an example "
            f"{tuple(shape)}, from index {tuple(map(int, first))} to {tuple(map(int, last))}: the "
            f"slope is zero there for {2 * len(probe.real)} examples",
            "the generator gets no gradient for them, and its outputs there stay arbitrary",
            "look for a slice or mask of the critic's input, or for strides and padding that leave "
            "out a border (padding='SAME')",
            fault=share >= QUARTER,
        )


def _flat(subject: Subject, critic: Player, x: Array) -> np.ndarray:
    """Where no score or feature of the critic has a slope, `[batch, numbers of an example]`."""
    slopes = np.asarray(subject.slopes(critic, x, subject.probe, subject.weights()))
    return slopes.reshape(len(slopes), -1) == 0


def no_generator_gradient(subject: Subject) -> Iterator[Finding]:
    """A gradient of the generator's loss that is exactly zero at every step."""
    gradients = subject.first_steps.metrics["generator/gradient_norm"]
    if not gradients.any():
        yield Finding(
            "no-generator-gradient",
            f"the gradient of the generator's loss is zero at each of {len(gradients)} steps, "
            "although the critic has a slope",
            "the generator does not learn",
            "look for a saturated last tanh or sigmoid (large weights or latents), "
            "stop_gradient, a saturating objective with a confident critic, or a kernel far wider "
            "than the distances of the critic's features (a small clip over many layers)",
        )
