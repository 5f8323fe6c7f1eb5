"""Documents as Typst: a piece to paste, or a whole document that can be typeset.

In a document each equation and picture carries its reading in words, as PDF/UA asks, and the
colours of its roles; a piece needs nothing but Typst. Text from people stands in string literals
only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from chainrule.readings.catalogue import MARK, PAGE
from chainrule.readings.document import (
    Document,
    Entries,
    Field,
    Formulas,
    Heading,
    Paragraph,
    Renderer,
    Signature,
    Space,
)
from chainrule.readings.grid import Cell, Grid
from chainrule.readings.picture import Picture
from chainrule.readings.render.paper import PARTS, UNIT, boxed, document_head, numbers
from chainrule.readings.render.writer import TextWriter, is_words
from chainrule.readings.terms import Coloured, Term, row, text
from chainrule.readings.typst import string, typst, typst_text

PRELUDE: Final = Path(__file__).with_name("document.typ")


class Typst(TextWriter):
    """Writes blocks in the words of `PRELUDE`; a piece uses none of them.

    Parameters
    ----------
    tight
        Whether the rows of tables that are read stand close to each other.
    """

    def __init__(self, whole: bool, tight: bool = False) -> None:
        self.whole = whole
        self.room = "0.3em" if tight else "0.6em"

    def words(self, words: str) -> str:
        """Return words as a string."""
        return typst_text(words)

    def maths(self, term: Term) -> str:
        """Return a term as an equation; in a document, with its reading for those who hear it."""
        shown = f"${typst(term, colours=self.whole)}$"
        return f"#m({string(text(term))}, {shown});" if self.whole else shown

    def heading(self, heading: Heading) -> Iterator[str]:
        """Yield a heading, and what stands across from it."""
        words = string(heading.words)
        if heading.points:
            yield f"#task({string(heading.number)}, {words}, {string(heading.points)})"
        else:
            yield f"#headline({words}, {string(heading.aside)})"

    def signature(self, signature: Signature) -> Iterator[str]:
        """Yield the line for name and number, and the box for the points."""
        labels = ", ".join(string(PAGE[word]) for word in ("signed", "student_number", "points"))
        yield f"#who({string(signature.name)}, {string(signature.points)}, ({labels}))"

    def paragraph(self, paragraph: Paragraph) -> Iterator[str]:
        """Yield a paragraph."""
        role, shown = paragraph.role, self.prose(paragraph.prose)
        if role == "warning":  # whose sign is no letter of the fonts that come with Typst
            shown = shown.replace(MARK, "△")
        if role is not None and self.whole:
            shown = self.coloured(shown, role)
        small = "#note[{}]" if self.whole else "#text(size: 0.8em)[{}]\n"
        plain = "#prose[{}]" if self.whole else "{}\n"
        yield (plain if role is None else small).format(shown)

    def coloured(self, markup: str, role: str) -> str:
        """Return markup in the colour of a role."""
        return f"#text(fill: {'crquiet' if role == 'quiet' else f'cr{role}-colour'})[{markup}]"

    def formulas(self, formulas: Formulas) -> Iterator[str]:
        """Yield formulas side by side."""
        yield f"#formulas({', '.join(f'[{self.term(term)}]' for term in formulas.terms)})"

    def entries(self, entries: Entries) -> Iterator[str]:
        """Yield a numbered list with aligned equations."""
        for number, entry in enumerate(entries.entries, start=1):
            title = f"*{number}. {self.prose(entry.title)}*"
            kind = self.words(f" ({entry.phase}, {entry.rule})")
            yield (
                f"#block(breakable: false)[\n{title}{kind} #linebreak()\n"
                f"{self.prose(entry.prose)}\n{'#' * self.whole}{self.equations(entry.lines)}\n]"
            )

    def equations(self, lines: Iterable[tuple[Term | None, Term]]) -> str:
        """Return equations aligned at their equals signs, as an expression of Typst."""
        written, spoken = [], []
        for left, right in lines:
            first = "" if left is None else typst(left, colours=self.whole)
            written.append(f"{first} &= {typst(right, colours=self.whole)}".lstrip())
            spoken.append(f"{'' if left is None else text(left)} = {text(right)}".strip())
        joined = " \\ ".join(written)
        if not self.whole:
            return f"$ {joined} $"
        return f"math.equation(block: true, alt: {string(' '.join(spoken))}, ${joined}$)"

    def grid(self, grid: Grid) -> Iterator[str]:
        """Yield a grid; a piece is pasted under a caption of one's own."""
        if grid.caption and self.whole:
            yield from self.paragraph(Paragraph(grid.caption))
        yield from self.table(grid)
        yield from self.blocks(grid.notes)

    def table(self, grid: Grid) -> Iterator[str]:
        """Yield a table; one that is written on has rows high enough for that."""
        columns = grid.columns
        heads = ", ".join(f"[{self.term(header.term)}]" for header in columns)
        lines = []
        for line in grid.rows:
            cells = [self.cell(line.cells[h.key]) for h in columns if h.key in line.cells]
            lines.append(f"  {', '.join(cells)},")
            if line.last and line is not grid.rows[-1] and not grid.form:
                lines.append("  table.hline(stroke: 0.25pt + luma(200)),")
        body = "\n".join(lines)
        if grid.form:
            widths = ", ".join(f"{header.width:g}" for header in columns)
            yield f"#cells(({widths},), ({heads},), {len(grid.rows)},\n{body})"
            return
        aligned = ", ".join("right" if header.numeric else "left" for header in columns)
        table = (
            f"table(columns: {len(columns)}, align: ({aligned},), stroke: none,\n"
            f"  inset: (x: 0.5em, y: {self.room}),\n"
            f"  table.hline(), table.header({heads}), table.hline(stroke: 0.5pt),\n"
            f"{body}\n  table.hline(),\n)"
        )
        yield f"#fitted({table})" if self.whole else f"#{table}"

    def cell(self, cell: Cell) -> str:
        """Return a cell of a table."""
        if cell.asked:
            return f"asked({string(cell.id)}, {cell.rows}, [{self.filled(cell)}])"
        spans = f"table.cell(rowspan: {cell.rows})" if cell.rows > 1 else ""
        if cell.term is None:
            return f"{spans}[]"
        if is_words(cell.term):
            shown = self.words(text(cell.term))
            if self.whole and cell.role is not None:
                shown = self.coloured(shown, cell.role)
            return f"{spans}[{shown}]"
        term = cell.term if cell.role is None else Coloured(cell.role, cell.term)
        written = typst(term, colours=self.whole)
        if cell.final:
            written = f"bold({written})"
        if cell.before is not None:
            # The empty text makes the plus a sign between two numbers.
            group = '"" ' if cell.lead is not None else ""
            written = f"{group}{typst(cell.before, colours=self.whole)} {written}"
            term = row(cell.before, term)
        shown = f"#m({string(text(term))}, ${written}$);" if self.whole else f"${written}$"
        mark = typst_text("\N{NO-BREAK SPACE}△") if cell.mark else ""
        return f"{spans}[{shown}{self.coloured(mark, 'warning') if mark and self.whole else mark}]"

    def filled(self, cell: Cell) -> str:
        """Return what stands already in a cell to fill in."""
        return "" if cell.term is None else self.term(cell.term)

    def field(self, field: Field) -> Iterator[str]:
        """Yield a field behind its words."""
        if not field.drawn:
            shown, wide = self.prose(field.prose), str(field.wide).lower()
            yield f"#field([{shown}], {string(field.cell.id)}, {wide}, [{self.filled(field.cell)}])"

    def picture(self, picture: Picture) -> Iterator[str]:
        """Yield a picture, at most as wide as the page."""
        yield (
            f'#figure(alt: {string(picture.words)}, kind: "graph", supplement: none, '
            f"numbering: none, align(left, shrunk({numbers(picture.width)} * u, "
            f"{boxed(picture)})))"
        )

    def space(self, space: Space) -> Iterator[str]:
        """Yield room to work in."""
        yield f"#v({16 * space.lines}pt)"


