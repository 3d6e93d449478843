"""The Python blocks of README and docs run as shown."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.daily import daily_if

pytestmark = pytest.mark.usefixtures("unchecked_types")
ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


WALKS = ("your_own.md", "using_a_trained_generator.md")
EXECUTED = [page for page in PAGES if page.name not in WALKS]
"""Pages of Python only; the walks have tests of their own, which also execute their commands."""


@pytest.mark.parametrize(
    "page",
    [daily_if(page.name != "reading_the_loss.md", page) for page in EXECUTED],
    ids=lambda page: page.name,
)
def test_the_python_of_a_page_runs_from_top_to_bottom(page: Path) -> None:
    names: dict[str, object] = {"__name__": "__main__"}
    for block in re.findall(r"```python\n(.*?)```", page.read_text(), re.DOTALL):
        exec(compile(block, page.name, "exec"), names)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_of_the_pages_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text()):
        if not target.startswith("http"):
            assert (page.parent / target).exists(), target


def test_the_readme_names_the_commands_that_ci_runs() -> None:
    readme = (ROOT / "README.md").read_text()
    ci = (ROOT / ".ci" / "run").read_text()
    assert "make test" in readme
    assert "make test" in ci
