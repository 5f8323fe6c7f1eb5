"""One step of training: the passes over a batch, then the optimiser's rule."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from chainrule.algebras.arrays import ARRAYS
from chainrule.nn.flat import Flat
from chainrule.nn.model import Network
from chainrule.nn.optimisers import Optimiser
from chainrule.passes.record import Record, record
from chainrule.passes.walks import evaluate

if TYPE_CHECKING:
    from chainrule.nn.training import Plan

Array = Any


class Stepper:
    """The arithmetic of training.

    Parameters
    ----------
    network
        The graph of the loss.
    parameters
        What is learned; updates are written into it.
    """

    def __init__(
        self, network: Network, parameters: Flat, optimiser: Optimiser, plan: Plan
    ) -> None:
        self.network = network
        self.parameters = parameters
        self.optimiser = optimiser
        self.plan = plan
        shapes = {name: p.shape for name, p in network.parameters.items()}
        self.gradient = Flat(shapes, "gradient")
        self.slots = tuple(np.zeros_like(parameters.numbers) for _ in optimiser.method.slots)
        weights = Flat(shapes, "weight")
        for name, view in weights.views.items():
            view[...] = name[0] in "WK"
        self._weights = weights.numbers
        self.penalty = 0.0
        self._record: Record | None = None

    def _point(self, x: Array, t: Array | None, masks: Mapping[str, Array]) -> dict[int, Any]:
        graph = self.network.graph
        given = {**self.parameters.views, "x": x, **masks}
        if t is None:
            t = np.zeros((len(x), *self.network.outputs))
        for name, rate in self.network.masks.items():
            if name not in masks:
                given[name] = np.ones((len(x), *graph[name].shape))
            del rate
        given["t"] = t
        return {
            node: ARRAYS.array(given[graph.names[node]], graph.shape(node), node in graph.batched)
            for node in graph.inputs
        }

    def differentiate(self, x: Array, t: Array, masks: Mapping[str, Array]) -> None:
        """Run the passes over a batch: losses, and the gradient of their mean."""
        graph = self.network.graph
        goal = graph.outputs[0]
        point = self._point(x, t, masks)
        seeds = {goal: 1 / len(x)}
        with np.errstate(all="ignore"):
            self._record = record(graph, ARRAYS, point, "reverse", seeds)
            for name, view in self.gradient.views.items():
                adjoint = self._record.derivatives.get(graph.index[name])
                view[...] = 0 if adjoint is None else adjoint.data
            self._penalise()

    def _penalise(self) -> None:
        l1, l2, w = self.plan.l1, self.plan.l2, self.parameters.numbers
        self.penalty = 0.0
        if l1 or l2:
            kept = self._weights * w
            self.gradient.numbers += l1 * np.sign(kept) + 2 * l2 * kept
            self.penalty = float(l1 * np.abs(kept).sum() + l2 * (kept**2).sum())

    def value(self, node: int) -> Array:
        """Return a node's values in the last pass, the batch in front."""
        assert self._record is not None
        return self._record.values[node].data

    @property
    def losses(self) -> Array:
        """Loss of each example of the last batch."""
        return self.value(self.network.graph.outputs[0])

    @property
    def loss(self) -> float:
        """Their mean."""
        return float(np.mean(self.losses))

    @property
    def prediction(self) -> Array:
        """Predictions for the last batch."""
        return self.value(self.network.graph.outputs[1])

    def gradient_norms(self) -> dict[str, float]:
        """Return the Euclidean norm of the gradient by each parameter."""
        with np.errstate(over="ignore"):
            return {name: float(np.linalg.norm(g)) for name, g in self.gradient.views.items()}

    def activations(self) -> dict[str, tuple[float, float]]:
        """Return mean and population deviation of each layer's values over the batch."""
        index = self.network.graph.index
        values = {name: self.value(index[name]) for name in self.network.units}
        with np.errstate(over="ignore", invalid="ignore"):
            return {name: (float(v.mean()), float(v.std())) for name, v in values.items()}

    def trouble(self) -> str | None:
        """Return what is not finite: the loss, or the gradient by a parameter."""
        if not np.isfinite(self.loss):
            graph = self.network.graph
            for node in range(len(graph)):
                if not np.isfinite(self.value(node)).all():
                    return f"the value of {graph.names.get(node, graph.ops[node].name)}"
        if not np.isfinite(self.gradient.numbers).all():
            for name, view in self.gradient.views.items():
                if not np.isfinite(view).all():
                    return f"the gradient by {name}"
        return None

    def update(self, rate: float, t: int) -> None:
        """Move the parameters by the optimiser's rule; `t` is the step's number from 1."""
        w, g = self.parameters.numbers, self.gradient.numbers
        rule, choices = self.optimiser.method.rule, self.optimiser.choices
        with np.errstate(over="ignore"):
            moved = rule(np, w, g, rate, t, *self.slots, **choices)
        w[:] = moved[0]
        for slot, new in zip(self.slots, moved[1:], strict=True):
            slot[:] = new

    def predict(self, x: Array) -> Array:
        """Return the predictions for examples, nothing dropped out."""
        graph = self.network.graph
        values = [s.value for s in evaluate(graph, ARRAYS, self._point(x, None, {}))]
        return np.array(values[graph.outputs[1]].data)

    def evaluate(self, x: Array, t: Array) -> float:
        """Return the mean loss over examples, nothing dropped out."""
        graph = self.network.graph
        values = [s.value for s in evaluate(graph, ARRAYS, self._point(x, t, {}))]
        return float(np.mean(values[graph.outputs[0]].data))
