"""Graphs as SymPy expressions and back. SymPy is imported when it is first used."""

from __future__ import annotations

import operator
from collections.abc import Callable, Collection, Iterable, Sequence
from fractions import Fraction
from functools import cache, reduce
from typing import Any

from chainrule.errors import GraphError
from chainrule.graph.builder import Builder, Expression
from chainrule.graph.sympy_algebra import BITS, DIGITS, SympyAlgebra, same_names
from chainrule.graph.wengert import INPUT, WengertList
from chainrule.ops import OPS, Op

LIMIT = 500
"""Nodes that a formula may have once every shared step is written out."""

_BEYOND = 10**12


def expanded_size(graph: WengertList, node: int, free: Collection[int] = ()) -> int:
    """Return how many nodes the formula of `node` has once every shared step is written out.

    Counted on the graph, so that it takes one walk; numbers above 10¹² are not counted out.
    """
    sizes = [1] * (node + 1)
    for i in range(node + 1):
        if i not in free:
            sizes[i] = min(_BEYOND, 1 + sum(sizes[operand] for operand in graph.operands[i]))
    return sizes[node]


def size_refusal(graph: WengertList, node: int, limit: int, free: Collection[int] = ()) -> str:
    """Return the sentence that refuses a formula of more than `limit` nodes; empty if it fits."""
    size = expanded_size(graph, node, free)
    if size <= limit:
        return ""
    count = f"more than {_BEYOND:,}" if size >= _BEYOND else f"{size:,}"
    return f"the formula has {count} nodes with every shared step written out; allowed: {limit:,}"


def symbol_name(graph: WengertList, node: int) -> str:
    """Return what a node is called when it stands as a symbol: its name, else v and its index."""
    name = graph.names.get(node)
    if name is None:
        name = f"v{node}"
        while name in graph.index:
            name += "_"
    return name


def to_sympy(
    graph: WengertList,
    node: int | None = None,
    *,
    limit: int = LIMIT,
    free: Collection[int] = (),
) -> Any:
    """Return a node as a SymPy expression in the inputs, which are real symbols.

    SymPy simplifies as it does by itself: x + x is 2x.

    Parameters
    ----------
    node
        Index of the node; default the main output.
    limit
        Largest number of nodes of the formula, with every shared step written out.
    free
        Nodes that stay symbols under their own names, as inputs do.

    Raises
    ------
    GraphError
        If the formula is larger than `limit`, holds a power of a number with more than
        1,000 digits or nests deeper than SymPy can simplify, or the graph has vectors.
    """
    goal = graph.outputs[0] if node is None else node
    if not graph.is_scalar:
        shaped = next(iter(graph.shapes), None)
        where = f"node {shaped} has shape {graph.shapes[shaped]}" if shaped is not None else "batch"
        raise GraphError(f"a SymPy expression stands for one number; {where}; allowed: scalars")
    if too_large := size_refusal(graph, goal, limit, free):
        raise GraphError(too_large)
    needed = [False] * (goal + 1)
    needed[goal] = True
    for i in range(goal, -1, -1):
        if needed[i] and i not in free:
            for operand in graph.operands[i]:
                needed[operand] = True
    algebra = SympyAlgebra()
    values: dict[int, Any] = {}
    try:
        for i in range(goal + 1):
            if not needed[i]:
                continue
            op = graph.ops[i]
            if op is INPUT or i in free:
                values[i] = algebra.symbol(symbol_name(graph, i))
            else:
                operands = [values[operand] for operand in graph.operands[i]]
                values[i] = algebra.apply(op, graph.parameters_of(i), operands)
    except RecursionError:
        deep = graph.distances([goal])
        raise GraphError(
            f"the formula is nested {max(deep)} deep, more than SymPy can simplify here; "
            "allowed: some hundreds"
        ) from None
    return values[goal]


