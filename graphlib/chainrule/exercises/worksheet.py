"""The numbers of a worksheet: what is right in a cell, and what follows from others' numbers.

`Worksheet.follows` computes one cell from whatever numbers stand in the cells that it depends on,
with the same rules and in the same order as the passes. `Worksheet.mistaken` asks which common
mistakes give another number there.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from chainrule.algebras.float64 import BY_HAND, FLOAT64
from chainrule.exercises.answers import Formula
from chainrule.exercises.cells import Cell, CellKind, Cells, partial_of, share_of
from chainrule.exercises.shapes import (
    DIV,
    MUL,
    Layer,
    Nodes,
    Shape,
    Single,
    finite,
    places_of_partial,
    places_of_value,
    rule_at,
    shape_of,
    single_of,
)
from chainrule.graph.wengert import INPUT, Edge, WengertList
from chainrule.passes.misconceptions import MISCONCEPTIONS, Mistake
from chainrule.passes.places import Leading, Matrix, Rule, Seed, Step, Sum, linearly
from chainrule.passes.run import Number

Numbers = Mapping[str, float]


class Worksheet(Cells):
    """The cells of a graph of numbers at a point, with their numbers.

    `mistakes` are the records that explain wrong ones; a teacher's own may stand beside the usual.
    `layers` are the products of matrices whose entries these numbers are.
    """

    mistakes: Mapping[str, Mistake] = MISCONCEPTIONS
    layers: Sequence[Layer] = ()

    # The right numbers

    def right(self, cell: Cell) -> float | None:
        """Return what a cell holds, None where that is undefined."""
        view = self.forward if cell.kind == "tangent" else self.backward
        if view is None or cell.kind == "formula":
            return None
        if cell.kind == "value":
            return _shown(view.run.value(cell.node))
        if cell.edge is None:
            return _shown(view.run.derivative(cell.node))
        partial = _total(_shown(view.run.partial(cell.node, s)) for s in self.slots(cell.edge))
        if cell.kind == "share":
            return _product(partial, self.right(self.along(cell.edge)))
        return partial

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
            if written is not None or self.is_given(here):
                known[here] = self.right(here) if written is None else written
                continue
            missing = [need for need in self.needs(here) if need not in known]
            if missing:
                pending += missing
                continue
            known[here] = self._computed(here, known)
        return known[cell]

    def is_given(self, cell: Cell) -> bool:
        """Tell whether a cell's number comes from no other cell."""
        return self.is_seed(cell) or (cell.kind == "value" and self.graph.ops[cell.node] is INPUT)

    def follows(self, cell: Cell, own: Numbers, known: dict[Cell, float | None]) -> float | None:
        """Return what a cell should hold, given the numbers that stand in the others."""
        if self.is_given(cell):
            return self.right(cell)
        for need in self.needs(cell):
            self.used(need, own, known)
            if need.kind == "share":  # also where it is written: mistakes are made in its factors
                for factor in self.needs(need):
                    self.used(factor, own, known)
        return self._computed(cell, known)

    def _computed(self, cell: Cell, known: Mapping[Cell, float | None]) -> float | None:
        if cell.kind in ("value", "formula", "partial"):
            if cell.edge in self.formulas and cell.kind == "partial":
                return self._from_formula(self.formulas[cell.edge], known)
            return self._from_operands(cell, self._operands(cell.node, known))
        if cell.edge is not None:
            partial, along = self.needs(cell)
            return _product(known.get(partial), known.get(along))
        if self.is_summed(cell) and not self.is_seed(cell):
            return _total(known.get(share) for share in self.needs(cell))
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
            return finite(value)
        slots = self.slots(cell.edge)
        return _total(finite(BY_HAND.partial(op, parameters, s, value, operands)) for s in slots)

    def by_value(self, cell: Cell, own: Numbers, known: dict[Cell, float | None]) -> float | None:
        """Return a local partial worked out with the number written for the node itself.

        Of eᵗ people copy the value, of tanh t they take 1 − y². None where no value is written.
        """
        operands = self._operands(cell.node, known)
        value = own.get(self.ids.get(Cell("value", cell.node), ""))
        if cell.edge is None or cell.kind != "partial" or operands is None or value is None:
            return None
        op, parameters = self.graph.ops[cell.node], self.graph.parameters_of(cell.node)
        slots = self.slots(cell.edge)
        return _total(finite(BY_HAND.partial(op, parameters, s, value, operands)) for s in slots)

    def _from_formula(self, formula: Formula, known: Mapping[Cell, float | None]) -> float | None:
        """Return what somebody's own formula of a local partial gives with their own values."""
        values: dict[str, float] = {}
        for name, node in formula.nodes.items():
            at = known.get(Cell("value", node), self.right(Cell("value", node)))
            if at is None:
                return None
            values[name] = at
        return formula.at(values)

    def sum_of(self, cell: Cell, known: Mapping[Cell, float | None]) -> Sum | None:
        """Return a tangent or adjoint as the sum that it is; None where a term is undefined."""
        flowing: list[float] = []
        partials: list[float] = []
        terms: list[float] = []
        for edge, other in self.flowing(cell):
            along, partial = known.get(other), known.get(partial_of(edge))
            written = known.get(share_of(edge)) if self.is_summed(cell) else None
            term = _product(along, partial) if written is None else written
            if along is None or partial is None or term is None:
                return None
            flowing.append(along)
            partials.append(partial)
            terms.append(term)
        shape = self._shapes.get(cell.node, Shape())
        two = len(flowing) == 2
        return Sum(
            tuple(flowing),
            tuple(partials),
            tuple(terms),
            cell.kind == "adjoint",
            two and shape.exit is MUL,
            shape.exit is DIV,
        )

    # Where mistakes can be made

    @cached_property
    def _singles(self) -> dict[int, Single]:
        return {node: single_of(self.graph, node) for node in self.into}

    @cached_property
    def _shapes(self) -> dict[int, Shape]:
        return {node: shape_of(self.graph, node) for node in self.into if self.into[node]}

    def rule_of(self, edge: Edge, known: Mapping[Cell, float | None]) -> Rule | None:
        """Return a local partial with what mistakes may make of it; None where undefined."""
        cell = partial_of(edge)
        operands = self._operands(edge.user, known)
        partial = self._from_operands(cell, operands)
        value = known.get(Cell("value", edge.user), self._value(edge.user, operands))
        if partial is None or operands is None or value is None:
            return None
        values = [float(x) for x in operands]

        def elsewhere(other: float) -> float | None:
            moved = [*operands]
            for slot in self.slots(edge):
                moved[slot] = other
            return self._from_operands(cell, moved) or self._bare(edge, moved)

        single, slot = self._singles[edge.user], edge.slot
        return rule_at(
            self._shapes[edge.user],
            slot,
            (partial, value, values[slot]),
            elsewhere,
            single.name,
            single.others(slot, values),
            self._around(edge.operand, known),
            len(self.into[edge.user]),
        )

    def _around(self, node: int, known: Mapping[Cell, float | None]) -> tuple[float, ...]:
        """Return the values of names that may be taken for a node: inputs and operands below it."""
        others = (
            known.get(Cell("value", n), self.right(Cell("value", n))) for n in self._below(node)
        )
        return tuple(dict.fromkeys(n for n in others if n is not None))

    def _below(self, node: int) -> Iterator[int]:
        graph, seen, pending = self.graph, set[int](), [*self.graph.operands[node]]
        direct = set(pending)
        while pending:
            other = pending.pop()
            if other not in seen and graph.varies[other]:
                seen.add(other)
                pending += graph.operands[other]
                if other in direct or graph.ops[other] is INPUT:
                    yield other

    def _bare(self, edge: Edge, operands: list[Any]) -> float | None:
        """Return what the rule alone says, also outside the operation's domain: 1/x of ln x."""
        op, parameters = self.graph.ops[edge.user], self.graph.parameters_of(edge.user)
        if "body" in parameters:
            return None
        try:
            rule = op.partial(edge.slot)
            return finite(rule(FLOAT64.maths, math.nan, *operands, **parameters))
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
        if cell.kind == "formula":  # of a formula, the numbers that it would give at the point
            cell, own = Cell("partial", cell.node, cell.edge), {}
            expected = self.right(cell)
        else:
            expected = self.follows(cell, own, {})
        places = [*self._places(cell, own), *self._inside(cell, own)]
        found = {
            name: tuple(n for n in numbers if n != expected)
            for name, numbers in self._numbers(places, cell, own).items()
        }
        return {name: wrong for name, wrong in found.items() if wrong}

    def candidates(self, cell: Cell, own: Numbers) -> dict[str, tuple[float, ...]]:
        """Return by misconception all numbers that it would put into a cell, right ones too.

        Mistakes inside a line of several operations are left out.
        """
        return self._numbers([*self._places(cell, own)], cell, own)

    def _numbers(
        self, places: Sequence[Leading], cell: Cell, own: Numbers
    ) -> dict[str, tuple[float, ...]]:
        other = tuple(self._other(cell, own)) if cell.kind in ("tangent", "adjoint") else ()
        found: dict[str, tuple[float, ...]] = {}
        for name, mistake in self.mistakes.items():
            numbers = [leads(wrong) for place, leads in places for wrong in mistake.of(place)]
            numbers += other if mistake.other else ()
            finite = (n for n in numbers if n is not None and math.isfinite(n))
            found[name] = tuple(dict.fromkeys(finite))
        return {name: numbers for name, numbers in found.items() if numbers}

    def _places(self, cell: Cell, own: Numbers) -> Iterator[Leading]:
        """Yield the places at which a cell can go wrong, with what that makes of it."""
        known: dict[Cell, float | None] = {}
        total = None if cell.kind == "formula" else self.follows(cell, own, known)
        if total is None:
            return
        yield from self._in_layers(cell, own, known, total)
        if cell.kind == "value":
            step = self._step(cell, known)
            yield from () if step is None else ((step, float),)
        elif cell.kind == "partial" and cell.edge is not None:
            self.used(Cell("value", cell.node), own, known)
            rule = self.rule_of(cell.edge, known)
            yield from () if rule is None else ((rule, float),)
        elif cell.kind == "share" and cell.edge is not None:
            partial, along = (known[need] for need in self.needs(cell))
            if partial is not None and along is not None:
                term = partial * along
                yield Sum((along,), (partial,), (term,), backward=not self.pushed), float
                yield from self._in_the_head(cell.edge, own, known, term, along, partial)
        elif self.is_seed(cell):
            value = self.used(Cell("value", cell.node), own, known)
            yield from () if value is None else ((Seed(value), float),)
        elif (sum_ := self.sum_of(cell, known)) is not None:
            yield sum_, float
            for at, (edge, _) in enumerate(self.flowing(cell)):
                # Where the share stands in a cell of its own, a mistake would be seen there.
                if not (self.is_summed(cell) and self.ids.get(share_of(edge), "") in own):
                    yield from self._in_the_head(
                        edge, own, known, sum_.total, sum_.flowing[at], sum_.partials[at]
                    )

    def _in_layers(
        self, cell: Cell, own: Numbers, known: dict[Cell, float | None], total: float
    ) -> Iterator[Leading]:
        """Yield the products of matrices of which a cell is an entry."""

        def numbers(kind: CellKind, nodes: Nodes) -> Matrix | None:
            rows = [[self.used(Cell(kind, n), own, known) for n in row] for row in nodes]
            found = tuple(tuple(n for n in row if n is not None) for row in rows)
            return found if list(map(len, found)) == list(map(len, rows)) else None

        for layer in self.layers:
            place = layer.place(cell, numbers)
            if place is not None:
                yield place, linearly(total, 1.0, place.total)

    def _in_the_head(
        self,
        edge: Edge,
        own: Numbers,
        known: dict[Cell, float | None],
        total: float,
        along: float,
        partial: float,
    ) -> Iterator[Leading]:
        """Yield a local partial that stands in no cell of its own, as a factor of a sum."""
        if self.ids.get(partial_of(edge), "") in own:
            return
        self.used(Cell("value", edge.user), own, known)
        rule = self.rule_of(edge, known)
        if rule is not None:
            yield rule, linearly(total, along, partial)

    def _inside(self, cell: Cell, own: Numbers) -> Iterator[Leading]:
        """Yield the places inside a line of several operations."""
        known: dict[Cell, float | None] = {}
        self.follows(cell, own, known)
        operands = self._operands(cell.node, known)
        body = self.graph.parameters_of(cell.node).get("body")
        if operands is None or not isinstance(body, WengertList):
            return
        if cell.kind == "value":
            yield from places_of_value(body, operands)
        elif cell.kind == "partial" and cell.edge is not None:
            yield from places_of_partial(body, operands, cell.edge.slot)

    def _step(self, cell: Cell, known: Mapping[Cell, float | None]) -> Step | None:
        """Return the value of an operation with what mistakes may make of it."""
        operands, value = self._operands(cell.node, known), self._computed(cell, known)
        op, parameters = self.graph.ops[cell.node], self.graph.parameters_of(cell.node)
        if operands is None or value is None or not operands or "body" in parameters:
            return None
        around = tuple(self._around(node, known) for node in self.graph.operands[cell.node])
        values = tuple(float(x) for x in operands)
        return Step(
            op.name, value, values, lambda others: self._from_operands(cell, [*others]), around
        )

    def _other(self, cell: Cell, own: Numbers) -> Iterable[float]:
        """Yield the number of the other mode at a node, from the right cells and from one's own."""
        if self.forward is None:
            return
        other = Cell("tangent" if cell.kind == "adjoint" else "adjoint", cell.node)
        others = {id: n for id, n in own.items() if id != self.ids[cell]}
        for value in (self.used(other, {}, self._untouched), self.used(other, others, {})):
            if value is not None:
                yield value

    @cached_property
    def _untouched(self) -> dict[Cell, float | None]:
        """What follows where nobody has written a number."""
        return {}


def _shown(number: Number | None) -> float | None:
    return None if number is None or number.undefined is not None else finite(number.shown)


def _product(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else finite(one * other)


def _total(numbers: Iterable[float | None]) -> float | None:
    """Return a sum, None where one of the numbers does not exist."""
    total = 0.0
    for number in numbers:
        if number is None:
            return None
        total += number
    return total
