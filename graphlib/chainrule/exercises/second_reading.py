"""A program read a second time, by code that shares nothing with the first reading.

Every number of an answer key must come out here too before a sheet is released. So this module
has its own words for functions and its own way of differentiating: no rules, only differences.
It reads what is printed on the sheet ("u₁ = sin t") as well as what was typed.
"""

from __future__ import annotations

import json
import operator
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from itertools import pairwise
from typing import Any, Final, NoReturn

import numpy as np

from chainrule.errors import ParseError

DIGITS: Final = 34

SIGNS: Final = {ord(a): b for a, b in zip("−·×÷\u2009\u202f", "-**/  ", strict=True)}
SAME: Final = """
    sin cos tan sec csc cot exp log sqrt cbrt sinh cosh tanh sech coth asin acos atan atan2
    asinh atanh sign erf
    """
"""Functions that mpmath calls the same."""
FUNCTIONS: Final[Mapping[str, str]] = {
    **{name: name for name in SAME.split()},
    **{f"arc{name}": f"a{name}" for name in ("tan", "sin", "cos")},
    **{f"ar{name}": f"a{name}" for name in ("sinh", "tanh")},
    "ln": "log",
    "abs": "fabs",
}

STEP: Final = "1e-10"
"""Step of the differences: at 34 digits they are right to about 19."""

Values = dict[str, Any]
Formula = Callable[[Mapping[str, Any]], Any]

_SMALL: Final = {
    ord(small): plain for small, plain in zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+", strict=True)
}
_LOW: Final = {ord(low): plain for low, plain in zip("₀₁₂₃₄₅₆₇₈₉", "0123456789", strict=True)}
_TOKEN: Final = re.compile(r"\s*(?:(\d+\.?\d*|\.\d+)|([^\W\d]\w*)|([<>=!]=|[-+*/@^()|=√∛,<>≤≥≠]))")

_COMPARED: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "<": operator.lt,
    ">": operator.gt,
    "==": operator.eq,
    **dict.fromkeys(("<=", "≤"), operator.le),
    **dict.fromkeys((">=", "≥"), operator.ge),
    **dict.fromkeys(("!=", "≠"), operator.ne),
}
_WORDS: Final = frozenset({"if", "else", "and", "or", "not", "where"})
_ASSIGNS: Final = re.compile("(?<![<>=!])=(?!=)")
_SHAPE: Final = re.compile(r"\s*[^\W\d]\w*\s*:\s*\d+(?:\s*[x×]\s*\d+)*\s*")
"""What says the shape of an input: W: 2x3."""
GREEK: Final = "αβγδεζηθικλμνξπρστυφχψω"


def plain_name(name: str) -> str:
    """Return a name in the one form used here: θ₁, θ_1 and theta1 are the same."""
    low = name.translate(_LOW).replace("_", "")
    return "".join(unicodedata.name(c).split()[-1].lower() if c in GREEK else c for c in low)


def _refused(message: str, text: str, position: int = 0) -> ParseError:
    known = ", ".join(name for name in second_maths()["functions"] if name.isascii())
    allowed = (
        f"Sheets are made of formulas as text, with + − · / ^ @ and the functions {known}, "
        "choices a if x > 0 else b; each step on a line of its own."
    )
    return ParseError(message, text=text, position=position, allowed=allowed)


# Its numbers and functions, by mpmath


