"""A network with its data and its parameters: what can be asked of it, and how good it is."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from chainrule.errors import InputError, needed
from chainrule.facade import Graph
from chainrule.nn.formula import Formula
from chainrule.nn.model import Model, Network, given, hits, named
from chainrule.nn.scaling import Scaling
from chainrule.nn.stepping import Flat, Stepper
from chainrule.nn.words import Answering
from chainrule.worked import Worked

if TYPE_CHECKING:
    import pandas

Array = Any


def scores(
    network: Network, losses: Array, prediction: Array, t: Array | None, units: Scaling | None
) -> dict[str, float]:
    """Return the scores of predictions.

    Parameters
    ----------
    losses
        Of each example.
    t
        What should have come out; None where nothing is compared.
    units
        How the targets were scaled, so that the RMSE is in their own unit.

    Returns
    -------
    dict
        The mean loss; where classes are predicted, the accuracy; where numbers are, the RMSE
        (the root of the mean squared error) and R² = 1 − Σ(t − y)²/Σ(t − mean)², the mean over
        the outputs. R² is left out where all targets are the same.
    """
    found = {"loss": float(np.mean(losses))}
    if t is None or prediction.shape != t.shape:
        return found
    right = hits(network, prediction, t)
    if right is not None:
        return {**found, "accuracy": float(np.mean(right))}
    if units is not None:
        prediction, t = units.back(prediction), units.back(t)
    error, apart = (t - prediction) ** 2, (t - t.mean(axis=0)) ** 2
    found["rmse"] = float(np.sqrt(error.mean()))
    spread = apart.sum(axis=0)
    if np.all(spread > 0):
        found["r2"] = float(np.mean(1 - error.sum(axis=0) / spread))
    return found


def judged(told: Mapping[str, float]) -> str:
    """Say what R² means where it is told, on the data that is held out if there is some.

    >>> judged({"r2": -16.0})
    'Worse than the mean: predicting the mean of these targets every time has R² 0, this has -16.'
    >>> judged({"r2": -1.0, "held_out_r2": 0.9})
    'It explains 90 % of the spread of the targets (R² 0.9, held out).'
    """
    where = ", held out" if "held_out_r2" in told else ""
    value = told.get("held_out_r2", told.get("r2"))
    if value is None:
        return ""
    if value < 0:
        return (
            "Worse than the mean: predicting the mean of these targets every time has R² 0, "
            f"this has {value:.3g}{where}."
        )
    share = 100 * value
    return f"It explains {share:.3g} % of the spread of the targets (R² {value:.3g}{where})."


Pair = tuple[Array, Array]


class Trained(Answering):
    """A network with its data and its parameters.

    Parameters
    ----------
    model, x, t, loss, validation, units
        As of `chainrule.nn.training.Training`.
    """

    _flat: Flat
    _stepper: Stepper

    def __init__(
        self,
        model: Model,
        x: Array,
        t: Array | None,
        loss: str,
        *,
        validation: Pair | Array | None = None,
        units: Scaling | None = None,
    ) -> None:
        self.model = model
        self.units = units
        self.network: Network = model.network(loss)
        self.columns = given(self.network, x, t)
        self.held: tuple[Array, ...] | None = None
        if validation is not None:
            held_x, held_t = validation if isinstance(validation, tuple) else (validation, None)
            of = " of the validation data"
            self.held = given(self.network, held_x, held_t, of)
        self.epochs: list[dict[str, float]] = []
        """The scores after each epoch that was told, oldest first."""

    def _check_predictions(self) -> None:
        """Refuse a formula whose values the loss cannot take, before the rate is blamed."""
        record = self.network.loss
        if not (record.fits and isinstance(self.model, Formula)):
            return
        piece = tuple(column[:100] for column in self.columns)
        _, y = self._stepper.look_at(piece, self.columns)
        outside = (y < 0) | (y > 1)
        if record.task == "classes" and not outside.any():
            outside = np.abs(y.sum(axis=-1, keepdims=True) - 1) > 1e-6
            y = y.sum(axis=-1, keepdims=True)
        if outside.any() and record.fused is not None:
            found = f"{'the sum ' * (record.task == 'classes')}{float(y[outside][0]):.4g}"
            needs = record.needs.partition(", or")[0]
            raise InputError(
                f"{record.name} needs {needs}; the formula gives {found}",
                allowed=f"Write its value as {record.unit}(…), which gives that.",
            )

    @property
    def examples(self) -> int:
        """How many examples are learned from."""
        return len(self.columns[0])

    @property
    def x(self) -> Array:
        """The examples, where they are one table."""
        return self.columns[0]

    @property
    def t(self) -> Array:
        """The targets as they are compared with predictions."""
        return self.columns[self.network.columns.index(self.network.target)]

    @property
    def parameters(self) -> Mapping[str, Array]:
        """The parameters as they are now, copies by name; `change` writes others."""
        return frozen(self._flat.views)

    def predict(self, x: Array) -> Array:
        """Return the predictions (n, outputs) for examples, nothing dropped out."""
        return self._stepper.look_at(self._asked(x), self.columns)[1]

    def _asked(self, x: Array) -> tuple[Array, ...]:
        """Return columns to predict from: the target is not looked at."""
        network = self.network
        if hasattr(x, "keys"):
            x = named(x)
            x.pop(network.target, None)
        count = len(next(iter(x.values()))) if isinstance(x, dict) else len(x)
        nothing = np.zeros((count, *network.outputs))
        if network.loss.task == "classes":
            nothing[:, 0] = 1.0
        return given(network, x, nothing if network.target else None)

    def evaluate(self, x: Array | None = None, t: Array | None = None) -> dict[str, float]:
        """Return loss, and accuracy or RMSE and R², over examples; over the training data if none.

        >>> from chainrule.nn import Dense, Sequential, train
        >>> line = Sequential([Dense(1)], inputs=1)
        >>> run = train(line, [[0.0], [1.0]], [1.0, 3.0], optimiser="gd", steps=300)
        >>> run.run()[-1].step, round(run.evaluate()["r2"], 6)
        (300, 1.0)
        """
        columns = self.columns if x is None else given(self.network, x, t)
        return self._scores(columns)

    def _scores(self, columns: tuple[Array, ...]) -> dict[str, float]:
        losses, prediction = self._stepper.look_at(columns, self.columns)
        network = self.network
        t = columns[network.columns.index(network.target)] if network.target else None
        return scores(network, losses, prediction, t, self.units)

    def told(self) -> dict[str, float]:
        """Return the scores over the training data, and over the data that is held out."""
        found = self._scores(self.columns)
        if self.held is not None:
            held = self._scores(self.held)
            found |= {f"held_out_{name}": value for name, value in held.items()}
        return found

    def loss(self, x: Array | None = None, t: Array | None = None) -> float:
        """Return the mean loss over examples; over the training data by default."""
        return self.evaluate(x, t)["loss"]

    def accuracy(self, x: Array | None = None, t: Array | None = None) -> float:
        """Return the share of examples whose class is predicted.

        Raises
        ------
        InputError
            If the network predicts numbers.
        """
        told = self.evaluate(x, t)
        if "accuracy" not in told:
            raise InputError("numbers have no accuracy", allowed="Ask for the loss.")
        return told["accuracy"]

    @property
    def history(self) -> pandas.DataFrame:
        """The scores after each epoch as a data frame, of training data, and held-out data."""
        frame: pandas.DataFrame = needed("pandas", "frames").DataFrame(self.epochs)
        return frame

    def worked(self, example: int = 0) -> Worked:
        """Return both passes for one example, worked through with the parameters as they are.

        >>> from chainrule.nn import Dense, Sequential, train
        >>> line = Sequential([Dense(1)], inputs=1)
        >>> run = train(line, [[2.0]], [7.0], start={"W1": [[3.0]], "b1": [0.5]}, steps=1)
        >>> run.worked(0)["adjoint:a1"].tolist()
        [-1.0]

        Parameters
        ----------
        example
            Its number, from 0.
        """
        return Graph.of(self.network_of_one.graph).reverse(self.point(example))

    @property
    def network_of_one(self) -> Network:
        """The network written for one example, its loss as lectures write it."""
        return self.model.network(self.network.loss.name, fused=False, batched=False)

    def point(self, example: int) -> dict[str, Any]:
        """Return all inputs of the graph for one example, nothing dropped out."""
        network = self.network
        columns = dict(zip(network.columns, self.columns, strict=True))
        if network.statistics:
            self._stepper.look_at(tuple(c[:1] for c in self.columns), self.columns)
        found = {name: column[example] for name, column in columns.items()}
        point = {**found, **self.parameters, **network.undropped(), **self._stepper.statistics}
        return {name: value if np.ndim(value) else float(value) for name, value in point.items()}


def frozen(views: Mapping[str, Array]) -> Mapping[str, Array]:
    """Return copies that refuse to be written to: what is written would be lost."""
    copies = {name: view.copy() for name, view in views.items()}
    for copy in copies.values():
        copy.flags.writeable = False
    return MappingProxyType(copies)
