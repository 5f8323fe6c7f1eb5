"""One step of training: the compiled passes over a batch, then the optimiser's rule.

The gradient graph of the loss is compiled once for each size of batch; it writes the gradient
by every parameter into one row of numbers, and the rule moves the row of parameters.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from chainrule.compile.buffered import Buffered
from chainrule.nn.flat import Flat
from chainrule.nn.model import Network
from chainrule.nn.optimisers import METHODS, Optimiser
from chainrule.passes.derivatives import gradient_graph

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
        # Of gradient descent the line can be written without a new array.
        self._plain = optimiser.method.rule is METHODS["sgd"].rule
        self._move = np.empty_like(parameters.numbers)
        self.penalty = 0.0
        graph = network.graph
        by = [graph.index[name] for name in shapes]
        # The nodes of the graph come first in its gradient graph, so their indices stay.
        self._slopes = gradient_graph(graph, graph.outputs[0], by, keep=graph.outputs)
        self._seen = [*graph.outputs, *(graph.index[name] for name in network.units)]
        names = [graph.names[node] for node in graph.inputs]
        self._given = tuple(name for name in names if name not in shapes)
        self._compiled: dict[tuple[int, bool], Buffered] = {}
        self._now: Buffered | None = None

    def _for(self, size: int, *, watched: bool) -> Buffered:
        """Return the step for batches of a size; `watched` keeps loss and values to be seen."""
        key = size, watched
        if key not in self._compiled:
            outputs = self._slopes.outputs[-len(self.gradient.views) :]
            into = dict(zip(outputs, self.gradient.views.values(), strict=True))
            seen = self._seen if watched else ()
            fixed = self.parameters.views
            self._compiled[key] = Buffered(self._slopes, size, fixed, into, seen)
        return self._compiled[key]

    def _arguments(self, x: Array, t: Array, masks: Mapping[str, Array]) -> list[Array]:
        given = {"x": x, "t": t, **masks}
        return [given[name] for name in self._given]

    def differentiate(self, x: Array, t: Array, masks: Mapping[str, Array]) -> None:
        """Run the passes over a batch: the gradient of its mean loss, and what is to be seen."""
        step = self._now = self._for(len(x), watched=True)
        step(*self._arguments(x, t, masks))
        self.gradient.numbers /= len(x)
        self._penalise()

    def hurry(self, x: Array, t: Array, masks: Mapping[str, Array], rate: float, step: int) -> None:
        """Differentiate and update without the loss; nothing is to be seen afterwards."""
        size = len(x)
        run = self._for(size, watched=False).run
        if masks:
            run(*self._arguments(x, t, masks))
        else:
            run(x, t)
        gradient, plan = self.gradient.numbers, self.plan
        if self._plain and not (plan.l1 or plan.l2):
            np.multiply(gradient, -rate / size, self._move)
            np.add(self.parameters.numbers, self._move, self.parameters.numbers)
            return
        gradient /= size
        self._penalise()
        self.update(rate, step)

    def _penalise(self) -> None:
        l1, l2 = self.plan.l1, self.plan.l2
        if l1 or l2:
            kept = self._weights * self.parameters.numbers
            self.gradient.numbers += l1 * np.sign(kept) + 2 * l2 * kept
            self.penalty = float(l1 * np.abs(kept).sum() + l2 * (kept**2).sum())

    def value(self, node: int) -> Array:
        """Return a node's values in the last watched pass, the batch in front."""
        assert self._now is not None
        return self._now.value(node)

    @property
    def losses(self) -> Array:
        """Loss of each example of the last batch."""
        return self.value(self.network.graph.outputs[0]).copy()

    @property
    def prediction(self) -> Array:
        """Predictions for the last batch."""
        return self.value(self.network.graph.outputs[1])

    def gradient_norms(self) -> dict[str, float]:
        """Return the Euclidean norm of the gradient by each parameter."""
        return {name: float(np.linalg.norm(g)) for name, g in self.gradient.views.items()}

    def activations(self) -> dict[str, tuple[float, float]]:
        """Return mean and population deviation of each layer's values over the batch."""
        index = self.network.graph.index
        values = {name: self.value(index[name]) for name in self.network.units}
        return {name: (float(v.mean()), float(v.std())) for name, v in values.items()}

    def trouble(self) -> str | None:
        """Return what is not finite: a layer's value, the loss, or the gradient by a parameter."""
        if np.isfinite(self.gradient.numbers).all() and np.isfinite(self.losses).all():
            return None
        index = self.network.graph.index
        for name in self.network.units:
            if not np.isfinite(self.value(index[name])).all():
                return f"the value of {name}"
        if not np.isfinite(self.losses).all():
            return "the loss"
        views = self.gradient.views
        return next(f"the gradient by {n}" for n, g in views.items() if not np.isfinite(g).all())

    def update(self, rate: float, t: int) -> None:
        """Move the parameters by the optimiser's rule; `t` is the step's number from 1."""
        w, g = self.parameters.numbers, self.gradient.numbers
        rule, choices = self.optimiser.method.rule, self.optimiser.choices
        moved = rule(np, w, g, rate, t, *self.slots, **choices)
        w[:] = moved[0]
        for slot, new in zip(self.slots, moved[1:], strict=True):
            slot[:] = new

    def predict(self, x: Array) -> Array:
        """Return the predictions for examples, nothing dropped out."""
        return np.array(self._looked_at(x, None)[1])

    def evaluate(self, x: Array, t: Array) -> float:
        """Return the mean loss over examples, nothing dropped out."""
        return float(np.mean(self._looked_at(x, t)[0]))

    def _looked_at(self, x: Array, t: Array | None) -> tuple[Array, Array]:
        graph = self.network.graph
        step = self._values(len(x))
        masks = {name: np.ones((len(x), *graph[name].shape)) for name in self.network.masks}
        if t is None:
            t = np.zeros((len(x), *self.network.outputs))
        with np.errstate(all="ignore"):
            step(*self._arguments(x, t, masks))
        return step.value(graph.outputs[0]), step.value(graph.outputs[1])

    def _values(self, size: int) -> Buffered:
        key = -size, True
        if key not in self._compiled:
            graph = self.network.graph
            self._compiled[key] = Buffered(graph, size, self.parameters.views, {}, graph.outputs)
        return self._compiled[key]
