"""Losses over classes: cross-entropy of probabilities, of logits, and with a number as label.

The first operand is the prediction, a vector with an entry for each class.
"""

from __future__ import annotations

from typing import Any

from chainrule.errors import ShapeError
from chainrule.ops.batch import nothing
from chainrule.ops.record import Domain, Map, Shape, register


def _classes(p: Shape, t: Shape) -> Shape:
    if p != t or not p:
        raise ShapeError(f"cross-entropy of shapes {p} and {t}: two equal shapes are needed")
    return ()


def _dot(m: Any, a: Any, b: Any) -> Any:
    return m.collapse(a * b, shape=())


def _less(m: Any, factors: Any) -> Map:
    """Return the local partial of −Σ factorᵢ xᵢ by x."""
    return Map(push=lambda dot: -_dot(m, factors, dot), pull=lambda bar: -(bar * factors))


TARGET_RATIO = register(
    "target_ratio",
    2,
    value=lambda m, t, p: t / p,
    partials=(lambda m, y, t, p: 1 / p, lambda m, y, t, p: -m.target_ratio(y, p)),
    domain=Domain(
        lambda t, p: p != 0 or t == 0,
        "a probability other than 0 where the target is not 0",
    ),
    smooth=(Domain(lambda t, p: p != 0, "a probability other than 0"), None),
    samples=((0.75, -2.5), (3.25, 0.5), (0.0, 0.5)),
    stable=lambda m, t, p: t / m.where(m.abs(t), p, 1),
    doc="Quotient t/p of a target and its probability; 0 where the target is 0.",
)
CROSS_ENTROPY = register(
    "cross_entropy",
    2,
    value=lambda m, p, t: -_dot(m, t, m.log(p)),
    partials=(
        lambda m, y, p, t: _less(m, m.target_ratio(t, p)),
        lambda m, y, p, t: _less(m, m.log(p)),
    ),
    spellings=("cross_entropy",),
    shape=_classes,
    samples=(((0.5, 0.125, 0.375), (1.0, 0.0, 0.0)), ((0.5, 0.125, 0.375), (0.25, 0.5, 0.25))),
    # 0 · ln 0 = 0: a class that the target leaves out may have probability 0.
    stable=lambda m, p, t: 0 - _dot(m, t, m.log(m.where(m.abs(t), p, 1))),
    role="loss",
    doc="Cross-entropy −Σ tᵢ ln pᵢ of probabilities p and target probabilities t.",
)


def _of_logits(a: Shape, t: Shape) -> Shape:
    if len(a) != 1:
        raise ShapeError(f"logits of shape {a}: a vector is needed, with an entry for each class")
    return _classes(a, t)


CROSS_ENTROPY_WITH_LOGITS = register(
    "cross_entropy_with_logits",
    2,
    value=lambda m, a, t: -_dot(m, t, m.log_softmax(a)),
    partials=(
        lambda m, y, a, t: Map(
            push=lambda dot: _dot(m, m.softmax(a) * _sum(m, t) - t, dot),
            pull=lambda bar: bar * (m.softmax(a) * _sum(m, t) - t),
        ),
        lambda m, y, a, t: Map(
            push=lambda dot: -_dot(m, m.log_softmax(a), dot),
            pull=lambda bar: -(bar * m.log_softmax(a)),
        ),
    ),
    spellings=("cross_entropy_with_logits",),
    shape=_of_logits,
    samples=(((0.5, -1.0, 2.0), (1.0, 0.0, 0.0)), ((0.5, -1.0, 2.0), (0.25, 0.5, 0.25))),
    role="loss",
    doc="Cross-entropy −Σ tᵢ ln softmax(a)ᵢ of logits a and target probabilities t.",
)


def _sum(m: Any, t: Any) -> Any:
    return m.collapse(t, shape=())


ONE_HOT = register(
    "one_hot",
    1,
    value=lambda m, k, shape: m.one_hot(k, shape=shape),
    partials=(lambda m, y, k, shape: nothing(m, k.shape, shape),),
    parameters={"shape": (1,)},
    shape=lambda k, shape: tuple(shape),
    doc="Vector with 1 at the class k, counted from 0, and 0 elsewhere; k is a whole number.",
)


def _label(a: Shape, k: Shape) -> Shape:
    if len(a) != 1 or k:
        raise ShapeError(f"logits of shape {a} with a label of shape {k}: a vector and a number")
    return ()


def _chosen(m: Any, a: Any, k: Any) -> Any:
    return m.one_hot(k, shape=a.shape)


CROSS_ENTROPY_WITH_LABEL = register(
    "cross_entropy_with_label",
    2,
    value=lambda m, a, k: -_dot(m, _chosen(m, a, k), m.log_softmax(a)),
    partials=(
        lambda m, y, a, k: Map(
            push=lambda dot: _dot(m, m.softmax(a) - _chosen(m, a, k), dot),
            pull=lambda bar: bar * (m.softmax(a) - _chosen(m, a, k)),
        ),
        lambda m, y, a, k: Map(push=lambda dot: dot * 0, pull=lambda bar: bar * 0),
    ),
    spellings=("cross_entropy_with_label",),
    shape=_label,
    samples=(((0.5, -1.0, 2.0), 1), ((0.5, -1.0, 2.0), 0)),
    role="loss",
    doc="Cross-entropy −ln softmax(a)ₖ of logits a and a class k, counted from 0.",
)
