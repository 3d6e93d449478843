"""The file operations of a run, one by one: each may be the moment of a fault.

Within `watched` the functions of `os` and `open` announce what they are about to do to a folder.
"""

from __future__ import annotations

import builtins
import contextlib
import io
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

__all__ = ["Fault", "Operation", "watched"]

CHANGES = ("create", "write", "mkdir", "rename", "remove", "sync")
FUNCTIONS = {
    "listdir": "list",
    "scandir": "list",
    "mkdir": "mkdir",
    "rename": "rename",
    "replace": "rename",
    "unlink": "remove",
    "remove": "remove",
    "rmdir": "remove",
    "fsync": "sync",
}
"""Functions of `os`, and what they do."""


class Operation(NamedTuple):
    """What is about to be done to a file or folder.

    Attributes:
        number: from 0 on.
        kind: "read" or "list", or one of `CHANGES`.
        path: the file or folder.
        data: what is written.
        target: the new path of what is renamed.
    """

    number: int
    kind: str
    path: Path
    data: bytes = b""
    target: Path | None = None

    @property
    def changes(self) -> bool:
        """Whether it changes what is on the disk."""
        return self.kind in CHANGES

    def write_half(self, path: Path | None = None) -> None:
        """Writes the first half of the data, to the file itself or to a copy of it."""
        with _open(path or self.path, "ab") as file:
            file.write(self.data[: len(self.data) // 2])


Fault = Callable[[Operation], None]
"""Called before each operation: it may raise an error, stop the process, or do nothing."""

_os_open, _open = os.open, builtins.open


@contextlib.contextmanager
def watched(folder: Path, fault: Fault = lambda operation: None) -> Iterator[list[Operation]]:
    """Calls a fault before each operation in a folder, during a `with` block.

    What the fault itself does is not announced.

    Args:
        folder: the folder, which need not exist.
        fault: the fault.

    Yields:
        The operations so far.
    """
    done: list[Operation] = []
    inside = False

    def announce(kind: str, path: Any, data: bytes = b"", target: Any = None, **at: Any) -> None:
        nonlocal inside
        found = _place(path, at.get("dir_fd"))
        if inside or not (found == folder or folder in found.parents):
            return
        done.append(Operation(len(done), kind, found, data, target and _place(target, None)))
        inside = True
        try:
            fault(done[-1])
        finally:
            inside = False

    def announcing(kind: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(path: Any = ".", *others: Any, **options: Any) -> Any:
            target = others[0] if kind == "rename" else None
            announce(kind, path, target=target, dir_fd=options.get("dir_fd"))
            return function(path, *others, **options)

        return call

    def os_open(path: Any, flags: int, *others: Any, **options: Any) -> int:
        kind = "create" if flags & os.O_CREAT else "read"
        announce(kind, path, dir_fd=options.get("dir_fd"))
        return _os_open(path, flags, *others, **options)

    class Raw(io.FileIO):
        def write(self, data: Any) -> int:
            announce("write", self.name, bytes(data))
            return super().write(data)

    def opened(file: Any, mode: str = "r", buffering: int = -1, *text: Any, **named: Any) -> Any:
        if isinstance(file, int):
            return _open(file, mode, buffering, *text, **named)
        writes = set(mode) & set("wax+")
        announce("create" if writes else "read", file)
        if not writes:
            return _open(file, mode, buffering, *text, **named)
        raw = Raw(os.fspath(file), mode.replace("b", "").replace("t", ""))
        binary = io.BufferedRandom(raw) if "+" in mode else io.BufferedWriter(raw)
        return binary if "b" in mode else io.TextIOWrapper(binary, *text, **named)

    with contextlib.ExitStack() as patches:
        for name, kind in FUNCTIONS.items():
            new = announcing(kind, getattr(os, name))
            patches.enter_context(mock.patch.object(os, name, new))
        patches.enter_context(mock.patch.object(os, "open", os_open))
        for module in (builtins, io):
            patches.enter_context(mock.patch.object(module, "open", opened))
        yield done


def _place(path: Any, dir_fd: int | None) -> Path:
    """The path of a file that is named by path, by descriptor, or within a folder."""
    if isinstance(path, int):
        return Path(os.readlink(f"/proc/self/fd/{path}"))
    base = Path.cwd() if dir_fd is None else Path(os.readlink(f"/proc/self/fd/{dir_fd}"))
    return base / os.fsdecode(path)
