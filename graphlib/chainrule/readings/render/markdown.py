"""Documents as Markdown, mathematics between dollar signs, pictures held whole."""

from __future__ import annotations

import re
from collections.abc import Iterator

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
from chainrule.readings.latex import latex
from chainrule.readings.picture import Picture
from chainrule.readings.prose import plain
from chainrule.readings.render.svg import data_address
from chainrule.readings.render.writer import TextWriter
from chainrule.readings.terms import Term

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
BLANK = "\\_" * 8

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


class Markdown(TextWriter):
    """Writes blocks as paragraphs of Markdown."""

    def words(self, words: str) -> str:
        """Return words, escaped."""
        return escaped(words)

    def maths(self, term: Term) -> str:
        """Return a term between dollar signs."""
        return f"${formula(term)}$"

    def heading(self, heading: Heading) -> Iterator[str]:
        """Yield a heading, and what stands across from it below it."""
        number = f"{heading.number}. " if heading.number else ""
        points = f" ({heading.points})" if heading.points else ""
        yield f"{'#' * heading.level} {number}{escaped(heading.words)}{points}"
        if heading.aside:
            yield escaped(heading.aside)

    def paragraph(self, paragraph: Paragraph) -> Iterator[str]:
        """Yield a paragraph."""
        yield self.prose(paragraph.prose)

    def formulas(self, formulas: Formulas) -> Iterator[str]:
        """Yield formulas, each in a line."""
        yield "  \n".join(map(self.maths, formulas.terms))

    def entries(self, entries: Entries) -> Iterator[str]:
        """Yield entries, the equations of each as one chain."""
        for count, entry in enumerate(entries.entries, start=1):
            first = entry.lines[0][0] if entry.lines else None
            sides = [formula(x) for x in (first, *(r for _, r in entry.lines)) if x is not None]
            yield (
                f"**{count}. {self.prose(entry.title)}** ({escaped(entry.phase)}, "
                f"{escaped(entry.rule)})  \n{self.prose(entry.prose)}  \n${' = '.join(sides)}$"
            )

    def cell(self, cell: Cell | None) -> str:
        """Return a cell; one to fill in as its answer, or as a blank with its name."""
        if cell is not None and cell.asked:
            return f"**{self.term(cell.term)}**" if cell.term else f"{escaped(cell.id)} {BLANK}"
        if cell is None or cell.term is None:
            return ""
        shown = self.term(cell.term)
        if cell.final:
            shown = f"**{shown}**"
        if cell.before is not None:
            shown = f"{self.maths(cell.before)} {shown}"
        return f"{shown} {MARK}" if cell.mark else shown

    def table(self, grid: Grid) -> Iterator[str]:
        """Yield a pipe table."""
        columns = grid.columns
        lines = [[self.term(header.term) for header in columns]]
        lines += [[self.cell(row.cells.get(h.key)) for h in columns] for row in grid.rows]
        head, *rows = (f"| {' | '.join(line)} |" for line in lines)
        rule = "".join("--:|" if header.numeric else ":--|" for header in columns)
        yield "\n".join([head, f"|{rule}", *rows])

    def field(self, field: Field) -> Iterator[str]:
        """Yield a field behind its words."""
        yield f"{self.prose(field.prose)} {self.cell(field.cell)}"

    def picture(self, picture: Picture) -> Iterator[str]:
        """Yield a picture."""
        yield f"![{escaped(picture.words)}]({data_address(picture)})"


def write(document: Document, whole: bool = False) -> str:
    """Return a document as Markdown."""
    return "\n\n".join(Markdown().blocks(document.blocks)) + "\n"


RENDERER = Renderer("markdown", ".md", write)
