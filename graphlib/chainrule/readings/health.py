"""Numerical health of a run: what is saturated, overflows, cancels, and what to write instead."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np

from chainrule.algebras.array import Array
from chainrule.algebras.float64 import FLOAT64
from chainrule.algebras.undefined import Undefined
from chainrule.graph.wengert import INPUT, WengertList
from chainrule.ops import OPS, Map
from chainrule.passes.run import Number, Run
from chainrule.passes.walks import evaluate
from chainrule.readings.catalogue import WORDS, say
from chainrule.readings.cells import count_cell, plain_cell
from chainrule.readings.formulas import compose
from chainrule.readings.grid import Cell, Grid, Tabular, listing, words
from chainrule.readings.hints import hints, unnoticed
from chainrule.readings.numbers import numeral
from chainrule.readings.stable_forms import StableForm, stable_forms
from chainrule.readings.terms import Symbol, Term
from chainrule.readings.terms import text as spaced
from chainrule.readings.view import View

Kind = Literal[
    "saturated",
    "dead",
    "overflow",
    "underflow",
    "cancellation",
    "sensitive",
    "stable form",
    "hidden mistake",
]

SATURATED = 1e-3
"""A squashing operation whose local partial is smaller than this hardly learns."""

ILL_CONDITIONED = 1e3
"""From this condition number on a node is pointed out: three digits are gone."""

RELU = OPS["relu"]
CANCELLING = frozenset((OPS["add"], OPS["sub"]))
ROUNDING = 2.0**-53
DIGITS = 16
LARGEST, SMALLEST = sys.float_info.max, sys.float_info.min


def text(term: Term) -> str:
    """Return a term as it may be typed, without thin spaces."""
    return spaced(term).replace("\u2009", " ")


@dataclass(frozen=True, slots=True)
class NodeHealth:
    """How well a node keeps its digits.

    Parameters
    ----------
    node, name
        Index in the graph that is shown, and label.
    condition
        Condition number max |xᵢ·pᵢ/y| over the operands xᵢ with local partials pᵢ: how much
        the node may magnify a relative error. For vectors that of the worst entry. None where
        it is not known: inputs, undefined values, linear maps.
    lost, lost_derivative
        Of the 16 decimal digits of double precision, how many the value, and the adjoint or
        tangent, do not have.
    """

    node: int
    name: str
    condition: float | None
    lost: int
    lost_derivative: int


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to know about a node.

    Parameters
    ----------
    node, name
        The node in the graph that is shown; a part of a fold is told under the fold.
    sentence
        What there is to know, in words.
    proposal
        What to write instead, if there is something.
    """

    kind: Kind
    node: int
    name: str
    sentence: str
    proposal: str = ""


@dataclass(frozen=True, slots=True)
class Health(Tabular):
    """The health of a run, node by node, and what there is to know."""

    nodes: tuple[NodeHealth, ...]
    findings: tuple[Finding, ...]

    def __getitem__(self, name: str) -> NodeHealth:
        """Return the health of a node by its label.

        Raises
        ------
        KeyError
            If there is no such node.
        """
        return {entry.name: entry for entry in self.nodes}[name]

    def grid(self) -> Grid:
        """Return the findings laid out: where, what there is to know, and what to write."""
        rows = (
            (f.name, (Cell(Symbol(f.name)), words(WORDS[f.kind], "warning"), words(f.sentence)))
            for f in self.findings
        )
        columns = {"node": "node", "finding": "finding", "sentence": "sentence"}
        return listing("health", columns, rows, note="" if self.findings else WORDS["healthy"])

    def conditions(self) -> Grid:
        """Return condition numbers and lost digits, node by node."""
        rows = (
            (
                entry.name,
                (
                    Cell(Symbol(entry.name)),
                    plain_cell(entry.condition),
                    count_cell(entry.lost),
                    count_cell(entry.lost_derivative),
                ),
            )
            for entry in self.nodes
        )
        numbers = ("condition", "lost", "lost_derivative")
        columns = {key: key for key in ("node", *numbers)}
        return listing("conditions", columns, rows, numbers=numbers)


