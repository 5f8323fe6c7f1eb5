"""Every layer worked through for one example, at a size that a person can read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from chainrule.nn.experiments.record import EXPERIMENTS, Rows, measured
from chainrule.nn.experiments.told import size
from chainrule.nn.layers import Conv2D, Dense, Flatten, Layer
from chainrule.nn.looking import formulas, literal
from chainrule.nn.sequences import GRU, LSTM, Attention, Embedding, Recurrent
from chainrule.nn.sequential import Sequential
from chainrule.nn.shaping import BatchNorm, LayerNorm, Maxout, MaxPool2D, Padding2D, Residual
from chainrule.nn.training import train
from chainrule.nn.words import understood

LAYERS: Mapping[str, Layer] = {
    "LSTM": LSTM(2),
    "GRU": GRU(2),
    "recurrent layer": Recurrent(2),
    "attention": Attention(2),
    "embedding": Embedding(3, 2),
    "max-pool": MaxPool2D(2),
    "padding": Padding2D(1),
    "convolution": Conv2D(1, (3, 3)),
    "layer norm": LayerNorm(),
    "batch norm": BatchNorm(),
    "residual": Residual([Dense(2, "tanh")]),
    "maxout": Maxout(2),
}
"""By the word for it; what comes in is of the shape that the record of the experiment says."""
EXAMPLES = 5


def _arriving(found: tuple[float, float, Mapping[str, float]], given: Any) -> str:
    loss, arriving, learned = found
    most, least = (pick(learned, key=learned.__getitem__) for pick in (max, min))
    told = f"For this example J = {size(loss, 4)}, and the mean |∂J/∂x| is {size(arriving)}."
    return (
        f"{told} Of what is learned {most} has the largest mean |adjoint|, {size(learned[most])}, "
        f"and {least} the smallest, {size(learned[least])}."
    )


@measured("layers", _arriving)
def layer_by_node(layer: str = "LSTM", *, seed: int = 0) -> Rows:
    """Work a layer through for one example, forwards and backwards, node by node.

    One affine unit with the squared error stands behind the layer. What a node sends back to an
    operand is its own adjoint times a local partial, so a node with several users has the sum of
    what they send.

    Parameters
    ----------
    layer
        A word for it, such as "LSTM".
    """
    shapes = EXPERIMENTS["layers"].choices["layer"]
    word = understood(layer, shapes, {}, "layer")
    shape = tuple(shapes[word])
    random = np.random.default_rng(seed)
    size_of = (EXAMPLES, *shape)
    words = word == "embedding"
    x: Any = random.integers(0, 3, size_of) if words else random.standard_normal(size_of).round(1)
    model = Sequential([LAYERS[word], Flatten(), Dense(1)], inputs=shape)
    run = train(model, x, random.standard_normal(EXAMPLES).round(1), steps=1, seed=seed)
    network, worked = run.network_of_one, run.worked(0)
    told, sizes = formulas(network), {}
    for name in network.graph.names.values():
        value, adjoint = (
            np.asarray(worked[f"{kind}:{name}"], float) for kind in ("value", "adjoint")
        )
        sizes[name] = float(np.abs(adjoint).mean())
        is_given = "learned" if name in run.parameters else "given"
        yield name, told.get(name, is_given), literal(value, 4), literal(adjoint, 4), sizes[name]
    learned = {name: sizes[name] for name in run.parameters}
    return float(worked["value:J"]), sizes["x"], learned
