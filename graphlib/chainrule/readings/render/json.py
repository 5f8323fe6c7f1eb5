"""The grids and lists of a document as JSON: every cell with its id, and all its digits."""

from __future__ import annotations

import json
from typing import Any

from chainrule.readings.document import Document, Entries, Entry, Renderer
from chainrule.readings.grid import Cell, Grid, GridRow
from chainrule.readings.latex import latex
from chainrule.readings.prose import plain, prose_text
from chainrule.readings.terms import Term


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


def _entry(entry: Entry) -> dict[str, Any]:
    return {
        **entry.about,
        "title": prose_text(entry.title),
        "rule": plain(entry.rule),
        "sentence": prose_text(entry.prose),
        "lines": [
            {"left": None if left is None else _term(left), "right": _term(right)}
            for left, right in entry.lines
        ],
        "cells": [cell_record(cell) for cell in entry.cells],
    }


def record(document: Document) -> dict[str, Any]:
    """Return a document as dictionaries and lists: what it is about, its grids and its steps.

    Its prose says to people what stands there already.
    """
    found = dict(document.about)
    for block in document.blocks:
        if isinstance(block, Grid):
            found |= grid_record(block)
        elif isinstance(block, Entries):
            found["steps"] = [_entry(entry) for entry in block.entries]
    return found


def written(record: Any) -> str:
    """Return a record as text; the same record gives the same bytes."""
    text = json.dumps(record, ensure_ascii=False, indent=1)
    return "".join(c if c.isprintable() or c == "\n" else _escape(c) for c in text) + "\n"


def _escape(character: str) -> str:
    """Return a character without a shape of its own as JSON escapes it."""
    return json.dumps(character, ensure_ascii=True)[1:-1]


def write(document: Document, whole: bool = False) -> str:
    """Return a document as JSON."""
    return written(record(document))


RENDERER = Renderer("json", ".json", write)
