"""Calls of public functions with an argument that they do not take, and what their errors say."""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax

import jaxgan
from jaxgan import data, divergences, doctor, export, figures, metrics, recipes, runs, study
from jaxgan import networks as nets
from jaxgan.networks import presets
from jaxgan.objectives import Hinge
from jaxgan.training import Dataset, Setup, create_state, sampling

__all__ = ["CALLS", "FUNCTIONS"]

SETUP = Setup(presets.mlp((2,), width=4), recipes.wgan(n_critic=1), Dataset(jnp.zeros((40, 2))), 8)
KEY, X, NAN = jax.random.key(0), np.zeros((9, 2)), math.nan
IMAGES, LABELS = np.zeros((90, 8, 8, 1), np.uint8), np.arange(90) % 2
EDGES = np.linspace(0, 9, 9)
HERE = Path("nowhere")


def flat(x: Any) -> Any:
    return 0 * x


def cell(seed: int, folder: Path) -> study.Record:
    return study.Record()


def scaled(cells: Any) -> dict[str, study.Scale]:
    return {"small": study.Scale(lambda: cells, seeds=1)}


TRAINING = study.Training(SETUP, study.PointMeasure())
EXPERIMENT = study.Experiment("Title.", scales=scaled({"a": TRAINING}))


@functools.cache
def state(classes: int | None = None) -> Any:
    """A state of zeros, and its networks."""
    networks = presets.mlp((2,), width=4, classes=classes)
    points = Dataset(jnp.zeros((6, 2)), None if classes is None else jnp.arange(6) % classes)

    def create(key: Any) -> Any:
        return create_state(networks, SETUP.recipe, key, points)

    zeros = jax.tree.map(lambda x: np.zeros(x.shape, x.dtype), jax.eval_shape(create, KEY))
    return networks, zeros


def sample(classes: int | None = None, **changed: Any) -> Any:
    networks, zeros = state(classes)
    given = {"networks": networks, "state": zeros, "key": KEY, "n": 3} | changed
    return sampling.sample(**given)


def generator() -> export.Generator:
    return export.Generator.of(SETUP, state()[1])


