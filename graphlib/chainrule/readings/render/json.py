"""Tables and steps as JSON: every cell with its id, what is shown, and all its digits."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from chainrule.graph.wengert import INPUT
from chainrule.readings.render.cells import (
    Cell,
    caption,
    given,
    header,
    lines,
    number_cell,
    remarks,
    share_cell,
)
from chainrule.readings.render.prose import plain, prose_text, sentence, title
from chainrule.readings.render.renderer import Renderer
from chainrule.readings.story import StoryStep
from chainrule.readings.tables import COLUMNS, Table
from chainrule.readings.terms import Term, latex
from chainrule.readings.view import View


def _term(term: Term) -> dict[str, str]:
    return {"shown": plain(term), "latex": latex(term)}


def cell_record(cell: Cell) -> dict[str, Any]:
    """Return a cell: id, shown, latex, and for a number digits and state."""
    record: dict[str, Any] = {"id": cell.id} if cell.id else {}
    if cell.term is not None:
        record |= _term(cell.term)
    if cell.state != "text":
        record |= {"digits": cell.digits, "state": cell.state}
    if cell.mark:
        record |= {"mark": cell.mark, "why": cell.why}
    return record


def run_record(view: View) -> dict[str, Any]:
    """Return what was run: mode, goal or seeds, and the point as it was given."""
    labels = view.labels
    inputs = [node for node in view.shown if view.graph.ops[node] is INPUT]
    return {
        "mode": view.run.mode,
        "goal": labels[view.run.output],
        "seeds": {labels[node]: str(seed) for node, seed in view.run.seeds.items()},
        "at": {labels[node]: plain(given(view, node)) for node in inputs},
    }


def table_record(table: Table) -> dict[str, Any]:
    """Return a table as dictionaries and lists."""
    view = table.view
    rows = []
    spanning: dict[str, Cell] = {}
    for line in lines(table):
        spanning |= {column: cell for column, cell in line.cells.items() if cell.rows > 1}
        cells = {**spanning, **line.cells} if not line.row.first else line.cells
        record = {c: cell_record(cells[c]) for c in COLUMNS if c in cells}
        share = share_cell(view, line.row)
        if share is not None:
            record["share"] = cell_record(share)
        edge = line.row.edge
        rows.append(
            {
                "node": view.labels[line.row.node],
                "edge": None
                if edge is None
                else {"user": view.labels[edge.user], "operand": view.labels[edge.operand]},
                "last": line.last,
                "cells": record,
            }
        )
    return {
        "table": "backward" if view.reverse else "forward",
        **run_record(view),
        "caption": prose_text(caption(view)),
        "columns": [{"key": c, **_term(header(table, c))} for c in COLUMNS],
        "rows": rows,
        "remarks": [
            {"mark": r.mark, "sentence": plain(r.sentence), "cells": list(r.cells)}
            for r in remarks(table)
        ],
        "digits": view.digits_note,
    }


def step_record(view: View, step: StoryStep) -> dict[str, Any]:
    """Return a step as dictionaries and lists."""
    edge = step.edge
    return {
        "phase": step.phase,
        "node": view.labels[step.node],
        "edge": None
        if edge is None
        else {"user": view.labels[edge.user], "operand": view.labels[edge.operand]},
        "title": prose_text(title(step.title)),
        "rule": plain(step.rule),
        "sentence": prose_text(sentence(step.sentence)),
        "lines": [
            {"left": None if left is None else _term(left), "right": _term(right)}
            for left, right in step.lines
        ],
        "cells": [
            cell_record(number_cell(view, "", entry.cell, entry.number, "value"))
            for entry in step.entries
        ],
    }


def steps_record(view: View, steps: Iterable[StoryStep]) -> dict[str, Any]:
    """Return the steps of a run as dictionaries and lists."""
    told = [step_record(view, step) for step in steps]
    return {"story": view.run.mode, **run_record(view), "steps": told}


def written(record: Any) -> str:
    """Return a record as text; the same record gives the same bytes."""
    text = json.dumps(record, ensure_ascii=False, indent=1)
    return "".join(c if c.isprintable() or c == "\n" else _escape(c) for c in text) + "\n"


def _escape(character: str) -> str:
    """Return a character without a shape of its own as JSON escapes it."""
    return json.dumps(character, ensure_ascii=True)[1:-1]


def table_json(table: Table, document: bool = False) -> str:
    """Return a table as JSON."""
    return written(table_record(table))


def steps_json(view: View, steps: Iterable[StoryStep], document: bool = False) -> str:
    """Return steps as JSON."""
    return written(steps_record(view, steps))


RENDERER = Renderer("json", ".json", table_json, steps_json)
