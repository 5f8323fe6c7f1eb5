"""The lessons about networks: their numbers by other routes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
import pytest

from tests.examples.test_lessons import ROOT, run, same

assert run  # the fixture that runs a lesson

Run = Callable[[str], dict[str, Any]]
GOLDEN: Mapping[str, Any] = json.loads(
    Path(ROOT / "tests/data/golden_tables.json").read_text("utf-8")
)


def drawn() -> tuple[Any, Any]:
    """The points about 2x + 1 of seed 0, drawn again."""
    random = np.random.default_rng(0)
    x = random.uniform(-2, 2, (40, 1))
    return x[:, 0], (2 * x + 1 + 0.3 * random.standard_normal((40, 1)))[:, 0]


def sigma(a: Any) -> Any:
    return 1 / (1 + np.exp(-a))


def test_fitting_a_line(run: Run) -> None:
    lesson = run("08")
    x, t = lesson["points"].x[:, 0], lesson["points"].t[:, 0]
    slope, height = np.polyfit(x, t, 1)
    same(lesson["best_w"], slope, 1e-9)
    same(lesson["best_b"], height, 1e-9)
    w = b = 0.0
    for loss in lesson["losses"]:
        error = w * x + b - t
        same(loss, (error**2).mean(), 1e-10)
        w, b = w - 0.2 * (error * x).mean(), b - 0.2 * error.mean()
    a = np.array([[1, 1], [2, 1], [3, 1]])
    best = np.linalg.lstsq(a, np.array([2, 3, 5]), rcond=None)[0]
    np.testing.assert_allclose([lesson["newton"]["w"], lesson["newton"]["b"]], best, rtol=1e-12)
    assert f"{lesson['closed'].rows[-1][1]:.9f}" == f"{np.polyfit(*drawn(), 1)[0]:.9f}"


def test_yes_or_no(run: Run) -> None:
    lesson = run("09")
    raw, t = lesson["students"].x, lesson["students"].t[:, 0]
    x = (raw - raw.mean(axis=0)) / raw.std(axis=0)
    w, b = np.zeros(2), 0.0
    for loss in lesson["losses"]:
        a = x @ w + b
        same(loss, np.mean(np.logaddexp(0, a) - t * a), 1e-9)
        w, b = w - (sigma(a) - t) @ x / len(t), b - (sigma(a) - t).mean()
    np.testing.assert_allclose(lesson["answers"], sigma(x @ w + b), rtol=1e-8)
    with mpmath.workdps(40):
        y = 1 / (1 + mpmath.exp(8))
        same(lesson["squared"]["adjoint:a"], 2 * (y - 1) * y * (1 - y))
        same(lesson["entropy"]["adjoint:a"], y - 1)
        for loss in ("mse", "bce"):
            v, bias = mpmath.mpf(-8), mpmath.mpf(0)
            for _ in range(100):
                y = 1 / (1 + mpmath.exp(-v - bias))
                slope = 2 * (y - 1) * y * (1 - y) if loss == "mse" else y - 1
                v, bias = v - slope / 2, bias - slope / 2
            same(lesson["ends"][loss], 1 / (1 + mpmath.exp(-v - bias)), 1e-9)


def test_the_network_is_that_of_the_lecture(run: Run) -> None:
    lesson = run("10")
    golden = GOLDEN["c_neural_network_2_2_1"]["points"][0]
    layers, numbers = lesson["layers"], lesson["numbers"]
    for letter, size in (("a", 2), ("z", 2)):
        for k in range(size):
            value = layers[f"value:{'h1' if letter == 'z' else 'a1'}"][k]
            same(value, golden["values"][f"{letter}{k + 1}"], 1e-14)
    places = {
        **{f"alpha{j}{i}": ("W1", (j - 1, i - 1)) for j in (1, 2) for i in (1, 2)},
        **{f"alpha{j}0": ("b1", (j - 1,)) for j in (1, 2)},
        **{f"beta{j}": ("W2", (0, j - 1)) for j in (1, 2)},
        "beta0": ("b2", (0,)),
        **{f"x{i}": ("x", (i - 1,)) for i in (1, 2)},
    }
    for name, (tensor, place) in places.items():
        expected = -float(golden["adjoints_of_J"][name])
        same(layers[f"adjoint:{tensor}"][place], expected, 1e-14)
        digits = "".join(str(i + 1) for i in place)
        entry = f"{tensor}{digits}" if tensor == "x" else f"{tensor}_{digits}"
        same(numbers[f"adjoint:{entry}"], expected, 1e-14)


def test_how_to_begin(run: Run) -> None:
    lesson = run("11")
    with mpmath.workdps(40):

        def chain(z: Any) -> Any:
            for _ in range(10):
                z = 1 / (1 + mpmath.exp(-z))
            return z

        same(lesson["worked"]["adjoint:x"], mpmath.diff(chain, 1), 1e-12)

        def last(w: Any, x1: Any) -> Any:
            h = mpmath.mpf(0)
            for x in (x1, mpmath.mpf("0.5"), mpmath.mpf("-0.5")):
                h = mpmath.tanh(w * h + x)
            return h

        point = (mpmath.mpf("0.5"), mpmath.mpf(1))
        same(lesson["unrolled"]["adjoint:w"], mpmath.diff(last, point, (1, 0)))
        same(lesson["unrolled"]["adjoint:x1"], mpmath.diff(last, point, (0, 1)))


def test_steps_and_batches(run: Run) -> None:
    lesson = run("12")
    for found, near in zip(lesson["minima"], (-1.3, 1.1), strict=True):
        same(found, mpmath.findroot(lambda x: 4 * x**3 - 6 * x + 1, near))
    x, y, v = -1.2, 1.0, np.zeros(2)
    for _ in range(400):
        g = np.array([-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)])
        v = 0.9 * v + g
        x, y = x - 0.001 * v[0], y - 0.001 * v[1]
    same(lesson["reached"]["momentum"], (1 - x) ** 2 + 100 * (y - x * x) ** 2, 1e-6)


def test_overfitting(run: Run) -> None:
    lesson = run("13")
    p = lesson["point"]
    w, b, v = p["W1"][:, 0], p["b1"], p["W2"][0]
    h = np.tanh(0.5 * w + b)
    mask = np.array([0, 2, 0, 2])
    error = v @ (mask * h) + p["b2"][0] - 1
    np.testing.assert_allclose(
        lesson["slope"], 2 * error * v * mask * (1 - h**2) * 0.5, rtol=1e-12, atol=1e-15
    )


def test_pictures(run: Run) -> None:
    lesson = run("14")
    picture, kernel = np.array(lesson["picture"]), np.array(lesson["kernel"])
    windows = np.lib.stride_tricks.sliding_window_view(picture, (3, 3))
    np.testing.assert_array_equal(
        lesson["worked"]["value:C"], np.einsum("rcij,ij->rc", windows, kernel)
    )
    np.testing.assert_array_equal(lesson["worked"]["adjoint:K"], windows.sum(axis=(0, 1)))
    back = np.zeros((5, 5))
    for row in range(3):
        for column in range(3):
            back[row : row + 3, column : column + 3] += kernel
    np.testing.assert_array_equal(lesson["worked"]["adjoint:X"], back)
    x = 3.0
    for _ in range(200):
        x -= 0.1 * 2 * sigma(2 * x - 1)
    same(lesson["x"], x, 1e-9)


@pytest.mark.parametrize("text", ["1e-06", "1e+06", "0.01", "-4", "2.5e-05"])
def test_numbers_at_the_axes(text: str) -> None:
    from examples.curves import _number

    shown = {"1e-06": "10⁻⁶", "1e+06": "10⁶", "0.01": "0.01", "-4": "−4", "2.5e-05": "2.5·10⁻⁵"}
    assert _number(float(text)) == shown[text]


def test_formulas_that_learn(run: Run) -> None:
    lesson = run("15")
    found = lesson["found"]
    seconds = np.array(lesson["seconds"])
    y = found["A"] * np.exp(-found["d"] * seconds) * np.cos(found["w"] * seconds + found["f"])
    np.testing.assert_allclose(y, lesson["seen"], atol=1e-6)
    w, x = lesson["start"], np.array(lesson["x"])
    first = np.tanh(x @ w["W1"].T + w["b1"]) @ w["W2"].T + w["b2"]
    same(lesson["pairs"][0][1], np.mean((first[:, 0] - lesson["t"]) ** 2), 1e-12)
    p = lesson["run"].parameters
    right = 0
    for sequence, bit in zip(lesson["sequences"], lesson["first"], strict=True):
        h = c = np.zeros(6)
        for row in sequence:
            a = {g: p[f"U{g}1"] @ row + p[f"V{g}1"] @ h + p[f"b{g}1"] for g in "ifgo"}
            c = sigma(a["f"]) * c + sigma(a["i"]) * np.tanh(a["g"])
            h = sigma(a["o"]) * np.tanh(c)
        right += bool((p["W2"] @ h + p["b2"])[0] > 0) == bool(bit)
    assert lesson["run"].accuracy() == right / 64
