"""How wide text is in a browser, estimated, and how large a card must be for it.

The browser component sets names and formulas as mathematics and numbers in Source Sans, so the
widths are known only there. These estimates are a little generous.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from chainrule.drawing.alternative import MARK, has_derivative, short, shown
from chainrule.graph.wengert import INPUT
from chainrule.readings.catalogue import WORDS
from chainrule.readings.view import View

# Widths in parts of the size of type, after Source Sans 3 (digits are tabular).
_DIGIT, _NARROW, _SPACE, _WIDE, _LETTER, _SMALL = 0.5, 0.28, 0.23, 0.82, 0.54, 0.36
_WIDTHS: Final[dict[str, float]] = (
    dict.fromkeys("0123456789−+=×·<>≠", _DIGIT)
    | dict.fromkeys("ilj.,;:|'!()[]/", _NARROW)
    | dict.fromkeys("mwMW△…⊤∇", _WIDE)
    | dict.fromkeys("₀₁₂₃₄₅₆₇₈₉⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", _SMALL)
    | {" ": _SPACE, "\u2009": 0.17, "\u0302": 0.0, "\u0304": 0.0, "\u0307": 0.0}
)
_SPACED_SIGN: Final = 0.06  # a sign of operation in mathematics has more room than two spaces


def width(words: str, size: float) -> float:
    """Return the estimated width of a line of text in px, at a size of type in px."""
    signs = sum(words.count(sign) for sign in (" = ", " + ", " − ", " × "))
    ems = sum(_WIDTHS.get(c, _LETTER) for c in words) + signs * _SPACED_SIGN
    return ems * size


@dataclass(frozen=True, slots=True)
class Sizes:
    """Sizes of a card and of the type on it, in px.

    Parameters
    ----------
    height
        Of every card.
    least, least_input
        Least widths, of a computed node (room for −0.7649 and 0.6441) and of an input.
    name, number, label
        Sizes of type: name and formula, numbers, text on an edge.
    side, between
        Room left and right on a card, and between its two numbers.
    gap, curved
        Least room between two ranks of cards: with straight, and with curved edges only.
    outline
        Width of the empty outline of a number that is not computed yet.
    """

    height: int
    least: int
    least_input: int
    name: float
    number: float
    label: float
    side: int
    between: int
    gap: int
    curved: int
    outline: int = 50


ACROSS: Final = Sizes(76, 140, 108, 18.5, 17.0, 13.5, 13, 12, 74, 84)
"""Sizes for left to right."""

DOWN: Final = Sizes(46, 120, 112, 16.0, 14.5, 12.5, 10, 14, 31, 31, 44)
"""Sizes for top down, on a narrow screen."""


def card_width(view: View, node: int, sizes: Sizes) -> int:
    """Return the width of a card in px."""
    is_input = view.graph.ops[node] is INPUT
    head = short(view.name(node))
    if not is_input:
        head += f" = {short(view.formula(node))}"
    value = width(_digits(view, node, derivative=False), sizes.number)
    derivative = 0.0
    if has_derivative(view, node):
        digits = width(_digits(view, node, derivative=True), sizes.number)
        derivative = sizes.between + max(sizes.outline, digits)
    least = sizes.least_input if is_input else sizes.least
    need = 2 * sizes.side + max(width(head, sizes.name), value + derivative)
    return 2 * round(max(least, need) / 2 + 0.49)


def _digits(view: View, node: int, *, derivative: bool) -> str:
    number = view.run.derivative(node) if derivative else view.run.value(node)
    if number.undefined is not None:
        return f"{MARK} {WORDS['undefined']}"
    return shown(view, number) + (f" {MARK}" if number.corrected else "")
