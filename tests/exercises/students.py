"""Simulated students: tables worked by hand with known mistakes, made by code of its own.

A student goes down the sheet, works with the numbers that stand on it, and makes one mistake.
Derivatives are mpmath's differences; nothing is shared with the code that marks.
"""

from __future__ import annotations

import math
import random
import re
from dataclasses import dataclass, field
from typing import Any

import mpmath

CONTEXT = mpmath.MPContext()
CONTEXT.dps = 30
FUNCTIONS = {
    name: getattr(CONTEXT, {"ln": "ln", "arctan": "atan", "arcsin": "asin", "arccos": "acos",
                            "abs": "fabs"}.get(name, name))
    for name in ("sin", "cos", "tan", "exp", "ln", "sqrt", "sinh", "cosh", "tanh", "arctan",
                 "arcsin", "arccos", "abs")
} | {"sigmoid": lambda a: 1 / (1 + CONTEXT.exp(-a))}  # fmt: skip


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


@dataclass
class Work:
    """A program with the numbers of its cells at a point."""

    steps: list[Step]
    point: dict[str, Any]
    cells: dict[str, Any] = field(default_factory=dict)


def read(program: str) -> list[Step]:
    steps = []
    for line in program.split("\n"):
        name, _, text = (part.strip() for part in line.partition("="))
        python = re.sub(r"(\d(?:\.\d+)?)\s*([A-Za-z(])", r"\1*\2", text).replace("^", "**")
        names = [n for n in re.findall(r"[A-Za-z_]\w*", python) if n not in FUNCTIONS]
        code = compile(python, "<step>", "eval")
        steps.append(Step(name, text, list(dict.fromkeys(names)), code))
    return steps


class Student:
    """Works a sheet; `mistake` is made in one cell, or nowhere."""

    def __init__(
        self, program: str, point: dict[str, Any], digits: int, forward: bool, partials: bool
    ) -> None:
        self.steps = read(program)
        self.by_name = {step.name: step for step in self.steps}
        self.point = {name: CONTEXT.mpf(str(value)) for name, value in point.items()}
        self.digits, self.forward, self.partials = digits, forward, partials
        used = {name for step in self.steps for name in step.operands}
        self.goal = next(step.name for step in self.steps if step.name not in used)

    def rounded(self, number: Any) -> Any:
        return CONTEXT.mpf(CONTEXT.nstr(number, self.digits, strip_zeros=False))

    def exact(self) -> dict[str, Any]:
        """Every cell without rounding or mistakes."""
        return self.work(None, 0, lambda number: number)

    def shares(self, node: str, cells: dict[str, Any]) -> list[tuple[str, Any, Any]]:
        """The users of a node from the last one written, with adjoint and partial."""
        return [
            (s.name, cells[f"adjoint:{s.name}"], cells[f"partial:{s.name},{node}"])
            for s in reversed(self.steps)
            if node in s.operands and f"adjoint:{s.name}" in cells
        ]

    def work(self, where: str | None, wrong: Any, round_: Any) -> dict[str, Any]:
        """Fill all cells in working order; in the cell `where` stands wrong(cells, right)."""
        cells: dict[str, Any] = {}
        values = dict(self.point)

        def put(id: str, number: Any) -> Any:
            cells[id] = round_(wrong(cells, number) if id == where else number)
            return cells[id]

        for step in self.steps:
            values[step.name] = put(f"value:{step.name}", step.at(values))
        for step in self.steps:
            for operand in step.operands:
                put(f"partial:{step.name},{operand}", step.slope(operand, values))
        if self.forward:
            for name in self.point:
                put(f"tangent:{name}", CONTEXT.mpf(1))
            for step in self.steps:
                terms = (
                    cells[f"partial:{step.name},{o}"] * cells[f"tangent:{o}"] for o in step.operands
                )
                put(f"tangent:{step.name}", CONTEXT.fsum(terms))
            return cells
        put(f"adjoint:{self.goal}", CONTEXT.mpf(1))
        for name in [s.name for s in reversed(self.steps) if s.name != self.goal] + [*self.point]:
            shares = self.shares(name, cells)
            put(f"adjoint:{name}", CONTEXT.fsum(a * p for _, a, p in shares))
        return cells

    def written(self, cells: dict[str, Any], draw: random.Random) -> dict[str, str]:
        """The cells as the student writes them."""
        answers = {}
        for id, number in cells.items():
            if id.startswith("partial:") and not self.partials:
                continue
            text = CONTEXT.nstr(number, self.digits, strip_zeros=False, min_fixed=-4, max_fixed=9)
            if draw.random() < 0.3 and "." in text and "e" not in text:
                text = text.rstrip("0").rstrip(".")
            answers[id] = text.replace(".", ",") if draw.random() < 0.2 else text
        return answers


