"""Benchmarks of speed: they print times and the machine, and assert nothing."""
