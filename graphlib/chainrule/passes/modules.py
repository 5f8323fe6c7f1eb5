"""Modules: the affine maps, activations and losses that a graph is made of.

A typed program names its modules by assignment. What has no name is told by its structure:
products and what is added to them are one affine map; what follows the last of them, down to
a number, is the loss; an activation is a step of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from chainrule.graph.wengert import INPUT, WengertList
from chainrule.ops import OPS

Kind = Literal["affine", "activation", "loss", "step"]

PRODUCTS = frozenset(OPS[name] for name in ("matmul", "dot", "conv2d"))
ADD = OPS["add"]
ARITHMETIC = frozenset(
    OPS[name]
    for name in ("add", "sub", "mul", "div", "neg", "power", "square", "abs", "log", "log1p")
)
GATHERING = frozenset(
    OPS[name] for name in ("sum", "mean", "norm", "dot", "batch_sum", "batch_mean", "collapse")
)


@dataclass(frozen=True, slots=True)
class Module:
    """A part of a graph with one exit.

    Parameters
    ----------
    name
        That of the assignment; empty where it has none.
    kind
        "affine", "activation", "loss", or "step" for anything else.
    nodes
        The nodes inside, in the order of the list; the exit is the last.
    """

    name: str
    kind: Kind
    nodes: tuple[int, ...]

    @property
    def exit(self) -> int:
        """The node that holds the module's value."""
        return self.nodes[-1]


def affine(graph: WengertList) -> list[bool]:
    """Return for each node whether it is a product with weights, or such a product plus more."""
    found: list[bool] = []
    for op, operands in zip(graph.ops, graph.operands, strict=True):
        found.append(op in PRODUCTS or (op is ADD and any(found[i] for i in operands)))
    return found


def module_exits(graph: WengertList) -> list[int]:
    """Return for each node the exit of its module; its own index if it stands alone."""
    weighted = affine(graph)
    exits = list(range(len(graph)))
    lossy = [_ends_in_loss(graph, node) for node in range(len(graph))]
    kept = set(graph.outputs) | graph.names.keys()
    for node in range(len(graph) - 1, -1, -1):
        users = graph.users[node]
        if node in kept or not users or graph.ops[node] is INPUT:
            continue
        around = {exits[edge.user] for edge in users}
        if len(around) == 1 and all(
            _joins(graph, node, edge.user, weighted, lossy[exits[edge.user]]) for edge in users
        ):
            exits[node] = around.pop()
    return exits


def _ends_in_loss(graph: WengertList, node: int) -> bool:
    """Whether a node is a loss, or brings what is left down to a number."""
    op = graph.ops[node]
    return op.role == "loss" or (op in GATHERING and not graph.shape(node))


def _joins(graph: WengertList, node: int, user: int, weighted: Sequence[bool], lossy: bool) -> bool:
    op = graph.ops[node]
    if not graph.varies[node] or graph.ops[user].name in ("identity", "transpose"):
        return True
    if weighted[node]:
        return weighted[user] and graph.ops[user] is ADD
    if weighted[user]:  # a transposed weight, the square in a sum
        return op.name in ("transpose", "mul", "neg") and graph.ops[user] is not OPS["conv2d"]
    return lossy and (op in ARITHMETIC or op in GATHERING or op.role == "loss")


def modules(graph: WengertList) -> tuple[Module, ...]:
    """Return the modules of a graph in the order of their exits; inputs and numbers are none."""
    weighted, exits = affine(graph), module_exits(graph)
    inside: dict[int, list[int]] = {}
    for node, exit in enumerate(exits):
        if graph.operands[exit]:
            inside.setdefault(exit, []).append(node)
    return tuple(
        Module(graph.names.get(exit, ""), _kind(graph, exit, nodes, weighted), tuple(nodes))
        for exit, nodes in sorted(inside.items())
    )


def _kind(graph: WengertList, exit: int, nodes: Sequence[int], weighted: Sequence[bool]) -> Kind:
    if weighted[exit]:
        return "affine"
    if graph.ops[exit].role == "activation" and len(nodes) == 1:
        return "activation"
    ends = exit in graph.outputs and any(_ends_in_loss(graph, node) for node in nodes)
    return "loss" if ends or graph.ops[exit].role == "loss" else "step"
