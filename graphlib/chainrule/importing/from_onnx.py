"""ONNX models as graphs: the table says what each of its operators is here.

Initialisers become inputs that have their values; shapes, axes and the like are read as numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from chainrule.errors import GraphError, needed
from chainrule.graph.builder import Expression
from chainrule.importing import Table, called, entrywise
from chainrule.importing.steps import Imported, Steps


def _numbers(given: Any) -> list[int]:
    """Return what a model computes with to arrange others: a shape, axes, a place."""
    if isinstance(given, Expression):
        raise GraphError("a shape or an axis that depends on the input is not written")
    return [int(n) for n in np.ravel(given)]


def _over(operation: str) -> Callable[..., Any]:
    def write(
        s: Steps, x: Any, axes: Any = None, *, keepdims: int, noop_with_empty_axes: int
    ) -> Any:
        if axes is None and noop_with_empty_axes:
            return x
        return s.over(operation, x, None if axes is None else _numbers(axes), bool(keepdims))

    return write


def _folded(name: str) -> Callable[..., Any]:
    return lambda s, *xs: getattr(s.m, name)(*map(s.lift, xs)) if len(xs) > 1 else xs[0]


def _gemm(
    s: Steps, a: Any, b: Any, c: Any = None, *, alpha: float, beta: float, transA: int, transB: int
) -> Any:
    a = s.m.transpose(s.lift(a)) if transA else a
    b = s.m.transpose(s.lift(b)) if transB else b
    return s.affine(a, b, c, alpha, beta)


def _sides(pads: Sequence[int], auto_pad: str) -> tuple[int, ...]:
    if auto_pad not in ("NOTSET", "VALID", ""):
        raise GraphError(f"auto_pad={auto_pad} is not written; the pads themselves are")
    found = tuple(pads) or (0, 0, 0, 0)
    if len(found) != 4:
        raise GraphError("windows are written over rows and columns")
    return found


def _convolve(
    s: Steps,
    x: Any,
    w: Any,
    b: Any = None,
    *,
    auto_pad: str,
    group: int,
    strides: Sequence[int] = (1, 1),
    pads: Sequence[int] = (),
) -> Any:
    return s.convolve(x, w, b, strides, _sides(pads, auto_pad), group)


def _pool(operation: str) -> Callable[..., Any]:
    def write(
        s: Steps,
        x: Any,
        *,
        kernel_shape: Sequence[int],
        auto_pad: str,
        strides: Sequence[int] = (1, 1),
        pads: Sequence[int] = (),
        count_include_pad: int = 0,
    ) -> Any:
        sides = _sides(pads, auto_pad)
        if any(sides) and not count_include_pad:
            raise GraphError("pooling with uncounted pads is not written")
        return s.pool(operation, x, kernel_shape, strides, sides)

    return write


def _layer_norm(
    s: Steps, x: Any, scale: Any, shift: Any = None, *, axis: int, epsilon: float
) -> Any:
    x = s.lift(x)
    return s.normalise_layer(x, x.ndim - axis % x.ndim, scale, shift, epsilon)


def _reshape(s: Steps, x: Any, shape: Any, *, allowzero: int) -> Any:
    have, sizes = s.lift(x).shape, _numbers(shape)
    return s.view(x, [have[at] if n == 0 and not allowzero else n for at, n in enumerate(sizes)])


def _flatten(s: Steps, x: Any, *, axis: int) -> Any:
    x = s.lift(x)
    return s.flatten(s.flatten(x, axis), 0, axis - 1) if axis else s.view(x, (1, -1))


def _unsqueeze(s: Steps, x: Any, axes: Any) -> Any:
    if not isinstance(x, Expression):
        return np.expand_dims(x, tuple(_numbers(axes)))
    return s.unsqueeze(x, _numbers(axes))


def _part(s: Steps, x: Any, starts: Any, ends: Any, axes: Any = None, steps: Any = None) -> Any:
    starts, ends = _numbers(starts), _numbers(ends)
    over = list(range(len(starts))) if axes is None else _numbers(axes)
    if steps is not None and set(_numbers(steps)) != {1}:
        raise GraphError("every second entry is not written; all from one to another are")
    if not isinstance(x, Expression):
        parts = {axis: slice(a, b) for axis, a, b in zip(over, starts, ends, strict=True)}
        return x[tuple(parts.get(axis, slice(None)) for axis in range(x.ndim))]
    for axis, start, end in zip(over, starts, ends, strict=True):
        size = x.shape[axis]
        x = s.part(x, axis, max(start, -size), min(max(end, -size), size))
    return x


def _gather(s: Steps, x: Any, places: Any, *, axis: int) -> Any:
    if not isinstance(x, Expression):
        return np.take(x, np.asarray(places, dtype=int), axis=axis)
    if np.ndim(places) == 0:
        return s.at(x, axis, _numbers(places)[0])
    return s.join([s.part(x, axis, n, n + 1) for n in _numbers(places)], axis)


def _concat(s: Steps, *xs: Any, axis: int) -> Any:
    if not any(isinstance(x, Expression) for x in xs):
        return np.concatenate(xs, axis)
    return s.join(xs, axis)


def _dropout(s: Steps, x: Any, ratio: Any = None, training: Any = None) -> Any:
    if training is not None and np.any(training):
        raise GraphError("dropout draws at random while it is trained")
    return x


FLOATING = (1, 10, 11, 16)
"""ONNX's numbers of the types of floating point: single, half, double, bfloat."""


