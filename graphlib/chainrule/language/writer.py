"""The flat list of items, as the parser writes it, with the limit on nodes."""

from __future__ import annotations

from fractions import Fraction

from chainrule.errors import ParseError
from chainrule.language.lexer import Token
from chainrule.language.limits import LIMITS, beyond
from chainrule.language.syntax import Item, Span


class Writer:
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
            raise ParseError(
                "This raised power cannot be read",
                text=self._text,
                position=token.start,
                length=token.stop - token.start,
                allowed="Write powers with ^, like x^(2n).",
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
        """Append an operation on earlier items."""
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
