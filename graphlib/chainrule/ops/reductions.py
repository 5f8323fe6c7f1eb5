"""One number from many: means, products, largest entries, norms, and what softmax needs."""

from __future__ import annotations

from fractions import Fraction
from math import prod
from typing import Any

from chainrule.errors import ShapeError
from chainrule.ops.piecewise import ZERO
from chainrule.ops.record import Domain, Kink, Map, Shape, register


def _number(*shapes: Shape) -> Shape:
    return ()


def _of_all(m: Any, a: Any) -> Any:
    return m.collapse(a, shape=())


MEAN = register(
    "mean",
    1,
    value=lambda m, a: _of_all(m, a) / prod(a.shape),
    partials=(
        lambda m, y, a: Map(
            push=lambda t: _of_all(m, t) / prod(a.shape),
            pull=lambda bar: m.broadcast(bar / prod(a.shape), shape=a.shape),
        ),
    ),
    spellings=("mean",),
    aliases=("reduce_mean",),
    shape=_number,
    rule="sum rule",
    samples=(((1.0, -0.5, 2.0),), (((0.5, -1.0), (1.5, 0.25)),)),
    doc="Mean over all entries.",
)


def _last(shape: Shape) -> Shape:
    """Return the shape in which the last axis is one entry."""
    return (*shape[:-1], 1)


def _without_last(a: Shape) -> Shape:
    if not a:
        raise ShapeError("a number has no entries; a vector or matrix is needed")
    return a[:-1]


def _others(m: Any, a: Any) -> Any:
    """Return for each entry of a row the product of all the others: no quotient, so 0 may stand."""
    n, lead = a.shape[-1], a.shape[:-1]
    diagonal = m.eye(shape=(n, n))
    rows = m.broadcast(m.reshape(a, shape=(*lead, 1, n)), shape=(*lead, n, n))
    return m.row_product(rows * (1 - diagonal) + diagonal)


ROW_PRODUCT = register(
    "row_product",
    1,
    value=lambda m, a: m.row_product(a),
    partials=(
        lambda m, y, a: Map(
            push=lambda t: m.reshape(
                m.collapse(t * _others(m, a), shape=_last(a.shape)), shape=a.shape[:-1]
            ),
            pull=lambda bar: m.reshape(bar, shape=_last(a.shape)) * _others(m, a),
        ),
    ),
    latex=r"\prod",
    symbol="Π",
    shape=_without_last,
    rule="product rule",
    samples=(((1.0, -0.5, 2.0),), (((0.5, -1.0), (1.5, 0.25)),)),
    doc="Product of the entries of each row.",
)


def _flat(m: Any, a: Any) -> Any:
    return m.reshape(a, shape=(prod(a.shape),))


PROD = register(
    "prod",
    1,
    value=lambda m, a: m.row_product(_flat(m, a)),
    partials=(
        lambda m, y, a: Map(
            push=lambda t: _of_all(m, _flat(m, t) * _others(m, _flat(m, a))),
            pull=lambda bar: m.reshape(bar * _others(m, _flat(m, a)), shape=a.shape),
        ),
    ),
    spellings=("prod",),
    shape=_number,
    rule="product rule",
    samples=(((1.0, -0.5, 2.0),), (((0.5, -1.0), (1.5, 0.25)),)),
    doc="Product of all entries.",
)


def _same_vectors(a: Shape, b: Shape) -> Shape:
    if a != b or not a:
        raise ShapeError(f"dot product of shapes {a} and {b}: two equal shapes are needed")
    return ()


