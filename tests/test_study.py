"""The shape of an experiment: any cells, divergence as an outcome, pictures from records."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan import networks as nets
from jaxgan import study
from jaxgan.objectives import Wasserstein
from jaxgan.optimizers import sgd
from jaxgan.penalties import GradientPenalty
from jaxgan.report import write_report
from jaxgan.runs import Interrupted
from jaxgan.study import (
    Claim,
    Curves,
    Experiment,
    Measurement,
    Metric,
    Moment,
    Neighbors,
    Overlay,
    Picture,
    PointMeasure,
    Points,
    Profile,
    Progress,
    Quantities,
    Real,
    Record,
    Scale,
    Scores,
    Series,
    Sweep,
    Training,
    advantage,
)
from jaxgan.study.moment import timed
from jaxgan.study.records import load_record, load_records, save_record
from jaxgan.study.redraw import from_settings, settings_of
from jaxgan.training import Networks, Recipe, Setup
from tests.members import MEMBERS

pytestmark = pytest.mark.usefixtures("unchecked_types")
POINTS = MEMBERS["penalized"]
DIVERGING = dataclasses.replace(
    POINTS, recipe=Recipe(Wasserstein(), sgd(1e6), sgd(1e6), (GradientPenalty(10.0),))
)


def score(samples: jax.Array) -> Mapping[str, float]:
    return {"spread": float(jnp.std(samples))}


def setup(steps: int = 4, of: Setup = POINTS, **changes: Any) -> Setup:
    return dataclasses.replace(of, steps=steps, **changes)


def experiment(cells: Mapping[str, Any], **changes: Any) -> Experiment:
    return Experiment(
        **{
            "about": "How far samples spread.",
            "metrics": {"spread": Metric("spread", "higher")},
            "protocol": "The standard deviation of 50 samples.",
            "claims": (advantage("a spreads further", "it does", "spread", "a", over="b"),),
            "pictures": (Points(), Curves()),
            "scales": {"small": Scale(lambda: cells, seeds=3)},
        }
        | changes
    )


def real() -> Real:
    return Real(POINTS.data, lambda: score(POINTS.data.real))


def trained(**changes: Any) -> Training:
    return Training(setup(**changes), PointMeasure(score, 50), range(0, 99, 2))


def test_cells_of_every_kind_in_one_experiment(tmp_path: Path) -> None:
    # Other networks and numbers of steps; only a critic; a function that trains nothing.
    other = Networks(nets.MLPGenerator((2,), 16, 2), nets.MLPCritic(4, 2), nets.Normal(3))
    alone = Networks(nets.Identity(), POINTS.networks.critic, nets.Normal(2))

    def slope(moment: Moment) -> Measurement:
        critic, networks = moment.state.critic, moment.setup.networks

        def value(x: jax.Array) -> jax.Array:
            return networks.critic.apply(critic.variables, x[None])[0]

        return Measurement({"spread": float(jnp.linalg.norm(jax.grad(value)(jnp.zeros(2))))})

    def closed_form(seed: int, folder: Path) -> Record:
        return Record({"spread": 1.0 + seed}, {}, {"x": np.arange(3.0)})

    cells = {
        "real": real(),
        "a": trained(networks=other, steps=6),
        "b": trained(),
        "critic": Training(setup(networks=alone), slope),
        "exact": closed_form,
    }
    results = study.run(experiment(cells), tmp_path)
    assert {name: cell.seeds[0].steps for name, cell in results.cells.items()} == {
        "a": 6,
        "b": 4,
        "critic": 4,
        "exact": 0,
    }
    assert results.metrics["spread"].reference == pytest.approx(score(POINTS.data.real)["spread"])
    assert [one.scores["spread"] for one in results.cells["exact"].seeds] == [1.0, 2.0, 3.0]
    assert len(results.claims[0].verdicts[0].values) == 3
    assert results.claims[0].verdicts[0].verdict != "not judged"


def test_a_diverged_cell_has_no_score_and_nothing_holds_of_it(tmp_path: Path) -> None:
    claims = (
        advantage("b spreads further", "it does", "spread", "b", over="a"),
        advantage("a spreads further", "it does", "spread", "a", over="b"),
        Claim(
            "a diverges",
            "it does",
            lambda records: [float(record.ended == "diverged") for record in records["a"]],
            above=0.5,
        ),
    )
    cells = {"real": real(), "a": trained(of=DIVERGING, steps=40), "b": trained(steps=40)}
    results = study.run(experiment(cells, claims=claims), tmp_path)
    verdicts = [claim.verdicts[0] for claim in results.claims]
    assert [one.verdict for one in verdicts] == ["does not hold", "does not hold", "holds"]
    assert verdicts[0].reason == "no score, since a diverged with 3 of 3 seeds"
    for one in results.cells["a"].seeds:
        assert (one.ended, one.scores["spread"]) == ("diverged", pytest.approx(np.nan, nan_ok=True))
        assert one.note.startswith(f"diverged at step {one.steps}: ")
        assert "/gradient_norm is" in one.note or "_norm is inf" in one.note
    page = write_report(tmp_path).read_text()
    assert f"a, seed 0: diverged at step {results.cells['a'].seeds[0].steps}" in page
    record = load_record(tmp_path / "a" / "seed-0")
    assert np.isnan(record.series["spread"].values[-1])
    assert record.series["spread"].steps[-1] == record.steps + 1
    assert "not finite" not in page


def test_one_dead_seed_leaves_the_curves_of_the_others_whole() -> None:
    def record(steps: list[int], values: list[float], ended: Any = "finished") -> Record:
        return Record({}, {"x": Series(np.asarray(steps), np.asarray(values))}, {}, ended)

    dead = record([0, 10, 14], [1.0, 5.0, np.nan], "diverged")
    live = record([0, 10, 20], [1.0, 3.0, 2.0])
    figure = Curves(losses=(("x", "x"),)).draw({"a": [live, dead]}, {})
    (line, cross) = figure.axes[0].lines
    assert line.get_xdata().tolist() == [0, 10, 14, 20]
    assert line.get_ydata().tolist() == [1.0, 4.0, 2.6, 2.0]  # 14 is on the line from 3 to 2
    assert cross.get_xydata().tolist() == [[10, 5.0]]
    # A seed that still runs is not drawn, unless there is no other.
    running = record([0], [9.0], "unfinished")
    figure = Curves(losses=(("x", "x"),)).draw({"a": [live, running]}, {})
    assert figure.axes[0].lines[0].get_ydata().tolist() == [1.0, 3.0, 2.0]


def test_an_overlay_has_a_panel_per_cell_and_a_line_per_series() -> None:
    both = {name: Series(np.arange(2), np.array([1.0, 2.0])) for name in ("x", "y")}
    records = {"a": [Record(series=both)], "b": [Record(series={"x": both["x"]})]}
    figure = Overlay(series=(("x", "first"), ("y", "second"))).draw(records, {})
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["a"]  # b has no y
    assert [line.get_ydata().tolist() for line in figure.axes[0].lines[:2]] == 2 * [[1.0, 2.0]]


def test_quantities_over_seconds_have_the_steps_times_the_mean_pace() -> None:
    series = {"x": Series(np.array([0, 10]), np.array([1.0, 2.0]))}
    quick, slow = (Record({"pace": pace}, series) for pace in (0.1, 0.3))
    records = {"a": [quick, slow], "b": [Record({}, series)]}
    for pace, last, label in (
        ("pace", [2.0], "seconds of training"),
        ("", [10, 10], "generator steps"),
    ):
        (axes,) = Quantities(series=(("x", "first"),), pace=pace).draw(records, {}).axes
        lines = [line.get_xdata()[-1] for line in axes.lines]
        assert lines == pytest.approx(last)  # b has no pace
        assert axes.get_xlabel() == label


def test_seconds_are_those_of_all_lines_so_far(tmp_path: Path) -> None:
    rows = ({"step": 2, "seconds": 3.0}, {"step": 4, "seconds": 0.5}, {"step": 6, "seconds": 0.25})
    (tmp_path / "metrics.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    steps, seconds = timed(tmp_path / "metrics.jsonl", 5)
    assert (steps.tolist(), seconds.tolist()) == ([2, 4], [3.0, 3.5])


def test_scores_have_a_color_per_arm_and_a_place_per_setting() -> None:
    records = {
        "sn-A": [Record({"x": 1.0}), Record({"x": 3.0})],
        "gp-A": [Record({"x": 2.0})],
        "sn-B": [Record({"x": 4.0})],  # a seed is missing, as during a run
        "gp-B": [Record({"x": np.nan}, ended="diverged")],
        "untrained": [Record({"x": 9.0})],
        "real": [Record({"x": 0.5})],
    }
    picture = Scores(scores=("x",), label="optimizer")
    metrics = {"x": Metric("distance", "lower")}
    axes = picture.draw(records, metrics).axes[0]
    sn, gp, real = axes.lines
    np.testing.assert_allclose(sn.get_xydata(), [[-0.06, 2.0], [0.94, 4.0]])
    np.testing.assert_allclose(gp.get_xydata()[0], [0.06, 2.0])
    assert np.ma.count_masked(gp.get_ydata(orig=True)) == 1
    assert real.get_ydata() == [0.5, 0.5]
    assert (axes.get_yscale(), axes.get_xlabel()) == ("log", "optimizer")
    begun = picture.draw({"untrained": records["untrained"], "sn-A": []}, metrics)
    assert [text.get_text() for text in begun.axes[0].texts] == ["not measured"]


def test_a_measure_gets_the_seconds_of_the_steps_and_a_record_does_not(tmp_path: Path) -> None:
    def measure(moment: Moment) -> Measurement:
        assert (np.diff(moment.seconds.values) > 0).all()
        return Measurement({"lines": float(len(moment.seconds.steps))})

    record = Training(setup(4), measure, [0, 2])(0, tmp_path)
    assert record.series["lines"].values.tolist() == [0, 2, 4]  # a line at every step
    assert "seconds" not in record.series


def test_disjoint_sets_of_seeds_have_verdicts_of_their_own(tmp_path: Path) -> None:
    cells = {
        name: (lambda seed, folder, sign=sign: Record({"spread": sign * (1.0 + seed % 3)}))
        for name, sign in (("a", 1.0), ("b", -1.0))
    }
    results = study.run(experiment(cells, pictures=()), tmp_path, seeds=3, sets=2)
    first, second = results.claims[0].verdicts
    assert (first.seeds, second.seeds) == ([0, 1, 2], [3, 4, 5])
    assert first.values == second.values == [2.0, 4.0, 6.0]
    page = write_report(tmp_path).read_text()
    assert re.findall(r'<span class="badge.*?">(.*?)</span>', page) == [
        "? undecided",
        "? undecided again",
    ]
    assert results.sets == [[0, 1, 2], [3, 4, 5]]


def test_a_finished_run_does_nothing_twice_and_a_longer_one_goes_on(tmp_path: Path) -> None:
    calls = []

    def measure(moment: Moment) -> Measurement:
        calls.append(int(moment.state.step))
        return Measurement({"spread": float(moment.state.step)})

    def run(steps: int) -> study.Results:
        cells = dict.fromkeys("ab", Training(setup(steps), measure, range(0, 99, 2)))
        return study.run(experiment(cells, claims=(), pictures=()), tmp_path, seeds=1)

    first = run(4)
    # Once before the first step, to check the names of the scores; then 0, 2, 4 of each cell.
    assert calls == [4, 0, 2, 4, 0, 2, 4]
    calls.clear()
    assert run(4).cells == first.cells
    assert calls == [4]
    calls.clear()
    longer = run(6)
    assert calls == [6, 6, 6]
    assert longer.cells["a"].seeds[0].scores == {"spread": 6.0}
    series = load_record(tmp_path / "a" / "seed-0").series["spread"]
    assert series.steps.tolist() == series.values.tolist() == [0, 2, 4, 6]


def test_the_best_state_is_kept_beside_the_last(tmp_path: Path) -> None:
    def distance(moment: Moment) -> Measurement:
        return Measurement({"distance": abs(int(moment.state.step) - 1.0)})

    cell = Training(setup(steps=8), distance, range(9), best_by="distance")
    cell(0, tmp_path)
    assert int(cell.restore(0, tmp_path, best=True).step) == 1
    assert int(cell.restore(0, tmp_path).step) == 8
    with pytest.raises(ValueError, match="has no best_by"):
        dataclasses.replace(cell, best_by=None).restore(0, tmp_path, best=True)


@pytest.mark.parametrize("via", ["pmap", "sharded"])
def test_a_run_over_two_devices_has_the_scores_of_one(via: Any, tmp_path: Path) -> None:
    one, two = (
        study.run(experiment({"a": trained()}, claims=(), pictures=()), folder, seeds=1, **split)
        for folder, split in (
            (tmp_path / "one", {}),
            (tmp_path / "two", {"devices": 2, "via": via}),
        )
    )
    for alone, together in zip(one.cells["a"].seeds, two.cells["a"].seeds, strict=True):
        assert together.scores == pytest.approx(alone.scores, rel=1e-5)
    with pytest.raises(ValueError, match="3 devices"):
        study.run(
            experiment({"a": trained()}, claims=(), pictures=()),
            tmp_path / "three",
            devices=3,
            via=via,
        )


def test_a_stopped_run_has_a_report_and_goes_on_to_the_same_record(tmp_path: Path) -> None:
    stop = threading.Event()

    def measure(moment: Moment) -> Measurement:
        if stop.is_set() and int(moment.state.step) == 4:
            raise Interrupted("now", moment.state)
        return Measurement(score(POINTS.data.real), {"x": np.ones(2) * int(moment.state.step)})

    cells = {
        "a": Training(setup(6), measure, range(0, 99, 2)),
        "b": lambda seed, folder: Record({"spread": 0.0}),
    }
    stop.set()
    with pytest.raises(Interrupted):
        study.run(experiment(cells, pictures=(Curves(),)), tmp_path, seeds=1)
    stop.clear()
    results = study.read_results(tmp_path)
    assert results.cells["a"].seeds[0].ended == "unfinished"
    (verdict,) = results.claims[0].verdicts
    assert (verdict.verdict, verdict.reason) == ("not judged", "0 of 1 seeds have ended so far")
    assert "0 of 1 seeds have ended" in write_report(tmp_path).read_text()
    assert (tmp_path / "curves.png").is_file()
    study.run(experiment(cells, claims=(), pictures=()), tmp_path, seeds=1)
    study.run(experiment(cells, claims=(), pictures=()), tmp_path / "whole", seeds=1)
    one, other = (load_record(path / "a" / "seed-0") for path in (tmp_path, tmp_path / "whole"))
    assert one.series["x"].steps.tolist() == [0, 2, 4, 6]
    assert one.series.keys() == other.series.keys() >= {"x", "critic/gap"}
    for name, series in other.series.items():  # also the losses after the stop
        np.testing.assert_array_equal(one.series[name].steps, series.steps, err_msg=name)
        np.testing.assert_array_equal(one.series[name].values, series.values, err_msg=name)
    assert one.scores == other.scores


def test_results_are_there_before_pictures_and_survive_them(tmp_path: Path) -> None:
    @dataclasses.dataclass(frozen=True, kw_only=True)
    class Broken(Picture):
        file: str = "broken.png"
        caption: str = "Nothing."

        def draw(self, records: Any, metrics: Any) -> Any:
            raise ZeroDivisionError("of its own")

    cells = {"a": trained(), "b": trained(), "real": real()}
    pictures = (Broken(), Points())
    study.run(experiment(cells, pictures=pictures), tmp_path, seeds=1)
    page = write_report(tmp_path, pictures).read_text()
    assert "Not redrawn: ZeroDivisionError: of its own" in page
    assert (tmp_path / "samples.png").is_file()
    # Without its class the file does not change, and the page says why.
    (tmp_path / "broken.png").write_bytes((tmp_path / "samples.png").read_bytes())
    assert "Not redrawn: Broken needs the module" in write_report(tmp_path).read_text()
    assert (tmp_path / "broken.png").is_file()


def test_records_come_back_as_they_were_saved(tmp_path: Path) -> None:
    record = Record(
        {"a": 1.5, "b": float("nan")},
        {"critic/gap": Series(np.array([0, 5]), np.array([[1.0, 2.0], [3.0, np.nan]]))},
        {"nearest/real": np.arange(6, dtype=np.uint8).reshape(2, 3)},
        "diverged",
        7,
        1.25,
        "so it was",
    )
    (tmp_path / "a" / "seed-3").mkdir(parents=True)
    save_record(tmp_path / "a" / "seed-3", record, {"seed": 3, "of": ("x", 1)})
    found = load_records(tmp_path, ["a", "b"], [0, 3])
    assert found["b"] == []
    (again,) = found["a"]
    np.testing.assert_equal(again._asdict(), record._asdict())
    assert load_record(tmp_path / "a" / "seed-3", {"seed": 3, "of": ("x", 2)}) is None
    text = (tmp_path / "a" / "seed-3" / "record.json").read_text()
    for damaged in ("{", text.replace("sha256", "sha257"), text.replace("1.5", "2.5")):
        (tmp_path / "a" / "seed-3" / "record.json").write_text(damaged)
        with pytest.raises(ValueError, match=r"record in .*seed-3 cannot be read .*: remove it"):
            load_record(tmp_path / "a" / "seed-3")
    (tmp_path / "a" / "seed-3" / "record.json").write_text(text)
    arrays = (tmp_path / "a" / "seed-3" / "record.npz").read_bytes()
    end = arrays.index(b"PK\x01\x02")  # in the directory: version that is needed, flags
    for place, bit in ((end + 6, 64), (end + 8, 1)):
        flipped = bytes([arrays[place] ^ bit])
        damaged = arrays[:place] + flipped + arrays[place + 1 :]
        (tmp_path / "a" / "seed-3" / "record.npz").write_bytes(damaged)
        with pytest.raises(ValueError, match=r"record in .*seed-3 cannot be read"):
            load_record(tmp_path / "a" / "seed-3")
    with pytest.raises(FileNotFoundError, match="seed-4 was removed during the run"):
        save_record(tmp_path / "a" / "seed-4", record, {})


def test_a_changed_training_is_refused_and_a_changed_function_runs_again(tmp_path: Path) -> None:
    def function(value: float) -> Any:
        return dataclasses.make_dataclass(
            "Constant",
            [("value", float)],
            frozen=True,
            namespace={"__call__": lambda self, seed, folder: Record({"spread": self.value})},
        )(value)

    def run(value: float, training: Training) -> study.Results:
        cells = {"a": function(value), "b": training}
        return study.run(experiment(cells, claims=(), pictures=()), tmp_path, seeds=1)

    assert run(1.0, trained()).cells["a"].seeds[0].scores == {"spread": 1.0}
    assert run(2.0, trained()).cells["a"].seeds[0].scores == {"spread": 2.0}
    with pytest.raises(ValueError, match=r"measure was .*samples=50.*, is .*samples=60"):
        run(2.0, Training(setup(), PointMeasure(score, 60)))


@pytest.mark.parametrize("picture", [Points(), Curves(), Progress(), Profile(panels=(("a", "b"),))])
def test_pictures_come_back_from_their_settings(picture: Picture) -> None:
    settings = json.loads(json.dumps(settings_of(picture)))
    assert from_settings(type(picture).__name__, settings) == picture
    assert from_settings("Picture", settings) is None
    assert from_settings("os", settings) is None


def nothing(moment: Moment) -> Measurement:
    return Measurement({"sprawl": 1.0})


UNFIT = Networks(nets.Identity(), nets.MLPCritic(4, 1), nets.Normal(3))
WRONG: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "a metric that no claim can find": (
        {},
        {"claims": (advantage("x", "y", "sprad", "a", over="b"),)},
        "unknown metric of a in claim 'x' 'sprad': did you mean 'spread'",
    ),
    "a cell that no claim can find": (
        {},
        {"claims": (advantage("x", "y", "spread", "aa", over="b"),)},
        "unknown cell in claim 'x' 'aa': did you mean 'a'",
    ),
    "a claim that fails on every score": (
        {},
        {
            "claims": (
                Claim("x", "y", lambda r: [*zip(r["a"], r["b"][:2], strict=True)], above=0.0),
            )
        },
        "claim 'x' fails on random scores: zip",
    ),
    "a claim of too few numbers": (
        {},
        {"claims": (Claim("x", "y", lambda records: [1.0], above=0.0),)},
        "returns 1 numbers for 3 seeds",
    ),
    "a score that is not described": (
        {"a": Training(setup(), nothing)},
        {},
        "unknown metric in the scores of a 'sprawl'",
    ),
    "a best score that is not there": (
        {"a": dataclasses.replace(trained(), best_by="w1")},
        {},
        "unknown score in best_by of a 'w1'",
    ),
    "networks that do not fit": (
        {"a": trained(networks=UNFIT)},
        {"pictures": ()},
        r"cell 'a': the generator makes examples of shape \(3,\) but the data has \(2,\)",
    ),
    "no docstring": ({}, {"about": " "}, "the experiment has no first line in its docstring"),
    "a score that one of the cells does not have": (
        {"b": Training(setup(), lambda moment: Measurement({"other": 1.0}))},
        {"metrics": {name: Metric(name, "higher") for name in ("spread", "other")}},
        "unknown metric of b in claim .* 'spread': There are other",
    ),
    "a picture of a cell that is not there": (
        {},
        {"pictures": (Neighbors(cell="c"),)},
        "unknown cell in the picture neighbors.png 'c'",
    ),
    "a picture of real data that are not there": (
        {},
        {"pictures": (Points(),)},
        "unknown cell in the picture samples.png 'real'",
    ),
    "networks of a sweep that do not fit": (
        {"a": Sweep({1.0: trained(), 2.0: trained(networks=UNFIT)}, lambda x, found: {})},
        {"pictures": ()},
        "cell 'a': the generator makes examples of shape",
    ),
    "no protocol": ({}, {"protocol": " ", "pictures": ()}, "no protocol of its metrics"),
    "no statement": (
        {},
        {"claims": (advantage("x", "", "spread", "a", over="b"),)},
        "no published result in claim 0",
    ),
    "one file for two pictures": (
        {},
        {"pictures": (Points(), Points())},
        "two pictures have the file samples.png",
    ),
    "a name that is no folder": ({"a/b": trained()}, {}, "the cell name 'a/b'"),
    "no such scale": ({}, {"scales": {"smal": Scale(dict)}}, "unknown scale 'small': did you mean"),
    "no cells": ({}, {"scales": {"small": Scale(dict)}}, "this scale has no cells"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_is_found_before_the_first_step(what: str, tmp_path: Path) -> None:
    cells, changes, message = WRONG[what]
    everything = {"a": trained(), "b": trained(), **cells}
    with pytest.raises(ValueError, match=message):
        study.run(experiment(everything, **{"pictures": (Curves(),)} | changes), tmp_path)
    assert not list(tmp_path.iterdir())


OUTSIDE = '''
"""Clipping beside a penalty, with networks of their own, and a score of our own."""

import flax.linen as nn
import jax.numpy as jnp

from jaxgan import data, recipes
from jaxgan.networks import Identity, Normal, presets
from jaxgan.study import (
    Curves, Experiment, Measurement, Metric, PointMeasure, Points, Real, Scale, Training, advantage
)
from jaxgan.training import Networks, Setup, score


class Critic(nn.Module):
    @nn.compact
    def __call__(self, x):
        return nn.Dense(1)(nn.tanh(nn.Dense(8)(x)))[:, 0]


def radius(samples):
    return {"radius": float(jnp.linalg.norm(samples, axis=1).mean())}


def cells(steps):
    points = data.load("swiss_roll")
    mine = Networks(presets.mlp((2,), width=8).generator, Critic(), Normal(2))
    measure = PointMeasure(radius, 100)
    return {
        "real": Real(points, lambda: radius(points.real)),
        "clipping": Training(
            Setup(presets.mlp((2,), width=8), recipes.wgan(), points, 16, steps), measure
        ),
        "penalty": Training(Setup(mine, recipes.wgan_gp(), points, 16, 2 * steps), measure),
    }


EXPERIMENT = Experiment(
    about=__doc__,
    protocol="100 samples.",
    metrics={"radius": Metric("mean radius", "higher")},
    claims=(advantage("the penalty reaches further", "no paper", "radius", "penalty", "clipping"),),
    pictures=(Points(), Curves()),
    scales={"small": Scale(lambda: cells(2), seeds=1)},
)
'''
ALONE = '''
"""A critic alone between two fixed distributions."""

from outside import Critic

from jaxgan import data, recipes
from jaxgan.networks import Identity, Normal
from jaxgan.study import Curves, Experiment, Measurement, Metric, Scale, Training
from jaxgan.training import Networks, Setup, score


def gap(moment):
    networks, state = moment.setup.networks, moment.state
    return Measurement({"gap": float(score(networks, state, moment.setup.data.real[:100]).mean())})


EXPERIMENT = Experiment(
    about=__doc__,
    protocol="100 real points.",
    metrics={"gap": Metric("mean score of real points", "higher")},
    pictures=(Curves(),),
    scales={
        "small": Scale(
            lambda: {
                "critic": Training(
                    Setup(
                        Networks(Identity(), Critic(), Normal(2)),
                        recipes.wgan_gp(), data.load("swiss_roll"), 16, 2,
                    ),
                    gap,
                )
            },
            seeds=1,
        )
    },
)
'''


@pytest.mark.slow
def test_experiments_from_modules_elsewhere_and_reports_without_their_code(tmp_path: Path) -> None:
    package = tmp_path / "my"
    package.mkdir()
    (tmp_path / "outside.py").write_text(OUTSIDE)
    (package / "__init__.py").write_text("")
    (package / "alone.py").write_text(ALONE)

    def jaxgan(*words: str) -> str:
        command = [sys.executable, "-m", "jaxgan", *words]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert "the penalty reaches further" in jaxgan("run", "outside")
    assert "| `critic` | – | 2 | 1 |" in jaxgan("run", "my.alone")
    (tmp_path / "outside.py").unlink()
    shutil.rmtree(package)
    shutil.rmtree(tmp_path / "__pycache__", ignore_errors=True)
    pictures = sorted((tmp_path / "runs").glob("*/*.png"))
    assert [path.name for path in pictures] == ["curves.png", "curves.png", "samples.png"]
    before = [path.read_bytes() for path in pictures]
    for path in pictures:
        path.unlink()
    jaxgan("report", "runs/outside", "runs/my.alone")
    assert [path.read_bytes() for path in pictures] == before
    assert "Not redrawn" not in (tmp_path / "runs" / "outside" / "report.html").read_text()
