"""Single changes to what a graph shows, by the names that stand in its table.

A change is a text, as links and the command line carry it: "u" folds u with all that is used by
it alone, "u u1 u2" folds these nodes, "-u" opens the fold u.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from chainrule.errors import GraphError
from chainrule.graph.wengert import INPUT, WengertList
from chainrule.language.names import canonical_label
from chainrule.passes.folding import (
    between,
    exits_of,
    feeding,
    fold_one,
    unfold,
    with_constants,
)
from chainrule.readings.terms import Symbol, text
from chainrule.readings.view import Notation, labels

NAMES_SHOWN = 12


def changed(
    graph: WengertList, changes: Iterable[str], notation: Notation | None = None
) -> WengertList:
    """Return the graph after some changes, one after the other.

    Raises
    ------
    GraphError
        If a name is none, a set of nodes cannot be one, or a node is no fold; names the node
        that is in the way.
    """
    for change in changes:
        if change.startswith("-"):
            graph = unfolded(graph, change[1:], notation)
        else:
            graph = folded(graph, change.split(), notation)
    return graph


def folded(
    graph: WengertList, names: Sequence[str], notation: Notation | None = None
) -> WengertList:
    """Return the graph with some nodes as one; a single one takes in what it alone uses."""
    nodes = {_find(graph, name, notation) for name in names}
    called = {n: _said(name) for n, name in labels(graph, notation or Notation()).items()}
    for node in sorted(nodes):
        if graph.ops[node] is INPUT:
            raise GraphError(f"{called[node]} is an input, which no fold swallows")
    if not nodes:
        raise GraphError("a fold of no nodes; name one or several")
    if len(nodes) == 1:
        (node,) = nodes
        nodes = feeding(graph, node)
        if len(nodes) == 1:
            raise GraphError(_nothing_to_fold(graph, node, called))
        return fold_one(graph, nodes)
    stranger = between(graph, nodes)
    if stranger is not None:
        raise GraphError(
            f"{called[stranger]} lies on a way between these nodes: "
            "a fold that leaves it out would have to come before and after it"
        )
    nodes = with_constants(graph, nodes)
    exits = [node for node in exits_of(graph, nodes) if node in called]
    if len(exits) != 1:
        ways = " and ".join(_used(graph, node, nodes, called) for node in exits[:2])
        raise GraphError(f"a fold has one exit, but {ways}")
    return fold_one(graph, nodes)


def unfolded(graph: WengertList, name: str, notation: Notation | None = None) -> WengertList:
    """Return the graph with a fold opened."""
    node = _find(graph, name, notation)
    if "body" not in graph.parameters_of(node):
        raise GraphError(f"{_said(name)} is one operation: there is nothing to unfold")
    return unfold(graph, node)


def foldable(graph: WengertList, node: int, called: Mapping[int, str]) -> bool:
    """Tell whether anything feeds a node alone that has a card, so a name in `called`."""
    return any(inner in called for inner in feeding(graph, node) - {node})


def opens(graph: WengertList, node: int) -> bool:
    """Tell whether a node is a fold inside which there is more than one operation."""
    body = graph.parameters_of(node).get("body")
    if not isinstance(body, WengertList):
        return False
    return sum(1 for operands in body.operands if operands) > 1


def _find(graph: WengertList, name: str, notation: Notation | None) -> int:
    wanted = canonical_label(name)
    for named in (notation, Notation()):
        if named is not None:
            nodes = {label: node for node, label in labels(graph, named).items()}
            if wanted in nodes:
                return nodes[wanted]
    known = ", ".join(list(nodes)[:NAMES_SHOWN])
    raise GraphError(f"no node {name!r}; nodes that are shown are: {known}")


def _nothing_to_fold(graph: WengertList, node: int, called: dict[int, str]) -> str:
    """Say why a node cannot take in what it uses."""
    for operand in graph.operands[node]:
        if operand not in called or graph.ops[operand] is INPUT:
            continue
        others = [e.user for e in graph.users[operand] if e.user != node]
        if operand in graph.outputs:
            return f"{called[operand]} is an output, so {called[node]} cannot take it in"
        if others:
            return (
                f"{called[operand]} is used by {called[others[0]]} too, "
                f"so {called[node]} cannot take it in"
            )
    return f"{called[node]} has only inputs and constants: there is nothing to fold"


def _used(graph: WengertList, node: int, nodes: set[int], called: dict[int, str]) -> str:
    outside = [e.user for e in graph.users[node] if e.user not in nodes]
    if outside:
        return f"{called[node]} is used by {called[outside[0]]}"
    return f"{called[node]} is an output"


def _said(label: str) -> str:
    return text(Symbol(label))
