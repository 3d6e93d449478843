"""The papers' settings as functions that return a `Recipe`; `__all__` is the registry.

A recipe compares, hashes and prints by its settings, so two equal ones compile once.
"""

from jaxgan.recipes import classifiers, matching, pairs, wasserstein
from jaxgan.recipes.classifiers import *  # noqa: F403
from jaxgan.recipes.matching import *  # noqa: F403
from jaxgan.recipes.pairs import *  # noqa: F403
from jaxgan.recipes.wasserstein import *  # noqa: F403

__all__: list[str] = []
__all__ += classifiers.__all__
__all__ += matching.__all__
__all__ += pairs.__all__
__all__ += wasserstein.__all__
