"""A run of training told epoch by epoch, so that any epoch can be shown and gone on from."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from chainrule.errors import InputError, TrainingError
from chainrule.nn.building import Prepared

Array = Any
MOST_NUMBERS = 2_000_000
"""Parameters times epochs that are kept: 16 MB."""


@dataclass(frozen=True, slots=True)
class Mark:
    """The state after an epoch.

    Parameters
    ----------
    epoch, step
        How many were made; 0 before the first.
    loss, held
        Mean loss over the training data and over the data that is held out (None without).
    accuracy, held_accuracy
        None where numbers are predicted.
    scores
        All that is told of both, by name: the loss; accuracy, or RMSE and R² of numbers.
    gradients
        By layer, the root of the mean over the epoch's steps of the squared Euclidean norm of
        the gradient by its parameters; empty before the first step.
    parameters
        By name.
    """

    epoch: int
    step: int
    loss: float
    held: float | None
    accuracy: float | None
    held_accuracy: float | None
    gradients: tuple[float, ...]
    parameters: Mapping[str, Array]
    scores: Mapping[str, float]


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
        self.prepared = prepared
        self.run = prepared.run
        self.epochs = (self.run.steps or 0) // self.run.per_epoch
        shapes = [p.shape for p in self.run.network.parameters.values()]
        size = sum(math.prod(shape) for shape in shapes)
        if size * self.epochs > MOST_NUMBERS:
            raise InputError(
                f"{size:,} parameters over {self.epochs:,} epochs are too many to show",
                text=str(self.epochs), length=len(str(self.epochs)),
                allowed=f"At most {MOST_NUMBERS // size:,} epochs with this network.",
            )  # fmt: skip
        self.trouble: TrainingError | None = None
        self._squares: list[dict[str, float]] = []
        self.marks: list[Mark] = [self._mark()]

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
                made = next(self.run)
            except TrainingError as error:
                self.trouble = error
                return
            except StopIteration:
                return
            self._squares.append({name: g * g for name, g in made.gradient_norms.items()})
            if self.run.step % self.run.per_epoch == 0:
                self.marks.append(self._mark())
                return

    def rewind(self, epoch: int) -> None:
        """Go back to a mark; going on makes the same steps again."""
        self.run.rewind(epoch * self.run.per_epoch)
        self.marks = self.marks[: epoch + 1]
        self.trouble, self._squares = None, []

    def _mark(self) -> Mark:
        run = self.run
        epoch = run.step // run.per_epoch
        fresh = bool(run.epochs) and run.epochs[-1]["epoch"] == epoch
        told = run.epochs[-1] if fresh else run.told()
        mark = Mark(
            epoch,
            run.step,
            told["loss"],
            told.get("held_out_loss"),
            told.get("accuracy"),
            told.get("held_out_accuracy"),
            self._by_layer(),
            run.parameters,
            told,
        )
        self._squares = []
        return mark

    def _by_layer(self) -> tuple[float, ...]:
        if not self._squares:
            return ()
        layers = sorted({_layer(name) for name in self._squares[0]})
        return tuple(
            math.sqrt(
                float(np.mean([
                    sum(square for name, square in step.items() if _layer(name) == layer)
                    for step in self._squares
                ]))
            )
            for layer in layers
        )  # fmt: skip


def _layer(parameter: str) -> int:
    """Return the number of a parameter's layer, at the end of its name; 0 without one."""
    found = re.search(r"\d+$", parameter)
    return int(found[0]) if found else 0
