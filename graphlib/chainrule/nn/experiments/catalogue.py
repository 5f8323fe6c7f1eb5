"""All experiments by name, with their part of the lecture and the lesson that goes through them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from chainrule.nn.experiments.by_hand import (
    KERNELS,
    PICTURES,
    changed_input,
    convolution,
    descent,
    recurrent,
)
from chainrule.nn.experiments.fitting import (
    any_function_by_width,
    cut_off,
    depth_and_error,
    line_and_closed_form,
    loss_of_a_weight,
)
from chainrule.nn.experiments.flow import gradient_flow, symmetry
from chainrule.nn.experiments.learning import batches, overfitting, rates, width_against_depth
from chainrule.nn.experiments.outcome import Look, Outcome
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
    title
        On a page.
    run
        The function; every argument has a default.
    part
        Of the lecture.
    lesson
        Number of the lesson among the examples.
    words
        What an argument that is a word may be.
    """

    name: str
    title: str
    run: Callable[..., Outcome]
    part: str
    lesson: int
    words: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def about(self) -> str:
        """What it does, in one sentence."""
        return (self.run.__doc__ or "").split("\n\n")[0].strip()


def valleys(*, seed: int = 0) -> Outcome:
    """Go down a function with two valleys from four starts drawn at random."""
    starts = np.random.default_rng(seed).uniform(-2, 2, 4)
    found = descent("x^4 - 3x^2 + x", [{"x": float(x)} for x in starts], ["gd"], steps=100)
    return replace(found, look=Look("step", "value", "start"))


EXPERIMENTS: Mapping[str, Experiment] = {
    e.name: e
    for e in (
        Experiment(
            "activation-start", "Activation × start", activations_and_starts, "Beginning", 11
        ),
        Experiment("zero-weights", "Zero weights", symmetry, "Beginning", 11),
        Experiment("gradient-flow", "Vanishing, exploding", gradient_flow, "Beginning", 11),
        Experiment("dead-units", "Dead units", dead_units, "Beginning", 11),
        Experiment("recurrent", "Recurrent net", recurrent, "Beginning", 11),
        Experiment("rates", "Learning rates", rates, "Steps", 12),
        Experiment("batches", "Batch, mini-batch, single", batches, "Steps", 12),
        Experiment("loss-of-a-weight", "Loss by one weight", loss_of_a_weight, "Steps", 12),
        Experiment("valleys", "Valleys and restarts", valleys, "Steps", 12),
        Experiment("overfitting", "Overfitting, four remedies", overfitting, "Fit", 13),
        Experiment("width-depth", "Width and depth", width_against_depth, "Fit", 13),
        Experiment("depth-error", "Depth and held-out error", depth_and_error, "Fit", 13),
        Experiment("lottery-ticket", "Lottery ticket", lottery_ticket, "Fit", 13),
        Experiment("any-function", "Any function, by width", any_function_by_width, "Fit", 13),
        Experiment("scaling", "Scaling on and off", scaling_effect, "Data", 8),
        Experiment("line", "Line and closed form", line_and_closed_form, "Data", 8),
        Experiment("cut-off", "Cut-off and confusion", cut_off, "Data", 9),
        Experiment("sigmoid-losses", "Two losses on a sigmoid", sigmoid_losses, "Data", 9),
        Experiment(
            "convolution",
            "Convolution",
            convolution,
            "Pictures",
            14,
            {"picture": tuple(PICTURES), "kernel": tuple(KERNELS)},
        ),
        Experiment("changed-input", "Changing the input", changed_input, "Pictures", 14),
        Experiment("style", "Style and content", style_transfer, "Pictures", 14),
    )
}


def experiment(name: str, **given: Any) -> Outcome:
    """Run an experiment by its name.

    >>> experiment("convolution").where(grid="X", row=3, column=3)[0]["shares"]
    9

    Raises
    ------
    InputError
        If there is none.
    """
    others = {e.run.__name__.replace("_", ""): e.name for e in EXPERIMENTS.values()}
    return EXPERIMENTS[understood(name, EXPERIMENTS, others, "experiment")].run(**given)