@cache
def second_maths() -> dict[str, Any]:
    """Return functions over numbers of 34 digits, in a context of their own."""
    import mpmath

    context = mpmath.MPContext()
    context.dps = DIGITS
    named = {
        word: getattr(context, name) for word, name in FUNCTIONS.items() if hasattr(context, name)
    }
    zero, one = context.mpf(0), context.mpf(1)
    named |= dict.fromkeys(("sigmoid", "σ"), lambda a: one / (one + context.exp(-a)))
    named["softplus"] = lambda a: context.log(one + context.exp(a))
    named["relu"] = lambda a: a if a > 0 else zero
    named["step"] = lambda a: one if a > 0 else zero if a < 0 else one / 2
    named["max"], named["min"] = max, min
    for base, words in ((2, ("log2", "log₂")), (10, ("log10", "log₁₀"))):
        scale = context.log(base)
        named |= dict.fromkeys(words, lambda a, scale=scale: context.log(a) / scale)
    named["∛"] = context.cbrt
    named = {word: _entrywise(function) for word, function in named.items()}
    named |= {"sum": np.sum, "mean": lambda a: np.sum(a) / np.size(a)}
    exp = named["exp"]
    named["softmax"] = lambda a: exp(a) / np.sum(exp(a))
    named |= {"dot": np.dot, "norm": lambda a: context.sqrt(np.sum(a * a))}
    return {"number": context.mpf, "functions": named, "e": context.e * 1, "pi": context.pi * 1}


