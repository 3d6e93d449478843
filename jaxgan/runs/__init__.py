"""Training from start to end: the loop, its folder and checkpoints, devices, populations."""

from jaxgan.runs.devices import Via, compile_chunk, compile_step
from jaxgan.runs.loop import Diverged, Interrupted, train
from jaxgan.runs.population import Population, train_population

__all__ = [
    "Diverged",
    "Interrupted",
    "Population",
    "Via",
    "compile_chunk",
    "compile_step",
    "train",
    "train_population",
]
