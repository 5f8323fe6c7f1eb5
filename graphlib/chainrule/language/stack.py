"""A place in the tokens of one statement, and what the parser keeps while it reads.

Finished values, what waits for an operand, and the flat list of items with its limits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

from chainrule.language.lexer import NOTHING, Token
from chainrule.language.refusals import Refusals
from chainrule.language.syntax import LIMITS, Item, Notes, Span, beyond, refusal


class Cursor:
    """Reads tokens from left to right.

    Parameters
    ----------
    tokens
        Of one statement.
    """

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = tokens
        self._at = 0

    @property
    def ended(self) -> bool:
        """Whether every token was taken."""
        return self._at >= len(self._tokens)

    def take(self) -> Token:
        """Return the next token and go on."""
        self._at += 1
        return self._tokens[self._at - 1]

    def peek(self, ahead: int = 0) -> Token:
        """Return the token `ahead` of the next one, -1 being the last that was taken.

        Beyond either end it is a token of no kind.
        """
        at = self._at + ahead
        return self._tokens[at] if 0 <= at < len(self._tokens) else NOTHING

    def quotient(self, refuse: Refusals) -> Fraction:
        """Take the number of a parameter: a decimal or fraction with an optional sign.

        Raises
        ------
        ParseError
            If anything else stands there, or the fraction has the denominator 0.
        """
        sign = -1 if self.peek().kind == "-" and self.take() else 1
        value = sign * self._number(refuse)
        if self.peek().kind == "/":
            slash = self.take()
            below = self._number(refuse)
            if not below:
                raise refuse.missing_operand(slash, self.peek(-1))
            value /= below
        return value

    def _number(self, refuse: Refusals) -> Fraction:
        token = self.peek()
        if token.number is None:
            raise refuse.missing_operand(self.peek(-1), token)
        self.take()
        return token.number


Parameters = tuple[tuple[str, object], ...]

# How tightly an operator binds; see the table in `chainrule.language.parser`.
CHOICE, OR, AND, NOT, COMPARE = 1, 2, 3, 4, 5
SUM, SIGN, PRODUCT, TIGHT_SIGN, POWER = 10, 20, 30, 40, 50
ROOTS = {"∛": "cbrt"}
INFIX = {
    "+": ("add", SUM),
    "-": ("sub", SUM),
    "*": ("mul", PRODUCT),
    "/": ("div", PRODUCT),
    "@": ("matmul", PRODUCT),
    "^": ("power", POWER),
}
# Products that are those of linear algebra where matrices stand: W x, W·x, but not W * x.
JOINED: Parameters = (("joined", True),)
JOINING = frozenset({"", "·", "⋅", "\\cdot"})
TAKE_CONDITIONS = frozenset({"and", "or", "not", "where"})
GROUPS = frozenset({"group", "bar", "call"})


class Value(NamedTuple):
    """A finished operand: its item, its place with brackets, the start of its last factor."""

    item: int
    start: int
    stop: int
    factor: int
    plain: bool = False  # a number or constant, or a product of such: a coefficient


class Doubt(NamedTuple):
    """A factor that could belong to the operand before it: `1/2x`, `e^2x`.

    `begin` is the start of the left operand, `second` and `end` enclose the right one.
    """

    key: str
    begin: int
    second: int
    end: int


@dataclass(slots=True, eq=False)
class Pending:
    """What waits for an operand: a group, a sign, a function or an operator."""

    kind: str
    what: str
    binding: int
    token: Token
    start: int
    operands: int = 0
    exponent: Token | None = None
    parameters: Parameters = ()
    key: str = ""  # of the choice how far its operand goes
    first: Value | None = None  # what a function or root without brackets could take alone
    functions: list[Pending] = field(default_factory=list)  # of a group: open, no brackets
    doubts: Sequence[Doubt] = ()

    @property
    def nests(self) -> bool:
        """Whether what follows stands one level deeper, as written."""
        if self.kind == "group" and self.token.start == self.token.stop:
            return False  # a bracket that nobody wrote
        return self.kind != "infix" or self.binding >= POWER


class ItemWriter:
    """Appends items, operands before their users; each method returns the item's index.

    Equal numbers and equal names count as one node, since they become one.

    Parameters
    ----------
    text
        The whole input.
    """

    def __init__(self, text: str) -> None:
        self.items: list[Item] = []
        self._text = text
        self._leaves: set[tuple[str, object]] = set()
        self._operations = 0
        self._work = 0

    def number(self, token: Token, sign: Token | None = None) -> int:
        """Append a number, negative if a minus sign stands before it."""
        assert token.number is not None
        if sign is None:
            return self._leaf("number", token.text, token.number, token.start, token.stop)
        text = f"-{token.text}"
        return self._leaf("number", text, -token.number, sign.start, token.stop)

    def name(self, token: Token) -> int:
        """Append a name or constant."""
        return self._leaf(token.kind, token.text, None, token.start, token.stop)

    def raised(self, token: Token) -> int:
        """Append a power that is a number, a name or a raised number.

        Raises
        ------
        ParseError
            If what is raised is anything else.
        """
        if token.kind == "name":
            return self.name(token)
        if token.kind == "number":
            return self.number(token)
        digits = token.text.removeprefix("-")
        if not digits.isdecimal():
            raise refusal(
                self._text,
                token,
                "This raised power cannot be read",
                "Write powers with ^, like x^(2n).",
            )
        if len(digits) > LIMITS.digits:
            position = token.start + LIMITS.digits
            raise beyond("digits", LIMITS.digits, text=self._text, position=position)
        number = Fraction(int(token.text))
        return self._leaf("number", token.text, number, token.start, token.stop)

    def apply(
        self,
        what: str,
        operands: tuple[int, ...],
        start: int,
        stop: int,
        parameters: tuple[tuple[str, object], ...] = (),
    ) -> int:
        """Append an operation on earlier items, of which only conditions take conditions.

        Raises
        ------
        ParseError
            If a condition stands where a number is to stand.
        """
        for operand in operands:
            if self.items[operand].is_condition and what not in TAKE_CONDITIONS:
                raise Refusals(self._text).comparison(*self.items[operand].span)
        self._operations += 1
        self._work += len(operands) ** 2
        if self._work > LIMITS.work:
            what = "steps of work (n² for a function of n operands)"
            position = max(0, stop - 1)
            raise beyond(what, LIMITS.work, text=self._text, position=position)
        span = Span(start, stop)
        return self._add(Item("apply", what, operands, None, "", span, parameters), stop)

    def _leaf(self, kind: str, text: str, number: Fraction | None, start: int, stop: int) -> int:
        self._leaves.add((kind, text if number is None else number.as_integer_ratio()))
        span = Span(start, stop)
        if number is not None:
            return self._add(Item(kind, "", (), number, text, span), stop)
        return self._add(Item(kind, text, (), None, self._text[start:stop], span), stop)

    def _add(self, item: Item, stop: int) -> int:
        if self._operations + len(self._leaves) > LIMITS.nodes:
            raise beyond("nodes", LIMITS.nodes, text=self._text, position=max(0, stop - 1))
        self.items.append(item)
        return len(self.items) - 1


# Where a formula can be grouped in two ways the usual one is taken, the other offered:
# sin x y     the function takes all factors, or the first only
# √x^2        the root of the power, or the power of the root
# 1/2x  e^2x  from left to right, or the product without a sign first
_FACTORS = "all factors", "first factor"
_ROOT = "power first", "root first"
_LEFT = "left first", "product first"


class Groupings:
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
        whole, alone = f"{name}({first}{more})", f"{name}({first})…"
        (usual, other), place = _names(taker), Span(taker.start, operand.stop)
        self._notes.choice(taker.key, place, (usual, whole), (other, alone))

    def fraction_first(self, start: int, exponent: Value, below: Token) -> bool:
        """Return whether x^1/2 shall be the power with exponent 1/2; note that choice."""
        base, above = self._text[start : exponent.start], self._text[exponent.start : exponent.stop]
        key, divisor = self._notes.key("power", Span(start, below.stop)), below.text
        usual, other = f"({base}{above})/{divisor}", f"{base}({above}/{divisor})"
        readings = ("power first", usual), ("fraction first", other)
        return self._notes.choice(key, Span(start, below.stop), *readings)

    def under_root(self, root: Pending, number: Value, following: Token) -> bool:
        """Return whether √2x shall be the root of the product; note that choice."""
        sign = self._text[root.start : root.token.stop]
        inside, more = self._text[number.start : number.stop], following.text
        place = Span(root.start, following.stop)
        usual, other = f"({sign}{inside})·{more}", f"{sign}({inside}{more})"
        readings = ("number only", usual), (_FACTORS[0], other)
        return self._notes.choice(self._notes.key("root", place), place, *readings)

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
