"""Images from files, archives and prepared sets become one data set, and bad ones are named."""

from __future__ import annotations

import gzip
import io
import json
import shutil
import struct
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest
from PIL import Image

from jaxgan.data import (
    Dequantized,
    from_archive,
    from_folder,
    from_huggingface,
    from_idx,
    from_npz,
    from_tfds,
    load,
)
from jaxgan.data.class_folders import class_folders
from jaxgan.data.preparation import Preparation
from jaxgan.types import Dataset

PIXELS = np.random.default_rng(0).integers(0, 256, (6, 5, 4, 3), dtype=np.uint8)
LABELS = np.array([0, 0, 1, 1, 1, 2])
CLASSES = ("bird", "cat", "dog")


def same(data: Dataset, pixels: np.ndarray = PIXELS, labels: Any = LABELS) -> bool:
    assert data.labels is not None
    return bool(np.array_equal(data.real, pixels) and np.array_equal(data.labels, labels))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The images as PNG files, which lose nothing, in a folder per class."""
    for i, (image, label) in enumerate(zip(PIXELS, LABELS, strict=True)):
        path = tmp_path / "pets" / CLASSES[label] / f"{i}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(image).save(path)
    (tmp_path / "pets" / "notes.txt").write_text("no image")
    (tmp_path / "pets" / ".cache.png").write_text("hidden")
    return tmp_path / "pets"


def test_a_folder_has_the_pixels_of_its_files_and_a_label_per_class(folder: Path) -> None:
    assert same(from_folder(folder))
    assert from_folder(folder).names == CLASSES
    assert from_folder(folder, flip=True, dequantize=True).names == CLASSES
    assert from_folder(folder / "cat").names is None
    assert same(load(str(folder)))
    assert same(load("folder", path=str(folder.parent), split="pets"))


@pytest.mark.parametrize("name", ["a.zip", "a.tar", "a.tar.gz", "a.tar.xz"])
def test_an_archive_is_the_folder_and_is_not_extracted(folder: Path, name: str) -> None:
    path = folder.parent / name
    if name == "a.zip":
        with zipfile.ZipFile(path, "w") as archive:
            for file in sorted(folder.rglob("*.*"), reverse=True):
                archive.write(file, file.relative_to(folder.parent))
    else:
        with tarfile.open(path, f"w:{path.suffix[1:].replace('tar', '')}") as archive:
            archive.add(folder, "pets")
    before = sorted(folder.parent.rglob("*"))
    assert same(from_archive(path))
    assert from_archive(path).names == CLASSES
    assert same(load(str(path)))
    assert sorted(folder.parent.rglob("*")) == before
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 3])
    with pytest.raises(ValueError, match="cannot be used"):
        from_archive(path)


def test_which_folders_are_classes() -> None:
    # torchvision's ImageFolder numbers the same folders in the same order.
    assert class_folders(["x/b/1.png", "x/a/2.JPG"]).classes == ("a", "b")
    assert class_folders(["a/1.png", "a/2.png"]).labels is None  # one folder is not a class
    assert class_folders(["a/1.png", "2.png"]).labels is None
    assert class_folders(["a/x/1.png", "b/2.png"]).labels is None
    parts = [f"{split}/{name}/1.png" for split in ("train", "test") for name in "ab"]
    assert class_folders(parts, "test").paths == ["test/a/1.png", "test/b/1.png"]
    assert class_folders(parts[:2], "train").classes == ("a", "b")
    with pytest.raises(ValueError, match="parts test, train: give split='train'"):
        class_folders(parts)
    with pytest.raises(ValueError, match="unknown split 'tests': did you mean 'test'"):
        class_folders(parts, "tests")
    with pytest.raises(ValueError, match="none of its 1 files is an image"):
        class_folders(["README"])


def test_crop_and_size_are_those_of_pillow() -> None:
    image = Image.fromarray(PIXELS[0])  # 5 high, 4 wide
    assert (Preparation(crop="center")(image) == PIXELS[0, :4]).all()
    assert (Preparation(crop=2)(image) == PIXELS[0, 1:3, 1:3]).all()
    small = image.crop((0, 0, 4, 4)).resize((2, 2), Image.Resampling.LANCZOS)
    assert (Preparation(size=2, crop="center")(image) == np.asarray(small)).all()
    # ITU-R 601-2 luma, as Pillow's documentation gives it.
    luma = PIXELS[0] @ np.array([0.299, 0.587, 0.114])
    assert abs(Preparation(gray=True)(image)[..., 0] - luma).max() <= 1


def test_a_photograph_is_turned_as_its_tag_says() -> None:
    image, exif = Image.fromarray(PIXELS[0]), Image.Exif()
    exif[0x0112] = 3  # the EXIF standard: rotated by 180 degrees
    image.save(file := io.BytesIO(), format="png", exif=exif)
    assert (Preparation()(Image.open(file)) == PIXELS[0, ::-1, ::-1]).all()


def test_a_mirror_image_follows_each_image(folder: Path) -> None:
    data = from_folder(folder, flip=True)
    assert same(Dataset(data.real[::2], data.labels[::2]))  # pyright: ignore[reportOptionalSubscript]
    assert same(Dataset(data.real[1::2, :, ::-1], data.labels[1::2]))  # pyright: ignore[reportOptionalSubscript]


def test_bad_files_are_counted_and_named_and_left_out_if_asked(folder: Path) -> None:
    (folder / "cat" / "2.png").write_bytes(b"no image")
    whole = (folder / "dog" / "5.png").read_bytes()
    (folder / "dog" / "5.png").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ValueError, match=r"2 of 6 images .*cat.2\.png.*dog.5\.png.*skip_bad=True"):
        from_folder(folder)
    kept = [0, 1, 3, 4]
    assert same(from_folder(folder, skip_bad=True), PIXELS[kept], LABELS[kept])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"sise": 3}, "unknown image option 'sise': did you mean 'size'"),
        ({"size": 0}, "size must be an integer of at least 1"),
        ({"size": 3}, "has 4 x 5 pixels, and size=3 makes squares: give crop='center'"),
        ({"crop": 5}, "has 4 x 5 pixels, less than crop=5"),
        ({"split": "train"}, "unknown split 'train'"),
    ],
)
def test_options_that_do_not_fit_are_named(folder: Path, options: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        from_folder(folder, **options)


def test_images_that_differ_are_named(folder: Path) -> None:
    Image.fromarray(PIXELS[0, :3]).save(folder / "dog" / "6.png")
    with pytest.raises(ValueError, match=r"0\.png is \[5, 4, 3\].*6\.png is \[3, 4, 3\]: give"):
        from_folder(folder)
    Image.fromarray(PIXELS[0, ..., 0]).save(folder / "dog" / "6.png")
    with pytest.raises(ValueError, match=r"differ in channels.*give gray=True"):
        from_folder(folder)


def idx(array: np.ndarray) -> bytes:
    return struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape) + array.tobytes()


@pytest.mark.parametrize("end", ["", ".gz"])
def test_idx_files_and_the_labels_beside_them(tmp_path: Path, end: str) -> None:
    pack: Callable[[bytes], bytes] = gzip.compress if end else bytes
    path = tmp_path / f"train-images-idx3-ubyte{end}"
    path.write_bytes(pack(idx(PIXELS[..., 0])))
    assert from_idx(path).labels is None
    (tmp_path / f"train-labels-idx1-ubyte{end}").write_bytes(pack(idx(LABELS.astype(np.uint8))))
    assert same(from_idx(path), PIXELS[..., :1])
    assert same(load(str(path)), PIXELS[..., :1])
    path.write_bytes(pack(idx(PIXELS[..., 0])[:-1]))
    with pytest.raises(ValueError, match=r"119 values for shape \(6, 5, 4\): it is not complete"):
        from_idx(path)


def test_the_names_of_keras(tmp_path: Path) -> None:
    path, labels = tmp_path / "cifar10.npz", LABELS[:, None].astype(np.uint8)
    np.savez(path, x_train=PIXELS, y_train=labels, x_test=PIXELS[:2], y_test=labels[:2])
    assert same(from_npz(path))
    assert same(from_npz(path, split="test"), PIXELS[:2], LABELS[:2])
    assert same(from_npz(path, crop="center"), PIXELS[:, :4])
    np.savez(path, x=np.zeros((5, 2), np.float32))
    with pytest.raises(ValueError, match=r"size is for uint8 images .* got float32"):
        from_npz(path, size=2)


def test_hugging_face_columns_are_found_by_type(tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    features = datasets.Features(
        {"kind": datasets.ClassLabel(names=list(CLASSES)), "photo": datasets.Image()}
    )
    columns = {"kind": LABELS, "photo": [Image.fromarray(image) for image in PIXELS]}
    table = datasets.Dataset.from_dict(columns, features=features)
    table.save_to_disk(tmp_path / "plain")
    assert same(from_huggingface(tmp_path / "plain"))
    assert from_huggingface(tmp_path / "plain").names == CLASSES
    datasets.DatasetDict({"train": table}).save_to_disk(tmp_path / "split")
    assert same(from_huggingface(tmp_path / "split", split="train"))
    with pytest.raises(ValueError, match=r"unknown split .None.*train"):
        from_huggingface(tmp_path / "split")
    with pytest.raises(FileNotFoundError, match="save_to_disk"):
        from_huggingface(tmp_path)


def test_tfds_as_array_records_and_as_tfrecords_without_tensorflow(tmp_path: Path) -> None:
    tfds = pytest.importorskip("tensorflow_datasets")
    array_record = pytest.importorskip("array_record.python.array_record_module")

    class Pets(tfds.core.GeneratorBasedBuilder):
        """A registered data set of six images."""

        VERSION = tfds.core.Version("1.0.0")

        def _info(self) -> Any:
            features = {
                "image": tfds.features.Tensor(shape=PIXELS.shape[1:], dtype=np.uint8),
                "label": tfds.features.ClassLabel(names=CLASSES),
            }
            return self.dataset_info_from_configs(features=tfds.features.FeaturesDict(features))

        def _split_generators(self, manager: Any) -> Any:
            del manager
            return {"train": self._generate_examples()}

        def _generate_examples(self) -> Any:
            for index, image in enumerate(PIXELS):
                yield index, {"image": image, "label": CLASSES[LABELS[index]]}

    with pytest.raises(FileNotFoundError, match="has not prepared 'pets'"):
        from_tfds("pets", data_dir=tmp_path)
    Pets(data_dir=tmp_path, file_format="array_record").download_and_prepare()
    data = from_tfds("pets", data_dir=tmp_path)
    assert sorted(data.labels.tolist()) == LABELS.tolist()  # pyright: ignore[reportOptionalMemberAccess]
    assert data.names == CLASSES
    found = {image.tobytes() for image in np.asarray(data.real)}
    assert found == {image.tobytes() for image in PIXELS}

    version = tmp_path / "pets" / "1.0.0"
    records = next(version.glob("*.array_record*"))
    reader = array_record.ArrayRecordReader(str(records))
    framed = b"".join(
        struct.pack("<QI", len(record), 0) + record + bytes(4) for record in reader.read_all()
    )  # TFRecord: length, its checksum, the record, its checksum; Grain reads no checksum
    (version / records.name.replace("array_record", "tfrecord")).write_bytes(framed)
    records.unlink()
    info = json.loads((version / "dataset_info.json").read_text())
    info |= {"fileFormat": "tfrecord"}
    for split in info["splits"]:
        split["filepathTemplate"] = split["filepathTemplate"].replace("array_record", "tfrecord")
    (version / "dataset_info.json").write_text(json.dumps(info))
    assert same(from_tfds("pets", data_dir=tmp_path), np.asarray(data.real), data.labels)
    part = load("tfds", name="pets:1.0.0", split="train[2:5]", data_dir=tmp_path)
    assert same(part, np.asarray(data.real)[2:5], data.labels[2:5])  # pyright: ignore[reportOptionalSubscript]
    shutil.move(version, tmp_path / "pets" / "big" / "1.0.0")
    with pytest.raises(ValueError, match="has the configurations big: name one, 'pets/big'"):
        from_tfds("pets", data_dir=tmp_path)


def test_dequantized_pixels_are_those_of_the_papers_code(folder: Path) -> None:
    data = from_folder(folder, dequantize=True)
    assert isinstance(data, Dequantized)
    drawn = np.asarray(data.scale(data.real, jax.random.key(0)), np.float64)
    # gan_cifar_resnet.py: 2 * (p / 256 - 1/2) + U(0, 1/128), hence at most one level above.
    levels = (drawn - 2 * (PIXELS / 256 - 0.5)) * 128
    assert levels.min() >= -1e-4
    assert levels.max() <= 1 + 1e-4
    assert abs(levels.mean() - 0.5) < 4 * np.sqrt(1 / 12 / levels.size)
