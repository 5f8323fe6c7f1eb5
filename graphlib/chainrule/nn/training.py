"""Training: an iterator of records, one a step, that can be paused, rewound and gone on with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from chainrule.errors import InputError, TrainingError
from chainrule.facade import Graph
from chainrule.files import write_whole
from chainrule.nn.formula import Formula
from chainrule.nn.keeping import Moment, packed, unpacked
from chainrule.nn.model import Model
from chainrule.nn.plan import Plan, TrainingRecord
from chainrule.nn.scaling import Scaling
from chainrule.nn.schedules import constant
from chainrule.nn.stepping import Flat, Stepper
from chainrule.nn.trained import Pair, Trained, frozen
from chainrule.nn.words import translated

Array = Any
KEPT_NUMBERS = 4_000_000
DIVERGED = 1e6
"""A loss so many times the first one (or 1) is that of a run that will not come back."""
REMEDY = "Rewind and take a smaller learning rate, scale the inputs, or begin with smaller weights."


class Training(Trained, Iterator[TrainingRecord]):
    """A run of training; iterating makes the steps.

    Parameters
    ----------
    model
        The network, or a formula.
    x, t
        Examples (n, …) and targets: numbers (n, outputs) or (n,), or labels (n,) for
        cross-entropy. `x` may also be columns by name (a dictionary, a data frame).
    loss
        Name of the loss.
    start
        Parameters to begin with; drawn from the plan's seed otherwise.
    validation
        Examples and targets that are not learned from.
    units
        How the targets were scaled, so that errors are told in their own unit.

    Raises
    ------
    InputError
        If data, plan and network do not fit: says which row or shape.
    """

    def __init__(
        self,
        model: Model,
        x: Array,
        t: Array | None = None,
        loss: str = "mse",
        plan: Plan | None = None,
        *,
        start: Mapping[str, Array] | None = None,
        validation: Pair | Array | None = None,
        units: Scaling | None = None,
    ) -> None:
        super().__init__(model, x, t, loss, validation=validation, units=units)
        self.plan = plan or Plan()
        self.plan.check(self.examples, held=self.held is not None)
        self.optimiser = self.plan.method
        begin = model.parameters(self.plan.seed) if start is None else start
        self._flat = Flat(self.network.shapes, "parameter", begin)
        self._stepper = Stepper(self.network, self._flat, self.optimiser, self.plan)
        self._random = np.random.default_rng(self.plan.seed)
        self._order = np.arange(self.examples)
        self._batches: list[tuple[Array, tuple[Array, ...]]] = []
        self._schedule = self.plan.schedule or constant()
        self._best: tuple[float, int, Array] | None = None
        self.step = 0
        self._first: float | None = None
        self.stopped = ""
        self._moments: list[Moment] = [self.moment()]
        size = self._flat.numbers.size * (1 + len(self.optimiser.method.slots)) + self.examples
        self._most = max(2, KEPT_NUMBERS // size)
        self._every = max(1, size * (self.steps or 1000) // KEPT_NUMBERS)
        self._check_predictions()

    @property
    def gradients(self) -> Mapping[str, Array]:
        """The gradients of the last step that was made, copies by parameter."""
        return frozen(self._stepper.gradient.views)

    def change(self, **parameters: Array) -> None:
        """Write other numbers into parameters and go on from there.

        Raises
        ------
        InputError
            If there is no such parameter, or it has another shape.
        """
        changed = Flat(self.network.shapes, "parameter", {**self._flat.views, **parameters})
        self._flat.numbers[:] = changed.numbers
        self._moments = [moment for moment in self._moments if moment.step < self.step]
        self._moments.append(self.moment())

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
            return max(1, -(-self.examples // int(np.shape(self.plan.batches)[1])))
        return -(-self.examples // (self.plan.batch or self.examples))

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
        batch, columns = self._batch()
        masks = self._masks(len(batch))
        rate = self._rate()
        with np.errstate(all="ignore"):
            self._stepper.differentiate(columns, masks)
            self._refuse_what_diverges(rate)
            record = self._record(batch, rate)
            self._stepper.update(rate, self.step + 1)
        self.step += 1
        target = self.plan.target
        if target is not None and record.loss <= target:
            self.stopped = f"the loss is {record.loss:.4g}, at most {target:g}"
        metrics = self._scored()
        self._keep()
        return replace(record, metrics=metrics) if metrics else record

    def _rate(self) -> float:
        return self.optimiser.learning_rate * self._schedule(self.step + 1)

    def advance(self, steps: int) -> None:
        """Make some steps without records and without their loss: as fast as it goes.

        Target and patience end it as they end a run.

        Raises
        ------
        TrainingError
            If the parameters are not finite afterwards; they are those before the call.
        """
        begin, done, plan = self.moment(), self.step, self.plan
        if plan.target is not None:
            for _ in zip(range(steps), self, strict=False):
                pass
            return
        with np.errstate(all="ignore"):
            for _ in range(steps):
                if self.stopped or self.step == self.steps:
                    break
                batch, columns = self._batch()
                masks = self._masks(len(batch)) if self.network.masks else {}
                self._stepper.hurry(columns, masks, self._rate(), self.step + 1)
                self.step += 1
                if plan.patience is not None:
                    self._scored()
                self._keep()
        if not np.isfinite(self._flat.numbers).all():
            self.restore(begin)
            self._moments = [moment for moment in self._moments if moment.step <= done]
            raise TrainingError(
                f"a parameter is not finite between steps {done + 1} and {done + steps}",
                step=done + 1,
                layer="",
                allowed=REMEDY,
            )
        if self.stopped or self.step == self.steps:
            self._finish()

    def _batch(self) -> tuple[Array, tuple[Array, ...]]:
        """Return the next batch: its indices, and its part of every column."""
        plan, within = self.plan, self.step % self.per_epoch
        if plan.batches is not None:
            chosen = np.asarray(plan.batches)[self.step % len(plan.batches)]
            return chosen, tuple(column[chosen] for column in self.columns)
        size = plan.batch or self.examples
        if within == 0 and plan.shuffle and size < self.examples:
            self._order, self._batches = self._random.permutation(self.examples), []
        if not self._batches:
            # Taken out once an epoch: the batches are then pieces of arrays, not copies.
            order, columns = self._order, [column[self._order] for column in self.columns]
            pieces = [slice(at, at + size) for at in range(0, self.examples, size)]
            self._batches = [(order[p], tuple(c[p] for c in columns)) for p in pieces]
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
        stepper, observe = self._stepper, self.plan.observe
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
            {},
        )

    def _scored(self) -> dict[str, float]:
        """Return the scores after an epoch; stop where the held-out loss is long no better."""
        seen = self.plan.observe or self.held is not None
        if self.step % self.per_epoch or not seen:
            return {}
        found = self.told()
        self.epochs.append({"epoch": self.step // self.per_epoch, **found})
        if self.held is not None:
            held = found["held_out_loss"]
            if self._best is None or held < self._best[0]:
                self._best = held, self.step, self._flat.numbers.copy()
            patience = self.plan.patience
            if patience is not None and self.step - self._best[1] >= patience * self.per_epoch:
                self.stopped = f"no better held-out loss for {patience} epochs"
        return found

    def _finish(self) -> None:
        if self.plan.patience is not None and self._best is not None:
            self._flat.numbers[:] = self._best[2]

    def run(self, watch: Callable[[TrainingRecord], object] | None = None) -> list[TrainingRecord]:
        """Make all remaining steps and return their records; `watch` sees each one.

        Raises
        ------
        InputError
            If the plan has no end.
        """
        if self.steps is None:
            raise InputError(
                "this run has no end",
                allowed="Give epochs or steps, or iterate over the run and stop when you like.",
            )
        records = []
        for record in self:
            records.append(record)
            if watch is not None:
                watch(record)
        return records

    # Going back

    def moment(self) -> Moment:
        """Return all that is needed to go on from here."""
        return Moment(
            self.step,
            self._flat.numbers.copy(),
            tuple(slot.copy() for slot in self._stepper.slots),
            self._random.bit_generator.state,
            self._order.copy(),
            self._best,
        )

    def _keep(self) -> None:
        """Keep the moment if it is its turn; of too many, every second goes."""
        if self.step % self._every == 0:
            self._moments.append(self.moment())
        if len(self._moments) > self._most:
            self._every *= 2
            self._moments = [self._moments[0], *self._moments[2::2]]

    def save(self, path: str | Path) -> None:
        """Write parameters, the optimiser's state and the place in the run to an .npz file."""
        content = packed(self.moment(), self.parameters, self.optimiser.name, self.epochs)
        write_whole(Path(path), content)

    def load(self, path: str | Path) -> None:
        """Go on from a saved moment: the same steps follow as in the run that was saved.

        Raises
        ------
        FileError
            If the file is none, or of another network, optimiser or number of examples.
        """
        content, shapes = Path(path).read_bytes(), self.network.shapes
        moment, epochs = unpacked(content, self.moment(), shapes, self.optimiser.name)
        self.restore(moment)
        self.epochs = epochs
        self._moments = [self.moment()]

    def rewind(self, step: int) -> None:
        """Go back to the state after `step` steps; going on makes the same steps again.

        Raises
        ------
        InputError
            If that step has not been made.
        """
        if not self._moments[0].step <= step <= self.step:
            raise InputError(
                f"step {step} has not been made",
                given=step,
                allowed=f"Steps {self._moments[0].step} to {self.step} have.",
            )
        self._moments = [moment for moment in self._moments if moment.step <= step]
        self.restore(self._moments[-1])
        while self.step < step:
            next(self)

    def restore(self, moment: Moment) -> None:
        """Go on from a moment."""
        self.step, self._best = moment.step, moment.best
        self._order, self._batches = moment.order.copy(), []
        self._flat.numbers[:] = moment.numbers
        for slot, kept in zip(self._stepper.slots, moment.slots, strict=True):
            slot[:] = kept
        self._random.bit_generator.state = moment.random
        self.epochs = [e for e in self.epochs if e["epoch"] * self.per_epoch <= self.step]
        self.stopped = ""


