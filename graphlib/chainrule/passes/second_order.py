"""Second derivatives: passes over the gradient graph."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np

from chainrule.algebras.array import Array
from chainrule.algebras.undefined import Undefined
from chainrule.errors import GraphError
from chainrule.graph.wengert import WengertList
from chainrule.passes.derivatives import gradient_graph
from chainrule.passes.jacobian import corner, entries, smooth
from chainrule.passes.kinks import sides_along
from chainrule.passes.run import Number, Run


class SecondOrder:
    """The second derivatives of the main output at a point.

    Parameters
    ----------
    point
        Exact value of each input, by index.

    Raises
    ------
    GraphError
        If the main output is a vector, or the graph has a batch.
    """

    def __init__(self, graph: WengertList, point: Mapping[int, Any]) -> None:
        if graph.batched or graph.shape(graph.outputs[0]):
            raise GraphError(
                "second derivatives are those of one number; the graph has a batch, or its "
                "output is a vector; allowed: a scalar output, such as a sum"
            )
        self.graph = graph
        self.gradient = gradient_graph(graph, domains=False)
        pairs = zip(graph.inputs, self.gradient.inputs, strict=True)
        self.point = {new: point[old] for old, new in pairs}
        self._first = Run(graph, point)

    @cached_property
    def nowhere(self) -> dict[int, Undefined]:
        """The inputs by which there is no first derivative, hence no second one, and why.

        A formula of the gradient may have a value where the function has none: 1/x at −1,
        where log x does not exist, or sign x at 0, where |x| has a kink.
        """
        first, graph = self._first, self.graph
        whole = first.value(graph.outputs[0]).undefined
        if whole is not None:
            return dict.fromkeys(graph.inputs, whole)
        found: dict[int, Undefined] = {}
        for entry, output in zip(graph.inputs, self.gradient.outputs, strict=True):
            reason = first.derivative(entry).undefined
            if reason is None and self._jumps:
                leads = self.gradient.distances([output])
                at = next((node for node in self._jumps if leads[node] >= 0), None)
                reason = None if at is None else corner(self.gradient, at)
            if reason is not None:
                found[entry] = reason
        return found

    @cached_property
    def _jumps(self) -> list[int]:
        """The nodes of the gradient graph that jump at the point: slopes at a kink."""
        if not self._first.kinks:
            return []
        ops = self.gradient.ops
        here = Run(self.gradient, self.point, "forward").kinks
        return [n for n in here if (kink := ops[n].kink) is not None and kink.push is None]

    def hessian(self) -> dict[int, dict[int, Number]]:
        """Return the Hessian, by indices of inputs: one reverse pass a row."""
        inputs, gradient, nowhere = self.graph.inputs, self.gradient, self.nowhere
        missing = {entry: Number(why, why, why) for entry, why in nowhere.items()}
        if len(missing) == len(inputs):
            return {a: dict.fromkeys(inputs, missing[a]) for a in inputs}
        found = entries(gradient, self.point, "reverse", strict=True)
        rows = {
            a: {
                b: missing.get(a) or missing.get(b) or self._where_defined(found[output, entry])
                for b, entry in zip(inputs, gradient.inputs, strict=True)
            }
            for a, output in zip(inputs, gradient.outputs, strict=True)
        }
        # A mixed derivative that exists in one order only is none: the matrix is symmetric.
        return {
            a: {b: rows[b][a] if rows[b][a].undefined else x for b, x in row.items()}
            for a, row in rows.items()
        }

    def along(self, direction: Mapping[int, Any]) -> dict[int, Number]:
        """Return the Hessian times a direction, by input: one forward pass over the gradient.

        Parameters
        ----------
        direction
            How fast each input moves, by index; those left out stand still.
        """
        inputs, gradient, nowhere = self.graph.inputs, self.gradient, self.nowhere
        still = {entry: Number(why, why, why) for entry, why in nowhere.items()}
        moving = {entry: amount for entry, amount in direction.items() if amount != 0}
        nothing = next((still[entry] for entry in moving if entry in still), None)
        if nothing is not None:
            return dict.fromkeys(inputs, nothing)
        new = dict(zip(inputs, gradient.inputs, strict=True))
        seeds = {new[entry]: amount for entry, amount in (moving or direction).items()}
        run = Run(gradient, self.point, "forward", direction=seeds)
        found: dict[int, Number] = {}
        for entry, output in zip(inputs, gradient.outputs, strict=True):
            number = run.derivative(output)
            if run.kinks:
                number = smooth(number, sides_along(run.fine, output, run.seeds), run)
            found[entry] = still.get(entry) or self._where_defined(number)
        return found

    def _where_defined(self, number: Number) -> Number:
        """Return an array of nothing where an entry on which the output depends is none."""
        why = self._first.value(self.graph.outputs[0]).undefined
        if why is not None and isinstance(number.shown, Array):
            none = Array(np.full(number.shown.data.shape, why, dtype=object), number.shown.ndim)
            return Number(none, none, none)
        return number
