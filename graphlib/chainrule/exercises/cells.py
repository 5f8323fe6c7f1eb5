"""The cells of a worked example and what follows from what: the relation behind all marking.

A value follows from the operands' values; a local partial too, or from somebody's own formula of
it; a share from a partial and the user's adjoint (in forward mode the operand's tangent), a tangent
or adjoint from its shares.
"""

from __future__ import annotations

from functools import cached_property
from typing import Final, Literal, NamedTuple, get_args

from chainrule.errors import GraphError, InputError
from chainrule.exercises.answers import Formula
from chainrule.graph.wengert import INPUT, Edge, WengertList
from chainrule.language import canonical
from chainrule.readings.view import View

CellKind = Literal["value", "formula", "partial", "tangent", "share", "adjoint"]
PASSES: Final = frozenset(get_args(CellKind))
"""The cells of the passes, by what stands before the colon of their ids."""


class Cell(NamedTuple):
    """A cell: its kind, its node, and its edge if it has one, whose user the node is then."""

    kind: CellKind
    node: int
    edge: Edge | None = None


def partial_of(edge: Edge) -> Cell:
    """Return the cell of the local partial of an edge."""
    return Cell("partial", edge.user, edge)


def share_of(edge: Edge) -> Cell:
    """Return the cell of the share of an edge."""
    return Cell("share", edge.user, edge)


def canonical_id(cell: str) -> str:
    """Return a cell's id with its names in the one form: `value:x_1` is `value:x1`.

    A name that is none stays as it is.
    """
    kind, colon, names = cell.partition(":")
    return kind.strip() + colon + ",".join(map(canonical_name, names.split(",")))


def canonical_name(name: str) -> str:
    """Return a name of an id in the one form; it may have the number of a use behind it: x#2."""
    plain, mark, count = name.strip().partition("#")
    try:
        return canonical(plain) + mark + count
    except InputError:
        return name.strip()


