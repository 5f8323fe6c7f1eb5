"""A graph as NumPy source that allocates nothing: every step writes into an array that is kept.

For work that is done many times over batches of one size, such as the steps of a training.

Arrays whose values are no longer read are filled again (`Registers`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import numpy as np

from chainrule.compile.tape import SourceLine, Tape, Variable
from chainrule.compile.walk import NAME, define, run, walk
from chainrule.graph.wengert import WengertList
from chainrule.ops import Shape

Full = tuple[bool, Shape]


class Registers:
    """The arrays that lines share.

    Parameters
    ----------
    lines
        What is computed, in order.
    taken
        Names of cells that have an array already, or whose values are wanted at the end.
    given
        Names of those of them that have an array already.
    early
        Names of given cells whose arrays may hold something else until their own line.

    Attributes
    ----------
    shapes
        Per array that is to be made, whether it has a batch and the shape of one example.
    place
        Name of the array by the name of a cell that a line fills.
    """

    def __init__(
        self,
        lines: Sequence[SourceLine],
        taken: Collection[str],
        given: Collection[str],
        early: Collection[str] = (),
    ) -> None:
        self.shapes: dict[str, Full] = {}
        self.place: dict[str, str] = {}
        self._lines = lines
        self._taken, self._given = set(taken), given
        self._free: dict[Full, list[str]] = {}
        self._last: dict[str, int] = {}
        # From which line on an array is for its own values.
        self._due: dict[str, int] = {}
        for at, line in enumerate(lines):
            if line.fills.name in early:
                self._due[line.fills.name] = at
                self._free.setdefault(_full(line.fills), []).append(line.fills.name)
            for cell in line.reads:
                self._last[cell.base.name] = at
            if not line.kept:
                # What is assigned may be a view of what it was made of.
                self._taken.update(cell.base.name for cell in line.reads)
        for at, line in enumerate(lines):
            self._lay(at, line)

    def _lay(self, at: int, line: SourceLine) -> None:
        bases = dict.fromkeys(cell.base for cell in line.reads)
        ended = [
            base
            for base in bases
            if self._last[base.name] == at
            and base.name in self.place
            and base.name not in self._taken
        ]
        fills = line.fills
        if line.kept and fills.name not in self._given:
            free = self._free.setdefault(_full(fills), [])
            over = {
                self.place[base.name]: base for base in ended if self._may_write_over(base, line)
            }
            fitting = (name for name in (*over, *reversed(free)) if self._serves(name, fills))
            name = "" if fills.name in self._taken else next(fitting, "")
            if not name:
                name = f"r{len(self.shapes)}"
                self.shapes[name] = _full(fills)
            elif name in over:
                ended.remove(over[name])
            else:
                free.remove(name)
            self.place[fills.name] = name
        for base in ended:
            self._free.setdefault(_full(base), []).append(self.place[base.name])

    def _serves(self, name: str, fills: Variable) -> bool:
        """Tell whether an array is free for a cell until its last use."""
        due, last = self._due.get(name), self._last.get(fills.name, -1)
        return due is None or last < due or (last == due and self._lines[due].entrywise)

    def _may_write_over(self, base: Variable, line: SourceLine) -> bool:
        """Tell whether a line may fill an operand's array: entry by entry, with no other view."""
        alone = all(cell is base for cell in line.reads if cell.base is base)
        return line.entrywise and alone and _full(base) == _full(line.fills)


def _full(cell: Variable) -> Full:
    return cell.batched, cell.shape


def written(line: SourceLine) -> str:
    """Return a line of source that fills the array of its cell."""
    if not line.kept:
        return f"{line.fills} = {line.text}"
    # NumPy wants the word for these two, which once took any number of operands.
    word = "out=" if line.text.startswith(("np.maximum(", "np.minimum(")) else ""
    return f"{line.text[:-1]}, {word}{line.fills})"


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
        inputs = {n: tape.cell(graph.shape(n), n in graph.batched) for n in graph.inputs}
        arrays = {
            str(cell): fixed[graph.names[n]]
            for n, cell in inputs.items()
            if graph.names[n] in fixed
        }
        self.arguments = tuple(str(cell) for cell in inputs.values() if str(cell) not in arrays)
        tape.moving.update(self.arguments)
        cells = walk(graph, tape, inputs, {*into, *keep})
        wanted = {n: cells[n] for n in (*into, *keep) if isinstance(cells[n], Variable)}
        filled = {line.fills for line in tape.lines if line.kept}
        for node, array in into.items():
            if node not in wanted:
                array[...] = cells[node]
                continue
            if str(wanted[node]) in arrays or wanted[node] not in filled:
                wanted[node] = tape.entrywise("np.positive", wanted[node])
            arrays[str(wanted[node])] = array
        self._numbers = {n: np.asarray(float(cells[n])) for n in keep if n not in wanted}
        names = {str(cell) for cell in wanted.values()}
        lines = tape.live(names)
        registers = Registers(lines, names | set(arrays), arrays)
        shared = {
            name: np.empty((size,) * batched + shape)
            for name, (batched, shape) in registers.shapes.items()
        }
        arrays |= {cell: shared[name] for cell, name in registers.place.items()}
        moving = sorted(names & tape.moving)
        results = [f"{{{', '.join(f'{chr(34)}{name}{chr(34)}: {name}' for name in moving)}}}"]
        views = _views(tape, {*moving, *(str(cell) for line in lines for cell in line.reads)})
        self.source = views + define("step", self.arguments, map(written, lines), results)
        self.run: Callable[..., tuple[dict[str, Any]]] = run(self.source, "step", tape.used, arrays)
        self._names = {node: str(cell) for node, cell in wanted.items()}
        self._arrays = self.run.__globals__
        self._local: dict[str, Any] = {}

    def __call__(self, *batched: Any) -> None:
        """Compute everything for a batch; arguments are the inputs that are not fixed."""
        (self._local,) = self.run(*batched)

    def value(self, node: int) -> Any:
        """Return the values of a node that was to be kept, as they are after the last call."""
        if node in self._numbers:
            return self._numbers[node]
        name = self._names[node]
        return self._local[name] if name in self._local else self._arrays[name]


def _views(tape: Tape, used: set[str]) -> str:
    """Return the source of the views that are used, which are made once."""
    views = []
    for cell, text in reversed(tape.views):
        if str(cell) in used:
            views.append(f"{cell} = {text}\n")
            used.update(NAME.findall(text))
    return "".join(reversed(views)) + "\n\n"
