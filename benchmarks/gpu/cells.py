"""What is measured: the parts, and the cells of each in order."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

__all__ = ["SHARES", "Cell", "Plan", "cells"]

SHARES = {
    "smoke": 0.15,
    "roof": 0.05,
    "steps": 0.26,
    "eager": 0.10,
    "compiled": 0.16,
    "populations": 0.06,
    "forecast": 0.12,
    "batches": 0.06,
    "flags": 0.04,
}
"""The share of the time of each part."""

WORTH = ("cifar", "resnet", "mnist", "mlp_64", "dcgan64", "mlp_512")
"""Works in the order in which they are measured."""
PRODUCT = {"gpu": 16384, "cpu": 512}
"""Size of the matrices whose product is the roof."""
BATCHES = {"cifar": (256, 1024, 4096), "resnet": (256, 1024), "mnist": (200, 800, 3200)}
MEMBERS = {
    "mlp_64": ((1, "vmapped"), (8, "vmapped"), (64, "vmapped"), (8, "serial")),
    "mnist": ((1, "vmapped"), (8, "vmapped"), (8, "serial")),
    "cifar": ((8, "vmapped"), (8, "serial")),
}
DETAILS = ("cifar-gp-tf32", "resnet-gp-tf32", "resnet-gp-bfloat16")
"""Whose compiled program is kept, and whose kernels are listed."""
FLAGS = (
    "--xla_gpu_enable_command_buffer=+WHILE,+CONDITIONAL",
    "--xla_gpu_enable_command_buffer=",
    "--xla_gpu_autotune_level=0",
    "--xla_gpu_deterministic_ops=true",
)


class Cell(NamedTuple):
    """One measurement: a function of a worker and its arguments.

    Attributes:
        part: the part to which it belongs.
        worker: "with_jax" or "with_torch".
        ask: the function.
        request: its arguments.
        flags: XLA's flags of the worker.
    """

    part: str
    worker: str
    ask: str
    request: dict[str, Any]
    flags: str = ""

    @property
    def name(self) -> str:
        """What tells it from the others of its part.

        >>> Cell("smoke", "with_jax", "resumed", {"work": "mnist", "budget": 1.0}).name
        'with_jax resumed mnist'
        """
        own = {name: x for name, x in self.request.items() if name not in ("budget", "details")}
        return " ".join([self.worker, self.ask, *map(str, own.values()), *self.flags.split()])


class Plan(NamedTuple):
    """What the cells depend on.

    Attributes:
        works: names in `benchmarks.works.WORKS`.
        device: "gpu" or "cpu".
        budget: seconds of a timing.
        out: the folder for compiled programs.
    """

    works: Sequence[str]
    device: str
    budget: float
    out: str

    @property
    def precisions(self) -> tuple[str, ...]:
        return ("tf32", "bfloat16", "float32") if self.device == "gpu" else ("float32",)

    def timed(self, part: str, worker: str, ask: str, **request: Any) -> Cell:
        return Cell(part, worker, ask, request | {"budget": self.budget})


def cells(plan: Plan) -> Iterator[Cell]:
    """All cells in order; those of a part follow one another."""
    plan = plan._replace(works=[work for work in WORTH if work in plan.works])
    for of_part in (_smoke, _roof, _steps, _torch, _populations, _forecast, _batches, _flags):
        yield from of_part(plan)


def _smoke(plan: Plan) -> Iterator[Cell]:
    """The first work in every precision, the others in float32 alone."""

    def cell(ask: str, **request: str) -> Cell:
        return Cell("smoke", "with_jax", ask, request)

    for work in plan.works:
        yield cell("same_step", work=work, loss="gp", precision="float32")
        yield cell("nested_gradient", work=work, precision="float32")
        if work == plan.works[0]:
            yield cell("nested_gradient", work=work, precision="float64")
            for precision in [name for name in plan.precisions if name != "float32"]:
                yield cell("same_step", work=work, loss="gp", precision=precision)
            yield cell("resumed", work=work, loss="gp")
            yield cell("same_step", work=work, loss="ns", precision="float32")


def _roof(plan: Plan) -> Iterator[Cell]:
    size = PRODUCT[plan.device]
    for worker in ("with_jax", "with_torch"):
        for precision in (*plan.precisions, *([None] if worker == "with_jax" else [])):
            yield Cell("roof", worker, "roof", {"size": size, "precision": precision})


def _order(plan: Plan) -> Iterator[dict[str, str]]:
    """Works, losses and precisions: three networks for images in fast precisions come first."""
    *fast, slow = plan.precisions
    works = itertools.chain(
        itertools.product(fast, plan.works[:3], ("gp",)),
        itertools.product(fast, plan.works[3:], ("gp",)),
        itertools.product([slow], plan.works, ("gp",)),
        itertools.product(plan.precisions[:1], plan.works[:1], ("ns", "clip")),
    )
    for precision, work, loss in works:
        yield {"work": work, "loss": loss, "precision": precision}


def _steps(plan: Plan) -> Iterator[Cell]:
    for request in _order(plan):
        name = "-".join(request.values())
        details = {"details": f"{plan.out}/{name}.hlo.gz"} if name in DETAILS else {}
        yield plan.timed("steps", "with_jax", "step", **request, **details)


def _torch(plan: Plan) -> Iterator[Cell]:
    for part, ways in (("eager", ("eager", "channels_last")), ("compiled", ("compile",))):
        for request, way in itertools.product(_order(plan), ways):
            if way != "channels_last" or not request["work"].startswith("mlp"):
                yield plan.timed(part, "with_torch", "step", **request, way=way)


def _populations(plan: Plan) -> Iterator[Cell]:
    request: dict[str, Any] = {"precision": plan.precisions[0]}
    for work in [work for work in MEMBERS if work in plan.works]:
        for members, way in MEMBERS[work]:
            request |= {"work": work, "members": members, "way": way}
            yield plan.timed("populations", "with_jax", "population", **request)


def _forecast(plan: Plan) -> Iterator[Cell]:
    if "resnet" in plan.works:
        for auxiliary, precision in itertools.product((False, True), plan.precisions):
            request = {"precision": precision, "auxiliary": auxiliary, "budget": 3 * plan.budget}
            yield Cell("forecast", "with_jax", "forecast", request)


def _batches(plan: Plan) -> Iterator[Cell]:
    for work in plan.works:
        for batch, precision in itertools.product(BATCHES.get(work, ()), plan.precisions[:2]):
            request = {"work": work, "loss": "gp", "precision": precision, "batch": batch}
            yield plan.timed("batches", "with_jax", "step", **request)


def _flags(plan: Plan) -> Iterator[Cell]:
    request = {"loss": "gp", "precision": plan.precisions[0]}
    for work, flags in itertools.product(plan.works[:1], FLAGS if plan.device == "gpu" else ()):
        cell = plan.timed("flags", "with_jax", "step", work=work, **request)
        yield cell._replace(flags=flags)
