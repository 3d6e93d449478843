"""Whether networks, recipe and data fit together: shapes and types."""

from __future__ import annotations

from collections.abc import Iterator

import jax
from jaxtyping import Array

from jaxgan.doctor.finding import Finding, error_text
from jaxgan.doctor.subject import Subject

__all__ = ["no_state", "no_step", "parameter_type"]


def no_state(subject: Subject) -> Iterator[Finding]:
    """Any error in creating the state."""
    try:
        _ = subject.state
    except Exception as error:  # a user's module may raise anything
        yield _does_not_fit(subject, error)


def no_step(subject: Subject) -> Iterator[Finding]:
    """Any error in tracing the first step."""
    try:
        _ = subject.traced
    except Exception as error:
        yield _does_not_fit(subject, error)


def _does_not_fit(subject: Subject, error: Exception) -> Finding:
    return Finding(
        "does-not-fit",
        error_text(error),
        "no step can be taken",
        f"the data's examples have shape {subject.setup.data.real.shape[1:]}: the generator maps "
        "latents [batch, size] to examples [batch, *shape], the critic maps examples to scores "
        "[batch], or to features if the objective compares features",
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
        "16 bits have 3 digits, too few for updates with a learning rate of 1e-4; 64 bits are slow "
        "on accelerators",
        "set param_dtype=jnp.float32 in the module; Recipe(compute_dtype='bfloat16') computes in "
        "16 bits and keeps the parameters in 32",
        fault=leaf.dtype.itemsize < 4,
    )
