"""Every objective with every penalty against PyTorch autograd, values and gradients in float64.

Each loss is implemented again in torch. JAX draws the random numbers from the same keys, so the
tests also fix the use of each key. For an objective that is not in the tables here, the formulas of
its docstrings are used; a penalty that is not in them is skipped. A new choice of a member that is
in the tables fails until it is implemented here.
"""

from __future__ import annotations

import dataclasses
import functools
import itertools
import math
from types import SimpleNamespace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.flatten_util import ravel_pytree

from tests.formulas import Settings, evaluate, formula_of
from tests.variants import MATCHING, OBJECTIVES, PENALTIES, Perceptron, masks

torch = pytest.importorskip("torch")
F = torch.nn.functional
pytestmark = pytest.mark.usefixtures("doubles")

ALL = OBJECTIVES | {name: MATCHING[name] for name in ("mmd, unbiased, False", "mmd, energy")}
N, SHAPE, LATENT, HIDDEN = 6, 3, 2, 4
DRAW = np.random.default_rng(0)
REAL, Z = DRAW.normal(size=(N, SHAPE)), DRAW.normal(size=(N, LATENT))
GENERATOR = DRAW.normal(size=(LATENT, SHAPE)), 0.5 * DRAW.normal(size=SHAPE)
CRITIC = DRAW.normal(size=(SHAPE, HIDDEN)), 2 * DRAW.normal(size=HIDDEN)


# The games: (loss of the critic, loss of the generator) of the scores.


def bce(scores: Any, label: float) -> Any:
    return F.binary_cross_entropy_with_logits(scores, torch.full_like(scores, label))


def to(scores: Any, target: float) -> Any:
    return F.mse_loss(scores, torch.full_like(scores, target)) / 2


def errors(scores: Any, label: float) -> Any:
    return F.l1_loss(scores.sigmoid(), torch.full_like(scores, label)) / 2


def relativistic_average(real: Any, fake: Any) -> Any:
    return bce(real - fake.mean(), 1) + bce(fake - real.mean(), 0)


def loss_sensitive(o: Any, real: Any, fake: Any, x: Any, y: Any) -> Any:
    margin = o.weight * (x - y).abs().sum(1)
    return F.leaky_relu(margin - real + fake, o.slope).mean(), -fake.mean()


def lambert(z: Any) -> Any:
    """W(z) by Newton's method, which autograd differentiates."""
    w = torch.log1p(z)
    for _ in range(20):
        w = w - (w * w.exp() - z) / (w.exp() * (1 + w))
    return w


def conjugate_of_jeffrey(t: Any) -> Any:
    w = lambert((1 - t).exp())
    return w + 1 / w + t - 2


def conjugate_of_alpha(a: float, t: Any) -> Any:
    return (((a - 1) * t + 1).clamp(min=0) ** (a / (a - 1)) - 1) / a


def conjugate_of_weighted(p: float, t: Any) -> Any:
    return (1 - p) * ((1 - p) / (1 - p * (t / p).exp())).log()


F_DIVERGENCES = {  # Nowozin et al., 2016, Tables 2 and 6: activation and conjugate
    "total_variation": (lambda o, v: v.tanh() / 2, lambda o, t: t.clamp(min=-0.5)),
    "kl": (lambda o, v: v, lambda o, t: (t - 1).exp()),
    "reverse_kl": (lambda o, v: -(-v).exp(), lambda o, t: -1 - (-t).log()),
    "pearson": (lambda o, v: v, lambda o, t: t.clamp(min=-2) ** 2 / 4 + t.clamp(min=-2)),
    "neyman": (lambda o, v: 1 - (-v).exp(), lambda o, t: 2 - 2 * (1 - t).sqrt()),
    "squared_hellinger": (lambda o, v: 1 - (-v).exp(), lambda o, t: t / (1 - t)),
    "jeffrey": (lambda o, v: v, lambda o, t: conjugate_of_jeffrey(t)),
    "jensen_shannon": (
        lambda o, v: math.log(2) + F.logsigmoid(v),
        lambda o, t: -(2 - t.exp()).log(),
    ),
    "gan": (lambda o, v: F.logsigmoid(v), lambda o, t: -(1 - t.exp()).log()),
    "weighted_jensen_shannon": (
        lambda o, v: -o.weight * math.log(o.weight) + F.logsigmoid(v),
        lambda o, t: conjugate_of_weighted(o.weight, t),
    ),
    "alpha": (
        lambda o, v: v if o.alpha > 1 else 1 / (1 - o.alpha) + F.logsigmoid(v),
        lambda o, t: conjugate_of_alpha(o.alpha, t),
    ),
}


