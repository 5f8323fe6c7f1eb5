"""Curves for the lessons, as SVG text: the same points give the same bytes, nothing is fetched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

Kind = Literal["value", "slope", "guide"]

# Blue is a value and orange a derivative, as everywhere in chainrule; dashes say it once more.
STROKES: dict[Kind, str] = {
    "value": 'stroke="#0072B2" stroke-width="2"',
    "slope": 'stroke="#C2410C" stroke-width="1.75" stroke-dasharray="5 3"',
    "guide": 'stroke="#475569" stroke-width="0.75"',
}
MARGIN, HEADER = 26, 20


@dataclass(frozen=True, slots=True)
class Line:
    """A curve through (x, y) points; a y of None, where there is no number, leaves a gap.

    `label` stands at the end of the curve.
    """

    points: Sequence[tuple[float, float | None]]
    kind: Kind = "value"
    label: str = ""


@dataclass(frozen=True, slots=True)
class Panel:
    """Curves on one pair of axes, which reach over `x` and `y`."""

    title: str
    lines: Sequence[Line]
    x: tuple[float, float]
    y: tuple[float, float]


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
            return across, (north - y) / (north - south) * self.height

        zero_x, zero_y = place(0, 0)
        drawn = [
            f'<text x="0" y="-7" font-weight="600" fill="#1E293B">{escape(panel.title)}</text>',
            f'<path d="M0,{zero_y:.1f}H{self.width}M{zero_x:.1f},0V{self.height}" '
            'stroke="#CBD5E1" fill="none"/>',
            f'<g font-size="9" fill="#5B6879"><text x="0" y="{self.height + 11}">{_number(west)}'
            f'</text><text x="{self.width}" y="{self.height + 11}" text-anchor="end">'
            f'{_number(east)}</text><text x="-3" y="8" text-anchor="end">{_number(north)}</text>'
            f'<text x="-3" y="{self.height}" text-anchor="end">{_number(south)}</text></g>',
        ]
        for line in panel.lines:
            pieces: list[list[tuple[float, float]]] = [[]]
            for x, y in line.points:
                if y is None or not south <= y <= north:
                    pieces.append([])
                else:
                    pieces[-1].append(place(x, y))
            path = "".join(
                "M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in piece) for piece in pieces if piece
            )
            drawn.append(f'<path d="{path}" fill="none" {STROKES[line.kind]}/>')
            if line.label:
                x, y = next(piece for piece in reversed(pieces) if piece)[-1]
                drawn.append(
                    f'<text x="{x - 4:.1f}" y="{y - 5:.1f}" text-anchor="end" '
                    f'fill="#1E293B">{escape(line.label)}</text>'
                )
        return drawn

    def _repr_svg_(self) -> str:
        return self.svg()

    def __repr__(self) -> str:
        return f"<Figure of {len(self.panels)} panels; a notebook draws it, .svg() is its text>"


def _number(x: float) -> str:
    return f"{x:g}".replace("-", "−")
