"""A run with its shadow: double precision beside many digits, and what to show.

The number shown is the double where it agrees with the many-digit number to 1e-9, else the
many-digit number, flagged with what double precision gives. The digits are doubled until
two runs agree, so that a cancellation that eats fifty digits is found as well.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import cached_property
from typing import Any, NamedTuple

from chainrule.algebras.arrays import ARRAYS, Array, Arrays
from chainrule.algebras.digits import digits_algebra
from chainrule.algebras.float64 import FLOAT64
from chainrule.algebras.protocol import Algebra
from chainrule.algebras.undefined import Undefined
from chainrule.graph.wengert import WengertList
from chainrule.ops import Map
from chainrule.passes.kinks import Sides, kinks, sides
from chainrule.passes.record import Mode, Record, record
from chainrule.passes.steps import Evaluate, Linearise, Push, Seed, Share, Step

SHADOW_DIGITS = 50
MOST_DIGITS = 800
AGREEMENT = 1e-9
STABLE = 20


class Number(NamedTuple):
    """What a cell shows.

    Parameters
    ----------
    shown
        The number: a float, a many-digit number where double precision is wrong, an
        `Array`, or an `Undefined`.
    digits
        The many-digit number (or `Undefined`) behind it.
    double
        What double precision gives.
    flagged
        Whether double precision is wrong by more than 1e-9 (relative).
    """

    shown: Any
    digits: Any
    double: Any
    flagged: bool

    @property
    def undefined(self) -> Undefined | None:
        """The reason where there is no number."""
        return self.shown if type(self.shown) is Undefined else None


def _differ(double: Any, digits: Any) -> bool:
    """Whether double precision misses the many-digit number by more than 1e-9 (relative)."""
    if isinstance(digits, Map):
        return False  # a linear map between vectors; its shares are compared
    if isinstance(digits, Array):
        pairs = zip(double.data.ravel().tolist(), digits.data.ravel().tolist(), strict=True)
        return any(_differ(a, b) for a, b in pairs)
    if type(double) is Undefined or type(digits) is Undefined:
        return type(double) is not type(digits)
    if math.isnan(double):
        return True
    if math.isinf(double):
        return bool(digits != double)
    return bool(abs(double - digits) > AGREEMENT * abs(digits))


def merged(double: Any, digits: Any) -> Number:
    """Return what to show of a cell's two numbers."""
    if type(digits) is Undefined:
        return Number(digits, digits, double, flagged=False)
    if _differ(double, digits):
        return Number(digits, digits, double, flagged=True)
    return Number(double, digits, double, flagged=False)


def _cells(record: Record) -> Iterator[Any]:
    """Yield the number or numbers that each step adds."""
    for step in record.steps:
        yield step[-1]
        if isinstance(step, Push | Share):
            yield step[-2]


def _doubtful(rough: Record, fine: Record) -> bool:
    """Whether more digits are needed to vouch for the fine record.

    They are where double precision differs, and where a zero may be all digits cancelled.
    """
    for double, digits in zip(_cells(rough), _cells(fine), strict=True):
        if type(digits) is Undefined:
            if type(double) is not Undefined:
                return True
        elif _differ(double, digits) or (type(digits) is not int and digits == 0):
            return True
    return False


