"""Folding: a folded node is an operation whose body is a graph.

Its value is the body's evaluation and its local partials are a reverse pass inside the body,
both in whatever algebra asks. Zoom levels and modules are this one thing.
"""

from __future__ import annotations

import operator
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, Literal

from chainrule.algebras.protocol import Algebra
from chainrule.algebras.undefined import Undefined
from chainrule.graph.numbering import Place, places
from chainrule.graph.wengert import INPUT, WengertList
from chainrule.ops import OPS, Map, Op, Shape
from chainrule.passes.modules import affine, module_exits
from chainrule.passes.walks import forward, left_by, local_partials, reverse, values_inside

Zoom = Literal["primitive", "step", "named", "module"]
ZOOMS: tuple[Zoom, ...] = ("primitive", "step", "named", "module")

NEG, MUL, DIV, POWER = (OPS[name] for name in ("neg", "mul", "div", "power"))


def _value(m: Any, *operands: Any, body: WengertList, **carried: Any) -> Any:
    value = values_inside(body, m.algebra, operands)[body.outputs[0]]
    return replace(value, node=-1) if type(value) is Undefined else value


class _Inside:
    """The passes inside a fold at given operands; the reverse pass serves all its slots."""

    def __init__(self, algebra: Algebra, body: WengertList, operands: Sequence[Any]) -> None:
        self.algebra, self.body, self.operands = algebra, body, operands
        self.values = values_inside(body, algebra, operands)
        self.local = local_partials(body, algebra, self.values)

    @cached_property
    def partials(self) -> dict[int, Any]:
        """The local partials of a scalar fold, by input of the body."""
        exit = self.body.outputs[0]
        seeds = {exit: self.algebra.one(self.values[exit])}
        return left_by(reverse(self.body, self.algebra, self.values, self.local, seeds))

    def is_at(self, algebra: Algebra, body: WengertList, operands: Sequence[Any]) -> bool:
        """Tell whether these are the passes at these very operands."""
        same = self.algebra is algebra and self.body is body
        return same and all(map(operator.is_, self.operands, operands))


# The partials of a fold are asked for one after the other, for the same operands: the last
# passes are kept, one for each thread.
_last = threading.local()


def _inside(algebra: Algebra, body: WengertList, operands: Sequence[Any]) -> _Inside:
    kept: _Inside | None = getattr(_last, "inside", None)
    if kept is None or not kept.is_at(algebra, body, operands):
        kept = _last.inside = _Inside(algebra, body, operands)
    return kept


def _partial(slot: int) -> Callable[..., Any]:
    def partial(m: Any, y: Any, *operands: Any, body: WengertList, **carried: Any) -> Any:
        algebra = m.algebra
        exit, entry = body.outputs[0], body.inputs[slot]
        inside = _inside(algebra, body, operands)
        values, local = inside.values, inside.local

        def pull(bar: Any) -> Any:
            return left_by(reverse(body, algebra, values, local, {exit: bar})).get(entry, 0)

        def push(tangent: Any) -> Any:
            return left_by(forward(body, algebra, values, local, {entry: tangent})).get(exit, 0)

        if any(body.shapes.values()):
            return Map(push=push, pull=pull)
        result = inside.partials.get(entry, 0)
        return replace(result, node=-1) if type(result) is Undefined else result

    return partial


FOLD = Op(
    "fold",
    None,
    value=_value,
    partials=_partial,
    parameters={"body": None, "origin": ()},
    doc="Several steps shown as one; `body` is their graph, `origin` their nodes.",
)


def _is_sign_or_coefficient(graph: WengertList, node: int) -> bool:
    """Whether `node` only puts a sign or a constant factor to one varying operand."""
    op = graph.ops[node]
    varying = sum(graph.varies[i] for i in graph.operands[node])
    return op is NEG or (op in (MUL, DIV) and varying == 1)


def _step_joins(graph: WengertList, node: int, user: int) -> bool:
    """Whether a person writes `node` and its `user` in one line."""
    if not graph.varies[node] or graph.ops[user].name == "identity":
        return True
    if graph.ops[node] is NEG:  # a sign inside a product
        return graph.ops[user] in (MUL, DIV, NEG)
    return _is_sign_or_coefficient(graph, user) and graph.ops[node] in (MUL, DIV, POWER)


