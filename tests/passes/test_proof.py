"""Proven numbers: how far the ladder of precisions is climbed, and what is shown of a number."""

from __future__ import annotations

import math
import re
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
from flint import arb

import chainrule
from chainrule.algebras.balls import balls
from chainrule.algebras.decimals import many_digits
from chainrule.algebras.real import Real, precision
from chainrule.algebras.undefined import Undefined
from chainrule.graph.builder import Builder
from chainrule.passes.proof import MOST_ENTRIES
from chainrule.passes.run import Number, Run, differ, merged
from chainrule.worked import Worked
from tests.enclosed import encloses

NOTHING = Undefined("log", "a positive operand")
ZOOMS = pytest.mark.parametrize("zoom", ["primitive", "step", "named"])


def run(text: str, point: dict[str, Any], level: Any = None, **options: Any) -> Run:
    graph = chainrule.parse(text, declared=point)
    at = graph.at(point)
    if level is not None:
        small = graph.zoom(level)
        at = {small.list.index[graph.list.names[n]]: v for n, v in at.items()}
        graph = small
    return Run(graph.list, at, **options)


def worked(formula: str, zoom: Any = "primitive", **point: Any) -> Worked:
    return chainrule.parse(formula, declared=point).work(point, zoom=zoom)


def output(made: Run) -> Number:
    return made.value(made.output)


def slope(made: Run, name: str) -> Number:
    return made.derivative(made.graph.index[name])


def real(text: str) -> Real:
    return balls(128).number(Fraction(text))


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
        (1e-310, "2e-310", True),
        (math.inf, "1e400", True),
        (1e308, "1e309", True),
        (math.nan, "1", True),
    ],
)
def test_when_double_precision_is_wrong(double: float, digits: str, expected: bool) -> None:
    number = merged(double, real(digits))
    assert number.corrected is expected
    assert differ(double, many_digits(real(digits), 256)) is expected


def test_what_a_cell_shows() -> None:
    fine = real("1/3")
    assert merged(1 / 3, fine)[:4] == (1 / 3, fine, 1 / 3, False)
    assert merged(0.5, fine)[:4] == (1 / 3, fine, 0.5, True)
    assert merged(0.5, NOTHING)[:4] == (NOTHING, NOTHING, 0.5, False)
    assert merged(NOTHING, fine)[:4] == (1 / 3, fine, NOTHING, True)
    assert merged(NOTHING, NOTHING).corrected is False
    assert merged(0.5, NOTHING).undefined is NOTHING
    assert merged(0.5, fine).undefined is None
    # The last digit of a double is that of the number, whatever double precision makes of it.
    near = merged(0.1 + 0.2, real("0.3"))
    assert near.shown == 0.3 != near.double and not near.corrected
    # A zero keeps its sign; what no double holds is shown with its digits.
    assert math.copysign(1, merged(-0.0, real("0")).shown) == -1
    assert mpmath.nstr(merged(0.0, real("1e-400")).shown, 3) == "1.0e-400"
    assert merged(math.inf, real("1e400")).corrected
    assert mpmath.nstr(merged(0.1, real("0.1"), 30).shown, 30) == "0.1"


def test_the_states_of_a_number() -> None:
    open_ = Undefined("sqrt", "an operand that is not negative", "undecided")
    loose = Real(None, arb(1, "1e-9"))
    assert merged(1 / 3, real("1/3")).state == "proven"
    assert merged(0.5, NOTHING).state == "undefined"
    assert merged(0.5, open_).state == "undecided"
    assert merged(1.0, loose).state == "undecided"
    # Neither 1 nor 0 is shown of what is only known to lie within a billionth of 1.
    assert merged(1.0, loose).undefined is not None and not merged(1.0, loose).corrected
    assert merged(1.0, Real(None, arb(0, "1e-60"))).shown == 0
    assert Number(0.5, None, 0.5).state == "unproven"
    with precision(128):
        assert merged(0.5, real("1/3")).enclosure == "1/3"
        assert "± 1" in merged(1.0, loose).enclosure
    assert merged(0.5, NOTHING).enclosure == ""


# More digits where they are needed

