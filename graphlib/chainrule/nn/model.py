"""What is trained: a graph with its loss, what it learns, how that begins, and the data it takes.

Data that do not fit are refused with their row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from chainrule.errors import InputError
from chainrule.files import made_name
from chainrule.graph.wengert import WengertList
from chainrule.language import canonical
from chainrule.nn.initialisers import Initialiser
from chainrule.nn.layers import ACTIVATIONS, Parameter
from chainrule.nn.losses import Loss
from chainrule.ops import Op, Shape

Array = Any


@dataclass(frozen=True, slots=True)
class Network:
    """A network with its loss, as a graph.

    Parameters
    ----------
    graph
        For one example. Inputs: the data, the parameters, dropout masks; data and masks are
        batched. Outputs: the loss J, then the prediction y.
    parameters
        What is learned, in order.
    loss
        The loss's record.
    outputs
        Shape of a prediction.
    columns
        Names of the inputs that are data, in the graph's order.
    target
        Which of them the prediction is compared with; "" where a loss has none.
    masks
        Dropout rates by the name of the mask.
    units
        Names of the values after each layer.
    statistics
        Names of the means and deviations over a batch that are computed.
    cut
        Above which value a prediction means yes: 0 where it is a score.
    words
        How many words there are, where examples are numbers of words; else 0.
    alone
        The same network with these as inputs, where there are some.
    """

    graph: WengertList
    parameters: Mapping[str, Parameter]
    loss: Loss
    outputs: Shape
    columns: tuple[str, ...] = ("x", "t")
    target: str = "t"
    masks: Mapping[str, float] = field(default_factory=dict)
    units: tuple[str, ...] = ()
    statistics: tuple[str, ...] = ()
    cut: float = 0.5
    words: int = 0
    alone: Network | None = None

    @property
    def shapes(self) -> dict[str, Shape]:
        """Shape of each parameter, by name."""
        return {name: parameter.shape for name, parameter in self.parameters.items()}

    @property
    def unit(self) -> str:
        """Name of the output's activation, "linear" where it has none."""
        return unit_of(self.graph[self.graph.outputs[1]].op)

    @property
    def predicting(self) -> Network:
        """The network for single examples; statistics of a batch are its inputs."""
        return self.alone or self

    def undropped(self, *batch: int) -> dict[str, Array]:
        """Return masks that drop nothing, for a batch of a size or for one example."""
        return {name: np.ones((*batch, *self.graph[name].shape)) for name in self.masks}


def unit_of(op: Op) -> str:
    """Return the name of an output's activation, "linear" for what is none."""
    return op.name if op in ACTIVATIONS.values() else "linear"


class Model(Protocol):
    """What can be trained: it writes a graph with a loss, and says how its parameters begin."""

    def network(self, loss: str = "mse", *, fused: bool = True, batched: bool = True) -> Network:
        """Return the graph with a loss, and what it needs."""

    def parameters(self, seed: int = 0, initialiser: str | None = None) -> dict[str, Any]:
        """Return parameters to begin with, by name."""

    def fitted(self, x: Any) -> Model:
        """Return the model for these examples, where it was not said what comes in."""


def drawn(
    parameters: Mapping[str, Parameter], seed: int, initialiser: str | Initialiser | None = None
) -> dict[str, Any]:
    """Return parameters drawn from a seed; weights by another initialiser, if one is given."""
    random = np.random.default_rng(seed)
    chosen = None if initialiser is None else Initialiser.of(initialiser)
    return {
        name: (chosen if chosen and p.kind == "weight" else p.initialiser).draw(random, p.shape)
        for name, p in parameters.items()
    }


