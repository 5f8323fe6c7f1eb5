"""Mathematics ready to be written: a small tree, and its spellings.

A formula is composed once, as terms, and written as Unicode text, LaTeX or MathML, so the
spellings cannot disagree. Terms keep order and brackets; nothing is rearranged.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import Literal

Role = Literal["value", "derivative", "partial", "warning", "quiet"]

SUPERSCRIPTS = str.maketrans("0123456789+-−()n⊤", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁽⁾ⁿᵀ")
SUBSCRIPTS = str.maketrans("0123456789+-−()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₍₎")
SMALL_LETTERS = str.maketrans("aehijklmnoprstuvx", "ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ")

GREEK = {
    "alpha": "α",
    "beta": "β",
    "gamma": "γ",
    "delta": "δ",
    "epsilon": "ε",
    "zeta": "ζ",
    "eta": "η",
    "theta": "θ",
    "iota": "ι",
    "kappa": "κ",
    "lambda": "λ",
    "mu": "μ",
    "nu": "ν",
    "xi": "ξ",
    "rho": "ρ",
    "sigma": "σ",
    "tau": "τ",
    "upsilon": "υ",
    "phi": "φ",
    "chi": "χ",
    "psi": "ψ",
    "omega": "ω",
    "Gamma": "Γ",
    "Delta": "Δ",
    "Theta": "Θ",
    "Lambda": "Λ",
    "Xi": "Ξ",
    "Pi": "Π",
    "Sigma": "Σ",
    "Phi": "Φ",
    "Psi": "Ψ",
    "Omega": "Ω",
}
ACCENTS = {
    "hat": ("\u0302", r"\hat", "^"),
    "bar": ("\u0304", r"\bar", "¯"),
    "dot": ("\u0307", r"\dot", "˙"),
}
LATEX_SPECIAL = {c: "\\" + c for c in "&%$#_{}"} | {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
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


Term = Symbol | Numeral | Word | Sign | Row | Power | Fraction | Root | Fenced | Coloured | Partial


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
        case _:
            return term


def row(*terms: Term) -> Row:
    """Return terms one after the other."""
    return Row(terms)


EQUALS = Sign("=")
APPROXIMATELY = Sign("≈")
ELLIPSIS = Word("…", r"\dots")


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
    accent = tail if tail in ACCENTS or tail == "star" else ""
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
            return f"{text(above) if _is_product(above) else _atomic(above)}/{_atomic(below)}"
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


@lru_cache(maxsize=4096)
def text_name(name: str, over: str = "") -> str:
    """Return a name with its subscript and accents: `y1_hat` is ŷ₁."""
    name, primes = primed(name)
    base, sub, accent = name_parts(name)
    shown = spelled(base) + "".join(ACCENTS[a][0] for a in (accent, over) if a in ACCENTS)
    return shown + text_subscript(sub) + ("*" if accent == "star" else "") + primes


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


def _is_product(term: Term) -> bool:
    """Return whether a numerator is a product of factors with clear ends: 3e⁻⁹, 2√3·π."""
    factors = term.terms if isinstance(term, Row) else (term,)
    return all(
        isinstance(x, Symbol | Power | Root | Fenced)
        or (isinstance(x, Row) and _is_product(x))
        or (isinstance(x, Numeral) and x.power is None and not x.digits.startswith("-"))
        or (isinstance(x, Sign) and x.tight and x.text == "·")
        for x in factors
    )


def _atomic(term: Term) -> str:
    bare = term.inner if isinstance(term, Coloured) else term
    shown = text(term)
    single = isinstance(bare, (Symbol, Fenced, Power, Word, Root)) or (
        isinstance(bare, Numeral) and bare.power is None and not bare.digits.startswith("-")
    )
    return shown if single else f"({shown})"


# LaTeX

LATEX_COLOURS: dict[Role, str] = {
    "value": "crvalue",
    "derivative": "crderivative",
    "partial": "crpartial",
    "warning": "crwarning",
    "quiet": "crpartial",
}
LATEX_SIGNS = {
    "∂": r"\partial ",
    "−": "-",
    "·": r"\cdot ",
    "×": r"\times ",
    "≠": r"\neq ",
    "@": r"\,",
    "≈": r"\approx ",
    "⊤": r"\top ",
}
LATEX_FENCES = {"⌊": r"\lfloor ", "⌋": r"\rfloor ", "⌈": r"\lceil ", "⌉": r"\rceil "}


def latex_text(words: str) -> str:
    """Return words for LaTeX text mode with every special character escaped."""
    return "".join(LATEX_SPECIAL.get(c, c) for c in words)


def latex(term: Term, *, colours: bool = False) -> str:
    """Return the term as LaTeX mathematics.

    Parameters
    ----------
    colours
        Whether roles are written as `\\textcolor{crvalue}{…}` and the like.
    """

    def written(term: Term) -> str:
        match term:
            case Symbol(name, over):
                return _latex_name(name, over)
            case Numeral(digits, power):
                digits = digits.replace(",", "{,}")
                return digits if power is None else rf"{digits}\cdot 10^{{{power}}}"
            case Word(word, command):
                return (command + " ") if command else rf"\text{{{latex_text(word)}}}"
            case Sign(sign, tight):
                shown = LATEX_SIGNS.get(sign, sign)
                return shown if tight or shown.endswith(" ") else f" {shown} "
            case Row(terms):
                return "".join(map(written, terms))
            case Power(base, exponent):
                # TeX refuses two superscripts on one letter: y^{*}^{2}.
                shown = f"{{{written(base)}}}" if starred(base) else written(base)
                return f"{shown}^{{{written(exponent)}}}"
            case Fraction(above, below):
                return rf"\frac{{{written(above)}}}{{{written(below)}}}"
            case Root(inner, degree):
                index = "" if degree is None else f"[{written(degree)}]"
                return rf"\sqrt{index}{{{written(inner)}}}"
            case Fenced(inner, left, right):
                left, right = (LATEX_FENCES.get(f, f) for f in (left, right))
                return rf"\left{left}{written(inner)}\right{right}"
            case Coloured(role, inner):
                shown = written(inner)
                return rf"\textcolor{{{LATEX_COLOURS[role]}}}{{{shown}}}" if colours else shown
            case Partial(above, below, sign):
                d = r"\partial " if sign == "∂" else "d"
                return rf"\frac{{{d}{written(above)}}}{{{d}{written(below)}}}"

    return written(term)


def starred(term: Term) -> bool:
    """Whether a term is a name with a star, and so has its superscript already."""
    bare = term.inner if isinstance(term, Coloured) else term
    return isinstance(bare, Symbol) and (
        name_parts(bare.name)[2] == "star" or bool(primed(bare.name)[1])
    )


def _latex_name(name: str, over: str = "") -> str:
    name, primes = primed(name)
    base, sub, accent = name_parts(name)
    if base in GREEK:
        shown = "\\" + base
    elif len(base) == 1:
        shown = latex_text(base)
    else:
        shown = rf"\mathrm{{{latex_text(base)}}}"
    for mark in (accent, over):
        if mark in ACCENTS:
            shown = f"{ACCENTS[mark][1]}{{{shown}}}"
    if sub:
        plain = sub.isdigit() or len(sub) == 1
        shown += "_{" + (sub if plain else r"\mathrm{" + latex_text(sub) + "}") + "}"
    above = ("*" if accent == "star" else "") + r"\prime " * (" ′″‴".index(primes) if primes else 0)
    return shown + (f"^{{{above}}}" if above else "")


# MathML


def mathml(term: Term, *, inline: bool = False, display: bool = False) -> str:
    """Return the term as a MathML element, escaped.

    Parameters
    ----------
    inline
        Whether fractions are written with a slash, for lines that must stay low.
    display
        Whether limits and fractions are set large.
    """
    style = ' display="block"' if display else ""
    return f"<math{style}>{_mathml(term, inline)}</math>"


def _mathml(term: Term, inline: bool) -> str:
    match term:
        case Symbol(name, mark):
            return _mathml_name(name, mark)
        case Numeral(digits, power):
            shown = f"<mn>{escape(digits.replace('-', '−'))}</mn>"
            if power is None:
                return shown
            tens = f"<msup><mn>10</mn><mn>{str(power).replace('-', '−')}</mn></msup>"
            return f"<mrow>{shown}<mo>·</mo>{tens}</mrow>"
        case Word(word) if word.isspace():
            return f'<mspace width="{0.2 * len(word):.1f}em"></mspace>'
        case Word(word):
            # Token elements drop blanks at their ends, and some fonts show no unbreakable one.
            core = escape(word.strip().replace(" ", "\N{NO-BREAK SPACE}"))
            before, after = (
                f'<mspace width="{0.25 * blanks:.2f}em"></mspace>' if blanks else ""
                for blanks in (len(word) - len(word.lstrip()), len(word) - len(word.rstrip()))
            )
            return f'{before}<mi mathvariant="normal" class="word">{core}</mi>{after}'
        case Sign(sign, tight):
            space = ' lspace="0" rspace="0"' if tight else ""
            return f'<mo stretchy="false"{space}>{escape(sign)}</mo>'
        case Row(terms):
            return f"<mrow>{''.join(_mathml(t, inline) for t in terms)}</mrow>"
        case Power(base, exponent):
            return f"<msup>{_mathml(base, inline)}{_mathml(exponent, True)}</msup>"
        case Fraction(above, below):
            if inline:
                slash = Sign("/", tight=True)
                over = above if _is_product(above) else _bracketed(above)
                return _mathml(row(over, slash, _bracketed(below)), inline)
            return f"<mfrac>{_mathml(above, inline)}{_mathml(below, inline)}</mfrac>"
        case Root(inner, None):
            return f"<msqrt>{_mathml(inner, inline)}</msqrt>"
        case Root(inner, degree):
            assert degree is not None
            return f"<mroot>{_mathml(inner, inline)}{_mathml(degree, True)}</mroot>"
        case Fenced(inner, left, right):
            fences = [f'<mo stretchy="false" fence="true">{escape(f)}</mo>' for f in (left, right)]
            return f"<mrow>{fences[0]}{_mathml(inner, inline)}{fences[1]}</mrow>"
        case Coloured(role, inner):
            return f'<mrow class="{role}">{_mathml(inner, inline)}</mrow>'
        case Partial(above, below, sign):
            d = f'<mo class="d" lspace="0" rspace="0">{escape(sign)}</mo>'
            top = f"<mrow>{d}{_mathml(above, inline)}</mrow>"
            bottom = f"<mrow>{d}{_mathml(below, inline)}</mrow>"
            if inline:
                return f'<mrow>{top}<mo lspace="0" rspace="0">/</mo>{bottom}</mrow>'
            return f"<mfrac>{top}{bottom}</mfrac>"


def _bracketed(term: Term) -> Term:
    bare = term.inner if isinstance(term, Coloured) else term
    single = isinstance(bare, (Symbol, Fenced, Power, Word, Numeral, Root))
    return term if single else Fenced(term)


@lru_cache(maxsize=4096)
def _mathml_name(name: str, over: str = "") -> str:
    name, primes = primed(name)
    base, sub, accent = name_parts(name)
    kind = "letter" if len(spelled(base)) == 1 else "word"
    shown = f'<mi mathvariant="normal" class="{kind}">{escape(spelled(base))}</mi>'
    for mark in (accent, over):
        if mark in ACCENTS:
            shown = f'<mover accent="true">{shown}<mo>{ACCENTS[mark][2]}</mo></mover>'
    if sub:
        kind = "letter" if len(sub) == 1 else "word"
        word = f'<mi mathvariant="normal" class="{kind}">{escape(sub)}</mi>'
        shown = f"<msub>{shown}{f'<mn>{sub}</mn>' if sub.isdigit() else word}</msub>"
    above = ("∗" if accent == "star" else "") + primes
    if above:
        return f'<msup>{shown}<mo lspace="0" rspace="0">{above}</mo></msup>'
    return shown