DOT = register(
    "dot",
    2,
    value=lambda m, a, b: _of_all(m, a * b),
    partials=(
        lambda m, y, a, b: Map(push=lambda t: _of_all(m, t * b), pull=lambda bar: bar * b),
        lambda m, y, a, b: Map(push=lambda t: _of_all(m, a * t), pull=lambda bar: bar * a),
    ),
    spellings=("dot",),
    shape=_same_vectors,
    rule="product rule",
    samples=(
        ((1.0, -0.5, 2.0), (0.25, 3.0, -1.5)),
        (((0.5, -1.0), (1.5, 0.25)), ((2.0, 1.0), (0.5, -0.75))),
    ),
    aliases=("matmul",),
    doc="Sum over the products of entries, aᵀb.",
)
NORM = register(
    "norm",
    1,
    value=lambda m, a: m.sqrt(_of_all(m, a * a)),
    partials=(
        lambda m, y, a: Map(push=lambda t: _of_all(m, a / y * t), pull=lambda bar: bar * (a / y)),
    ),
    smooth=(Domain(lambda a: any(x != 0 for x in a), "a vector other than 0", bounded=True),),
    spellings=("norm",),
    shape=_number,
    samples=(((1.0, -0.5, 2.0),), (((0.5, -1.0), (1.5, 0.25)),)),
    doc="Euclidean norm ‖a‖, the root of the sum of squares of all entries.",
)


def _kept(a: Shape, shape: Shape, **carried: Any) -> Shape:
    return tuple(shape)


def _ties(a: Any, shape: Shape) -> bool:
    """Whether two entries are the largest of those that fall together in `shape`."""
    return any(row.count(max(row)) > 1 for row in a.grouped(shape))


def _push_of_largest(m: Any, tangents: Any, a: Any, shape: Shape, **carried: Any) -> Any:
    """Return the largest tangent among the entries that tie; the others are made the smallest."""
    t = tangents[0]
    smallest = m.broadcast(-m.largest(-t, shape=shape), shape=a.shape)
    return m.largest(m.where(m.largest_weight(a, shape=shape), t, smallest), shape=shape)


def _by_largest(m: Any, a: Any, shape: Shape, slope: Fraction | None) -> Map:
    """Return the derivative of the largest entry: as of max, entries that tie share equally.

    Where no derivative is to exist at ties, it is one step more: Σ w² of the shares w is 1/k.
    """
    weight = m.largest_weight(a, shape=shape)
    if slope is None:
        alone = m.maximum(2 * m.collapse(weight * weight, shape=shape) - 1, 0)
        weight = weight * m.broadcast(m.step(alone, at=None), shape=a.shape)
    return Map(
        push=lambda t: m.collapse(t * weight, shape=shape),
        pull=lambda bar: m.broadcast(bar, shape=a.shape) * weight,
    )


LARGEST = register(
    "largest",
    1,
    value=lambda m, a, shape, slope=ZERO: m.largest(a, shape=shape),
    partials=(lambda m, y, a, shape, slope=ZERO: _by_largest(m, a, shape, slope),),
    parameters={"shape": (), "slope": ZERO},
    latex=r"\max",
    symbol="max",
    shape=_kept,
    kink=Kink(
        at=lambda a, shape, slope=ZERO: _ties(a, shape),
        push=_push_of_largest,
        convention="entries tie for the maximum; they share the derivative equally",
        choice="slope",
    ),
    doc="Largest of all entries; with a `shape`, of those that a sum would bring together.",
)
LARGEST_WEIGHT = register(
    "largest_weight",
    1,
    value=lambda m, a, shape: m.largest_weight(a, shape=shape),
    partials=(lambda m, y, a, shape: Map(push=lambda t: t * 0, pull=lambda bar: bar * 0),),
    parameters={"shape": ()},
    shape=lambda a, shape: a,
    kink=Kink(at=_ties, push=None, convention="the largest entry changes"),
    doc="Derivative of the largest entry: 1 there, 0 elsewhere, 1/k where k entries tie.",
)