def mistakes(student: Student, draw: random.Random) -> list[tuple[str, str, Any]]:
    """Possible mistakes: name, cell, and what stands there instead (cells, right) -> number."""
    found: list[tuple[str, str, Any]] = []
    at = student.point
    values = {**at, **{s.name: student.exact()[f"value:{s.name}"] for s in student.steps}}
    for step in student.steps:
        for operand in step.operands:
            cell = f"partial:{step.name},{operand}"
            here = f"value:{step.name}"
            if student.partials:
                found.append(("value-for-derivative", cell, lambda c, r, here=here: c[here]))
                if re.fullmatch(rf"{operand}\^\d+", step.text):
                    x = values[operand]
                    found.append(("exponent-not-lowered", cell, lambda c, r, x=x: r * x))
                if re.search(rf"cos|-\s*{operand}\b|/\s*{operand}\b|^-", step.text):
                    found.append(("lost-sign", cell, lambda c, r: -r))
                if re.fullmatch(r"\w+\*\w+", step.text) and len(step.operands) == 2:
                    found.append(("product-of-derivatives", cell, lambda c, r: CONTEXT.mpf(1)))
                if re.fullmatch(r"[a-z]\w*/[a-z]\w*", step.text) and len(step.operands) == 2:
                    found.append(("quotient-swapped", cell, lambda c, r: -r))
                if re.fullmatch(r"(sin|cos|exp|tanh|sinh|cosh|arctan)\(\w+\)", step.text):
                    f = lambda c, r, s=step, o=operand, h=here: s.slope(o, {**values, o: c[h]})  # noqa: E731
                    found.append(("derivative-at-wrong-point", cell, f))
    if student.forward:
        for step in student.steps:
            cell = f"tangent:{step.name}"
            if len(step.operands) == 2:
                a, b = step.operands
                keep = draw.choice([a, b])
                found.append(("forgotten-path", cell, lambda c, r, s=step.name, o=keep:
                              c[f"partial:{s},{o}"] * c[f"tangent:{o}"]))  # fmt: skip
                if re.fullmatch(r"\w+\*\w+", step.text):
                    found.append(("product-of-derivatives", cell, lambda c, r, a=a, b=b:
                                  c[f"tangent:{a}"] * c[f"tangent:{b}"]))  # fmt: skip
            elif step.operands and step.operands[0] not in at:
                inner = f"partial:{step.name},{step.operands[0]}"
                found.append(("forgotten-inner-derivative", cell, lambda c, r, i=inner: c[i]))
        for name in at:
            v = at[name]
            found.append(("wrong-seed", f"tangent:{name}", lambda c, r, v=v: v))
        return found
    for node in [s.name for s in student.steps if s.name != student.goal] + list(at):
        cell, count = f"adjoint:{node}", len(student.shares(node, student.exact()))

        def terms(c: Any, node: str = node) -> list[Any]:
            return [a * p for _, a, p in student.shares(node, c)]

        if count > 1:
            pick = draw.choice([0, -1])
            found.append(("overwrite-instead-of-accumulate", cell,
                          lambda c, r, t=terms, k=pick: t(c)[k]))  # fmt: skip
            left = draw.randrange(count)
            found.append(("forgotten-path", cell, lambda c, r, t=terms, k=left: r - t(c)[k]))
        found.append(("forgotten-inner-derivative", cell, lambda c, r, n=node, t=terms:
                      r - t(c)[0] + student.shares(n, c)[0][1]))  # fmt: skip
    goal = student.goal
    found.append(("wrong-seed", f"adjoint:{goal}", lambda c, r: c[f"value:{goal}"]))
    return found


def apart(a: Any, b: Any) -> float:
    size = max(abs(a), abs(b))
    return float(abs(a - b) / size) if size else 0.0


def is_finite(number: Any) -> bool:
    return math.isfinite(float(number.real if hasattr(number, "real") else number))
