"""Weights as rows: an input that only multiplies another operand stands on the card of its user.

Of the 21 nodes of a network with two layers, nine are such weights; as rows they need no cards,
and no text on their edges, since the value of the row is the local partial by the other factor.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from chainrule.drawing.alternative import short
from chainrule.drawing.reduction import Reduction
from chainrule.graph.wengert import INPUT, Edge
from chainrule.readings.terms import Row, Symbol, Term, Word, text
from chainrule.readings.view import View

FEW: Final = 12
"""Up to so many nodes every input has a card of its own."""

Form = Literal["card", "several", "chip", "row"]
"""A card; a lower one, of an input with several users; one line, of another input; a row."""

_INDEXED: Final = re.compile(r"(.*?[^\d])(\d*)(\d)")


@dataclass(frozen=True, slots=True)
class Weight:
    """An input that is drawn as a row: its edge, and that of the operand it multiplies."""

    edge: Edge
    factor: Edge

    @property
    def node(self) -> int:
        """The input."""
        return self.edge.operand


def with_rows(drawn: Reduction, few: int = FEW) -> tuple[Reduction, dict[int, tuple[Weight, ...]]]:
    """Return what is left to draw once weights are rows, and the rows of each card; of up to `few`
    nodes none is a row.
    """
    if len(drawn.nodes) <= few:
        return drawn, {}
    framed = {node for cluster in drawn.clusters for node in cluster.nodes}
    kept = set(drawn.nodes) - framed
    rows = {
        node: found
        for node in drawn.nodes
        if (found := tuple(w for w in weights(drawn.view, node) if w.node in kept))
    }
    gone = {weight.node for found in rows.values() for weight in found}
    nodes = tuple(node for node in drawn.nodes if node not in gone)
    edges = tuple(edge for edge in drawn.edges if edge.operand not in gone)
    return replace(drawn, nodes=nodes, edges=edges), rows


def form(view: View, node: int, rows: bool, chips: bool = True) -> Form:
    """Return which form the card of a node has: inputs are small where weights are rows.

    Parameters
    ----------
    chips
        Whether an input with one user is one line, for which there is no width on a phone.
    """
    graph = view.graph
    if not rows or graph.ops[node] is not INPUT:
        return "card"
    return "chip" if chips and len(graph.users[node]) == 1 else "several"


def weights(view: View, user: int) -> Iterator[Weight]:
    """Yield the weights of a node: ∂user/∂weight is another operand, and the other way round."""
    graph = view.graph
    if graph.shape(user):
        return
    edges = [edge for edge in graph.edges_into(user) if edge.operand in view.labels]
    by_name = {text(view.name(edge.operand)): edge for edge in edges}
    taken: set[int] = set()
    for edge in edges:
        alone = graph.ops[edge.operand] is INPUT and len(graph.users[edge.operand]) == 1
        if not alone or edge.operand in taken:
            continue
        factor = by_name.get(text(view.partial_formula(edge)))
        if factor is None or factor.operand in taken:
            continue
        if text(view.partial_formula(factor)) == text(view.name(edge.operand)):
            taken |= {edge.operand, factor.operand}
            yield Weight(edge, factor)


def summed(view: View, node: int, rows: Sequence[Weight]) -> Term:
    """Return the formula of a card with rows: ∑ⱼ αⱼxⱼ where names follow an index."""
    whole = view.formula(node)
    products = len(text(whole).split(" + "))
    pairs = [(view.labels[row.node], view.labels[row.factor.operand]) for row in rows]
    bases = {(_base(weight), _base(factor)) for weight, factor in pairs}
    ends = [(weight[-1], factor[-1]) for weight, factor in pairs]
    if products == len(rows) > 1 and len(bases) == 1 and all(a == b for a, b in ends):
        weight, factor = next(iter(bases))
        if weight and factor:
            return Row((Word("∑", r"\textstyle\sum "), Symbol(weight), Symbol(factor)))
    return whole if len(short(whole)) <= 14 else Word("sum of", r"\text{sum of}")


def _base(name: str) -> str:
    """Return a name with j for the last digit of its index, "alpha_1j" of "alpha10"; "" if none."""
    found = _INDEXED.fullmatch(name)
    return "" if found is None else f"{found.group(1).rstrip('_')}_{found.group(2)}j"
