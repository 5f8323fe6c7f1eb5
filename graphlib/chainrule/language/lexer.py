"""From characters to tokens. What no formula contains is refused here, with a reason.

The grammar behind sees only the tokens, so another notation needs only another lexer.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from typing import NamedTuple

from chainrule.errors import ParseError, excerpt
from chainrule.language.names import (
    ACCENTS,
    PLAIN,
    PRIMES,
    SHIFTED,
    SUPERSCRIPTS,
    check_look_alikes,
    continues_name,
    fold,
    is_letter,
)
from chainrule.language.syntax import (
    LIMITS,
    Notes,
    Span,
    beyond,
    decimal,
    pairs,
    refusal,
    spelled,
    ungrouped,
)


class Token(NamedTuple):
    """One sign, number or word, and its place in the text.

    `kind` is "number", "word", "superscript", "index", "root", "..", "compare", "+=" for any
    step that is added, ";" for the end of a statement or line, or the sign itself. Words of the
    language become kinds ("if", "joint"); reading turns other words into "name", "constant",
    "function", "parameter".
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
    **{sign: sign for sign in "+-*/^@()|,=:;!"},
    **dict.fromkeys("[{", "("),
    **dict.fromkeys("]}⌋⌉", ")"),
    **dict.fromkeys("<>≤≥≠", "compare"),
    "⩽": "compare",
    "⩾": "compare",
    **dict.fromkeys("\N{MINUS SIGN}\N{EN DASH}\N{EM DASH}\N{HYPHEN}\N{NON-BREAKING HYPHEN}", "-"),
    **dict.fromkeys("·⋅∙×∗•⊙", "*"),
    **dict.fromkeys("÷∕⁄", "/"),
    "∣": "|",
    "√": "root",
    "∛": "root",
    "…": "..",
    "\n": ";",
    "?": "?",
    "∧": "and",
    "∨": "or",
    "¬": "not",
    "↦": "maps",
    "→": "maps",
}
COMPARISONS = spelled(
    """
    less <
    at_most <= ≤ ⩽
    greater >
    at_least >= ≥ ⩾
    equal ==
    unequal != ≠
    """
)
CLOSED_BY = {"(": ")", "[": "]", "{": "}", "‖": "‖", "||": "||", "⌊": "⌋", "⌈": "⌉"}
# Brackets and bars that are a function of what stands in them.
AROUND = {"‖": "norm", "||": "norm", "⌊": "floor", "⌈": "ceil"}
# ∂/∂x asks what d/dx asks.
_PARTIAL = re.compile(r"∂(?=\w*\s*/\s*∂\w)|(?<=/)(?P<gap>\s*)∂(?=\w)|∂(?=\s*\()")
_LONG = re.compile(
    r"(?P<power>\*\*(?!=))|(?P<compare>[<>=!]=)|(?P<step>(?:\*\*|[-+*/@])=(?!=))|(?P<maps>[-=]>)"
)
_INDEX = r"[A-Za-z0-9]{1,9} *(?:[-+] *[0-9]{1,9} *)?"
_SMALL = rf"⁽[{''.join(SUPERSCRIPTS)}]{{1,9}}⁾"
_UPPER = re.compile(rf"\^\[ *{_INDEX}\]|{_SMALL}")
# Where x^(1) stands, which nobody writes for a power, all of x^(2) are indices.
_ABOVE = re.compile(rf"\^\[ *{_INDEX}\]|\^\( *{_INDEX}\)|{_SMALL}")
_SURELY_ABOVE = re.compile(r"[^\W\de]\w*\^\([01]\)")
_BRACKETED = re.compile(rf"\({_INDEX}\)")  # h_(t-1)
_BARS = re.compile(r"\|\|(?=[^|\n]{1,200}\|\|)")
_EUCLIDEAN = re.compile("_2|₂")
_LOWERED = re.compile(r"_[A-Za-z0-9]+|[₀-₉]+")
_RAISED_STAR = re.compile(r"\^?[⋆]|\^\*(?!\*)|\*(?=_[A-Za-z0-9])")
# What is raised and no number or T: n, ax, 2x, -x, n+1. In e⁻ˣ² the 2 would be raised twice.
_FORMULA = re.compile(r"(?!T$)-?[0-9]*[a-zT]+(?:[-+][0-9a-z])?|[0-9]+[-+][a-z0-9]")
VULGAR_FRACTIONS = {
    sign: Fraction(value)
    for sign, value in pairs("½ 1/2 ⅓ 1/3 ⅔ 2/3 ¼ 1/4 ¾ 3/4 ⅕ 1/5 ⅛ 1/8").items()
}

