"""The papers' settings as functions that return a `Recipe`; `__all__` is the registry.

Recipes are compared, hashed and printed by their settings, so equal recipes compile once.
"""

from jaxgan.recipes import loss_sensitive, matching, relativistic, standard, wasserstein
from jaxgan.recipes.loss_sensitive import *  # noqa: F403
from jaxgan.recipes.matching import *  # noqa: F403
from jaxgan.recipes.relativistic import *  # noqa: F403
from jaxgan.recipes.standard import *  # noqa: F403
from jaxgan.recipes.wasserstein import *  # noqa: F403

__all__: list[str] = []
__all__ += loss_sensitive.__all__
__all__ += matching.__all__
__all__ += relativistic.__all__
__all__ += standard.__all__
__all__ += wasserstein.__all__