HARD = [
    # text, point, value, slope by x
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
    # Here it takes 1,740 digits.
    ("log(1-tanh(x))", "2000", "log(2)-4000", "-2"),
    ("sqrt(1-tanh(x))", "2000", "sqrt(2)*exp(-2000)", "-sqrt(2)*exp(-2000)"),
    ("(1-tanh(x))*1e800", "2000", "2e800*exp(-4000)", "-4e800*exp(-4000)"),
    ("(cos(x)-1)*1e900", "1e-500", "-5e-101", "-1e400"),
    # exp(exp(7.7)) has 960 digits before the point.
    ("sin(exp(exp(x)))", "7.7", None, None),
    ("exp(-exp(x))", "100", "exp(-exp(100))", "-exp(100)*exp(-exp(100))"),
    ("sigmoid(x)", "3000", "1", "exp(-3000)"),
]


@pytest.mark.parametrize("level", ["primitive", "step", "named"])
@pytest.mark.parametrize(
    ("text", "x", "value", "by"), HARD, ids=[f"{h[0]} at {h[1]}" for h in HARD]
)
@pytest.mark.parametrize("mode", ["reverse", "forward"])
def test_hard_points(text: str, x: str, value: Any, by: Any, mode: Any, level: Any) -> None:
    made = run(text, {"x": x}, level, mode=mode)
    with mpmath.workdps(1_100):
        if value is None:
            tower = mpmath.exp(mpmath.exp(mpmath.mpf("7.7")))
            slope_ = mpmath.cos(tower) * tower * mpmath.exp(mpmath.mpf("7.7"))
            known = [mpmath.sin(tower), slope_]
        else:
            names = {n: getattr(mpmath, n) for n in ("exp", "log", "sin", "cos", "sqrt")}
            names |= {"mpf": mpmath.mpf, "pi": +mpmath.pi}
            known = [mpmath.mpf(eval(_exact(t), names)) for t in (value, by)]  # of this file
    last = slope(made, "x") if mode == "reverse" else made.derivative(made.output)
    for number, want in zip((output(made), last), known, strict=True):
        assert number.state == "proven"
        assert abs(number.digits - want) <= abs(want) * mpmath.mpf("1e-21")
        rough = number.double
        wrong = type(rough) is Undefined or not abs(rough - want) <= abs(want) * 1e-9
        assert number.corrected == wrong
        if 1e-307 < abs(want) < 1e308 or not want:
            assert type(number.shown) is float
            assert number.shown == float(want)  # the nearest double
        else:
            assert number.shown == number.digits


def _exact(text: str) -> str:
    """Return a formula for eval with its decimals exact to many digits."""
    return re.sub(r"(?<![\w.])(\d+(?:e-?\d+)?)(?![\w.])", r"mpf('\1')", text)


@pytest.mark.parametrize(
    ("text", "point", "bits"),
    [
        ("x^2", {"x": 3}, 128),
        ("sin(x)", {"x": "1e8"}, 128),
        ("exp(-x)", {"x": 800}, 128),
        # What is known exactly needs no more digits, whatever double precision makes of it.
        ("x - y", {"x": "1e-300", "y": "-1e-300"}, 128),
        ("(x+y)-x", {"x": 1, "y": "1e-900"}, 128),
        ("x/3*3-x", {"x": "0.1"}, 128),
        ("x^2", {"x": 0}, 128),
        # 1e-60 is 200 bits below 1, and a hundred and more of it are to be right.
        ("log(x)-log(x+1e-60)", {"x": 1}, 512),
        ("sin(x)", {"x": "1e60"}, 512),
        ("tanh(x)-1", {"x": 50}, 512),
        # A zero that closed forms know, and one of which a ball alone knows nothing.
        ("sin(pi*x)", {"x": 1}, 512),
        ("(1-cos(x))/x^2", {"x": "1e-120"}, 2_048),
        ("sqrt(1-tanh(x))", {"x": 2_000}, 8_192),
    ],
)
def test_the_lowest_rung_that_suffices_is_taken(text: str, point: Any, bits: int) -> None:
    made = run(text, point)
    assert made.proof.settled and made.proof.bits == bits
    assert made.fine_digits == round(bits * math.log10(2))


def test_asking_for_more_digits_climbs_higher() -> None:
    assert run("x^2", {"x": 3}, digits=20).proof.bits == 128
    for digits in (60, 300, 1_000):
        made = run("exp(x)/3", {"x": 1}, digits=digits)
        assert made.proof.settled and made.proof.bits >= digits * math.log2(10)
        with mpmath.workdps(digits):
            assert mpmath.nstr(output(made).shown, digits) == mpmath.nstr(mpmath.e / 3, digits)