def _entrywise(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function of numbers that takes vectors entry by entry."""

    def over(*given: Any) -> Any:
        if any(isinstance(one, np.ndarray) for one in given):
            return np.frompyfunc(function, len(given), 1)(*given)
        return function(*given)

    return over


def numbers(text: str) -> Any:
    """Return what was typed as a value: a number, or a vector or matrix of such."""
    if not text.lstrip().startswith("["):
        return number(text)
    quoted = re.sub(r"[^\[\],\s]+", lambda found: json.dumps(found[0]), text)
    return np.vectorize(number, otypes=[object])(np.array(json.loads(quoted), dtype=object))


def number(text: str) -> Any:
    """Return a typed decimal or fraction as a number of 34 digits."""
    above, _, below = text.translate(SIGNS).partition("/")
    make = second_maths()["number"]
    return make(above.strip()) / make(below.strip()) if below else make(above.strip())


class _Reader:
    """Recursive descent over one right side; every method returns a function of the names."""

    def __init__(self, text: str, known: Callable[[str], bool]) -> None:
        self.text = text
        self.known = known
        self.tokens = _tokens(text)
        self.place = 0
        self.uses: list[str] = []
        self.turned = False
        """Whether a transposed vector stands before what is read next, which is a product."""

    def formula(self) -> Formula:
        read = self._choice()
        if self.place < len(self.tokens):
            self._stop()
        return read

    def _stop(self) -> NoReturn:
        found = self.tokens[self.place] if self.place < len(self.tokens) else "the end"
        raise _refused(f"A second reading stops at `{found[:40]}`", self.text)

    def _next(self) -> str:
        return self.tokens[self.place] if self.place < len(self.tokens) else ""

    def _take(self, *allowed: str) -> str:
        found = self._next()
        if found and found in allowed:
            self.place += 1
            return found
        return ""

    def _several(self, read: Callable[[], Formula], between: str) -> list[Formula]:
        found = [read()]
        while self._take(between):
            found.append(read())
        return found

    def _choice(self) -> Formula:
        """Read `a if c else b`."""
        usual = self._sum()
        if not self._take("if"):
            return usual
        holds = self._condition()
        if not self._take("else"):
            self._stop()
        return _chosen(holds, usual, self._choice())

    def _condition(self) -> Formula:
        """Read comparisons with `not`, `and` and `or`, of which `and` binds tighter."""
        either = self._several(self._all, "or")
        return lambda names: any(holds(names) for holds in either)

    def _all(self) -> Formula:
        every = self._several(self._comparison, "and")
        return lambda names: all(holds(names) for holds in every)

    def _comparison(self) -> Formula:
        if self._take("not"):
            inner = self._comparison()
            return lambda names: not inner(names)
        sides, signs = [self._sum()], []
        while sign := self._take(*_COMPARED):
            signs.append(_COMPARED[sign])
            sides.append(self._sum())
        if not signs:
            self._stop()
        return lambda names: all(
            sign(left(names), right(names))
            for sign, (left, right) in zip(signs, pairwise(sides), strict=True)
        )

    def _sum(self) -> Formula:
        total = self._signed()
        while sign := self._take("+", "-"):
            total = _joined(total, self._product(), sign)
        return total

    def _signed(self) -> Formula:
        if self._take("-"):
            inner = self._signed()
            return lambda names: -inner(names)
        self._take("+")
        return self._product()

    def _product(self) -> Formula:
        product = self._factor()
        while True:
            if sign := self._take("*", "/", "@"):
                product = _joined(product, self._factor(), sign)
            elif self._next() and (self._next() in "(√∛" or self._starts_factor()):
                turned, self.turned = self.turned, False
                product = _joined(product, self._power(), "@" if turned else "")
            else:
                return product

    def _starts_factor(self) -> bool:
        found = self._next()
        word = found in _WORDS and found != "where"
        return bool(found) and not word and (found[0].isalnum() or found[0] == "σ")

    def _factor(self) -> Formula:
        if self._take("-"):
            inner = self._factor()
            return lambda names: -inner(names)
        return self._power()

    def _power(self) -> Formula:
        base = self._atom()
        if self._take("^"):
            if not self.known("T") and self._take("T"):
                self.turned = True
                return lambda names: base(names).T
            exponent = self._factor()
            return lambda names: base(names) ** exponent(names)
        return base

    def _atom(self) -> Formula:
        found = self._next()
        if self._take("("):
            inner = self._choice()
            if not self._take(")"):
                self._stop()
            return inner
        if self._take("|"):
            bars = self._sum()
            if not self._take("|"):
                self._stop()
            return lambda names: abs(bars(names))
        if sign := self._take("√", "∛"):
            under = self._atom()
            root = second_maths()["functions"]["sqrt" if sign == "√" else sign]
            return lambda names: root(under(names))
        if not found or not (found[0].isalnum() or found[0] in "._"):
            self._stop()
        self.place += 1
        if found[0].isdigit() or found[0] == ".":
            constant = second_maths()["number"](found)
            return lambda names: constant
        return self._word(found)

    def _word(self, found: str) -> Formula:
        name = plain_name(found)
        if self.known(name):
            self.uses.append(name)
            return lambda names: names[name]
        if found == "where" and self._take("("):
            holds = self._condition()
            values = self._arguments() if self._next() == "," else []
            if len(values) != 2:
                self._stop()
            return _chosen(holds, *values)
        functions = second_maths()["functions"]
        if found in functions:
            function = functions[found]
            exponent = self._factor() if self._take("^") else None
            if self._next() == "(":
                return _applied(function, self._arguments(), exponent)
            # Without brackets a function takes the products that follow: sin 2x.
            return _applied(function, [self._argument()], exponent)
        if name in ("e", "pi"):
            constant = second_maths()[name]
            return lambda names: constant
        if len(found) == 2 and all(self.known(c) for c in found):
            self.uses += list(found)
            return lambda names: names[found[0]] * names[found[1]]
        self.place -= 1
        self._stop()

    def _arguments(self) -> list[Formula]:
        self.place += 1
        found = self._several(self._choice, ",")
        if not self._take(")"):
            self._stop()
        return found

    def _argument(self) -> Formula:
        argument = self._power()
        while self._starts_factor() and self._next() not in second_maths()["functions"]:
            argument = _joined(argument, self._power(), "*")
        return argument


def _applied(
    function: Callable[..., Any], arguments: list[Formula], exponent: Formula | None
) -> Formula:
    def value(names: Mapping[str, Any]) -> Any:
        found = function(*(argument(names) for argument in arguments))
        return found if exponent is None else found ** exponent(names)

    return value


def _chosen(holds: Formula, usual: Formula, other: Formula) -> Formula:
    return lambda names: usual(names) if holds(names) else other(names)


def _joined(left: Formula, right: Formula, sign: str) -> Formula:
    operation = _OPERATIONS[sign]
    return lambda names: operation(left(names), right(names))


def _beside(left: Any, right: Any) -> Any:
    """Multiply what stands side by side: with a matrix, as matrices."""
    both = isinstance(left, np.ndarray) and isinstance(right, np.ndarray)
    return left @ right if both and 2 in (left.ndim, right.ndim) else left * right


_OPERATIONS: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "@": operator.matmul,
    "": _beside,
}


def _tokens(text: str) -> list[str]:
    """Return the tokens, raised digits behind a caret and lowered ones within the names."""
    shown = re.sub("[⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺]+", lambda m: f"^({m[0].translate(_SMALL)})", text)
    shown = shown.replace("**", "^").translate(SIGNS).strip()
    tokens, place = [], 0
    while place < len(shown):
        match = _TOKEN.match(shown, place)
        if match is None:
            at = min(place, max(0, len(text) - 1))
            raise _refused("A second reading does not know this character", text, at)
        tokens.append(match[0].strip())
        place = match.end()
    return tokens


class SecondReading:
    """A program, by its lines "name = formula", in any order.

    >>> reading = SecondReading(["J = sin(t) + 3t", "t = x²"], ["x"])
    >>> float(reading.values({"x": number("2")})["t"])
    4.0

    Parameters
    ----------
    lines
        One assignment each; a line without "=" is the output, called f.
    inputs
        Names of the inputs.

    Raises
    ------
    ParseError
        If a line cannot be read here, or two lines need each other.
    """

    def __init__(self, lines: Iterable[str], inputs: Iterable[str]) -> None:
        self.inputs = tuple(plain_name(name) for name in inputs)
        sides: dict[str, str] = {}
        for line in (one for one in lines if not _SHAPE.fullmatch(one)):
            left, *right = _ASSIGNS.split(line, maxsplit=1)
            sides[plain_name(left.strip()) if right else "f"] = right[0] if right else left
        known = {*sides, *self.inputs}
        self._formulas: dict[str, Formula] = {}
        self.uses: dict[str, tuple[str, ...]] = {}
        for name, side in sides.items():
            reader = _Reader(side, known.__contains__)
            self._formulas[name] = reader.formula()
            self.uses[name] = tuple(dict.fromkeys(reader.uses))
        self.order = self._ordered()
        self._step = number(STEP)

    def _ordered(self) -> tuple[str, ...]:
        """Return the names so that each stands after those it uses."""
        placed, order = set(self.inputs), []
        waiting = list(self.uses)
        while waiting:
            ready = [name for name in waiting if placed.issuperset(self.uses[name])]
            if not ready:
                raise _refused("These lines need each other", "; ".join(waiting))
            placed.update(ready)
            order += ready
            waiting = [name for name in waiting if name not in placed]
        return tuple(order)

    def values(self, point: Mapping[str, Any], fixed: Mapping[str, Any] | None = None) -> Values:
        """Return the value of every name; those that are `fixed` are not computed."""
        names = dict(point)
        for name in self.order:
            if fixed is not None and name in fixed:
                names[name] = fixed[name]
            else:
                names[name] = self._formulas[name](names)
        return names

    def partial(self, user: str, operand: str, at: Mapping[str, Any]) -> Any:
        """Return by differences how one line changes with one of the names in it."""
        h = self._step
        names = dict(at)
        names[operand] = at[operand] + h
        above = self._formulas[user](names)
        names[operand] = at[operand] - h
        return (above - self._formulas[user](names)) / (2 * h)

    def moved(self, direction: Mapping[str, Any], at: Mapping[str, Any]) -> Values:
        """Return by differences how every name changes along a direction of names.

        A name in the direction that is no input is moved by hand, whatever its formula says.
        """
        h = self._step
        sides = []
        for sign in (h, -h):
            shifted = {name: at[name] + sign * rate for name, rate in direction.items()}
            point = {name: shifted.get(name, at[name]) for name in self.inputs}
            sides.append(self.values(point, shifted))
        return {name: (sides[0][name] - sides[1][name]) / (2 * h) for name in sides[0]}
