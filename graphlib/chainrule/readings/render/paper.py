"""A picture as Typst, which typesets its mathematics: for PDF, PNG and slides."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from chainrule.readings.catalogue import PAGE
from chainrule.readings.picture import Mark, Picture, Ring, Shape, Tip, Type, Wire
from chainrule.readings.terms import Term
from chainrule.readings.theme import LIGHT, Theme, mixed
from chainrule.readings.typst import string, typst

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
        if not name:
            return "none"
        found: str = getattr(self.theme, name)
        return f'rgb("{mixed(found, self.theme.derivative, part) if part else found}")'

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
