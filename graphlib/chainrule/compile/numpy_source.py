"""A graph as the source of a NumPy function, one line a step.

Variables are called v1, v2, … in order: no text of a user ever reaches the source.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from chainrule.algebras.float64 import FLOAT64
from chainrule.compile.code import ATOM, SPECIAL, Code, NumPyMaths, literal
from chainrule.graph.wengert import INPUT, WengertList
from chainrule.ops import OPS
from chainrule.ops.record import same_shape

HEADER = '"""Written by chainrule; the variables are numbered in the order of the graph."""'


class Source(NamedTuple):
    """The source of one function.

    Parameters
    ----------
    text
        The `def` statement.
    variables
        Per node that has one, the name of its variable.
    special
        The functions it calls that NumPy lacks.
    """

    text: str
    variables: dict[int, str]
    special: frozenset[str]


def function(name: str, graph: WengertList, outputs: Sequence[int]) -> Source:
    """Return the source of a function of the inputs that returns the values of `outputs`.

    Raises
    ------
    GraphError
        If an operation has no form in NumPy.
    """
    maths = NumPyMaths()
    variables: dict[int, str] = {}
    codes: list[Code] = []
    lines: list[str] = []
    constants = constants_of(graph)
    for node, op in enumerate(graph.ops):
        if node in constants:
            codes.append(constants[node])
            continue
        carries, shape = graph.carries[node], graph.shape(node)
        if op is not INPUT:
            operands = [codes[i] for i in graph.operands[node]]
            sums = _summed_outer(graph, node, codes)
            code = sums or op.numeric(maths, *operands, **graph.parameters_of(node))
            users = graph.users[node] if op is OUTER and node not in outputs else ()
            if users and all(_is_summed(graph, edge.user) for edge in users):
                codes.append(code)  # written by its sums, as one matrix product
                continue
            if op is IDENTITY or not isinstance(code, Code):
                codes.append(code if isinstance(code, Code) else literal(code))
                continue
        variables[node] = f"v{len(variables) + 1}"
        if op is not INPUT:
            lines.append(f"    {variables[node]} = {code.text}")
        codes.append(Code(variables[node], ATOM, shape, carries))
    entries = ", ".join(variables[node] for node in graph.inputs)
    results = ", ".join(codes[node].text for node in outputs)
    body = "\n".join([*lines, f"    return {results}{',' if len(outputs) == 1 else ''}"])
    return Source(f"def {name}({entries}):\n{body}\n", variables, frozenset(maths.used))


IDENTITY, OUTER, BATCH_SUM = OPS["identity"], OPS["outer"], OPS["batch_sum"]


def _is_summed(graph: WengertList, node: int) -> bool:
    """Whether a node is the sum over the batch of outer products of two batches."""
    operands = graph.operands[node]
    if graph.ops[node] is not BATCH_SUM or graph.ops[operands[0]] is not OUTER:
        return False
    return all(graph.carries[i] for i in graph.operands[operands[0]])


def _summed_outer(graph: WengertList, node: int, codes: Sequence[Code]) -> Code | None:
    """Return Σ a bᵀ over the examples as one matrix product Aᵀ B, None for any other node."""
    if not _is_summed(graph, node):
        return None
    a, b = (codes[i] for i in graph.operands[graph.operands[node][0]])
    return Code(f"{a.within(ATOM)}.T @ {b.within(ATOM)}", 1, a.shape + b.shape)


def constants_of(graph: WengertList) -> dict[int, Code]:
    """Return the numbers of the nodes that no input reaches, which are the same in every call."""
    fixed = [n for n in range(len(graph)) if not (graph.varies[n] or graph.shape(n))]
    found: dict[int, Code] = {}
    values: dict[int, float] = {}
    for node in fixed:
        op, operands = graph.ops[node], graph.operands[node]
        if op.shape is not same_shape or any(i not in values for i in operands):
            continue
        value = FLOAT64.apply(op, graph.parameters_of(node), [values[i] for i in operands])
        values[node] = value if isinstance(value, float) else float("nan")
        names = {"pi": "np.pi", "e": "np.e"}
        found[node] = Code(names[op.name], ATOM) if op.name in names else literal(values[node])
    return found


def prelude(special: frozenset[str]) -> str:
    """Return what stands before the functions: imports, and what NumPy lacks."""
    lines = [HEADER, ""]
    made = [f"{name} = {SPECIAL[name]}" for name in sorted(special)]
    if any("math." in line for line in made):
        lines += ["import math", ""]
    lines.append("import numpy as np")
    if any("moves." in line for line in made):
        lines += ["", "from chainrule.algebras import moves"]
    if any("numbers." in line for line in made):
        lines += ["", "from chainrule.algebras.float64 import FLOAT64"]
        made.insert(0, "numbers = FLOAT64.maths")
    return "\n".join([*lines, *([""] if made else []), *made, "", "", ""])
