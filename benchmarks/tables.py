"""The tables of measurements in the documents, written from `results/`.

python -m benchmarks.tables             writes the tables
python -m benchmarks.tables --check     fails if a table differs from `results/`
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from jaxgan.report.markdown import table
from jaxgan.report.numbers import number, spread, with_interval

ROOT = Path(__file__).parents[1]
BETWEEN = re.compile(r"(<!-- measured: (\w+) -->\n).*?(<!-- end of measured -->)", re.DOTALL)
DOCUMENTS = (
    "README.md",
    *(f"docs/{x}.md" for x in ("convolution", "scaling", "reliability", "scores")),
)
WORKS = {
    "mnist": "MNIST DCGAN, width 64, batch 50",
    "mnist_16": "MNIST DCGAN, width 16, batch 32",
    "cifar": "CIFAR-10 DCGAN, width 64, batch 64",
    "resnet": "CIFAR-10 ResNet, width 128, batch 64",
    "mlp_512": "points, MLP 3 x 512, batch 256",
    "mlp_64": "points, MLP 3 x 64, batch 256",
}
WAYS = {
    "jaxgan": "jaxgan",
    "PyTorch, eager": "PyTorch eager",
    "PyTorch, channels_last": "channels last",
    "PyTorch, compile": "compiled",
    "PyTorch, func": "torch.func",
}
SCORES = {
    "classification_score": "classification score",
    "frechet_distance": "Fréchet distance",
}


def exchanged() -> str:
    """Bytes that a step exchanges, from `results/scaling.json`."""
    rows = [
        [
            f"`{row['work']}`, `{row['loss']}`",
            str(row["n_critic"]),
            f"{row['critic']:,}",
            f"{row['generator']:,}",
            f"{row['gradients'] / 1e6:.3g} MB",
            f"{row['bytes'] / 1e6:.3g} MB",
            f"{row['gathered'] / 1e6:.3g} MB",
            str(row["operations"]),
        ]
        for row in _results("scaling")["exchanged"]
    ]
    heads = ["Work", "n_critic", "Critic", "Generator", "Gradients", "Summed", "Gathered", "Sums"]
    return table(heads, rows)


def processes() -> str:
    """Seconds per step on several processes of one machine, from `results/scaling.json`."""
    rows, found = [], _results("scaling")["seconds"]
    for row in found:
        seconds = [row[n] for n in ("1", "2", "4")]
        ratios = [f"{value / seconds[0]:.2f}" for value in seconds[1:]]
        rows.append([f"`{row['work']}`, `{row['loss']}`", *map(_seconds, seconds), *ratios])
    commits = ", ".join(sorted({f"`{row['commit'][:7]}`" for row in found}))
    written = table(["Work", "1 process", "2", "4", "2 / 1", "4 / 1"], rows)
    return f"{written}\n\nMeasured at {commits}."


def growth() -> str:
    """What a step costs when one thing grows, from `results/growth.json`."""
    found = _results("growth")
    rows = [
        [quantity, way, ", ".join(f"{n}: {_seconds(value)}" for n, value in of_way.items())]
        for quantity, of_quantity in found["seconds"].items()
        for way, of_way in of_quantity.items()
    ]
    base = ", ".join(f"{name} {value}" for name, value in found["base"].items())
    made = found["provenance"]
    return (
        f"{table(['What grows', 'Way', 'Time per step'], rows)}\n\nBase: {base}; "
        f"{made['device']}, at `{made['commit'][:7]}`."
    )


def reliability() -> str:
    """Faults that were tried, from `results/reliability.json`."""
    rows = _results("reliability")["rows"]
    counts = ("tried", "survived", "lost", "wrong")
    lines = [[row["fault"], row["note"], *(f"{row[name]:,}" for name in counts)] for row in rows]
    total = [f"{sum(row[name] for row in rows):,}" for name in counts]
    commits = ", ".join(sorted({f"`{row['commit'][:7]}`" for row in rows}))
    heads = ["Fault", "How", *map(str.capitalize, counts)]
    minutes = sum(row["seconds"] for row in rows) / 60
    body = table(heads, [*lines, ["all", "", *total]])
    return f"{body}\n\nTried at {commits}, in {minutes:.0f} minutes."


def speed() -> str:
    """Seconds per generator step beside PyTorch's, from `results/speed.json`."""
    made, rows = _results("speed"), []
    measured = {name for found in made["results"].values() for name in found["contenders"]}
    ways = {way: head for way, head in WAYS.items() if way in measured}
    for key, found in made["results"].items():
        work, _, loss = key.partition(", ")
        best = {name: min(each["seconds"]) for name, each in found["contenders"].items()}
        fastest = min(seconds for name, seconds in best.items() if name != "jaxgan")
        if loss == "gp":
            cells = [_seconds(best[way]) if way in best else "–" for way in ways]
            share = found["contenders"]["jaxgan"]["share_of_roof"]
            rows.append([WORKS[work], *cells, f"{best['jaxgan'] / fastest:.2f}", f"{share:.0%}"])
    heads = ["Work", *ways.values(), "jaxgan / fastest", "of the roof"]
    written = table(heads, rows)
    roofs = [found["roof"] / 1e9 for found in made["results"].values()]
    eager = next(iter(made["results"].values()))["contenders"]["PyTorch, eager"]
    versions = f"JAX {made['versions']['jax']}, PyTorch {eager['versions']['torch']}"
    return (
        f"{written}\n\nMinima over alternating turns of the mean step, one run of "
        f"`python -m benchmarks.step_time`; {made['device']}, {made['platform']}, {versions}, "
        f"at `{made['commit'][:7]}`. The roof is the fastest product of two matrices in the same "
        f"turns, {min(roofs):.0f} to {max(roofs):.0f} GFLOP/s; by fewer multiplications a step "
        "may exceed it."
    )


