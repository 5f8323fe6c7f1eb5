"""Promise 7: right or flagged.

No silent wrong number over random expressions at 1e-9 relative, against mpmath with digits
doubled until they stay; at most 1 % flagged where the condition number is below 10^6; kinks,
holes, poles, overflow and lost digits are named in words.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from mpmath import mpf

import chainrule
from chainrule.algebras.undefined import Undefined
from tests.promises.oracle import NoValue, Right, drawn, point, right

EXPRESSIONS = 250
TOLERANCE = 1e-9
FLAGGED = 0.01
WELL_CONDITIONED = 1e6
DEPTH = 4
# Values that double precision can hold.
LEAST, MOST = 1e-290, 1e290


@dataclass
class Score:
    """How the numbers of many expressions compare."""

    judged: int = 0
    well: int = 0
    flagged: int = 0
    unknown: int = 0
    wrong: list[str] = field(default_factory=list)


def off(shown: Any, wanted: Any) -> bool:
    if abs(wanted) < mpf("1e-300"):  # double precision has few digits there
        return bool(abs(mpf(shown) - wanted) > mpf("1e-310"))
    return bool(abs(mpf(shown) - wanted) > TOLERANCE * abs(wanted))


def judge(score: Score, text: str, typed: Mapping[str, str], wanted: Right | None) -> None:
    """Compare one expression; `wanted` is None where it has no value."""
    graph = chainrule.parse(text, declared=typed)
    at = {name: typed[name] for name in graph.variables}
    worked = graph.work(at, zoom="primitive")
    value = worked.run.value(worked.run.output)
    where = f"{text} at {at}"
    if wanted is None:
        if value.undefined is None:
            score.wrong.append(f"{where}: {value.shown}, but there is no value")
        return
    score.judged += 1
    numbers = {"value": (value, wanted.value)} | {
        name: (worked.slope(name), slope) for name, slope in wanted.gradient.items()
    }
    for what, (number, truth) in numbers.items():
        reason = number.undefined
        if reason is not None:
            # No number is shown, and why not; where a slope of an inner step does not exist,
            # there may still be one of the whole.
            score.unknown += 1
            if reason.what not in ("undecided", "slope"):
                score.wrong.append(f"{where}: {what} is {reason}, but it is {truth}")
        elif off(number.shown, truth):
            score.wrong.append(f"{where}: {what} is {number.shown}, but it is {truth}")
    within = LEAST < abs(wanted.value) < MOST
    if within and wanted.condition < WELL_CONDITIONED:
        score.well += 1
        score.flagged += value.flagged


def scored(seed: int, count: int, depth: int = DEPTH) -> Score:
    """Compare `count` random expressions."""
    chance, score = random.Random(seed), Score()
    for _ in range(count):
        tree, typed = drawn(chance, chance.randint(1, depth)), point(chance)
        try:
            wanted = right(tree, typed)
        except NoValue:
            continue  # or beyond what mpmath is asked: not judged
        if wanted is not None:
            judge(score, str(tree), typed, wanted)
    return score


def test_random_expressions_are_right_or_flagged(sample_seed: int) -> None:
    score = scored(sample_seed, EXPRESSIONS)
    assert score.wrong == []
    assert score.judged > EXPRESSIONS / 3
    assert score.flagged <= max(2, FLAGGED * score.well)
    assert score.unknown <= 0.02 * score.judged + 2


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
