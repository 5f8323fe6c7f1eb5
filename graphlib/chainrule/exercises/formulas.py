"""Formulas of local partials as students write them: right, wrong, and what follows from them.

A formula may be written in other names than the operands': σ′ as p(1 − p) with the node's own
value, or with a step's definition put in. So where two formulas differ as they stand, they are
compared at points of the inputs, with every name having the value that it has there.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cached_property
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


class Formulas:
    """Formulas of local partials on one sheet, compared with what they should be."""

    def __init__(self, sheet: Worksheet) -> None:
        self.sheet = sheet
        self._names = tuple(sheet.backward.labels.values())

    def verdict(self, edge: Edge, words: str) -> Verdict:
        """Return whether words are the formula of a local partial."""
        if not words.strip():
            return "missing"
        verdict: Verdict = "undecided"
        if len(self.sheet.slots(edge)) == 1:
            wanted = text(self.sheet.backward.partial_formula(edge))
            verdict = same_formula(words, wanted, self._names, self._here)
        given = read_formula(self.sheet, words)
        if verdict == "right" or given is None:
            return verdict
        # In the operands' own names, what differs there differs: other names may be put in.
        operands = {*self.sheet.graph.operands[edge.user]}
        plain = verdict == "wrong" and given.nodes and operands.issuperset(given.nodes.values())
        return verdict if plain else self._on_the_graph(edge, given)

    @cached_property
    def _here(self) -> dict[str, float]:
        run, labels = self.sheet.backward.run, self.sheet.backward.labels
        found = {name: _float(run.value(node)) for node, name in labels.items()}
        return {name: value for name, value in found.items() if value is not None}

    @cached_property
    def _around(self) -> tuple[Run, ...]:
        """Runs at points nearby."""
        import numpy as np

        random = np.random.default_rng(20)
        run = self.sheet.backward.run
        return tuple(
            Run(
                run.graph,
                {n: _moved(x, int(random.integers(-SPREAD, SPREAD))) for n, x in run.point.items()},
                "reverse",
                run.output,
            )
            for _ in range(SAMPLES)
        )

    def _on_the_graph(self, edge: Edge, given: Formula) -> Verdict:
        compared = 0
        for run in self._around:
            values: dict[str, float] = {}
            for name, node in given.nodes.items():
                value = _float(run.value(node))
                if value is not None:
                    values[name] = value
            partials = [_float(run.partial(edge.user, slot)) for slot in self.sheet.slots(edge)]
            there = [partial for partial in partials if partial is not None]
            found = given.at(values) if len(values) == len(given.nodes) else None
            if found is None or len(there) < len(partials):
                continue
            compared += 1
            if abs(found - sum(there)) > ALIKE * max(abs(found), abs(sum(there)), 1e-6):
                return "wrong"
        return "right" if compared >= NEEDED else "undecided"


def _moved(value: Any, thousandths: int) -> Fraction:
    exact = Fraction(value)
    return exact + (abs(exact) or 1) * Fraction(thousandths, 1000)


def _float(number: Any) -> float | None:
    if number is None or number.undefined is not None:
        return None
    return float(number.shown)