CALLS: dict[str, tuple[Callable[..., Any], dict[str, Any]]] = {
    "Setup": (Setup, {f.name: getattr(SETUP, f.name) for f in dataclasses.fields(Setup)}),
    "train": (runs.train, {"setup": SETUP, "progress": False}),
    "train_population": (
        runs.train_population,
        {"networks": SETUP.networks, "make": recipes.wgan, "data": SETUP.data, "steps": 1}
        | {"seeds": [0], "batch_size": 4, "progress": False},
    ),
    "study.run": (study.run, {"experiment": EXPERIMENT, "folder": HERE, "progress": False}),
    "Training": (study.Training, {"setup": SETUP, "measure": study.PointMeasure()}),
    "Claim": (
        study.Claim,
        {"sentence": "s", "published": "p", "measure": lambda records: [1.0], "above": 0.0},
    ),
    "grid": (study.grid, {"make": lambda a: a}),
    "sample": (sample, {}),
    "sample of 3 classes": (functools.partial(sample, 3), {}),
    "generate": (
        lambda **x: jaxgan.training.generate(*state(), **x),
        {"latents": np.zeros((3, 2))},
    ),
    "score": (lambda **x: jaxgan.training.score(*state(), **x), {"x": np.zeros((3, 2))}),
    "make_train_step": (jaxgan.make_train_step, {"networks": SETUP.networks}),
    "sample_batch": (
        jaxgan.sample_batch,
        {"data": SETUP.data, "key": KEY, "n_critic": 1, "batch_size": 4},
    ),
    "lerp": (jaxgan.training.lerp, {"begin": X, "end": X, "stops": 3}),
    "along": (
        jaxgan.training.along,
        {"begin": X, "coordinate": 0, "stops": 3, "latent": SETUP.networks.latent, "key": KEY},
    ),
    "adversarial": (
        jaxgan.training.adversarial,
        {"critic": nets.MLPCritic(4), "objective": Hinge(), "optimizer": optax.sgd(0.1)},
    ),
    "from_arrays": (data.from_arrays, {"real": X, "labels": [0] * 9}),
    "load": (lambda name, **x: data.load(name, **x), {"name": "digits"}),
    "from_text": (data.from_text, {"text": "abc" * 99}),
    "from_folder": (data.from_folder, {"path": HERE}),
    "from_npz": (data.from_npz, {"path": HERE}),
    "from_tfds": (data.from_tfds, {"name": "mnist"}),
    "frechet_distance": (metrics.frechet_distance, {"x": X, "y": X}),
    "frechet_floor": (metrics.frechet_floor, {"x": X, "key": KEY}),
    "manifold_scores": (metrics.manifold_scores, {"real": X, "fake": X}),
    "Manifolds": (metrics.Manifolds, {}),
    "Mind": (metrics.Mind, {}),
    "SlicedWasserstein": (metrics.SlicedWasserstein, {}),
    "LaplacianSlices": (metrics.LaplacianSlices, {}),
    "ClassificationScore": (metrics.ClassificationScore, {}),
    "Duplicates": (metrics.Duplicates, {}),
    "duplicates": (metrics.duplicates, {"x": X}),
    "mean_slice": (metrics.mean_slice, {"x": X, "y": X, "key": KEY, "projections": 3}),
    "nearest": (metrics.nearest, {"x": X}),
    "kernel_distance": (metrics.kernel_distance, {"x": X, "y": X}),
    "ngram_js": (metrics.ngram_js, {"fake": X.astype(int), "real": X.astype(int), "n": 1}),
    "inception_score": (metrics.inception_score, {}),
    "classification_score": (metrics.classification_score, {"probabilities": X + 1}),
    "mode_coverage": (metrics.mode_coverage, {"samples": X, "centers": X, "std": 0.1}),
    "parzen_log_likelihood": (
        metrics.parzen_log_likelihood,
        {"samples": X, "validation": X, "test": X},
    ),
    "train_classifier": (
        metrics.train_classifier,
        {"images": IMAGES, "labels": LABELS, "key": KEY},
    ),
    "deviations": (metrics.deviations, {}),
    "inception": (metrics.inception, {}),
    "f_divergence": (divergences.f_divergence, {"name": "kl"}),
    "gaussian_divergences": (
        divergences.gaussian_divergences,
        {"mean_p": 0.0, "std_p": 1.0, "mean_q": 0.0, "std_q": 1.0},
    ),
    "jensen_shannon": (
        divergences.jensen_shannon,
        {"log_p": flat, "log_q": flat, "grid": EDGES},
    ),
    "wasserstein1": (divergences.wasserstein1, {"x": X, "y": X}),
    "transport_plan": (divergences.transport_plan, {"x": X, "y": X}),
    "kantorovich_potential": (divergences.kantorovich_potential, {"x": X, "y": X}),
    "sinkhorn_cost": (divergences.sinkhorn_cost, {"x": X, "y": X, "epsilon": 1.0}),
    "Uniform": (nets.Uniform, {"size": 2}),
    "Packed": (nets.Packed, {"critic": nets.MLPCritic(4)}),
    "clip_params": (jaxgan.optimizers.clip_params, {"c": 0.01}),
    "examine": (doctor.examine, {"setup": SETUP}),
    "export": (
        lambda **x: export.export(**{"generator": generator(), "path": HERE, "to": "onnx"} | x),
        {},
    ),
    "load_generator": (jaxgan.load_generator, {"run": HERE}),
    "write_report": (jaxgan.report.write_report, {"folder": HERE}),
    "write_index": (jaxgan.report.write_index, {"folder": HERE}),
    "read_results": (study.read_results, {"path": HERE}),
    "read_run": (study.read_run, {"folder": HERE}),
    "sample_grid": (figures.sample_grid, {"rows": {"a": IMAGES}}),
    "density": (figures.density, {"real": X, "samples": {"a": X}}),
    "save_images": (figures.save_images, {"images": IMAGES, "folder": HERE}),
}
"""Functions with arguments that they take."""

