"""Losses by name: what is written for one example; the batch's loss is the mean."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Task = Literal["numbers", "yes or no", "classes"]


@dataclass(frozen=True, slots=True)
class Loss:
    """A loss's record.

    Parameters
    ----------
    write
        `write(m, prediction, target)`, vectors of one example, returns the loss.
    unit
        The activation of the output that it belongs to.
    fused
        `fused(m, a, target)`: the same from the values before that activation, which keeps
        its digits where the activation saturates. None where there is nothing to gain.
    distribution
        Whose negative logarithm it is.
    task
        What is predicted: decides the metric and how targets are read.
    """

    name: str
    write: Callable[..., Any]
    unit: str
    distribution: str
    task: Task
    doc: str
    fused: Callable[..., Any] | None = None


LOSSES: Mapping[str, Loss] = {
    loss.name: loss
    for loss in (
        Loss(
            "mse",
            lambda m, y, t: m.mean(m.squared_error(y, t)),
            "identity",
            "normal, fixed variance",
            "numbers",
            "Mean squared error, without ½.",
        ),
        Loss(
            "mae",
            lambda m, y, t: m.mean(m.absolute_error(y, t)),
            "identity",
            "Laplace, fixed scale",
            "numbers",
            "Mean absolute error.",
        ),
        Loss(
            "huber",
            lambda m, y, t: m.mean(m.huber(y, t)),
            "identity",
            "normal in the middle, Laplace outside",
            "numbers",
            "Squared error up to δ = 1, linear beyond.",
        ),
        Loss(
            "bce",
            lambda m, y, t: m.mean(m.bce(y, t)),
            "sigmoid",
            "Bernoulli",
            "yes or no",
            "Binary cross-entropy.",
            fused=lambda m, a, t: m.mean(m.bce_with_logit(a, t)),
        ),
        Loss(
            "ce",
            lambda m, y, t: m.cross_entropy(y, t),
            "softmax",
            "categorical",
            "classes",
            "Cross-entropy; targets are labels 0, 1, … or probabilities.",
            fused=lambda m, a, t: m.cross_entropy_with_logits(a, t),
        ),
        Loss(
            "hinge",
            lambda m, y, t: m.mean(m.hinge(y, 2 * t - 1)),
            "identity",
            "none",
            "yes or no",
            "Hinge loss of a score; targets are 0 and 1.",
        ),
    )
}
