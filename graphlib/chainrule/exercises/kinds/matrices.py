"""Vectors and matrices: the shape and the entries of every value and of every adjoint."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import permutations
from typing import Final

import numpy as np

from chainrule.exercises.kinds.kind import Kind, Question, Setting, one_output
from chainrule.exercises.kinds.slots import (
    choice_answer,
    heads,
    instructions,
    number_answer,
    worth,
)
from chainrule.exercises.levels import Level, at_a_tame_point
from chainrule.exercises.problem import Draft, Entries, Problem
from chainrule.exercises.second_reading import SecondReading, numbers
from chainrule.exercises.sheet import Answer, ask, give, lay_out
from chainrule.readings.grid import Cell, Grid
from chainrule.readings.terms import Symbol, Word

PROGRAMS: Final = (
    ("W: 2x2; x: 2; b: 2; y: 2; a = W @ x + b; e = a - y; L = sum(e^2)", "x W b"),
    ("W: 2x3; x: 3; b: 2; y: 2; a = W @ x + b; h = tanh(a); e = h - y; L = sum(e^2)", "x W b"),
    ("W: 3x2; x: 2; b: 3; t: 3; a = W @ x + b; p = softmax(a); L = -sum(t*ln(p))", "x W b"),
    ("X: 3x2; W: 2x2; b: 2; Y: 3x2; A = X @ W + b; E = A - Y; L = mean(E^2)", "W b"),
    ("X: 2x3; W: 3x2; b: 2; Y: 2x2; A = X @ W + b; H = tanh(A); E = H - Y; L = sum(E^2)", "X W b"),
    (
        "W1: 2x2; x: 2; b1: 2; W2: 2x2; b2: 2; t: 2; a = W1 @ x + b1; h = tanh(a); "
        "z = W2 @ h + b2; p = softmax(z); L = -sum(t*ln(p))",
        "W1 b1 W2 b2",
    ),
)
"""A program for each level, with the inputs whose adjoints are asked; the others are data."""

NUMBERS: Final = ("0.3", "0.4", "0.6", "0.7", "0.8", "1.2", "1.5", "-0.3", "-0.4", "-0.6", "-1.2")
CLASSES: Final[Mapping[int, tuple[str, ...]]] = {2: ("0.1", "0.9"), 3: ("0.1", "0.2", "0.7")}
"""A distribution as the target of the softmax: in each entry there is something to work out."""


def draft(level: Level, rng: np.random.Generator) -> Draft:
    """Return a layer, a softmax with cross-entropy, a batch with its bias, or two layers."""
    program, wanted = PROGRAMS[level.number - 1]
    lines = program.split("; ")
    shapes = {
        name: tuple(map(int, shape.split("x")))
        for name, shape in (line.split(": ") for line in lines if ":" in line)
    }
    drawn = at_a_tame_point(lines, list(shapes), rng, NUMBERS, shapes)
    point = dict(drawn.point)
    if "t" in point:
        point["t"] = _far_target(lines, point, CLASSES[shapes["t"][0]])
    return Draft(program, point, settings={"parameters": wanted})


def _far_target(lines: Sequence[str], point: Mapping[str, str], classes: Sequence[str]) -> str:
    """Return the target that is furthest from the softmax, so that few digits cancel."""
    given = {name: numbers(value) for name, value in point.items()}
    p = SecondReading(lines, point).values(given)["p"]

    def nearest(order: Iterable[str]) -> float:
        return min(abs(float(a) - float(t)) / float(t) for a, t in zip(p, order, strict=True))

    return f"[{', '.join(max(permutations(classes), key=nearest))}]"


def fits(problem: Problem) -> str:
    """Accept problems with vectors, and one number as their output."""
    if problem.graph is problem.whole:
        return "it has no vectors"
    return one_output(problem)


def shape_text(shape: Sequence[int]) -> str:
    """Return a shape as it is asked: 2×3; 3 for a vector."""
    return "×".join(map(str, shape))


def same_shape(problem: Problem, answer: Answer, given: str) -> tuple[bool, str]:
    """Compare shapes however they are written: 2×3, 2x3, (2, 3), 2 by 3."""
    return re.findall(r"\d+", given) == re.findall(r"\d+", answer.exact), ""


def write(setting: Setting) -> Question:
    """Ask for what is computed, forwards, then for its adjoints, backwards."""
    problem = setting.problem
    inputs = {problem.whole.list.names[node] for node in problem.whole.list.inputs}
    chosen = problem.draft.settings.get("parameters", "").split() or inputs
    arrays = {name: one for name, one in problem.named.items() if one.shape}
    steps = [name for name in problem.named if name not in inputs]
    asked = {name for name in arrays if name not in inputs} | {*chosen}
    back = [name for name in reversed(problem.named) if name in asked]
    options = _shapes(arrays.values())
    answers: list[Answer] = []

    def table(kind: str, names: Sequence[str]) -> Grid:
        rows: list[tuple[Cell | None, ...]] = []
        wide = max(len(row) for name in names for row in problem.named[name].rows)
        for name in names:
            whole = problem.named[name]
            shape = f"shape:{name}" if kind == "value" else f"shape:{name}@{problem.outputs[0]}"
            if whole.shape:
                answers.append(choice_answer(shape, shape_text(whole.shape), options))
            high = len(whole.rows)
            named = give(Symbol(name), rows=high)
            sized = ask(shape, high) if whole.shape else give(None)
            for i, row in enumerate(whole.rows):
                cells = [f"{kind}:{entry}" for entry in row]
                for cell in cells:
                    # What only repeats another cell is asked, and not paid.
                    paid = 1.0 if kind == "value" else 2 * (worth(problem, cell) // 2)
                    answers.append(number_answer(problem, cell, paid))
                blank = [give(None)] * (wide - len(row))
                rows.append((*((None, None) if i else (named, sized)), *map(ask, cells), *blank))
        columns = (*heads("node", "shape", kind), *[Word("")] * (wide - 1))
        return lay_out(columns, tuple(rows), (0.7, 0.9, *[1.2] * wide))

    tables = table("value", steps), table("adjoint", back)
    words = instructions(
        "matrices", {"output": problem.worked.view.name(problem.worked.run.output)}
    )
    return Question((words, *tables), tuple(answers))


def _shapes(arrays: Iterable[Entries]) -> tuple[str, ...]:
    """Return the shapes to choose from: all that there are, and each turned round."""
    every = {turned for one in arrays for turned in (one.shape, one.shape[::-1])}
    every |= {(1, *shape) for shape in every if len(shape) == 1}
    return tuple(map(shape_text, sorted(every, key=lambda shape: (len(shape), shape))))


KIND = Kind(
    "matrices",
    "Vectors and matrices",
    "shapes and entries of a layer, a softmax, a bias, and of their adjoints",
    write,
    fits,
    draft,
    checks={"choice": same_shape},
)
