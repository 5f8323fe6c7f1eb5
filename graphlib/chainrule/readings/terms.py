"""Mathematics ready to be written: a small tree, and its spelling as Unicode text.

A formula is composed once, as terms, and written as text, LaTeX, MathML or Typst, so the
spellings cannot disagree. Terms keep order and brackets; nothing is rearranged.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

Role = Literal["value", "derivative", "partial", "warning", "quiet"]


def colour_name(role: Role) -> str:
    """Return under which name LaTeX and Typst have the colour of a role."""
    return "crpartial" if role == "quiet" else f"cr{role}"


SUPERSCRIPTS = str.maketrans("0123456789+-−()n⊤", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁽⁾ⁿᵀ")
SUBSCRIPTS = str.maketrans("0123456789+-−()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₍₎")
SMALL_LETTERS = str.maketrans("aehijklmnoprstuvx", "ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ")

_LETTERS = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi rho sigma tau "
    "upsilon phi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega"
)
GREEK = {
    name: unicodedata.lookup(
        f"GREEK {'SMALL' if name.islower() else 'CAPITAL'} LETTER {name.replace('mbda', 'mda')}"
    )
    for name in _LETTERS.split()
}
"""Letters by the names that LaTeX has for them; Unicode writes lamda."""

ACCENTS = {
    "hat": ("\u0302", r"\hat", "^"),
    "bar": ("\u0304", r"\bar", "¯"),
    "dot": ("\u0307", r"\dot", "˙"),
}


@dataclass(frozen=True, slots=True)
class Symbol:
    """A name: `theta1`, `y_hat`, `y_star`, `E_n`, `rate`; over it, perhaps, a "bar" or "dot"."""

    name: str
    over: str = ""


@dataclass(frozen=True, slots=True)
class Numeral:
    """A number in decimal digits, optionally times a power of ten."""

    digits: str
    power: int | None = None


@dataclass(frozen=True, slots=True)
class Word:
    """An upright word: a function's name, or text inside mathematics."""

    text: str
    latex: str = ""


@dataclass(frozen=True, slots=True)
class Sign:
    """An operator sign with space on both sides; `tight` for none (prefix minus, slash)."""

    text: str
    tight: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """Terms one after the other."""

    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Power:
    """A base with an exponent."""

    base: Term
    exponent: Term


@dataclass(frozen=True, slots=True)
class Fraction:
    """A fraction, with a bar where there is room."""

    above: Term
    below: Term


@dataclass(frozen=True, slots=True)
class Root:
    """A root, square unless a degree is given."""

    inner: Term
    degree: Term | None = None


@dataclass(frozen=True, slots=True)
class Fenced:
    """Terms between two delimiters."""

    inner: Term
    left: str = "("
    right: str = ")"


@dataclass(frozen=True, slots=True)
class Coloured:
    """A term that plays one of the five roles to which colours are given."""

    role: Role
    inner: Term


@dataclass(frozen=True, slots=True)
class Partial:
    """A derivative of one thing by another, ∂a/∂b; d for functions of one variable."""

    above: Term
    below: Term
    sign: str = "∂"


@dataclass(frozen=True, slots=True)
class Cases:
    """Values, each with the condition under which it is taken; the last one has perhaps none."""

    rows: tuple[tuple[Term, Term | None], ...]


Term = (
    Symbol
    | Numeral
    | Word
    | Sign
    | Row
    | Power
    | Fraction
    | Root
    | Fenced
    | Coloured
    | Partial
    | Cases
)


