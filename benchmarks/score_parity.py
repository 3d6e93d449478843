"""The largest difference of each score from other libraries: `python -m benchmarks.score_parity`.

prdc, POT and SciPy are run. The numbers of torch-fidelity 0.4.0 and pytorch-fid 0.3.0 were computed
once on the same sets (tests/test_metric_oracles.py, tests/test_inception.py have them).
"""

from __future__ import annotations

from collections.abc import Iterator

import jax
import numpy as np
import ot
import prdc
from scipy import linalg, ndimage, special, stats
from scipy.spatial.distance import cdist

from jaxgan.metrics import (
    class_coverage,
    classification_score,
    frechet_distance,
    kernel_distance,
    laplacian_pyramid,
    manifold_scores,
    mean_slice,
    mind,
    nearest,
    parzen_log_likelihood,
    sliced_wasserstein,
)

Row = tuple[str, str, float, float]
"""Score, oracle, our value, its value."""


def rows() -> Iterator[Row]:
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(200, 8)), rng.normal(size=(150, 8)) * 1.2 + 0.3
    ours = frechet_distance(x, y)
    yield "Fréchet distance", "pytorch-fid, torch-fidelity", ours, 1.0429726948512297
    moments = [x.mean(0), y.mean(0), np.cov(x.T), np.cov(y.T)]
    wanted = ot.gaussian.bures_wasserstein_distance(*moments) ** 2
    yield "Fréchet distance", "POT", ours, float(wanted)
    wide_x, wide_y = rng.normal(size=(50, 64)), rng.normal(size=(40, 64)) + 0.2
    ours = frechet_distance(wide_x, wide_y)
    yield "the same, N < d (50, 40 < 64)", "pytorch-fid", ours, 49.74522669509247
    a, b = np.cov(wide_x.T), np.cov(wide_y.T)
    trace = np.trace(linalg.sqrtm(a @ b + 1e-14 * np.eye(64))).real
    means = np.square(wide_x.mean(0) - wide_y.mean(0)).sum()
    yield "the same, N < d (50, 40 < 64)", "SciPy sqrtm", ours, means + np.trace(a + b) - 2 * trace
    yield "kernel distance", "torch-fidelity", kernel_distance(x[:150], y), 0.33537686450594606
    for name, wanted in prdc.compute_prdc(x, y, nearest_k=5).items():
        yield name, "prdc", getattr(manifold_scores(x, y, 5), name), float(wanted)
    key = jax.random.key(0)
    u = np.asarray(jax.random.normal(key, (50, 8)), np.float64)
    u /= np.linalg.norm(u, axis=1, keepdims=True)
    wanted = ot.sliced_wasserstein_distance(x, y, projections=u.T, p=2)
    yield "sliced Wasserstein, 200 and 150", "POT", sliced_wasserstein(x, y, key, 50), wanted
    squares = [ot.wasserstein_1d(x @ v, y @ v, p=2) for v in u]
    yield "MIND", "POT, slice by slice", mind(x, y, key, 50), 24 * float(np.mean(squares))
    wanted = stats.wasserstein_distance(x @ u[0], y @ u[0])
    ours = mean_slice(x, y, key, 1, order=1)
    yield "sliced Wasserstein-1, of `laplacian_slices`", "SciPy", ours, float(wanted)
    images = rng.normal(size=(2, 64, 64, 3))
    taps = np.array([1, 4, 6, 4, 1]) / 16
    kernel = np.outer(taps, taps)[None, :, :, None]
    low = ndimage.convolve(images, kernel, mode="mirror")[:, ::2, ::2]
    coarse = ndimage.convolve(low, kernel, mode="mirror")[:, ::2, ::2]
    ours, wanted = laplacian_pyramid(images)[-1].std(), coarse.std()
    yield (
        "Laplacian pyramid, standard deviation of the coarsest level",
        "SciPy",
        float(ours),
        float(wanted),
    )
    score = classification_score(special.softmax(x, axis=1), 4)
    yield "classification score, mean", "torch-fidelity", score.mean, 1.3903703059861203
    yield "classification score, std", "torch-fidelity", score.std, 0.03342276148941928
    labels = np.eye(8)[x.argmax(1)], np.eye(8)[y.argmax(1)]
    wanted = stats.entropy(labels[1].mean(0), labels[0].mean(0))
    yield "reverse KL", "SciPy", class_coverage(*labels).reverse_kl, float(wanted)
    found = parzen_log_likelihood(x[:100], x[100:150], x[150:], (0.9,)).mean
    parts = [stats.multivariate_normal(c, 0.81 * np.eye(8)).logpdf(x[150:]) for c in x[:100]]
    wanted = special.logsumexp(parts, axis=0).mean() - np.log(100)
    yield "Parzen log-likelihood", "SciPy", found, float(wanted)
    far = nearest(1e4 + x, 1e4 + y).distance.mean()
    yield "nearest neighbor at 1e4", "SciPy", far, float(cdist(1e4 + x, 1e4 + y).min(1).mean())


def main() -> None:
    print("| score | oracle | ours | oracle's | difference |", "|---|---|---|---|---|", sep="\n")
    for score, oracle, ours, wanted in rows():
        print(f"| {score} | {oracle} | {ours:.10g} | {wanted:.10g} | {abs(ours - wanted):.1e} |")


if __name__ == "__main__":
    main()
