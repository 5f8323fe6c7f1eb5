"""Where mistakes can be made: the shape of a node's formula, places inside it, and whole matrices.

A line of several operations is a fold. Its local partial is a pass inside its body, and a mistake,
such as cos(x²) for the slope of sin(x²), changes one step of that pass: with the adjoint ā of an
inner node and its tangent changed from t to t′, the local partial changes by ā (t′ − t).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import Any, NamedTuple

from chainrule.algebras.float64 import BY_HAND, FLOAT64
from chainrule.algebras.undefined import Undefined
from chainrule.exercises.cells import Cell, CellKind
from chainrule.graph.builder import Builder, Expression
from chainrule.graph.wengert import WengertList
from chainrule.ops import OPS
from chainrule.passes.places import (
    Gathered,
    Leading,
    Matrix,
    Product,
    Rule,
    Step,
    Sum,
    linearly,
    turned,
)
from chainrule.passes.walks import Push, Share, evaluate, forward, linearise, reverse

NEG, MUL, DIV = (OPS[name] for name in ("neg", "mul", "div"))
POWERS = frozenset(OPS[name] for name in ("power", "square", "sqrt", "reciprocal") if name in OPS)


class Shape(NamedTuple):
    """What a node's formula looks like, as far as mistakes depend on it.

    Parameters
    ----------
    exit
        The operation that comes last, signs and constant factors aside.
    minus, power, below
        Slots by whose operand the derivative brings a minus; which are raised to a constant
        power; which stand in a denominator.
    """

    exit: Any = None
    minus: frozenset[int] = frozenset()
    power: frozenset[int] = frozenset()
    below: frozenset[int] = frozenset()


class Single(NamedTuple):
    """The one operation that a line is: its name, and as operands slots of the node or constants.

    >>> import chainrule
    >>> graph = chainrule.parse("u = 3t").work({"t": 2}).graph
    >>> single_of(graph, 1).name, single_of(graph, 1).operands([2.0])
    ('mul', (3.0, 2.0))
    """

    name: str = ""
    entries: tuple[int | float, ...] = ()

    def operands(self, values: Sequence[Any]) -> tuple[float, ...]:
        """Return the values of the operands, given those of the node's."""
        return tuple(float(values[e]) if isinstance(e, int) else e for e in self.entries)

    def others(self, slot: int, values: Sequence[Any]) -> tuple[float, ...]:
        """Return the values of the operands other than one."""
        kept = self._replace(entries=tuple(e for e in self.entries if e is not slot))
        return kept.operands(values)


def single_of(graph: WengertList, node: int) -> Single:
    """Return the operation that a node is; without a name where its line has several."""
    body = graph.parameters_of(node).get("body")
    if not isinstance(body, WengertList):
        return Single(graph.ops[node].name, tuple(range(len(graph.operands[node]))))
    steps = [i for i in range(len(body)) if body.operands[i]]
    if len(steps) != 1:
        return Single()
    (exit,) = steps
    slots = dict(zip(body.inputs, range(len(body.inputs)), strict=True))
    return Single(
        body.ops[exit].name,
        tuple(
            slots[i] if i in slots else float(FLOAT64.apply(body.ops[i], body.parameters_of(i), []))
            for i in body.operands[exit]
        ),
    )


def shape_of(graph: WengertList, node: int) -> Shape:
    """Return the shape of a node; of a fold, of its body."""
    body = graph.parameters_of(node).get("body")
    if not isinstance(body, WengertList):
        operands = graph.operands[node]
        builder = Builder()
        entries = [
            builder.input(f"o{slot}")
            if graph.varies[i]
            else builder.apply(graph.ops[i], graph.parameters_of(i), [])
            if not graph.operands[i]
            else builder.number(Fraction(1))
            for slot, i in enumerate(operands)
        ]
        written = builder.write(graph.ops[node], entries, graph.parameters_of(node))
        body = builder.finish([written])
        slots = {body.index[f"o{slot}"]: slot for slot, i in enumerate(operands) if graph.varies[i]}
    else:
        slots = dict(zip(body.inputs, range(len(body.inputs)), strict=True))
    return _body_shape(body, slots)


def rule_at(
    shape: Shape,
    slot: int,
    numbers: tuple[float, float, float],
    at: Callable[[float], float | None],
    name: str,
    others: tuple[float, ...],
    around: tuple[float, ...],
    moving: int,
) -> Rule:
    """Return a local partial with what mistakes may make of it.

    Parameters
    ----------
    shape, slot
        Of the node, and by which operand it is differentiated.
    numbers
        The partial, the value, the operand.
    at, name, others, around
        As in `Rule`.
    moving
        How many operands of the node vary; where it is more than one, there is no rule elsewhere.
    """
    both = moving == 2
    return Rule(
        *numbers,
        at if moving == 1 else _nowhere,
        name,
        others,
        around,
        slot in shape.minus,
        slot in shape.power,
        both and shape.exit is MUL,
        shape.exit is DIV and (both or slot in shape.below),
    )


