"""Zeros that no digits tell from small numbers: e^(−e^100), or a slope that drowned."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from chainrule.algebras.digits import NEGLIGIBLE
from chainrule.algebras.undefined import Undefined
from chainrule.ops import Map
from chainrule.passes.record import Record
from chainrule.passes.steps import Evaluate, Linearise, Push, Seed, Step


def _negligible(fine: Record, exact: Record) -> list[bool]:
    """Return per node whether its 0 is one that no digits tell from a small number."""
    graph, values = fine.graph, fine.values
    found: list[bool] = []
    for node, (value, known) in enumerate(zip(values, exact.values, strict=True)):
        operands = graph.operands[node]
        if type(value) is Undefined or value != 0 or type(known) is Fraction or not operands:
            found.append(False)
        elif any(found[i] for i in operands):
            found.append(True)
        else:
            chooses = graph.ops[node].kink is not None
            found.append(not chooses and all(values[i] != 0 for i in operands))
    return found


def marked(fine: Record, exact: Record) -> Record:
    """Return the record with every 0 that may be a small number as `NEGLIGIBLE`."""
    graph = fine.graph
    small = _negligible(fine, exact)
    partials: dict[tuple[int, int], bool] = {}
    flowing: dict[int, bool] = {}
    steps: list[Step] = []

    def is_open(number: Any, known: Any) -> bool:
        return type(number) not in (int, Undefined, Map) and number == 0 and _open(known)

    for step, its in zip(fine.steps, exact.steps, strict=True):
        if isinstance(step, Evaluate):
            steps.append(step._replace(value=NEGLIGIBLE) if small[step.node] else step)
        elif isinstance(step, Linearise):
            around = (step.node, *graph.operands[step.node])
            unseen = is_open(step.partial, its[-1]) and graph.ops[step.node].kink is None
            unseen &= any(small[i] for i in around) or all(fine.values[i] != 0 for i in around)
            partials[step.node, step.slot] = unseen
            steps.append(step._replace(partial=NEGLIGIBLE) if unseen else step)
        elif isinstance(step, Seed):
            steps.append(step)
        else:
            source, goal = step.node, step.operand
            if isinstance(step, Push):
                source, goal = goal, source
            amount, total = step[-2:]
            unseen = partials[step.node, step.slot] or flowing.get(source, False)
            unseen &= is_open(amount, its[-2])
            cancels = type(amount) is not Undefined and amount != 0
            whole = is_open(total, its[-1]) and (unseen or cancels or flowing.get(goal, False))
            flowing[goal] = whole
            shown = (NEGLIGIBLE if unseen else amount, NEGLIGIBLE if whole else total)
            steps.append(type(step)(*step[:3], *shown))
    return Record.of(graph, fine.algebra, fine.mode, tuple(steps))


def _open(known: Any) -> bool:
    return type(known) is not Fraction