def with_comma(term: Term) -> Term:
    """Return a term with decimal commas; what commas parted is parted by semicolons."""
    match term:
        case Numeral(digits, power):
            return Numeral(digits.replace(".", ","), power)
        case Sign(","):
            return Sign(";", tight=True)
        case Row(terms):
            return Row(tuple(map(with_comma, terms)))
        case Power(base, exponent):
            return Power(with_comma(base), with_comma(exponent))
        case Fraction(above, below):
            return Fraction(with_comma(above), with_comma(below))
        case Root(inner, degree):
            return Root(with_comma(inner), None if degree is None else with_comma(degree))
        case Fenced(inner, left, right):
            return Fenced(with_comma(inner), left, right)
        case Coloured(role, inner):
            return Coloured(role, with_comma(inner))
        case Cases(rows):
            return Cases(tuple((with_comma(v), c and with_comma(c)) for v, c in rows))
        case _:
            return term


def row(*terms: Term) -> Row:
    """Return terms one after the other."""
    return Row(terms)


def joined(terms: Iterable[Term], *between: Term) -> Row:
    """Return terms one after the other, with others between each two."""
    parts: list[Term] = []
    for term in terms:
        parts += (*between, term) if parts else (term,)
    return Row(tuple(parts))


EQUALS = Sign("=")
APPROXIMATELY = Sign("≈")
ELLIPSIS = Word("…", r"\dots")


# What stands above a name, to its right: a star, a prime, an index in round or square brackets.
_RAISED = re.compile(r"star|prime|(?:sup|box)(?:[0-9]+|[A-Za-z](?:[-+][0-9]+)?)")


def raised(accent: str) -> str:
    """Return what an accent puts above a name: `sup1` is (1), `box1` is [1]."""
    if accent.startswith(("sup", "box")):
        return f"({accent[3:]})" if accent.startswith("sup") else f"[{accent[3:]}]"
    return {"star": "*", "prime": "′"}.get(accent, "")


def name_parts(name: str) -> tuple[str, str, str]:
    """Return base, subscript and accent of a name: `y1_hat` is ("y", "1", "hat").

    The number of a copy in a tree stands behind the subscript: `u1#2` is ("u", "1#2", "").
    """
    name, mark, copy = name.partition("#")
    if mark:
        base, sub, accent = name_parts(name)
        return base, f"{sub}#{copy}", accent
    base, _, tail = name.partition("_")
    if not base:
        return name, "", ""
    for word, sign in (("plus", "+"), ("minus", "-")):
        tail = tail.replace(f"_{word}_", sign).replace(f"{word}_", sign)
    parts = tail.split("_")
    marks = [part for part in parts if part in ACCENTS or _RAISED.fullmatch(part)]
    if (len(marks) == 1 and len(parts) > 1) or _RAISED.fullmatch(tail):
        rest = "_".join(part for part in parts if part != marks[0])
        return (*name_parts(f"{base}_{rest}" if rest else base)[:2], marks[0])
    accent = tail if tail in ACCENTS else ""
    stem = base.rstrip("0123456789")
    if stem and stem != base and (len(stem) == 1 or stem in GREEK) and (accent or not tail):
        return stem, base[len(stem) :], accent
    return base, "" if accent else tail, accent


_PRIMES = {"#2": "′", "#3": "″", "#4": "‴"}


def primed(name: str) -> tuple[str, str]:
    """Return a name without its copy's number, and the primes in its place: t#2 is t′."""
    base, mark, copy = name.partition("#")
    primes = _PRIMES.get(mark + copy, "")
    return (base, primes) if primes else (name, "")


def spelled(base: str) -> str:
    """Return a name's base with Greek names as letters."""
    return GREEK.get(base, base)


# Unicode text


