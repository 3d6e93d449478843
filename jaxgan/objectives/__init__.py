"""Objectives: the losses of critic and generator, given scores of real and fake examples.

`__all__` is the registry: an objective in the `__all__` of a file here appears in the command line,
in `docs/members.md` and in the contract suite. In every objective a high score means real. The
matching losses compare two sets of features or of examples and also work without a critic.
"""

from jaxgan.objectives import (
    auxiliary,
    cross_entropy,
    f_divergence,
    histogram,
    kernels,
    loss_sensitive,
    margins,
    mmd,
    moments,
    relativistic,
    scores,
)
from jaxgan.objectives.auxiliary import *  # noqa: F403
from jaxgan.objectives.cross_entropy import *  # noqa: F403
from jaxgan.objectives.f_divergence import *  # noqa: F403
from jaxgan.objectives.histogram import *  # noqa: F403
from jaxgan.objectives.kernels import *  # noqa: F403
from jaxgan.objectives.loss_sensitive import *  # noqa: F403
from jaxgan.objectives.margins import *  # noqa: F403
from jaxgan.objectives.mmd import *  # noqa: F403
from jaxgan.objectives.moments import *  # noqa: F403
from jaxgan.objectives.relativistic import *  # noqa: F403
from jaxgan.objectives.scores import *  # noqa: F403

__all__: list[str] = []
__all__ += auxiliary.__all__
__all__ += cross_entropy.__all__
__all__ += f_divergence.__all__
__all__ += histogram.__all__
__all__ += kernels.__all__
__all__ += loss_sensitive.__all__
__all__ += margins.__all__
__all__ += mmd.__all__
__all__ += moments.__all__
__all__ += relativistic.__all__
__all__ += scores.__all__
