"""Objectives that compare two sets of samples directly, and the kernels of one of them.

`__all__` is the registry: an objective that a file here lists appears in the command line, in
`docs/members.md` and in the contract suite.
"""

from jaxgan.matching import histogram, kernels, mmd, moments
from jaxgan.matching.histogram import *  # noqa: F403
from jaxgan.matching.kernels import *  # noqa: F403
from jaxgan.matching.mmd import *  # noqa: F403
from jaxgan.matching.moments import *  # noqa: F403

__all__: list[str] = []
__all__ += histogram.__all__
__all__ += kernels.__all__
__all__ += mmd.__all__
__all__ += moments.__all__
