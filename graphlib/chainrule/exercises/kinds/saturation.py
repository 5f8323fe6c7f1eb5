"""Recognise saturation: units through which hardly any derivative comes."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final

import numpy as np

from chainrule.exercises.catalogue import WORDS
from chainrule.exercises.fitness import SMALLEST
from chainrule.exercises.kinds.kind import Kind, Question, Setting, anything
from chainrule.exercises.kinds.slots import choice_answer, filled_table, instructions, number_answer
from chainrule.exercises.levels import TRIES, Level
from chainrule.exercises.problem import Draft, Problem
from chainrule.exercises.sheet import ask, give
from chainrule.graph.wengert import Edge
from chainrule.readings.terms import Numeral

LIMIT: Final = 0.05
CLEAR: Final = (0.035, 0.075)
"""No slope lies between these: whether a unit is saturated is no matter of rounding."""

SQUASHING: Final = frozenset(("sigmoid", "tanh"))
SLOPES: Final = ("2", "3", "4", "-2.5", "-3.5", "0.5", "1.5", "-1.2")
SHIFTS: Final = ("1", "-1", "0.5", "-2", "1.5", "-0.5")
INPUTS: Final = ("0.6", "0.8", "1.2", "1.5", "-0.5", "-0.8")


def draft(level: Level, rng: np.random.Generator) -> Draft:
    """Return a layer of three to five units of one input."""
    x = INPUTS[int(rng.integers(len(INPUTS)))]
    lines: list[str] = []
    # No two units with one slope: a shared product would be a step without a name.
    slopes = rng.permutation(len(SLOPES))[: 3 + (level.number - 1) // 2]
    for i, place in enumerate(slopes, start=1):
        w, b, squash = SLOPES[int(place)], "", ""
        for _ in range(TRIES):
            b = SHIFTS[int(rng.integers(len(SHIFTS)))]
            squash = ("sigmoid", "tanh")[int(rng.integers(2))]
            if _is_clear(float(w) * float(x) + float(b), squash):
                break
        lines += [f"a{i} = {_affine(w, b)}", f"h{i} = {squash}(a{i})"]
    return Draft("; ".join(lines), {"x": x})


def _is_clear(a: float, squash: str) -> bool:
    """Whether a unit's slope is neither near the limit nor too small to be worked out."""
    t = math.tanh(a if squash == "tanh" else a / 2)
    slope = (1 - t * t) * (1 if squash == "tanh" else 0.25)
    return abs(a) > 0.2 and slope > SMALLEST and not CLEAR[0] <= slope <= CLEAR[1]


def _affine(w: str, b: str) -> str:
    """Return w x + b as people write it, no minus sign before a product inside."""
    if w.startswith("-"):
        return f"{b} - {w[1:]}*x"
    return f"{w}*x - {b[1:]}" if b.startswith("-") else f"{w}*x + {b}"


def _units(problem: Problem) -> list[Edge]:
    graph = problem.worked.graph
    return [edge for edge in problem.edges if graph.ops[edge.user].name in SQUASHING]


def fits(problem: Problem) -> str:
    """Accept layers in which some units are saturated and some are not, all clearly."""
    slopes = [abs(problem.value(problem.edge_cell("partial", e))) for e in _units(problem)]
    if any(CLEAR[0] < slope < CLEAR[1] for slope in slopes):
        return f"a slope is too near to {LIMIT}"
    saturated = sum(slope < LIMIT for slope in slopes)
    if not 0 < saturated < len(slopes):
        return "some units must be saturated, and some not"
    return anything(problem)


def write(setting: Setting) -> Question:
    """Ask for each unit's operand, value and slope, and whether it is saturated."""
    problem, view = setting.problem, setting.problem.worked.view
    rows, answers, second = [], [], dict[str, Any]()
    for edge in _units(problem):
        label, operand = view.labels[edge.user], view.labels[edge.operand]
        slope = problem.edge_cell("partial", edge)
        cell = f"saturated:{label}"
        yes = abs(problem.value(slope)) < LIMIT
        second[cell] = WORDS["yes" if abs(problem.second(slope)) < LIMIT else "no"]
        asked = [f"value:{label}", slope]
        if f"value:{operand}" not in setting.asked and operand not in problem.inputs:
            asked.insert(0, f"value:{operand}")
        answers += [number_answer(problem, c) for c in asked]
        answers.append(
            choice_answer(cell, WORDS["yes" if yes else "no"], (WORDS["yes"], WORDS["no"]))
        )
        before = ask(asked[0]) if len(asked) == 3 else give(None)
        rows.append((give(view.equation(edge.user)), before, ask(asked[-2]), ask(slope), ask(cell)))
    widths = {"unit": 1.2, "input": 1.1, "value": 1.1, "slope": 1.1, "saturated": 0.9}
    words = instructions("saturation", {"limit": Numeral(str(LIMIT))})
    return Question((words, filled_table(widths, rows)), tuple(answers), second)


def follow(problem: Problem, cell: str, own: Callable[[str], float]) -> str | None:
    """Decide by the slope that somebody wrote."""
    for edge in _units(problem):
        if cell == f"saturated:{problem.worked.labels[edge.user]}":
            slope = own(problem.edge_cell("partial", edge))
            return WORDS["yes" if abs(slope) < LIMIT else "no"]
    return None


KIND = Kind(
    "saturation",
    "Recognise saturation",
    "units through which no derivative comes",
    write,
    fits,
    draft,
    follow=follow,
)
