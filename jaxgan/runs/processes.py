"""Several processes as one run: which one writes, what they agree on, and how all of them end.

JAX connects the processes and notices when one dies. The small values on which they agree go
through its coordination service, where a process can wait for as long as another one needs. Whole
states go through the devices.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

import jax
import numpy as np
from jax._src import distributed
from jax.experimental import multihost_utils

from jaxgan.runs.identity import differences

__all__ = ["Gone", "Lost", "Team", "connect", "team_of", "together"]

T = TypeVar("T")
PREFIX, FAILED = "jaxgan/", "jaxgan/failed/"
POLL = 1.0
"""Seconds after which a waiting process looks whether another one has failed."""
HEARTBEAT = 20
"""Seconds after which JAX takes a silent process for dead, and ends the others."""

_rounds = itertools.count()


class Lost(RuntimeError):
    """Another process of the run failed."""


class Gone(Lost):
    """Another process of the run was killed, or its machine cannot be reached."""


def connect(
    coordinator: str | None = None,
    processes: int | None = None,
    process: int | None = None,
    *,
    seconds: int = 300,
    heartbeat: int = HEARTBEAT,
) -> None:
    """Connects this process to the others of a run, before anything else is done with JAX.

    Args:
        coordinator: "HOST:PORT" of process 0, which all can reach. Without it JAX finds the
            processes of SLURM, Open MPI, GKE or a TPU pod.
        processes: how many there are.
        process: the number of this one, from 0 on.
        seconds: the longest time to wait for the others.
        heartbeat: seconds after which a silent process is taken for dead.

    Raises:
        ValueError: the processes have different numbers of devices.
        RuntimeError: JAX was used before.
    """
    # JAX would catch SIGTERM for itself; `runs.pace` does.
    jax.config.update("jax_enable_preemption_service", False)
    jax.distributed.initialize(
        coordinator,
        processes,
        process,
        initialization_timeout=seconds,
        heartbeat_timeout_seconds=heartbeat,
    )
    team = Team(jax.process_index(), jax.process_count())
    _tell_at_the_end(team)
    counts = team.exchange(jax.local_device_count())
    if len(set(counts)) > 1:
        raise ValueError(
            f"the processes have {', '.join(map(str, counts))} devices: give all the same number"
        )


class Team(NamedTuple):
    """The processes that share a training; one process is a team, too.

    Attributes:
        process: the number of this process; process 0 writes and measures.
        processes: how many there are.

    >>> Team().exchange("alone")
    ['alone']
    """

    process: int = 0
    processes: int = 1

    @property
    def first(self) -> bool:
        """Whether this process writes and measures."""
        return self.process == 0

    def exchange(self, value: Any) -> list[Any]:
        """The values of all processes; each waits for all others.

        Args:
            value: this process's value, as JSON.

        Returns:
            One value per process.

        Raises:
            Lost: another process failed.
        """
        if self.processes == 1:
            return [value]
        client, number = _client(), next(_rounds)
        client.key_value_set(_key(number, self.process), json.dumps(value))
        values = [json.loads(_read(_key(number, other))) for other in range(self.processes)]
        if number:  # all have set this round's value, so they have read that of the round before
            client.key_value_delete(_key(number - 1, self.process))
        return values

    def compiled(self, call: Callable[[], T]) -> T:
        """Compiles a program in all processes before one of them takes a step with it.

        Within a collective operation, waiting for another process's compiler would time out.

        Args:
            call: calls the program, without a step.

        Returns:
            What the call returns, when all have returned.
        """
        found = call()
        self.exchange("compiled")
        return found

    def of_first(self, value: T) -> T:
        """The value of process 0."""
        return self.exchange(value if self.first else None)[0]

    def largest(self, values: Sequence[int]) -> list[int]:
        """The largest of each value over the processes."""
        return [max(of_all) for of_all in zip(*self.exchange(list(values)), strict=True)]

    def check_same(self, what: Mapping[str, Any]) -> None:
        """Checks that all processes have the same setup or state.

        Args:
            what: what must be equal, as JSON.

        Raises:
            ValueError: a process differs from process 0.
        """
        first, *others = self.exchange(what)
        for number, other in enumerate(others, 1):
            if other != first:
                changed = "; ".join(differences(first, other)) or "its program is another one"
                raise ValueError(
                    f"process {number} differs from process 0: {changed}. Give all processes the "
                    "same command, data and versions"
                )

    def share(self, tree: T) -> T:
        """The arrays of process 0, to the last bit."""
        if self.processes == 1:
            return tree
        arrays = jax.tree.map(np.asarray, tree)
        raw = jax.tree.map(lambda x: np.ascontiguousarray(x).reshape(-1).view(np.uint8), arrays)
        shared = multihost_utils.broadcast_one_to_all(raw)
        return jax.tree.map(
            lambda x, bits: jax.numpy.asarray(np.asarray(bits).view(x.dtype).reshape(x.shape)),
            arrays,
            shared,
        )

    def local(self, tree: T) -> T:
        """Arrays that lie whole on every device, as arrays of this process only."""
        if self.processes == 1:
            return tree
        return jax.tree.map(lambda x: x.addressable_data(0), tree)


def team_of(devices: int) -> Team:
    """The processes that share a training.

    Args:
        devices: number of devices of the training, over all processes; with one device every
            process trains by itself.

    Returns:
        The team.
    """
    if devices == 1 or jax.process_count() == 1:
        return Team()
    return Team(jax.process_index(), jax.process_count())


@contextlib.contextmanager
def together(devices: int, common: tuple[type[BaseException], ...] = ()) -> Iterator[Team]:
    """The team of a training, during a `with` block; an error of one process ends all of them.

    Args:
        devices: see `team_of`.
        common: exceptions that all processes raise together.

    Yields:
        The team.

    Raises:
        Lost: another process failed.
        Gone: another process was killed, or cannot be reached.
    """
    team = team_of(devices)
    try:
        yield team
    except (Lost, *common):
        raise
    except BaseException as error:
        if team.processes == 1:
            raise
        if isinstance(error, jax.errors.JaxRuntimeError):
            _raise_if_gone(team, error)
        _tell(team, error)
        raise


def _tell(team: Team, error: BaseException) -> None:
    """Tells the other processes that this one failed; only its first error counts."""
    told = f"process {team.process} failed: {str(error) or type(error).__name__}"
    with contextlib.suppress(jax.errors.JaxRuntimeError):
        _client().key_value_set(f"{FAILED}{team.process}", told)


def _tell_at_the_end(team: Team) -> None:
    """Tells the others of an error that ends this process outside of a training, too."""
    usual = sys.excepthook

    def hook(kind: type[BaseException], error: BaseException, trace: Any) -> None:
        if not isinstance(error, Lost):  # of which the one that failed has told them
            _tell(team, error)
        usual(kind, error, trace)

    sys.excepthook = hook


def _client() -> Any:
    """The client of JAX's coordination service, which has no public name."""
    return distributed.global_state.client


