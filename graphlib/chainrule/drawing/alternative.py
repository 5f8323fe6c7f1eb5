"""What a drawing says in words: for those who do not see it, and under the pointer."""

from __future__ import annotations

import unicodedata

from chainrule.algebras.array import Array
from chainrule.drawing.reduction import Reduction
from chainrule.errors import excerpt
from chainrule.graph.wengert import INPUT, Edge
from chainrule.passes.run import Number
from chainrule.readings.catalogue import WORDS, say
from chainrule.readings.cells import conventions
from chainrule.readings.numbers import summary
from chainrule.readings.terms import Partial, Sign, Term, row, text
from chainrule.readings.view import View

MARK = "△"
"""Stands beside a warning, so that colour alone never says it."""

LONGEST = 32
LONGEST_ON_EDGE = 16
"""Characters of a name, a formula or a number that fit a card."""


def in_words(drawn: Reduction, *, derivatives: bool = True) -> str:
    """Return in words what is drawn: how many nodes, then one sentence a node.

    Adjoints and local partials are told only with `derivatives`.
    """
    view = drawn.view
    count = len(drawn.nodes)
    output = short(view.name(view.run.output))
    head = say("drawing", count=f"{count:,}", plural="s" * (count != 1), output=output)
    arriving: dict[int, list[Edge]] = {}
    for edge in drawn.edges:
        arriving.setdefault(edge.user, []).append(edge)
    lines = [head, drawn.note] if drawn.note else [head]
    for cluster in drawn.clusters:
        names = ", ".join(short(view.name(node)) for node in cluster.nodes)
        lines.append(printable(f"{WORDS['frame']} {cluster.title}: {names}."))
    for node in drawn.nodes:
        word = WORDS["adjoint" if node in drawn.adjoints else "value"]
        lines.append(node_in_words(view, node, derivatives=derivatives, word=word))
        if derivatives:
            lines += [edge_in_words(view, edge) for edge in arriving.get(node, [])]
    return " ".join(line for line in lines if line)


def node_in_words(
    view: View, node: int, *, derivatives: bool = True, word: str = WORDS["value"]
) -> str:
    """Return a sentence on a node: its formula, value and derivative, and what is wrong there.

    `word` is what its value is called.
    """
    value = view.run.value(node)
    is_input = view.graph.ops[node] is INPUT
    parts = [
        say("drawing_input", node=short(view.name(node)))
        if is_input
        else short(view.equation(node))
    ]
    parts.append(f"{word} {shown(view, value)}")
    numbers = [value]
    if derivatives and has_derivative(view, node):
        derivative = view.run.derivative(node)
        numbers.append(derivative)
        word = WORDS["adjoint" if view.reverse else "tangent"]
        parts.append(f"{word} {shown(view, derivative)}")
    if node in view.run.kinks:
        parts.append(f"{WORDS['a_kink']}: {conventions(view, node)}")
    reasons = [reason for reason in map(view.why, numbers) if reason]
    return printable(" ".join([f"{', '.join(parts)}.", *dict.fromkeys(reasons)]))


def edge_in_words(view: View, edge: Edge) -> str:
    """Return a sentence on an edge: its local partial; empty where it has none."""
    partial = view.run.partial(edge.user, edge.slot)
    if partial is None:
        return ""
    chain = [short(view.partial_name(edge)), *partial_parts(view, edge, whole=True)]
    return printable(f"{' = '.join(chain)}.")


def partial_parts(view: View, edge: Edge, *, whole: bool = False) -> list[str]:
    """Return the local partial as formula and number, once where both are the same.

    Parameters
    ----------
    whole
        Whether the number is wanted even if it is too long for an edge.
    """
    partial = view.run.partial(edge.user, edge.slot)
    formula = short(view.partial_formula(edge))
    if partial is None:
        return [formula]
    if not is_number(partial) or not (whole or on_edge(view, partial)):
        named = is_number(partial) or whole or len(formula) <= LONGEST_ON_EDGE
        return [formula if named else WORDS["linear_map"]]
    number = shown(view, partial)
    return [number] if formula == number else [formula, number]


def is_number(number: Number) -> bool:
    """Whether there is a number to show, not a linear map between vectors."""
    return (
        number.undefined is not None
        or isinstance(number.shown, Array)
        or hasattr(number.shown, "__float__")
    )


def on_edge(view: View, number: Number) -> bool:
    """Whether a number is short enough to stand on an edge, where long vectors would not."""
    return is_number(number) and len(shown(view, number)) <= LONGEST_ON_EDGE


def has_derivative(view: View, node: int) -> bool:
    """Whether an adjoint or tangent is due: the node depends on an input, or is seeded."""
    return view.graph.varies[node] or node in view.run.seeds


def derivative_symbol(view: View, node: int) -> Term:
    """Return what stands before a derivative: ∂J for adjoints, ∂/∂x for tangents, or ū."""
    name = view.derivative_name(node)
    if not isinstance(name, Partial):
        return name
    d = Sign(name.sign, tight=True)
    return row(d, name.above) if view.reverse else row(d, Sign("/", tight=True), d, name.below)


def shown(view: View, number: Number) -> str:
    """Return a number in digits; an array too long for a card as its shape and norm."""
    digits = text(view.numeral(number, "value"))
    if isinstance(number.shown, Array) and len(digits) > LONGEST:
        return text(summary(number.shown, view.notation.format))
    return digits


def short(term: Term) -> str:
    """Return a term as a line of text that fits a card."""
    return printable(text(term), LONGEST)


def printable(words: str, longest: int = 10_000) -> str:
    """Return words on one line, without characters that do not show, cut to `longest`."""
    # Thin and no-break spaces count as not printable, but are meant.
    spaced = "".join(" " if unicodedata.category(c) == "Zs" else c for c in words)
    return excerpt(spaced, longest)
