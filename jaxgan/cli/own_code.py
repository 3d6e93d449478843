"""Your own code that the settings of a run name, and whether it may be imported.

Words on the command line are typed by the user; those in `run.json` may be another person's.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import sys
from importlib.machinery import PathFinder
from pathlib import Path

from jaxgan.cli.experiments import experiments
from jaxgan.cli.settings import Settings, command_of

__all__ = ["check_own_code", "note_own_code", "own_code"]

OWN = re.compile(r"\s*(?!tfds:)([A-Za-z_]\w*)[\w.]*:")
"""The beginning of "package.module:NAME"; its group is the package."""


def own_code(settings: Settings) -> dict[str, str]:
    """The words of settings that name code outside of jaxgan.

    Args:
        settings: the contents of `run.json`.

    Returns:
        The package of each word.

    >>> own_code({"what": {"recipe": "mine.recipes:slow(weight=1)", "data": "tfds:mnist"}})
    {'mine.recipes:slow(weight=1)': 'mine'}
    """
    words = [*settings.get("what", {}).values(), *settings.get("scores", [])]
    found = {
        word: match[1] for word in words if isinstance(word, str) and (match := OWN.match(word))
    }
    experiment = settings.get("experiment")
    if experiment is not None and experiment not in experiments():
        found[experiment] = experiment.partition(".")[0]
    return found


def note_own_code(settings: Settings) -> None:
    """Remembers on this machine that its user has imported the code of settings.

    Args:
        settings: those of a run that is about to begin.
    """
    for word in own_code(settings):
        with contextlib.suppress(OSError):  # then a resume asks for the command again
            _note(word).parent.mkdir(parents=True, exist_ok=True)
            _note(word).write_text(word, encoding="utf-8")


def check_own_code(folder: Path, settings: Settings) -> None:
    """Checks, before anything is imported, that the code of stored settings is the user's.

    It is if its package is in the working directory, or if a run on this machine named it so.

    Args:
        folder: the run's folder.
        settings: the contents of its `run.json`.

    Raises:
        ValueError: it is not.
    """
    for word, package in own_code(settings).items():
        here = PathFinder.find_spec(package, [str(Path.cwd())]) is not None
        if not (here and package not in sys.stdlib_module_names) and not _note(word).is_file():
            raise ValueError(
                f"{folder} names code to import, {word}, which is not in {Path.cwd()} and which no "
                "run on this machine has named: change to the folder of that code, or, if you "
                f"trust it, repeat the command: {command_of(settings)} --out {folder}"
            )


def _note(word: str) -> Path:
    from jaxgan.runs.compile_cache import cache_folder

    return cache_folder() / "own_code" / hashlib.sha256(word.encode()).hexdigest()[:16]