def f_gan(o: Any, real: Any, fake: Any, *_: Any) -> Any:
    activation, conjugate = F_DIVERGENCES[o.divergence]
    of_fake = conjugate(o, activation(o, fake)).mean()
    generator = {"bound": -of_fake, "practical": -activation(o, fake).mean()}[o.generator]
    return of_fake - activation(o, real).mean(), generator


def root(x: Any) -> Any:
    """A root with a finite gradient at 0: for equal examples or a constant witness."""
    return torch.where(x > 0, torch.where(x > 0, x, 1.0).sqrt(), 0.0)


def gram(kernel: Any, x: Any, y: Any) -> Any:
    """Values for every pair of an x and a y, which are numbers."""
    x, y = x[:, None], y[None, :]
    return {
        "RationalQuadratic": lambda: sum((1 + (x - y) ** 2 / (2 * a)) ** -a for a in kernel.alphas),
        "Energy": lambda: root(x**2) + root(y**2) - root((x - y) ** 2),
    }[type(kernel).__name__]()


def mmd(o: Any, x: Any, y: Any, *_: Any) -> Any:
    xx, yy, xy = gram(o.kernel, x, x), gram(o.kernel, y, y), gram(o.kernel, x, y)
    within = (xx.sum() - xx.trace() + yy.sum() - yy.trace()) / (N * (N - 1))
    return 2 * xy.mean() - within, within - 2 * xy.mean()


GAMES = {
    "Minimax": lambda o, r, f, *_: (bce(r, 1) + bce(f, 0), -bce(f, 0)),
    "NonSaturating": lambda o, r, f, *_: (bce(r, 1) + bce(f, 0), bce(f, 1)),
    "FGAN": f_gan,
    "Hinge": lambda o, r, f, *_: ((1 - r).clamp(min=0).mean() + F.relu(1 + f).mean(), -f.mean()),
    "LeastSquares": lambda o, r, f, *_: (to(r, o.b) + to(f, o.a), to(f, o.c)),
    "LossSensitive": loss_sensitive,
    "Relativistic": lambda o, r, f, *_: (bce(r - f, 1), bce(f - r, 1)),
    "RelativisticAverage": lambda o, r, f, *_: (
        relativistic_average(r, f),
        relativistic_average(f, r),
    ),
    "AbsoluteError": lambda o, r, f, *_: (errors(r, 1) + errors(f, 0), -errors(f, 0)),
    "Wasserstein": lambda o, r, f, *_: (f.mean() - r.mean(), -f.mean()),
    "MMD": mmd,
}


# The penalties, given a critic that returns (score, hidden layer), and the keys.


def uniform(keys: Any, *shape: int) -> Any:
    return tensor(jax.vmap(lambda key: jax.random.uniform(key, shape, jnp.float64))(keys))


def between(x: Any, y: Any, keys: Any) -> Any:
    share = uniform(keys)[:, None]
    return share * x + (1 - share) * y


def halves(keys: Any) -> Any:
    pairs = jax.vmap(jax.random.split)(keys)
    return pairs[:, 0], pairs[:, 1]


def cost(form: str, s: Any, target: float) -> Any:
    return {
        "two_sided": (s - target) ** 2,
        "one_sided": (s - target).clamp(min=0) ** 2,
        "one_sided_linear": s.clamp(min=target),
    }[form]


def squared_slope(critic: Any, x: Any) -> Any:
    x = x.detach().requires_grad_()
    (slope,) = torch.autograd.grad(critic(x)[0].sum(), x, create_graph=True)
    return (slope**2).sum(1)


def at(p: Any, x: Any, y: Any, keys: Any) -> Any:
    return {"interpolates": between(x, y, keys), "real": x, "fake": y, "both": torch.cat([x, y])}[
        p.at
    ]


def difference(critic: Any, x: Any, y: Any) -> Any:
    # 1e-6 is the documented guard of jaxgan.penalties.difference.
    return (critic(x)[0] - critic(y)[0]).abs() / ((x - y).norm(dim=1) + 1e-6)


def finite_difference(p: Any, critic: Any, x: Any, y: Any, keys: Any) -> Any:
    first, second = (between(x, y, half) for half in halves(keys))
    return p.weight * cost(p.form, difference(critic, first, second), p.target).mean()


def consistency(p: Any, critic: Any, x: Any, y: Any, keys: Any) -> Any:
    (score, hidden), (other, other_hidden) = (
        critic(x, tensor(masks(half, (HIDDEN,)))) for half in halves(keys)
    )
    apart = (score - other) ** 2 + p.features * ((hidden - other_hidden) ** 2).mean(1)
    return (p.weight * apart - p.margin).clamp(min=0).mean()


