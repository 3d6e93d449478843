"""The walk of docs/your_own.md: its modules, its Python and its commands, from top to bottom."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path
from typing import Any

import numpy as np

from jaxgan.cli.main import main
from jaxgan.study import read_results, read_run

PAGE = Path(__file__).parent.parent / "docs" / "your_own.md"


def execute(language: str, block: str) -> None:
    module = re.match(r"# (\w+\.py)\n", block)
    if module:
        Path(module[1]).write_text(block)
    elif language == "python":
        exec(compile(block, PAGE.name, "exec"), {"__name__": "__main__"})
    else:
        for line in block.splitlines():
            command(line)


def command(line: str) -> None:
    name, *words = shlex.split(line)
    assert name == "jaxgan"
    status: Any = 0
    try:
        main(words)
    except SystemExit as stop:  # the doctor has a status
        status = stop.code
    assert status == 0, (line, status)


def test_the_walk_of_a_new_user(tmp_path: Path, monkeypatch: Any, capsys: Any) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    for name in ("mine", "lone"):  # other tests may have modules of these names
        monkeypatch.delitem(sys.modules, name, raising=False)
    blocks = re.findall(r"```(python|sh)\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert len(blocks) == 9
    for language, block in blocks:
        execute(language, block)
    for name in ("mine", "lone"):
        sys.modules.pop(name)

    assert read_results("runs/ring").cells["SLOW"].seeds[0].steps == 60
    assert np.load("runs/ring/samples-200-draw-1.npy").shape == (200, 2)
    rates = read_results("runs/rates").cells
    assert {name: len(cell.seeds) for name, cell in rates.items()} == {
        "learning_rate=0.0001": 2,
        "learning_rate=0.001": 2,
    }
    lone = read_run(Path("runs/lone")).results
    assert (lone.sets, lone.cells["training"].seeds[0].steps) == ([[3]], 40)
    for report in ("ring", "rates", "lone"):
        assert Path("runs", report, "report.html").is_file()
        assert Path("runs", report, "curves.png").is_file()
    shown = capsys.readouterr().out
    assert "nothing found" in shown
    assert "tracked at step 20: gap" in shown
    assert "`generator_optimizer=adam(0.001, b1=0.0, b2=0.9)" in shown
