"""Terms as Typst mathematics, and words as Typst text.

Whatever comes from a person is a string literal in Typst, in which only the backslash and the
quotation mark mean anything; so no name and no title is ever markup.
"""

from __future__ import annotations

from functools import lru_cache

from chainrule.readings import terms
from chainrule.readings.prose import printable
from chainrule.readings.terms import GREEK, colour_name, name_parts, raised, spelled, starred

# Signs that Typst's mathematics reads as they stand; others are strings.
_PLAIN = frozenset("+−=·×∂<>≠∈")
_ESCAPED = {"/": r"\/", ",": r"\,", "@": "thin", "⊤": "⊤", "·": "⋅", "≈": "approx"}
_FENCES = frozenset(["()", "[]", "||", "⌊⌋", "⌈⌉"])
_ACCENTS = {"hat": "hat", "bar": "macron", "dot": "dot"}


def string(words: str) -> str:
    """Return words as a string literal of Typst; what does not show is replaced."""
    return '"' + "".join(_IN_STRINGS.get(c, c) for c in printable(words)) + '"'


# The number sign begins code outside strings only; a reader need not know where it stands.
_IN_STRINGS = {"\\": "\\\\", '"': '\\"', "#": "\\u{23}"}


def typst_text(words: str) -> str:
    """Return words as text in Typst's markup: a string, which is text whatever it holds."""
    return f"#{string(words)};" if words else ""


def typst(term: terms.Term, *, colours: bool = False) -> str:
    """Return the term as Typst mathematics, to stand between dollar signs.

    Parameters
    ----------
    colours
        Whether roles are written as ``crvalue(…)`` and the like, which a document defines.
    """

    def joined(parts: list[str]) -> str:
        """Put parts together; two words or numbers must not become one."""
        out = ""
        for part in parts:
            apart = bool(out and part) and _wordlike(out[-1]) and _wordlike(part[0])
            out += (" " if apart else "") + part
        return out

    def written(term: terms.Term) -> str:
        match term:
            case terms.Symbol(name, over):
                return typst_name(name, over)
            case terms.Numeral(digits, power):
                # A comma would part the arguments of frac and the like; in a string - is a hyphen.
                digits = string(digits.replace("-", "−")) if "," in digits else digits
                return digits if power is None else f"{digits} ⋅ 10^({power})"
            case terms.Word(word):
                return _word(word)
            case terms.Sign(sign, tight):
                shown = _ESCAPED.get(sign) or (sign if sign in _PLAIN else string(sign))
                return f" {shown} " if shown.isalpha() or not tight else shown
            case terms.Row(parts):
                return joined([written(inner) for inner in parts])
            case terms.Power(base, exponent):
                if starred(base):
                    return f"attach({written(base)}, t: {written(exponent)})"
                return f"{written(base)}^({written(exponent)})"
            case terms.Fraction(above, below):
                return f"frac({written(above)}, {written(below)})"
            case terms.Root(inner, None):
                return f"sqrt({written(inner)})"
            case terms.Root(inner, degree):
                assert degree is not None
                return f"root({written(degree)}, {written(inner)})"
            case terms.Fenced(inner, left, right):
                if left + right in _FENCES:
                    return f"lr({left}{written(inner)}{right})"
                return f"{string(left)}{written(inner)}{string(right)}"
            case terms.Coloured(role, inner):
                shown = written(inner)
                return f"{colour_name(role)}({shown})" if colours else shown
            case terms.Partial(above, below, sign):
                d = "∂" if sign == "∂" else '"d"'
                return f"frac({joined([d, written(above)])}, {joined([d, written(below)])})"
            case terms.Cases(rows):
                lines = (
                    written(v) + (f' & "if " {written(c)}' if c else ' & "otherwise"')
                    for v, c in rows
                )
                return f"cases({', '.join(lines)})"

    return written(term).strip()


def _wordlike(character: str) -> bool:
    return character.isalnum() or character in "_."


def _word(word: str) -> str:
    if word == "\u2009":
        return " thin "
    if len(word) == 1 and word in "∞−":
        return word
    return string(word)


@lru_cache(maxsize=4096)
def typst_name(name: str, over: str = "") -> str:
    """Return a name with its subscript and accents."""
    base, sub, accent = name_parts(name)
    letter = spelled(base)
    single = base in GREEK or (len(letter) == 1 and letter.isalpha() and letter.isprintable())
    shown = letter if single else string(letter)
    for mark in (accent, over):
        if mark in _ACCENTS:
            shown = f"{_ACCENTS[mark]}({shown})"
    if sub:
        plain = sub.isdigit() or (len(sub) == 1 and sub.isalpha() and sub.isprintable())
        shown += f"_({sub if plain else string(sub)})"
    above = raised(accent)
    return shown + (f"^({string(above)})" if len(above) > 1 else f"^{above}" if above else "")
