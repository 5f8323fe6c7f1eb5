"""Promise 7: right, or said not to be known.

No wrong number over random expressions at 1e-9 relative, against mpmath with digits doubled
until they stay (`tests.promises.judge`; the long form also counts what is undecided though it
exists); kinks, holes, poles, overflow and lost digits are named in words.
"""

from __future__ import annotations

from typing import Any

import pytest
from mpmath import mpf

import chainrule
from chainrule.algebras.undefined import Undefined
from tests.promises.expressions import drawn
from tests.promises.judge import Table, answer_here, found
from tests.promises.reference import judged

EXPRESSIONS = 400
SEED = 7


def test_random_expressions_are_right_or_said_not_to_be() -> None:
    table = Table()
    for number in range(EXPRESSIONS):
        case = drawn(SEED, number)
        table.add(case, found(case, answer_here(case), judged(case.tree, case.point)))
    for sort in ("WRONG", "crash", "refused"):
        assert table.count(sort) == 0, table.text()
    assert table.counts["value", "right"] > EXPRESSIONS / 2


NAMED = {
    # Formula, point: value and slope to twelve digits.
    ("log(1-sigmoid(x))", "40"): (-40.0, -1.0),
    ("softplus(x)", "1000"): (1000.0, 1.0),
    ("softplus(x)", "-1000"): ("5.07595889755e-435", "5.07595889755e-435"),
    ("(1-cos x)/x^2", "1e-8"): (0.5, "-8.33333333333e-10"),
    ("(1-cos x)/x^2", "0.001"): (0.499999958333, "-8.33333277778e-5"),
    ("(e^x-1)/x", "1e-12"): (1.0000000000005, 0.5),
    ("sqrt(x^2+1)-x", "1e9"): ("5e-10", "-5e-19"),
    ("log(sigmoid(x))", "-800"): (-800.0, 1.0),
    ("x^3-3x^2+3x-1", "1.00001"): ("1e-15", "3e-10"),
}


@pytest.mark.parametrize(("case", "wanted"), NAMED.items(), ids=lambda c: str(c[0])[:30])
def test_named_troubles_are_right(case: tuple[str, str], wanted: tuple[Any, Any]) -> None:
    text, at = case
    worked = chainrule.parse(text).work({"x": at}, zoom="primitive")
    value, slope = worked.run.value(worked.run.output), worked.slope("x")
    for number, truth in ((value, wanted[0]), (slope, wanted[1])):
        assert not isinstance(number.shown, Undefined)
        assert abs(mpf(number.shown) - mpf(truth)) <= mpf("1e-9") * abs(mpf(truth))


WORDS = {
    # What happens, formula, point, and a word that the table says about it.
    "a kink": ("relu(x)", "0", "kink"),
    "a tie": ("max(x, 0)", "0", "kink"),
    "a hole": ("sin(x)/x", "0", "undefined"),
    "a pole": ("1/(x-1)", "1", "undefined"),
    "outside": ("log(x)", "-1", "undefined"),
    "overflow": ("e^x/e^(x-1)", "1000", "corrected"),
    "lost digits": ("(1-cos x)/x^2", "1e-8", "corrected"),
}


@pytest.mark.parametrize("name", WORDS)
def test_trouble_is_named_in_words(name: str) -> None:
    text, at, word = WORDS[name]
    table = chainrule.parse(text).table({"x": at})
    assert word in table.to("text")
