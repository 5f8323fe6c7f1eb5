"""Entries moved about: reshaped, joined, cut out. Each move is a linear map with its transpose."""

from __future__ import annotations

from math import prod
from typing import Any

from chainrule.errors import ShapeError
from chainrule.ops.record import Map, Rule, Shape, register


def _reshaped(a: Shape, shape: Shape) -> Shape:
    if prod(a) != prod(shape):
        raise ShapeError(f"shape {a} has {prod(a)} entries, shape {shape} has {prod(shape)}")
    return tuple(shape)


RESHAPE = register(
    "reshape",
    1,
    value=lambda m, a, shape: m.reshape(a, shape=shape),
    partials=(
        lambda m, y, a, shape: Map(
            push=lambda t: m.reshape(t, shape=shape),
            pull=lambda bar: m.reshape(bar, shape=a.shape),
        ),
    ),
    parameters={"shape": (2, 2)},
    shape=_reshaped,
    rule="linear map",
    samples=(((0.5, -1.0, 2.0, 0.75),),),
    doc="The same entries, row by row, in another `shape`.",
)


def _segment_shape(a: Shape, start: Shape, stop: Shape) -> Shape:
    if len(start) > len(a) or len(start) != len(stop):
        raise ShapeError(f"shape {a} has no {len(start)} axes to cut along")
    for begin, end, size in zip(start, stop, a, strict=False):
        if not 0 <= begin < end <= size:
            raise ShapeError(f"entries {begin} to {end} of an axis of {size} in shape {a}")
    cut = tuple(end - begin for begin, end in zip(start, stop, strict=True))
    return cut + a[len(start) :]


SEGMENT = register(
    "segment",
    1,
    value=lambda m, a, start, stop: m.segment(a, start=start, stop=stop),
    partials=(
        lambda m, y, a, start, stop: Map(
            push=lambda t: m.segment(t, start=start, stop=stop),
            pull=lambda bar: m.pad(bar, start=start, shape=a.shape),
        ),
    ),
    parameters={"start": (0,), "stop": (2,)},
    shape=_segment_shape,
    rule="linear map",
    samples=(((1.0, -0.5, 2.0),),),
    doc="A block of the operand, from `start` up to and not including `stop` on each axis.",
)


def _padded_shape(a: Shape, start: Shape, shape: Shape) -> Shape:
    inside = all(s + have <= want for s, have, want in zip(start, a, shape, strict=False))
    if (
        len(a) != len(shape)
        or len(start) > len(a)
        or not inside
        or a[len(start) :] != tuple(shape[len(start) :])
    ):
        raise ShapeError(f"shape {a} does not lie in shape {shape} from {start} on")
    return tuple(shape)


PAD = register(
    "pad",
    1,
    value=lambda m, a, start, shape: m.pad(a, start=start, shape=shape),
    partials=(
        lambda m, y, a, start, shape: Map(
            push=lambda t: m.pad(t, start=start, shape=shape),
            pull=lambda bar: m.segment(bar, start=start, stop=_stop(a.shape, start)),
        ),
    ),
    parameters={"start": (0,), "shape": (3,)},
    shape=_padded_shape,
    rule="linear map",
    samples=(((1.0, -0.5),),),
    doc="The operand as a block that begins at `start` among zeros of `shape`.",
)


def _stop(shape: Shape, start: Shape) -> Shape:
    return tuple(s + size for s, size in zip(start, shape, strict=False))


def _entry_shape(a: Shape, at: Shape) -> Shape:
    if not a:
        raise ShapeError("a number has no entries; an index needs a vector or matrix")
    if len(at) > len(a):
        count = f"{len(at)} indices" if len(at) > 1 else "an index"
        raise ShapeError(f"a value of shape {a} cannot take {count}")
    for i, size in zip(at, a, strict=False):
        if not 0 <= i < size:
            raise ShapeError(f"shape {a} has no entry {i}: indices are 0 to {size - 1}")
    return a[len(at) :]


def _entry(m: Any, a: Any, at: Shape) -> Any:
    block = m.segment(a, start=at, stop=tuple(i + 1 for i in at))
    return m.reshape(block, shape=a.shape[len(at) :])


INDEX = register(
    "index",
    1,
    value=_entry,
    partials=(
        lambda m, y, a, at: Map(
            push=lambda t: _entry(m, t, at),
            pull=lambda bar: m.pad(
                m.reshape(bar, shape=(1,) * len(at) + a.shape[len(at) :]),
                start=at,
                shape=a.shape,
            ),
        ),
    ),
    parameters={"at": (0,)},
    shape=_entry_shape,
    rule="linear map",
    samples=(((1.0, -0.5, 2.0),),),
    doc="The entry, row or block with the indices `at`, counted from 0.",
)


def _joined_shape(*shapes: Shape) -> Shape:
    rows = [shape or (1,) for shape in shapes]
    if any(shape[1:] != rows[0][1:] for shape in rows):
        raise ShapeError(f"shapes {', '.join(map(str, shapes))} cannot stand one under the other")
    return (sum(shape[0] for shape in rows), *rows[0][1:])


def _rows(m: Any, x: Any) -> Any:
    """Return a number as a vector of one entry, and all else as it is."""
    return x if x.ndim else m.reshape(x, shape=(1,))


def _joining(slot: int) -> Rule:
    def partial(m: Any, y: Any, *xs: Any) -> Map:
        sizes = [x.shape[0] if x.ndim else 1 for x in xs]
        start = (sum(sizes[:slot]),)
        stop = (start[0] + sizes[slot],)

        def push(t: Any) -> Any:
            return m.pad(_rows(m, t), start=start, shape=y.shape)

        def pull(bar: Any) -> Any:
            block = m.segment(bar, start=start, stop=stop)
            return block if xs[slot].ndim else m.reshape(block, shape=())

        return Map(push=push, pull=pull)

    return partial


CONCAT = register(
    "concat",
    None,
    value=lambda m, *xs: m.concat(*(_rows(m, x) for x in xs)),
    partials=_joining,
    spellings=("concat",),
    shape=_joined_shape,
    rule="linear map",
    samples=(
        ((1.0, -0.5), (0.25, 3.0, 2.0)),
        (0.75, (0.25, 3.0), -2.0),
        (((0.5, -1.0), (1.5, 0.25)), ((2.0, 3.0),)),
    ),
    doc="Operands one after the other in one vector; of matrices, row under row.",
)
