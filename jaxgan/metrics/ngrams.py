"""The distance of two texts by the frequencies of their n-grams."""

from __future__ import annotations

import math

import numpy as np
from jax.typing import ArrayLike
from jaxtyping import Int
from scipy.special import entr

from jaxgan.types import check_number

__all__ = ["ngram_js"]


def ngram_js(
    fake: Int[ArrayLike, "n length"], real: Int[ArrayLike, "m other_length"], n: int
) -> float:
    r"""The Jensen-Shannon divergence of the n-grams of two sets of texts, in bits.

    $$H\!\left(\tfrac{p + q}{2}\right) - \tfrac{1}{2} H(p) - \tfrac{1}{2} H(q)$$

    in base 2, with p and q the frequencies of runs of n tokens: in [0, 1], 0 for equal frequencies
    and 1 if no n-gram is in both. Few texts have a positive bias, so compare it with the value of
    as many held-out texts.

    Args:
        fake: tokens, integers from 0.
        real: tokens.
        n: tokens of an n-gram, at most the length of a text.

    Returns:
        The divergence.

    Raises:
        ValueError: a text is shorter than n, or n is less than 1.

    >>> fake, real = np.array([[0, 0, 1, 1]]), np.array([[0, 0, 0, 0]])
    >>> round(ngram_js(fake, real, 1), 4)  # h(1/4) - h(1/2) / 2
    0.3113

    Reference: Gulrajani et al., Improved Training of Wasserstein GANs, 2017, language_helpers.py of
    its code, which divides by log 2. https://github.com/igul222/improved_wgan_training
    """
    check_number("n", n, "an integer of at least 1", "give the tokens of an n-gram")
    grams = [_grams(name, np.asarray(x), n) for name, x in (("fake", fake), ("real", real))]
    _, index = np.unique(np.concatenate(grams), axis=0, return_inverse=True)
    parts = np.split(index.ravel(), [len(grams[0])])
    p, q = (np.bincount(part, minlength=index.max() + 1) / len(part) for part in parts)
    js = entr((p + q) / 2).sum() - (entr(p).sum() + entr(q).sum()) / 2
    return float(js / math.log(2))


def _grams(name: str, tokens: np.ndarray, n: int) -> np.ndarray:
    if tokens.ndim != 2 or not tokens.size or not np.issubdtype(tokens.dtype, np.integer):
        raise ValueError(
            f"{name} must be tokens, got {tokens.dtype} {tokens.shape}: give integers [n, length]"
        )
    if tokens.shape[1] < n:
        raise ValueError(f"n={n}, but a text has {tokens.shape[1]} tokens: give a smaller n")
    return np.lib.stride_tricks.sliding_window_view(tokens, n, axis=1).reshape(-1, n)
