"""A network, its plan and its inputs from words: of a command line, a page, or scikit-learn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from importlib import import_module
from typing import Any, Literal, Self

import numpy as np

from chainrule.errors import InputError
from chainrule.facade import Graph
from chainrule.files import made_name
from chainrule.nn.data import Data, Task
from chainrule.nn.formula import Formula
from chainrule.nn.initialisers import Initialiser
from chainrule.nn.layers import Dense, Dropout, Layer
from chainrule.nn.losses import loss_named
from chainrule.nn.plan import Plan
from chainrule.nn.scaling import How, Scaling
from chainrule.nn.sequential import Sequential
from chainrule.nn.training import Training
from chainrule.nn.words import CHOICES, understood

Array = Any

MOST = 40


@dataclass(frozen=True, slots=True)
class Features:
    """Formulas of the columns of a table.

    >>> from chainrule.nn.data import moons
    >>> of = Features.of(moons(4), "x1, x1^2")
    >>> of.names, of([[2.0, 0.0]]).tolist()
    (('x1', 'x1^2'), [[2.0, 4.0]])

    Parameters
    ----------
    names
        The formulas as typed; none for the columns as they are.
    columns
        Names of the columns, as formulas have them.
    """

    names: tuple[str, ...]
    columns: tuple[str, ...]
    _formulas: tuple[tuple[tuple[str, ...], Callable[[Mapping[str, Array]], Array]], ...] = ()

    @classmethod
    def of(cls, data: Data, text: str) -> Features:
        """Return the formulas of a text, parted by commas; nothing stands for the columns.

        Raises
        ------
        InputError
            If a formula cannot be read, or has other names than the columns.
        """
        columns = tuple(made_name(c) for c in data.columns)
        names = tuple(word.strip() for word in text.split(",") if word.strip())
        if (names and data.x.ndim != 2) or len(names) > MOST:
            raise InputError(
                f"{len(names)} inputs are computed",
                given=text,
                allowed=f"At most {MOST}, from a table of columns, not from pictures.",
            )
        formulas = []
        for name in names:
            graph = Graph.parse(name, declared=columns)
            others = [v for v in graph.variables if v not in columns]
            if others or graph.list.shape(graph.list.outputs[0]):
                raise InputError(
                    f"`{name}` is no number of a row of this table",
                    given=name,
                    allowed=f"The columns are {', '.join(columns[:12])}.",
                )
            formulas.append((graph.variables, graph.compile().value))
        return cls(names, columns, tuple(formulas))

    def __call__(self, x: Array) -> Array:
        """Return the inputs of examples, (n, columns).

        Raises
        ------
        InputError
            If one of them has no value somewhere.
        """
        x = np.asarray(x, dtype=float)
        if not self.names:
            return x
        given = dict(zip(self.columns, x.T, strict=True))
        found = [
            np.broadcast_to(value({name: given[name] for name in names}), len(x))
            for names, value in self._formulas
        ]
        for name, values in zip(self.names, found, strict=True):
            if not np.isfinite(values).all():
                row = int(np.flatnonzero(~np.isfinite(values))[0])
                raise InputError(
                    f"`{name}` has no value for example {row + 1}",
                    given=name,
                    allowed="An input is a number for every example.",
                )
        return np.stack(found, axis=1)


MOST_UNITS, MOST_LAYERS, MOST_EPOCHS = 512, 20, 100_000


def widths(text: str) -> tuple[int, ...]:
    """Return the hidden layers of "16-16"; nothing stands for none.

    >>> widths("16-8"), widths("")
    ((16, 8), ())

    Raises
    ------
    InputError
        With the place of what is no width.
    """
    found: list[int] = []
    at = 0
    for part in text.split("-") if text.strip() else []:
        word = part.strip()
        if not (word.isascii() and word.isdecimal()) or not 1 <= int(word[:6]) <= MOST_UNITS:
            raise InputError(
                f"`{part[:20]}` is no width of a layer",
                text=text,
                position=at,
                length=max(1, len(part)),
                allowed=f"Write the hidden layers as 16-16; widths are 1 to {MOST_UNITS}.",
            )
        found.append(int(word))
        at += len(part) + 1
    if len(found) > MOST_LAYERS:
        raise InputError(
            f"{len(found)} hidden layers", given=text, allowed=f"At most {MOST_LAYERS}."
        )
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Choices:
    """What is chosen to train a network on data.

    Parameters
    ----------
    hidden
        Widths of the hidden layers, "16-16".
    activation
        Of the hidden layers.
    initialiser
        Of all weights.
    loss
        Name of the loss; empty for the one that belongs to the data. The output has the unit
        that belongs to the loss, or where that predicts something else, to the data.
    optimiser, rate
        By name; None for the optimiser's own learning rate.
    batch, epochs
        Examples a step, None for all; how often every example is seen.
    scaling
        How inputs, and targets that are numbers, are brought to a common scale.
    held
        Share of the examples that is not learned from, 0 for none.
    seed
        Of the parameters, the order and the split.
    l1, l2, clip, dropout, patience
        As in a plan; dropout after every hidden layer.
    features
        What comes in, as formulas of the columns parted by commas; empty for the columns.
    """

    hidden: str = "16-16"
    activation: str = "tanh"
    initialiser: str = "xavier"
    loss: str = ""
    optimiser: str = "adam"
    rate: float | None = None
    batch: int | None = 32
    epochs: int = 100
    scaling: How = "standard"
    held: float = 0.25
    seed: int = 0
    l2: float = 0.0
    dropout: float = 0.0
    patience: int | None = None
    l1: float = 0.0
    features: str = ""
    clip: float | None = None


@dataclass(frozen=True, slots=True)
class Prepared:
    """A run that is ready to begin, the data in two parts, and how they are scaled.

    Parameters
    ----------
    features
        What is computed from the columns, and then scaled.
    units
        The scaling of targets that are numbers; None for labels.
    """

    run: Training
    data: Data
    kept: Data
    held: Data | None
    features: Features
    scaling: Scaling
    units: Scaling | None

    def inputs(self, x: Array) -> Array:
        """Return what comes into the network for examples in the units of the data."""
        return self.scaling(self.features(x))

    def predict(self, x: Array) -> Array:
        """Return predictions for examples, both in the units of the data."""
        y = self.run.predict(self.inputs(x))
        return y if self.units is None else self.units.back(y)


def prepared(data: Data, choices: Choices) -> Prepared:
    """Return a run of training on data.

    Raises
    ------
    InputError
        If a choice is none, or does not fit the data.
    """
    kept, held = _parts(data, choices)
    features = Features.of(kept, choices.features)
    scaling = Scaling.of(features(kept.x), choices.scaling)
    units = Scaling.of(kept.t, choices.scaling) if data.task == "numbers" else None
    loss = loss_named(choices.loss or data.loss)
    unit = loss.unit if loss.task == data.task else data.unit
    start = Initialiser.of(choices.initialiser)
    layers: list[Layer] = []
    for width in widths(choices.hidden):
        layers.append(Dense(width, choices.activation, start))
        if choices.dropout:
            layers.append(Dropout(choices.dropout))
    layers.append(Dense(data.outputs, unit, start))

    def scaled(part: Data) -> tuple[Array, Array]:
        return scaling(features(part.x)), part.t if units is None else units(part.t)

    x, t = scaled(kept)
    run = Training(
        Sequential(layers, inputs=x.shape[1:]),
        x,
        t,
        loss.name,
        _plan(choices),
        validation=None if held is None else scaled(held),
        units=units,
    )
    return Prepared(run, data, kept, held, features, scaling, units)


def typed(data: Data, choices: Choices, formula: str, learn: Any) -> Prepared:
    """Return a run that trains a formula on data; nothing is scaled, since the text says it all.

    A formula of the target t is its own loss, unless another one is chosen.

    Parameters
    ----------
    learn
        As of `chainrule.nn.train`.

    Raises
    ------
    InputError
        If a choice is none, or the formula does not fit the data.
    """
    kept, held = _parts(data, choices)
    columns = kept.by_name()
    model = Formula.of(formula, learn or "", columns)
    run = Training(
        model,
        columns,
        None,
        choices.loss or ("" if model.has_target else data.loss),
        _plan(choices),
        validation=None if held is None else held.by_name(),
    )
    plain = Features.of(kept, "")
    return Prepared(run, data, kept, held, plain, Scaling.of(kept.x, "none"), None)


def _parts(data: Data, choices: Choices) -> tuple[Data, Data | None]:
    if not 1 <= choices.epochs <= MOST_EPOCHS:
        raise InputError(
            f"{choices.epochs} epochs",
            given=choices.epochs,
            allowed=f"Between 1 and {MOST_EPOCHS:,}.",
        )
    if not 0 <= choices.held < 1:
        raise InputError(
            f"a share of {choices.held:g} is held out",
            given=choices.held,
            allowed="It is at least 0 and below 1.",
        )
    return data.split(choices.held, choices.seed) if choices.held else (data, None)


def _plan(choices: Choices) -> Plan:
    names = [field.name for field in fields(Plan) if hasattr(choices, field.name)]
    return Plan(**{name: getattr(choices, name) for name in names})


class Estimator:
    """A network that learns with `fit(x, y)`, x of shape (n, columns).

    >>> found = Estimator("numbers", hidden="", rate=0.1, epochs=300)
    >>> found = found.fit([[0], [1], [2]], [1, 3, 5])
    >>> found.predict([[4.0]]).round(2).tolist(), round(found.score([[0], [1]], [1, 3]), 3)
    ([9.0], 1.0)

    Parameters
    ----------
    predicts
        Classes, which are numbers or words, or numbers.
    choices
        As of `chainrule.nn.building.Choices`, but nothing is held out unless `held` says so.
    """

    def __init__(self, predicts: Literal["classes", "numbers"] = "classes", **choices: Any) -> None:
        self.set_params(predicts=predicts, **choices)

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return what was chosen, by name."""
        return dict(vars(self).get("chosen", {}))

    def set_params(self, **choices: Any) -> Self:
        """Change what was chosen; what was learned stays until the next `fit`."""
        known = ["predicts", *Choices.__dataclass_fields__]
        others = {word: name for word, name in CHOICES.items() if name in known}
        others["hiddenlayersizes"] = "hidden"
        read = {understood(name, known, others, "parameter"): x for name, x in choices.items()}
        self.chosen = self.get_params() | read
        return self

    def fit(self, x: Array, y: Array) -> Self:
        """Learn from examples and what belongs to each."""
        task: Task = "numbers"
        x, t, self.classes_ = np.asarray(x, float), np.asarray(y), np.array([])
        plan = {"held": 0.0} | self.chosen
        if not isinstance(plan.get("hidden", ""), str):  # (16, 8), as scikit-learn has it
            plan["hidden"] = "-".join(map(str, np.atleast_1d(plan["hidden"])))
        if plan.pop("predicts") == "classes":
            self.classes_, t = np.unique(t, return_inverse=True)
            task = "yes or no" if len(self.classes_) == 2 else "classes"
        t = t if task == "classes" else t.reshape(-1, 1).astype(float)
        columns = tuple(f"x{k + 1}" for k in range(x.shape[1]))
        data = Data("y", x, t, columns, task, tuple(map(str, self.classes_)))
        self.prepared_ = prepared(data, Choices(**plan))
        self.prepared_.run.run()
        return self

    def predict(self, x: Array) -> Array:
        """Return a class or a number for each example."""
        if not len(self.classes_):
            return self.prepared_.predict(np.asarray(x, float))[:, 0]
        return self.classes_[self.predict_proba(x).argmax(axis=1)]

    def predict_proba(self, x: Array) -> Array:
        """Return the probability of each class for each example: (n, classes).

        Raises
        ------
        InputError
            If numbers are predicted.
        """
        if not len(self.classes_):
            raise InputError("numbers have no probabilities", allowed="Ask for predict(x).")
        y = self.prepared_.predict(np.asarray(x, float))
        return y if y.shape[1] > 1 else np.hstack([1 - y, y])

    def score(self, x: Array, y: Array) -> float:
        """Return the share of right classes; of numbers R²."""
        y, told = np.asarray(y), self.predict(x)
        if len(self.classes_):
            return float((told == y).mean())
        return float(1 - ((y - told) ** 2).sum() / ((y - y.mean()) ** 2).sum())

    def __sklearn_tags__(self) -> Any:
        """Return what scikit-learn asks of an estimator; it alone calls this."""
        utils = import_module("sklearn.utils")
        kind = "classifier" if self.chosen["predicts"] == "classes" else "regressor"
        return utils.Tags(estimator_type=kind, target_tags=utils.TargetTags(required=True))