def health(view: View, source: WengertList | None = None) -> Health:
    """Return the health of a run.

    Parameters
    ----------
    source
        The graph of elementary operations that the shown one was folded from, if it was.
    """
    graph = source or view.graph
    fine = view.run if graph is view.graph else _primitive(view, graph)
    shown = _shown_nodes(view.graph, graph)
    nodes = tuple(
        NodeHealth(
            node,
            view.labels[node],
            _condition(view, node),
            lost(view.run.value(node)),
            lost(view.run.derivative(node)),
        )
        for node in view.shown
    )
    found = [
        *(f for node in range(len(graph)) for f in _extremes(view, fine, shown, node)),
        *(f for node in range(len(graph)) for f in _flat(view, fine, shown, node)),
        *_magnified(view, nodes),
        *(_proposed(view, fine, shown, form) for form in _outermost(graph)),
        *_hiding(view),
    ]
    return Health(nodes, tuple(found))


def health_record(found: Health) -> dict[str, Any]:
    """Return a health as dictionaries and lists, for JSON."""

    def told(entry: NodeHealth | Finding) -> dict[str, Any]:
        record = asdict(entry)
        del record["node"]
        return {k: str(v) if v == math.inf else v for k, v in record.items()}

    return {"nodes": [*map(told, found.nodes)], "findings": [*map(told, found.findings)]}


def _primitive(view: View, graph: WengertList) -> Run:
    """Return the run of the graph of elementary operations at the same point."""
    run = view.run
    pairs = zip(view.graph.inputs, graph.inputs, strict=True)
    return Run(graph, {new: run.point[old] for old, new in pairs})


def _shown_nodes(shown: WengertList, source: WengertList) -> dict[int, int]:
    """Return for each node of the source the shown node that it is or is folded into."""
    origins = [shown.parameters_of(node).get("origin") for node in range(len(shown))]
    swallowed = {inner for origin in origins if origin for inner in origin}
    alone = (node for node in range(len(source)) if node not in swallowed)
    found: dict[int, int] = {}
    for node, origin in enumerate(origins):
        found |= dict.fromkeys(origin or (next(alone),), node)
    return found


def lost(number: Number) -> int:
    """Return how many of the 16 decimal digits of double precision a number does not have."""
    if number.undefined or isinstance(number.digits, Map):
        return 0
    if isinstance(number.digits, Array):
        pairs = zip(number.double.data.ravel(), number.digits.data.ravel(), strict=True)
        return max((_lost(float(a), b) for a, b in pairs), default=0)
    return DIGITS if type(number.double) is Undefined else _lost(number.double, number.digits)


def _lost(double: float, digits: Any) -> int:
    if digits != digits or double == digits:
        return 0
    if not math.isfinite(double) or digits == 0:
        return DIGITS
    error = float(abs(double - digits) / abs(digits))
    return min(DIGITS, max(0, round(math.log10(error / ROUNDING)))) if error else 0


def _condition(view: View, node: int) -> float | None:
    run, graph = view.run, view.graph
    if graph.ops[node] is INPUT or not graph.varies[node] or run.value(node).undefined:
        return None
    worst = 0.0
    for slot, operand in enumerate(graph.operands[node]):
        partial = run.partial(node, slot)
        if partial is None:
            continue
        if partial.undefined or isinstance(partial.digits, Map):
            return None
        x, y, p = run.value(operand).digits, run.value(node).digits, partial.digits
        worst = max(worst, _factor(x, p, y))
    return worst


def _factor(x: Any, p: Any, y: Any) -> float:
    """Return |x·p/y|, of arrays the largest."""
    if isinstance(y, Array):
        with np.errstate(all="ignore"):
            factors = abs((x * p).data) / abs(y.data) if (y.data != 0).all() else np.inf
        return float(np.max(factors))
    moved = abs(x * p)
    return float(moved / abs(y)) if y != 0 else math.inf if moved != 0 else 0.0


def _entries(value: Any) -> list[Any]:
    return list(value.data.ravel()) if isinstance(value, Array) else [value]


def _extremes(view: View, run: Run, shown: dict[int, int], node: int) -> Iterator[Finding]:
    """Yield what double precision cannot hold."""
    number = run.value(node)
    if number.undefined or (run.graph.ops[node].arity == 0 and node not in run.graph.inputs):
        return
    for double, digits in zip(_entries(number.double), _entries(number.digits), strict=True):
        if type(double) is Undefined or digits != digits or digits - digits != 0:
            continue
        if abs(digits) > LARGEST:
            yield _finding("overflow", view, run, shown, node, size=_magnitude(digits))
            return
        if 0 < abs(digits) < SMALLEST:
            yield _finding("underflow", view, run, shown, node, size=_magnitude(digits))
            return


def _magnitude(number: Any) -> str:
    return text(numeral(number))


