"""Which array each line of a tape fills: its own, or one whose values are no longer read."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from chainrule.compile.tape import SourceLine, Variable
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
