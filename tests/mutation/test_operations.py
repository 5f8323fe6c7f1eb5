"""What the laws leave open about operations: two formulas for one value, borders of domains."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import pytest

import chainrule
from chainrule.algebras.arrays import Arrays
from chainrule.algebras.undefined import Undefined
from chainrule.ops import OPS
from chainrule.testing.digits import digits_algebra
from chainrule.testing.laws import Case, bound, flat
from tests.laws.cases import CASES

DIGITS = digits_algebra(50)

VECTORS = Arrays(DIGITS)

TWICE = [case for case in CASES if case.op.stable is not None]


def both(case: Case) -> Iterator[Any]:
    """Yield the value by the definition and by the formula that keeps its digits."""
    assert case.op.stable is not None
    algebra = DIGITS if case.is_scalar else VECTORS
    operands = [bound(algebra, x) for x in case.operands]
    for rule in (case.op.value, case.op.stable):
        yield flat(rule(algebra.maths, *operands, **case.parameters))


def test_there_are_operations_with_two_formulas() -> None:
    assert {case.op.name for case in TWICE} == {op.name for op in OPS.values() if op.stable}
    assert len(TWICE) >= 5


@pytest.mark.parametrize("case", TWICE, ids=str)
def test_the_formula_that_keeps_its_digits_has_the_value_of_the_definition(case: Case) -> None:
    for defined, stable in zip(*both(case), strict=True):
        assert abs(defined - stable) <= abs(defined) * DIGITS.number(Fraction(1, 10**40))


@pytest.mark.parametrize(
    ("name", "operands", "word"),
    [
        ("log_b", (3, 0), "positive base"),
        ("log_b", (3, Fraction(-1, 2)), "positive base"),
        ("log_b", (Fraction(-1, 2), 2), "positive"),
        ("log", (Fraction(-1, 2),), "positive"),
        ("logit", (Fraction(-1, 2),), "strictly between"),
        ("acosh", (Fraction(-1, 2),), "at least 1"),
        ("div", (3, 0), "other than 0"),
        ("root", (Fraction(-1, 2), 2), "odd"),
        ("root", (0, Fraction(-1, 2)), "radicand 0"),
        ("bce", (Fraction(-1, 2), 1), "strictly between"),
    ],
)
def test_between_the_whole_numbers_a_domain_ends_where_it_says(
    name: str, operands: tuple[Any, ...], word: str
) -> None:
    op = OPS[name]
    found = DIGITS.apply(op, op.parameters, [DIGITS.number(Fraction(x)) for x in operands])
    assert type(found) is Undefined
    assert word in found.needs


def test_where_kinks_have_no_derivative_the_largest_entry_has_one_unless_entries_tie() -> None:
    largest = chainrule.parse("x: 3; y = max(x)", kink="undefined")
    assert [*largest.gradient({"x": [1, 3, 2]})["x"]] == [0, 1, 0]
    assert [*largest.gradient({"x": [-5, -7, -6]})["x"]] == [1, 0, 0]
    assert all(x != x for x in largest.gradient({"x": [1, 3, 3]})["x"])


def test_what_saturates_is_flat_on_both_sides_and_nothing_else_is_said_to() -> None:
    saturating = {name for name, op in OPS.items() if op.saturates}
    assert saturating == {
        *("erf", "hard_sigmoid", "normal_cdf", "piecewise_linear", "sigmoid", "tanh"),
    }
    for name in saturating:
        graph = chainrule.parse(f"{name}(x)")
        for x in (-30, 30):
            assert abs(graph.gradient({"x": x})["x"]) < 1e-12
