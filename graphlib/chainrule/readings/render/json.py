"""Tables and steps as JSON: every cell with its id, what is shown, and all its digits."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from chainrule.readings.cells import about, number_cell
from chainrule.readings.grid import Cell, Grid, GridRow
from chainrule.readings.latex import latex
from chainrule.readings.prose import sentence, title
from chainrule.readings.render.prose import plain, prose_text
from chainrule.readings.render.renderer import Renderer
from chainrule.readings.story import StoryStep
from chainrule.readings.terms import Term
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
    if cell.exact is not None:
        record["exact"] = _term(cell.exact)
    if cell.mark:
        record |= {"mark": cell.mark, "why": cell.why}
    return record


def grid_record(grid: Grid) -> dict[str, Any]:
    """Return a grid as dictionaries and lists."""
    # Columns of data last, behind those that a reader of the table knows.
    keys = [h.key for h in (*grid.columns, *(h for h in grid.headers if h.data))]
    return {
        "table": grid.kind,
        **grid.about,
        "caption": prose_text(grid.caption),
        "columns": [{"key": h.key, **_term(h.term)} for h in grid.columns],
        "rows": [
            _about(row) | {"cells": {key: cell_record(cells[key]) for key in keys if key in cells}}
            for row, cells in grid.filled()
        ],
        "remarks": [
            {"mark": r.mark, "sentence": plain(r.sentence), "cells": list(r.cells)}
            for r in grid.remarks
        ],
        "digits": grid.note,
    }


def _about(row: GridRow) -> dict[str, Any]:
    if not row.node:
        return {}
    edge = None if row.edge is None else {"user": row.edge[0], "operand": row.edge[1]}
    return {"node": row.node, "edge": edge, "last": row.last}


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
            cell_record(number_cell(view, entry.cell, entry.number, "value"))
            for entry in step.entries
        ],
    }


def steps_record(view: View, steps: Iterable[StoryStep]) -> dict[str, Any]:
    """Return the steps of a run as dictionaries and lists."""
    told = [step_record(view, step) for step in steps]
    return {"story": view.run.mode, **about(view), "steps": told}


def written(record: Any) -> str:
    """Return a record as text; the same record gives the same bytes."""
    text = json.dumps(record, ensure_ascii=False, indent=1)
    return "".join(c if c.isprintable() or c == "\n" else _escape(c) for c in text) + "\n"


def _escape(character: str) -> str:
    """Return a character without a shape of its own as JSON escapes it."""
    return json.dumps(character, ensure_ascii=True)[1:-1]


def grid_json(grid: Grid, document: bool = False) -> str:
    """Return a grid as JSON."""
    return written(grid_record(grid))


def steps_json(view: View, steps: Iterable[StoryStep], document: bool = False) -> str:
    """Return steps as JSON."""
    return written(steps_record(view, steps))


RENDERER = Renderer("json", ".json", grid_json, steps_json)
