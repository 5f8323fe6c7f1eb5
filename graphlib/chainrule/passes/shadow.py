"""Double precision and its shadow: the same run with as many digits as it takes to be sure.

Three records of one run stand side by side: what double precision gives, what is known
exactly (rational numbers), and a many-digit record that begins with 50 digits. What is known
exactly replaces the many-digit number, so that zeros, ties and kinks are met where they are.
The digits are doubled while there is doubt: where double precision differs, or where a zero
may be a number all of whose digits cancelled.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from chainrule.algebras.arrays import ARRAYS, Array, Arrays
from chainrule.algebras.digits import Digits, digits_algebra
from chainrule.algebras.exact import EXACT
from chainrule.algebras.float64 import FLOAT64
from chainrule.algebras.protocol import Algebra
from chainrule.algebras.undefined import Undefined
from chainrule.graph.wengert import WengertList
from chainrule.ops import OPS, Map
from chainrule.passes.record import Mode, Record, record
from chainrule.passes.steps import Evaluate, Linearise, Push, Seed, Share, Step

SHADOW_DIGITS = 50
MOST_DIGITS = 800
AGREEMENT = 1e-9
# Two records say the same where this many digits are equal.
STABLE = 20

CANCELLING = frozenset((OPS["add"], OPS["sub"]))


@dataclass(frozen=True, slots=True)
class Shadowed:
    """One run three times.

    Parameters
    ----------
    double
        In double precision.
    fine
        With many digits; what is known exactly is rounded from there.
    exact
        In rational numbers where they suffice; None for arrays.
    """

    double: Record
    fine: Record
    exact: Record | None


def differ(double: Any, digits: Any) -> bool:
    """Whether double precision misses the many-digit number by more than 1e-9 (relative)."""
    if isinstance(digits, Map):
        return False  # a linear map between vectors; its shares are compared
    if isinstance(digits, Array):
        pairs = zip(double.data.ravel().tolist(), digits.data.ravel().tolist(), strict=True)
        return any(differ(a, b) for a, b in pairs)
    if type(double) is Undefined or type(digits) is Undefined:
        return type(double) is not type(digits)
    if math.isnan(double) or math.isnan(digits):  # an entry of an array without a value
        return math.isnan(double) != math.isnan(digits)
    if math.isinf(double):
        return bool(digits != double)
    near = float(digits)
    # Doubles settle all but the doubtful; below 1e-290 they lose digits.
    if abs(double - near) <= AGREEMENT / 10 * abs(near) and abs(near) > 1e-290:
        return False
    return bool(abs(double - digits) > AGREEMENT * abs(digits))


def shadowed(
    graph: WengertList,
    point: Mapping[int, Any],
    mode: Mode,
    seeds: Mapping[int, Any],
    digits: int = SHADOW_DIGITS,
) -> Shadowed:
    """Return the records of a run.

    Parameters
    ----------
    point
        Exact value of each input, by index: a `Fraction`, or nested sequences of numbers
        for an input with a shape.
    seeds
        Tangents or adjoints with which the pass begins, likewise; a `Fraction` for every entry.
    digits
        Significant digits with which the many-digit record begins.
    """

    def run(algebra: Algebra, known: Mapping[int, Fraction] | None = None) -> Record:
        bound = {n: _bound(graph, algebra, n, v) for n, v in point.items()}
        started = {
            n: algebra.number(s) if isinstance(s, Fraction) else _bound(graph, algebra, n, s)
            for n, s in seeds.items()
        }
        return record(graph, algebra, bound, mode, started, known=known)

    if not graph.is_scalar:
        return Shadowed(run(ARRAYS), run(Arrays(digits_algebra(digits))), None)
    exact = run(EXACT)
    known = {n: v for n, v in enumerate(exact.values) if type(v) is Fraction}
    double = run(FLOAT64)
    fine = _rounded(exact, run(digits_algebra(digits), known))
    while _doubtful(double, fine, exact) and digits < MOST_DIGITS:
        finer = _rounded(exact, run(digits_algebra(2 * digits), known))
        vanished = _vanished(fine, finer, digits)
        if vanished:
            # Numbers that shrink as fast as the digits grow are zero; what hangs on them is
            # computed anew, for a kink or a pole may stand there.
            known |= dict.fromkeys(vanished, Fraction(0))
            finer = _rounded(exact, run(digits_algebra(2 * digits), known))
        settled = not vanished and _settled(fine, finer)
        fine, digits = finer, 2 * digits
        if settled and not _cancelled(fine, exact):
            return Shadowed(double, fine, exact)
    return Shadowed(double, _undecided(fine, exact, known), exact)


def _bound(graph: WengertList, algebra: Algebra, node: int, value: Any) -> Any:
    if isinstance(algebra, Arrays):
        return algebra.array(value, graph.shape(node), node in graph.batched)
    return algebra.number(Fraction(value))


# Where the numbers of a step begin; before them stands what the step is about.
_NUMBERS: Mapping[type, int] = {Evaluate: 1, Linearise: 3, Seed: 1, Push: 3, Share: 3}


def _cells(*records: Record) -> Iterator[tuple[Any, ...]]:
    """Yield the number or numbers that each step adds, of several records side by side."""
    for steps in zip(*(r.steps for r in records), strict=True):
        begin = _NUMBERS[type(steps[0])]
        yield from zip(*(step[begin:] for step in steps), strict=True)


def _mapped(fine: Record, other: Record, change: Any) -> Record:
    """Return `fine` with every number replaced by `change(fine's, other's)`."""
    steps: list[Step] = []
    for step, its in zip(fine.steps, other.steps, strict=True):
        make: Any = type(step)
        begin = _NUMBERS[make]
        steps.append(make(*step[:begin], *map(change, step[begin:], its[begin:])))
    return Record.of(fine.graph, fine.algebra, fine.mode, tuple(steps))


def _rounded(exact: Record, fine: Record) -> Record:
    """Return the many-digit record with what is known exactly in its place."""
    number = fine.algebra.number

    def change(digits: Any, known: Any) -> Any:
        if type(known) is Fraction:
            return number(known)
        return known if type(known) is Undefined else digits

    return _mapped(fine, exact, change)


def _doubtful(double: Record, fine: Record, exact: Record) -> bool:
    """Whether more digits are needed to vouch for the fine record."""
    if _cancelled(fine, exact):
        return True
    for rough, digits, known in _cells(double, fine, exact):
        if type(known) is Fraction or type(known) is Undefined:
            continue
        if type(digits) is Undefined or differ(rough, digits):
            return True
    return False


def _cancelled(fine: Record, exact: Record) -> bool:
    """Whether some zero may be a number all of whose digits cancelled."""
    graph = fine.graph
    for node, (value, known) in enumerate(zip(fine.values, exact.values, strict=True)):
        if type(known) is Fraction or type(value) is Undefined or value != 0:
            continue
        operands = graph.operands[node]
        if graph.ops[node] in CANCELLING and operands[0] != operands[1]:
            return True
    for edge, partial in fine.local.items():
        if type(exact.local[edge]) is Fraction or type(partial) in (int, Undefined):
            continue
        if partial == 0 and graph.ops[edge[0]].kink is None:
            return True
    return False


def _settled(coarse: Record, fine: Record) -> bool:
    """Whether twice the digits gave the same numbers to twenty of them."""
    close = fine.algebra.number(Fraction(1, 10**STABLE))
    for before, after in _cells(coarse, fine):
        if type(before) is Undefined or type(after) is Undefined:
            if type(before) is not type(after):
                return False
        elif before != after and not abs(before - after) <= abs(after) * close:
            return False
    return True


def _vanished(coarse: Record, fine: Record, digits: int) -> list[int]:
    """Return the nodes whose values shrink as fast as the digits grow, beyond the hundredth."""
    if digits <= SHADOW_DIGITS:
        return []
    algebra = fine.algebra
    assert isinstance(algebra, Digits)
    shrinkage = algebra.number(Fraction(1, 10 ** (digits * 4 // 5)))
    return [
        node
        for node, (before, after) in enumerate(zip(coarse.values, fine.values, strict=True))
        if type(before) is not Undefined
        and type(after) is not Undefined
        and 0 < abs(after) <= abs(before) * shrinkage
    ]


def _undecided(fine: Record, exact: Record, known: Mapping[int, Fraction]) -> Record:
    """Return the record with what no number of digits could decide marked as such.

    An operand that cancelled to nothing may be a small number, so that a logarithm or a
    quotient of it may exist after all.
    """
    if not _cancelled(fine, exact):
        return fine

    def change(digits: Any, certain: Any) -> Any:
        if type(digits) is Undefined and type(certain) is not Undefined:
            return replace(digits, what="undecided")
        return digits

    return _mapped(fine, exact, change)
