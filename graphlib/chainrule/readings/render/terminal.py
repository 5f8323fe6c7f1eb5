"""Tables and steps for a terminal: Unicode mathematics, coloured by role."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from io import StringIO
from typing import TYPE_CHECKING

from chainrule.readings.catalogue import WORDS
from chainrule.readings.render.cells import Cell, caption, header, lines, remark_line, remarks
from chainrule.readings.render.prose import Prose, pieces, plain, prose_text, sentence, title
from chainrule.readings.render.renderer import Renderer
from chainrule.readings.render.words import MARK, PHASES
from chainrule.readings.story import StoryStep
from chainrule.readings.tables import COLUMNS, Table
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
LEFT = frozenset(("node", "partial"))


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


def _cell(cell: Cell | None) -> Text:
    from rich.text import Text

    if cell is None:
        return Text()
    shown = Text()
    if cell.lead is not None:
        shown.append_text(styled(cell.lead)[1:])
    shown.append_text(styled(cell.term, cell.role, bold=cell.final))
    if cell.mark:
        shown.append(f" {MARK}", STYLES["warning"])
    return shown


def grid(table: Table) -> RichTable:
    """Return a table as rich draws it, one line under each node."""
    from rich import box
    from rich.table import Table as RichTable

    drawn = RichTable(box=box.HORIZONTALS, header_style="not bold", border_style="dim")
    for column in COLUMNS:
        justify = "left" if column in LEFT else "right"
        drawn.add_column(styled(header(table, column), "quiet"), justify=justify)  # type: ignore[arg-type]
    for line in lines(table):
        shown = (_cell(line.cells.get(column)) for column in COLUMNS)
        drawn.add_row(*shown, end_section=line.last)
    return drawn


def table_parts(table: Table) -> Iterator[RenderableType]:
    """Yield caption, table, the line on digits, and every warning in words."""
    from rich.text import Text

    yield styled_prose(caption(table.view))
    yield grid(table)
    yield Text(WORDS["digits"], STYLES["quiet"])
    for remark in remarks(table):
        yield Text(plain(remark_line(remark)), STYLES["warning"])


def step_parts(view: View, steps: Iterable[StoryStep]) -> Iterator[RenderableType]:
    """Yield the steps one by one: title, sentence, and the lines aligned at the equals sign."""
    from rich.padding import Padding
    from rich.table import Table as RichTable
    from rich.text import Text

    told = list(steps)
    yield styled_prose(caption(view, "story_"))
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
    """Print parts. Where the output is no terminal, no line is broken."""
    for part in parts:
        if console.is_terminal:
            console.print(part, highlight=False, markup=False, emoji=False)
        else:
            console.print(
                part, highlight=False, markup=False, emoji=False, crop=False,
                overflow="ignore", width=_room(console, part), soft_wrap=False,
            )  # fmt: skip


def _room(console: Console, part: RenderableType) -> int:
    wide = console.options.update(max_width=_WIDEST)
    return max(1, console.measure(part, options=wide).maximum)


_WIDEST = 100_000


def _plain(parts: Iterable[RenderableType]) -> str:
    from rich.console import Console

    into = StringIO()
    console = Console(
        file=into, width=_WIDEST, no_color=True, color_system=None, force_terminal=False,
        legacy_windows=False,
    )  # fmt: skip
    show(console, parts)
    return "".join(line.rstrip() + "\n" for line in into.getvalue().splitlines())


def table_text(table: Table, document: bool = False) -> str:
    """Return a table as plain text, without colours, no line broken."""
    return _plain(table_parts(table))


def steps_text(
    view: View, steps: Iterable[StoryStep], document: bool = False
) -> str:
    """Return steps as plain text."""
    return _plain(step_parts(view, steps))


RENDERER = Renderer("text", ".txt", table_text, steps_text)

__all__ = ["RENDERER", "prose_text", "show", "step_parts", "table_parts", "table_text"]