def _cast(s: Steps, x: Any, *, to: int) -> Any:
    if isinstance(x, Expression) and to not in FLOATING:
        raise GraphError("numbers cut to whole ones are not written")
    return x


ALIKE = """
    Sin Cos Tan Asin Acos Atan Sinh Cosh Tanh Asinh Acosh Atanh Exp Log Sqrt Reciprocal Abs Neg Sign
    Floor Ceil Erf Relu Sigmoid Softplus Mish Selu Gelu Add Sub Mul Div
    Identity
"""
SAME = {"HardSwish": "hard_swish", **{name: name.lower() for name in ALIKE.split()}}
"""ONNX's names of operations that take the same operands here."""

TABLE: Table = {
    **{theirs: entrywise(ours) for theirs, ours in SAME.items()},
    "Pow": lambda s, a, b: s.lift(a) ** s.lift(b),
    "Max": _folded("max"),
    "Min": _folded("min"),
    "Sum": lambda s, *xs: sum(map(s.lift, xs[1:]), start=s.lift(xs[0])),
    "Clip": lambda s, x, low=None, high=None: s.clip(x, low, high),
    "LeakyRelu": lambda s, x, alpha: s.m.leaky_relu(s.lift(x), slope=Fraction(alpha)),
    "Elu": lambda s, x, alpha: s.m.elu(s.lift(x), alpha=Fraction(alpha)),
    "Softsign": lambda s, x: s.lift(x) / (1 + s.m.abs(s.lift(x))),
    "HardSigmoid": lambda s, x, alpha, beta: s.clip(s.lift(x) * alpha + beta, 0, 1),
    "MatMul": lambda s, a, b: s.matmul(a, b),
    "Gemm": _gemm,
    "Softmax": lambda s, x, axis: s.rows("softmax", x, axis),
    "LogSoftmax": lambda s, x, axis: s.rows("log_softmax", x, axis),
    "ReduceSum": _over("collapse"),
    "ReduceMean": _over("mean"),
    "ReduceMax": _over("largest"),
    "ReduceMin": _over("smallest"),
    "GlobalAveragePool": lambda s, x: s.mean(x, [-2, -1], keep=True),
    "Conv": _convolve,
    "MaxPool": _pool("largest"),
    "AveragePool": _pool("mean"),
    "BatchNormalization": lambda s, x, scale, shift, mean, variance, epsilon: s.normalise_channels(
        x, mean, variance, scale, shift, epsilon
    ),
    "LayerNormalization": _layer_norm,
    "Dropout": _dropout,
    "Reshape": _reshape,
    "Flatten": _flatten,
    "Squeeze": lambda s, x, axes=None: s.squeeze(x, None if axes is None else _numbers(axes)),
    "Unsqueeze": _unsqueeze,
    "Transpose": lambda s, x, perm=None: s.permute(
        x, tuple(reversed(range(s.lift(x).ndim))) if perm is None else perm
    ),
    "Expand": lambda s, x, shape: s.spread(
        x, np.broadcast_shapes(s.lift(x).shape, tuple(_numbers(shape)))
    ),
    "Slice": _part,
    "Gather": _gather,
    "Concat": _concat,
    "Shape": lambda s, x, *, start, end=None: np.array(s.lift(x).shape[start:end]),
    "Constant": lambda s, *, value=None, **other: np.asarray(
        value if value is not None else next(iter(other.values()))
    ),
    "ConstantOfShape": lambda s, shape, *, value=None: np.full(
        _numbers(shape), 0.0 if value is None else np.ravel(value)[0]
    ),
    "Cast": _cast,
}

