"""Examples and targets as training takes them; what does not fit is refused with its row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from chainrule.errors import InputError
from chainrule.nn.model import Network

Array = Any


def hits(network: Network, prediction: Array, t: Array) -> Array | None:
    """Return which examples are put into their class; None where numbers are predicted."""
    task = network.loss.task
    if task == "classes":
        return np.argmax(prediction, axis=-1) == np.argmax(t, axis=-1)
    if task == "yes or no":
        graph = network.graph
        scores = graph[graph.outputs[1]].op.name != network.loss.unit
        cut = 0.0 if scores or network.loss.unit == "identity" else 0.5
        return np.all((prediction > cut) == (t > 0.5), axis=-1)
    return None


def examples(x: Array, shape: Sequence[int], name: str) -> Array:
    """Return examples as an array (n, …).

    Raises
    ------
    InputError
        If they have another shape, or an entry is no finite number: says which row.
    """
    try:
        data = np.asarray(x, dtype=float)
    except (TypeError, ValueError) as error:
        raise InputError(
            f"{name} is no table of numbers: {error}",
            allowed=f"Every example is {_sized(shape)}.",
        ) from error
    if data.ndim == 1 and tuple(shape) == (1,):
        data = data[:, None]
    if data.ndim != len(shape) + 1 or data.shape[1:] != tuple(shape) or len(data) == 0:
        raise InputError(
            f"{name} has shape {data.shape}",
            allowed=f"It is (n, …) with at least one example, each {_sized(shape)}.",
        )
    bad = ~np.isfinite(data.reshape(len(data), -1))
    if bad.any():
        row, column = (int(i) for i in np.argwhere(bad)[0])
        raise InputError(
            f"{name} holds {data.reshape(len(data), -1)[row, column]} in example {row + 1}, "
            f"value {column + 1}",
            allowed="Every value is a finite number; leave such examples out or fill them in.",
        )
    return data


def _sized(shape: Sequence[int]) -> str:
    return f"{shape[0]} numbers" if len(shape) == 1 else f"of shape {tuple(shape)}"


def targets(t: Array, network: Network, count: int) -> Array:
    """Return targets as an array (n, outputs); labels 0, 1, … become probabilities 0 and 1.

    Raises
    ------
    InputError
        If they do not fit the examples or the outputs: says which row.
    """
    outputs = network.outputs
    try:
        data = np.asarray(t, dtype=float)
    except (TypeError, ValueError) as error:
        raise InputError(f"the targets are no numbers: {error}") from error
    if len(data) != count:
        raise InputError(
            f"{len(data)} targets for {count} examples", allowed="Each example has one target."
        )
    if network.loss.task == "classes" and (data.ndim == 1 or data.shape[1:] == (1,) != outputs):
        return _one_hot(data.reshape(-1), outputs[0])
    if data.ndim == 1 and outputs == (1,):
        data = data[:, None]
    data = examples(data, outputs, "the targets")
    if network.loss.task != "numbers":
        outside = (data < 0) | (data > 1)
        if outside.any():
            row = int(np.argwhere(outside)[0][0])
            raise InputError(
                f"the target of example {row + 1} is {data[row].tolist()}",
                allowed="Targets of this loss lie between 0 and 1.",
            )
    return data


def _one_hot(labels: Array, classes: int) -> Array:
    whole = np.floor(labels) == labels
    inside = whole & (labels >= 0) & (labels < classes)
    if not inside.all():
        row = int(np.argwhere(~inside)[0][0])
        raise InputError(
            f"the label of example {row + 1} is {labels[row]:g}",
            allowed=f"The network has {classes} outputs: labels are 0 to {classes - 1}.",
        )
    return np.eye(classes)[labels.astype(int)]
