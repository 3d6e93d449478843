"""The command that checks networks, recipe and data before a training."""

from __future__ import annotations

import sys

__all__ = ["doctor"]


def doctor(
    data: str = "digits",
    recipe: str = "wgan_gp",
    networks: str = "mlp",
    objective: str | None = None,
    penalty: str | None = None,
    steps: int = 10_000,
    batch_size: int = 64,
    devices: int = 2,
) -> None:
    """Check networks, recipe and data before a training; the exit status is 1 if there is a fault.

    Args:
        data: as for train, like recipe, networks, objective and penalty.
        recipe: a recipe.
        networks: networks.
        objective: an objective that replaces the recipe's.
        penalty: a penalty that replaces the recipe's penalties.
        steps: planned generator steps, for the time estimate.
        batch_size: examples per critic step.
        devices: number of devices that share a step, to compare it with a step on one device.
    """
    from jaxgan.cli.setups import setup_of
    from jaxgan.doctor import examine
    from jaxgan.runs.compile_cache import use_compile_cache

    use_compile_cache()
    texts = {"recipe": recipe, "networks": networks, "objective": objective, "penalty": penalty}
    setup = setup_of(data=data, steps=steps, batch_size=batch_size, **texts)
    report = examine(setup, devices=devices)
    print(report)
    sys.exit(int(bool(report.faults)))
