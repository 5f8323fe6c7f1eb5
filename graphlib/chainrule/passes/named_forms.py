"""Derivatives in the names of steps: y − t where the formula in the inputs takes three lines.

All is found by SymPy, and tried by numbers against its derivative in the inputs alone.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from chainrule.graph.sympy_view import symbol_name, to_sympy
from chainrule.graph.wengert import INPUT, WengertList

# SymPy's simplify is tried on expressions of at most so many operations; a rewritten formula
# is compared with the original at so many digits and points.
SIMPLIFY_OPERATIONS = 60
COMPARED_DIGITS = 30
COMPARED_POINTS = 4


def tidied(expression: Any, thorough: bool = True) -> Any:
    """Return the shortest of a few equal forms of a SymPy expression; a tie keeps the first."""
    import sympy

    forms = [expression, sympy.factor_terms(expression)]
    if expression.count_ops() <= 4 * SIMPLIFY_OPERATIONS:
        forms.append(sympy.together(forms[-1]))
    if thorough and expression.count_ops() <= SIMPLIFY_OPERATIONS:
        forms.append(sympy.simplify(expression))
        forms.append(sympy.factor_terms(forms[-1]))
    return min(forms, key=lambda form: form.count_ops())


def derived(expression: Any, symbol: Any) -> Any:
    """Return SymPy's derivative without the impulses that it puts at jumps."""
    import sympy

    return sympy.diff(expression, symbol).replace(sympy.DiracDelta, lambda *_: sympy.S.Zero)


def put_in_names(graph: WengertList, goal: int, target: int, slope: Any) -> Any:
    """Return `slope` with named steps put in for what they stand for, if that is shorter."""
    import sympy

    short, meanings = slope, []
    kept = {target}
    for node in sorted(graph.names):
        if graph.ops[node] is INPUT or node in (goal, target):
            continue
        step = to_sympy(graph, node, limit=sys.maxsize, free=kept)
        if step.is_Atom:
            continue
        symbol = sympy.Symbol(graph.names[node], real=True)
        forms = [tidied(form) for form in _put_in(short, step, symbol)]
        best = min(forms, key=lambda form: form.count_ops())
        if best.count_ops() < short.count_ops():
            short = best
            kept.add(node)
            meanings.append((symbol, step))
    return short if meanings and is_equal(short, slope, meanings) else slope


class Step(NamedTuple):
    """A named step, or the goal, as a formula in the names directly below it."""

    node: int
    symbol: Any
    formula: Any


def named_steps(graph: WengertList, goal: int, targets: Sequence[int]) -> Iterator[Step]:
    """Yield the goal and the named steps below it, in the order in which they are computed."""
    import sympy

    free = {*graph.inputs, *graph.names, *targets}
    for node in sorted(free | {goal}):
        if node <= goal and graph.ops[node] is not INPUT:
            formula = to_sympy(graph, node, limit=sys.maxsize, free=free - {node})
            yield Step(node, sympy.Symbol(symbol_name(graph, node), real=True), formula)


def by_names(
    graph: WengertList, goal: int, targets: Sequence[int], steps: Sequence[Step]
) -> dict[int, Any]:
    """Return derivatives by the chain rule from named step to named step, each derived by SymPy;
    they are short where the formula in the inputs is long.
    """
    import sympy

    adjoints: dict[Any, Any] = {steps[-1].symbol: sympy.S.One}
    for node, symbol, formula in reversed(steps):
        if (node in targets and node != goal) or symbol not in adjoints:
            continue
        adjoints[symbol] = tidied(adjoints[symbol])
        for name in sorted(formula.free_symbols, key=lambda name: name.name):
            slope = derived(formula, name)
            forms = [slope] if node == goal else _put_in(slope, formula, symbol)
            forms = [form for f in forms for form in (sympy.factor_terms(f), f)]
            local = min(forms, key=lambda form: form.count_ops())
            adjoints[name] = adjoints.get(name, 0) + adjoints[symbol] * local
    found = {node: sympy.Symbol(symbol_name(graph, node), real=True) for node in targets}
    return {
        node: tidied(adjoints[name], thorough=False)
        for node, name in found.items()
        if name in adjoints and node != goal
    }


def _put_in(expression: Any, step: Any, symbol: Any) -> list[Any]:
    """Return forms of `expression` in which `symbol` stands for `step`."""
    import sympy

    forms = [expression.subs(step, symbol)]
    powers = {e.args[0] for e in step.atoms(sympy.exp)}
    if len(powers) == 1:
        # Where the step is a ratio of linear terms in g = e^u, g is one in the step: for
        # y = 1/(1 + e^−a) it is e^−a = (1 − y)/y.
        (power,) = powers
        g = sympy.Dummy("g", positive=True)

        def in_g(e: Any) -> Any:
            return e.subs(sympy.exp(power), g).subs(sympy.exp(-power), 1 / g)

        above, below = sympy.together(in_g(step)).as_numer_denom()
        equation = sympy.expand(above - symbol * below)
        slope = equation.coeff(g, 1)
        if not slope.has(g) and sympy.expand(equation - slope * g).has(g) is False and slope != 0:
            solution = -sympy.expand(equation - slope * g) / slope
            forms.append(sympy.cancel(in_g(expression).subs(g, solution)))
    return forms


def is_equal(short: Any, slope: Any, meanings: Sequence[tuple[Any, Any]]) -> bool:
    """Tell whether `short`, with the meanings of its symbols, has the values of `slope`."""
    import sympy

    steps = [symbol for symbol, _ in meanings]
    formulas = [short, slope, *(step for _, step in meanings)]
    used = {symbol for formula in formulas for symbol in formula.free_symbols}
    names = sorted(used.difference(steps), key=lambda s: s.name)
    compared = 0
    for offset in range(COMPARED_POINTS):
        point = {s: sympy.Rational(2 * i + 3, 7 + 4 * offset + i) for i, s in enumerate(names)}
        for symbol, step in meanings:
            point[symbol] = step.evalf(2 * COMPARED_DIGITS, subs=point)
        left, right = (e.evalf(COMPARED_DIGITS, subs=point) for e in (short, slope))
        if left.is_Float and right.is_Float:
            if abs(left - right) > abs(right) * sympy.Float(10) ** (10 - COMPARED_DIGITS):
                return False
            compared += 1
    return compared > 0
