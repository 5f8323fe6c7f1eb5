"""Networks with the methods of an estimator, as scikit-learn's pipelines and searches ask for."""

from __future__ import annotations

from importlib import import_module
from typing import Any, Literal, Self

import numpy as np

from chainrule.errors import InputError
from chainrule.nn.building import Choices, prepared
from chainrule.nn.data import Data, Task
from chainrule.nn.words import CHOICES, understood

Array = Any


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
