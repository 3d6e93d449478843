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

from jaxgan import data, objectives, penalties, recipes
from jaxgan.cli.catalogue import KINDS, build, members
from jaxgan.cli.members import table
from jaxgan.cli.setups import data_of, setup_of, setups_of
from jaxgan.networks import presets
from tests.formulas import evaluate

ROOT = Path(__file__).parent.parent
USUAL: Any = {"data": "swiss_roll", "networks": "mlp(width=8)", "steps": 10, "batch_size": 64}


def test_members_are_built_from_text() -> None:
    assert build("recipe", "wgan_gp") == recipes.wgan_gp()
    assert build("recipe", "wgan_gp(weight=0.1, beta1=0.5)") == recipes.wgan_gp(
        weight=0.1, beta1=0.5
    )
    assert build("networks", "mlp(width=8)", (2,)).critic.width == 8


def test_a_run_takes_any_loss_of_the_catalogue() -> None:
    def recipe(**replaced: Any) -> Any:
        return setup_of(**USUAL, recipe="wgan", **replaced).recipe

    assert recipe(objective="mmd(root=True)").objective == objectives.MMD(root=True)
    assert recipe(objective="hinge").objective == objectives.Hinge()
    assert recipe(penalty="r1").penalties == (penalties.R1(),)
    assert recipe(penalty="r1").objective == recipe().objective


def own_networks(shape: tuple[int, ...], width: int = 4) -> Any:
    return presets.mlp(shape, width=width)


def own_recipe(weight: float = 1.0) -> Any:
    return recipes.wgan_gp(weight=weight)


RECIPE = recipes.wgan_gp(n_critic=2)
OBJECTIVE = objectives.Hinge
PENALTY = penalties.GradientPenalty(weight=3.0)
DATA = data.from_arrays(np.zeros((70, 3)))
ARRAY = np.zeros((70, 3))
HERE = "tests.test_catalogue"


def test_your_own_objects_are_named_by_module() -> None:
    found = setup_of(
        data=f"{HERE}:DATA",
        recipe=f"{HERE}:RECIPE",
        networks=f"{HERE}:own_networks(width=5)",
        objective=f"{HERE}:OBJECTIVE",
        penalty=f"{HERE}:PENALTY",
        steps=1,
        batch_size=64,
    )
    assert found.data.real.shape == DATA.real.shape
    assert found.networks == presets.mlp((3,), width=5)
    assert found.recipe.n_critic == 2
    assert found.recipe.objective == objectives.Hinge()
    assert found.recipe.penalties == (PENALTY,)
    assert build("recipe", f"{HERE}:own_recipe") == own_recipe()
    assert build("recipe", f"{HERE}:own_recipe(weight=2.0)") == own_recipe(2.0)


def test_a_source_of_data_takes_arguments(tmp_path: Path) -> None:
    np.savez(tmp_path / "mine.npz", x_test=np.zeros((70, 6, 4), np.uint8))
    given = f"npz(path={str(tmp_path / 'mine.npz')!r}, split='test', size=2, crop='center')"
    assert data_of(given).real.shape == (70, 2, 2, 1)
    usual = USUAL | {"data": given, "recipe": "wgan"}
    assert setup_of(**usual).networks.generator.shape == (2, 2, 1)  # pyright: ignore[reportAttributeAccessIssue]
    with pytest.raises(ValueError, match="unknown image option 'sise': did you mean 'size'"):
        data_of(given.replace("size", "sise"))
    with pytest.raises(ValueError, match="data digits takes no arguments, got size"):
        data_of("digits(size=4)")
    with pytest.raises(ValueError, match="unknown data 'foldr': did you mean 'folder'"):
        data_of("foldr")


@pytest.mark.parametrize(
    ("kind", "text", "message"),
    [
        ("data", "ARRAY", "must be a Dataset or a function that returns one, got a ndarray"),
        ("recipe", "DATA", "must be a Recipe or a function that returns one, got a Dataset"),
        ("recipe", "own_networks((2,))", r"not of the form name or name\(argument=value\)"),
        ("objective", "PENALTY(weight=1)", "unknown argument of tests.test_catalogue:PENALTY"),
        ("recipe", "own_recipe(wait=1)", "did you mean 'weight'"),
        ("recipe", "RECIP", "unknown attribute of tests.test_catalogue 'RECIP'"),
    ],
)
def test_an_own_object_of_another_type_is_named(kind: str, text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        build(kind, f"{HERE}:{text}")


def test_a_module_that_does_not_exist_is_named() -> None:
    with pytest.raises(ValueError, match=r"no\.such: .*searched"):
        build("recipe", "no.such:thing")


def test_lists_are_crossed_and_each_setup_has_its_own_values() -> None:
    found = setups_of(
        **USUAL,
        recipe=f"{HERE}:own_recipe(weight=[0.5, 2.0])",
        penalty="gradient_penalty(weight=[3.0, 4.0], target=0.0)",
    )
    used: dict[str, Any] = {name: setup.recipe.penalties[0] for name, setup in found.items()}
    values = {name: (penalty.weight, penalty.target) for name, penalty in used.items()}
    assert values == {
        "recipe.weight=0.5+penalty.weight=3.0": (3.0, 0.0),
        "recipe.weight=0.5+penalty.weight=4.0": (4.0, 0.0),
        "recipe.weight=2.0+penalty.weight=3.0": (3.0, 0.0),
        "recipe.weight=2.0+penalty.weight=4.0": (4.0, 0.0),
    }
    widths = setups_of(**(USUAL | {"networks": "mlp(width=[8, 9])"}), recipe="wgan_gp(n_critic=2)")
    assert {name: one.networks.critic.width for name, one in widths.items()} == {
        "width=8": 8,
        "width=9": 9,
    }
    assert list(setups_of(**USUAL, recipe="wgan")) == ["wgan"]
    with pytest.raises(ValueError, match=r"learning_rate=1\.0 is there twice"):
        setups_of(**USUAL, recipe="wgan(learning_rate=[1.0, 1.0])")


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


@pytest.mark.slow
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
    suites = [f"tests/test_{name}.py" for name in ("objectives", "dirac", "catalogue", "product")]
    chosen = "geometric or row_with_its_reference or up_to_date or product_is_whole"
    options = ("-v", "-o", "addopts=--import-mode=importlib", "-p", "no:cacheprovider")
    shown = python("pytest", *options, *suites, "-k", chosen)
    assert "test_losses_are_the_formulas_of_their_docstrings[geometric] PASSED" in shown
    assert "test_the_eigenvalues_at_the_equilibrium[geometric] PASSED" in shown
    assert "test_the_product_is_whole PASSED" in shown


def test_a_wrong_formula_of_an_added_member_is_seen() -> None:
    wrong = "E max(0, margin - real) - E max(0, margin + fake)"
    right = wrong.replace(") - E", ") + E")
    values = {"margin": 1.0, "real": np.array([0.5]), "fake": np.array([0.5])}
    assert evaluate(right, values) == 2.0
    assert evaluate(wrong, values) == -1.0
