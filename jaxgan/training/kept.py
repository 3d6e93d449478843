"""How many compiled programs a process keeps."""

from __future__ import annotations

import functools

__all__ = ["keep_programs"]

keep_programs = functools.lru_cache(maxsize=16)
"""Decorator of a function that compiles: equal arguments share one of its last 16 programs.

A program takes hundreds of memory maps, and Linux grants a process 65,530: with all programs kept,
the compiler ends the process (LLVM ERROR: Unable to allocate section memory) after some 90
trainings of different settings.
"""