def test_what_is_known_exactly_is_not_lost_to_digits() -> None:
    number = output(run("exp(y)*((x+1e-900)-x)", {"x": 1, "y": 1}))
    assert encloses(number.proven, mpmath.mp.e * mpmath.mpf("1e-900"), 14)
    assert number.corrected and number.double == 0 and number.state == "proven"


def test_a_kink_is_met_where_digits_alone_do_not_tell() -> None:
    for text in ("relu(sin(pi*x))", "relu(cos(pi*x/2))"):
        made = run(text, {"x": 1}, "primitive")
        assert output(made).shown == 0
        assert [made.graph.ops[n].name for n in made.kinks] == ["relu"]
        (sides,) = made.sides.values()
        assert encloses(sides.right, 0, 60)
        assert -math.pi - 1e-9 < float(many_digits(sides.left, 60)) < -1.5
    made = run("abs(sqrt(x)^2-2)", {"x": 2}, "primitive")
    (sides,) = made.sides.values()
    assert encloses(sides.left, -1, 30) and encloses(sides.right, 1, 30) and not sides.agree
    made = run("abs(sqrt(x)^2-2)", {"x": 2}, "named")
    (sides,) = made.sides.values()
    assert encloses(sides.left, -1, 30) and encloses(sides.right, 1, 30)
    assert made.kinks == (made.output,)


@ZOOMS
@pytest.mark.parametrize(
    ("formula", "x", "left", "right", "used"),
    [
        # √2² = 2 is proven, so these are ties and kinks, and the conventions hold.
        ("max(sqrt(2)^2 x, 2)", 1, 0, 2, 0),
        ("max(sqrt(x)^2, 2)", 2, 0, 1, 0),
        ("min(e^(ln x), 3)", 3, 1, 0, 0),
        ("abs(e^(ln x) - 3)", 3, -1, 1, 0),
        ("relu(3 - e^(ln x))", 3, -1, 0, 0),
        ("relu(sin(x)^2 + cos(x)^2 - x)", 1, -1, 0, 0),
    ],
)
def test_an_edge_that_is_proven_is_met(
    formula: str, x: int, left: int, right: int, used: Any, zoom: str
) -> None:
    made = worked(formula, zoom, x=x).run
    entry = made.graph.index["x"]
    assert made.kinks
    sides = made.sides[entry]
    assert encloses(sides.left, left, 40) and encloses(sides.right, right, 40)
    assert made.derivative(entry).state == "proven" and made.derivative(entry).shown == used


def test_a_pole_is_met_where_digits_alone_do_not_tell() -> None:
    for text, op in (
        ("log(sin(pi*x))", "log"),
        ("1/sin(pi*x)", "div"),
        ("cot(pi*x)", "cot"),
        ("csc(pi*x)", "csc"),
        ("tan(pi*x/2)", "tan"),
        ("sec(pi*x/2)", "sec"),
    ):
        made = run(text, {"x": 1}, "primitive")
        number = output(made)
        assert number.state == "undefined"
        assert type(number.shown) is Undefined and number.shown.op == op
        assert number.shown.node == made.output
        assert not number.corrected
        assert slope(made, "x").state == "undefined"


def test_a_tie_that_few_digits_feign_is_told_apart() -> None:
    # 2^(1e-900) is 1 + 6.9e-901.
    made = run("max(x^y, 1)", {"x": 2, "y": "1e-900"}, "primitive")
    assert output(made).shown == 1 and made.kinks == ()
    assert encloses(slope(made, "x").proven, mpmath.mpf("0.5e-900"), 15)
    assert slope(made, "y").shown == math.log(2)


@pytest.mark.parametrize(("other", "want"), [("x/10", 0.1), ("10 x", 0.0)])
def test_a_number_that_no_closed_form_has_ties_with_itself(other: str, want: float) -> None:
    # atan2(e^x, e^x) is π/4 for every x.
    made = run(f"t = atan2(e^x, e^x); y = min(t, t, {other})", {"x": 1}, "named")
    assert slope(made, "x").state != "undecided"
    assert slope(made, "x").shown == want


# What is undecided

# tanh x is sinh x by cosh x, which no rule of the closed forms knows.
GAP = "(tanh(x) - sinh(x)/cosh(x))"


