"""Curves for the lessons, as SVG text: the same points give the same bytes, nothing is fetched."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

Kind = Literal["value", "slope", "guide", "second", "third", "fourth", "dots", "rings"]

# Blue is a value and orange a derivative, as everywhere in chainrule; dashes say it once more.
STROKES: dict[Kind, str] = {
    "value": 'stroke="#0072B2" stroke-width="2"',
    "slope": 'stroke="#C2410C" stroke-width="1.75" stroke-dasharray="5 3"',
    "guide": 'stroke="#475569" stroke-width="0.75"',
    # Further runs beside a first one, which is a value: no orange, and dashes of their own.
    "second": 'stroke="#007A5A" stroke-width="2" stroke-dasharray="7 3"',
    "third": 'stroke="#7B3294" stroke-width="2" stroke-dasharray="2 2"',
    "fourth": 'stroke="#5B6879" stroke-width="2" stroke-dasharray="8 3 2 3"',
}
POINTS: dict[str, str] = {
    "dots": 'r="2.5" fill="#0072B2"',
    "rings": 'r="2.5" fill="#FFFFFF" stroke="#7B3294" stroke-width="1.25"',
}
MARGIN, HEADER = 26, 20


@dataclass(frozen=True, slots=True)
class Line:
    """A curve through (x, y) points; a y of None, where there is no number, leaves a gap.

    `label` stands at the end of the curve. Of kind "dots" or "rings" the points stand alone.
    """

    points: Sequence[tuple[float, float | None]]
    kind: Kind = "value"
    label: str = ""


@dataclass(frozen=True, slots=True)
class Panel:
    """Curves on one pair of axes, which reach over `x` and `y`; `powers` counts y in tens."""

    title: str
    lines: Sequence[Line]
    x: tuple[float, float]
    y: tuple[float, float]
    powers: bool = False

    def height(self, y: float) -> float:
        """Return how far up `y` stands, 0 at the foot and 1 at the top."""
        foot, top = self.y
        if self.powers:
            return math.log(y / foot) / math.log(top / foot) if y > 0 else -1.0
        return (y - foot) / (top - foot)


@dataclass(frozen=True, slots=True)
class Figure:
    """Panels in rows; `width` and `height` are those of one pair of axes, in pixels."""

    panels: Sequence[Panel]
    columns: int = 1
    width: int = 150
    height: int = 100

    def svg(self) -> str:
        """Return the picture as SVG."""
        across, down = self.width + 2 * MARGIN, self.height + HEADER + MARGIN
        columns = min(self.columns, len(self.panels))
        wide, high = columns * across, -(-len(self.panels) // columns) * down
        drawn = [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{high}" '
            f'viewBox="0 0 {wide} {high}" font-family="sans-serif" font-size="11" role="img">',
            f"<title>{escape(', '.join(panel.title for panel in self.panels))}</title>",
            f'<rect width="{wide}" height="{high}" fill="#FFFFFF"/>',
        ]
        for count, panel in enumerate(self.panels):
            left, top = count % columns * across + MARGIN, count // columns * down + HEADER
            drawn += [f'<g transform="translate({left},{top})">', *self._axes(panel), "</g>"]
        return "\n".join([*drawn, "</svg>"]) + "\n"

    def _axes(self, panel: Panel) -> list[str]:
        (west, east), (south, north) = panel.x, panel.y

        def place(x: float, y: float) -> tuple[float, float]:
            across = (x - west) / (east - west) * self.width
            return across, (1 - panel.height(y)) * self.height

        zero_x, zero_y = place(0, south if panel.powers else 0)
        drawn = [
            f'<text x="0" y="-7" font-weight="600" fill="#1E293B">{escape(panel.title)}</text>',
            f'<path d="M0,{zero_y:.1f}H{self.width}M{zero_x:.1f},0V{self.height}" '
            'stroke="#CBD5E1" fill="none"/>',
            f'<g font-size="9" fill="#5B6879"><text x="0" y="{self.height + 11}">{_number(west)}'
            f'</text><text x="{self.width}" y="{self.height + 11}" text-anchor="end">'
            f'{_number(east)}</text><text x="-3" y="8" text-anchor="end">{_number(north)}</text>'
            f'<text x="-3" y="{self.height}" text-anchor="end">{_number(south)}</text></g>',
        ]
        labels: list[tuple[float, float]] = []
        for line in panel.lines:
            pieces: list[list[tuple[float, float]]] = [[]]
            for x, y in line.points:
                if y is None or not (south <= y <= north and west <= x <= east):
                    pieces.append([])
                else:
                    pieces[-1].append(place(x, y))
            path = "".join(
                "M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in piece) for piece in pieces if piece
            )
            if line.kind in POINTS:
                drawn += [
                    f'<circle cx="{x:.1f}" cy="{y:.1f}" {POINTS[line.kind]}/>'
                    for piece in pieces
                    for x, y in piece
                ]
            else:
                drawn.append(f'<path d="{path}" fill="none" {STROKES[line.kind]}/>')
            seen = [piece for piece in pieces if piece]
            if line.label and seen:
                x, y = seen[-1][-1]
                # One below the other where curves end together.
                while any(abs(x - a) < 60 and abs(y - b) < 11 for a, b in labels):
                    y += 1
                labels.append((x, y))
                drawn.append(
                    f'<text x="{x - 4:.1f}" y="{y - 5:.1f}" text-anchor="end" '
                    'stroke="#FFFFFF" stroke-width="3" paint-order="stroke" '
                    f'fill="{_colour(line.kind)}">{escape(line.label)}</text>'
                )
        return drawn

    def _repr_svg_(self) -> str:
        return self.svg()

    def __repr__(self) -> str:
        return f"<Figure of {len(self.panels)} panels; a notebook draws it, .svg() is its text>"


def _colour(kind: Kind) -> str:
    return STROKES[kind].split('"')[1] if kind in STROKES else "#1E293B"


def _number(x: float) -> str:
    digits, _, power = f"{x:g}".partition("e")
    if not power:
        return digits.replace("-", "−")
    raised = str(int(power)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{'' if digits == '1' else digits + '·'}10{raised}"
