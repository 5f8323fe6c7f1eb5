"""A graph as a fast NumPy function with its source attached.

The gradient graph is printed and the text given to Python's `compile` and `exec`. That is
safe because the text is ours from end to end: it is made of variables v1, v2, …, numbers
written by `repr`, and function names from a table. Names and texts of a user are keys of
dictionaries beside it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, Literal, get_args

import numpy as np

from chainrule.compile import jit, points
from chainrule.compile.blocks import BLOCK, Blocks
from chainrule.compile.libraries import LIBRARIES, LibrarySource
from chainrule.compile.machine import Machine, Unsettled, exactly
from chainrule.compile.walk import Source, plain, prelude, run
from chainrule.errors import GraphError, PointError, ShapeError, require_mapping
from chainrule.graph.builder import Builder, Expression
from chainrule.graph.wengert import WengertList
from chainrule.passes.derivatives import gradient_graph
from chainrule.passes.walks import evaluate

Outputs = Literal["value", "value_and_grad"]
MANY = 8192  # points from which on blocks are quicker than whole arrays
LARGE = 20_000  # nodes from which on nobody reads a source, and Python takes long to
NO_POINT: Mapping[str, Any] = {}


class Compiled:
    """A compiled graph: `compiled(x=1.0)` returns what it was compiled for.

    Values are NumPy doubles, or arrays. Inputs that carry a batch take one example a row
    (axis 0); the derivative by an input that does not is the sum over the batch. A graph of
    numbers takes arrays of points as well, and returns arrays.

    Parameters
    ----------
    graph
        The graph that was compiled, folds opened.
    outputs
        "value", or "value_and_grad" for the pair of the value and a dict of derivatives.
    wrt
        Names of the inputs by which derivatives are taken, in their order.
    output
        Index of the output.
    """

    def __init__(
        self, graph: WengertList, outputs: Outputs, wrt: Sequence[str], output: int
    ) -> None:
        self.graph = graph
        self.outputs: Outputs = outputs
        self.wrt = tuple(wrt)
        self._output = output
        self.inputs = tuple(graph.names[node] for node in graph.inputs)

    def __call__(self, *point: Mapping[str, Any], **arrays: Any) -> Any:
        """Return what it was compiled for; inputs by name, or all in one mapping.

        Raises
        ------
        PointError
            If an input is missing, unknown, given twice, or not made of numbers.
        ShapeError
            If an array does not have the shape that is declared; names both.
        """
        wanted = self.value if self.outputs == "value" else self.value_and_grad
        return wanted(*point, **arrays)

    def value(self, *point: Mapping[str, Any], **arrays: Any) -> Any:
        """Return the value of the output."""
        bound = self._bound(*point, **arrays)
        lead = self._lead(bound)
        (value,) = self._computed("value", bound, lead)
        return self._full(value, lead, self._output)

    def value_and_grad(
        self, *point: Mapping[str, Any], **arrays: Any
    ) -> tuple[Any, dict[str, Any]]:
        """Return the value of the output and its derivatives by name.

        Where the output carries a batch, the derivatives are those of its sum.
        """
        bound = self._bound(*point, **arrays)
        lead = self._lead(bound)
        value, *slopes = self._computed("value_and_grad", bound, lead)
        index = self.graph.index
        return self._full(value, lead, self._output), {
            name: self._full(slope, lead, index[name])
            for name, slope in zip(self.wrt, slopes, strict=True)
        }

    # The source

    @cached_property
    def source(self) -> str:
        """The source of the module: `value`, and `value_and_grad` where it was asked for.

        Raises
        ------
        GraphError
            If the graph is so large that it is not computed from a source.
        """
        if self.graph.is_scalar and len(self.graph) > LARGE:
            raise GraphError(f"{len(self.graph):,} steps have no source; up to {LARGE:,} do")
        parts = [self._value_source]
        if self.outputs == "value_and_grad":
            parts.append(self._gradient_source)
        used = frozenset().union(*(part.used for part in parts))
        return prelude(used) + "\n\n".join(part.text for part in parts)

    @property
    def variables(self) -> dict[str, str]:
        """The variable of each named node in `value` and `value_and_grad`, by its name."""
        names = self.graph.names
        return {
            names[node]: variable
            for node, variable in self._value_source.variables.items()
            if node in names
        }

    @cached_property
    def _gradient(self) -> WengertList:
        by = [self.graph.index[name] for name in self.wrt]
        return gradient_graph(self.graph, self._output, by, keep=[self._output], domains=False)

    @cached_property
    def _value_graph(self) -> WengertList:
        return self.graph.replace(outputs=[self._output])

    @cached_property
    def _value_source(self) -> Source:
        return plain("value", self.graph, [self._output])

    @cached_property
    def _gradient_source(self) -> Source:
        return plain("value_and_grad", self._gradient, self._gradient.outputs)

    @cached_property
    def _functions(self) -> dict[Any, Any]:
        """What was made so far: by outputs, and for many points by which inputs are many too."""
        return {}

    def _computed(self, outputs: Outputs, bound: Sequence[Any], lead: tuple[int, ...]) -> Any:
        if self.graph.is_scalar and len(self.graph) > LARGE:
            return self._one_by_one(bound, lead, values=outputs == "value")
        size = math.prod(lead)
        if not self.graph.is_scalar or size < MANY:
            if outputs not in self._functions:
                source = self._value_source if outputs == "value" else self._gradient_source
                self._functions[outputs] = run(source.text, outputs, source.used, {})
            with np.errstate(all="ignore"):
                return self._functions[outputs](*bound)
        many = tuple(array.size > 1 for array in bound)
        way = (outputs, many, size >= points.MANY and jit.is_there())
        if way not in self._functions:
            self._functions[way] = self._in_blocks(*way)
        rows = [
            np.broadcast_to(array, lead).reshape(-1) if is_many else array.reshape(())
            for array, is_many in zip(bound, many, strict=True)
        ]
        found = self._functions[way](rows, size)
        return [x.reshape(lead) if np.ndim(x) else x for x in found]

    def _in_blocks(self, outputs: Outputs, many: tuple[bool, ...], fast: bool) -> Blocks:
        graph = self._value_graph if outputs == "value" else self._gradient
        source = points.loop(graph, many, BLOCK) if fast else ""
        return Blocks(graph, many, *(jit.compiled(source, "points") if source else ()))

    def _one_by_one(self, bound: Sequence[Any], lead: tuple[int, ...], *, values: bool) -> Any:
        """Return what a very large graph gives at each point."""
        inputs, by = self.graph.inputs, [self.graph.index[name] for name in self.wrt]
        points = np.broadcast_arrays(*bound) if bound else ()
        rows = []
        for place in np.ndindex(lead):
            point = {n: float(x[place]) for n, x in zip(inputs, points, strict=True)}
            try:
                value, slopes = self._machine.value_and_grad(point)
            except Unsettled:
                value, slopes = exactly(self.graph, self._output, point)
            rows.append([value, *([] if values else [slopes[n] for n in by])])
        return np.array(rows, dtype=float).T.reshape(-1, *lead)

    @cached_property
    def _machine(self) -> Machine:
        return Machine(self.graph, self._output, fast=True)

    # What goes in and out

    def _bound(self, point: Mapping[str, Any] = NO_POINT, /, **arrays: Any) -> list[Any]:
        require_mapping(point)
        if twice := point.keys() & arrays.keys():
            message = f"{min(twice)} is given twice, in the mapping and by name"
            raise PointError(message, text=min(twice), allowed="Give each name one value.")
        given = {**point, **arrays}
        unknown = [name for name in given if name not in self.inputs]
        missing = [name for name in self.inputs if name not in given]
        if missing or unknown:
            message = (
                f"No value is given for {missing[0]}"
                if missing
                else f"A value is given for {unknown[0]}, which is not an input"
            )
            allowed = f"The inputs are: {', '.join(self.inputs) or 'none'}."
            raise PointError(message, text=(missing or unknown)[0], allowed=allowed)
        return [
            self._array(node, name, given[name])
            for node, name in zip(self.graph.inputs, self.inputs, strict=True)
        ]

    def _array(self, node: int, name: str, value: Any) -> Any:
        try:
            array = np.asarray(value, dtype=float)
        except (TypeError, ValueError, OverflowError) as error:
            raise PointError(
                f"The value of {name} is not made of numbers",
                text=name,
                allowed="Give a number, nested lists of equal lengths, or an array.",
            ) from error
        if self.graph.is_scalar:
            return array
        shape, lead = self.graph.shape(node), int(node in self.graph.batched)
        if array.ndim != lead + len(shape) or array.shape[lead:] != shape:
            wanted = ("batch", *map(str, shape)) if lead else tuple(map(str, shape))
            raise ShapeError(f"{name} has the shape {array.shape}; it takes ({', '.join(wanted)})")
        return array

    def _lead(self, bound: Sequence[Any]) -> tuple[int, ...]:
        """Return the axes in front of one example: those of the points, or the batch."""
        if self.graph.is_scalar:
            return _points(self.inputs, bound)
        batched = self.graph.batched
        rows = {
            name: array.shape[:1]
            for node, name, array in zip(self.graph.inputs, self.inputs, bound, strict=True)
            if node in batched
        }
        if len(set(rows.values())) > 1:
            sizes = ", ".join(f"{name} {size[0]}" for name, size in rows.items())
            raise ShapeError(f"the batches have different sizes: {sizes}")
        return next(iter(rows.values()), ())

    def _full(self, value: Any, lead: tuple[int, ...], node: int) -> Any:
        """Return a result in the shape that it has for any formula: constants are repeated."""
        full = self.graph.is_scalar or self.graph.carries[node]
        shape = (lead if full else ()) + self.graph.shape(node)
        array = np.asarray(value, dtype=float)
        if array.shape != shape:
            array = np.broadcast_to(array, shape).copy()
        return array if array.ndim else array[()]


def _points(names: Sequence[str], bound: Sequence[Any]) -> tuple[int, ...]:
    try:
        return np.broadcast_shapes(*(array.shape for array in bound))
    except ValueError as error:
        shapes = ", ".join(f"{n} {a.shape}" for n, a in zip(names, bound, strict=True))
        raise ShapeError(f"the points do not fit together: {shapes}") from error


def compiled(
    graph: WengertList,
    outputs: str = "value_and_grad",
    wrt: Sequence[str] | None = None,
    output: int | None = None,
) -> Any:
    """Return a graph compiled for NumPy (`Compiled`), or written for a library (`LibrarySource`).

    Parameters
    ----------
    outputs
        "value" or "value_and_grad"; "jax" or "torch" for both in JAX or PyTorch.
    wrt
        Names of the inputs by which derivatives are taken; default all.
    output
        Index of the output; default the main one.

    Raises
    ------
    GraphError
        If a name in `wrt` is no input, or an operation has no form in NumPy.
    InputError
        For derivatives of a graph that shall have none at its kinks.
    """
    allowed = (*get_args(Outputs), *LIBRARIES)
    if outputs not in allowed:
        raise GraphError(f"no outputs {outputs!r}; there are {', '.join(allowed)}")
    known = [graph.names[node] for node in graph.inputs]
    by = known if wrt is None else list(wrt)
    unknown = [name for name in by if name not in known]
    if unknown:
        raise GraphError(f"{unknown[0]!r} is not an input; there are {', '.join(known)}")
    goal = graph.outputs[0] if output is None else output
    opened, at = _opened(graph, goal)
    if outputs in LIBRARIES:
        return LibrarySource(LIBRARIES[outputs], opened, by, at)
    kind: Outputs = "value" if outputs == "value" else "value_and_grad"
    made = Compiled(opened, kind, by, at)
    # LibrarySource at once, so that an operation without a form in NumPy is met here.
    assert len(opened) > LARGE or made.source
    return made


def _opened(graph: WengertList, goal: int) -> tuple[WengertList, int]:
    """Return the graph that leads to `goal` with its folds opened, and the place of the goal."""
    if not any("body" in given for given in graph.parameters.values()):
        return graph, goal
    builder = Builder()
    point = {
        node: builder.input(graph.names[node], graph.shape(node), batched=node in graph.batched)
        for node in graph.inputs
    }
    values: list[Expression] = [step.value for step in evaluate(graph, builder, point)]
    opened = builder.finish([values[goal]])
    return opened, opened.outputs[0]
