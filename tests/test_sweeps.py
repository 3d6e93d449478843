"""`jaxgan sweep`: settings crossed with seeds, on the one loop."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from jaxgan.cli.main import main
from jaxgan.study import grid, read_results

pytestmark = pytest.mark.usefixtures("unchecked_types")
TINY = ["--data", "swiss_roll", "--networks", "mlp(width=8)", "--batch-size", "8", "--steps", "10"]
LISTS = "wgan_gp(learning_rate=[1e-4, 1e30], n_critic=[1, 2])"
NAMES = [
    "learning_rate=0.0001+n_critic=1",
    "learning_rate=0.0001+n_critic=2",
    "learning_rate=1e+30+n_critic=1",
    "learning_rate=1e+30+n_critic=2",
]


def state(folder: Path, cell: str, seed: int) -> bytes:
    path = folder / cell / f"seed-{seed}" / "checkpoints" / "step-000000010" / "state.safetensors"
    return path.read_bytes()


def test_a_sweep_is_the_trainings_of_its_settings(tmp_path: Path, capsys: Any) -> None:
    out = tmp_path / "sweep"
    main(["sweep", *TINY, "--recipe", LISTS, "--seeds", "2", "--out", str(out)])
    shown = capsys.readouterr()
    cells = read_results(out).cells
    assert list(cells) == NAMES
    assert [[one.ended for one in cells[name].seeds] for name in NAMES[::2]] == [
        ["finished"] * 2,
        ["diverged"] * 2,
    ]
    table = [line for line in shown.out.splitlines() if "learning_rate" in line]
    assert [row.split("|")[2].strip(" `") for row in table] == NAMES
    assert "2 (2 diverged)" in table[-1]
    assert "n_critic=2" in table[-1]
    assert (out / "curves.png").is_file()
    assert "Mean over" not in shown.err
    # Each setting is trained with its own values: the same bits as alone.
    for n_critic in (1, 2):
        alone = tmp_path / str(n_critic)
        recipe = f"wgan_gp(learning_rate=1e-4, n_critic={n_critic})"
        words = ["--recipe", recipe, "--seeds", "2", "--out", str(alone), "--quiet"]
        main(["train", *TINY, *words])
        for seed in (0, 1):
            name = f"learning_rate=0.0001+n_critic={n_critic}"
            assert state(out, name, seed) == state(alone, "wgan_gp", seed)
    assert state(out, NAMES[0], 0) != state(out, NAMES[1], 0)


def test_a_sweep_is_resumed_and_goes_further(tmp_path: Path) -> None:
    out = tmp_path / "sweep"
    recipe = ["--recipe", "wgan_gp(learning_rate=[1e-4, 1e-3], n_critic=1)"]
    main(["sweep", *TINY, *recipe, "--seeds", "1", "--out", str(out), "--quiet"])
    wanted = state(out, "learning_rate=0.001", 0)
    shutil.rmtree(out / "learning_rate=0.001")
    main(["resume", str(out), "--quiet"])
    assert state(out, "learning_rate=0.001", 0) == wanted
    main(["resume", str(out), "--steps", "12", "--quiet"])
    assert {cell.seeds[0].steps for cell in read_results(out).cells.values()} == {12}


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({}, "no settings"),
        ({"rate": []}, "rate has no values"),
        ({"rate": [1, 1]}, "rate=1 is there twice"),
        ({"rate": [(1, 2), (1, "2")]}, "is there twice"),
    ],
)
def test_a_grid_without_distinct_cells_is_refused(settings: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        grid(lambda **chosen: chosen, **settings)
