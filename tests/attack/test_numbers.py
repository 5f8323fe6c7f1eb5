"""No number is wrong: random expressions at nice and at nasty points, against another route."""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Any

import pytest
from mpmath import mpf

import chainrule
from chainrule.algebras.real import lifted
from chainrule.algebras.undefined import Undefined
from chainrule.passes.run import Number
from tests.attack.trees import MANY_DIGITS, NASTY, NICE, Dual, NoValue, Tree, draw, second, truth
from tests.enclosed import encloses

CASES = 250
# Where a quotient has the condition 10^6 at most, this share of the cases may be corrected.
FLAGGED = 0.01


def wrong(shown: Any, right: Any) -> bool:
    """Whether a number is off by more than 1e-15 (relative); none is not wrong if undecided."""
    if type(shown) is Undefined:
        return not shown.is_open
    number = mpf(shown)
    if right == 0:
        return abs(number) > mpf("1e-320")
    if abs(right) < mpf("1e-300"):  # double precision has few digits left there
        return not abs(number - right) <= mpf("1e-310")
    return not abs(number - right) <= mpf("1e-15") * abs(right)


def mistaken(number: Number, right: Any) -> bool:
    """Whether a number is called proven and its ball holds another."""
    if number.state != "proven" or (right == 0 and abs(number.digits) < mpf("1e-200")):
        return False
    return not encloses(lifted(number.proven), right, 100)


def drawn(seed: int, points: tuple[str, ...], depth: int) -> list[tuple[Tree, dict[str, str]]]:
    chance = random.Random(seed)
    cases = []
    while len(cases) < CASES:
        names = ("x", "y", "z", "w")[: chance.randint(1, 4)]
        tree = draw(chance, chance.randint(2, depth), names)
        point = {name: chance.choice(points) for name in names if name in str(tree)}
        if any(name == "variable" for name in _kinds(tree)):
            cases.append((tree, point))
    return cases


def _kinds(tree: Tree) -> list[str]:
    return [tree.name, *(kind for x in tree.operands for kind in _kinds(x))]


@pytest.mark.parametrize(("points", "depth"), [(NICE, 5), (NASTY, 6)], ids=["nice", "nasty"])
def test_values_and_gradients_are_right(
    points: tuple[str, ...], depth: int, sample_seed: int
) -> None:
    corrected = judged = 0
    for tree, typed in drawn(sample_seed + depth, points, depth):
        where = f"{tree} at {typed}"
        graph = chainrule.parse(str(tree), declared=typed)
        point = {name: typed[name] for name in graph.variables}
        worked = graph.work(point, zoom="primitive")
        value = worked.run.value(worked.run.output)
        slopes = [worked.slope(name) for name in graph.variables]
        try:
            right = truth(tree, {name: Fraction(x) for name, x in point.items()})
        except NoValue:
            assert value.undefined, f"{where} is {value.shown}, but has no value"
            continue
        if right is None:
            continue
        assert not wrong(value.shown, right.value), f"{where} is {value.shown}"
        assert not mistaken(value, right.value), f"{where} is said to be {value.proven}"
        if right.gradient is None:
            continue
        for name, slope, partial in zip(point, slopes, right.gradient, strict=True):
            assert not wrong(slope.shown, partial), f"{where}: by {name} it is {slope.shown}"
            assert not mistaken(slope, partial), f"{where}: by {name} it is {slope.proven}"
        if right.value and all(
            abs(Dual(MANY_DIGITS, ()).number(Fraction(x)) * g / right.value) < 1e6
            for x, g in zip(point.values(), right.gradient, strict=True)
        ):
            judged += 1
            corrected += value.corrected
    assert judged > CASES / 4
    # Points like 1e200 overflow; what does is corrected, as it should be.
    assert points is NASTY or corrected <= max(2, FLAGGED * judged)


def test_all_zoom_levels_and_both_modes_say_the_same(sample_seed: int) -> None:
    for tree, typed in drawn(sample_seed + 7, NASTY, 5)[: CASES // 2]:
        graph = chainrule.parse(str(tree), declared=typed)
        point = {name: typed[name] for name in graph.variables}
        told = []
        for zoom in ("primitive", "step", "named"):
            worked = graph.work(point, zoom=zoom)
            told.append([worked.run.value(worked.run.output), *map(worked.slope, point)])
        for i, name in enumerate(point, start=1):
            forward = graph.work(point, "forward", zoom="primitive", direction={name: 1})
            tangent = forward.run.derivative(forward.graph.outputs[0])
            if graph.work(point, zoom="primitive").run.sides:
                continue  # there `slope` is the derivative that exists
            told.append([told[0][0], *told[0][1:i], tangent, *told[0][i + 1 :]])
        for k, others in enumerate(told[1:], start=1):
            for first, other in zip(told[0], others, strict=True):
                if k > 2 and "undecided" in (first.state, other.state):
                    continue  # one mode may know what the other cannot follow
                assert bool(first.undefined) == bool(other.undefined), f"{tree} at {point}"
                if not first.undefined and first.shown != other.shown:
                    gap = abs(mpf(first.shown) - mpf(other.shown))
                    assert gap <= mpf("1e-9") * abs(mpf(first.shown)), f"{tree} at {point}"


def test_second_derivatives_are_right(sample_seed: int) -> None:
    judged = 0
    for tree, typed in drawn(sample_seed + 11, NICE, 3):
        graph = chainrule.parse(str(tree), declared=typed)
        point = {name: typed[name] for name in graph.variables}
        exact = {name: Fraction(x) for name, x in point.items()}
        try:
            first = truth(tree, exact)
        except NoValue:
            continue
        right = second(tree, exact) if first and first.gradient else None
        if right is None:
            continue
        judged += 1
        hessian = graph.hessian(point)
        for row, a in zip(right, point, strict=True):
            for entry, b in zip(row, point, strict=True):
                shown = hessian[a][b]
                rounded = 0 if abs(entry) < mpf("1e-200") else entry
                assert not wrong(shown, rounded), f"{tree} at {point}: ∂²/∂{a}∂{b} is {shown}"
    assert judged > CASES / 3
