"""The page of slips is what its script writes, and its numbers are right by other routes."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import mpmath
import pytest

from docs import lecture_slips
from docs.lecture_slips import Slip, number, page, right_as_printed, slips

ROOT = Path(__file__).resolve().parents[2]
GOLDEN: Mapping[str, Any] = json.loads((ROOT / "tests/data/golden_tables.json").read_text("utf-8"))
FOUND = slips()


# Double precision is shown as long as it is right to 1e-9: what saturated functions give.
PROMISED = 1e-9


def same(got: float, expected: Any, rel: float = 1e-12) -> None:
    assert got == pytest.approx(float(expected), rel=rel, abs=1e-300)


def sigma(a: Any) -> Any:
    return 1 / (1 + mpmath.exp(-a))


def test_the_page_is_what_the_script_writes() -> None:
    assert (ROOT / "docs/lecture-slips.md").read_text("utf-8") == page(FOUND)


@pytest.mark.parametrize("slip", GOLDEN["slips"], ids=lambda slip: slip["id"])
def test_numbers_of_the_golden_data(slip: Mapping[str, str]) -> None:
    known = FOUND[slip["id"]].numbers.values()
    stated = re.findall(r"(?<![\d.])-?\d\.\d{12,}", slip["right"] + slip["proof"])
    for text in stated:
        assert any(got == pytest.approx(float(text), rel=1e-12) for got in known), text
    assert stated or slip["id"] in ("S2", "S8", "S10", "S11", "S12", "S13")


def test_every_slip_is_there_with_numbers() -> None:
    assert [*FOUND] == [*(slip["id"] for slip in GOLDEN["slips"]), "C1", "C2", "C3", "C4"]
    for slip in FOUND.values():
        gaps = set(re.findall(r"{(\w+)}", slip.shown))
        assert gaps == slip.numbers.keys(), slip.title


# What the golden data has no number for.


def check(key: str, expected: Mapping[str, Any]) -> None:
    for name, value in expected.items():
        same(FOUND[key].numbers[name], value)


def test_the_table() -> None:
    rows = {row["node"]: row for row in GOLDEN["d_forward_backward_table"]["rows"]}
    check("S2", {name: rows[name]["tangent d(node)/dW"] for name in ("xi4", "xi5", "L")})
    check("S4", {"tangent": -3})
    partials = [rows[n]["local_partial"] for n in ("L", "xi5", "xi4", "xi3", "xi2", "xi1")]
    check("S5", {f"f{count}": partial for count, partial in enumerate(partials, 1)})


@mpmath.workdps(50)
def test_walking_uphill() -> None:
    slope = -3 / (1 + mpmath.exp(9))
    for name, w in (("before", 3), ("down", 3 - 1000 * slope), ("up", 3 + 1000 * slope)):
        same(FOUND["S3"].numbers[name], -mpmath.log(sigma(3 * w)), PROMISED)


THETA = [mpmath.mpf(n) for n in ("0.25", "-0.75", "1.5")]
X = [mpmath.mpf(n) for n in ("1", "0.5", "-1.25")]


def a_of(theta: list[Any]) -> Any:
    return sum(t * x for t, x in zip(theta, X, strict=True))


@mpmath.workdps(50)
def test_steps_of_the_neuron() -> None:
    y = sigma(a_of(THETA))
    check("S8", {"J": mpmath.log(y), "before": y})
    gradient = [(y - 1) * x for x in X]
    down, up = (
        [t - rate * g for t, g in zip(THETA, gradient, strict=True)] for rate in (0.5, -0.5)
    )
    check("S8", {"down": sigma(a_of(down)), "up": sigma(a_of(up))})
    scaled = [g / 2 for g in gradient]
    check("C1", {"before": -mpmath.log(y), "right": -mpmath.log(sigma(a_of(down)))})
    check("C1", {"printed": -mpmath.log(sigma(a_of(scaled))), "none": mpmath.log(2)})
    check("C1", {"theta2": down[2], "wrong2": scaled[2]})


def test_the_seed() -> None:
    right = GOLDEN["a_simple_example"]["points"][0]["dJ/dx"]
    check("S10", {"zero": 0, "one": right})
    check("S9", {"right": right})


@mpmath.workdps(50)
def test_batches() -> None:
    losses = [mpmath.log1p(mpmath.exp(-a)) for a in range(-2, 4)]
    check("S11", {"L": sum(losses), "mean": sum(losses) / 3})
    check("S11", {f"b{k}": losses[2 * k - 2] + losses[2 * k - 1] for k in (1, 2, 3)})


def test_the_bias_unit() -> None:
    point = GOLDEN["c_neural_network_2_2_1"]["points"][0]
    b, beta0 = mpmath.mpf(point["values"]["b"]), mpmath.mpf(point["beta"][0])
    check("S12", {"right": b, "half": b - beta0 / 2})


@mpmath.workdps(50)
def test_the_jump() -> None:
    for name, k in (("k1", 1), ("k2", 1000), ("k3", 10**6)):
        check("S13", {name: 1 - sigma(k * mpmath.mpf("1e-9"))})


def test_the_output_layer() -> None:
    # By hand: 0.5 − 0.75 + 0.125 and −0.5 + 1.5 + 0.5, with z₁ = 0.75.
    check("C2", {"right0": -0.125, "right1": 1.5, "printed0": -0.125, "printed1": -0.125})
    check("C2", {"slope": 0.75})


@mpmath.workdps(50)
def test_the_loop() -> None:
    def loss(w: Any) -> Any:
        return sum(mpmath.log1p(mpmath.exp(-w * x)) for x in (1, 2, -1))

    slopes = [-x * sigma(-x / mpmath.mpf(2)) for x in (1, 2, -1)]
    half = mpmath.mpf("0.5")
    check("C3", {f"d{i}": slope for i, slope in enumerate(slopes, 1)} | {"total": sum(slopes)})
    check("C3", {"before": loss(half), "after": loss(half - sum(slopes) / 2)})
    check("C3", {"last": loss(half - slopes[-1] / 2)})


@mpmath.workdps(50)
def test_the_curvature() -> None:
    def loss(a: Any) -> Any:
        return mpmath.log1p(mpmath.exp(-a))

    for a in (0, 2, 10, 20):
        same(FOUND["C4"].numbers[f"c{a}"], mpmath.diff(loss, a, 2), PROMISED)
    same(FOUND["C4"].numbers["t2"], mpmath.diff(loss, 2, 3))


@mpmath.workdps(50)
def test_what_is_right_as_printed() -> None:
    y = sigma(-2)
    expected = {
        **{"low": 0, "high": 1, "slope": mpmath.mpf(-4) / 3, "sigmoid": y * (1 - y)},
        **{"zero": 1 - y, "one": y},
    }
    for name, got in right_as_printed().items():
        same(got, expected.pop(name))
    assert not expected


@pytest.mark.parametrize(
    ("value", "text"),
    [(1.0, "1"), (-4 / 3, "−1.3333333"), (2.0611536e-9, "2.0611536·10⁻⁹"), (3e12, "3·10¹²")],
)
def test_numbers_as_written(value: float, text: str) -> None:
    assert number(value) == text


def test_a_slip_without_its_number_cannot_be_written() -> None:
    with pytest.raises(KeyError):
        Slip("", "", "", "", "", "{missing}", {"other": 1.0}).markdown("S0")


def test_only_public_names() -> None:
    source = Path(str(lecture_slips.__file__)).read_text("utf-8")
    assert re.findall(r"^ *(?:from|import) chainrule.*$", source, re.MULTILINE) == [
        "import chainrule  # noqa: E402"
    ]
