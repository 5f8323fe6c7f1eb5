"""Operations of one's own: records that travel with a call, beside those that are built in."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from typing import Any

from chainrule.errors import RuleError
from chainrule.graph.builder import CONSTANT, Builder
from chainrule.graph.wengert import WengertList
from chainrule.ops import OPS, Op
from chainrule.ops.record import Rule
from chainrule.passes.derivatives import gradient_graph

TRIED = tuple(map(Fraction, ("3/4", "-5/4", "1/4", "5/2", "-1/8", "7", "-9/2")))
"""Numbers of which the samples are made where none are given."""


def operation(
    name: str,
    value: Rule,
    partials: Sequence[Rule] | Callable[[int], Rule] | None = None,
    **record: Any,
) -> Op:
    """Return an operation of one's own, to use in `parse`, `Graph.trace` and `nn`.

    It is a record like those in `OPS`, and everything follows from it: formulas and LaTeX,
    tables, pictures, NumPy source and closed forms. Nothing is registered: who uses it passes it
    on. `chainrule.testing.check` proves it by the laws that hold for those built in.

    >>> import chainrule
    >>> gate = chainrule.operation("gate", lambda m, x, *, k=2: x * m.sigmoid(k * x))
    >>> graph = chainrule.parse("y = gate(u); u = 3x", operations=[gate])
    >>> graph.gradient({"x": 0})
    {'x': 1.5}
    >>> chainrule.Graph.trace(lambda x: gate(x) + 1).evaluate({"x": 0})
    1.0

    Parameters
    ----------
    name
        Its name, which no operation built in has; it is spelled so in text if nothing else is said.
    value
        `value(m, *operands, **parameters)`: the definition, in arithmetic and in the operations
        `m.exp`, `m.tanh`, …. It may not decide by comparing: `m.maximum` and `m.where` do that.
        Parameters are what it takes by keyword alone, with their defaults.
    partials
        A rule `rule(m, y, *operands, **parameters)` for each operand, with `y` the value. By
        default they are what the chain rule makes of the definition.
    record
        Whatever else `Op` has: `latex`, `symbol`, `domain`, `kink`, `samples`, `doc`, ….

    Raises
    ------
    RuleError
        If the name is taken or cannot be typed, or the parts of the record contradict each other.
    """
    given = inspect.signature(value).parameters.values()
    operands = [p for p in given if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)][1:]
    many = any(p.kind == p.VAR_POSITIONAL for p in given)
    arity = record.pop("arity", None if many else len(operands))
    defaults = {p.name: _exact(p.default) for p in given if p.kind == p.KEYWORD_ONLY}
    record = {
        "parameters": defaults,
        "spellings": (name,),
        "doc": f"{name}, of one's own.",
    } | record
    for spelling in (name, *record["spellings"]):
        if spelling in OPS or spelling in OPS.spelled:
            raise RuleError(f"operation {name}: {spelling!r} is taken by one that is built in")
        if re.fullmatch(r"[A-Za-z]{2}\w*", spelling, re.ASCII) is None:
            raise RuleError(f"operation {name}: {spelling!r} cannot be typed as a function's name")
    rules: Any
    if partials is None and arity is not None:
        rules = tuple(_derived(_numbered(value), slot, arity) for slot in range(arity))
    elif callable(partials):
        rules = lambda slot: _numbered(partials(slot))  # noqa: E731
    else:
        rules = tuple(map(_numbered, partials or ()))
    op = Op(name, arity, _numbered(value), rules, **record)
    return op if op.samples or arity is None else replace(op, samples=_samples(op, arity))


def _exact(number: Any) -> Any:
    return Fraction(number) if isinstance(number, int | float) else number


def _numbered(rule: Rule) -> Rule:
    """Return a rule that takes its parameters as numbers of the kind that it computes with."""

    def numbered(m: Any, *operands: Any, **parameters: Any) -> Any:
        numbers = {k: m.number(v) if type(v) is Fraction else v for k, v in parameters.items()}
        return rule(m, *operands, **numbers)

    return numbered


def _derived(value: Rule, slot: int, arity: int) -> Rule:
    """Return the rule by which the chain rule derives a definition by the operand in `slot`."""

    @lru_cache(maxsize=64)
    def gradient(given: tuple[tuple[str, Any], ...]) -> WengertList:
        builder = Builder()
        inputs = [builder.input(f"x{i}") for i in range(arity)]
        result = builder.lift(value(builder.maths, *inputs, **dict(given)))
        return gradient_graph(builder.finish([result]))

    def partial(m: Any, y: Any, *operands: Any, **parameters: Any) -> Any:
        graph = gradient(tuple(sorted(parameters.items())))
        return _computed(m, graph, operands, graph.outputs[slot])

    return partial


def _computed(m: Any, graph: WengertList, operands: Sequence[Any], goal: int) -> Any:
    """Return a node of a graph as a rule computes it, by the names that rules use."""
    needed = graph.distances([goal])
    values: dict[int, Any] = dict(zip(graph.inputs, operands, strict=True))
    for node, op in enumerate(graph.ops):
        if needed[node] < 0 or node in values:
            continue
        given = graph.parameters_of(node)
        if op is CONSTANT:
            # Of structural 0 and 1, nothing is computed.
            whole = given["number"] in (0, 1) and node == goal
            values[node] = int(given["number"]) if whole else m.number(given["number"])
        else:
            at = [values[operand] for operand in graph.operands[node]]
            values[node] = getattr(m, op.name)(*at, **given)
    return values[goal]


def _samples(op: Op, arity: int) -> tuple[tuple[Fraction, ...], ...]:
    """Return two points inside the domain and off the kinks, as far as they are found."""
    points = (
        tuple(TRIED[(first + 2 * i) % len(TRIED)] for i in range(arity))
        for first in range(len(TRIED))
    )
    inside = (p for p in points if op.domain is None or op.domain.holds(*p))
    return tuple(p for p in inside if not (op.kink and op.kink.at(*p, **op.parameters)))[:2]
