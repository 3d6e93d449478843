"""A population against separate runs of its members."""

from __future__ import annotations

import dataclasses
import re
import shutil
import signal
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan import recipes
from jaxgan.networks import presets
from jaxgan.runs import members, population
from jaxgan.runs.bookkeeping import Bookkeeping, Interrupted
from jaxgan.runs.checkpoint import steps_of
from jaxgan.runs.lines import read_rows
from jaxgan.runs.loop import train
from jaxgan.runs.mesh import put, shardings
from jaxgan.runs.population import Population, train_population
from jaxgan.study import read_run
from jaxgan.training import Recipe, Setup, create_state
from tests.members import MEMBERS, MLP

pytestmark = pytest.mark.usefixtures("unchecked_types")
DATA = MEMBERS["penalized"].data
SETTINGS = {"learning_rate": [1e-4, 1e-3, 1e-3], "weight": [0.1, 10.0, 1.0]}
SEEDS = [0, 0, 1]


def clipped(learning_rate: Any, c: Any) -> Recipe:
    return recipes.wgan(learning_rate, c, n_critic=2)


@pytest.mark.parametrize("way", ["serial", "vmapped"])
def test_members_equal_their_own_runs(way: Any) -> None:
    arguments: Any = {"steps": 5, "batch_size": 8}
    found = train_population(
        MLP,
        recipes.wgan_gp,
        DATA,
        seeds=SEEDS,
        settings=SETTINGS,
        way=way,
        log_every=3,
        **arguments,
    )
    assert found.metrics["critic/gap"].shape == (3, 5)
    for index, seed in enumerate(SEEDS):
        settings: dict[str, Any] = {name: values[index] for name, values in SETTINGS.items()}
        alone = train(Setup(MLP, recipes.wgan_gp(**settings), DATA, **arguments), seed=seed)
        # The settings are constants there and arguments here, so float32 rounds differently.
        for a, b in zip(jax.tree.leaves(found.states[index]), jax.tree.leaves(alone), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("way", ["serial", "vmapped"])
def test_members_on_several_devices_equal_those_on_one(way: Any) -> None:
    arguments: Any = {"steps": 5, "seeds": [0, 1, 2, 3], "batch_size": 8, "way": way}
    one, two = (
        train_population(MLP, recipes.wgan_gp, DATA, log_every=3, devices=devices, **arguments)
        for devices in (1, 2)
    )
    # Under vmap XLA may sum products of two members in another order than those of four: 6e-11 was
    # seen, and parameters below 1 have spacings of up to 6e-8.
    atol = {"serial": 0.0, "vmapped": 6e-8}[way]
    assert two.metrics["critic/gap"].shape == (4, 5)
    both = ((found.states, found.metrics) for found in (one, two))
    for a, b in zip(*map(jax.tree.leaves, both), strict=True):
        np.testing.assert_allclose(a, b, rtol=0, atol=atol)


@pytest.mark.parametrize("devices", [3, 8])
def test_members_that_do_not_divide_are_refused(devices: int) -> None:
    arguments: Any = {"steps": 1, "seeds": [0, 1, 2, 3], "batch_size": 4, "devices": devices}
    with pytest.raises(ValueError, match=f"4 seeds do not divide over {devices} devices: give"):
        train_population(MLP, recipes.wgan_gp, DATA, **arguments)


@pytest.mark.parametrize("way", ["serial", "vmapped"])
def test_a_device_trains_its_own_members_and_waits_for_no_other(way: Any) -> None:
    state = create_state(MLP, recipes.wgan_gp(), jax.random.key(0), DATA)
    whole, split = shardings(4, axis=0)
    eight = jax.tree.map(lambda x: jnp.stack([x] * 8), (state, jax.random.key(0)))
    compiled = members.compile_members(
        MLP, recipes.wgan_gp, way, 4, batch_size=8, n_critic=5, capacity=2
    )
    text = compiled.lower(*put(eight, split), {}, put(DATA, whole), 2).compile().as_text()
    # Loops over the members of a device, two, and over critic steps, five.
    trips = {int(n) for n in re.findall(r'known_trip_count":{"n":"(\d+)"', text)}
    assert trips == {"serial": {2, 5}, "vmapped": {5}}[way]
    assert set(re.findall(r"all-\w+|reduce-scatter", text)) == {"all-gather"}  # of the results


def test_the_bound_of_clipping_is_each_member_s_own() -> None:
    bounds = [0.01, 0.1]
    found = train_population(
        MLP,
        clipped,
        DATA,
        steps=4,
        seeds=[0, 0],
        settings={"learning_rate": [0.1, 0.1], "c": bounds},
        batch_size=8,
        way="vmapped",
    )
    for state, bound in zip(found.states, bounds, strict=True):
        largest = max(float(abs(x).max()) for x in jax.tree.leaves(state.critic.params))
        assert 0.9 * bound < largest <= np.float32(bound)


def test_one_trace_for_all_members() -> None:
    traces = []

    def make(weight: Any) -> Recipe:
        if not isinstance(weight, float):
            traces.append(weight)
        return recipes.wgan_gp(weight=weight, n_critic=1)

    train_population(
        MLP,
        make,
        DATA,
        steps=4,
        seeds=[0, 1, 2],
        settings={"weight": [1.0, 2.0, 3.0]},
        batch_size=4,
        way="serial",
        log_every=2,
    )
    assert len(traces) == 1


def test_a_member_that_diverges_leaves_the_others_alone() -> None:
    found = train_population(
        MLP,
        recipes.wgan_gp,
        DATA,
        steps=6,
        seeds=[0, 0],
        settings={"learning_rate": [1e-3, 1e30]},
        batch_size=8,
        way="vmapped",
        log_every=4,
    )
    sound, lost = found.states
    assert int(sound.step) == 6
    assert int(lost.step) < 6
    assert np.isfinite(found.metrics["critic/loss"][0]).all()
    assert np.isnan(found.metrics["critic/loss"][1, int(lost.step) :]).all()
    assert all(np.isfinite(x).all() for x in jax.tree.leaves(lost.generator.params))


@pytest.mark.parametrize(
    ("name", "platform", "way"),
    [
        ("penalized", "cpu", "vmapped"),
        ("wide", "cpu", "serial"),
        ("batch_norm_generator", "cpu", "serial"),
        ("batch_norm_generator", "gpu", "vmapped"),
    ],
)
def test_the_way_is_that_of_the_shape(
    name: str, platform: str, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # On CPU the ways that were faster, measured in docs/design.md; on a GPU it was not measured.
    wide = dataclasses.replace(MEMBERS["penalized"], networks=presets.mlp((2,), width=512))
    chosen = {**MEMBERS, "wide": wide}[name]
    arguments = chosen.networks, chosen.recipe, jax.random.key(0), chosen.data
    state = jax.eval_shape(lambda: create_state(*arguments))
    monkeypatch.setattr(jax, "default_backend", lambda: platform)
    assert members.faster_way(state) == way


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"settings": {"weight": [1.0]}}, r"settings\['weight'\] has 1 values for 2 seeds"),
        ({"seeds": []}, "seeds is empty"),
        ({"settings": {"n_critic": [1, 2]}}, "same n_critic for all steps and members, got 1, 2"),
        ({"batch_size": 64}, "batch_size=64 with 40 examples"),
    ],
)
def test_what_does_not_fit_is_named(arguments: Any, message: str) -> None:
    given: Any = {"seeds": [0, 1], "steps": 1, "batch_size": 4, "way": "serial"} | arguments
    with pytest.raises(ValueError, match=message):
        train_population(MLP, recipes.wgan_gp, DATA, **given)


