"""What data parallelism costs: bytes that a step exchanges, and its time on several processes.

Bytes are those of the all-reduce operations in the compiled step of two devices, loops counted as
often as they run. Times are of whole chunks with the same batch over 1, 2 and 4 processes of this
machine, one device each, in alternation; minima. The cores are the same for all, so a ratio above
1 is overhead: exchange, repeated optimizer updates, and smaller products.

    python -m benchmarks.exchange --out results/scaling.json
"""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import tyro

BYTES = {"f32": 4, "bf16": 2, "s32": 4, "u32": 4, "pred": 1}
SUMMED, GATHERED = (
    re.compile(rf"= (.*) {name}(?:-start)?\(") for name in ("all-reduce", "all-gather")
)
ARRAY = re.compile(r"\b(f32|bf16|s32|u32|pred)\[([\d,]*)\]")
HEAD = re.compile(r"^(?:ENTRY )?%?([\w.-]+) \(.*\{$")
LOOP = re.compile(r" while\(.*body=%?([\w.-]+)")
TIMES = re.compile(r'known_trip_count":\{"n":"(\d+)"')
CALLED = re.compile(r"(?:calls|to_apply|branch_computations)=\{?%?([\w.-]+)")


def exchanged(text: str, operation: re.Pattern[str] = SUMMED) -> tuple[int, int]:
    """The all-reduce operations of a compiled program, and the bytes that they sum.

    Args:
        text: the optimized program.
        operation: `SUMMED`, or `GATHERED` for those that gather.

    Returns:
        Operations and bytes per call, loops counted as often as they run.

    >>> exchanged('''
    ... %body (p: f32[2]) -> f32[2] {
    ...   %a = f32[2]{0} all-reduce(%p), to_apply=%sum
    ... }
    ... ENTRY %main (p: f32[2]) -> f32[2] {
    ...   %w = f32[2] while(%p), body=%body, backend_config={"known_trip_count":{"n":"5"}}
    ...   %b = f32[3]{0} all-reduce(%w), to_apply=%sum
    ... }''')
    (6, 52)
    """
    own: dict[str, list[int]] = {}
    inner: dict[str, list[tuple[str, int]]] = {}
    name = entry = ""
    for line in text.splitlines():
        if head := HEAD.match(line.strip()):
            name = head[1]
            entry = name if line.strip().startswith("ENTRY") else entry
            own[name], inner[name] = [], []
        elif found := operation.search(line):
            own[name].append(sum(_size(*array) for array in ARRAY.findall(found[1])))
        elif loop := LOOP.search(line):
            times = TIMES.search(line)
            inner[name].append((loop[1], int(times[1]) if times else 1))
        elif called := CALLED.search(line):
            inner[name].append((called[1], 1))

    def total(name: str) -> tuple[int, int]:
        parts = [(times, total(other)) for other, times in inner.get(name, [])]
        operations = len(own.get(name, [])) + sum(times * part[0] for times, part in parts)
        return operations, sum(own.get(name, [])) + sum(times * part[1] for times, part in parts)

    return total(entry)


def _size(kind: str, shape: str) -> int:
    size = BYTES[kind]
    for length in filter(None, shape.split(",")):
        size *= int(length)
    return size


def bytes_of(work: str, loss: str) -> dict[str, Any]:
    """Parameters of both networks, and what a step on two devices exchanges."""
    import jax

    from benchmarks.works import LOSSES, WORKS, examples
    from jaxgan.runs.mesh import shardings
    from jaxgan.training import create_state, make_train_step, sample_batch

    chosen, recipe = WORKS[work], LOSSES[loss]
    data, n_critic = examples(chosen), recipe.critic_steps(0)
    state = create_state(chosen.networks, recipe, jax.random.key(0), data)
    batch = sample_batch(data, jax.random.key(1), n_critic=n_critic, batch_size=chosen.batch)
    whole, split = shardings(2)
    step = jax.jit(
        make_train_step(chosen.networks, recipe), in_shardings=(whole, split), out_shardings=whole
    )
    text = step.lower(state, batch).compile().as_text() or ""
    operations, size = exchanged(text)
    count = {
        name: sum(x.size for x in jax.tree.leaves(getattr(state, name).params))
        for name in ("generator", "critic")
    }
    return {
        "work": work,
        "loss": loss,
        "n_critic": n_critic,
        **count,
        "gradients": 4 * (n_critic * count["critic"] + count["generator"]),
        "operations": operations,
        "bytes": size,
        "gathered": exchanged(text, GATHERED)[1],
    }


