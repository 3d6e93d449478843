"""Samples by class, and paths in latent space."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import linen as nn
from matplotlib.figure import Figure
from PIL import Image

from jaxgan import figures
from jaxgan.cli.draws import asked_labels
from jaxgan.cli.main import main
from jaxgan.cli.sources import Trained
from jaxgan.networks import Normal
from jaxgan.study import ImageMeasure, Moment, Real, Record, Samples, SampleTable
from jaxgan.study.classes import conditional
from jaxgan.study.records import load_record, save_record
from jaxgan.training import Dataset, Networks, create_state, lerp, slerp
from jaxgan.types import ClassNames
from tests import conditional_digits
from tests.conditional_digits import DATA, LABELS, NAMED, PAIR, RECIPE, SETUP

KEY = jax.random.key(1)
STATE = create_state(PAIR, RECIPE, KEY, DATA)
ROWS = ["bee", "cat", "dog", "bee", "cat", "dog", "bee", "cat"]
SOURCE = ["--source", f"{conditional_digits.__name__}:SETUP"]
WITH_NAMES = ["--source", f"{conditional_digits.__name__}:NAMED"]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("conditional") / "run"
    conditional_digits.train(folder)
    return folder


def fails(*words: Any) -> str:
    with pytest.raises(SystemExit) as stop:
        main([str(word) for word in words])
    return str(stop.value.code)


def shades(images: np.ndarray) -> np.ndarray:
    """The labels, which the generator writes into the last row of pixels."""
    return np.round(3 * images[:, -1, 0, 0]).astype(int)


def test_samples_of_one_class_and_of_all(run: Path, tmp_path: Path) -> None:
    main(["sample", str(run), "--n", "3", "--label", "2", *SOURCE])
    assert shades(np.load(run / "samples-3-label-2.npy")).tolist() == [2] * 3
    main(["sample", str(run), "--n", "3", "--labels", "all", "--pngs", str(tmp_path), *SOURCE])
    samples = np.load(run / "samples-3-labels-all.npy")
    assert shades(samples).tolist() == [1, 1, 1, 2, 2, 2, 3, 3, 3]
    np.testing.assert_array_equal(samples[:3, :-1], samples[3:6, :-1])  # the same latents
    assert sorted(path.parent.name for path in tmp_path.glob("*/*.png")) == [*"111222333"]
    image = np.asarray(Image.open(tmp_path / "2" / "000004.png"))
    np.testing.assert_array_equal(image, np.round(127.5 * (samples[4, ..., 0] + 1)))


def test_a_class_has_a_name(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows: list[Any] = []

    def grid(images: Any, columns: int, names: Any) -> Figure:
        rows.append((columns, names))
        return Figure()

    monkeypatch.setattr(figures, "sample_grid", grid)
    # The names are not part of the identity of the run, which was made without them.
    main(["sample", str(run), "--n", "2", "--label", "bee", *WITH_NAMES])
    assert shades(np.load(run / "samples-2-label-1.npy")).tolist() == [1, 1]
    for source, n in ((WITH_NAMES, 2), (WITH_NAMES, 17), (SOURCE, 2)):
        main(["sample", str(run), "--n", str(n), "--labels", "all", *source])
    # A row of the picture has 16 columns, so 17 images of a class do not fit in one.
    names = [[], ["bee", "cat", "dog"], [], []]
    assert rows == [
        (columns, {run.name: of}) for columns, of in zip([8, 2, 16, 2], names, strict=True)
    ]


def test_a_name_is_found_before_a_number() -> None:
    data = DATA._replace(names=ClassNames(["0", "3", "2", "1"]))
    found = Trained("", dataclasses.replace(SETUP, data=data), 0, STATE)
    assert [asked_labels(found, text, every=False) for text in "123"] == [[3], [2], [1]]
    # No example has the class "ant", and 7 is not a class.
    found = Trained("", NAMED, 0, STATE)
    for text, hint in (("bea", "did you mean 'bee'. "), ("ant", ".*"), ("7", "")):
        message = f"unknown class in --label {text!r}: {hint}There are bee, cat, dog"
        with pytest.raises(ValueError, match=message):
            asked_labels(found, text, every=False)
    with pytest.raises(ValueError, match="must be a class of the data, 1 to 3, got cat"):
        asked_labels(found._replace(setup=SETUP), "cat", every=False)


def test_classes_that_cannot_be_drawn_are_refused(run: Path) -> None:
    assert "must be a class of the data, 1 to 3, got 0" in fails(
        "sample", run, "--label", 0, *SOURCE
    )
    assert "not both" in fails("sample", run, "--label", 1, "--labels", "all", *SOURCE)


@pytest.mark.parametrize(("way", "name"), [("slerp", "slerp"), ("coordinate", "coordinate4")])
def test_paths_of_a_run(run: Path, way: str, name: str) -> None:
    words = ["--way", way, "--lines", "2", "--stops", "3", "--label", "2"]
    words += ["--coordinate", "4"] if way == "coordinate" else []
    main(["interpolate", str(run), *words, *SOURCE])
    found = np.load(run / f"interpolation-{name}-label-2.npy")
    assert found.shape == (2, 3, 4, 4, 1)
    assert shades(found.reshape(6, 4, 4, 1)).tolist() == [2] * 6
    assert (run / f"interpolation-{name}-label-2.png").is_file()
    assert "from 0 to 4, got 5" in fails(
        "interpolate", run, "--way", "coordinate", "--coordinate", 5, *SOURCE
    )


def test_neighbors_of_a_run(run: Path, capsys: Any) -> None:
    main(["neighbors", str(run), "--n", "3", *SOURCE])
    shown = capsys.readouterr().out
    found = np.load(run / "neighbors-3.npz")
    real = np.asarray(DATA.real, np.float64) / 127.5 - 1
    samples = np.load(run / "neighbors-3.npz")["samples"] / 127.5 - 1
    all_distances = np.sqrt(((samples[:, None] - real[None]) ** 2).sum(axis=(2, 3, 4)))
    # Samples are stored as uint8, up to 1/255 away in each of the 16 pixels.
    np.testing.assert_allclose(found["distances"], all_distances.min(axis=1), atol=4 / 255)
    assert f"distances: smallest {found['distances'].min():.4g}" in shown
    assert (run / "neighbors-3.png").is_file()


class Deaf(nn.Module):
    """A generator that declares labels and does not use them."""

    @nn.compact
    def __call__(self, latent: jax.Array, labels: jax.Array | None = None) -> jax.Array:
        return jnp.tanh(nn.Dense(16)(latent)).reshape(-1, 4, 4, 1)


def test_a_generator_is_conditional_if_its_output_depends_on_the_label() -> None:
    deaf = Networks(Deaf(), PAIR.critic, Normal(5))
    state = create_state(deaf, RECIPE, KEY, DATA)
    assert not conditional(deaf, state, DATA)
    assert conditional(PAIR, STATE, DATA)
    assert not conditional(PAIR, STATE, Dataset(DATA.real))


def test_pictures_have_a_row_per_class() -> None:
    found = ImageMeasure()(Moment(SETUP, STATE, KEY, {}))
    frames, samples = found.frames["samples"], found.arrays["samples"]

    def labels(images: np.ndarray) -> list[int]:
        return shades(images / 127.5 - 1).tolist()

    # Three classes in a square of 4 x 4, and in 8 rows of 8.
    assert labels(frames) == [*np.repeat([1, 2, 3, 1], 4)]
    assert labels(samples) == [*np.repeat([1, 2, 3, 1, 2, 3, 1, 2], 8)]
    # Each row has the same latents, each column another: all but the label's pixels repeat.
    grid = frames.reshape(4, 4, 4, 4)[:, :, :-1]
    np.testing.assert_array_equal(grid, np.broadcast_to(grid[:1], grid.shape))
    assert not (grid[0, 0] == grid[0, 1]).all()
    # The picture names the rows if the classes have names; nothing else changes.
    named = ImageMeasure()(Moment(NAMED, STATE, KEY, {})).arrays
    assert named.keys() - found.arrays.keys() == {"samples/names"}
    assert named["samples/names"].tolist() == ROWS
    np.testing.assert_array_equal(named["samples"], samples)


def test_real_examples_have_the_same_rows(tmp_path: Path) -> None:
    found = Real(DATA, by_class=True)(0, tmp_path).arrays["samples"]
    known = {
        image.tobytes(): int(k) for image, k in zip(np.asarray(DATA.real), LABELS, strict=True)
    }
    labels = [known[image.tobytes()] for image in found]
    assert labels == [*np.repeat([1, 2, 3, 1, 2, 3, 1, 2], 8)]
    named = Real(NAMED.data, by_class=True)(0, tmp_path)
    assert named.arrays["samples/names"].tolist() == ROWS
    save_record(tmp_path, named, {})
    picture = Samples().draw({"real": [load_record(tmp_path) or named]}, {})
    assert [text.get_text() for text in picture.texts] == ["real", *ROWS]
    assert "samples/names" not in Real(NAMED.data)(0, tmp_path).arrays
    # There are 20 examples of class 3, so that its two rows of 8 show different ones.
    assert len({image.tobytes() for image, k in zip(found, labels, strict=True) if k == 3}) == 16


def test_a_table_of_samples_is_named_by_its_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    images = np.arange(4 * 30).reshape(4, 30, 1, 1, 1)
    records = {
        "real": [Record({}, {}, {"samples": images[0]})],
        "half": [Record({"x": 1.0})],
        "tanh-wgan": [Record({}, {}, {"samples": images[1]})],
        "tanh-gan": [Record({}, {}, {"samples": images[2]}, "diverged", 1500)],
        "mlp-wgan": [Record({}, {}, {"samples": images[3]})],
    }
    drawn: list[dict[str, dict[str, Any]]] = []
    monkeypatch.setattr(figures, "sample_table", lambda rows: drawn.append(rows) or Figure())
    SampleTable().draw(records, {})
    (rows,) = drawn
    assert {name: [*row] for name, row in rows.items()} == {
        "tanh": ["wgan", "gan"],
        "mlp": ["wgan"],
        "real": ["wgan", "gan"],
    }
    assert rows["tanh"]["gan"] == "diverged at 1,500"
    np.testing.assert_array_equal(rows["mlp"]["wgan"], images[3, :25])
    np.testing.assert_array_equal(rows["real"]["gan"], images[0, :25])


def test_arcs_keep_their_norm_and_their_speed() -> None:
    begin, end = jax.random.normal(KEY, (2, 3, 100))
    begin, end = (z / jnp.linalg.norm(z, axis=1, keepdims=True) for z in (begin, end))
    arcs = slerp(begin, end, 5)
    np.testing.assert_allclose(jnp.linalg.norm(arcs, axis=2), 1, rtol=1e-5)
    np.testing.assert_allclose(arcs[:, 0], begin, atol=1e-6)
    np.testing.assert_allclose(arcs[:, -1], end, atol=1e-6)
    # Equal steps on the sphere are equal steps in space.
    steps = jnp.linalg.norm(jnp.diff(arcs, axis=1), axis=2)
    np.testing.assert_allclose(steps, jnp.broadcast_to(steps[:, :1], steps.shape), rtol=1e-4)


@pytest.mark.parametrize("factor", [1.0, -1.0, 0.0])
def test_an_arc_between_ends_on_one_line_is_straight(factor: float) -> None:
    begin = jnp.ones((1, 4))
    found = slerp(begin, factor * begin, 3)
    np.testing.assert_allclose(found, lerp(begin, factor * begin, 3), atol=1e-3)
