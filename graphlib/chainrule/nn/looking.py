"""Looking into a network: what every unit answers over many points, and both passes for one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, NamedTuple

import numpy as np

from chainrule.algebras.arrays import ARRAYS
from chainrule.compile.buffered import Buffered
from chainrule.nn.model import Network
from chainrule.nn.stepping import Flat
from chainrule.ops.record import Op
from chainrule.passes.record import Record, record
from chainrule.readings.formulas import READING, compose
from chainrule.readings.health import RELU, SATURATED
from chainrule.readings.terms import Symbol, Term, text

Array = Any
Fate = Literal["", "saturated", "dead"]


class Answers:
    """What the units of a network answer to many examples at once, nothing dropped out.

    Parameters
    ----------
    network
        The graph of its loss.
    size
        How many examples are asked about at a time.
    """

    def __init__(self, network: Network, size: int) -> None:
        graph = network.graph
        self._graph = graph
        self._flat = Flat(network.shapes, "parameter")
        names = network.units or (graph.names[graph.outputs[1]],)
        self._nodes = {name: graph.index[name] for name in names}
        self._run = Buffered(graph, size, self._flat.views, {}, list(self._nodes.values()))
        self._rest = {
            network.target: np.zeros((size, *network.outputs)),
            **network.undropped(size),
        }

    def __call__(
        self, parameters: Mapping[str, Array], columns: Mapping[str, Array]
    ) -> dict[str, Array]:
        """Return by layer the values of its units, (examples, units); a formula's own value."""
        for name, view in self._flat.views.items():
            view[...] = parameters[name]
        given = {**self._rest, **columns}
        graph = self._graph
        names = (graph.names[node] for node in graph.inputs)
        with np.errstate(all="ignore"):
            self._run(*(given[name] for name in names if name in given))
        return {name: np.array(self._run.value(node)) for name, node in self._nodes.items()}


@dataclass(frozen=True, slots=True)
class Passes:
    """Both passes for one example.

    Parameters
    ----------
    values, adjoints
        By the name of a node, in the shape it has for one example; adjoints where the loss
        depends on the node.
    slopes
        By layer, the slope of each unit's activation, where that squashes or rectifies.
    fates
        By layer and unit, why next to nothing comes back through it; "" where something does.
    """

    values: Mapping[str, Array]
    adjoints: Mapping[str, Array]
    slopes: Mapping[str, Array]
    fates: Mapping[str, tuple[Fate, ...]]


def _record(
    network: Network, parameters: Mapping[str, Array], columns: Mapping[str, Array]
) -> Record:
    """Run both passes over some examples, nothing dropped out."""
    graph = network.graph
    count = len(next(iter(columns.values())))
    given = {**parameters, **columns, **network.undropped(count)}
    point = {
        node: ARRAYS.array(given[graph.names[node]], graph.shape(node), node in graph.batched)
        for node in graph.inputs
    }
    with np.errstate(all="ignore"):
        return record(graph, ARRAYS, point, "reverse", {graph.outputs[0]: 1})


class Seen(NamedTuple):
    """A layer over many examples, (examples, units): values, their adjoints, slopes there.

    Slopes are those of activations that squash or rectify, None of others.
    """

    value: Array
    adjoint: Array
    slope: Array | None


def layers(
    network: Network, parameters: Mapping[str, Array], columns: Mapping[str, Array]
) -> dict[str, Seen]:
    """Return by layer what is seen of it, with the adjoints of each example's own loss.

    Parameters
    ----------
    columns
        The data by name, one row an example.
    """
    graph = network.graph
    run = _record(network, parameters, columns)
    count = len(next(iter(columns.values())))

    def whole(node: int, value: Any) -> Array:
        data = np.asarray(getattr(value, "data", value), dtype=float)
        return np.broadcast_to(data, (count, *graph.shape(node)))

    nodes = {name: graph.index[name] for name in network.units}
    return {
        name: Seen(
            whole(node, run.values[node]),
            whole(node, run.derivatives.get(node, 0.0)),
            whole(node, run.local[node, 0]) if _bends(graph.ops[node]) else None,
        )
        for name, node in nodes.items()
    }


def passes(
    network: Network, parameters: Mapping[str, Array], example: Mapping[str, Array]
) -> Passes:
    """Run both passes for one example.

    Parameters
    ----------
    example
        The data by name, the target in the form of the network's outputs.
    """
    graph = network.graph
    columns = {name: np.asarray([value]) for name, value in example.items()}
    run = _record(network, parameters, columns)

    def plain(node: int, value: Any) -> Array:
        data = np.asarray(getattr(value, "data", np.nan), dtype=float)
        return data[0] if graph.carries[node] and data.ndim > len(graph.shape(node)) else data

    values = {name: plain(node, run.values[node]) for node, name in graph.names.items()}
    adjoints = {
        name: plain(node, run.derivatives[node])
        for node, name in graph.names.items()
        if node in run.derivatives
    }
    slopes = {}
    for name in network.units:
        node = graph.index[name]
        if _bends(graph.ops[node]):
            slopes[name] = np.broadcast_to(plain(node, run.local[node, 0]), graph.shape(node))
    fates = {name: _fates(graph.ops[graph.index[name]] is RELU, s) for name, s in slopes.items()}
    return Passes(values, adjoints, slopes, fates)


def _bends(op: Op) -> bool:
    return op.saturates or op is RELU


def _fates(rectifier: bool, slopes: Array) -> tuple[Fate, ...]:
    if rectifier:
        return tuple("dead" if slope == 0 else "" for slope in slopes)
    return tuple("saturated" if abs(slope) < SATURATED else "" for slope in slopes)


def program(network: Network) -> str:
    """Return the network with its loss as text in the language of formulas.

    >>> from chainrule.nn import Dense, Sequential
    >>> program(Sequential([Dense(1)], inputs=2).network("mse"))
    'x: 2; W1: 1x2; b1: 1; t: 1; a1 = W₁ x + b₁; J = mean((a₁ − t)²)'
    """
    graph = network.graph
    shapes = [
        f"{graph.names[node]}: {'x'.join(map(str, graph.shape(node)))}"
        for node in graph.inputs
        if graph.shape(node)
    ]
    steps = [f"{name} = {formula}" for name, formula in formulas(network).items()]
    return "; ".join([*shapes, *steps]).replace("\u2009", " ")


def formulas(network: Network) -> dict[str, str]:
    """Return by name how every named node is computed from others that have a name."""
    graph = network.graph

    def names(node: int, outside: int) -> Term | None:
        return Symbol(graph.names[node]) if node != outside and node in graph.names else None

    return {
        name: text(compose(graph, node, partial(names, outside=node), READING).term)
        for node, name in graph.names.items()
        if graph.operands[node]
    }


def literal(values: Array, digits: int = 6) -> str:
    """Return numbers as they are typed: 0.5, or [[1, 2], [3, 4]].

    >>> literal(np.array([[1.0, 0.25]]))
    '[[1, 0.25]]'

    Parameters
    ----------
    digits
        Significant digits.
    """
    if np.ndim(values) == 0:
        return f"{float(values) + 0.0:.{digits}g}"  # −0 is 0
    entries: Sequence[Array] = list(values)
    return f"[{', '.join(literal(entry, digits) for entry in entries)}]"