def text(term: Term) -> str:
    """Return the term as one line of Unicode text."""
    match term:
        case Symbol(name, over):
            return text_name(name, over)
        case Row(terms):
            return "".join(map(text, terms))
        case Word(word):
            return word
        case Sign(sign, tight):
            return sign if tight else f" {sign} "
        case Numeral(digits, power):
            shown = digits.replace("-", "−")
            return shown if power is None else f"{shown}·10{text_superscript(str(power))}"
        case Power(base, exponent):
            fenced = isinstance(base, Root) or (
                isinstance(base, Symbol) and "#" in primed(base.name)[0]
            )
            shown = f"({text(base)})" if fenced else text(base)
            return shown + text_superscript(text(exponent))
        case Fraction(above, below):
            return f"{text(above) if is_product(above) else _atomic(above)}/{_atomic(below)}"
        case Root(inner, degree):
            sign = "√" if degree is None else _ROOTS.get(text(degree), "")
            if not sign and degree is not None:
                return f"root({text(inner)}, {text(degree)})"
            # √x² could be read as the square of √x.
            return f"{sign}({text(inner)})" if isinstance(inner, Power) else sign + _atomic(inner)
        case Fenced(inner, left, right):
            return f"{left}{text(inner)}{right}"
        case Coloured(_, inner):
            return text(inner)
        case Partial(above, below, sign):
            return f"{sign}{text(above)}/{sign}{text(below)}"
        case Cases(rows):
            # As it can be typed.
            return " else ".join(text(v) + (f" if {text(c)}" if c else "") for v, c in rows)


@lru_cache(maxsize=4096)
def text_name(name: str, over: str = "") -> str:
    """Return a name with its subscript and accents: `y1_hat` is ŷ₁."""
    name, primes = primed(name)
    base, sub, accent = name_parts(name)
    shown = spelled(base) + "".join(ACCENTS[a][0] for a in (accent, over) if a in ACCENTS)
    above = raised(accent)
    if len(above) > 1:
        above = (
            above.translate(SUPERSCRIPTS)
            if above[1:-1].isdigit() and above[0] == "("
            else f"^{above}"
        )
    return shown + text_subscript(sub) + above + primes


_ROOTS = {"2": "√", "3": "∛", "4": "∜"}


@lru_cache(maxsize=4096)
def text_superscript(exponent: str) -> str:
    """Return an exponent in small digits where Unicode has them, else behind a caret."""
    small = exponent.translate(SUPERSCRIPTS)
    # A power in the exponent is behind a caret too: x^(2³) is not x²³.
    if not set(exponent) & set(small) and all(c in "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿᵀ" for c in small):
        return small
    # And a product is in brackets: x^7y is x⁷·y.
    single = exponent.isdigit() or (exponent.isalnum() and not exponent[0].isdigit())
    return f"^{exponent}" if single else f"^({exponent})"


def text_subscript(sub: str) -> str:
    """Return a subscript in small digits or letters where Unicode has them."""
    if not sub:
        return ""
    if "#" in sub:  # which has no small form
        index, _, copy = sub.partition("#")
        return f"{text_subscript(index)}#{copy}"
    small = sub.translate(SUBSCRIPTS).translate(SMALL_LETTERS)
    return f"_{sub}" if any(c.isascii() for c in small) else small


def is_product(term: Term) -> bool:
    """Return whether a numerator is a product of factors with clear ends: 3e⁻⁹, 2√3·π."""
    factors = term.terms if isinstance(term, Row) else (term,)
    return all(
        isinstance(x, Symbol | Power | Root | Fenced)
        or (isinstance(x, Row) and is_product(x))
        or (isinstance(x, Numeral) and x.power is None and not x.digits.startswith("-"))
        or (isinstance(x, Sign) and x.tight and x.text == "·")
        for x in factors
    )


def is_single(term: Term) -> bool:
    """Return whether a term needs no brackets beside a slash."""
    bare = term.inner if isinstance(term, Coloured) else term
    return isinstance(bare, (Symbol, Fenced, Power, Word, Root)) or (
        isinstance(bare, Numeral) and bare.power is None and not bare.digits.startswith("-")
    )


def _atomic(term: Term) -> str:
    return text(term) if is_single(term) else f"({text(term)})"


def starred(term: Term) -> bool:
    """Whether a term is a name with a star, and so has its superscript already."""
    bare = term.inner if isinstance(term, Coloured) else term
    return isinstance(bare, Symbol) and (
        bool(raised(name_parts(bare.name)[2])) or bool(primed(bare.name)[1])
    )
