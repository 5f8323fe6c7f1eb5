"""How people write numbers and formulas around the mathematics: remarks, chains of =, LaTeX.

What can be read in two ways is not read: it is for the writer or the teacher to say.
"""

from __future__ import annotations

import re
from typing import Final
from unicodedata import normalize

_SIGNS = str.maketrans("−–＋·×⋅⁄\u2009\u202f\u00a0", "--+***/   ")
_GROUPED = re.compile("(?<=[0-9])[\u2009\u202f'’](?=[0-9]{3}(?![0-9]))")
# Unicode writes ½ out as 1, a slash of fractions, and 2.
_PIECES = {c: normalize("NFKC", c).replace("⁄", "/") for c in "½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞"}
_LATEX: Final = (
    (r"\\(?:left|right|displaystyle|,|;|!|quad)", " "),
    (r"\\(?:cdot|times)(?![a-z])", "*"),
    (r"\\approx(?![a-z])", "≈"),
    (r"\\infty(?![a-z])", "∞"),
    (r"\\[dt]?frac\s*(\d)\s*(\d)", r"\\frac{\1}{\2}"),
    (r"\\%", "%"),
)
_FRACTION = re.compile(r"\\[dt]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}")
_ABOUT = re.compile(r"(?:~|≈|ca\.?|circa|approx\.?|about|rund|etwa)\s*", re.IGNORECASE)
_DIGITS = r"[+-]?\s*(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:\s*[eE]\s*[+-]?\d+)?"
_REMARK = re.compile(rf"({_DIGITS})\s*(?:\(([^()\d]+)\)|\s([^\W\d_][^\d()]+))")
_COUNTS = re.compile(
    r"hal(?:f|ve|b)|third|quarter|fifth|drittel|viertel|fünftel|hundred|thousand|million|tausend|"
    r"dozen|dutzend|plus|minus|times|over|mal|durch|squared|cubed|[-+*/^=<>±]",
    re.IGNORECASE,
)
_TWO_WAYS: Final = tuple(
    re.compile(pattern)
    for pattern in (
        r"[+-]?\d+[.,]10\s*(?:\^|\*\*|[⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹]).*",  # 5.10^-4: 5 · 10⁻⁴, or a power of 5.1
        r".*[.,]\d+\s*\(\d+\)\s*",  # 0.64(41): a period, an uncertainty, or a product
        r".*\*\s*10\s*-\s*\d+\s*",  # 5*10-4: a power whose digits fell down, or a difference
        r".*±.*",
    )
)
_UNDEFINED = (
    "undefined|not defined|undef|undef.|does not exist|n.d.|nicht definiert|undefiniert|"
    "existiert nicht"
)
UNDEFINED: Final = frozenset(_UNDEFINED.split("|"))
_NOT_EQUAL = re.compile(r"[<>!≤≥≠]")


def plainly(words: str) -> str:
    """Return what was written with plain signs, without blanks around it."""
    return _GROUPED.sub("", words).strip().translate(_SIGNS).replace("{,}", ",")


def last_part(words: str) -> str:
    """Return what a chain of equations comes to: of `0.8259·3 = 2.4776` the number.

    >>> last_part("∂J/∂u = -sin u"), last_part("≈ 0.35")
    ('-sin u', '0.35')
    """
    if _NOT_EQUAL.search(words):
        return words
    return re.split("[=≈]", words)[-1].strip()


def without_latex(words: str) -> str:
    """Return a line of LaTeX with its fractions written in a line, mixed ones as sums.

    >>> without_latex(r"$1\\frac{1}{2}$")
    '(1+(1)/(2))'
    """
    plain = words.strip().strip("$").strip()
    for pattern, new in _LATEX:
        plain = re.sub(pattern, new, plain)
    for _ in range(plain.count("frac")):
        plain = re.sub(
            r"(?<![\w.,^{])(\d+)\s*(?=\\[dt]?frac)" + "()" + r"\\[dt]?frac\s*"
            r"\{([^{}]*)\}\s*\{([^{}]*)\}",
            r"(\1+(\3)/(\4))",
            plain,
        )
        plain = _FRACTION.sub(r"((\1)/(\2))", plain)
    return plain


def number_words(words: str) -> str:
    """Return the number in what somebody wrote, as an expression; "" where it is doubtful.

    >>> [number_words(one) for one in ("~0.35", "34.8 %", "1 1/2", "0.5 (rounded)", "5x10^-4")]
    ['0.35', '34.8e-2', '(1+1/2)', '0.5', '5*10^-4']
    >>> number_words("5.10^-4"), number_words("0.64(41)")
    ('', '')
    """
    plain = plainly(without_latex(plainly(words)))
    plain = re.sub(r"(?<=\d)\s*[xX]\s*(?=10\s*(?:\^|\*\*|[⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹]))", "*", last_part(plain))
    plain = _ABOUT.sub("", plain, count=1) if _ABOUT.match(plain) else plain
    plain = re.sub(r"(?<=\d)\s*(?:…|\.\.\.+)$|(?<=\d)[.;]$", "", plain).strip()
    if any(pattern.fullmatch(plain) for pattern in _TWO_WAYS):
        return ""
    remark = _REMARK.fullmatch(plain)
    if remark:
        told = (remark[2] or remark[3]).strip()
        if _COUNTS.search(told) and told != "percent":
            return plain
        if len(told) > 1 and told.casefold() not in ("pi", "percent", "prozent"):
            plain = remark[1].strip()
        elif told.casefold() in ("percent", "prozent"):
            plain = f"{remark[1].strip()} %"
    percent = re.fullmatch(rf"({_DIGITS})\s*%", plain)
    if percent:
        shown = percent[1].replace(",", ".")
        return f"({shown})/100" if "e" in shown.casefold() else f"{shown}e-2"
    for sign, value in _PIECES.items():
        plain = plain.replace(sign, f" {value}" if plain != sign else value)
    mixed = re.fullmatch(r"([+-]?)\s*(\d+)\s+(\d+)\s*/\s*(\d+)", plain.strip())
    if mixed:
        return f"{mixed[1]}({mixed[2]}+{mixed[3]}/{mixed[4]})"
    thousands = re.fullmatch(r"([+-]?\d{1,3})((?:,\d{3})+)(\.\d+)", plain) or re.fullmatch(
        r"([+-]?\d{1,3})((?:\.\d{3})+)(,\d+)", plain
    )
    if thousands:
        return thousands[1] + re.sub("[,.]", "", thousands[2]) + thousands[3].replace(",", ".")
    return plain.strip()
