"""Two loops over the nodes of a large graph, written from the records of its operations.

One branch for each kind of node: forward it computes the value, backward it adds the shares to
the operands' adjoints. Python runs the loops as they are; numba, where it is installed, makes
machine code of the same text.
"""

from __future__ import annotations

import importlib.util
import math
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np

from chainrule.algebras.float64 import FLOAT64, LIBRARY
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


def _heaviside(x: float, at: float) -> float:
    return 1.0 if x > 0 else 0.0 if x < 0 else at if x == 0 else x


def _where(condition: bool, a: float, b: float) -> float:
    return a if condition else b


def _maximum(a: float, b: float) -> float:
    return a if a > b or a != a else b


def _minimum(a: float, b: float) -> float:
    return a if a < b or a != a else b


def _square(x: float) -> float:
    return x * x


def _raised(a: float, b: float) -> float:
    raised: float = a**b
    return raised


PLAIN: Mapping[str, Callable[..., Any]] = {
    "heaviside": _heaviside,
    "where": _where,
    "maximum": _maximum,
    "minimum": _minimum,
    "square": _square,
}
NUMBERS: dict[str, Any] = {
    **{f"np_{op.numpy}": LIBRARY[op.name] for op in OPS.values() if op.numpy in LIBRARY},
    **{f"np_{op.numpy}": getattr(FLOAT64.maths, op.name) for op in OPS.values() if op.numpy},
    **{f"np_{name}": function for name, function in PLAIN.items()},
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
    return known and importlib.util.find_spec("numba") is not None


@cache
def _compiled(source: str) -> tuple[Any, Any]:
    numba = importlib.import_module("numba")
    jit = numba.njit(error_model="numpy", nogil=True)
    namespace: dict[str, Any] = {name: jit(function) for name, function in PLAIN.items()}
    namespace = {f"np_{name}": function for name, function in namespace.items()}
    namespace["np_float_power"] = jit(_raised)
    for name in set(re.findall(r"\bnp_(\w+)", source)) - {n[3:] for n in namespace}:
        namespace[f"np_{name}"] = getattr(np, name)
    for name in LACKING:
        if hasattr(math, name):
            namespace[name] = getattr(math, name)
    exec(compile(source, "<chainrule loops>", "exec"), namespace)
    return jit(namespace["forward"]), jit(namespace["backward"])
