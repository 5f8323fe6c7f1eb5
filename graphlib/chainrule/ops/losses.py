"""Losses of one prediction against its target; the prediction is the first operand."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from chainrule.ops.piecewise import ZERO, sign_with
from chainrule.ops.record import Domain, Kink, register

SQUARED_ERROR = register(
    "squared_error",
    2,
    value=lambda m, p, t: (p - t) ** 2,
    partials=(lambda m, y, p, t: 2 * (p - t), lambda m, y, p, t: 2 * (t - p)),
    spellings=("squared_error",),
    rule="power rule",
    samples=((0.75, -2.5), (3.25, 0.5)),
    role="loss",
    aliases=("mse", "MSE", "mse_loss"),
    doc="Squared error (p − t)² of a prediction p and a target t.",
)
ABSOLUTE_ERROR = register(
    "absolute_error",
    2,
    value=lambda m, p, t, slope=ZERO: m.abs(p - t),
    partials=(
        lambda m, y, p, t, slope=ZERO: sign_with(m, p - t, slope),
        lambda m, y, p, t, slope=ZERO: -sign_with(m, p - t, slope),
    ),
    spellings=("absolute_error",),
    parameters={"slope": ZERO},
    kink=Kink(
        at=lambda p, t, slope=ZERO: p == t,
        push=lambda m, tangents, p, t, slope=ZERO: m.abs(tangents[0] - tangents[1]),
        convention="|p − t| has slopes −1 and 1 where p = t; the passes use {slope}",
        choice="slope",
    ),
    samples=((0.75, -2.5), (0.5, 3.25)),
    role="loss",
    aliases=("l1_loss",),
    doc="Absolute error |p − t| of a prediction p and a target t.",
)


def _huber(m: Any, residual: Any, delta: Any) -> Any:
    """Return ½r² while |r| ≤ δ, else δ(|r| − ½δ)."""
    kept = m.minimum(m.abs(residual), delta)
    return kept * (m.abs(residual) - kept / 2)


HUBER = register(
    "huber",
    2,
    value=lambda m, p, t, delta: _huber(m, p - t, m.number(delta)),
    partials=(
        lambda m, y, p, t, delta: m.clip(p - t, m.number(-delta), m.number(delta)),
        lambda m, y, p, t, delta: m.clip(t - p, m.number(-delta), m.number(delta)),
    ),
    spellings=("huber", "huber_loss"),
    parameters={"delta": Fraction(1)},
    samples=((0.75, 0.25), (3.25, 0.5)),
    role="loss",
    doc="Huber loss: half the squared error up to `delta`, linear beyond.",
)
BETWEEN = Domain(
    lambda p, t: 0 < p < 1 or (p == t and p in (0, 1)),
    "a probability strictly between 0 and 1 (at 0 or 1 it is infinite, but for that very target)",
)
INSIDE = Domain(
    lambda p, t: 0 < p < 1,
    "a probability strictly between 0 and 1: at 0 and 1 this slope is infinite",
)


def _stable_bce(m: Any, p: Any, t: Any) -> Any:
    """Return the loss with 0 · ln 0 = 0: what the target leaves out may have probability 0."""
    hit = t * m.log(m.where(m.abs(t), p, 1))
    missed = (1 - t) * m.log1p(m.where(m.abs(1 - t), -p, 0))
    return 0 - (hit + missed)


def _stable_bce_slope(m: Any, p: Any, t: Any) -> Any:
    """Return the slope; at the ends p = t = 0 and p = t = 1 that from inside."""
    below = m.abs(p * (1 - p))
    end = m.target_ratio(1 - t, 1 - p) - m.target_ratio(t, p)
    return m.where(below, p - t, end) / m.where(below, p * (1 - p), 1)


BCE = register(
    "bce",
    2,
    value=lambda m, p, t: -(t * m.log(p) + (1 - t) * m.log(1 - p)),
    partials=(lambda m, y, p, t: m.bce_slope(p, t), lambda m, y, p, t: -m.logit(p)),
    spellings=("bce", "BCE", "binary_cross_entropy"),
    domain=BETWEEN,
    smooth=(None, INSIDE),
    samples=((0.75, 1.0), (0.125, 0.25)),
    stable=_stable_bce,
    role="loss",
    doc="Binary cross-entropy −(t ln p + (1 − t) ln(1 − p)) of a probability p, target t.",
)
BCE_SLOPE = register(
    "bce_slope",
    2,
    value=lambda m, p, t: (p - t) / (p * (1 - p)),
    partials=(
        lambda m, y, p, t: t / p**2 + (1 - t) / (1 - p) ** 2,
        lambda m, y, p, t: -1 / (p * (1 - p)),
    ),
    domain=BETWEEN,
    smooth=(INSIDE, INSIDE),
    samples=((0.75, 1.0), (0.125, 0.25)),
    stable=_stable_bce_slope,
    doc="Derivative of bce by p, (p − t)/(p(1 − p)); where p = t is 0 or 1, that from inside.",
)
BCE_WITH_LOGIT = register(
    "bce_with_logit",
    2,
    value=lambda m, a, t: t * m.softplus(-a) + (1 - t) * m.softplus(a),
    partials=(lambda m, y, a, t: m.sigmoid(a) - t, lambda m, y, a, t: -a),
    spellings=("bce_with_logit", "bce_with_logits"),
    aliases=("binary_cross_entropy_with_logits",),
    samples=((0.75, 1.0), (-1.25, 0.25)),
    role="loss",
    doc="Binary cross-entropy of σ(a) and target t, from the logit a itself.",
)
HINGE = register(
    "hinge",
    2,
    value=lambda m, s, t, slope: m.maximum(1 - t * s, 0),
    partials=(
        lambda m, y, s, t, slope: -t * m.step(1 - t * s, at=slope),
        lambda m, y, s, t, slope: -s * m.step(1 - t * s, at=slope),
    ),
    spellings=("hinge", "hinge_loss"),
    parameters={"slope": Fraction(0)},
    kink=Kink(
        at=lambda s, t, slope: s * t == 1,
        push=lambda m, tangents, s, t, slope: m.maximum(-t * tangents[0] - s * tangents[1], 0),
        convention="max(0, ·) in hinge has slopes 0 and 1 at 0; the passes use {slope}",
        choice="slope",
    ),
    samples=((0.75, 1.0), (-1.25, -1.0), (0.5, -1.0)),
    role="loss",
    doc="Hinge loss max(0, 1 − t·s) of a score s and a target t of ±1.",
)

ENTRYWISE = frozenset((SQUARED_ERROR, ABSOLUTE_ERROR, HUBER, BCE, BCE_WITH_LOGIT, HINGE))
"""Losses of one number; of vectors, the mean over the entries is meant."""
