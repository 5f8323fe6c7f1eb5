"""Notations of lectures that no formula here contains: `y*` for a name, `d/dx`."""

from __future__ import annotations

from collections.abc import Container, Sequence

from chainrule.errors import ParseError, excerpt
from chainrule.language.lexer import NOTHING, Token
from chainrule.language.names import canonical, letters_of


def check_star(text: str, tokens: Sequence[Token], at: int, functions: Container[str]) -> None:
    """Refuse `y*` before a function, a closing bracket or the end: a name with a star.

    Raises
    ------
    ParseError
        With the name `y_star` as suggestion.
    """
    if tokens[at].text != "*" or at == 0:
        return
    before, token = tokens[at - 1], tokens[at]
    if before.kind != "word" or before.stop != token.start or before.text in functions:
        return
    behind = tokens[at + 1] if at + 1 < len(tokens) else NOTHING
    ends = behind.kind in ("", ")", ",")
    # y*ln(y) is a product, y* ln(y) is doubtful.
    if not ends and (behind.start == token.stop or behind.text not in functions):
        return
    star = f"{before.text}_star"
    raise ParseError(
        f"A factor is missing behind `{excerpt(before.text)}*`; did you mean `{excerpt(star)}`?",
        text=text,
        position=token.start,
        allowed="For a product write a factor directly behind *.",
        suggestion=text[: before.start] + star + text[token.stop :],
    )


def check_derivative(text: str, tokens: Sequence[Token], at: int, known: Container[str]) -> None:
    """Refuse `d/dx`, `dy/dx` and `d^2/dx^2` unless these are declared names.

    Raises
    ------
    ParseError
        At the whole of the derivative.
    """
    if tokens[at].kind != "/" or at == 0 or at + 1 == len(tokens):
        return
    over = at - 1
    if tokens[over].kind in ("number", "superscript") and over > 0:
        over -= 2 if tokens[over - 1].kind == "^" else 1
    above, below = tokens[max(over, 0)], tokens[at + 1]
    if not above.kind == below.kind == "word":
        return
    if all(canonical(word.text) in known for word in (above, below)):
        return
    small = len(letters_of(above.text)) < 3 and len(letters_of(below.text)) == 2
    if small and above.text[0] == below.text[0] == "d":
        raise ParseError(
            "Derivatives are computed here, the notation d/dx is not read",
            text=text,
            position=above.start,
            length=below.stop - above.start,
            allowed="Type the function itself; declare names like dx to use them as such.",
        )
