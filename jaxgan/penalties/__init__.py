"""Penalties on the critic as a function of the data, nested inside the gradient of its loss.

`__all__` is the registry of the penalties and of the functions that they use.
"""

from jaxgan.penalties import difference, dragan, gradient, points
from jaxgan.penalties.difference import *  # noqa: F403
from jaxgan.penalties.dragan import *  # noqa: F403
from jaxgan.penalties.gradient import *  # noqa: F403
from jaxgan.penalties.points import *  # noqa: F403

__all__: list[str] = []
__all__ += difference.__all__
__all__ += dragan.__all__
__all__ += gradient.__all__
__all__ += points.__all__
