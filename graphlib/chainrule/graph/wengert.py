"""The graph: a Wengert list, stored as columns."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, NamedTuple

from chainrule.algebras.protocol import NO_PARAMETERS
from chainrule.errors import GraphError
from chainrule.ops import OPS, Op, Shape
from chainrule.ops.record import same_shape

INPUT = OPS["input"]


class Edge(NamedTuple):
    """One use of a value: `operand` stands in `slot` (from 0) of `user`."""

    user: int
    slot: int
    operand: int


@dataclass(frozen=True, eq=False)
class WengertList:
    """A directed acyclic graph as the numbered list of its elementary steps.

    A node is an index; operands always stand before their users. Columns, one entry a node:

    Parameters
    ----------
    ops
        The operation's record.
    operands
        Indices of the operands, in the order written.
    parameters
        What the node carries beside its operands: a constant's number, a convention.
    names
        The name given by an assignment or of an input; none for an unnamed step.
    shapes
        Shape of one example; none for a scalar.
    outputs
        Indices of the outputs, the main one first.
    written
        Rank in the order of writing, which breaks ties in the order of the reverse pass.
    batched
        Inputs whose values carry a leading batch axis.
    places
        Numbers of the unnamed steps where they are not simply counted: see
        `chainrule.graph.numbering.places`.

    Folds and gradients are new lists.
    """

    ops: Sequence[Op]
    operands: Sequence[tuple[int, ...]]
    parameters: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
    names: Mapping[int, str] = field(default_factory=dict)
    shapes: Mapping[int, Shape] = field(default_factory=dict)
    outputs: Sequence[int] = ()
    written: Sequence[int] = field(default=(), kw_only=True)
    batched: Collection[int] = field(default=frozenset(), kw_only=True)
    places: Mapping[int, tuple[int, int]] = field(default_factory=dict, kw_only=True)

    def __post_init__(self) -> None:
        """Give what was left out or can be any sequence its one form."""
        written = self.written if len(self.written) else range(len(self.ops))
        columns = {"outputs": tuple(self.outputs), "batched": frozenset(self.batched)}
        for name, column in {**columns, "written": written}.items():
            object.__setattr__(self, name, column)

    def replace(self, **columns: Any) -> WengertList:
        """Return the list with other columns."""
        return replace(self, **columns)

    def select(self, origins: Sequence[int], **columns: Any) -> WengertList:
        """Return the list of some nodes, in an order in which operands stand before users.

        Parameters
        ----------
        origins
            Index of each node in this list.
        columns
            What is otherwise than there, in the indices of the result. Operands and outputs have to
            be given where a node is taken twice, or where one is left out that they use.
        """
        new = {origin: node for node, origin in enumerate(origins)}
        everywhere = list(enumerate(origins))

        def taken(column: Mapping[int, Any]) -> dict[int, Any]:
            return {node: column[origin] for node, origin in everywhere if origin in column}

        if "operands" not in columns:
            columns["operands"] = tuple(
                tuple(new[i] for i in self.operands[origin]) for origin in origins
            )
        if "outputs" not in columns:
            columns["outputs"] = [new[output] for output in self.outputs]
        return WengertList(
            **{
                "ops": tuple(self.ops[origin] for origin in origins),
                "parameters": taken(self.parameters),
                "names": taken(self.names),
                "shapes": taken(self.shapes),
                "written": tuple(self.written[origin] for origin in origins),
                "batched": [node for node, origin in everywhere if origin in self.batched],
                "places": taken(self.places),
                **columns,
            }
        )

    def __len__(self) -> int:
        return len(self.ops)

    def __getitem__(self, key: int | str) -> Node:
        """Return the node with this index or name.

        Raises
        ------
        GraphError
            If there is none.
        """
        index = self.index.get(key) if isinstance(key, str) else key
        if index is None or not 0 <= index < len(self):
            known = ", ".join(sorted(self.index)[:12])
            raise GraphError(f"no node {key!r}; named nodes are: {known}")
        return Node(self, index)

    def __iter__(self) -> Iterator[Node]:
        return (Node(self, i) for i in range(len(self)))

    def shape(self, node: int) -> Shape:
        """Return the shape of one example of `node`, () for a scalar."""
        return self.shapes.get(node, ())

    def parameters_of(self, node: int) -> Mapping[str, Any]:
        """Return what `node` carries beside its operands."""
        return self.parameters.get(node, NO_PARAMETERS)

    def edges_into(self, node: int) -> list[Edge]:
        """Return the edges from the operands of `node`, left to right."""
        return [Edge(node, slot, operand) for slot, operand in enumerate(self.operands[node])]

    @cached_property
    def index(self) -> dict[str, int]:
        """The named nodes: name to index."""
        return {name: node for node, name in self.names.items()}

    @cached_property
    def inputs(self) -> tuple[int, ...]:
        """Indices of the inputs, in the order of the list."""
        return tuple(i for i, op in enumerate(self.ops) if op is INPUT)

    @cached_property
    def varies(self) -> tuple[bool, ...]:
        """Per node, whether any input is among the nodes that it is computed from."""
        varies: list[bool] = []
        for op, operands in zip(self.ops, self.operands, strict=True):
            varies.append(op is INPUT or any(varies[i] for i in operands))
        return tuple(varies)

    @cached_property
    def carries(self) -> tuple[bool, ...]:
        """Per node, whether its value carries a batch axis."""
        carries: list[bool] = []
        for node, (op, operands) in enumerate(zip(self.ops, self.operands, strict=True)):
            here = any(carries[i] for i in operands) and not op.gathers
            carries.append(node in self.batched or here)
        return tuple(carries)

    @cached_property
    def users(self) -> tuple[tuple[Edge, ...], ...]:
        """Per node, the edges to its users, in the order of the list."""
        users: list[list[Edge]] = [[] for _ in self.ops]
        for user, operands in enumerate(self.operands):
            for slot, operand in enumerate(operands):
                users[operand].append(Edge(user, slot, operand))
        return tuple(map(tuple, users))

    @cached_property
    def is_scalar(self) -> bool:
        """Whether every node is a scalar without a batch axis, from operations on numbers."""
        if self.batched or any(self.shapes.values()):
            return False
        bodies = [given["body"] for given in self.parameters.values() if "body" in given]
        return all(op.shape is same_shape for op in set(self.ops)) and all(
            body.is_scalar for body in bodies
        )

    def distances(self, outputs: Sequence[int] | None = None) -> list[int]:
        """Return each node's longest distance to an output, -1 where no path leads there."""
        distance = [-1] * len(self)
        for output in self.outputs if outputs is None else outputs:
            distance[output] = 0
        for node in range(len(self) - 1, -1, -1):
            if distance[node] >= 0:
                for operand in self.operands[node]:
                    distance[operand] = max(distance[operand], distance[node] + 1)
        return distance

    def reverse_order(self, outputs: Sequence[int] | None = None) -> list[int]:
        """Return the nodes that lead to an output in the order of the reverse pass.

        By longest distance from the output and, at equal distance, in the order of writing.
        """
        goals = tuple(self.outputs if outputs is None else outputs)
        if goals not in self._orders:
            distance = self.distances(goals)
            reached = [node for node in range(len(self)) if distance[node] >= 0]
            reached.sort(key=lambda node: (distance[node], self.written[node]))
            self._orders[goals] = reached
        return self._orders[goals]

    @cached_property
    def _orders(self) -> dict[tuple[int, ...], list[int]]:
        """Orders of reverse passes that were asked for: a run takes several in one order."""
        return {}