class Cells:
    """The cells of a graph of numbers at a point, in working order.

    Parameters
    ----------
    backward
        The run in reverse mode.
    forward
        The run in forward mode; None where no tangents are asked.
    pushed
        Whether shares are those of forward mode, partial times tangent of the operand.
    merged
        Whether the uses of one operand by one node count as one edge: for x·x one local partial,
        2x, in place of two.

    `formulas` holds wrong formulas of local partials that somebody wrote, by edge: numbers follow
    from them.

    Raises
    ------
    GraphError
        If the graph has vectors.
    """

    def __init__(
        self,
        backward: View,
        forward: View | None = None,
        *,
        pushed: bool = False,
        merged: bool = False,
    ) -> None:
        self.backward = backward
        self.forward = forward
        self.pushed = pushed and forward is not None
        self.merged = merged
        self.formulas: dict[Edge, Formula] = {}
        self.graph: WengertList = backward.graph
        if not self.graph.is_scalar:
            raise GraphError("marking is for graphs of numbers; this one has vectors")
        self.output = backward.run.output

    @cached_property
    def cells(self) -> dict[str, Cell]:
        """Every cell by its id, in working order.

        Values, local partials, then tangents forwards and adjoints backwards.
        """
        view, graph = self.backward, self.graph
        shown = [node for node in view.shown if graph.varies[node]]
        cells = {view.value_id(n): Cell("value", n) for n in view.shown}
        for e in self.edges:
            cells[view.edge_id("formula", e)] = Cell("formula", e.user, e)
            cells[view.edge_id("partial", e)] = partial_of(e)
        forward = self.forward
        for node in shown if forward is not None else ():
            if self.pushed:
                cells |= {view.edge_id("share", e): share_of(e) for e in self.into[node]}
            cells[f"tangent:{view.labels[node]}"] = Cell("tangent", node)
        distances = graph.distances([self.output])
        reached = [n for n in graph.reverse_order([self.output]) if n in view.labels]
        reached += [n for n in shown if distances[n] < 0]
        for node in reached:
            if graph.varies[node]:
                if not self.pushed:
                    cells |= {view.edge_id("share", e): share_of(e) for e in self.out_of[node]}
                cells[view.derivative_id(node)] = Cell("adjoint", node)
        return cells

    @cached_property
    def edges(self) -> tuple[Edge, ...]:
        """The edges that have a local partial."""
        edges = self.backward.edges
        if not self.merged:
            return edges
        first: dict[tuple[int, int], Edge] = {}
        for edge in edges:
            first.setdefault((edge.user, edge.operand), edge)
        return tuple(first.values())

    def slots(self, edge: Edge) -> tuple[int, ...]:
        """Return the slots of a node that an edge stands for."""
        if not self.merged:
            return (edge.slot,)
        operands = self.graph.operands[edge.user]
        return tuple(slot for slot, operand in enumerate(operands) if operand == edge.operand)

    @cached_property
    def ids(self) -> dict[Cell, str]:
        """The id of every cell."""
        return {cell: id for id, cell in self.cells.items()}

    @cached_property
    def into(self) -> dict[int, list[Edge]]:
        """Per node, the edges from its operands that have a local partial."""
        into: dict[int, list[Edge]] = {node: [] for node in range(len(self.graph))}
        for edge in self.edges:
            into[edge.user].append(edge)
        return into

    @cached_property
    def out_of(self) -> dict[int, list[Edge]]:
        """Per node, the edges to its users, in the order in which their shares arrive."""
        out: dict[int, list[Edge]] = {node: [] for node in range(len(self.graph))}
        for user in self.graph.reverse_order([self.output]):
            for edge in self.into[user]:
                out[edge.operand].append(edge)
        return out

    def flowing(self, cell: Cell) -> list[tuple[Edge, Cell]]:
        """Return the edges of a tangent or adjoint, each with the cell that flows along it."""
        if cell.kind == "tangent":
            return [(e, Cell("tangent", e.operand)) for e in self.into[cell.node]]
        return [(e, Cell("adjoint", e.user)) for e in self.out_of[cell.node]]

    def is_seed(self, cell: Cell) -> bool:
        """Tell whether a pass begins at a cell."""
        if cell.kind == "tangent":
            return self.graph.ops[cell.node] is INPUT
        return cell.kind == "adjoint" and cell.node == self.output

    def needs(self, cell: Cell) -> tuple[Cell, ...]:
        """Return the cells that a cell is computed from."""
        if cell.kind == "formula" or self.is_seed(cell):
            return ()
        if cell.kind in ("value", "partial"):
            operands = dict.fromkeys(self.graph.operands[cell.node])
            values = tuple(Cell("value", n) for n in operands if self.graph.varies[n])
            own = cell.edge in self.formulas
            return (Cell("formula", cell.node, cell.edge), *values) if own else values
        if cell.edge is not None:
            return partial_of(cell.edge), self.along(cell.edge)
        pairs = self.flowing(cell)
        if self.is_summed(cell):
            return tuple(share_of(edge) for edge, _ in pairs)
        return tuple(c for edge, flowing in pairs for c in (partial_of(edge), flowing))

    @cached_property
    def feeds(self) -> dict[Cell, list[Cell]]:
        """By cell, the cells that are computed from it."""
        feeds: dict[Cell, list[Cell]] = {}
        for cell in self.ids:
            for need in self.needs(cell):
                feeds.setdefault(need, []).append(cell)
        return feeds

    def is_summed(self, cell: Cell) -> bool:
        """Tell whether a cell is a sum of shares that may be written down themselves."""
        return cell.kind == ("tangent" if self.pushed else "adjoint")

    def along(self, edge: Edge) -> Cell:
        """Return the cell that is multiplied by a partial in a share."""
        return Cell("tangent", edge.operand) if self.pushed else Cell("adjoint", edge.user)
