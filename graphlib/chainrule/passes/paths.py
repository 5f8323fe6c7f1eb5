"""Paths: the derivative as a sum over all ways from an input to the output.

Along each path the local partials are multiplied, and the products are added up (Griewank and
Walther, Evaluating Derivatives, section 2.2). The passes never do so, since there may be
2^60 paths; here they are counted without being walked, and the first few are shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

from chainrule.algebras.undefined import Undefined
from chainrule.errors import GraphError
from chainrule.graph.wengert import Edge, WengertList
from chainrule.passes.kinks import same
from chainrule.passes.run import Number, Run

MOST = 200
"""Paths that are shown."""

MOST_EDGES = 100_000
"""Edges on the paths that are shown, all together."""


class Path(NamedTuple):
    """One path: its edges from the input to the output, and the product of their partials."""

    edges: tuple[Edge, ...]
    product: Number


@dataclass(frozen=True, slots=True)
class InputPaths:
    """The paths from one input to the output.

    Parameters
    ----------
    node
        Index of the input.
    count
        How many paths there are: exactly, shown or not.
    shown
        The first of them, from left to right as the formula is written.
    total
        The sum over all paths: of the products if all are shown, else added up node by node.
    adjoint
        The derivative as reverse mode finds it.
    agrees
        Whether the two are equal, as far as is certain; None where there is no number.
    """

    node: int
    count: int
    shown: tuple[Path, ...]
    total: Number
    adjoint: Number
    agrees: bool | None


def paths(run: Run, inputs: Sequence[int], most: int = MOST) -> tuple[InputPaths, ...]:
    """Return the paths from inputs to the output of a run in reverse mode.

    Parameters
    ----------
    inputs
        Indices of the inputs.
    most
        How many paths are shown, of all inputs together.

    Raises
    ------
    GraphError
        If the graph has vectors or a batch: products along their paths are no numbers.
    """
    if not run.graph.is_scalar:
        raise GraphError("paths are those of numbers; the graph has vectors or a batch")
    found: list[InputPaths] = []
    left = most
    for node in inputs:
        made = _from(run, node, left)
        left -= len(made.shown)
        found.append(made)
    return tuple(found)


def counted(graph: WengertList, entry: int) -> list[int]:
    """Return for every node how many paths lead from the input `entry` to it."""
    counts = [0] * len(graph)
    counts[entry] = 1
    for node in range(entry + 1, len(graph)):
        for operand in graph.operands[node]:
            counts[node] += counts[operand]
    return counts


def _from(run: Run, entry: int, most: int) -> InputPaths:
    counts = counted(run.graph, entry)
    count = counts[run.output]
    with run.fine.algebra.session():
        shown = tuple(_listed(run, entry, counts, most))
    with run.fine.algebra.session():
        if len(shown) == count:
            products = [path.product for path in shown]
            total = run.shown(
                sum((p.double for p in products), 0.0),
                sum((p.proven for p in products), run.fine.algebra.number(Fraction(0))),
            )
        else:
            one = run.fine.algebra.number(Fraction(1))
            total = run.shown(
                _summed(run.graph, run.double.local, entry, run.output, 1.0),
                _summed(run.graph, run.fine.local, entry, run.output, one),
            )
        adjoint = run.derivative(entry)
        return InputPaths(entry, count, shown, total, adjoint, _equal(total, adjoint))


def _listed(run: Run, entry: int, counts: Sequence[int], most: int) -> Iterator[Path]:
    """Yield the first paths: from the output down, operands from left to right."""
    graph, double, fine = run.graph, run.double.local, run.fine.local
    products: list[tuple[Any, Any]] = [(1.0, run.fine.algebra.number(Fraction(1)))]
    if run.output == entry:
        yield Path((), run.shown(*products[0]))
        return

    def into(node: int) -> Iterator[Edge]:
        for slot, operand in enumerate(graph.operands[node]):
            if counts[operand]:
                yield Edge(node, slot, operand)

    walked: list[Edge] = []
    open_nodes = [into(run.output)]
    left, edges = most, MOST_EDGES
    while open_nodes and left > 0 and edges > 0:
        edge = next(open_nodes[-1], None)
        if edge is None:
            open_nodes.pop()
            if walked:
                walked.pop()
                products.pop()
            continue
        key, (one, other) = (edge.user, edge.slot), products[-1]
        product = one * double[key], other * fine[key]
        if edge.operand == entry:
            yield Path((edge, *reversed(walked)), run.shown(*product))
            left, edges = left - 1, edges - len(walked) - 1
        else:
            walked.append(edge)
            products.append(product)
            open_nodes.append(into(edge.operand))


def _summed(
    graph: WengertList, local: Mapping[tuple[int, int], Any], entry: int, output: int, one: Any
) -> Any:
    """Return the sum over all paths: what reaches a node is the sum over the edges into it."""
    sums: dict[int, Any] = {entry: one}
    for node in range(entry + 1, output + 1):
        for slot, operand in enumerate(graph.operands[node]):
            if operand in sums and (node, slot) in local:
                part = local[node, slot] * sums[operand]
                sums[node] = sums[node] + part if node in sums else part
    return sums.get(output, one * 0)


def _equal(total: Number, adjoint: Number) -> bool | None:
    if Undefined in (type(total.proven), type(adjoint.proven)):
        return None
    return same(total.proven, adjoint.proven)