@ZOOMS
@pytest.mark.parametrize(
    ("formula", "value", "op"),
    [
        (f"abs({GAP} + y)", "0", "abs"),
        ("max(2tanh(x), 2sinh(x)/cosh(x), y)", "2*tanh(1/3)", "max"),
        (f"floor({GAP} + y + 1)", None, "floor"),
        (f"where({GAP} + y, 1, 3)", None, "where"),
        (f"step({GAP} + y)", None, "step"),
        (f"ln({GAP} + y)", None, "log"),
        (f"1/({GAP} + y)", None, "div"),
        (f"sqrt({GAP} + y)", None, "sqrt"),
    ],
)
def test_an_edge_that_nobody_proves_is_undecided(
    formula: str, value: str | None, op: str, zoom: str
) -> None:
    made = worked(formula, zoom, x="1/3", y=0)
    number = output(made.run)
    if value is None:
        reason = number.undefined
        assert number.state == "undecided"
        assert reason is not None and (reason.is_open, reason.op) == (True, op)
        why = made.view.why(number)
        assert why is not None and "leave open whether" in why
    elif value == "0":
        assert number.shown == 0 and number.state == "undecided"
    else:
        assert number.shown == 2 * math.tanh(1 / 3) and number.state == "proven"
    found = made.run.derivative(made.graph.index["x"])
    assert found.state == "undecided"
    assert found.undefined is not None and found.undefined.is_open


@ZOOMS
def test_a_zero_that_nobody_proves_is_next_to_nothing_and_not_vouched_for(zoom: str) -> None:
    made = worked(f"{GAP} + y", zoom, x="1/3", y=0)
    number = output(made.run)
    assert number.shown == 0 and number.state == "undecided"
    assert encloses(number.proven, 0, 60)
    assert made.slope("y").shown == 1 and made.slope("y").state == "proven"
    # Its size and its square are not negative, whatever it is.
    for formula in (f"sqrt({GAP} {GAP})", f"ln(1 + abs({GAP}))"):
        found = output(worked(formula, zoom, x="1/3").run)
        assert found.undefined is None and found.shown == 0


def test_what_is_off_the_edge_by_more_than_the_errors_is_decided() -> None:
    for shift, used in (("1e-30", 1), ("-1e-30", 0)):
        made = worked(f"relu({GAP} + y)", x="1/3", y=shift).run
        found = made.derivative(made.graph.index["y"])
        assert found.shown == used and found.state == "proven" and made.kinks == ()


def test_what_no_rung_decides_is_said() -> None:
    # 1 − tanh 20000 is 1e-17371; its logarithm, −39999.3, would take more digits than there are.
    made = run("log(1-tanh(x)) * 3", {"x": 20_000}, "primitive")
    assert output(made).state == "undecided" and not made.proof.settled
    reason = output(made).undefined
    assert reason is not None and (reason.op, reason.is_open) == ("log", True)
    assert slope(made, "x").state == "undecided"


def test_what_changes_with_every_digit_is_no_number() -> None:
    # exp(exp(10)) has 9,566 digits before the point.
    made = run("x*sin(exp(exp(x))) + y*exp(2)", {"x": "10", "y": 1}, "primitive")
    assert output(made).state == "undecided"
    (sine,) = (n for n, op in enumerate(made.graph.ops) if op.name == "sin")
    reason = made.value(sine).undefined
    assert reason is not None and reason.is_open and reason.op == "sin"
    assert slope(made, "y").shown == math.exp(2)
    assert slope(made, "x").state == "undecided"
    angle = made.value(made.graph.operands[sine][0])
    with mpmath.workdps(40):
        assert encloses(angle.proven, mpmath.exp(mpmath.exp(10)), 30)
    assert angle.corrected


# Too small and too large


