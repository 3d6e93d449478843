"""The critic as penalties receive it: a function of a batch."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from jaxtyping import Array, Float, Key

__all__ = ["CriticFunction"]


class CriticFunction(NamedTuple):
    """The critic as a function of a batch, with parameters, labels and dropout keys bound.

    Attributes:
        run: `(x, keys) -> (scores, features)`.
        keys: keys of the dropout masks, for penalties that do not give their own.
    """

    run: Callable[[Array, Array], tuple[Array, Array | None]]
    keys: Key[Array, " batch"]

    def __call__(self, x: Float[Array, "batch *shape"]) -> Float[Array, " batch"]:
        """The scores of a batch."""
        return self.run(x, self.keys)[0]

    def score_with_keys(
        self, x: Float[Array, "batch *shape"], keys: Key[Array, " batch"]
    ) -> tuple[Float[Array, " batch"], Float[Array, "batch *features"]]:
        """Scores and features, such as the last hidden layer, with the masks of these keys."""
        scores, features = self.run(x, keys)
        if features is None:
            raise ValueError(
                "a penalty compares the critic's features, which are not known: store them in the "
                'critic with self.sow("features", "last", x), end it in a dense layer with one '
                "output, whose input they then are, or remove that penalty"
            )
        return scores, features
