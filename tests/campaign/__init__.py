"""Faults of the disk and of the process, tried on small runs: `python -m tests.campaign`."""