class Node:
    """A view of one node of a list."""

    __slots__ = ("index", "list")

    def __init__(self, list: WengertList, index: int) -> None:
        self.list = list
        self.index = index

    @property
    def op(self) -> Op:
        """The operation's record."""
        return self.list.ops[self.index]

    @property
    def name(self) -> str | None:
        """The user's name, None for an unnamed step."""
        return self.list.names.get(self.index)

    @property
    def operands(self) -> tuple[Node, ...]:
        """The operands, in the order written."""
        return tuple(Node(self.list, i) for i in self.list.operands[self.index])

    @property
    def users(self) -> tuple[Node, ...]:
        """The nodes that use this one; one that uses it twice stands twice."""
        return tuple(Node(self.list, edge.user) for edge in self.list.users[self.index])

    @property
    def shape(self) -> Shape:
        """Shape of one example, () for a scalar."""
        return self.list.shape(self.index)

    @property
    def parameters(self) -> Mapping[str, Any]:
        """What the node carries beside its operands."""
        return self.list.parameters_of(self.index)

    @property
    def varies(self) -> bool:
        """Whether the node depends on an input."""
        return self.list.varies[self.index]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Node) and self.list is other.list and self.index == other.index

    def __hash__(self) -> int:
        return hash((id(self.list), self.index))

    def __repr__(self) -> str:
        return f"Node({self.index}, {self.name or self.op.name})"