def _nowhere(_: float) -> None:
    return None


def _body_shape(body: WengertList, slots: Mapping[int, int]) -> Shape:
    builder = Builder(simplify=True)
    point = {i: builder.input(f"#{i}") for i in body.inputs}
    values = [step.value for step in evaluate(body, builder, point)]
    signs: dict[tuple[int, int], bool] = {}
    for step in linearise(body, builder, values):
        signs[step.node, step.slot] = _is_negative(builder.lift(step.partial))
    exit = body.outputs[0]
    while body.ops[exit] in (NEG, MUL, DIV):
        varying = [i for i in body.operands[exit] if body.varies[i]]
        if body.ops[exit] is DIV and body.varies[body.operands[exit][1]]:
            break
        if len(varying) != 1:
            break
        exit = varying[0]
    minus: set[int] = set()
    power: set[int] = set()
    below: set[int] = set()
    for entry, slot in slots.items():
        reached = {entry}
        for node in range(len(body)):
            for at, operand in enumerate(body.operands[node]):
                if operand not in reached:
                    continue
                reached.add(node)
                if signs.get((node, at)):
                    minus.add(slot)
                if body.ops[node] is DIV and at == 1:
                    below.add(slot)
                if body.ops[node] in POWERS and at == 0 and operand == entry:
                    power.add(slot)
    return Shape(body.ops[exit], frozenset(minus), frozenset(power), frozenset(below))


def _is_negative(partial: Expression) -> bool:
    """Tell whether a formula begins with a minus: −sin t, −1/x², −3."""
    if partial.number is not None:
        return partial.number < 0
    if partial.op is NEG:
        return True
    if partial.op in (MUL, DIV):
        signs = [_is_negative(operand) for operand in partial.operands]
        return sum(signs) % 2 == 1
    return False


def places_of_partial(body: WengertList, operands: Sequence[Any], slot: int) -> Iterator[Leading]:
    """Yield the places inside a fold at which its local partial can go wrong.

    Parameters
    ----------
    body
        The fold's graph.
    operands
        Values of its inputs.
    slot
        The input by which it is differentiated.
    """
    values = _values(body, operands)
    local = {(s.node, s.slot): s.partial for s in linearise(body, FLOAT64, values)}
    if any(type(number) is Undefined for number in (*values, *local.values())):
        return
    entry, exit = body.inputs[slot], body.outputs[0]
    tangents = {entry: 1.0}
    for push in forward(body, FLOAT64, values, local, {entry: 1.0}):
        if isinstance(push, Push):
            tangents[push.node] = push.tangent
    adjoints = {exit: 1.0}
    for share in reverse(body, FLOAT64, values, local, {exit: 1.0}):
        if isinstance(share, Share):
            adjoints[share.operand] = share.adjoint
    right = float(tangents.get(exit, 0.0))
    for node in adjoints.keys() & tangents.keys() - {entry}:
        adjoint, tangent = float(adjoints[node]), float(tangents[node])
        edges = [
            (s, o)
            for s, o in enumerate(body.operands[node])
            if o in tangents and (node, s) in local
        ]
        flowing = tuple(float(tangents[o]) for _, o in edges)
        partials = tuple(float(local[node, s]) for s, _ in edges)
        terms = tuple(f * p for f, p in zip(flowing, partials, strict=True))
        op = body.ops[node]
        yield (
            Sum(flowing, partials, terms, False, op is MUL and len(edges) == 2, op is DIV),
            linearly(right, adjoint, tangent),
        )
        for (at, _), along, slope in zip(edges, flowing, partials, strict=True):
            yield (
                _rule(body, node, at, slope, values, len(edges)),
                linearly(right, adjoint * along, slope),
            )


def _values(body: WengertList, operands: Sequence[Any]) -> list[Any]:
    point = dict(zip(body.inputs, operands, strict=True))
    return [step.value for step in evaluate(body, FLOAT64, point)]


def _rule(
    body: WengertList, node: int, slot: int, slope: float, values: Sequence[Any], moving: int
) -> Rule:
    op, parameters, operand = body.ops[node], body.parameters_of(node), body.operands[node][slot]
    at = [float(values[o]) for o in body.operands[node]]

    def elsewhere(other: float) -> float | None:
        moved = [other if o == operand else x for o, x in zip(body.operands[node], at, strict=True)]
        value = FLOAT64.apply(op, parameters, moved)
        return finite(BY_HAND.partial(op, parameters, slot, value, moved))

    others = tuple(x for s, x in enumerate(at) if s != slot)
    numbers = slope, float(values[node]), at[slot]
    around = _around(body, node, values)[slot]
    return rule_at(shape_of(body, node), slot, numbers, elsewhere, op.name, others, around, moving)


