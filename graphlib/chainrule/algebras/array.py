"""The value of a vector, a matrix or a batch: a NumPy array and the rank of one example."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from chainrule.algebras.undefined import Undefined
from chainrule.ops import OPS, Shape


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

    @property
    def undefined(self) -> Undefined | None:
        """The reason of the first entry that has no value, None where all have one."""
        if self.data.dtype != object:
            return None
        return next((x for x in self.data.ravel().tolist() if type(x) is Undefined), None)

    def grouped(self, shape: Shape) -> list[list[Any]]:
        """Return the entries that a sum down to `shape` brings together, group by group."""
        rows = gathered(self, shape)
        groups: list[list[Any]] = rows.reshape(-1, rows.shape[-1]).tolist()
        return groups

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
        return self._with(other, _divide)

    def __rtruediv__(self, other: Any) -> Array:
        return self._with(other, lambda a, b: _divide(b, a))

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


_DIVISOR = OPS["div"].domain


def _quotient(a: Any, b: Any) -> Any:
    try:
        return a / b
    except ZeroDivisionError:  # objects raise where doubles have inf or nan
        return Undefined("div", _DIVISOR.needs if _DIVISOR else "")


_quotients = np.frompyfunc(_quotient, 2, 1)


def _divide(a: Any, b: Any) -> Any:
    if object in (getattr(a, "dtype", None), getattr(b, "dtype", None)):
        return _quotients(a, b)
    with np.errstate(all="ignore"):
        return np.true_divide(a, b)


def elementwise(function: Callable[..., Any], *operands: Any) -> Array:
    """Return `function` applied entry by entry; shapes are broadcast, batches stay in front."""
    ndim = max(x.ndim if isinstance(x, Array) else 0 for x in operands)
    raised = [x.raised(ndim) if isinstance(x, Array) else x for x in operands]
    return Array(np.asarray(function(*raised)), ndim)


def summed_axes(a: Array, shape: Shape) -> tuple[int, ...]:
    """Return the axes along which a sum of `a` down to `shape` runs."""
    lead, extra = a.data.ndim - a.ndim, a.ndim - len(shape)
    stretched = [
        lead + extra + axis
        for axis, (have, want) in enumerate(zip(a.shape[extra:], shape, strict=True))
        if want == 1 and have != 1
    ]
    return (*range(lead, lead + extra), *stretched)


def gathered(a: Array, shape: Shape) -> Any:
    """Return the entries with those that a sum down to `shape` brings together as last axis."""
    axes = summed_axes(a, shape)
    moved = np.moveaxis(a.data, axes, range(-len(axes), 0))
    kept = moved.shape[: moved.ndim - len(axes)]
    return moved.reshape(*kept, -1)
