"""Double precision and its shadow: the same run with as many digits as it takes to be sure.

Beside what double precision gives stand what is known exactly (rational numbers), and a
many-digit record that begins with 50 digits. What is known exactly replaces the many-digit
number, so that zeros, ties and kinks are met where they are; the digits are doubled while
there is doubt (`chainrule.passes.doubt`). At every zoom level the shadow is that of the
graph without folds (`chainrule.passes.unfolding`), so that all levels say the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from chainrule.algebras.arrays import ARRAYS, Arrays
from chainrule.algebras.closed import Closed
from chainrule.algebras.digits import Digits, digits_algebra
from chainrule.algebras.exact import EXACT
from chainrule.algebras.float64 import FLOAT64
from chainrule.algebras.protocol import Algebra
from chainrule.graph.wengert import WengertList
from chainrule.passes.doubt import (
    SHADOW_DIGITS,
    Cancelling,
    Exactly,
    cancelled,
    doubtful,
    known_of,
    most_digits,
    rounded,
    settled,
    sum_cancelled,
    undecided,
    unsettled,
    vanished,
)
from chainrule.passes.negligible import marked
from chainrule.passes.record import Mode, Record, record
from chainrule.passes.unfolding import Unfolded, refolded, unfolded
from chainrule.passes.walks import Ledger


@dataclass(frozen=True, slots=True)
class Shadow:
    """A run twice more, beside double precision.

    Parameters
    ----------
    fine
        With many digits; what is known exactly is rounded from there.
    exact
        In rational numbers where they suffice; None for arrays.
    whole, inner
        Of a graph with folds, the graph with its folds opened and its many-digit record.
    """

    fine: Record
    exact: Record | None
    whole: Unfolded | None = None
    inner: Record | None = None


def recorded(
    graph: WengertList,
    point: Mapping[int, Any],
    mode: Mode,
    seeds: Mapping[int, Any],
    algebra: Algebra | None = None,
    known: Mapping[int, Fraction] | None = None,
    partials: Mapping[tuple[int, int], Fraction] | None = None,
) -> Record:
    """Return one record of a run.

    Parameters
    ----------
    point
        Exact value of each input, by index: a `Fraction`, or nested sequences of numbers
        for an input with a shape.
    seeds
        Tangents or adjoints with which the pass begins, likewise; a `Fraction` for every entry.
    algebra
        The kind of number; default double precision.
    known
        Exact values of nodes that are not computed anew.
    partials
        Exact local partials by edge, which replace those that are computed.
    """
    chosen = algebra or (FLOAT64 if graph.is_scalar else ARRAYS)
    bound = {n: _bound(graph, chosen, n, v) for n, v in point.items()}
    started = {
        n: chosen.number(s) if isinstance(s, Fraction) else _bound(graph, chosen, n, s)
        for n, s in seeds.items()
    }
    ledger = Cancelling if isinstance(chosen, Digits) else Exactly if chosen is EXACT else Ledger
    return record(graph, chosen, bound, mode, started, ledger, known=known, partials=partials)


def shadow(
    double: Record, point: Mapping[int, Any], seeds: Mapping[int, Any], digits: int = SHADOW_DIGITS
) -> Shadow:
    """Return what is known of a run beside its record in double precision.

    Parameters
    ----------
    point, seeds
        Those of the run.
    digits
        Significant digits with which the many-digit record begins.
    """
    graph, mode = double.graph, double.mode
    if not graph.is_scalar:
        return Shadow(recorded(graph, point, mode, seeds, Arrays(digits_algebra(digits))), None)
    whole = unfolded(graph)
    if whole is None:
        return _of_numbers(double, point, seeds, digits)
    placed, started = ({whole.exits[n]: v for n, v in given.items()} for given in (point, seeds))
    opened = recorded(whole.graph, placed, mode, started)
    inner = _of_numbers(opened, placed, started, digits)
    assert inner.exact is not None
    exact, fine = (
        refolded(
            whole, record, {n: record.algebra.number(Fraction(s)) for n, s in seeds.items()}, sums
        )
        for record, sums in ((inner.exact, Exactly), (inner.fine, Cancelling))
    )
    return Shadow(rounded(exact, fine), exact, whole, inner.fine)


def _of_numbers(
    double: Record, point: Mapping[int, Any], seeds: Mapping[int, Any], digits: int
) -> Shadow:
    """Return the shadow of a run of a graph of numbers without folds."""
    graph, mode = double.graph, double.mode
    exact = recorded(graph, point, mode, seeds, EXACT)
    zeros: dict[int, Fraction] = {}
    most = most_digits(graph)

    def run(digits: int) -> Record:
        known = {n: v for n, v in enumerate(exact.values) if type(v) is Fraction} | zeros
        partials = {edge: x for edge, x in exact.local.items() if type(x) is Fraction}
        algebra = digits_algebra(digits)
        return rounded(exact, recorded(graph, point, mode, seeds, algebra, known, partials))

    fine, sure = run(digits), True
    if doubtful(double, fine, exact):
        before = exact
        exact = known_of(exact, recorded(graph, point, mode, seeds, Closed()))
        if (before.values, before.local) != (exact.values, exact.local):
            fine = run(digits)
    while digits < most and doubtful(double, fine, exact):
        coarse, digits = fine, 2 * digits
        fine = run(digits)
        gone = vanished(coarse, fine, digits, most)
        if gone:
            # Numbers that shrink as fast as the digits grow are zero; what hangs on them is
            # computed anew, for a kink or a pole may stand there.
            zeros |= dict.fromkeys(gone, Fraction(0))
            coarse, fine = run(digits // 2), run(digits)
        sure = settled(coarse, fine)
        if sure and not cancelled(fine, exact) and not sum_cancelled(fine, exact):
            return Shadow(marked(fine, exact), exact)
    if not sure:
        fine = unsettled(run(digits + digits // 4), fine)
    return Shadow(marked(undecided(fine, exact), exact), exact)


def _bound(graph: WengertList, algebra: Algebra, node: int, value: Any) -> Any:
    if isinstance(algebra, Arrays):
        return algebra.array(value, graph.shape(node), node in graph.batched)
    return algebra.number(value if type(value) is Fraction else Fraction(value))
