"""Values that no member takes: each is refused where it is given, by the argument's name."""

from __future__ import annotations

import dataclasses
import inspect
import math
import re
from collections.abc import Callable, Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from jaxgan import networks as nets
from jaxgan import optimizers, recipes
from jaxgan.cli.catalogue import members
from jaxgan.networks import presets
from jaxgan.objectives import MMD, Gaussian, Polynomial, RationalQuadratic, Wasserstein
from jaxgan.penalties import GradientPenalty
from jaxgan.recipes.wasserstein import OfficialSchedule
from jaxgan.training import (
    Dataset,
    Networks,
    Recipe,
    create_state,
    critic_step,
    first_step,
    make_train_step,
    sample_batch,
    train_chunk,
)
from tests.members import MLP, PENALIZED, SGD

pytestmark = pytest.mark.usefixtures("unchecked_types")

NAN = math.nan
KEY = jax.random.key(0)
DATA = Dataset(jnp.zeros((40, 2)))
DECAYS = ("beta1", "beta2", "momentum", "average", "dropout")
AT_LEAST_0 = ("learning_rate", "weight", "gamma", "consistency", "decay", "deviation")
AT_LEAST_1 = ("width", "critic_width", "latent", "features", "classes", "decay_steps")
AT_LEAST_1 += ("generator_batches", "group")
INTEGERS = (*AT_LEAST_1, "n_critic", "depth", "switch", "bins")
BOUNDS = {
    **dict.fromkeys(DECAYS, (-0.1, 1.0)),
    **dict.fromkeys(AT_LEAST_0, (-1.0,)),
    **dict.fromkeys(AT_LEAST_1, (0, -1)),
    **dict.fromkeys(INTEGERS[-4:], (-1,)),
    "variances": (0.0, -1.0),
    "c": (0.0, -1.0),
}
"""Numbers outside the range of an argument of this name, in every member that has it."""
OWN = {
    ("lsgan", "c"): (),
    ("least_squares", "c"): (),
    ("consistency", "features"): (-1.0,),
    ("histogram_js", "bins"): (1, -1, 2.5),
}
"""The same for a name that means something else in these members."""
NONE = ("momentum", "decay_steps")
"""Arguments that take None also where another value is the default."""


def bad_values(member: str, parameter: inspect.Parameter) -> Iterator[Any]:
    """Values that an argument does not take, by its name and its default value."""
    name, default = parameter.name, parameter.default
    if name == "shape":
        yield from (2, "28", None, (0,), (2.5,), (28, 28, -1))
    elif isinstance(default, str):
        yield from ("no such name", 1)
    elif name in BOUNDS or type(default) in (int, float):
        found = [*OWN.get((member, name), BOUNDS.get(name, ())), NAN, math.inf]
        if name in INTEGERS and (member, name) not in OWN:
            found.append(2.5)
        if isinstance(default, tuple):
            yield from ((*default[:-1], value) for value in (*found, "text"))
            yield from ("text", ())
        else:
            yield from found
            yield from ("text", [1.0])
            if default is not None and name not in NONE:
                yield None


def variants(member: Callable[..., Any]) -> Iterator[dict[str, Any]]:
    """The member as it is, and with each of its options."""
    yield {}
    for name, parameter in inspect.signature(member).parameters.items():
        if parameter.default is False or parameter.default is True:
            yield {name: not parameter.default}
        if name == "decay_steps" and parameter.default is None:
            yield {name: 10}


def cases() -> Iterator[Any]:
    for kind in ("recipe", "objective", "penalty", "networks"):
        for member, make in members(kind).items():
            image_or_text = (16, 27) if member == "text" else (32, 32, 3)
            shape = {"shape": image_or_text} if kind == "networks" else {}
            for name, parameter in inspect.signature(make).parameters.items():
                for options in variants(make):
                    for value in bad_values(member, parameter):
                        given = {**shape, **options, name: value}
                        label = ", ".join(f"{key}={given[key]!r}" for key in {**options, name: 0})
                        yield pytest.param(make, name, given, id=f"{kind} {member}({label})")


def named(name: str) -> str:
    """A pattern of an error that names an argument."""
    return rf"(?i)(^|[\W_]){name}[\W_].*got "


