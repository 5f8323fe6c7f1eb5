"""One step of training: the compiled passes over a batch, then the optimiser's rule.

The gradient graph of the loss is compiled once for each size of batch; it writes the gradient
by every parameter into one row of numbers, and the rule moves the row of parameters.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from chainrule.compile.buffered import Buffered
from chainrule.errors import InputError
from chainrule.nn.model import Network
from chainrule.nn.optimisers import METHODS, Optimiser
from chainrule.ops import Shape
from chainrule.passes.derivatives import gradient_graph

if TYPE_CHECKING:
    from chainrule.nn.plan import Plan

Array = Any


class Flat:
    """Arrays by name that share one row of numbers.

    Parameters
    ----------
    shapes
        By name, in order.
    what
        What an entry is called in messages.
    start
        The numbers to begin with, by name; zeros otherwise.

    Raises
    ------
    InputError
        If an array is missing, too many, or has another shape; names both shapes.
    """

    def __init__(
        self, shapes: Mapping[str, Shape], what: str, start: Mapping[str, Any] | None = None
    ) -> None:
        self.numbers: Any = np.zeros(sum(math.prod(shape) for shape in shapes.values()))
        self.views: dict[str, Any] = {}
        at = 0
        for name, shape in shapes.items():
            size = math.prod(shape)
            self.views[name] = self.numbers[at : at + size].reshape(shape)
            at += size
        if start is not None:
            self._fill(start, what)

    def _fill(self, start: Mapping[str, Any], what: str) -> None:
        for name in [*self.views, *start]:
            if name not in start or name not in self.views:
                raise InputError(
                    f"the {what} {name[:40]} is {'missing' if name in self.views else 'unknown'}",
                    allowed=f"There are {', '.join(self.views)}.",
                )
        for name, view in self.views.items():
            given = np.asarray(start[name], dtype=float)
            if given.shape != view.shape:
                raise InputError(
                    f"the {what} {name} has shape {given.shape}",
                    allowed=f"The network needs {view.shape}.",
                )
            view[...] = given


MOST_COMPILED = 12
"""Sizes of batches that are kept compiled, each with its buffers."""
PIECE = 4_096
"""Examples that are looked at together."""


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
        shapes = network.shapes
        self.gradient = Flat(shapes, "gradient")
        self.slots = tuple(np.zeros_like(parameters.numbers) for _ in optimiser.method.slots)
        weights = Flat(shapes, "weight")
        for name, view in weights.views.items():
            view[...] = network.parameters[name].kind == "weight"
        self._weights = weights.numbers
        self._only: Array | None = None
        if plan.only is not None:
            all_of_it = {name: np.ones(shape) for name, shape in shapes.items()}
            self._only = Flat(shapes, "choice of what learns", all_of_it | dict(plan.only)).numbers
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
        self._alone = network.predicting
        self.statistics: dict[str, Array] = {
            name: np.zeros(self._alone.graph[name].shape) for name in network.statistics
        }
        self._compiled: dict[tuple[int, str], Buffered] = {}
        self._now: Buffered | None = None

    def _for(self, size: int, what: str) -> Buffered:
        """Return what is compiled for batches of a size.

        Parameters
        ----------
        what
            "step" for the gradient alone; "watched" to keep loss and values to be seen;
            "looked at" for loss and prediction of single examples; "statistics".
        """
        found = self._compiled.get((size, what))
        if found is None:
            if len(self._compiled) == MOST_COMPILED:
                del self._compiled[next(iter(self._compiled))]
            found = self._compiled[size, what] = self._made(size, what)
        return found

    def _made(self, size: int, what: str) -> Buffered:
        fixed, graph = self.parameters.views, self.network.graph
        if what == "looked at":
            alone = self._alone.graph
            return Buffered(alone, size, {**fixed, **self.statistics}, {}, alone.outputs)
        if what == "statistics":
            return Buffered(graph, size, fixed, {}, [graph.index[n] for n in self.statistics])
        outputs = self._slopes.outputs[-len(self.gradient.views) :]
        into = dict(zip(outputs, self.gradient.views.values(), strict=True))
        return Buffered(self._slopes, size, fixed, into, self._seen if what == "watched" else ())

    def _arguments(
        self, columns: Sequence[Array], masks: Mapping[str, Array]
    ) -> Iterator[Array] | Sequence[Array]:
        if not masks:
            return columns
        given = dict(zip(self.network.columns, columns, strict=True)) | dict(masks)
        return (given[name] for name in self._given)

    def differentiate(self, columns: Sequence[Array], masks: Mapping[str, Array]) -> None:
        """Run the passes over a batch: the gradient of its mean loss, and what is to be seen."""
        size = len(columns[0])
        step = self._now = self._for(size, "watched")
        step(*self._arguments(columns, masks))
        self.gradient.numbers /= size
        self._adjust()

    def hurry(
        self, columns: Sequence[Array], masks: Mapping[str, Array], rate: float, step: int
    ) -> None:
        """Differentiate and update without the loss; nothing is to be seen afterwards."""
        size = len(columns[0])
        self._for(size, "step").run(*self._arguments(columns, masks))
        gradient, plan = self.gradient.numbers, self.plan
        if self._plain and self._only is None and not (plan.l1 or plan.l2 or plan.clip):
            np.multiply(gradient, -rate / size, self._move)
            np.add(self.parameters.numbers, self._move, self.parameters.numbers)
            return
        gradient /= size
        self._adjust()
        self.update(rate, step)

    def _adjust(self) -> None:
        """Add the penalty to the gradient, still what does not learn, and shorten it."""
        l1, l2 = self.plan.l1, self.plan.l2
        if l1 or l2:
            kept = self._weights * self.parameters.numbers
            self.gradient.numbers += l1 * np.sign(kept) + 2 * l2 * kept
            self.penalty = float(l1 * np.abs(kept).sum() + l2 * (kept**2).sum())
        if self._only is not None:
            self.gradient.numbers *= self._only
        if self.plan.clip is not None:
            length = np.linalg.norm(self.gradient.numbers)
            if length > self.plan.clip:
                self.gradient.numbers *= self.plan.clip / length

    def value(self, node: int) -> Array:
        """Return a node's values in the last watched pass, the batch in front."""
        assert self._now is not None
        return self._now.value(node)

    @property
    def losses(self) -> Array:
        """Loss of each example of the last batch."""
        return self.value(self.network.graph.outputs[0]).copy()

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

    def look_at(self, columns: Sequence[Array], over: Sequence[Array]) -> tuple[Array, Array]:
        """Return loss and prediction of each example, nothing dropped out.

        Parameters
        ----------
        over
            The data whose means and deviations a batch norm uses.
        """
        if self.statistics:
            step = self._for(len(over[0]), "statistics")
            with np.errstate(all="ignore"):
                step(*self._arguments(over, self.network.undropped(len(over[0]))))
            for name, view in self.statistics.items():
                view[...] = step.value(self.network.graph.index[name])
        found = [
            self._piece([c[at : at + PIECE] for c in columns])
            for at in range(0, len(columns[0]), PIECE)
        ]
        losses, predictions = zip(*found, strict=True)
        return np.concatenate(losses), np.concatenate(predictions)

    def _piece(self, columns: Sequence[Array]) -> tuple[Array, Array]:
        size, outputs = len(columns[0]), self._alone.graph.outputs
        step = self._for(size, "looked at")
        with np.errstate(all="ignore"):
            step(*self._arguments(columns, self.network.undropped(size)))
        # What does not depend on the data is one value for all examples.
        loss, shape = step.value(outputs[0]), (size, *self.network.outputs)
        return np.array(np.broadcast_to(loss, (size,))), np.array(
            np.broadcast_to(step.value(outputs[1]), shape)
        )
