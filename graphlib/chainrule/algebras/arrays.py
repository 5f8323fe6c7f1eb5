"""Vectors, matrices and batches: NumPy arrays over double precision or over any scalar algebra."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from fractions import Fraction
from math import prod
from typing import Any

import numpy as np

from chainrule.algebras.array import Array, elementwise, gathered, summed_axes
from chainrule.algebras.float64 import FLOAT64
from chainrule.algebras.moves import (
    MOVES,
    batch_repeat,
    batch_sum,
    broadcast,
    collapse,
    scattered,
)
from chainrule.algebras.protocol import Algebra, Maths, Parameters
from chainrule.algebras.undefined import Open, Undefined
from chainrule.errors import ShapeError
from chainrule.ops import OPS, Op, Shape
from chainrule.ops.choice import choices
from chainrule.ops.record import Domain, Rule, same_shape


def _entrywise(function: Callable[..., Any], operands: Sequence[Any]) -> Array:
    """Return `function` of each entry of objects; an entry without a value keeps the reason."""
    each = np.frompyfunc(function, len(operands), 1)
    return elementwise(lambda *raw: np.asarray(each(*raw), dtype=object), *operands)


def _known(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function of numbers whose value at an operand without one is that `Undefined`."""

    def known(*numbers: Any, **given: Any) -> Any:
        none = next((x for x in numbers if type(x) is Undefined), None)
        return function(*numbers, **given) if none is None else none

    return known


def _structural(partial: Array) -> Any:
    """Return the integer that a rule returned for every entry; any other partial as it is."""
    entries = partial.data.ravel().tolist()
    first = entries[0] if entries else None
    return first if all(type(x) is int and x == first for x in entries) else partial


def _off_edges(op: Op, smooth: Domain, value: Array, operand: Array) -> Array:
    """Return a value of which the examples that have no slope there are `Undefined`."""
    examples = operand.data.reshape(-1, prod(operand.shape))
    rows = value.data.copy().reshape(len(examples), -1)
    for entries, row in zip(examples.tolist(), rows, strict=True):
        if any(type(x) is Undefined for x in entries):
            continue
        what = "slope"
        try:
            if smooth.holds(entries):
                continue
        except Open:
            what = "undecided"
        row[:] = Undefined(op.name, smooth.needs, what, bounded=smooth.bounded)
    return Array(rows.reshape(value.data.shape), value.ndim)


def _is_entrywise(op: Op, parameters: Parameters) -> bool:
    """Whether an operation works entry by entry; a fold does what its body does."""
    return op.shape is same_shape and "body" not in parameters


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


_ENTRY_BY_ENTRY = ("erf", "erfc", "gamma", "lgamma", "digamma", "polygamma")


class _EntryMaths(Maths):
    """The namespace that applies an operation on numbers entry by entry, inside its domain."""

    def __init__(self, algebra: Any, scalars: Any, base: dict[str, Any]) -> None:
        self._scalars = scalars
        lifted = {name: self._lift(name) for name in ("maximum", "minimum")}
        super().__init__(algebra, base | lifted)

    def _lift(self, name: str) -> Callable[..., Array]:
        function = getattr(self._scalars.maths, name)
        return lambda *xs: _entrywise(lambda *raw: function(*raw), xs)

    def __getattr__(self, name: str) -> Any:
        op, scalars = OPS.get(name), self.__dict__["_scalars"]
        if op is None or op.shape is not same_shape:
            return super().__getattr__(name)
        if op.arity == 0:
            return Array(np.asarray(getattr(scalars.maths, name), dtype=object), 0)
        defaults = op.parameters

        def operation(*xs: Any, **given: Any) -> Array:
            return _entrywise(lambda *raw: scalars.apply(op, {**defaults, **given}, raw), xs)

        self.__dict__[name] = operation
        return operation


