"""The namespace in which the rules of operations write lines to a tape."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from math import prod
from typing import Any

from chainrule.algebras.float64 import FLOAT64
from chainrule.algebras.protocol import Maths
from chainrule.compile.tape import Tape, Variable, of_numbers
from chainrule.errors import GraphError, InputError
from chainrule.ops import OPS, Shape
from chainrule.ops.choice import choices
from chainrule.ops.record import same_shape

LACKING = {
    "erf": "np.vectorize(math.erf, otypes=[float])",
    "erfc": "np.vectorize(math.erfc, otypes=[float])",
    "gamma": "np.vectorize(numbers.gamma, otypes=[float])",
    "lgamma": "np.vectorize(numbers.lgamma, otypes=[float])",
    "digamma": "np.vectorize(numbers.digamma, otypes=[float])",
    "patches": "moves.patches",
    "unpatches": "moves.unpatches",
    "polygamma": "np.vectorize(numbers.polygamma, otypes=[float], excluded={'order'})",
}
"""Functions that NumPy lacks, with what they are made of."""

# Every function here takes the tape, then what the rules give it.


def _transpose(t: Tape, a: Variable) -> Variable:
    if a.ndim < 2:
        return a
    how = "np.swapaxes({}, -1, -2)" if a.batched else "{}.T"
    return t.view(a, how, a.shape[::-1])


def _outer(t: Tape, a: Variable, b: Variable) -> Variable:
    batched = a.batched or b.batched
    text = f"{a}[..., :, None] * {b}[..., None, :]"
    return t.assigned(text, (a, b), a.shape + b.shape, batched)


def _broadcast(t: Tape, a: Any, shape: Shape) -> Variable:
    """Return a value repeated up to `shape`: a view, or the number that it is."""
    shape, a = tuple(shape), t.lift(a)
    if a.shape == shape:
        return a  # type: ignore[no-any-return]
    if a.number is not None:
        return t.filled(a.number, shape, a.batched)
    raised = t.raised(a, len(shape))
    return t.view(raised, f"np.broadcast_to({{}}, {t.full(shape, a.batched)})", shape)


def _axes(axes: list[int]) -> str:
    return str(axes[0]) if len(axes) == 1 else str(tuple(axes))


def _summed(t: Tape, a: Variable, shape: Shape, over: str = "np.sum") -> Variable:
    """Return the sum over the axes along which `shape` was broadcast."""
    shape = tuple(shape)
    lead, extra = int(a.batched), a.ndim - len(shape)
    if a.shape == shape:
        return a
    text, axes = a.name, list(range(lead, lead + extra))
    if axes:
        text = f"{over}({text}, axis={_axes(axes)})"
    stretched = [
        lead + axis
        for axis, (have, want) in enumerate(zip(a.shape[extra:], shape, strict=True))
        if want == 1 and have != 1
    ]
    if stretched:
        text = f"{over}({text}, axis={_axes(stretched)}, keepdims=True)"
    return t.assigned(text, (a,), shape, a.batched)


def _row(t: Tape, total: Variable, shape: Shape) -> Variable:
    """Return a number a vector as a vector of one entry where `shape` is that."""
    if tuple(shape) == ():
        return total
    return t.view(total, "{}[:, None]" if total.batched else "{}[None]", (1,))


def _collapse(t: Tape, a: Any, shape: Shape) -> Any:
    a, shape = t.lift(a), tuple(shape)
    if a.shape == shape:
        return a
    if a.number is not None:
        times = prod(a.shape) // prod(shape)
        return t.filled(a.number * times, shape, a.batched)
    if not t.fast or a.ndim != 1:
        return _summed(t, a, shape)
    # A product with ones is quicker than a sum along the last axis.
    return _row(t, t.dot(a, t.filled(1.0, a.shape, False), (), a.batched), shape)


def _largest(t: Tape, a: Variable, shape: Shape) -> Variable:
    if not t.fast or a.ndim != 1 or a.shape == tuple(shape):
        return _summed(t, a, shape, "np.max")
    text = f"np.maximum.reduce({a}, {int(a.batched)}, None)"
    return _row(t, t.line(text, (a,), (), a.batched, entrywise=False), shape)


def _largest_weight(t: Tape, a: Variable, shape: Shape) -> Variable:
    tied = _tied(t, a, _broadcast(t, _largest(t, a, shape), a.shape))
    return tied / _broadcast(t, _summed(t, tied, shape), a.shape)


def _tied(t: Tape, a: Any, b: Any) -> Variable:
    """Return 1 where two values are equal and 0 elsewhere."""
    a, b = t.lift(a), t.lift(b)
    ndim = max(a.ndim, b.ndim)
    a, b = t.raised(a, ndim), t.raised(b, ndim)
    shape = same_shape(a.shape, b.shape)
    return t.assigned(f"np.where({a} == {b}, 1.0, 0.0)", (a, b), shape, a.batched or b.batched)


def _batch_sum(t: Tape, a: Any) -> Any:
    if not isinstance(a, Variable) or not a.batched:
        return a
    if a.number is not None and isinstance(t.size, int):
        return t.filled(a.number * t.size, a.shape, False)
    if not t.fast:
        return t.assigned(f"np.sum({a}, axis=0)", (a,), a.shape, False)
    if a.ndim == 1:  # a matrix product is quicker than a sum over the first axis
        ones = t.filled(1.0, (), True)
        return t.dot(ones, a, a.shape, False)
    return t.line(f"np.add.reduce({a}, 0, None)", (a,), a.shape, False, entrywise=False)


def summed_outer(t: Tape, a: Variable, b: Variable) -> Variable:
    """Append Σ a bᵀ over the examples, as one matrix product."""
    return t.dot(t.view(a, "{}.T", a.shape), b, a.shape + b.shape, False)


def _batch_size(t: Tape, a: Any) -> Any:
    if not isinstance(a, Variable) or not a.batched:
        return 1
    return t.size if isinstance(t.size, int) else t.assigned(t.size, (), (), False)


def _batch_repeat(t: Tape, a: Any, like: Any) -> Any:
    if not isinstance(like, Variable) or not like.batched:
        return a
    a = t.lift(a)
    if a.batched:
        return a
    if a.number is not None:
        return t.filled(a.number, a.shape, True)
    made = t.view(a, f"np.broadcast_to({{}}, {t.full(a.shape, True)})", a.shape)
    made.batched = True
    return made


def _reshape(t: Tape, a: Any, shape: Shape) -> Variable:
    shape, a = tuple(shape), t.lift(a)
    if a.shape == shape:
        return a  # type: ignore[no-any-return]
    sizes = (-1, *shape) if a.batched else shape
    return t.assigned(f"np.reshape({a}, {sizes})", (a,), shape, a.batched)


def _segment(t: Tape, a: Variable, start: Shape, stop: Shape) -> Variable:
    slices = [":"] * a.batched + [f"{i}:{j}" for i, j in zip(start, stop, strict=True)]
    shape = tuple(j - i for i, j in zip(start, stop, strict=True)) + a.shape[len(start) :]
    return t.assigned(f"{a}[{', '.join(slices)}]", (a,), shape, a.batched)


def _pad(t: Tape, a: Any, start: Shape, shape: Shape) -> Variable:
    a = t.lift(a)
    begins = (*start, *(0 for _ in shape[len(start) :]))
    sides = [(i, n - i - size) for i, n, size in zip(begins, shape, a.shape, strict=True)]
    sides = [(0, 0)] * a.batched + sides
    return t.assigned(f"np.pad({a}, {sides})", (a,), shape, a.batched)


def _concat(t: Tape, *operands: Any) -> Variable:
    cells = [t.lift(x) for x in operands]
    many = next((cell for cell in cells if cell.batched), None)
    rows = [cell if many is None else _batch_repeat(t, cell, many) for cell in cells]
    shape = (sum(cell.shape[0] for cell in cells), *cells[0].shape[1:])
    inside = ", ".join(map(str, rows))
    text = f"np.concatenate([{inside}], axis={int(many is not None)})"
    return t.assigned(text, rows, shape, many is not None)


def _patches(t: Tape, a: Variable, size: Shape, stride: int) -> Variable:
    t.used.add("patches")
    down, across = ((n - w) // stride + 1 for n, w in zip(a.shape[-2:], size, strict=True))
    shape = (prod(a.shape[:-2]) * prod(size), down * across)
    text = f"patches({a}, {tuple(size)}, {stride}, {a.ndim})"
    return t.assigned(text, (a,), shape, a.batched)


def _unpatches(t: Tape, a: Variable, size: Shape, stride: int, shape: Shape) -> Variable:
    t.used.add("unpatches")
    text = f"unpatches({a}, {tuple(size)}, {stride}, {tuple(shape)})"
    return t.assigned(text, (a,), shape, a.batched)


def _one_hot(t: Tape, k: Any, shape: Shape) -> Variable:
    k = t.lift(k)
    near = f"np.abs(np.asarray({k})[..., None] - np.arange({shape[0]})) < 0.25"
    text = f"np.where({near}, 1.0, 0.0)"
    return t.assigned(text, (k,), shape, k.batched)


def _row_product(t: Tape, a: Variable) -> Variable:
    return t.assigned(f"np.prod({a}, axis=-1)", (a,), a.shape[:-1], a.batched)


def _step(t: Tape, x: Any, at: Fraction | None) -> Any:
    if at is None:
        raise InputError(
            'The derivative at kinks is to be "undefined"; compiled code has a number everywhere',
            allowed='Choose 0, 1/2 or 1 at kinks, or compile with outputs="value".',
        )
    if not t.fast or not isinstance(x, Variable):
        return _call(t, "np.heaviside", x, float(at))
    if not t.marks and at in (0, 1):
        return t.entrywise("np.greater_equal" if at else "np.greater", x, 0)
    # NumPy's heaviside takes four times as long; what is no number stays so in all of these.
    if at == 0:  # relu has the maximum already
        return t.entrywise("np.sign", t.entrywise("np.maximum", x, 0))
    sign = t.entrywise("np.sign", x)
    return 1 + t.entrywise("np.minimum", sign, 0) if at == 1 else _between(sign, float(at))


def _between(sign: Variable, at: float) -> Any:
    """Return 1, `at` or 0 for the signs 1, 0 and −1."""
    above = sign.tape.entrywise("np.maximum", sign, 0)
    return above * (1 - at) + sign.tape.entrywise("np.minimum", sign, 0) * at + at


def _call(t: Tape, function: str, *operands: Any) -> Any:
    if any(isinstance(x, Variable) for x in operands):
        return t.entrywise(function, *operands)
    return of_numbers(function, operands)


def _folded(t: Tape, function: str, *operands: Any) -> Any:
    """Return a function of two operands as one of any number, from left to right."""
    result = operands[0]
    for operand in operands[1:]:
        result = _call(t, function, result, operand)
    return result


def _where(t: Tape, c: Any, a: Any, b: Any) -> Variable:
    cells = [t.lift(x) for x in (c, a, b)]
    ndim = max(cell.ndim for cell in cells)
    c, a, b = (t.raised(cell, ndim) for cell in cells)
    shape, batched = same_shape(c.shape, a.shape, b.shape), any(x.batched for x in cells)
    if t.fast and c.number is None and {a.number, b.number} == {0, 1}:
        taken = t.entrywise("np.greater", c, 0)
        return taken if a.number else 1 - taken
    return t.assigned(f"np.where({c} > 0, {a}, {b})", (c, a, b), shape, batched)


def _choice(t: Tape, *xs: Any, **given: Any) -> Any:
    return choices(partial(_where, t))(*xs, **given)


def _root(t: Tape, a: Any, n: Any) -> Any:
    a, n = t.lift(a), t.lift(n)
    size = t.entrywise("np.float_power", t.entrywise("np.abs", a), 1 / n)
    ndim = max(a.ndim, n.ndim, size.ndim)
    a, n, size = (t.raised(x, ndim) for x in (a, n, size))
    text = f"np.where({a} >= 0, {size}, np.where({n} % 2 == 1, -{size}, np.nan))"
    return t.assigned(text, (a, n, size), size.shape, size.batched)


def _max_weight(t: Tape, *operands: Any, slot: int) -> Any:
    largest = _folded(t, "np.maximum", *operands)
    shares = [_tied(t, x, largest) for x in operands]
    return shares[slot] / sum(shares[1:], start=shares[0])


MOVES: dict[str, Callable[..., Any]] = {
    "transpose": _transpose,
    "outer": _outer,
    "broadcast": _broadcast,
    "collapse": _collapse,
    "batch_sum": _batch_sum,
    "batch_size": _batch_size,
    "batch_repeat": _batch_repeat,
    "reshape": _reshape,
    "segment": _segment,
    "pad": _pad,
    "concat": _concat,
    "patches": _patches,
    "unpatches": _unpatches,
    "one_hot": _one_hot,
    "row_product": _row_product,
    "largest": _largest,
    "largest_weight": _largest_weight,
    "step": _step,
    "where": _choice,
    "root": _root,
    "max_weight": _max_weight,
    "power": Tape.power,
    "eye": lambda t, shape: t.assigned(f"np.eye({shape[0]})", (), shape, False),
    "maximum": lambda t, *xs: _folded(t, "np.maximum", *xs),
    "minimum": lambda t, *xs: _folded(t, "np.minimum", *xs),
}


class TapeMaths(Maths):
    """The namespace in which rules write lines to a tape."""

    def __init__(self, tape: Tape) -> None:
        def bound(function: Callable[..., Any]) -> Callable[..., Any]:
            return lambda *operands, **given: function(tape, *operands, **given)

        def plain(name: str) -> Callable[..., Any]:
            return lambda *operands: _call(tape, f"np.{name}", *operands)

        def lacking(name: str) -> Callable[..., Any]:
            def called(a: Any, **given: Any) -> Variable:
                tape.used.add(name)
                a, more = tape.lift(a), "".join(f", {k}={int(v)}" for k, v in given.items())
                return tape.assigned(f"{name}({a}{more})", (a,), a.shape, a.batched)

            return called

        base: dict[str, Any] = {
            "number": lambda number: FLOAT64.number(Fraction(number)),
            "pi": math.pi,
            "e": math.e,
        }
        base |= {name: lacking(name) for name in LACKING}
        base |= {op.name: plain(op.numpy) for op in OPS.values() if op.numpy}
        base |= {name: bound(function) for name, function in MOVES.items()}
        super().__init__(self, base)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        try:
            return super().__getattr__(name)
        except AttributeError as error:
            raise GraphError(f"{name} cannot be written as NumPy source") from error
