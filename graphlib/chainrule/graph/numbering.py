"""Numbers of the unnamed steps, from which v₁, v₂, … are made, and the graph as a tree.

In a tree every use of a node is a copy of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping

from chainrule.errors import LimitError
from chainrule.graph.wengert import INPUT, WengertList

Place = tuple[int, int]
"""Number among the unnamed steps, 0 for the main output, and which copy it is, from 1."""

MOST_NODES = 5_000
_COUNTED_TO = 10**24


def with_rows(graph: WengertList) -> tuple[int, ...]:
    """Return the nodes that have a row: all but the leaf constants."""
    return tuple(
        node
        for node, op in enumerate(graph.ops)
        if op.arity != 0 or op is INPUT or node in graph.names or node in graph.outputs
    )


def places(graph: WengertList, first: Collection[int] | None = None) -> Mapping[int, Place]:
    """Return the place of every unnamed node that has a row.

    They are those that the list was given, so that a step keeps its name when others are folded
    and unfolded around it; else they are counted.

    Parameters
    ----------
    first
        Nodes that are counted anew and before all others.
    """
    if graph.places and first is None:
        return graph.places
    unnamed = [node for node in with_rows(graph) if node not in graph.names]
    counted = [node for node in unnamed if node != graph.outputs[0]]
    if first is not None:
        counted.sort(key=lambda node: node not in first)
    numbers = {node: (number, 1) for number, node in enumerate(counted, 1)}
    return numbers | {node: (0, 1) for node in unnamed if node == graph.outputs[0]}


def copy_name(name: str, copy: int) -> str:
    """Return the name of a copy of a node in a tree: t, t#2, t#3, …."""
    return name if copy == 1 else f"{name}#{copy}"


def original(name: str) -> str:
    """Return the name of which another one is a copy; no name that is typed has a #."""
    return name.partition("#")[0]


def copies(graph: WengertList) -> dict[str, list[int]]:
    """Return the inputs by name: one each, but in a tree one for each use."""
    found: dict[str, list[int]] = {}
    for node in graph.inputs:
        found.setdefault(original(graph.names[node]), []).append(node)
    return found


def tree_size(graph: WengertList) -> int:
    """Return how many nodes with a row the tree has, without drawing it.

    A node's tree has one node more than those of its operands together, so one pass over the
    list counts what may be 2^60. Beyond 10^24 nodes that bound is returned.
    """
    rows = set(with_rows(graph))
    sizes: list[int] = []
    for node, operands in enumerate(graph.operands):
        size = (node in rows) + sum(sizes[i] for i in operands)
        sizes.append(min(size, _COUNTED_TO))
    return min(_COUNTED_TO, sum(sizes[output] for output in graph.outputs))


def tree(graph: WengertList) -> WengertList:
    """Return the graph with a copy of a node for each of its uses.

    The copies of t are called t, t#2, t#3, … in the order of the list, which goes from the
    leaves of each output's tree to its root, operands from left to right. Inputs are copied
    as well: the adjoints of all copies of a node add up to its adjoint in the graph.

    Raises
    ------
    LimitError
        If the tree has more than 5,000 nodes; says how many.
    """
    size = tree_size(graph)
    if size > MOST_NODES:
        count = f"{size:,}" if size < _COUNTED_TO else "more than 10^24"
        raise LimitError(
            f"As a tree this has {count} nodes",
            allowed=f"A tree has at most {MOST_NODES:,} nodes; the graph has {len(graph):,}.",
        )
    origins: list[int] = []
    operands: list[tuple[int, ...]] = []
    outputs: list[int] = []
    for root in graph.outputs:
        pending = [(root, False)]
        ready: list[int] = []
        while pending:
            node, opened = pending.pop()
            if not opened:
                pending.append((node, True))
                pending.extend((operand, False) for operand in reversed(graph.operands[node]))
                continue
            begin = len(ready) - len(graph.operands[node])
            operands.append(tuple(ready[begin:]))
            del ready[begin:]
            ready.append(len(origins))
            origins.append(node)
        outputs += ready
    numbers, met = places(graph), Counter[int]()
    names: dict[int, str] = {}
    copied: dict[int, Place] = {}
    for node, origin in enumerate(origins):
        met[origin] += 1
        if origin in graph.names:
            names[node] = copy_name(graph.names[origin], met[origin])
        elif origin in numbers:
            copied[node] = (numbers[origin][0], met[origin])
    return graph.select(origins, operands=operands, outputs=outputs, names=names, places=copied)
