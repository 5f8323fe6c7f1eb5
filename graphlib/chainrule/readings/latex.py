"""Terms as LaTeX mathematics, and words as LaTeX text."""

from __future__ import annotations

import re

from chainrule.readings import terms
from chainrule.readings.catalogue import MARK
from chainrule.readings.prose import plain
from chainrule.readings.terms import (
    ACCENTS,
    GREEK,
    colour_name,
    name_parts,
    primed,
    raised,
    starred,
)

_SPECIAL = {c: "\\" + c for c in "&%$#_{}"} | {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
}
_SIGNS = {
    "∂": r"\partial ",
    "−": "-",
    "·": r"\cdot ",
    "×": r"\times ",
    "≠": r"\neq ",
    "@": r"\,",
    "≈": r"\approx ",
    "⊤": r"\top ",
    "≤": r"\leq ",
    "≥": r"\geq ",
    "→": r"\to ",
}
_FENCES = {"⌊": r"\lfloor ", "⌋": r"\rfloor ", "⌈": r"\lceil ", "⌉": r"\rceil "}


def _escaped(words: str) -> str:
    """Return words in which no character is special to TeX."""
    return "".join(_SPECIAL.get(c, c) for c in words)


def latex(term: terms.Term, *, colours: bool = False) -> str:
    """Return the term as LaTeX mathematics.

    Parameters
    ----------
    colours
        Whether roles are written as `\\textcolor{crvalue}{…}` and the like.
    """

    def written(term: terms.Term) -> str:
        match term:
            case terms.Symbol(name, over):
                return _latex_name(name, over)
            case terms.Numeral(digits, power):
                digits = digits.replace(",", "{,}")
                return digits if power is None else rf"{digits}\cdot 10^{{{power}}}"
            case terms.Word(word, command):
                return (command + " ") if command else rf"\text{{{_escaped(word)}}}"
            case terms.Sign(sign, tight):
                shown = _SIGNS.get(sign, sign)
                return shown if tight or shown.endswith(" ") else f" {shown} "
            case terms.Row(parts):
                return "".join(map(written, parts))
            case terms.Power(base, exponent):
                # TeX refuses two superscripts on one letter: y^{*}^{2}.
                shown = f"{{{written(base)}}}" if starred(base) else written(base)
                return f"{shown}^{{{written(exponent)}}}"
            case terms.Fraction(above, below):
                return rf"\frac{{{written(above)}}}{{{written(below)}}}"
            case terms.Root(inner, degree):
                index = "" if degree is None else f"[{written(degree)}]"
                return rf"\sqrt{index}{{{written(inner)}}}"
            case terms.Fenced(inner, left, right):
                left, right = (_FENCES.get(f, f) for f in (left, right))
                return rf"\left{left}{written(inner)}\right{right}"
            case terms.Coloured(role, inner):
                shown = written(inner)
                return rf"\textcolor{{{colour_name(role)}}}{{{shown}}}" if colours else shown
            case terms.Partial(above, below, sign):
                d = r"\partial " if sign == "∂" else "d"
                return rf"\frac{{{d}{written(above)}}}{{{d}{written(below)}}}"
            case terms.Cases(rows):
                lines = (
                    written(v) + (rf" & \text{{if }} {written(c)}" if c else r" & \text{otherwise}")
                    for v, c in rows
                )
                return r"\begin{cases} " + r" \\ ".join(lines) + r" \end{cases}"

    return written(term)


def _latex_name(name: str, over: str = "") -> str:
    name, primes = primed(name)
    base, sub, accent = name_parts(name)
    if base in GREEK:
        shown = "\\" + base
    elif len(base) == 1:
        shown = _escaped(base)
    else:
        shown = rf"\mathrm{{{_escaped(base)}}}"
    for mark in (accent, over):
        if mark in ACCENTS:
            shown = f"{ACCENTS[mark][1]}{{{shown}}}"
    if sub:
        plain = sub.isdigit() or len(sub) == 1
        shown += "_{" + (sub if plain else r"\mathrm{" + _escaped(sub) + "}") + "}"
    above = raised(accent).replace("′", r"\prime ")
    above += r"\prime " * (" ′″‴".index(primes) if primes else 0)
    return shown + (f"^{{{above}}}" if above else "")


def safe(written: str) -> str:
    """Return LaTeX without characters that no font has."""
    return "".join(
        "\n" if c == "\n" else plain(c).replace("\N{REPLACEMENT CHARACTER}", "?") for c in written
    )


# Words may hold names as Unicode writes them, v₅ or ŷ, for which pdfTeX has no letters.
_LETTERS = (
    {letter: rf"$\{name}$" for name, letter in GREEK.items()}
    | {
        small: rf"\textsubscript{{{big}}}"
        for big, small in zip("0123456789", "₀₁₂₃₄₅₆₇₈₉", strict=True)
    }
    | {
        small: rf"\textsuperscript{{{big}}}"
        for big, small in zip("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻", strict=True)
    }
    | {
        small: rf"\textsubscript{{{big}}}"
        for big, small in zip("aehijklmnoprstuvx", "ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", strict=True)
    }
    | {"−": "$-$", "·": r"$\cdot$", "∂": r"$\partial$", "∞": r"$\infty$", "…": r"\dots{}"}
    | {"→": r"$\to$", MARK: r"$\triangle$", "△": r"$\triangle$"}
)
_ACCENTED = re.compile("(.)([\u0302\u0304\u0307])")
_ACCENTS = {mark: command for mark, command, _ in ACCENTS.values()}


def words_latex(words: str) -> str:
    """Return words as LaTeX text, escaped; names in them as mathematics."""
    parts = _ACCENTED.split(safe(words))
    # Split gives words, letter, accent, words, … in turns.
    written = ["".join(_LETTERS.get(c, _escaped(c)) for c in parts[0])]
    for letter, accent, rest in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
        base = _LETTERS.get(letter, _escaped(letter)).strip("$")
        written.append(f"${_ACCENTS[accent]}{{{base}}}$")
        written += [_LETTERS.get(c, _escaped(c)) for c in rest]
    return "".join(written)