def timed(work: str, loss: str, processes: int, process: int, coordinator: str) -> None:
    """One of several processes: steps of a chunk, timed a few times; process 0 prints them."""
    from jaxgan.runs.processes import connect

    if processes > 1:
        connect(coordinator, processes, process)
    import jax

    from benchmarks.works import LOSSES, WORKS, examples
    from jaxgan.runs import compile_chunk
    from jaxgan.runs.mesh import place
    from jaxgan.training import create_state

    chosen, recipe = WORKS[work], LOSSES[loss]
    batch = chosen.batch - chosen.batch % 4
    program = compile_chunk(
        chosen.networks,
        recipe,
        batch_size=batch,
        n_critic=recipe.critic_steps(0),
        capacity=20,
        devices=processes,
    )
    data, key = examples(chosen), jax.random.key(1)
    state = create_state(chosen.networks, recipe, jax.random.key(0), data)
    data = place(data, processes) if processes > 1 else data
    state, _ = program(state, data, key, 1)
    begin = time.perf_counter()
    state, _ = program(state, data, key, 1)
    length = max(1, min(20, int(1.0 / (time.perf_counter() - begin)))) if processes == 1 else 5
    seconds = []
    for _ in range(5):
        begin = time.perf_counter()
        state, _ = program(state, data, key, length)
        jax.block_until_ready(state)
        seconds.append((time.perf_counter() - begin) / length)
    if process == 0:
        os.write(OUT, f"{min(seconds)}\n".encode())


def seconds_on(work: str, loss: str, processes: int) -> float:
    """Seconds per step on this many processes."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        coordinator = f"127.0.0.1:{free.getsockname()[1]}"
    begin = [sys.executable, "-m", "benchmarks.exchange", "--member", work, loss, str(processes)]
    environment = os.environ | {"XLA_FLAGS": ""}
    children = [
        subprocess.Popen(
            [*begin, str(i), coordinator], env=environment, stdout=subprocess.PIPE, text=True
        )
        for i in range(processes)
    ]
    outputs = [child.communicate()[0] for child in children]
    return float(outputs[0].splitlines()[-1])


def main(
    works: tuple[str, ...] = ("mlp_64", "mlp_512", "mnist", "cifar"),
    losses: tuple[str, ...] = ("gp", "ns"),
    rounds: int = 2,
    out: Path | None = None,
) -> None:
    """Measures bytes and times.

    Args:
        works: what is trained, see `benchmarks.works`.
        losses: recipes.
        rounds: how often the numbers of processes alternate; 0 measures no times.
        out: file for the numbers, as JSON.
    """
    from jaxgan.runs.provenance import provenance

    made = provenance()
    rows = [bytes_of(work, loss) for work in works for loss in losses]
    times = []
    for work in works if rounds else ():
        found: dict[int, list[float]] = {n: [] for n in (1, 2, 4)}
        for _ in range(rounds):
            for processes in found:
                found[processes].append(seconds_on(work, "gp", processes))
        seconds = {str(n): min(of_n) for n, of_n in found.items()}
        times.append({"work": work, "loss": "gp", "commit": made["commit"], **seconds})
        print(times[-1])
    for row in rows:
        print(row)
    if out:
        out.parent.mkdir(parents=True, exist_ok=True)
        numbers = {"provenance": made, "exchanged": rows, "seconds": times}
        out.write_text(json.dumps(numbers, indent=1) + "\n")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--member"]:
        OUT = os.dup(1)
        os.dup2(2, 1)  # JAX's libraries write there
        member, of_loss, number, own, address = sys.argv[2:]
        timed(member, of_loss, int(number), int(own), address)
    else:
        os.environ["XLA_FLAGS"] = "--xla_force_host_platform_device_count=2"
        tyro.cli(main)
