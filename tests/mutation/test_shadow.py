"""Double precision and its shadow: when more digits are taken, and what is shown of a number."""

from __future__ import annotations

import math
import re
from fractions import Fraction
from typing import Any

import mpmath
import pytest

import chainrule
from chainrule.algebras.digits import digits_algebra
from chainrule.algebras.undefined import Undefined
from chainrule.graph.builder import Builder
from chainrule.passes.doubt import Cancelling, differ
from chainrule.passes.run import Number, Run, merged

NOTHING = Undefined("log", "a positive operand")
DIGITS = digits_algebra(50)
NUMBER = DIGITS.number


def run(text: str, point: dict[str, Any], level: Any = None, **options: Any) -> Run:
    graph = chainrule.parse(text, declared=point)
    at = graph.at(point)
    if level is not None:
        small = graph.zoom(level)
        at = {small.index[graph.names[n]]: v for n, v in at.items()}
        graph = small
    return Run(graph, at, **options)


def output(made: Run) -> Number:
    return made.value(made.output)


def slope(made: Run, name: str) -> Number:
    return made.derivative(made.graph.index[name])


# Two numbers, one cell


@pytest.mark.parametrize(
    ("double", "digits", "expected"),
    [
        (1.0, "1", False),
        (1.0, "1.0000000009", False),
        (1.0, "1.0000000011", True),
        (1.0, "0.9999999989", True),
        (-1.0, "-1.0000000011", True),
        (-1.0, "1", True),
        (0.0, "0", False),
        (0.0, "1e-300", True),
        (1e-300, "0", True),
        (1e-16, "0", True),
        (1e-300, "1e-300", False),
        (1.0000000009e-295, "1e-295", False),
        (1.000000002e-295, "1e-295", True),
        (1e-310, "1e-310", False),
        (1e-310, "2e-310", True),
        (math.inf, "1e400", True),
        (math.inf, "inf", False),
        (math.inf, "-inf", True),
        (1e308, "1e309", True),
        (math.nan, "1", True),
        (math.nan, "nan", False),
        (1.0, "nan", True),
    ],
)
def test_when_double_precision_is_wrong(double: float, digits: str, expected: bool) -> None:
    finite = digits[-1].isdigit()
    number = NUMBER(Fraction(digits)) if finite else NUMBER(Fraction(1)) * float(digits)
    assert differ(double, number) is expected
    beyond = digits.lstrip("-") == "inf"
    assert merged(double, number).flagged is (expected or beyond)


def test_what_a_cell_shows() -> None:
    fine = NUMBER(Fraction(1, 3))
    assert merged(1 / 3, fine) == (1 / 3, fine, 1 / 3, False)
    assert merged(0.5, fine) == (fine, fine, 0.5, True)
    assert merged(0.5, NOTHING) == (NOTHING, NOTHING, 0.5, False)
    assert merged(NOTHING, fine) == (fine, fine, NOTHING, True)
    assert merged(NOTHING, NOTHING).flagged is False
    assert merged(1 / 3, fine).all_digits() == (fine, fine, 1 / 3, False)
    assert merged(0.5, NOTHING).undefined is NOTHING
    assert merged(0.5, fine).undefined is None


def test_what_is_left_where_all_digits_cancel_is_zero() -> None:
    third = NUMBER(Fraction(1, 3))
    sums = Cancelling(DIGITS, {})
    assert sums.add(0, third) == third
    assert sums.add(0, -third + NUMBER(Fraction(1, 10**48))) == 0
    assert sums.entries[0] == 0
    # What is small from the start, or far above the last digits, is kept.
    assert sums.add(1, NUMBER(Fraction(1, 10**60))) != 0
    assert sums.add(2, third) == third
    kept = sums.add(2, -third + NUMBER(Fraction(1, 10**40)))
    assert abs(kept - NUMBER(Fraction(1, 10**40))) < NUMBER(Fraction(1, 10**48))
    assert sums.add(2, third) > 0
    assert sums.add(3, NOTHING) is NOTHING
    # The largest amount so far is what counts, also that of an earlier one.
    sums.add(4, NUMBER(Fraction(10**30)))
    sums.add(4, NUMBER(Fraction(-(10**30)) + Fraction(1, 10**10)))
    assert sums.add(4, NUMBER(Fraction(-1, 10**10) + Fraction(1, 10**18))) == 0


