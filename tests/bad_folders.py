"""Run folders and data of others, damaged or meant to run code, and what is said of them."""

from __future__ import annotations

import dataclasses
import json
import pickle
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from tests.bad_files import edited, pixels, settings

__all__ = ["DAMAGED", "SENT", "Received"]

DEEP = b"[" * 100_000
SOURCE = "--source mine:SETUP"
RUN = "run.json"


class Received(NamedTuple):
    """A folder, what was done to it, and a command that refuses it.

    Attributes:
        base: the run folder that it was; empty for a new folder.
        change: writes into it.
        words: the command, with the folder as `@`.
        texts: what the error says, separated by bars.
    """

    base: str
    change: Callable[[Path], None]
    words: str
    texts: str


def wrote(file: str, content: bytes | str) -> Callable[[Path], None]:
    """Replaces the contents of the files of this pattern."""

    def change(folder: Path) -> None:
        for path in list(folder.glob(file)) or [folder / file]:
            path.write_bytes(content.encode() if isinstance(content, str) else content)

    return change


def changed(file: str, *keys: Any) -> Callable[[Path], None]:
    """Sets a value in the JSON files of this pattern: all but the last of the keys lead to it."""

    def change(folder: Path) -> None:
        for path in folder.glob(file):
            edited(path, *keys)

    return change


def state(content: bytes) -> Callable[[Path], None]:
    """Another state in a checkpoint, with the hashes that it needs."""

    def change(folder: Path) -> None:
        from hashlib import sha256

        wrote(f"{LAST}/state.safetensors", content)(folder)
        digest = sha256(content).hexdigest()
        changed(f"{LAST}/manifest.json", "sha256", "state.safetensors", digest)(folder)

    return change


LAST = "checkpoints/step-*"
MANIFEST = f"{LAST}/manifest.json"
RECORD = "wgan/seed-0/record.json"
NEW = "start in a new folder"
AGAIN = "run the training again"
OTHER = "give a folder that"
CLAIM = {"sentence": "", "published": "", "unit": "set", "above": None, "below": None}

