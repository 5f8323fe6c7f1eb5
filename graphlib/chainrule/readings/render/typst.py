"""Grids and steps as Typst: a piece to paste, or a whole document that can be typeset.

In a document each equation carries its reading in words, as PDF/UA asks, and the colours of its
roles; a piece needs nothing but Typst.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from chainrule.readings.catalogue import MARKS, PHASES
from chainrule.readings.cells import story_caption
from chainrule.readings.grid import Cell, Grid, Remark
from chainrule.readings.prose import Prose, sentence, title
from chainrule.readings.render.prose import prose_text
from chainrule.readings.render.renderer import Renderer
from chainrule.readings.story import StoryStep
from chainrule.readings.terms import Coloured, Term, Word, row, text
from chainrule.readings.typst import string, typst, typst_text
from chainrule.readings.view import View

COLOURS = {
    "value": "#0072B2",
    "derivative": "#C2410C",
    "partial": "#475569",
    "warning": "#7C3AED",
}
INK, QUIET = "#1E293B", "#5B6879"
PAGE = """\
#set page(paper: "a4", margin: 22mm, numbering: "1")
#set text(size: 10.5pt)
#show heading: set text(size: 14pt)
#show heading: set block(below: 12pt)
#show math.equation.where(block: true): set align(left)
"""
# A table that is too wide is set in smaller type, so that it still breaks across pages.
FIT = """\
#let fitted(it) = layout(room => {
  let wide = measure(it).width
  set text(size: calc.max(4pt, 10.5pt * calc.min(1, room.width / wide)))
  it
})
"""


def document_head(
    title: str, colours: Mapping[str, str] = COLOURS, ink: str = INK, quiet: str = QUIET
) -> str:
    """Return what a document begins with: its title, type and colours, and `m` for equations."""
    lines = [
        f"#set document(title: {string(title or 'chainrule')})",
        f'#set text(font: "Libertinus Serif", lang: "en", fill: rgb("{ink}"))',
        f'#let crquiet = rgb("{quiet}")',
        "#let m(words, it) = math.equation(alt: words, it)",
    ]
    for role, colour in colours.items():
        lines.append(f'#let cr{role}-colour = rgb("{colour}")')
        lines.append(f"#let cr{role}(it) = text(fill: cr{role}-colour, it)")
    return "\n".join(lines) + "\n"


def typst_maths(term: Term, document: bool = True) -> str:
    """Return a term as an equation; in a document, with its reading for those who hear it."""
    shown = f"${typst(term, colours=document)}$"
    return f"#m({string(text(term))}, {shown});" if document else shown


def typst_prose(prose: Prose, document: bool = True) -> str:
    """Return prose as Typst's markup."""
    return "".join(
        typst_text(part) if isinstance(part, str) else typst_maths(part, document) for part in prose
    )


def typst_equations(lines: Iterable[tuple[Term | None, Term]], document: bool = True) -> str:
    """Return equations aligned at their equals signs, as an expression of Typst."""
    written, spoken = [], []
    for left, right in lines:
        first = "" if left is None else typst(left, colours=document)
        written.append(f"{first} &= {typst(right, colours=document)}".lstrip())
        spoken.append(f"{'' if left is None else text(left)} = {text(right)}".strip())
    joined = " \\ ".join(written)
    if not document:
        return f"$ {joined} $"
    return f"math.equation(block: true, alt: {string(' '.join(spoken))}, ${joined}$)"