# More digits where there is doubt

HARD = [
    # text, point, digits that suffice, value, slope by x
    ("sqrt(x^2+1)-x", "1e40", "5e-41", "-5e-81"),
    ("(1-cos(x))/x^2", "1e-30", "1/2", "-1e-30/12"),
    ("(1-cos(x))/x^2", "1e-120", "1/2", "-1e-120/12"),
    ("tanh(x)-1", "50", "-2*exp(-100)", "4*exp(-100)"),
    ("1/(1+exp(-x))-1", "60", "-exp(-60)", "exp(-60)"),
    ("exp(exp(x))", "10", "exp(exp(10))", "exp(10)*exp(exp(10))"),
    ("exp(-x)", "800", "exp(-800)", "-exp(-800)"),
    ("exp(x)/exp(x)", "1000", "1", "0"),
    ("sin(pi*x)", "1", "0", "-pi"),
    ("cos(x)^2+sin(x)^2-1", "1/3", "0", "0"),
    ("exp(x)*exp(-x)-1", "1/3", "0", "0"),
    ("sin(x)", "1e22", "sin(10**22)", "cos(10**22)"),
    ("log(x)-log(x+1e-60)", "1", "-1e-60", "1e-60"),
    ("(exp(x)+1e-100)-exp(x)", "1", "1e-100", "0"),
    ("x*(1e200+x-1e200)", "3", "9", "6"),
    # The slopes y(1 − y) and 1 − y² are 0 with 50 digits.
    ("sigmoid(x)", "200", "1/(1+exp(-200))", "exp(-200)"),
    ("tanh(x)", "150", "1-2*exp(-300)", "4*exp(-300)"),
    # With 100 digits there is no logarithm yet, with 200 there is.
    ("log(1-tanh(x))", "200", "log(2)-400", "-2"),
]


@pytest.mark.parametrize("level", ["primitive", "step", "named"])
@pytest.mark.parametrize(
    ("text", "x", "value", "by"), HARD, ids=[f"{h[0]} at {h[1]}" for h in HARD]
)
@pytest.mark.parametrize("mode", ["reverse", "forward"])
def test_hard_points(text: str, x: str, value: str, by: str, mode: Any, level: Any) -> None:
    made = run(text, {"x": x}, level, mode=mode)
    with mpmath.workdps(60):
        names = {n: getattr(mpmath, n) for n in ("exp", "log", "sin", "cos", "pi")}
        known = [mpmath.mpf(eval(_exact(t), names | {"mpf": mpmath.mpf})) for t in (value, by)]
    last = slope(made, "x") if mode == "reverse" else made.derivative(made.output)
    for number, want in zip((output(made), last), known, strict=True):
        assert abs(number.digits - want) <= abs(want) * mpmath.mpf("1e-18")
        rough = number.double
        wrong = type(rough) is Undefined or not abs(rough - want) <= abs(want) * 1e-9
        assert number.flagged == wrong
        assert number.shown == (number.digits if wrong else rough)


def _exact(text: str) -> str:
    """Return a formula for eval with its decimals exact to many digits."""
    return re.sub(r"(?<![\w.])(\d+(?:e-?\d+)?)(?![\w.])", r"mpf('\1')", text)


def test_where_nothing_is_doubtful_fifty_digits_are_taken() -> None:
    assert run("sin(x)", {"x": "1e22"}).fine_digits == 50
    assert run("x - y", {"x": "1e-300", "y": "-1e-300"}).fine_digits == 50
    assert run("(1-cos(x))/x^2", {"x": "1e-120"}).fine_digits == 800
    # What is known exactly needs no more digits, whatever double precision makes of it.
    assert run("(x+y)-x", {"x": 1, "y": "1e-900"}).fine_digits == 50
    assert run("x/3*3-x", {"x": "0.1"}).fine_digits == 50
    # A slope that is known to be 0 is no reason for doubt.
    assert run("x^2", {"x": 0}).fine_digits == 50
    # Digits are doubled until nothing changes any more, and no longer.
    assert run("exp(-x)", {"x": 800}).fine_digits == 100
    assert run("tanh(x)-1", {"x": 50}).fine_digits == 200
    assert run("x^2", {"x": 3}, digits=60).fine_digits == 75
    assert run("x^2", {"x": 3}, digits=20).fine_digits == 50


