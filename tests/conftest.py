"""Settings of the whole suite: eight simulated devices, no implicit broadcasting, one cache."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from pathlib import Path

CACHE = Path(__file__).parent.parent / ".cache" / "jax"
os.environ.setdefault("JAX_COMPILATION_CACHE_DIR", str(CACHE))
os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0.05")
# Most programs here are compiled once and run once, so most of the time is compilation.
QUICK = os.environ.setdefault("JAX_DISABLE_MOST_OPTIMIZATIONS", "1") == "1"
if "xla_force_host_platform_device_count" not in os.environ.get("XLA_FLAGS", ""):
    flags = os.environ.get("XLA_FLAGS", "")
    os.environ["XLA_FLAGS"] = f"{flags} --xla_force_host_platform_device_count=8".strip()

import hypothesis  # noqa: E402
import jax  # noqa: E402
import jaxtyping  # noqa: E402
import pytest  # noqa: E402

if QUICK and jax.__version_info__ < (0, 11):  # later versions do not know these flags
    os.environ["XLA_FLAGS"] += (
        " --xla_cpu_use_fusion_emitters=false --xla_cpu_parallel_codegen_split_count=1"
    )
jax.config.update("jax_numpy_rank_promotion", "raise")

# JAX compiles at the first example, so examples have no deadline and may be generated slowly. They
# are the same every time.
hypothesis.settings.register_profile(
    "jaxgan",
    deadline=None,
    derandomize=True,
    max_examples=50,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("jaxgan")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The walks through whole pages run first, so that no worker waits for the other's last one."""
    items.sort(key=lambda item: "walk" not in item.name)


def pytest_collection_finish() -> None:
    """The garbage collector skips modules and tests, which are needed to the end, and runs rarely.

    Tracing makes millions of small objects, few of them in cycles.
    """
    gc.freeze()
    gc.set_threshold(200_000, 20, 50)


@pytest.fixture(scope="module")
def optimized() -> Iterator[None]:
    """Optimized programs, as users run them: for tests of exact bits."""
    before = jax.config.read("jax_disable_most_optimizations")
    jax.config.update("jax_disable_most_optimizations", False)
    yield
    jax.config.update("jax_disable_most_optimizations", before)


@pytest.fixture(scope="module")
def doubles() -> Iterator[None]:
    """Float64."""
    with jax.enable_x64(True):
        yield


@pytest.fixture
def unchecked_types(monkeypatch: pytest.MonkeyPatch) -> None:
    """Turns the checks of annotations off, as for users.

    For tests of our own errors, since jaxtyping would raise one before; and for whole trainings,
    which take a fifth less time.
    """
    monkeypatch.setattr(jaxtyping.config, "jaxtyping_disable", True)


@pytest.fixture(scope="module", autouse=True)
def few_programs() -> Iterator[None]:
    """Clears the programs of a module: together they take gigabytes, and workers would crash."""
    yield
    jax.clear_caches()
