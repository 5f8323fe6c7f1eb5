"""Formulas of local partials as students write them: right, wrong, and what follows from them.

A formula may be written in other names than the operands': σ′ as p(1 − p) with the node's own
value, or with a step's definition put in. So where two formulas differ as they stand, they are
compared at points of the inputs, with every name having the value that it has there.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from chainrule.exercises.answers import NEEDED, Formula, Verdict, formula, same_formula
from chainrule.exercises.worksheet import Worksheet
from chainrule.graph.wengert import Edge
from chainrule.passes.run import Run
from chainrule.readings.terms import text

SAMPLES = 8
SPREAD = 200
"""Samples are up to a fifth away from the point, in thousandths."""

ALIKE = 1e-9


def read_formula(sheet: Worksheet, words: str) -> Formula | None:
    """Return what somebody wrote as a formula about the sheet's graph, None where it is none."""
    nodes = {name: node for node, name in sheet.backward.labels.items()}
    graph = formula(words, tuple(nodes))
    if graph is None or not nodes.keys() >= set(graph.variables):
        return None
    return Formula(graph, {name: nodes[name] for name in graph.variables})


def formula_verdict(sheet: Worksheet, edge: Edge, words: str) -> Verdict:
    """Return whether words are the formula of a local partial."""
    view = sheet.backward
    names = tuple(view.labels.values())
    verdict: Verdict = "undecided"
    if len(sheet.slots(edge)) == 1:
        near = {name: _float(view.run.value(node)) for node, name in view.labels.items()}
        known = {name: value for name, value in near.items() if value is not None}
        verdict = same_formula(words, text(view.partial_formula(edge)), names, known)
    if verdict in ("right", "missing") or not words.strip():
        return verdict if words.strip() else "missing"
    given = read_formula(sheet, words)
    return verdict if given is None else _on_the_graph(sheet, edge, given)


def _on_the_graph(sheet: Worksheet, edge: Edge, given: Formula) -> Verdict:
    import numpy as np

    random = np.random.default_rng(20)
    run, compared = sheet.backward.run, 0
    for _ in range(SAMPLES):
        point = {
            node: _moved(x, int(random.integers(-SPREAD, SPREAD))) for node, x in run.point.items()
        }
        moved = Run(run.graph, point, "reverse", run.output)
        values = {name: _float(moved.value(node)) for name, node in given.nodes.items()}
        partials = [_float(moved.partial(edge.user, slot)) for slot in sheet.slots(edge)]
        if None in values.values() or None in partials:
            continue
        found = given.at(values)  # type: ignore[arg-type]
        wanted = sum(p for p in partials if p is not None)
        if found is None:
            continue
        compared += 1
        if abs(found - wanted) > ALIKE * max(abs(found), abs(wanted), 1e-6):
            return "wrong"
    return "right" if compared >= NEEDED else "undecided"


def _moved(value: Any, thousandths: int) -> Fraction:
    exact = Fraction(value)
    return exact + (abs(exact) or 1) * Fraction(thousandths, 1000)


def _float(number: Any) -> float | None:
    if number is None or number.undefined is not None:
        return None
    return float(number.shown)
