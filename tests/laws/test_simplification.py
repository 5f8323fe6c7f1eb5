"""Shorter forms of written derivatives have the value and the shape of the long ones."""

from __future__ import annotations

import itertools
from fractions import Fraction
from typing import Any

import pytest

from chainrule.algebras.arrays import Arrays
from chainrule.graph.builder import Builder, Expression
from chainrule.graph.simplification import ROWS
from chainrule.ops import OPS
from chainrule.testing.digits import digits_algebra
from chainrule.testing.laws import outputs

FINE = Arrays(digits_algebra(50))
POINT = [
    FINE.array(Fraction(7, 4), ()),
    FINE.array([Fraction(3, 2), Fraction(5, 8)], (2,)),
    FINE.array([[Fraction(9, 4), Fraction(1, 2)]], (1, 2)),
]


def operands(builder: Builder) -> dict[str, Expression]:
    """Return what a row may meet: numbers, inputs of several shapes, and their short forms."""
    plain = Builder.write
    found = {text: builder.number(Fraction(text)) for text in ("0", "1", "-1", "2", "-3", "1/3")}
    found["e"] = plain(builder, OPS["e"], [])
    one = found["1"]
    for name, shape in (("x", ()), ("v", (2,)), ("w", (1, 2))):
        leaf = found[name] = builder.input(name, shape)
        found[f"-{name}"] = plain(builder, OPS["neg"], [leaf])
        found[f"1/{name}"] = plain(builder, OPS["div"], [one, leaf])
    return found


NAMES = tuple(operands(Builder()))


def written(op: str, names: tuple[str, ...], simplify: bool) -> tuple[Any, Any]:
    """Return shape and value of the operation, computed from its graph."""
    builder = Builder(simplify=simplify)
    known = operands(builder)
    result = builder.write(OPS[op], [known[name] for name in names])
    graph = builder.finish([result])
    return result.shape, outputs(graph, FINE, POINT)[0]


@pytest.mark.parametrize("op", ROWS)
def test_simplification_changes_neither_value_nor_shape(op: str) -> None:
    for names in itertools.product(NAMES, repeat=OPS[op].arity or 1):
        shape, value = written(op, names, simplify=False)
        entries = value.data.ravel().tolist()
        if value.undefined is not None or any(entry != entry for entry in entries):
            continue  # outside the domain: nothing to agree with
        short_shape, short = written(op, names, simplify=True)
        assert short_shape == shape, (op, names)
        assert short.data.shape == value.data.shape, (op, names)
        for a, b in zip(short.data.ravel().tolist(), entries, strict=True):
            assert abs(a - b) <= 1e-45 * (1 + abs(b)), (op, names)
