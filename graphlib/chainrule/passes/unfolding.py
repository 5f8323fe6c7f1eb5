"""A folded graph beside the same graph with every fold opened.

A run of a folded graph is read from the run of the opened one, so that all zoom levels show
the same numbers: a fold's value is that of its exit, and its local partials are a reverse
pass over the local partials inside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from chainrule.algebras.undefined import Undefined
from chainrule.graph.wengert import INPUT, WengertList
from chainrule.ops import Op
from chainrule.passes.record import Record, derived
from chainrule.passes.steps import Evaluate, Linearise, Push, Share, Step
from chainrule.passes.walks import Ledger


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