def dragan(p: Any, critic: Any, x: Any, y: Any, keys: Any) -> Any:
    share, pixels = halves(keys)
    noise = {
        "code": uniform(share)[:, None] / 2 * uniform(pixels, SHAPE),
        "paper": tensor(jax.vmap(lambda k: jax.random.normal(k, (SHAPE,), jnp.float64))(keys)),
    }[p.noise]
    slope = root(squared_slope(critic, x + p.deviation * noise))
    return p.weight * cost("two_sided", slope, p.target).mean()


def approximate(p: Any, critic: Any, x: Any, keys: Any) -> Any:
    noise = tensor(jax.vmap(lambda k: jax.random.normal(k, (SHAPE,), jnp.float64))(keys))
    change = critic(x + p.deviation * noise)[0] - critic(x)[0]
    return p.gamma / 2 * ((change / p.deviation) ** 2).mean()


PENALTIES_IN_TORCH = {
    "ApproximateR1": lambda p, c, x, y, keys: approximate(p, c, x, keys),
    "ApproximateR2": lambda p, c, x, y, keys: approximate(p, c, y, keys),
    "Consistency": consistency,
    "FiniteDifference": finite_difference,
    "LipschitzPenalty": lambda p, c, x, y, _: (
        p.weight * cost("one_sided", difference(c, x, y), p.target).mean()
    ),
    "DRAGAN": dragan,
    "R1": lambda p, c, x, y, _: p.gamma / 2 * squared_slope(c, x).mean(),
    "R2": lambda p, c, x, y, _: p.gamma / 2 * squared_slope(c, y).mean(),
    "GradientPenalty": lambda p, c, x, y, keys: (
        p.weight * cost(p.form, root(squared_slope(c, at(p, x, y, keys))), p.target).mean()
    ),
    "PowerPenalty": lambda p, c, x, y, keys: (
        p.weight * (root(squared_slope(c, at(p, x, y, keys))) ** p.power).mean()
    ),
}


def kernel_of(objective: Any) -> Any:
    """The kernel of the witness; None if the witness is the score."""
    return getattr(objective, "kernel", None)


TORCH = SimpleNamespace(
    mean=lambda x: x.mean(),
    max=lambda x, y: torch.maximum(torch.as_tensor(x, dtype=torch.float64), y),
    softplus=F.softplus,
    sigmoid=torch.sigmoid,
)


def losses_of(objective: Any, real: Any, fake: Any, x: Any, y: Any) -> Any:
    """The losses as implemented above; for other objectives, the formulas of their docstrings."""
    written = GAMES.get(type(objective).__name__)
    if written:
        return written(objective, real, fake, x, y)
    settings = Settings(objective, real=real, fake=fake)
    losses = objective.critic_loss, objective.generator_loss
    return tuple(evaluate(formula_of(loss), settings, TORCH) for loss in losses)


KNOWN = {n: one for n, one in ALL.items() if type(one).__name__ in GAMES or not one.features}
PENALIZED = {n: one for n, one in PENALTIES.items() if type(one).__name__ in PENALTIES_IN_TORCH}
WITNESSES = {kernel_of(one): one for one in KNOWN.values()}
"""One objective per witness; objectives with the same witness have the same penalty."""


# PyTorch and JAX: a value and a gradient for each objective or pair.


def tensor(x: Any, gradient: bool = False) -> Any:
    return torch.tensor(np.asarray(x), dtype=torch.float64, requires_grad=gradient)


def perceptron(inner: Any, outer: Any, x: Any, mask: Any = 1.0) -> Any:
    hidden = (x @ inner).tanh() * mask
    return hidden @ outer, hidden


def torch_players() -> tuple[Any, Any, Any, Any, Any]:
    generator, critic = ([tensor(x, True) for x in each] for each in (GENERATOR, CRITIC))
    real, fake = tensor(REAL), tensor(Z) @ generator[0] + generator[1]
    return generator, critic, functools.partial(perceptron, *critic), real, fake


def value_and_gradient(loss: Any, params: Any) -> tuple[float, np.ndarray]:
    slopes = torch.autograd.grad(loss, params)
    return loss.item(), np.concatenate([x.numpy().ravel() for x in slopes])


@functools.cache
def torch_game(name: str, player: int) -> tuple[float, np.ndarray]:
    """Value and gradient of the critic's loss (0) or the generator's (1) in its own parameters."""
    generator, critic, function, real, fake = torch_players()
    losses = losses_of(ALL[name], function(real)[0], function(fake)[0], real, fake)
    return value_and_gradient(losses[player], (critic, generator)[player])


def keys() -> jax.Array:
    return jax.random.split(jax.random.key(7), N)


