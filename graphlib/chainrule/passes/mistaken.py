"""What mistakes make of numbers: the rules behind the records of `passes.misconceptions`."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise
from typing import Final

from chainrule.passes.places import Gathered, Matrix, Product, Rule, Step, Sum, Written

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
