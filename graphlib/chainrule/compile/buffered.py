"""A graph as NumPy source that allocates nothing: every step writes into an array that is kept.

For work that is done many times over batches of one size, such as the steps of a training.
The rules of the operations run over `Cell`s, which write one line an elementary step; when
all lines are known, each gets an array, and arrays whose values are no longer read are used
again. What NumPy cannot write into an array that is there is an ordinary assignment.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from chainrule.compile.code import Code
from chainrule.compile.numpy_source import constants_of, prelude
from chainrule.compile.tape import BufferedMaths, Cell, Line, Tape
from chainrule.graph.wengert import INPUT, WengertList
from chainrule.ops import OPS, Shape

IDENTITY, OUTER = OPS["identity"], OPS["outer"]
BATCH_SUM, BATCH_REPEAT = OPS["batch_sum"], OPS["batch_repeat"]


class Buffered:
    """A graph compiled for batches of one size.

    Parameters
    ----------
    graph
        What is computed.
    size
        Number of examples in a batch.
    fixed
        Arrays of inputs that are always the same array, by name; their numbers may change.
    into
        Arrays into which outputs are written, by the node.
    keep
        Nodes whose values are asked for by `value`.
    """

    def __init__(
        self,
        graph: WengertList,
        size: int,
        fixed: Mapping[str, Any],
        into: Mapping[int, Any],
        keep: Sequence[int] = (),
    ) -> None:
        self.graph = graph
        self.size = size
        tape = Tape(size)
        cells, self.arguments = self._written(tape, fixed, {*into, *keep})
        wanted = {node: cells[node] for node in (*into, *keep) if isinstance(cells[node], Cell)}
        arrays = {
            cells[node].name: fixed[graph.names[node]]
            for node in graph.inputs
            if graph.names[node] in fixed
        }
        for node, array in into.items():
            if node not in wanted:
                array[...] = cells[node]
            elif wanted[node].name in arrays or not _is_filled(tape, wanted[node]):
                wanted[node] = tape.entrywise("np.positive", wanted[node])
                arrays[wanted[node].name] = array
            else:
                arrays[wanted[node].name] = array
        self._numbers = {n: np.asarray(float(cells[n])) for n in keep if n not in wanted}
        names = {cell.name for cell in wanted.values()}
        arrays["ones"] = np.ones(size)
        _Layout(tape, names, arrays, size)
        self.source = _source(tape, self.arguments, names & tape.moving)
        namespace = dict(arrays)
        text = prelude(frozenset(tape.numpy.used)) + self.source
        exec(compile(text, "<chainrule step>", "exec"), namespace)
        self.run: Callable[..., dict[str, Any]] = namespace["step"]
        self._names = {node: cell.name for node, cell in wanted.items()}
        self._arrays = namespace
        self._local: dict[str, Any] = {}

    def _written(
        self, tape: Tape, fixed: Mapping[str, Any], wanted: set[int]
    ) -> tuple[list[Any], tuple[str, ...]]:
        graph, maths = self.graph, BufferedMaths(tape)
        constants = constants_of(graph)
        needed = set(wanted)
        for node in range(len(graph) - 1, -1, -1):
            if node in needed:
                # Of the second operand of a repetition nothing but its batch is used.
                used = 1 if graph.ops[node] is BATCH_REPEAT else None
                needed.update(graph.operands[node][:used])
        cells: list[Any] = []
        arguments: list[str] = []
        for node, op in enumerate(graph.ops):
            operands = [cells[i] for i in graph.operands[node]]
            if node in constants:
                cells.append(_constant(constants[node]))
            elif op is not INPUT and node not in needed:
                cells.append(None)
            elif op is INPUT:
                cell = tape.cell(graph.shape(node), node in graph.batched)
                if graph.names[node] not in fixed:
                    arguments.append(cell.name)
                    tape.moving.add(cell.name)
                cells.append(cell)
            elif op is OUTER and all(graph.carries[i] for i in graph.operands[node]):
                cells.append(tuple(operands))  # written by its sum, as one matrix product
            elif op is BATCH_SUM and isinstance(operands[0], tuple):
                cells.append(tape.summed_outer(*operands[0]))
            elif op is BATCH_REPEAT:
                carries = graph.carries[graph.operands[node][1]]
                cells.append(tape.repeated_over_batch(operands[0]) if carries else operands[0])
            elif op is IDENTITY:
                cells.append(operands[0])
            else:
                cells.append(op.numeric(maths, *operands, **graph.parameters_of(node)))
        return cells, tuple(arguments)

    def __call__(self, *batched: Any) -> None:
        """Compute everything for a batch; arguments are the inputs that are not fixed."""
        self._local = self.run(*batched)

    def value(self, node: int) -> Any:
        """Return the values of a node that was to be kept, as they are after the last call."""
        if node in self._numbers:
            return self._numbers[node]
        name = self._names[node]
        return self._local[name] if name in self._local else self._arrays[name]


def _is_filled(tape: Tape, cell: Cell) -> bool:
    """Tell whether a line fills this very cell, so that it can be told into which array."""
    return any(line.fills is cell and line.kept for line in tape.lines)


def _constant(code: Code) -> Any:
    """Return a constant of the source as a number; whole ones as int, for powers."""
    named = {"np.pi": np.pi, "np.e": np.e, "np.nan": np.nan}
    if code.text in named:
        return named[code.text]
    return int(code.text) if code.text.lstrip("-").isdecimal() else float(code.text)


class _Layout:
    """Which array each line fills: its own, or one whose values are no longer read."""

    def __init__(self, tape: Tape, wanted: set[str], arrays: dict[str, Any], size: int) -> None:
        self.arrays = arrays
        self._wanted = wanted | set(arrays)
        self._size = size
        self._free: dict[Shape, list[Any]] = {}
        self._last: dict[str, int] = {}
        for at, line in enumerate(tape.lines):
            for cell in line.reads:
                self._last[cell.base.name] = at
            if not line.kept:
                # What is assigned may be a view of what it was made of.
                self._wanted.update(cell.base.name for cell in line.reads)
        for at, line in enumerate(tape.lines):
            self._lay(at, line)

    def _full(self, cell: Cell) -> Shape:
        return tuple(self._size if n < 0 else n for n in cell.full)

    def _lay(self, at: int, line: Line) -> None:
        ended = [
            base
            for base in dict.fromkeys(cell.base for cell in line.reads)
            if self._last[base.name] == at
            and base.name in self.arrays
            and base.name not in self._wanted
        ]
        fills, shape = line.fills, self._full(line.fills)
        if line.kept and fills.name not in self.arrays:
            over = [base for base in ended if self._may_write_over(base, line, shape)]
            if fills.name in self._wanted:
                array = np.empty(shape)
            elif over:
                ended.remove(over[0])
                array = self.arrays[over[0].name]
            else:
                free = self._free.get(shape)
                array = free.pop() if free else np.empty(shape)
            self.arrays[fills.name] = array
        for base in ended:
            self._free.setdefault(self._full(base), []).append(self.arrays[base.name])

    def _may_write_over(self, base: Cell, line: Line, shape: Shape) -> bool:
        """Tell whether a line may fill an operand's array: entry by entry, with no other view."""
        alone = all(cell is base for cell in line.reads if cell.base is base)
        return line.entrywise and alone and self._full(base) == shape


def _written(line: Line) -> str:
    """Return a line of source."""
    if not line.kept:
        return f"{line.fills.name} = {line.call}"
    # NumPy wants the word for these two, which once took any number of operands.
    word = "out=" if line.call.startswith(("np.maximum(", "np.minimum(")) else ""
    return f"{line.call}, {word}{line.fills.name})"


def _source(tape: Tape, arguments: Sequence[str], returned: set[str]) -> str:
    """Return the source: the views, made once, and the function `step`."""
    used = {cell.name for line in tape.lines for cell in line.reads} | returned
    views = []
    for cell, text in reversed(tape.views):
        if cell.name in used:
            views.append(f"{cell.name} = {text}")
            used.update(re.findall(r"\bv\d+\b", text))
    views.reverse()
    lines = [f"    {_written(line)}" for line in tape.lines]
    results = ", ".join(f'"{name}": {name}' for name in sorted(returned))
    head = f"def step({', '.join(arguments)}):"
    return "\n".join([*views, "", "", head, *lines, f"    return {{{results}}}"]) + "\n"
