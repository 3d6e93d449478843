"""Kills a run at random moments with SIGKILL and compares its bits with an uninterrupted run.

python -m tests.kill_and_resume --moments 20
"""

from __future__ import annotations

import argparse
import hashlib
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from jaxgan.cli import main as jaxgan
from jaxgan.runs.lines import read_rows

TRAIN = ["train", "--data", "swiss_roll", "--networks", "mlp(width=32)", "--batch-size", "32"]


def digest(folder: Path, steps: int) -> str:
    """The sha256 of the state after the last step."""
    path = folder / "wgan_gp" / "seed-0" / "checkpoints" / f"step-{steps:09d}"
    return hashlib.sha256((path / "state.safetensors").read_bytes()).hexdigest()


def in_peace(folder: Path, steps: int) -> tuple[str, float]:
    """The digest of an uninterrupted run, and the seconds that its training took."""
    jaxgan.main([*TRAIN, "--steps", str(steps), "--out", str(folder), "--quiet"])
    rows = read_rows(folder / "wgan_gp" / "seed-0" / "metrics.jsonl")
    return digest(folder, steps), sum(row["seconds"] for row in rows)


def killed_at(folder: Path, steps: int, moment: Callable[[Path], None]) -> tuple[str, int]:
    """The digest of a run that is killed when `moment` returns, and the step it resumes from."""
    words = [*TRAIN, "--steps", str(steps), "--out", str(folder)]
    command = [sys.executable, "-m", "jaxgan", *words]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    moment(folder / "wgan_gp" / "seed-0")
    process.kill()
    process.wait()
    saved = sorted(folder.glob("wgan_gp/seed-0/checkpoints/step-*"))
    jaxgan.main(["resume", str(folder), "--quiet"])
    return digest(folder, steps), int(saved[-1].name[5:]) if saved else 0


def at_the_first(pattern: str) -> Callable[[Path], None]:
    """Waits until a file or folder that matches the pattern appears in the folder of the run."""

    def moment(run: Path) -> None:
        while not any(run.glob(pattern)):
            time.sleep(0.01)

    return moment


def after(seconds: float) -> Callable[[Path], None]:
    """Waits until the run has trained for this many seconds."""

    def moment(run: Path) -> None:
        at_the_first("metrics.jsonl")(run)
        time.sleep(seconds)

    return moment


def main() -> None:
    """Tries random moments and exits with an error if a run ended with other bits."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--moments", type=int, default=20)
    parser.add_argument("--steps", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    moments = random.Random(options.seed)
    wrong = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        wanted, first = in_peace(folder / "first", options.steps)
        again, seconds = in_peace(folder / "second", options.steps)
        assert again == wanted, "two uninterrupted runs differ"
        print(f"trained without interruption in {first:.1f} s and {seconds:.1f} s: {wanted[:16]}")
        for index in range(options.moments):
            moment = moments.uniform(0, seconds)
            found, step = killed_at(folder / str(index), options.steps, after(moment))
            wrong += found != wanted
            word = "the same bits" if found == wanted else "OTHER BITS"
            print(f"killed after {moment:5.2f} s, resumed from step {step:5d}: {word}", flush=True)
    print(f"{options.moments - wrong} passed, {wrong} failed")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
