"""Laws by which an operation is what somebody else says it is: mpmath, NumPy, SymPy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy

from chainrule.algebras.arrays import ARRAYS
from chainrule.algebras.float64 import FLOAT64
from chainrule.ops import Op
from chainrule.passes.derivatives import gradient_graph
from chainrule.testing import laws
from chainrule.testing.laws import (
    FINE,
    NUMBERS,
    SHADOW,
    STEP,
    Case,
    bound,
    far,
    flat,
    goal_graph,
    number_of,
    outputs,
    pushed,
    require,
    require_close,
)


@dataclass(frozen=True, slots=True)
class Counterpart:
    """The same function three times; all take the operands, then the parameters by name.

    Parameters
    ----------
    symbolic
        Of SymPy expressions, or NumPy arrays of them.
    fine
        Of mpmath numbers, or NumPy arrays of them.
    double
        Of floats, or NumPy arrays of them.
    """

    symbolic: Callable[..., Any]
    fine: Callable[..., Any]
    double: Callable[..., Any]


def check_value(case: Case, reference: Counterpart) -> None:
    """The value is that of mpmath to 75 digits, and of math or NumPy to 1e-13."""
    op, operands, parameters = case.op, case.operands, case.parameters
    values = [bound(FINE, x) for x in operands]
    fine = [x.data if x.ndim else x.data.item() for x in values]
    result = FINE.apply(op, parameters, values)
    require_close(result, reference.fine(*fine, **parameters), "1e-75", f"{case} by mpmath")
    laws.check_double(case, reference.double)
    if case.is_scalar:
        expected = reference.double(*map(float, operands), **parameters)
        for algebra, tolerance in ((FLOAT64, "1e-13"), (SHADOW, "1e-13"), (NUMBERS, "1e-13")):
            result = algebra.apply(op, parameters, [bound(algebra, x) for x in operands])
            require_close(result, expected, tolerance, f"{case} by math, numbers")
        result = NUMBERS.apply(op, parameters, [bound(NUMBERS, x) for x in operands])
        require_close(result, reference.fine(*fine, **parameters), "1e-75", f"{case} by mpmath")


def symbols(case: Case) -> tuple[list[Any], dict[Any, Any]]:
    """Return the operands as real symbols (in arrays where shaped), and the symbols' values."""
    values: dict[Any, Any] = {}
    operands: list[Any] = []
    for slot, operand in enumerate(case.operands):
        entries = np.asarray(operand, dtype=object)
        named = [sympy.Symbol(f"x{slot}_{i}", real=True) for i in range(entries.size)]
        numbers = [sympy.Rational(x.numerator, x.denominator) for x in entries.ravel()]
        values |= dict(zip(named, numbers, strict=True))
        shaped = np.array(named, dtype=object).reshape(entries.shape)
        operands.append(shaped if entries.shape else named[0])
    return operands, values


def check_symbolic(case: Case, reference: Counterpart) -> None:
    """Every local partial agrees with the derivative that SymPy takes."""
    operands, values = symbols(case)
    formulas = flat(reference.symbolic(*operands, **case.parameters))
    for slot, operand in enumerate(operands):
        expected = [[number_of(sympy.diff(f, x), values) for x in flat(operand)] for f in formulas]
        require_close(pushed(FINE, case, slot), expected, "1e-60", f"{case} by SymPy, {slot}")


def check_seconds_by_sympy(case: Case, reference: Counterpart) -> None:
    """The gradient graph of the gradient graph agrees with SymPy's second derivatives."""
    graph, squared = goal_graph(case)
    at = [bound(FINE, x) for x in case.operands]
    operands, values = symbols(case)
    formulas = flat(reference.symbolic(*operands, **case.parameters))
    formula = sum(f**2 for f in formulas) if squared else formulas[0]
    slopes = [sum(sympy.diff(formula, x) for x in flat(operand)) for operand in operands]
    gradient = gradient_graph(graph)
    for first, derivative in enumerate(gradient.outputs):
        rows = outputs(gradient_graph(gradient, derivative), FINE, at)
        for second, row in enumerate(rows):
            by_sympy = [
                number_of(sympy.diff(slopes[first], x), values) for x in flat(operands[second])
            ]
            what = f"{case}: second derivative by {first} and {second}"
            require_close(row, by_sympy, "1e-60", f"{what}, SymPy")


def check_entry_kink(op: Op, operand: Any, used: Any, given: Any, directions: Any) -> None:
    """The same for entries of one operand, in the directions given."""
    kink, what = op.kink, f"{op.name}{operand} with {given}"
    assert kink is not None
    at, step = bound(FINE, operand), NUMBERS.number(STEP)
    require(FINE.at_kink(op, given, [at]), f"{what} is not seen as a kink")
    value = FINE.apply(op, given, [at])
    jumps = False
    for direction in directions:
        tangent = bound(FINE, direction)
        there = FINE.apply(op, given, [at + tangent * step])
        if kink.push is None:
            jumps = jumps or any(
                far(a, b, "0.1") for a, b in zip(flat(there), flat(value), strict=True)
            )
            continue
        got = kink.push(FINE.maths, [tangent], at, **given)
        require_close(got, (there - value) / step, "1e-20", f"{what} in the direction {direction}")
    require(jumps == (kink.push is None), f"{what}: jumps is {jumps}")
    if used is not None:
        for algebra in (ARRAYS, FINE):
            here = bound(algebra, operand)
            result = algebra.apply(op, given, [here])
            partial = algebra.partial(op, given, 0, result, [here])
            share = algebra.pull(partial, algebra.one(result), here)
            require_close(share, used, "1e-15", f"{what}: used")
