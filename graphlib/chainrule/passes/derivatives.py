"""Derivatives of a graph as graphs: a reverse pass in the building algebra writes one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from chainrule.errors import GraphError
from chainrule.graph.builder import Builder, Expression
from chainrule.graph.wengert import WengertList
from chainrule.ops import OPS
from chainrule.passes.domains import needs, where_defined
from chainrule.passes.folding import fold, groups
from chainrule.passes.steps import Share
from chainrule.passes.walks import Ledger, linearise, reverse


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
        `chainrule.passes.domains`.

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
    local = {(s.node, s.slot): s.partial for s in linearise(graph, builder, values)}
    one = builder.fit(builder.number(Fraction(1)), values[goal])
    adjoints = {goal: one}
    for step in reverse(graph, builder, values, local, {goal: one}):
        if isinstance(step, Share):
            adjoints[step.operand] = step.adjoint
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
    adjoints = {output: one}
    for step in reverse(named, builder, values, local, {output: one}):
        if isinstance(step, Share):
            adjoints[step.operand] = step.adjoint
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
    local = {(s.node, s.slot): s.partial for s in linearise(named, builder, values)}
    return named, builder, values, local


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

    class Named(Ledger):
        def add(self, node: int, amount: Any) -> Any:
            total = super().add(node, amount)
            coming[node] -= 1
            if coming[node] == 0:
                self.entries[node] = total = called(node, total)
            return total

    one = builder.fit(builder.number(Fraction(1)), values[output])
    seed = called(output, one)
    adjoints = {output: seed}
    for step in reverse(named, builder, values, local, {output: seed}, Named):
        if isinstance(step, Share):
            adjoints[step.operand] = step.adjoint
    ends = [adjoints[node] for node in named.inputs if node in adjoints]
    whole = builder.finish([values[output], *ends])
    return fold(whole, groups(whole, "named")), names
