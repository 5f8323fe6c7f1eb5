"""A graph as NumPy source that allocates nothing: every step writes into an array that is kept.

For work that is done many times over batches of one size, such as the steps of a training.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from chainrule.compile.registers import Registers, written
from chainrule.compile.tape import Tape, Variable
from chainrule.compile.walk import NAME, define, run, walk
from chainrule.graph.wengert import WengertList


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
