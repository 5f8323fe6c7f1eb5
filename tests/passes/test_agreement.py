"""The agreement check: right where all is right, and able to fail."""

from __future__ import annotations

import itertools
import json
import math
import random
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import mpmath
import pytest

import chainrule
from chainrule.errors import GraphError, ParseError, PointError
from chainrule.graph.builder import Builder
from chainrule.graph.wengert import WengertList
from chainrule.ops import OPS, Op
from chainrule.passes.agreement import Agreement, InputAgreement, agree
from chainrule.passes.misconceptions import OverwritingLedger

DATA = Path(__file__).parents[1] / "data" / "expressions_public.jsonl"


def build(function: Callable[..., Any], names: str = "x") -> WengertList:
    builder = Builder()
    inputs = [builder.input(name) for name in names]
    return builder.finish([builder.lift(function(builder.maths, *inputs))])


def check(function: Callable[..., Any], *point: Any, **options: Any) -> Agreement:
    graph = build(function, "xyzw"[: len(point)])
    return agree(graph, {i: Fraction(p) for i, p in enumerate(point)}, **options)


def only(agreement: Agreement) -> InputAgreement:
    (entry,) = agreement.inputs
    return entry


def four(entry: InputAgreement) -> list[float]:
    routes = (entry.forward, entry.reverse, entry.sympy, entry.differences)
    return [math.nan if r is None else float(r) for r in routes]


def test_the_lecture_example_agrees_four_times() -> None:
    agreement = check(lambda m, x: m.cos(m.sin(x**2) + 3 * x**2), 1)
    entry = only(agreement)
    assert agreement.agrees
    assert agreement.missing == ""
    # −2x(cos x² + 3) sin(sin x² + 3x²) at 1.
    expected = -2 * (math.cos(1) + 3) * math.sin(math.sin(1) + 3)
    assert four(entry) == pytest.approx([expected] * 4, rel=1e-14)
    assert isinstance(entry.forward, mpmath.ctx_mp_python._mpf)
    assert entry.sympy is not None
    assert entry.forward is not None
    assert abs(entry.sympy - entry.forward) < mpmath.mpf("1e-55")
    assert entry.verdict == "agrees"
    assert (entry.differing, entry.reason, entry.place) == ((), "", -1)


def test_the_curve_falls_as_the_square_of_the_step_and_rises_again() -> None:
    curve = only(check(lambda m, x: m.exp(x) * x, 1)).curve
    steps, errors = zip(*curve, strict=True)
    assert steps[0] == 0.1
    assert all(b < a for a, b in itertools.pairwise(steps))
    lowest = errors.index(min(errors))
    assert 0 < lowest < len(errors) - 1
    for k in range(1, lowest - 1):
        # f‴/6 · h² with f‴ = (x + 3)eˣ.
        assert errors[k] == pytest.approx(4 * math.e / 6 * steps[k] ** 2, rel=0.01)
    assert errors[-1] > 1e10 * min(errors)


def test_several_inputs_and_outputs() -> None:
    builder = Builder()
    x, y, z = (builder.input(name) for name in "xyz")
    graph = builder.finish([x * y, builder.maths.log(x) / y])
    point = {0: Fraction(2), 1: Fraction(5), 2: Fraction(1)}
    first, second = (agree(graph, point, output) for output in graph.outputs)
    assert [four(e) for e in first.inputs] == [[5] * 4, [2] * 4, [0] * 4]
    slopes = [1 / 10, -math.log(2) / 25, 0]
    for entry, slope in zip(second.inputs, slopes, strict=True):
        assert entry.verdict == "agrees"
        assert four(entry) == pytest.approx([slope] * 4, rel=1e-14)
    assert z.index == 2


@pytest.mark.parametrize(
    ("function", "point", "slope"),
    [
        # Sixty digits lose 44 of them here; the check takes more.
        (lambda m, x: m.log(1 - m.sigmoid(x)), 100, -1),
        (lambda m, x: m.log(1 - m.sigmoid(x)), 300, -1),
        (lambda m, x: (x + 10**70) ** 2 - x * (2 * 10**70) - 10**140, Fraction(3), 6),
        (lambda m, x: m.log(x), Fraction(1, 10**300), 1e300),
        (lambda m, x: m.sin(x) ** 2 + m.cos(x) ** 2, 1, 0),
        (lambda m, x: x - x, 1, 0),
        (lambda m, x: x * m.abs(x), 0, 0),
        (lambda m, x: m.abs(x**2), 0, 0),
        (lambda m, x: m.max(x, x), 3, 1),
        (lambda m, x: x**3, 0, 0),
        (lambda m, x: m.step(x), 1, 0),
        (lambda m, x: m.sin(x), 2**170, math.cos(2.0**170)),
    ],
)
def test_hard_points_agree(function: Any, point: Any, slope: float) -> None:
    entry = only(check(function, point))
    assert entry.verdict == "agrees", entry
    assert four(entry) == pytest.approx([slope] * 4, rel=1e-12, abs=1e-25)


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        (lambda m, x: m.abs(x), "slopes −1 and 1 at 0"),
        (lambda m, x: m.abs(m.abs(x)), "slopes −1 and 1 at 0"),
        (lambda m, x: m.relu(x), "the passes use 0"),
        # The derivative is 1, which no convention at the two kinks gives.
        (lambda m, x: m.relu(x) - m.relu(-x), "the passes use 0"),
        (lambda m, x: m.max(x, 2 * x), "share the derivative equally"),
    ],
)
def test_a_kink_is_no_disagreement(function: Any, reason: str) -> None:
    agreement = check(function, 0)
    entry = only(agreement)
    assert agreement.verdict == "nothing" and not agreement.agrees
    assert entry.verdict == "kink"
    assert reason in entry.reason
    assert entry.place > 0


