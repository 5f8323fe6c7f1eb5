"""The judge is judged: planted faults are noticed, and hard cases come out as they are known."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from typing import Any

import pytest

import chainrule
from tests.promises import reals
from tests.promises.expressions import BINARY, INFIX, UNARY, Case, drawn, kinds, read
from tests.promises.judge import Answer, Product, Said, Table, answer_here, compared, found, plain
from tests.promises.reals import Beyond, MoreDigits, NoValue, exact, exp, mp
from tests.promises.reference import SLOW, VALUES, Run, Verdict, judged


def verdicts(line: str, **planted: Any) -> Mapping[str, Verdict]:
    case = Case.of(line)
    found = judged(case.tree, case.point, planted)
    return {"value": found.value, **found.slopes}


# What is asked --------------------------------------------------------------------------------

NOT_OF_NUMBERS = frozenset(
    {
        "given",
        "max_weight",
        "min_weight",
        "relay",
        "input",
        "constant",
        "pi",
        "e",
        "add",
        "sub",
        "mul",
        "div",
        "power",
        "neg",
    }
)


def test_every_operation_of_numbers_is_drawn_and_known() -> None:
    theirs = {
        name
        for name, op in chainrule.OPS.items()
        if op.spellings and op.shape is chainrule.OPS["add"].shape and name not in NOT_OF_NUMBERS
    }
    ours = {*UNARY, *BINARY, "max", "min", "clip", "where"}
    assert theirs <= ours
    assert ours - {"neg", "max", "min", "where"} <= VALUES.keys()
    assert ours | set(INFIX) <= kinds([drawn(1, number).tree for number in range(1_500)])


def test_expressions_are_read_as_they_are_written() -> None:
    for number in range(200):
        case = drawn(3, number)
        assert Case.of(case.line) == case
        if ";" not in case.text and "=" not in case.text:
            assert str(case.tree) == case.text
    assert drawn(3, 5) == drawn(3, 5)
    shared = read("u = sin(x); f = u * u")
    assert shared.operands[0] is shared.operands[1]


# Hard cases ------------------------------------------------------------------------------------

NUMBERS = {
    "log(1 - sigmoid(x)) @ x = 40": ("-40.0000000000000000042", "-0.9999999999999999957516"),
    "softplus(x) @ x = 1000": ("1000", "1"),
    "(1 - cos(x)) / x^2 @ x = 1e-8": ("0.5", "-8.3333333333333e-10"),
    "tanh(x) @ x = 500": ("1", "2.03038355902e-434"),
    "exp(-exp(x)) @ x = 100": ("3.6149e-11674344414002886632798167381008836736851881", None),
    "(1 + 1/x)^x @ x = 1e400": ("2.71828182845904523536", "1.35914091422952261768e-800"),
    "softplus(x) / x @ x = 100": ("1", "-3.757276e-46"),
    "squared_error(lgamma(expm1(y)), -1) @ y = -200": ("40401", "-402"),
    "0.12345 * log(x) + log(2 * x) @ x = 2": ("1.47186338056", "0.561725"),
    "asinh(-2.3 * (sigmoid(x) + tanh(x))) @ x = 3": ("-2.20490106902", "-0.0275824624413"),
    "where(x, sqrt(x), 0) @ x = -1": ("0", "0"),
    "sqrt(max(0, x^2 - 4)) @ x = 1": ("0", "0"),
    "min(y, y) @ y = 3": ("3", "1"),
    "clip(x, x, x) @ x = 0.3": ("0.3", "1"),
    "x^2 - 2*x + 1 @ x = 1": ("0", "0"),
    "(x + sin(x)) - x - sin(x) @ x = 0.1": ("0", "0"),
    "sqrt(8) - 2 * sqrt(2) + x @ x = 0": ("0", "1"),
    "exp(log(x)) / x @ x = 3": ("1", "0"),
    "cos(pi / 3) - 1/2 + x @ x = 0": ("0", "1"),
    "log_b(x, x) @ x = 7": ("1", "0"),
    "gamma(x) @ x = 1/2": ("1.77245385090551602730", "-3.48023090691326"),
    "erfc(x) @ x = 1e8": ("2.98479e-4342944819032527", None),
    "relu(x) - relu(-x) @ x = 0": ("0", "1"),
    "1 + exp(-x^7) @ x = 1e300": ("1", None),
    "1 / gamma(x - 1) @ x = -1e-300": ("1e-300", "-1"),
    "sign(x) * x @ x = 3": ("3", "1"),
}


@pytest.mark.parametrize("line", NUMBERS)
def test_hard_numbers(line: str) -> None:
    told = verdicts(line)
    for verdict, wanted in zip(told.values(), NUMBERS[line], strict=True):
        if wanted is None:
            continue
        assert verdict.kind == "number", verdict
        digits = len(wanted.partition("e")[0].strip("-0.").replace(".", ""))
        room = abs(mp.mpf(wanted)) * mp.mpf(10) ** (1 - min(12, digits))
        assert abs(verdict.number - mp.mpf(wanted)) <= room, mp.nstr(verdict.number, 20)


NONE = {
    "root(x, pi) @ x = -2": "domain of root",
    "root(erf(x), coth(y)) @ x = -1/2, y = 1e-8": "domain of root",
    "cot(pi) + x @ x = 1": "pole of cot",
    "csc(pi * x) @ x = 1": "pole of csc",
    "sin(x) / x @ x = 0": "pole of div",
    "log(x - x) @ x = 0.1": "pole of log",
    "gamma(x) @ x = -2": "pole of gamma",
    "acosh(x) @ x = 0.9999999999": "domain of acosh",
    "(x - 1)^(-2) @ x = 1": "pole of power",
}


@pytest.mark.parametrize("line", NONE)
def test_where_there_is_no_value(line: str) -> None:
    assert {(v.kind, v.why) for v in verdicts(line).values()} == {("undefined", NONE[line])}


KINKS: Mapping[str, tuple[str, tuple[float, ...], tuple[float, ...]]] = {
    # Line: left and right slope (none at a jump), and what conventions use.
    "relu(x - 1) @ x = 1": ("kink", (0, 1), (0, 0)),
    "abs(x) @ x = 0": ("kink", (-1, 1), (0, 0)),
    "max(0, x) @ x = 0": ("kink", (0, 1), (0.5, 0)),
    "floor(x) * x @ x = 2": ("kink", (), (2, 2)),
    "sqrt(x^2) @ x = 0": ("unknown", (-1, 1), ()),
    "sqrt(x)^2 @ x = 0": ("unknown", (), ()),
    "sqrt(x) @ x = 0": ("undefined", (), ()),
    "sin(2*x) - 2*sin(x)*cos(x) @ x = 1": ("unknown", (), ()),
    "relu(exp(-x^7)) @ x = 1e300": ("unknown", (), ()),
    "atanh(tanh(x)) - max(x, 2) @ x = 2": ("unknown", (), ()),
}


@pytest.mark.parametrize("line", KINKS)
def test_where_there_is_no_slope_by_the_chain_rule(line: str) -> None:
    slope = verdicts(line)["x"]
    assert (slope.kind, slope.sides, slope.used) == KINKS[line]


def test_slopes_are_those_of_differences() -> None:
    alike = 0
    for number in range(250):
        case = drawn(5, number)
        if kinds([case.tree]) & SLOW:
            continue
        for name, slope in judged(case.tree, case.point).slopes.items():
            if slope.kind == "number" and not slope.edge:
                alike += difference_is(case, name, slope.number, Fraction(1, 10**400), 1_600)
    assert alike > 100


@pytest.mark.parametrize("name", sorted(SLOW))
@pytest.mark.parametrize("at", ["0.3", "7", "-0.7", "-2.5", "1e-8", "1e8"])
def test_slopes_about_the_gamma_function_are_those_of_differences(name: str, at: str) -> None:
    case = Case(f"{name}(x)", {"x": at})
    slope = judged(case.tree, case.point).slopes["x"].number
    assert difference_is(case, "x", slope, Fraction(1, 10**40), 120)


def difference_is(case: Case, name: str, slope: Any, step: Fraction, digits: int) -> bool:
    """Compare a slope with a difference of values; whether it could be compared."""
    reals.begin(digits)
    try:
        behind, here, ahead = (
            Run({**case.point, name: case.point[name] + side * step}, {}).value(case.tree)
            for side in (-1, 0, 1)
        )
    except (NoValue, MoreDigits, Beyond):
        return False
    change = (ahead - behind) / exact(2 * step)
    bend = ((ahead - here) - (here - behind)) / exact(step)  # how far off a difference may be
    room = abs(bend.middle) + bend.error + change.error + 1e-12 * abs(slope)
    assert abs(change.middle - slope) <= room, case.line
    return bool(room <= 1e-9 * abs(slope) or slope == 0)


# Planted faults --------------------------------------------------------------------------------

FAULTS = {
    "a wrong slope": {"slope sin": (lambda y, x: -reals.cos(x),)},
    "a slope by the wrong operand": {"slope /": (lambda y, a, b: 1 / b, lambda y, a, b: 1 / b)},
    "a value off by 1e-8": {"value exp": lambda x: exp(x) * (1 + Fraction(1, 10**8))},
    "a slope off by 1e-8": {"slope *": (lambda y, a, b: b * (1 + Fraction(1, 10**8)),) * 2},
    "another branch": {"value abs": lambda x: x},
    "a pole passed over": {"value log": lambda x: exact(0)},
}


@cache
def answered(number: int) -> tuple[Case, Answer]:
    case = drawn(9, number)
    return case, answer_here(case)


@pytest.mark.parametrize("fault", FAULTS)
def test_planted_faults_are_noticed(fault: str) -> None:
    table = Table()
    for case, answer in map(answered, range(150)):
        table.add(case, found(case, answer, judged(case.tree, case.point, FAULTS[fault])))
    assert table.count("WRONG") >= 1, table.text()


def test_a_number_is_right_to_nine_digits() -> None:
    seven = Verdict("number", mp.mpf(7))
    off = {"0.000000001": "right", "0.00000008": "WRONG", "-0.00000008": "WRONG", "0": "right"}
    for away, sort in off.items():
        said = Said("number", plain(7 + Fraction(away)) or "")
        assert compared(said, seven) == sort
    nothing = Verdict("number", mp.zero)
    assert compared(Said("number", "0/1"), nothing) == "right"
    assert compared(Said("number", "1p-1000"), nothing) == "WRONG"


def test_what_the_product_says_falls_into_its_class() -> None:
    seven, none = Verdict("number", mp.mpf(7)), Verdict("undefined", why="pole of div")
    number, undefined = Said("number", "7/1", corrected=True, double=7.0), Said("undefined")
    assert compared(number, seven) == "corrected for nothing"
    assert compared(Said("number", "7/1", corrected=True, double=8.0), seven) == "right"
    assert compared(Said("undecided"), seven) == "undecided though it exists"
    assert compared(undefined, seven) == "undefined though it exists"
    assert compared(number, none) == "number though undefined"
    assert compared(undefined, none) == "both undefined"
    assert compared(number, Verdict("unknown", bound=mp.mpf(1))) == "WRONG"
    assert compared(Said("number", "0/1"), Verdict("unknown", bound=mp.mpf(1))) == (
        "judge does not know"
    )
    kink = Verdict("kink", sides=(mp.mpf(-1), mp.mpf(1)), used=(mp.mpf(3),))
    slopes = {"1/1": "right at a kink", "1/2": "right at a kink", "3/1": "right at a kink"}
    for slope, sort in {**slopes, "2/1": "WRONG"}.items():
        assert compared(Said("number", slope), kink) == sort


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("import os; input(); os._exit(3)", "crash"),
        ("import os, signal; input(); os.kill(os.getpid(), signal.SIGPROF)", "no answer"),
    ],
)
def test_a_child_that_dies_is_told_and_started_again(code: str, kind: str) -> None:
    command = (sys.executable, "-c", f"print('ready', flush=True); {code}")
    product, case = Product(command), Case("x", {"x": "1"})
    for _ in range(2):
        product.send(case)
        answer = product.receive()
        assert answer.kind == kind
        told = found(case, answer, judged(case.tree, case.point))
        assert {one.sort for one in told} == {kind}


def test_the_product_answers_in_its_child() -> None:
    product = Product()
    try:
        for number in range(5):
            case = drawn(2, number)
            product.send(case)
            assert repr(product.receive()) == repr(answer_here(case))
    finally:
        product.end()
    assert Answer.of({"kind": "crash", "fault": "x"}).kind == "crash"
