"""Grids and steps for a terminal: Unicode mathematics, coloured by role."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from io import StringIO
from typing import TYPE_CHECKING

from chainrule.readings.catalogue import MARK, PHASES, WORDS
from chainrule.readings.cells import story_caption
from chainrule.readings.grid import Cell, Grid
from chainrule.readings.prose import Prose, sentence, title
from chainrule.readings.render.prose import pieces, plain, remark_line
from chainrule.readings.render.renderer import Renderer
from chainrule.readings.story import StoryStep
from chainrule.readings.terms import Role, Term
from chainrule.readings.view import View

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.table import Table as RichTable
    from rich.text import Text

# The four hues at a lightness that reads on black and on white (4.4:1 and more on both).
STYLES: dict[Role, str] = {
    "value": "#0A7ABD",
    "derivative": "#CF4A12",
    "partial": "#64748B",
    "warning": "#8653F2",
    "quiet": "#64748B",
}
# Plain text breaks no line.
WIDEST = 100_000


def styled(term: Term | None, role: Role | None = None, *, bold: bool = False) -> Text:
    """Return a term as coloured text. Names are text: markup in them has no effect."""
    from rich.text import Text

    shown = Text(no_wrap=False)
    for piece, own in pieces(term, role) if term is not None else ():
        style = STYLES[own] if own is not None else ""
        shown.append(piece, f"bold {style}".strip() if bold else style)
    return shown


def styled_prose(prose: Prose) -> Text:
    """Return a sentence, its terms in the colours of their roles."""
    from rich.text import Text

    shown = Text()
    for part in prose:
        if isinstance(part, str):
            shown.append(plain(part))
        else:
            shown.append_text(styled(part))
    return shown


def _cell(cell: Cell | None, narrow: bool) -> Text:
    from rich.text import Text

    shown = Text()
    if cell is None:
        return shown
    if cell.before is not None:
        lead = styled(cell.before)
        lead = lead[1:] if lead.plain.startswith(" ") else lead
        shown.append_text(lead[:-3].append(f"\n{lead.plain[-2]} ") if narrow else lead)
    shown.append_text(styled(cell.term, cell.role, bold=cell.final))
    if cell.mark:
        shown.append(f" {MARK}", STYLES["warning"])
    return shown


def drawn(grid: Grid, *, narrow: bool = False) -> RichTable:
    """Return a grid as rich draws it, a line under each group of rows.

    Parameters
    ----------
    narrow
        Whether headers and running sums are broken at their words.
    """
    from rich import box
    from rich.table import Table as RichTable
    from rich.text import Text

    made = RichTable(
        box=box.HORIZONTALS,
        header_style="not bold",
        border_style="dim",
        pad_edge=False,
        padding=(0, 1),
    )
    for header in grid.columns:
        name = plain(header.term)
        made.add_column(
            Text("\n".join(name.split()) if narrow else name, STYLES["quiet"]),
            justify="right" if header.numeric else "left",
            no_wrap=header.numeric,
            overflow="fold",
        )
    for row in grid.rows:
        shown = (_cell(row.cells.get(header.key), narrow) for header in grid.columns)
        made.add_row(*shown, end_section=row.last)
    return made


def grid_parts(grid: Grid, width: int = WIDEST) -> Iterator[RenderableType]:
    """Yield caption, table, the line below it, and every warning in words.

    Parameters
    ----------
    width
        Columns of the terminal; a wider table is drawn narrow.
    """
    from rich.console import Console
    from rich.text import Text

    yield styled_prose(grid.caption)
    if grid.rows:
        made = drawn(grid)
        wide = width < WIDEST and Console(width=WIDEST).measure(made).maximum > width
        yield drawn(grid, narrow=True) if wide else made
    if grid.note:
        yield Text(plain(grid.note), STYLES["quiet"])
    for remark in grid.remarks:
        yield Text(plain(remark_line(remark)), STYLES["warning"])


def step_parts(view: View, steps: Iterable[StoryStep]) -> Iterator[RenderableType]:
    """Yield the steps one by one: title, sentence, and the lines aligned at the equals sign."""
    from rich.padding import Padding
    from rich.table import Table as RichTable
    from rich.text import Text

    told = list(steps)
    yield styled_prose(story_caption(view))
    for count, step in enumerate(told, start=1):
        heading = Text(f"\n{count}/{len(told)}  {PHASES[step.phase]}  ", STYLES["quiet"])
        name = styled_prose(title(step.title))
        name.stylize("bold")
        heading.append_text(name).append(f"  ({plain(step.rule)})", STYLES["quiet"])
        yield heading
        yield Padding(styled_prose(sentence(step.sentence)), (0, 0, 0, 4))
        equations = RichTable.grid(padding=(0, 1))
        for left, right in step.lines:
            equations.add_row(styled(left), Text("="), styled(right))
        yield Padding(equations, (0, 0, 0, 4))
    yield Text(f"\n{WORDS['digits']}", STYLES["quiet"])


def show(console: Console, parts: Iterable[RenderableType]) -> None:
    """Print parts one below the other."""
    for part in parts:
        console.print(part, highlight=False, markup=False, emoji=False)


def _plain_grid(grid: Grid) -> Iterator[str]:
    """Yield the lines of a grid as `drawn` has them, in time that grows with the rows alone."""
    from rich.cells import cell_len

    columns = grid.columns
    lines = [[plain(header.term) for header in columns]]
    lines += [[_cell(row.cells.get(h.key), False).plain for h in columns] for row in grid.rows]
    widths = [max(map(cell_len, column)) for column in zip(*lines, strict=True)]
    rule = " " + "─" * (sum(widths) + 3 * (len(widths) - 1))
    ends = [True, *(row.last for row in grid.rows)]
    yield rule
    for count, (line, end) in enumerate(zip(lines, ends, strict=True)):
        padded = [
            f"{' ' * (width - cell_len(cell))}{cell}"
            if header.numeric
            else f"{cell}{' ' * (width - cell_len(cell))}"
            for header, cell, width in zip(columns, line, widths, strict=True)
        ]
        yield (" " + "   ".join(padded)).rstrip()
        if end or count == len(lines) - 1:
            yield rule


def _plain(parts: Iterable[RenderableType]) -> str:
    from rich.console import Console

    into, drawn = StringIO(), list(parts)
    measured = Console(file=into, width=WIDEST)
    width = max((measured.measure(part).maximum for part in drawn), default=1)
    console = Console(
        file=into,
        width=width,
        no_color=True,
        color_system=None,
        force_terminal=False,
        legacy_windows=False,
    )
    show(console, drawn)
    return "".join(line.rstrip() + "\n" for line in into.getvalue().splitlines())


def grid_text(grid: Grid, document: bool = False) -> str:
    """Return a grid as plain text, without colours, no line broken."""
    lines = [styled_prose(grid.caption).plain, *(_plain_grid(grid) if grid.rows else ())]
    lines += [plain(grid.note)] if grid.note else []
    lines += [plain(remark_line(remark)) for remark in grid.remarks]
    return "".join(line.rstrip() + "\n" for line in lines)


def steps_text(view: View, steps: Iterable[StoryStep], document: bool = False) -> str:
    """Return steps as plain text."""
    return _plain(step_parts(view, steps))


RENDERER = Renderer("text", ".txt", grid_text, steps_text)

__all__ = ["RENDERER", "grid_parts", "grid_text", "show", "step_parts", "steps_text"]
