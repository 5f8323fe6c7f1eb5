"""One fold at a time: which nodes may be one, made into one, and opened again."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from chainrule.graph.numbering import Place, places
from chainrule.graph.wengert import INPUT, WengertList
from chainrule.ops import Op, Shape
from chainrule.passes.folding import fold


def feeding(graph: WengertList, exit: int) -> set[int]:
    """Return a node with all that is used by it alone, at any distance; inputs stay outside."""
    inside = {exit}
    for node in range(exit - 1, -1, -1):
        users = graph.users[node]
        if graph.ops[node] is INPUT or node in graph.outputs or not users:
            continue
        if all(edge.user in inside for edge in users):
            inside.add(node)
    return inside


def with_constants(graph: WengertList, nodes: Collection[int]) -> set[int]:
    """Return nodes with the leaf constants that only they use."""
    inside = set(nodes)
    return inside | {
        operand
        for node in nodes
        for operand in graph.operands[node]
        if graph.ops[operand].arity == 0
        and graph.ops[operand] is not INPUT
        and operand not in graph.names
        and all(edge.user in inside for edge in graph.users[operand])
    }


def exits_of(graph: WengertList, nodes: Collection[int]) -> list[int]:
    """Return those of some nodes that are outputs or have users outside: of a fold, one."""
    outputs = set(graph.outputs)
    return [
        node
        for node in sorted(nodes)
        if node in outputs or any(edge.user not in nodes for edge in graph.users[node])
    ]


def between(graph: WengertList, nodes: Collection[int]) -> int | None:
    """Return the first node outside that lies on a way between some nodes, None if none does."""
    reached = [False] * len(graph)
    for node, operands in enumerate(graph.operands):
        reached[node] = any(reached[i] or i in nodes for i in operands)
    leads = [False] * len(graph)
    found = None
    for node in range(len(graph) - 1, -1, -1):
        leads[node] = any(leads[e.user] or e.user in nodes for e in graph.users[node])
        if node not in nodes and reached[node] and leads[node]:
            found = node
    return found


def fold_one(graph: WengertList, nodes: Collection[int]) -> WengertList:
    """Return the graph with some nodes as one: convex, with one exit (see `exits_of`)."""
    (exit,) = exits_of(graph, nodes)
    exits = list(range(len(graph)))
    for node in nodes:
        exits[node] = exit
    return fold(graph, exits)


def unfold(graph: WengertList, node: int) -> WengertList:
    """Return the graph with the nodes of one fold in its place, under their own names."""
    body: WengertList = graph.parameters[node]["body"]
    numbers = places(graph)
    ops: list[Op] = []
    operands: list[tuple[int, ...]] = []
    parameters: dict[int, Mapping[str, Any]] = {}
    names: dict[int, str] = {}
    shapes: dict[int, Shape] = {}
    written: list[int] = []
    shown: dict[int, Place] = {}
    new: list[int] = []

    def append(part: WengertList, at: int, given: tuple[int, ...]) -> int:
        place = len(ops)
        ops.append(part.ops[at])
        operands.append(given)
        written.append(part.written[at])
        if at in part.parameters:
            parameters[place] = part.parameters[at]
        if at in part.shapes:
            shapes[place] = part.shapes[at]
        return place

    for outer in range(len(graph)):
        given = tuple(new[i] for i in graph.operands[outer])
        if outer != node:
            place = append(graph, outer, given)
        else:
            inner: list[int] = []
            arrived = iter(given)
            for at, op in enumerate(body.ops):
                if op is INPUT:
                    inner.append(next(arrived))
                    continue
                inner.append(append(body, at, tuple(inner[i] for i in body.operands[at])))
                if at in body.names:
                    names[inner[at]] = body.names[at]
                elif at in body.places:
                    shown[inner[at]] = body.places[at]
            place = inner[body.outputs[0]]
        new.append(place)
        if outer in graph.names:
            names[place] = graph.names[outer]
        elif outer in numbers:
            shown[place] = numbers[outer]
    return WengertList(
        ops=tuple(ops),
        operands=tuple(operands),
        parameters=parameters,
        names=names,
        shapes=shapes,
        outputs=[new[output] for output in graph.outputs],
        written=written,
        batched=[new[i] for i in graph.batched],
        places=shown,
    )