@pytest.mark.parametrize(("make", "name", "given"), list(cases()))
def test_a_member_refuses_what_it_cannot_use(
    make: Callable[..., Any], name: str, given: dict[str, Any]
) -> None:
    word = isinstance(inspect.signature(make).parameters[name].default, str)
    message = f"unknown .*{given[name]!r}" if word else named(name)
    with pytest.raises((ValueError, TypeError), match=message):
        make(**given)


PARTS = {
    "learning_rate": lambda x: optimizers.adam(x),
    "learning_rate of a schedule": lambda x: optimizers.adam(optimizers.Linear(x, 0.0, 10)),
    "learning_rate at the end": lambda x: optimizers.adam(optimizers.Switch(1.0, x, 10)),
    "learning_rate of your own": lambda x: optimizers.by_value(optax.lion)(x),
    "learning_rate and more": lambda x: optimizers.scheduled_sgd(x, momentum=0.5),
    "beta1": lambda x: optimizers.adam(1.0, b1=x),
    "beta2": lambda x: optimizers.adam(1.0, b2=x),
    "eps": lambda x: optimizers.adam(1.0, eps=x),
    "decay": lambda x: optimizers.rmsprop(1.0, decay=x),
    "momentum": lambda x: optimizers.sgd(1.0, momentum=x),
    "momentum of a schedule": lambda x: optimizers.scheduled_sgd(
        1.0, momentum=optimizers.Linear(0.5, x, 10)
    ),
    "weight_decay": lambda x: optimizers.weight_decay(x),
    "max_norm": lambda x: optimizers.clip_norm(x),
    "c": lambda x: optimizers.clip_params(x),
    "updates": lambda x: optimizers.Linear(1.0, 0.0, x),
    "ratio": lambda x: optimizers.Geometric(1.0, x),
    "update": lambda x: optimizers.Switch(1.0, 0.5, x),
    "gammas": lambda x: Gaussian((x,)),
    "sigmas": lambda x: Gaussian.from_sigmas((1.0, x)),
    "variances": lambda x: Gaussian.from_variances((1.0, x)),
    "alphas": lambda x: RationalQuadratic((x,)),
    "degree": lambda x: Polynomial(degree=x),
    "latent size": lambda x: nets.Normal(x),
    "latent size, uniform": lambda x: nets.Uniform(x),
    "width": lambda x: nets.MLPGenerator((2,), width=x),
    "width of a layer": lambda x: nets.MLPCritic(width=(8, x)),
    "width of a DCGAN generator": lambda x: nets.DCGANGenerator((8, 8, 1), width=x),
    "width of a DCGAN critic": lambda x: nets.DCGANCritic(width=x),
    "width of a ResNet generator": lambda x: nets.ResNetGenerator((32, 32, 3), width=x),
    "width of a ResNet critic": lambda x: nets.ResNetCritic(width=x),
    "width of maxout": lambda x: nets.MaxoutCritic(width=x),
    "pieces": lambda x: nets.MaxoutCritic(pieces=x),
    "depth": lambda x: nets.MLPCritic(depth=x),
    "features": lambda x: nets.MLPCritic(features=x),
    "dropout": lambda x: nets.DCGANCritic(dropout=x),
    "dropout of a block": lambda x: nets.ResNetCritic(dropout=(0.0, x, 0.0)),
    "reach": lambda x: nets.MLPCritic(reach=x),
    "n_critic": lambda x: dataclasses.replace(PENALIZED, n_critic=x),
    "n_critic of a schedule": lambda x: OfficialSchedule(x),
    "generator_batches": lambda x: dataclasses.replace(PENALIZED, generator_batches=x),
    "penalty_every": lambda x: dataclasses.replace(PENALIZED, penalty_every=x),
    "average": lambda x: dataclasses.replace(PENALIZED, average=x),
    "batch_size": lambda x: sample_batch(DATA, KEY, n_critic=1, batch_size=x),
    "n_critic of a batch": lambda x: sample_batch(DATA, KEY, n_critic=x, batch_size=4),
    "generator_batches of a batch": lambda x: sample_batch(
        DATA, KEY, n_critic=1, batch_size=4, generator_batches=x
    ),
}
"""What is not in the registries: optimizers, schedules, kernels, networks, recipes by hand."""


