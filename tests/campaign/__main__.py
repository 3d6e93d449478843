"""Tries faults of the disk and of the process on small runs, and counts what survived.

    python -m tests.campaign --out results/reliability.json    # more than an hour on two cores
    python -m tests.campaign --quick                           # a few cases of each fault

A run survived if, after the fault, the same call ends in the same bits and the complete history:
state, metrics, observations and records of an undisturbed run. Where nothing can be written, it
must say so in one line, and go on when it can. The exit status is 1 if a case did not survive.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[2]
os.environ.setdefault("JAX_COMPILATION_CACHE_DIR", str(ROOT / ".cache" / "jax"))
os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0")
os.environ.setdefault("PYTHONPATH", str(ROOT))

from jaxgan.runs.provenance import provenance  # noqa: E402
from tests.campaign import damage, disk, folders, kills, signals, surroundings  # noqa: E402
from tests.campaign.ground import Fault, Ground  # noqa: E402
from tests.campaign.report import Report, Row  # noqa: E402

FAMILIES = (kills, disk, damage, folders, signals, surroundings)
KEPT = 5
"""Number of differences that are kept of each fault."""


def tried(fault: Fault, ground: Ground) -> Row:
    """The row of a fault."""
    begin, differences = time.monotonic(), []
    counts: Counter[str] = Counter()
    for outcome, difference in fault.cases(ground):
        counts[outcome] += 1
        differences += [difference] if difference else []
    outcomes = (counts["survived"], counts["lost"], counts["wrong"])
    seconds = round(time.monotonic() - begin, 1)
    kept = list(dict.fromkeys(differences))[:KEPT]
    made = provenance()
    commit = f"{made['commit']}{' with changes' if made['dirty'] else ''}"
    return Row(fault.name, fault.note, commit, counts.total(), *outcomes, seconds, kept)


def main() -> int:
    """Tries every fault that the file does not have as survived."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="a few cases of each fault")
    parser.add_argument("--out", type=Path, help="file of the rows; those that survived are kept")
    parser.add_argument("--only", default="", help="faults whose name contains this")
    options = parser.parse_args()
    signal.signal(signal.SIGHUP, signal.SIG_DFL)  # under nohup the runs would ignore it, too
    report = Report.begun(options.out, quick=options.quick)
    done = report.survived
    with tempfile.TemporaryDirectory(prefix="campaign-") as scratch:
        ground = Ground(Path(scratch), options.quick)
        for fault in [fault for family in FAMILIES for fault in family.FAULTS]:
            if fault.name in done or options.only not in fault.name:
                continue
            row = tried(fault, ground)
            report.add(row, options.out)
            print(
                f"{row.tried:5} tried, {row.survived:5} survived, {row.lost:3} lost, "
                f"{row.wrong:3} wrong, {row.seconds:6.1f} s: {row.fault}",
                *row.differences,
                sep="\n      ",
                flush=True,
            )
    wrong = sum(row.tried - row.survived for row in report.rows)
    print(f"{sum(row.tried for row in report.rows)} tried, {wrong} did not survive")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
