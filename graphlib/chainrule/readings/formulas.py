"""From nodes to formulas: what an operation looks like, and where it needs brackets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction as Exact
from functools import lru_cache
from numbers import Rational
from typing import Any, NamedTuple

from chainrule.graph.builder import number_text
from chainrule.graph.wengert import INPUT, WengertList
from chainrule.ops import OPS, Op
from chainrule.readings.terms import (
    ELLIPSIS,
    Cases,
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
    joined,
    row,
    text_subscript,
)

# How tightly a formula holds together; a looser one inside a tighter one gets brackets.
CHOICE, SUM, SIGNED, PRODUCT, PREFIX, POWER, ATOM = range(7)


class Formula(NamedTuple):
    """A term and how tightly it holds together."""

    term: Term
    binding: int


Names = Callable[[int], Term | None]
Leaf = Callable[[int, int], Formula | None]


class Extent(NamedTuple):
    """How much of a formula is written out before it is cut with an ellipsis."""

    depth: int = 30
    nodes: int = 200


CELL = Extent(depth=12, nodes=40)
READING = Extent()


def atom(term: Term) -> Formula:
    """Return a term that never needs brackets."""
    return Formula(term, ATOM)


def bracketed(formula: Formula, least: int) -> Term:
    """Return the term, in brackets where it holds together less than `least`."""
    return formula.term if formula.binding >= least else Fenced(formula.term)


@lru_cache(maxsize=4096)
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
    while isinstance(term, (Row, Power, Fraction)):
        term = (
            term.terms[0]
            if isinstance(term, Row)
            else term.base
            if isinstance(term, Power)
            else term.above
        )
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
    if left.binding == SIGNED and _starts_with_digit(left.term):
        return left._replace(term=_product(Formula(left.term, PRODUCT), right).term)  # −2x
    first, second = _closed(bracketed(left, PRODUCT)), bracketed(right, PREFIX)
    if isinstance(left.term, Numeral) and left.term.power is None:
        if isinstance(second, (Fenced, Symbol, Power, Root)) and not _starts_with_digit(second):
            return Formula(row(first, second), PRODUCT)  # 3t, 2x², 2(x + 1)
        if isinstance(second, Row) and isinstance(second.terms[0], Word):
            return Formula(row(first, Word("\u2009", r"\,"), second), PRODUCT)  # 3 sin t
    return Formula(row(first, Sign("·", tight=True), second), PRODUCT)


def _negation(operand: Formula) -> Formula:
    return Formula(row(Sign("−", tight=True), bracketed(operand, PRODUCT)), SIGNED)


def _power(base: Formula, exponent: Formula) -> Formula:
    return Formula(Power(bracketed(base, ATOM), exponent.term), POWER)


_THIN = Word("\u2009", "{}")


def _head(op: Op, parameters: Mapping[str, object]) -> Word:
    if op.name == "polygamma":
        order = str(parameters["order"])
        return Word("ψ" + text_subscript(order), rf"\psi_{{{order}}}")
    return Word(op.symbol or op.name, op.latex)


def _chosen(op: Op, parameters: Mapping[str, object]) -> Iterable[tuple[str, Formula]]:
    """Yield the parameters that make it another function, where they are not the usual ones.

    What is used at a kink is told beside the formula.
    """
    for name, value in parameters.items():
        of_kink = name == "at" or (op.kink is not None and name == op.kink.choice)
        if not of_kink and isinstance(value, Rational) and value != op.parameters.get(name):
            yield name, _number(number_text(Exact(value)))


def _applied(op: Op, operands: Sequence[Formula], parameters: Mapping[str, object]) -> Formula:
    head = _head(op, parameters)
    chosen = () if op.name == "polygamma" else tuple(_chosen(op, parameters))
    if len(operands) == 1 and not chosen:
        argument = operands[0]
        base = argument.term.base if isinstance(argument.term, Power) else argument.term
        if op.bare and (isinstance(base, Symbol) or isinstance(argument.term, Fenced)):
            space = () if isinstance(argument.term, Fenced) else (_THIN,)
            return Formula(Row((head, *space, argument.term)), PREFIX)
    comma = Sign(",", tight=True), Word("\u2009", r"\,")
    inner = list(joined((operand.term for operand in operands), *comma).terms)
    for name, value in chosen:
        inner += [*comma, Symbol(name), Sign("=", tight=True), value.term]
    return Formula(row(head, Fenced(Row(tuple(inner)))), PREFIX)


# Function names before an operand; two names in a product stand apart by their brackets.
_HEADS = frozenset(op.symbol or op.name for op in OPS.values())

_ONE = atom(Numeral("1"))
_WEIGHTS = {"max_weight": OPS["max"], "min_weight": OPS["min"]}


def _weight(op: Op, operands: Sequence[Formula], parameters: Mapping[str, object]) -> Formula:
    """Write [x = max(x, y)], which is 1 where that is so, else 0: Iverson's bracket."""
    slot = int(str(parameters["slot"]))
    claim = row(operands[slot].term, Sign("="), _applied(op, operands, {}).term)
    return atom(Fenced(claim, "[", "]"))


COMPARED = {
    "less": "<",
    "at_most": "≤",
    "greater": ">",
    "at_least": "≥",
    "equal": "=",
    "unequal": "≠",
}
_LOGIC = {"and": " and ", "or": " or "}


def _condition(condition: Sequence[Any], operands: Sequence[Formula], inside: str = "") -> Term:
    """Return a condition of a choice; in brackets where it stands inside one of another kind."""
    what, *parts = condition
    if what == "not":
        return row(Word("not "), _condition(parts[0], operands, what))
    if what in _LOGIC:
        whole = joined((_condition(part, operands, what) for part in parts), Word(_LOGIC[what]))
        return Fenced(whole) if inside else whole
    compared = [bracketed(operands[slot], SUM) for slot in parts]
    if what == "positive":
        return row(*compared, Sign(">"), Numeral("0"))
    return row(compared[0], Sign(COMPARED[what]), compared[1])


