"""Mistakes inside a line of several operations: sin(x²) differentiated as cos(x²).

Such a line is a fold. Its local partial is a pass inside its body, and a mistake changes one step
of that pass: with the adjoint ā of an inner node and its tangent changed from t to t′, the local
partial changes by ā (t′ − t).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from chainrule.algebras.float64 import BY_HAND, FLOAT64
from chainrule.algebras.undefined import Undefined
from chainrule.exercises.shapes import DIV, MUL, rule_at, shape_of
from chainrule.graph.wengert import WengertList
from chainrule.passes.misconceptions import MISCONCEPTIONS, EdgeSum
from chainrule.passes.steps import Push, Share
from chainrule.passes.walks import evaluate, forward, linearise, reverse


def mistaken_inside(
    body: WengertList, operands: Sequence[Any], slot: int
) -> dict[str, tuple[float, ...]]:
    """Return by misconception what it makes of the local partial of a fold.

    Parameters
    ----------
    body
        The fold's graph.
    operands
        Values of its inputs.
    slot
        The input by which it is differentiated.
    """
    point = dict(zip(body.inputs, operands, strict=True))
    values = [step.value for step in evaluate(body, FLOAT64, point)]
    local = {(s.node, s.slot): s.partial for s in linearise(body, FLOAT64, values)}
    if any(type(number) is Undefined for number in (*values, *local.values())):
        return {}
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
    found: dict[str, list[float]] = {}
    for node in adjoints.keys() & tangents.keys() - {entry}:
        for name, wrong in _wrong_tangents(body, node, values, local, tangents):
            number = right + float(adjoints[node]) * (wrong - float(tangents[node]))
            if math.isfinite(number) and number != right:
                found.setdefault(name, []).append(number)
    return {name: tuple(dict.fromkeys(numbers)) for name, numbers in found.items()}


def _wrong_tangents(
    body: WengertList,
    node: int,
    values: Sequence[Any],
    local: dict[tuple[int, int], Any],
    tangents: dict[int, Any],
) -> Iterator[tuple[str, float]]:
    """Yield names of misconceptions with what they make of the tangent of an inner node."""
    edges = [(s, o) for s, o in enumerate(body.operands[node])
             if o in tangents and (node, s) in local]  # fmt: skip
    flowing = tuple(float(tangents[o]) for _, o in edges)
    partials = tuple(float(local[node, s]) for s, _ in edges)
    terms = tuple(f * p for f, p in zip(flowing, partials, strict=True))
    op, parameters, shape = body.ops[node], body.parameters_of(node), shape_of(body, node)
    whole = EdgeSum(flowing, partials, terms, False, op is MUL and len(edges) == 2, op is DIV)
    at = [float(values[o]) for o in body.operands[node]]
    for name, mistake in MISCONCEPTIONS.items():
        for wrong in mistake.total(whole):
            yield name, wrong
        for (slot, operand), partial, along in zip(edges, partials, flowing, strict=True):
            elsewhere: float | None = None
            if len(edges) == 1:
                moved = [float(values[node]) if o == operand else x
                         for o, x in zip(body.operands[node], at, strict=True)]  # fmt: skip
                found = BY_HAND.partial(op, parameters, slot, values[node], moved)
                elsewhere = None if type(found) is Undefined else float(found)
            here = rule_at(
                shape, slot, partial, float(values[node]), at[slot], elsewhere, len(edges)
            )
            for wrong in mistake.partial(here):
                yield name, whole.total + along * (wrong - partial)
