"""The walks over a graph: one algorithm each, for any algebra, as generators of steps.

Forward and reverse mode are the same linear walk in two directions over the local partials
(Griewank and Walther, Evaluating Derivatives, chapter 3): a tangent is pushed to the users,
an adjoint is pulled to the operands, and both are sums over edges.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, MutableMapping, Sequence
from typing import Any, NamedTuple

from chainrule.algebras.protocol import Algebra
from chainrule.graph.wengert import INPUT, WengertList


class Evaluate(NamedTuple):
    """The value of `node` was computed (or bound, for an input)."""

    node: int
    value: Any


class Linearise(NamedTuple):
    """The local partial of `node` by its operand in `slot` was computed."""

    node: int
    slot: int
    operand: int
    partial: Any


class Seed(NamedTuple):
    """A pass began: `node` was given its tangent or adjoint."""

    node: int
    value: Any


class Push(NamedTuple):
    """A tangent moved along an edge: `contribution` of `operand`, `tangent` of `node` so far."""

    node: int
    slot: int
    operand: int
    contribution: Any
    tangent: Any


class Share(NamedTuple):
    """An adjoint moved along an edge: `share` of `operand`, its `adjoint` so far."""

    node: int
    slot: int
    operand: int
    share: Any
    adjoint: Any


Step = Evaluate | Linearise | Seed | Push | Share


Values = Sequence[Any]
Locals = Mapping[tuple[int, int], Any]


def evaluate(graph: WengertList, algebra: Algebra, point: Mapping[int, Any]) -> Iterator[Evaluate]:
    """Yield the value of every node.

    Parameters
    ----------
    point
        Values of the inputs by index.
    """
    values: list[Any] = []
    for node, (op, operands) in enumerate(zip(graph.ops, graph.operands, strict=True)):
        if op is INPUT:
            value = point[node]
        else:
            value = algebra.apply(op, graph.parameters_of(node), [values[i] for i in operands])
            value = algebra.placed(value, node)
        values.append(value)
        yield Evaluate(node, value)


def linearise(graph: WengertList, algebra: Algebra, values: Values) -> Iterator[Linearise]:
    """Yield the local partial of every edge by whose operand any input is reached."""
    for node, operands in enumerate(graph.operands):
        if not operands or not graph.varies[node]:
            continue
        op, parameters = graph.ops[node], graph.parameters_of(node)
        arguments = [values[i] for i in operands]
        for slot, operand in enumerate(operands):
            if graph.varies[operand]:
                partial = algebra.partial(op, parameters, slot, values[node], arguments)
                yield Linearise(node, slot, operand, algebra.placed(partial, node))


def values_inside(graph: WengertList, algebra: Algebra, operands: Values) -> list[Any]:
    """Return the value of every node where the inputs, in their order, have these values."""
    point = dict(zip(graph.inputs, operands, strict=True))
    return [step.value for step in evaluate(graph, algebra, point)]


def local_partials(
    graph: WengertList, algebra: Algebra, values: Values
) -> dict[tuple[int, int], Any]:
    """Return the local partials by edge, (user, slot)."""
    return {(s.node, s.slot): s.partial for s in linearise(graph, algebra, values)}


class Ledger:
    """Tangents or adjoints as they accumulate: every entry is a sum."""

    def __init__(self, algebra: Algebra, entries: MutableMapping[int, Any]) -> None:
        self.entries = entries
        self._absent, self._flat = (getattr(algebra, name, None) for name in ("absent", "flat"))

    def add(self, node: int, amount: Any) -> Any:
        """Add `amount` to the entry of `node` and return the sum so far."""
        before = self.entries.get(node)
        none = before is None or before is self._absent or before is self._flat
        total = amount if none else before + amount
        self.entries[node] = total
        return total


def forward(
    graph: WengertList,
    algebra: Algebra,
    values: Values,
    local: Locals,
    seeds: Mapping[int, Any],
    ledger: type[Ledger] = Ledger,
) -> Iterator[Seed | Push]:
    """Yield the pushes by which tangents travel from the seeded inputs to the outputs."""
    tangents = ledger(algebra, {})
    for node, value in seeds.items():
        tangents.add(node, value)
        yield Seed(node, value)
    for node in range(len(graph)):
        for slot, operand in enumerate(graph.operands[node]):
            if operand in tangents.entries and (node, slot) in local:
                pushed = algebra.push(local[node, slot], tangents.entries[operand], values[node])
                yield Push(node, slot, operand, pushed, tangents.add(node, pushed))


def reverse(
    graph: WengertList,
    algebra: Algebra,
    values: Values,
    local: Locals,
    seeds: Mapping[int, Any],
    ledger: type[Ledger] = Ledger,
) -> Iterator[Seed | Share]:
    """Yield the shares by which adjoints travel from the seeded outputs to the inputs.

    Nodes are visited by their longest distance from the seeded outputs and, at equal
    distance, in the order of writing; the operands of a node from left to right.
    """
    adjoints = ledger(algebra, {})
    for node, value in seeds.items():
        adjoints.add(node, value)
        yield Seed(node, value)
    for node in graph.reverse_order(list(seeds)):
        if node not in adjoints.entries:
            continue
        for slot, operand in enumerate(graph.operands[node]):
            if (node, slot) in local:
                share = algebra.pull(local[node, slot], adjoints.entries[node], values[operand])
                yield Share(node, slot, operand, share, adjoints.add(operand, share))


def left_by(walk: Iterable[Seed | Push | Share]) -> dict[int, Any]:
    """Return the tangents or adjoints that a walk leaves behind."""
    left: dict[int, Any] = {}
    for step in walk:
        if isinstance(step, Share):
            left[step.operand] = step.adjoint
        else:
            left[step.node] = step.tangent if isinstance(step, Push) else step.value
    return left
