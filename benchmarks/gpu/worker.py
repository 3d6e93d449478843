"""A worker of `benchmarks.gpu`: lines of JSON on stdin and stdout, as `benchmarks.contender` asks.

python -m benchmarks.gpu.worker with_jax
"""

from __future__ import annotations

import functools
import importlib
import json
import os
import sys
import traceback
from collections.abc import Callable
from typing import Any

__all__ = ["main"]


def main(module: str) -> None:
    """Answers requests with the functions in `ANSWERS` of a module, until stdin ends."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what compilers print belongs to the log

    def put(answer: dict[str, Any]) -> None:
        print(json.dumps(answer), file=answers, flush=True)

    put(_tried(lambda: importlib.import_module(f"benchmarks.gpu.{module}").machine()))
    for line in sys.stdin:
        request = json.loads(line)
        of_module = importlib.import_module(f"benchmarks.gpu.{module}").ANSWERS
        put(_tried(functools.partial(of_module[request.pop("ask")], **request)))


def _tried(function: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    try:
        return function()
    except Exception as error:
        traceback.print_exc()
        reason = next(iter(str(error).splitlines()), "")
        return {"error": f"{type(error).__name__}: {reason}"}


if __name__ == "__main__":
    main(sys.argv[1])
