"""Formulas that lose digits or overflow, and equal ones that do not: a table over the graph."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from chainrule.graph.builder import Builder, Expression
from chainrule.graph.wengert import WengertList
from chainrule.ops import OPS
from chainrule.readings.formulas import compose
from chainrule.readings.terms import Fenced, Symbol, Term, Word, row

Form = Callable[[Any, Expression], Any]
# What such a function answers is an Expression, or None where the node has no stable form.


@dataclass(frozen=True, slots=True)
class StableForm:
    """A node that has a stable form.

    Parameters
    ----------
    node
        Index of the node in the graph that was searched.
    formula, proposal
        Its formula and the equal one to write instead, in the names of the graph.
    graph
        The proposal as a graph over the same inputs.
    """

    node: int
    formula: Term
    proposal: Term
    graph: WengertList


def _one(x: Expression) -> bool:
    return x.number == 1


def _beside_one(x: Expression) -> Expression | None:
    """Return a of 1 + a or a + 1."""
    if x.op.name != "add":
        return None
    left, right = x.operands
    return right if _one(left) else left if _one(right) else None


def _inside(x: Expression, *names: str) -> Expression | None:
    """Return a of name(a)."""
    return x.operands[0] if x.op.name in names else None


def _squared(x: Expression) -> Expression | None:
    """Return a of a²."""
    if x.op.name == "power" and x.operands[1].number == 2:
        return x.operands[0]
    return _inside(x, "square")


def _sigmoid(x: Expression) -> Expression | None:
    """Return a of σ(a), also where it is written 1/(1 + e^−a)."""
    if x.op.name == "div" and _one(x.operands[0]):
        beside = _beside_one(x.operands[1])
        exponent = None if beside is None else _inside(beside, "exp")
        return None if exponent is None else -exponent
    return _inside(x, "sigmoid")


def _one_less(x: Expression) -> Expression | None:
    """Return a of 1 − a."""
    return x.operands[1] if x.op.name == "sub" and _one(x.operands[0]) else None


def _log(m: Any, x: Expression) -> Any:
    (inner,) = x.operands
    if (a := _sigmoid(inner)) is not None:  # ln σ(a) = −softplus(−a)
        return -m.softplus(-a)
    beside, rest = _beside_one(inner), _one_less(inner)
    if rest is not None:
        a = _sigmoid(rest)  # ln(1 − σ(a)) = −softplus(a)
        return m.log1p(-rest) if a is None else -m.softplus(a)
    if beside is None:
        return None
    a = _inside(beside, "exp")  # ln(1 + e^a) = softplus(a)
    return m.log1p(beside) if a is None else m.softplus(a)


def _sub(m: Any, x: Expression) -> Any:
    left, right = x.operands
    if _one(right) and (a := _inside(left, "exp")) is not None:  # e^a − 1
        return m.expm1(a)
    if _one(left):
        return _from_one(m, right)
    roots = _inside(left, "sqrt"), _inside(right, "sqrt")
    if roots[0] is not None and roots[1] is not None:  # √p − √q = (p − q)/(√p + √q)
        return _difference(roots[0], roots[1]) / (left + right)
    squares = _squared(left), _squared(right)
    if squares[0] is not None and squares[1] is not None:  # a² − b² = (a − b)(a + b)
        return (squares[0] - squares[1]) * (squares[0] + squares[1])
    return None


def _from_one(m: Any, x: Expression) -> Any:
    """Return the stable form of 1 − x."""
    if (a := _inside(x, "cos")) is not None:  # 1 − cos a = 2 sin²(a/2)
        return 2 * m.sin(a / 2) ** 2
    if (a := _sigmoid(x)) is not None:  # 1 − σ(a) = σ(−a)
        return m.sigmoid(-a)
    if (a := _inside(x, "erf")) is not None:
        return m.erfc(a)
    base = _squared(x)
    if base is not None and (a := _inside(base, "tanh")) is not None:  # 1 − tanh² a = sech² a
        return m.sech(a) ** 2
    return None


def _difference(p: Expression, q: Expression) -> Expression:
    """Return p − q; where p is q and something, that something."""
    if p.op.name == "add":
        left, right = p.operands
        if left.index == q.index:
            return right
        if right.index == q.index:
            return left
    return p - q


def _div(m: Any, x: Expression) -> Any:
    above, below = x.operands
    a, beside = _inside(above, "exp"), _beside_one(below)
    if a is not None and beside is not None and beside.index == above.index:
        return m.sigmoid(a)  # e^a/(1 + e^a) = σ(a)
    return None


def _bce(m: Any, x: Expression) -> Any:
    p, t = x.operands
    a = _sigmoid(p)
    return None if a is None else m.bce_with_logit(a, t)


def _cross_entropy(m: Any, x: Expression) -> Any:
    p, t = x.operands
    a = _inside(p, "softmax")
    return m.cross_entropy_with_logits(a, t) if a is not None and a.ndim == 1 else None


FORMS: dict[str, Form] = {
    "log": _log,
    "sub": _sub,
    "div": _div,
    "bce": _bce,
    "cross_entropy": _cross_entropy,
}
"""By the operation that a node ends with, the stable form of its formula, None for none."""

FROM_LOGITS = {
    OPS["bce"]: ("bce_with_logit", "the logit a, where p = σ(a)"),
    OPS["cross_entropy"]: ("cross_entropy_with_logits", "the logits a, where p = softmax(a)"),
}
"""Losses of probabilities, which are infinite for some, and the losses of any number instead."""


def from_logits(graph: WengertList, node: int) -> tuple[str, str] | None:
    """Return the loss of logits to use instead of that in a node, and of what; None for none."""
    body = graph.parameters_of(node).get("body")
    inside = body.ops if isinstance(body, WengertList) else (graph.ops[node],)
    return next((FROM_LOGITS[op] for op in inside if op in FROM_LOGITS), None)


# Spelled in formulas as what they are equal to, here by their own names.
_SPELLED = frozenset(("log1p", "expm1"))


def stable_forms(graph: WengertList) -> Iterator[StableForm]:
    """Yield the nodes of a graph whose formulas have a stable form."""
    builder = Builder(graph, simplify=True)
    for node, op in enumerate(graph.ops):
        form = FORMS.get(op.name)
        if form is None or not graph.varies[node]:
            continue
        found = form(builder.maths, Expression(builder, node))
        if found is None:
            continue
        written = builder.finish([found])
        yield StableForm(
            node, _formula(graph, node, root=node), _formula(written, written.outputs[0]), written
        )


def _formula(graph: WengertList, node: int, root: int = -1) -> Term:
    """Return a formula in the graph's own names."""

    def names(inner: int) -> Term | None:
        if inner == root:
            return None
        if inner in graph.names:
            return Symbol(graph.names[inner])
        if graph.ops[inner].name in _SPELLED:
            (operand,) = graph.operands[inner]
            return row(Word(graph.ops[inner].name), Fenced(_formula(graph, operand)))
        return None

    return compose(graph, node, names, named_root=True).term
