"""The places at which a mistake can be made, as numbers: what a mistake's rule is told.

A rule of `passes.misconceptions` takes one of these and returns what a mistake makes of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass


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