def _flat(view: View, run: Run, shown: dict[int, int], node: int) -> Iterator[Finding]:
    """Yield the squashing operations and rectifiers through which no gradient comes."""
    op = run.graph.ops[node]
    if not op.saturates and op is not RELU:
        return
    partial = run.partial(node, 0)
    if partial is None or partial.undefined or node in run.kinks:
        return
    slopes = _entries(partial.digits)
    flat = [p for p in slopes if (abs(p) < SATURATED if op.saturates else p == 0)]
    if not flat:
        return
    kind: Kind = "saturated" if op.saturates else "dead"
    some = WORDS["of_entries"].format(count=len(flat), all=len(slopes))
    several = some if len(slopes) > 1 else ""
    slope = text(numeral(max(abs(p) for p in flat)))
    yield _finding(kind, view, run, shown, node, slope=slope, several=several)


def _finding(
    kind: Kind, view: View, run: Run, shown: dict[int, int], node: int, **given: str
) -> Finding:
    label = view.labels[shown[node]]
    what = _called(view, run, shown, node)
    return Finding(kind, shown[node], label, say(f"health_{kind}", node=what, **given))


def _called(view: View, run: Run, shown: dict[int, int], node: int) -> str:
    """Return what a node is called: its label, or its formula where it is part of a fold."""
    outer, graph = shown[node], run.graph
    label = text(view.name(outer))
    if node == max(inner for inner, around in shown.items() if around == outer):
        return label

    def names(inner: int) -> Term | None:
        return Symbol(graph.names[inner]) if inner in graph.names else None

    return WORDS["part_of"].format(formula=text(compose(graph, node, names).term), node=label)


def _magnified(view: View, nodes: tuple[NodeHealth, ...]) -> Iterator[Finding]:
    for entry in nodes:
        if entry.condition is None or entry.condition < ILL_CONDITIONED:
            continue
        name = text(view.name(entry.node))
        number = text(numeral(entry.condition))
        graph, body = view.graph, view.graph.parameters_of(entry.node).get("body")
        last = body.ops[body.outputs[0]] if body is not None else graph.ops[entry.node]
        kind: Kind = "cancellation" if last in CANCELLING else "sensitive"
        sentence = say(f"health_{kind}", node=name, condition=number)
        if entry.lost:
            sentence += " " + say("health_lost", node=name, lost=entry.lost)
        yield Finding(kind, entry.node, entry.name, sentence)


def _outermost(graph: WengertList) -> Iterator[StableForm]:
    """Yield the stable forms, without those of steps that another one does away with."""
    forms = {form.node: form for form in stable_forms(graph)}
    for node, form in forms.items():
        users = {edge.user for edge in graph.users[node]}
        if not users or node in graph.names or node in graph.outputs or not users <= forms.keys():
            yield form


def _proposed(view: View, run: Run, shown: dict[int, int], form: StableForm) -> Finding:
    """Return the proposal of a stable form, and what it saves at this point."""
    label, here = view.labels[shown[form.node]], lost(run.value(form.node))
    formula, proposal = text(form.formula), text(form.proposal)
    saved = ""
    if run.graph.is_scalar and here > 1:
        values = _doubles(form.graph, run)
        number = Number(values, run.value(form.node).digits, values, corrected=False)
        if lost(number) < here:
            saved = say("health_saved", lost=here, left=lost(number))
    sentence = say("health_stable", formula=formula, proposal=proposal)
    return Finding("stable form", shown[form.node], label, sentence + saved, proposal)


def _hiding(view: View) -> Iterator[Finding]:
    """Yield what is no trouble to the computer: mistakes that the point hides from a reader."""
    nodes = {name: node for node, name in view.labels.items()}
    for hint in hints(view):
        sentence = say(
            "alike",
            variable=text(Symbol(hint.variable)),
            value=hint.value,
            one=text(hint.one),
            other=text(hint.other),
            better=hint.better,
        )
        yield Finding("hidden mistake", nodes[hint.variable], hint.variable, sentence)
    output = view.run.output
    for mistake in unnoticed(view):
        yield Finding("hidden mistake", output, view.labels[output], say(f"unnoticed_{mistake}"))


def _doubles(graph: WengertList, run: Run) -> Any:
    """Return the output of a graph over the run's inputs in double precision."""
    pairs = zip(run.graph.inputs, graph.inputs, strict=True)
    point = {new: FLOAT64.number(run.point[old]) for old, new in pairs}
    return [step.value for step in evaluate(graph, FLOAT64, point)][graph.outputs[0]]
