"""Documents for a terminal: Unicode mathematics, coloured by role."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from chainrule.readings.catalogue import MARK
from chainrule.readings.document import (
    Document,
    Entries,
    Field,
    Formulas,
    Heading,
    Paragraph,
    Renderer,
)
from chainrule.readings.grid import Cell, Grid
from chainrule.readings.picture import Picture
from chainrule.readings.prose import pieces, plain, prose_pieces
from chainrule.readings.render.writer import Writer
from chainrule.readings.terms import Role, Term

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
BLANK = "_" * 8
INDENT = (0, 0, 0, 4)


def styled(term: Term | None, role: Role | None = None, *, bold: bool = False) -> Text:
    """Return a term as coloured text. Names are text: markup in them has no effect."""
    return _coloured(() if term is None else pieces(term, role), bold=bold)


def _coloured(found: Iterable[tuple[str, Role | None]], *, bold: bool = False) -> Text:
    shown = line()
    for piece, role in found:
        style = STYLES[role] if role is not None else ""
        shown.append(piece, f"bold {style}".strip() if bold else style)
    return shown


def line(words: str = "", style: str = "") -> Text:
    """Return a line of text; rich is loaded by the first one."""
    from rich.text import Text

    return Text(words, style)


def _cell(cell: Cell | None, *, narrow: bool = False) -> Text:
    shown = line()
    if cell is None:
        return shown
    if cell.asked and cell.term is None:
        return shown.append(f"{plain(cell.id)} {BLANK}", STYLES["quiet"])
    if cell.before is not None:
        lead = styled(cell.before)
        lead = lead[1:] if lead.plain.startswith(" ") else lead
        shown.append_text(lead[:-3].append(f"\n{lead.plain[-2]} ") if narrow else lead)
    shown.append_text(styled(cell.term, cell.role, bold=cell.final))
    if cell.mark:
        shown.append(f" {MARK}", STYLES["warning"])
    return shown


def narrow(grid: Grid) -> RichTable:
    """Return a grid with headers, running sums and words broken, a line under each group."""
    from rich import box
    from rich.table import Table as RichTable

    made = RichTable(
        box=box.HORIZONTALS,
        header_style="not bold",
        border_style="dim",
        pad_edge=False,
        padding=(0, 1),
    )
    for header in grid.columns:
        made.add_column(
            line("\n".join(plain(header.term).split()), STYLES["quiet"]),
            justify="right" if header.numeric else "left",
            no_wrap=header.numeric,
            overflow="fold",
        )
    for row in grid.rows:
        shown = (_cell(row.cells.get(header.key), narrow=True) for header in grid.columns)
        made.add_row(*shown, end_section=row.last)
    return made


class Terminal(Writer["RenderableType"]):
    """Writes blocks as rich shows them.

    Parameters
    ----------
    width
        Columns of the terminal; a wider table is drawn narrow.
    """

    def __init__(self, width: int = WIDEST) -> None:
        self.width = width

    def heading(self, heading: Heading) -> Iterator[RenderableType]:
        """Yield a heading, and what stands across from it."""
        number = f"{heading.number}  " if heading.number else ""
        above = "\n" if heading.level > 1 else ""
        shown = line(f"{above}{number}{plain(heading.words)}", "bold")
        for more in (heading.aside, f"/ {heading.points}" if heading.points else ""):
            shown.append(f"  {plain(more)}" if more else "", STYLES["quiet"])
        yield shown

    def paragraph(self, paragraph: Paragraph) -> Iterator[RenderableType]:
        """Yield a paragraph."""
        shown = _coloured(prose_pieces(paragraph.prose))
        shown.stylize(STYLES[paragraph.role] if paragraph.role else "")
        yield shown

    def formulas(self, formulas: Formulas) -> Iterator[RenderableType]:
        """Yield formulas, each in a line."""
        for term in formulas.terms:
            yield styled(term)

    def entries(self, entries: Entries) -> Iterator[RenderableType]:
        """Yield entries: title, sentence, and the lines aligned at the equals sign."""
        from rich.padding import Padding

        total = len(entries.entries)
        for count, entry in enumerate(entries.entries, start=1):
            heading = line(f"\n{count}/{total}  {entry.phase}  ", STYLES["quiet"])
            name = _coloured(prose_pieces(entry.title), bold=True)
            yield heading.append_text(name).append(f"  ({plain(entry.rule)})", STYLES["quiet"])
            told = _coloured(prose_pieces(entry.prose))
            yield Padding(told, INDENT) if self.width < WIDEST else line("    ") + told
            lefts = [styled(left) for left, _ in entry.lines]
            wide = max((left.cell_len for left in lefts), default=0)
            for left, (_, right) in zip(lefts, entry.lines, strict=True):
                shown = line("    ").append_text(left)
                yield shown.append(f"{' ' * (wide - left.cell_len)} = ").append_text(styled(right))
        yield line()

    def table(self, grid: Grid) -> Iterator[RenderableType]:
        """Yield a table line by line, in time that grows with its rows alone."""
        columns = grid.columns
        lines = [[line(plain(header.term), STYLES["quiet"]) for header in columns]]
        lines += [[_cell(row.cells.get(h.key)) for h in columns] for row in grid.rows]
        widths = [max(cell.cell_len for cell in column) for column in zip(*lines, strict=True)]
        whole = sum(widths) + 3 * (len(widths) - 1)
        if not grid.rows or whole + 2 > self.width:
            yield from [narrow(grid)] if grid.rows else []
            return
        rule = line(f" {'─' * whole}", "dim")
        yield rule
        for cells, end in zip(lines, (True, *(row.last for row in grid.rows)), strict=True):
            shown, gap = line(), " "
            for header, cell, width in zip(columns, cells, widths, strict=True):
                blank = " " * (width - cell.cell_len)
                before, behind = (blank, "") if header.numeric else ("", blank)
                shown.append(gap + before).append_text(cell).append(behind)
                gap = "   "
            yield shown
            if end or cells is lines[-1]:
                yield rule

    def field(self, field: Field) -> Iterator[RenderableType]:
        """Yield a field behind its words."""
        yield _coloured(prose_pieces(field.prose)).append(" ").append_text(_cell(field.cell))

    def picture(self, picture: Picture) -> Iterator[RenderableType]:
        """Yield a picture in words."""
        yield from self.paragraph(Paragraph((picture.words,), "quiet"))


def show(console: Console, document: Document) -> None:
    """Print a document."""
    for part in Terminal(console.width).blocks(document.blocks):
        console.print(part, highlight=False, markup=False, emoji=False)


def write(document: Document, whole: bool = False) -> str:
    """Return a document as plain text, without colours, no line broken."""
    lines = (str(part) for part in Terminal().blocks(document.blocks))
    return "".join(f"{line.rstrip()}\n" for line in lines)


RENDERER = Renderer("text", ".txt", write)
