"""The train step and what it works on; it meets objectives, penalties and networks as values."""

from jaxgan.training.chunk import sample_batch, train_chunk
from jaxgan.training.recipe import Networks, Recipe
from jaxgan.training.sampling import sample
from jaxgan.training.state import Player, TrainState, create_state
from jaxgan.training.step import TrainStep, make_train_step
from jaxgan.types import Batch, Dataset

__all__ = [
    "Batch",
    "Dataset",
    "Networks",
    "Player",
    "Recipe",
    "TrainState",
    "TrainStep",
    "create_state",
    "make_train_step",
    "sample",
    "sample_batch",
    "train_chunk",
]
