"""A value that was typed as a formula of constants, like π/2 or √2."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, Self

from chainrule.algebras.balls import balls
from chainrule.algebras.decimals import many_digits
from chainrule.algebras.protocol import Algebra
from chainrule.algebras.real import Real
from chainrule.graph.wengert import WengertList

BITS = 320
"""Bits of the fraction that stands for a constant where only numbers are known."""


class Constant(Fraction):
    """The number of a formula without variables: exact in every algebra, a fraction elsewhere.

    Parameters
    ----------
    value
        The fraction near it.
    graph
        The formula; None for the fraction alone.
    text
        How it was typed.
    """

    graph: WengertList | None
    text: str

    def __new__(
        cls, value: Fraction | str, graph: WengertList | None = None, text: str = ""
    ) -> Self:
        """Return the constant beside its fraction."""
        near = Fraction(value)
        made = super().__new__(cls, near.numerator, near.denominator)
        made.graph, made.text = graph, text
        return made

    @classmethod
    def of(cls, graph: WengertList, text: str) -> Constant | None:
        """Return the constant that a graph without inputs computes, None if there is none."""
        algebra = balls(BITS)
        with algebra.session():
            value = _worth(graph, algebra)
            if type(value) is not Real or not value.accurate(BITS // 2):
                return None
            near = many_digits(value, BITS // 2)
        sign, mantissa, exponent, _ = near._mpf_
        size = Fraction(int(mantissa)) * Fraction(2) ** exponent
        return cls(-size if sign else size, graph, text)

    def within(self, algebra: Algebra) -> Any:
        """Return the value in an algebra of numbers."""
        if self.graph is None:
            return algebra.number(Fraction(self))
        with algebra.session():
            return _worth(self.graph, algebra)


def _worth(graph: WengertList, algebra: Algebra) -> Any:
    values: list[Any] = []
    for node, op in enumerate(graph.ops):
        operands = [values[i] for i in graph.operands[node]]
        values.append(algebra.apply(op, graph.parameters_of(node), operands))
    return values[graph.outputs[0]]