@pytest.mark.parametrize("value", [-1.0, NAN, math.inf, "text", None, [1.0], -1])
@pytest.mark.parametrize("name", PARTS)
def test_a_part_refuses_what_it_cannot_use(name: str, value: Any) -> None:
    if value is None and name in ("features", "reach", "momentum"):
        return  # for none, and for the initialization of the WGAN-GP code
    with pytest.raises(
        (ValueError, TypeError), match=named(re.split(" of | at | and |,", name)[0])
    ):
        PARTS[name](value)


@pytest.mark.parametrize(
    "make",
    [
        lambda: GradientPenalty(0.0),
        lambda: recipes.wgan_gp(learning_rate=0.0, beta1=0, weight=0),
        lambda: recipes.wgan_gp(np.float32(1e-4), weight=jnp.asarray(1.0)),
        lambda: recipes.wgan_gp(optax.cosine_decay_schedule(1e-4, 100)),
        lambda: recipes.wgan_gp(jnp.bfloat16(1e-4), beta2=np.array(0.9)),
        lambda: recipes.lsgan(a=-1.0, c=-2.0),
        lambda: recipes.gls_gan(slope=-1.0),
        lambda: optimizers.adam(1e-4, 0.5, b2=np.float64(0.9)),
        lambda: optimizers.sgd(1e-2, momentum=None),
        lambda: optimizers.by_value(lambda: optax.sgd(0.1))(),
        lambda: presets.mlp([2], width=np.int64(8), depth=0),
        lambda: presets.mlp((2,), width=(8, 4)),
        lambda: presets.mlp((np.int64(2),)),
        lambda: dataclasses.replace(PENALIZED, n_critic=lambda step: 1),
        lambda: dataclasses.replace(PENALIZED, penalties=[GradientPenalty()]),
        lambda: nets.MLPCritic(features=1),
        lambda: dataclasses.replace(PENALIZED, n_critic=np.int64(2)).critic_steps(0),
    ],
)
def test_a_value_within_its_range_is_taken(make: Callable[[], Any]) -> None:
    make()


@pytest.mark.parametrize("name", sorted(members("recipe")))
def test_a_traced_number_is_taken(name: str) -> None:
    make = members("recipe")[name]
    parameters = inspect.signature(make).parameters
    numbers = {
        key: parameter.default
        for key, parameter in parameters.items()
        if parameter.annotation == "Number"
    }
    made = []

    def program(numbers: dict[str, Any]) -> None:
        made.append(make(**numbers))

    jax.eval_shape(program, numbers)
    assert isinstance(made[0], Recipe)


def test_a_setting_that_shapes_the_program_is_not_traced() -> None:
    for name in ("average", "n_critic", "generator_batches", "penalty_every"):

        def program(value: Any, name: str = name) -> Any:
            dataclasses.replace(PENALIZED, **{name: value})
            return value

        with pytest.raises(TypeError, match=name):
            jax.eval_shape(program, 0.5 if name == "average" else 1)


