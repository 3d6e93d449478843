"""The cache folder of this machine, and JAX's persistent compilation cache in it."""

from __future__ import annotations

import os
from pathlib import Path

import jax

__all__ = ["cache_folder", "use_compile_cache"]

VARIABLE = "JAX_COMPILATION_CACHE_DIR"


def cache_folder() -> Path:
    """The folder for what is computed once per machine.

    Returns:
        `JAX_COMPILATION_CACHE_DIR` if it is a local path, else `~/.cache/jaxgan`.
    """
    named = os.environ.get(VARIABLE, "")
    if named and "://" not in named:
        return Path(named)
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "jaxgan"


def use_compile_cache() -> None:
    """Keeps compiled programs in `~/.cache/jaxgan`, unless `JAX_COMPILATION_CACHE_DIR` is set."""
    if VARIABLE not in os.environ:
        jax.config.update("jax_compilation_cache_dir", str(cache_folder()))
        jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.5)