BIG = np.full((9, 2), NAN)
made = functools.partial(functools.partial, study.Experiment)
FUNCTIONS: dict[str, list[tuple[str, Any, str]]] = {
    "Setup": [
        ("networks", presets.mlp, "give Networks"),
        ("recipe", recipes.wgan, "give recipes.wgan_gp()"),
        ("data", None, "give data.from_arrays"),
        ("data", Dataset([[1.0, 2.0]]), "give data.from_arrays"),  # pyright: ignore[reportArgumentType]
        ("data", Dataset(jnp.zeros((0, 2))), "give at least one"),
        ("data", Dataset(jnp.zeros((40, 2)), None, ("a",)), "classes=names"),  # pyright: ignore[reportArgumentType]
        ("batch_size", 0, "give the examples"),
        ("batch_size", 41, "use a batch of 1 to 40"),
        ("batch_size", True, "give the examples"),
        ("steps", -1, "give the number"),
        ("steps", 2.5, "give the number"),
        ("steps", "3", "give the number"),
        ("steps", 2**31, "give fewer"),
    ],
    "train": [
        ("setup", None, "give Setup("),
        ("seed", -1, "from 0 to 2^32 - 1"),
        ("seed", 1.5, "from 0 to 2^32 - 1"),
        ("seed", "a", "from 0 to 2^32 - 1"),
        ("seed", 2**32, "from 0 to 2^32 - 1"),
        ("seed", True, "from 0 to 2^32 - 1"),
        ("folder", 3, "give text"),
        ("folder", "", "give '.'"),
        ("settings", {"a": {1}}, "give text, numbers"),
        ("settings", [1], "give names and values"),
        ("log_every", 0, "give a number of steps"),
        ("log_every", 1.5, "give a number of steps"),
        ("log_every", None, "give a number of steps"),
        ("save_every", math.inf, "give a number of steps"),
        ("save_minutes", "a", "give minutes"),
        ("save_minutes", NAN, "give minutes"),
        ("observe", 3, "give one that returns numbers"),
        ("observe_at", [-1], "at least 0"),
        ("observe_at", [1.5], "at least 0"),
        ("observe_at", 3, "give range"),
        ("observe_at", "ab", "give range"),
        ("observe_at", [1], "give observe"),
        ("best_by", "x", "give observe"),
        ("devices", 0, "give 1"),
        ("devices", 1.0, "give 1"),
        ("devices", "1", "give 1"),
        ("devices", 99, "use fewer"),
        ("via", "x", "There are jit"),
        ("via", ["jit"], "did you mean 'jit'?"),
        ("track", "x", "There are tensorboard"),
        ("track", ["wandb"], "There are tensorboard"),
    ],
    "train_population": [
        ("make", SETUP.recipe, "give recipes.wgan_gp"),
        ("make", lambda: 3, "recipe | int | give recipes.wgan_gp()"),
        ("data", None, "give data.from_arrays"),
        ("seeds", [], "give one seed per member"),
        ("seeds", 3, "give one per member"),
        ("seeds", [-1], "from 0 to 2^32 - 1"),
        ("seeds", ["a"], "from 0 to 2^32 - 1"),
        ("seeds", [1.5], "from 0 to 2^32 - 1"),
        ("settings", {"c": [1.0, 2.0]}, "give one value per member"),
        ("settings", {"d": [1.0]}, "There are c"),
        ("settings", {"c": 1.0}, "give a list"),
        ("steps", -1, "give the number"),
        ("batch_size", 41, "use a batch of 1 to 40"),
        ("way", "x", "There are serial"),
        ("devices", 0, "give 1 for no split"),
        ("devices", 2, "1 seeds do not divide over 2 devices | give 2"),
        ("log_every", 0, "give a number of steps"),
        ("track", "x", "There are tensorboard"),
        ("folder", 3, "give text"),
    ],
    "study.run": [
        ("experiment", None, "give the EXPERIMENT"),
        ("experiment", made("", scaled({"a": cell})), "experiment | no first line | write it"),
        ("experiment", made("Title.", {}), "scale | none | give scales"),
        ("experiment", made("Title.", {"small": 3}), "scales['small'] | 3 | give Scale"),  # pyright: ignore[reportArgumentType]
        ("experiment", made("Title.", scaled({})), "cells | no | give at least one"),
        ("experiment", made("Title.", scaled({"a/b": cell})), "cell name | 'a/b' | use letters"),
        ("experiment", made("Title.", scaled({"..": cell})), "cell name | '..' | use letters"),
        ("experiment", made("Title.", scaled({"a": None})), "cell 'a' | None | give a Training"),
        ("folder", 3, "give text"),
        ("scale", "smal", "did you mean 'small'?"),
        ("seeds", 0, "give the number of trainings"),
        ("seeds", 1.5, "give the number of trainings"),
        ("seeds", "a", "give the number of trainings"),
        ("seeds", 10**9, "use fewer"),
        ("sets", 0, "give 1"),
        ("sets", 2.0, "give 1"),
        ("devices", 0, "give 1"),
        ("devices", 99, "use fewer"),
        ("devices", 3, "or another multiple"),
        ("via", "x", "There are jit"),
        ("track", "x", "There are tensorboard"),
        ("save_minutes", 0, "give minutes"),
    ],
    "Training": [
        ("setup", None, "give Setup("),
        ("measure", None, "give a function"),
        ("moments", [-1], "at least 0"),
        ("moments", ["a"], "at least 0"),
        ("save_minutes", 0, "give minutes"),
        ("track", "x", "There are tensorboard"),
    ],
    "Claim": [
        ("above", None, "give one"),
        ("above", NAN, "limit of claim | nan | give a number"),
        ("above", "a", "limit of claim | 'a' | give a number"),
        ("below", 1.0, "give one"),
        ("unit", "x", "There are draws"),
    ],
    "grid": [
        ("a", [], "a | no values | give at least one"),
        ("a", [1, 1], "once"),
        ("a", 3, "give a list"),
    ],
    "sample": [
        ("networks", None, "give Networks"),
        (
            "networks",
            presets.mlp((2,), width=5),
            "networks | (2, 4) | give those that were trained",
        ),
        ("state", None, "give that of runs.train"),
        ("key", 0, "give jax.random.key"),
        ("n", -1, "give the number"),
        ("n", 2.5, "give the number"),
        ("n", "a", "give the number"),
    ],
    "sample of 3 classes": [
        ("labels", jnp.zeros(2, int), "give the class of each"),
        ("labels", jnp.zeros(3), "give the class of each"),
        ("labels", jnp.full(3, 7), "labels | 7..7 | give classes"),
        ("labels", None, "labels | classes=3 | give data with labels"),
    ],
    "generate": [
        ("latents", np.zeros((3, 5)), "must be [n, 2]"),
        ("latents", np.zeros(2), "must be [n, 2]"),
    ],
    "score": [("x", np.zeros((3, 5)), "x | (5, 4) | examples of the shape of their data")],
    "make_train_step": [("recipe", None, "give recipes.wgan_gp()")],
    "sample_batch": [
        ("data", X, "give data.from_arrays"),
        ("key", 0, "give jax.random.key"),
        ("batch_size", 0, "at least 1"),
        ("n_critic", -1, "at least 0"),
    ],
    "lerp": [("stops", 0, "2 or more"), ("end", X[:3], "give two arrays [lines, size]")],
    "along": [("coordinate", 7, "choose one")],
    "adversarial": [
        ("weight", -1.0, "give the factor"),
        ("start", -1, "give a step"),
        ("warm", 1.5, "give a number"),
        ("balance", 3, "give text"),
    ],
    "from_arrays": [
        ("real", [], "give at least one"),
        ("real", "abc", "real | () | give at least one"),
        ("real", [[1.0], [1.0, 2.0]], "inhomogeneous"),
        ("real", np.array([[{}]], object), "convert pixels"),
        ("real", X > 0, "convert pixels"),
        ("real", BIG, "remove or fix them"),
        ("labels", np.zeros((9, 2), int), "give the class of each"),
        ("labels", ["a"] * 9, "give the class of each"),
        ("labels", [2**40] * 9, "renumber them"),
        ("classes", 0, "give the number of classes"),
        ("classes", 2.5, "give the number of classes"),
        ("classes", "ab", "give, for example"),
    ],
    "load": [
        ("name", "swissroll", "did you mean 'swiss_roll'?"),
        ("name", 3, "give 'digits'"),
        ("name", "folder", "path | {} | give folder(path=...)"),
        ("n", 3, "leave them out"),
    ],
    "from_text": [
        ("text", "", "text | 0 characters | give a longer text"),
        ("text", 3, "decode bytes"),
        ("text", b"abc", "decode bytes"),
        ("length", 0, "give the characters"),
        ("length", 999, "give a longer text"),
        ("characters", 1, "give the alphabet's size"),
    ],
    "from_folder": [
        ("path", 3, "give text"),
        ("path", HERE, "give the path"),
        ("path", "", "give"),
    ],
    "from_npz": [("path", None, "give text"), ("path", HERE, "give the path")],
    "from_tfds": [
        ("name", 3, "give 'mnist'"),
        ("data_dir", HERE, "TFDS | nowhere | run tfds.builder"),
    ],
    "frechet_distance": [
        ("x", X[:1], "give [n, d] with n at least 2"),
        ("x", X[:0], "give [n, d]"),
        ("x", BIG, "leave them out"),
        ("x", "a", "give [n, d]"),
        ("y", np.zeros((9, 3)), "y | has 3 | use one classifier"),
    ],
    "frechet_floor": [("splits", 0, "give 10"), ("splits", 1.5, "give 10")],
    "manifold_scores": [
        ("k", 0, "give the number"),
        ("real", X[:3], "give [n, d] with n at least 6"),
    ],
    "Manifolds": [("k", 0, "give the number"), ("k", "a", "give the number")],
    "Mind": [("projections", 0, "give hundreds")],
    "SlicedWasserstein": [("projections", "a", "give hundreds")],
    "LaplacianSlices": [("pixels", 3, "use sliced"), ("patches", 0, "at least 1")],
    "ClassificationScore": [("splits", 0, "at least 1")],
    "Duplicates": [("tolerance", -1, "give a difference"), ("tolerance", NAN, "give a difference")],
    "duplicates": [("tolerance", -1.0, "give a difference"), ("x", X[:1], "give [n, d]")],
    "mean_slice": [("order", 3, "There are 1, 2"), ("projections", 0, "give a few hundred")],
    "nearest": [
        ("x", X[:1], "give [n, d]"),
        ("y", np.zeros((9, 3)), "y | has 3 | use one classifier"),
    ],
    "kernel_distance": [("x", X[:1], "give [n, d]")],
    "ngram_js": [
        ("n", 0, "give the tokens"),
        ("n", 9, "give a smaller n"),
        ("fake", X, "give integers [n, length]"),
        ("real", np.zeros(4, int), "give integers [n, length]"),
    ],
    "inception_score": [
        ("probabilities", -np.ones((3, 2)), "probabilities | -1 | give none below 0"),
        ("probabilities", np.zeros(3), "give [n, d]"),
    ],
    "classification_score": [("splits", 99, "give at most one per row")],
    "mode_coverage": [
        ("centers", np.zeros((3, 3)), "centers | 3 | give the centers"),
        ("samples", X[:0], "give [n, d]"),
        ("samples", np.zeros(2), "give [n, d]"),
        ("std", 0.0, "give the standard deviation"),
        ("std", "a", "give the standard deviation"),
        ("within", -1.0, "give a radius"),
    ],
    "parzen_log_likelihood": [
        ("sigmas", (), "give (0.1, 1.0)"),
        ("sigmas", 3.0, "give (0.1, 1.0)"),
        ("sigmas", (NAN,), "give bandwidths"),
        ("sigmas", ("a",), "give bandwidths"),
    ],
    "train_classifier": [
        ("images", X, "give [n, height, width, channels]"),
        ("labels", LABELS[:5], "give an integer"),
        ("labels", LABELS / 2, "give an integer"),
        ("labels", LABELS - 1, "give an integer"),
        ("labels", 0 * LABELS, "images | 1 classes | give at least 5 of 2 classes"),
        ("steps", 0, "give the number"),
        ("batch_size", 3, "give a multiple of 4"),
        ("learning_rate", -1.0, "is usual"),
        ("width", 0, "give the units"),
    ],
    "deviations": [("scores", np.zeros(3), "give [seeds, draws]")],
    "inception": [
        ("path", HERE, "file | nowhere | give the published"),
        ("path", "nowhere", "give Path"),
    ],
    "f_divergence": [("name", "kll", "divergence | 'kll' | did you mean 'kl'?")],
    "gaussian_divergences": [
        ("mean_p", NAN, "give the mean"),
        ("mean_q", "a", "give the mean"),
        ("std_p", 0, "give a standard"),
        ("std_q", NAN, "give a standard"),
    ],
    "jensen_shannon": [
        ("grid", [1, 0], "grid | not increase | give the edges"),
        ("log_p", flat, "log_p | 9.0 | widen or refine"),
    ],
    "wasserstein1": [
        ("x", BIG, "leave them out"),
        ("x", X[:0], "give [n, d]"),
        ("x", "a", "give [n, d]"),
        ("y", np.zeros((9, 3)), "of the same dimension"),
        ("x_weights", np.ones(3), "give one weight"),
        ("y_weights", -np.ones(9), "y_weights | -9 | give the masses"),
    ],
    "transport_plan": [("y", BIG, "leave them out")],
    "kantorovich_potential": [("y", X[:3], "give two sets"), ("x", BIG, "leave them out")],
    "sinkhorn_cost": [
        ("epsilon", 0.0, "give a number"),
        ("epsilon", "a", "give a number"),
        ("x", BIG, "leave them out"),
        ("y", np.zeros((9, 3)), "give [n, d] and [m, d]"),
    ],
    "Uniform": [("low", 1.0, "give low < high"), ("high", "a", "give the range")],
    "Packed": [("m", 0, "give the examples"), ("critic", None, "give the critic")],
    "clip_params": [("where", 3, "give None")],
    "examine": [
        ("setup", None, "give Setup("),
        ("devices", 0, "1 compares"),
        ("devices", "a", "1"),
    ],
    "export": [
        ("generator", None, "load one"),
        ("path", 3, "give text"),
        ("path", HERE / "x", "make it"),
        ("to", "torch", "There are onnx"),
    ],
    "load_generator": [("run", 3, "give text"), ("run", HERE, "give a folder")],
    "write_report": [("folder", 3, "give text"), ("folder", HERE, "give a folder")],
    "write_index": [("folder", HERE, "give one with runs")],
    "read_results": [("path", 3, "give text"), ("path", HERE, "json | nowhere | give a folder")],
    "read_run": [("folder", 3, "give text"), ("folder", "nowhere", "give a folder")],
    "sample_grid": [
        ("rows", {}, "give the images"),
        ("rows", {"a": X}, "images of a | (9, 2) | give at least one"),
        ("rows", {"a": IMAGES[:0]}, "images of a | (0, 8, 8, 1) | give at least one"),
        ("rows", {"a": IMAGES.repeat(2, axis=3)}, "images | (90, 8, 8, 2) | give gray or color"),
        ("columns", 0, "give the images of a row"),
    ],
    "density": [
        ("samples", {}, "give the points"),
        ("real", np.zeros((9, 3)), "give points [n, 2]"),
    ],
    "save_images": [("labels", [1], "give one for each image")],
}
"""Arguments, values, and the remedy by function; or all three as the error names them."""