@pytest.mark.parametrize("features", [1, 3])
def test_a_critic_of_features_needs_an_objective_of_features(features: int) -> None:
    networks = presets.mlp((2,), width=8, features=features)
    with pytest.raises(ValueError, match=rf"one score per example.*\(2, {features}\)"):
        create_state(networks, recipes.wgan_gp(), KEY, DATA)
    create_state(networks, recipes.mmd_gan(), KEY, DATA)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"objective": Wasserstein}, "objective must be an Objective, got <class"),
        ({"objective": "wasserstein"}, "objective must be an Objective, got 'wasserstein'"),
        ({"objective": None}, "objective must be an Objective, got None"),
        ({"penalties": GradientPenalty()}, r"penalties must be a tuple.*got Grad.*\(penalty,\)"),
        ({"penalties": None}, r"penalties must be a tuple.*got None"),
        ({"penalties": "r1"}, r"penalties must be a tuple.*got 'r1'"),
        ({"penalties": (10.0,)}, r"penalties\[0\] must be a function.*got 10.0"),
        ({"penalties": (GradientPenalty(), GradientPenalty)}, r"penalties\[1\].*got <class"),
        ({"penalties": (Wasserstein(),)}, r"penalties\[0\].*got Wasserstein"),
        (
            {"generator_optimizer": optax.adam},
            "generator_optimizer must be an optax.*got <function",
        ),
        ({"critic_optimizer": 1e-4}, "critic_optimizer must be an optax.*got 0.0001"),
        ({"critic_optimizer": None}, "critic_optimizer must be an optax.*got None"),
        ({"compute_dtype": "bf16"}, "compute_dtype is None or 'bfloat16', got 'bf16'"),
        ({"compute_dtype": jnp.bfloat16}, "compute_dtype is None or 'bfloat16', got <class"),
        ({"n_critic": "5"}, "n_critic must be .*got '5'"),
    ],
)
def test_a_recipe_names_what_has_another_type(change: dict[str, Any], message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        dataclasses.replace(PENALIZED, **change)


def test_a_chain_names_what_is_no_transformation() -> None:
    with pytest.raises(TypeError, match=r"chain: .* optax.GradientTransformation, got <function"):
        optimizers.chain(SGD, optax.adam)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"generator": None}, "generator must be an instance of flax.linen.Module, got None"),
        ({"critic": nets.MLPCritic}, "critic must be an instance of flax.linen.Module, got <class"),
        ({"latent": 2}, r"latent must be a function.*such as networks.Normal.*got 2"),
        ({"latent": None}, "latent must be a function.*got None"),
        ({"latent": nets.Normal}, "latent must be a function.*got <class"),
    ],
)
def test_networks_name_what_has_another_type(change: dict[str, Any], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        dataclasses.replace(MLP, **change)


CALLS: dict[str, Callable[[Any, Any, Any], Any]] = {
    "create_state": lambda networks, recipe, data: create_state(networks, recipe, KEY, data),
    "make_train_step": lambda networks, recipe, data: make_train_step(networks, recipe),
    "first_step": lambda networks, recipe, data: first_step(networks, recipe, data, 4, KEY),
    "sample_batch": lambda networks, recipe, data: sample_batch(
        data, KEY, n_critic=1, batch_size=4
    ),
    "critic_step": lambda networks, recipe, data: critic_step(networks, recipe, None, None),  # pyright: ignore[reportArgumentType]
    "train_chunk": lambda networks, recipe, data: train_chunk(
        networks,
        recipe,
        None,
        data,
        KEY,
        1,
        batch_size=4,
        n_critic=1,
        capacity=1,  # pyright: ignore[reportArgumentType]
    ),
}
TAKEN = {
    name: [
        part
        for part in ("networks", "recipe", "data")
        if part in inspect.signature(call).parameters
    ]
    for name, call in {
        "create_state": create_state,
        "make_train_step": make_train_step,
        "first_step": first_step,
        "sample_batch": sample_batch,
        "critic_step": critic_step,
        "train_chunk": train_chunk,
    }.items()
}
WRONG = {
    "networks": (None, presets.mlp, (MLP.generator, MLP.critic)),
    "recipe": (None, recipes.wgan_gp, "wgan_gp"),
    "data": (None, np.zeros((9, 2)), "digits"),
}


@pytest.mark.parametrize(
    ("call", "part", "value"),
    [
        pytest.param(call, part, value, id=f"{call}({part}={type(value).__name__})")
        for call, parts in TAKEN.items()
        for part in parts
        for value in WRONG[part]
    ],
)
def test_a_function_of_a_training_names_what_has_another_type(
    call: str, part: str, value: Any
) -> None:
    given = {"networks": MLP, "recipe": PENALIZED, "data": DATA, part: value}
    kind = {"networks": Networks, "recipe": Recipe, "data": Dataset}[part].__name__
    message = f"{part} must be {kind}, got {type(value).__name__}: give "
    with pytest.raises(TypeError, match=message):
        CALLS[call](**given)


def test_objectives_have_their_own_names_for_choices() -> None:
    with pytest.raises(ValueError, match="unknown estimator 'best'"):
        MMD(estimator="best")  # pyright: ignore[reportArgumentType]