def given(network: Network, x: Array, t: Array | None, of: str = "") -> tuple[Array, ...]:
    """Return the data of a network in the order of its columns.

    Parameters
    ----------
    x
        Examples, or columns by name (a dictionary, a data frame); the targets may stand there
        under the name of what is predicted.
    t
        Targets, where they are no column of `x`.
    of
        What they belong to, for messages.

    Raises
    ------
    InputError
        If a column is missing or does not fit: says which row.
    """
    inputs = [name for name in network.columns if name != network.target]
    shapes = {name: network.graph[name].shape for name in inputs}
    columns: dict[str, Array] = {}
    predicted = network.graph.names.get(network.graph.outputs[1], "")
    if hasattr(x, "keys"):
        columns = named(x)
        if t is None and network.target not in columns and predicted in columns:
            columns[network.target] = columns.pop(predicted)
        if len(inputs) == 1 and inputs[0] not in columns and len(shapes[inputs[0]]) == 1:
            table = [column for name, column in columns.items() if name != network.target]
            columns[inputs[0]] = np.column_stack(table)
    elif len(inputs) == 1:
        columns = {inputs[0]: x}
    if t is not None and network.target:
        columns[network.target] = t
    missing = [name for name in network.columns if name not in columns]
    if missing:
        told = ", ".join(columns) or "one table without names"
        targeted = missing[0] == network.target and predicted not in ("", *network.units)
        raise InputError(
            f"there is no column {missing[0]}{of}",
            given=missing[0],
            allowed=f"The network takes {', '.join(network.columns)}; given is {told}."
            + (f" Targets may stand under {predicted} as well." if targeted else ""),
        )
    found: dict[str, Array] = {}
    for name in inputs:
        found[name] = examples(columns[name], shapes[name], f"{name}{of}")
    count = len(next(iter(found.values()))) if found else len(columns[network.target])
    for name in inputs:
        if len(found[name]) != count:
            raise InputError(
                f"{name}{of} has {len(found[name])} examples, {inputs[0]} has {count}",
                allowed="Every column has one entry for each example.",
            )
        if network.words:
            _check_words(found[name], network.words, f"{name}{of}")
    if network.target:
        found[network.target] = targets(columns[network.target], network, count)
    return tuple(found[name] for name in network.columns)


def _check_words(x: Array, words: int, name: str) -> None:
    wrong = (x != np.floor(x)) | (x < 0) | (x >= words)
    if wrong.any():
        row = int(np.argwhere(wrong)[0][0])
        raise InputError(
            f"{name} has {x[row].tolist()} in example {row + 1}",
            allowed=f"Words are numbered 0 to {words - 1}.",
        )


def named(table: Any) -> dict[str, Array]:
    """Return the columns of a dictionary or a data frame under names that formulas can use.

    >>> list(named({"sepal length (cm)": [1], "x_1": [2]}))
    ['sepal_length_cm', 'x1']
    """
    return {canonical(made_name(str(name))): table[name] for name in table.keys()}  # noqa: SIM118


def hits(network: Network, prediction: Array, t: Array) -> Array | None:
    """Return which examples are put into their class; None where numbers are predicted."""
    task: str = network.loss.task
    if task == "numbers" and np.isin(t, (0.0, 1.0)).all():
        task = {"sigmoid": "yes or no", "softmax": "classes"}.get(network.unit, task)
    if task == "classes":
        return np.argmax(prediction, axis=-1) == np.argmax(t, axis=-1)
    if task == "yes or no":
        same = (prediction > network.cut) == (t > 0.5)
        return np.all(same.reshape(len(t), -1), axis=-1)
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
    if data.ndim == 2 and data.shape[1] == 1 and not shape:
        data = data[:, 0]
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
    if not shape:
        return "one number"
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
        raise InputError(
            f"the targets are no numbers: {error}",
            allowed="Number the classes 0, 1, 2, …; nn.Estimator takes words as they are.",
        ) from error
    if len(data) != count:
        raise InputError(
            f"{len(data)} targets for {count} examples", allowed="Each example has one target."
        )
    classes = network.loss.task == "classes" or (network.unit == "softmax" and len(outputs) == 1)
    if classes and (data.ndim == 1 or data.shape[1:] == (1,) != outputs):
        return _one_hot(data.reshape(-1), outputs[0])
    if data.ndim == 1 and outputs == (1,):
        data = data[:, None]
    data = examples(data, outputs, "the targets")
    if network.loss.task == "numbers":
        return data
    outside = ((data < 0) | (data > 1)).any(axis=-1)
    allowed = "Targets of this loss lie between 0 and 1."
    if network.loss.task == "classes" and not outside.any():
        outside = np.abs(data.sum(axis=-1) - 1) > 1e-6
        allowed = "Probabilities of all classes have the sum 1; labels are 0, 1, …"
    if outside.any():
        row = int(np.argmax(outside))
        raise InputError(
            f"the target of example {row + 1} is {data[row].tolist()}", allowed=allowed
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
