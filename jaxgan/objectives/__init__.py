"""Adversarial objectives: what each player minimizes, given the critic's scores.

`__all__` is the registry: a class that a file here lists appears in the command line, in
`docs/members.md` and in the contract suite. Real scores are high in every one of them.
"""

from jaxgan.objectives import cross_entropy, f_divergence, margins, pairs, scores
from jaxgan.objectives.cross_entropy import *  # noqa: F403
from jaxgan.objectives.f_divergence import *  # noqa: F403
from jaxgan.objectives.margins import *  # noqa: F403
from jaxgan.objectives.pairs import *  # noqa: F403
from jaxgan.objectives.scores import *  # noqa: F403

__all__: list[str] = []
__all__ += cross_entropy.__all__
__all__ += f_divergence.__all__
__all__ += margins.__all__
__all__ += pairs.__all__
__all__ += scores.__all__
