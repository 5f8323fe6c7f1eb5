"""Tables and steps as CSV: all digits, and no cell that a spreadsheet would run."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from io import StringIO

from chainrule.readings.catalogue import EXPORTED, PHASES
from chainrule.readings.grid import Cell, Grid
from chainrule.readings.prose import sentence, title
from chainrule.readings.render.prose import plain, prose_text
from chainrule.readings.render.renderer import Renderer
from chainrule.readings.story import StoryStep
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


def _exact(cell: Cell | None) -> str:
    return "" if cell is None or cell.exact is None else plain(cell.exact)


def grid_csv(grid: Grid, document: bool = False) -> str:
    """Return a grid as CSV with a header; cells that span stand in every row.

    Where rows are about nodes, the node's name goes before and warnings behind.
    """
    named = any(row.node for row in grid.rows)
    heads = [header.word or plain(header.term) for header in grid.headers]
    exact = [h for h in grid.headers if any(_exact(cells.get(h.key)) for _, cells in grid.filled())]
    heads += [EXPORTED["exact"].format(column=h.word or plain(h.term)) for h in exact]
    if named:
        heads = [EXPORTED["name"], *heads, EXPORTED["state"], EXPORTED["why"]]
    rows = [heads]
    for row, cells in grid.filled():
        shown = [_shown(cells.get(header.key)) for header in grid.headers]
        shown += [_exact(cells.get(header.key)) for header in exact]
        if named:
            marked = [c for h in grid.headers if (c := cells.get(h.key)) is not None and c.mark]
            state = (marked[0].mark, plain(marked[0].why)) if marked else ("", "")
            shown = [plain(row.node), *shown, *state]
        rows.append(shown)
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


RENDERER = Renderer("csv", ".csv", grid_csv, steps_csv)
