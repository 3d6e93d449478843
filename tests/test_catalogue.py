"""Names, arguments and the generated table of members."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from jaxgan import catalogue, matching, objectives, recipes
from jaxgan.catalogue import build, members, table
from jaxgan.solo import solo

DOCS = Path(__file__).parent.parent / "docs"


def test_members_are_built_from_text() -> None:
    assert build("recipe", "wgan_gp") == recipes.wgan_gp()
    assert build("recipe", "wgan_gp(weight=0.1, beta1=0.5)") == recipes.wgan_gp(
        weight=0.1, beta1=0.5
    )
    assert build("networks", "mlp(width=8)", (2,)).critic.width == 8


def test_a_run_takes_any_loss_of_the_catalogue() -> None:
    def objective(text: str) -> Any:
        return solo("swiss_roll", "wgan", "mlp(width=8)", text, 64).arms["wgan"].objective

    assert objective("mmd(root=True)") == matching.MMD(root=True)
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


@pytest.mark.parametrize("kind", catalogue.REGISTRIES)
def test_every_member_is_documented_and_in_the_table(kind: str) -> None:
    for name, member in members(kind).items():
        assert f"| `{name}(" in table()
        assert member.__doc__


def test_the_table_of_the_docs_is_up_to_date() -> None:
    assert (DOCS / "members.md").read_text() == table()


def test_an_objective_added_to_its_file_appears_everywhere(monkeypatch: Any) -> None:
    class Hinge(objectives.Wasserstein):
        """A margin of one.

        Reference: Nobody, Nothing, 2026. https://example.org
        """

    monkeypatch.setattr(objectives, "Hinge", Hinge, raising=False)
    monkeypatch.setattr(objectives, "__all__", [*objectives.__all__, "Hinge"])
    assert isinstance(build("objective", "hinge"), Hinge)
    assert "`hinge()`" in table()
