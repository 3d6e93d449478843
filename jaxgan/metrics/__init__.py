"""Measures of generated examples, each with its best value on real data.

A `SampleMetric` in the `__all__` of a file here is in the registry: `jaxgan score` takes it by
name, `docs/members.md` lists it, and the contract suite tests it.
"""

from jaxgan.metrics import (
    classes,
    classification,
    classifier,
    coverage,
    distances,
    extractor,
    inception_v3,
    kernels,
    manifolds,
    monge,
    neighbors,
    ngrams,
    parzen,
    pyramids,
    repeats,
    sample_metric,
    scores,
    slices,
    stamps,
    variances,
)
from jaxgan.metrics.classes import *  # noqa: F403
from jaxgan.metrics.classification import *  # noqa: F403
from jaxgan.metrics.classifier import *  # noqa: F403
from jaxgan.metrics.coverage import *  # noqa: F403
from jaxgan.metrics.distances import *  # noqa: F403
from jaxgan.metrics.extractor import *  # noqa: F403
from jaxgan.metrics.inception_v3 import *  # noqa: F403
from jaxgan.metrics.kernels import *  # noqa: F403
from jaxgan.metrics.manifolds import *  # noqa: F403
from jaxgan.metrics.monge import *  # noqa: F403
from jaxgan.metrics.neighbors import *  # noqa: F403
from jaxgan.metrics.ngrams import *  # noqa: F403
from jaxgan.metrics.parzen import *  # noqa: F403
from jaxgan.metrics.pyramids import *  # noqa: F403
from jaxgan.metrics.repeats import *  # noqa: F403
from jaxgan.metrics.sample_metric import *  # noqa: F403
from jaxgan.metrics.scores import *  # noqa: F403
from jaxgan.metrics.slices import *  # noqa: F403
from jaxgan.metrics.stamps import *  # noqa: F403
from jaxgan.metrics.variances import *  # noqa: F403

__all__: list[str] = []
__all__ += classes.__all__
__all__ += classification.__all__
__all__ += classifier.__all__
__all__ += coverage.__all__
__all__ += distances.__all__
__all__ += extractor.__all__
__all__ += inception_v3.__all__
__all__ += kernels.__all__
__all__ += manifolds.__all__
__all__ += monge.__all__
__all__ += neighbors.__all__
__all__ += ngrams.__all__
__all__ += parzen.__all__
__all__ += pyramids.__all__
__all__ += repeats.__all__
__all__ += sample_metric.__all__
__all__ += scores.__all__
__all__ += slices.__all__
__all__ += stamps.__all__
__all__ += variances.__all__
