"""A table worked by hand, as data for the browser: what is asked, and what became of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from chainrule.errors import ChainruleError, FileError, LimitError, LinkError
from chainrule.exercises.catalogue import BACKWARD
from chainrule.exercises.feedback import Report, cell_term
from chainrule.exercises.guidance import Explained, explain, hints
from chainrule.exercises.marking import Marking
from chainrule.exercises.own_gradients import check_backward, read_gradients
from chainrule.exercises.pasted import read_pasted
from chainrule.exercises.worksheet import Worksheet
from chainrule.facade import Graph
from chainrule.graph.wengert import INPUT
from chainrule.readings.mathml import mathml
from chainrule.readings.numbers import numeral
from chainrule.readings.prose import plain, prose_text
from chainrule.readings.render.html import prose_html
from chainrule.readings.story import story
from chainrule.readings.tables import table
from chainrule.readings.terms import Numeral, Row, Symbol, Term, text
from chainrule.readings.view import View
from chainrule.ui import link
from chainrule.ui.answers.component import digest
from chainrule.ui.engine import Fault
from chainrule.ui.state import State

MOST_ROWS: Final = 120
GROUPS: Final = (
    ("value", "values", "value"),
    ("partial", "local partials", "partial"),
    ("tangent", "tangents", "derivative"),
    ("adjoint", "adjoints", "derivative"),
)
FOLLOWS: Final = "follows from "
COUNTED: Final = (
    ("right", "{} right"),
    ("wrong", "{} wrong"),
    ("follows", "{} consistent and credited"),
    ("undecided", "{} not read"),
    ("missing", "{} empty"),
)


@dataclass(frozen=True, slots=True)
class Attempt:
    """A formula at a point whose table is worked by hand."""

    state: State
    graph: Graph
    view: View
    sheet: Worksheet

    @property
    def digest(self) -> str:
        """Under which the browser keeps the answers."""
        return digest(self.state.formula, self.state.point, self.state.mode)


def work(state: State) -> Attempt | Fault:
    """Return a state's table to be worked, or why there is none."""
    try:
        names = tuple(name for name, _ in state.point)
        graph = Graph.parse(state.formula, declared=names)
        point = {n: v for n, v in state.point if n in graph.variables}
        view = graph.work(point, "forward" if state.mode == "forward" else "reverse").view
        backward = view if view.reverse else graph.work(point).view
        forward = view if not view.reverse else None
        if view.reverse and len(graph.variables) == 1:
            forward = graph.work(point, "forward").view
        sheet = Worksheet(backward, forward)
    except ChainruleError as error:
        return Fault.of(error, "Tables to be worked by hand are of numbers.")
    if len(view.edges) > MOST_ROWS:
        return Fault.of(
            LimitError(
                f"This table has {len(view.edges)} rows",
                allowed=f"Up to {MOST_ROWS} can be worked by hand; take a smaller formula.",
            )
        )
    return Attempt(state, graph, view, sheet)


def own_gradients(state: State, typed: str) -> str | Fault:
    """Return what became of gradients that somebody's own code gives, as HTML."""
    try:
        graph = Graph.parse(state.formula, declared=tuple(name for name, _ in state.point))
        point = {n: v for n, v in state.point if n in graph.variables}
        return check_backward(graph, point, read_gradients(typed)).html()
    except ChainruleError as error:
        return Fault.of(error, BACKWARD["allowed"])


def payload(
    done: Attempt, report: Report | None, pasted: Mapping[str, Any] | None
) -> dict[str, Any]:
    """Return what the component shows; mathematics and prose are markup, escaped here."""
    view = done.view
    rows = list(_rows(done))
    asked = [
        row[part]["id"]
        for part in ("value", "number", "derivative")
        for row in rows
        if row.get(part) and "id" in row[part]
    ]
    return {
        "digest": done.digest,
        "derivative": _markup(view.derivative_header()),
        "rows": rows,
        "order": [id for id in done.sheet.cells if id in asked],
        "report": None if report is None else _report(done, report),
        "pasted": pasted,
    }


def _markup(term: Term) -> str:
    return mathml(term, inline=True)


def _rows(done: Attempt) -> Iterable[dict[str, Any]]:
    view = done.view
    nodes = {label: node for node, label in view.labels.items()}
    names = {view.edge_id("partial", edge): view.partial_name(edge) for edge in view.edges}
    for line, cells in table(view).filled():
        node = nodes[line.node]
        formula, partial = (cells[key].term or Row(()) for key in ("node", "partial"))
        row: dict[str, Any] = {
            "first": line.first,
            "span": cells["node"].rows,
            "node": _markup(formula),
            "partial": None,
            "word": plain(partial),
            "number": None,
            "derivative": None,
        }
        if line.edge is not None:
            id = cells["number"].id
            row["partial"] = _markup(partial if _telling(partial) else names[id])
            row["number"] = _asked(id, names[id])
        if view.graph.ops[node] is INPUT:
            row["value"] = {"given": _given(done, line.node)}
        else:
            row["value"] = _asked(cells["value"].id, None, "value")
        if view.derivative_id(node) in done.sheet.cells:
            row["derivative"] = _asked(view.derivative_id(node), view.derivative_name(node))
        yield row


