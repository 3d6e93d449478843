"""Your own code that the settings of a run name, and whether it may be imported.

Words on the command line are typed by the user; those in `run.json` may be another person's. They
are imported again only if a command on this machine has named the same code before: the same words,
which lead to the same file.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import re
from pathlib import Path

import jaxgan
from jaxgan.cli.experiments import experiments
from jaxgan.cli.named import search_here
from jaxgan.cli.settings import Settings, command_of

__all__ = ["OWN_DATA", "check_own_code", "note_own_code", "own_code"]

OWN = re.compile(r"\s*[A-Za-z_][\w.]*:")
"""The beginning of "package.module:NAME", as `catalogue.parse` reads it."""

OWN_DATA = re.compile(r"(?!tfds:)[A-Za-z_][\w.]*:[A-Za-z_]\w*(\(.*\))?", re.DOTALL)
"""The whole of such a word for data; all others are names and paths."""

ALL = "all experiments"
"""The code that the settings of `jaxgan run --all` name."""


def own_code(settings: Settings) -> list[str]:
    """The words of settings that name code outside of jaxgan and its own checkout.

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
    named = ALL if settings.get("all") else settings.get("experiment")
    trusted = [ALL, *experiments()] if Path.cwd() == _checkout() else []
    return found if named is None or named in trusted else [*found, named]


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
                f"named here: if you trust it, repeat: {command_of(settings)} --out {folder}"
            )


def _note(word: str) -> Path:
    from jaxgan.runs.compile_cache import cache_folder

    name = hashlib.sha256(f"{word}\n{_place(word)}".encode()).hexdigest()
    return cache_folder() / "own_code" / name


def _place(word: str) -> str:
    """Where the code of a word is; nothing is imported, as only its package is looked for."""
    if word == ALL:
        return str(Path.cwd())
    if word in (known := experiments()):
        return str(known[word])
    search_here()
    spec = None
    with contextlib.suppress(ImportError, ValueError):
        spec = importlib.util.find_spec(re.split(r"[.:]", word.strip())[0])
    return "" if spec is None else str(spec.origin or list(spec.submodule_search_locations or ()))


def _checkout() -> Path:
    """The folder of the package; in a checkout its experiments are as trusted as itself."""
    return Path(jaxgan.__file__).resolve().parents[1]