WITH = {"Add": np.add, "Sub": np.subtract, "Mul": np.multiply, "Div": np.floor_divide}
"""Operators that models also use on shapes, where numbers are computed at once."""


OLDEST = 13
"""The first opset in which softmax and reductions mean what they mean now."""


def from_onnx(model: Any, **shapes: Sequence[int]) -> Imported:
    """Return the graph of an ONNX model.

    Parameters
    ----------
    model
        The model, or a file with one.
    shapes
        Shapes of inputs of which the model leaves a size open, such as the number of rows.

    Raises
    ------
    GraphError
        If an operator of it is none here, with its name, or a size is open.
    """
    onnx, numpy_helper = (needed(name, "onnx") for name in ("onnx", "onnx.numpy_helper"))

    if isinstance(model, str | Path):
        model = onnx.load(str(model))
    since = min(
        (one.version for one in model.opset_import if one.domain in ("", "ai.onnx")), default=OLDEST
    )
    if since < OLDEST:
        raise GraphError(f"the model is older than opset {OLDEST}; export it anew")
    steps = Steps()
    values: dict[str, Any] = {"": None}
    for tensor in model.graph.initializer:
        array = numpy_helper.to_array(tensor)
        floating = array.dtype.kind == "f" and array.size > 1
        values[tensor.name] = steps.input(tensor.name, array.shape, array) if floating else array
    for entry in model.graph.input:
        if entry.name not in values:
            values[entry.name] = steps.input(entry.name, _sizes(entry, shapes))
    for node in model.graph.node:
        options = {one.name: _option(numpy_helper, one) for one in node.attribute}
        usual = _usual(onnx, numpy_helper, node.op_type, since)
        made = _called(steps, node.op_type, [values[name] for name in node.input], options, usual)
        for name, value in zip(node.output, made, strict=False):
            values[name] = value
    names = [entry.name for entry in model.graph.output]
    return steps.finish([values[name] for name in names], names)


def _sizes(entry: Any, shapes: Any) -> tuple[int, ...]:
    if entry.name in shapes:
        return tuple(shapes[entry.name])
    sizes = [size.dim_value for size in entry.type.tensor_type.shape.dim]
    if 0 in sizes:
        given = ", ".join(str(n or "?") for n in sizes)
        raise GraphError(
            f"the model leaves open a size of {entry.name} ({given}); "
            f"give its shape: from_onnx(model, {entry.name}=(…))"
        )
    return tuple(sizes)


def _option(numpy_helper: Any, given: Any) -> Any:
    if given.type == 4:  # a tensor
        return numpy_helper.to_array(given.t)
    value = getattr(
        given, {1: "f", 2: "i", 3: "s", 6: "floats", 7: "ints", 8: "strings"}[given.type]
    )
    return value.decode() if isinstance(value, bytes) else value


def _usual(onnx: Any, numpy_helper: Any, operator: str, since: int) -> dict[str, Any]:
    """Return an operator's options as they are where a model does not give them."""
    if not onnx.defs.has(operator, since):
        return {}
    options = onnx.defs.get_schema(operator, since).attributes.values()
    found = {one.name: one.default_value for one in options if one.default_value.type}
    return {name: _option(numpy_helper, one) for name, one in found.items()} | {"dilations": 1}


def _called(
    steps: Steps,
    operator: str,
    operands: list[Any],
    options: dict[str, Any],
    usual: dict[str, Any],
) -> list[Any]:
    while operands and operands[-1] is None:
        operands.pop()
    plain = not any(isinstance(x, Expression) for x in operands)
    if plain and operator in WITH and all(np.asarray(x).dtype.kind in "iu" for x in operands):
        return [WITH[operator](*operands)]
    return [called(TABLE, operator, "ONNX", steps, operands, options, usual)]
