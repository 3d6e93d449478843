"""The settings of a run, stored as `run.json` in its folder."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from jaxgan.cli.places import check_place

__all__ = [
    "RUN",
    "STEPS_OF_EXPERIMENT",
    "Settings",
    "check_folder",
    "claim_folder",
    "command_of",
    "read_settings",
    "with_steps",
]

RUN = "run.json"
STEPS_OF_EXPERIMENT = (
    "the steps of an experiment are part of its scale: leave out --steps, or run another --scale"
)
OF_PYTHON = ("results.json", "record.json", "metrics.jsonl", "checkpoints")
"""Files that only runs have."""
Settings = dict[str, Any]


class _Arguments(msgspec.Struct, forbid_unknown_fields=True):
    """Options of `study.run`."""

    seeds: int | None = None
    sets: int = 1
    scale: str = "small"
    devices: int | None = None
    via: Literal["jit", "pmap", "sharded"] | None = None
    track: Literal["tensorboard", "wandb"] | None = None
    save_minutes: float | None = None


class _Data(msgspec.Struct, forbid_unknown_fields=True):
    """The data that `--data` names."""

    data: str


class _What(msgspec.Struct, forbid_unknown_fields=True):
    """Arguments of `unjudged`."""

    data: str
    recipe: str
    networks: str
    steps: int
    batch_size: int
    objective: str | None = None
    penalty: str | None = None


class _Run(msgspec.Struct, forbid_unknown_fields=True, tag="run", tag_field="command"):
    """The settings of `jaxgan run`."""

    arguments: _Arguments
    experiment: str | None = None
    all: bool = False
    what: _Data | None = None
    begun_in: str | None = None

    def __post_init__(self) -> None:
        if (self.experiment is None) != self.all:
            raise ValueError("either experiment or all must be given")


class _Train(msgspec.Struct, forbid_unknown_fields=True, tag="train", tag_field="command"):
    """The settings of `jaxgan train`; scores are metrics of jaxgan, never code of others."""

    arguments: _Arguments
    what: _What
    scores: list[Annotated[str, msgspec.Meta(pattern=r"^\w+(\(|$)")]] = []
    begun_in: str | None = None


class _Sweep(_Train, tag="sweep", tag_field="command"):
    """The settings of `jaxgan sweep`."""


def read_settings(folder: Path) -> Settings:
    """The settings of a run.

    Args:
        folder: the run's folder.

    Returns:
        The contents of `run.json`.

    Raises:
        ValueError: it cannot be read, or is not what this version writes.
    """
    from jaxgan.runs.sums import checked

    try:
        settings = checked(msgspec.json.decode((folder / RUN).read_bytes(), type=dict))
        msgspec.convert(settings, _Run | _Train | _Sweep)
    except (OSError, ValueError, RecursionError, msgspec.MsgspecError) as error:
        raise ValueError(
            f"{folder / RUN} cannot be read ({error}): start in a new folder"
        ) from error
    return settings


def check_folder(folder: Path, settings: Settings) -> None:
    """Checks that a folder can be written and does not belong to another run.

    Args:
        folder: the run's folder, which need not exist.
        settings: the run's settings.

    Raises:
        ValueError: the folder belongs to another run.
        OSError: it cannot be written.
    """
    check_place(folder)
    if (folder / RUN).is_file():
        there = read_settings(folder)
        if _identity(there) != _identity(settings):
            raise ValueError(
                f"{folder} holds another run: {command_of(there)}. Choose another --out"
            )
    elif held := [name for name in OF_PYTHON if (folder / name).exists()]:
        raise ValueError(f"{folder} holds a run of Python code ({held[0]}): choose another --out")


def claim_folder(folder: Path, settings: Settings) -> None:
    """Writes `run.json`.

    Args:
        folder: the run's folder, which is locked and so exists.
        settings: the run's settings.

    Raises:
        OSError: the folder cannot be written.
    """
    from jaxgan.runs.sums import summed
    from jaxgan.runs.whole import replacing

    with replacing(folder / RUN) as file:
        file.write(json.dumps(summed(settings), indent=1).encode())


def with_steps(settings: Settings, steps: int | None) -> Settings:
    """The settings with another number of generator steps.

    Args:
        settings: the settings of `jaxgan train` or `sweep`.
        steps: the number; unchanged if None.

    Returns:
        The settings.

    Raises:
        ValueError: the run is an experiment.
    """
    if steps is None:
        return settings
    if settings["command"] == "run":
        raise ValueError(STEPS_OF_EXPERIMENT)
    return settings | {"what": settings["what"] | {"steps": steps}}


def command_of(settings: Settings) -> str:
    """The command that reproduces a run.

    >>> command_of({"command": "run", "experiment": "a", "what": {"data": "b"}, "arguments": {}})
    'jaxgan run a --data b'
    >>> command_of({"command": "run", "experiment": "digits", "arguments": {"seeds": 3}})
    'jaxgan run digits --seeds 3'
    """
    words = ["jaxgan", settings["command"]]
    words += [settings["experiment"]] if "experiment" in settings else []
    words += ["--all"] if settings.get("all") else []
    for name, value in (settings.get("what", {}) | settings["arguments"]).items():
        words += [] if value is None else [f"--{name.replace('_', '-')}", str(value)]
    return shlex.join(words)


def _identity(settings: Settings) -> tuple[Any, ...]:
    """The settings that identify a run: not its numbers of seeds, steps or devices."""
    what = settings.get("what", {})
    what = {k: v for k, v in what.items() if k != "steps" and v is not None}
    named = (settings["command"], settings.get("experiment"), settings["arguments"].get("scale"))
    return (*named, what)
