"""Windows of a text as one-hot characters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

from jaxgan.types import Dataset, check_number

__all__ = ["Text", "from_text"]

OTHER = "\ufffd"
"""The character that stands for all others: the replacement character of Unicode."""


class Text(NamedTuple):
    """Windows of a text.

    Attributes:
        tokens: `[n, length]` positions in the alphabet.
        alphabet: the characters, the most frequent first; the last one stands for all others.
    """

    tokens: np.ndarray
    alphabet: str

    def one_hot(self) -> Dataset:
        """The windows as a data set, float32 `[n, length, characters]` on the device."""
        return Dataset(jax.nn.one_hot(jnp.asarray(self.tokens), len(self.alphabet)))

    def decode(self, rows: Array | np.ndarray) -> list[str]:
        """Texts from `[n, length, characters]`, by the largest entry of each row."""
        return ["".join(self.alphabet[i] for i in row) for row in np.asarray(rows).argmax(axis=-1)]


def from_text(text: str | Iterable[str], length: int = 32, characters: int = 64) -> Text:
    """Consecutive windows of a text, with the most frequent characters as the alphabet.

    White space of any length becomes one space, and a rest shorter than a window is left out.

    Args:
        text: the text, or its parts in order.
        length: characters per window.
        characters: size of the alphabet, including one that stands for all rarer characters.

    Returns:
        The windows and the alphabet.

    Raises:
        TypeError: a number is not an integer.
        ValueError: the text is shorter than a window, or a number is outside its range.

    >>> text = from_text("abab  abacab", length=4, characters=3)
    >>> text.alphabet[:2], text.tokens.tolist()  # "abab", " aba"
    ('ab', [[0, 1, 0, 1], [2, 0, 1, 0]])
    >>> text.one_hot().real.shape, text.decode(text.one_hot().real)[0]
    ((2, 4, 3), 'abab')
    """
    check_number("length", length, "an integer of at least 1", "give the characters of a window")
    check_number("characters", characters, "an integer of at least 2", "give the alphabet's size")
    parts = [text] if isinstance(text, str) or not isinstance(text, Iterable) else list(text)
    if not all(isinstance(part, str) for part in parts):
        kind = type(text).__name__
        raise TypeError(f"text must be a text or its parts, got {kind}: decode bytes before")
    whole = " ".join(" ".join(parts).split())
    if len(whole) < length:
        raise ValueError(
            f"the text has {len(whole)} characters, less than one window of length={length}: give "
            "a longer text or shorter windows"
        )
    common = sorted(Counter(whole).items(), key=lambda pair: (-pair[1], pair[0]))
    alphabet = "".join(character for character, _ in common[: characters - 1]) + OTHER
    place = {character: i for i, character in enumerate(alphabet)}
    tokens = np.array([place.get(one, len(alphabet) - 1) for one in whole], np.int32)
    return Text(tokens[: len(tokens) // length * length].reshape(-1, length), alphabet)
