"""How to train, and what a step of training says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from chainrule.errors import InputError
from chainrule.nn.optimisers import Optimiser
from chainrule.nn.schedules import Schedule
from chainrule.nn.words import translated

Array = Any


@dataclass(frozen=True, slots=True)
class TrainingRecord:
    """What one step saw and did.

    Parameters
    ----------
    step, epoch
        Counted from 1; the step that was just made, the epoch it belongs to.
    batch
        Indices of its examples.
    loss
        Mean over the batch, before the step.
    losses
        Loss of each example of the batch.
    penalty
        What L1 and L2 add to the loss.
    rate
        Learning rate of the step.
    gradient_norms
        Euclidean norm of the gradient by each parameter.
    activations
        By layer, mean and population deviation of its values over the batch.
    metrics
        At the end of an epoch, the scores over all training data after the step, and those over
        the data that is held out with `held_out_` before their names; empty at other steps.
    """

    step: int
    epoch: int
    batch: Array
    loss: float
    losses: Array
    penalty: float
    rate: float
    gradient_norms: Mapping[str, float]
    activations: Mapping[str, tuple[float, float]]
    metrics: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Plan:
    """How to train.

    Parameters
    ----------
    optimiser
        By name, or with choices.
    rate
        Learning rate; None for the optimiser's own.
    batch
        Examples a step; None for all. The last batch of an epoch may be short.
    batches
        Indices of each step's examples, (steps, batch), in place of a random order.
    shuffle
        Whether the examples come in a new order each epoch.
    steps, epochs
        Where to stop; one of the two.
    schedule
        Factor of the learning rate by step.
    l1, l2
        Weights of Σ|w| and Σw² over all weights (neither biases nor scales), added to the loss.
    clip
        Greatest length of the whole gradient, penalty included: a longer one is shortened to it
        and keeps its direction (Pascanu, Mikolov, Bengio, ICML 2013).
    patience
        Early stopping: epochs without a better held-out loss; the best parameters are put back
        at the end.
    target
        Stop when the loss of a step is at most this.
    observe
        Whether records hold gradient norms, activations and, at the end of an epoch, scores
        over all training data; they cost a little.
    only
        Entries that learn, by parameter, as arrays of True and False; the others stay as they
        begin. A weight that was pruned is one that stays 0.
    seed
        Of the order of the examples and of dropout: same seed, same run.
    """

    optimiser: str | Optimiser = "sgd"
    rate: float | None = None
    batch: int | None = None
    batches: Array | None = None
    shuffle: bool = True
    steps: int | None = None
    epochs: int | None = None
    schedule: Schedule | None = None
    l1: float = 0.0
    l2: float = 0.0
    clip: float | None = None
    patience: int | None = None
    target: float | None = None
    observe: bool = True
    only: Mapping[str, Array] | None = None
    seed: int = 0

    @classmethod
    def of(cls, **given: Any) -> Plan:
        """Return a plan from choices under their names here or elsewhere (`lr`, `batch_size`).

        Raises
        ------
        InputError
            If there is no such choice.
        """
        return cls(**translated(given, [f.name for f in fields(cls)]))

    @property
    def method(self) -> Optimiser:
        """The optimiser with the learning rate of the plan."""
        chosen = Optimiser.of(self.optimiser)
        return chosen if self.rate is None else Optimiser(chosen.name, self.rate, chosen.given)

    def check(self, count: int, *, held: bool) -> None:
        """Refuse a plan that does not fit the data.

        Parameters
        ----------
        count
            How many examples there are.
        held
            Whether some are held out.

        Raises
        ------
        InputError
            With what is allowed.
        """
        optimiser = Optimiser.of(self.optimiser)
        if self.rate is not None and optimiser.rate not in (None, self.rate):
            raise InputError(
                f"the learning rate is given twice, {self.rate:g} and {optimiser.rate:g}",
                allowed="Give it with the optimiser or with the plan.",
            )
        least = {
            "batch": self.batch,
            "steps": self.steps,
            "epochs": self.epochs,
            "patience": self.patience,
        }
        for name, value in least.items():
            if value is not None and (value < 1 or value != int(value)):
                raise InputError(
                    f"{name} is {value}", given=value, allowed="It is a whole number, at least 1."
                )
        for name, weight in (("l1", self.l1), ("l2", self.l2)):
            if not 0 <= weight < np.inf:
                raise InputError(
                    f"{name} is {weight:g}", given=weight, allowed="It is 0 or a positive number."
                )
        if self.clip is not None and not self.clip > 0:
            raise InputError(
                f"clip is {self.clip:g}", given=self.clip, allowed="It is a positive length."
            )
        if self.schedule is not None and not callable(self.schedule):
            raise InputError(
                f"the schedule is {self.schedule!r:.40}",
                given=self.schedule,
                allowed="It is a function of the step, as of nn.schedules: cosine(steps=100).",
            )
        if self.batches is not None:
            chosen = np.asarray(self.batches)
            if chosen.ndim != 2 or chosen.min() < 0 or chosen.max() >= count:
                raise InputError(
                    "the batches name examples that there are not",
                    allowed=f"They are rows of indices from 0 to {count - 1}.",
                )
        if self.patience is not None and not held:
            raise InputError(
                "early stopping needs data to validate on", allowed="Give validation=(x, t)."
            )
