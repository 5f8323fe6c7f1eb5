"""What the parser keeps while it reads: finished values, and what waits for an operand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from chainrule.language.lexer import Token

Parameters = tuple[tuple[str, object], ...]

# How tightly an operator binds; see the table in `chainrule.language.parser`.
SUM, SIGN, PRODUCT, TIGHT_SIGN, POWER = 10, 20, 30, 40, 50
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
