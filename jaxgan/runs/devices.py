"""The train step on one or several devices: `jit`, `pmap`, or `jit` over a mesh.

Only this file depends on the number of devices. Prefer "sharded": the program is written for the
whole batch and needs no collectives in the step. With `pmap` the data are mapped, and the state is
neither stacked nor copied (`in_axes=(None, ...)`).
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Literal, get_args

import jax
import jax.numpy as jnp

from jaxgan.runs.mesh import AXIS, chosen, put, shardings
from jaxgan.training import Networks, Recipe, TrainStep, make_train_step, train_chunk
from jaxgan.training.kept import keep_programs
from jaxgan.training.parts import check_parts
from jaxgan.types import Batch, check_number, unknown

__all__ = ["Via", "check_divides", "check_placement", "compile_chunk", "compile_step"]

Via = Literal["jit", "pmap", "sharded"]


@keep_programs
def compile_step(
    networks: Networks, recipe: Recipe, devices: int = 1, via: Via | None = None
) -> TrainStep:
    """Compiles the train step; equal arguments share one program. The state is donated.

    Args:
        networks: generator, critic and latent distribution.
        recipe: the training settings.
        devices: number of devices over which a batch is split, over all processes.
        via: "jit" (one device), "pmap", or "sharded" (`jit` over a mesh); "sharded" for several
            devices if None.

    Returns:
        `(state, batch) -> (state, metrics)` for whole batches, `[n_critic + 1, batch, ...]`; of
        several processes, each is given the whole batch.

    Raises:
        ValueError: there are fewer devices, or a batch does not divide over them.

    >>> from jaxgan import recipes
    >>> from jaxgan.networks import presets
    >>> step = compile_step(presets.mlp((2,), width=8), recipes.wgan_gp())
    >>> step is compile_step(presets.mlp((2,), width=8), recipes.wgan_gp())
    True
    """
    via = check_placement(devices, devices, via)
    if via == "pmap":
        step = make_train_step(networks, recipe, AXIS)
        compiled = jax.pmap(
            step,
            axis_name=AXIS,
            in_axes=(None, 1),  # pyright: ignore[reportArgumentType]
            out_axes=None,  # pyright: ignore[reportArgumentType]
            donate_argnums=0,
            devices=chosen(devices),
        )

        def mapped(state: Any, batch: Batch) -> Any:
            return compiled(state, jax.tree.map(lambda x: _split(x, devices), batch))

        return mapped
    step = make_train_step(networks, recipe)
    if via == "jit":
        return jax.jit(step, donate_argnums=0)
    whole, split = shardings(devices)
    compiled = jax.jit(step, in_shardings=(whole, split), out_shardings=whole, donate_argnums=0)

    def sharded(state: Any, batch: Batch) -> Any:
        _check_batch(batch.keys.shape[1], devices)
        return compiled(put(state, whole), put(batch, split))

    return sharded


@keep_programs
def compile_chunk(
    networks: Networks,
    recipe: Recipe,
    *,
    batch_size: int,
    n_critic: int,
    capacity: int,
    devices: int = 1,
    via: Via | None = None,
) -> Callable[..., Any]:
    """Compiles `train_chunk`; equal arguments share one program. The state is donated.

    Args:
        networks: generator, critic and latent distribution.
        recipe: the training settings.
        batch_size: examples per step, over all devices.
        n_critic: critic steps per generator step.
        capacity: the largest number of steps per call.
        devices: number of devices over which a batch is split.
        via: "jit" (one device), "pmap", or "sharded" (`jit` over a mesh); "sharded" for several
            devices if None.

    Returns:
        `(state, data, key, length) -> (state, metrics)`.

    Raises:
        ValueError: there are fewer devices, or the batch does not divide over them.
    """
    check_parts(networks=networks, recipe=recipe)
    via = check_placement(batch_size, devices, via)
    chunk = functools.partial(
        train_chunk,
        networks,
        recipe,
        batch_size=batch_size,
        n_critic=n_critic,
        capacity=capacity,
    )
    if via == "jit":
        return jax.jit(chunk, donate_argnums=0)
    if via == "sharded":
        return _sharded(chunk, devices)
    return _mapped(chunk, batch_size // devices, devices)


def _sharded(chunk: Callable[..., Any], devices: int) -> Callable[..., Any]:
    whole, split = shardings(devices)

    def constrain(batch: Batch) -> Batch:
        return jax.tree.map(lambda x: jax.lax.with_sharding_constraint(x, split), batch)

    compiled = jax.jit(
        functools.partial(chunk, share=constrain), out_shardings=whole, donate_argnums=0
    )
    return lambda state, data, key, length: compiled(*put((state, data, key), whole), length)


def _mapped(chunk: Callable[..., Any], part: int, devices: int) -> Callable[..., Any]:
    def of_device(state: Any, data: Any, key: Any, length: Any, index: Any) -> Any:
        def share(batch: Batch) -> Batch:
            return jax.tree.map(
                lambda x: jax.lax.dynamic_slice_in_dim(x, index * part, part, axis=1), batch
            )

        return chunk(state, data, key, length, axis_name=AXIS, share=share)

    compiled = jax.pmap(
        of_device,
        axis_name=AXIS,
        in_axes=(None, None, None, None, 0),  # pyright: ignore[reportArgumentType]
        out_axes=None,  # pyright: ignore[reportArgumentType]
        donate_argnums=0,
        devices=chosen(devices),
    )
    return lambda state, data, key, length: compiled(state, data, key, length, jnp.arange(devices))


def _split(x: jax.Array, devices: int) -> jax.Array:
    """`[steps, batch, ...]` to `[steps, devices, batch / devices, ...]`."""
    _check_batch(x.shape[1], devices)
    return x.reshape(x.shape[0], devices, -1, *x.shape[2:])


def check_placement(batch_size: int, devices: int, via: Via | None) -> Via:
    """Checks that a batch can be split over the devices.

    Args:
        batch_size: examples per step, over all devices.
        devices: number of devices.
        via: see `compile_step`.

    Returns:
        `via`, or the default for this number of devices if None.

    Raises:
        TypeError: the number of devices is not a number.
        ValueError: there are fewer devices, or the batch does not divide over them.

    >>> check_placement(64, 1, None)
    'jit'
    """
    if via is None:
        via = "jit" if devices == 1 else "sharded"
    if via not in get_args(Via):
        raise unknown("via", via, get_args(Via))
    check_number("devices", devices, "an integer of at least 1", "give 1 for no split")
    if via == "jit" and devices != 1:
        raise ValueError(f"via='jit' runs on one device, got devices={devices}: use 'sharded'")
    if devices > jax.device_count():
        raise ValueError(
            f"devices={devices}, but JAX sees {jax.device_count()}: use fewer, or simulate "
            f"them with XLA_FLAGS=--xla_force_host_platform_device_count={devices}"
        )
    if devices > 1:
        _check_processes(devices, via)
    _check_batch(batch_size, devices)
    return via


def _check_processes(devices: int, via: Via) -> None:
    """Checks that every process has the same number of the devices."""
    processes = jax.process_count()
    if processes > 1 and via == "pmap":
        raise ValueError(f"via='pmap' runs in one process, there are {processes}: use 'sharded'")
    if devices % processes:
        raise ValueError(
            f"devices={devices} does not divide over {processes} processes: use a multiple of "
            f"{processes}, up to {jax.device_count()}"
        )


def _check_batch(batch_size: int, devices: int) -> None:
    check_divides(f"a batch of {batch_size} does", batch_size, devices, "use")


def check_divides(what: str, number: int, devices: int, remedy: str) -> None:
    """Checks that a number is a multiple of the number of devices.

    Args:
        what: the beginning of the message.
        number: the number that is divided.
        devices: number of devices.
        remedy: the verb of what to do.

    Raises:
        ValueError: it is not.

    >>> check_divides("a batch of 3 does", 3, devices=2, remedy="use")
    Traceback (most recent call last):
        ...
    ValueError: a batch of 3 does not divide over 2 devices: use 2 or another multiple of 2
    """
    if number % devices:
        raise ValueError(
            f"{what} not divide over {devices} devices: {remedy} "
            f"{number - number % devices or devices} or another multiple of {devices}"
        )