def grid_typst(grid: Grid, document: bool = False, *, heading: str = "") -> str:
    """Return a grid as a Typst table.

    Parameters
    ----------
    document
        Whether a whole coloured document is returned rather than a piece to paste.
    heading
        A title of one's own for the document.
    """
    columns = grid.columns
    aligned = ", ".join("right" if header.numeric else "left" for header in columns)
    heads = ", ".join(f"[{_shown(header.term, document)}]" for header in columns)
    lines = [
        f"table(columns: {len(columns)}, align: ({aligned},), stroke: none,",
        "  inset: (x: 0.5em, y: 0.6em),",
        f"  table.hline(), table.header({heads}), table.hline(stroke: 0.5pt),",
    ]
    for line in grid.rows:
        cells = [_cell(line.cells[h.key], document) for h in columns if h.key in line.cells]
        lines.append(f"  {', '.join(cells)},")
        if line.last and line is not grid.rows[-1]:
            lines.append("  table.hline(stroke: 0.25pt + luma(200)),")
    lines += ["  table.hline(),", ")"]
    table = "\n".join(lines)
    under = [typst_text(grid.note)] if grid.note else []
    under += [_remark(remark, document) for remark in grid.remarks]
    small = f"#text(size: 0.8em)[{' #linebreak() '.join(under)}]\n" if under else ""
    if not document:
        return f"#{table}\n{small}"
    name = prose_text(grid.caption)
    above = f"= {typst_text(heading)}\n" if heading else ""
    return (
        f"{document_head(heading or name)}{PAGE}{FIT}{above}"
        f"{typst_prose(grid.caption)}\n\n#fitted({table})\n{small}"
    )


def _shown(term: Term, document: bool) -> str:
    if isinstance(term, Word) and not term.latex:
        return typst_text(term.text)
    return typst_maths(term, document)


def _cell(cell: Cell, document: bool) -> str:
    spans = f"table.cell(rowspan: {cell.rows})" if cell.rows > 1 else ""
    if cell.term is None:
        return f"{spans}[]"
    if isinstance(cell.term, Word) and not cell.term.latex:
        shown = typst_text(cell.term.text)
        if document and cell.role is not None:
            shown = f"#text(fill: {_colour(cell.role)})[{shown}]"
        return f"{spans}[{shown}]"
    term = cell.term if cell.role is None else Coloured(cell.role, cell.term)
    written = typst(term, colours=document)
    if cell.final:
        written = f"bold({written})"
    if cell.before is not None:
        # The empty text makes the plus a sign between two numbers.
        group = '"" ' if cell.lead is not None else ""
        written = f"{group}{typst(cell.before, colours=document)} {written}"
        term = row(cell.before, term)
    shown = f"#m({string(text(term))}, ${written}$);" if document else f"${written}$"
    return f"{spans}[{shown}{_mark(document) if cell.mark else ''}]"


def _colour(role: str) -> str:
    return "crquiet" if role == "quiet" else f"cr{role}-colour"


def _mark(document: bool) -> str:
    sign = typst_text("\N{NO-BREAK SPACE}△")
    return f"#crwarning[{sign}]" if document else sign


def _remark(remark: Remark, document: bool) -> str:
    where = f" ({remark.where})" if remark.nodes else ""
    return _mark(document) + typst_text(f" {MARKS[remark.mark]}{where}: {remark.sentence}")


def steps_typst(view: View, steps: Iterable[StoryStep], document: bool = False) -> str:
    """Return steps as a numbered list with aligned equations."""
    parts = [_step(number, step, document) for number, step in enumerate(steps, start=1)]
    piece = "\n".join([*parts, f"#text(size: 0.8em)[{typst_text(view.digits_note)}]\n"])
    if not document:
        return piece
    caption = story_caption(view)
    return f"{document_head(prose_text(caption))}{PAGE}{typst_prose(caption)}\n\n{piece}"


def _step(number: int, step: StoryStep, document: bool) -> str:
    told: Sequence[str] = (
        f"*{number}. {typst_prose(title(step.title), document)}*"
        + typst_text(f" ({PHASES[step.phase]}, {step.rule})"),
        typst_prose(sentence(step.sentence), document),
        ("#" if document else "") + typst_equations(step.lines, document),
    )
    return "#block(breakable: false)[\n" + " #linebreak()\n".join(told[:2]) + f"\n{told[2]}\n]"


RENDERER = Renderer("typst", ".typ", grid_typst, steps_typst)
