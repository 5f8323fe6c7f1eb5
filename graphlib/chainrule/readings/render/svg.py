"""A picture as SVG: shapes and texts in colours of its own, with nothing from elsewhere.

Text is Unicode with sub- and superscripts of its own, since viewers set those of SVG wrongly.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Sequence
from typing import Final

from chainrule.readings.picture import Mark, Picture, Point, Ring, Shape, Tip, Type, Wire
from chainrule.readings.prose import pieces, plain
from chainrule.readings.terms import Role
from chainrule.readings.theme import LIGHT, Theme

FONT_STACK: Final = "DejaVu Sans, Verdana, sans-serif"
SHRUNK: Final = 0.8
"""The layout measures in Source Sans; the fonts that can be counted on are wider."""

MIDDLE: Final = 0.35
"""Half the height of a digit, in parts of its size: how far a baseline lies below the middle."""

Styled = Sequence[tuple[str, Role | None]]

_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"}


def escaped(words: str) -> str:
    """Return text for XML: printable, and nothing in it is markup."""
    return "".join(_ENTITIES.get(c, c) for c in plain(words))


def document(
    width: float, height: float, title: str, words: str, theme: Theme, inside: str, extra: str = ""
) -> bytes:
    """Return an SVG with its text alternative.

    Parameters
    ----------
    title, words
        What it is called, and the picture in words.
    extra
        Attributes of the root element.
    """
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<svg xmlns="http://www.w3.org/2000/svg" {_size(width, height)} role="img" '
        f'font-family="{FONT_STACK}" fill="{theme.ink}"{extra} '
        'aria-labelledby="drawing-title drawing-words">\n'
        f'<title id="drawing-title">{escaped(title)}</title>\n'
        f'<desc id="drawing-words">{escaped(words)}</desc>\n'
        f'<rect width="100%" height="100%" fill="{theme.ground}"/>\n{inside}\n</svg>\n'
    ).encode()


class Painter:
    """Writes marks in the colours of a theme."""

    def __init__(self, theme: Theme) -> None:
        self.theme = theme

    def colour(self, name: str, part: float = 0.0) -> str:
        """Return a colour of the theme by its name, gone over into the derivative's by `part`."""
        return self.theme.colour(name, part) if name else "none"

    def written(self, marks: Iterable[Mark]) -> str:
        """Return marks one over the other."""
        return "".join(map(self.mark, marks))

    def mark(self, mark: Mark) -> str:
        """Return a mark."""
        match mark:
            case Shape():
                return self._shape(mark)
            case Wire():
                d = path(mark.start, mark.pieces)
                return (
                    f'<path fill="none" stroke="{self.colour(mark.line, mark.part)}" '
                    f'stroke-width="{mark.width:.4g}"{_DASHES[mark.dash]} d="{d}"/>'
                )
            case Tip():
                points = " ".join(map(_spot, mark.points))
                return f'<polygon fill="{self.colour(mark.fill, mark.part)}" points="{points}"/>'
            case Ring():
                return (
                    f'<circle cx="{mark.at[0]:.1f}" cy="{mark.at[1]:.1f}" r="{mark.radius}" '
                    f'fill="{self.theme.ground}" stroke="{self.colour(mark.line)}" '
                    'stroke-width="1.25"/>'
                )
            case Type():
                return self._type(mark)

    def _shape(self, mark: Shape) -> str:
        box = mark.box
        left, top = box.x - box.w / 2, box.y - box.h / 2
        if mark.corners == "below":
            r, wide, high = mark.radius, box.w, box.h
            d = (
                f"M{_spot((left, top))}h{wide:.1f}v{high - r:.1f}q0,{r:g},-{r:g},{r:g}"
                f"h-{wide - 2 * r:.1f}q-{r:g},0,-{r:g},-{r:g}z"
            )
            return f'<path fill="{self.colour(mark.fill)}" d="{d}"/>'
        line = f' rx="{mark.radius:g}"' if mark.corners == "all" else ""
        if mark.line:
            line += f' stroke="{self.colour(mark.line, mark.part)}" stroke-width="{mark.width:.4g}"'
        line += ' stroke-dasharray="3 2.5"' if mark.dashed else ""
        return (
            f'<rect x="{left:.1f}" y="{top:.1f}" width="{box.w:.1f}" height="{box.h:.1f}" '
            f'fill="{self.colour(mark.fill)}"{line}/>'
        )

    def _type(self, mark: Type) -> str:
        size = mark.size * SHRUNK
        words: Styled = ((mark.what, None),) if isinstance(mark.what, str) else pieces(mark.what)
        bold = "" if mark.bold is None else escaped(plain(mark.bold))
        at = (mark.at[0], mark.at[1] + MIDDLE * size)
        return self.text(at, size, words, mark.to, bold=bold, colour=mark.colour)

    def text(
        self,
        at: Point,
        size: float,
        words: Styled,
        to: str = "start",
        *,
        bold: str = "",
        colour: str = "ink",
    ) -> str:
        """Return a line of text; `to` says which end of its base line keeps to `at`.

        Parameters
        ----------
        bold
            What stands before it in bold type, as XML.
        colour
            Of what has none of its own.
        """
        spans = f'<tspan font-weight="bold">{bold}</tspan>' if bold else ""
        for part, role in words:
            inside = escaped(part)
            spans += f'<tspan fill="{self.colour(role)}">{inside}</tspan>' if role else inside
        more = "" if to == "start" else f' text-anchor="{to}"'
        more += "" if colour == "ink" else f' fill="{self.colour(colour)}"'
        return (
            f'<text x="{at[0]:.1f}" y="{at[1]:.1f}" font-size="{size:.1f}" '
            f'xml:space="preserve"{more}>{spans}</text>'
        )


_DASHES = {"": "", "dotted": ' stroke-dasharray="1.5 3"', "dashed": ' stroke-dasharray="5 3"'}


def _spot(point: Point) -> str:
    return f"{point[0]:.1f},{point[1]:.1f}"


def path(start: Point, pieces: Iterable[Sequence[Point]]) -> str:
    """Return a line as a path, of each piece its one or three points after the first."""
    drawn = (("L" if len(piece) == 1 else "C") + " ".join(map(_spot, piece)) for piece in pieces)
    return f"M{_spot(start)}{''.join(drawn)}"


def picture_svg(picture: Picture, theme: Theme = LIGHT) -> str:
    """Return a picture as SVG to stand in a page, which may hold several."""
    inside = Painter(theme).written(picture.marks)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {_size(picture.width, picture.height)} '
        f'role="img" font-family="{FONT_STACK}" fill="{theme.ink}">\n'
        f"<title>{escaped(picture.words)}</title>\n{inside}\n</svg>\n"
    )


def data_address(picture: Picture) -> str:
    """Return a picture as an address that holds it whole."""
    return "data:image/svg+xml;base64," + b64encode(picture_svg(picture).encode()).decode()


def _size(width: float, height: float) -> str:
    return f'width="{width:.0f}" height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}"'
