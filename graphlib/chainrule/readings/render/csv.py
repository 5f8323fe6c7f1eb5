"""Tables and steps as CSV: all digits, and no cell that a spreadsheet would run."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from io import StringIO

from chainrule.readings.render.cells import Cell, lines, share_cell
from chainrule.readings.render.prose import plain, prose_text, sentence, title
from chainrule.readings.render.renderer import Renderer
from chainrule.readings.render.words import EXPORT_COLUMNS, PHASES
from chainrule.readings.story import StoryStep
from chainrule.readings.tables import Table
from chainrule.readings.view import View

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


def table_csv(table: Table, document: bool = False) -> str:
    """Return a table as CSV with a header, one row an edge; node and value in every row."""
    rows = [list(EXPORT_COLUMNS.values())]
    node: Cell | None = None
    value: Cell | None = None
    for line in lines(table):
        cells = line.cells
        node, value = cells.get("node", node), cells.get("value", value)
        share = share_cell(table.view, line.row)
        marked = [c for c in (value, *cells.values()) if c is not None and c.mark]
        rows.append(
            [
                plain(table.view.labels[line.row.node]),
                _shown(node),
                _shown(cells["partial"]),
                _shown(value),
                _shown(cells["number"]),
                _shown(share),
                _shown(cells["derivative"]),
                marked[0].mark if marked else "",
                plain(marked[0].why) if marked else "",
            ]
        )
    return written(rows)


def steps_csv(view: View, steps: Iterable[StoryStep], document: bool = False) -> str:
    """Return steps as CSV: number, phase, title, rule, sentence, equation."""
    rows = [["step", "phase", "title", "rule", "sentence", "equation"]]
    for count, step in enumerate(steps, start=1):
        first = step.lines[0][0] if step.lines else None
        sides = [plain(side) for side in (first, *(r for _, r in step.lines)) if side is not None]
        rows.append(
            [
                str(count),
                PHASES[step.phase],
                prose_text(title(step.title)),
                plain(step.rule),
                prose_text(sentence(step.sentence)),
                " = ".join(sides),
            ]
        )
    return written(rows)


RENDERER = Renderer("csv", ".csv", table_csv, steps_csv)
