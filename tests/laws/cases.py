"""The places at which the laws are tested: samples of the records, kinks and borders.

Samples come from the records themselves. A record whose samples need parameters, a kink or
a domain has a row here; a law fails for an operation that has none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np

from chainrule.ops import OPS, Op

LEAVES = ("input", "constant", "pi", "e")

# Parameters other than the defaults under which the samples are tested as well.
PARAMETERS: Mapping[str, tuple[Mapping[str, Any], ...]] = {
    "step": ({"at": Fraction(1, 2)}, {"at": Fraction(0)}, {"at": Fraction(1)}),
    "relu": ({"slope": Fraction(0)}, {"slope": Fraction(1, 2)}, {"slope": Fraction(1)}),
    "max_weight": ({"slot": 0}, {"slot": 1}),
}

# Samples that make sense only together with their parameters.
SAMPLES: Mapping[str, tuple[tuple[tuple[Any, ...], Mapping[str, Any]], ...]] = {
    "broadcast": (
        ((0.75,), {"shape": (3,)}),
        (((0.5, -1.0, 2.0),), {"shape": (2, 3)}),
        ((((0.5, -1.0, 2.0),),), {"shape": (2, 3)}),
        ((((0.5,), (-1.0,)),), {"shape": (2, 3)}),
    ),
    "collapse": (
        (((0.5, -1.0, 2.0),), {"shape": ()}),
        ((((0.5, -1.0, 2.0), (1.5, 0.25, -0.75)),), {"shape": (3,)}),
        ((((0.5, -1.0, 2.0), (1.5, 0.25, -0.75)),), {"shape": (1, 3)}),
        ((((0.5, -1.0, 2.0), (1.5, 0.25, -0.75)),), {"shape": (2, 1)}),
    ),
}


@dataclass(frozen=True, slots=True)
class Case:
    """An operation at a point inside its domain and off its kinks.

    Parameters
    ----------
    operands
        Exact numbers, or nested tuples of them.
    """

    op: Op
    operands: tuple[Any, ...]
    parameters: Mapping[str, Any] = field(default_factory=dict)

    @property
    def shapes(self) -> tuple[tuple[int, ...], ...]:
        return tuple(np.shape(x) for x in self.operands)

    @property
    def is_scalar(self) -> bool:
        return not any(self.shapes) and "shape" not in self.parameters

    def __str__(self) -> str:
        return f"{self.op.name}{self.operands}{dict(self.parameters) or ''}"


def exact(entries: Any) -> Any:
    """Return nested sequences of floats as nested tuples of their exact values."""
    if isinstance(entries, Sequence):
        return tuple(map(exact, entries))
    return Fraction(entries)


def cases_of(op: Op) -> Iterator[Case]:
    """Yield the cases of `op`; none for a leaf."""
    for parameters in PARAMETERS.get(op.name, (op.parameters,)):
        for sample in op.samples:
            yield Case(op, exact(sample), parameters)
    for sample, parameters in SAMPLES.get(op.name, ()):
        yield Case(op, exact(sample), parameters)


CASES = tuple(case for op in OPS.values() for case in cases_of(op))
SCALAR_CASES = tuple(case for case in CASES if case.is_scalar)
"""Cases of operations that work entry by entry, at numbers."""


@dataclass(frozen=True, slots=True)
class Corner:
    """A kink: what the passes use there, by slot; None where the value jumps."""

    operands: tuple[Any, ...]
    used: tuple[Fraction, ...] | None
    parameters: Mapping[str, Any] = field(default_factory=dict)


KINKS: Mapping[str, tuple[Corner, ...]] = {
    "abs": (Corner((0,), (Fraction(0),)),),
    "sign": (Corner((0,), None),),
    "step": tuple(Corner((0,), None, p) for p in PARAMETERS["step"]),
    "relu": tuple(Corner((0,), (p["slope"],), p) for p in PARAMETERS["relu"]),
    "max": (
        Corner((2, 2), (Fraction(1, 2), Fraction(1, 2))),
        Corner((-1, -3, -1), (Fraction(1, 2), Fraction(0), Fraction(1, 2))),
        Corner((0, 0, 0), (Fraction(1, 3),) * 3),
    ),
    "max_weight": (
        Corner((2, 2), None, {"slot": 0}),
        Corner((-1, -3, -1), None, {"slot": 2}),
    ),
}

THIRD = Fraction(1, 3)
# Outside the domain, and a word that the reason must contain.
OUTSIDE: Mapping[str, tuple[tuple[tuple[Any, ...], str], ...]] = {
    "div": (((1, 0), "other than 0"), ((0, 0), "other than 0")),
    "reciprocal": (((0,), "other than 0"),),
    "power": (
        ((0, -1), "positive base"),
        ((-8, THIRD), "whole exponent"),
        ((0, Fraction(-1, 2)), "positive base"),
        ((-1, Fraction(1, 2)), "positive base"),
    ),
    "sqrt": (((-1,), "not negative"), ((Fraction(-1, 10**30),), "not negative")),
    "log": (((0,), "positive"), ((-1,), "positive")),
}

# Where the value exists: operands, value, and per slot whether the slope exists there.
BORDER: Mapping[str, tuple[tuple[tuple[Any, ...], Fraction, tuple[bool, ...]], ...]] = {
    "div": (((0, 1), Fraction(0), (True, True)),),
    "reciprocal": (((Fraction(1, 8),), Fraction(8), (True,)),),
    "power": (
        ((0, 0), Fraction(1), (True, False)),
        ((0, Fraction(1, 2)), Fraction(0), (False, True)),
        ((0, 1), Fraction(0), (True, True)),
        ((0, Fraction(3, 2)), Fraction(0), (True, True)),
        ((0, 2), Fraction(0), (True, True)),
        ((-2, 3), Fraction(-8), (True, False)),
        ((-2, -1), Fraction(-1, 2), (True, False)),
        ((-2, 0), Fraction(1), (True, False)),
    ),
    "sqrt": (((0,), Fraction(0), (False,)),),
    "log": (((1,), Fraction(0), (True,)),),
}
