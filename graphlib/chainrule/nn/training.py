"""Training: an iterator of records, one a step, that can be paused, rewound and gone on with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from chainrule.errors import InputError, TrainingError
from chainrule.nn.examples import examples, hits, targets
from chainrule.nn.flat import Flat
from chainrule.nn.model import Network, Sequential
from chainrule.nn.optimisers import Optimiser
from chainrule.nn.schedules import Schedule, constant
from chainrule.nn.stepping import Stepper

Array = Any
KEPT_NUMBERS = 4_000_000
DIVERGED = 1e6
"""A loss so many times the first one (or 1) is that of a run that will not come back."""
REMEDY = "Rewind and take a smaller learning rate, scale the inputs, or begin with smaller weights."


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
        "accuracy" where classes are predicted; at the end of an epoch "validation", the loss
        over that data after the step, where there is such data.
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
        Weights of Σ|w| and Σw² over all weights (not the biases), added to the loss.
    patience
        Early stopping: epochs without a better validation loss; the best parameters are
        put back at the end.
    target
        Stop when the loss of a step is at most this.
    observe
        Whether records hold gradient norms and activations; they cost a little.
    seed
        Of the order of the examples and of dropout: same seed, same run.
    """

    optimiser: str | Optimiser = "sgd"
    batch: int | None = None
    batches: Array | None = None
    shuffle: bool = True
    steps: int | None = None
    epochs: int | None = None
    schedule: Schedule | None = None
    l1: float = 0.0
    l2: float = 0.0
    patience: int | None = None
    target: float | None = None
    observe: bool = True
    seed: int = 0


@dataclass(frozen=True, slots=True)
class _Moment:
    """All that a run needs to go on from a step."""

    step: int
    numbers: Array
    slots: tuple[Array, ...]
    random: Mapping[str, Any]
    order: Array
    best: tuple[float, int, Array] | None


