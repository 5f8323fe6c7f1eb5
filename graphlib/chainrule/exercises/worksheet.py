"""The cells of a worked example and what follows from what: the relation behind all marking.

A value follows from the operands' values, a local partial too; a tangent from partials and the
operands' tangents, an adjoint from partials and the users' adjoints. `Worksheet.follows`
computes one cell from whatever numbers stand in the cells that it depends on, with the same
rules and the same order as the passes.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any, Literal, NamedTuple

from chainrule.algebras.float64 import FLOAT64
from chainrule.algebras.undefined import Undefined
from chainrule.errors import GraphError
from chainrule.exercises.shapes import DIV, MUL, Shape, shape_of
from chainrule.graph.wengert import INPUT, Edge, WengertList
from chainrule.passes.misconceptions import MISCONCEPTIONS, Rule, Sum
from chainrule.worked import Worked

CellKind = Literal["value", "partial", "tangent", "adjoint"]
STAGES: tuple[CellKind, ...] = ("value", "partial", "tangent", "adjoint")
Numbers = Mapping[str, float]


class Cell(NamedTuple):
    """A cell: its kind, its node, and for a local partial its edge."""

    kind: CellKind
    node: int
    edge: Edge | None = None


class Worksheet:
    """The cells of a graph of numbers at a point, in working order.

    Parameters
    ----------
    backward
        The run in reverse mode.
    forward
        The run in forward mode; None where no tangents are asked.

    Raises
    ------
    GraphError
        If the graph has vectors.
    """

    def __init__(self, backward: Worked, forward: Worked | None = None) -> None:
        self.backward = backward
        self.forward = forward
        self.graph: WengertList = backward.graph
        if not self.graph.is_scalar:
            raise GraphError("marking is for graphs of numbers; this one has vectors")
        self.output = backward.run.output

    # The cells

    @cached_property
    def cells(self) -> dict[str, Cell]:
        """Every cell by its id, in working order.

        Values, local partials, then tangents forwards and adjoints backwards.
        """
        view, graph = self.backward, self.graph
        shown = [node for node in view.shown if graph.varies[node]]
        cells = {view.value_id(n): Cell("value", n) for n in view.shown}
        cells |= {view.edge_id("partial", e): Cell("partial", e.user, e) for e in view.edges}
        forward = self.forward
        if forward is not None:
            cells |= {forward.derivative_id(n): Cell("tangent", n) for n in shown}
        distances = graph.distances([self.output])
        reached = [n for n in graph.reverse_order([self.output]) if n in view.labels]
        reached += [n for n in shown if distances[n] < 0]
        cells |= {view.derivative_id(n): Cell("adjoint", n) for n in reached if graph.varies[n]}
        return cells

    @cached_property
    def ids(self) -> dict[Cell, str]:
        """The id of every cell."""
        return {cell: id for id, cell in self.cells.items()}

    @cached_property
    def _into(self) -> dict[int, list[Edge]]:
        """Per node, the edges from its operands that have a local partial."""
        into: dict[int, list[Edge]] = {node: [] for node in range(len(self.graph))}
        for edge in self.backward.edges:
            into[edge.user].append(edge)
        return into

    @cached_property
    def _from(self) -> dict[int, list[Edge]]:
        """Per node, the edges to its users, in the order in which their shares arrive."""
        out: dict[int, list[Edge]] = {node: [] for node in range(len(self.graph))}
        for user in self.graph.reverse_order([self.output]):
            for edge in self._into[user]:
                out[edge.operand].append(edge)
        return out

    def flowing(self, cell: Cell) -> list[tuple[Edge, Cell]]:
        """Return the edges of a tangent or adjoint, each with the cell that flows along it."""
        if cell.kind == "tangent":
            return [(e, Cell("tangent", e.operand)) for e in self._into[cell.node]]
        return [(e, Cell("adjoint", e.user)) for e in self._from[cell.node]]

    def _partial(self, edge: Edge) -> Cell:
        return Cell("partial", edge.user, edge)

    def is_seed(self, cell: Cell) -> bool:
        """Tell whether a pass begins at a cell."""
        if cell.kind == "tangent":
            return self.graph.ops[cell.node] is INPUT
        return cell.kind == "adjoint" and cell.node == self.output

    def needs(self, cell: Cell) -> tuple[Cell, ...]:
        """Return the cells that a cell is computed from."""
        if cell.kind in ("value", "partial"):
            operands = dict.fromkeys(self.graph.operands[cell.node])
            return tuple(Cell("value", n) for n in operands if self.graph.varies[n])
        if self.is_seed(cell):
            return ()
        pairs = self.flowing(cell)
        return tuple(c for edge, flowing in pairs for c in (self._partial(edge), flowing))

    # The right numbers

    def right(self, cell: Cell) -> float | None:
        """Return what a cell holds, None where that is undefined."""
        view = self.forward if cell.kind == "tangent" else self.backward
        assert view is not None
        if cell.kind == "value":
            number = view.run.value(cell.node)
        elif cell.edge is not None:
            found = view.run.partial(cell.edge.user, cell.edge.slot)
            if found is None:
                return None
            number = found
        else:
            number = view.run.derivative(cell.node)
        if number.undefined is not None:
            return None
        value = float(number.shown)
        return value if math.isfinite(value) else None

    # From the numbers of somebody else

    def used(self, cell: Cell, own: Numbers, known: dict[Cell, float | None]) -> float | None:
        """Return the number with which work goes on: what is written, else what follows.

        Parameters
        ----------
        own
            Written numbers by cell id.
        known
            A memory for this set of numbers; may be empty.
        """
        pending = [cell]
        while pending:
            here = pending[-1]
            if here in known:
                pending.pop()
                continue
            written = own.get(self.ids.get(here, ""))
            if written is not None or self._is_given(here):
                known[here] = self.right(here) if written is None else written
                continue
            missing = [need for need in self.needs(here) if need not in known]
            if missing:
                pending += missing
                continue
            known[here] = self._computed(here, known)
        return known[cell]

    def _is_given(self, cell: Cell) -> bool:
        return self.is_seed(cell) or (cell.kind == "value" and self.graph.ops[cell.node] is INPUT)

    def follows(self, cell: Cell, own: Numbers, known: dict[Cell, float | None]) -> float | None:
        """Return what a cell should hold, given the numbers that stand in the others."""
        if self._is_given(cell):
            return self.right(cell)
        for need in self.needs(cell):
            self.used(need, own, known)
        return self._computed(cell, known)

    def _computed(self, cell: Cell, known: Mapping[Cell, float | None]) -> float | None:
        if cell.kind in ("value", "partial"):
            return self._from_operands(cell, self._operands(cell.node, known))
        sum_ = self.sum_of(cell, known)
        return None if sum_ is None else sum_.total

    def _operands(self, node: int, known: Mapping[Cell, float | None]) -> list[Any] | None:
        values: list[Any] = []
        for operand in self.graph.operands[node]:
            if self.graph.varies[operand]:
                value = known.get(Cell("value", operand))
                if value is None:
                    return None
                values.append(value)
            else:
                values.append(self.backward.run.double.values[operand])
        return values

    def _from_operands(self, cell: Cell, operands: list[Any] | None) -> float | None:
        if operands is None:
            return None
        op, parameters = self.graph.ops[cell.node], self.graph.parameters_of(cell.node)
        value = FLOAT64.apply(op, parameters, operands) if operands else self.right(cell)
        if cell.edge is None:
            return _finite(value)
        return _finite(FLOAT64.partial(op, parameters, cell.edge.slot, value, operands))

    def sum_of(self, cell: Cell, known: Mapping[Cell, float | None]) -> Sum | None:
        """Return a tangent or adjoint as the sum that it is; None where a term is undefined."""
        flowing: list[float] = []
        partials: list[float] = []
        for edge, other in self.flowing(cell):
            along, partial = known.get(other), known.get(self._partial(edge))
            if along is None or partial is None:
                return None
            flowing.append(along)
            partials.append(partial)
        shape = self._shapes.get(cell.node, Shape())
        two = len(flowing) == 2
        return Sum(
            tuple(flowing),
            tuple(partials),
            cell.kind == "adjoint",
            two and shape.exit is MUL,
            shape.exit is DIV,
        )

    # Where mistakes can be made

    @cached_property
    def _shapes(self) -> dict[int, Shape]:
        return {node: shape_of(self.graph, node) for node in self._into if self._into[node]}

    def rule_of(self, edge: Edge, known: Mapping[Cell, float | None]) -> Rule | None:
        """Return a local partial with what mistakes may make of it; None where undefined."""
        cell = self._partial(edge)
        operands = self._operands(edge.user, known)
        partial = self._from_operands(cell, operands)
        value = known.get(Cell("value", edge.user), self._value(edge.user, operands))
        if partial is None or operands is None or value is None:
            return None
        elsewhere: float | None = None
        if len(self._into[edge.user]) == 1:
            moved = list(operands)
            moved[edge.slot] = value
            elsewhere = self._from_operands(cell, moved) or self._bare(edge, moved)
        shape = self._shapes[edge.user]
        both = len(self._into[edge.user]) == 2
        return Rule(
            partial,
            value,
            float(operands[edge.slot]),
            elsewhere,
            edge.slot in shape.minus,
            edge.slot in shape.power,
            both and shape.exit is MUL,
            shape.exit is DIV and (both or edge.slot in shape.below),
        )

    def _bare(self, edge: Edge, operands: list[Any]) -> float | None:
        """Return what the rule alone says, also outside the operation's domain: 1/x of ln x."""
        op, parameters = self.graph.ops[edge.user], self.graph.parameters_of(edge.user)
        if "body" in parameters:
            return None
        try:
            rule = op.partial(edge.slot)
            return _finite(rule(FLOAT64.maths, math.nan, *operands, **parameters))
        except (ArithmeticError, ValueError):
            return None

    def _value(self, node: int, operands: list[Any] | None) -> float | None:
        return self._from_operands(Cell("value", node), operands)

    def mistaken(self, cell: Cell, own: Numbers) -> dict[str, tuple[float, ...]]:
        """Return by misconception the numbers, other than the right one, that it would put here.

        Parameters
        ----------
        own
            Numbers that stand in other cells; what is not there is as it should be.
        """
        expected = self.follows(cell, own, {})
        found = {
            name: tuple(n for n in numbers if n != expected)
            for name, numbers in self.candidates(cell, own).items()
        }
        return {name: wrong for name, wrong in found.items() if wrong}

    def candidates(self, cell: Cell, own: Numbers) -> dict[str, tuple[float, ...]]:
        """Return by misconception all numbers that it would put into a cell, right ones too."""
        known: dict[Cell, float | None] = {}
        if self.follows(cell, own, known) is None or cell.kind == "value":
            return {}
        if cell.edge is not None:
            self.used(Cell("value", cell.node), own, known)
        found: dict[str, tuple[float, ...]] = {}
        for name in MISCONCEPTIONS:
            numbers = self._candidates(name, cell, own, known)
            finite = tuple(n for n in dict.fromkeys(numbers) if math.isfinite(n))
            if finite:
                found[name] = finite
        return found

    def _candidates(
        self, name: str, cell: Cell, own: Numbers, known: dict[Cell, float | None]
    ) -> tuple[float, ...]:
        mistake = MISCONCEPTIONS[name]
        if cell.edge is not None:
            rule = self.rule_of(cell.edge, known)
            return () if rule is None else tuple(mistake.partial(rule))
        numbers = list(self._other(cell, own) if mistake.other else ())
        if self.is_seed(cell):
            value = self.used(Cell("value", cell.node), own, known)
            return (*numbers, *(mistake.seed(value) if value is not None else ()))
        sum_ = self.sum_of(cell, known)
        if sum_ is None:
            return tuple(numbers)
        numbers += mistake.total(sum_)
        for at, (edge, _) in enumerate(self.flowing(cell)):
            if self.ids.get(self._partial(edge), "") in own:
                continue  # it stands in a cell of its own, where a mistake would be seen
            self.used(Cell("value", edge.user), own, known)
            rule = self.rule_of(edge, known)
            for wrong in () if rule is None else mistake.partial(rule):
                numbers.append(sum_.total + sum_.flowing[at] * (wrong - sum_.partials[at]))
        return tuple(numbers)

    def _other(self, cell: Cell, own: Numbers) -> Iterable[float]:
        """Yield the number of the other mode at a node, from the right cells and from one's own."""
        if self.forward is None:
            return
        other = Cell("tangent" if cell.kind == "adjoint" else "adjoint", cell.node)
        for numbers in ({}, {id: n for id, n in own.items() if id != self.ids[cell]}):
            value = self.used(other, numbers, {})
            if value is not None:
                yield value


def _finite(value: Any) -> float | None:
    if type(value) is Undefined:
        return None
    number = float(value)
    return number if math.isfinite(number) else None