PRIME = "type the function itself; its derivatives stand in the table"
_QUOTE = "text in quotes is not part of a formula"
REFUSED: dict[str, str] = {
    **dict.fromkeys("'’‘′″‴", PRIME),
    **dict.fromkeys('"“”„`´', _QUOTE),
    "≈": "an assignment is written with =",
    **dict.fromkeys("∂∇∫", "derivatives are computed here: type the function itself"),
    "\\": "this is the notation of LaTeX; write sin(x), sqrt(x), theta",
    "%": "write x/100 for per cent",
    "&": "logical signs are the words and, or, not, and stand only in conditions",
    "_": "a name begins with a letter",
    ".": "a point stands only inside a number, like 0.5, or behind np, math and torch",
    "∞": "infinity is not a number one can compute with",
    "±": "write the two formulas one by one",
    "∜": "write root(x, 4)",
    "°": "angles are in radians: write 60*pi/180",
}
_ALLOWED = (
    "A formula is made of numbers, names, functions, + - * / ^ @, ( ), | |, commas, and "
    "assignments with =."
)
_INDEXED = frozenset({"word", ")", "index"})
# What a method can stand behind: z.relu(), (a + b).relu().
_OWNERS = frozenset({"word", ")", "index", "superscript", "number"})
_RAISED = _OWNERS | {"|", "!"}  # in x³√y the 3 is the power of x
_SLASHES = (
    "`//` is no sign of a formula",
    "A comment begins with #; a division is written a/b, rounded down floor(a/b).",
)
# At the beginning of a line nothing is divided.
_COMMENTS = ("#", "//", "%")
_BOUND = re.compile(r"[0-9]+(?=\.\.)")
# Entries of a vector or matrix, directly behind it: x[0], W[1, 2].
_ENTRY = re.compile(r"\[ *([0-9]{1,6}(?: *, *[0-9]{1,6}){0,3}) *\]")
_AND = re.compile(r"(&&?) *(?=\()")  # between brackets, where it binds as `and` does
_DOTS = re.compile(r"\.\.\.?")


def clean(text: str, notes: Notes) -> str:
    """Return the text with fullwidth and mathematical letters and signs made plain.

    Every character keeps its place; each kind of change is noted once.
    """
    if text.isascii():
        return text
    plain = []
    for at, character in enumerate(text):
        folded = "‖" if character == "∥" else character
        if character not in SIGNS and character not in REFUSED:
            folded = fold(folded)
        if folded != character and folded != " ":
            notes.tell(f"letter:{character}", Span(at, at + 1), folded)
        plain.append(folded)
    return _PARTIAL.sub(lambda sign: f"{sign['gap'] or ''}d", "".join(plain))


