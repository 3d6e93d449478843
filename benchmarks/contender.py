"""A worker in a separate process: one request, a line of JSON, has one answer, another line."""

from __future__ import annotations

import contextlib
import json
import os
import select
import subprocess
from collections.abc import Mapping, Sequence
from typing import IO, Any

__all__ = ["Answer", "Contender"]

Answer = dict[str, Any]


class Contender:
    """A worker process; `ready` is its first answer and `failed` the error in it, if any.

    Args:
        command: the program and its arguments.
        environment: variables in addition to those of this process.
        log: a file for what the worker prints; nowhere if None.
        patience: seconds until its first answer must be there; unlimited if None.
    """

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        log: IO[Any] | None = None,
        patience: float | None = None,
    ) -> None:
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(
            command,
            stdin=pipe,
            stdout=pipe,
            stderr=log or subprocess.DEVNULL,
            text=True,
            env={**os.environ, **environment},
        )
        self.seconds: list[float] = []
        self.ready = self._answer(patience)
        self.failed = self.ready.get("error")

    def ask(self, patience: float | None = None, **request: Any) -> Answer:
        """The answer; `{"error": ...}` if the worker has ended or takes longer than `patience`."""
        with contextlib.suppress(BrokenPipeError):  # it has ended, and `_answer` says so
            print(json.dumps(request), file=self.process.stdin, flush=True)
        return self._answer(patience)

    def take_turn(self, budget: float) -> None:
        """Times as many steps as fit into the budget, in seconds."""
        step = min(self.seconds, default=float("inf"))
        steps = min(1000, max(1, int(budget / step)))
        self.seconds.append(self.ask(steps=steps)["seconds"])

    def _answer(self, patience: float | None) -> Answer:
        stdout = self.process.stdout
        assert stdout
        if not select.select([stdout], [], [], patience)[0]:
            return {"error": f"no answer within {patience:.0f} s"}
        line = stdout.readline()
        return json.loads(line) if line else {"error": f"ended with {self.process.wait()}"}

    def end(self) -> None:
        with contextlib.suppress(BrokenPipeError), self.process:  # which closes the pipes
            self.process.kill()

    def __enter__(self) -> Contender:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()
