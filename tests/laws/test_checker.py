"""The checker is checked: every law fails for a record that breaks it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from chainrule.algebras.array import Array
from chainrule.algebras.arrays import ARRAYS
from chainrule.errors import RuleError
from chainrule.ops import OPS, Domain, Kink, Map, Op, Registry
from chainrule.testing import corners, laws
from chainrule.testing.laws import BrokenLaw, Case, Corner, exact
from tests.laws import outside
from tests.laws.cases import cases_of
from tests.laws.references import reference

SIN = Case(OPS["sin"], (Fraction(3, 4),))
DIV = Case(OPS["div"], (Fraction(3, 4), Fraction(-5, 2)))
MATMUL = Case(OPS["matmul"], exact(OPS["matmul"].samples[1]))


def wrong(case: Case, **changes: Any) -> Case:
    return replace(case, op=replace(case.op, **changes))


WRONG_FACTOR = wrong(SIN, partials=(lambda m, y, x: 2 * m.cos(x),))
WRONG_SIGN = wrong(SIN, partials=(lambda m, y, x: -m.cos(x),))
SWAPPED = wrong(DIV, partials=DIV.op.partials[::-1])  # type: ignore[index]
NOT_TRANSPOSED = wrong(
    MATMUL,
    partials=(
        lambda m, y, a, b: Map(lambda t: t @ b, lambda bar: m.outer(bar, b)),
        # The pull is that of a symmetric matrix with twice the diagonal; only its shape is right.
        lambda m, y, a, b: Map(lambda t: a @ t, lambda bar: 2 * (m.transpose(a) @ bar)),
    ),
)
PUSH_WRONG = wrong(
    MATMUL,
    partials=(
        lambda m, y, a, b: Map(lambda t: -(t @ b), lambda bar: m.outer(bar, b)),
        MATMUL.op.partials[1],  # type: ignore[index]
    ),
)


@pytest.mark.parametrize("case", [WRONG_FACTOR, WRONG_SIGN, SWAPPED, NOT_TRANSPOSED, PUSH_WRONG])
def test_differences_catch_it(case: Case) -> None:
    with pytest.raises(BrokenLaw, match=f"{case.op.name}.*by [01]"):
        laws.check_partials(case)


@pytest.mark.parametrize("case", [WRONG_FACTOR, WRONG_SIGN, SWAPPED, PUSH_WRONG])
def test_sympy_catches_it(case: Case) -> None:
    with pytest.raises(BrokenLaw, match="by SymPy"):
        outside.check_symbolic(case, reference(case.op.name))


@pytest.mark.parametrize("case", [WRONG_FACTOR, WRONG_SIGN, SWAPPED])
def test_second_differences_catch_it(case: Case) -> None:
    with pytest.raises(BrokenLaw, match="second derivative"):
        laws.check_second_order(case)
    with pytest.raises(BrokenLaw, match="second derivative"):
        outside.check_seconds_by_sympy(case, reference(case.op.name))


@pytest.mark.parametrize("case", [NOT_TRANSPOSED, PUSH_WRONG])
def test_halves_that_are_not_transposes_are_caught(case: Case) -> None:
    values = [laws.bound(ARRAYS, x) for x in case.operands]
    with pytest.raises(BrokenLaw, match="push and pull"):
        laws.check_transposes(case.op, values, {}, seed=1)
    with pytest.raises(BrokenLaw, match="map"):
        for slot in (0, 1):
            laws.check_map(case.op, [laws.bound(laws.FINE, x) for x in case.operands], {}, slot)


def test_a_wrong_value_is_caught() -> None:
    with pytest.raises(BrokenLaw, match="mpmath"):
        outside.check_value(wrong(SIN, value=lambda m, x: m.cos(x)), reference("sin"))


def test_a_rule_that_depends_on_the_algebra_is_caught() -> None:
    def by_kind(m: Any, y: Any, x: Any) -> Any:
        return -m.cos(x) if isinstance(x, float) else m.cos(x)

    with pytest.raises(BrokenLaw, match="Float64"):
        laws.check_kinds(wrong(SIN, partials=(by_kind,)))


def test_a_rule_that_is_wrong_only_when_written_is_caught() -> None:
    def by_kind(m: Any, y: Any, x: Any) -> Any:
        return m.sin(x) if type(x).__name__ == "Expression" else m.cos(x)

    with pytest.raises(BrokenLaw, match="written"):
        laws.check_kinds(wrong(SIN, partials=(by_kind,)))


def test_a_rule_that_is_wrong_only_where_shapes_differ_is_caught() -> None:
    def forgetful(m: Any, y: Any, a: Any, b: Any) -> Any:
        broadcast = isinstance(a, Array) and a.shape != b.shape
        return Map(lambda t: t, lambda bar: bar) if broadcast else b

    op = replace(OPS["mul"], partials=(forgetful, lambda m, y, a, b: a))
    with pytest.raises(BrokenLaw, match="mul of"):
        laws.check_layout(op, [Fraction(2), [Fraction(3), Fraction(5)]], [False, False], {})


def test_an_operation_without_samples_is_caught() -> None:
    with pytest.raises(BrokenLaw, match="no samples"):
        cube = Op("cube", 1, lambda m, a: a**3, (lambda m, y, a: 3 * a**2,))
        laws.check_places(cube, [], kinks=(), borders=())


def test_samples_outside_the_domain_or_at_a_kink_are_caught() -> None:
    with pytest.raises(BrokenLaw, match="outside the domain"):
        laws.check_places(OPS["log"], [Case(OPS["log"], (Fraction(-1),))], kinks=(), borders=True)
    with pytest.raises(BrokenLaw, match="lies at a kink"):
        at_kink = Case(OPS["abs"], (Fraction(0),), OPS["abs"].parameters)
        laws.check_places(OPS["abs"], [at_kink], kinks=True, borders=())


def test_an_operation_without_rows_for_kinks_and_domain_is_caught() -> None:
    with pytest.raises(BrokenLaw, match="a kink and no point"):
        laws.check_places(OPS["abs"], list(cases_of(OPS["abs"])), kinks=(), borders=())
    with pytest.raises(BrokenLaw, match="a domain and no points"):
        laws.check_places(OPS["log"], list(cases_of(OPS["log"])), kinks=(), borders=())


def test_an_operation_without_an_outside_reference_is_caught() -> None:
    with pytest.raises(LookupError, match="put a row"):
        reference("frobnicate")


def _abs_kink(**changes: Any) -> Op:
    assert OPS["abs"].kink is not None
    return replace(OPS["abs"], kink=replace(OPS["abs"].kink, **changes))


@pytest.mark.parametrize(
    ("op", "used", "words"),
    [
        (_abs_kink(at=lambda x, slope: False), (Fraction(0),), "not seen as a kink"),
        (_abs_kink(push=lambda m, tangents, x, slope: tangents[0]), (Fraction(0),), "direction"),
        (_abs_kink(push=None), (Fraction(0),), "said to jump"),
        (OPS["abs"], (Fraction(1),), "used by 0"),
        (_abs_kink(convention=""), (Fraction(0),), "no convention"),
    ],
    ids=["at", "push", "jump", "used", "convention"],
)
def test_wrong_kinks_are_caught(op: Op, used: tuple[Fraction, ...], words: str) -> None:
    with pytest.raises(BrokenLaw, match=words):
        corners.check_kink(op, Corner((0,), used))


def test_a_second_derivative_at_a_kink_is_caught() -> None:
    # Built from a record without a kink, |x| has second derivative 0 everywhere.
    blind = replace(OPS["sign"], kink=None)
    op = replace(OPS["abs"], partials=(lambda m, y, x, slope: m.algebra.write(blind, [x]),))
    with pytest.raises(BrokenLaw, match="second derivative"):
        corners.check_second_at_kink(op, Corner((0,), (Fraction(0),)))


def test_wrong_domains_are_caught() -> None:
    log = replace(OPS["log"], domain=Domain(lambda x: True, "nothing"))
    with pytest.raises(BrokenLaw, match="log"):
        corners.check_outside(log, (-1,), "positive")
    reason = replace(OPS["log"], domain=Domain(lambda x: x > 0, "luck"))
    with pytest.raises(BrokenLaw, match="luck"):
        corners.check_outside(reason, (-1,), "positive")
    sqrt = replace(OPS["sqrt"], smooth=())
    with pytest.raises(BrokenLaw, match="slope by 0"):
        corners.check_border(sqrt, (0,), Fraction(0), (False,))
    power = replace(
        OPS["power"], smooth=(Domain(lambda a, b: True, ""), Domain(lambda a, b: a >= 0, ""))
    )
    with pytest.raises(BrokenLaw, match="nan"):
        corners.check_border(power, (0, 2), Fraction(0), (True, True))


# Records that are refused when they are made


def _rule(m: Any, y: Any, *xs: Any) -> Any:
    return 1


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Op("f", 2, _rule, (_rule,)), "f: 2 operands, 1 rules"),
        (lambda: Op("f", 1, _rule, (_rule, _rule)), "f: 1 operands, 2 rules"),
        (lambda: Op("f", 1, _rule), "f: 1 operands, 0 rules"),
        (lambda: Op("f", None, _rule, (_rule,)), "any number of operands needs a rule per slot"),
        (lambda: Op("f", 2, _rule, (_rule, _rule), smooth=(None,)), "f: 2 operands, 1 domains"),
    ],
    ids=range(5),
)
def test_records_that_contradict_themselves_are_refused(make: Callable[[], Op], words: str) -> None:
    with pytest.raises(RuleError, match=words):
        make()


def test_names_and_spellings_are_given_once() -> None:
    registry = Registry()
    registry.register(OPS["log"])
    with pytest.raises(RuleError, match="'log' is taken"):
        registry.register(OPS["log"])
    with pytest.raises(RuleError, match="'ln' is taken"):
        registry.register(replace(OPS["exp"], spellings=("ln",)))


def test_a_refused_operation_leaves_nothing_behind() -> None:
    registry = Registry()
    registry.register(OPS["log"])
    with pytest.raises(RuleError):
        registry.register(replace(OPS["exp"], spellings=("fresh", "ln")))
    assert list(registry) == ["log"]
    assert set(registry.spelled) == {"log", "ln"}


def test_the_registry_is_closed_after_import() -> None:
    with pytest.raises(RuleError, match="closed after import"):
        OPS.register(Op("late", 1, _rule, (_rule,)))
    assert "late" not in OPS


def test_kinks_and_domains_are_frozen() -> None:
    kink = Kink(lambda x: True, None, "none")
    with pytest.raises(AttributeError):
        kink.convention = "another"  # type: ignore[misc]
    with pytest.raises(AttributeError):
        OPS["sin"].doc = "another"  # type: ignore[misc]
