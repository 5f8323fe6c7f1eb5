"""Derivatives of a graph as graphs: a reverse pass in the building algebra writes one."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from chainrule.errors import GraphError
from chainrule.graph.builder import Builder, Expression
from chainrule.graph.wengert import WengertList
from chainrule.ops import OPS
from chainrule.passes.steps import Share
from chainrule.passes.walks import linearise, reverse


def gradient_graph(
    graph: WengertList,
    output: int | None = None,
    by: Sequence[int] | None = None,
    *,
    keep: Sequence[int] = (),
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
    outputs: list[Expression] = []
    taken = set(range(len(graph)))
    for node in inputs:
        zero = builder.number(Fraction(0))
        derivative = builder.lift(adjoints[node]) if node in adjoints else zero
        derivative = builder.fit(derivative, values[node])
        if derivative.index in taken:
            derivative = builder.write(OPS["identity"], [derivative], fresh=True)
        taken.add(derivative.index)
        outputs.append(derivative)
    goal_name = graph.names.get(goal, "f")
    for node, derivative in zip(inputs, outputs, strict=True):
        builder.names.setdefault(derivative.index, f"∂{goal_name}/∂{graph.names[node]}")
    return builder.finish([*(values[node] for node in keep), *outputs])