def places_of_value(body: WengertList, operands: Sequence[Any]) -> Iterator[Leading]:
    """Yield the places inside a fold at which its value can go wrong."""
    values = _values(body, operands)
    if any(type(number) is Undefined for number in values):
        return
    for node in range(len(body)):
        if not body.operands[node]:
            continue
        yield _step(body, node, values), partial(_gone_on, body, values, node)


def _step(body: WengertList, node: int, values: Sequence[Any]) -> Step:
    op, parameters = body.ops[node], body.parameters_of(node)

    def elsewhere(others: tuple[float, ...]) -> float | None:
        return finite(FLOAT64.apply(op, parameters, [*others]))

    at = tuple(float(values[o]) for o in body.operands[node])
    return Step(op.name, float(values[node]), at, elsewhere, _around(body, node, values))


def _gone_on(body: WengertList, values: Sequence[Any], node: int, wrong: float) -> float | None:
    """Return the value of a fold in which one inner value is another one."""
    changed = [*values[:node], wrong]
    for later in range(node + 1, len(body)):
        if body.operands[later]:
            at = [changed[o] for o in body.operands[later]]
            changed.append(FLOAT64.apply(body.ops[later], body.parameters_of(later), at))
        else:
            changed.append(values[later])
    return finite(changed[body.outputs[0]])


def _around(body: WengertList, node: int, values: Sequence[Any]) -> tuple[tuple[float, ...], ...]:
    """Return by operand the inputs of the line that may be taken for it."""
    return tuple(
        tuple(float(values[i]) for i in body.inputs if i != operand)
        for operand in body.operands[node]
    )


def finite(value: Any) -> float | None:
    """Return a number as a double, None where it is infinite or there is none."""
    if type(value) is Undefined:
        return None
    number = float(value)
    return number if math.isfinite(number) else None


# Products of matrices, where mistakes of whole arrays are made: a cell holds one number, and that
# a matrix was transposed shows only in those of its neighbours.

Nodes = tuple[tuple[int, ...], ...]
"""The nodes of the entries of a matrix, by rows."""


@dataclass(frozen=True, slots=True)
class Layer:
    """A product of two matrices, and a bias that may be added to it, by the nodes of entries."""

    whole: Nodes
    left: Nodes
    right: Nodes
    bias: Nodes = ()

    def place(
        self, cell: Cell, numbers: Callable[[CellKind, Nodes], Matrix | None]
    ) -> Product | Gathered | None:
        """Return what a value or an adjoint is in this layer; None where it is nothing.

        Parameters
        ----------
        numbers
            Gives the numbers in cells of one kind; None where one of them does not exist.
        """
        if cell.kind == "value" and (at := _within(self.whole, cell.node)):
            left, right = numbers("value", self.left), numbers("value", self.right)
            bias = numbers("value", self.bias)
            if left and right and bias is not None:
                # A bias with fewer rows is added to each.
                added = bias[at[0] % len(bias)][at[1]] if bias else 0.0
                return Product(left, right, *at, added)
        if cell.kind == "adjoint" and (above := numbers("adjoint", self.whole)):
            if at := _within(self.left, cell.node):
                right = numbers("value", self.right)
                return Product(above, turned(right), *at) if right else None
            if at := _within(self.right, cell.node):
                left = numbers("value", self.left)
                return Product(turned(left), above, *at) if left else None
            if (at := _within(self.bias, cell.node)) and len(self.bias) < len(above):
                return Gathered(above, at[1])
        return None


def _within(nodes: Nodes, node: int) -> tuple[int, int] | None:
    for row, line in enumerate(nodes):
        if node in line:
            return row, line.index(node)
    return None


def layers(whole: WengertList, entries: Mapping[str, tuple[int, ...]]) -> Iterator[Layer]:
    """Yield the layers of a graph of arrays whose factors, bias and outcome have names.

    Parameters
    ----------
    entries
        The nodes of the entries of each array, by name, in the graph of their numbers.
    """

    def rows(array: int, *, flat: bool = False) -> Nodes:
        nodes, shape = entries[whole.names[array]], whole.shape(array)
        wide = len(nodes) if flat else shape[1] if len(shape) > 1 else 1
        return tuple(nodes[i : i + wide] for i in range(0, len(nodes), wide))

    for node, op in enumerate(whole.ops):
        if op.name != "matmul":
            continue
        left, right = whole.operands[node]
        # A vector on the left is a row, and so is what comes of it and what is added to it.
        lies = len(whole.shape(left)) == 1
        users = [n for n, used in enumerate(whole.operands) if node in used]
        added = [n for n in users if whole.ops[n].name == "add"] if node not in whole.names else []
        bias = [b for n in added for b in whole.operands[n] if b != node]
        result = added[0] if added else node
        if all(one in whole.names for one in (left, right, result, *bias)):
            low = bool(bias) and len(whole.shape(bias[0])) < len(whole.shape(result))
            yield Layer(
                rows(result, flat=lies),
                rows(left, flat=lies),
                rows(right),
                rows(bias[0], flat=lies or low) if bias else (),
            )