def page(foot: tuple[str, ...]) -> str:
    """Return how a page is set: its margins, and what stands at its foot.

    The words at the foot stand in the document, where the foot looks them up: so all documents have
    pages of one style, and a worker need not set again what it has set for another student.
    """
    before, between, after = (string(words) for words in PAGE["page"].split("|"))
    count = (
        f"[#{before};#counter(page).display();#{between};#counter(page).final().first();#{after};]"
    )
    whose, hint = foot or ("", "")
    return (
        '#set page(paper: "a4", margin: (x: 20mm, top: 15mm, bottom: 19mm), footer-descent: 8mm,\n'
        "  footer: context text(size: 8pt, quiet(grid(columns: (1fr, auto, 1fr), "
        f"align: (left, center, right), ..query(<foot>).first().value, {count}))))\n"
        f"#metadata(({string(whose[:36])}, {string(hint)})) <foot>"
    )


def write(document: Document, whole: bool = False) -> str:
    """Return a document as Typst; a piece needs nothing but Typst."""
    pieces = Typst(whole, document.form).blocks(document.blocks)
    if not whole:
        return "\n".join(pieces) + "\n"
    parts = [document_head(document.title), PRELUDE.read_text(encoding="utf-8")]
    if any(isinstance(block, Picture) for block in document.blocks):
        parts += [f"#let u = {UNIT}pt", PARTS.read_text(encoding="utf-8")]
    return "\n".join([*parts, page(document.foot), *pieces]) + "\n"


RENDERER = Renderer("typst", ".typ", write)
