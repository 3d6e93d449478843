"""Training from start to end: the loop, its folder and checkpoints, devices, populations."""

from jaxgan.runs.devices import Via, compile_chunk, compile_step
from jaxgan.runs.loop import Diverged, Interrupted, train
from jaxgan.runs.population import Population, train_population
from jaxgan.runs.trackers import Tracker

__all__ = [
    "Diverged",
    "Interrupted",
    "Population",
    "Tracker",
    "Via",
    "compile_chunk",
    "compile_step",
    "train",
    "train_population",
]