def tokens(text: str, plain: str, notes: Notes, at: int = 0) -> list[Token]:
    """Return the tokens of a text; comments and spaces are gone.

    Parameters
    ----------
    text
        What was typed, for messages.
    plain
        The same as `clean` returned it.
    notes
        Where readings are noted.
    at
        Where the first token begins.

    Raises
    ------
    ParseError
        At the first character that no formula contains.
    LimitError
        At a number with too many digits.
    """
    found: list[Token] = []
    opened: list[Token] = []
    above = _ABOVE if not at and _SURELY_ABOVE.search(plain) else _UPPER
    while at < len(plain):
        character = plain[at]
        if character in " \t\r":
            at += 1
        elif character == "#" or (
            plain.startswith(_COMMENTS, at) and (not found or found[-1].kind == ";")
        ):
            at = _end_of_line(plain, at)
        elif (norm := _norm(plain, at, opened)) is not None:
            name = AROUND[norm.text]
            if name == "norm" and opened and opened[-1].text == norm.text:
                opened.pop()
                two = _EUCLIDEAN.match(plain, norm.stop)
                norm = norm._replace(kind=")", stop=two.end() if two else norm.stop)
            else:
                found.append(norm._replace(kind="function", text=name))
                opened.append(norm)
                if name == "norm":
                    notes.tell("norm", Span(at, norm.stop), "the norm ‖…‖")
            found.append(norm)
            at = norm.stop
        elif is_letter(character):
            stop = _end_of_word(plain, at)
            if stop - at > LIMITS.name:
                what = "characters in a name"
                raise beyond(what, LIMITS.name, text=text, position=at + LIMITS.name)
            lower = _BRACKETED.match(plain, stop) if plain[stop - 1] == "_" else None
            stop = lower.end() if lower is not None else stop
            stop = _marks(plain, stop, _UPPER if plain[at:stop] == "e" else above)
            found.append(Token("word", plain[at:stop].replace("⋆", "*"), at, stop))
            at = stop
        elif plain[at : at + 2] in ("²√", "³√") and not (
            found and found[-1].stop == at and found[-1].kind in _RAISED
        ):
            found.append(Token("root", "√" if character == "²" else "∛", at, at + 2))
            at += 2
        else:
            sign = sign_at(text, plain, at, found)
            _matched(text, sign, opened)
            if sign.kind == "superscript" and _FORMULA.fullmatch(sign.text):
                inner = tokens(text, plain[:at] + sign.text, notes, at)
                found += [Token("^", "^", at, at), Token("(", "", at, at), *inner]
                sign = Token(")", "", sign.stop, sign.stop)
            found.append(sign)
            at = sign.stop
    check_look_alikes(text, spellings(found))
    return found


def spellings(found: Iterable[Token]) -> Iterator[tuple[str, int]]:
    """Return the words that stand in the text as they are, and their places."""
    for token in found:
        # A word that LaTeX spells as a command has another length.
        if token.kind == "word" and len(token.text) == token.stop - token.start:
            yield token.text, token.start


def _norm(plain: str, at: int, opened: list[Token]) -> Token | None:
    """Return the bar of a norm that stands at `at`, ‖ or || around what has no bars, or ⌊ or ⌈."""
    if plain[at] in AROUND:
        return Token("(", plain[at], at, at + 1)
    if plain[at : at + 2] != "||":
        return None
    closes = bool(opened) and opened[-1].text == "||"
    opens = not closes and plain.count("|", 0, at) % 2 == 0 and _BARS.match(plain, at)
    return Token("(", "||", at, at + 2) if closes or opens else None


def _end_of_word(plain: str, at: int) -> int:
    """Return where a word ends: behind one letter with an accent, or a subscript like ₙ₊₁."""
    stop = _run(plain, at, lambda sign: continues_name(sign) or sign in ACCENTS)
    shifted = SHIFTED.search(plain, at, stop)
    stop = shifted.end() if shifted is not None else stop
    accent = next((k for k in range(at, stop) if plain[k] in ACCENTS), stop)
    if at + 1 < accent < stop:
        return accent - 1  # wx̂ is w and x̂
    return accent + 1 if is_letter(plain[accent + 1 : stop][:1] or ".") else stop


def _marks(plain: str, at: int, above: re.Pattern[str]) -> int:
    """Return where the primes, raised stars and upper indices behind a name end."""
    while True:
        mark = above.match(plain, at) or _RAISED_STAR.match(plain, at)
        if mark is not None:
            at = mark.end()
        elif plain[at : at + 1] in (*PRIMES,):
            at += 1
        else:
            return at
        lowered = _LOWERED.match(plain, at)
        at = lowered.end() if lowered is not None else at


def _matched(text: str, sign: Token, opened: list[Token]) -> None:
    """Take a bracket; one of a pair closes nothing but its own kind.

    Raises
    ------
    ParseError
        If another one is open.
    """
    if sign.kind == "(":
        opened.append(sign)
    elif sign.kind == ")" and opened:
        begun = opened.pop().text
        if CLOSED_BY[begun] != sign.text:
            raise refusal(
                text,
                Span(sign.start, sign.start + 1),
                f"`{sign.text}` cannot close `{begun}`",
                f"Close `{begun}` first.",
                text[: sign.start] + CLOSED_BY[begun] + text[sign.stop :],
            )


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
    part = VULGAR_FRACTIONS.get(plain[stop : stop + 1])
    if part is not None and plain[at:stop].isdecimal():
        number, stop = number + part, stop + 1  # 1½
    return Token("number", plain[at:stop], at, stop, number)


