"""`python -m benchmarks.gpu` without a GPU: its flow, its tables, and the lowering of the steps."""

from __future__ import annotations

import functools
import json
import re
import sys
from pathlib import Path
from typing import Any

import jax
import pytest
from jax.interpreters.partial_eval import dce_jaxpr

from benchmarks.contender import Contender
from benchmarks.gpu import schedule
from benchmarks.gpu.__main__ import main
from benchmarks.gpu.cells import SHARES, WORTH, Cell, Plan, cells
from benchmarks.gpu.details import _longest, operations
from benchmarks.gpu.notes import Notes
from benchmarks.timed import PRECISIONS, with_precision
from benchmarks.works import LOSSES, WORKS, examples
from jaxgan.networks.convolution import convolution_face
from jaxgan.runs.devices import compile_chunk
from jaxgan.training import create_state
from tests.daily import daily_if

GPU = list(cells(Plan(WORTH, "gpu", 2.0, "out")))
DAILY = {("mlp_64", "bfloat16"), ("mnist", "tf32")}


@pytest.fixture
def precision_of_process() -> Any:
    before = jax.config.jax_default_matmul_precision
    yield
    jax.config.update("jax_default_matmul_precision", before)


@pytest.mark.usefixtures("unchecked_types", "precision_of_process")
@pytest.mark.parametrize(
    ("work", "precision"),
    [daily_if(case in DAILY, *case) for work in WORKS for case in [(work, p) for p in PRECISIONS]],
)
def test_steps_are_the_vendors_convolutions_and_products(work: str, precision: str) -> None:
    # The chunk that is timed, lowered for a GPU. Its convolutions are those of the traced program,
    # one each, but for those without a use, which JAX 0.12 does not lower; all others are products
    # of matrices.
    recipe, (networks, shape, batch) = with_precision(LOSSES["gp"], precision), WORKS[work]
    data, key = examples(WORKS[work]), jax.random.key(0)
    state = jax.eval_shape(functools.partial(create_state, networks, recipe, data=data), key)
    chunk: Any = compile_chunk(networks, recipe, batch_size=batch, n_critic=5, capacity=10)
    traced = chunk.trace(state, data, key, 1)
    text = traced.lower(lowering_platforms=("cuda",)).as_text()
    found = {
        name: [line for line in text.splitlines() if f"stablehlo.{name}" in line]
        for name in ("convolution", "dot_general")
    }
    used, _ = dce_jaxpr(traced.jaxpr.jaxpr, [True] * len(traced.jaxpr.jaxpr.outvars))
    wanted = len(re.findall(rf"{convolution_face.name}\[\s*geometry=\(Axis", str(used)))
    assert (wanted > 0) == (len(shape) == 3)
    assert len(found["convolution"]) == wanted
    assert not re.search(r"dot_general.*tensor<\d+x\d+x\d+x\d+x", text)
    kept = "HIGHEST" if precision == "float32" else "HIGH"
    every = [*found["convolution"], *found["dot_general"]]
    assert all(re.search(rf"\b{kept}\b.*\b{kept}\b", line) for line in every)
    half = [re.search(r"xbf16>", line) is not None for line in every]
    assert any(half) == (precision == "bfloat16")
    assert not all(half)  # penalties


