"""The cache folder of this machine, and JAX's persistent compilation cache in it."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import jax

__all__ = ["cache_folder", "use_compile_cache"]

VARIABLE = "JAX_COMPILATION_CACHE_DIR"
BYTES = 2**31
"""The size of all compiled programs; those that were not used for the longest time are removed."""


def cache_folder() -> Path:
    """The folder for what is computed once per machine.

    Returns:
        `JAX_COMPILATION_CACHE_DIR` if it is a local path, else `jaxgan` in `XDG_CACHE_HOME` if that
        is an absolute path, else `~/.cache/jaxgan`; for users without a home, `jaxgan-UID` in the
        folder of temporary files.
    """
    named = os.environ.get(VARIABLE, "")
    if named and "://" not in named:
        return Path(named)
    caches = Path(os.environ.get("XDG_CACHE_HOME", ""))
    if caches.is_absolute():
        return caches / "jaxgan"
    try:
        return Path.home() / ".cache" / "jaxgan"
    except RuntimeError:
        return Path(tempfile.gettempdir()) / f"jaxgan-{os.getuid()}"


def use_compile_cache() -> None:
    """Keeps compiled programs, at most `BYTES`, unless `JAX_COMPILATION_CACHE_DIR` is set."""
    if VARIABLE not in os.environ:
        jax.config.update("jax_compilation_cache_dir", str(cache_folder() / "programs"))
        jax.config.update("jax_compilation_cache_max_size", BYTES)
        jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.5)
