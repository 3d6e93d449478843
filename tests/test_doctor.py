"""The doctor reports each planted fault and no other, and nothing for healthy setups."""

from __future__ import annotations

import dataclasses
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jax
import pytest
from flax import linen as nn

from jaxgan import recipes
from jaxgan.cli.main import main
from jaxgan.doctor import Finding, check, examine, forecast, stages
from jaxgan.networks import Identity, presets
from jaxgan.training import Setup
from tests.broken import BROKEN, images, points, with_critic
from tests.broken import setup as healthy
from tests.correct import CORRECT
from tests.daily import daily_if, first_of_each

pytestmark = pytest.mark.usefixtures("unchecked_types")
PAGE = Path(__file__).parent.parent / "docs" / "doctor.md"


def names(setup: Setup, seed: int = 0, devices: int = 2) -> list[str]:
    report = examine(setup, devices=devices, key=jax.random.key(seed))
    print(report)  # pytest shows it if the test fails
    return [finding.name for finding in report.findings]


FIRST = first_of_each({what: name for what, (name, _) in BROKEN.items()})
"""One setup for each finding, which runs every day; others with the same finding are `slow`."""


ON_TWO = {what for what, (name, _) in BROKEN.items() if name == "device-dependent"}
"""The faults that need the comparison with two devices, a third of the doctor's time."""


@pytest.mark.parametrize(
    ("what", "devices"),
    [
        *((what, 1) for what in FIRST if what not in ON_TWO),
        *(daily_if(what in FIRST and what in ON_TWO, what, 2) for what in BROKEN),
    ],
)
def test_a_planted_fault_is_named_alone(what: str, devices: int) -> None:
    name, setup = BROKEN[what]
    assert names(setup, devices=devices) == [name]


DAILY = "gradient descent with a rate of two"
"""The correct setup that runs every day; the others are `slow`."""


@pytest.mark.parametrize("what", [daily_if(what == DAILY, what) for what in CORRECT])
def test_a_correct_setup_that_resembles_a_fault_is_silent(what: str) -> None:
    assert names(CORRECT[what]) == []


SHIPPED = [name for name in recipes.__all__ if inspect.isfunction(getattr(recipes, name))]


NEEDS: dict[str, dict[str, Any]] = {
    "ct_gan": {"dropout": 0.5},
    "cramer": {"features": 4},
    "mmd_gan": {"features": 4},
    "mmd_gan_gp": {"features": 4},
    "sngan": {"critic_weights": "spectral"},
}
"""The networks that the docstring of a recipe requires."""


def shipped(name: str) -> Setup:
    """A recipe with small networks of the kind it needs."""
    recipe = getattr(recipes, name)()
    if name == "gan_2014":
        # Its rate of 0.1 makes a generator without a sigmoid diverge: outputs of 4e6 in 20 steps.
        return Setup(presets.gan_2014((8, 8, 1), 64, 32), recipe, images())
    networks = presets.mlp((2,), 256, 1, **NEEDS.get(name, {}))
    if not recipe.critic_steps(0):
        networks = dataclasses.replace(networks, critic=Identity())
    return Setup(networks, recipe, points())


@pytest.mark.parametrize("name", [daily_if(name == "gmmn", name) for name in SHIPPED])
def test_the_shipped_recipes_are_silent(name: str) -> None:
    assert names(shipped(name)) == []


@pytest.mark.slow
@pytest.mark.parametrize(("name", "norm"), [("wgan_gp", "layer"), ("dcgan", "batch")])
def test_convolutional_networks_are_silent(name: str, norm: Any) -> None:
    networks = presets.dcgan((8, 8, 1), width=2, latent=4, critic_norm=norm)
    assert names(Setup(networks, getattr(recipes, name)(), images())) == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("what", ["dead ReLUs", "a slow critic", "one label too many"])
def test_a_fault_is_named_for_other_keys(what: str, seed: int) -> None:
    name, setup = BROKEN[what]
    assert names(setup, seed) == [name]