@pytest.mark.parametrize(
    ("function", "point", "reason"),
    [
        (lambda m, x: m.log(x), -1, "the value of log needs a positive operand"),
        (lambda m, x: m.sqrt(x), 0, "the slope of sqrt needs a positive operand"),
        (lambda m, x: m.step(x), 0, "step jumps at 0"),
        (lambda m, x: 1 / x, 0, "a divisor other than 0"),
    ],
)
def test_where_there_is_no_derivative_it_says_so(function: Any, point: int, reason: str) -> None:
    entry = only(check(function, point))
    assert entry.verdict == "undefined"
    assert reason in entry.reason
    assert entry.place > 0
    assert entry.forward is None


def test_what_overflows_is_undecided() -> None:
    agreement = check(lambda m, x: m.exp(m.exp(m.exp(x))), 10)
    assert only(agreement).verdict == "undecided"
    assert not agreement.agrees


WRONG = {
    "factor": Op("wrong", 1, value=lambda m, a: a * a, partials=(lambda m, y, a: a,)),
    "sign": Op("wrong", 1, value=lambda m, a: m.cos(a), partials=(lambda m, y, a: m.sin(a),)),
    "slightly": Op(
        "wrong",
        1,
        value=lambda m, a: m.exp(a),
        partials=(lambda m, y, a: y * (1 + m.number(Fraction(1, 10**10))),),
    ),
    "missing": Op("wrong", 1, value=lambda m, a: m.tanh(a), partials=(lambda m, y, a: 0,)),
}


@pytest.mark.parametrize("fault", sorted(WRONG))
def test_a_wrong_partial_is_found_and_placed(fault: str) -> None:
    builder = Builder()
    m = builder.maths
    x = builder.input("x")
    inner = builder.write(WRONG[fault], [m.sin(x) + 2])
    graph = builder.finish([m.log(inner * inner + x)])
    agreement = agree(graph, {0: Fraction(3, 4)})
    entry = only(agreement)
    assert not agreement.agrees
    assert agreement.differing == ("forward", "reverse")
    assert entry.verdict == "differs"
    assert entry.place == inner.index
    assert entry.reason == "forward and reverse differ from SymPy and differences"


SCALAR = sorted(
    name
    for name, op in OPS.items()
    if op.samples and not isinstance(op.samples[0][0], tuple) and name not in ("sign", "step")
)


@pytest.mark.parametrize("name", SCALAR)
def test_a_partial_off_by_a_millionth_is_found_in_any_operation(name: str) -> None:
    op = OPS[name]

    def off(slot: int) -> Callable[..., Any]:
        rule = op.partial(slot)
        return lambda m, y, *xs, **p: rule(m, y, *xs, **p) * m.number(1 + Fraction(1, 10**6))

    count = len(op.samples[0])
    partials = off if op.arity is None else tuple(off(slot) for slot in range(count))
    graph = [OPS["input"]] * count, [()] * count
    point = {i: Fraction(x) for i, x in enumerate(op.samples[0])}
    names = {i: f"x{i}" for i in range(count)}
    wrong = replace(op, partials=partials, stable_partials={}, taken=None)
    for used, differs in ((op, False), (wrong, True)):
        last = tuple(range(count))
        parameters = {count: dict(op.parameters)} if op.parameters else {}
        built = WengertList([*graph[0], used], [*graph[1], last], parameters, names, {}, [count])
        agreement = agree(built, point)
        flat = [e for e in agreement.inputs if not e.differences]
        assert agreement.agrees is (not differs or len(flat) == count)
        if not agreement.agrees:
            assert agreement.differing == ("forward", "reverse")