def train(
    model: Model | str | Graph,
    x: Array,
    t: Array | None = None,
    *,
    learn: str | Sequence[str] | Mapping[str, Any] | None = None,
    loss: str | None = None,
    start: Mapping[str, Array] | None = None,
    validation: Pair | Array | None = None,
    **plan: Any,
) -> Training:
    """Return a run of training; iterate over it for a record of every step.

    >>> from chainrule.nn import Dense, Sequential
    >>> line = Sequential([Dense(1)], inputs=1)
    >>> run = train(line, [[0.0], [1.0]], [1.0, 3.0], optimiser="gd", steps=300)
    >>> records = run.run()
    >>> round(records[-1].loss, 6), run.parameters["W1"].round(2).tolist()
    (0.0, [[2.0]])

    A formula is trained like a network: `learn` says which of its names.

    >>> run = train("y = a x + b", [0.0, 1.0], [1.0, 3.0], learn="a b", rate=0.3, steps=300)
    >>> round(run.run()[-1].loss, 6), float(run.parameters["a"].round(2))
    (0.0, 2.0)

    Parameters
    ----------
    model
        Layers, or a formula or program as text.
    x, t
        Examples and targets; for a formula with several columns a dictionary or a data frame
        of them as `x`.
    learn
        Names in the formula, or a mapping from each to a shape (a tuple) or its start.
    loss
        Name of the loss, for a formula also another formula: "(y - t)^2". A formula of the target
        t is its own loss.
    plan
        What `Plan` holds: optimiser, rate, batch, steps or epochs, schedule, seed, …; words of
        Keras, PyTorch and scikit-learn are understood.

    Raises
    ------
    InputError
        If data, plan and network do not fit.
    """
    from chainrule.nn.data import Data

    known = [*Plan.__dataclass_fields__, "validation", "loss", "t"]
    chosen = translated(plan, known)
    formula = isinstance(model, str | Graph)
    validation = chosen.pop("validation", validation)
    loss, t = chosen.pop("loss", loss), chosen.pop("t", t)
    usual = "mse"
    if isinstance(x, Data):
        usual = x.loss
        x, t = (x.by_name(), None) if formula else (x.x, x.t)
    if isinstance(validation, Data):
        validation = validation.by_name() if formula else (validation.x, validation.t)
    if isinstance(model, str | Graph):
        model = Formula.of(model, learn or (), x)
        usual = "" if model.has_target else usual
    elif learn is not None:
        raise InputError("learn names what a formula learns", allowed="Layers learn all they have.")
    return Training(
        model.fitted(x), x, t, loss or usual, Plan(**chosen), start=start, validation=validation
    )