def test_a_finding_says_where_and_how_much() -> None:
    name, setup = BROKEN["tanh for data of scale 5"]
    (finding,) = examine(setup).findings
    assert finding.link == f"docs/doctor.md#{name}"
    assert "Generator ends in [-1, 1]" in finding.what
    name, setup = BROKEN["NaN in the data"]
    (finding,) = examine(setup).findings
    assert "1 of 512 examples" in finding.what
    assert "index 7" in finding.what


def test_the_layer_that_couples_is_named() -> None:
    (finding,) = examine(BROKEN["batch norm under a penalty"][1]).findings
    assert "BatchNorm_0" in finding.what


def test_a_diagnosis_that_raises_does_not_hide_the_others(monkeypatch: Any) -> None:
    def broken(subject: Any) -> Iterator[Finding]:
        raise RuntimeError("of its own")
        yield

    monkeypatch.setattr(stages, "STAGES", {"data": (broken, *stages.STAGES["data"])})
    setup = BROKEN["NaN in the data"][1]
    first, second = examine(setup).findings
    assert (first.name, second.name) == ("not-examined", "data-not-finite")
    assert "of its own" in first.what
    assert not first.fault


def test_too_little_memory_is_foretold(monkeypatch: Any) -> None:
    class Small:
        def memory_stats(self) -> dict[str, int]:
            # Only the data and the batch of a step: 512 and 3 x 64 points of two float32.
            return {"bytes_limit": (512 + 3 * 64) * 2 * 4}

    monkeypatch.setattr(forecast.jax, "devices", lambda: [Small()])
    report = examine(healthy())
    assert [finding.name for finding in report.findings] == ["memory"]
    assert report.forecast is None
    assert "first steps: fix the faults above first" in report.skipped


def test_check_fails_with_the_report_and_is_silent_otherwise() -> None:
    setup = BROKEN["Wasserstein alone"][1]
    with pytest.raises(AssertionError, match="fault: unbounded-critic"):
        check(setup)
    check(healthy())


@pytest.mark.slow
def test_spectral_norm_bounds_a_critic() -> None:
    class Spectral(nn.Module):
        @nn.compact
        def __call__(self, x: jax.Array, train: bool) -> jax.Array:
            x = nn.tanh(nn.SpectralNorm(nn.Dense(8))(x, update_stats=train))
            return nn.SpectralNorm(nn.Dense(1))(x, update_stats=train)[:, 0]

    assert names(with_critic(Spectral(), BROKEN["Wasserstein alone"][1].recipe)) == []


def test_the_page_has_a_section_for_every_finding() -> None:
    sections = re.findall(r"^### (\S+)$", PAGE.read_text(), re.MULTILINE)
    sources = "".join(path.read_text() for path in PAGE.parent.parent.glob("jaxgan/doctor/*.py"))
    named_in_code = set(re.findall(r'Finding\(\s*"([a-z-]+)"', sources))
    assert sorted(sections) == sorted(named_in_code)
    assert {name for name, _ in BROKEN.values()} <= named_in_code


def test_the_command_line_examines_your_own_objects(
    tmp_path: Path, monkeypatch: Any, capsys: Any
) -> None:
    (tmp_path / "mine.py").write_text(
        "from tests.broken import BROKEN, CONDITIONAL\n"
        "NETWORKS = CONDITIONAL\n"
        "DATA = BROKEN['one label too many'][1].data\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(Path(__file__).parent.parent))
    with pytest.raises(SystemExit) as stop:
        main(["doctor", "--networks", "mine:NETWORKS", "--data", "mine:DATA"])
    assert stop.value.code == 1
    assert "fault: label-range" in capsys.readouterr().out


def test_the_command_line_finds_nothing_in_a_correct_setup(capsys: Any) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["doctor", "--data", "eight_gaussians", "--networks", "mlp(width=8)"])
    assert stop.value.code == 0
    shown = capsys.readouterr().out
    assert "nothing found" in shown
    assert "10000 steps take about" in shown