def test_golden_expressions_agree_and_have_the_golden_gradient(sample_seed: int) -> None:
    lines = DATA.read_text(encoding="utf-8").splitlines()
    compared, unknown = 0, []
    for line in random.Random(sample_seed).sample(lines, 60):
        case = json.loads(line)
        try:
            graph = chainrule.parse(case["text"], declared=sorted(case["point"]))
        except ParseError:
            # Functions that are not operations yet.
            unknown.append(case["id"])
            continue
        agreement = graph.check(case["point"])
        assert agreement.agrees, (case["id"], agreement)
        assert agreement.missing == "", case["id"]
        gradient = sorted(mpmath.mpf(g) for g in case["grad"].values())
        found = sorted(e.differences for e in agreement.inputs if e.differences is not None)
        scale = max(map(abs, gradient))
        for one, other in zip(found, gradient, strict=True):
            assert abs(one - other) <= mpmath.mpf("1e-15") * scale, case["id"]
        compared += len(found)
    assert compared > 60, unknown


def test_swapped_slots_are_found_on_the_inputs_that_they_touch() -> None:
    swapped = Op(
        "swapped",
        2,
        value=lambda m, a, b: a / b,
        partials=(lambda m, y, a, b: -a / b**2, lambda m, y, a, b: 1 / b),
    )
    graph = WengertList(
        [OPS["input"]] * 3 + [swapped, OPS["add"]],
        [(), (), (), (0, 1), (3, 2)],
        {},
        {0: "x", 1: "y", 2: "z"},
        {},
        [4],
    )
    agreement = agree(graph, {0: Fraction(3), 1: Fraction(2), 2: Fraction(1)})
    assert [entry.verdict for entry in agreement.inputs] == ["differs", "differs", "agrees"]
    assert [entry.place for entry in agreement.inputs] == [3, 3, -1]


def test_a_wrong_walk_is_told_from_a_wrong_rule() -> None:
    graph = build(lambda m, x: m.sin(x) + x**2)
    agreement = agree(graph, {0: Fraction(1)}, ledger=OverwritingLedger)
    assert agreement.differing == ("reverse",)
    assert only(agreement).reason == "reverse differs from forward, SymPy and differences"
    assert only(agreement).place == -1


def test_without_sympy_the_other_three_are_compared() -> None:
    builder = Builder()
    node = builder.input("x")
    for _ in range(12):
        node = node + node
    agreement = agree(builder.finish([node]), {0: Fraction(1)})
    entry = only(agreement)
    assert "8,191 nodes" in agreement.missing
    assert entry.verdict == "agrees"
    assert entry.sympy is None
    assert four(entry)[:2] == [4096, 4096]


def test_sympy_that_takes_too_long_is_said() -> None:
    deep = build(lambda m, x: nested(m, x))
    agreement = agree(deep, {0: Fraction(1, 3)}, limit=100_000, timeout=0.5)
    assert agreement.missing == "SymPy took longer than 0.5 s"
    assert agreement.agrees


def nested(m: Any, x: Any) -> Any:
    for _ in range(200):
        x = m.sigmoid(x)
    return x


def test_what_cannot_be_checked_is_refused() -> None:
    builder = Builder()
    vector = builder.finish([builder.maths.sum(builder.input("v", (2,)))])
    with pytest.raises(GraphError, match="scalars"):
        agree(vector, {0: Fraction(1)})
    with pytest.raises(PointError, match="no value for y"):
        agree(build(lambda m, x, y: x * y, "xy"), {0: Fraction(1)})


@pytest.mark.parametrize(
    "function",
    [
        lambda m, x: m.sqrt(x - 1),
        lambda m, x: m.sqrt(m.sin(x) - m.sin(m.number(1))),
        lambda m, x: m.sqrt(m.sqrt(x**2 - 1)),
        lambda m, x: m.asin(x) + x,
    ],
)
def test_a_pole_of_the_derivative_is_no_huge_number_of_sympys(
    function: Callable[..., Any],
) -> None:
    entry = only(check(function, 1))
    assert entry.sympy is None and entry.verdict == "undefined"


@pytest.mark.parametrize(
    ("function", "point", "slope"),
    [
        (lambda m, x: (x - 1) ** Fraction(5, 2) + 2 * x, 1, 2),
        (lambda m, x: (-x) ** Fraction(7, 2) - 3 * x, 0, -3),
    ],
)
def test_where_the_function_ends_differences_are_taken_on_the_other_side(
    function: Callable[..., Any], point: int, slope: int
) -> None:
    entry = only(check(function, point))
    assert entry.verdict == "agrees"
    assert float(entry.differences) == pytest.approx(slope, rel=1e-15)


@pytest.mark.parametrize("text", ["sin x - sin x", "x^2 sin x - sin x x^2", "exp x - exp x"])
def test_a_derivative_that_one_mode_alone_proves_to_be_0_is_checked(text: str) -> None:
    agreement = chainrule.parse(text).check({"x": 1})
    assert agreement.agrees and "agrees" in agreement.text()
