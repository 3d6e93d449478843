"""The command that checks networks, recipe and data before a training."""

from __future__ import annotations

import sys

__all__ = ["doctor"]


def doctor(
    data: str = "digits",
    recipe: str = "wgan_gp",
    networks: str = "mlp",
    steps: int = 10_000,
    batch_size: int = 64,
    devices: int = 2,
) -> None:
    """Check networks, recipe and data before a training; the exit status is 1 if there is a fault.

    Args:
        data: as for train, or your own Dataset, "package.module:NAME".
        recipe: as for train, or your own Recipe.
        networks: as for train, or your own Networks.
        steps: planned generator steps, for the time estimate.
        batch_size: examples per critic step.
        devices: number of devices that share a step, to compare it with a step on one device.
    """
    from jaxgan.cli.catalogue import build
    from jaxgan.cli.named import named
    from jaxgan.data import load
    from jaxgan.doctor import examine
    from jaxgan.runs.compile_cache import use_compile_cache
    from jaxgan.training import Dataset, Networks, Recipe, Setup

    use_compile_cache()
    real = named(data, Dataset, load)
    shape = real.real.shape[1:]
    setup = Setup(
        named(networks, Networks, lambda text: build("networks", text, shape)),
        named(recipe, Recipe, lambda text: build("recipe", text)),
        real,
        batch_size,
        steps,
    )
    report = examine(setup, devices=devices)
    print(report)
    sys.exit(int(bool(report.faults)))