def _settled(coarse: Record, fine: Record, digits: int) -> Record | None:
    """Return the fine record if twice the digits gave the same numbers, None if not.

    Numbers are the same to twenty digits; a number that shrinks as fast as the digits grow,
    beyond the hundredth, is zero, and what was seen of it rounding: it is put to zero.
    """
    close = fine.algebra.number(Fraction(1, 10**STABLE))
    shrinkage = fine.algebra.number(Fraction(1, 10 ** (digits * 4 // 5)))

    def vanishes(before: Any, after: Any) -> bool:
        return digits > SHADOW_DIGITS and bool(0 < abs(after) <= abs(before) * shrinkage)

    for before, after in zip(_cells(coarse), _cells(fine), strict=True):
        if type(before) is Undefined or type(after) is Undefined:
            if type(before) is not type(after):
                return None
        elif abs(before - after) > abs(after) * close and not vanishes(before, after):
            return None

    def clean(before: Any, after: Any) -> Any:
        return after * 0 if type(after) is not Undefined and vanishes(before, after) else after

    steps = tuple(
        b._replace(**{f: clean(getattr(a, f), getattr(b, f)) for f in _NUMBERS[type(b)]})
        for a, b in zip(coarse.steps, fine.steps, strict=True)
    )
    return Record(
        fine.graph,
        fine.algebra,
        fine.mode,
        tuple(map(clean, coarse.values, fine.values)),
        {e: clean(coarse.local[e], x) for e, x in fine.local.items()},
        {e: clean(coarse.flowing[e], x) for e, x in fine.flowing.items()},
        {n: clean(coarse.derivatives[n], x) for n, x in fine.derivatives.items()},
        steps,
    )


_NUMBERS: Mapping[type, tuple[str, ...]] = {
    Evaluate: ("value",),
    Linearise: ("partial",),
    Seed: ("value",),
    Push: ("contribution", "tangent"),
    Share: ("share", "adjoint"),
}


def shadowed(
    graph: WengertList, point: Mapping[int, Any], mode: Mode, seeds: Mapping[int, Fraction]
) -> tuple[Record, Record]:
    """Return the records in double precision and with as many digits as are needed.

    Parameters
    ----------
    point
        Exact value of each input, by index: a `Fraction`, or nested sequences of numbers
        for an input with a shape.
    """

    def run(algebra: Algebra) -> Record:
        bound = {n: _bound(graph, algebra, n, v) for n, v in point.items()}
        started = {n: algebra.number(s) for n, s in seeds.items()}
        return record(graph, algebra, bound, mode, started)

    if not graph.is_scalar:
        return run(ARRAYS), run(Arrays(digits_algebra(SHADOW_DIGITS)))
    rough, fine, digits = run(FLOAT64), run(digits_algebra(SHADOW_DIGITS)), SHADOW_DIGITS
    while digits < MOST_DIGITS and _doubtful(rough, fine):
        finer = run(digits_algebra(2 * digits))
        settled = _settled(fine, finer, digits)
        if settled is not None:
            return rough, settled
        fine, digits = finer, 2 * digits
    return rough, fine


def _bound(graph: WengertList, algebra: Algebra, node: int, value: Any) -> Any:
    if isinstance(algebra, Arrays):
        return algebra.array(value, graph.shape(node), node in graph.batched)
    return algebra.number(Fraction(value))


class Run:
    """Values, local partials and tangents or adjoints of a graph at a point.

    Parameters
    ----------
    graph
        The graph, at the zoom level that is to be shown.
    point
        Exact value of each input, by index.
    mode
        "reverse" or "forward".
    output
        Index of the output that is differentiated (reverse mode); default the main one.
    direction
        Tangents of the inputs, by index (forward mode); default 1 for the first input and
        0 for the others.
    """

    def __init__(
        self,
        graph: WengertList,
        point: Mapping[int, Any],
        mode: Mode = "reverse",
        output: int | None = None,
        direction: Mapping[int, Fraction] | None = None,
    ) -> None:
        self.graph = graph
        self.point = dict(point)
        self.mode: Mode = mode
        self.output = graph.outputs[0] if output is None else output
        if mode == "reverse":
            self.seeds: dict[int, Fraction] = {self.output: Fraction(1)}
        else:
            chosen = direction or {graph.inputs[0]: Fraction(1)} if graph.inputs else {}
            self.seeds = {n: Fraction(x) for n, x in chosen.items()}
        self.double, self.fine = shadowed(graph, point, mode, self.seeds)
        self._merged: dict[tuple[str, Any], Number] = {}

    @property
    def fine_digits(self) -> int:
        """How many digits the many-digit record carries."""
        return int(getattr(self.fine.algebra, "digits", SHADOW_DIGITS))

    @property
    def steps(self) -> tuple[tuple[Step, Step], ...]:
        """The steps of both records side by side, in order."""
        return tuple(zip(self.double.steps, self.fine.steps, strict=True))

    def value(self, node: int) -> Number:
        """Return the value of `node`."""
        return self._cell("value", node, self.double.values, self.fine.values)

    def _cell(self, kind: str, key: Any, double: Any, fine: Any) -> Number:
        if (kind, key) not in self._merged:
            self._merged[kind, key] = merged(double[key], fine[key])
        return self._merged[kind, key]

    def partial(self, node: int, slot: int) -> Number | None:
        """Return the local partial of `node` by the operand in `slot`, None where none is due."""
        key = node, slot
        if key not in self.fine.local:
            return None
        return self._cell("partial", key, self.double.local, self.fine.local)

    def flowing(self, node: int, slot: int) -> Number | None:
        """Return the share (reverse) or contribution (forward) of an edge."""
        key = node, slot
        if key not in self.fine.flowing:
            return None
        return self._cell("flowing", key, self.double.flowing, self.fine.flowing)

    def derivative(self, node: int) -> Number:
        """Return the adjoint (reverse) or tangent (forward) of `node`; 0 where none arrives."""
        if node in self.fine.derivatives:
            return self._cell("derivative", node, self.double.derivatives, self.fine.derivatives)
        return merged(
            self.double.algebra.zero(self.double.values[node]),
            self.fine.algebra.zero(self.fine.values[node]),
        )

    @cached_property
    def kinks(self) -> tuple[int, ...]:
        """The nodes that stand at a kink."""
        return tuple(kinks(self.fine)) if self.graph.is_scalar else ()

    @cached_property
    def sides(self) -> dict[int, Sides]:
        """Left and right derivative of the output by each input, where a kink is met."""
        if not self.kinks:
            return {}
        return {node: sides(self.fine, self.output, node) for node in self.graph.inputs}
