"""All experiments by name, with their part of the lecture and the lesson that goes through them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from chainrule.nn.experiments.by_hand import changed_input, convolution, descent, recurrent
from chainrule.nn.experiments.fitting import (
    any_function_by_width,
    cut_off,
    depth_and_error,
    line_and_closed_form,
    loss_of_a_weight,
)
from chainrule.nn.experiments.flow import gradient_flow, symmetry
from chainrule.nn.experiments.learning import batches, overfitting, rates, width_against_depth
from chainrule.nn.experiments.outcome import Outcome
from chainrule.nn.experiments.pruning import dead_units, lottery_ticket
from chainrule.nn.experiments.saturation import sigmoid_losses
from chainrule.nn.experiments.scaling_effect import scaling_effect
from chainrule.nn.experiments.starts import activations_and_starts
from chainrule.nn.experiments.style import style_transfer
from chainrule.nn.words import understood


@dataclass(frozen=True, slots=True)
class Experiment:
    """An experiment's place.

    Parameters
    ----------
    name
        In a command.
    run
        The function; every argument has a default.
    part
        Of the lecture.
    lesson
        Number of the lesson among the examples.
    """

    name: str
    run: Callable[..., Outcome]
    part: str
    lesson: int

    @property
    def about(self) -> str:
        """What it does, in one sentence."""
        return (self.run.__doc__ or "").split("\n\n")[0].strip()


def valleys(*, seed: int = 0) -> Outcome:
    """Go down a function with two valleys from four starts drawn at random."""
    starts = np.random.default_rng(seed).uniform(-2, 2, 4)
    return descent("x^4 - 3x^2 + x", [{"x": float(x)} for x in starts], ["gd"], steps=100)


EXPERIMENTS: Mapping[str, Experiment] = {
    e.name: e
    for e in (
        Experiment("activation-start", activations_and_starts, "Beginning", 11),
        Experiment("zero-weights", symmetry, "Beginning", 11),
        Experiment("gradient-flow", gradient_flow, "Beginning", 11),
        Experiment("dead-units", dead_units, "Beginning", 11),
        Experiment("recurrent", recurrent, "Beginning", 11),
        Experiment("rates", rates, "Steps", 12),
        Experiment("batches", batches, "Steps", 12),
        Experiment("loss-of-a-weight", loss_of_a_weight, "Steps", 12),
        Experiment("valleys", valleys, "Steps", 12),
        Experiment("overfitting", overfitting, "Fit", 13),
        Experiment("width-depth", width_against_depth, "Fit", 13),
        Experiment("depth-error", depth_and_error, "Fit", 13),
        Experiment("lottery-ticket", lottery_ticket, "Fit", 13),
        Experiment("any-function", any_function_by_width, "Fit", 13),
        Experiment("scaling", scaling_effect, "Data", 8),
        Experiment("line", line_and_closed_form, "Data", 8),
        Experiment("cut-off", cut_off, "Data", 9),
        Experiment("sigmoid-losses", sigmoid_losses, "Data", 9),
        Experiment("convolution", convolution, "Pictures", 14),
        Experiment("changed-input", changed_input, "Pictures", 14),
        Experiment("style", style_transfer, "Pictures", 14),
    )
}


def experiment(name: str, **given: Any) -> Outcome:
    """Run an experiment by its name.

    >>> experiment("convolution").rows[12][3]
    9.0

    Raises
    ------
    InputError
        If there is none.
    """
    others = {e.run.__name__.replace("_", ""): e.name for e in EXPERIMENTS.values()}
    return EXPERIMENTS[understood(name, EXPERIMENTS, others, "experiment")].run(**given)
