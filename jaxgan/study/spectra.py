"""Singular values of a critic's layers, and how many of them matter."""

from __future__ import annotations

import re

import numpy as np
from flax.traverse_util import flatten_dict
from jax.typing import ArrayLike
from jaxtyping import Num

from jaxgan.training import TrainState

__all__ = ["critic_spectra", "effective_rank"]

NORMALIZATION = re.compile(r"(Spectral|Weight)Norm_\d+/")


def critic_spectra(state: TrainState) -> dict[str, np.ndarray]:
    """The singular values of every kernel of the critic as it is applied, by layer.

    A kernel `[..., inputs, features]` is the matrix `[inputs at all positions, features]`, after
    spectral or weight normalization: W / sigma with the sigma of one power iteration from the
    stored u, or g w / ||w|| for each feature's weights w.

    Args:
        state: the training's state.

    Returns:
        Per layer, such as "Conv_0", singular values from the largest to the smallest.

    Reference: Miyato et al., Spectral Normalization for Generative Adversarial Networks, 2018,
    Section 2.1. https://arxiv.org/abs/1802.05957
    """
    critic = state.critic
    stored = flatten_dict(critic.params, sep="/")
    stored |= flatten_dict(critic.stats.get("batch_stats", {}), sep="/")
    found = {NORMALIZATION.sub("", path): np.asarray(x, float) for path, x in stored.items()}
    spectra = {}
    for path in [path for path in found if path.endswith("/kernel")]:
        matrix = found[path].reshape(-1, found[path].shape[-1])
        if f"{path}/u" in found:
            v = matrix @ found[f"{path}/u"][0]
            matrix = matrix * np.linalg.norm(v) / np.linalg.norm(v @ matrix)
        if f"{path}/scale" in found:
            matrix = matrix / np.linalg.norm(matrix, axis=0) * found[f"{path}/scale"]
        spectra[path.removesuffix("/kernel")] = np.linalg.svd(matrix, compute_uv=False)
    return spectra


def effective_rank(values: Num[ArrayLike, " n"]) -> float:
    """exp of the entropy of the squared singular values as shares of their sum.

    Args:
        values: singular values, `[n]`.

    Returns:
        A number in [1, n]: n if all are equal, 1 if one is all that is not 0.

    >>> round(effective_rank(np.array([2.0, 2.0, 0.0])), 6)
    2.0
    """
    shares = np.square(values) / np.sum(np.square(values))
    return float(np.exp(-(shares * np.log(np.maximum(shares, 1e-30))).sum()))
