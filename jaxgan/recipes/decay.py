"""Learning rates that fall to 0 during the training."""

from __future__ import annotations

from jaxgan.optimizers import Linear
from jaxgan.types import Number, check_number

__all__ = ["falling_rates"]


def falling_rates(learning_rate: Number, decay_steps: int, n_critic: int) -> tuple[Linear, Linear]:
    """Learning rates of both networks that fall linearly to 0 at the same generator step.

    Args:
        learning_rate: initial learning rate of both networks.
        decay_steps: generator steps until the learning rates are 0.
        n_critic: critic steps per generator step.

    Returns:
        The generator's learning rate and the critic's, as functions of their updates.

    Raises:
        TypeError: a number has another type.
        ValueError: a number is outside its range.

    >>> falling_rates(1e-4, 10, 5)[1]
    Linear(start=0.0001, end=0.0, updates=50)
    """
    steps = "give the generator steps until the learning rate is 0"
    check_number("learning_rate", learning_rate, "at least 0", "it is the rate at the start")
    check_number("decay_steps", decay_steps, "an integer of at least 1", steps)
    check_number("n_critic", n_critic, "an integer of at least 1", "the critic's rate falls, too")
    return Linear(learning_rate, 0.0, decay_steps), Linear(
        learning_rate, 0.0, decay_steps * n_critic
    )
