"""Products of matrices within the graph of their numbers, where mistakes of whole arrays are made.

A cell holds one number and knows the numbers that it is computed from; that a matrix was
transposed shows only in those of its neighbours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from chainrule.exercises.cells import Cell, CellKind
from chainrule.graph.wengert import WengertList
from chainrule.passes.places import Gathered, Matrix, Product, turned

Nodes = tuple[tuple[int, ...], ...]
"""The nodes of the entries of a matrix, by rows."""


@dataclass(frozen=True, slots=True)
class Layer:
    """A product of two matrices, and a bias that may be added to it, by the nodes of entries."""

    whole: Nodes
    left: Nodes
    right: Nodes
    bias: Nodes = ()

    def place(
        self, cell: Cell, numbers: Callable[[CellKind, Nodes], Matrix | None]
    ) -> Product | Gathered | None:
        """Return what a value or an adjoint is in this layer; None where it is nothing.

        Parameters
        ----------
        numbers
            Gives the numbers in cells of one kind; None where one of them does not exist.
        """
        if cell.kind == "value" and (at := _within(self.whole, cell.node)):
            left, right = numbers("value", self.left), numbers("value", self.right)
            bias = numbers("value", self.bias)
            if left and right and bias is not None:
                # A bias with fewer rows is added to each.
                added = bias[at[0] % len(bias)][at[1]] if bias else 0.0
                return Product(left, right, *at, added)
        if cell.kind == "adjoint" and (above := numbers("adjoint", self.whole)):
            if at := _within(self.left, cell.node):
                right = numbers("value", self.right)
                return Product(above, turned(right), *at) if right else None
            if at := _within(self.right, cell.node):
                left = numbers("value", self.left)
                return Product(turned(left), above, *at) if left else None
            if (at := _within(self.bias, cell.node)) and len(self.bias) < len(above):
                return Gathered(above, at[1])
        return None


def _within(nodes: Nodes, node: int) -> tuple[int, int] | None:
    for row, line in enumerate(nodes):
        if node in line:
            return row, line.index(node)
    return None


def layers(whole: WengertList, entries: Mapping[str, tuple[int, ...]]) -> Iterator[Layer]:
    """Yield the layers of a graph of arrays whose factors, bias and outcome have names.

    Parameters
    ----------
    entries
        The nodes of the entries of each array, by name, in the graph of their numbers.
    """

    def rows(array: int, *, flat: bool = False) -> Nodes:
        nodes, shape = entries[whole.names[array]], whole.shape(array)
        wide = len(nodes) if flat else shape[1] if len(shape) > 1 else 1
        return tuple(nodes[i : i + wide] for i in range(0, len(nodes), wide))

    for node, op in enumerate(whole.ops):
        if op.name != "matmul":
            continue
        left, right = whole.operands[node]
        # A vector on the left is a row, and so is what comes of it and what is added to it.
        lies = len(whole.shape(left)) == 1
        users = [n for n, used in enumerate(whole.operands) if node in used]
        added = [n for n in users if whole.ops[n].name == "add"] if node not in whole.names else []
        bias = [b for n in added for b in whole.operands[n] if b != node]
        result = added[0] if added else node
        if all(one in whole.names for one in (left, right, result, *bias)):
            low = bool(bias) and len(whole.shape(bias[0])) < len(whole.shape(result))
            yield Layer(
                rows(result, flat=lies),
                rows(left, flat=lies),
                rows(right),
                rows(bias[0], flat=lies or low) if bias else (),
            )
