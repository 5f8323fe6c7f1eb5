"""Terms as MathML, escaped."""

from __future__ import annotations

from functools import lru_cache
from html import escape

from chainrule.readings import terms
from chainrule.readings.terms import (
    ACCENTS,
    is_product,
    is_single,
    name_parts,
    primed,
    raised,
    row,
    spelled,
)


def mathml(term: terms.Term, *, inline: bool = False, display: bool = False) -> str:
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


def _mathml(term: terms.Term, inline: bool) -> str:
    match term:
        case terms.Symbol(name, mark):
            return _mathml_name(name, mark)
        case terms.Numeral(digits, power):
            shown = f"<mn>{escape(digits.replace('-', '−'))}</mn>"
            if power is None:
                return shown
            tens = f"<msup><mn>10</mn><mn>{str(power).replace('-', '−')}</mn></msup>"
            return f"<mrow>{shown}<mo>·</mo>{tens}</mrow>"
        case terms.Word(word) if word.isspace():
            return f'<mspace width="{0.2 * len(word):.1f}em"></mspace>'
        case terms.Word(word):
            # Token elements drop blanks at their ends, and some fonts show no unbreakable one.
            core = escape(word.strip().replace(" ", "\N{NO-BREAK SPACE}"))
            before, after = (
                f'<mspace width="{0.25 * blanks:.2f}em"></mspace>' if blanks else ""
                for blanks in (len(word) - len(word.lstrip()), len(word) - len(word.rstrip()))
            )
            return f'{before}<mi mathvariant="normal" class="word">{core}</mi>{after}'
        case terms.Sign(sign, tight):
            space = ' lspace="0" rspace="0"' if tight else ""
            return f'<mo stretchy="false"{space}>{escape(sign)}</mo>'
        case terms.Row(parts):
            return f"<mrow>{''.join(_mathml(part, inline) for part in parts)}</mrow>"
        case terms.Power(base, exponent):
            return f"<msup>{_mathml(base, inline)}{_mathml(exponent, True)}</msup>"
        case terms.Fraction(above, below):
            if inline:
                slash = terms.Sign("/", tight=True)
                over = above if is_product(above) else _bracketed(above)
                return _mathml(row(over, slash, _bracketed(below)), inline)
            return f"<mfrac>{_mathml(above, inline)}{_mathml(below, inline)}</mfrac>"
        case terms.Root(inner, None):
            return f"<msqrt>{_mathml(inner, inline)}</msqrt>"
        case terms.Root(inner, degree):
            assert degree is not None
            return f"<mroot>{_mathml(inner, inline)}{_mathml(degree, True)}</mroot>"
        case terms.Fenced(inner, left, right):
            fences = [f'<mo stretchy="false" fence="true">{escape(f)}</mo>' for f in (left, right)]
            return f"<mrow>{fences[0]}{_mathml(inner, inline)}{fences[1]}</mrow>"
        case terms.Coloured(role, inner):
            return f'<mrow class="{role}">{_mathml(inner, inline)}</mrow>'
        case terms.Partial(above, below, sign):
            d = f'<mo class="d" lspace="0" rspace="0">{escape(sign)}</mo>'
            top = f"<mrow>{d}{_mathml(above, inline)}</mrow>"
            bottom = f"<mrow>{d}{_mathml(below, inline)}</mrow>"
            if inline:
                return f'<mrow>{top}<mo lspace="0" rspace="0">/</mo>{bottom}</mrow>'
            return f"<mfrac>{top}{bottom}</mfrac>"
        case terms.Cases(rows):
            lines = "".join(
                f'<mtr><mtd style="text-align: left">{_mathml(value, inline)}</mtd>'
                f'<mtd style="text-align: left">{_mathml(_condition(c), inline)}</mtd></mtr>'
                for value, c in rows
            )
            return f'<mrow><mo fence="true">{{</mo><mtable>{lines}</mtable></mrow>'


def _condition(condition: terms.Term | None) -> terms.Term:
    """Return a condition behind its word."""
    return terms.Word("otherwise") if condition is None else row(terms.Word("if "), condition)


def _bracketed(term: terms.Term) -> terms.Term:
    return term if is_single(term) else terms.Fenced(term)


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
    above = raised(accent).replace("*", "∗") + primes
    if above:
        return f'<msup>{shown}<mo lspace="0" rspace="0">{above}</mo></msup>'
    return shown
