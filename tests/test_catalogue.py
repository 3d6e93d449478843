"""Names, arguments and the generated table of members."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from jaxgan import objectives, recipes
from jaxgan.cli.catalogue import KINDS, build, members
from jaxgan.cli.members import table
from jaxgan.cli.solo import solo
from tests.formulas import evaluate

ROOT = Path(__file__).parent.parent


def test_members_are_built_from_text() -> None:
    assert build("recipe", "wgan_gp") == recipes.wgan_gp()
    assert build("recipe", "wgan_gp(weight=0.1, beta1=0.5)") == recipes.wgan_gp(
        weight=0.1, beta1=0.5
    )
    assert build("networks", "mlp(width=8)", (2,)).critic.width == 8


def test_a_run_takes_any_loss_of_the_catalogue() -> None:
    def objective(text: str) -> Any:
        cells = solo("swiss_roll", "wgan", "mlp(width=8)", text, 10, 64).scales["small"].cells()
        return cells["wgan"].setup.recipe.objective

    assert objective("mmd(root=True)") == objectives.MMD(root=True)
    assert objective("hinge") == objectives.Hinge()


@pytest.mark.parametrize(
    ("kind", "text", "message"),
    [
        ("recipe", "wgangp", "unknown recipe 'wgangp': did you mean 'wgan_gp'"),
        ("recipe", "wgan_gp(wait=1)", "unknown argument of wgan_gp 'wait': did you mean 'weight'"),
        ("objective", "wasserstien", "did you mean 'wasserstein'"),
        ("recipe", "wgan_gp(0.1)", "name\\(argument=value\\)"),
        ("recipe", "wgan_gp(weight=__import__('os'))", "name\\(argument=value\\)"),
        ("recipe", "wgan gp", "name\\(argument=value\\)"),
    ],
)
def test_what_cannot_be_built_is_said(kind: str, text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        build(kind, text)


@pytest.mark.parametrize("kind", KINDS)
def test_every_member_has_a_row_with_its_reference(kind: str) -> None:
    section = table().split(f"## {kind}\n")[1].split("\n## ")[0]
    rows = dict(re.findall(r"^\| `(\w+)\(.*?\)` (.*)$", section, re.MULTILINE))
    assert rows.keys() == members(kind).keys()
    assert all("](http" in row for row in rows.values())


def test_the_table_of_the_docs_is_up_to_date() -> None:
    assert (ROOT / "docs" / "members.md").read_text() == table()


def test_a_member_added_to_one_file_is_everywhere(tmp_path: Path) -> None:
    # The example of CONTRIBUTING.md, added to a file in a copy of this project: the command
    # line lists and builds it, the table shows it, and the suites test its formula.
    for part in ("jaxgan", "tests", "docs", "pyproject.toml"):
        source = ROOT / part
        (shutil.copytree if source.is_dir() else shutil.copy)(source, tmp_path / part)
    (example,) = re.findall(
        r"```python\n(.*?)```", (ROOT / "CONTRIBUTING.md").read_text(), re.DOTALL
    )
    file = tmp_path / "jaxgan" / "objectives" / "margins.py"
    added = example.replace("from __future__ import annotations\n", "").replace(
        "__all__ =", "__all__ +="
    )
    file.write_text(file.read_text() + added)

    def python(*words: str) -> str:
        command = [sys.executable, "-m", *words]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    assert "geometric   " in python("jaxgan", "list")
    python("jaxgan.cli.members", "docs/members.md")
    page = (tmp_path / "docs" / "members.md").read_text()
    assert "| `geometric(margin)` | critic: `E max(0, margin - real) + E max(0, margin" in page
    suites = [f"tests/test_{name}.py" for name in ("objectives", "dirac", "catalogue", "recipes")]
    chosen = "geometric or row_with_its_reference or up_to_date or product_is_whole"
    quiet = ("-q", "-p", "no:cacheprovider", "-p", "no:xdist")
    shown = python("pytest", *quiet, *suites, "tests/test_product.py", "-k", chosen)
    assert "passed" in shown
    assert "geometric" in python("pytest", "--collect-only", *quiet, "tests/test_objectives.py")


def test_a_wrong_formula_of_an_added_member_is_seen() -> None:
    wrong = "E max(0, margin - real) - E max(0, margin + fake)"
    right = wrong.replace(") - E", ") + E")
    values = {"margin": 1.0, "real": np.array([0.5]), "fake": np.array([0.5])}
    assert evaluate(right, values) == 2.0
    assert evaluate(wrong, values) == -1.0
