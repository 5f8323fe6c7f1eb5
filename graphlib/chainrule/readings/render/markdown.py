"""Grids and steps as Markdown, mathematics between dollar signs."""

from __future__ import annotations

import re
from collections.abc import Iterable

from chainrule.readings.catalogue import MARK, PHASES
from chainrule.readings.cells import story_caption
from chainrule.readings.grid import Cell, Grid
from chainrule.readings.latex import latex
from chainrule.readings.prose import Prose, sentence, title
from chainrule.readings.render.prose import plain, remark_line
from chainrule.readings.render.renderer import Renderer
from chainrule.readings.story import StoryStep
from chainrule.readings.terms import Term, Word, text
from chainrule.readings.view import View

ESCAPES = {c: "\\" + c for c in "\\`*_[]$~#!"} | {c: f"&#{ord(c)};" for c in "<>&|"}
# Signs that Markdown or HTML would read before the mathematics is set.
SPELLED = {
    "|": r"\vert ",
    "<": r"\lt ",
    ">": r"\gt ",
    "[": r"\lbrack ",
    "]": r"\rbrack ",
    "`": r"\text{\textquoteleft}",
}


# What some readers of Markdown make a link, a colour or a picture by itself: addresses,
# :red[x], :name:, :icons/name:.
_BY_ITSELF = re.compile(
    r":(?=//|[\w+-]+(?:[:/]|\\?\[))|(?<=mailto):|(?<=xmpp):|@|(?<=www)\.", re.IGNORECASE
)


def escaped(words: str) -> str:
    """Return words in which no character means anything to Markdown or HTML."""
    shown = "".join(ESCAPES.get(c, c) for c in plain(words))
    return _BY_ITSELF.sub(lambda sign: f"&#{ord(sign[0])};", shown)


def formula(term: Term) -> str:
    """Return a term as LaTeX in which no character means anything to Markdown or HTML."""
    return "".join(SPELLED.get(c, c) for c in plain(latex(term))).strip()


def maths(term: Term) -> str:
    """Return a term between dollar signs."""
    return f"${formula(term)}$"


def _prose(prose: Prose) -> str:
    return "".join(escaped(part) if isinstance(part, str) else maths(part) for part in prose)


def _term(term: Term) -> str:
    words = isinstance(term, Word) and not term.latex
    return escaped(text(term)) if words else maths(term)


def _cell(cell: Cell | None) -> str:
    if cell is None or cell.term is None:
        return ""
    shown = _term(cell.term)
    if cell.final:
        shown = f"**{shown}**"
    if cell.before is not None:
        shown = f"{maths(cell.before)} {shown}"
    return f"{shown} {MARK}" if cell.mark else shown


def grid_markdown(grid: Grid, document: bool = False, *, heading: str = "") -> str:
    """Return a grid as a pipe table with its caption and remarks, under a title of one's own."""
    columns = grid.columns
    rows = [
        "| " + " | ".join(_term(header.term) for header in columns) + " |",
        "|" + "".join("--:|" if header.numeric else ":--|" for header in columns),
    ]
    rows += [
        "| " + " | ".join(_cell(row.cells.get(h.key)) for h in columns) + " |" for row in grid.rows
    ]
    notes = [escaped(grid.note)] if grid.note else []
    notes += [escaped(remark_line(r)) for r in grid.remarks]
    above = [f"# {escaped(heading)}"] if heading else []
    return "\n\n".join([*above, _prose(grid.caption), "\n".join(rows), *notes]) + "\n"


def steps_markdown(view: View, steps: Iterable[StoryStep], document: bool = False) -> str:
    """Return steps as a numbered list."""
    parts = [_prose(story_caption(view))]
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


RENDERER = Renderer("markdown", ".md", grid_markdown, steps_markdown)