def test_what_is_known_exactly_is_not_lost_to_fifty_digits() -> None:
    number = output(run("exp(y)*((x+1e-900)-x)", {"x": 1, "y": 1}))
    want = DIGITS.maths.exp(NUMBER(Fraction(1))) * NUMBER(Fraction(1, 10**900))
    assert abs(number.digits - want) <= want * NUMBER(Fraction(1, 10**18))
    assert number.flagged and number.double == 0


def test_a_kink_is_met_where_digits_alone_do_not_tell() -> None:
    for text in ("relu(sin(pi*x))", "relu(cos(pi*x/2))"):
        made = run(text, {"x": 1}, "primitive")
        assert output(made).shown == 0
        assert [made.graph.ops[n].name for n in made.kinks] == ["relu"]
        (sides,) = made.sides.values()
        assert sides.left < -1.5 and sides.right == 0
    made = run("abs(sqrt(x)^2-2)", {"x": 2}, "primitive")
    (sides,) = made.sides.values()
    assert (sides.left, sides.right) == (-1, 1)
    made = run("abs(sqrt(x)^2-2)", {"x": 2}, "named")
    (sides,) = made.sides.values()
    assert (sides.left, sides.right) == (-1, 1)
    assert made.kinks == (made.output,)


def test_a_pole_is_met_where_digits_alone_do_not_tell() -> None:
    for text, op in (("log(sin(pi*x))", "log"), ("1/sin(pi*x)", "div")):
        made = run(text, {"x": 1}, "primitive")
        number = output(made)
        assert type(number.shown) is Undefined and number.shown.op == op
        assert number.shown.node == made.output
        assert not number.flagged
        assert type(slope(made, "x").shown) is Undefined


def test_what_no_number_of_digits_decides_is_said() -> None:
    made = run("log(1-tanh(x))", {"x": 2000})
    reason = output(made).undefined
    assert reason is not None and reason.what == "undecided"
    assert type(slope(made, "x").shown) is Undefined


def test_what_changes_with_every_digit_is_no_number() -> None:
    # exp(exp(7.7)) has 960 digits before the point.
    made = run("x*sin(exp(exp(x))) + y*exp(2)", {"x": "7.7", "y": 1}, "primitive")
    reason = output(made).undefined
    assert reason is not None
    assert (reason.op, reason.what) == ("sin", "undecided")
    assert made.graph.ops[reason.node].name == "sin"
    assert math.isclose(slope(made, "y").shown, math.exp(2), rel_tol=1e-12)
    assert type(slope(made, "x").shown) is Undefined
    angle = made.value(made.graph.operands[reason.node][0])
    assert angle.flagged and angle.digits > NUMBER(Fraction(10**959))


@pytest.mark.parametrize(
    ("text", "x", "op"),
    [
        ("(1-tanh(x))*1e999", "2000", "sub"),
        ("(cos(x)-1)*1e900", "1e-500", "sub"),
        ("(1-tanh(x))*1e999*1e-150", "2000", "sub"),
        ("sqrt(1-tanh(x))", "2000", "sub"),
    ],
)
def test_a_zero_in_which_a_term_may_be_lost_is_not_vouched_for(text: str, x: str, op: str) -> None:
    made = run(text, {"x": x}, "primitive")
    reason = output(made).undefined
    assert reason is not None
    assert (reason.op, reason.what) == (op, "undecided")
    assert made.graph.ops[reason.node].name == op
    assert "800 digits" in reason.needs


def test_a_tie_that_a_lost_term_feigns_has_no_slope() -> None:
    made = run("max(x^y, 1)", {"x": 2, "y": "1e-900"}, "primitive")
    assert output(made).shown == 1
    for name in ("x", "y"):
        reason = slope(made, name).undefined
        assert reason is not None
        assert (reason.op, reason.what) == ("max", "undecided")


