"""A run in enclosures, with as many bits as it takes until every number is certain.

The precision climbs a ladder. On the lower rungs a number is a rational, where rationals
suffice, or a ball; on the upper ones closed forms decide what no ball can: ties, and zeros.
A cell is done when it is known exactly, when enough of its bits are certain, or when it is
proven that there is no number. What the last rung leaves open is undecided. At every zoom
level the run is that of the graph without folds (`chainrule.passes.unfolding`), so that all
levels say the same.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb

from chainrule.algebras.array import Array
from chainrule.algebras.arrays import ARRAYS, Arrays
from chainrule.algebras.balls import Balls, balls, proven
from chainrule.algebras.float64 import FLOAT64
from chainrule.algebras.protocol import Algebra
from chainrule.algebras.real import Real
from chainrule.algebras.undefined import Undefined
from chainrule.graph.constant import Constant
from chainrule.graph.wengert import WengertList
from chainrule.passes.record import Mode, Record, record
from chainrule.passes.steps import Push, Share, Step
from chainrule.passes.unfolding import Unfolded, refolded, unfolded

CERTAIN = 72
"""Bits of a number that must be certain: those of a double, and of twenty decimal digits."""

GUARD = 48
"""Bits beyond these that rounding may take on the lowest rung."""

RUNGS = (128, 512, 2_048, 8_192)
# From here on closed forms are asked: they cost more than a few hundred bits.
FORMS_FROM = 512
FORMS = 2_000
"""Operations after which a run is told no more closed forms."""

MOST_ENTRIES = 50_000
"""Entries of all vectors of a graph up to which its numbers are proven."""

# What an operation costs at 8,192 bits, in thousandths of a second; 512 bits are always paid.
MOST_COST = 500
ALWAYS = 512


@dataclass(frozen=True, slots=True)
class Proof:
    """What is certain of a run.

    Parameters
    ----------
    record
        The run in `Real` numbers; None where the graph has more entries than are proven.
    bits
        The precision at which the ladder was left.
    settled
        Whether every cell is done.
    whole, inner
        Of a graph with folds, the graph with its folds opened and its record.
    """

    record: Record | None
    bits: int
    settled: bool
    whole: Unfolded | None = None
    inner: Record | None = None


def recorded(
    graph: WengertList,
    point: Mapping[int, Any],
    mode: Mode,
    seeds: Mapping[int, Any],
    algebra: Algebra | None = None,
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
    """
    chosen = algebra or (FLOAT64 if graph.is_scalar else ARRAYS)
    bound = {n: _bound(graph, chosen, n, v) for n, v in point.items()}
    started = {
        n: chosen.number(s) if isinstance(s, Fraction) else _bound(graph, chosen, n, s)
        for n, s in seeds.items()
    }
    return record(graph, chosen, bound, mode, started)


def _bound(graph: WengertList, algebra: Algebra, node: int, value: Any) -> Any:
    if isinstance(algebra, Arrays):
        return algebra.array(value, graph.shape(node), node in graph.batched)
    if isinstance(value, Constant):
        return value.within(algebra)
    return algebra.number(value if type(value) is Fraction else Fraction(value))


def prove(
    graph: WengertList,
    point: Mapping[int, Any],
    mode: Mode,
    seeds: Mapping[int, Any],
    certain: int = CERTAIN,
) -> Proof:
    """Return what is certain of a run, from the lowest rung on which every cell is done.

    Parameters
    ----------
    point, seeds
        As for `recorded`.
    certain
        Bits of every number that must be certain.
    """
    whole = unfolded(graph) if graph.is_scalar else None
    proof = Proof(None, 0, False)
    for bits, forms in _rungs(graph if whole is None else whole.graph, certain):
        proof = climbed(graph, point, mode, seeds, bits, forms, whole, certain)
        if proof.settled:
            return proof
    if proof.record is None:
        return proof
    left = _left_open(proof.record, proof.bits, certain)
    return Proof(left, proof.bits, False, proof.whole, proof.inner)


def climbed(
    graph: WengertList,
    point: Mapping[int, Any],
    mode: Mode,
    seeds: Mapping[int, Any],
    bits: int,
    forms: int,
    whole: Unfolded | None = None,
    certain: int = CERTAIN,
) -> Proof:
    """Return the run on one rung: with so many bits, and with closed forms or without."""
    algebra = Balls(bits, forms) if forms else balls(bits)
    if not graph.is_scalar:
        found = recorded(graph, point, mode, seeds, Arrays(algebra))
        return Proof(found, bits, _settled(found, certain))
    if whole is None:
        found = recorded(graph, point, mode, seeds, algebra)
        return Proof(found, bits, _settled(found, certain))
    placed, started = ({whole.exits[n]: v for n, v in given.items()} for given in (point, seeds))
    inner = recorded(whole.graph, placed, mode, started, algebra)
    with algebra.session():
        found = refolded(whole, inner, {n: algebra.number(Fraction(s)) for n, s in seeds.items()})
    return Proof(found, bits, _settled(found, certain), whole, inner)


def _rungs(graph: WengertList, certain: int) -> Iterator[tuple[int, int]]:
    """Yield the rungs: how many bits, and how many operations on closed forms."""
    if not graph.is_scalar:
        entries = sum(math.prod(graph.shape(node)) for node in range(len(graph)))
        if entries <= MOST_ENTRIES:
            yield from ((bits, 0) for bits in (certain + GUARD, certain + 440))
        return
    for rung in RUNGS:
        bits = rung if rung >= certain + GUARD else rung + certain
        if rung > ALWAYS:
            cost = sum(op.cost for op in graph.ops)
            if cost * (rung / RUNGS[-1]) ** 2 > MOST_COST:
                return
        if rung <= FORMS_FROM:
            yield bits, 0
        if rung >= FORMS_FROM:
            yield bits, FORMS


def _settled(found: Record, certain: int) -> bool:
    """Whether every cell of a record is done."""
    cells = [step[-1] for step in found.steps]
    cells += found.flowing.values()
    for cell in cells:
        if isinstance(cell, Array):
            if not all(proven(x, certain) for x in cell.data.ravel().tolist()):
                return False
        elif not proven(cell, certain):
            return False
    return True


def small(x: Any, bits: int) -> bool:
    """Whether an open number is next to nothing: beyond half of the bits that are carried."""
    return bool(x.ball.abs_upper() * arb(2) ** (bits // 2) < 1)


def _left_open(found: Record, bits: int, certain: int) -> Record:
    """Return the record of the last rung, with reasons in place of what is no number there.

    A number that may be 0 and is less than any that could matter stays as it is.
    """
    graph = found.graph
    digits = round(bits * math.log10(2))
    needs = f"more than {digits} digits"

    def told(cell: Any, node: int) -> Any:
        if isinstance(cell, Array):
            entries = [told(x, node) for x in cell.data.ravel().tolist()]
            data = np.empty(len(entries), dtype=object)
            data[:] = entries
            return Array(data.reshape(cell.data.shape), cell.ndim)
        if type(cell) is not Real or proven(cell, certain) or small(cell, bits):
            return cell
        return Undefined(graph.ops[node].name, needs, "unsettled", node)

    steps: list[Step] = []
    for step in found.steps:
        kept = 3 if isinstance(step, Share | Push) else len(step) - 1
        cells = (told(cell, step.node) for cell in step[kept:])
        steps.append(type(step)(*step[:kept], *cells))
    return Record.of(graph, found.algebra, found.mode, tuple(steps))
