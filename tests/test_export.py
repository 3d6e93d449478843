"""Exported generators, loaded by other runtimes."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import safetensors
from flax import linen as nn

import jaxgan
from jaxgan.cli.main import main
from jaxgan.export import Generator, export
from jaxgan.export.formats import Format
from jaxgan.export.plain import plain
from jaxgan.export.write import FORMATS
from jaxgan.networks import presets
from jaxgan.networks.conditional import takes_labels
from jaxgan.training import create_state
from jaxgan.training.modules import initialize
from jaxgan.types import Networks, Variables
from tests import conditional_digits
from tests.conditional_digits import SETUP

KEY, SHAPE = jax.random.key(1), (32, 32, 3)
SOURCE = ["--source", f"{conditional_digits.__name__}:SETUP"]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("conditional") / "run"
    conditional_digits.train(folder)
    return folder


@pytest.fixture(scope="module")
def generator(run: Path) -> Generator:
    return jaxgan.load_generator(run, source=SETUP)


def test_a_loaded_generator_draws_what_the_run_draws(run: Path, generator: Generator) -> None:
    assert generator.classes == (1, 2, 3)
    assert generator.about == {"step": 2, "weights": "moving average"}
    main(["sample", str(run), "--n", "6", "--label", "2", *SOURCE])
    latents = generator.draw(jax.random.key(2**31 - 1), 6)  # the key of the run's pictures
    examples = generator(latents, jnp.full(6, 2))
    np.testing.assert_allclose(examples, np.load(run / "samples-6-label-2.npy"), atol=1e-6)


def test_inputs_of_another_form_are_refused(generator: Generator) -> None:
    latents = generator.draw(KEY, 2)
    with pytest.raises(ValueError, match=r"needs labels, .* classes 1, 2, 3"):
        generator(latents)
    with pytest.raises(ValueError, match=r"latents must be \[n, 5\], got \(2, 4\)"):
        generator(latents[:, :4], jnp.ones(2, int))
    with pytest.raises(ValueError, match="uses no labels"):
        dataclasses.replace(generator, classes=())(latents, jnp.ones(2, int))


@pytest.mark.parametrize(
    "networks",
    [
        presets.dcgan(SHAPE, width=2, classes=10),
        presets.dcgan(SHAPE, width=8, attention=True),
        presets.resnet(SHAPE, width=2, classes=10),
        presets.sngan_resnet(SHAPE, width=2, classes=10, generator_weights="spectral"),
        presets.r3gan(SHAPE, classes=10),
        presets.wgan_gp_architectures(SHAPE, variant="gated", width=2),
    ],
    ids=lambda networks: type(networks.generator).__name__,
)
def test_programs_take_batches_of_any_size(networks: Networks) -> None:
    module, (batch,) = networks.generator, jax.export.symbolic_shape("batch")
    two = [jnp.zeros((2, *jax.eval_shape(networks.latent, KEY).shape))]
    two += [jnp.zeros(2, int)] if takes_labels(module) else []
    variables = jax.eval_shape(lambda z, labels=None: initialize(module, KEY, z, labels), *two)

    def program(variables: Variables, latents: jax.Array, *labels: jax.Array) -> jax.Array:
        return plain(Generator(networks, variables, SHAPE))(latents, *labels)

    inputs = [jax.ShapeDtypeStruct((batch, *x.shape[1:]), x.dtype) for x in two]
    assert jax.eval_shape(program, variables, *inputs).shape == (batch, *SHAPE)


@pytest.mark.filterwarnings("ignore")  # of the packages that read and write these files
@pytest.mark.parametrize(
    "to", ["safetensors", "stablehlo", pytest.param("onnx", marks=pytest.mark.slow)]
)
def test_a_file_holds_the_generator(
    to: str, run: Path, generator: Generator, capsys: Any, tmp_path: Path
) -> None:
    if to == "onnx":
        pytest.importorskip("jax2onnx")
        pytest.importorskip("onnxruntime")
    main(["export", str(run), "--to", to, "--out", str(tmp_path / "file"), *SOURCE])
    assert "largest difference" in capsys.readouterr().out
    read = FORMATS[to].read(tmp_path / "file", generator)
    for n in (1, 5):  # batches of any size
        latents, labels = generator.draw(KEY, n), jnp.full(n, 2)
        found = read(latents, labels)
        np.testing.assert_allclose(found, generator(latents, labels), atol=1e-6)
        assert np.abs(found).max() > 0.1
    assert [path.name for path in tmp_path.glob("*.partial")] == []


def test_the_names_and_the_metadata_of_tensors(generator: Generator, tmp_path: Path) -> None:
    assert export(generator, tmp_path / "file", "safetensors") == 0.0
    with safetensors.safe_open(tmp_path / "file", "numpy") as file:
        about = json.loads(file.metadata()["jaxgan"])
        assert sorted(file.keys()) == [
            *(f"generator/BatchNorm_0/{name}" for name in ("bias", "mean", "scale", "var")),
            *(f"generator/ConvTranspose_0/{name}" for name in ("bias", "kernel")),
            *(f"generator/Dense_0/{name}" for name in ("bias", "kernel")),
            "generator/shade",
        ]
        kernel = file.get_tensor("generator/Dense_0/kernel")
    np.testing.assert_array_equal(kernel, generator.variables["params"]["Dense_0"]["kernel"])
    assert about["latent"] == {"size": 5, "distribution": "Normal(size=5)"}
    assert (about["shape"], about["range"], about["classes"]) == ([4, 4, 1], [-1, 1], [1, 2, 3])


def test_a_file_that_differs_is_refused(
    generator: Generator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = FORMATS["safetensors"]
    wrong = Format(
        good.suffix, good.write, lambda path, like: lambda *x: np.asarray(like(*x)) + 1e-3, 1e-4
    )
    monkeypatch.setitem(FORMATS, "safetensors", wrong)  # pyright: ignore[reportArgumentType]
    with pytest.raises(ValueError, match=r"differs by 0.001 .* more than 0.0001 x 1"):
        export(generator, tmp_path / "file", "safetensors")
    assert list(tmp_path.iterdir()) == []


class OfOneSize(nn.Module):
    """A module that needs to know the number of latents."""

    @nn.compact
    def __call__(self, latents: jax.Array) -> jax.Array:
        return nn.Dense(16)(latents).reshape(len(latents), 4, 4, 1)


def test_a_module_for_one_batch_size_is_named(tmp_path: Path) -> None:
    networks = dataclasses.replace(SETUP.networks, generator=OfOneSize())
    setup = dataclasses.replace(SETUP, networks=networks)
    state = create_state(networks, SETUP.recipe, KEY, SETUP.data)
    with pytest.raises(ValueError, match=r"OfOneSize .* x.shape\[0\] instead of len"):
        export(Generator.of(setup, state), tmp_path / "file", "stablehlo")


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(__import__("sys").modules, "jax2onnx", None)
    state = create_state(SETUP.networks, SETUP.recipe, KEY, SETUP.data)
    with pytest.raises(ValueError, match=r"jax2onnx.*pip install 'jaxgan\[export\]'"):
        export(Generator.of(SETUP, state), tmp_path / "file", "onnx")
