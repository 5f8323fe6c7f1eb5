"""The places at which a mistake can be made, as numbers: what a mistake's rule is told.

A rule of `passes.misconceptions` takes one of these and returns what a mistake makes of it.

What the records' rules make of it stands below; a line a mistake.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final


def _nowhere(_: float) -> float | None:
    return None


@dataclass(frozen=True, slots=True)
class Step:
    """The value of one operation.

    Parameters
    ----------
    name, value, operands
        Of the operation.
    at
        The operation at other operands; None where it has no value there.
    around
        By operand, values of names that may be taken for it.
    """

    name: str
    value: float
    operands: tuple[float, ...]
    at: Callable[[tuple[float, ...]], float | None]
    around: tuple[tuple[float, ...], ...] = ()


EXPONENTS = {"square": 2.0, "sqrt": 0.5, "cbrt": 1 / 3, "reciprocal": -1.0}


@dataclass(frozen=True, slots=True)
class Rule:
    """A local partial.

    Parameters
    ----------
    partial
        What it should be.
    value, operand
        Of the node, and of the operand by which it is differentiated.
    at
        The same rule at another value of the operand; None for rules of several operands that
        vary, or where it has no value there.
    name, others
        The operation, "" for a line of several; and the values of its other operands.
    around
        Values of names that may be taken for the operand.
    minus
        Whether the rule or a coefficient brings a minus sign.
    power, product, quotient
        Whether the node is a power of the operand with a constant exponent, a product of two
        factors that vary, a quotient.
    """

    partial: float
    value: float
    operand: float
    at: Callable[[float], float | None] = _nowhere
    name: str = ""
    others: tuple[float, ...] = ()
    around: tuple[float, ...] = ()
    minus: bool = False
    power: bool = False
    product: bool = False
    quotient: bool = False

    @property
    def exponent(self) -> float | None:
        """Of a mere power of the operand, k of x^k; None for anything else."""
        if self.name == "power" and self.power:
            return self.others[0]
        return EXPONENTS.get(self.name)

    @property
    def linear(self) -> bool:
        """Whether the node is the operand times a constant."""
        return self.name in ("mul", "div") and not self.product and not self.quotient


@dataclass(frozen=True, slots=True)
class Sum:
    """A tangent or adjoint: a sum over edges.

    Parameters
    ----------
    flowing
        Tangents of the operands, or adjoints of the users, in the order of the pass.
    partials
        Of each edge.
    terms
        What each edge brings: `flowing` · `partials`, unless another number is written there.
    backward
        Whether adjoints flow.
    product, quotient
        In forward mode, whether the node is a product or quotient of operands that vary.
    """

    flowing: tuple[float, ...]
    partials: tuple[float, ...]
    terms: tuple[float, ...]
    backward: bool
    product: bool = False
    quotient: bool = False

    @property
    def total(self) -> float:
        """The sum."""
        return sum(self.terms)

    @property
    def several(self) -> tuple[float, ...]:
        """The terms, where there is more than one."""
        return self.terms if len(self.terms) > 1 else ()

    def changed(self, others: Iterable[float]) -> Iterator[float]:
        """Yield the sum with each term in turn replaced by another one."""
        return (self.total - term + one for term, one in zip(self.terms, others, strict=True))


@dataclass(frozen=True, slots=True)
class Seed:
    """What a pass begins with, at a node of this value."""

    value: float


@dataclass(frozen=True, slots=True)
class Update:
    """A parameter after a step of gradient descent: old − rate · gradient."""

    old: float
    rate: float
    gradient: float

    @property
    def total(self) -> float:
        """The new value."""
        return self.old - self.rate * self.gradient


@dataclass(frozen=True, slots=True)
class Written:
    """A number that is written down, whatever it stands for.

    Parameters
    ----------
    number
        What should stand there.
    digits
        To how many significant digits numbers are written.
    exchanged
        What should stand where this number stands.
    """

    number: float
    digits: int
    exchanged: tuple[float, ...] = ()


Matrix = tuple[tuple[float, ...], ...]


@dataclass(frozen=True, slots=True)
class Product:
    """An entry of a product of two matrices, to which a bias may be added.

    Parameters
    ----------
    left, right
        The factors; a vector is one column, or one row where it stands on the left.
    row, column
        Of the entry.
    bias
        What is added to it.
    """

    left: Matrix
    right: Matrix
    row: int
    column: int
    bias: float = 0.0

    def of(self, left: Matrix, right: Matrix, row: int, column: int) -> float | None:
        """Return an entry of the product of other factors; None where there is no such entry."""
        if len(left[0]) != len(right) or row >= len(left) or column >= len(right[0]):
            return None
        return sum(a * line[column] for a, line in zip(left[row], right, strict=True)) + self.bias

    @property
    def total(self) -> float:
        """The entry."""
        return self.of(self.left, self.right, self.row, self.column) or 0.0


@dataclass(frozen=True, slots=True)
class Gathered:
    """The sum of one column of a matrix: of all that one entry was added to."""

    entries: Matrix
    column: int

    @property
    def total(self) -> float:
        """The sum."""
        return sum(row[self.column] for row in self.entries)


Place = Step | Rule | Sum | Seed | Update | Written | Product | Gathered
Leading = tuple[Place, Callable[[float], float | None]]
"""A place, and what a wrong number there makes of the cell that is looked at."""


def linearly(total: float, along: float, there: float) -> Callable[[float], float]:
    """Return what a sum becomes when a factor of one of its terms is another number.

    Parameters
    ----------
    total
        The sum as it should be.
    along, there
        The other factor of the term, and what should stand at this place.
    """
    return lambda wrong: total + along * (wrong - there)


ANGLES: Final = frozenset(("sin", "cos", "tan", "sec", "csc", "cot"))
ARCS: Final = frozenset(("asin", "acos", "atan"))
SIGNS: Final = frozenset(("sin", "sinh", "cosh"))
"""Functions whose derivative has no minus, though that of their like has, or might."""

# Of sin and cos the antiderivative is the derivative with the wrong sign, and is named so.
INTEGRALS: Final[Mapping[str, Callable[[float], float]]] = {
    "tan": lambda x: -math.log(abs(math.cos(x))),
    "log": lambda x: x * math.log(x) - x,
    "sinh": math.cosh,
    "cosh": math.sinh,
    "tanh": lambda x: math.log(math.cosh(x)),
    "sigmoid": lambda x: math.log1p(math.exp(x)),
    "neg": lambda x: -x * x / 2,
}


def existing(*numbers: float | None) -> Iterable[float]:
    """Return the numbers that there are."""
    return (number for number in numbers if number is not None)


def in_degrees(step: Step) -> Iterable[float]:
    """An angle in degrees is given to a function, or by its inverse."""
    if step.name in ANGLES:
        return existing(step.at((math.radians(step.operands[0]),)))
    return (math.degrees(step.value),) if step.name in ARCS else ()


def slope_in_degrees(rule: Rule) -> Iterable[float]:
    """The same in a derivative."""
    return existing(rule.at(math.radians(rule.operand))) if rule.name in ANGLES else ()


def of_another(step: Step) -> Iterable[float]:
    """A function is taken at the value of another name."""
    around = step.around[0] if len(step.operands) == 1 and step.around else ()
    return existing(*(step.at((other,)) for other in around))


def sum_for_product(step: Step) -> Iterable[float]:
    """The operands of a sum are multiplied, or those of a product added."""
    if len(step.operands) == 2 and step.name in ("add", "mul"):
        yield math.prod(step.operands) if step.name == "add" else sum(step.operands)


def half_of_power(rule: Rule) -> Iterable[float]:
    """Of k x^(k−1), k or x^(k−1) alone."""
    k = rule.exponent
    return (k, rule.partial / k) if k else ()


def antiderivative(rule: Rule) -> Iterable[float]:
    """A rule is read from right to left."""
    try:
        if rule.name in INTEGRALS:
            yield INTEGRALS[rule.name](rule.operand)
        elif rule.linear:
            yield rule.partial * rule.operand**2 / 2
        elif (k := rule.exponent) is not None:
            yield rule.partial * rule.operand**2 / (k * (k + 1))
    except (ArithmeticError, ValueError):
        return


def without_inner(sum_: Sum) -> Iterable[float]:
    """In reverse mode the local partial is left out of a share, in forward mode the tangent."""
    kept = sum_.flowing if sum_.backward else sum_.partials
    yield from sum_.changed(kept)
    if not sum_.backward and len(kept) > 1:
        yield sum(kept)


def product_of_tangents(sum_: Sum) -> Iterable[float]:
    """The product rule without its two terms."""
    if sum_.product and not sum_.backward:
        yield math.prod(sum_.flowing)


def divided(sum_: Sum) -> Iterable[float]:
    """One of two shares over the other."""
    if len(sum_.terms) == 2 and all(sum_.terms):
        one, other = sum_.terms
        yield from (one / other, other / one)


def no_product(sum_: Sum) -> Iterable[float]:
    """In one share, or in all of them, the factors are added; or one is divided by the other."""
    pairs = [*zip(sum_.flowing, sum_.partials, strict=True)]
    added = [along + partial for along, partial in pairs]
    yield from sum_.changed(added)
    if len(added) > 1:
        yield sum(added)
    yield from sum_.changed([along / partial if partial else math.nan for along, partial in pairs])


def transposed(written: Written) -> Iterable[float]:
    """Two neighbouring digits stand in each other's place."""
    digits, e, power = f"{written.number:.{written.digits - 1}e}".partition("e")
    for one, other in pairwise(i for i, sign in enumerate(digits) if sign.isdigit()):
        signs = list(digits)
        signs[one], signs[other] = signs[other], signs[one]
        yield float("".join(signs) + e + power)


def turned(matrix: Matrix) -> Matrix:
    """Return a matrix with rows for columns."""
    return tuple(zip(*matrix, strict=True))


def one_turned(place: Product) -> Iterable[float]:
    """One factor of a product of matrices is turned round, or the product is."""
    left, right, row, column = place.left, place.right, place.row, place.column
    return existing(
        place.of(turned(left), right, row, column),
        place.of(left, turned(right), row, column),
        place.of(left, right, column, row),
    )


def entry_by_entry(place: Product) -> Iterable[float]:
    """Two entries in the same place are multiplied; of a vector it is the one of this row."""
    left, right, row = place.left, place.right, place.row
    column = place.column if len(right[0]) > 1 else row
    if row < len(right) and column < len(left[0]) > 1:
        yield left[row][column] * right[row][min(column, len(right[0]) - 1)] + place.bias


def other_axis(place: Gathered) -> Iterable[float]:
    """A row is added up in place of a column."""
    if place.column < len(place.entries):
        yield sum(place.entries[place.column])
