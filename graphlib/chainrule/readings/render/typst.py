"""Documents as Typst: a piece to paste, or a whole document that can be typeset.

In a document each equation and picture carries its reading in words, as PDF/UA asks, and the
colours of its roles; a piece needs nothing but Typst. Text from people stands in string literals
only. A picture is typeset by itself too, for PDF and PNG, and in slides.
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
from chainrule.readings.picture import Mark, Picture, Ring, Shape, Tip, Type, Wire
from chainrule.readings.render.writer import TextWriter, is_words
from chainrule.readings.terms import Coloured, Term, row, text
from chainrule.readings.theme import LIGHT, Theme
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


def _paper(foot: tuple[str, ...]) -> str:
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
    return "\n".join([*parts, _paper(document.foot), *pieces]) + "\n"


PARTS: Final = Path(__file__).with_name("marks.typ")
UNIT: Final = 0.75
"""Points to a px of the picture."""

MARGIN: Final = 8
"""Room round the picture, in points."""

ROLES: Final = ("value", "derivative", "partial", "warning")


def document_head(title: str, theme: Theme = LIGHT) -> str:
    """Return what a document begins with: its title, type and colours, and `m` for equations."""
    lines = [
        f"#set document(title: {string(title or 'chainrule')})",
        f'#let text-colour = rgb("{theme.ink}")',
        f'#set text(font: "Libertinus Serif", lang: "{PAGE["lang"]}", fill: text-colour)',
        f'#let crquiet = rgb("{theme.quiet}")',
        "#let m(words, it) = math.equation(alt: words, it)",
    ]
    for role in ROLES:
        lines.append(f'#let cr{role}-colour = rgb("{getattr(theme, role)}")')
        lines.append(f"#let cr{role}(it) = text(fill: cr{role}-colour, it)")
    return "\n".join(lines) + "\n"


def page(picture: Picture, theme: Theme, title: str, heading: str = "", note: str = "") -> str:
    """Return a picture as a document of one page of its size, with a line above and below it."""
    parts = [
        document_head(title, theme),
        f"#let u = {UNIT}pt",
        PARTS.read_text(encoding="utf-8"),
        f'#set page(width: auto, height: auto, margin: {MARGIN}pt, fill: rgb("{theme.ground}"))',
    ]
    if heading:
        above = f'text(size: 13pt, weight: "bold", {string(heading)})'
        parts.append(f"#block(below: 8pt, {above})")
    parts.append(f"#figure(alt: {string(picture.words)}, {boxed(picture, theme)})")
    if note:
        below = f"text(size: 9pt, fill: crquiet, {string(note)})"
        parts.append(f"#block(above: 8pt, {below})")
    return "\n".join(parts) + "\n"


def boxed(picture: Picture, theme: Theme = LIGHT) -> str:
    """Return a picture as an expression of Typst, a box of its size."""
    size = f"width: {numbers(picture.width)} * u, height: {numbers(picture.height)} * u"
    return f"box({size}, {{\n{painted(picture.marks, theme)}\n}})"


def painted(marks: Iterable[Mark], theme: Theme) -> str:
    """Return marks as Typst's code, in the words of `PARTS`."""
    painter = _Painter(theme)
    return "\n".join(map(painter.mark, marks))


def numbers(*found: float) -> str:
    """Return numbers with one decimal, where they need it."""
    return ", ".join(f"{number:.1f}".removesuffix(".0") for number in found)


def _maths(term: Term) -> str:
    return typst(term, colours=True)


class _Painter:
    def __init__(self, theme: Theme) -> None:
        self.theme = theme

    def colour(self, name: str, part: float = 0.0) -> str:
        return f'rgb("{self.theme.colour(name, part)}")' if name else "none"

    def mark(self, mark: Mark) -> str:
        match mark:
            case Shape():
                return self._shape(mark)
            case Wire():
                parts = [f"go({numbers(*mark.start)})"]
                for piece in mark.pieces:
                    points = numbers(*(c for point in piece for c in point))
                    parts.append(f"to({points})" if len(piece) == 1 else f"bend({points})")
                dash = f'"{mark.dash}"' if mark.dash else "none"
                line = self.colour(mark.line, mark.part)
                return f"wire({line}, {mark.width:.4g}, {dash}, {', '.join(parts)})"
            case Tip():
                points = ", ".join(f"({numbers(*point)})" for point in mark.points)
                return f"tip({self.colour(mark.fill, mark.part)}, {points})"
            case Ring():
                where = numbers(*mark.at, mark.radius)
                return f"ring({where}, {self.colour(mark.line)}, {self.colour('ground')})"
            case Type():
                return self._type(mark)

    def _shape(self, mark: Shape) -> str:
        box = mark.box
        where = numbers(box.x - box.w / 2, box.y - box.h / 2, box.w, box.h)
        round = {"all": f"{mark.radius:g}", "below": f"(bottom: {mark.radius:g})", "none": "0"}
        line = self.colour(mark.line, mark.part)
        look = f"{self.colour(mark.fill)}, {line}, {mark.width:.4g}, {round[mark.corners]}"
        return f"shape({where}, {look}, {str(mark.dashed).lower()})"

    def _type(self, mark: Type) -> str:
        to = {"start": "left", "middle": "center", "end": "right"}[mark.to]
        bold = "" if mark.bold is None else f"bold({_maths(mark.bold)}) "
        what = string(mark.what) if isinstance(mark.what, str) else f"${bold}{_maths(mark.what)}$"
        fill = "" if mark.colour == "ink" else f", fill: {self.colour(mark.colour)}"
        shown = f"text(size: {mark.size:.1f} * u{fill}, {what})"
        shown = f"fit({numbers(mark.room)} * u, {shown})" if mark.room else shown
        return f"at({numbers(*mark.at)}, {to}, {shown})"


RENDERER = Renderer("typst", ".typ", write)
