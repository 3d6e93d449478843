"""The settings of a run, stored as `run.json` in its folder."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

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


def read_settings(folder: Path) -> Settings:
    """The settings of a run.

    Args:
        folder: the run's folder.

    Returns:
        The contents of `run.json`.

    Raises:
        ValueError: it cannot be read.
    """
    from jaxgan.runs.sums import checked

    try:
        settings = checked(json.loads((folder / RUN).read_text(encoding="utf-8")))
        missing = [name for name, kind in _wanted(settings) if type(settings.get(name)) is not kind]
        scores = settings.get("scores", [])  # only metrics of jaxgan are ever written
        missing += ["scores"] if any(":" in score.partition("(")[0] for score in scores) else []
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise ValueError(
            f"{folder / RUN} cannot be read ({error}): start in a new folder"
        ) from error
    if missing:
        raise ValueError(f"{folder / RUN} has no valid {missing[0]}: start in a new folder")
    return settings


def _wanted(settings: Any) -> list[tuple[str, type]]:
    """The settings without which nothing can be resumed, and their types in JSON."""
    wanted: list[tuple[str, type]] = [("arguments", dict), ("command", str)]
    if settings.get("command") != "run":
        return [*wanted, ("what", dict)]
    return wanted if settings.get("all") else [*wanted, ("experiment", str)]


def check_folder(folder: Path, settings: Settings) -> None:
    """Checks that a folder does not belong to another run.

    Args:
        folder: the run's folder, which need not exist.
        settings: the run's settings.

    Raises:
        ValueError: the folder belongs to another run.
    """
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
    if "what" not in settings:
        raise ValueError(STEPS_OF_EXPERIMENT)
    return settings | {"what": settings["what"] | {"steps": steps}}


def command_of(settings: Settings) -> str:
    """The command that reproduces a run.

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