class Training(Iterator[TrainingRecord]):
    """A run of training; iterating makes the steps.

    Parameters
    ----------
    model
        The network.
    x, t
        Examples (n, …) and targets: numbers (n, outputs) or (n,), or labels (n,) for
        cross-entropy.
    loss
        Name of the loss.
    start
        Parameters to begin with; drawn from the plan's seed otherwise.
    validation
        Examples and targets that are not learned from.

    Raises
    ------
    InputError
        If data, plan and network do not fit: says which row or shape.
    """

    def __init__(
        self,
        model: Sequential,
        x: Array,
        t: Array,
        loss: str = "mse",
        plan: Plan | None = None,
        *,
        start: Mapping[str, Array] | None = None,
        validation: tuple[Array, Array] | None = None,
    ) -> None:
        self.model = model
        self.plan = plan or Plan()
        self.network: Network = model.network(loss)
        self.x = examples(x, model.inputs, "x")
        self.t = targets(t, self.network, len(self.x))
        self.optimiser = Optimiser.of(self.plan.optimiser)
        begin = model.parameters(self.plan.seed) if start is None else start
        self._flat = Flat(
            {n: p.shape for n, p in self.network.parameters.items()}, "parameter", begin
        )
        self._stepper = Stepper(self.network, self._flat, self.optimiser, self.plan)
        self._random = np.random.default_rng(self.plan.seed)
        self._order = np.arange(len(self.x))
        self._batches: list[tuple[Array, Array, Array]] = []
        self._schedule = self.plan.schedule or constant()
        self._validation = validation and (
            examples(validation[0], model.inputs, "x of the validation data"),
            targets(validation[1], self.network, len(validation[0])),
        )
        self._best: tuple[float, int, Array] | None = None
        self.step = 0
        self._first: float | None = None
        self.stopped = ""
        self._check_plan()
        self._moments: list[_Moment] = [self._moment()]
        size = self._flat.numbers.size * (1 + len(self.optimiser.method.slots)) + len(self.x)
        self._every = max(1, size * (self.steps or 1000) // KEPT_NUMBERS)

    def _check_plan(self) -> None:
        plan, count = self.plan, len(self.x)
        for name, value in (("batch", plan.batch), ("steps", plan.steps), ("epochs", plan.epochs)):
            if value is not None and value < 1:
                raise InputError(
                    f"{name} is {value}", text=str(value), length=len(str(value)),
                    allowed="It is at least 1.",
                )  # fmt: skip
        if plan.batches is not None:
            chosen = np.asarray(plan.batches)
            if chosen.ndim != 2 or chosen.min() < 0 or chosen.max() >= count:
                raise InputError(
                    "the batches name examples that there are not",
                    allowed=f"They are rows of indices from 0 to {count - 1}.",
                )
        if plan.patience is not None and self._validation is None:
            raise InputError(
                "early stopping needs data to validate on", allowed="Give validation=(x, t)."
            )

    @property
    def parameters(self) -> dict[str, Array]:
        """The parameters as they are now, copies by name."""
        return {name: view.copy() for name, view in self._flat.views.items()}

    @property
    def gradients(self) -> dict[str, Array]:
        """The gradients of the last step that was made, copies by parameter."""
        return {name: view.copy() for name, view in self._stepper.gradient.views.items()}

    @property
    def steps(self) -> int | None:
        """How many steps are planned; None for no end."""
        plan = self.plan
        if plan.steps is not None:
            return plan.steps
        if plan.batches is not None and plan.epochs is None:
            return len(plan.batches)
        return None if plan.epochs is None else plan.epochs * self.per_epoch

    @property
    def per_epoch(self) -> int:
        """Steps in which every example is seen once."""
        if self.plan.batches is not None:
            return max(1, -(-len(self.x) // int(np.shape(self.plan.batches)[1])))
        return -(-len(self.x) // (self.plan.batch or len(self.x)))

    # The loop

    def __next__(self) -> TrainingRecord:
        """Make one step.

        Raises
        ------
        TrainingError
            If the loss or a gradient is not finite, or the loss a million times the first one:
            with step, layer and a remedy. The parameters are those before the step.
        StopIteration
            When the plan is done.
        """
        if self.stopped or self.step == self.steps:
            self._finish()
            raise StopIteration
        batch, x, t = self._batch()
        masks = self._masks(len(batch))
        rate = self._rate()
        with np.errstate(all="ignore"):
            self._stepper.differentiate(x, t, masks)
            self._refuse_what_diverges(rate)
            record = self._record(batch, rate)
            self._stepper.update(rate, self.step + 1)
        self.step += 1
        return self._after(record)

    def _rate(self) -> float:
        return self.optimiser.learning_rate * self._schedule(self.step + 1)

    def advance(self, steps: int) -> None:
        """Make some steps without records and without their loss: as fast as it goes.

        Raises
        ------
        TrainingError
            If the parameters are not finite afterwards; they are those before the call.
        """
        begin, done = self._moment(), self.step
        with np.errstate(all="ignore"):
            for _ in range(steps):
                if self.stopped or self.step == self.steps:
                    break
                batch, x, t = self._batch()
                masks = self._masks(len(batch)) if self.network.masks else {}
                self._stepper.hurry(x, t, masks, self._rate(), self.step + 1)
                self.step += 1
                if self.step % self._every == 0:
                    self._moments.append(self._moment())
        if not np.isfinite(self._flat.numbers).all():
            self._restore(begin)
            self._moments = [moment for moment in self._moments if moment.step <= done]
            raise TrainingError(
                f"a parameter is not finite between steps {done + 1} and {done + steps}",
                step=done + 1, layer="", allowed=REMEDY,
            )  # fmt: skip

    def _batch(self) -> tuple[Array, Array, Array]:
        """Return the next batch: its indices, examples and targets."""
        plan, within = self.plan, self.step % self.per_epoch
        if plan.batches is not None:
            chosen = np.asarray(plan.batches)[self.step % len(plan.batches)]
            return chosen, self.x[chosen], self.t[chosen]
        size = plan.batch or len(self.x)
        if within == 0 and plan.shuffle and size < len(self.x):
            self._order, self._batches = self._random.permutation(len(self.x)), []
        if not self._batches:
            # Taken out once an epoch: the batches are then pieces of arrays, not copies.
            order, x, t = self._order, self.x[self._order], self.t[self._order]
            pieces = [slice(at, at + size) for at in range(0, len(x), size)]
            self._batches = [(order[piece], x[piece], t[piece]) for piece in pieces]
        return self._batches[within]

    def _masks(self, count: int) -> dict[str, Array]:
        graph = self.network.graph
        return {
            name: (self._random.random((count, *graph[name].shape)) >= rate) / (1 - rate)
            for name, rate in self.network.masks.items()
        }

    def _refuse_what_diverges(self, rate: float) -> None:
        where = self._stepper.trouble()
        found = f"{where} is not finite"
        loss = float(np.mean(self._stepper.losses))
        if where is None:
            if self._first is None:
                self._first = loss
            if loss <= DIVERGED * max(1.0, abs(self._first)):
                return
            where, found = "the loss", f"the loss has grown from {self._first:.4g} to {loss:.4g}"
        message = f"{found} at step {self.step + 1}, learning rate {rate:g}"
        raise TrainingError(message, step=self.step + 1, layer=where, allowed=REMEDY)

    def _record(self, batch: Array, rate: float) -> TrainingRecord:
        stepper = self._stepper
        observe = self.plan.observe
        losses = stepper.losses
        return TrainingRecord(
            self.step + 1,
            self.step // self.per_epoch + 1,
            batch,
            float(np.mean(losses)),
            losses,
            stepper.penalty,
            rate,
            stepper.gradient_norms() if observe else {},
            stepper.activations() if observe else {},
            self._metrics(batch) if observe else {},
        )

    def _metrics(self, batch: Array) -> dict[str, float]:
        metrics: dict[str, float] = {}
        right = hits(self.network, self._stepper.prediction, self.t[batch])
        if right is not None:
            metrics["accuracy"] = float(np.mean(right))
        return metrics

    def _after(self, record: TrainingRecord) -> TrainingRecord:
        target = self.plan.target
        if target is not None and record.loss <= target:
            self.stopped = f"the loss is {record.loss:.4g}, at most {target:g}"
        if self._validation is not None and self.step % self.per_epoch == 0:
            found = {"validation": self._validated()}
            record = replace(record, metrics={**record.metrics, **found})
        if self.step % self._every == 0:
            self._moments.append(self._moment())
        return record

    def _validated(self) -> float:
        """Return the loss over the validation data; stop where it has long been no better."""
        assert self._validation is not None
        loss = self.loss(*self._validation)
        if self._best is None or loss < self._best[0]:
            self._best = loss, self.step, self._flat.numbers.copy()
        patience = self.plan.patience
        if patience is not None and self.step - self._best[1] >= patience * self.per_epoch:
            self.stopped = f"no better validation loss for {patience} epochs"
        return loss

    def _finish(self) -> None:
        if self.plan.patience is not None and self._best is not None:
            self._flat.numbers[:] = self._best[2]

    def run(self, watch: Callable[[TrainingRecord], object] | None = None) -> list[TrainingRecord]:
        """Make all remaining steps and return their records; `watch` sees each one."""
        records = []
        for record in self:
            records.append(record)
            if watch is not None:
                watch(record)
        return records

    # Going back

    def _moment(self) -> _Moment:
        return _Moment(
            self.step,
            self._flat.numbers.copy(),
            tuple(slot.copy() for slot in self._stepper.slots),
            self._random.bit_generator.state,
            self._order.copy(),
            self._best,
        )

    def rewind(self, step: int) -> None:
        """Go back to the state after `step` steps; going on makes the same steps again.

        Raises
        ------
        InputError
            If that step has not been made.
        """
        if not 0 <= step <= self.step:
            raise InputError(
                f"step {step} has not been made", text=str(step), length=len(str(step)),
                allowed=f"Steps 0 to {self.step} have.",
            )  # fmt: skip
        self._moments = [moment for moment in self._moments if moment.step <= step]
        self._restore(self._moments[-1])
        while self.step < step:
            next(self)

    def _restore(self, moment: _Moment) -> None:
        self.step, self._best = moment.step, moment.best
        self._order, self._batches = moment.order.copy(), []
        self._flat.numbers[:] = moment.numbers
        for slot, kept in zip(self._stepper.slots, moment.slots, strict=True):
            slot[:] = kept
        self._random.bit_generator.state = moment.random
        self.stopped = ""

    # Asking the network

    def predict(self, x: Array) -> Array:
        """Return the predictions (n, outputs) for examples, nothing dropped out."""
        return self._stepper.predict(examples(x, self.model.inputs, "x"))

    def loss(self, x: Array | None = None, t: Array | None = None) -> float:
        """Return the mean loss over examples; over the training data by default."""
        x = self.x if x is None else examples(x, self.model.inputs, "x")
        t = self.t if t is None else targets(t, self.network, len(x))
        return self._stepper.evaluate(x, t)

    def accuracy(self, x: Array | None = None, t: Array | None = None) -> float:
        """Return the share of examples whose class is predicted.

        Raises
        ------
        InputError
            If the network predicts numbers.
        """
        x = self.x if x is None else examples(x, self.model.inputs, "x")
        t = self.t if t is None else targets(t, self.network, len(x))
        right = hits(self.network, self.predict(x), t)
        if right is None:
            raise InputError("numbers have no accuracy", allowed="Ask for the loss.")
        return float(np.mean(right))


def train(
    model: Sequential,
    x: Array,
    t: Array,
    *,
    loss: str = "mse",
    start: Mapping[str, Array] | None = None,
    validation: tuple[Array, Array] | None = None,
    **plan: Any,
) -> Training:
    """Return a run of training; iterate over it for a record of every step.

    >>> from chainrule.nn import Dense, Sequential
    >>> line = Sequential([Dense(1)], inputs=1)
    >>> run = train(line, [[0.0], [1.0]], [1.0, 3.0], optimiser="gd", steps=300)
    >>> records = run.run()
    >>> round(records[-1].loss, 6), run.parameters["W1"].round(2).tolist()
    (0.0, [[2.0]])

    Parameters
    ----------
    plan
        What `Plan` holds: optimiser, batch, steps or epochs, schedule, seed, ….

    Raises
    ------
    InputError
        If data, plan and network do not fit.
    """
    return Training(model, x, t, loss, Plan(**plan), start=start, validation=validation)
