"""A trained generator as a function of latents and labels."""

from __future__ import annotations

import dataclasses
import functools
from typing import Any

import jax
from jaxtyping import Array, Float, Key

import jaxgan
from jaxgan.runs.identity import printed
from jaxgan.study.classes import classes_of, conditional
from jaxgan.training import Setup, TrainState
from jaxgan.training.modules import apply
from jaxgan.types import Networks, Variables

__all__ = ["Generator"]


@dataclasses.dataclass(frozen=True, eq=False)
class Generator:
    """A trained generator: a function of latents, and of labels if it uses them.

    Batch normalization uses its running statistics, so an example does not depend on the others.

    Attributes:
        networks: the networks that were trained.
        variables: parameters and statistics of the generator.
        shape: the shape of an example.
        classes: the labels that it knows; empty if it uses none.
        about: step and weights, for the metadata of files.

    >>> from jaxgan import data, recipes
    >>> from jaxgan.networks import presets
    >>> from jaxgan.training import create_state
    >>> setup = Setup(presets.mlp((2,), width=8), recipes.wgan_gp(), data.load("swiss_roll"))
    >>> state = create_state(setup.networks, setup.recipe, jax.random.key(0), setup.data)
    >>> generator = Generator.of(setup, state)
    >>> generator(generator.draw(jax.random.key(1), 5)).shape
    (5, 2)
    """

    networks: Networks
    variables: Variables
    shape: tuple[int, ...]
    classes: tuple[int, ...] = ()
    about: dict[str, Any] = dataclasses.field(default_factory=dict)

    @classmethod
    def of(cls, setup: Setup, state: TrainState) -> Generator:
        """The generator of a training, with the moving average where the state has one.

        Args:
            setup: the inputs of the training.
            state: its state.

        Returns:
            The generator.
        """
        data = setup.data
        uses = conditional(setup.networks, state, data)
        weights = "live" if state.average is None else "moving average"
        return cls(
            setup.networks,
            state.generator_variables,
            tuple(data.real.shape[1:]),
            tuple(classes_of(data).tolist()) if uses else (),
            {"step": int(state.step), "weights": weights},
        )

    def __call__(self, latents: Float[Array, "n size"], labels: Array | None = None) -> Array:
        """The examples of these latents.

        Args:
            latents: `[n, size]`, such as those of `draw`.
            labels: `[n]` labels, for a generator that uses labels.

        Returns:
            `[n, ...]` examples in the units of the training batches: [-1, 1] for images.

        Raises:
            ValueError: latents of another size; labels are missing, or given to a generator that
                uses none.
        """
        if latents.shape[1:] != (self.latent_size,):
            raise ValueError(
                f"latents must be [n, {self.latent_size}], got {latents.shape}: see draw"
            )
        if self.classes and labels is None:
            classes = ", ".join(map(str, self.classes))
            raise ValueError(f"this generator needs labels, [n] of the classes {classes}")
        if not self.classes and labels is not None:
            raise ValueError("this generator uses no labels: leave them out")
        return _examples(self.networks, self.variables, latents, labels)

    def draw(self, key: Key[Array, ""], n: int) -> Float[Array, "n size"]:
        """Random latents.

        Args:
            key: the key of the latents; it is split into one key per example.
            n: number of latents.

        Returns:
            `[n, size]` latents.
        """
        return jax.vmap(self.networks.latent)(jax.random.split(key, n))

    @property
    def latent_size(self) -> int:
        """The size of a latent."""
        return jax.eval_shape(self.networks.latent, jax.random.key(0)).shape[0]

    def metadata(self) -> dict[str, Any]:
        """What a reader of an exported file must know, as JSON."""
        latent = self.networks.latent
        settings = dataclasses.asdict(latent) if dataclasses.is_dataclass(latent) else {}  # pyright: ignore[reportArgumentType]
        image = len(self.shape) == 3
        return {
            "jaxgan": jaxgan.__version__,
            "generator": printed(self.networks.generator),
            **self.about,
            "latent": {"size": self.latent_size, "distribution": printed(latent)} | settings,
            "shape": list(self.shape),
            "layout": "[batch, height, width, channels]" if image else "[batch, ...]",
            "range": [-1.0, 1.0] if image else None,
            "classes": list(self.classes),
        }


@functools.partial(jax.jit, static_argnums=0)
def _examples(
    networks: Networks, variables: Variables, latents: Array, labels: Array | None
) -> Array:
    return apply(networks.generator, variables, latents, labels, train=False)[0]
