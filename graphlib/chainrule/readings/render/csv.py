"""Grids and lists of a document as CSV: all digits, and no cell that a spreadsheet would run."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from io import StringIO

from chainrule.readings.catalogue import EXPORTED
from chainrule.readings.document import Document, Entries, Renderer
from chainrule.readings.grid import Cell, Grid
from chainrule.readings.prose import plain, prose_text

NUMBER = re.compile(r"-?\d+(\.\d+)?(e[+-]?\d+)?|\[[\d\s.,e+\-\[\]]*\]")
# A spreadsheet takes what begins with one of these for a formula, also behind blanks, and
# where it parts cells at semicolons, behind those.
FORMULA = re.compile(r"(^|[;\t|])(\s*)(?=[=+\-@|%\t＝＋－＠])")


def guarded(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula; plain numbers stay numbers."""
    return cell if NUMBER.fullmatch(cell) else FORMULA.sub(r"\1\2'", cell)


def written(rows: Iterable[Iterable[str]]) -> str:
    """Return rows as CSV in which every cell is printable and none is a formula."""
    into = StringIO()
    writer = csv.writer(into, lineterminator="\n")
    for row in rows:
        writer.writerow([guarded(plain(cell)) for cell in row])
    return into.getvalue()


def _shown(cell: Cell | None) -> str:
    if cell is None or cell.term is None:
        return ""
    return cell.digits or plain(cell.term)


def _exact(cell: Cell | None) -> str:
    return "" if cell is None or cell.exact is None else plain(cell.exact)


def _grid(grid: Grid) -> Iterator[list[str]]:
    """Yield the rows of a grid with a header; cells that span stand in every row.

    Where rows are about nodes, the node's name goes before and warnings behind.
    """
    named = any(row.node for row in grid.rows)
    heads = [header.word or plain(header.term) for header in grid.headers]
    exact = [h for h in grid.headers if any(_exact(cells.get(h.key)) for _, cells in grid.filled())]
    heads += [EXPORTED["exact"].format(column=h.word or plain(h.term)) for h in exact]
    yield [EXPORTED["name"], *heads, EXPORTED["state"], EXPORTED["why"]] if named else heads
    for row, cells in grid.filled():
        shown = [_shown(cells.get(header.key)) for header in grid.headers]
        shown += [_exact(cells.get(header.key)) for header in exact]
        if named:
            marked = [c for h in grid.headers if (c := cells.get(h.key)) is not None and c.mark]
            state = (marked[0].mark, plain(marked[0].why)) if marked else ("", "")
            shown = [plain(row.node), *shown, *state]
        yield shown


def _entries(entries: Entries) -> Iterator[list[str]]:
    yield ["step", "phase", "title", "rule", "sentence", "equation"]
    for count, entry in enumerate(entries.entries, start=1):
        first = entry.lines[0][0] if entry.lines else None
        sides = [plain(side) for side in (first, *(r for _, r in entry.lines)) if side is not None]
        told = prose_text(entry.title), entry.rule, prose_text(entry.prose), " = ".join(sides)
        yield [str(count), entry.phase, *told]


def write(document: Document, whole: bool = False) -> str:
    """Return the grids and lists of a document; what is prose is not for spreadsheets."""
    return "".join(
        written(_grid(block) if isinstance(block, Grid) else _entries(block))
        for block in document.blocks
        if isinstance(block, Grid | Entries)
    )


RENDERER = Renderer("csv", ".csv", write)
