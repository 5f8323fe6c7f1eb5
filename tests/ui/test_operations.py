"""What the reference says of operations: their curves against other libraries, and their links."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from chainrule import parse
from chainrule.ops import OPS
from chainrule.ui.operations import entries

ENTRIES = {entry["name"]: entry for entry in entries()}


def test_every_operation_that_takes_operands_is_there() -> None:
    assert set(ENTRIES) == {op.name for op in OPS.values() if op.arity != 0}


KNOWN: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    "sin": (np.sin, np.cos),
    "tanh": (np.tanh, lambda x: 1 / np.cosh(x) ** 2),
    "softplus": (lambda x: np.logaddexp(0, x), lambda x: 1 / (1 + np.exp(-x))),
    "erf": (np.vectorize(math.erf), lambda x: 2 / math.sqrt(math.pi) * np.exp(-(x**2))),
    "relu": (lambda x: np.where(x > 0, x, 0), lambda x: np.where(x > 0, 1.0, 0.0)),
}


@pytest.mark.parametrize("name", KNOWN)
def test_curves_are_those_of_the_function_and_its_slope(name: str) -> None:
    curve = ENTRIES[name]["curve"]
    x = curve["from"] + curve["step"] * np.arange(len(curve["values"]))
    for found, known in zip((curve["values"], curve["slopes"]), KNOWN[name], strict=True):
        assert np.allclose(
            np.array(found, dtype=float), known(x), rtol=5.1e-6, atol=1e-12
        )  # six digits


@pytest.mark.parametrize(
    ("name", "beyond"),
    [
        ("sigmoid", math.log((1 + math.sqrt(0.96)) / (1 - math.sqrt(0.96)))),  # p(1 − p) = 0.01
        ("tanh", math.atanh(math.sqrt(0.99))),  # 1 − t² = 0.01
        ("erf", math.sqrt(math.log(200 / math.sqrt(math.pi)))),  # 2/√π e^(−x²) = 0.01
        ("hard_sigmoid", 3.0),
    ],
)
def test_where_a_curve_is_nearly_flat_is_told(name: str, beyond: float) -> None:
    told = dict(ENTRIES[name]["facts"])["Nearly flat"]
    low, high = map(float, re.findall(r"-?\d[.\d]*", told.replace("−", "-").partition("the")[0]))
    assert low == -high and beyond <= high <= beyond + 0.01


def test_where_there_is_no_value_the_curve_is_open() -> None:
    curve = ENTRIES["log"]["curve"]
    known = [value is not None for value in curve["values"]]
    assert known.index(True) == len(known) // 2 + 1  # the first point beyond 0
    assert all(known[known.index(True) :])


@pytest.mark.parametrize("name", [name for name, entry in ENTRIES.items() if entry["opens"]])
def test_what_opens_in_explore_contains_the_operation(name: str) -> None:
    formula, point = ENTRIES[name]["opens"]
    graph = parse(formula)
    assert name in {op.name for op in graph.list.ops}
    worked = graph.work(dict(point))
    assert not worked.run.value(worked.run.output).undefined


def test_kinks_are_marked_where_they_are() -> None:
    curve = ENTRIES["abs"]["curve"]
    assert [curve["from"] + curve["step"] * i for i in curve["kinks"]] == pytest.approx([0])
    assert ENTRIES["sin"]["curve"]["kinks"] == []


def test_examples_are_those_whose_formula_uses_it() -> None:
    names = {name for _number, name, _lesson in ENTRIES["relu"]["examples"]}
    assert names == {"Relu at 0"}


FIELDS: dict[str, tuple[Callable[[Any, Any], Any], ...]] = {
    "mul": (lambda x, y: x * y, lambda x, y: y, lambda x, y: x),
    "power": (
        lambda x, y: x**y,
        lambda x, y: y * x ** (y - 1),
        lambda x, y: np.log(x) * x**y,
    ),
}


@pytest.mark.parametrize("name", FIELDS)
def test_of_two_operands_value_and_both_slopes_are_told(name: str) -> None:
    field = ENTRIES[name]["field"]
    axis = field["from"] + field["step"] * np.arange(len(field["numbers"]))
    for i, x in enumerate(axis):
        for j, y in enumerate(axis):
            if x > 0:
                known = [f(x, y) for f in FIELDS[name]]
                assert np.allclose(field["numbers"][j][i], known, rtol=5.1e-6, atol=1e-12)


def test_lines_of_equal_height_lie_where_the_heights_are_equal() -> None:
    ends = re.findall(r"[ML](\S+) ([^ML]+)", ENTRIES["add"]["field"]["lines"])
    sums = {round(float(x) + float(y), 1) for x, y in ends}
    assert len(sums) == 9  # of x + y they are straight
    assert ENTRIES["sin"]["field"] is None
    assert ENTRIES["bce"]["field"]["from"] == 0  # between probabilities