SMALLEST = register(
    "smallest",
    1,
    value=lambda m, a, shape, slope=ZERO: -m.largest(-a, shape=shape),
    partials=(lambda m, y, a, shape, slope=ZERO: _by_largest(m, -a, shape, slope),),
    parameters={"shape": (), "slope": ZERO},
    latex=r"\min",
    symbol="min",
    shape=_kept,
    kink=Kink(
        at=lambda a, shape, slope=ZERO: _ties(-a, shape),
        push=lambda m, tangents, a, shape, slope=ZERO: (
            -_push_of_largest(m, [-tangents[0]], -a, shape)
        ),
        convention="entries tie for the minimum; they share the derivative equally",
        choice="slope",
    ),
    doc="Smallest of all entries; with a `shape`, of those that a sum would bring together.",
)


def _vectors(a: Shape) -> Shape:
    if not a:
        raise ShapeError("a number has no entries; a vector or matrix is needed")
    return a


def _row_sum(m: Any, a: Any) -> Any:
    return m.collapse(a, shape=_last(a.shape))


def _centred(m: Any, a: Any) -> Any:
    """Return the rows less their largest entries, so that no exponential overflows."""
    return a - m.largest(a, shape=_last(a.shape))


def _weights(m: Any, a: Any) -> Any:
    powers = m.exp(a)
    return powers / _row_sum(m, powers)


def _softmax_map(m: Any, y: Any) -> Map:
    """Return the local partial of softmax, diag(y) − y yᵀ, which is symmetric."""
    return Map(
        push=lambda t: y * (t - _row_sum(m, y * t)),
        pull=lambda bar: y * (bar - _row_sum(m, y * bar)),
    )


SOFTMAX = register(
    "softmax",
    1,
    value=_weights,
    partials=(lambda m, y, a: _softmax_map(m, y),),
    spellings=("softmax",),
    latex=r"\operatorname{softmax}",
    shape=_vectors,
    samples=(((1.0, -0.5, 2.0),), (((0.5, -1.0, 0.75), (1.5, 0.25, -2.0)),)),
    stable=lambda m, a: _weights(m, _centred(m, a)),
    role="activation",
    aliases=("Softmax",),
    doc="Softmax e^aᵢ / Σ e^aⱼ of a vector; of a matrix, of each row.",
)


def _log_of_sum(m: Any, a: Any) -> Any:
    return m.log(_row_sum(m, m.exp(a)))


LOGSUMEXP = register(
    "logsumexp",
    1,
    value=lambda m, a: m.reshape(_log_of_sum(m, a), shape=a.shape[:-1]),
    partials=(
        lambda m, y, a: Map(
            push=lambda t: m.reshape(_row_sum(m, m.softmax(a) * t), shape=a.shape[:-1]),
            pull=lambda bar: m.softmax(a) * m.reshape(bar, shape=_last(a.shape)),
        ),
    ),
    spellings=("logsumexp",),
    latex=r"\operatorname{logsumexp}",
    shape=_without_last,
    samples=(((1.0, -0.5, 2.0),), (((0.5, -1.0, 0.75), (1.5, 0.25, -2.0)),)),
    stable=lambda m, a: m.reshape(
        m.largest(a, shape=_last(a.shape)) + _log_of_sum(m, _centred(m, a)), shape=a.shape[:-1]
    ),
    doc="Logarithm ln Σ e^aⱼ of the sum of exponentials; of a matrix, of each row.",
)
LOG_SOFTMAX = register(
    "log_softmax",
    1,
    value=lambda m, a: a - _log_of_sum(m, a),
    partials=(
        lambda m, y, a: Map(
            push=lambda t: t - _row_sum(m, m.exp(y) * t),
            pull=lambda bar: bar - m.exp(y) * _row_sum(m, bar),
        ),
    ),
    spellings=("log_softmax",),
    latex=r"\ln\operatorname{softmax}",
    shape=_vectors,
    samples=(((1.0, -0.5, 2.0),), (((0.5, -1.0, 0.75), (1.5, 0.25, -2.0)),)),
    stable=lambda m, a: _centred(m, a) - _log_of_sum(m, _centred(m, a)),
    role="activation",
    doc="Logarithm of softmax, a − ln Σ e^aⱼ; of a matrix, of each row.",
)
