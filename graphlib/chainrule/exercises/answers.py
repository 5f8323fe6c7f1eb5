"""What a student wrote, read: numbers as people write them, exact expressions, formulas.

Nothing here can run long: an answer has at most 200 characters and 200 nodes, and goes through the
language's own limits. Remarks, chains of = and LaTeX may stand around the mathematics. What can be
read in two ways is not read: it is for the writer or the teacher to say.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from typing import Any, Final, Literal
from unicodedata import normalize

from chainrule.errors import ChainruleError
from chainrule.facade import Graph

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


Verdict = Literal["right", "follows", "wrong", "undecided", "missing"]

LONGEST, MOST_NODES = 200, 200
LEAST_DIGITS, MOST_DIGITS = 3, 15
PLACES, SAMPLES, NEEDED = 40, 12, 3

_RAISED = str.maketrans("⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "+-0123456789")
_NUMBER = re.compile(
    r"(?P<sign>[+-]?)\s*(?P<whole>[0-9]*)(?:[.,](?P<after>[0-9]*))?(?:\s*(?:[eE]\s*|"
    r"\*\s*10\s*(?:\^|\*\*)\s*)(?P<power>[({]?[+-]?[0-9]{1,4}[)}]?)"
    r"|\s*\*\s*10(?P<raised>[⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,4}))?"
)
_COMMA = re.compile(r"(?<=\d),(?=\d)")


@dataclass(frozen=True, slots=True)
class Written:
    """A number that somebody wrote.

    Parameters
    ----------
    value
        The number, as a double.
    digits
        Significant digits of a decimal; None for what is exact: a whole number, a fraction,
        an expression.
    step
        Half a unit of the last place of a decimal or whole number; 0 for the rest.
    """

    value: float
    digits: int | None = None
    step: float = field(default=0.0, compare=False, repr=False)


@lru_cache(maxsize=4096)
def number(text: str) -> Written | None:
    """Return the number that a text is, None where it is none.

    Decimals may have a comma, a typographic minus and a power of ten in any usual form;
    anything else is read as an expression without variables.

    >>> number("−0,25"), number("1.5·10^-3"), number("1,2,3")
    (Written(value=-0.25, digits=2), Written(value=0.0015, digits=2), None)
    >>> round(number("2cos(1)").value, 4), number("0.8259·3 = 2.4776").value
    (1.0806, 2.4776)
    >>> number("undefined").value, number("5.10^-4")
    (nan, None)
    """
    if len(text) > LONGEST:
        return None
    if plainly(text).casefold() in UNDEFINED:
        return Written(math.nan)
    plain = number_words(text)
    if plain in ("∞", "+∞", "-∞"):
        return Written(-math.inf if plain[0] == "-" else math.inf)
    if not plain:
        return None
    found = _NUMBER.fullmatch(plain)
    if found and (found["whole"] or found["after"]):
        return _decimal(found)
    return _expression(plain)


def _decimal(found: re.Match[str]) -> Written | None:
    whole, after = found["whole"], found["after"]
    power = int((found["power"] or found["raised"] or "0").translate(_RAISED).strip("(){}"))
    exact = Fraction(int((whole or "0") + (after or "")), 10 ** len(after or ""))
    try:
        far = abs(power) > 300
        value = float(exact) * 10.0**power if far else float(exact * Fraction(10) ** power)
    except OverflowError:
        return None
    if not math.isfinite(value):
        return None
    signed = -value if found["sign"] == "-" else value
    if after is None and found["power"] is None and found["raised"] is None:
        return Written(signed, None, 0.5)
    digits = len(((whole or "") + (after or "")).lstrip("0"))
    step = 0.5 * 10.0 ** (max(-300, min(300, power - len(after or ""))))
    return Written(signed, max(1, digits), step)


def _expression(plain: str) -> Written | None:
    for attempt in _with_comma(plain):
        try:
            graph = Graph.parse(attempt)
            if graph.variables or not _is_small(graph):
                continue
            run = graph.work({}).run
            value = float(run.value(run.output).shown)
        except (ChainruleError, ArithmeticError, TypeError, ValueError):
            continue
        if math.isfinite(value):
            return Written(value)
    return None


def _with_comma(text: str) -> tuple[str, ...]:
    """Return a text as it stands, then with its decimal commas as points."""
    return tuple(dict.fromkeys((text, _COMMA.sub(".", text))))


def sheet_digits(answers: Mapping[str, Written]) -> int:
    """Return to how many significant digits a sheet is rounded: those of its longest decimal.

    Trailing zeros are dropped by many, so a single number does not tell.
    """
    most = max((w.digits for w in answers.values() if w.digits is not None), default=MOST_DIGITS)
    return min(MOST_DIGITS, max(LEAST_DIGITS, most))


def rounding(digits: int) -> float:
    """Return the largest relative error of a number rounded to so many significant digits."""
    return float(0.5 * 10.0 ** (1 - digits))


def accepted(words: str, also: Mapping[str, str], reach: float | None) -> str | None:
    """Return the reason for which a teacher accepts these words, None where nobody does.

    Parameters
    ----------
    also
        The reasons by what is accepted.
    reach
        How far a number may be away, relatively; None where words are compared alone.
    """
    given = number(words)
    for other, reason in also.items():
        wanted = number(other)
        # Of what is infinite every number is as far away as it is large.
        near = (
            reach is not None
            and given is not None
            and wanted is not None
            and abs(given.value - wanted.value) <= reach * abs(wanted.value) < math.inf
        )
        if near or words.strip() == other.strip():
            return reason
    return None


def same_formula(
    given: str,
    wanted: str,
    names: tuple[str, ...] = (),
    near: Mapping[str, float] | None = None,
) -> Verdict:
    """Compare two formulas: as they are written, then by numbers.

    Both are evaluated with 40 digits at points drawn from a fixed seed over the names of both,
    where both are defined. "undecided" where too few such points are found.

    >>> same_formula("sin(2x)", "2 sin x cos x"), same_formula("x^2", "2x")
    ('right', 'wrong')

    Parameters
    ----------
    names
        Names that are variables, whatever else they could mean.
    near
        A point at which the wanted formula is defined; half of the samples are drawn near it.
    """
    if not given.strip():
        return "missing"
    left, right = formula(given, names), formula(wanted, names)
    if left is None or right is None:
        return "undecided"
    if _written(left) == _written(right):
        return "right"
    return _by_samples(left, right, near or {})


def formula(text: str, names: tuple[str, ...] = ()) -> Graph | None:
    """Return a formula that somebody wrote as a graph, None where it cannot be read as one.

    >>> formula("1,5 cos u").evaluate({"u": 0}), formula("2 +* x")
    (1.5, None)
    """
    if len(text) > LONGEST:
        return None
    for attempt in _with_comma(last_part(plainly(without_latex(plainly(text))))):
        try:
            mode: Any = "latex" if "\\" in attempt else "text"
            graph = Graph.parse(attempt, declared=names, mode=mode)
        except ChainruleError:
            continue
        if _is_small(graph):
            return graph
    return None


def _is_small(graph: Graph) -> bool:
    """Tell whether a graph is one formula of numbers; a sum with hundreds of terms is no answer."""
    steps = graph.list
    return steps.is_scalar and len(steps.outputs) == 1 and len(steps) <= MOST_NODES


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula that somebody wrote, and the nodes that its names are in the graph it is about."""

    graph: Graph
    nodes: Mapping[str, int]

    def at(self, values: Mapping[str, float]) -> float | None:
        """Return its value, None where there is none."""
        try:
            run = self.graph.work(dict(values), zoom="primitive").run
            value = run.value(run.output)
            number = None if value.undefined else float(value.shown)
        except (ChainruleError, ArithmeticError):
            return None
        return number if number is not None and math.isfinite(number) else None