_UNDEFINED = atom(Word("undefined"))


def _choice(operands: Sequence[Formula], when: Sequence[Any]) -> Formula:
    """Write a choice as cases; a last one that is nowhere is left out."""
    values = operands[len(operands) - len(when) :]
    rows = [
        (bracketed(value, SUM), None if condition[0] == "else" else _condition(condition, operands))
        for value, condition in zip(values, when, strict=True)
    ]
    kept = rows[:-1] if values[-1] == _UNDEFINED else rows
    return Formula(Cases(tuple(kept)), CHOICE)


_T = Word("⊤", r"\top")

WRITTEN: Mapping[str, Callable[..., Formula]] = {
    "add": lambda a, b: _sum("+", a, b),
    "sub": lambda a, b: _sum("−", a, b),
    "mul": _product,
    "div": lambda a, b: Formula(Fraction(a.term, b.term), PRODUCT),
    "reciprocal": lambda a: Formula(Fraction(Numeral("1"), a.term), PRODUCT),
    "neg": _negation,
    "power": _power,
    "square": lambda a: _power(a, atom(Numeral("2"))),
    "sqrt": lambda a: atom(Root(a.term)),
    "cbrt": lambda a: atom(Root(a.term, Numeral("3"))),
    "root": lambda a, n: atom(Root(a.term, n.term)),
    "expm1": lambda a: _sum("−", WRITTEN["exp"](a), _ONE),
    "log1p": lambda a: _applied(OPS["log"], [_sum("+", _ONE, a)], {}),
    "floor": lambda a: atom(Fenced(a.term, "⌊", "⌋")),
    "ceil": lambda a: atom(Fenced(a.term, "⌈", "⌉")),
    "bce_slope": lambda p, t: Formula(
        Fraction(_sum("−", p, t).term, _product(p, _sum("−", _ONE, p)).term), PRODUCT
    ),
    "target_ratio": lambda t, p: Formula(Fraction(t.term, p.term), PRODUCT),
    "squared_error": lambda p, t: _power(_sum("−", p, t), atom(Numeral("2"))),
    "absolute_error": lambda p, t: atom(Fenced(_sum("−", p, t).term, "|", "|")),
    "abs": lambda a: atom(Fenced(a.term, "|", "|")),
    "identity": lambda a: a,
    "given": lambda a, b: a,
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
    "nowhere": lambda: _UNDEFINED,
    "broadcast": lambda a: a,
    "batch_repeat": lambda a, like: a,
    "reshape": lambda a: a,
    "eye": lambda: atom(Word("I", "I")),
    "norm": lambda a: atom(Fenced(a.term, "‖", "‖")),
    "dot": lambda a, b: Formula(
        row(Power(bracketed(a, ATOM), _T), Word("\u2009", r"\,"), bracketed(b, PREFIX)), PRODUCT
    ),
}


def formula_of(op: Op, operands: Sequence[Formula], parameters: Mapping[str, object]) -> Formula:
    """Return how `op` applied to `operands` is written."""
    if op.name == "constant":
        return _number(str(parameters["text"]))
    if op.name in _WEIGHTS:
        return _weight(_WEIGHTS[op.name], operands, parameters)
    if op.name == "where":
        return _choice(operands, parameters["when"])  # type: ignore[arg-type]
    if op.name == "index":
        at = Word(", ".join(map(str, parameters["at"])))  # type: ignore[call-overload]
        return Formula(row(bracketed(operands[0], ATOM), Fenced(at, "[", "]")), POWER)
    if op.name in WRITTEN:
        return WRITTEN[op.name](*operands)
    return _applied(op, operands, parameters)


def compose(
    graph: WengertList, node: int, names: Names, limits: Extent = CELL, *, named_root: bool = False
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

    def named(node: int, _depth: int) -> Formula | None:
        name = names(node)
        return None if name is None else atom(name)

    return _Composer(limits.nodes).written(graph, node, named, limits.depth, not named_root)


def in_inputs(graph: WengertList) -> Formula:
    """Return the formula of the main output, written out down to the inputs."""

    def name(node: int) -> Term | None:
        return Symbol(graph.names[node]) if graph.ops[node] is INPUT else None

    return compose(graph, graph.outputs[0], name, READING, named_root=True)


def written_out(graph: WengertList, name: str) -> Term:
    """Return "name = formula" of the main output in the inputs, or the name of an input alone."""
    if graph.ops[graph.outputs[0]] is INPUT:
        return Symbol(name)
    return row(Symbol(name), Sign("="), in_inputs(graph).term)


class _Composer:
    """Writes one formula and counts its nodes."""

    def __init__(self, nodes: int) -> None:
        self.left = nodes

    def written(
        self, graph: WengertList, node: int, leaf: Leaf, depth: int, root: bool = False
    ) -> Formula:
        """Return the formula of `node`; unless it is the `root`, it may be a leaf."""
        known = None if root else leaf(node, depth)
        if known is not None:
            return known
        self.left -= 1
        if depth <= 0 or self.left <= 0:
            return atom(ELLIPSIS)
        parameters, operands = graph.parameters_of(node), graph.operands[node]
        body = parameters.get("body")
        if isinstance(body, WengertList):

            def entry(inner: int, depth: int) -> Formula | None:
                if inner >= len(operands):
                    return None
                return self.written(graph, operands[inner], leaf, depth)

            return self.written(body, body.outputs[0], entry, depth, True)
        inner = [self.written(graph, i, leaf, depth - 1) for i in operands]
        return formula_of(graph.ops[node], inner, parameters)
