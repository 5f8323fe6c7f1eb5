"""From the syntax of a program to its graph: operation by operation, nothing rearranged."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from chainrule.errors import ShapeError
from chainrule.graph.builder import Builder, Expression
from chainrule.graph.wengert import WengertList
from chainrule.language.syntax import LIMITS, Item, Program, beyond, refusal, spelled
from chainrule.ops import OPS
from chainrule.ops.choice import NOWHERE, Condition
from chainrule.ops.losses import ENTRYWISE

# What an operation between vectors is between numbers, and what one is for a single vector.
OF_NUMBERS = spelled(
    """
    identity sum mean prod logsumexp batch_sum batch_mean
    abs norm
    mul dot outer
    """
)
OF_ONE_VECTOR = {"max": "largest", "min": "smallest"}


def build(program: Program, batched: Collection[str] = ()) -> WengertList:
    """Return the graph of a program.

    Parameters
    ----------
    batched
        Canonical names of the inputs that carry a batch.

    Assignments become named nodes; equal unnamed subexpressions become one node. The rank
    in the order of writing is that of the statement, then of the place in it, so that ties
    of the reverse pass fall as the author wrote them.

    Raises
    ------
    ParseError
        If shapes do not fit; the place is that of the operation.
    """
    builder = Builder(own=program.operations)
    inputs = {
        name: builder.input(name, program.shapes.get(name, ()), batched=name in batched)
        for name in program.inputs
    }
    known: dict[str, Expression] = dict(inputs)
    outputs: dict[str, Expression] = {}
    places: dict[int, int] = {x.index: -1 for x in inputs.values()}
    for number in program.order:
        assignment = program.assignments[number]
        first = len(builder.ops)
        members = _members(program.items, assignment.root)
        built: dict[int, Expression] = {}
        rows: set[int] = set()
        for member in members:
            if program.items[member].is_condition:
                continue  # written with the choice that it decides
            fresh = bool(assignment.name) and member == assignment.root
            built[member] = _write(builder, program, member, built, known, rows, fresh)
        result = built[assignment.root]
        if assignment.name:
            result = builder.name(result, assignment.name)
            known[assignment.name] = result
        outputs[assignment.name] = result
        for node in range(first, len(builder.ops)):
            places[node] = number
    # Statements may stand in any order; the list must not. Ties are broken as written.
    ranked = sorted(range(len(builder.ops)), key=lambda node: (places[node], node))
    written = [0] * len(ranked)
    for rank, node in enumerate(ranked):
        written[node] = rank
    return builder.finish([outputs[name] for name in program.outputs], written)


def _members(items: Sequence[Item], root: int) -> list[int]:
    """Return the items below `root`, operands first, left to right."""
    seen: set[int] = set()
    pending = [root]
    while pending:
        item = pending.pop()
        if item not in seen:
            seen.add(item)
            pending.extend(items[item].operands)
    return sorted(seen)


def _write(
    builder: Builder,
    program: Program,
    member: int,
    built: dict[int, Expression],
    known: dict[str, Expression],
    rows: set[int],
    fresh: bool,
) -> Expression:
    """Write one item; `rows` are the items that are transposed vectors."""
    item = program.items[member]
    if item.kind == "name":
        name = known[item.what]
        return builder.write(OPS["identity"], [name], fresh=True) if fresh else name
    if item.kind == "number":
        assert item.number is not None
        if fresh:
            parameters = {"number": item.number, "text": item.text}
            return builder.write(OPS["constant"], [], parameters, fresh=True)
        return builder.number(item.number, item.text)
    if item.what == "where":
        return _choice(builder, program, item, built, fresh)
    operands = [built[i] for i in item.operands]
    parameters = dict(item.parameters)
    joined = bool(parameters.pop("joined", False))
    what = item.what
    if what == "transpose" and operands[0].ndim < 2:
        # A vector stands for a row as well as for a column; a number is its own transpose.
        rows.add(member)
        what = "identity"
    if not any(x.ndim or x.carries for x in operands):
        what = OF_NUMBERS.get(what, what)
    elif len(operands) == 1 and operands[0].ndim:
        what = OF_ONE_VECTOR.get(what, what)
    if what == "dot" and any(x.ndim > 1 for x in operands):
        what = "matmul"
    if what == "identity" and item.what != what and not fresh:
        return operands[0]
    try:
        if item.what in ("mul", "matmul"):
            what = _product(item, joined, operands, rows)
            if what == "matmul" and item.operands[0] in rows and operands[1].ndim == 2:
                rows.add(member)
        op = builder.operation(what)
        assert op is not None
        if op in ENTRYWISE and any(x.ndim for x in operands):
            each = builder.write(op, operands, parameters)
            return builder.write(OPS["mean"], [each], fresh=fresh)
        return builder.write(op, operands, parameters, fresh=fresh)
    except ShapeError as error:
        raise refusal(
            program.text, item.span, str(error), "declare shapes as in `W: 4x2` or `x: 2`"
        ) from error


def _choice(
    builder: Builder, program: Program, item: Item, built: dict[int, Expression], fresh: bool
) -> Expression:
    """Write a choice: what its conditions compare, then its values."""
    compared: list[Expression] = []

    def condition(at: int) -> tuple[object, ...]:
        what, operands = program.items[at].what, list(program.items[at].operands)
        if what in ("and", "or", "not"):
            # A chain is flat, so only brackets make it deep.
            while program.items[operands[0]].what == what != "not":
                operands[:1] = program.items[operands[0]].operands
            while program.items[operands[-1]].what == what != "not":
                operands[-1:] = program.items[operands[-1]].operands
            _check_count(program, item, len(compared) + len(operands))
            return (what, *map(condition, operands))
        places = []
        for operand in operands:
            same = [k for k, x in enumerate(compared) if x.index == built[operand].index]
            if not same:
                compared.append(built[operand])
            places.append(same[0] if same else len(compared) - 1)
        return (what, *places)

    conditions = [condition(at) for at in item.operands[:-1:2]]
    values = [built[at] for at in item.operands[1::2]]
    if len(item.operands) % 2:
        values.append(built[item.operands[-1]])
        last: Condition = ("else",)
    else:
        values.append(builder.write(OPS["nowhere"], []))
        last = NOWHERE
    when = (*conditions, last)
    return builder.write(OPS["where"], [*compared, *values], {"when": when}, fresh=fresh)


def _check_count(program: Program, item: Item, count: int) -> None:
    if count > LIMITS.conditions:
        what, start = "comparisons in a condition", item.span.start
        raise beyond(what, LIMITS.conditions, text=program.text, position=start)


def _product(item: Item, joined: bool, operands: Sequence[Expression], rows: set[int]) -> str:
    """Return which product is meant: by entries, of matrices, or outer.

    Without a sign (or with ·) a matrix is multiplied as in linear algebra: W x, xᵀ y, x yᵀ.

    Raises
    ------
    ShapeError
        If a matrix stands before a row.
    """
    left, right = operands
    if not (left.ndim or right.ndim or left.carries or right.carries):
        return "mul"
    if not (left.ndim and right.ndim):
        return item.what
    left_row, right_row = (operand in rows for operand in item.operands)
    if right_row and not left_row:
        if left.ndim == 2:
            raise ShapeError(f"matrix product of shape {left.shape} and a row of {right.shape}")
        return "outer"
    return "matmul" if left_row or (joined and left.ndim == 2) else item.what
