"""Networks: layers one after the other, written as one graph for one example."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from chainrule.errors import InputError
from chainrule.facade import Graph
from chainrule.graph.builder import Builder, Expression
from chainrule.nn.layers import ACTIVATIONS, Layer, Page, Parameter
from chainrule.nn.losses import LOSSES, Loss
from chainrule.ops import OPS, Shape

Parameters = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Network:
    """A network with its loss, as a graph.

    Parameters
    ----------
    graph
        For one example. Inputs: `x`, the parameters, dropout masks, the target `t`; x, masks
        and t are batched. Outputs: the loss J, then the prediction y.
    parameters
        What is learned, in order.
    masks
        Dropout rates by the name of the mask.
    units
        Names of the values after each layer.
    loss
        The loss's record.
    outputs
        Shape of a prediction.
    """

    graph: Graph
    parameters: Mapping[str, Parameter]
    masks: Mapping[str, float]
    units: tuple[str, ...]
    loss: Loss
    outputs: Shape


def loss_named(name: str) -> Loss:
    """Return a loss by its name.

    Raises
    ------
    InputError
        If there is none.
    """
    if name not in LOSSES:
        raise InputError(
            f"there is no loss `{name[:40]}`", text=name, length=len(name),
            allowed=f"There are {', '.join(LOSSES)}.",
        )  # fmt: skip
    return LOSSES[name]


class Sequential:
    """Layers one after the other.

    >>> from chainrule.nn import Dense
    >>> model = Sequential([Dense(2, "sigmoid"), Dense(1, "sigmoid")], inputs=2)
    >>> model.parameters(seed=1)["W1"].shape
    (2, 2)
    >>> model.graph("bce").variables
    ('x', 'W1', 'b1', 'W2', 'b2', 't')

    Parameters
    ----------
    layers
        In order.
    inputs
        Shape of one example: a number of values, or (channels, rows, columns).
    """

    def __init__(self, layers: Sequence[Layer], inputs: int | Shape) -> None:
        self.layers = tuple(layers)
        self.inputs: Shape = (inputs,) if isinstance(inputs, int) else tuple(inputs)

    def network(self, loss: str = "mse", *, fused: bool = True, batched: bool = True) -> Network:
        """Return the graph with a loss, and what it needs.

        Parameters
        ----------
        fused
            Whether a loss that belongs to the output's activation is written on the values
            before it (cross-entropy of softmax as log-sum-exp), which keeps its digits. The
            lecture writes it on the activation's value.
        batched
            Whether x, masks and t carry a batch; without, the graph is that of one example,
            which can be unrolled.

        Raises
        ------
        InputError
            If there is no such loss.
        ShapeError
            If layers do not fit together; names both shapes.
        """
        record = loss_named(loss)
        builder = Builder()
        page = Page(builder, batched=batched)
        prediction = self._written(page, page.example("x", self.inputs))
        before = _before(prediction, record.unit)
        if prediction.index not in builder.names:
            prediction = page.named(prediction, "y")
        target = page.example("t", prediction.shape)
        # Scores without an activation are what the fused form takes, too.
        scores = before if before is not None else _scores(prediction)
        if record.fused is not None and scores is not None and (fused or before is None):
            written = record.fused(builder.maths, scores, target)
        else:
            written = record.write(builder.maths, prediction, target)
        goal = page.named(written, "J")
        return Network(
            Graph.of(builder.finish([goal, prediction])),
            page.parameters,
            page.masks,
            tuple(page.units),
            record,
            prediction.shape,
        )

    def _written(self, page: Page, x: Expression) -> Expression:
        for layer in self.layers:
            x = layer.write(page, x)
        return x

    def graph(self, loss: str | None = None, *, fused: bool = False, batched: bool = True) -> Graph:
        """Return the graph of a prediction, or of its loss; options as of `network`.

        >>> from chainrule.nn import Dense
        >>> Sequential([Dense(1)], inputs=3).graph("mse").variables
        ('x', 'W1', 'b1', 't')
        """
        if loss is not None:
            return self.network(loss, fused=fused, batched=batched).graph
        builder = Builder()
        page = Page(builder, batched=batched)
        prediction = self._written(page, page.example("x", self.inputs))
        return Graph.of(builder.finish([prediction]))

    def parameters(self, seed: int = 0, initialiser: str | None = None) -> dict[str, Any]:
        """Return parameters as arrays by name, drawn by each layer's initialiser.

        Parameters
        ----------
        seed
            The same seed gives the same parameters.
        initialiser
            Another initialiser for all weights.
        """
        from chainrule.nn.initialisers import Initialiser

        page = Page(Builder())
        self._written(page, page.example("x", self.inputs))
        random = np.random.default_rng(seed)
        chosen = None if initialiser is None else Initialiser.of(initialiser)
        return {
            name: (chosen if chosen and name[0] in "WK" else parameter.initialiser).draw(
                random, parameter.shape
            )
            for name, parameter in page.parameters.items()
        }


def _before(prediction: Expression, unit: str) -> Expression | None:
    """Return the values before the output's activation, if that is `unit`."""
    if unit != "identity" and prediction.op is OPS[unit]:
        return prediction.operands[0]
    return None


def _scores(prediction: Expression) -> Expression | None:
    """Return the prediction itself where its unit is linear: then it is a score."""
    return prediction if prediction.op not in ACTIVATIONS.values() else None
