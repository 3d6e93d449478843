"""A run on streamed images is the run on the same images in memory, bit for bit."""

from __future__ import annotations

import dataclasses
import pickle
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import linen as nn
from PIL import Image

from jaxgan.data import Dequantized, Stream, from_folder
from jaxgan.data.stream import in_memory
from jaxgan.networks import Normal
from jaxgan.objectives import Hinge
from jaxgan.optimizers import sgd
from jaxgan.runs import feed, train
from jaxgan.runs.identity import describe, fingerprint
from jaxgan.runs.population import train_population
from jaxgan.training import Networks, Recipe, Setup, sample_batch
from jaxgan.training.draws import draw_indices

pytest.importorskip("grain")

KEY = jax.random.key(3)


class Generator(nn.Module):
    """A linear generator of images."""

    @nn.compact
    def __call__(self, z: jax.Array) -> jax.Array:
        return nn.tanh(nn.Dense(16)(z)).reshape(-1, 4, 4, 1)


class Critic(nn.Module):
    """A critic with one hidden layer, and an embedding per class."""

    @nn.compact
    def __call__(self, x: jax.Array, labels: jax.Array) -> jax.Array:
        hidden = nn.tanh(nn.Dense(4)(x.reshape(len(x), -1)) + nn.Embed(2, 4)(labels))
        return nn.Dense(1)(hidden)[:, 0]


