"""Where a function ends at the point: compared with its domain as a textbook has it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import chainrule
from chainrule import Graph
from chainrule.passes.kinks import corners, ends
from tests.counted import growth

# The sides on which there is no value, by hand.
ENDS: list[tuple[str, dict[str, Any], dict[str, str]]] = [
    ("sqrt(x)", {"x": 0}, {"x": "left"}),
    ("sqrt(-x)", {"x": 0}, {"x": "right"}),
    ("sqrt(x)^3 + 1", {"x": 0}, {"x": "left"}),
    ("x^1.5", {"x": 0}, {"x": "left"}),
    ("sqrt(-x^2)", {"x": 0}, {"x": "both"}),
    ("sqrt(x - y)", {"x": 1, "y": 1}, {"x": "left", "y": "right"}),
    ("log2(x)^x", {"x": 1}, {"x": "left"}),
    ("asin(x) y", {"x": 1, "y": 2}, {"x": "right"}),
    ("asin(x)", {"x": -1}, {"x": "left"}),
    ("acosh(x)^2", {"x": 1}, {"x": "left"}),
    ("acos(2x - 1)", {"x": 0}, {"x": "left"}),
    ("x^y", {"x": -2, "y": 2}, {"y": "both"}),
    ("(-2)^x", {"x": 2}, {"x": "both"}),
    ("u = sqrt(x); f = 1 + u^3 + y", {"x": 0, "y": 0}, {"x": "left"}),
    # These do not end there.
    ("sqrt(x^2)", {"x": 0}, {}),
    ("sqrt(x)", {"x": "1e-25"}, {}),
    ("x^y", {"x": 0, "y": 2}, {}),
    ("x^2", {"x": -2}, {}),
    ("x^x", {"x": 1}, {}),
    ("ln x", {"x": 1}, {}),
    ("asin(sin x)", {"x": "1.5"}, {}),
    ("acos(cos x)", {"x": 0}, {}),
    ("root(x, 3)", {"x": -8}, {}),
    ("max(0, x) + |x|", {"x": 0}, {}),
    # Here is no value at all.
    ("ln x", {"x": 0}, {}),
    ("sqrt(x)", {"x": -1}, {}),
]


def sides(graph: Graph, point: dict[str, Any], zoom: Any) -> dict[str, str]:
    run = graph.work(point, zoom=zoom).run
    return {
        run.graph.names[end.entry]: "both"
        if end.left and end.right
        else "left"
        if end.left
        else "right"
        for end in ends(run.fine, run.output, [(node,) for node in run.graph.inputs])
    }


@pytest.mark.parametrize("zoom", ["primitive", "step", "named"])
@pytest.mark.parametrize(("formula", "point", "wanted"), ENDS)
def test_a_function_ends_where_its_domain_does(
    formula: str, point: dict[str, Any], wanted: dict[str, str], zoom: Any
) -> None:
    assert sides(chainrule.parse(formula), point, zoom) == wanted


def test_the_table_says_it_and_from_which_side_the_derivative_is() -> None:
    table = " ".join(chainrule.parse("log2(x)^x").table({"x": 1}).text().split())
    assert "border (x): f does not exist for x < 1 near this point." in table
    assert "The derivative is the one from the right." in table
    # An infinite slope is none from any side.
    table = " ".join(chainrule.parse("sqrt(x)").table({"x": 0}).text().split())
    assert "f does not exist for x < 0 near this point." in table and "from the" not in table
    table = " ".join(chainrule.parse("g = x^y").table({"x": -2, "y": 2}, "forward").text().split())
    assert "Near this point g exists for y = 2 only." in table


@pytest.mark.parametrize("format", ["text", "html", "latex", "markdown", "typst", "json"])
def test_every_format_has_it(format: str) -> None:
    written = chainrule.parse("x^1.5").table({"x": 0}).to(format)
    assert "does not exist for x" in written


def test_a_fold_names_the_kinks_it_stands_at() -> None:
    run = chainrule.parse("relu(x - 1) + |x|").work({"x": 0}, zoom="named").run
    assert [op.name for op, _ in corners(run.fine, run.output)] == ["abs"]
    run = chainrule.parse("relu(x) + |x|").work({"x": 0}, zoom="named").run
    assert [op.name for op, _ in corners(run.fine, run.output)] == ["relu", "abs"]


def test_in_a_tree_all_copies_of_an_input_move() -> None:
    # x·x is positive on both sides; half of it alone would not be.
    table = chainrule.parse("x sqrt(x x)^3").work({"x": 0}, as_tree=True).table().text()
    assert "does not exist" not in table
    table = chainrule.parse("x sqrt(x + x)^3").work({"x": 0}, as_tree=True).table().text()
    assert "f does not exist for x < 0 near this point." in " ".join(table.split())


def test_looking_for_the_ends_of_a_wide_fold_grows_with_its_width() -> None:
    def work(width: int) -> Callable[[], object]:
        graph = chainrule.parse("y = " + "+".join(f"x_{i}" for i in range(width)) + "\nz = y^2")
        at = graph.work(dict.fromkeys(graph.variables, 1), zoom="named").run
        return lambda: ends(at.fine, at.output, [[at.graph.inputs[0]]])

    assert growth(work, 100, 4) <= 5


@pytest.mark.parametrize(
    ("formula", "x", "slope"),
    [
        ("norm(x)^2", [0, 0], [0, 0]),
        ("norm(x)^3 + 2x[1]", [0, 0], [0, 2]),
        ("norm(x) x[0]", [0, 0], [0, 0]),
        ("norm(x)^2", [3, 4], [6, 8]),
        ("norm(x) + 1", [0, 0], None),
    ],
)
@pytest.mark.parametrize("mode", ["forward", "reverse"])
def test_a_zero_takes_a_slope_away_that_is_bounded_beside_the_point(
    formula: str, x: list[int], slope: list[int] | None, mode: str
) -> None:
    # ‖x‖² = x₁² + x₂²: of the norm alone, the slopes around 0 are bounded and differ.
    graph = chainrule.parse(f"x: 2; {formula}")
    if mode == "reverse":
        number = graph.reverse({"x": x}).run.derivative(0)
        found = None if number.undefined else [float(entry) for entry in number.shown.data]
        assert found == slope
        return
    for i, seed in enumerate(([1, 0], [0, 1])):
        run = graph.forward({"x": x}, direction={"x": seed}).run
        number = run.derivative(run.output)
        assert (None if number.undefined else float(number.shown.data)) == (slope and slope[i])


@pytest.mark.parametrize(("formula", "slope"), [("relu(x) x", 0), ("|x|^2", 0), ("|x| + x", None)])
def test_so_it_is_at_a_kink_without_a_convention(formula: str, slope: int | None) -> None:
    run = chainrule.parse(formula, kink="undefined").reverse({"x": 0}).run
    number = run.derivative(0)
    assert (None if number.undefined else number.shown) == slope


# By hand: on the side where all operands exist the smallest one is followed.
ONE_SIDE = [
    ("log(min(max(x, 1/2), sqrt(x^2), asin(x + 1/2)))", "1/2", 2.0),  # ln x up to 1/2
    ("min(x, 2x, 1 + sqrt(-x))", "0", 2.0),  # 2x up to 0
    ("max(x, -x, sqrt(x) - 1)", "0", 1.0),  # x from 0 on
    ("min(max(x, 1), |x|)", "1", 1.0),  # x on both sides
]


@pytest.mark.parametrize(("formula", "point", "slope"), ONE_SIDE)
def test_where_a_function_ends_at_a_kink_it_has_the_slope_of_its_side(
    formula: str, point: str, slope: float
) -> None:
    graph = chainrule.parse(formula)
    assert graph.gradient({"x": point}) == {"x": slope}
    assert graph.jacobian({"x": point})["f"]["x"] == slope
    assert "left slope" not in graph.work({"x": point}).table().text()


def test_the_table_says_the_slope_of_the_only_side_with_a_value() -> None:
    # arcosh 0 does not exist, so f is 3z² up to 0 and nothing beyond it: from the left 0.
    graph = chainrule.parse("f = where(z > 0, acosh(0z), 3z^2)")
    assert graph.gradient({"z": 0}) == {"z": 0}
    remarks = [line for line in graph.work({"z": 0}).table().text().splitlines() if "side" in line]
    assert len(remarks) == 1 and "the derivative by z is 0" in remarks[0]
    jump = chainrule.parse("f = where(z > 0, 1, 3z^2)")
    assert "on every side" not in jump.work({"z": 0}).table().text().lower()