def test_a_schedule_is_refused() -> None:
    with pytest.raises(ValueError, match="schedule"):
        train_population(
            MLP, lambda: recipes.wgan(official_schedule=True), DATA, steps=1, seeds=[0]
        )


def test_a_setting_that_shapes_the_program_is_refused() -> None:
    def make(average: Any) -> Recipe:
        return dataclasses.replace(recipes.wgan_gp(), average=average)

    with pytest.raises(ValueError, match=r"\['average'\] changes the program"):
        train_population(
            MLP,
            make,
            DATA,
            steps=1,
            seeds=[0],
            settings={"average": [0.5]},
            way="serial",
            batch_size=8,
        )


@pytest.mark.parametrize("way", ["serial", "vmapped"])
def test_a_population_goes_on_from_its_folder_to_the_same_bits(way: Any, tmp_path: Path) -> None:
    def run(folder: Path, steps: int) -> Population:
        return train_population(
            MLP,
            recipes.wgan_gp,
            DATA,
            steps=steps,
            seeds=[0, 1],
            settings={"learning_rate": [1e-3, 1e-4]},
            batch_size=8,
            way=way,
            folder=folder,
            log_every=2,
            progress=False,
        )

    whole = run(tmp_path / "whole", 6)
    run(tmp_path / "parts", 3)
    # One member is behind, as after a kill between two saves.
    shutil.rmtree(tmp_path / "parts" / "member-1" / "checkpoints")
    parts = run(tmp_path / "parts", 6)
    for a, b in zip(jax.tree.leaves(whole.states), jax.tree.leaves(parts.states), strict=True):
        np.testing.assert_array_equal(a, b)
    gaps = parts.metrics["critic/gap"]
    assert np.isnan(gaps[0]).tolist() == [True] * 3 + [False] * 3
    np.testing.assert_array_equal(gaps[1], whole.metrics["critic/gap"][1])
    rows = read_rows(tmp_path / "whole" / "member-0" / "metrics.jsonl")
    assert [row["step"] for row in rows] == [2, 4, 6]
    with pytest.raises(ValueError, match=r"learning_rate|recipe was"):
        train_population(
            MLP, recipes.wgan_gp, DATA, steps=6, seeds=[0, 1], batch_size=8, way=way,
            folder=tmp_path / "whole",
        )  # fmt: skip


