"""Two walks over the flat items, by which tests see what was read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import mpmath

from chainrule.errors import ShapeError
from chainrule.language import Item, Program, read
from chainrule.ops.record import Op

SIGNS = {"add": "+", "sub": "-", "mul": "*", "div": "/", "power": "^", "matmul": "@"}


def stand_in(name: str, arity: int | None = 1) -> Op:
    """An operation of which only the name matters here."""
    rule = lambda *operands: None  # noqa: E731
    partials = (rule,) * arity if arity else lambda slot: rule
    return Op(name, arity, value=rule, partials=partials)


FUNCTIONS: dict[str, Op] = {
    name: stand_in(name)
    for name in (
        "sin",
        "cos",
        "tan",
        "sec",
        "csc",
        "cot",
        "sinh",
        "cosh",
        "tanh",
        "coth",
        "asin",
        "acos",
        "atan",
        "exp",
        "sqrt",
        "erf",
        "log10",
        "log",
        "abs",
    )
}
FUNCTIONS |= {
    "ln": FUNCTIONS["log"],
    "max": stand_in("max", None),
    "min": stand_in("min", None),
    "atan2": stand_in("atan2", 2),
    "sigmoid": stand_in("sigmoid"),
    **{f"arc{name}": FUNCTIONS[f"a{name}"] for name in ("sin", "cos", "tan")},
}
FUNCTIONS["σ"] = FUNCTIONS["sigmoid"]


def written(text: str, **options: Any) -> str:
    """The reading of `text` with every bracket; statements are separated by `; `."""
    program = read(text, **options)
    parts: list[str] = []
    for item in program.items:
        parts.append(_written(item, [parts[operand] for operand in item.operands]))
    return "; ".join(
        f"{a.name} = {parts[a.root]}" if a.name else parts[a.root] for a in program.assignments
    )


def _written(item: Item, operands: list[str]) -> str:
    if item.kind == "number":
        return f"({item.text})" if item.text.startswith("-") else item.text
    if item.kind != "apply":
        return item.what
    if item.what in SIGNS:
        return f"({SIGNS[item.what].join(operands)})"
    parameters = [f"{name}={value}" for name, value in item.parameters]
    return f"{item.what}({', '.join(operands + parameters)})"


COMPUTED: dict[str, Callable[..., Any]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "power": lambda a, b: a**b,
    "neg": lambda a: -a,
    "max": max,
    "min": min,
    "abs": abs,
}


def value(program: Program, point: Mapping[str, Any]) -> Any:
    """The value of the main output at 30 digits, by a walk that shares nothing with the graph."""
    with mpmath.workdps(30):
        given = {name: mpmath.mpf(number) for name, number in point.items()}
        values: list[Any] = [None] * len(program.items)
        first = [0, *(a.root + 1 for a in program.assignments)]
        for number in program.order:
            assignment = program.assignments[number]
            for at in range(first[number], assignment.root + 1):
                item = program.items[at]
                values[at] = _value(item, [values[operand] for operand in item.operands], given)
            given[assignment.name] = values[assignment.root]
        return given[program.outputs[0]]


def _value(item: Item, operands: list[Any], given: Mapping[str, Any]) -> Any:
    if item.kind == "number":
        assert isinstance(item.number, Fraction)
        return mpmath.mpf(item.number.numerator) / item.number.denominator
    if item.kind == "constant":
        return +mpmath.e if item.what == "e" else +mpmath.pi
    if item.kind == "name":
        return given[item.what]
    if item.what == "matmul":
        raise ShapeError("numbers have no matrix product")
    return (COMPUTED.get(item.what) or getattr(mpmath, item.what))(*operands)
