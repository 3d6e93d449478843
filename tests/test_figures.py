"""Figures contain the data that they were given, pixel by pixel and number by number."""

from __future__ import annotations

import ast
import itertools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from scipy.optimize import minimize

from jaxgan import figures
from jaxgan.figures.labels import apart
from jaxgan.figures.plans import Plan
from jaxgan.figures.tiles import mosaic, pixels


def noise(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).uniform(-1, 1, shape).astype(np.float32)


def drawn(figure, path: Path) -> np.ndarray:
    figures.save(figure, path)
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


def holds(picture: np.ndarray, part: np.ndarray) -> bool:
    """Whether a part occurs in a picture, searched by its first row."""
    height, width = part.shape[:2]
    for y, row in enumerate(picture):
        x = row.tobytes().find(part[0].tobytes()) // 3
        if x >= 0 and np.array_equal(picture[y : y + height, x : x + width], part):
            return True
    return False


@pytest.mark.parametrize("channels", [1, 3])
def test_mosaic_is_the_plain_loop(channels: int) -> None:
    images = noise(5, 3, 4, channels)
    sheet = mosaic(images, columns=2, scale=3, gap=(2, 1))
    assert sheet.shape == (3 * 9 + 2 * 1, 2 * 12 + 2, 3)
    for i, y, x, c in np.ndindex(5, 9, 12, 3):
        value = images[i, y // 3, x // 3, c % channels]
        at = sheet[(i // 2) * 10 + y, (i % 2) * 14 + x, c]
        assert at == round(127.5 * (float(value) + 1))
    assert (sheet[-9:, 14:] == 255).all()  # where there is no sixth image


def test_bytes_and_their_floats_are_the_same_image() -> None:
    images = np.arange(256, dtype=np.uint8).reshape(1, 16, 16, 1)
    assert np.array_equal(pixels(images), pixels(images / np.float32(127.5) - 1))


def test_what_is_not_finite_is_seen() -> None:
    shown = pixels(np.array([np.nan, np.inf, -1, 1]).reshape(1, 1, 4, 1))[0, 0]
    assert shown[2:].tolist() == [[0] * 3, [255] * 3]
    assert shown[0].tolist() == shown[1].tolist() == [242, 190, 196]


def test_two_channels_are_refused() -> None:
    with pytest.raises(ValueError, match=r"1 or 3 channels.*\(2, 8, 8, 2\)"):
        figures.sample_grid({"a": noise(2, 8, 8, 2)})


@pytest.mark.parametrize(
    ("arms", "size", "scale"), [(1, 8, 12), (3, 28, 2), (4, 28, 3), (2, 64, 1)]
)
def test_saved_samples_are_not_resampled(tmp_path: Path, arms: int, size: int, scale: int) -> None:
    rows = {f"arm {i}": noise(8, size, size, 1) * (i + 1) / arms for i in range(arms)}
    picture = drawn(figures.sample_grid(rows), tmp_path / "samples.png")
    assert picture.shape[1] <= 2100
    for images in rows.values():
        assert holds(picture, mosaic(images, 8, scale))


def test_rows_have_their_names_before_them(tmp_path: Path) -> None:
    arms = {"real": noise(6, 28, 28, 1), "acgan": noise(6, 28, 28, 1)}
    names = ["cat", "sulphur-crested cockatoo", "eel"]
    figure = figures.sample_grid(arms, 2, dict.fromkeys(arms, names))
    written = [text.get_text() for text in figure.texts]
    assert written == [x for arm in arms for x in (arm, "cat", "sulphur-crested coc…", "eel")]
    figure.canvas.draw()  # pyright: ignore[reportAttributeAccessIssue]
    free = 0.0
    for arm, axes in enumerate(figure.axes):
        block = axes.get_window_extent()
        assert round(block.width) == mosaic(arms["acgan"], 2, 3).shape[1]  # 28 pixels, 3 times
        for row, text in enumerate(figure.texts[4 * arm + 1 : 4 * arm + 4]):
            extent = text.get_window_extent()
            assert free - 1 < extent.x0 < extent.x1 < block.x0
            # Rows are 3 * 28 high with 4 between them, from the top.
            assert abs((extent.y0 + extent.y1) / 2 - (block.y1 - 88 * row - 42)) < 8
        free = block.x1
    assert holds(drawn(figure, tmp_path / "rows.png"), mosaic(arms["acgan"], 2, 3))


def test_progress_has_a_cell_per_arm_and_moment(tmp_path: Path) -> None:
    a, b, c = noise(3, 4, 8, 8, 1)
    figure = figures.progress_grid({"x": [(100, a), (5000, b)], "y": [(5000, c)]})
    assert [text.get_text() for text in figure.texts] == [
        "generator steps",
        "100",
        "5,000",
        "x",
        "y",
    ]
    assert len(figure.axes) == 3  # y has no moment 100
    picture = drawn(figure, tmp_path / "progress.png")
    assert all(holds(picture, mosaic(images, 2, 8, (2, 2))) for images in (a, b, c))


def test_a_table_has_a_block_or_a_text_per_row_and_column(tmp_path: Path) -> None:
    a, b = noise(2, 4, 8, 8, 1)
    figure = figures.sample_table({"tanh": {"gan": a, "wgan": "diverged"}, "mlp": {"wgan": b}})
    names = ["gan", "wgan", "tanh", "mlp", "diverged"]
    assert [text.get_text() for text in figure.texts] == names
    picture = drawn(figure, tmp_path / "table.png")
    assert all(holds(picture, mosaic(images, 2, 8, (2, 2))) for images in (a, b))
    figure.canvas.draw()  # pyright: ignore[reportAttributeAccessIssue]
    of_a, of_b = (axes.get_window_extent() for axes in figure.axes)
    gan, wgan, tanh, mlp, diverged = (text.get_window_extent() for text in figure.texts)
    assert gan.x1 < of_b.x0 < wgan.x0 < wgan.x1 < of_b.x1
    assert of_b.x0 < diverged.x0 < diverged.x1 < of_b.x1
    assert of_a.y0 < tanh.y0 < diverged.y1 < of_a.y1
    assert of_b.y0 < mlp.y0 < mlp.y1 < of_b.y1 < of_a.y0
    assert figures.sample_table({"tanh": {"gan": "diverged"}}).axes == []


def test_interpolation_draws_lines_as_rows(tmp_path: Path) -> None:
    lines = noise(2, 5, 8, 8, 1)
    picture = drawn(figures.interpolation({"a": lines}), tmp_path / "lines.png")
    row = np.concatenate(list(pixels(lines[1])), axis=1).repeat(12, axis=0).repeat(12, axis=1)
    assert holds(picture, row)


def test_neighbors_are_paired(tmp_path: Path) -> None:
    samples, nearest = noise(2, 10, 8, 8, 1)
    figure = figures.nearest_neighbors(samples, nearest, np.linspace(0, 9, 10))
    assert [text.get_text() for text in figure.texts][:3] == ["0.00", "1.00", "2.00"]
    picture = drawn(figure, tmp_path / "pairs.png")
    for pair in zip(samples, nearest, strict=True):
        assert holds(picture, mosaic(np.stack(pair), 2, 12))
    with pytest.raises(ValueError, match="one entry per pair, got 10, 9 and 10"):
        figures.nearest_neighbors(samples, nearest[:9], np.zeros(10))
    with pytest.raises(ValueError, match="one entry per pair, got 10, 10 and 9"):
        figures.nearest_neighbors(samples, nearest, np.zeros(9))


STEPS = np.array([0, 100, 200, 300])
VALUES = np.array([[1.0, 2.0, 3.0, 4.0], [3.0, 4.0, np.nan, np.inf], [5.0, 6.0, 6.0, 8.0]])


def test_curves_are_means_and_bands_of_what_is_finite() -> None:
    axes = figures.line_plots({"gap": {"a": (STEPS, VALUES)}}).axes[0]
    mean, cross = axes.lines
    assert np.asarray(mean.get_ydata()).tolist() == [3.0, 4.0, 4.5, 6.0]  # by hand
    corners = {tuple(corner) for corner in axes.collections[0].get_paths()[0].vertices.tolist()}
    assert corners >= {(0, 1), (0, 5), (100, 2), (100, 6), (200, 3), (200, 6), (300, 4), (300, 8)}
    assert (cross.get_marker(), *cross.get_xydata()[0]) == ("x", 100, 4)  # where seed 1 ends


def test_one_seed_has_no_band() -> None:
    figure = figures.line_plots({"gap": {"a": (STEPS, VALUES[:1])}})
    assert not figure.axes[0].collections
    assert figure.get_supxlabel() == "One seed."


@pytest.mark.parametrize(
    "panel", [{}, {"a": (STEPS, np.full((3, 4), np.nan))}, {"a": (STEPS[:0], VALUES[:, :0])}]
)
def test_a_panel_without_finite_values_says_so(tmp_path: Path, panel: dict) -> None:
    figure = figures.line_plots({"gap": panel})
    assert [text.get_text() for text in figure.axes[0].texts] == ["not measured"]
    figures.save(figure, tmp_path / "empty.png")


def test_axes_are_logarithmic_where_that_is_asked_and_possible(tmp_path: Path) -> None:
    rising, falling = {"a": (STEPS, np.exp(VALUES[:1]))}, {"a": (STEPS, -VALUES[:1])}
    bound = {"a": (STEPS, np.exp(VALUES[:1]) * [[1.0], [-0.1]])}  # one seed is below 0
    panels = {"loss": rising, "gap": rising, "score": falling, "distance": rising, "bound": bound}
    figure = figures.line_plots(
        panels, log=list(panels)[1:], references={"gap": 0.1, "distance": -0.1}
    )
    scales = [axes.get_yscale() for axes in figure.axes[: len(panels)]]
    assert scales == ["linear", "log", "linear", "linear", "linear"]
    figures.save(figure, tmp_path / "log.png")


def test_whole_numbers_have_whole_ticks() -> None:
    layers = np.arange(1, 13)
    axes = figures.line_plots({"norm": {"a": (layers, layers[None] / 2)}}, x="layer").axes[0]
    assert all(tick == int(tick) for tick in axes.get_xticks())


def test_a_reference_is_a_named_line() -> None:
    panels = {"gap": {"a": (STEPS, VALUES)}, "loss": {"a": (STEPS, VALUES)}}
    with_it, without = figures.line_plots(panels, references={"gap": 2.5}).axes
    assert with_it.lines[-1].get_ydata() == [2.5, 2.5]
    assert [text.get_text() for text in with_it.texts] == ["a", "real"]
    assert [text.get_text() for text in without.texts] == ["a"]


def test_over_another_axis_than_steps_arms_are_dots_or_lines() -> None:
    curve = np.arange(3), np.ones((2, 3))
    panels = {"density": {"exact": curve, "a": curve}}
    dots = figures.line_plots(panels, x="x").axes[0]
    lines = figures.line_plots(panels, x="x", lines=True).axes[0]
    assert [line.get_marker() for line in dots.lines] == ["", "o"]
    assert [line.get_marker() for line in lines.lines] == ["", ""]


def test_values_with_names_are_ticks_and_lost_seeds_are_no_dots() -> None:
    curve = np.arange(2) + 0.1, np.array([[1.0, np.nan], [3.0, 5.0]])
    figure = figures.line_plots({"score": {"a": curve}}, x="setting", ticks=("A", "B"))
    axes = figure.axes[0]
    assert axes.get_xticks().tolist() == [0, 1]
    assert [text.get_text() for text in axes.get_xticklabels()] == ["A", "B"]
    assert axes.lines[0].get_xydata().tolist() == [[0.1, 2.0], [1.1, 5.0]]
    assert figure.get_supxlabel().endswith("Without seeds that diverge.")


def test_names_of_lines_that_end_together_stay_apart(tmp_path: Path) -> None:
    arms = {name: (STEPS, VALUES[:1] + i / 1e3) for i, name in enumerate("abcde")}
    figure = figures.line_plots({"gap": arms})
    figures.save(figure, tmp_path / "names.png")
    boxes = sorted((text.get_window_extent() for text in figure.axes[0].texts), key=lambda b: b.y0)
    assert all(below.y1 <= above.y0 for below, above in itertools.pairwise(boxes))


@settings(deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=6))
def test_apart_is_the_least_squares_optimum(heights: list[float]) -> None:
    least = 0.15
    moved = np.array(apart(heights, least))
    order = np.argsort(heights, kind="stable")
    assert (np.diff(moved[order]) >= least - 1e-9).all()
    assert moved.min() >= 0
    assert moved.max() <= 1 + 1e-9
    target = np.asarray(heights)[order]
    found = minimize(  # another solver, from a feasible start
        lambda x: ((x - target) ** 2).sum(),
        np.linspace(0, 1, len(target)) if len(target) > 1 else target,
        bounds=[(0, 1)] * len(target),
        constraints={"type": "ineq", "fun": lambda x: np.append(np.diff(x) - least, 0)},
        method="SLSQP",
    )
    assert ((moved[order] - target) ** 2).sum() <= found.fun + 1e-6


def test_density_shows_the_data_and_counts_what_is_outside() -> None:
    rng = np.random.default_rng(0)
    modes = np.array([[2.0, 1.0], [-2.0, -1.0]])
    real = np.repeat(modes, 500, axis=0) + rng.normal(0, 0.05, (1000, 2))
    far = np.concatenate([real[:50], np.full((30, 2), [1e6, 0]), np.full((20, 2), np.nan)])
    figure = figures.density(real, {"good": real, "far": far})
    texts = [text.get_text() for text in figure.texts]
    assert texts[:4] == ["good", "", "far", "50 % outside"]
    good, bad = figure.axes
    assert (good.get_xlim(), good.get_ylim()) == (bad.get_xlim(), bad.get_ylim())
    assert len(bad.collections[0].get_offsets()) == 50
    shade = np.asarray(good.images[0].get_array())
    y, x = np.unravel_index(shade[120:].argmax(), (120, 240))  # the upper half of the picture
    low, high = np.transpose([good.get_xlim(), good.get_ylim()])
    at = low + (np.array([x, y + 120]) + 0.5) / 240 * (high - low)
    assert np.abs(at - modes[0]).max() < 0.1


def test_centers_are_inside_and_ringed() -> None:
    points, centers = noise(50, 2), np.array([[0.0, 0.0], [5.0, 5.0]])
    axes = figures.density(points, {"a": points}, centers).axes[0]
    assert axes.get_xlim()[1] > 5
    assert np.array_equal(axes.collections[1].get_offsets(), centers)


@pytest.mark.parametrize(
    "draw",
    [
        figures.sample_grid,
        figures.sample_table,
        figures.progress_grid,
        figures.interpolation,
        figures.line_plots,
    ],
)
def test_nothing_to_draw_is_refused(draw) -> None:
    with pytest.raises(ValueError, match=f"{draw.__name__}: .* is empty; give"):
        draw({})


def test_a_plan_shows_its_masses_and_its_cost() -> None:
    # A half stays, a quarter moves by 1, a quarter by 2: 3 / 4 in all.
    plan = Plan(np.array([[0.5, 0.25, 0.25]]), np.array([0.0]), np.array([0.0, 1.0, 2.0]))
    figure = figures.transport_plans({"plan": plan})
    assert figure.texts[0].get_text() == "plan: cost 0.75"
    matrix, left, top = figure.axes
    assert [text.get_text() for text in matrix.texts] == ["50", "25", "25"]
    assert [bar.get_width() for bar in left.patches] == [-1.0]
    assert [bar.get_height() for bar in top.patches] == [0.5, 0.25, 0.25]
    with pytest.raises(ValueError, match="panels is empty"):
        figures.transport_plans({})


def test_density_without_arms_is_refused() -> None:
    with pytest.raises(ValueError, match="density: samples is empty; give"):
        figures.density(noise(4, 2), {})


def test_names_are_written_as_they_are(tmp_path: Path) -> None:
    figure = figures.sample_grid({"a$b_c$d": noise(4, 8, 8, 1)})
    assert not figure.texts[0].get_parse_math()
    figures.save(figure, tmp_path / "names.png")


def chunks(png: bytes) -> dict[str, bytes]:
    found, at = {}, 8
    while at < len(png):
        size, name = int.from_bytes(png[at : at + 4], "big"), png[at + 4 : at + 8].decode()
        found[name] = found.get(name, b"") + png[at + 8 : at + 8 + size]
        at += 12 + size
    return found


def test_saved_bytes_depend_only_on_the_figure(tmp_path: Path) -> None:
    panels = {"gap": {"a": (STEPS, VALUES)}}
    for name in ("one.png", "two.png"):
        figures.save(figures.line_plots(panels), tmp_path / name)
    one, two = ((tmp_path / name).read_bytes() for name in ("one.png", "two.png"))
    assert one == two
    assert set(chunks(one)) == {"IHDR", "pHYs", "IDAT", "IEND"}  # no date, no version


def test_nothing_global_is_touched() -> None:
    """Figures are drawn without pyplot and `rcParams`, which are global state."""
    for path in Path(figures.__file__ or "").parent.glob("*.py"):
        tree = list(ast.walk(ast.parse(path.read_text())))
        imported = {node.module for node in tree if isinstance(node, ast.ImportFrom)}
        imported |= {
            part.name for node in tree if isinstance(node, ast.Import) for part in node.names
        }
        assert not imported & {"matplotlib", "matplotlib.pyplot", "matplotlib.style"}, path


def test_successes_are_counted_and_tested(tmp_path: Path) -> None:
    # Oracle: counts by hand; two of two discordant ones have the two-sided p-value 1/2.
    scores = {"gan": np.array([5.0, 1.0, 1.0, np.nan]), "wgan": np.array([5.0, 5.0, 1.0, 5.0])}
    figure = figures.successes(scores, (2.0, 4.0), "score")
    widths = [bar.get_width() for bar in figure.axes[0].patches]
    assert widths == 2 * [2, 1, 1, 0]  # only wgan, both, neither, only gan
    assert [text.get_text() for text in figure.axes[0].texts][-1] == "p = 0.5"
    assert drawn(figure, tmp_path / "a.png").ndim == 3
    with pytest.raises(ValueError, match="got 1 arms and 1 thresholds"):
        figures.successes({"gan": scores["gan"]}, (2.0,))


def test_texts_are_shown_as_they_are(tmp_path: Path) -> None:
    texts = {"real": ["the cat $"], "gan": ["xxxx", "yyyy"]}
    figure = figures.text_blocks(texts)
    shown = [text.get_text() for text in figure.texts]
    assert shown == ["real", "|the cat $|", "gan", "|xxxx|", "|yyyy|"]
    assert drawn(figure, tmp_path / "a.png").ndim == 3
    with pytest.raises(ValueError, match="texts is empty"):
        figures.text_blocks({})