def test_a_member_s_folder_is_that_of_a_training(tmp_path: Path) -> None:
    train_population(
        MLP,
        recipes.wgan_gp,
        DATA,
        steps=3,
        seeds=[0, 5],
        settings={"learning_rate": [1e-3, 1e30]},
        batch_size=8,
        way="vmapped",
        folder=tmp_path,
        progress=False,
    )
    sound, lost = (read_run(tmp_path / f"member-{i}").results for i in (0, 1))
    assert (sound.sets, sound.cells["training"].seeds[0].steps) == ([[0]], 3)
    assert lost.cells["training"].seeds[0].ended == "diverged"


def test_a_signal_saves_every_member(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    after = Bookkeeping.after

    def stop(self: Any, chunk: Any, stopped: Any) -> None:
        if int(chunk.state.step) == 2 and not stopped:
            signal.raise_signal(signal.SIGTERM)
        after(self, chunk, stopped)

    monkeypatch.setattr(Bookkeeping, "after", stop)
    arguments: Any = {"seeds": [0, 1], "batch_size": 8, "way": "serial", "log_every": 2}
    with pytest.raises(Interrupted, match="stopped after step 2"):
        train_population(MLP, recipes.wgan_gp, DATA, steps=6, folder=tmp_path, **arguments)
    for index in (0, 1):
        assert steps_of(tmp_path / f"member-{index}" / "checkpoints") == [2]


def test_a_population_goes_on_in_the_way_in_which_it_began(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(steps: int) -> Population:
        found = train_population(
            MLP, recipes.wgan_gp, DATA, steps=steps, seeds=[0, 1], batch_size=4, folder=tmp_path
        )
        assert found.way == "vmapped"
        return found

    ways = iter(["vmapped", "serial"])
    monkeypatch.setattr(population, "faster_way", lambda _: next(ways))
    run(2)
    assert run(4).metrics["critic/gap"].shape == (2, 4)
    assert run(4).metrics == {}
