"""The laws by which chainrule's own operations are tested, for operations of one's own.

>>> import chainrule
>>> from chainrule import testing
>>> cube = chainrule.operation("cube", lambda m, x: x**3, [lambda m, y, x: 3 * x**2])
>>> testing.check(cube)
>>> wrong = chainrule.operation("cube", lambda m, x: x**3, [lambda m, y, x: 3 * x])
>>> testing.check(wrong)  # doctest: +ELLIPSIS
Traceback (most recent call last):
    ...
chainrule.testing.laws.BrokenLaw: cube(Fraction(3, 4),) push by 0: entry 0 is 2.25, not 1.6875...
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from chainrule.facade import Graph
from chainrule.graph.builder import Builder
from chainrule.ops import Op
from chainrule.testing import corners, laws
from chainrule.testing.laws import BrokenLaw, Case, Corner, require, require_close

__all__ = ["BrokenLaw", "Corner", "check"]

Outside = tuple[Sequence[Any], str]
Border = tuple[Sequence[Any], Any, Sequence[bool]]


def check(
    operation: Op,
    *,
    reference: Callable[..., Any] | None = None,
    kinks: Sequence[Corner] = (),
    outside: Sequence[Outside] = (),
    border: Sequence[Border] = (),
    seed: int = 1,
) -> None:
    """Prove an operation by the laws at its samples, kinks and borders.

    Its local partials are the slopes of central differences to 40 digits and the same in every
    kind of value: doubles, arrays, many digits and written graphs; second derivatives follow from
    them; shapes are broadcast and batches summed; what is proven of its value encloses it; and it
    can be read by its name, compiled, and followed by SymPy.

    Parameters
    ----------
    reference
        The same function of floats (or arrays) from elsewhere, such as one of SciPy.
    kinks
        For an operation with a kink: where it lies, and what is used there by each operand.
    outside, border
        For one with a domain: operands outside, and a word that the reason must contain; operands
        at the border, the value there, and per operand whether it has a slope.

    Raises
    ------
    BrokenLaw
        Says which law fails, where, and by how much. It is an `AssertionError`.
    """
    op = operation
    cases = [Case(op, laws.exact(sample), op.parameters) for sample in op.samples]
    laws.check_places(op, cases, kinks=kinks, borders=outside and border)
    for case in cases:
        _check_case(case, reference, seed)
    for _, given, columns in laws.stacked(case for case in cases if case.is_scalar):
        laws.check_layouts(op, given, columns, seed)
    for corner in kinks:
        corners.check_kink(op, corner)
        if corner.used is not None:
            corners.check_second_at_kink(op, corner)
    for operands, word in outside:
        corners.check_outside(op, operands, word)
    for operands, value, slopes in border:
        corners.check_border(op, operands, value, slopes)


def _check_case(case: Case, reference: Callable[..., Any] | None, seed: int) -> None:
    if reference is not None:
        laws.check_double(case, reference)
    laws.check_partials(case)
    laws.check_kinds(case)
    laws.check_second_order(case)
    if case.is_scalar:
        _check_use(case)
    else:
        laws.check_batches(case, seed)
        values = [laws.bound(laws.FINE, x) for x in case.operands]
        for slot in range(len(values)):
            laws.check_map(case.op, values, case.parameters, slot)


def _check_use(case: Case) -> None:
    """What is read, proven, compiled and written by SymPy agrees with the operation itself."""
    op, names = case.op, [f"x{i}" for i in range(1, len(case.operands) + 1)]
    point = dict(zip(names, case.operands, strict=True))
    at = [laws.bound(laws.NUMBERS, x) for x in case.operands]
    value = laws.NUMBERS.apply(op, case.parameters, at)
    builder = Builder()
    written = builder.finish([builder.write(op, [builder.input(name) for name in names])])
    graphs = [Graph.of(written)]
    if op.spellings:
        graphs.append(Graph.parse(f"{op.spellings[0]}({', '.join(names)})", operations=[op]))
    for graph in graphs:
        proven = graph.reverse(point).number("value:f")
        require(proven.state == "proven", f"{case}: its value is {proven.state}")
        require_close(proven.shown, value, "1e-13", f"{case}: the proven value")
        compiled, slopes = graph.compile()(**{n: float(x) for n, x in point.items()})
        require_close(compiled, value, "1e-12", f"{case}: compiled")
        for name, slope in graph.gradient(point).items():
            require_close(slopes[name], slope, "1e-11", f"{case}: compiled, by {name}")
        numbers = {symbol: point[symbol.name] for symbol in graph.sympy().free_symbols}
        formula = laws.number_of(graph.sympy(), numbers)
        require_close(formula, value, "1e-30", f"{case}: SymPy's formula")
