"""The modules of a drawn network as grounds: affine maps, activations and the loss, layer by layer.

A network of numbers has a node a unit. Units of one layer take their products with the same
operands, so that they stand on one ground; so do the activations that follow them. What an
activation is called is told by its values, however it was written.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import replace
from typing import Any, Final

from chainrule.algebras.float64 import FLOAT64
from chainrule.drawing.reduction import Cluster, Reduction, folded, reduced
from chainrule.drawing.rows import FEW, weights
from chainrule.graph.wengert import INPUT
from chainrule.ops import OPS, Op
from chainrule.ops.record import same_shape
from chainrule.passes.folding import groups
from chainrule.passes.modules import modules
from chainrule.readings.catalogue import say
from chainrule.readings.view import View

SAMPLES: Final = (-2.5, -0.625, 0.375, 1.75)
"""Where an activation is compared with those that have a name."""

NEAR: Final = 1e-12


LOSSES: Final = frozenset(("L", "J", "E", "C", "l", "loss", "cost", "Loss"))
"""Names by which an output that is made of several operands is taken for a loss."""


def pictured(view: View) -> Reduction:
    """Return what a picture of a run shows: where it is a network of numbers, with its modules."""
    drawn = reduced(view)
    if len(drawn.nodes) <= FEW or not drawn.view.graph.is_scalar:
        return drawn
    return with_modules(drawn)


def with_modules(drawn: Reduction) -> Reduction:
    """Return what is drawn with a ground for each module; without any where there is no network."""
    graph = drawn.view.graph
    found = _layers(drawn) if graph.is_scalar else _vectors(drawn)
    return replace(drawn, clusters=tuple(cluster for cluster in found if cluster.nodes))


def _vectors(drawn: Reduction) -> list[Cluster]:
    """Return the grounds of a network of vectors: its modules."""
    graph, kept = drawn.view.graph, set(drawn.nodes)
    found = []
    for module in modules(graph):
        titles = {
            "affine": say("module_linear"),
            "activation": _title(graph.ops[module.exit]),
            "loss": say("module_loss"),
        }
        title = titles.get(module.kind, module.name or _title(graph.ops[module.exit]))
        found.append(Cluster(title, tuple(node for node in module.nodes if node in kept)))
    return found


def _layers(drawn: Reduction) -> list[Cluster]:
    """Return the grounds of a network of numbers, by what its assignments are.

    There have to be affine maps and something that follows them.
    """
    exits = groups(drawn.view.graph, "named")
    index = {node: i for i, node in enumerate(sorted(set(exits)))}
    view = folded(drawn.view, exits)
    graph = view.graph
    layer: dict[int, Hashable] = {}
    title: dict[Hashable, str] = {}
    count: dict[Hashable, int] = {}
    for node in range(len(graph)):
        operands = [operand for operand in graph.operands[node] if graph.varies[operand]]
        if not operands:
            continue
        rows = list(weights(view, node))
        if rows:
            key: Hashable = frozenset(row.factor.operand for row in rows)
            count[key] = count.get(key, 0) + len(rows)
            title[key] = say("module_affine", count=str(count[key]), plural="s" * (count[key] > 1))
        elif len(operands) == 1 and graph.ops[operands[0]] is not INPUT:
            name = activation(view, node)
            key = (name, layer.get(operands[0]))
            title[key] = name
        elif node in graph.outputs:
            key = "output"
            lost = view.labels.get(node) in LOSSES
            title[key] = say("module_loss" if lost else "module_output")
        else:
            continue
        layer[node] = key
    if not count or len(title) < 2:
        return []
    inside: dict[Hashable, list[int]] = {}
    for node in drawn.nodes:
        key = layer.get(index[exits[node]], "")
        if key in title and drawn.view.graph.ops[node] is not INPUT:
            inside.setdefault(key, []).append(node)
    return [Cluster(title[key], tuple(nodes)) for key, nodes in inside.items()]


def activation(view: View, node: int) -> str:
    """Return what a function of one operand is called: "Sigmoid" for 1/(1 + e^−x) as well."""
    graph, given = view.graph, view.run.double.values
    op, parameters = graph.ops[node], graph.parameters_of(node)
    values = []
    for x in SAMPLES:
        operands = [x if graph.varies[i] else given[i] for i in graph.operands[node]]
        values.append(FLOAT64.apply(op, parameters, operands))
    for _name, known in sorted(OPS.items()):
        entrywise = known.arity == 1 and known.shape is same_shape
        if known.role == "activation" and entrywise and _alike(known, values):
            return _title(known)
    return say("module_activation")


def _alike(op: Op, values: Sequence[Any]) -> bool:
    others = [FLOAT64.apply(op, op.parameters, [x]) for x in SAMPLES]
    return all(
        isinstance(one, float)
        and isinstance(other, float)
        and math.isclose(one, other, rel_tol=NEAR)
        for one, other in zip(values, others, strict=True)
    )


def _title(op: Op) -> str:
    return op.name.replace("_", " ").capitalize()
