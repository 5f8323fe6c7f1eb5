"""Programs worked by hand: every step on its own, its slopes by mpmath's differences."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import mpmath

CONTEXT = mpmath.MPContext()
CONTEXT.dps = 30
FUNCTIONS = {
    name: getattr(
        CONTEXT,
        {"ln": "ln", "arctan": "atan", "arcsin": "asin", "arccos": "acos", "abs": "fabs"}.get(
            name, name
        ),
    )
    for name in (
        "sin",
        "cos",
        "tan",
        "exp",
        "ln",
        "sqrt",
        "sinh",
        "cosh",
        "tanh",
        "arctan",
        "arcsin",
        "arccos",
        "abs",
    )
} | {"sigmoid": lambda a: 1 / (1 + CONTEXT.exp(-a))}


@dataclass
class Step:
    name: str
    text: str
    operands: list[str]
    code: Any

    def at(self, values: dict[str, Any]) -> Any:
        return eval(self.code, {"__builtins__": {}}, {**FUNCTIONS, **values})

    def slope(self, operand: str, values: dict[str, Any]) -> Any:
        return CONTEXT.diff(lambda x: self.at({**values, operand: x}), values[operand])


def read(program: str) -> list[Step]:
    steps = []
    for line in program.split("\n"):
        name, _, text = (part.strip() for part in line.partition("="))
        python = re.sub(r"(\d(?:\.\d+)?)\s*([A-Za-z(])", r"\1*\2", text).replace("^", "**")
        names = [n for n in re.findall(r"[A-Za-z_]\w*", python) if n not in FUNCTIONS]
        code = compile(python, "<step>", "eval")
        steps.append(Step(name, text, list(dict.fromkeys(names)), code))
    return steps


def apart(a: Any, b: Any) -> float:
    size = max(abs(a), abs(b))
    return float(abs(a - b) / size) if size else 0.0
