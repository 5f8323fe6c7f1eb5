"""The laws of shapes and batches: entry by entry, the derivatives are the numbers'."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from chainrule.algebras.array import Array
from chainrule.algebras.arrays import ARRAYS, Arrays
from chainrule.ops import Op
from chainrule.testing.laws import SHADOW, Case, bound, check_transposes, require, require_close


def check_layout(op: Op, operands: Sequence[Any], batched: Sequence[bool], given: Any) -> None:
    """Entry by entry, with shapes broadcast and batches summed, the derivatives are the numbers'.

    Parameters
    ----------
    operands
        Nested sequences of exact numbers; the first axis is the batch where `batched`.
    """
    arrays = [np.asarray(x, dtype=object) for x in operands]
    rank = max(a.ndim - b for a, b in zip(arrays, batched, strict=True))
    raised = [
        a.reshape((a.shape[0] if b else 1,) + (1,) * (rank - a.ndim + b) + a.shape[int(b) :])
        for a, b in zip(arrays, batched, strict=True)
    ]
    spread = np.broadcast_arrays(*raised)
    labels = np.broadcast_arrays(*(np.arange(r.size).reshape(r.shape) for r in raised))
    for slot in range(len(operands)):
        slopes, totals = [], [SHADOW.number(Fraction(0))] * arrays[slot].size
        for entry in zip(labels[slot].flat, *(s.flat for s in spread), strict=True):
            numbers = [bound(SHADOW, x) for x in entry[1:]]
            if op.domain is not None and not op.domain.holds(*numbers):
                return
            value = SHADOW.apply(op, given, numbers)
            slope = SHADOW.partial(op, given, slot, value, numbers)
            slopes.append(slope)
            totals[entry[0]] = totals[entry[0]] + slope
        for algebra, tolerance in ((Arrays(SHADOW), "1e-45"), (ARRAYS, "1e-12")):
            what = f"{op.name} of {operands} with batch {batched} by {slot}"
            values = [bound(algebra, x, b) for x, b in zip(operands, batched, strict=True)]
            result = algebra.apply(op, given, values)
            partial = algebra.partial(op, given, slot, result, values)
            push = algebra.push(partial, algebra.one(values[slot]), result)
            pull = algebra.pull(partial, algebra.one(result), values[slot])
            for got, like in ((push, result), (pull, values[slot])):
                require(got.data.shape == like.data.shape, f"{what}: shape {got.data.shape}")
            require_close(push, slopes, tolerance, what)
            require_close(pull, totals, tolerance, what)


def stacked(cases: Iterable[Case]) -> Iterator[tuple[Op, Any, list[list[Any]]]]:
    """Yield operations on numbers with their samples slot by slot."""
    kinds: dict[Any, list[Case]] = {}
    for case in cases:
        key = case.op.name, len(case.operands), tuple(sorted(case.parameters.items()))
        kinds.setdefault(key, []).append(case)
    for alike in kinds.values():
        columns = [list(column) for column in zip(*(c.operands for c in alike), strict=True)]
        # Two samples at least, so that an axis of one never hides a wrong sum.
        wide = [column if len(column) > 1 else column + column for column in columns]
        yield alike[0].op, alike[0].parameters, wide


def _layouts(columns: list[list[Any]]) -> Iterator[tuple[list[Any], list[bool]]]:
    """Yield the operands as vectors, batches and both, each in turn otherwise than the rest."""
    every = range(len(columns))
    plain, batch = [False] * len(columns), [True] * len(columns)
    yield columns, plain
    yield columns, batch
    yield [[c, c[::-1]] for c in columns], batch
    yield [[c] for c in columns], plain
    for k in every if len(columns) > 1 else ():
        yield [c[0] if i == k else c for i, c in enumerate(columns)], plain
        yield [c[0] if i == k else c for i, c in enumerate(columns)], [i != k for i in every]
        yield columns, [i != k for i in every]
        yield columns, [i == k for i in every]
        yield [[c] if i == k else c for i, c in enumerate(columns)], [i == k for i in every]
        blocks = [[c] if i == k else [[x] for x in c] for i, c in enumerate(columns)]
        yield blocks, plain
        yield [[block, block] for block in blocks], batch


def check_layouts(op: Op, given: Any, columns: list[list[Any]], seed: int) -> None:
    """Entry by entry, the derivatives are the numbers' in every mixture of vectors and batches."""
    for operands, batched in _layouts(columns):
        check_layout(op, operands, batched, given)
        values = [bound(ARRAYS, x, b) for x, b in zip(operands, batched, strict=True)]
        result = ARRAYS.apply(op, given, values)
        if np.isfinite(result.data).all():
            check_transposes(op, values, given, seed)


def check_batches(case: Case, seed: int) -> None:
    """A batch in front of vectors gives, example by example, what one example gives."""
    generator = np.random.default_rng(seed)
    plain = [bound(ARRAYS, x) for x in case.operands]
    for batched in np.ndindex(*(2,) * len(plain)):
        values = [
            # Near the sample, where the operation is defined.
            Array(v.data + generator.normal(size=(4, *v.data.shape)) / 32, v.ndim) if b else v
            for v, b in zip(plain, batched, strict=True)
        ]
        check_transposes(case.op, values, case.parameters, seed)
        result = ARRAYS.apply(case.op, case.parameters, values)
        for i in range(result.batch or 0):
            alone = [v if v.batch is None else Array(v.data[i], v.ndim) for v in values]
            expected = ARRAYS.apply(case.op, case.parameters, alone)
            what = f"{case}: example {i} of a batch"
            require(expected.shape == result.shape, f"{what} has shape {expected.shape}")
            require_close(result.data[i], expected, "1e-13", what)