# A run and its cells


def product() -> Run:
    return run("J = u*v; u = x + y; v = x*y", {"x": 2, "y": 5}, "primitive")


def test_reverse_is_the_default_and_begins_with_one() -> None:
    made = product()
    graph = made.graph
    assert made.mode == "reverse"
    assert graph.names[made.output] == "J"
    assert made.seeds == {made.output: 1}
    assert made.derivative(made.output).shown == 1
    assert (slope(made, "x").shown, slope(made, "y").shown) == (45, 24)
    u, node = graph.index["u"], made.output
    partial, share = made.partial(node, 0), made.flowing(node, 0)
    assert partial is not None and partial.shown == 10
    assert share is not None and share.shown == 10
    assert made.value(u) == (7.0, 7, 7.0, False)
    assert made.partial(graph.index["x"], 0) is None
    assert made.flowing(graph.index["x"], 0) is None
    assert made.kinks == () and made.sides == {}
    assert len(made.steps) == len(made.double.steps) == len(made.fine.steps)
    for rough, fine in made.steps:
        assert type(rough) is type(fine) and rough[0] == fine[0]
    # Asked twice, a cell is the same.
    assert made.value(u) is made.value(u)
    assert made.partial(node, 0) is made.partial(node, 0) is not made.partial(node, 1)


def test_another_output_seed_and_direction() -> None:
    graph = chainrule.parse("J = u*v; u = x + y; v = x*y")
    at = graph.at({"x": 2, "y": 5})
    x, y, v, goal = (graph.index[n] for n in ("x", "y", "v", "J"))
    made = Run(graph, at, output=v, seed=3)
    assert (made.derivative(x).shown, made.derivative(y).shown) == (15, 6)
    # Nothing arrives at what the output does not use.
    assert made.derivative(goal) == (0, 0, 0, False)
    assert Run(graph, at, seed=Fraction(1, 2)).derivative(x).shown == 22.5
    ahead = Run(graph, at, "forward")
    assert ahead.seeds == {graph.inputs[0]: 1}
    assert ahead.derivative(goal).shown == 45
    moved = Run(graph, at, "forward", direction={x: 1, y: -2})
    assert moved.derivative(goal).shown == 45 - 48
    assert moved.derivative(v).shown == 5 - 4


def test_digits_that_were_asked_for_are_shown() -> None:
    made = run("x/3", {"x": 1}, digits=30)
    shown = output(made).shown
    assert shown == output(made).digits
    assert not isinstance(shown, float)
    assert mpmath.nstr(shown, 30) == "0." + "3" * 30
    assert made.derivative(made.graph.index["x"]).shown == slope(made, "x").digits
    assert isinstance(output(run("x/3", {"x": 1})).shown, float)


def test_a_graph_without_inputs() -> None:
    made = run("2*3", {})
    assert output(made).shown == 6
    assert Run(made.graph, {}, "forward").seeds == {}


def test_what_is_exact_stands_beside() -> None:
    made = run("sqrt(x) + 1/3", {"x": "4/9"}, "primitive")
    assert made.exact is not None
    assert made.exact.values[made.output] == 1
    assert made.exact.derivatives[made.graph.index["x"]] == Fraction(3, 4)
    assert output(made).shown == 1


def test_vectors_have_a_shadow_without_exact_numbers() -> None:
    builder = Builder()
    x = builder.input("x", (2,))
    graph = builder.finish([builder.name(builder.maths.sum(x * x), "J")])
    made = Run(graph, {0: [3, 4]})
    assert made.exact is None
    assert made.kinks == () and made.sides == {}
    assert made.value(made.output).shown.data.tolist() == 25
    assert made.derivative(0).shown.data.tolist() == [6, 8]
    assert not made.derivative(0).flagged
    ahead = Run(graph, {0: [3, 4]}, "forward", direction={0: [1, 10]})
    assert ahead.derivative(ahead.output).shown.data.tolist() == 86
