"""From nodes to formulas: what an operation looks like, and where it needs brackets."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from chainrule.graph.wengert import WengertList
from chainrule.ops import OPS, Op
from chainrule.readings.terms import (
    ELLIPSIS,
    Fenced,
    Fraction,
    Numeral,
    Power,
    Root,
    Row,
    Sign,
    Symbol,
    Term,
    Word,
    row,
)

# How tightly a formula holds together; a looser one inside a tighter one gets brackets.
SUM, SIGNED, PRODUCT, PREFIX, POWER, ATOM = range(6)


class Formula(NamedTuple):
    """A term and how tightly it holds together."""

    term: Term
    binding: int


Names = Callable[[int], Term | None]
Leaf = Callable[[int, int], Formula | None]


class Limits(NamedTuple):
    """How much of a formula is written out before it is cut with an ellipsis."""

    depth: int = 30
    nodes: int = 200


CELL = Limits(depth=12, nodes=40)
READING = Limits()


def atom(term: Term) -> Formula:
    """Return a term that never needs brackets."""
    return Formula(term, ATOM)


def bracketed(formula: Formula, least: int) -> Term:
    """Return the term, in brackets where it holds together less than `least`."""
    return formula.term if formula.binding >= least else Fenced(formula.term)


def _number(text: str) -> Formula:
    if "/" in text:
        above, below = text.split("/")
        return Formula(Fraction(Numeral(above), Numeral(below)), PRODUCT)
    mantissa, _, power = text.lower().partition("e")
    numeral = Numeral(mantissa, int(power)) if power else Numeral(mantissa)
    if text.startswith("-"):
        return Formula(numeral, SIGNED)
    return Formula(numeral, PRODUCT if power else ATOM)


def _sum(sign: str, left: Formula, right: Formula) -> Formula:
    return Formula(row(bracketed(left, SUM), Sign(sign), bracketed(right, PRODUCT)), SUM)


def _starts_with_digit(term: Term) -> bool:
    while isinstance(term, Row | Power | Fraction):
        term = (
            term.terms[0] if isinstance(term, Row) else
            term.base if isinstance(term, Power) else term.above
        )  # fmt: skip
    return isinstance(term, Numeral)


def _closed(term: Term) -> Term:
    """Return a factor that others follow: sin x becomes sin(x), lest it take them as well."""
    if not isinstance(term, Row) or len(term.terms) < 2:
        return term
    *before, last = term.terms
    if isinstance(before[0], Word) and before[0].text in _HEADS:
        bracketed = isinstance(last, Fenced) and last.left == "("
        return term if bracketed else Row((before[0], Fenced(last)))
    return Row((*before, _closed(last)))


def _product(left: Formula, right: Formula) -> Formula:
    first, second = _closed(bracketed(left, PRODUCT)), bracketed(right, PREFIX)
    if isinstance(left.term, Numeral) and left.term.power is None:
        if isinstance(second, Fenced | Symbol | Power | Root) and not _starts_with_digit(second):
            return Formula(row(first, second), PRODUCT)  # 3t, 2x², 2(x + 1)
        if isinstance(second, Row) and isinstance(second.terms[0], Word):
            return Formula(row(first, Word("\u2009", r"\,"), second), PRODUCT)  # 3 sin t
    return Formula(row(first, Sign("·", tight=True), second), PRODUCT)


def _negation(operand: Formula) -> Formula:
    return Formula(row(Sign("−", tight=True), bracketed(operand, PRODUCT)), SIGNED)


def _power(base: Formula, exponent: Formula) -> Formula:
    return Formula(Power(bracketed(base, ATOM), exponent.term), POWER)


def _applied(op: Op, operands: Sequence[Formula]) -> Formula:
    head = Word(_WORDS.get(op.name, op.name), op.latex)
    if len(operands) == 1:
        argument = operands[0]
        base = argument.term.base if isinstance(argument.term, Power) else argument.term
        bare = isinstance(base, Symbol) and op.name not in _ALWAYS_BRACKETED
        fenced = isinstance(argument.term, Fenced) and op.name not in _ALWAYS_BRACKETED
        if bare or fenced:
            space: tuple[Term, ...] = (
                () if isinstance(argument.term, Fenced) else (Word("\u2009", "{}"),)
            )
            return Formula(Row((head, *space, argument.term)), PREFIX)
    inner: list[Term] = []
    for operand in operands:
        inner += [Sign(",", tight=True), Word("\u2009", r"\,")] if inner else []
        inner.append(operand.term)
    return Formula(row(head, Fenced(Row(tuple(inner)))), PREFIX)


_WORDS = {"log": "ln", "sigmoid": "σ", "max_weight": "largest"}
_ALWAYS_BRACKETED = frozenset(
    {"sigmoid", "relu", "sign", "step", "max", "sum", "max_weight", "exp", "broadcast"}
)

# Function names before an operand; two names in a product stand apart by their brackets.
_HEADS = frozenset(_WORDS.get(op.name, op.name) for op in OPS.values())

_T = Word("⊤", r"\top")

WRITTEN: Mapping[str, Callable[..., Formula]] = {
    "add": lambda a, b: _sum("+", a, b),
    "sub": lambda a, b: _sum("−", a, b),
    "mul": _product,
    "div": lambda a, b: Formula(Fraction(a.term, b.term), PRODUCT),
    "reciprocal": lambda a: Formula(Fraction(Numeral("1"), a.term), PRODUCT),
    "neg": _negation,
    "power": _power,
    "sqrt": lambda a: atom(Root(a.term)),
    "abs": lambda a: atom(Fenced(a.term, "|", "|")),
    "identity": lambda a: a,
    "exp": lambda a: Formula(Power(Word("e", "e"), a.term), POWER),
    "matmul": lambda a, b: Formula(
        row(bracketed(a, PRODUCT), Word("\u2009", r"\,"), bracketed(b, PREFIX)), PRODUCT
    ),
    "outer": lambda a, b: Formula(
        row(bracketed(a, PRODUCT), Word("\u2009", r"\,"), Power(bracketed(b, ATOM), _T)), PRODUCT
    ),
    "transpose": lambda a: Formula(Power(bracketed(a, ATOM), _T), POWER),
    "pi": lambda: atom(Symbol("π")),
    "e": lambda: atom(Word("e", "e")),
    "broadcast": lambda a: a,
}


def formula_of(op: Op, operands: Sequence[Formula], parameters: Mapping[str, object]) -> Formula:
    """Return how `op` applied to `operands` is written."""
    if op.name == "constant":
        return _number(str(parameters["text"]))
    if op.name in WRITTEN:
        return WRITTEN[op.name](*operands)
    return _applied(op, operands)


def compose(
    graph: WengertList, node: int, names: Names, limits: Limits = CELL, *, named_root: bool = False
) -> Formula:
    """Return the formula of `node`, written out down to nodes that have a name.

    Parameters
    ----------
    names
        The name of a node as a term; None where its formula is to be written out.
    limits
        Beyond this depth or count of nodes an ellipsis stands.
    named_root
        Whether `node` itself may stand by its name.
    """
    left = [limits.nodes]

    def written(graph: WengertList, node: int, leaf: Leaf, depth: int, root: bool) -> Formula:
        known = None if root else leaf(node, depth)
        if known is not None:
            return known
        left[0] -= 1
        if depth <= 0 or left[0] <= 0:
            return atom(ELLIPSIS)
        parameters, operands = graph.parameters_of(node), graph.operands[node]
        body = parameters.get("body")
        if isinstance(body, WengertList):

            def entry(inner: int, depth: int) -> Formula | None:
                if inner >= len(operands):
                    return None
                return written(graph, operands[inner], leaf, depth, False)

            return written(body, body.outputs[0], entry, depth, True)
        inner = [written(graph, i, leaf, depth - 1, False) for i in operands]
        return formula_of(graph.ops[node], inner, parameters)

    def named(node: int, _depth: int) -> Formula | None:
        name = names(node)
        return None if name is None else atom(name)

    return written(graph, node, named, limits.depth, not named_root)