def from_sympy(
    expressions: Any, names: Sequence[str] = (), *, inputs: Iterable[str] = ()
) -> WengertList:
    """Return the graph of one SymPy expression, or of several that share their steps.

    The inputs are the symbols, called as in SymPy. Sums and products keep the order of
    SymPy's `args`; a negative term is subtracted, a negative power divided by.

    Parameters
    ----------
    expressions
        An expression, or a sequence of them; the first is the main output.
    names
        Names of the outputs, one per expression, if they are to have any.
    inputs
        Names of inputs to stand first, in this order; those that no expression uses
        become inputs all the same. The other symbols follow, sorted by name.
    Raises
    ------
    GraphError
        If an expression holds something that no operation stands for, two different
        symbols have one name, or a number is not finite or longer than 1,000 digits.
    """
    import sympy

    many = isinstance(expressions, list | tuple)
    roots = [sympy.sympify(e, strict=True) for e in (expressions if many else [expressions])]
    if not roots:
        raise GraphError("no expression; allowed: one or more")
    order = _operands_first(roots)
    symbols: dict[str, Any] = {}
    for part in order:
        if part.is_Symbol and symbols.setdefault(part.name, part) != part:
            raise GraphError(f"two different symbols are called {part.name!r}; allowed: one")
    builder = Builder()
    first = list(dict.fromkeys(inputs))
    read = {name: builder.input(name) for name in [*first, *sorted(symbols.keys() - set(first))]}
    # By identity: hashing a deep expression before its parts would nest as deep as it does.
    nodes: dict[int, Expression] = {}
    for part in order:
        if part.is_Symbol:
            nodes[id(part)] = read[part.name]
        else:
            nodes[id(part)] = _node(builder, part, [nodes[id(a)] for a in part.args])
    ends = [nodes[id(root)] for root in roots]
    if names:
        if len(names) != len(ends):
            raise GraphError(f"{len(names)} names of outputs for {len(ends)} expressions")
        ends = [builder.name(end, name) for end, name in zip(ends, names, strict=True)]
    return builder.finish(ends)


def _operands_first(roots: Sequence[Any]) -> list[Any]:
    """Return every part of the expressions, each object once, before whatever uses it."""
    order: list[Any] = []
    seen: set[int] = set()
    stack = [(root, False) for root in reversed(roots)]
    while stack:
        part, ready = stack.pop()
        if ready:
            order.append(part)
        elif id(part) not in seen:
            seen.add(id(part))
            _refuse_unknown(part)
            stack.append((part, True))
            stack.extend((a, False) for a in reversed(part.args))
    return order


@cache
def _heads() -> dict[str, Callable[[Builder, Sequence[Expression]], Expression]]:
    """Return, per SymPy class with operands, how it is written as nodes."""
    heads: dict[str, Callable[[Builder, Sequence[Expression]], Expression]] = {
        "Add": _sum,
        "Mul": _product,
        "Pow": _power_node,
        "Abs": lambda b, x: b.write(OPS["abs"], x),
        "Heaviside": _step_node,
        "Max": lambda b, x: b.write(OPS["max"], x),
        "Min": lambda b, x: b.write(OPS["min"], x),
        "ceiling": lambda b, x: b.write(OPS["ceil"], x),
        "loggamma": lambda b, x: b.write(OPS["lgamma"], x),
        "polygamma": _polygamma_node,
        "re": _real_part,
        "exp": lambda b, x: b.write(OPS["exp"], x),
    }
    for name in same_names():
        heads.setdefault(name, _same_name(OPS[name]))
    return heads


def _same_name(op: Op) -> Callable[[Builder, Sequence[Expression]], Expression]:
    def write(builder: Builder, operands: Sequence[Expression]) -> Expression:
        if op.arity not in (None, len(operands)):
            raise GraphError(f"{op.name} of {len(operands)} operands; allowed: {op.arity}")
        return builder.write(op, operands)

    return write


def _refuse_unknown(part: Any) -> None:
    head = type(part).__name__
    known = part.is_Symbol or part.is_Rational or part.is_Float or head in ("Pi", "Exp1")
    if known and part.is_finite is not False:
        return
    if not part.args or head not in _heads():
        raise GraphError(
            f"{str(part)[:40] if not part.args else head} has no operation; "
            f"allowed: finite numbers, pi, E, symbols, {', '.join(sorted(_heads()))}"
        )


