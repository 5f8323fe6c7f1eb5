"""Where a formula can be grouped in two ways: the usual one is taken, the other offered.

sin x y     the function takes all factors, or the first only
√x^2        the root of the power, or the power of the root
1/2x  e^2x  from left to right, or the product without a sign first
"""

from __future__ import annotations

from collections.abc import Sequence

from chainrule.language.lexer import Token
from chainrule.language.stack import Doubt, Pending, Value
from chainrule.language.syntax import Item, Notes, Span

_FACTORS = "all factors", "first factor"
_ROOT = "power first", "root first"
_LEFT = "left first", "product first"


class Choices:
    """Notes the choices in one text and answers which were made.

    Parameters
    ----------
    text
        The whole input.
    notes
        Where readings are noted and looked up.
    """

    def __init__(self, text: str, notes: Notes) -> None:
        self._text = text
        self._notes = notes

    def ends(self, taker: Pending, left: Value) -> bool:
        """Return whether a function or root without brackets shall take `left` only."""
        if taker.first is None:
            taker.first = left
            taker.key = self._notes.key(taker.token.kind, Span(taker.start, left.stop))
        return self._notes.chose(taker.key, _names(taker)[1])

    def note_reach(self, taker: Pending, operand: Value) -> None:
        """Note how far a function or root without brackets went, if that was a choice."""
        if taker.first is None:
            return
        name = self._text[taker.start : taker.token.stop]
        first = self._text[taker.first.start : taker.first.stop]
        more = self._text[taker.first.stop : operand.stop] or " …"
        usual, other = _names(taker)
        self._notes.choice(
            taker.key,
            Span(taker.start, operand.stop),
            (usual, f"{name}({first}{more})"),
            (other, f"{name}({first})…"),
        )

    def fraction_first(self, start: int, exponent: Value, below: Token) -> bool:
        """Return whether x^1/2 shall be the power with exponent 1/2; note that choice."""
        base, above = self._text[start : exponent.start], self._text[exponent.start : exponent.stop]
        key, divisor = self._notes.key("power", Span(start, below.stop)), below.text
        usual, other = f"({base}{above})/{divisor}", f"{base}({above}/{divisor})"
        readings = ("power first", usual), ("fraction first", other)
        self._notes.choice(key, Span(start, below.stop), *readings)
        return self._notes.chose(key, "fraction first")

    def under_root(self, root: Pending, number: Value, following: Token) -> bool:
        """Return whether √2x shall be the root of the product; note that choice."""
        sign, inside = (
            self._text[root.start : root.token.stop],
            self._text[number.start : number.stop],
        )
        more = following.text
        key = self._notes.key("root", Span(root.start, following.stop))
        readings = (
            ("number only", f"({sign}{inside})·{more}"),
            (_FACTORS[0], f"{sign}({inside}{more})"),
        )
        self._notes.choice(key, Span(root.start, following.stop), *readings)
        return self._notes.chose(key, _FACTORS[0])

    def product_first(self, top: Pending, left: Value, right: Value, doubts: list[Doubt]) -> bool:
        """Return whether a product without a sign shall go before the operator `top`."""
        if not top.key:
            begin = left.factor if top.what == "div" else left.start
            top.key = self._notes.key("left", Span(begin, right.stop))
            doubts.append(Doubt(top.key, begin, right.start, right.stop))
        return self._notes.chose(top.key, _LEFT[1])

    def note_doubts(self, doubts: Sequence[Doubt], stop: int) -> None:
        """Note the doubts about a product that ends at `stop`."""
        for key, begin, second, end in doubts:
            usual = f"({self._text[begin:end]})·{self._text[end:stop].strip()}"
            other = f"{self._text[begin:second]}({self._text[second:stop]})"
            self._notes.choice(key, Span(begin, stop), (_LEFT[0], usual), (_LEFT[1], other))


def _names(taker: Pending) -> tuple[str, str]:
    return _FACTORS if taker.kind == "function" else _ROOT


def is_doubtful(top: Pending, base: Item, exponent: Item, glued: bool, factor: Token) -> bool:
    """Return whether the factor that follows could belong to the operand before it.

    Parameters
    ----------
    top
        The operator before that operand.
    base, exponent
        Its operands.
    glued
        Whether the factor stands behind them without a space.
    factor
        The first token of the factor.
    """
    if top.kind != "infix" or top.what != "power":
        return top.what == "div"
    # In e^2x and e^xy the last factor could be raised; in x^2y nobody thinks so.
    if not glued or exponent.kind == "apply":
        return False
    if exponent.kind == "name":
        return factor.kind in ("name", "constant")
    return base.kind in ("number", "constant")
