"""A place in the tokens of one statement."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from chainrule.language.lexer import NOTHING, Token
from chainrule.language.refusals import Refusals


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
