"""Notations of lectures that no formula here contains, and words that cannot be read."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from typing import NamedTuple

from chainrule.errors import ParseError, excerpt
from chainrule.language.lexer import NOTHING, Token
from chainrule.language.names import canonical, letters_of
from chainrule.language.spelling import alike


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


USUAL = "Functions are sin, cos, exp, ln, sqrt, abs, max and others"


class Word(NamedTuple):
    """A word and the kind of the token behind it, on which its reading may depend."""

    text: str
    start: int
    stop: int
    behind: str
    whole: bool = False

    @property
    def called(self) -> bool:
        """Whether an opening bracket follows, as behind a function."""
        return self.behind == "("


def did_you_mean(text: str, word: Word, instead: str) -> ParseError:
    """Return the error for a word that nearly is something known."""
    return ParseError(
        f"`{excerpt(word.text)}` is not known; did you mean `{excerpt(instead)}`?",
        text=text,
        position=word.start,
        length=word.stop - word.start,
        allowed="If it is a name of yours, declare it or give it a value.",
        suggestion=text[: word.start] + instead + text[word.stop :],
    )


def number_behind_name(text: str, word: Word) -> ParseError:
    """Return the error for a word like `x₁2`."""
    return ParseError(
        f"A number stands behind a name in `{excerpt(word.text)}`",
        text=text,
        position=word.start,
        length=word.stop - word.start,
        allowed="Write the number first, or * between the two.",
    )


def unknown_function(text: str, word: Word, functions: Iterable[str]) -> ParseError:
    """Return the error for an unknown word before a bracket."""
    spelled = {name.removesuffix("()") for name in functions}
    near = alike(word.text, sorted(name for name in spelled if name.isascii()))
    known = f"Functions of like names: {', '.join(near)}" if near else USUAL
    shown = excerpt(word.text)
    return ParseError(
        f"`{shown}` stands before a bracket and is neither a known function nor a known name",
        text=text,
        position=word.start,
        length=word.stop - word.start,
        allowed=f"For a product write {shown}*(…). {known}; `chainrule ops` lists all.",
        suggestion=f"{text[: word.stop]}*{text[word.stop :]}",
    )


def without_operands(text: str, word: Word) -> ParseError:
    """Return the error for the name of a function of the text without brackets behind it."""
    shown = excerpt(word.text)
    return ParseError(
        f"`{shown}` is a function here and stands without its operands",
        text=text,
        position=word.start,
        length=word.stop - word.start,
        allowed=f"Write {shown}(…) with its operands in brackets.",
    )
