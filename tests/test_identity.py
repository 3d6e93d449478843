"""A run is the same run if the program, the data and the seed are: every number counts."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from flax import linen as nn
from jax._src import pretty_printer

from jaxgan import optimizers, recipes
from jaxgan.data import Stream, from_arrays
from jaxgan.runs import identity, train
from jaxgan.study.identity import code_of, described
from jaxgan.training import Dataset, Networks, Recipe, Setup, sample_batch
from jaxgan.types import ClassNames, Critic
from tests.members import MEMBERS, MLP

POINTS = MEMBERS["penalized"].data
SGD = optimizers.sgd(0.1)
KEY = jax.random.key(0)


def setup(networks: Networks = MLP, **changes: Any) -> Setup:
    recipe = dataclasses.replace(recipes.wgan_gp(n_critic=1), **changes)
    return Setup(networks, recipe, POINTS, batch_size=4, steps=2)


def critic_of(activation: Callable[[jax.Array], jax.Array], scale: float = 1.0) -> nn.Module:
    class Plain(nn.Module):
        """A class of one name, with another function inside."""

        @nn.compact
        def __call__(self, x: jax.Array) -> jax.Array:
            init = nn.initializers.normal(scale)
            return nn.Dense(1, kernel_init=init)(activation(nn.Dense(4)(x)))[:, 0]

    return Plain()


class PlainPrior:
    """A latent distribution that prints without its scale."""

    def __init__(self, scale: float) -> None:
        self.scale = scale

    def __call__(self, key: jax.Array) -> jax.Array:
        return self.scale * jax.random.normal(key, (2,))


class PlainPenalty:
    """A penalty that prints without its weight."""

    def __init__(self, weight: float) -> None:
        self.weight = weight

    def __call__(self, critic: Critic, real: Any, fake: Any, keys: Any) -> jax.Array:
        return self.weight * jnp.square(critic(real)).mean()


class Table(nn.Module):
    """A critic with a constant array, which prints with its shape only."""

    scale: Any

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        return nn.Dense(1)(x * self.scale()[None])[:, 0]


def both(optimizer: Any) -> dict[str, Any]:
    return {"generator_optimizer": optimizer, "critic_optimizer": optimizer}


def clipped(where: Callable[[str], bool]) -> Any:
    return optimizers.chain(SGD, optimizers.clip_params(0.1, where=where))


def with_networks(**changes: Any) -> Setup:
    return setup(dataclasses.replace(MLP, **changes))


LARGE = np.linspace(0.0, 1.0, 5000, dtype=np.float32)
CHANGED: dict[str, tuple[Setup, Setup]] = {
    "the rate of a plain optimizer": (
        setup(**both(optax.adam(1e-4))),
        setup(**both(optax.adam(1e-3))),
    ),
    "a rate by far": (setup(**both(optax.adam(1e-4))), setup(**both(optax.adam(1.0)))),
    "a plain optimizer": (setup(**both(optax.adam(1e-4))), setup(**both(optax.adamax(1e-4)))),
    "a plain schedule": (
        setup(**both(optax.sgd(optax.cosine_decay_schedule(0.1, 100)))),
        setup(**both(optax.sgd(optax.cosine_decay_schedule(0.1, 200)))),
    ),
    "what is clipped": (
        setup(critic_optimizer=clipped(lambda path: "kernel" in path)),
        setup(critic_optimizer=clipped(lambda path: "bias" in path)),
    ),
    "a schedule of critic steps": (
        setup(n_critic=lambda step: 2 if step < 100 else 1),
        setup(n_critic=lambda step: 2 if step < 200 else 1),
    ),
    "the activation of a class": (
        with_networks(critic=critic_of(nn.relu)),
        with_networks(critic=critic_of(nn.tanh)),
    ),
    "a plain prior": (with_networks(latent=PlainPrior(1.0)), with_networks(latent=PlainPrior(2.0))),
    "a plain penalty's weight": (
        setup(penalties=(PlainPenalty(1.0),)),
        setup(penalties=(PlainPenalty(2.0),)),
    ),
    "momentum": (
        setup(**both(optimizers.sgd(0.1, momentum=0.5))),
        setup(**both(optimizers.scheduled_sgd(0.1, momentum=0.5))),
    ),
    "an initializer": (
        with_networks(critic=critic_of(nn.relu)),
        with_networks(critic=critic_of(nn.relu, scale=0.5)),
    ),
    "one number of a large constant": (
        with_networks(critic=Table(lambda: jnp.asarray(LARGE[-2:]))),
        with_networks(critic=Table(lambda: jnp.asarray(LARGE[-2:] * [1.0, 1.0 + 1e-6]))),
    ),
}


def differences(before: Setup, after: Setup) -> list[str]:
    return identity.differences(identity.describe(before, 0), identity.describe(after, 0))


@pytest.mark.parametrize("what", CHANGED)
def test_a_changed_run_is_another_run(what: str) -> None:
    assert differences(*CHANGED[what])


def test_a_changed_run_is_not_resumed(tmp_path: Path) -> None:
    before, after = CHANGED["a plain penalty's weight"]
    train(before, folder=tmp_path)
    with pytest.raises(ValueError, match=r"made with other settings: .* a function, class or"):
        train(dataclasses.replace(after, steps=3), folder=tmp_path)


UNCHANGED: dict[str, tuple[Setup, Setup]] = {
    "arguments by name": (
        setup(**both(optimizers.adam(1e-4))),
        setup(**both(optimizers.adam(learning_rate=1e-4))),
    ),
    "a plain optimizer for ours": (
        setup(**both(optimizers.adam(1e-4, b1=0.5))),
        setup(**both(optax.adam(1e-4, b1=0.5))),
    ),
    "a recipe by hand": (
        setup(),
        setup(**{f.name: getattr(setup().recipe, f.name) for f in dataclasses.fields(Recipe)}),
    ),
    "a class of another name": (
        with_networks(critic=critic_of(nn.relu)),
        with_networks(critic=critic_of(jax.nn.relu)),
    ),
}


def test_names_of_classes_change_nothing_but_what_is_shown() -> None:
    named = from_arrays(POINTS.real, np.arange(40) % 2, ["cat", "dog"])
    plain, other = named._replace(names=None), named._replace(names=ClassNames(["a", "b"]))
    assert named.names == ("cat", "dog")
    assert len(jax.tree.leaves(named)) == 2
    assert jax.jit(lambda data: data)(named).names == named.names
    shape = jax.ShapeDtypeStruct((40, 2), jnp.uint8)
    streams = [Stream(shape, named.labels, len, "", names=data.names) for data in (named, plain)]
    programs = [
        str(jax.make_jaxpr(lambda data: sample_batch(data, KEY, n_critic=1, batch_size=2))(data))
        for data in (named, plain)
    ]
    assert programs[0] == programs[1]
    for a, b in ((named, plain), (named, other), streams):
        assert identity.fingerprint(a) == identity.fingerprint(b)
        for of in (described, code_of):
            assert of(functools.partial(print, a)) == of(functools.partial(print, b))
    with pytest.raises(TypeError, match="names of data must be ClassNames, got tuple: give"):
        dataclasses.replace(setup(), data=named._replace(names=("cat", "dog")))  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("what", UNCHANGED)
def test_a_run_written_another_way_is_the_same_run(what: str) -> None:
    assert differences(*UNCHANGED[what]) == []


def test_a_run_written_another_way_is_resumed(tmp_path: Path) -> None:
    before, after = UNCHANGED["a plain optimizer for ours"]
    train(before, folder=tmp_path)
    assert int(train(dataclasses.replace(after, steps=3), folder=tmp_path).step) == 3


def test_a_run_in_a_terminal_is_the_same_run(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = identity.describe(setup(), 0)
    monkeypatch.setattr(pretty_printer, "CAN_USE_COLOR", True)  # what JAX finds in a terminal
    assert "\x1b[" in str(jax.make_jaxpr(jnp.sin)(1.0))
    identity._program.cache_clear()
    assert identity.describe(setup(), 0) == plain


def test_between_versions_the_printed_settings_decide() -> None:
    made = identity.describe(setup(), 0)
    newer = made | {"versions": {"jax": "99.0"}, "program": "traced otherwise"}
    assert identity.differences(newer, made) == []
    other = identity.describe(setup(n_critic=2), 0)
    (difference,) = identity.differences(newer, other)
    assert difference.startswith("recipe was")


def test_the_difference_is_named() -> None:
    made = identity.describe(setup(), 0)
    assert identity.differences(made, identity.describe(setup(), 1)) == ["seed was 0, is 1"]
    data = dataclasses.replace(setup(), data=Dataset(POINTS.real + 1))
    (difference,) = identity.differences(made, identity.describe(data, 0))
    assert difference.startswith("data was")
    (difference,) = differences(*CHANGED["a plain penalty's weight"])
    assert "print the same, but a function, class or constant changed" in difference