@ZOOMS
@pytest.mark.parametrize(
    ("formula", "x", "known"),
    [
        ("exp(-x^2)", "1e10", lambda: mpmath.exp(-(mpmath.mpf(10) ** 20))),
        ("exp(-exp(x))", "100", lambda: mpmath.exp(-mpmath.exp(100))),
        ("3exp(-exp(x))", "100", lambda: 3 * mpmath.exp(-mpmath.exp(100))),
        ("exp(x)", "1e200", lambda: mpmath.exp(mpmath.mpf(10) ** 200)),
        ("exp(x)^2", "1e20", lambda: mpmath.exp(2 * mpmath.mpf(10) ** 20)),
        ("ln(exp(x))", "1e20", lambda: mpmath.mpf(10) ** 20),
        ("exp(x)^(1e-30)", "1e20", lambda: mpmath.exp(mpmath.mpf("1e-10"))),
        ("asinh(exp(x))", "1e20", lambda: mpmath.mpf(10) ** 20 + mpmath.log(2)),
        ("tanh(exp(x)) + 1/exp(x)", "1e20", lambda: mpmath.mpf(1)),
    ],
)
def test_beyond_every_double(formula: str, x: str, known: Any, zoom: str) -> None:
    made = worked(formula, zoom, x=x)
    number = output(made.run)
    assert number.state == "proven"
    with mpmath.workdps(300):
        assert encloses(number.proven, known(), 25)
        assert abs(number.digits - known()) <= known() * mpmath.mpf("1e-25")
    if not 1e-307 < known() < 1e308:
        assert number.corrected and "⚠" in made.table().text()


def test_what_is_beyond_reach_is_said_and_never_brought_back() -> None:
    for formula in ("exp(exp(exp(x)))", "log2(exp(exp(x)))", "exp(exp(exp(x)))*0"):
        made = run(formula, {"x": "1e20"}, "primitive")
        reason = output(made).undefined
        assert reason is not None and reason.is_open and "size" in reason.needs
        assert output(made).state == "undecided"


@pytest.mark.parametrize(
    ("formula", "x"),
    [
        ("relu(1 - sqrt x)", 2),
        ("max(-sqrt x, 0)", 2),
        ("x^2 y", 0),
        ("sin(relu(-sqrt(x)))", 2),
        ("sign(sqrt x)", 2),
        ("floor(sqrt(x)/2) x", 2),
    ],
)
def test_a_zero_that_is_one_is_proven(formula: str, x: int) -> None:
    made = worked(formula, x=x, y=3) if "y" in formula else worked(formula, x=x)
    for number in (output(made.run), made.slope("x")):
        assert number.state == "proven" and not number.corrected


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
    assert made.value(u).shown == made.value(u).double == 7
    assert made.value(u).proven == 7 and made.value(u).state == "proven"
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
    x, y, v, goal = (graph.list.index[n] for n in ("x", "y", "v", "J"))
    made = Run(graph.list, at, output=v, seed=3)
    assert (made.derivative(x).shown, made.derivative(y).shown) == (15, 6)
    # Nothing arrives at what the output does not use.
    assert made.derivative(goal).shown == 0 and made.derivative(goal).state == "proven"
    assert Run(graph.list, at, seed=Fraction(1, 2)).derivative(x).shown == 22.5
    ahead = Run(graph.list, at, "forward")
    assert ahead.seeds == {graph.list.inputs[0]: 1}
    assert ahead.derivative(goal).shown == 45
    moved = Run(graph.list, at, "forward", direction={x: 1, y: -2})
    assert moved.derivative(goal).shown == 45 - 48
    assert moved.derivative(v).shown == 5 - 4


def test_digits_that_were_asked_for_are_shown() -> None:
    made = run("x/3", {"x": 1}, digits=30)
    shown = output(made).shown
    assert not isinstance(shown, float)
    assert mpmath.nstr(shown, 30) == "0." + "3" * 30
    assert mpmath.nstr(output(made).digits, 70) == "0." + "3" * 70
    assert mpmath.nstr(slope(made, "x").shown, 30) == "0." + "3" * 30
    assert isinstance(output(run("x/3", {"x": 1})).shown, float)


def test_a_graph_without_inputs() -> None:
    made = run("2*3", {})
    assert output(made).shown == 6
    assert Run(made.graph, {}, "forward").seeds == {}


def test_what_is_exact_stands_beside() -> None:
    made = run("sqrt(x) + 1/3", {"x": "4/9"}, "primitive")
    assert output(made).proven.rational == 1
    assert slope(made, "x").proven.rational == Fraction(3, 4)
    assert output(made).shown == 1


# Vectors


def squares(size: int) -> Any:
    builder = Builder()
    x = builder.input("x", (size,))
    return builder.finish([builder.name(builder.maths.sum(x * x), "J")])