def _telling(partial: Term) -> bool:
    """Whether a local partial's formula is shown; one that is a number would be the answer."""
    right = partial.terms[-1] if isinstance(partial, Row) else partial
    return not isinstance(right, Numeral) and not set(text(right)) <= set("0123456789.−-/·⁻")


def _asked(id: str, short: Term | None, word: str = "") -> dict[str, Any]:
    return {
        "id": id,
        "label": plain(cell_term(id)),
        "short": _markup(short) if short is not None else word,
    }


def _given(done: Attempt, name: str) -> str:
    return dict(done.state.point).get(name, "")


# The report


def check(done: Attempt, answers: Mapping[str, Any]) -> Report:
    """Mark what was typed; cells that are empty count as missing."""
    cells = {id: str(words)[:200] for id, words in answers.items() if id in done.sheet.cells}
    return Marking(done.sheet, cells).report()


def _report(done: Attempt, report: Report) -> dict[str, Any]:
    marking = Marking(done.sheet, report.given)
    counts = [
        (sum(found == verdict for found in report.cells.values()), words)
        for verdict, words in COUNTED
    ]
    told = [words.format(count) for count, words in counts if count]
    return {
        "credited": report.credited,
        "cells": len(report.cells),
        "line": (", ".join(told) + ".") if told else "",
        "first": report.first,
        "marks": {
            id: {
                "verdict": verdict,
                "given": report.given[id].strip(),
                "remark": report.remarks.get(id, ""),
                "origin": _origin(report, id),
            }
            for id, verdict in report.cells.items()
        },
        "groups": [group for kind in GROUPS if (group := _group(report, *kind))["squares"]],
        "errors": [_error(done, marking, report, id) for id in report.errors],
    }


def _origin(report: Report, id: str) -> str:
    origin = report.origins.get(id, "")
    if not origin:
        return ""
    _, _, name = origin.partition(":")
    return prose_html((FOLLOWS, cell_term(origin) if "," in name else Symbol(name)))


def _group(report: Report, kind: str, name: str, role: str) -> dict[str, Any]:
    squares = [
        {"id": id, "verdict": verdict, "label": plain(cell_term(id))}
        for id, verdict in report.cells.items()
        if id.startswith(f"{kind}:")
    ]
    return {"name": name, "role": role, "squares": squares}


def _error(done: Attempt, marking: Marking, report: Report, id: str) -> dict[str, Any]:
    names = tuple(report.misconceptions.get(id, ()))
    explained = explain(marking, id, names)
    return {
        "id": id,
        "title": prose_html(explained.title),
        "told": prose_html(explained.told),
        "picture": _picture(done, report, id, explained),
        "hints": [prose_html(hint) for hint in hints(done.sheet, id, names)],
        "link": _link(done, id),
    }


def _picture(done: Attempt, report: Report, id: str, explained: Explained) -> dict[str, Any] | None:
    if not explained.sent:
        return None
    view, kind = done.view, id.partition(":")[0]
    backward = kind == "adjoint"

    def node(number: int) -> dict[str, str]:
        label = view.labels[number]
        given = report.given
        is_input = view.graph.ops[number] is INPUT
        return {
            "name": _markup(view.equation(number)),
            "value": _given(done, label) if is_input else given.get(f"value:{label}", ""),
            "derivative": given.get(f"{kind}:{label}", ""),
        }

    edge = explained.sent[0].edge
    places = done.view.notation.format
    here = sum(bool(one.arrived) for one in explained.sent)
    written = report.given[id].strip()
    return {
        "backward": backward,
        "target": node(edge.operand if backward else edge.user),
        "text": prose_text(explained.told),
        "sent": [
            {
                **node(one.edge.user if backward else one.edge.operand),
                # One share alone is the number that stands there, with the student's rounding.
                "share": ""
                if not one.arrived
                else written
                if here == 1
                else plain(numeral(one.amount, places)),
                "arrived": one.arrived,
            }
            for one in explained.sent
        ],
    }


def _link(done: Attempt, id: str) -> str:
    """Return a link to Explore at the step that fills a cell; "" where it would be too long."""
    step = None
    for number, told in enumerate(story(done.view)):
        if any(entry.cell == id for entry in told.entries):
            step = number
    try:
        state = State(done.state.formula, done.state.point, mode=done.state.mode, step=step)
        return "./?" + link.encode(state)
    except LinkError:
        return ""


# What is pasted


def pasted(done: Attempt, words: str, format: str, number: int) -> dict[str, Any]:
    """Return the answers of a pasted table and what is wrong with it, for the component."""
    try:
        found = read_pasted(words, done.sheet, format if format in ("csv", "latex") else "")
    except FileError as error:
        return {"number": number, "answers": {}, "faults": [str(error)]}
    return {
        "number": number,
        "answers": dict(found.answers),
        "faults": [str(fault) for fault in found.faults],
    }
