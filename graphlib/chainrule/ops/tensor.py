"""Vectors and matrices. Local partials are linear maps; a law proves push and pull transposes."""

from __future__ import annotations

from typing import Any

from chainrule.errors import ShapeError
from chainrule.ops.record import Map, Shape, register


def _product_shape(a: Shape, b: Shape) -> Shape:
    if not a or not b or len(a) > 2 or len(b) > 2 or a[-1] != b[0]:
        raise ShapeError(f"matrix product of shapes {a} and {b}: the inner sizes must be equal")
    return a[:-1] + b[1:]


def _left_share(m: Any, bar: Any, a: Any, b: Any) -> Any:
    if b.ndim == 2:
        return bar @ m.transpose(b)
    return m.outer(bar, b) if a.ndim == 2 else bar * b


def _right_share(m: Any, bar: Any, a: Any, b: Any) -> Any:
    if a.ndim == 2:
        return m.transpose(a) @ bar
    return m.outer(a, bar) if b.ndim == 2 else bar * a


MATMUL = register(
    "matmul",
    2,
    value=lambda m, a, b: a @ b,
    partials=(
        lambda m, y, a, b: Map(push=lambda t: t @ b, pull=lambda bar: _left_share(m, bar, a, b)),
        lambda m, y, a, b: Map(push=lambda t: a @ t, pull=lambda bar: _right_share(m, bar, a, b)),
    ),
    sign="@",
    shape=_product_shape,
    rule="product rule",
    samples=(
        (((0.5, -1.0, 2.0), (1.5, 0.25, -0.75)), ((1.0, 2.0), (-0.5, 0.75), (3.0, -2.0))),
        (((0.5, -1.0, 2.0), (1.5, 0.25, -0.75)), (1.0, -0.5, 3.0)),
        ((1.0, -0.5), ((0.5, -1.0, 2.0), (1.5, 0.25, -0.75))),
        ((1.0, -0.5, 2.0), (0.25, 3.0, -1.5)),
    ),
    doc="Matrix product A @ B; a vector stands for a column on the right, a row on the left.",
)


def _outer_shape(a: Shape, b: Shape) -> Shape:
    if len(a) != 1 or len(b) != 1:
        raise ShapeError(f"outer product of shapes {a} and {b}: both must be vectors")
    return a + b


OUTER = register(
    "outer",
    2,
    value=lambda m, a, b: m.outer(a, b),
    partials=(
        lambda m, y, a, b: Map(push=lambda t: m.outer(t, b), pull=lambda bar: bar @ b),
        lambda m, y, a, b: Map(push=lambda t: m.outer(a, t), pull=lambda bar: m.transpose(bar) @ a),
    ),
    spellings=("outer",),
    shape=_outer_shape,
    rule="product rule",
    samples=(((1.0, -0.5, 2.0), (0.25, 3.0)),),
    doc="Outer product a bᵀ of two vectors.",
)


def _transposed_shape(a: Shape) -> Shape:
    if len(a) != 2:
        raise ShapeError(f"transpose of shape {a}: a matrix is needed")
    return a[::-1]


TRANSPOSE = register(
    "transpose",
    1,
    value=lambda m, a: m.transpose(a),
    partials=(lambda m, y, a: Map(push=m.transpose, pull=m.transpose),),
    spellings=("transpose",),
    shape=_transposed_shape,
    rule="linear map",
    samples=((((0.5, -1.0, 2.0), (1.5, 0.25, -0.75)),),),
    doc="Transpose Aᵀ.",
)
SUM = register(
    "sum",
    1,
    value=lambda m, a: m.collapse(a, shape=()),
    partials=(
        lambda m, y, a: Map(
            push=lambda t: m.collapse(t, shape=()),
            pull=lambda bar: m.broadcast(bar, shape=a.shape),
        ),
    ),
    spellings=("sum",),
    aliases=("reduce_sum",),
    shape=lambda a: (),
    rule="sum rule",
    samples=(((1.0, -0.5, 2.0),), (((0.5, -1.0), (1.5, 0.25)),)),
    doc="Sum over all entries.",
)
BROADCAST = register(
    "broadcast",
    1,
    value=lambda m, a, shape: m.broadcast(a, shape=shape),
    partials=(
        lambda m, y, a, shape: Map(
            push=lambda t: m.broadcast(t, shape=shape),
            pull=lambda bar: m.collapse(bar, shape=a.shape),
        ),
    ),
    parameters={"shape": ()},
    shape=lambda a, shape: shape,
    rule="linear map",
    samples=(),
    doc="Repetition of a value up to `shape`.",
)
COLLAPSE = register(
    "collapse",
    1,
    value=lambda m, a, shape: m.collapse(a, shape=shape),
    partials=(
        lambda m, y, a, shape: Map(
            push=lambda t: m.collapse(t, shape=shape),
            pull=lambda bar: m.broadcast(bar, shape=a.shape),
        ),
    ),
    parameters={"shape": ()},
    latex=r"\sum",
    symbol="Σ",
    bare=True,
    shape=lambda a, shape: shape,
    rule="sum rule",
    samples=(),
    doc="Sum over the axes along which `shape` was broadcast: the transpose of broadcast.",
)
