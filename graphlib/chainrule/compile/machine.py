"""Graphs of very many numbers: value and gradient in double precision, without a line of source.

Where many nodes of one operation do not depend on each other, NumPy computes them together;
where the graph is a chain, Python does, one after the other. Both use the rules of the
operations' records. The point at which something does not exist is left to the passes, which
know why: `Machine` tells that it met one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from chainrule.algebras.float64 import FLOAT64
from chainrule.algebras.protocol import NO_PARAMETERS
from chainrule.algebras.undefined import Undefined
from chainrule.compile.loops import loops, made, numba_takes
from chainrule.compile.walk import plain, run
from chainrule.graph.builder import Builder
from chainrule.graph.wengert import INPUT, WengertList
from chainrule.ops import Op
from chainrule.passes.record import record

WIDE = 50  # nodes a group from which on NumPy is quicker than Python
UNROLLED = 8  # operands up to which nodes are computed one by one
Rule = Callable[..., Any]


class Unsettled(ArithmeticError):
    """A value or local partial that is no finite number was met."""


class NodeKind(NamedTuple):
    """What nodes have in common that are computed by the same rules.

    Parameters
    ----------
    partials
        Of each slot whose operand depends on an input, the rule of the local partial, or the
        whole number that it is at every point.
    holds
        What has to hold of the operands for value and local partials to exist.
    """

    op: Op
    parameters: Mapping[str, Any]
    moving: tuple[bool, ...]
    value: Rule
    partials: tuple[tuple[int, Rule | int], ...]
    holds: tuple[Rule, ...]


class Machine:
    """A graph of numbers and one of its outputs.

    Parameters
    ----------
    graph
        A graph of scalars, folds opened.
    output
        Index of the output.
    fast
        Whether numba is to be used where it is installed: it takes seconds, once.
    """

    def __init__(self, graph: WengertList, output: int, *, fast: bool = False) -> None:
        self.graph = graph
        self.output = output
        self.fast = fast
        self._arity = max(map(len, graph.operands), default=0)
        self.kinds: list[NodeKind] = []
        self._kind: list[int] = []  # by node; −1 for inputs and constants
        self._constants: dict[int, float] = {}
        self._level: list[int] = []
        known: dict[Any, int] = {}
        moves: list[bool] = []
        parameters, level = graph.parameters, self._level
        for node, (op, at) in enumerate(zip(graph.ops, graph.operands, strict=True)):
            if not at:
                moves.append(op is INPUT)
                level.append(0)
                self._kind.append(-1)
                if op is not INPUT:
                    self._constants[node] = FLOAT64.apply(op, graph.parameters_of(node), ())
                continue
            moving = tuple([moves[i] for i in at])
            moves.append(True in moving)
            level.append(1 + max([level[i] for i in at]))
            given = parameters.get(node)
            key = (op, moving, tuple(sorted(given.items())) if given else ())
            if key not in known:
                known[key] = len(self.kinds)
                self.kinds.append(_kind(op, given or NO_PARAMETERS, moving))
            self._kind.append(known[key])

    def value_and_grad(self, point: Mapping[int, float]) -> tuple[float, dict[int, float]]:
        """Return the value of the output and its derivative by each input.

        Parameters
        ----------
        point
            The inputs' values by index.

        Raises
        ------
        Unsettled
            If a value or a local partial on the way is no finite number: it may not exist.
        """
        start = {**self._constants, **point}
        compute = self._one_by_one
        if self._is_fast:
            compute = self._in_machine_code
        elif self._is_wide or self._arity > UNROLLED:
            compute = self._in_groups
        with np.errstate(all="ignore"):
            value, adjoints = compute(start)
        found = {n: float(x) for n, x in zip(self.graph.inputs, adjoints, strict=True)}
        if not (math.isfinite(value) and all(map(math.isfinite, found.values()))):
            raise Unsettled
        return value, found

    # One by one

    def _one_by_one(self, start: Mapping[int, float]) -> tuple[float, Any]:
        forward, backward = self._loops
        kinds, columns = self._columns
        values, adjoints = [0.0] * len(kinds), [0.0] * len(kinds)
        for node, number in start.items():
            values[node] = number
        adjoints[self.output] = 1.0
        try:
            forward(kinds, *columns, values)
            self._check(np.asarray(values), np.arange(len(values)))
            backward(kinds, *columns, values, adjoints, self.output)
        except (ArithmeticError, ValueError) as error:
            raise Unsettled from error
        return values[self.output], [adjoints[node] for node in self.graph.inputs]

    # One by one in machine code, the nodes by level and kind: so its branches are foreseen

    def _in_machine_code(self, start: Mapping[int, float]) -> tuple[float, Any]:
        forward, backward = self._loops
        kinds, columns, place = self._sorted
        values, adjoints = np.zeros(len(kinds)), np.zeros(len(kinds))
        values[place[list(start)]] = list(start.values())
        output = int(place[self.output])
        adjoints[output] = 1.0
        forward(kinds, *columns, values)
        self._check(values, place)
        backward(kinds, *columns, values, adjoints, output)
        return float(values[output]), adjoints[place[list(self.graph.inputs)]]

    @cached_property
    def _sorted(self) -> tuple[Any, list[Any], Any]:
        """The kinds and the columns of operands in that order, and the place of each node."""
        kinds, columns = self._columns
        order = self._order if self._is_wide else np.arange(len(kinds))
        place = np.empty(len(order), dtype=np.int32)
        place[order] = np.arange(len(order))
        # Without a sign: machine code need not look whether one counts from the end.
        moved = [place[np.array(column)[order]].astype(np.uint32) for column in columns]
        return np.array(kinds, np.int32)[order], moved, place

    @cached_property
    def _source(self) -> str:
        kinds = [(kind.value, kind.partials, len(kind.moving)) for kind in self.kinds]
        return loops(kinds, max(self._arity, 1))

    @cached_property
    def _loops(self) -> tuple[Any, Any]:
        return made(self._source, fast=self._is_fast)

    @cached_property
    def _is_fast(self) -> bool:
        return self.fast and self._arity <= UNROLLED and numba_takes(self._source)

    @cached_property
    def _columns(self) -> tuple[Any, list[Any]]:
        """The kinds, and the first, second, … operands, 0 where there is none."""
        padding = (0,) * self._arity
        rows = [(*at, *padding[len(at) :]) for at in self.graph.operands]
        columns: list[Any] = list(zip(*rows, strict=True)) or [(0,) * len(rows)]
        return self._kind, columns

    def _check(self, values: Any, place: Any) -> None:
        """Make sure that all values and local partials exist.

        Parameters
        ----------
        place
            Where the value of each node is.

        Raises
        ------
        Unsettled
            If one does not, or is no finite number.
        """
        if not np.isfinite(values).all():
            raise Unsettled
        for holds, operands in self._held:
            if not _all_hold(holds, [values[place[at]] for at in operands]):
                raise Unsettled

    @cached_property
    def _held(self) -> list[tuple[tuple[Rule, ...], list[Any]]]:
        """By kind, what has to hold of its nodes' operands, and the places of those."""
        kinds, operands, held = np.array(self._kind), self.graph.operands, []
        for at, kind in enumerate(self.kinds):
            if kind.holds:
                rows = [operands[node] for node in np.flatnonzero(kinds == at).tolist()]
                held.append((kind.holds, list(np.array(rows, np.intp).T)))
        return held

    # In groups of one level and kind

    @cached_property
    def _order(self) -> Any:
        """The nodes by level and, in a level, by kind."""
        return np.lexsort((np.array(self._kind), np.array(self._level)))

    @cached_property
    def _cuts(self) -> Any:
        """Where a group starts in that order, and where the last one ends."""
        level, kind = np.array(self._level)[self._order], np.array(self._kind)[self._order]
        new = np.flatnonzero((np.diff(level) != 0) | (np.diff(kind) != 0)) + 1
        return np.concatenate([[0], new, [len(level)]])

    @cached_property
    def _is_wide(self) -> bool:
        deepest = max(self._level, default=0) + 1
        return len(self._level) >= WIDE * deepest and len(self._level) >= WIDE * len(self._cuts)

    @cached_property
    def _groups(self) -> list[tuple[Any, slice, list[Any]]]:
        """By group its kind's functions, its places, and those of each operand."""
        order, operands = self._order, self.graph.operands
        place = np.empty(len(order), dtype=np.intp)
        place[order] = np.arange(len(order))
        functions = [_whole(kind) for kind in self.kinds]
        groups = []
        for start, stop in zip(self._cuts[:-1], self._cuts[1:], strict=True):
            nodes = order[start:stop].tolist()
            kind = self._kind[nodes[0]]
            if kind >= 0:
                columns = np.array([operands[node] for node in nodes], dtype=np.intp).T
                groups.append((functions[kind], slice(start, stop), list(place[columns])))
        self._place = place
        return groups

    def _in_groups(self, start: Mapping[int, float]) -> tuple[float, Any]:
        groups, place = self._groups, self._place
        values, adjoints = np.empty(len(place)), np.zeros(len(place))
        values[place[list(start)]] = list(start.values())
        for (value, _, _), here, at in groups:
            (values[here],) = value(*(values[i] for i in at))
        self._check(values, place)
        adjoints[place[self.output]] = 1.0
        for (_, partials, slots), here, at in reversed(groups):
            bar = adjoints[here]
            if slots and bar.any():
                slopes = partials(values[here], *(values[i] for i in at))
                for slot, slope in zip(slots, slopes, strict=True):
                    np.add.at(adjoints, at[slot], bar * slope)
        return float(values[place[self.output]]), adjoints[place[list(self.graph.inputs)]]