DAMAGED = {
    **{
        f"run.json is {text[:9]!r}": Received("run", wrote(RUN, text), "resume @", f"{RUN} | {NEW}")
        for text in (b"{}", b"[]", b"", b"null", b"3", b"nan", b"{", b"\xff\xfe", DEEP)
    },
    **{
        f"run.json has {'.'.join(map(str, keys))[:60]}": Received(
            "run", changed(RUN, *keys), words, f"{RUN} | {text} | {NEW}"
        )
        for words in ("resume @", "sample @")
        for *keys, text in (
            ("command", "trian", "'trian'"),
            ("command", 3, "$.command"),
            ("command", "run", "unknown field"),
            ("what", 3, "$.what"),
            ("what", {}, "missing required field"),
            ("what", "steps", "3", "$.what.steps"),
            ("what", "recipe", ["wgan"], "$.what.recipe"),
            ("what", "data", None, "$.what.data"),
            ("what", "objective", 3, "$.what.objective"),
            ("what", "depth", 1, "unknown field `depth`"),
            ("arguments", 5, "$.arguments"),
            ("arguments", "seeds", "1", "$.arguments.seeds"),
            ("arguments", "devices", 2.5, "$.arguments.devices"),
            ("arguments", "via", "x", "$.arguments.via"),
            ("arguments", "track", "x", "$.arguments.track"),
            ("arguments", "save_minutes", "x", "$.arguments.save_minutes"),
            ("arguments", "report", "x", "unknown field `report`"),
            ("arguments", "folder", "x", "unknown field `folder`"),
            ("begun_in", 3, "$.begun_in"),
            ("scores", 3, "$.scores"),
            ("scores", [3], "$.scores[0]"),
            ("version", 2, "unknown field `version`"),
            ("all", True, "unknown field `all`"),
            ("experiment", "digits", "unknown field `experiment`"),
        )
    },
    "seeds are 0": Received("run", changed(RUN, "arguments", "seeds", 0), "resume @", "seeds | 0"),
    "steps are -1": Received("run", changed(RUN, "what", "steps", -1), "resume @", "steps | -1"),
    "another scale": Received(
        "run", changed(RUN, "arguments", "scale", "x"), "sample @", "scale | 'x' | There are small"
    ),
    **{
        f"results.json is {text[:9]!r}": Received(
            "run", wrote("results.json", text), "report @", f"results.json | {OTHER}"
        )
        for text in (b"{}", b"[]", b"", b"null", b"\xff", DEEP)
    },
    **{
        f"results.json has {keys[0]}": Received(
            "run",
            changed("results.json", *keys),
            f"{command} @",
            f"results.json | {text} | {OTHER}",
        )
        for command, *keys, text in (
            ("report", "sets", [], "sets is []"),
            ("resume", "sets", [[]], "sets is [[]]"),
            ("report", "provenance", {"versions": 3}, "$.provenance"),
            ("report", "claims", [CLAIM | {"verdicts": []}], "$.claims[0]"),
            ("report", "cells", 3, "$.cells"),
        )
    },
    "results.json has another scale": Received(
        "run",
        changed("results.json", "scale", "huge"),
        "resume @",
        "'huge' | choose another folder",
    ),
    "scores.json is a list": Received(
        "run", wrote("scores.json", b"[]"), "report @", "scores.json | array | score again"
    ),
    "scores.json has half a score": Received(
        "run", wrote("scores.json", b'{"a":[{"name":"x"}]}'), "report @", "scores.json | better"
    ),
    "record.json is {}": Received("run", wrote(RECORD, b"{}"), "report @", "record | remove it"),
    "record.json is deep": Received("run", wrote(RECORD, DEEP), "report @", "record | remove it"),
    "record.npz is text": Received(
        "run", wrote("wgan/seed-0/record.npz", b"x"), "report @", "record | remove it"
    ),
    "there are no checkpoints": Received(
        "single", wrote(f"{LAST}/manifest.json", b""), f"sample @ {SOURCE}", f"checkpoint | {AGAIN}"
    ),
    **{
        f"the manifest has {'.'.join(map(str, keys))}": Received(
            "single", changed(MANIFEST, *keys), f"{command} @ {SOURCE}", f"checkpoint | {AGAIN}"
        )
        for command in ("sample", "resume")
        for keys in (("settings", 3), ("step", "x"), ("loss", "x"), ("provenance", 3))
    },
    "the manifest is deep": Received("single", wrote(MANIFEST, DEEP), "report @", AGAIN),
    "the manifest is a list": Received("single", wrote(MANIFEST, b"[]"), "report @", AGAIN),
    "the seed is text": Received(
        "single", changed(MANIFEST, "settings", "seed", "x"), "report @", f"seed='x' | {AGAIN}"
    ),
    "the seed is -1": Received(
        "single", changed(MANIFEST, "settings", "seed", -1), f"sample @ {SOURCE}", "seed | -1"
    ),
    **{
        f"the state is {text[:9]!r}": Received(
            "single", state(text), f"sample @ {SOURCE}", "damaged | deserializing | Start in a new"
        )
        for text in (b"", b"\xff" * 100, b"x" * 8, (2**60).to_bytes(8, "little") + b"{}")
    },
    "a byte of the state differs": Received(
        "single", wrote(f"{LAST}/state.safetensors", b"x"), f"resume @ {SOURCE}", f"{AGAIN}"
    ),
}
"""What no version has written, or another one."""


@dataclasses.dataclass(frozen=True)
class Payload:
    """An object whose unpickling would make the file `imported`."""

    def __reduce__(self) -> Any:
        return (open, ("imported", "w"))


PICKLED = pickle.dumps(Payload())
OBJECTS = np.array([Payload()], object)
CODE = "names code to import, sent_by_mail"


def run_naming(command: str = "train", **words: Any) -> Callable[[Path], None]:
    """The settings of a run, with these words."""
    return wrote(RUN, json.dumps(settings(command, **words)))


def run_of(**made: Any) -> Callable[[Path], None]:
    """The settings of a `jaxgan run`."""
    return wrote(RUN, json.dumps({"command": "run", "arguments": {"scale": "smoke"}, **made}))


def arrays(name: str, **saved: Any) -> Callable[[Path], None]:
    return lambda folder: np.savez(folder / name, **saved)


def features(content: Any) -> Callable[[Path], None]:
    """A set that TFDS has prepared, with this description of its features."""

    def change(folder: Path) -> None:
        (folder / "mnist/1.0.0").mkdir(parents=True)
        about = {"name": "mnist", "version": "1.0.0", "fileFormat": "array_record"}
        (folder / "mnist/1.0.0/dataset_info.json").write_text(json.dumps(about))
        (folder / "mnist/1.0.0/features.json").write_text(json.dumps(content))

    return change


def hugging(folder: Path) -> None:
    """A set of `datasets` with a script and a type of its own."""
    (folder / "state.json").write_text('{"_data_files": [], "_split": null}')
    described = {"features": {"image": {"_type": "sent_by_mail.Feature"}}}
    (folder / "dataset_info.json").write_text(json.dumps(described))
    (folder / f"{folder.name}.py").write_text("open('imported', 'w')")


