"""Names: which characters make them, and the one form under which each is known.

`x1`, `x_1` and `x₁` are one name, and so are `θ` and `theta`. Python's `\\w` and
`str.isdigit` match ² and ₁, so characters are told apart by the tables here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from chainrule.errors import ParseError, PointError, excerpt
from chainrule.language.limits import LIMITS, beyond

_SMALL = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ζ": "zeta",
    "η": "eta", "θ": "theta", "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu",
    "ξ": "xi", "ο": "omicron", "π": "pi", "ρ": "rho", "σ": "sigma", "τ": "tau",
    "υ": "upsilon", "φ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega",
}  # fmt: skip
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
SUPERSCRIPTS = dict(
    zip(
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᵀ",
        "0123456789+-abcdefghijklmnoprstuvwxyzT",
        strict=True,
    )
)
_MARKS = SUBSCRIPTS.keys() | SUPERSCRIPTS.keys()

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
    # Beyond U+024F Latin letters are phonetic signs that look like others.
    return (
        character not in _MARKS
        and ord(character) < 0x250
        and unicodedata.category(character) in ("Lu", "Ll")
    )


@lru_cache(maxsize=4096)
def continues_name(character: str) -> bool:
    """Return whether `character` can stand inside a name, after its first letter."""
    return (
        character == "_"
        or character in SUBSCRIPTS
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
        "s" if c in SUBSCRIPTS else "_" if c == "_" else "g" if c in GREEK
        else "a" if is_letter(c) else "0"
        for c in word
    )  # fmt: skip


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


@lru_cache(maxsize=4096)
def canonical(spelling: str) -> str:
    """Return the one form of a name: `x_1`, `x₁` give "x1", `θ₀` gives "theta0".

    Parameters
    ----------
    spelling
        A letter followed by letters, digits, underscores and subscripts.

    Raises
    ------
    ParseError
        If it is not a name, with the place of the first character that is to blame.
    LimitError
        If it is longer than a name may be.
    """
    if len(spelling) > LIMITS.name:
        raise beyond("characters in a name", LIMITS.name, text=spelling, position=LIMITS.name)
    word = "".join(map(fold, spelling))
    for at, character in enumerate(word):
        if not (continues_name(character) if at else is_letter(character)):
            raise not_a_name(spelling, at)
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
        f"{both} is given twice", text=text or spelling, position=position,
        length=length or len(spelling), allowed="Give each name one value.",
    )  # fmt: skip


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
    return ParseError(
        f"{excerpt(spelling)!r} is not a name",
        text=spelling,
        position=position,
        allowed="A name is a Latin or Greek letter, then letters, digits, _ or subscripts.",
    )