def _kind(op: Op, parameters: Mapping[str, Any], moving: tuple[bool, ...]) -> NodeKind:
    partials: list[tuple[int, Rule | int]] = []
    for slot in (slot for slot, moves in enumerate(moving) if moves):
        rule = _bound(FLOAT64.partial_rule(op, slot), parameters)
        ((written, _),) = _slopes([rule], len(moving))
        partials.append((slot, written if type(written) is int else rule))
    smooth = {op.smooth_at(slot) for slot, _ in partials}
    holds: list[Rule] = [domain.holds for domain in (op.domain, *smooth) if domain is not None]
    if op.kink is not None and op.kink.undefined(parameters) and partials:
        at = op.kink.at
        holds.append(lambda *operands: np.logical_not(at(*operands, **parameters)))
    value = _bound(op.numeric, parameters)
    return NodeKind(op, parameters, moving, value, tuple(partials), tuple(holds))


def _all_hold(rules: Sequence[Rule], operands: Sequence[Any]) -> bool:
    """Tell whether rules about numbers hold of every number of arrays."""
    for rule in rules:
        try:
            held = bool(np.all(rule(*operands)))
        except (ValueError, TypeError):  # a rule that decides asks for one number at a time
            held = all(map(rule, *(np.asarray(x).tolist() for x in operands)))
        if not held:
            return False
    return True


