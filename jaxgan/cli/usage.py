"""Reads the words of the command line; an error in them is one line, as all other errors are."""

from __future__ import annotations

import contextlib
import functools
import io
import itertools
import re
import sys
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from tyro.extras import SubcommandApp

__all__ = ["USAGE", "complain", "deferred", "on_one_line", "read"]

USAGE = 2
"""The exit status if the words cannot be read."""

RULE = re.compile(r"[\s─│╭╮╰╯-]*")
"""A line between the parts of tyro's messages."""

FRAME = " │"


def deferred(command: Callable[..., None]) -> Callable[..., Callable[[], None]]:
    """A command that returns its call, so that only the words are read when tyro calls it."""

    @functools.wraps(command)
    def bound(*args: Any, **options: Any) -> Callable[[], None]:
        return functools.partial(command, *args, **options)

    return bound


def read(app: SubcommandApp, words: Sequence[str], about: str) -> Callable[[], None]:
    """The call that the words stand for.

    Args:
        app: the commands, each `deferred`.
        words: command, arguments and options.
        about: the description in the help.

    Returns:
        A function that runs the command.

    Raises:
        SystemExit: the words are wrong, which is said on one line; or they ask for help.
    """
    for before, word in itertools.pairwise(["jaxgan", *words]):
        if not word.strip():
            _refuse(f"the word {word!r} after {before} is empty: give a value, or leave it out")
    shown = io.StringIO()
    try:
        with contextlib.redirect_stderr(shown):
            return app.cli(prog="jaxgan", args=words, description=about)
    except SystemExit as stop:
        if stop.code == USAGE:
            _refuse(_without_box(shown.getvalue()))
        raise


def complain(problem: str) -> None:
    """Prints a problem on a line of standard error, unless its terminal was closed."""
    with contextlib.suppress(OSError):
        print(f"jaxgan: {problem}", file=sys.stderr, flush=True)


def on_one_line(error: BaseException) -> str:
    r"""The message of an error and its notes, except for JAX's note on its tracebacks.

    >>> on_one_line(ValueError("two\nlines"))
    'two lines'
    """
    notes = [note for note in getattr(error, "__notes__", []) if "\n" not in note]
    return "; ".join([_joined(str(error).splitlines()) or type(error).__name__, *notes])


def _refuse(problem: str) -> NoReturn:
    complain(problem)
    sys.exit(USAGE)


def _without_box(text: str) -> str:
    """The parts of a message of tyro on one line: the problem, what is expected, and the help."""
    parts: list[list[str]] = [[]]
    for line in text.splitlines()[1:]:  # the first is a title
        if RULE.fullmatch(line) and line.strip():
            parts.append([])
        else:
            parts[-1].append(line.strip(FRAME))
    return "; ".join(filter(None, map(_short, parts)))


def _short(lines: Sequence[str]) -> str:
    """A part without the reasons of each alternative; of similar options, only their names."""
    if "Perhaps you meant:" in lines:
        names = dict.fromkeys(line.split()[0] for line in lines if line.startswith("--"))
        return f"did you mean {', '.join(names)}?"
    return _joined(itertools.takewhile(lambda line: line != "Got errors:", lines))


def _joined(lines: Any) -> str:
    return " ".join(filter(None, (line.strip() for line in lines)))
