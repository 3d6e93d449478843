"""Whether networks, recipe and data fit together: shapes and types."""

from __future__ import annotations

from collections.abc import Iterator

import jax
from jaxtyping import Array

from jaxgan.doctor.finding import Finding, said
from jaxgan.doctor.subject import Subject

__all__ = ["no_state", "no_step", "parameter_type", "score_shape"]


def no_state(subject: Subject) -> Iterator[Finding]:
    """Whatever stops the players from being made."""
    try:
        _ = subject.state
    except Exception as error:  # a user's module may raise anything
        yield _does_not_fit(subject, error)


def no_step(subject: Subject) -> Iterator[Finding]:
    """Whatever stops the first step from being built."""
    try:
        _ = subject.traced
    except Exception as error:
        yield _does_not_fit(subject, error)


def _does_not_fit(subject: Subject, error: Exception) -> Finding:
    return Finding(
        "does-not-fit",
        said(error),
        "no step can be taken",
        f"the data's examples have shape {subject.setup.data.real.shape[1:]}: the generator maps "
        "latents [batch, size] to [batch, *that], the critic maps these to [batch] scores, or to "
        "features if the objective compares those",
    )


def score_shape(subject: Subject) -> Iterator[Finding]:
    """Scores that are not `[batch]`; features `[batch, d]` are, for objectives that take them."""
    probe = subject.probe
    try:
        shape = jax.eval_shape(subject.scores, subject.state.critic, probe.real, probe).shape
    except Exception:  # then no step can be built either, and that says why
        return
    if shape[0] != subject.setup.batch_size or (subject.n_critic and shape[1:] == (1,)):
        yield Finding(
            "score-shape",
            f"the critic {type(subject.setup.networks.critic).__name__} gives scores of shape "
            f"{shape} for a batch of {subject.setup.batch_size}",
            "one score less another then broadcasts: [batch, 1] with [batch] are batch x batch "
            "pairs, and a mean over them is another loss without an error",
            f"return [{subject.setup.batch_size}], as with x[:, 0] after the last Dense(1)",
        )


def parameter_type(subject: Subject) -> Iterator[Finding]:
    """Parameters that are not float32."""
    for role in ("generator", "critic"):
        leaves = jax.tree_util.tree_leaves_with_path(getattr(subject.state, role).params)
        odd = [(path, leaf) for path, leaf in leaves if str(leaf.dtype) != "float32"]
        if odd:
            yield _odd_type(role, *odd[0], len(odd), len(leaves))


def _odd_type(role: str, path: tuple, leaf: Array, odd: int, leaves: int) -> Finding:
    name = jax.tree_util.keystr(path, simple=True, separator="/")
    return Finding(
        "parameter-type",
        f"{odd} of {leaves} parameters of the {role} are not float32, first {name}: {leaf.dtype}",
        "16 bits keep 3 digits, fewer than an update of a learning rate of 1e-4 needs; 64 bits "
        "are slow on accelerators",
        "param_dtype=jnp.float32 in the module; Recipe(compute_dtype='bfloat16') computes in 16 "
        "bits and keeps the parameters in 32",
        fault=leaf.dtype.itemsize < 4,
    )
