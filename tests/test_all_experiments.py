"""All experiments as one command: each in its own folder, one page, and the published results."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import numpy as np
import pytest
from PIL import Image

from experiments.publish import publish
from jaxgan.cli.main import main
from jaxgan.report import runs_in, write_index
from jaxgan.study import read_results

MODULE = '''"""The value is {value}.

Claim     it is above zero.
Paper     Doe, Numbers, 2017.
          https://example.org/numbers
Differs   nothing.
"""

import numpy as np

from jaxgan.study import Experiment, Metric, Profile, Record, Scale, threshold


def one(seed, folder):
    return Record({{"x": {value}}}, {{}}, {{"x": np.arange(2.0), "y": np.array([seed, {value}])}})


EXPERIMENT = Experiment(
    about=__doc__,
    protocol="It is written down.",
    metrics={{"x": Metric("the value", "higher")}},
    claims=(threshold("It is above zero", "Table 1: 1", "x", "one", above=0.0),),
    pictures=(Profile(panels=(("y", "y"),)),),
    scales={{"small": Scale(lambda: {{"one": one}}, seeds=3)}},
)
'''


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with three experiments: one holds, one does not, one fails with an error."""
    for name, value in {
        "first_2017/high": "1.0",
        "first_2017/low": "-1.0",
        "second_2018/bad": "1 / 0",
    }.items():
        path = tmp_path / "arguments" / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        for folder in (path.parent, path.parent.parent):
            (folder / "__init__.py").touch()
        path.write_text(MODULE.format(value=value))
    monkeypatch.setattr("jaxgan.cli.experiments.FOLDER", "arguments")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_one_that_fails_does_not_stop_the_others(checkout: Path, capsys) -> None:
    with pytest.raises(SystemExit, match="1 of 3 failed: second_2018/bad"):
        main(["run", "--all", "--quiet"])
    folder = checkout / "runs" / "all"
    assert "second_2018/bad failed: division by zero; in cell 'one'" in capsys.readouterr().err
    verdicts = {
        name: results.claims[0].verdicts[0].verdict
        for name, results in runs_in(folder.resolve()).items()
    }
    assert verdicts == {"first_2017/high": "holds", "first_2017/low": "does not hold"}
    page = (folder / "index.html").read_text()
    assert "2 claims of 2 experiments: 1 holds, 1 does not hold." in page
    assert page.count("<img ") == 2
    assert set(re.findall(r'href="([^"]*)"', page)) == {f"{name}/report.html" for name in verdicts}
    for name in verdicts:
        assert (folder / name / "report.html").is_file()


def test_it_resumes_where_it_stopped(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    began = []

    def stop(folder: Path, *rest, **more):
        began.append(folder.name)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("jaxgan.cli.everything.launch", stop)
        with pytest.raises(SystemExit, match="130"):
            main(["run", "--all", "--quiet", "--seeds", "4"])
    assert "Resume with: jaxgan resume runs/all" in capsys.readouterr().err
    assert began == ["high"]
    (checkout / "arguments" / "second_2018" / "bad.py").unlink()
    main(["resume", "runs/all", "--quiet"])
    kept = (checkout / "runs/all/first_2017/high/one/seed-3/record.json").stat().st_mtime_ns
    main(["resume", "runs/all", "--quiet"])
    assert (checkout / "runs/all/first_2017/high/one/seed-3/record.json").stat().st_mtime_ns == kept
    main(["report", "runs/all"])
    assert "runs/all/index.html" in capsys.readouterr().out
    with pytest.raises(SystemExit, match="no experiment has the scale 'paper'"):
        main(["run", "--all", "--scale", "paper"])


@pytest.mark.parametrize("words", [["run"], ["run", "digits", "--all"]])
def test_it_is_one_or_all(words: list[str]) -> None:
    with pytest.raises(SystemExit, match="give the name of an experiment or --all, got"):
        main(words)


def test_a_page_can_be_filtered_by_every_verdict_and_paper(checkout: Path) -> None:
    with pytest.raises(SystemExit):
        main(["run", "--all", "--quiet"])
    page = write_index(checkout / "runs" / "all").read_text()
    for verdict in ("holds", "does-not-hold", "undecided", "not-judged"):
        assert f'value="{verdict}"' in page
        assert f'[value="{verdict}"]:checked) .entry:not([data-verdicts~="{verdict}"])' in page
    assert '<option value="first_2017">' in page
    assert 'option[value="first_2017"]:checked) .entry:not([data-paper="first_2017"])' in page
    assert page.count('data-paper="first_2017" data-verdicts="does-not-hold"') == 3
    assert "<script" not in page


def test_published_are_numbers_of_two_sets_or_the_same_numbers(checkout: Path) -> None:
    main(["run", "high", "--sets", "2", "--quiet"])
    run, target = checkout / "runs" / "high", checkout / "results"
    results = read_results(run)
    results.experiment, results.provenance["dirty"] = "first_2017/high", False

    def save() -> None:
        (run / "results.json").write_bytes(msgspec.json.encode(results))

    save()
    assert publish(run, target) == "first_2017/high"
    assert read_results(target / "first_2017" / "high.json") == results
    with Image.open(target / "first_2017" / "high" / "profile.png") as image:
        assert image.width <= 1000
        assert np.asarray(image.convert("L")).std() > 1
    results.sets = results.sets[:1]
    save()
    publish(run, target)
    assert len(read_results(target / "first_2017" / "high.json").sets) == 2
    results.cells["one"].seeds[1].scores["x"] = 1.5
    save()
    with pytest.raises(ValueError, match=r"has x=1\.5 in cell 'one' with seed 1"):
        publish(run, target)
    results.provenance["dirty"] = True
    save()
    with pytest.raises(ValueError, match="has uncommitted changes"):
        publish(run, target)
