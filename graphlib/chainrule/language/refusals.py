"""What is said about a token that cannot stand where it stands."""

from __future__ import annotations

from chainrule.errors import ParseError, excerpt
from chainrule.language.lexer import Token
from chainrule.ops.record import Op

_OPERAND = "A number, a name, a function or an opening bracket can stand here."
_INVERSES = {
    "sin": "arcsin", "cos": "arccos", "tan": "arctan",
    "sinh": "arsinh", "cosh": "arcosh", "tanh": "artanh",
}  # fmt: skip
_NAMES = {"superscript": "a raised number", "root": "a root sign"}


class Refusals:
    """Writes the errors of the parser; each method returns one.

    Parameters
    ----------
    text
        The whole input.
    """

    def __init__(self, text: str) -> None:
        self.text = text

    def at(self, token: Token, message: str, allowed: str, suggestion: str = "") -> ParseError:
        """Return an error that underlines `token`."""
        return ParseError(
            message,
            text=self.text,
            position=token.start,
            length=max(1, token.stop - token.start),
            allowed=allowed,
            suggestion=suggestion,
        )

    def shown(self, token: Token) -> str:
        """Return how a message names the token."""
        written = excerpt(self.text[token.start : token.stop])
        return _NAMES.get(token.kind, f"`{written}`")

    def missing_operand(self, before: Token, token: Token) -> ParseError:
        """An operand is missing between two tokens, of which one may be of no kind."""
        if before.kind == "function":
            message = f"The function {self.shown(before)} needs an operand"
            return self.at(before, message, f"Write it with its operand, like {before.text}(x).")
        if not token.kind:
            return self.at(before, f"Something is missing behind {self.shown(before)}", _OPERAND)
        if token.kind == ")" and before.kind == "(":
            return self.at(token, "There is nothing between these brackets", _OPERAND)
        if token.kind in ("=", "parameter"):
            return self.misplaced(before, token)
        if not before.kind:
            message = f"A formula cannot begin with {self.shown(token)}"
        else:
            message = f"{self.shown(token)} cannot stand behind {self.shown(before)}"
        return self.at(token, message[0].upper() + message[1:], _OPERAND)

    def misplaced(self, before: Token, token: Token) -> ParseError:
        """`token` cannot stand behind a complete operand that ends with `before`."""
        if token.kind == "number" and before.kind == "number":
            return self.at(token, "Two numbers stand side by side", "Put an operator between them.")
        if token.kind == "number":
            message = f"A number cannot stand behind {self.shown(before)} without an operator"
            return self.at(
                token, message, "Write the number first for a product, or ^ for a power."
            )
        if token.kind in ("=", "parameter"):
            suggestion = f"{self.text[: token.start].rstrip()}; {self.text[token.start :]}"
            return self.at(
                token,
                "A second assignment begins in one statement",
                "Separate statements by ; or a new line.",
                suggestion if token.kind == "parameter" else "",
            )
        if token.kind == ",":
            return self.comma(token)
        if token.kind == ":":
            allowed = "A declared shape is a statement of its own, like W: 4x2."
            return self.at(token, "`:` cannot stand in a formula", allowed)
        return self.at(token, f"{self.shown(token)} cannot stand here", "Put an operator here.")

    def comma(self, token: Token) -> ParseError:
        """A comma outside the operands of a function; perhaps a decimal comma."""
        around = self.text[max(0, token.start - 1) : token.start + 2]
        if len(around) == 3 and (around[0] + around[2]).isdecimal():
            suggestion = f"{self.text[: token.start]}.{self.text[token.stop :]}"
            message = "Decimals are written with a point here"
            return self.at(
                token, message, "A comma separates operands, as in max(a, b).", suggestion
            )
        message = "A comma can stand only between the operands of a function"
        return self.at(token, message, "Write operands as in max(a, b).")

    def operands(self, token: Token, op: Op, function: Token, given: int) -> ParseError:
        """A function with too few or too many operands."""
        needs = f"{op.arity} operand" + ("" if op.arity == 1 else "s")
        found = f"more than {op.arity}" if given > (op.arity or 0) else str(given)
        if token.kind == ",":
            decimal = self.comma(token)
            if decimal.suggestion:
                return decimal
        message = f"The function {self.shown(function)} takes {needs}, here it has {found}"
        base = " With a base it is log_b(x, b)." if op.name == "log" and given > 1 else ""
        return self.at(token, message, f"Give it {needs}.{base}")

    def inverse(self, function: Token, exponent: Token) -> ParseError:
        """A negative power between a function and its operand."""
        inverse = _INVERSES.get(function.text, f"the inverse of {function.text}")
        return self.at(
            exponent,
            f"A negative power of {self.shown(function)} could be its inverse or its reciprocal",
            f"Write {inverse} for the inverse, 1/{function.text}(x) for the reciprocal.",
        )

    def power_of_function(self, function: Token, power: Token) -> ParseError:
        """A power between a function and its operand that is not a number or name."""
        return self.at(
            power,
            f"The power of {self.shown(function)} before its operand cannot be read",
            f"Write {function.text}^2(x), or {function.text}(x)^(…) for any other power.",
        )

    def unclosed(self, token: Token) -> ParseError:
        """A bracket or bar that is opened and never closed in its statement."""
        what = "bar" if token.kind == "|" else "bracket"
        allowed = f"Close it with `{'|' if what == 'bar' else ')'}` in the same statement."
        return self.at(token, f"This {what} is never closed", allowed)

    def unopened(self, token: Token) -> ParseError:
        """A closing bracket without an opening one."""
        return self.at(token, "This bracket was never opened", "Open it, or take it away.")

    def parameter(self, token: Token, function: Token, op: Op) -> ParseError:
        """`name=` in the brackets of a function that has no such parameter."""
        names = ", ".join(op.parameters)
        allowed = f"Its parameters, each once behind the operands: {names}."
        return self.at(
            token,
            f"{self.shown(token)} = is not a parameter of {self.shown(function)}",
            allowed if names else "It has operands only; an assignment is a statement of its own.",
        )
