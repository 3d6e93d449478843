"""The walk of docs/using_a_trained_generator.md: its commands and its Python."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from typing import Any

import pytest

from tests.test_your_own_page import command

PAGE = Path(__file__).parent.parent / "docs" / "using_a_trained_generator.md"
NEEDS = {"--to onnx": "jax2onnx", "import onnxruntime": "jax2onnx", "import torch": "torch"}


def missing(text: str) -> bool:
    return any(
        mark in text and importlib.util.find_spec(package) is None
        for mark, package in NEEDS.items()
    )


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # of the packages that read and write these files
def test_the_walk_from_a_run_to_other_programs(
    tmp_path: Path, monkeypatch: Any, capsys: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {"__name__": "__main__"}
    blocks = re.findall(r"```(python|sh)\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert len(blocks) == 8
    for language, block in blocks:
        if language == "sh":
            for line in block.splitlines():
                if not missing(line):
                    command(line)
        elif not missing(block):
            exec(compile(block, PAGE.name, "exec"), names)
    assert len(list(Path("digits-drawn").glob("*.png"))) == 16
    assert capsys.readouterr().out.count("largest difference") >= 4
