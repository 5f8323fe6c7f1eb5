"""A run in enclosures, with as many bits as it takes until every number is certain.

The precision climbs a ladder. On the lower rungs a number is a rational, where rationals
suffice, or a ball; on the upper ones closed forms decide what no ball can: ties, and zeros.
A cell is done when it is known exactly, when enough of its bits are certain, or when it is
proven that there is no number. What the last rung leaves open is undecided. At every zoom
level the run is that of the graph without folds (`chainrule.passes.proof`), so that all
levels say the same.

Of a folded graph the run is read from that of the same graph with every fold opened, so that all
zoom levels show the same numbers: a fold's value is that of its exit, and its local partials are a
reverse pass over those inside it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
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
from chainrule.graph.wengert import INPUT, WengertList
from chainrule.ops import Op
from chainrule.passes.record import Mode, Record, derived, record
from chainrule.passes.walks import Evaluate, Ledger, Linearise, Push, Share, Step


@dataclass(frozen=True, slots=True)
class Unfolded:
    """A graph with its folds opened.

    Parameters
    ----------
    folded
        The graph with folds.
    graph
        The same without.
    exits
        Per node of `folded`, the node of `graph` that holds its value.
    owners
        Per node of `graph`, the node of `folded` to which it belongs.
    """

    folded: WengertList
    graph: WengertList
    exits: Sequence[int]
    owners: Sequence[int]

    def placed(self, value: Any) -> Any:
        """Return a number of the opened graph; where there is none, with the node of `folded`."""
        if type(value) is Undefined and value.node >= 0:
            return replace(value, node=self.owners[value.node])
        return value


def unfolded(graph: WengertList) -> Unfolded | None:
    """Return the graph with its folds opened, None if it has none.

    Names are left out, for nothing but numbers is asked of the result.
    """
    if not any("body" in parameters for parameters in graph.parameters.values()):
        return None
    ops: list[Op] = []
    operands: list[tuple[int, ...]] = []
    parameters: dict[int, Mapping[str, Any]] = {}
    owners: list[int] = []

    def opened(part: WengertList, entries: Sequence[int], owner: int | None) -> list[int]:
        """Append the nodes of a graph whose inputs stand at `entries`; return their places."""
        places: list[int] = []
        arrived = iter(entries)
        for node, op in enumerate(part.ops):
            belongs = node if owner is None else owner
            given = [places[i] for i in part.operands[node]]
            body = part.parameters_of(node).get("body")
            if op is INPUT and owner is not None:
                places.append(next(arrived))
            elif isinstance(body, WengertList):
                places.append(opened(body, given, belongs)[body.outputs[0]])
            else:
                places.append(len(ops))
                if node in part.parameters:
                    parameters[len(ops)] = part.parameters[node]
                ops.append(op)
                operands.append(tuple(given))
                owners.append(belongs)
        return places

    exits = opened(graph, (), None)
    outputs = [exits[node] for node in graph.outputs]
    whole = WengertList(ops, operands, parameters, outputs=outputs)
    return Unfolded(graph, whole, exits, owners)


def refolded(whole: Unfolded, record: Record, seeds: Mapping[int, Any]) -> Record:
    """Return the run of the folded graph, from that of the opened one.

    Parameters
    ----------
    seeds
        As for `chainrule.passes.record.record`, by index of the folded graph.
    """
    folded, algebra, placed = whole.folded, record.algebra, whole.placed
    values = [placed(record.values[exit]) for exit in whole.exits]
    steps: list[Step] = [Evaluate(node, value) for node, value in enumerate(values)]
    members: dict[int, list[int]] = {}
    for node, owner in enumerate(whole.owners):
        members.setdefault(owner, []).append(node)
    local: dict[tuple[int, int], Any] = {}
    for node, operands in enumerate(folded.operands):
        if not operands or not folded.varies[node]:
            continue
        exit = whole.exits[node]
        if "body" in folded.parameters_of(node):
            adjoints = Ledger(algebra, {exit: algebra.one(record.values[exit])})
            for inner in reversed(members[node]):
                if inner not in adjoints.entries:
                    continue
                for slot, operand in enumerate(record.graph.operands[inner]):
                    if (inner, slot) in record.local:
                        bar, like = adjoints.entries[inner], record.values[operand]
                        share = algebra.pull(record.local[inner, slot], bar, like)
                        adjoints.add(operand, share)
            arrived = [adjoints.entries.get(whole.exits[operand], 0) for operand in operands]
        else:
            arrived = [record.local.get((exit, slot)) for slot in range(len(operands))]
        for slot, operand in enumerate(operands):
            if folded.varies[operand]:
                local[node, slot] = placed(arrived[slot])
                steps.append(Linearise(node, slot, operand, local[node, slot]))
    passed = derived(folded, algebra, record.mode, values, local, seeds, steps)

    def checked(step: Step) -> Step:
        """Return a step without a number where the opened graph has none."""
        if not isinstance(step, Share | Push) or type(step[-1]) is Undefined:
            return step
        goal = step.operand if isinstance(step, Share) else step.node
        total = placed(record.derivatives.get(whole.exits[goal]))
        return type(step)(*step[:3], total, total) if type(total) is Undefined else step

    if not any(type(x) is Undefined for x in record.derivatives.values()):
        return passed
    return Record.of(folded, algebra, record.mode, tuple(map(checked, passed.steps)))


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
