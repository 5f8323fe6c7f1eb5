"""Vectors, matrices and batches: NumPy arrays over double precision or over any scalar algebra."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from chainrule.algebras.float64 import FLOAT64
from chainrule.algebras.maths import Maths
from chainrule.algebras.protocol import Algebra, Parameters, Scalars
from chainrule.algebras.undefined import Undefined
from chainrule.errors import ShapeError
from chainrule.ops import Op, Shape
from chainrule.ops.record import same_shape


class Array:
    """An array whose last `ndim` axes are its shape; one more axis in front is the batch."""

    __slots__ = ("data", "ndim")
    __array_ufunc__ = None

    def __init__(self, data: Any, ndim: int) -> None:
        self.data = data
        self.ndim = ndim

    @property
    def shape(self) -> Shape:
        """Shape of one example, without the batch axis."""
        return tuple(self.data.shape[self.data.ndim - self.ndim :])

    @property
    def batch(self) -> int | None:
        """Number of examples, None where the value is the same for all of them."""
        return int(self.data.shape[0]) if self.data.ndim > self.ndim else None

    def raised(self, ndim: int) -> Any:
        """Return the data with unit axes put behind the batch axis up to rank `ndim`."""
        missing = ndim - self.ndim
        if missing <= 0 or self.batch is None:
            return self.data
        return self.data.reshape(self.data.shape[:1] + (1,) * missing + self.data.shape[1:])

    def _with(self, other: Any, function: Callable[..., Any]) -> Array:
        return elementwise(function, self, other)

    def __add__(self, other: Any) -> Array:
        return self._with(other, np.add)

    __radd__ = __add__

    def __sub__(self, other: Any) -> Array:
        return self._with(other, np.subtract)

    def __rsub__(self, other: Any) -> Array:
        return self._with(other, lambda a, b: np.subtract(b, a))

    def __mul__(self, other: Any) -> Array:
        return self._with(other, np.multiply)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Array:
        return self._with(other, np.true_divide)

    def __rtruediv__(self, other: Any) -> Array:
        return self._with(other, lambda a, b: np.true_divide(b, a))

    def __pow__(self, other: int) -> Array:
        return Array(np.asarray(self.data**other), self.ndim)

    def __neg__(self) -> Array:
        return Array(np.asarray(-self.data), self.ndim)

    def __matmul__(self, other: Array) -> Array:
        a = self.data[..., None, :] if self.ndim == 1 else self.data
        b = other.data[..., :, None] if other.ndim == 1 else other.data
        product = np.matmul(a, b)
        if other.ndim == 1:
            product = product[..., 0]
        if self.ndim == 1:
            product = product[..., 0, :] if other.ndim == 2 else product[..., 0]
        return Array(product, self.ndim + other.ndim - 2)


def elementwise(function: Callable[..., Any], *operands: Any) -> Array:
    """Return `function` applied entry by entry; shapes are broadcast, batches stay in front."""
    ndim = max(x.ndim if isinstance(x, Array) else 0 for x in operands)
    raised = [x.raised(ndim) if isinstance(x, Array) else x for x in operands]
    return Array(np.asarray(function(*raised)), ndim)


def _entrywise(function: Callable[..., Any], operands: Sequence[Any]) -> Array:
    """Return `function` of each entry of objects, nan where it is `Undefined`."""

    def entry(*raw: Any) -> Any:
        result = function(*raw)
        return math.nan if type(result) is Undefined else result

    each = np.frompyfunc(entry, len(operands), 1)
    return elementwise(lambda *raw: np.asarray(each(*raw), dtype=object), *operands)


def _structural(partial: Array) -> Any:
    """Return the integer that a rule returned for every entry; any other partial as it is."""
    entries = partial.data.ravel().tolist()
    first = entries[0] if entries else None
    return first if all(type(x) is int and x == first for x in entries) else partial


def _is_entrywise(op: Op, parameters: Parameters) -> bool:
    """Whether an operation works entry by entry; a fold does what its body does."""
    return op.shape is same_shape and "body" not in parameters


def _transpose(a: Array) -> Array:
    return Array(np.swapaxes(a.data, -1, -2), 2) if a.ndim == 2 else a


def _outer(a: Array, b: Array) -> Array:
    return Array(a.data[..., :, None] * b.data[..., None, :], 2)


def _broadcast(a: Array, shape: Shape) -> Array:
    lead = a.data.shape[:1] if a.batch is not None else ()
    return Array(np.broadcast_to(a.raised(len(shape)), lead + tuple(shape)), len(shape))


def _collapse(a: Array, shape: Shape) -> Array:
    """Sum over the axes along which `shape` was broadcast to the shape of `a`."""
    lead = a.data.ndim - a.ndim
    extra = a.ndim - len(shape)
    data = a.data.sum(axis=tuple(range(lead, lead + extra))) if extra else a.data
    stretched = tuple(
        lead + axis
        for axis, (have, want) in enumerate(zip(a.shape[extra:], shape, strict=True))
        if want == 1 and have != 1
    )
    if stretched:
        data = data.sum(axis=stretched, keepdims=True)
    return Array(np.asarray(data), len(shape))


def _batch_sum(a: Array) -> Array:
    return a if a.batch is None else Array(np.asarray(a.data.sum(axis=0)), a.ndim)


def _batch_repeat(a: Array, like: Array) -> Array:
    if a.batch is not None or like.batch is None:
        return a
    return Array(np.broadcast_to(a.data, (like.batch, *a.data.shape)), a.ndim)


def _max_weight(*operands: Any, slot: int) -> Any:
    largest = operands[0]
    for x in operands[1:]:
        largest = np.maximum(largest, x)
    ties = sum(np.equal(x, largest).astype(float) for x in operands)
    return np.equal(operands[slot], largest) / ties


def _maximum(*operands: Any) -> Any:
    largest = operands[0]
    for x in operands[1:]:
        largest = np.maximum(largest, x)
    return largest


def _root(a: Any, n: Any) -> Any:
    size = np.float_power(np.abs(a), 1 / n)
    return np.where(a >= 0, size, np.where(n % 2 == 1, -size, math.nan))


def _each(function: Callable[..., float]) -> Callable[..., Any]:
    """Return a function of doubles, which NumPy lacks, applied entry by entry."""

    def entries(*raw: Any, **given: Any) -> Any:
        each = np.frompyfunc(lambda *numbers: function(*map(float, numbers), **given), len(raw), 1)
        return np.asarray(each(*raw), dtype=float)

    return entries


_FROM_NUMPY = (
    "exp", "log", "sqrt", "sin", "cos", "tan", "asin", "acos", "atan", "atan2", "sinh", "cosh",
    "tanh", "asinh", "acosh", "atanh", "expm1", "log1p", "log2", "log10", "cbrt", "floor", "ceil",
)  # fmt: skip
_ENTRY_BY_ENTRY = ("erf", "erfc", "gamma", "lgamma", "digamma", "polygamma")


class Arrays(Algebra):
    """Arrays of doubles, or, with `scalars`, of any other numbers (entry by entry).

    The values are `Array`s. A graph is written for one example; where an input carries a
    batch axis, everything that depends on it does, and the adjoint of what does not is the
    sum over the batch.
    """

    def __init__(self, scalars: Scalars | None = None) -> None:
        self._scalars = scalars
        base: dict[str, Any] = {
            "transpose": _transpose,
            "outer": _outer,
            "broadcast": _broadcast,
            "collapse": _collapse,
            "batch_sum": _batch_sum,
            "batch_size": lambda a: self.number(Fraction(1 if a.batch is None else a.batch)),
            "batch_repeat": _batch_repeat,
            "number": self.number,
        }
        self.maths = Maths(self, base | (self._lifted(scalars) if scalars else self._vectorised()))

    def _vectorised(self) -> dict[str, Any]:
        def lift(function: Callable[..., Any]) -> Callable[..., Array]:
            return lambda *xs, **given: elementwise(lambda *raw: function(*raw, **given), *xs)

        functions: dict[str, Callable[..., Any]] = {name: getattr(np, name) for name in _FROM_NUMPY}
        functions |= {name: _each(getattr(FLOAT64.maths, name)) for name in _ENTRY_BY_ENTRY}
        functions |= {
            "power": lambda a, b: np.float_power(a, b),
            "abs": np.abs,
            "sign": np.sign,
            "step": lambda x, at: np.heaviside(x, math.nan if at is None else float(at)),
            "root": _root,
            "where": lambda c, a, b: np.where(c > 0, a, b),
            "maximum": _maximum,
            "minimum": lambda *xs: -_maximum(*(np.negative(x) for x in xs)),
            "max_weight": _max_weight,
        }
        lifted = {name: lift(function) for name, function in functions.items()}
        return lifted | {"pi": Array(np.asarray(np.pi), 0), "e": Array(np.asarray(np.e), 0)}

    def _lifted(self, scalars: Scalars) -> dict[str, Any]:
        def lift(function: Callable[..., Any]) -> Callable[..., Array]:
            def entries(*xs: Any, **given: Any) -> Array:
                each = np.frompyfunc(lambda *raw: function(*raw, **given), len(xs), 1)
                return elementwise(lambda *raw: np.asarray(each(*raw), dtype=object), *xs)

            return entries

        shown = vars(scalars.maths)
        skip = ("number", "pi", "e", "algebra")
        lifted = {n: lift(f) for n, f in shown.items() if callable(f) and n not in skip}
        return lifted | {n: Array(np.asarray(shown[n], dtype=object), 0) for n in ("pi", "e")}

    def number(self, number: Fraction, text: str = "") -> Array:
        """Return `number` as an array of shape ()."""
        if self._scalars is not None:
            return Array(np.asarray(self._scalars.number(number), dtype=object), 0)
        return Array(np.asarray(FLOAT64.number(number)), 0)

    def array(self, entries: Any, shape: Shape, batched: bool = False) -> Array:
        """Return nested sequences of numbers as a value of `shape`, with the batch in front.

        Raises
        ------
        ShapeError
            If the entries do not have that shape.
        """
        try:
            data = np.asarray(entries, dtype=float if self._scalars is None else object)
        except OverflowError:  # an integer beyond the largest double
            data = np.asarray(entries, dtype=object)
        if data.dtype == object:
            scalars: Scalars = self._scalars or FLOAT64
            convert = np.frompyfunc(lambda x: scalars.number(Fraction(x)), 1, 1)
            data = np.asarray(convert(data), dtype=object if self._scalars else float)
        if data.shape[int(batched) :] != tuple(shape):
            raise ShapeError(f"values of shape {data.shape} were given where {shape} is declared")
        return Array(data, len(shape))

    def zero(self, like: Array) -> Array:
        """Return zeros in the shape and batch of `like`."""
        return self._filled(Fraction(0), like)

    def one(self, like: Array) -> Array:
        """Return ones in the shape and batch of `like`."""
        return self._filled(Fraction(1), like)

    def _filled(self, number: Fraction, like: Array) -> Array:
        # Not like.data * 0: that is nan where an entry is infinite.
        dtype = float if self._scalars is None else object
        data = np.full(like.data.shape, self.number(number).data, dtype=dtype)
        return Array(data, like.ndim)

    def apply(self, op: Op, parameters: Parameters, operands: Sequence[Any]) -> Any:
        """Return the value of `op`; entries outside its domain are nan."""
        if op.arity == 0:
            return op.value(self.maths, **parameters)
        scalars = self._scalars
        if scalars is not None and _is_entrywise(op, parameters):
            return _entrywise(lambda *raw: scalars.apply(op, parameters, raw), operands)
        with np.errstate(all="ignore"):
            return op.numeric(self.maths, *operands, **parameters)

    def partial(
        self, op: Op, parameters: Parameters, slot: int, value: Any, operands: Sequence[Any]
    ) -> Any:
        """Return the local partial by the operand in `slot`: entrywise factor or `Map`.

        Entries at which it does not exist are nan.
        """
        scalars = self._scalars
        if scalars is not None and _is_entrywise(op, parameters):

            def entry(*raw: Any) -> Any:
                here = scalars.apply(op, parameters, raw)
                return scalars.partial(op, parameters, slot, here, raw)

            return _structural(_entrywise(entry, operands))
        with np.errstate(all="ignore"):
            return op.partial(slot)(self.maths, value, *operands, **parameters)

    def fit(self, value: Any, like: Array) -> Array:
        """Return `value` in the shape of `like`: repeated up, or summed down and over the batch."""
        if isinstance(value, int | float):
            value = Array(np.asarray(value), 0)
        if like.batch is None:
            value = _batch_sum(value)
        if value.ndim > like.ndim or value.shape != like.shape:
            grows = value.ndim < like.ndim or any(
                have == 1 and want != 1
                for have, want in zip(value.shape, like.shape, strict=value.ndim == like.ndim)
            )
            value = _broadcast(value, like.shape) if grows else _collapse(value, like.shape)
        return _batch_repeat(value, like)


ARRAYS = Arrays()
