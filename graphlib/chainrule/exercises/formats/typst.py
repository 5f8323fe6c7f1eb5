"""Sheets as Typst, and through it as PDF: A4, with cells high enough to write in.

Text from people stands in string literals only, and every equation and figure carries its
reading in words.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from chainrule.exercises.catalogue import WORDS
from chainrule.exercises.figure import Card, Figure, head
from chainrule.exercises.formats.format import Format, points_text
from chainrule.exercises.sheet import (
    Answer,
    Asked,
    Block,
    Field,
    Given,
    Key,
    Lines,
    Part,
    Sheet,
    Slot,
    SlotTable,
    Space,
    Task,
    Words,
)
from chainrule.readings.picture import Point
from chainrule.readings.render.typst import document_head, typst_maths, typst_prose
from chainrule.readings.terms import EQUALS, Term, Word, row
from chainrule.readings.typst import string, typst_text
from chainrule.typesetting import typeset

ACROSS: Final = 3
"""How many answers stand side by side in a key."""

PRELUDE: Final = """\
#let hair = 0.6pt + rgb("#94A3B8")
#let ink = rgb("#1E293B")
#let slate = rgb("#475569")
#let quiet(it) = text(fill: rgb("#5B6879"), it)
#set text(size: 10.5pt)
#set par(leading: 0.55em, spacing: 0.9em)
#show heading.where(level: 1): set text(size: 21pt)
#show heading.where(level: 2): set text(size: 13pt)
#show heading: set block(above: 0pt, below: 0pt)
#let of(points, dark: false) = box(stroke: if dark { 1pt + ink } else { hair }, radius: 2pt,
  width: if dark { 56pt } else { 48pt }, height: if dark { 20pt } else { 16pt }, inset: 4pt,
  align(right + horizon, "/ " + points))
#let line-to-write = box(width: 1fr, line(length: 100%, stroke: hair))
#let headline(title, label) = grid(columns: (1fr, auto), align: bottom, heading(level: 1, title),
  quiet(label))
#let who(name, number, points, words) = block(above: 14pt, below: 12pt, {
  grid(columns: (auto, 1.7fr, auto, 1fr, auto, auto), column-gutter: 7pt, align: bottom,
    words.at(0), if name == "" { line-to-write } else { name }, words.at(1), line-to-write,
    words.at(2), of(points, dark: true))
  v(9pt, weak: true)
  line(length: 100%, stroke: 1pt + ink)
})
#let lines(..shown) = block(above: 12pt, below: 14pt, text(size: 12pt,
  shown.pos().map(box).join(h(22pt, weak: true))))
#let task(number, title, points) = block(above: 17pt, below: 11pt, sticky: true, width: 100%,
  grid(columns: (1fr, auto), align: bottom, heading(level: 2, number + h(8pt) + title),
    of(points)))
#let corner(id) = place(top + left, dx: 2pt, dy: 2.2pt,
  text(font: "DejaVu Sans Mono", size: 5.4pt, fill: rgb("#64748B"), id))
#let asked(id, rows, it) = table.cell(rowspan: rows, inset: 0pt, stroke: (left: hair, bottom: hair),
  box(width: 100%, height: 100%, corner(id) + align(center + horizon, move(dy: 2.5pt, it))))
#let given(rows, it) = table.cell(rowspan: rows, it)
#let words(it) = block(above: 8pt, below: 8pt, sticky: true, it)
#let cells(widths, heads, count, ..body) = block(above: 10pt, below: 12pt,
  breakable: count > 14, table(
  columns: widths.map(w => w * 1fr), rows: (17pt,) + (22.5pt,) * count, align: left + horizon,
  inset: (x: 3pt, y: 0pt),
  stroke: (x, y) => (bottom: if y == 0 { 1pt + ink } else { hair }),
  table.header(..heads.map(it => quiet(it))), ..body))
#let field(words, id, wide, it) = block(above: 8pt, below: 8pt, breakable: false,
  grid(columns: (auto, if wide { 1fr } else { 110pt }), column-gutter: 8pt, align: horizon, words,
    box(width: 100%, height: 22.5pt, stroke: (left: hair, bottom: hair),
      corner(id) + align(center + horizon, move(dy: 2.5pt, it)))))
