"""What rules do with whole arrays, beyond arithmetic: the namespace's linear maps and windows.

They work on doubles and on objects alike; a batch axis stays in front.
"""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np

from chainrule.algebras.array import Array, summed_axes
from chainrule.ops import Shape


def _transpose(a: Array) -> Array:
    return Array(np.swapaxes(a.data, -1, -2), 2) if a.ndim == 2 else a


def _outer(a: Array, b: Array) -> Array:
    return Array(a.data[..., :, None] * b.data[..., None, :], 2)


def broadcast(a: Array, shape: Shape) -> Array:
    """Return `a` repeated up to `shape`."""
    lead = a.data.shape[:1] if a.batch is not None else ()
    return Array(np.broadcast_to(a.raised(len(shape)), lead + tuple(shape)), len(shape))


def collapse(a: Array, shape: Shape) -> Array:
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


def batch_sum(a: Array) -> Array:
    """Return the sum over the examples."""
    return a if a.batch is None else Array(np.asarray(a.data.sum(axis=0)), a.ndim)


def batch_repeat(a: Array, like: Array) -> Array:
    """Return `a` once for each example of `like`."""
    if a.batch is not None or like.batch is None:
        return a
    return Array(np.broadcast_to(a.data, (like.batch, *a.data.shape)), a.ndim)


def _reshape(a: Array, shape: Shape) -> Array:
    lead = a.data.shape[: a.data.ndim - a.ndim]
    return Array(a.data.reshape(lead + tuple(shape)), len(shape))


def _cut(a: Array, start: Shape, stop: Shape) -> tuple[Any, ...]:
    """Return the slices of a block, behind the batch axis."""
    lead: tuple[Any, ...] = (slice(None),) * (a.data.ndim - a.ndim)
    return lead + tuple(slice(i, j) for i, j in zip(start, stop, strict=True))


def _segment(a: Array, start: Shape, stop: Shape) -> Array:
    return Array(a.data[_cut(a, start, stop)], a.ndim)


def _pad(a: Array, start: Shape, shape: Shape) -> Array:
    lead = a.data.shape[: a.data.ndim - a.ndim]
    wide = Array(np.zeros(lead + tuple(shape), dtype=a.data.dtype), len(shape))
    stop = tuple(i + size for i, size in zip(start, a.shape, strict=False))
    wide.data[_cut(wide, start, stop)] = a.data
    return wide


def _concat(*operands: Array) -> Array:
    batch = next((a.batch for a in operands if a.batch is not None), None)
    parts = [
        np.broadcast_to(a.data, (batch, *a.data.shape)) if batch and a.batch is None else a.data
        for a in operands
    ]
    return Array(np.concatenate(parts, axis=0 if batch is None else 1), operands[0].ndim)


def patches(data: Any, size: tuple[int, int], stride: int, ndim: int) -> Any:
    """Return the windows of images as columns: (…, channels · height · width, places).

    Parameters
    ----------
    data
        Images in the last `ndim` axes (2, or 3 with channels); axes in front are kept.
    size
        Height and width of a window.
    """
    lead = data.shape[: data.ndim - ndim]
    windows = np.lib.stride_tricks.sliding_window_view(data, size, axis=(-2, -1))
    windows = windows[..., ::stride, ::stride, :, :]
    axes = windows.ndim
    places = windows.shape[-4:-2]
    # Rows run over channels and the window, columns over its places.
    order = (*range(axes - 4), axes - 2, axes - 1, axes - 4, axes - 3)
    return windows.transpose(order).reshape(*lead, -1, prod(places))


def unpatches(data: Any, size: tuple[int, int], stride: int, shape: Shape) -> Any:
    """Return images of `shape` to which each column is added at its window."""
    lead = data.shape[:-2]
    down, across = ((n - w) // stride + 1 for n, w in zip(shape[-2:], size, strict=True))
    image = np.zeros(lead + tuple(shape), dtype=data.dtype)
    columns = data.reshape(*lead, *shape[:-2], *size, down, across)
    for i in range(size[0]):
        for j in range(size[1]):
            rows = slice(i, i + stride * down, stride)
            image[..., rows, j : j + stride * across : stride] += columns[..., i, j, :, :]
    return image


def _patches(a: Array, size: tuple[int, int], stride: int) -> Array:
    return Array(patches(a.data, size, stride, a.ndim), 2)


def _unpatches(a: Array, size: tuple[int, int], stride: int, shape: Shape) -> Array:
    return Array(unpatches(a.data, size, stride, shape), len(shape))


def scattered(rows: Any, a: Array, shape: Shape) -> Any:
    """Return the entries of `gathered` back in the places of `a`."""
    axes = summed_axes(a, shape)
    kept = [size for axis, size in enumerate(a.data.shape) if axis not in axes]
    moved = rows.reshape(*kept, *(a.data.shape[axis] for axis in axes))
    return np.moveaxis(moved, range(-len(axes), 0), axes)


MOVES: dict[str, Callable[..., Array]] = {
    "transpose": _transpose,
    "outer": _outer,
    "broadcast": broadcast,
    "collapse": collapse,
    "batch_sum": batch_sum,
    "batch_repeat": batch_repeat,
    "reshape": _reshape,
    "segment": _segment,
    "pad": _pad,
    "concat": _concat,
    "patches": _patches,
    "unpatches": _unpatches,
}