def _written(graph: Graph) -> tuple[Any, ...]:
    """Return what two graphs that were written alike have in common."""
    steps = graph.list
    inputs = [(node, steps.names[node]) for node in steps.inputs]
    return list(steps.ops), list(steps.operands), steps.parameters, inputs, steps.outputs


def _by_samples(left: Graph, right: Graph, near: Mapping[str, float]) -> Verdict:
    import numpy as np

    both = sorted({*left.variables, *right.variables})
    random = np.random.default_rng(20)
    compared, narrower = 0, False
    for trial in range(SAMPLES if both else 1):
        if trial % 2 and near.keys() >= set(both):
            numbers = [
                near[name] * s
                for name, s in zip(both, random.uniform(0.9, 1.1, len(both)), strict=True)
            ]
        else:
            # Some points are positive, for roots and logarithms.
            sign = 1 if trial % 4 else random.choice([-1, 1])
            numbers = [sign * x for x in random.uniform(0.1, 2.5, len(both))]
        point = {name: str(round(float(x), 6)) for name, x in zip(both, numbers, strict=True)}
        found = [_sample(graph, point) for graph in (left, right)]
        narrower |= found[0] is None and found[1] is not None
        if None in found:
            continue
        compared += 1
        difference = abs(found[0] - found[1])
        if difference > max(abs(found[0]), abs(found[1]), 1e-12) * 1e-15:
            return "wrong"
    if narrower and compared:
        return "wrong"  # a smaller domain is another formula
    return "right" if compared >= (NEEDED if both else 1) else "undecided"


def _sample(graph: Graph, point: Mapping[str, str]) -> Any:
    """Return the value with 40 digits, None where there is none."""
    at = {name: point[name] for name in graph.variables}
    try:
        run = graph.work(at, zoom="primitive", digits=PLACES).run
        value = run.value(run.output)
    except (ChainruleError, ArithmeticError):
        return None
    return None if value.undefined else value.digits
