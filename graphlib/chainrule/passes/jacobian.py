"""The Jacobian: row by row in reverse mode or column by column in forward mode."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from chainrule.algebras.array import Array
from chainrule.algebras.real import lifted
from chainrule.algebras.undefined import Undefined
from chainrule.errors import GraphError
from chainrule.graph.wengert import WengertList
from chainrule.ops import Shape
from chainrule.passes.counting import Counts
from chainrule.passes.kinks import Sides, same, sides
from chainrule.passes.record import Mode
from chainrule.passes.run import Number, Run, merged

Entries = dict[tuple[int, int], Number]
MODES: tuple[Mode, ...] = ("reverse", "forward")


@dataclass(frozen=True, slots=True)
class Way:
    """What a Jacobian costs one way.

    Parameters
    ----------
    passes
        How many passes it takes: one an output (reverse), one an input (forward); for vectors
        one for each of their entries.
    operations
        Elementary operations of values, local partials and all passes together.
    """

    passes: int
    operations: int


class Derivatives(Mapping[str, Mapping[str, Any]]):
    """Derivatives by two names: `derivatives["f"]["x"]`."""

    __slots__ = ()
    rows: Mapping[str, Mapping[str, Any]]

    def __getitem__(self, name: str) -> Mapping[str, Any]:
        return self.rows[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True, slots=True, eq=False)
class Jacobian(Derivatives):
    """The derivatives of every output by every input, by name: `jacobian["f"]["x"]`.

    Parameters
    ----------
    rows
        Per output, the derivative by each input. Between vectors it is an array of the
        output's shape followed by the input's.
    mode
        Which way they were computed.
    cost
        What it costs each way, by mode.
    """

    rows: Mapping[str, Mapping[str, Any]]
    mode: Mode
    cost: Mapping[Mode, Way]


def jacobian(
    graph: WengertList, point: Mapping[int, Any], labels: Sequence[str], mode: Mode | None = None
) -> Jacobian:
    """Return the Jacobian of all outputs of a graph by all its inputs.

    Parameters
    ----------
    point
        Exact value of each input, by index.
    labels
        Names of the outputs, in their order.
    mode
        "reverse" for rows, "forward" for columns; default the cheaper.

    Raises
    ------
    GraphError
        If there is no such mode, or the graph has a batch: a Jacobian is one example's.
    """
    if mode not in (None, *MODES):
        raise GraphError(f"no mode {mode!r}; there are {', '.join(MODES)}")
    if graph.batched:
        raise GraphError("the Jacobian of one example is made; the graph has a batch")
    cost = costs(graph)
    forward, reverse = cost["forward"], cost["reverse"]
    fewer = (forward.operations, forward.passes) < (reverse.operations, reverse.passes)
    cheaper: Mode = "forward" if fewer else "reverse"
    chosen = mode or cheaper
    found = entries(graph, point, chosen)
    rows = {
        label: {graph.names[i]: found[output, i].public for i in graph.inputs}
        for label, output in zip(labels, graph.outputs, strict=True)
    }
    return Jacobian(rows, chosen, cost)


def costs(graph: WengertList) -> dict[Mode, Way]:
    """Return what the Jacobian of a graph costs both ways."""
    counts = Counts(graph)
    once = counts.values + counts.partials
    outputs = dict.fromkeys(graph.outputs)
    rows = {o: prod(graph.shape(o)) for o in outputs}
    columns = {i: prod(graph.shape(i)) for i in graph.inputs}
    reverse = sum(passes * counts.reverse(o) for o, passes in rows.items())
    forward = sum(passes * counts.forward(i) for i, passes in columns.items())
    return {
        "reverse": Way(sum(rows.values()), once + reverse),
        "forward": Way(sum(columns.values()), once + forward),
    }


def entries(
    graph: WengertList, point: Mapping[int, Any], mode: Mode, *, strict: bool = False
) -> Entries:
    """Return the derivative of every output by every input, by their indices.

    Parameters
    ----------
    strict
        Whether a derivative at a kink is undefined, rather than what the convention says.
    """
    found: dict[tuple[int, int], list[Number]] = {}
    seeded, asked = graph.outputs, graph.inputs
    if mode == "forward":
        seeded, asked = asked, seeded
    for start in dict.fromkeys(seeded):
        for seed in units(graph.shape(start)):
            if mode == "reverse":
                run = Run(graph, point, "reverse", start, seed=seed)
            else:
                run = Run(graph, point, "forward", direction={start: seed})
            for node in dict.fromkeys(asked):
                key = (start, node) if mode == "reverse" else (node, start)
                found.setdefault(key, []).append(_settled(run, *key, run.derivative(node), strict))
    return {
        key: _block(numbers, graph.shape(key[0]) + graph.shape(key[1]), mode)
        for key, numbers in found.items()
    }


def units(shape: Shape) -> Iterator[Any]:
    """Yield the unit seeds of a node: 1 for a scalar, else one array for each entry."""
    if not shape:
        yield 1
        return
    for unit in np.eye(prod(shape), dtype=int):
        yield unit.reshape(shape).tolist()


def _settled(run: Run, output: int, entry: int, number: Number, strict: bool) -> Number:
    if not run.kinks or not run.graph.is_scalar:
        return number
    around = sides(run.fine, output, entry)
    return smooth(number, around, run) if strict else repaired(number, around)


def repaired(number: Number, around: Sides) -> Number:
    """Return the derivative where both one-sided derivatives agree and conventions miss it."""
    if around.agree and not same(number.proven, around.right):
        # A side may be a structural 0, or none.
        right = around.right
        return merged(number.double, right if type(right) is Undefined else lifted(right))
    return number


def smooth(number: Number, around: Sides, run: Run) -> Number:
    """Return a derivative whose two sides agree; where they do not, there is none."""
    if around.agree or number.undefined:
        return repaired(number, around)
    why = corner(run.graph, run.kinks[0])
    return Number(why, why, number.double)


def corner(graph: WengertList, node: int) -> Undefined:
    """Return the reason why there is no derivative of what depends on a node at a kink."""
    return Undefined(graph.ops[node].name, "a point off the kink", "slope", node)


def _block(numbers: Sequence[Number], shape: Shape, mode: Mode) -> Number:
    """Return the numbers of several passes as one array of `shape`."""
    if len(numbers) == 1 and not isinstance(numbers[0].shown, Array):
        return numbers[0]

    def stacked(arrays: Sequence[Array]) -> Array:
        axis = 0 if mode == "reverse" else -1
        return Array(np.stack([a.data for a in arrays], axis).reshape(shape), len(shape))

    shown, proven, double, corrected, _forms = zip(*numbers, strict=True)
    certain = None if None in proven else stacked(proven)
    return Number(stacked(shown), certain, stacked(double), any(corrected))
