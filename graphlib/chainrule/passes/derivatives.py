"""Derivatives of a graph as graphs: a reverse pass in the building algebra writes one.

Such a derivative exists only where its function does: 1/x, the formula of the derivative of ln x,
has a value at −1. So it is written as an operation "given" with the function's value as second
operand: what has no value there gives none here. Second derivatives are passes over these graphs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np

from chainrule.algebras.array import Array
from chainrule.algebras.undefined import Undefined
from chainrule.errors import GraphError
from chainrule.graph.builder import Builder, Expression
from chainrule.graph.wengert import WengertList
from chainrule.ops import OPS, Op
from chainrule.passes.folding import fold, groups
from chainrule.passes.jacobian import corner, entries, smooth
from chainrule.passes.kinks import sides_along
from chainrule.passes.run import Number, Run
from chainrule.passes.walks import Ledger, left_by, local_partials, reverse

DIV, GIVEN = OPS["div"], OPS["given"]
# A domain that holds at all of these holds everywhere: borders are at 0, ±1, whole numbers.
PROBES = tuple(Fraction(n, 2) for n in (-6, -4, -3, -2, -1, 0, 1, 2, 3, 4))
# Beyond so many steps times borders, what a derivative implies is not looked up.
MOST_LOOKED_UP = 2_000_000

Need = tuple[str, tuple[int, ...]]


def needs(graph: WengertList, goal: int) -> dict[int, Need]:
    """Return the nodes before `goal` that do not exist everywhere, with what each one needs."""
    distances = graph.distances([goal])
    found: dict[int, Need] = {}
    for node, op in enumerate(graph.ops):
        still = not graph.varies[node] and bool(graph.operands[node])
        if op.domain is None or distances[node] < 0 or still:
            continue
        numbers = [graph.parameters_of(i).get("number") for i in graph.operands[node]]
        choices = [PROBES if number is None else (number,) for number in numbers]
        if not all(op.domain.holds(*point) for point in product(*choices)):
            found[node] = _need(op, graph.operands[node])
    return found


def _need(op: Op, operands: tuple[int, ...]) -> Need:
    """Return what an operation needs and of which nodes: of a quotient, the divisor alone."""
    assert op.domain is not None
    return op.domain.needs, operands[1:] if op is DIV else operands


def where_defined(
    builder: Builder, derivative: Expression, value: Expression, bounded: dict[int, Need]
) -> Expression:
    """Return a derivative that has no value where `value` has none.

    Parameters
    ----------
    bounded
        The nodes before `value` that do not exist everywhere, as `needs` found them.
    """
    if not bounded or _implied(builder, derivative, bounded):
        return derivative
    witness = value
    if value.ndim:
        witness = builder.write(OPS["collapse"], [value], {"shape": ()})
    if witness.carries and not derivative.carries:
        witness = builder.write(OPS["batch_sum"], [witness])
    return builder.write(GIVEN, [derivative, witness])


def _implied(builder: Builder, derivative: Expression, bounded: dict[int, Need]) -> bool:
    """Whether the formula of a derivative has no value wherever one of `bounded` has none."""
    if len(builder.ops) * len(bounded) > MOST_LOOKED_UP:
        return False
    pending, seen = [derivative.index], set[int]()
    said: set[Need] = set()
    while pending:
        node = pending.pop()
        if node in seen:
            continue
        seen.add(node)
        pending.extend(builder.operands[node])
        if builder.ops[node].domain is not None:
            said.add(_need(builder.ops[node], builder.operands[node]))
    return all(node in seen or need in said for node, need in bounded.items())


def gradient_graph(
    graph: WengertList,
    output: int | None = None,
    by: Sequence[int] | None = None,
    *,
    keep: Sequence[int] = (),
    domains: bool = True,
) -> WengertList:
    """Return the graph of the derivatives of one output by the inputs.

    Its nodes are those of `graph` followed by those of the reverse pass; its outputs are
    the derivatives by the inputs `by` (default: all), in their order, named ∂J/∂x. It can
    itself be evaluated, drawn and differentiated.

    Parameters
    ----------
    output
        Index of the output; default the main one. Its adjoint is seeded with ones, one for
        each example of a batch.
    keep
        Nodes of the graph that are outputs as well, before the derivatives.
    domains
        Whether a derivative has no value where the output has none; see
        `chainrule.passes.derivatives`.

    Raises
    ------
    GraphError
        If an index in `by` is not an input.
    """
    goal = graph.outputs[0] if output is None else output
    inputs = graph.inputs if by is None else tuple(by)
    if not set(inputs) <= set(graph.inputs):
        raise GraphError("derivatives are taken by inputs")
    builder = Builder(graph, simplify=True)
    values = [Expression(builder, node) for node in range(len(graph))]
    local = local_partials(graph, builder, values)
    one = builder.fit(builder.number(Fraction(1)), values[goal])
    adjoints = left_by(reverse(graph, builder, values, local, {goal: one}))
    bounded = needs(graph, goal) if domains else {}
    outputs: list[Expression] = []
    taken = set(range(len(graph)))
    for node in inputs:
        zero = builder.number(Fraction(0))
        derivative = builder.lift(adjoints[node]) if node in adjoints else zero
        derivative = builder.fit(derivative, values[node])
        if node in adjoints:
            derivative = where_defined(builder, derivative, values[goal], bounded)
        if derivative.index in taken:
            derivative = builder.write(OPS["identity"], [derivative], fresh=True)
        taken.add(derivative.index)
        outputs.append(derivative)
    goal_name = graph.names.get(goal, "f")
    for node, derivative in zip(inputs, outputs, strict=True):
        builder.names.setdefault(derivative.index, f"∂{goal_name}/∂{graph.names[node]}")
    return builder.finish([*(values[node] for node in keep), *outputs])


def adjoint_formulas(
    graph: WengertList, output: int, labels: Mapping[int, str]
) -> tuple[WengertList, dict[int, int]]:
    """Return a graph in which every adjoint is written out in values, and where each one is.

    Every node in `labels` has that name in it, so that a formula can end there.

    Returns
    -------
    tuple
        The graph, and the adjoint's node in it by the node's.
    """
    named, builder, values, local = _linearised(graph, labels)
    one = builder.fit(builder.number(Fraction(1)), values[output])
    adjoints = left_by(reverse(named, builder, values, local, {output: one}))
    nodes = [node for node in labels if node in adjoints]
    whole = builder.finish([adjoints[node] for node in nodes])
    return whole, dict(zip(nodes, whole.outputs, strict=True))


def _linearised(
    graph: WengertList, labels: Mapping[int, str]
) -> tuple[WengertList, Builder, list[Expression], dict[tuple[int, int], Any]]:
    """Return a graph whose nodes have these names, and its local partials written as nodes."""
    named = graph.replace(names=dict(labels), places={})
    builder = Builder(named, simplify=True)
    values = [Expression(builder, node) for node in range(len(graph))]
    return named, builder, values, local_partials(named, builder, values)


def adjoint_graph(
    graph: WengertList, output: int, labels: Mapping[int, str]
) -> tuple[WengertList, dict[str, str]]:
    """Return a graph with its backward pass, one node for each adjoint, to be drawn side by side.

    Every node in `labels` has that name; its adjoint, if one reaches it, is a node named after
    it whose formula has the shares of its users. The outputs are `output` and the adjoints of
    the inputs.

    Returns
    -------
    tuple
        The graph, and the adjoint's name by the node's.
    """
    named, builder, values, local = _linearised(graph, labels)
    taken = set(labels.values())
    names: dict[str, str] = {}
    reached = named.reverse_order([output])
    coming = dict.fromkeys(range(len(graph)), 0)
    for node in reached:
        for slot, operand in enumerate(named.operands[node]):
            coming[operand] += (node, slot) in local

    def called(node: int, adjoint: Expression) -> Expression:
        """Give an adjoint its name, once all its shares are there."""
        if node not in labels:
            return adjoint
        name = f"{labels[node]}_bar"
        while name in taken:
            name = f"adjoint_{name}"
        taken.add(name)
        names[labels[node]] = name
        # A value or a constant that is the adjoint too stays what it is.
        if adjoint.index < len(graph) or not adjoint.operands:
            adjoint = builder.write(OPS["identity"], [adjoint], fresh=True)
        return builder.name(adjoint, name)

    class NamedLedger(Ledger):
        def add(self, node: int, amount: Any) -> Any:
            total = super().add(node, amount)
            coming[node] -= 1
            if coming[node] == 0:
                self.entries[node] = total = called(node, total)
            return total

    one = builder.fit(builder.number(Fraction(1)), values[output])
    seed = called(output, one)
    adjoints = left_by(reverse(named, builder, values, local, {output: seed}, NamedLedger))
    ends = [adjoints[node] for node in named.inputs if node in adjoints]
    whole = builder.finish([values[output], *ends])
    return fold(whole, groups(whole, "named")), names


class SecondOrder:
    """The second derivatives of the main output at a point.

    Parameters
    ----------
    point
        Exact value of each input, by index.

    Raises
    ------
    GraphError
        If the main output is a vector, or the graph has a batch.
    """

    def __init__(self, graph: WengertList, point: Mapping[int, Any]) -> None:
        if graph.batched or graph.shape(graph.outputs[0]):
            raise GraphError(
                "second derivatives are those of one number; the graph has a batch, or its "
                "output is a vector; allowed: a scalar output, such as a sum"
            )
        self.graph = graph
        self.gradient = gradient_graph(graph, domains=False)
        pairs = zip(graph.inputs, self.gradient.inputs, strict=True)
        self.point = {new: point[old] for old, new in pairs}
        self._first = Run(graph, point)

    @cached_property
    def nowhere(self) -> dict[int, Undefined]:
        """The inputs by which there is no first derivative, hence no second one, and why.

        A formula of the gradient may have a value where the function has none: 1/x at −1,
        where log x does not exist, or sign x at 0, where |x| has a kink.
        """
        first, graph = self._first, self.graph
        whole = first.value(graph.outputs[0]).undefined
        if whole is not None:
            return dict.fromkeys(graph.inputs, whole)
        found: dict[int, Undefined] = {}
        for entry, output in zip(graph.inputs, self.gradient.outputs, strict=True):
            reason = first.derivative(entry).undefined
            if reason is None and self._jumps:
                leads = self.gradient.distances([output])
                at = next((node for node in self._jumps if leads[node] >= 0), None)
                reason = None if at is None else corner(self.gradient, at)
            if reason is not None:
                found[entry] = reason
        return found

    @cached_property
    def _jumps(self) -> list[int]:
        """The nodes of the gradient graph that jump at the point: slopes at a kink."""
        if not self._first.kinks:
            return []
        ops = self.gradient.ops
        here = Run(self.gradient, self.point, "forward").kinks
        return [n for n in here if (kink := ops[n].kink) is not None and kink.push is None]

    def hessian(self) -> dict[int, dict[int, Number]]:
        """Return the Hessian, by indices of inputs: one reverse pass a row."""
        inputs, gradient, nowhere = self.graph.inputs, self.gradient, self.nowhere
        missing = {entry: Number(why, why, why) for entry, why in nowhere.items()}
        if len(missing) == len(inputs):
            return {a: dict.fromkeys(inputs, missing[a]) for a in inputs}
        found = entries(gradient, self.point, "reverse", strict=True)
        rows = {
            a: {
                b: missing.get(a) or missing.get(b) or self._where_defined(found[output, entry])
                for b, entry in zip(inputs, gradient.inputs, strict=True)
            }
            for a, output in zip(inputs, gradient.outputs, strict=True)
        }
        # A mixed derivative that exists in one order only is none: the matrix is symmetric.
        return {
            a: {b: rows[b][a] if rows[b][a].undefined else x for b, x in row.items()}
            for a, row in rows.items()
        }

    def along(self, direction: Mapping[int, Any]) -> dict[int, Number]:
        """Return the Hessian times a direction, by input: one forward pass over the gradient.

        Parameters
        ----------
        direction
            How fast each input moves, by index; those left out stand still.
        """
        inputs, gradient, nowhere = self.graph.inputs, self.gradient, self.nowhere
        still = {entry: Number(why, why, why) for entry, why in nowhere.items()}
        moving = {entry: amount for entry, amount in direction.items() if amount != 0}
        nothing = next((still[entry] for entry in moving if entry in still), None)
        if nothing is not None:
            return dict.fromkeys(inputs, nothing)
        new = dict(zip(inputs, gradient.inputs, strict=True))
        seeds = {new[entry]: amount for entry, amount in (moving or direction).items()}
        run = Run(gradient, self.point, "forward", direction=seeds)
        found: dict[int, Number] = {}
        for entry, output in zip(inputs, gradient.outputs, strict=True):
            number = run.derivative(output)
            if run.kinks:
                number = smooth(number, sides_along(run.fine, output, run.seeds), run)
            found[entry] = still.get(entry) or self._where_defined(number)
        return found

    def _where_defined(self, number: Number) -> Number:
        """Return an array of nothing where an entry on which the output depends is none."""
        why = self._first.value(self.graph.outputs[0]).undefined
        if why is not None and isinstance(number.shown, Array):
            none = Array(np.full(number.shown.data.shape, why, dtype=object), number.shown.ndim)
            return Number(none, none, none)
        return number