def groups(graph: WengertList, zoom: Zoom) -> list[int]:
    """Return for each node the exit of the fold that swallows it; its own index if none does.

    A fold swallows an unnamed node only if all users of the node lie inside, so every fold
    has exactly one exit.
    """
    if zoom == "module" and any(affine(graph)):
        return module_exits(graph)
    exits = list(range(len(graph)))
    outputs = set(graph.outputs)
    for node in range(len(graph) - 1, -1, -1):
        users = graph.users[node]
        if node in graph.names or node in outputs or not users or graph.ops[node] is INPUT:
            continue
        around = {exits[edge.user] for edge in users}
        if len(around) == 1 and (
            zoom in ("named", "module")
            or (zoom == "step" and all(_step_joins(graph, node, edge.user) for edge in users))
        ):
            exits[node] = around.pop()
    return exits


def fold(
    graph: WengertList, exits: Sequence[int], numbers: Mapping[int, Place] | None = None
) -> WengertList:
    """Return the graph in which every group of nodes with the same exit is one node.

    Constants that a fold does not swallow stay nodes. Nodes keep names, order and shapes;
    a fold of one node is that node.

    Parameters
    ----------
    numbers
        Places of the unnamed steps; default those that they have in `graph`.
    """
    numbers = places(graph) if numbers is None else numbers
    members: dict[int, list[int]] = {}
    for node, exit in enumerate(exits):
        members.setdefault(exit, []).append(node)
    kept = sorted(members)
    new = {node: i for i, node in enumerate(kept)}
    changed: dict[int, tuple[Op, tuple[int, ...], Mapping[str, Any]]] = {}
    for exit in kept:
        inside = members[exit]
        if len(inside) > 1:
            body, entries = _body(graph, inside, exit, numbers)
            operands = tuple(new[o] for o in entries)
            changed[exit] = FOLD, operands, {"body": body, "origin": tuple(inside)}
        else:
            operands = tuple(new[o] for o in graph.operands[exit])
            changed[exit] = graph.ops[exit], operands, graph.parameters_of(exit)
    return graph.select(
        kept,
        ops=tuple(op for op, _, _ in changed.values()),
        operands=tuple(operands for _, operands, _ in changed.values()),
        parameters={new[exit]: given for exit, (_, _, given) in changed.items() if given},
        places={new[n]: numbers[n] for n in kept if n in numbers},
    )


def _body(
    graph: WengertList, inside: list[int], exit: int, numbers: Mapping[int, Place]
) -> tuple[WengertList, list[int]]:
    """Return the graph inside a fold and the outer nodes that enter it, in order of writing."""
    entries = _in_order_of_writing(graph, exit, set(inside))
    new = {node: i for i, node in enumerate(entries + inside)}
    inner = {new[n]: graph.names[n] for n in inside if n in graph.names and n != exit}
    body = graph.select(
        entries + inside,
        ops=(INPUT,) * len(entries) + tuple(graph.ops[n] for n in inside),
        operands=((),) * len(entries)
        + tuple(tuple(new[o] for o in graph.operands[n]) for n in inside),
        parameters={new[n]: graph.parameters[n] for n in inside if n in graph.parameters},
        names={i: graph.names.get(node, f"#{node}") for i, node in enumerate(entries)} | inner,
        outputs=[new[exit]],
        batched=(),
        places={new[n]: numbers[n] for n in inside if n in numbers and n != exit},
    )
    return body, entries


def _in_order_of_writing(graph: WengertList, exit: int, within: set[int]) -> list[int]:
    """Return the outer nodes as they are met reading the fold's formula from left to right."""
    met: list[int] = []
    seen: set[int] = set()
    pending = [exit]
    while pending:
        node = pending.pop()
        if node in seen:
            continue
        seen.add(node)
        if node not in within:
            met.append(node)
        else:
            pending.extend(reversed(graph.operands[node]))
    return met


def zoom(graph: WengertList, level: Zoom) -> WengertList:
    """Return `graph` at a zoom level: primitive, step, named or module.

    primitive: one operation per node. step: what a person writes in one line; constants,
    signs and coefficients are folded in. named: one node per assignment. module: one node per
    affine map, activation and loss (`chainrule.passes.modules`); of numbers, one per assignment.
    The steps of the level are numbered first; those inside the folds go on from there.
    """
    if level == "primitive":
        return graph
    exits = groups(graph, level)
    return fold(graph, exits, places(graph, first=set(exits)))


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
