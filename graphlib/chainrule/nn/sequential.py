"""Networks: layers one after the other, written as one graph for one example."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from chainrule.errors import InputError
from chainrule.facade import Graph
from chainrule.graph.builder import Builder, Expression
from chainrule.nn.layers import Layer, Page
from chainrule.nn.losses import PROBABILITIES, Loss, check_unit, loss_named
from chainrule.nn.model import Network, drawn, unit_of
from chainrule.nn.training import Training, train
from chainrule.nn.words import Answering
from chainrule.ops import OPS, Shape
from chainrule.readings.cells import count_cell
from chainrule.readings.grid import Grid, GridRow, Header, grouped, words
from chainrule.readings.terms import Word


class Sequential(Answering):
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
        Shape of one example: a number of values, or (channels, rows, columns). Without it
        training takes it from the data.
    """

    def __init__(self, layers: Sequence[Layer] = (), inputs: int | Shape | None = None) -> None:
        if not (isinstance(layers, Sequence) and layers):
            raise InputError(
                "a network is given all its layers at once, in a list",
                allowed="Write Sequential([Dense(16, 'relu'), Dense(1)], inputs=2).",
            )
        self.layers = tuple(layers)
        self._inputs = (inputs,) if isinstance(inputs, int) else inputs

    @property
    def inputs(self) -> Shape:
        """Shape of one example.

        Raises
        ------
        InputError
            If it was not said.
        """
        if self._inputs is None:
            raise InputError(
                "the network does not know how many values come in",
                allowed="Say so: Sequential(layers, inputs=2); training takes it from the data.",
            )
        return tuple(self._inputs)

    def fitted(self, x: Any) -> Sequential:
        """Return the network for these examples, where it was not said what comes in."""
        if self._inputs is not None:
            return self
        if hasattr(x, "keys"):
            x = np.column_stack([x[name] for name in x.keys() if name != "t"])  # noqa: SIM118
        return Sequential(self.layers, np.shape(x)[1:] or (1,))

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
            If there is no such loss, or the output's unit does not fit it.
        ShapeError
            If layers do not fit together; names both shapes.
        """
        record = loss_named(loss)
        network = self._network(record, fused, batched, predicting=not batched)
        if network.statistics and batched:
            alone = self._network(record, fused, batched, predicting=True)
            return replace(network, alone=alone)
        return network

    def _network(self, loss: Loss, fused: bool, batched: bool, predicting: bool) -> Network:
        builder = Builder()
        page = Page(builder, batched, predicting)
        prediction = self._written(page, page.example("x", self.inputs))
        unit = unit_of(prediction.op)
        check_unit(loss, unit, prediction.shape)
        fits = loss.unit != "identity" and prediction.op is OPS[loss.unit]
        # Scores without an activation are what the fused form takes, too.
        scores = prediction.operands[0] if fits else prediction if unit == "linear" else None
        if prediction.index not in builder.names:
            prediction = page.named(prediction, "y")
        target = page.example("t", prediction.shape)
        if loss.fused is not None and scores is not None and (fused or not fits):
            written = loss.fused(builder.maths, scores, target)
        else:
            written = loss.write(builder.maths, prediction, target)
        goal = page.named(written, "J")
        return Network(
            builder.finish([goal, prediction]),
            page.parameters,
            loss,
            prediction.shape,
            masks=page.masks,
            units=tuple(page.units),
            statistics=tuple(page.statistics),
            words=page.words,
            cut=0.5 if unit in PROBABILITIES else 0.0,
        )

    def _written(self, page: Page, x: Expression) -> Expression:
        for layer in self.layers:
            x = layer.write(page, x)
        return x

    def summary(self) -> Grid:
        """Return the layers as a table: what comes out of each, and how many numbers it learns.

        >>> from chainrule.nn import Dense
        >>> print(Sequential([Dense(3, "tanh"), Dense(1)], inputs=2).summary().csv())
        layer,comes out,learns,numbers
        Dense,3,"W1: 3×2, b1: 3",9
        Dense,1,"W2: 1×3, b2: 1",4
        all,,,13
        <BLANKLINE>
        """
        page = Page(Builder())
        x = page.example("x", self.inputs)
        rows: list[tuple[str, str, str, int]] = []
        known: set[str] = set()
        for layer in self.layers:
            x = layer.write(page, x)
            new = {name: p for name, p in page.parameters.items() if name not in known}
            known |= set(new)
            learns = ", ".join(f"{name}: {_sizes(p.shape)}" for name, p in new.items())
            count = sum(math.prod(p.shape) for p in new.values())
            rows.append((type(layer).__name__, _sizes(x.shape), learns, count))
        rows.append(("all", "", "", sum(row[3] for row in rows)))
        keys = ("layer", "comes out", "learns", "numbers")
        heads = tuple(Header(key, Word(key), numeric=key == "numbers") for key in keys)
        cells = [
            GridRow(
                {
                    **dict(zip(keys, map(words, row[:3]), strict=False)),
                    "numbers": count_cell(row[3]),
                }
            )
            for row in rows
        ]
        return Grid("summary", ("Layers",), heads, grouped(cells))

    def fit(self, x: Any, t: Any = None, **plan: Any) -> Training:
        """Train to the end of a plan and return the run: its `history`, `predict`, `evaluate`.

        >>> from chainrule.nn import Dense
        >>> line = Sequential([Dense(1)], inputs=1)
        >>> run = line.fit([[0.0], [1.0]], [1.0, 3.0], optimizer="Adam", lr=0.1, epochs=400)
        >>> run.predict([[2.0]]).round(2).tolist()
        [[5.0]]

        Parameters
        ----------
        plan
            As of `chainrule.nn.train`.
        """
        run = train(self, x, t, **plan)
        run.run()
        return run

    def graph(self, loss: str | None = None, *, fused: bool = False, batched: bool = True) -> Graph:
        """Return the graph of a prediction, or of its loss; options as of `network`.

        >>> from chainrule.nn import Dense
        >>> Sequential([Dense(1)], inputs=3).graph("mse").variables
        ('x', 'W1', 'b1', 't')
        """
        if loss is not None:
            return Graph.of(self.network(loss, fused=fused, batched=batched).graph)
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
        page = Page(Builder())
        self._written(page, page.example("x", self.inputs))
        return drawn(page.parameters, seed, initialiser)


def _sizes(shape: Shape) -> str:
    return "×".join(map(str, shape)) or "1"
