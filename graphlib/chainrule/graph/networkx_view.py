"""Graphs as networkx graphs and back. networkx is imported when it is first used."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from chainrule.errors import GraphError
from chainrule.graph.conventions import with_moving
from chainrule.graph.wengert import INPUT, WengertList
from chainrule.ops import OPS, Op, Shape
from chainrule.ops.record import same_shape

if TYPE_CHECKING:
    from chainrule.passes.record import Record

CONSTANT = OPS["constant"]


def to_networkx(graph: WengertList, record: Record | None = None) -> Any:
    """Return the graph as a `networkx.MultiDiGraph` whose edges go from operand to user.

    Nodes are 0, 1, ... in the order of the list, with the attributes `op` (the
    operation's name), `name` (None for an unnamed step), `label` (what to call it in a
    drawing), `shape`, `parameters`, `written` and `batched`; edges have the slot in which
    the operand stands as key and as attribute `slot`. The graph's attribute `outputs` is the
    tuple of outputs. Paths, layers and ancestors are networkx's own algorithms.

    Parameters
    ----------
    record
        A run over this graph. Its nodes then carry `value` and, where the pass came by,
        `adjoint` (reverse mode) or `tangent` (forward mode); its edges `partial` and
        `share` or `contribution`.

    Raises
    ------
    GraphError
        If the record is one of another graph.
    """
    import networkx

    if record is not None and not _alike(record.graph, graph):
        raise GraphError("the record is one of another graph; allowed: a record of this one")
    result = networkx.MultiDiGraph(outputs=graph.outputs)
    for i, op in enumerate(graph.ops):
        parameters = dict(graph.parameters_of(i))
        name = graph.names.get(i)
        result.add_node(
            i,
            op=op.name,
            name=name,
            label=name or str(parameters.get("text", "")) or op.name,
            shape=graph.shape(i),
            parameters=parameters,
            written=graph.written[i],
            batched=i in graph.batched,
        )
    for user, operands in enumerate(graph.operands):
        for slot, operand in enumerate(operands):
            result.add_edge(operand, user, key=slot, slot=slot)
    if record is not None:
        reverse = record.mode == "reverse"
        for i, value in enumerate(record.values):
            result.nodes[i]["value"] = value
        for i, derivative in record.derivatives.items():
            result.nodes[i]["adjoint" if reverse else "tangent"] = derivative
        for (user, slot), partial in record.local.items():
            result.edges[graph.operands[user][slot], user, slot]["partial"] = partial
        for (user, slot), amount in record.flowing.items():
            edge = result.edges[graph.operands[user][slot], user, slot]
            edge["share" if reverse else "contribution"] = amount
    return result


def from_networkx(graph: Any, ops: Mapping[str, Op] = OPS) -> WengertList:
    """Return the graph that a networkx graph describes.

    What `to_networkx` gives comes back equal. A graph made by hand needs on each node `op`,
    the name of an operation ("input" for an input, which is called by its `name` or by the
    node itself; a constant has its `number`), and on each edge from an operand to its
    user the slot in which it stands: as the edge's `slot`, else as its key in a multigraph,
    else slot 0.
    Optional on nodes: `name`, `shape` and `batched` (inputs only), `parameters`, `written`;
    on the graph: `outputs`, else every node without a user.

    Parameters
    ----------
    graph
        A `networkx.DiGraph` or `MultiDiGraph`; its nodes may be anything hashable.
    ops
        The operations that may occur, by name.

    Raises
    ------
    GraphError
        If the graph has a cycle or undirected edges, a node has no or an unknown operation,
        the wrong number of operands or parameters, a slot is missing or taken twice, or two
        nodes have one name.
    ShapeError
        If the operands' shapes do not fit.
    """
    import networkx

    if not graph.is_directed():
        raise GraphError("undirected edges; allowed: edges from an operand to its user")
    if not len(graph):
        raise GraphError("no node; allowed: one or more")
    given = {node: i for i, node in enumerate(graph)}
    try:
        order = list(networkx.lexicographical_topological_sort(graph, key=given.__getitem__))
    except networkx.NetworkXUnfeasible:
        cycle = [edge[0] for edge in networkx.find_cycle(graph)]
        around = " → ".join(_called(graph, node) for node in [*cycle, cycle[0]])
        raise GraphError(f"a cycle: {around}; allowed: none") from None
    position = {node: i for i, node in enumerate(order)}
    column: list[Op] = []
    operands: list[tuple[int, ...]] = []
    parameters: dict[int, Mapping[str, Any]] = {}
    moves: list[bool] = []
    names: dict[int, str] = {}
    taken: set[str] = set()
    shapes: dict[int, Shape] = {}
    for i, node in enumerate(order):
        data = graph.nodes[node]
        op = _operation(graph, node, ops)
        column.append(op)
        operands.append(tuple(position[x] for x in _operands(graph, node, op)))
        carried = _parameters(graph, node, op)
        moves.append(op is INPUT or any(moves[x] for x in operands[i]))
        if op.kink is not None and op.kink.against:
            carried = with_moving(carried, [moves[x] for x in operands[i]])
        if carried:
            parameters[i] = carried
        name = data.get("name") or (str(node) if op is INPUT else None)
        if name is not None:
            if name in taken:
                raise GraphError(f"two nodes are called {name!r}; allowed: one")
            taken.add(name)
            names[i] = name
        if op is INPUT:
            shape = tuple(data.get("shape", ()))
        else:
            known = [shapes.get(x, ()) for x in operands[i]]
            shape = op.shape(*known, **(carried if op.shape is not same_shape else {}))
        if shape:
            shapes[i] = shape
    ends = graph.graph.get("outputs") or [n for n in order if graph.out_degree(n) == 0]
    if unknown := [end for end in ends if end not in position]:
        raise GraphError(f"the output {unknown[0]!r} is not a node")
    return WengertList(
        ops=tuple(column),
        operands=tuple(operands),
        parameters=parameters,
        names=names,
        shapes=shapes,
        outputs=[position[end] for end in ends],
        written=tuple(graph.nodes[node].get("written", i) for i, node in enumerate(order)),
        batched=[i for i, node in enumerate(order) if graph.nodes[node].get("batched")],
    )


def _alike(one: WengertList, other: WengertList) -> bool:
    """Tell whether two lists have the same steps, whatever these are called."""
    return one is other or (
        list(one.ops) == list(other.ops) and list(one.operands) == list(other.operands)
    )


def _called(graph: Any, node: Any) -> str:
    return str(graph.nodes[node].get("name") or node)


def _operation(graph: Any, node: Any, ops: Mapping[str, Op]) -> Op:
    name = graph.nodes[node].get("op")
    if name not in ops:
        found = "no op" if name is None else f"the op {name!r}"
        raise GraphError(
            f"node {_called(graph, node)!r} has {found}; allowed: {', '.join(sorted(ops))}"
        )
    return ops[name]


def _operands(graph: Any, node: Any, op: Op) -> list[Any]:
    """Return the operands of `node` by slot."""
    slots: dict[Any, Any] = {}
    edges = graph.in_edges(node, data=True, **({"keys": True} if graph.is_multigraph() else {}))
    for edge in edges:
        slot = edge[-1].get("slot", edge[2] if graph.is_multigraph() else 0)
        if slot in slots:
            raise GraphError(
                f"node {_called(graph, node)!r} ({op.name}): slot {slot!r} holds both "
                f"{_called(graph, slots[slot])!r} and {_called(graph, edge[0])!r}; allowed: one"
            )
        slots[slot] = edge[0]
    count = len(slots)
    if count != op.arity if op.arity is not None else not count:
        wanted = "1 or more" if op.arity is None else op.arity
        raise GraphError(
            f"node {_called(graph, node)!r} ({op.name}) has {count} operands; allowed: {wanted}"
        )
    if slots.keys() != set(range(count)):
        raise GraphError(
            f"node {_called(graph, node)!r} ({op.name}) has slots "
            f"{', '.join(sorted(map(repr, slots)))}; allowed: 0 to {count - 1}, each once"
        )
    return [slots[slot] for slot in range(count)]


def _parameters(graph: Any, node: Any, op: Op) -> Mapping[str, Any]:
    """Return the parameters of `node`, with the defaults filled in."""
    data = graph.nodes[node]
    given = dict(data.get("parameters") or {})
    if op is CONSTANT:
        number = given.get("number", data.get("number"))
        if not isinstance(number, int | float | Fraction):
            raise GraphError(
                f"the constant {_called(graph, node)!r} has the number {number!r}; "
                "allowed: an int, a float or a Fraction"
            )
        try:
            exact = Fraction(number)
        except (ValueError, OverflowError):
            raise GraphError(
                f"the constant {_called(graph, node)!r} is {number}; allowed: finite numbers"
            ) from None
        given = {"number": exact, "text": given.get("text") or str(number)}
    if unknown := given.keys() - op.parameters.keys() - {"moving"}:
        raise GraphError(
            f"node {_called(graph, node)!r} ({op.name}) has the parameter {min(unknown)!r}; "
            f"allowed: {', '.join(op.parameters) or 'none'}"
        )
    return {**op.parameters, **given}
