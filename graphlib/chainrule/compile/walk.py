"""The walk over a graph by which its steps become lines of a tape, and the source of those."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from chainrule.algebras.float64 import FLOAT64
from chainrule.compile.maths import LACKING, TapeMaths, summed_outer
from chainrule.compile.tape import Cell, Tape, literal
from chainrule.graph.wengert import INPUT, WengertList
from chainrule.ops import OPS
from chainrule.ops.record import same_shape

HEADER = '"""Written by chainrule; the variables are numbered in the order of the graph."""'
IDENTITY, OUTER = OPS["identity"], OPS["outer"]
BATCH_SUM, BATCH_REPEAT = OPS["batch_sum"], OPS["batch_repeat"]


NAME = re.compile(r"\bv\d+\b")


class Source(NamedTuple):
    """The source of one function.

    Parameters
    ----------
    text
        The `def` statement.
    variables
        Per node that has one, the name of its variable.
    used
        The functions it calls that NumPy lacks.
    """

    text: str
    variables: dict[int, str]
    used: frozenset[str]


def walk(
    graph: WengertList, tape: Tape, inputs: Mapping[int, Cell], wanted: Iterable[int]
) -> list[Any]:
    """Write the steps that lead to the nodes `wanted`; return each node's cell or number.

    Parameters
    ----------
    inputs
        Cells of the inputs.

    Raises
    ------
    GraphError
        If an operation has no form in NumPy.
    """
    maths, constants = TapeMaths(tape), constants_of(graph)
    goals = set(wanted)
    needed = set(goals)
    for node in range(len(graph) - 1, -1, -1):
        if node in needed:
            # Of the second operand of a repetition nothing but its batch is used.
            used = 1 if graph.ops[node] is BATCH_REPEAT else None
            needed.update(graph.operands[node][:used])
    cells: list[Any] = []
    outer: dict[int, Cell] = {}

    def cell(node: int) -> Any:
        """Return a node's cell; an outer product is written when more than its sum is asked."""
        if isinstance(cells[node], tuple):
            if node not in outer:
                outer[node] = maths.outer(*cells[node])
            return outer[node]
        return cells[node]

    with np.errstate(all="ignore"):
        for node, op in enumerate(graph.ops):
            at = graph.operands[node]
            if op is INPUT:
                cells.append(inputs[node])
            elif node not in needed:
                cells.append(None)
            elif node in constants:
                cells.append(np.float64(constants[node]))
            elif op is OUTER and all(graph.carries[i] for i in at):
                cells.append((cell(at[0]), cell(at[1])))
            elif op is BATCH_SUM and isinstance(cells[at[0]], tuple):
                cells.append(summed_outer(tape, *cells[at[0]]))
            elif op is BATCH_REPEAT:
                like = inputs_like(graph, inputs) if graph.carries[at[1]] else None
                cells.append(maths.batch_repeat(cell(at[0]), like))
            elif op is IDENTITY:
                cells.append(cell(at[0]))
            else:
                operands = [cell(i) for i in at]
                cells.append(op.numeric(maths, *operands, **graph.parameters_of(node)))
    for node in goals:
        cells[node] = cell(node)
    return cells


def inputs_like(graph: WengertList, inputs: Mapping[int, Cell]) -> Cell:
    """Return the cell of an input that carries the batch."""
    return next(inputs[node] for node in graph.inputs if graph.carries[node])


def constants_of(graph: WengertList) -> dict[int, float]:
    """Return the numbers of the nodes that no input reaches, which are the same in every call."""
    values: dict[int, float] = {}
    for node in range(len(graph)):
        op, operands = graph.ops[node], graph.operands[node]
        if graph.varies[node] or graph.shape(node) or op.shape is not same_shape:
            continue
        if all(i in values for i in operands):
            given = [values[i] for i in operands]
            value = FLOAT64.apply(op, graph.parameters_of(node), given)
            values[node] = value if isinstance(value, float) else float("nan")
    return values


def prelude(used: Collection[str]) -> str:
    """Return what stands before the functions: imports, and what NumPy lacks."""
    lines = [HEADER, ""]
    made = [f"{name} = {LACKING[name]}" for name in sorted(used)]
    if any("math." in line for line in made):
        lines += ["import math", ""]
    lines.append("import numpy as np")
    if any("moves." in line for line in made):
        lines += ["", "from chainrule.algebras import moves"]
    if any("numbers." in line for line in made):
        lines += ["", "from chainrule.algebras.float64 import FLOAT64"]
        made.insert(0, "numbers = FLOAT64.maths")
    return "\n".join([*lines, *([""] if made else []), *made, "", "", ""])


def define(name: str, arguments: Iterable[str], body: Iterable[str], results: Iterable[str]) -> str:
    """Return the source of a function that returns a tuple."""
    returned = "".join(f"{result}, " for result in results).rstrip()
    lines = [*body, f"return {returned}" if returned else "return ()"]
    inside = "\n".join(f"    {line}" for line in lines)
    return f"def {name}({', '.join(arguments)}):\n{inside}\n"


def plain(name: str, graph: WengertList, outputs: Sequence[int], number: str = "{}") -> Source:
    """Return the source of a function of the inputs that returns the values of `outputs`.

    Parameters
    ----------
    number
        How a result that is the same everywhere is written.

    Raises
    ------
    GraphError
        If an operation has no form in NumPy.
    """
    tape = Tape("", fast=False)
    inputs = {n: tape.cell(graph.shape(n), n in graph.batched) for n in graph.inputs}
    if graph.batched:
        tape.size = f"{inputs[min(graph.batched)]}.shape[0]"
    cells = walk(graph, tape, inputs, outputs)
    wanted = [
        str(x) if isinstance(x, Cell) else number.format(literal(x))
        for x in (cells[n] for n in outputs)
    ]
    lines = tape.live(wanted)
    order = [*map(str, inputs.values()), *(str(line.fills) for line in lines)]
    new = {old: f"v{at}" for at, old in enumerate(order, 1)}

    def renamed(text: str) -> str:
        return NAME.sub(lambda found: new[found[0]], text)

    body = [renamed(f"{line.fills} = {line.text}") for line in lines]
    text = define(name, map(renamed, map(str, inputs.values())), body, map(renamed, wanted))
    variables = {n: new[str(x)] for n, x in enumerate(cells) if str(x) in new}
    return Source(text, variables, frozenset(tape.used))


def run(source: str, name: str, used: Collection[str], given: Mapping[str, Any]) -> Any:
    """Return what a source of ours calls `name`."""
    namespace = dict(given)
    exec(compile(prelude(used) + source, f"<chainrule {name}>", "exec"), namespace)
    return namespace[name]
