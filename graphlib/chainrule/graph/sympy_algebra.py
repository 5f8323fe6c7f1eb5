"""The symbolic algebra: values are SymPy expressions. SymPy is imported when it is first used."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import cache
from typing import Any

from chainrule.algebras.protocol import Algebra, Maths, Parameters
from chainrule.errors import GraphError
from chainrule.ops import OPS, Op
from chainrule.ops.choice import choices
from chainrule.ops.record import Rule

DIGITS = 1000
"""Digits of an exact number."""

BITS = DIGITS * 10 // 3


class _SympyMaths(Maths):
    """SymPy's functions under the names that rules use; what SymPy lacks, by its definition."""

    def __getattr__(self, name: str) -> Any:
        function = same_names().get(name)
        if function is None:
            return super().__getattr__(name)
        self.__dict__[name] = function
        return function

    def _definition(self, op: Op) -> Rule:
        """Return the definition, which SymPy can differentiate as a lecture would."""
        return op.value


class SympyAlgebra(Algebra):
    """Values are SymPy expressions; numbers are exact.

    Whether SymPy simplifies while it computes is decided around the computation, by
    `sympy.evaluate`. Domains are not checked: a symbol stands for any real number.
    """

    def __init__(self) -> None:
        import sympy

        self.maths = _SympyMaths(
            self,
            {
                "number": self.number,
                "pi": sympy.pi,
                "e": sympy.E,
                "exp": _exp,
                "sqrt": lambda x: _power(sympy.sympify(x), sympy.Rational(1, 2)),
                "cbrt": lambda x: sympy.sign(x) * sympy.Abs(x) ** sympy.Rational(1, 3),
                "root": _root,
                "log2": lambda x: sympy.log(x) / sympy.log(2),
                "log10": lambda x: sympy.log(x) / sympy.log(10),
                "ceil": sympy.ceiling,
                # SymPy's loggamma is complex for negative numbers.
                "lgamma": lambda x: sympy.re(sympy.loggamma(x)),
                "polygamma": lambda x, order: sympy.polygamma(order, x),
                "where": choices(
                    lambda c, a, b: a if c == 1 else b + (a - b) * sympy.Heaviside(c, 0)
                ),
                "abs": sympy.Abs,
                "power": _power,
                "step": self._step,
                "maximum": sympy.Max,
                "minimum": sympy.Min,
                "max_weight": _max_weight,
            },
        )

    def number(self, number: Fraction) -> Any:
        """Return `number` as an exact SymPy number."""
        import sympy

        number = Fraction(number)
        return sympy.Rational(number.numerator, number.denominator)

    def _step(self, x: Any, at: Fraction | None) -> Any:
        import sympy

        return sympy.Heaviside(x, sympy.nan if at is None else self.number(at))

    def symbol(self, name: str) -> Any:
        """Return the real symbol called `name`, to the letter."""
        import sympy

        return sympy.Symbol(name, real=True)

    def apply(self, op: Op, parameters: Parameters, operands: Sequence[Any]) -> Any:
        """Return the expression of `op`."""
        import sympy

        return sympy.sympify(op.value(self.maths, *operands, **parameters), strict=True)

    def partial(
        self, op: Op, parameters: Parameters, slot: int, value: Any, operands: Sequence[Any]
    ) -> Any:
        """Return the local partial, as the record's rule has it: an expression or a `Map`."""
        return op.partial(slot)(self.maths, value, *operands, **parameters)


@cache
def same_names() -> dict[str, Any]:
    """Return SymPy's functions that bear the very name of an operation, such as tan."""
    import sympy
    from sympy.core.function import FunctionClass

    found = {name: getattr(sympy, name, None) for name in OPS}
    return {n: f for n, f in found.items() if isinstance(f, FunctionClass) and OPS[n].arity}


def _power(base: Any, exponent: Any) -> Any:
    import sympy

    if exponent.is_Rational:
        _refuse_large(base, exponent)
    return sympy.Pow(base, exponent)


def _root(a: Any, n: Any) -> Any:
    import sympy

    if n.is_Integer and n.is_odd:
        return sympy.sign(a) * sympy.Abs(a) ** (1 / n)
    return sympy.Pow(a, 1 / n)


def _exp(x: Any) -> Any:
    import sympy

    for term in sympy.Add.make_args(x):
        # exp(n·ln b) becomes b^n.
        factor, rest = term.as_coeff_Mul()
        if isinstance(rest, sympy.log):
            _refuse_large(rest.args[0], factor)
    return sympy.exp(x)


def _refuse_large(base: Any, exponent: Any) -> None:
    """Refuse a power that SymPy would work out to a number of more than `DIGITS` digits."""
    import sympy

    for factor in sympy.Mul.make_args(base):
        number = factor.as_base_exp()[0]
        if number.is_Rational:
            bits = max(abs(number.p), number.q).bit_length() - 1
            if bits * abs(exponent.p) > BITS * exponent.q:
                raise GraphError(
                    f"a power of the number {_short(number)} with the exponent {_short(exponent)}; "
                    f"SymPy would write it out; allowed: {DIGITS:,} digits"
                )


def _short(number: Any) -> str:
    bits = max(abs(number.p), number.q).bit_length()
    return str(number) if bits < 100 else f"of {bits * 3 // 10} digits"


def _max_weight(*operands: Any, slot: int) -> Any:
    import sympy

    if len(operands) == 2:
        return sympy.Heaviside(operands[slot] - operands[1 - slot], sympy.Rational(1, 2))
    # 1 + sign(x − largest) is 1 for an operand that is the largest, 0 for every other.
    largest = sympy.Max(*operands)
    weights = [1 + sympy.sign(x - largest) for x in operands]
    return weights[slot] / sympy.Add(*weights)
