"""Tables and steps as Markdown, mathematics between dollar signs."""

from __future__ import annotations

from collections.abc import Iterable

from chainrule.readings.render.cells import Cell, caption, header, lines, remark_line, remarks
from chainrule.readings.render.prose import Prose, plain, sentence, title
from chainrule.readings.render.renderer import Renderer
from chainrule.readings.render.words import MARK, PHASES
from chainrule.readings.story import StoryStep
from chainrule.readings.tables import COLUMNS, Table
from chainrule.readings.terms import Term, latex
from chainrule.readings.view import View

ESCAPES = {c: "\\" + c for c in "\\`*_[]$~#!"} | {c: f"&#{ord(c)};" for c in "<>&|"}
# Signs that Markdown or HTML would read before the mathematics is set.
SPELLED = {
    "|": r"\vert ", "<": r"\lt ", ">": r"\gt ", "[": r"\lbrack ", "]": r"\rbrack ",
    "`": r"\text{\textquoteleft}",
}  # fmt: skip


def escaped(words: str) -> str:
    """Return words in which no character means anything to Markdown or HTML."""
    return "".join(ESCAPES.get(c, c) for c in plain(words))


def formula(term: Term) -> str:
    """Return a term as LaTeX in which no character means anything to Markdown or HTML."""
    return "".join(SPELLED.get(c, c) for c in plain(latex(term))).strip()


def maths(term: Term) -> str:
    """Return a term between dollar signs."""
    return f"${formula(term)}$"


def _prose(prose: Prose) -> str:
    return "".join(escaped(part) if isinstance(part, str) else maths(part) for part in prose)


def _cell(cell: Cell | None) -> str:
    if cell is None or cell.term is None:
        return ""
    shown = maths(cell.term)
    if cell.final:
        shown = f"**{shown}**"
    if cell.lead is not None:
        shown = f"{maths(cell.lead)} {shown}"
    return f"{shown} {MARK}" if cell.mark else shown


def table_markdown(table: Table, document: bool = False, *, heading: str = "") -> str:
    """Return a table as a pipe table with its caption and remarks, under a title of one's own."""
    rows = [
        "| " + " | ".join(maths(header(table, c)) for c in COLUMNS) + " |",
        "|:--|:--|--:|--:|--:|",
    ]
    rows += [
        "| " + " | ".join(_cell(line.cells.get(c)) for c in COLUMNS) + " |" for line in lines(table)
    ]
    notes = [escaped(remark_line(r)) for r in remarks(table)]
    above = [f"# {escaped(heading)}"] if heading else []
    parts = [*above, _prose(caption(table.view)), "\n".join(rows), table.view.digits_note, *notes]
    return "\n\n".join(parts) + "\n"


def steps_markdown(view: View, steps: Iterable[StoryStep], document: bool = False) -> str:
    """Return steps as a numbered list."""
    parts = [_prose(caption(view, "story_"))]
    for count, step in enumerate(steps, start=1):
        first = step.lines[0][0] if step.lines else None
        sides = [formula(x) for x in (first, *(r for _, r in step.lines)) if x is not None]
        equation = " = ".join(sides)
        parts.append(
            f"**{count}. {_prose(title(step.title))}** ({escaped(PHASES[step.phase])}, "
            f"{escaped(step.rule)})  \n{_prose(sentence(step.sentence))}  \n${equation}$"
        )
    parts.append(view.digits_note)
    return "\n\n".join(parts) + "\n"


RENDERER = Renderer("markdown", ".md", table_markdown, steps_markdown)
