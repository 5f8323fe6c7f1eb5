"""Two loops over the nodes of a large graph, written from the records of its operations.

One branch for each kind of node: forward it computes the value, backward it adds the shares to
the operands' adjoints. Python runs the loops as they are; numba, where it is installed, makes
machine code of the same text.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

from chainrule.algebras.float64 import FLOAT64, LIBRARY
from chainrule.compile import jit, wide
from chainrule.compile.maths import LACKING, TapeMaths
from chainrule.compile.tape import Tape, Variable, literal
from chainrule.ops import OPS
from chainrule.ops.record import Rule

FUNCTION = re.compile(r"\bnp\.(\w+)")


def loops(kinds: Sequence[tuple[Rule, Sequence[tuple[int, Rule | int]], int]], arity: int) -> str:
    """Return the source of `forward` and `backward`.

    Parameters
    ----------
    kinds
        Of each kind the rule of the value, those of the local partials by slot (or the whole
        number that one is), and how many operands there are.
    arity
        How many operands a node has at most.
    """
    columns = [f"c{slot}" for slot in range(arity)]
    forward = [
        f"def forward(kinds, {', '.join(columns)}, v):",
        "    for n in range(len(kinds)):",
        "        k = kinds[n]",
    ]
    backward = [
        f"def backward(kinds, {', '.join(columns)}, v, d, output):",
        "    for n in range(output, -1, -1):",
        "        bar = d[n]",
        "        if bar == 0.0:",
        "            continue",
        "        k = kinds[n]",
    ]
    for at, (value, partials, count) in enumerate(kinds):
        word = "elif" if at else "if"
        reads = [f"x{slot} = v[c{slot}[n]]" for slot in range(count)]
        lines, (result,) = _lines([value], count)
        forward += _branch(word, at, [*reads, *lines, f"v[n] = {result}"])
        lines, shares = _lines([rule for _, rule in partials], count, own=True)
        # Only what is read: of a sum nothing is.
        reads = [x for x in reads if re.search(rf"\b{x[:2]}\b", " ".join([*lines, *shares]))]
        if any(re.search(r"\by\b", line) for line in (*lines, *shares)):
            reads.append("y = v[n]")
        adds = [
            f"d[c{slot}[n]] += bar" + ("" if share == "1" else f" * ({share})")
            for (slot, _), share in zip(partials, shares, strict=True)
        ]
        backward += _branch(word, at, [*reads, *lines, *adds] or ["pass"])
    return FUNCTION.sub(r"np_\1", "\n".join([*forward, "", "", *backward]) + "\n")


def _branch(word: str, kind: int, lines: Sequence[str]) -> list[str]:
    return [f"        {word} k == {kind}:", *(f"            {line}" for line in lines)]


def _lines(
    rules: Sequence[Rule | int], count: int, *, own: bool = False
) -> tuple[list[str], list[str]]:
    """Return the lines that rules write, and what holds their results."""
    tape = Tape("", fast=False)
    given = [
        Variable(tape, name, (), False) for name in ["y"] * own + [f"x{i}" for i in range(count)]
    ]
    maths = TapeMaths(tape)
    found = [rule if isinstance(rule, int) else rule(maths, *given) for rule in rules]
    results = [str(x) if isinstance(x, Variable) else literal(x) for x in found]
    return [f"{line.fills} = {line.text}" for line in tape.live(results)], results


PLAIN = ("heaviside", "where", "maximum", "minimum", "square")
NUMBERS: dict[str, Any] = {
    **{f"np_{op.numpy}": LIBRARY[op.name] for op in OPS.values() if op.numpy in LIBRARY},
    **{f"np_{op.numpy}": getattr(FLOAT64.maths, op.name) for op in OPS.values() if op.numpy},
    **{f"np_{name}": getattr(wide, name) for name in PLAIN},
    **{name: LIBRARY[name] for name in LACKING if name in LIBRARY},
    **{f"np_{name}": getattr(math, name) for name in ("pi", "e", "inf", "nan")},
    "np_float_power": LIBRARY["power"],
}
"""What the loops call, for Python's floats."""


def made(source: str, *, fast: bool) -> tuple[Any, Any]:
    """Return the two functions; with `fast` compiled by numba, which has to be there."""
    if fast:
        return _compiled(source)
    namespace = dict(NUMBERS)
    exec(compile(source, "<chainrule loops>", "exec"), namespace)
    return namespace["forward"], namespace["backward"]


def numba_takes(source: str) -> bool:
    """Tell whether numba is installed and knows every function that loops call."""
    lacking = re.findall(rf"\b({'|'.join(sorted(LACKING))})\(", source)
    known = all(hasattr(math, name) for name in lacking)
    return known and jit.is_there()


def _compiled(source: str) -> tuple[Any, ...]:
    called = sorted(set(re.findall(r"\bnp_(\w+)", source)))
    own = {"float_power": "pow", **{name: name for name in PLAIN}}
    meant = "".join(f"np_{name} = {own.get(name, f'np.{name}')}\n" for name in called)
    return jit.compiled(meant + source, "forward", "backward")
