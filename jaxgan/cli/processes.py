"""Several processes for one command: they are started here, or connected to each other."""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jaxgan.cli.usage import complain, on_one_line

if TYPE_CHECKING:
    from jaxgan.runs.processes import Team

__all__ = ["HELP", "end_with_others", "everyone", "joined", "several", "split_words", "start_local"]

HELP = (
    "run, train, sweep and resume take several processes: --processes N --local starts N on this "
    "machine; --coordinator HOST:PORT --processes N --process I connects processes that you start, "
    "and --cluster those of SLURM, Open MPI, GKE or a TPU pod."
)
COMMANDS = ("run", "train", "sweep", "resume")
GRACE = 10.0
"""Seconds that the other processes have to end by themselves after one has failed."""
POLL = 0.1

_joined = False


def several() -> bool:
    """Whether this process is one of several that carry out the command."""
    return _joined


def everyone() -> Team:
    """All processes that carry out the command."""
    import jax

    from jaxgan.runs.processes import team_of

    return team_of(jax.device_count() if _joined else 1)


def split_words(words: Sequence[str]) -> tuple[argparse.Namespace, list[str]]:
    """The options of several processes, and the other words of a command.

    Args:
        words: the words of the command line.

    Returns:
        `coordinator`, `processes`, `process`, `local` and `cluster`; the other words.

    Raises:
        ValueError: the options do not fit together.

    >>> split_words(["run", "digits", "--processes", "2", "--local"])[1]
    ['run', 'digits']
    """
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    parser.add_argument("--coordinator")
    parser.add_argument("--processes", type=int)
    parser.add_argument("--process", type=int)
    parser.add_argument("--local", action="store_true")
    parser.add_argument("--cluster", action="store_true")
    try:
        options, others = parser.parse_known_args(list(words))
    except argparse.ArgumentError as error:
        raise ValueError(f"{error}: give --processes 2 --local, for instance") from error
    if any(vars(options).values()) or options.process == 0:
        _check(options, others)
    return options, others


def _check(options: argparse.Namespace, others: Sequence[str]) -> None:
    values = vars(options).items()
    named = [f"--{name}" for name, value in values if value is not None and value is not False]
    if not others or others[0] not in COMMANDS:
        raise ValueError(f"{named[0]} is for {', '.join(COMMANDS)}: leave it out")
    if "--all" in others:
        raise ValueError(f"{named[0]} does not go with --all: run one experiment at a time")
    ways = {"--local": {"--processes", "--local"}, "--cluster": {"--cluster"}}
    ways["--coordinator"] = {"--coordinator", "--processes", "--process"}
    if set(named) not in ways.values():
        raise ValueError(f"{' '.join(named)} do not go together: give {_ways()}")
    processes: int = options.processes or 0
    if "--processes" in named and processes < 1:
        raise ValueError(f"--processes must be at least 1, got {processes}")
    if options.process is not None and not 0 <= options.process < processes:
        raise ValueError(f"--process must be from 0 to {processes - 1}, got {options.process}")
    if options.coordinator and not re.fullmatch(r".+:\d{1,5}", options.coordinator):
        raise ValueError(f"--coordinator must be HOST:PORT, got {options.coordinator!r}")


def _ways() -> str:
    return "--processes N --local, --coordinator HOST:PORT --processes N --process I, or --cluster"


@contextlib.contextmanager
def joined(options: argparse.Namespace) -> Iterator[None]:
    """Connects this process to the others, if there are any, during a `with` block.

    Standard output is then kept free of the messages of JAX's libraries.

    Args:
        options: those of `split_words`.
    """
    global _joined
    if not (options.coordinator or options.cluster):
        yield
        return
    import jax

    from jaxgan.runs.processes import connect, together

    own = os.dup(1)
    os.dup2(2, 1)
    sys.stdout = os.fdopen(own, "w", buffering=1, encoding=sys.stdout.encoding)
    connect(options.coordinator, options.processes, options.process)
    _joined = True
    with together(jax.device_count(), (KeyboardInterrupt,)):
        yield


def end_with_others(error: Exception) -> None:
    """Ends this process if the error is that another one failed or is gone."""
    from jaxgan.runs.processes import Gone, Lost

    if not isinstance(error, Lost):
        return
    complain(on_one_line(error))
    if isinstance(error, Gone):
        os._exit(1)  # the usual end would wait for the process that is gone
    sys.exit(1)


def start_local(words: Sequence[str], processes: int) -> int:
    """Starts the processes of a command on this machine and waits for them.

    Process 0 has this terminal. A signal goes on to all processes; if one fails, the others end.

    Args:
        words: the words of the command, without the options of several processes.
        processes: how many to start.

    Returns:
        The exit status: of the first process that failed, or 0.
    """
    coordinator = f"127.0.0.1:{_free_port()}"
    with tempfile.TemporaryDirectory() as folder:
        logs = [Path(folder) / str(number) for number in range(processes)]
        children = [_start(words, coordinator, processes, i, logs[i]) for i in range(processes)]

        def forward(number: int, frame: Any) -> None:
            del frame
            for child in children:
                child.send_signal(number)

        numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        before = {number: signal.signal(number, forward) for number in numbers}
        try:
            return _wait(children, logs)
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
            for child in children:
                child.kill()


def _start(
    words: Sequence[str], coordinator: str, processes: int, process: int, log: Path
) -> subprocess.Popen[bytes]:
    place = ["--coordinator", coordinator, "--processes", str(processes), "--process", str(process)]
    command = [sys.executable, "-m", "jaxgan", *words, *place]
    if process == 0:
        return subprocess.Popen(command, start_new_session=True)
    with log.open("wb") as file:
        return subprocess.Popen(command, start_new_session=True, stdout=file, stderr=file)


def _wait(children: Sequence[subprocess.Popen[bytes]], logs: Sequence[Path]) -> int:
    """Waits until all have ended; after the first failure for `GRACE` seconds only."""
    first, deadline = 0, float("inf")
    while any(child.poll() is None for child in children) and time.monotonic() < deadline:
        time.sleep(POLL)
        failed = [i for i, child in enumerate(children) if child.poll()]
        if failed and not first:
            first, deadline = children[failed[0]].returncode, time.monotonic() + GRACE
            _tell(failed[0], first, logs[failed[0]])
    failed = [child.returncode for child in children if child.returncode]
    first = first or (failed[0] if failed else 0)
    return 128 - first if first < 0 else first


def _tell(process: int, status: int, log: Path) -> None:
    """Says which process failed; process 0 has said why, another one's last words are repeated."""
    how = f"was killed by signal {-status}" if status < 0 else f"ended with status {status}"
    complain(f"process {process} {how}; the others end too")
    if process and log.is_file():
        lines = log.read_text(errors="replace").splitlines()
        for line in [line for line in lines if line.startswith("jaxgan:")][-3:]:
            print(f"  {line}", file=sys.stderr)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]