def zipped(folder: Path) -> None:
    with zipfile.ZipFile(folder / "a.zip", "w") as archive:
        archive.writestr("../../imported", "x")


def tarred(folder: Path) -> None:
    (folder / "x").write_text("x")
    with tarfile.open(folder / "a.tar", "w") as archive:
        archive.add(folder / "x", "../../imported")


FEATURE = {"pythonClassName": "sent_by_mail.Feature"}
NESTED = {
    "pythonClassName": "tensorflow_datasets.core.features.features_dict.FeaturesDict",
    "featuresDict": {"features": {"image": FEATURE}},
}
TFDS = "data \"tfds(name='mnist', data_dir='@')\""
SENT = {
    **{
        f"{command} of a {part}": Received(
            "", run_naming(**{part: "sent_by_mail:run(command='rm')"}), f"{command} @", CODE
        )
        for command in ("resume", "sample", "interpolate", "neighbors", "export", "score --seed 0")
        for part in ("recipe", "data", "networks", "objective", "penalty")
    },
    **{
        f"{command} of {word}": Received(
            "",
            run_naming(command, recipe=word),
            "resume @",
            f"names code to import, {word}",
        )
        for command in ("train", "sweep")
        for word in (
            "os:system(command='touch imported')",
            "received.code_:recipe",
            "here:recipe",
            "jaxgan.cli.catalogue:build(kind='recipe', text='sent_by_mail:recipe')",
            " sent_by_mail:recipe",
            "tfds:recipe",
            "__main__:recipe",
        )
    },
    "an experiment": Received("", run_of(experiment="sent_by_mail"), "resume @", CODE),
    "an experiment here": Received("", run_of(experiment="evil/found"), "resume @", "evil/found"),
    "all experiments here": Received("", run_of(all=True), "resume @", "all experiments"),
    "a score": Received("", lambda f: scored(f), "resume @", f"$.scores[1] | {NEW}"),
    "a score of a training": Received(
        "", lambda f: scored(f), "train --out @", f"$.scores | {NEW}"
    ),
    "a word with a call": Received(
        "", run_naming(recipe="wgan(c=__import__('sent_by_mail'))"), "resume @", "of the form name"
    ),
    "a pickled state": Received("single", state(PICKLED), f"sample @ {SOURCE}", "damaged"),
    "a pickled record": Received(
        "run", wrote("wgan/seed-0/record.npz", PICKLED), "report @", "record | pickled | remove it"
    ),
    "pickled data": Received("", wrote("a.npz", PICKLED), "data @/a.npz", "a.npz | pickled"),
    "objects as data": Received("", arrays("a.npz", x=OBJECTS), "data @/a.npz", "a.npz | Object"),
    "objects as labels": Received(
        "", arrays("a.npz", x=pixels(1, 8, 8), y=OBJECTS), "data @/a.npz", "a.npz | Object"
    ),
    "pickled samples": Received(
        "", wrote("a.npy", PICKLED), "score @ --data images.npz", "a.npy | pickled"
    ),
    "objects as samples": Received(
        "", arrays("a.npz", x=OBJECTS), "score @ --data images.npz", "a.npz | Object"
    ),
    "pickled weights": Received(
        "",
        wrote("a.pth", PICKLED),
        "score samples --inception @/a.pth",
        "sha256 | give the published",
    ),
    "a feature": Received("", features(FEATURE), TFDS, CODE),
    "an old feature": Received(
        "", features({"type": "sent_by_mail.Feature", "content": {}}), TFDS, CODE
    ),
    "a feature in a dictionary": Received("", features(NESTED), TFDS, CODE),
    "a feature in a list": Received("", features({"features": [FEATURE]}), TFDS, CODE),
    "a feature in a text": Received("", features({"json": json.dumps(FEATURE)}), TFDS, CODE),
    "a feature in other code": Received(
        "", features({"python_class_name": "sent_by_mail.core.Feature"}), TFDS, CODE
    ),
    "a script of datasets": Received(
        "", hugging, "data \"huggingface(path='@')\"", "cannot be read"
    ),
    "a zip that leads out": Received("", zipped, "data @/a.zip", "none of its 1 files"),
    "a tar that leads out": Received("", tarred, "data @/a.tar", "none of its 1 files"),
}
"""What would run code, by the command that meets it."""


def scored(folder: Path) -> None:
    made = settings() | {"scores": ["recall(k=3)", "sent_by_mail:metric"]}
    (folder / RUN).write_text(json.dumps(made))