def _slopes(rules: Sequence[Rule | int], arity: int) -> list[tuple[Any, Builder]]:
    """Return what rules of local partials write, each with the builder."""
    builder = Builder()
    y, *given = [builder.input(f"x{i}") for i in range(arity + 1)]
    return [
        (rule if isinstance(rule, int) else rule(builder.maths, y, *given), builder)
        for rule in rules
    ]


def _bound(rule: Rule, parameters: Mapping[str, Any]) -> Rule:
    if not parameters:
        return rule
    return lambda m, *operands: rule(m, *operands, **parameters)


def _whole(kind: NodeKind) -> tuple[Any, Any, tuple[int, ...]]:
    """Return the functions of a kind over arrays: its value, and its local partials by slots."""
    builder = Builder()
    given = [builder.input(f"x{i}") for i in range(len(kind.moving))]
    graph = builder.finish([builder.apply(kind.op, kind.parameters, given)])
    value = plain("value", graph, graph.outputs)
    found = _slopes([rule for _, rule in kind.partials], len(kind.moving))
    outputs = [builder.lift(written) for written, builder in found]
    graph = found[0][1].finish(outputs) if found else graph
    partials = plain("partials", graph, graph.outputs)
    return (
        run(value.text, "value", value.used, {}),
        run(partials.text, "partials", partials.used, {}),
        tuple(slot for slot, _ in kind.partials),
    )


def exactly(graph: WengertList, output: int, point: Mapping[int, float]) -> Any:
    """Return value and derivatives by the passes, nan where there is none."""
    found = record(graph, FLOAT64, point, "reverse", {output: 1.0})
    slopes = {node: _number(found.derivatives.get(node, 0.0)) for node in graph.inputs}
    return _number(found.values[output]), slopes


def _number(value: Any) -> float:
    return math.nan if isinstance(value, Undefined) else float(value)
