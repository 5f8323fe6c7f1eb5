"""Mistakes inside a line of several operations: sin(x²) differentiated as cos(x²).

Such a line is a fold. Its local partial is a pass inside its body, and a mistake changes one step
of that pass: with the adjoint ā of an inner node and its tangent changed from t to t′, the local
partial changes by ā (t′ − t).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from chainrule.algebras.float64 import BY_HAND, FLOAT64
from chainrule.algebras.undefined import Undefined
from chainrule.exercises.shapes import DIV, MUL, rule_at, shape_of
from chainrule.graph.wengert import WengertList
from chainrule.passes.places import Leading, Rule, Step, Sum, linearly
from chainrule.passes.steps import Push, Share
from chainrule.passes.walks import evaluate, forward, linearise, reverse


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
        return _number(BY_HAND.partial(op, parameters, slot, value, moved))

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
        return _number(FLOAT64.apply(op, parameters, [*others]))

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
    return _number(changed[body.outputs[0]])


def _around(body: WengertList, node: int, values: Sequence[Any]) -> tuple[tuple[float, ...], ...]:
    """Return by operand the inputs of the line that may be taken for it."""
    return tuple(
        tuple(float(values[i]) for i in body.inputs if i != operand)
        for operand in body.operands[node]
    )


def _number(value: Any) -> float | None:
    if type(value) is Undefined:
        return None
    return float(value) if math.isfinite(value) else None
