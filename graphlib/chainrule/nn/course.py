"""A run of training told epoch by epoch, so that any epoch can be shown and gone on from."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from chainrule.errors import InputError, TrainingError
from chainrule.nn.building import Prepared
from chainrule.nn.keeping import Moment
from chainrule.nn.looking import layers

Array = Any
MOST_NUMBERS = 2_000_000
"""Parameters times epochs that are kept: 16 MB, and as much for each thing an optimiser carries."""
MOST_ASKED = 500
"""Examples over which adjoints are averaged."""


@dataclass(frozen=True, slots=True)
class Mark:
    """The state after an epoch.

    Parameters
    ----------
    epoch, step
        How many were made; 0 before the first.
    loss, held
        Mean loss over the training data and over the data that is held out (None without).
    scores
        All that is told of both, by name: the loss; accuracy, or RMSE and R² of numbers.
    flow
        By hidden layer, the mean |∂J/∂h| over its units and the first examples.
    parameters
        By name.
    moment
        All that is needed to go on from here.
    """

    epoch: int
    step: int
    loss: float
    held: float | None
    scores: Mapping[str, float]
    flow: tuple[float, ...]
    parameters: Mapping[str, Array]
    moment: Moment


class Course:
    """A run with a mark for every epoch; the first mark is before any step.

    Parameters
    ----------
    prepared
        The run and its data.

    Raises
    ------
    InputError
        If all epochs together hold more numbers than are kept.
    """

    def __init__(self, prepared: Prepared) -> None:
        self.changes: list[tuple[int, str]] = []
        """What was changed on the way: the epoch after which, and what in words."""
        self.trouble: TrainingError | None = None
        self._take(prepared)
        self.marks: list[Mark] = [self._mark()]

    def _take(self, prepared: Prepared) -> None:
        run = prepared.run
        epochs = (run.steps or 0) // run.per_epoch
        size = sum(map(math.prod, run.network.shapes.values()))
        if size * epochs > MOST_NUMBERS:
            raise InputError(
                f"{size:,} parameters over {epochs:,} epochs are too many to show",
                given=epochs,
                allowed=f"At most {MOST_NUMBERS // size:,} epochs with this network.",
            )
        self.prepared, self.run, self.epochs = prepared, run, epochs

    @property
    def done(self) -> bool:
        """Whether the plan is done, or the run cannot go on."""
        ended = self.marks[-1].epoch >= self.epochs or bool(self.run.stopped)
        return ended or self.trouble is not None

    def advance(self, stopped: Callable[[], bool] = lambda: False) -> None:
        """Make the steps of an epoch and mark it; stops between two steps when it is told to.

        A loss or gradient that is not finite becomes `trouble`; all marks stay.
        """
        while not self.done and not stopped():
            try:
                next(self.run)
            except TrainingError as error:
                self.trouble = error
                return
            except StopIteration:
                return
            if self.run.step % self.run.per_epoch == 0:
                self.marks.append(self._mark())
                return

    def rewind(self, epoch: int) -> None:
        """Go back to a mark; going on makes the same steps again."""
        self.marks = self.marks[: epoch + 1]
        self.changes = [change for change in self.changes if change[0] <= epoch]
        self.run.restore(self.marks[-1].moment)
        self.trouble = None

    def go_on_with(self, prepared: Prepared, words: str = "") -> None:
        """Go on from the last mark by another plan for the same network, data and optimiser.

        Parameters
        ----------
        words
            What the plan changes, to be told beside the run.

        Raises
        ------
        InputError
            If all epochs together hold more numbers than are kept.
        """
        prepared.run.epochs = list(self.run.epochs)
        self._take(prepared)
        self.rewind(self.marks[-1].epoch)
        if words:
            self.changes.append((self.marks[-1].epoch, words))

    def edit(self, parameter: str, entry: tuple[int, ...], value: float) -> None:
        """Write another number into a parameter after the last epoch, and go on from there."""
        numbers = np.array(self.run.parameters[parameter])
        before = numbers[entry]
        numbers[entry] = value
        self.rewind(self.marks[-1].epoch)
        self.run.change(**{parameter: numbers})
        self.run.epochs = [e for e in self.run.epochs if e["epoch"] < self.marks[-1].epoch]
        self.marks[-1] = self._mark()
        where = ",".join(str(k + 1) for k in entry)
        words = f"{parameter}[{where}] from {before:.4g} to {value:.4g}"
        self.changes.append((self.run.step // self.run.per_epoch, words))

    def _mark(self) -> Mark:
        run = self.run
        epoch = run.step // run.per_epoch
        fresh = bool(run.epochs) and run.epochs[-1]["epoch"] == epoch
        told = run.epochs[-1] if fresh else run.told()
        held = told.get("held_out_loss")
        parameters = run.parameters
        return Mark(
            epoch,
            run.step,
            told["loss"],
            held,
            told,
            self._flow(parameters),
            parameters,
            run.moment(),
        )

    def _flow(self, parameters: Mapping[str, Array]) -> tuple[float, ...]:
        network = self.run.network
        if len(network.units) < 2:
            return ()
        pieces = (column[:MOST_ASKED] for column in self.run.columns)
        seen = layers(network, parameters, dict(zip(network.columns, pieces, strict=True)))
        return tuple(float(np.abs(seen[name][1]).mean()) for name in network.units[:-1])