def test_vectors_are_proven_entry_by_entry() -> None:
    made = Run(squares(2), {0: [3, 4]})
    assert made.kinks == () and made.sides == {}
    assert made.proven and made.proof.bits <= 128 and made.proof.settled
    assert made.value(made.output).shown.data.tolist() == 25
    assert made.derivative(0).shown.data.tolist() == [6, 8]
    assert made.derivative(0).state == "proven" and not made.derivative(0).corrected
    assert [x.rational for x in made.derivative(0).proven.data] == [6, 8]
    ahead = Run(squares(2), {0: [3, 4]}, "forward", direction={0: [1, 10]})
    assert ahead.derivative(ahead.output).shown.data.tolist() == 86


def gaps(*entries: Any) -> Run:
    """Return the run of Σ (tanh x − 1)."""
    builder = Builder()
    x = builder.input("x", (len(entries),))
    graph = builder.finish([builder.maths.sum(builder.maths.tanh(x) - 1)])
    return Run(graph, {0: [Fraction(x) for x in entries]})


def test_entries_take_more_digits_where_they_need_them() -> None:
    made = gaps(50, 60)
    assert made.proof.bits == 512 and made.proof.settled
    with mpmath.workdps(120):
        known = [mpmath.tanh(x) - 1 for x in (50, 60)]
        slopes = [mpmath.sech(x) ** 2 for x in (50, 60)]
    number = made.value(made.graph.operands[made.output][0])
    assert number.corrected and number.state == "proven"
    for found, right in zip(number.shown.data, known, strict=True):
        assert found == float(right)
    assert made.derivative(0).shown.data.tolist() == [float(x) for x in slopes]
    assert made.value(made.output).shown.data.item() == float(sum(known))


def test_entries_that_the_last_rung_leaves_open_are_undecided() -> None:
    made = gaps(1, 3_000)
    assert made.proof.bits == 512 and not made.proof.settled
    number = made.value(made.graph.operands[made.output][0])
    assert number.state == "undecided" and number.shown.data[1] == 0
    with mpmath.workdps(40):
        assert number.shown.data[0] == float(mpmath.tanh(1) - 1)
    builder = Builder()
    x = builder.input("x", (2,))
    graph = builder.finish([builder.maths.floor(1 - builder.maths.tanh(x))])
    found = Run(graph, {0: [1, 3_000]}).value(len(graph) - 1)
    assert found.state == "undecided"
    assert type(found.undefined) is Undefined and found.undefined.entry == (1,)
    assert np.isnan(found.public[1]) and not np.isnan(found.public[0])


def test_very_many_entries_are_not_proven_and_said_so() -> None:
    size = MOST_ENTRIES // 2 + 1
    made = Run(squares(size), {0: [2] * size})
    number = made.value(made.output)
    assert not made.proven and made.proof.record is None
    assert number.state == "unproven" and not number.corrected
    assert number.public == 4 * size
    assert made.derivative(0).state == "unproven"
    assert Run(squares(size // 2), {0: [2] * (size // 2)}).value(2).state == "proven"


@pytest.mark.parametrize(
    ("formula", "x", "slope"),
    [
        ("tanh(4^max(1000000, x)) + x", 40, 1),
        ("sigmoid(4^(x^2)) + x", 10_000, 1),
        ("x/sigmoid(750^(x^2))", 60, 1),
        ("sech(gamma(x)) + csch(gamma(x)) - x", 10**8, -1),
    ],
)
def test_what_fades_far_out_leaves_the_rest_of_a_slope_proven(
    formula: str, x: int, slope: int
) -> None:
    # The slopes of tanh, sigmoid, sech and csch fall as e^−|x|.
    number = worked(formula, x=x).slope("x")
    assert number.state == "proven" and number.shown == slope


@pytest.mark.parametrize("far", [10**4, 10**8])
def test_a_tie_that_no_digits_tell_is_told_by_closed_forms(far: int) -> None:
    # 1 − e^−x is below 1, and 1 − (1 − e^−x) above 0, by less than any digits carried show.
    slope = worked("clip(1 - exp(-x), 0, 1)", x=far).slope("x")
    left = worked("relu(1 - (1 - exp(-x)))", x=far)
    with mpmath.workdps(30):
        for number, right in (
            (slope, mpmath.exp(-far)),
            (left.run.value(left.run.output), mpmath.exp(-far)),
            (left.slope("x"), -mpmath.exp(-far)),
        ):
            assert number.state == "proven"
            assert mpmath.almosteq(mpmath.mpf(number.shown), right, rel_eps=mpmath.mpf(10) ** -20)
