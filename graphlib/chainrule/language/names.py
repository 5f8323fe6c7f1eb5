"""Names: which characters make them, and the one form under which each is known.

`x1`, `x_1` and `x₁` are one name, and so are `θ` and `theta`. Python's `\\w` and
`str.isdigit` match ² and ₁, so characters are told apart by the tables here. Runs of letters
that are made of known names are found here too.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Set
from functools import cached_property, lru_cache
from typing import TypeVar

from chainrule.errors import ParseError, PointError, excerpt
from chainrule.language.syntax import LIMITS, Span, beyond, pairs, refusal, spelled
from chainrule.ops import OPS, Op

T = TypeVar("T")

_SMALL = pairs(
    """
    α alpha β beta γ gamma δ delta ε epsilon ζ zeta η eta θ theta ι iota κ kappa λ lambda
      μ mu ν nu ξ xi ο omicron π pi ρ rho σ sigma τ tau υ upsilon φ phi χ chi ψ psi ω omega
    """
)
GREEK: dict[str, str] = {
    **_SMALL,
    **{letter.upper(): name.capitalize() for letter, name in _SMALL.items()},
    "ς": "sigma",
    "ħ": "hbar",
}
GREEK_NAMES = frozenset(GREEK.values())

# Letters that cannot be told from a Latin one on the screen.
LOOK_ALIKES = dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧο", "ABEZHIKMNOPTYXo", strict=True))

SUBSCRIPTS = dict(
    zip("₀₁₂₃₄₅₆₇₈₉ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ", "0123456789aehijklmnoprstuvxβγρφχ", strict=True)
)
LOWERED = SUBSCRIPTS.keys() | {"₊", "₋"}
SUPERSCRIPTS = dict(
    zip(
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᵀ",
        "0123456789+-abcdefghijklmnoprstuvwxyzT",
        strict=True,
    )
)
_MARKS = LOWERED | SUPERSCRIPTS.keys() | {"⁽", "⁾"}
ACCENTS = {
    "\u0302": "hat",
    "\u0303": "tilde",
    "\u0304": "bar",
    "\u0305": "bar",
    "\u0307": "dot",
    "\u20d7": "vec",
}
"""Marks over the letter before them."""
PRIMES = "'’′ʹ"
STARS = "*⋆∗"

# A name within a word, over one sign per character: a Latin letter, g Greek letter,
# 0 digit, s subscript, _ underscore.
_ONE_NAME = re.compile(r"(?:g|a+)0*s*(?:_+(?:[ag][ag0]*|0+)?s*)*")


@lru_cache(maxsize=4096)
def is_letter(character: str) -> bool:
    """Return whether `character` can begin a name: a Latin or Greek letter."""
    if character.isascii():
        return character.isalpha()
    if character in GREEK:
        return True
    # Beyond U+024F Latin letters are phonetic signs that look like others, or have an accent.
    apart = unicodedata.normalize("NFD", character)
    return (
        character not in _MARKS
        and (ord(character) < 0x250 or (apart[0].isascii() and apart[1:] in ACCENTS))
        and unicodedata.category(character) in ("Lu", "Ll")
    )


@lru_cache(maxsize=4096)
def continues_name(character: str) -> bool:
    """Return whether `character` can stand inside a name, after its first letter."""
    return (
        character == "_"
        or character in LOWERED
        or (character.isascii() and character.isdigit())
        or is_letter(character)
    )


def fold(character: str) -> str:
    """Return the plain form of a fullwidth or mathematical letter, digit or sign.

    The result is one character, so that places in the text stay what they are; a character
    without such a form is returned as it is.
    """
    if character.isascii() or character in _MARKS or character in GREEK:
        return character
    if unicodedata.category(character) == "Zs":
        return " "
    folded = unicodedata.normalize("NFKC", character)
    if len(folded) != 1 or unicodedata.category(character) in ("Lm", "Lo"):
        return character
    plain = folded.isascii() and folded.isprintable() and not folded.isspace()
    return folded if plain or is_letter(folded) else character


def _signs(word: str) -> str:
    return "".join(
        "s"
        if c in LOWERED
        else "_"
        if c == "_"
        else "g"
        if c in GREEK
        else "a"
        if is_letter(c)
        else "0"
        for c in word
    )


@lru_cache(maxsize=4096)
def split(word: str) -> tuple[str, ...]:
    """Return the names that a word consists of by its form: `x1y_2` is `x1`, `y_2`.

    Letters that stand together are not taken apart here, only Greek ones. Where the word
    goes on with a digit that belongs to no name, the rest is the last piece.
    """
    signs = _signs(word)
    pieces, at = [], 0
    while at < len(word):
        match = _ONE_NAME.match(signs, at)
        stop = match.end() if match else len(word)
        pieces.append(word[at:stop])
        at = stop
    return tuple(pieces)


@lru_cache(maxsize=4096)
def letters_of(word: str) -> str:
    """Return the letters with which `word` begins."""
    for at, character in enumerate(word):
        if not is_letter(character):
            return word[:at]
    return word


# What may stand behind the letters of a name, as it is typed and as LaTeX has it.
_LOWER = re.compile(r"_[{(]([^{}()]{1,40})[})]")
_UPPER = re.compile(r"\^\{?([(\[])([^(){}\[\]]{1,40})[)\]]\}?")
_STAR = re.compile(r"(?<![*⋆∗])\^?\{?[*⋆∗]\}?(?![^\W_]|[*⋆∗])")
_PRIME = re.compile(r"(?:['’′ʹ]|\^\{?\\prime\}?)(?![^\W_])")
_RAISED = re.compile(rf"⁽([{''.join(SUPERSCRIPTS)}]{{1,9}})⁾")
SHIFTED = re.compile(rf"[{''.join(SUBSCRIPTS)}]?[₊₋][₀-₉]{{1,9}}")
PLAIN = str.maketrans({**SUBSCRIPTS, **SUPERSCRIPTS, "₊": "+", "₋": "-"})
_SHIFT = re.compile(r"(?P<letter>[A-Za-z]?)\s*(?P<sign>[-+−])\s*(?P<number>[0-9]{1,9})")
UPPER = {"(": "sup", "[": "box"}


def index_word(index: str) -> str:
    """Return what stands in the braces of an index as the tail of a name: `t-1`, `i,j`, `11`.

    >>> index_word("t-1"), index_word("-1"), index_word("i, j"), index_word("11")
    ('t_minus_1', 'minus_1', 'i_j', '11')
    """
    shift = _SHIFT.fullmatch(index.strip())
    if shift is None:
        return "_".join(re.split(r"[\s,]+", index.strip()))
    sign = "plus" if shift["sign"] == "+" else "minus"
    return "_".join(part for part in (shift["letter"], sign, shift["number"]) if part)


def unmarked(spelling: str) -> str:
    """Return a name with its marks spelled out: `ŷ_1` is y_hat_1, `w_{11}^{(1)}` w_11_sup1."""
    if spelling.isascii() and spelling.replace("_", "a").isalnum():
        return spelling
    spelling = _RAISED.sub(lambda m: f"^({m[1].translate(PLAIN)})", spelling)
    spelling = SHIFTED.sub(lambda m: f"_{{{m[0].translate(PLAIN)}}}", spelling)
    word = re.sub(r"\\([A-Za-z]+)", lambda m: m[1] if m[1] in GREEK_NAMES else m[0], spelling)
    apart = unicodedata.normalize("NFD", word[:1])
    if len(apart) == 1 and word[1:2] in ACCENTS:
        apart, word = word[:2], word[1:]
    if len(apart) == 2 and apart[1] in ACCENTS and not letters_of(word[1:]):
        gap = "_" if word[1:2].isdigit() else ""
        word = f"{apart[0]}_{ACCENTS[apart[1]]}{gap}{word[1:]}"
    if not set(word) & {*STARS, *PRIMES, "^", "{", "("}:
        return word
    upper = _UPPER.search(word)
    if upper is not None:
        tail = UPPER[upper[1]] + index_word(upper[2])
        word = f"{word[: upper.start()]}{word[upper.end() :]}_{tail}"
    word = _LOWER.sub(lambda m: f"_{index_word(m[1])}", word)
    word = _PRIME.sub("_prime", word)
    return _STAR.sub("_star", word) if word[:1].isalpha() else word


@lru_cache(maxsize=4096)
def canonical(spelling: str) -> str:
    """Return the one form of a name: `x_1`, `x₁` give "x1", `θ₀` gives "theta0".

    Parameters
    ----------
    spelling
        A letter followed by letters, digits, underscores and subscripts; hats, bars, stars, primes
    and the indices of LaTeX are spelled out: `ŷ`, `y*`, `y'`, `w_{11}^{(1)}`.

    Raises
    ------
    ParseError
        If it is not a name, with the place of the first character that is to blame.
    LimitError
        If it is longer than a name may be.
    """
    if len(spelling) > LIMITS.name:
        raise beyond("characters in a name", LIMITS.name, text=spelling, position=LIMITS.name)
    word = "".join(map(fold, unmarked(spelling)))
    for at, character in enumerate(word):
        if not (continues_name(character) if at else is_letter(character)):
            raise not_a_name(spelling, min(at, len(spelling) - 1))
    if not word:
        raise not_a_name(spelling, 0)
    plain: list[str] = []
    lowered = False
    for character in word:
        if character in SUBSCRIPTS and not lowered and plain[-1] != "_":
            plain.append("_")
        lowered = character in SUBSCRIPTS
        sign = SUBSCRIPTS.get(character, character)
        plain.append(GREEK.get(sign, sign))
    name = "".join(plain)
    base, underscore, index = name.rpartition("_")
    return base + index if underscore and index.isdecimal() and base.isalpha() else name


def spelled_once(spellings: Iterable[str]) -> dict[str, str]:
    """Return the spellings of names that are given values, by the form under which each is known.

    Raises
    ------
    PointError
        If two of them are one name, as `x1` and `x_1` are.
    """
    known: dict[str, str] = {}
    for spelling in spellings:
        key = canonical(spelling)
        if key in known:
            raise given_twice(known[key], spelling)
        known[key] = spelling
    return known


def given_twice(
    before: str, spelling: str, text: str = "", position: int = 0, length: int = 0
) -> PointError:
    """Return the error for a second value of a name, wherever in `text` it stands."""
    one = f"`{excerpt(before)}`"
    both = one if before == spelling else f"{one} and `{excerpt(spelling)}` are one name, which"
    return PointError(
        f"{both} is given twice",
        text=text or spelling,
        position=position,
        length=length or len(spelling),
        allowed="Give each name one value.",
    )


def canonical_label(spelling: str) -> str:
    """Return the one form of what a node is called: a name, of a copy in a tree with its number.

    >>> canonical_label("u_1#2")
    'u1#2'

    Raises
    ------
    ParseError, LimitError
        As `canonical` does for a name.
    """
    name, mark, copy = spelling.partition("#")
    return canonical(name) + (f"{mark}{copy}" if copy.isascii() and copy.isdigit() else "")


def not_a_name(spelling: str, position: int) -> ParseError:
    """Return the error for a text that was given as a name and is none."""
    return refusal(
        spelling,
        Span(position, position + 1),
        f"{excerpt(spelling)!r} is not a name",
        "A name is a Latin or Greek letter, then letters, digits, _ or subscripts.",
    )


def check_look_alikes(text: str, words: Iterable[tuple[str, int]]) -> None:
    """Refuse letters that look the same and are not, like a Greek and a Latin A.

    Raises
    ------
    ParseError
        At the one that is not Latin.
    """
    if text.isascii():
        return
    places: dict[str, int] = {}
    for word, start in words:
        for offset, letter in enumerate(word):
            places.setdefault(letter, start + offset)
    for doubtful, latin in LOOK_ALIKES.items():
        if doubtful in places and latin in places:
            name = unicodedata.name(doubtful).lower()
            at = places[doubtful]
            raise refusal(
                text,
                Span(at, at + 1),
                f"Two letters that look the same: `{doubtful}` ({name}) and a Latin `{latin}`",
                "Use one of the two, or another name.",
                text[:at] + latin + text[at + 1 :],
            )


class Pieces:
    """Takes runs of letters apart.

    Parameters
    ----------
    known
        Canonical names that are declared or assigned.
    constants
        Spellings of the constants.
    """

    def __init__(self, known: Set[str], constants: Iterable[str]) -> None:
        self._known = known
        self._constants = constants

    @cached_property
    def _whole(self) -> Set[str]:
        return self._known | GREEK_NAMES | frozenset(self._constants)

    @cached_property
    def _lengths(self) -> list[int]:
        return sorted({len(name) for name in self._whole}, reverse=True)

    def longest(self, text: str) -> list[str]:
        """Return the known names, constants and Greek names that make up `text`, else nothing.

        One unknown letter may stand at either end of a spelled Greek name: `thetax`.
        """
        text = "".join(SUBSCRIPTS.get(character, character) for character in text)
        pieces: list[str] = []
        at, declared = 0, False
        while at < len(text):
            piece = self._longest_at(text, at)
            if not piece:
                break
            declared = declared or piece in self._known
            pieces.append(piece)
            at += len(piece)
        if at == len(text):
            spelled = len(pieces) == 2 and any(len(piece) > 2 for piece in pieces)
            return pieces if len(pieces) > 1 and (declared or spelled) else []
        for greek, rest in ((text[:-1], text[-1]), (text[1:], text[0])):
            long = len(greek) > 2 and greek in GREEK_NAMES
            if is_letter(rest) and (greek == "pi" or long):
                return [greek, rest] if text.startswith(greek) else [rest, greek]
        return []

    def is_operand(self, text: str) -> bool:
        """Return whether `text` could be the operand glued to a function: `x`, `2x`, `theta`."""
        factor = text.lstrip("0123456789")
        if not factor or not is_letter(factor[0]):
            return factor != text and not factor
        letters = letters_of(factor)
        return (
            len(letters) == 1
            or letters in GREEK_NAMES
            or canonical(factor) in self._known
            or bool(self.longest(factor))
        )

    def _longest_at(self, text: str, at: int) -> str:
        for length in self._lengths:
            stop = at + length
            ends = stop == len(text) or text[stop : stop + 1].isalpha()
            if ends and text[at:stop] in self._whole:
                return text[at:stop]
        return ""


POWER_OF = "power of"
"""The power as a function of two operands, which only code has: pow(x, 2)."""


def _typed(op: Op) -> str:
    """Return the name under which an operation is typed that has others."""
    return op.symbol if op.symbol in op.spellings and op.symbol.isascii() else op.spellings[0]


IN_CODE = {
    name: f"{op} of"
    for name, op in spelled(
        """
        add add
        sub sub subtract
        mul mul multiply
        div div divide true_divide Rational
        neg neg negative
        """
    ).items()
}
"""Operators that are functions behind a module or a value: np.multiply(x, y), x.mul(y)."""
ALIASES = {
    "pow": POWER_OF,
    "power": POWER_OF,
    **{alias: _typed(op) for op in OPS.values() for alias in op.aliases},
}
"""Functions under their other names."""


def function_names(operations: Mapping[str, T]) -> dict[str, T]:
    """Return operations by every function name that is read: Greek letters spelled out too."""
    names = dict(operations)
    for spelling, op in operations.items():
        if not spelling.isascii():
            names.setdefault(canonical(spelling), op)
    return names