def sign_at(text: str, plain: str, at: int, found: list[Token]) -> Token:
    """Return the number, raised number or sign that begins at `at`, behind the tokens `found`.

    Raises
    ------
    ParseError
        If no formula contains it; says why, where there is a reason.
    """
    character = plain[at]
    if _begins_number(plain, at):
        return number_at(text, plain, at)
    if character in SUPERSCRIPTS:
        stop = _run(plain, at, SUPERSCRIPTS.__contains__)
        return Token("superscript", plain[at:stop].translate(PLAIN), at, stop)
    if character in VULGAR_FRACTIONS:
        return Token("number", character, at, at + 1, VULGAR_FRACTIONS[character])
    long = _LONG.match(plain, at)
    if long is not None and long.lastgroup:
        kind = {"power": "^", "step": "+="}.get(long.lastgroup, long.lastgroup)
        return Token(kind, long[0], at, long.end())
    if plain[at : at + 2] == ":=":
        raise refusal(
            text,
            Span(at, at + 2),
            "`:=` is not read",
            "An assignment is written with =.",
            f"{text[:at]}={text[at + 2 :]}",
        )
    if plain[at : at + 2] == "//":
        raise refusal(text, Span(at, at + 2), *_SLASHES, _as_comment(text, at, 2))
    joined = _AND.match(plain, at)
    if joined is not None and found and found[-1].kind == ")":
        return Token("and", joined[1], at, joined.end(1))
    glued = bool(found) and found[-1].stop == at
    entry = _ENTRY.match(plain, at)
    if entry is not None and glued and found[-1].kind in _INDEXED:
        return Token("index", entry[1], at, entry.end())
    if character in SIGNS:
        return Token(SIGNS[character], character, at, at + 1)
    if character in "∑∏":
        below = _LOWERED.match(plain, at + 1)
        stop = below.end() if below is not None else at + 1
        return Token("word", "sum" if character == "∑" else "prod", at, stop)
    dots = _DOTS.match(plain, at)
    if dots is not None and found and found[-1].kind in ("number", "word", ","):
        return Token("..", dots[0], at, dots.end())
    if (
        character == "."
        and glued
        and found[-1].kind in _OWNERS
        and is_letter(plain[at + 1 : at + 2] or ".")
    ):
        return Token(".", ".", at, at + 1)
    raise _refusal(text, at)


def _as_comment(text: str, at: int, length: int) -> str:
    """Return the text with # where a sign begins what can only be a comment, else ""."""
    prose = re.match(r"[ \t]*[A-Za-z]{3,}", text[at + length :])
    return f"{text[:at]}#{text[at + length :]}" if prose else ""


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
    suggestion = text[:at] + text[at + 1 :] if unicodedata.category(character) == "Cf" else ""
    if character == "%":
        suggestion = _as_comment(text, at, 1)
    factor = {"%": "/100", "°": "*pi/180"}.get(character, "")
    if factor and not suggestion and text[:at].rstrip()[-1:].isdecimal():
        suggestion = text[:at].rstrip() + factor + text[at + 1 :]
    return refusal(text, Span(at, at + 1), message, _ALLOWED, suggestion)


def _check_end_of_number(text: str, plain: str, start: int, stop: int) -> None:
    """Refuse what looks like a number of another notation: 1.2.3, 0x10, 1_000."""
    following, suggestion = plain[stop : stop + 1], ""
    digit_behind = plain[stop + 1 : stop + 2].isalnum() and plain[stop + 1].isascii()
    if following == ".":
        message, allowed = "A number with two points cannot be read", "Write one point, like 1.23."
    elif following == "_":
        message, allowed = "`_` cannot stand inside a number", "Write the digits without a gap."
        typed, together = ungrouped(plain, stop)
        suggestion = f"{text[:start]}{together}{text[start + len(typed) :]}" if typed else ""
    elif plain[start:stop] == "0" and following.lower() in ("x", "b", "o") and digit_behind:
        message = f"`0{following}…` is not read as a number of another base"
        allowed = f"Write the number with decimal digits, or 0*{following}… for a product."
    else:
        return
    raise refusal(text, Span(start, stop + 1), message, allowed, suggestion)