class Arrays(Algebra):
    """Arrays of doubles, or, with `scalars`, of any other numbers (entry by entry).

    The values are `Array`s. A graph is written for one example; where an input carries a
    batch axis, everything that depends on it does, and the adjoint of what does not is the
    sum over the batch.
    """

    def __init__(self, scalars: Algebra | None = None) -> None:
        self._scalars = scalars
        base: dict[str, Any] = {
            **MOVES,
            "batch_size": lambda a: self.number(Fraction(1 if a.batch is None else a.batch)),
            "number": self.number,
            "eye": lambda shape: self.array(np.eye(shape[0], dtype=int), shape),
            "one_hot": self._one_hot,
            "row_product": lambda a: Array(np.asarray(a.data.prod(axis=-1)), a.ndim - 1),
            "largest": self._largest,
            "largest_weight": self._largest_weight,
        }
        if scalars is None:
            self.maths = Maths(self, base | self._vectorised())
        else:
            self.maths = _EntryMaths(self, scalars, base)

    def session(self) -> AbstractContextManager[None]:
        """Return the block in which a run computes: that of the entries."""
        return super().session() if self._scalars is None else self._scalars.session()

    def _vectorised(self) -> dict[str, Any]:
        def lift(function: Callable[..., Any]) -> Callable[..., Array]:
            return lambda *xs, **given: elementwise(lambda *raw: function(*raw, **given), *xs)

        functions: dict[str, Callable[..., Any]] = {
            op.name: getattr(np, op.numpy) for op in OPS.values() if op.numpy
        }
        functions |= {name: _each(getattr(FLOAT64.maths, name)) for name in _ENTRY_BY_ENTRY}
        functions |= {
            "power": lambda a, b: np.float_power(a, b),
            "step": lambda x, at: np.heaviside(x, math.nan if at is None else float(at)),
            "root": _root,
            "where": choices(lambda c, a, b: np.where(c > 0, a, b)),
            "maximum": _maximum,
            "minimum": lambda *xs: -_maximum(*(np.negative(x) for x in xs)),
            "max_weight": _max_weight,
        }
        lifted = {name: lift(function) for name, function in functions.items()}
        return lifted | {"pi": Array(np.asarray(np.pi), 0), "e": Array(np.asarray(np.e), 0)}

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
        except ValueError as error:
            raise ShapeError(
                f"rows of different lengths were given where {shape} is declared"
            ) from error
        if data.dtype == object:
            scalars: Algebra = self._scalars or FLOAT64
            convert = np.frompyfunc(lambda x: scalars.number(Fraction(x)), 1, 1)
            data = np.asarray(convert(data), dtype=object if self._scalars else float)
        if data.shape[int(batched) :] != tuple(shape):
            each = " for each example of a batch" if batched else ""
            raise ShapeError(
                f"values of shape {data.shape} were given where {shape} is declared{each}"
            )
        return Array(data, len(shape))

    def _one_hot(self, k: Array, shape: Shape) -> Array:
        # A label is a whole number; what is nearer to one than a quarter is taken for it.
        count, data = shape[0], np.empty((*k.data.shape, shape[0]), dtype=object)
        none = Undefined("one_hot", f"a class, a whole number from 0 to {count - 1}")
        for place in np.ndindex(k.data.shape):
            given = k.data[place]
            near = given if type(given) is Undefined else self._class(given, count)
            if near is None or type(near) is Undefined:
                data[place] = [near or none] * count
            else:
                data[place] = [self.number(Fraction(int(c == near))).data[()] for c in range(count)]
        if self._scalars is None:
            undefined = np.frompyfunc(lambda x: math.nan if type(x) is Undefined else x, 1, 1)
            data = np.asarray(undefined(data), dtype=float)
        return Array(data, 1)

    def _class(self, given: Any, count: int) -> int | None:
        return next((c for c in range(count) if abs(given - c) < 0.25), None)

    def _largest(self, a: Array, shape: Shape) -> Array:
        lead = a.data.shape[: a.data.ndim - a.ndim]
        if self._scalars is None:
            largest = a.data.max(axis=summed_axes(a, shape), keepdims=True, initial=-math.inf)
            return Array(np.asarray(largest.reshape(lead + tuple(shape))), len(shape))
        maximum = _known(self._scalars.maths.maximum)
        rows = gathered(a, shape)
        data = np.empty(rows.shape[:-1], dtype=object)
        for place in np.ndindex(data.shape):
            data[place] = maximum(*rows[place].tolist())
        return Array(data.reshape(lead + tuple(shape)), len(shape))

    def _largest_weight(self, a: Array, shape: Shape) -> Array:
        axes = summed_axes(a, shape)
        if self._scalars is None:
            largest = a.data.max(axis=axes, keepdims=True, initial=-math.inf)
            tied = np.equal(a.data, largest)
            return Array(tied / tied.sum(axis=axes, keepdims=True), a.ndim)
        weight = _known(self._scalars.maths.max_weight)
        rows = gathered(a, shape)
        data = np.empty(rows.shape, dtype=object)
        for place in np.ndindex(rows.shape[:-1]):
            row = rows[place].tolist()
            data[place] = [weight(*row, slot=slot) for slot in range(len(row))]
        return Array(scattered(data, a, shape), a.ndim)

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
        """Return the value of `op`; entries outside its domain are `Undefined`, of doubles nan."""
        if op.arity == 0:
            return op.value(self.maths, **parameters)
        scalars = self._scalars
        if scalars is not None and _is_entrywise(op, parameters):
            return _entrywise(lambda *raw: scalars.apply(op, parameters, raw), operands)
        with np.errstate(all="ignore"):
            return self.rule(op)(self.maths, *operands, **parameters)

    def rule(self, op: Op) -> Rule:
        """Return the rule by which the value of an operation is computed."""
        return op.numeric

    def partial(
        self, op: Op, parameters: Parameters, slot: int, value: Any, operands: Sequence[Any]
    ) -> Any:
        """Return the local partial by the operand in `slot`: entrywise factor or `Map`.

        Entries at which it does not exist are `Undefined`, of doubles nan.
        """
        scalars = self._scalars
        if scalars is not None and _is_entrywise(op, parameters):

            def entry(*raw: Any) -> Any:
                here = scalars.apply(op, parameters, raw)
                return scalars.partial(op, parameters, slot, here, raw)

            return _structural(_entrywise(entry, operands))
        smooth = op.smooth_at(slot)
        if scalars is not None and smooth is not None:
            value = _off_edges(op, smooth, value, operands[slot])
        with np.errstate(all="ignore"):
            return op.partial(slot)(self.maths, value, *operands, **parameters)

    def push(self, partial: Any, tangent: Any, like: Any) -> Any:
        """Return the operand's contribution to the tangent of a node shaped like `like`."""
        pushed = self._through("push", partial, tangent)
        return super().push(partial, tangent, like) if pushed is None else self.fit(pushed, like)

    def pull(self, partial: Any, adjoint: Any, like: Any) -> Any:
        """Return the share of an operand shaped like `like` in the node's `adjoint`."""
        pulled = self._through("pull", partial, adjoint)
        return super().pull(partial, adjoint, like) if pulled is None else self.fit(pulled, like)

    def _through(self, way: str, partial: Any, flowing: Any) -> Array | None:
        """Return the products entry by entry where an entry may stand still, or not exist."""
        scalars = self._scalars
        if scalars is None or not (isinstance(partial, Array) and isinstance(flowing, Array)):
            return None
        carry = getattr(scalars, way)
        return _entrywise(lambda p, f: carry(p, f, None), [partial, flowing])

    def placed(self, value: Any, node: int) -> Any:
        """Return a value whose entries that are none are said to have arisen at `node`."""
        if not isinstance(value, Array) or value.undefined is None:
            return super().placed(value, node)
        data = value.data.copy()
        for place in np.ndindex(data.shape):
            if type(data[place]) is Undefined:
                data[place] = data[place].at(node, place)
        return Array(data, value.ndim)

    def at_kink(self, op: Op, parameters: Parameters, operands: Sequence[Any]) -> bool:
        """Tell whether `op` has only one-sided derivatives at some entry of `operands`."""
        if op.kink is None or any(isinstance(x, Array) and x.undefined for x in operands):
            return False
        if _is_entrywise(op, parameters):
            scalars: Algebra = self._scalars or FLOAT64
            each = _entrywise(lambda *raw: scalars.at_kink(op, parameters, raw), operands)
            return bool(each.data.any())
        return bool(op.kink.at(*operands, **parameters))

    def fit(self, value: Any, like: Array) -> Array:
        """Return `value` in the shape of `like`: repeated up, or summed down and over the batch."""
        if isinstance(value, int | float):
            value = Array(np.asarray(value), 0)
        if like.batch is None:
            value = batch_sum(value)
        if value.ndim > like.ndim or value.shape != like.shape:
            grows = value.ndim < like.ndim or any(
                have == 1 and want != 1
                for have, want in zip(value.shape, like.shape, strict=value.ndim == like.ndim)
            )
            value = broadcast(value, like.shape) if grows else collapse(value, like.shape)
        return batch_repeat(value, like)


ARRAYS = Arrays()