def samples() -> str:
    """Scores of samples beside PyTorch's, from `results/torch_samples.json`."""
    found, rows = _results("torch_samples"), []
    pytorch = next(name for name in found if name.startswith("PyTorch"))
    for score, real in found["real images"].items():
        means = [spread(found[name][score]) for name in ("jaxgan", pytorch)]
        compared = found["jaxgan minus PyTorch"][score]
        difference = with_interval(compared["difference"], compared["interval"])
        rows.append([SCORES[score], number(real), *means, difference])
    ours, theirs = (len(found[name]["frechet_distance"]) for name in ("jaxgan", pytorch))
    made = found["provenance of the run"]
    heads = ["Score", "Real images", "jaxgan", pytorch, "Difference"]
    return (
        f"{table(heads, rows)}\n\nMeans over {ours} and {theirs} seeds with 95 % Student "
        f"intervals; {made['device']}, at `{made['commit'][:7]}`."
    )


def _seconds(value: float) -> str:
    return f"{value:.2f} s" if value >= 1 else f"{1000 * value:.3g} ms"


def _results(name: str) -> dict[str, Any]:
    return json.loads((ROOT / "results" / f"{name}.json").read_text())


TABLES: dict[str, Callable[[], str]] = {
    "exchanged": exchanged,
    "growth": growth,
    "processes": processes,
    "reliability": reliability,
    "samples": samples,
    "speed": speed,
}


def pages() -> Iterable[tuple[Path, str]]:
    """Every document with such tables, with its expected text."""
    for name in DOCUMENTS:
        path = ROOT / name
        yield path, BETWEEN.sub(lambda m: f"{m[1]}\n{TABLES[m[2]]()}\n\n{m[3]}", path.read_text())


def main(arguments: list[str]) -> int:
    """Writes all documents, or with `--check` reports those that are out of date."""
    stale = [(path, text) for path, text in pages() if path.read_text() != text]
    for path, text in stale:
        if "--check" in arguments:
            print(f"{path} is out of date: run `make tables`", file=sys.stderr)
        else:
            path.write_text(text)
    return int("--check" in arguments and bool(stale))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