#let drawn(alt, wide, high, ..parts) = figure(alt: alt, kind: "graph", supplement: none,
  numbering: none, align(left, box(width: wide * 1pt, height: high * 1pt,
    for part in parts.pos() { place(top + left, part) })))
#let arrow(colour, begin, tips, ..pieces) = {
  place(top + left, curve(stroke: 0.9pt + colour, curve.move(begin),
    ..pieces.pos().map(p => curve.cubic(p.at(0), p.at(1), p.at(2)))))
  place(top + left, polygon(fill: colour, ..tips))
}
#let card(x, y, wide, high, size, fields, id, shown, filled) = place(top + left, dx: x, dy: y, {
  let above = if fields { high / 2 } else { high }
  box(width: wide, height: high, stroke: 0.9pt + slate, radius: 3.5pt, fill: white)
  place(top + left, box(width: wide, height: above, inset: (x: 6pt * size),
    align(left + horizon, text(size: 10.5pt * size, shown + h(4pt) + filled))))
  if id != "" and size > 0.5 { place(top + right, dx: -3pt, dy: 1.8pt,
    text(font: "DejaVu Sans Mono", size: 4.6pt, fill: rgb("#64748B"), id)) }
  if fields { place(top + left, dy: above, line(length: wide, stroke: 0.5pt + rgb("#CBD5E1")))
    place(top + left, dx: wide / 2, dy: above,
      line(length: high - above, angle: 90deg, stroke: 0.5pt + rgb("#CBD5E1"))) }
})
"""


def _term(term: Term) -> str:
    if isinstance(term, Word) and not term.latex:
        return typst_text(term.text)
    return typst_maths(term)


class _Writer:
    """Writes the blocks of a task; with its key inline, its answers stand in the cells."""

    def __init__(self, task: Task | None = None, key: Key = "none") -> None:
        self.task = task
        self.filled = task is not None and key == "inline"

    def _answer(self, cell: str) -> Answer:
        assert self.task is not None
        return self.task.answers[cell]

    def block(self, block: Block) -> str:
        match block:
            case Words(words):
                return f"#words[{typst_prose(words)}]"
            case Lines(terms):
                return f"#lines({', '.join(f'[{_term(term)}]' for term in terms)})"
            case SlotTable():
                return self._table(block)
            case Field(_, cell) if self._answer(cell).kind == "graph":
                return ""  # on paper it is drawn into the figure
            case Field(words, cell, wide):
                shown, wide_too = typst_prose(words), "true" if wide else "false"
                return f"#field([{shown}], {string(cell)}, {wide_too}, [{self._filled(cell)}])"
            case Figure():
                return self._figure(block)
            case Space(lines):
                return f"#v({16 * lines}pt)"

    def _filled(self, cell: str) -> str:
        return _term(self._answer(cell).term) if self.filled else ""

    def _slot(self, slot: Slot) -> str:
        match slot:
            case Asked(cell, rows):
                return f"asked({string(cell)}, {rows}, [{self._filled(cell)}])"
            case Given(term, role, rows):
                shown = "" if term is None else _term(term)
                shown = f"#quiet[{shown}]" if role == "quiet" else shown
                return f"given({rows}, [{shown}])"
        return ""

    def _table(self, table: SlotTable) -> str:
        widths = ", ".join(f"{width:g}" for width in table.widths)
        heads = ", ".join(f"[{_term(header)}]" for header in table.headers)
        rows = (", ".join(self._slot(slot) for slot in line if slot) for line in table.rows)
        body = ",\n  ".join(rows)
        return f"#cells(({widths},), ({heads},), {len(table.rows)},\n  {body})"

    def _figure(self, figure: Figure) -> str:
        parts = [
            _arrow(arrow.points, head(arrow), "slate" if arrow.drawn else "crderivative-colour")
            for arrow in figure.arrows
            if arrow.drawn or self.filled
        ]
        parts += [self._card(card, figure) for card in figure.cards]
        body = ",\n  ".join(parts)
        alt = string(figure.alternative)
        return f"#drawn({alt}, {figure.width:g}, {figure.height:g},\n  {body})"

    def _card(self, card: Card, figure: Figure) -> str:
        shown, filled = card.name, ""
        if not card.input:
            shown = row(card.name, EQUALS, *((card.formula,) if card.formula else ()))
            filled = self._filled(card.cell) if card.cell else ""
        sizes = f"{card.x:g}pt, {card.y:g}pt, {card.width:g}pt, {card.height:g}pt"
        fields = "true" if figure.fields else "false"
        note = f" #quiet({string(WORDS['input'])});" if card.input and figure.fields else ""
        return (
            f"card({sizes}, {figure.scale:.3g}, {fields}, {string(card.cell)}, "
            f"[{_term(shown)}{note}], [{filled}])"
        )


def _arrow(points: tuple[Point, ...], tips: tuple[Point, ...], colour: str) -> str:
    def at(point: Point) -> str:
        return f"({point[0]:g}pt, {point[1]:g}pt)"

    pieces = ", ".join(
        f"({', '.join(map(at, points[i : i + 3]))})" for i in range(1, len(points) - 2, 3)
    )
    return f"arrow({colour}, {at(points[0])}, ({', '.join(map(at, tips))}), {pieces})"


def _key(task: Task) -> str:
    """Return the key of a task: cell, answer and points, several side by side."""
    cells = []
    for cell, answer in task.answers.items():
        also = "".join(
            " " + typst_text(WORDS["also"].format(answer=one, reason=reason))
            for one, reason in answer.also.items()
        )
        points = typst_text(f"({points_text(answer.points)})")
        cells.append(
            f'[#text(font: "DejaVu Sans Mono", size: 6.5pt, {string(cell)});], '
            f"[{_term(answer.term)} #text(size: 7pt, quiet[{points}]);{also}]"
        )
    widths = ", ".join(["auto", "1fr"] * ACROSS)
    body = ",\n  ".join(cells)
    return (
        f"#block(table(columns: ({widths}), stroke: (x, y) => (bottom: hair), "
        f"align: left + horizon, inset: (x: 3pt, y: 3.2pt),\n  {body}))"
    )


def _parts(part: Part, key: Key) -> Iterator[str]:
    if key != "apart":
        yield from (_Writer().block(block) for block in part.opening)
    for task in part.tasks:
        points = string(points_text(task.points))
        yield f"#task({string(str(task.number))}, {string(task.title)}, {points})"
        if key == "apart":
            yield _key(task)
            continue
        writer = _Writer(task, key)
        yield from (writer.block(block) for block in task.blocks)


def sheet_source(sheet: Sheet, key: Key) -> str:
    """Return a sheet as a Typst document."""
    title = sheet.title if key == "none" else f"{sheet.title} – {WORDS['key']}"
    foot = sheet.student or WORDS["sheet"].format(seed=sheet.seed)
    page, _, pages = WORDS["page"].partition("{page}")
    between, _, after = pages.partition("{pages}")
    words = ", ".join(string(WORDS[word]) for word in ("name", "student number", "points"))
    lines = [
        document_head(title) + PRELUDE.rstrip(),
        '#set page(paper: "a4", margin: (x: 20mm, top: 15mm, bottom: 19mm), footer-descent: 8mm,',
        "  footer: text(size: 8pt, quiet(grid(columns: (1fr, auto, 1fr), "
        f"align: (left, center, right), {string(foot[:36])}, {string(WORDS['corner'])}, "
        f"context [#{string(page)};#counter(page).display();#{string(between)};"
        f"#counter(page).final().first();#{string(after)};]))))",
        f"#headline({string(title)}, {string(sheet.label)})",
        f"#who({string(sheet.student)}, none, {string(points_text(sheet.points))}, ({words}))",
    ]
    lines += [typst_text(sheet.note) + "\n"] if sheet.note else []
    for part in sheet.parts:
        lines += _parts(part, key)
    return "\n".join(lines) + "\n"


def sheet_typst(sheet: Sheet, key: Key) -> bytes:
    """Return a sheet as a Typst document."""
    return sheet_source(sheet, key).encode()


def sheet_pdf(sheet: Sheet, key: Key) -> bytes:
    """Return a sheet as a PDF.

    Raises
    ------
    OutsideError, OutsideTimeout
        If Typst cannot set it.
    """
    return typeset(sheet_source(sheet, key))


FORMAT = Format("typst", ".typ", sheet_typst)
PDF = Format("pdf", ".pdf", sheet_pdf)
