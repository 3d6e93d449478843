"""The benchmarks run: what they measure is not asserted."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import scaling

pytestmark = pytest.mark.usefixtures("unchecked_types")


@pytest.mark.slow
def test_the_cost_of_growing_data_is_measured_and_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scaling, "BASE", scaling.BASE | {"width": 1, "batch": 4})
    monkeypatch.setattr(scaling, "SECONDS", 0.1)
    ways = {"in memory": (8, 16), "streamed": (8, 16)}
    monkeypatch.setattr(scaling, "GROWING", {"examples": ways})
    found = scaling.measured("examples")
    assert {way: tuple(of_way) for way, of_way in found.items()} == ways
    written = {way: {str(n): 1e-3 for n in of_way} for way, of_way in found.items()}
    scaling.draw({"examples": written}, tmp_path / "growth.png")
    assert (tmp_path / "growth.png").read_bytes().startswith(b"\x89PNG")
