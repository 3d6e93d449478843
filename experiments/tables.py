"""The measured results in README, experiments/README and docstrings, written from `results/`.

python -m experiments.tables             writes the tables
python -m experiments.tables --check     fails if a table differs from `results/`
"""

from __future__ import annotations

import re
import sys
import textwrap
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from jaxgan.report import claims, scores
from jaxgan.report.badges import counted, together
from jaxgan.report.facts import seconds_on, seeds_of
from jaxgan.report.markdown import judged, plain, table
from jaxgan.report.numbers import duration
from jaxgan.study import Results, Verdict, read_results

ROOT = Path(__file__).parents[1]
BETWEEN = re.compile(r"(<!-- results(?: of ([^>]*))? -->\n).*?(<!-- end of results -->)", re.DOTALL)
"""A place for results, of the named experiments or of all."""


def committed(root: Path = ROOT) -> dict[str, Results]:
    """The committed results by experiment name."""
    return {
        f"{path.parent.name}/{path.stem}": read_results(path)
        for path in sorted((root / "results").glob("*/*.json"))
    }


def expected(results: Results) -> str:
    """The Expect paragraph of a docstring: cost, then each claim's verdict and mean per set."""
    found = [", again ".join(map(_short, claim.verdicts)) for claim in results.claims]
    text = (
        f"scale {results.scale}, {seeds_of(results)} seeds, {seconds_on(results)}. Its claims: "
        + " | ".join(found)
    )
    return textwrap.fill(text, 100, initial_indent="Expect    ", subsequent_indent=" " * 10)


def _short(verdict: Verdict) -> str:
    value = "no number" if verdict.measured is None else f"{verdict.measured:.3g}"
    return f"{verdict.verdict} {value}"


def overview(found: Mapping[str, Results]) -> str:
    """A row per experiment: its argument, how many of its claims hold on all seeds, its time."""
    rows, held, all_claims = [], 0, 0
    for name, results in found.items():
        verdicts = Counter(map(together, results.claims))
        holding = verdicts.pop("holds", 0)
        rows.append(
            [
                f"[{plain(results.title)}](experiments/README.md#{name.replace('/', '')})",
                f"{holding} of {len(results.claims)}",
                counted(verdicts),
                duration(results.seconds),
            ]
        )
        held, all_claims = held + holding, all_claims + len(results.claims)
    total = f"{held} of {all_claims} claims of {len(found)} experiments hold on all seeds."
    return f"{total}\n\n{table(['Argument', 'Claims that hold', 'Others', 'Time'], rows)}"


def section(name: str, results: Results) -> str:
    """The section of one experiment: its claims and its scores."""
    return "\n\n".join(
        filter(
            None,
            [
                f"## {name}",
                f"{results.title}: [{results.paper.rstrip('.')}]({results.url}).",
                f"[`{name}.py`]({name}.py), scale {results.scale}, {seeds_of(results)} seeds, "
                f"{seconds_on(results)}; [`results/{name}.json`](../results/{name}.json).",
                pictures(name, results),
                claims(results),
                scores(results),
            ],
        )
    )


def pictures(name: str, results: Results, root: Path = ROOT) -> str:
    """The committed pictures of one experiment."""
    return "\n\n".join(
        f"![{plain(entry.caption)}](../results/{name}/{entry.file})"
        for entry in results.pictures
        if (root / "results" / name / entry.file).is_file()
    )


def measured(names: Iterable[str], found: Mapping[str, Results]) -> str:
    """The claims of some experiments, with measured values and verdicts."""
    rows = [judged(claim) for name in names if name in found for claim in found[name].claims]
    return table(
        ["Claim", "Measured, 95 % interval", "Verdict"],
        [[sentence, numbers, verdicts] for sentence, _, numbers, verdicts in rows],
    )


def pages(found: Mapping[str, Results], root: Path = ROOT) -> Iterable[tuple[Path, str]]:
    """Every file that shows results, with its expected text."""
    blocks = {
        root / "README.md": overview(found),
        root / "experiments" / "README.md": "\n\n".join(section(*one) for one in found.items()),
    }
    for path, block in blocks.items():
        yield path, BETWEEN.sub(lambda m, text=block: f"{m[1]}\n{text}\n\n{m[3]}", path.read_text())
    walk = root / "docs" / "from_noise_to_wgan_gp.md"
    yield (
        walk,
        BETWEEN.sub(
            lambda m: f"{m[1]}\n{measured(m[2].split(), found)}\n\n{m[3]}", walk.read_text()
        ),
    )
    for name, results in found.items():
        path = root / "experiments" / f"{name}.py"
        old = re.search(r"^Expect {4}.*(?:\n {10}.*)*", path.read_text(), re.MULTILINE)
        if old is None:
            raise ValueError(f"the docstring of {path} has no Expect paragraph: add one")
        yield path, path.read_text().replace(old[0], expected(results), 1)


def main(arguments: list[str]) -> int:
    """Writes all files, or with `--check` reports those that are out of date."""
    stale = [(path, text) for path, text in pages(committed()) if path.read_text() != text]
    for path, text in stale:
        if "--check" in arguments:
            print(f"{path} is out of date: run `make tables`", file=sys.stderr)
        else:
            path.write_text(text)
    return int("--check" in arguments and bool(stale))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
