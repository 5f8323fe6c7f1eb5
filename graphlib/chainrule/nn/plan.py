"""How to train, as choices and as pseudo-code, and what a step of training says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from chainrule.errors import InputError
from chainrule.nn.optimisers import Optimiser
from chainrule.nn.schedules import Schedule
from chainrule.nn.words import translated

if TYPE_CHECKING:
    from chainrule.nn.training import Training

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
        for name in ("batch", "steps", "epochs", "patience"):
            value = getattr(self, name)
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


def pseudo_code(run: Training) -> tuple[str, ...]:
    """Return the lines of a run, with the numbers of its plan.

    >>> from chainrule.nn import Dense, Sequential, train
    >>> model = Sequential([Dense(1)], inputs=1)
    >>> run = train(model, [[0.0], [1.0]], [1.0, 3.0], optimiser="momentum", epochs=9, l2=0.5)
    >>> print(*pseudo_code(run), sep=chr(10))
    draw the parameters w (2 numbers) from seed 0
    for epoch = 1 … 9:
        take all 2 examples as one batch
        forwards: y ← network(x), J ← mean of loss(y, t)
        backwards: g ← ∂J/∂w
        g ← g + 2 · 0.5 · w for weights, not for biases
        v ← 0.9 v + g
        w ← w − 0.05 v
        measure loss and quality over all examples
    """
    plan, method = run.plan, run.optimiser.method
    count, size = run.examples, plan.batch or run.examples
    numbers = sum(p.size for p in run.parameters.values())
    lines = [f"draw the parameters w ({numbers} numbers) from seed {plan.seed}"]
    lines.append(f"for epoch = 1 … {(run.steps or 0) // run.per_epoch}:")
    within = "    "
    if size >= count:
        lines.append(f"{within}take all {count} examples as one batch")
    else:
        order = "shuffle" if plan.shuffle else "take"
        lines.append(f"{within}{order} the {count} examples, cut them into {run.per_epoch} batches")
        lines.append(f"{within}for each batch of {size}:")
        within *= 2
    if run.network.masks:
        rates = sorted({f"{rate:g}" for rate in run.network.masks.values()})
        lines.append(f"{within}switch off each unit with probability {' or '.join(rates)}")
    lines.append(f"{within}forwards: y ← network(x), J ← mean of loss(y, t)")
    lines.append(f"{within}backwards: g ← ∂J/∂w")
    penalty = [f"{plan.l1:g} · sign(w)"] if plan.l1 else []
    penalty += [f"2 · {plan.l2:g} · w"] if plan.l2 else []
    if penalty:
        lines.append(f"{within}g ← g + {' + '.join(penalty)} for weights, not for biases")
    if plan.clip is not None:
        lines.append(f"{within}if ‖g‖ > {plan.clip:g}: g ← {plan.clip:g} · g/‖g‖")
    letters = {"mu": "μ", "rho": "ρ", "beta1": "β₁", "beta2": "β₂", "eps": "ε", "decay": "λ"}
    given = {letters[name]: f"{value:g}" for name, value in run.optimiser.choices.items()}
    given["η"] = f"{run.optimiser.learning_rate:g}"
    for step in method.steps:
        for letter, value in given.items():
            step = step.replace(letter, value)
        lines.append(within + step)
    held = ", and over those held out" if run.held is not None else ""
    lines.append(f"    measure loss and quality over all examples{held}")
    if plan.patience is not None:
        lines.append(f"    stop after {plan.patience} epochs without a lower held-out loss")
    return tuple(lines)