NETWORKS = Networks(Generator(), Critic(), Normal(2))
RECIPE = Recipe(Hinge(), sgd(0.1), sgd(0.1), n_critic=1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve images in two classes."""
    root, noise = tmp_path_factory.mktemp("images"), np.random.default_rng(0)
    for i in range(12):
        path = root / "ab"[i % 2] / f"{i}.png"
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(noise.integers(0, 256, (4, 4), dtype=np.uint8)).save(path)
    return root


def setup(folder: Path, steps: int = 9, **options: Any) -> Setup:
    return Setup(NETWORKS, RECIPE, from_folder(folder, flip=True, **options), 4, steps)


def same(a: Any, b: Any) -> bool:
    return all(bool((x == y).all()) for x, y in zip(*map(jax.tree.leaves, (a, b)), strict=True))


def test_a_stream_says_what_it_is(folder: Path) -> None:
    whole, stream = from_folder(folder, flip=True), from_folder(folder, flip=True, stream=True)
    assert isinstance(stream, Stream)
    assert (stream.real.shape, stream.real.dtype) == (whole.real.shape, whole.real.dtype)
    assert fingerprint(stream) == fingerprint(whole)
    assert same(stream.labels, whole.labels)
    assert stream.names == whole.names == in_memory(stream).names == ("a", "b")
    index = np.array([[3, 0], [23, 3]])
    assert same(stream.gather(index), jax.tree.map(lambda x: x[index], whole))
    # All of a small set, in order: its scores are compared with those of a run in memory.
    assert fingerprint(in_memory(stream)) == stream.fingerprint
    assert isinstance(from_folder(folder, limit_gb=100e-9), Stream)  # 12 images of 16 bytes
    assert not isinstance(from_folder(folder, limit_gb=200e-9), Stream)
    pickle.dumps(stream.read)


@pytest.mark.parametrize("dequantize", [False, True])
def test_the_batch_of_a_step_is_the_same(folder: Path, dequantize: bool) -> None:
    options: Any = {"n_critic": 2, "batch_size": 5}
    whole = setup(folder, dequantize=dequantize).data
    stream = setup(folder, dequantize=dequantize, stream=True).data
    batch = sample_batch(whole, KEY, **options)
    assert same(sample_batch(stream, KEY, **options), batch)
    index = draw_indices(24, KEY, **options)
    pixels = np.asarray(whole.real)[index]
    scaled = pixels / 128 - 1 if dequantize else pixels / 127.5 - 1
    difference = np.asarray(batch.real) - scaled
    # Noise of less than a level, and as large as U[0, 1) / 128; none without it.
    assert difference.min() > -1e-6
    assert bool(difference.max() > 0.9 / 128) is dequantize
    assert difference.max() < (1 / 128 if dequantize else 0) + 1e-6
    assert isinstance(whole, Dequantized) is dequantize


@pytest.mark.usefixtures("optimized")
def test_streamed_and_in_memory_are_one_run(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "BLOCK", 3 * 2 * 4 * 16)  # three steps of 2 batches of 4 images
    options: dict[str, Any] = {"log_every": 4, "save_every": 5, "progress": False}
    whole = train(setup(folder), **options)
    assert same(train(setup(folder, stream=True), **options), whole)
    assert describe(setup(folder, stream=True), 0) == describe(setup(folder), 0)
    for steps, stream in ((4, True), (6, False), (9, True)):  # goes on in memory, and as a stream
        state = train(setup(folder, steps, stream=stream), folder=tmp_path, **options)
        assert int(state.step) == steps
    assert same(state, whole)  # pyright: ignore[reportPossiblyUnboundVariable]


@pytest.mark.usefixtures("optimized")
def test_several_devices_share_a_streamed_batch(folder: Path) -> None:
    options: dict[str, Any] = {"log_every": 4, "progress": False, "devices": 2}
    whole = train(setup(folder, 2), **options)
    assert same(train(setup(folder, 2, stream=True), **options), whole)


def test_blocks_follow_a_schedule_of_critic_steps(folder: Path) -> None:
    recipe = dataclasses.replace(RECIPE, n_critic=lambda step: 3 if step < 2 else 1)
    stream, whole = (
        dataclasses.replace(setup(folder, stream=stream), recipe=recipe) for stream in (True, False)
    )
    data = feed.feed(stream, KEY, 5).data
    for step, length, n_critic in ((0, 2, 3), (2, 1, 1), (3, 5, 1), (1, 1, 3)):  # and back again
        block = data(step, length)
        for t in range(step, step + length):
            key = jax.random.fold_in(KEY, t)
            drawn = sample_batch(whole.data, key, n_critic=n_critic, batch_size=4)
            found = block.batch(jnp.asarray(t), key)
            assert same((found.real, found.labels), (drawn.real, drawn.labels))
            assert same(*(jax.random.key_data(batch.keys) for batch in (found, drawn)))


@pytest.mark.usefixtures("optimized")
@pytest.mark.slow
def test_processes_read_the_same_examples(folder: Path) -> None:
    whole, stream = setup(folder), setup(folder, stream=True, workers=2)
    data = feed.feed(stream, KEY, 5).data
    for step, length in ((2, 5), (7, 2)):
        block = data(step, length)
        for t in range(step, step + length):
            key = jax.random.fold_in(KEY, t)
            drawn = sample_batch(whole.data, key, n_critic=1, batch_size=4)
            assert same(block.batch(jnp.asarray(t), key)[:2], drawn[:2])


@pytest.mark.parametrize(("workers", "kind"), [(-1, ValueError), ("4", TypeError)])
def test_a_number_of_processes_is_checked_first(workers: Any, kind: type, tmp_path: Path) -> None:
    Image.new("L", (4, 4)).save(tmp_path / "a.png")
    with pytest.raises(kind, match=r"workers must be .* got .*: give 0 to read in threads"):
        from_folder(tmp_path, workers=workers)


@pytest.mark.slow
def test_an_image_that_disappears_is_named_by_a_process(tmp_path: Path) -> None:
    Image.new("L", (4, 4)).save(tmp_path / "a.png")
    stream = from_folder(tmp_path, stream=True, workers=1)
    (tmp_path / "a.png").unlink()
    with pytest.raises(FileNotFoundError, match=r"a\.png"):
        feed.feed(Setup(NETWORKS, RECIPE, stream, 1, 9), KEY, 5).data(0, 5)


def test_a_population_needs_data_in_memory(folder: Path) -> None:
    stream = setup(folder, stream=True).data
    with pytest.raises(ValueError, match="needs data in memory: give stream=False"):
        train_population(NETWORKS, lambda: RECIPE, stream, steps=1, seeds=[0])


def test_an_image_that_disappears_is_named(folder: Path, tmp_path: Path) -> None:
    Image.new("L", (4, 4)).save(tmp_path / "a.png")
    Image.new("L", (4, 4), 9).save(tmp_path / "b.png")
    stream = from_folder(tmp_path, stream=True)
    (tmp_path / "b.png").unlink()
    with pytest.raises(FileNotFoundError, match=r"b\.png"):
        sample_batch(stream, KEY, n_critic=1, batch_size=8)
