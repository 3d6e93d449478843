"""The keys of train steps against JAX's own, which give the expected bits."""

from __future__ import annotations

from collections.abc import Callable

import jax
import pytest

from jaxgan.training.threefry import unrolled

DRAWS: dict[str, Callable[[jax.Array], jax.Array]] = {
    "bits": lambda key: jax.random.bits(key, (2, 3)),
    "bytes": lambda key: jax.random.bits(key, (5,), "uint8"),
    "one": lambda key: jax.random.uniform(key),
    "none": lambda key: jax.random.normal(key, (0,)),
    "normal": lambda key: jax.random.normal(key, (3, 4)),
    "integers": lambda key: jax.random.randint(key, (7,), 0, 1000),
    "permutation": lambda key: jax.random.permutation(key, 9),
    "split": lambda key: jax.random.key_data(jax.random.split(key, (2, 3))),
    "fold_in": lambda key: jax.random.key_data(jax.random.fold_in(key, 2**31 - 1)),
    "vmap": lambda key: jax.vmap(jax.random.normal)(jax.random.split(key, 4)),
}


@pytest.mark.parametrize("draw", DRAWS.values(), ids=DRAWS)
def test_draws_are_the_same_bits(draw: Callable[[jax.Array], jax.Array]) -> None:
    key = jax.random.key(3)
    found = jax.jit(lambda key: draw(unrolled(key)))(key)
    assert (found == jax.jit(draw)(key)).all()


def test_draws_are_no_loop() -> None:
    def draw(key: jax.Array) -> jax.Array:
        return jax.random.normal(jax.random.fold_in(unrolled(key), 1), (3,))

    assert "while" not in jax.jit(draw).lower(jax.random.key(0)).as_text()


def test_keys_of_other_algorithms_are_kept() -> None:
    key = jax.random.key(0, impl="rbg")
    assert unrolled(key) is key


def test_the_older_counters_are_those_of_jax() -> None:
    key = jax.random.key(0)
    with jax.threefry_partitionable(False):
        assert unrolled(key) is key
