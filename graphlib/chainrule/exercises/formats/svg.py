"""The figure of a sheet as SVG, for formats that cannot draw it themselves."""

from __future__ import annotations

from base64 import b64encode
from html import escape
from typing import Final

from chainrule.exercises.figure import Card, Figure, head
from chainrule.readings.render.prose import plain
from chainrule.readings.terms import Row, Sign, Term, row

INK, SLATE, HAIR, QUIET = "#1E293B", "#475569", "#CBD5E1", "#5B6879"
FONT: Final = "Libertinus Serif, Source Serif Pro, Georgia, serif"


def figure_svg(figure: Figure) -> str:
    """Return a figure as SVG, with its text alternative."""
    width, height = figure.width, figure.height
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}pt" height="{height:g}pt" '
        f'viewBox="-1 -1 {width + 2:g} {height + 2:g}" role="img">',
        f"<title>{escape(plain(figure.alternative))}</title>",
    ]
    for arrow in figure.arrows:
        if not arrow.drawn:
            continue
        begin, *rest = (f"{x:g},{y:g}" for x, y in arrow.points)
        corners = " ".join(f"{x:g},{y:g}" for x, y in head(arrow))
        parts.append(f'<path d="M{begin}C{" ".join(rest)}" fill="none" stroke="{SLATE}"/>')
        parts.append(f'<polygon points="{corners}" fill="{SLATE}"/>')
    parts += [_card(card, figure) for card in figure.cards]
    return "\n".join([*parts, "</svg>"]) + "\n"


def _card(card: Card, figure: Figure) -> str:
    size = 12.0 * figure.scale
    middle = card.y + (card.height / 2 if figure.fields else card.height)
    shown: Term = card.name
    if not card.input:
        shown = row(card.name, Sign("="), card.formula) if card.formula else _blank(card.name)
    lines = [
        f'<rect x="{card.x:g}" y="{card.y:g}" width="{card.width:g}" height="{card.height:g}" '
        f'rx="4" fill="#FFFFFF" stroke="{SLATE}"/>',
        f'<text x="{card.x + 7:g}" y="{(card.y + middle) / 2 + size / 3:g}" '
        f'font-family="{FONT}" font-size="{size:g}" fill="{INK}">{escape(plain(shown))}</text>',
    ]
    if figure.fields:
        x, bottom = card.x + card.width / 2, card.y + card.height
        lines.append(
            f'<path d="M{card.x:g},{middle:g}h{card.width:g}M{x:g},{middle:g}V{bottom:g}" '
            f'stroke="{HAIR}" fill="none"/>'
        )
    return "\n".join(lines)


def _blank(name: Term) -> Row:
    return row(name, Sign("="))


def data_address(figure: Figure) -> str:
    """Return a figure as an address that holds it whole."""
    return "data:image/svg+xml;base64," + b64encode(figure_svg(figure).encode()).decode()
