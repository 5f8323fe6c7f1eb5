"""A graph of numbers at very many points as one loop over the points, for numba.

The lines are those that other targets print; what they call is in `wide`, so the loop has no
branch and the compiler computes several points in one register. Where a function is not good for
its operand, the loop says so of the whole block, and NumPy computes that block again.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from chainrule.compile import wide
from chainrule.compile.jit import WIDE
from chainrule.compile.tape import SourceLine, Tape, Variable, by_hand, literal
from chainrule.compile.walk import walk
from chainrule.graph.wengert import WengertList

MANY = 100_000  # points from which on machine code is worth its making, once a formula
LONG = 1000  # lines up to which it is made in a few seconds
RANGES = {**wide.RANGES, "erf": (-1e300, 1e300), "erfc": (-1e300, 1e300), "gamma": (0.01, 170.0)}
RANGES["lgamma"] = RANGES["gamma"]
CALLED = re.compile(r"\b(?:np\.)?(\w+)\(")
OURS = re.compile(rf"\bnp\.({'|'.join(WIDE)})\(")
PLAIN = {"add", "subtract", "multiply", "divide", "reciprocal", "negative", "positive"}
KNOWN = {*PLAIN, *WIDE, *RANGES, "abs", "sqrt", "floor", "ceil"}


def loop(graph: WengertList, many: Sequence[bool], block: int) -> str:
    """Return the source of `points`, empty where it is not to be written.

    `points` takes the inputs (arrays, or numbers of which there is one), an array for each output
    of which there are many values, and an array that is filled with which blocks are good.

    Parameters
    ----------
    many
        Per input, whether there are many of its values or one.
    block
        Number of points in a block.
    """
    tape = Tape("", marks=True)
    inputs = {node: tape.cell((), m) for node, m in zip(graph.inputs, many, strict=True)}
    cells = walk(graph, tape, inputs, graph.outputs)
    outputs = [cells[node] for node in graph.outputs]
    results = [x for x in outputs if isinstance(x, Variable) and x.batched]
    lines = tape.live(map(str, results))
    if (
        not results
        or len(lines) > LONG
        or not {*CALLED.findall(" ".join(x.text for x in lines))} <= KNOWN
    ):
        return ""
    arrays = [str(x) for x in inputs.values() if x.batched]
    rows = [f"out{at}" for at in range(len(results))]
    ahead = ["ahead = True", *(f"{cell} = {literal(cell.number)}" for cell, _ in tape.views)]
    each = [f"{x} = {x}_[i]" for x in arrays]
    for line in lines:
        part, name = (each, "fits") if line.fills.batched else (ahead, "ahead")
        part += [f"{line.fills} = {_written(tape, line)}", *_fitting(line, name)]
    each += [f"{row}_[i] = {x}" for row, x in zip(rows, results, strict=True)]
    arguments = [f"{x}s" if x.batched else str(x) for x in inputs.values()]
    text = f"def points({', '.join([*arguments, *(f'{row}s' for row in rows), 'good'])}):"
    for depth, part in (
        (1, ahead),
        (1, ["for at in range(len(good)):", f"    here, fits = at * {block}, ahead"]),
        (2, [f"{x}_ = {x}s[here:here + {block}]" for x in (*arrays, *rows)]),
        (2, [f"for i in range(len({rows[0]}_)):"]),
        (3, each),
        (2, ["good[at] = fits"]),
    ):
        text += "".join(f"\n{'    ' * depth}{line}" for line in part)
    return text + "\n"


def _written(tape: Tape, line: SourceLine) -> str:
    """Return what stands on the right of a line."""
    function, *operands = tape.made.get(line.fills.name, ("",))
    names = [str(x) if isinstance(x, Variable) else literal(x) for x in operands]
    return OURS.sub(r"\1(", by_hand(function, names) or line.text)


def _fitting(line: SourceLine, fits: str) -> list[str]:
    """Return the line that asks whether a function is good for its operand."""
    (name, *_) = CALLED.findall(line.text)
    if name not in RANGES:
        return []
    (x,), (low, high) = line.reads, RANGES[name]
    return [f"{fits} &= ({x} >= {low!r}) & ({x} <= {high!r})"]
