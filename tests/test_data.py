"""Data sets have the stated contents, and errors in your own arrays are named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_digits

from jaxgan.data import digits, from_arrays, from_npz, from_tfds, load

POINTS = np.zeros((5, 2), np.float32)
IMAGES = np.zeros((5, 8, 8, 1), np.float32)


def test_the_digits_are_those_of_scikit_learn() -> None:
    data, source = digits(), load_digits()
    pixels = np.asarray(data.real, np.float64)[..., 0]
    assert data.real.dtype == np.uint8
    # 17 levels become 0..255 in steps of 255 / 16, rounded: at most half a pixel off.
    assert abs(pixels - source.images * 255 / 16).max() <= 0.5
    np.testing.assert_array_equal(data.labels, source.target)


def test_images_stay_uint8_and_get_a_channel() -> None:
    data = from_arrays(np.full((3, 4, 4), 7, np.uint8), np.array([0, 2, 1]))
    assert (data.real.shape, data.real.dtype) == ((3, 4, 4, 1), np.uint8)
    assert data.labels is not None
    assert data.labels.tolist() == [0, 2, 1]
    assert from_arrays(POINTS.astype(np.float64)).real.dtype == np.float32


def nan_in(x: np.ndarray) -> np.ndarray:
    x = x.copy()
    x[3] = np.nan
    return x


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((np.zeros(5),), "non-empty \\[n, ...\\] array of examples, got shape \\(5,\\)"),
        ((np.zeros((0, 2)),), "non-empty"),
        ((np.zeros((5, 2), np.uint8),), "uint8 data are images"),
        ((np.zeros((5, 2), np.int64),), "must be uint8 images or floats, got int64"),
        ((nan_in(IMAGES),), "not finite in 1 of 5 examples, first at index 3"),
        ((IMAGES + 200,), "must lie in \\[-1, 1\\], got \\[200, 200\\]: give uint8"),
        ((POINTS, np.zeros(4, int)), "labels must be \\[5\\] integers"),
        ((POINTS, np.zeros(5)), "labels must be \\[5\\] integers"),
        ((POINTS, np.array([0, 1, 2, 3, 10]), 10), "0..9, got 0..10"),
        ((POINTS, np.array([-1, 0, 0, 0, 0])), "got -1..0"),
        ((POINTS, np.arange(5) % 3, ["cat", "dog"]), "0..1, got 0..2"),
        ((POINTS, np.zeros(5, int), ["cat", "cat"]), "distinct names by label, got \\['cat', 'cat"),
        ((POINTS, np.zeros(5, int), "cat"), "distinct names by label, got 'cat'"),
        ((POINTS, None, ["cat", "dog"]), "classes has 2 names, but there are no labels"),
    ],
)
def test_what_is_wrong_with_arrays_is_named(arguments: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        from_arrays(*arguments)


def test_files(tmp_path: Path) -> None:
    np.savez(tmp_path / "mine.npz", x_train=np.ones((5, 8, 8), np.uint8), y_train=np.arange(5))
    data = load(str(tmp_path / "mine.npz"))
    assert data.real.shape == (5, 8, 8, 1)
    assert data.labels is not None
    assert data.names is None
    assert load("npz", path=tmp_path / "mine.npz", classes=[*"abcde"]).names == (*"abcde",)
    np.savez(tmp_path / "other.npz", pictures=np.ones((5, 8, 8), np.uint8))
    with pytest.raises(ValueError, match=r"holds \['pictures'\] but none of"):
        from_npz(tmp_path / "other.npz")
    with pytest.raises(FileNotFoundError, match="give the path"):
        from_npz(tmp_path / "none.npz")


def test_an_unknown_name_suggests_the_nearest() -> None:
    with pytest.raises(ValueError, match="unknown data 'swis_roll': did you mean 'swiss_roll'"):
        load("swis_roll")


def test_tfds_reads_array_records_without_tensorflow(tmp_path: Path) -> None:
    tfds = pytest.importorskip("tensorflow_datasets")
    images = np.random.default_rng(0).integers(0, 256, (6, 4, 4, 1), dtype=np.uint8)

    class Tiny(tfds.core.GeneratorBasedBuilder):
        """A registered data set of six images."""

        VERSION = tfds.core.Version("1.0.0")

        def _info(self) -> Any:
            features = {
                "image": tfds.features.Tensor(shape=(4, 4, 1), dtype=np.uint8),
                "label": tfds.features.Scalar(np.int64),
            }
            return self.dataset_info_from_configs(features=tfds.features.FeaturesDict(features))

        def _split_generators(self, manager: Any) -> Any:
            del manager
            return {"train": self._generate_examples()}

        def _generate_examples(self) -> Any:
            for index, image in enumerate(images):
                yield index, {"image": image, "label": index % 3}

    with pytest.raises(FileNotFoundError, match="has not prepared 'tiny'"):
        from_tfds("tiny", data_dir=tmp_path)
    Tiny(data_dir=tmp_path, file_format="array_record").download_and_prepare()
    data = from_tfds("tiny", data_dir=tmp_path)
    assert data.labels is not None
    found = {tuple(np.ravel(x)): int(y) for x, y in zip(data.real, data.labels, strict=True)}
    assert found == {tuple(x.ravel()): i % 3 for i, x in enumerate(images)}
