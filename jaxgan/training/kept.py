"""How many compiled programs a process keeps."""

from __future__ import annotations

import functools

__all__ = ["keep_programs"]

keep_programs = functools.lru_cache(maxsize=16)
"""Decorator of a function that compiles: equal arguments share one of its last 16 programs.

The programs of one small training take some 740 memory maps, and Linux grants a process 65,530. If
all were kept, a long sweep would end in "LLVM ERROR: Unable to allocate section memory".
"""