def _key(number: int, process: int) -> str:
    return f"{PREFIX}{number}/{process}"


def _read(key: str) -> str:
    """The value of another process, which may take any time to give it."""
    while True:
        try:
            return _client().blocking_key_value_get(key, round(1000 * POLL))
        except jax.errors.JaxRuntimeError as error:
            if "DEADLINE_EXCEEDED" not in str(error):
                raise Gone(
                    f"process 0 is gone: it was killed or cannot be reached ({error})"
                ) from error
        _raise_if_failed()


def _raise_if_failed() -> None:
    for _, told in _client().key_value_dir_get(FAILED):
        raise Lost(told)


def _raise_if_gone(team: Team, error: BaseException) -> None:
    """Raises an error if a collective failed because of another process."""
    with contextlib.suppress(jax.errors.JaxRuntimeError):
        _raise_if_failed()
    gone: list[int] = []

    def ask() -> None:
        try:
            alive = _client().get_live_nodes(list(range(team.processes)))
        except jax.errors.JaxRuntimeError:
            alive = range(1, team.processes)  # process 0 answers for all
        gone.extend(set(range(team.processes)) - set(alive))

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(2 * HEARTBEAT)
    if gone:
        who = ", ".join(map(str, sorted(gone)))
        raise Gone(f"process {who} is gone: it was killed or cannot be reached") from error
