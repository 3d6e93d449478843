"""Scores of runs and of files: floors, stamps, refusals, the cached classifier."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import msgspec
import numpy as np
import pytest
from PIL import Image

from jaxgan.cli.launch import experiment_of, scores_of
from jaxgan.cli.main import main
from jaxgan.cli.settings import read_settings
from jaxgan.data import digits
from jaxgan.metrics import (
    Classifier,
    Duplicates,
    Extracted,
    Extractor,
    FrechetDistance,
    NearestRatio,
    Stamp,
    StampedScore,
    check_comparable,
    deviations,
    features,
    frechet_distance,
)
from jaxgan.metrics.stored import DamagedClassifier, load_classifier, save_classifier
from jaxgan.report import compare
from jaxgan.report.score_table import score_comparison, score_table
from jaxgan.study import ClassifierScore, ImageMeasure, read_results, read_run
from jaxgan.study.classifiers import cached_classifier
from jaxgan.study.sample_files import read_samples
from jaxgan.study.score_file import read_scores
from jaxgan.study.scoring import FILES, Origin, scorer
from jaxgan.study.sweep import trainings_of
from jaxgan.training import Dataset

pytestmark = pytest.mark.usefixtures("unchecked_types")
STAMP = Stamp("Mind()", "data", 10, 10, "all", "pixels", "none", "none", "live")
TINY = ["--recipe", "wgan_gp(n_critic=1)", "--networks", "mlp(width=8)", "--batch-size", "16"]


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return cached_classifier(digits())


# ---- variance and stamps


def test_the_two_variances_are_told_apart() -> None:
    # Seeds deviate by 3, draws by 1: both are found within five standard errors of 400 x 20.
    rng = np.random.default_rng(0)
    seeds, draws = rng.normal(size=(400, 1)), rng.normal(size=(400, 20))
    found = deviations(3 * seeds + draws)
    assert found.between_seeds == pytest.approx(3, abs=5 * 3 / np.sqrt(800))
    assert found.between_draws == pytest.approx(1, abs=5 / np.sqrt(2 * 400 * 19))
    assert deviations(draws).between_seeds < 0.2
    assert np.isnan(deviations(draws[:1]).between_seeds)
    assert np.isnan(deviations(draws[:, :1]).between_draws)
    assert deviations(seeds).between_seeds == pytest.approx(seeds.std(ddof=1))


@pytest.mark.parametrize("field", Stamp.__struct_fields__)
def test_scores_of_different_stamps_refuse_to_be_compared(field: str) -> None:
    value = 11 if field.startswith("n_") else "other"
    changed = msgspec.structs.replace(STAMP, **{field: value})
    check_comparable("mind", STAMP, msgspec.structs.replace(STAMP))
    with pytest.raises(ValueError, match=f"mind cannot be compared: {field} is .* and {value}"):
        check_comparable("mind", STAMP, changed)
    one, other = (StampedScore("mind", "lower", [[2.0]], 1.0, s) for s in (STAMP, changed))
    table = score_comparison({"a": {"x": [one]}, "b": {"x": [other]}})
    assert table == f"Not compared: mind ({field} is {getattr(STAMP, field)} and {value})."


def test_scores_of_equal_stamps_stand_side_by_side() -> None:
    one, other = (StampedScore("mind", "lower", [[x], [x + 2]], 0.5, STAMP) for x in (1.0, 3.0))
    table = score_comparison({"a": {"x": [one]}, "b": {"y": [other]}})
    assert "| Run | Cell | mind (lower) |" in table
    assert "| `a` | `x` | 2 |" in table
    assert "| `b` | `y` | 4 |" in table
    assert "| real data |  | 0.5 |" in table
    assert "| mind | 2 | 0.5 | lower | 1.414 | – | `Mind()` | pixels |" in score_table([one])


# ---- the classifier of a data set


def test_the_cached_classifier_is_the_trained_one(
    classifier: Classifier, tmp_path: Path, monkeypatch: Any
) -> None:
    save_classifier(tmp_path / "a", classifier)
    again = load_classifier(tmp_path / "a")
    for name in ("classes", "held_out_accuracy", "network"):
        assert getattr(again, name) == getattr(classifier, name)
    np.testing.assert_array_equal(again.held_out, classifier.held_out)
    images = digits().real[:50]
    np.testing.assert_array_equal(features(again, images), features(classifier, images))


@pytest.mark.parametrize("file", ["classifier.safetensors", "manifest.json"])
@pytest.mark.parametrize("how", ["changed", "missing"])
def test_a_damaged_classifier_is_trained_again(
    classifier: Classifier, file: str, how: str, tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.setenv("JAX_COMPILATION_CACHE_DIR", str(tmp_path))
    trained = []

    def train(images: Any, labels: Any, key: Any) -> Classifier:
        trained.append(len(images))
        return classifier

    monkeypatch.setattr("jaxgan.study.classifiers.train_classifier", train)
    cached_classifier(digits())
    cached_classifier(digits())
    assert trained == [1797]  # the second was read
    (folder,) = (tmp_path / "classifiers").iterdir()
    damaged = folder / file
    if how == "missing":
        damaged.unlink()
    else:
        content = bytearray(damaged.read_bytes())
        content[-9] ^= 1
        damaged.write_bytes(content)
    with pytest.raises(DamagedClassifier, match="damaged"):
        load_classifier(folder)
    with pytest.warns(UserWarning, match="damaged.*; trained again"):
        cached_classifier(digits())
    assert trained == [1797, 1797]
    load_classifier(folder)
    data = digits()
    cached_classifier(data._replace(labels=(data.labels + 1) % 10))
    assert len(trained) == 3  # other labels, another classifier


# ---- scorers


def test_the_real_side_and_the_floor_are_disjoint_and_unseen(classifier: Classifier) -> None:
    data = digits()
    by = scorer((FrechetDistance(),), data)
    held = np.asarray(classifier.held_out)
    rows = np.asarray(data.real).reshape(len(data.real), -1)
    of = {row.tobytes(): index for index, row in enumerate(rows)}
    real, other = (
        {of[row.tobytes()] for row in np.asarray(part).reshape(len(part), -1)}
        for part in (by.real, by.other)
    )
    assert len(by.real) == len(by.other) == 1797 // 5 // 2
    assert not real & other
    assert real | other <= set(held.tolist())
    wanted = frechet_distance(features(classifier, by.real), features(classifier, by.other[:100]))
    assert by.floor(100)["frechet_distance"] == pytest.approx(wanted, rel=1e-6)
    assert by.floor(5000) == {}
    assert 0 < by.floor(179)["frechet_distance"] < 20  # measured: 9.7
    stamp = by.stamps(100, Origin("none", "live"))["frechet_distance"]
    assert (stamp.n_real, stamp.n_fake, stamp.parameters) == (179, 100, "live")
    assert "99." in stamp.features or "98." in stamp.features


def test_other_networks_and_pixels_split_all_images() -> None:
    seen = []

    def extract(images: Any) -> Extracted:
        seen.append(images.dtype)
        flat = np.asarray(images, float).reshape(len(images), -1)
        return Extracted(flat[:, :3], np.full((len(flat), 2), 0.5))

    data = Dataset(jax.random.uniform(jax.random.key(0), (40, 4, 4, 1), minval=-1))
    by = scorer(
        (FrechetDistance(), Duplicates()), data, extractor=Extractor("n", "d", "r", extract)
    )
    assert (len(by.real), len(by.other)) == (20, 20)
    fakes = by.other[:7]
    assert by(fakes) == by(np.round(127.5 * (fakes + 1)).astype(np.uint8))  # as saved
    assert set(seen) == {jnp.uint8.dtype}
    stamps = by.stamps(7, FILES)
    assert stamps["frechet_distance"].features == "n, sha256 d"
    assert stamps["duplicates"].features == "pixels"
    whole = scorer((NearestRatio(),), data, "all")
    assert (len(whole.real), len(whole.other), whole.floor(5)) == (40, 0, {})
    assert whole(data.real[:5])["nearest_ratio"] == 0.0
    assert np.isnan(whole(jnp.full((3, 4, 4, 1), jnp.nan))["nearest_ratio"])
    with pytest.raises(
        ValueError, match=r"the images are \(8, 8, 1\) and the real ones \(4, 4, 1\)"
    ):
        whole(jnp.zeros((3, 8, 8, 1)))
    with pytest.raises(ValueError, match="scores compare images"):
        scorer((NearestRatio(),), Dataset(jnp.zeros((9, 2))))


# ---- files


def test_samples_are_read_from_pictures_and_arrays(tmp_path: Path) -> None:
    images = np.random.default_rng(0).integers(0, 256, (6, 5, 4, 3), dtype=np.uint8)
    for index, image in enumerate(images):
        Image.fromarray(image).save(tmp_path / f"{index}.png")
    np.testing.assert_array_equal(read_samples(tmp_path), images)
    np.savez(tmp_path / "mixed.npz", images=images, labels=np.arange(6))
    np.testing.assert_array_equal(read_samples(tmp_path / "mixed.npz"), images)
    with pytest.raises(ValueError, match="has pictures and arrays"):
        read_samples(tmp_path)
    (tmp_path / "mixed.npz").unlink()
    Image.fromarray(images[0, :, :, 0]).save(tmp_path / "7.png")
    with pytest.raises(ValueError, match=r"7\.png is \(5, 4, 1\), the images before it are"):
        read_samples(tmp_path)
    np.save(tmp_path / "wild.npy", 3 * np.ones((2, 4, 4)))
    with pytest.raises(ValueError, match=r"give uint8 images, or floats in \[-1, 1\]"):
        read_samples(tmp_path / "wild.npy")


# ---- the commands


def test_train_scores_itself_and_score_takes_more(tmp_path: Path, capsys: Any) -> None:
    run = tmp_path / "run"
    main(["train", *TINY, "--steps", "1", "--out", str(run), "--quiet"])
    results = read_results(run)
    (seed,) = results.cells["wgan_gp"].seeds
    assert {"frechet_distance", "precision", "modes"} <= seed.scores.keys()
    assert results.metrics["frechet_distance"].reference > 0
    assert results.metrics["frechet_distance"].stamp.n_fake == 179
    assert "they are not FID or IS" in results.protocol

    main(["score", str(run), "--n", "100", "--draws", "2", "--metrics", "frechet_distance"])
    (score,) = read_scores(run / "scores.json")["wgan_gp"]
    assert np.shape(score.values) == (1, 2)
    assert score.stamp.n_fake == 100
    assert score.values[0][0] == pytest.approx(seed.scores["frechet_distance"], rel=0.2)

    main(["sample", str(run), "--n", "100"])
    samples = str(run / "samples-100.npy")
    main(["score", samples, "--data", "digits", "--metrics", "frechet_distance"])
    (of_file,) = read_scores(run / "samples-100.scores.json")["samples-100"]
    assert of_file.values[0][0] == score.values[0][0]  # the first draw is that of `sample`
    assert of_file.stamp.parameters == "unknown: files"

    text = (run / "results.json").read_text()
    (run / "results.json").write_text(text.replace('"finished"', '"diverged"'))
    main(["score", str(run), "--metrics", "frechet_distance"])
    assert "wgan_gp, seed 0: diverged, so its scores are NaN" in capsys.readouterr().err
    assert read_scores(run / "scores.json")["wgan_gp"][0].values == [[None]]
    (run / "results.json").write_text(text)

    one = read_run(run)
    results.metrics["recall"].stamp = msgspec.structs.replace(STAMP, n_fake=180)
    table, *refused = compare({"a": one, "b": one._replace(results=results)}).split("\n\n")
    assert "| precision |" in table
    assert "recall" not in table
    assert len(refused) == 1
    assert re.fullmatch(r"Not compared: recall \(.*n_fake is 179 and 180.*\)\.", refused[0])


def test_inception_needs_no_labels_and_the_papers_compare_with_all_images(
    tmp_path: Path, monkeypatch: Any, capsys: Any
) -> None:
    opened = []

    def network(path: Path) -> Extractor:
        opened.append(path.name)
        mean = lambda images: np.asarray(images, float).mean(axis=(1, 2))  # noqa: E731
        return Extractor("Inception", "abc", "299", lambda x: Extracted(mean(x), mean(x) + 1))

    monkeypatch.setattr("jaxgan.metrics.inception", network)
    rng = np.random.default_rng(0)
    np.savez(tmp_path / "real.npz", images=rng.integers(0, 256, (30, 8, 8), dtype=np.uint8))
    np.save(tmp_path / "fake.npy", rng.integers(0, 256, (20, 8, 8), dtype=np.uint8))
    words = ["score", str(tmp_path / "fake.npy"), "--data", str(tmp_path / "real.npz")]
    main([*words, "--inception", "w.pth", "--metrics", "frechet_distance", "--part", "all"])
    (score,) = read_scores(tmp_path / "fake.scores.json")["fake"]
    assert opened == ["w.pth"]
    assert score.floor is None
    assert (score.stamp.n_real, score.stamp.n_fake) == (30, 20)
    assert (score.stamp.split, score.stamp.resize) == ("all real images", "299")
    assert score.stamp.features == "Inception, sha256 abc"
    assert "features: Inception, sha256 abc; resize: 299" in capsys.readouterr().out


def test_a_run_of_an_earlier_version_takes_no_scores_and_resumes(tmp_path: Path) -> None:
    what = {"data": "digits", "recipe": "wgan_gp", "networks": "mlp", "steps": 1, "batch_size": 64}
    settings = {"command": "train", "what": what, "arguments": {}}
    assert "frechet_distance" in scores_of(tmp_path / "new")
    (tmp_path / "run.json").write_text(json.dumps(settings))
    assert scores_of(tmp_path) == []
    experiment = experiment_of(read_settings(tmp_path))
    assert experiment.metrics == {}
    assert "No scores are computed" in experiment.protocol
    (cell,) = trainings_of(experiment.cells("small")["wgan_gp"])
    assert cell.measure == ImageMeasure()  # part of the identity by which checkpoints are found


@pytest.mark.parametrize("data", ["digits", digits])
def test_every_image_is_in_one_part_of_its_classifier(data: Any) -> None:
    training, held_out = ClassifierScore(data).parts()
    assert len(held_out) == 359  # a fifth of 1,797
    both = np.concatenate([training, held_out]).reshape(1797, 64)
    images = np.asarray(digits().real, np.float32).reshape(1797, 64) / 127.5 - 1
    found, counts = np.unique(both, axis=0, return_counts=True)
    wanted, numbers = np.unique(images, axis=0, return_counts=True)
    np.testing.assert_array_equal(found, wanted)
    np.testing.assert_array_equal(counts, numbers)


def test_reports_that_were_written_are_printed_though_another_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def write(folder: Path, notify: Any) -> Path:
        if folder.name == "b":
            raise ValueError("b has no records")
        return folder / "report.html"

    for name in ("study.read_run", "study.score_file.read_scores"):
        monkeypatch.setattr(f"jaxgan.{name}", lambda folder: None)
    monkeypatch.setattr("jaxgan.report.write_report", write)
    with pytest.raises(SystemExit, match="b has no records"):
        main(["report", "a", "b"])
    assert capsys.readouterr().out == "a/report.html\n"
