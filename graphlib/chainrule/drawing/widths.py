"""How wide text is in a browser, estimated, and how large a card must be for it.

The browser component sets names and formulas as mathematics and numbers in Source Sans, so the
widths are known only there. These estimates are a little generous.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from chainrule.drawing.alternative import MARK, has_derivative, short, shown
from chainrule.drawing.rows import Form, Weight, summed
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
    small
        Size of type in rows, remarks and titles of grounds.
    blank
        Height of that outline.
    several, chip, head, row
        Heights of an input with several users and of one with one user, of the part of a card
        above its rows, and of a row, where weights are rows.
    cell
        Top down, the height of a weight, which stands above its user's formula; `row` is its
        width, and `head` the room beside these for other lines.
    apart
        Room between the cards of a rank; 0 for what suits their number.
    most
        Room for name and formula; a longer one is set smaller.
    brief
        Whether an edge carries numbers alone.
    bare
        Whether cards hold names alone, or nothing where type has no size.
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
    small: float = 13.0
    blank: int = 18
    several: int = 50
    chip: int = 26
    head: int = 60
    row: int = 25
    cell: int = 0
    apart: float = 0.0
    most: float = math.inf
    brief: bool = False
    bare: bool = False

    @property
    def line(self) -> float:
        """The height of a line of numbers."""
        return round(1.4 * self.number)


ACROSS: Final = Sizes(76, 140, 108, 18.5, 17.0, 13.5, 13, 12, 74, 84)
"""Sizes for left to right."""

COMPACT: Final = Sizes(76, 104, 104, 15.5, 14.5, 12.5, 10, 12, 44, 56, 46, brief=True)
"""Sizes for left to right where weights are rows."""

WRITTEN: Final = Sizes(
    80, 112, 112, 15.5, 14.5, 12.5, 6, 4, 30, 34, outline=48, blank=27, apart=24.0
)
"""Sizes for cards whose numbers are written in by hand; no text stands on their edges."""

PART: Final = replace(COMPACT, height=46, several=46, head=46, row=22, outline=44, apart=14.0)
"""Sizes for left to right on the open part of a drawing, where weights are rows."""

PILLS: Final = Sizes(17, 31, 31, 12.0, 0.0, 12.5, 4, 0, 10, 14, apart=4.0, bare=True)
"""Sizes for a map of names."""

DOTS: Final = replace(PILLS, height=8, least=8, least_input=8, name=0.0, side=0, gap=8, curved=12)
"""Sizes for a map of many nodes."""

DOWN: Final = Sizes(46, 120, 112, 16.0, 14.5, 12.5, 10, 14, 31, 31, 44)
"""Sizes for top down, on a narrow screen."""

CELLS: Final = replace(
    DOWN,
    least=104,
    least_input=84,
    name=15.0,
    number=14.0,
    side=9,
    between=10,
    small=12.5,
    several=46,
    head=46,
    row=60,
    cell=50,
    most=130,
    brief=True,
)
"""Sizes for top down where weights are cells above the formula of their user."""


def card_size(
    view: View, node: int, sizes: Sizes, form: Form = "card", rows: Sequence[Weight] = ()
) -> tuple[int, int]:
    """Return width and height of a card in px."""
    is_input = view.graph.ops[node] is INPUT
    name = short(view.name(node))
    if sizes.bare:
        names = [name, *(short(view.name(row.node)) for row in rows)]
        longest = max(width(one, sizes.name) for one in names)
        return _even(max(sizes.least, 2 * sizes.side + longest)) * len(names), sizes.height
    head = name
    if not is_input:
        formula = summed(view, node, rows) if rows else view.formula(node)
        head += f" = {short(formula)}"
    numbers = _numbers(view, node, sizes)
    stacked = form == "card" and not rows and not sizes.blank > 20 and numbers > ONE_LINE
    if stacked:
        numbers = max(
            width(digits_of(view, node, derivative=d), sizes.number)
            for d in (False, *[True] * has_derivative(view, node))
        )
    least = sizes.least_input if is_input else sizes.least
    if form == "chip":
        need = 2 * sizes.side + width(name, sizes.name) + sizes.between + numbers
        return _even(need), sizes.chip
    lines = [min(width(head, sizes.name), sizes.most), numbers]
    if rows and sizes.cell:
        others = len(view.graph.operands[node]) > 2 * len(rows)
        lines.append((sizes.head if others else 0) + len(rows) * sizes.row - 2 * sizes.side)
        return _even(max(least, 2 * sizes.side + max(lines))), sizes.height + sizes.cell
    lines += [
        max(ROW_NAME, width(short(view.name(row.node)), sizes.small))
        + _numbers(view, row.node, sizes)
        for row in rows
    ]
    height = sizes.head + len(rows) * sizes.row if rows else sizes.height
    if form == "several":
        height = sizes.several
    if stacked and has_derivative(view, node):
        height += round(sizes.line)
    return _even(max(least, 2 * sizes.side + max(lines))), height


ONE_LINE: Final = 190.0
"""Px up to which value and derivative stand on one line."""

ROW_NAME: Final = 42.0
"""Room for the name in a row."""


def _even(size: float) -> int:
    return 2 * round(size / 2 + 0.49)


def _numbers(view: View, node: int, sizes: Sizes) -> float:
    """Return the room that value and derivative take beside each other."""
    value = width(digits_of(view, node, derivative=False), sizes.number)
    if not has_derivative(view, node):
        return value
    digits = width(digits_of(view, node, derivative=True), sizes.number)
    return value + sizes.between + max(sizes.outline, digits)


def digits_of(view: View, node: int, *, derivative: bool) -> str:
    """Return the value or the derivative of a node as it stands on its card."""
    number = view.run.derivative(node) if derivative else view.run.value(node)
    if number.undefined is not None:
        return f"{MARK} {WORDS['undefined']}"
    return shown(view, number) + (f" {MARK}" if number.corrected else "")
