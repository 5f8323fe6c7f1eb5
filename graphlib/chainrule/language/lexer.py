"""From characters to tokens. What no formula contains is refused here, with a reason.

The grammar behind sees only the tokens, so another notation needs only another lexer.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple

from chainrule.errors import ParseError, excerpt
from chainrule.language.limits import LIMITS, beyond
from chainrule.language.names import (
    LOOK_ALIKES,
    SUPERSCRIPTS,
    continues_name,
    fold,
    is_letter,
)
from chainrule.language.notes import Notes
from chainrule.language.numbers import decimal


class Token(NamedTuple):
    """One sign, number or word, and its place in the text.

    `kind` is "number", "word", "superscript", "index", "root", "..", ";" for the end of a
    statement, or the sign itself. Reading turns words into "name", "constant", "function",
    "parameter".
    A bracket without a sign of its own has an empty text. A word that is `whole` is one name
    or function, never a product of letters.
    """

    kind: str
    text: str
    start: int
    stop: int
    number: Fraction | None = None
    whole: bool = False


NOTHING = Token("", "", -1, -1)

SIGNS: dict[str, str] = {
    **{sign: sign for sign in "+-*/^@()|,=:;"},
    **dict.fromkeys("\N{MINUS SIGN}\N{EN DASH}", "-"),
    **dict.fromkeys("·⋅∙×∗•⊙", "*"),
    **dict.fromkeys("÷∕⁄", "/"),
    "∣": "|",
    "√": "root",
    "…": "..",
    "\n": ";",
}
VULGAR_FRACTIONS = {
    sign: Fraction(above, below)
    for sign, above, below in (
        ("½", 1, 2), ("⅓", 1, 3), ("⅔", 2, 3), ("¼", 1, 4), ("¾", 3, 4), ("⅕", 1, 5), ("⅛", 1, 8),
    )
}  # fmt: skip

_PRIME = "derivatives are computed here; for another name write f_1"
_BRACKET = "group with round brackets ( )"
_QUOTE = "text in quotes is not part of a formula"
_COMPARISON = "comparisons are not part of a formula; an assignment is written with ="
REFUSED: dict[str, str] = {
    **dict.fromkeys("'’‘′″‴", _PRIME),
    **dict.fromkeys('"“”„`´', _QUOTE),
    **dict.fromkeys("[]{}", _BRACKET),
    **dict.fromkeys("<>≤≥≠≈", _COMPARISON),
    **dict.fromkeys("∂∇∫", "derivatives are computed here: type the function itself"),
    **dict.fromkeys("∑∏", "a sum is written sum(x_j, j=1..3), a product factor by factor"),
    "\\": "this is the notation of LaTeX; write sin(x), sqrt(x), theta",
    "%": "write x/100 for per cent",
    "!": "a factorial is not read",
    "&": "logical signs are not part of a formula",
    "_": "a name begins with a letter",
    ".": "a point stands only inside a number, like 0.5",
    "$": "type the formula without $",
    "∞": "infinity is not a number one can compute with",
    "±": "write the two formulas one by one",
}
_ALLOWED = (
    "A formula is made of numbers, names, functions, + - * / ^ @, ( ), | |, commas, and "
    "assignments with =."
)
_INDEXED = frozenset({"word", ")", "index"})
_RADIX = ("x", "b", "o")
_BOUND = re.compile(r"[0-9]+(?=\.\.)")
# Entries of a vector or matrix, directly behind it: x[0], W[1, 2].
_ENTRY = re.compile(r"\[ *([0-9]{1,6}(?: *, *[0-9]{1,6}){0,3}) *\]")
_DOTS = re.compile(r"\.\.\.?")


def clean(text: str, notes: Notes) -> str:
    """Return the text with fullwidth and mathematical letters and signs made plain.

    Every character keeps its place; each kind of change is noted once.
    """
    if text.isascii():
        return text
    plain = []
    for at, character in enumerate(text):
        folded = character if character in SIGNS or character in REFUSED else fold(character)
        if folded != character and folded != " ":
            notes.tell(f"letter:{character}", at, at + 1, folded)
        plain.append(folded)
    return "".join(plain)


def tokens(text: str, plain: str) -> list[Token]:
    """Return the tokens of a text; comments and spaces are gone.

    Parameters
    ----------
    text
        What was typed, for messages.
    plain
        The same as `clean` returned it.

    Raises
    ------
    ParseError
        At the first character that no formula contains.
    LimitError
        At a number with too many digits.
    """
    found: list[Token] = []
    at = 0
    while at < len(plain):
        character = plain[at]
        if character in " \t\r":
            at += 1
        elif character in SIGNS:
            found.append(sign_at(text, plain, at, found))
            at = found[-1].stop
        elif character == "#":
            at = _end_of_line(plain, at)
        elif _begins_number(plain, at):
            found.append(number_at(text, plain, at))
            at = found[-1].stop
        elif is_letter(character):
            stop = _run(plain, at, continues_name)
            if stop - at > LIMITS.name:
                what = "characters in a name"
                raise beyond(what, LIMITS.name, text=text, position=at + LIMITS.name)
            found.append(Token("word", plain[at:stop], at, stop))
            at = stop
        elif character in SUPERSCRIPTS:
            stop = _run(plain, at, SUPERSCRIPTS.__contains__)
            raised = "".join(SUPERSCRIPTS[c] for c in plain[at:stop])
            found.append(Token("superscript", raised, at, stop))
            at = stop
        elif character in VULGAR_FRACTIONS:
            found.append(Token("number", character, at, at + 1, VULGAR_FRACTIONS[character]))
            at += 1
        else:
            sign = sign_at(text, plain, at, found)
            found.append(sign)
            at = sign.stop
    check_look_alikes(text, found)
    return found


def _end_of_line(plain: str, at: int) -> int:
    end = plain.find("\n", at)
    return len(plain) if end < 0 else end


def _begins_number(plain: str, at: int) -> bool:
    """Return whether a digit stands there, or a point before one."""
    digit = plain[at] if plain[at] != "." else plain[at + 1 : at + 2]
    return digit.isdigit() and digit.isascii()


def _run(plain: str, at: int, belongs: Callable[[str], bool]) -> int:
    while at < len(plain) and belongs(plain[at]):
        at += 1
    return at


def number_at(text: str, plain: str, at: int) -> Token:
    """Return the number that begins at `at`; a bound like the 0 of `0..2` ends before the points.

    Raises
    ------
    ParseError
        If it is a number of another notation, like 1.2.3, 0x10 or 1_000.
    LimitError
        If it has too many digits.
    """
    bound = _BOUND.match(plain, at)
    if bound is not None:
        number, stop = decimal(plain[: bound.end()], at)
    else:
        number, stop = decimal(plain, at)
        _check_end_of_number(text, plain, at, stop)
    return Token("number", plain[at:stop], at, stop, number)


def sign_at(text: str, plain: str, at: int, found: list[Token]) -> Token:
    """Return the sign that begins at `at`, `found` being the tokens before it.

    Raises
    ------
    ParseError
        If no formula contains it; says why, where there is a reason.
    """
    pair = plain[at : at + 2]
    if pair == "**":
        return Token("^", pair, at, at + 2)
    if pair in (":=", "=="):
        message = f"`{pair}` is not read"
        raise ParseError(
            message, text=text, position=at, length=2, allowed="An assignment is written with =."
        )
    character = plain[at]
    if character in SIGNS:
        return Token(SIGNS[character], character, at, at + 1)
    entry = _ENTRY.match(plain, at)
    if entry is not None and found and found[-1].stop == at and found[-1].kind in _INDEXED:
        return Token("index", entry[1], at, entry.end())
    dots = _DOTS.match(plain, at)
    if dots is not None and found and found[-1].kind in ("number", "word"):
        return Token("..", dots[0], at, dots.end())
    raise _refusal(text, at)


def _refusal(text: str, at: int) -> ParseError:
    character = text[at]
    if character in REFUSED:
        message = f"`{character}` cannot be read: {REFUSED[character]}"
    else:
        name = unicodedata.name(character, f"U+{ord(character):04X}").lower()
        shown = f"`{excerpt(character)}` ({name})" if character.isprintable() else name
        kind = "letter" if character.isalpha() else "character"
        message = f"The {kind} {shown} cannot be read"
        if kind == "letter":
            message += "; letters are Latin or Greek here"
    return ParseError(message, text=text, position=at, allowed=_ALLOWED)


def _check_end_of_number(text: str, plain: str, start: int, stop: int) -> None:
    """Refuse what looks like a number of another notation: 1.2.3, 0x10, 1_000."""
    following = plain[stop : stop + 1]
    digit_behind = plain[stop + 1 : stop + 2].isalnum() and plain[stop + 1].isascii()
    if following == ".":
        message, allowed = "A number with two points cannot be read", "Write one point, like 1.23."
    elif following == "_":
        message, allowed = "`_` cannot stand inside a number", "Write the digits without a gap."
    elif plain[start:stop] == "0" and following.lower() in _RADIX and digit_behind:
        message = f"`0{following}…` is not read as a number of another base"
        allowed = f"Write the number with decimal digits, or 0*{following}… for a product."
    else:
        return
    raise ParseError(message, text=text, position=start, length=stop + 1 - start, allowed=allowed)


def check_look_alikes(text: str, found: list[Token]) -> None:
    """Refuse letters that look the same and are not, like a Greek and a Latin A.

    Raises
    ------
    ParseError
        At the one that is not Latin.
    """
    if text.isascii():
        return
    places: dict[str, int] = {}
    for token in found:
        # A word that LaTeX spells as a command has another length.
        if token.kind == "word" and len(token.text) == token.stop - token.start:
            for offset, letter in enumerate(token.text):
                places.setdefault(letter, token.start + offset)
    for doubtful, latin in LOOK_ALIKES.items():
        if doubtful in places and latin in places:
            name = unicodedata.name(doubtful).lower()
            at = places[doubtful]
            raise ParseError(
                f"Two letters that look the same: `{doubtful}` ({name}) and a Latin `{latin}`",
                text=text,
                position=at,
                allowed="Use one of the two, or another name.",
                suggestion=text[:at] + latin + text[at + 1 :],
            )