def torch_penalty(penalty: Any, kernel: Any) -> tuple[float, np.ndarray]:
    """Value and gradient in the critic's parameters, for the score or the witness of a kernel."""
    _, critic, function, real, fake = torch_players()
    real_scores, fake_scores = function(real)[0], function(fake)[0]

    def shown(x: Any, *mask: Any) -> Any:
        score, hidden = function(x, *mask)
        if kernel is not None:
            higher, lower = gram(kernel, score, real_scores), gram(kernel, score, fake_scores)
            score = higher.mean(1) - lower.mean(1)
        return score, hidden

    loss = PENALTIES_IN_TORCH[type(penalty).__name__](penalty, shown, real, fake.detach(), keys())
    return value_and_gradient(loss, critic)


@dataclasses.dataclass(frozen=True)
class Witness:
    """The critic as penalties receive it in the train step: the witness of the objective."""

    critic: Any
    of: Any

    def __call__(self, x: jax.Array) -> jax.Array:
        return self.of(self.critic(x))

    def score_with_keys(self, x: jax.Array, keys: jax.Array) -> tuple[jax.Array, jax.Array]:
        scores, hidden = self.critic.score_with_keys(x, keys)
        return self.of(scores), hidden


def jax_scores(generator: Any, critic: Any) -> tuple[Any, Any, Any, Any, Any]:
    real, fake = jnp.asarray(REAL), jnp.asarray(Z) @ generator[0] + generator[1][None]
    function = Perceptron(*critic)
    return real, fake, function, function(real), function(fake)


def critic_losses(critic: Any) -> jax.Array:
    """The losses, `[objectives, penalties]`."""
    real, fake, function, *scores = jax_scores(GENERATOR, critic)
    games = [one.bind(real, fake).critic_loss(*scores) for one in KNOWN.values()]
    penalties = []
    for objective in WITNESSES.values():
        of = functools.partial(objective.witness, real=scores[0], fake=scores[1])
        shown = Witness(function, of)
        penalties.append([one(shown, real, fake, keys()) for one in PENALIZED.values()])
    own = [list(WITNESSES).index(kernel_of(one)) for one in KNOWN.values()]
    return jnp.stack(games)[:, None] + jnp.asarray(penalties)[np.array(own)]


def generator_losses(generator: Any) -> jax.Array:
    real, fake, _, *scores = jax_scores(generator, CRITIC)
    return jnp.stack([one.bind(real, fake).generator_loss(*scores) for one in KNOWN.values()])


def jax_values_and_gradients(losses: Any, params: Any, names: Any) -> dict[Any, Any]:
    """Values and gradients of all losses, in one program; the Jacobian is computed row by row."""
    flat, unflatten = ravel_pytree(jax.tree.map(jnp.asarray, params))

    @jax.jit
    def run(flat: jax.Array) -> tuple[jax.Array, jax.Array]:
        values, pull = jax.vjp(lambda flat: losses(unflatten(flat)).ravel(), flat)
        return values, jax.lax.map(lambda row: pull(row)[0], jnp.eye(len(values)))

    found = jax.tree.map(np.asarray, run(flat))
    return dict(zip(names, zip(*found, strict=True), strict=True))


def assert_equal(found: Any, wanted: Any, pair: str) -> None:
    assert np.abs(wanted[1]).max() > 1e-4, pair  # it reaches the parameters
    scale = np.abs(wanted[1]).max()
    np.testing.assert_allclose(found[0], wanted[0], rtol=1e-9, err_msg=f"value of {pair}")
    np.testing.assert_allclose(
        found[1], wanted[1], rtol=1e-9, atol=1e-9 * scale, err_msg=f"gradient of {pair}"
    )


def skip_if_later(penalty: Any) -> None:
    name = type(penalty).__name__
    if name not in PENALTIES_IN_TORCH:
        pytest.skip(f"{name} has no counterpart in torch yet")


@pytest.fixture(scope="module")
def of_critics(doubles: None) -> dict[Any, Any]:
    return jax_values_and_gradients(critic_losses, CRITIC, itertools.product(KNOWN, PENALIZED))


@pytest.fixture(scope="module")
def of_generators(doubles: None) -> dict[Any, Any]:
    return jax_values_and_gradients(generator_losses, GENERATOR, KNOWN)


@pytest.mark.parametrize("name", PENALTIES)
def test_the_critics_nested_gradient_with_every_objective(name: str, of_critics: Any) -> None:
    skip_if_later(PENALTIES[name])
    penalties = {kernel: torch_penalty(PENALTIES[name], kernel) for kernel in WITNESSES}
    for game, objective in KNOWN.items():
        parts = torch_game(game, 0), penalties[kernel_of(objective)]
        wanted = [sum(both) for both in zip(*parts, strict=True)]
        assert_equal(of_critics[game, name], wanted, f"{game} with {name}")


@pytest.mark.parametrize("name", KNOWN)
def test_the_generators_gradient(name: str, of_generators: Any) -> None:
    assert_equal(of_generators[name], torch_game(name, 1), name)
