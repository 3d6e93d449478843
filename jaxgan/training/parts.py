"""The parts of a training, by name and type."""

from __future__ import annotations

from jaxgan.data.stream import Stream
from jaxgan.training.recipe import Recipe
from jaxgan.types import ClassNames, Dataset, Networks

__all__ = ["check_parts"]

PARTS = {
    "networks": ((Networks,), "Networks(generator, critic, latent)"),
    "recipe": ((Recipe,), "recipes.wgan_gp()"),
    "data": ((Dataset, Stream), "data.from_arrays(x)"),
}


def check_parts(**parts: object) -> None:
    """Checks the types of a training's parts before any work is done.

    Args:
        **parts: some of `networks`, `recipe` and `data`.

    Raises:
        TypeError: one has another type, such as a function that was not called, or the names of
            classes do.

    >>> from jaxgan import recipes
    >>> check_parts(recipe=recipes.wgan_gp())
    """
    for name, given in parts.items():
        kinds, remedy = PARTS[name]
        if not isinstance(given, kinds):
            raise TypeError(
                f"{name} must be {kinds[0].__name__}, got {type(given).__name__}: give {remedy}"
            )
        names = getattr(given, "names", None)
        if not isinstance(names, ClassNames | None):
            raise TypeError(
                f"the names of {name} must be ClassNames, got {type(names).__name__}: give "
                "data.from_arrays(x, labels, classes=names)"
            )
