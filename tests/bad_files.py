"""A working directory full of files and run folders that no command can use, or only some can."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

import jax
import numpy as np
from PIL import Image

from jaxgan import recipes
from jaxgan.cli.launch import experiment_of
from jaxgan.data import from_npz
from jaxgan.networks import presets
from jaxgan.runs import checkpoint
from jaxgan.runs.identity import describe
from jaxgan.study.experiment import Experiment
from jaxgan.study.records import Record, place, save_record
from jaxgan.study.results import results_of, write_results
from jaxgan.training import Setup, create_state

__all__ = ["build", "edited", "pixels", "settings"]

MODULE = """
from jaxgan import recipes
from jaxgan.data import from_npz
from jaxgan.networks import presets
from jaxgan.training import Setup
number, recipe, points = 3, recipes.wgan(n_critic=1), from_npz("points.npz")
SETUP = Setup(presets.mlp((2,), width=4), recipe, points, 8, steps=3)
OTHER = Setup(presets.mlp((2,), width=5), recipe, points, 8, steps=3)
def needs(x): return recipe
def fails(): return {}["no"]
def real(): return recipe
holes = points._replace(real=points.real * float("nan"))
"""
POINTS = np.linspace(-1, 1, 80).reshape(40, 2)


def pixels(n: int, *shape: int) -> np.ndarray:
    return np.arange(n * int(np.prod(shape)), dtype=np.uint8).reshape(n, *shape)


ARRAYS: dict[str, dict[str, Any]] = {
    "points": {"x": POINTS},
    "images": {"x": pixels(40, 8, 8, 1), "y": np.arange(40) % 4},
    "wide": {"x": pixels(40, 10, 12, 1)},
    "five": {"x": pixels(40, 8, 8, 5)},
    "one": {"x": np.zeros((1, 2))},
    "empty": {"x": np.zeros((0, 2))},
    "other": {"z": POINTS},
    "nan": {"x": np.full((9, 2), np.nan)},
    "integers": {"x": np.zeros((9, 8, 8), int)},
    "range": {"x": np.full((9, 8, 8, 1), 3.0)},
    "flat": {"x": np.zeros(9)},
    "complex": {"x": np.zeros((9, 2), complex)},
    "letters": {"x": np.array([["a", "b"]] * 9)},
    "rows": {"x": np.zeros((9, 4), np.uint8)},
    "short": {"x": pixels(9, 8, 8), "y": np.arange(5)},
    "halves": {"x": pixels(9, 8, 8), "y": np.zeros(9)},
    "minus": {"x": pixels(9, 8, 8), "y": np.arange(9) - 1},
    "huge": {"x": pixels(9, 8, 8), "y": np.full(9, 2**40)},
}
"""The arrays of .npz files."""
TEXTS = {
    **dict.fromkeys(("words.npz", "words.zip", "words.tar", "words-ubyte", "words.txt"), "hello"),
    **dict.fromkeys(("texts/a.txt", "fake/a.png"), "no image"),
    **dict.fromkeys(("void.npz", "void.zip", "afile"), ""),
    "mine.py": MODULE,
    "broken.py": "{}['no']",
    "syntax.py": "x = (",
    "number.py": "EXPERIMENT = 3",
}
IMAGES = {
    "sizes/a.png": Image.new("L", (8, 8)),
    "sizes/b.png": Image.new("L", (9, 8)),
    "deep/a.png": Image.fromarray(np.zeros((8, 8), np.uint16)),
    "parts/train/a.png": Image.new("L", (8, 8)),
    "parts/test/a.png": Image.new("L", (8, 8)),
    "mixed/b.png": Image.new("L", (8, 8)),
    **{f"pics/{i}.png": Image.new("L", (8, 6)) for i in range(3)},
}


def build(root: Path) -> None:
    """Writes everything into a folder, which is the working directory, without any training."""
    for name, arrays in ARRAYS.items():
        np.savez(root / f"{name}.npz", **arrays)
    for name in ("nothing", "texts", "fake", "sizes", "deep", "parts/train", "parts/test", "pics"):
        (root / name).mkdir(parents=True)
    for name in ("samples", "mixed", "cut", "objects", "folder.npz"):
        (root / name).mkdir()
    for name, text in TEXTS.items():
        (root / name).write_text(text)
    for name, image in IMAGES.items():
        image.save(root / name)
    np.save(root / "array.npy", POINTS)
    shutil.copy(root / "array.npy", root / "array.npz")
    np.save(root / "samples" / "a.npy", pixels(9, 8, 8, 1))
    np.save(root / "mixed" / "a.npy", pixels(9, 8, 8))
    np.save(root / "objects" / "a.npy", np.array([{}], object), allow_pickle=True)
    (root / "half.npz").write_bytes((root / "points.npz").read_bytes()[:200])
    (root / "half-ubyte").write_bytes(
        bytes([0, 0, 8, 3, *(0, 0, 0, 2), *(0, 0, 0, 1), 0, 0, 0, 3, 1])
    )
    whole = io.BytesIO()
    Image.new("L", (64, 64)).save(whole, "PNG")
    (root / "cut" / "a.png").write_bytes(whole.getvalue()[:50])
    with zipfile.ZipFile(root / "none.zip", "w") as archive:
        archive.writestr("a.txt", "a")
    _trained(root / "run", settings(data="points.npz"), steps=3)
    _trained(root / "labelled", settings(data="images.npz", networks="mlp(width=4, classes=4)"))
    _single(root / "single", from_npz(root / "points.npz"))


def settings(command: str = "train", **changed: Any) -> dict[str, Any]:
    """The contents of a `run.json`."""
    what = {"data": "digits", "recipe": "wgan(n_critic=1)", "networks": "mlp(width=4)"}
    return {
        "command": command,
        "what": what | {"steps": 3, "batch_size": 8} | changed,
        "arguments": {"seeds": 1, "devices": 1},
    }


def _trained(folder: Path, made: dict[str, Any], steps: int = 0) -> None:
    """The folder of a `jaxgan train` that wrote a record, and a checkpoint if it took steps."""
    experiment: Experiment = experiment_of(made)
    cells = experiment.scales["small"].cells()
    about = {"experiment": "train", "command": "", "scale": "small", "started": "now"}
    write_results(folder, results_of(experiment, cells, {}, [[0]], judged=False, about=about))
    (folder / "run.json").write_text(json.dumps(made))
    training: Any = cells["wgan"]
    place(folder, "wgan", 0).mkdir(parents=True)
    save_record(place(folder, "wgan", 0), Record(steps=steps), training.identity(0))
    if steps:
        _save(place(folder, "wgan", 0), training.setup, training.identity(0))


def _single(folder: Path, points: Any) -> None:
    """The folder of a `runs.train` with `mine.SETUP`."""
    setup = Setup(presets.mlp((2,), width=4), recipes.wgan(n_critic=1), points, 8, steps=3)
    _save(folder, setup, describe(setup, 0))
    (folder / "metrics.jsonl").write_text('{"step": 3, "critic/gap": 0.5}\n')


def _save(folder: Path, setup: Setup, identity: dict[str, Any]) -> None:
    """A checkpoint of zeros at the last step."""

    def create(key: Any) -> Any:
        return create_state(setup.networks, setup.recipe, key, setup.data)

    shapes = jax.eval_shape(create, jax.random.key(0))
    state = jax.tree.map(lambda x: np.zeros(x.shape, x.dtype), shapes)
    state = state._replace(step=np.asarray(setup.steps, np.int32))
    folder.mkdir(parents=True, exist_ok=True)
    checkpoint.save(folder / "checkpoints", state, identity, planned=setup.steps)


def edited(path: Path, *keys: Any) -> None:
    """Sets a value in a JSON file: all but the last argument lead to it. It then has no sum."""
    *way, last, value = keys
    content = part = json.loads(path.read_text())
    if isinstance(content.get("sha256"), str):
        del content["sha256"]
    for key in way:
        part = part[key]
    part[last] = value
    if path.name == "manifest.json" and "sha256" in content:  # as another person would sign it
        sums = content["sha256"]
        sums.pop("manifest.json", None)
        signed = json.dumps(content, sort_keys=True).encode()
        sums["manifest.json"] = hashlib.sha256(signed).hexdigest()
    path.write_text(json.dumps(content))