def _node(builder: Builder, part: Any, operands: Sequence[Expression]) -> Expression:
    if part.is_Rational or part.is_Float:
        return builder.number(_fraction(part))
    head = type(part).__name__
    if head in ("Pi", "Exp1"):
        return builder.write(OPS["pi" if head == "Pi" else "e"], ())
    return _heads()[head](builder, operands)


def _fraction(number: Any) -> Fraction:
    """Return the exact value; of a Float, that of its binary digits."""
    if number.is_Rational:
        numerator, denominator = number.p, number.q
        bits = max(abs(numerator), denominator).bit_length()
    else:
        sign, mantissa, exponent, _ = number._mpf_
        bits = abs(exponent) + int(mantissa).bit_length()
        if bits <= 2 * BITS:
            numerator = (-1) ** sign * int(mantissa) * 2 ** max(exponent, 0)
            denominator = 2 ** max(-exponent, 0)
    if bits > 2 * BITS:
        raise GraphError(f"a number of about {bits * 3 // 10:,} digits; allowed: {DIGITS:,} digits")
    return Fraction(numerator, denominator)


def _sum(builder: Builder, terms: Sequence[Expression]) -> Expression:
    total = terms[0]
    for term in terms[1:]:
        if term.op is OPS["neg"]:
            total = total - term.operands[0]
        elif term.number is not None and term.number < 0:
            total = total - builder.number(-term.number)
        else:
            total = total + term
    return total


def _product(builder: Builder, factors: Sequence[Expression]) -> Expression:
    above: list[Expression] = []
    below: list[Expression] = []
    negative = False
    for factor in factors:
        number = factor.number
        if number is not None:
            negative ^= number < 0
            if abs(number.numerator) != 1:
                above.append(builder.number(Fraction(abs(number.numerator))))
            if number.denominator != 1:
                below.append(builder.number(Fraction(number.denominator)))
        elif factor.op is OPS["div"] and factor.operands[0].number == 1:
            below.append(factor.operands[1])
        else:
            above.append(factor)
    result = _chain(builder, above)
    if below:
        result = result / _chain(builder, below)
    return -result if negative else result


def _chain(builder: Builder, factors: Sequence[Expression]) -> Expression:
    return reduce(operator.mul, factors) if factors else builder.number(Fraction(1))


def _power_node(builder: Builder, operands: Sequence[Expression]) -> Expression:
    base, exponent = operands
    number = exponent.number
    if base.op is OPS["e"]:
        return builder.write(OPS["exp"], [exponent])
    if number is None:
        return builder.write(OPS["power"], operands)
    size = abs(number)
    if size == Fraction(1, 2):
        power = builder.write(OPS["sqrt"], [base])
    else:
        power = base if size == 1 else builder.write(OPS["power"], [base, builder.number(size)])
    return 1 / power if number < 0 else power


def _step_node(builder: Builder, operands: Sequence[Expression]) -> Expression:
    at = operands[1].number if len(operands) == 2 else Fraction(1, 2)
    if at is None:
        raise GraphError("Heaviside with a formula for its value at 0; allowed: a number")
    return builder.write(OPS["step"], [operands[0]], {"at": at})


def _real_part(builder: Builder, operands: Sequence[Expression]) -> Expression:
    # As to_sympy writes ln |Γ|, whose derivatives are real of themselves.
    if operands[0].op.name not in ("lgamma", "digamma", "polygamma"):
        raise GraphError("re has no operation; allowed: real parts of loggamma and polygamma")
    return operands[0]


def _polygamma_node(builder: Builder, operands: Sequence[Expression]) -> Expression:
    order, x = operands[0].number, operands[1]
    if order is None or order.denominator != 1 or order < 0:
        raise GraphError("polygamma of an order that is no whole number; allowed: 0, 1, 2, …")
    if order == 0:
        return builder.write(OPS["digamma"], [x])
    return builder.write(OPS["polygamma"], [x], {"order": int(order)})


__all__ = [
    "LIMIT",
    "SympyAlgebra",
    "expanded_size",
    "from_sympy",
    "size_refusal",
    "symbol_name",
    "to_sympy",
]
