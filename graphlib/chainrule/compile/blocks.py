"""A graph of numbers at very many points: block after block, so that all stays in the cache.

Each block is small enough for its arrays to stay in the processor's second cache, and large
enough for NumPy's dispatch not to matter. Results are written where they stay; all between
is in a few arrays that are used over and over.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np

from chainrule.compile.buffered import Registers, written
from chainrule.compile.tape import Tape, Variable
from chainrule.compile.walk import NAME, define, run, walk
from chainrule.graph.wengert import WengertList

BLOCK = 8192
LINE = 8  # numbers in a line of the cache
# Nearer to 0 than this a cosine made of a tangent has lost digits.
NEAR = 1 / 8
# References to an array that is held by the list of those lent alone: the list, the loop, the call.
UNHELD = 3


class Blocks:
    """A graph of numbers compiled for arrays of points.

    Parameters
    ----------
    graph
        What is computed: all its outputs.
    many
        Per input, whether there are many of its values or one.
    points
        What computes a block in machine code where it can, as `points.loop` writes it.
    """

    def __init__(
        self, graph: WengertList, many: Sequence[bool], points: Callable[..., None] | None = None
    ) -> None:
        self._many = tuple(many)
        self._points = points
        tape = Tape(BLOCK, tangents=tangent_pays(), marks=True)
        inputs = {
            node: tape.cell((), is_many) for node, is_many in zip(graph.inputs, many, strict=True)
        }
        tape.moving.update(map(str, inputs.values()))
        cells = walk(graph, tape, inputs, graph.outputs)
        # What a result is: a number, a number computed once, or a row filled block by block.
        self._results = [cells[node] for node in graph.outputs]
        filled = {str(line.fills) for line in tape.lines if line.kept}
        for at, result in enumerate(self._results):
            if isinstance(result, Variable) and result.batched:
                if str(result) not in filled:
                    result = tape.entrywise("np.positive", result)
                    self._results[at] = result
                filled.discard(str(result))  # the second result of the same value is a copy
        rows = [str(x) for x in self._results if isinstance(x, Variable) and x.batched]
        single = [str(x) for x in self._results if isinstance(x, Variable) and not x.batched]
        lines = tape.live([*rows, *single])
        ahead = [line for line in lines if not line.fills.batched]
        each = [line for line in lines if line.fills.batched]
        registers = Registers(each, rows, rows, rows)
        self._lent: list[Any] = []
        self._scratch = len(registers.shapes)
        place = registers.place

        def renamed(text: str) -> str:
            return NAME.sub(lambda found: place.get(found[0], found[0]), text)

        shared = sorted(
            {str(c) for line in each for c in line.reads if not c.batched} | set(single)
        )
        self._shared = tuple(shared)
        ones, blocks = ([str(c) for c in inputs.values() if c.batched is b] for b in (False, True))
        views = "".join(f"{cell} = {text}\n" for cell, text in tape.views)
        self.source = views + "\n\n".join(
            [
                define("ahead", ones, [f"{x.fills} = {x.text}" for x in ahead], shared),
                define(
                    "block",
                    [*blocks, *shared, *rows, *registers.shapes],
                    [renamed(written(x)) for x in each],
                    [],
                ),
            ]
        )
        self._block = run(self.source, "block", tape.used, {"cosine": cosine})
        self._ahead = self._block.__globals__["ahead"]

    def __call__(self, points: Sequence[Any], size: int) -> list[Any]:
        """Return the results at `size` points, each an array or a number."""
        ahead = self._ahead(*(x for x, many in zip(points, self._many, strict=True) if not many))
        known = dict(zip(self._shared, ahead, strict=True))
        blocks = [x for x, many in zip(points, self._many, strict=True) if many]
        owners = [self._owner(size) for x in self._results if isinstance(x, Variable) and x.batched]
        rows = [aligned(owner, size) for owner in owners]
        self._lent = [*owners, *self._lent][: 2 * len(rows)]
        scratch = aligned(np.empty(self._scratch * BLOCK + LINE), self._scratch * BLOCK)
        scratch = scratch.reshape(self._scratch, BLOCK)
        good = np.zeros(-(-size // BLOCK), dtype=bool)
        if self._points is not None:
            given = [
                np.require(x, requirements=("C", "A")) if np.ndim(x) else float(x) for x in points
            ]
            self._points(*given, *rows, good)
        with np.errstate(all="ignore"):
            for start in np.flatnonzero(~good) * BLOCK:
                cut = slice(start, start + BLOCK)
                width = min(BLOCK, size - start)
                self._block(
                    *(x[cut] for x in blocks), *ahead, *(x[cut] for x in rows), *scratch[:, :width]
                )
        filled = iter(rows)
        return [
            x if not isinstance(x, Variable) else next(filled) if x.batched else known[str(x)]
            for x in self._results
        ]

    def _owner(self, size: int) -> Any:
        """Return memory for a result: some lent before of which nobody holds anything any more.

        The system hands out fresh memory page by page, which takes as long as all the arithmetic.
        """
        for owner in self._lent:
            if owner.size == size + LINE and sys.getrefcount(owner) == UNHELD:
                return owner
        return np.empty(size + LINE)


def aligned(owner: Any, size: int) -> Any:
    """Return so many numbers of an array from where a line of the cache starts."""
    start = -owner.ctypes.data // owner.itemsize % LINE
    return owner[start : start + size]


def cosine(part: Any, x: Any, out: Any) -> None:
    """Write cos x = 2/(1 + tan²(x/2)) − 1, of which `part` is the first term."""
    np.subtract(part, 1, out)
    near = np.abs(out) < NEAR
    np.cos(x, out=out, where=near)


@cache
def tangent_pays() -> bool:
    """Tell whether NumPy's tangent is quick here, which it is where it uses wide registers."""
    x = np.linspace(-3, 3, 512)
    out = np.empty_like(x)

    def seconds(function: Any) -> float:
        function(x, out)
        found = []
        for _ in range(20):  # so short that other work seldom comes between
            start = time.perf_counter()
            function(x, out)
            found.append(time.perf_counter() - start)
        return min(found)

    return 2 * seconds(np.tan) < seconds(np.sin)
