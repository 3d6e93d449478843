"""JAX's persistent compilation cache: each program is compiled once per machine."""

from __future__ import annotations

import os
from pathlib import Path

import jax

__all__ = ["use_compile_cache"]


def use_compile_cache() -> None:
    """Keeps compiled programs in `~/.cache/jaxgan`, unless `JAX_COMPILATION_CACHE_DIR` is set."""
    if "JAX_COMPILATION_CACHE_DIR" not in os.environ:
        home = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
        jax.config.update("jax_compilation_cache_dir", str(home / "jaxgan"))
        jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.5)