def test_a_trial_without_gpu_and_pytorch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "torch.py").write_text("raise ImportError('there is no PyTorch')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    command = ["--device", "cpu", "--works", "mlp_64", "--out", str(tmp_path)]
    main([*command, "--seconds", "300", "--parts", "roof", "eager"])
    first = json.loads((tmp_path / "gpu.json").read_text())["rows"]
    assert {row.get("error") for row in first if row["worker"] == "with_torch"} == {
        "ImportError: there is no PyTorch"
    }
    assert [row["flops_per_second"] > 1e6 for row in first if row["worker"] == "with_jax"] == [
        True,
        True,
    ]
    done = tmp_path / "first.json"
    (tmp_path / "gpu.json").rename(done)
    main([*command, "--seconds", "0", "--parts", "roof", "flags", "--done", str(done)])
    again = json.loads((tmp_path / "gpu.json").read_text())["rows"]
    assert [row for row in first if "error" not in row] == again[:2]
    assert all("skipped" in row for row in again[2:])
    assert "## Skipped" in (tmp_path / "gpu.md").read_text()


def answer(cell: Cell) -> dict[str, Any]:
    """A worker's answer, with numbers that are easy to divide."""
    if cell.part == "smoke":
        return {"off": 0.5, "bound": 1.0}
    if cell.part == "roof":
        return {"flops_per_second": 8e12}
    timed = {"seconds": [0.5, 0.25, 1.0], "compile_seconds": 2.0}
    program = {"trace_seconds": 1.0, "flops": 1e12, "finite": True, "kernels": [["dot", 3, 0.125]]}
    return timed | {"minutes": 20.0, "batch": 64} | program | cell.request


def test_every_cell_of_a_gpu_has_a_row(tmp_path: Path) -> None:
    notes = Notes(tmp_path, {"gpu": "H200"})
    for cell in GPU:
        assert notes.lacks(cell)
        notes.put(cell, answer(cell))
        assert not notes.lacks(cell)
    assert len({(cell.part, cell.name) for cell in GPU}) == len(GPU)
    assert list(dict.fromkeys(cell.part for cell in GPU)) == list(SHARES)
    text = (tmp_path / "gpu.md").read_text()
    for part in SHARES.keys() - {"eager", "compiled"}:
        assert f"## {part.capitalize()}\n" in text
    # 1e12 FLOP in 0.5 s, 2 TFLOP/s, are a quarter of the roof; PyTorch's takes as long.
    assert "| gp | cifar | tf32 | 500 | 2 | 25.0% | 500 | 500 | 500 | 1.00 | 1.0 | 2.0 |" in text
    assert "| mlp_64 | tf32 | 8 | vmapped | 500 | 62.5 | 0.125 | 2.0 |" in text
    assert "| bfloat16 | no | 500 | 20.0 | yes | 2 | 25.0% |" in text
    assert "| `dot` | 3 | 125 |" in text


class Clock:
    """Time that passes only while a cell is measured."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now


def test_each_part_has_its_share_and_the_rest_comes_last(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr(schedule, "time", clock)
    many = [Cell(part, "with_jax", "step", {"n": n}) for part in "abc" for n in range(4)]
    seconds = {"a": 10.0, "b": 50.0, "c": 4.0}
    order: list[str] = []

    def take(cell: Cell, patience: float) -> dict[str, Any]:
        assert patience <= 100 - clock.now
        clock.now += seconds[cell.part]
        return {}

    def put(cell: Cell, found: dict[str, Any]) -> None:
        order.append(f"{cell.part}{cell.request['n']}{'-' if 'skipped' in found else ''}")

    schedule.run(many, {"a": 0.25, "b": 0.1, "c": 0.05}, 100.0, take, put)
    # Two of a, one of b and one of c are 74 s; then two of a and one of c are 24 s.
    assert order == ["a0", "a1", "b0", "c0", "a2", "a3", "b1-", "b2-", "b3-", "c1", "c2-", "c3-"]


def test_workers_that_hang_or_end_are_errors() -> None:
    ready = "print('{}', flush=True)"
    with Contender([sys.executable, "-c", f"{ready}; input(); input()"], {}) as hangs:
        assert hangs.ask(patience=0.1, steps=1) == {"error": "no answer within 0 s"}
    with Contender([sys.executable, "-c", f"{ready}; exit(3)"], {}) as ends:
        ends.process.wait()
        assert ends.ask(steps=1) == {"error": "ended with 3"}


def test_times_of_kernels_are_those_on_streams_of_a_gpu() -> None:
    def named(pid: int, tid: int, process: str, thread: str) -> list[dict[str, Any]]:
        kinds = {"process_name": process, "thread_name": thread}
        return [
            {"ph": "M", "pid": pid, "tid": tid, "name": kind, "args": {"name": name}}
            for kind, name in kinds.items()
        ]

    def ran(pid: int, tid: int, name: str, microseconds: float) -> dict[str, Any]:
        return {"ph": "X", "pid": pid, "tid": tid, "name": name, "dur": microseconds}

    events = [
        *named(1, 7, "/device:GPU:0", "Stream #7(Compute)"),
        *named(1, 8, "/device:GPU:0", "XLA Modules"),
        *named(2, 7, "/host:CPU", "Stream of Python"),
        *[ran(1, 7, "dot", 2e6), ran(1, 7, "add", 1e6), ran(1, 7, "dot", 3e6)],
        *[ran(1, 8, "jit_chunk", 9e6), ran(2, 7, "python", 9e6)],
    ]
    assert _longest(events, 9) == [("dot", 2, 5.0), ("add", 1, 1.0)]
    assert _longest(events, 1) == [("dot", 2, 5.0)]


def test_operations_of_a_program() -> None:
    text = """
    %a = (f32[2,4,4,8], u8[0]) custom-call(%x, %w), custom_call_target="__cudnn$convForward"
    %b = f32[8,2] custom-call(%x, %w), custom_call_target="__cublas$gemm"
    %c = f32[2] fusion(%b), kind=kCustom, backend_config={"kind":"__triton_gemm"}
    %d = f32[2,8] transpose(%b), dimensions={1,0}
    """
    found = {name: n for name, n in operations(text).items() if n}
    assert found == {"cuDNN": 1, "cuBLAS": 1, "Triton": 1, "fusions": 1, "transposes": 1}
