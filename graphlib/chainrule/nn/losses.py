"""Losses by name: what is written for one example; the batch's loss is the mean."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from chainrule.errors import InputError
from chainrule.nn.words import LOSSES as OTHER_WORDS
from chainrule.nn.words import understood
from chainrule.ops import Shape

PROBABILITIES = ("sigmoid", "softmax", "normal_cdf", "hard_sigmoid")
"""Activations whose values lie between 0 and 1."""
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
    fits
        Activations of the output that give what the loss takes, "linear" for none; empty where
        every value will do.
    needs
        What it takes, as words of a refusal.
    reason
        Why it belongs to its unit and distribution.
    """

    name: str
    write: Callable[..., Any]
    unit: str
    distribution: str
    task: Task
    doc: str
    fused: Callable[..., Any] | None = None
    fits: tuple[str, ...] = ()
    needs: str = ""
    reason: str = ""


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
            reason=(
                "−ln of a normal density is (t − y)²/2σ² and a constant: the likeliest y has the "
                "least squares."
            ),
        ),
        Loss(
            "mae",
            lambda m, y, t: m.mean(m.absolute_error(y, t)),
            "identity",
            "Laplace, fixed scale",
            "numbers",
            "Mean absolute error.",
            reason="−ln of a Laplace density is |t − y|/b and a constant: outliers weigh less.",
        ),
        Loss(
            "huber",
            lambda m, y, t: m.mean(m.huber(y, t)),
            "identity",
            "normal in the middle, Laplace outside",
            "numbers",
            "Squared error up to δ = 1, linear beyond.",
            reason="Squares near the target, and a slope of at most 1 far from it.",
        ),
        Loss(
            "bce",
            lambda m, y, t: m.mean(m.bce(y, t)),
            "sigmoid",
            "Bernoulli",
            "yes or no",
            "Binary cross-entropy.",
            fused=lambda m, a, t: m.mean(m.bce_with_logit(a, t)),
            fits=("sigmoid", "linear", *PROBABILITIES[1:]),
            needs="probabilities, of which it takes the logarithm, or scores",
            reason="−ln of y where t = 1, of 1 − y where t = 0. With a sigmoid the adjoint before "
            "it is y − t, however flat the sigmoid is there.",
        ),
        Loss(
            "ce",
            lambda m, y, t: m.cross_entropy(y, t),
            "softmax",
            "categorical",
            "classes",
            "Cross-entropy; targets are labels 0, 1, … or probabilities.",
            fused=lambda m, a, t: m.cross_entropy_with_logits(a, t),
            fits=("softmax", "linear"),
            needs="probabilities of all classes, whose sum is 1, or scores",
            reason="−ln of the probability of the right class. With softmax the adjoints before it "
            "are y − t.",
        ),
        Loss(
            "hinge",
            lambda m, y, t: m.mean(m.hinge(y, 2 * t - 1)),
            "identity",
            "none",
            "yes or no",
            "Hinge loss of a score; targets are 0 and 1.",
            reason="0 once the score is on the right side by 1, a straight line before.",
            fits=("linear", "tanh"),
            needs="a score that can be 1 as well as −1",
        ),
    )
}


def loss_named(name: str) -> Loss:
    """Return a loss by its name, also by that of Keras, PyTorch or scikit-learn.

    >>> loss_named("binary_crossentropy").name
    'bce'

    Raises
    ------
    InputError
        If there is none.
    """
    return LOSSES[understood(name, LOSSES, OTHER_WORDS, "loss")]


def check_unit(loss: Loss, unit: str, outputs: Shape) -> None:
    """Refuse an output unit that does not give what a loss takes.

    Parameters
    ----------
    unit
        Name of the output's activation, "linear" for none.

    Raises
    ------
    InputError
        With the reason.
    """
    single = outputs == (1,)
    if single and (unit == "softmax" or loss.task == "classes"):
        raise InputError(
            "softmax of one value is always 1, so nothing can be learned",
            given=unit,
            allowed="For yes or no take one sigmoid with bce; for classes one output a class.",
        )
    if loss.fits and unit not in loss.fits:
        raise InputError(
            f"{loss.name} does not fit an output of {unit}: it needs {loss.needs}",
            given=unit,
            allowed=f"The last unit is {' or '.join(loss.fits[:2])}.",
        )
