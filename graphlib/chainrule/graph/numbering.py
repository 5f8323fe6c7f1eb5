"""Numbers of the unnamed steps, from which v₁, v₂, … are made, and copies of a node in a tree."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from chainrule.graph.wengert import INPUT, WengertList

Place = tuple[int, int]
"""Number among the unnamed steps, 0 for the main output, and which copy it is, from 1."""


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
