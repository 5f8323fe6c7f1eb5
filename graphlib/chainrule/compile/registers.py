"""Which array each line of a tape fills: its own, or one whose values are no longer read."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from chainrule.compile.tape import Cell, Line
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

    Attributes
    ----------
    shapes
        Per array, whether it has a batch and the shape of one example.
    place
        Index of the array by the name of a cell that a line fills.
    """

    def __init__(
        self, lines: Sequence[Line], taken: Collection[str], given: Collection[str]
    ) -> None:
        self.shapes: list[Full] = []
        self.place: dict[str, int] = {}
        self._taken, self._given = set(taken), given
        self._free: dict[Full, list[int]] = {}
        self._last: dict[str, int] = {}
        for at, line in enumerate(lines):
            for cell in line.reads:
                self._last[cell.base.name] = at
            if not line.kept:
                # What is assigned may be a view of what it was made of.
                self._taken.update(cell.base.name for cell in line.reads)
        for at, line in enumerate(lines):
            self._lay(at, line)

    def _lay(self, at: int, line: Line) -> None:
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
            over = [base for base in ended if self._may_write_over(base, line)]
            free = self._free.get(_full(fills))
            if over and fills.name not in self._taken:
                ended.remove(over[0])
                self.place[fills.name] = self.place[over[0].name]
            elif free and fills.name not in self._taken:
                self.place[fills.name] = free.pop()
            else:
                self.place[fills.name] = len(self.shapes)
                self.shapes.append(_full(fills))
        for base in ended:
            self._free.setdefault(_full(base), []).append(self.place[base.name])

    def _may_write_over(self, base: Cell, line: Line) -> bool:
        """Tell whether a line may fill an operand's array: entry by entry, with no other view."""
        alone = all(cell is base for cell in line.reads if cell.base is base)
        return line.entrywise and alone and _full(base) == _full(line.fills)


def _full(cell: Cell) -> Full:
    return cell.batched, cell.shape


def written(line: Line) -> str:
    """Return a line of source that fills the array of its cell."""
    if not line.kept:
        return f"{line.fills} = {line.text}"
    # NumPy wants the word for these two, which once took any number of operands.
    word = "out=" if line.text.startswith(("np.maximum(", "np.minimum(")) else ""
    return f"{line.text[:-1]}, {word}{line.fills})"
