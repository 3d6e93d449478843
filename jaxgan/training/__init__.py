"""The train step, its inputs and its state; objectives, penalties and networks are arguments."""

from jaxgan.training.adversarial import adversarial
from jaxgan.training.chunk import first_step, train_chunk
from jaxgan.training.critic_step import critic_step
from jaxgan.training.draws import sample_batch
from jaxgan.training.generator_step import generator_step
from jaxgan.training.paths import along, lerp, slerp
from jaxgan.training.recipe import Recipe
from jaxgan.training.sampling import generate, sample, score
from jaxgan.training.setup import Setup
from jaxgan.training.state import Player, TrainState, create_state
from jaxgan.training.step import TrainStep, make_train_step
from jaxgan.training.term import AdversarialTerm, Adversary, Balanced
from jaxgan.types import Batch, Dataset, Networks

__all__ = [
    "AdversarialTerm",
    "Adversary",
    "Balanced",
    "Batch",
    "Dataset",
    "Networks",
    "Player",
    "Recipe",
    "Setup",
    "TrainState",
    "TrainStep",
    "adversarial",
    "along",
    "create_state",
    "critic_step",
    "first_step",
    "generate",
    "generator_step",
    "lerp",
    "make_train_step",
    "sample",
    "sample_batch",
    "score",
    "slerp",
    "train_chunk",
]
