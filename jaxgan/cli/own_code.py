"""Your own code that the settings of a run name, and whether it may be imported.

Words on the command line are typed by the user; those in `run.json` may be another person's. They
are imported again only if a command on this machine has named them before.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
from pathlib import Path

from jaxgan.cli.experiments import experiments
from jaxgan.cli.settings import Settings, command_of

__all__ = ["OWN_DATA", "check_own_code", "note_own_code", "own_code"]

OWN = re.compile(r"\s*[A-Za-z_][\w.]*:")
"""The beginning of "package.module:NAME", as `catalogue.parse` reads it."""

OWN_DATA = re.compile(r"(?!tfds:)[A-Za-z_][\w.]*:[A-Za-z_]\w*(\(.*\))?", re.DOTALL)
"""The whole of such a word for data; all others are names and paths."""


def own_code(settings: Settings) -> list[str]:
    """The words of settings that name code outside of jaxgan.

    Args:
        settings: the contents of `run.json`.

    Returns:
        The words.

    >>> own_code({"what": {"recipe": "mine.recipes:slow(weight=1)", "data": "sets:2024/faces"}})
    ['mine.recipes:slow(weight=1)']
    """
    words = {name: word for name, word in settings.get("what", {}).items() if type(word) is str}
    data = words.pop("data", "")
    found = [word for word in words.values() if OWN.match(word)]
    found += [data] if OWN_DATA.fullmatch(data) else []
    experiment = settings.get("experiment")
    return found if experiment is None or experiment in experiments() else [*found, experiment]


def note_own_code(settings: Settings) -> None:
    """Notes on this machine that its user has named the code of settings.

    Args:
        settings: those of a run that is about to begin.
    """
    for word in own_code(settings):
        with contextlib.suppress(OSError):  # then a resume asks for the command again
            _note(word).parent.mkdir(parents=True, exist_ok=True)
            _note(word).write_text(word, encoding="utf-8")


def check_own_code(folder: Path, settings: Settings) -> None:
    """Checks, before anything is imported, that a command on this machine has named the code.

    Args:
        folder: the run's folder.
        settings: the contents of its `run.json`.

    Raises:
        ValueError: none has.
    """
    for word in own_code(settings):
        if not _note(word).is_file():
            raise ValueError(
                f"{folder} names code to import, {word}, which no command on this machine has "
                f"named: if you trust it, repeat: {command_of(settings)} --out {folder}"
            )


def _note(word: str) -> Path:
    from jaxgan.runs.compile_cache import cache_folder

    return cache_folder() / "own_code" / hashlib.sha256(word.encode()).hexdigest()
