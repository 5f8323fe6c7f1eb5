"""One step of gradient descent on a tiny network."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from chainrule.exercises.kinds.kind import Kind, Question, Setting, one_output
from chainrule.exercises.kinds.slots import (
    computed_answer,
    filled_table,
    instructions,
    number_answer,
    typed,
)
from chainrule.exercises.levels import Level
from chainrule.exercises.problem import Draft, Problem
from chainrule.exercises.second_reading import number
from chainrule.exercises.sheet import ask, ask_in_line, give
from chainrule.passes.places import Update
from chainrule.readings.document import Space
from chainrule.readings.terms import EQUALS, Coloured, Row

NETWORKS: Final = (
    ("a = w*x + b; e = a - y; J = e^2", ("w", "b")),
    ("a = w*x + b; p = {f}(a); e = p - y; J = e^2", ("w", "b")),
    (
        "a1 = w1*x; h1 = {f}(a1); a2 = w2*x; h2 = {f}(a2); p = v1*h1 + v2*h2; e = p - y; J = e^2",
        ("w1", "w2", "v1", "v2"),
    ),
)
"""Programs and their parameters, two levels each; what is no parameter is data."""

WEIGHTS: Final = ("0.3", "0.4", "0.6", "0.7", "0.8", "1.2", "1.5", "-0.4", "-0.6", "-0.8", "-1.2")
DATA: Final = ("0.6", "0.8", "1.2", "1.5", "2.5", "3")
TARGETS: Final = ("0.3", "0.7", "1.6", "-0.5", "2.5")
RATES: Final = ("0.1", "0.2", "0.3", "0.5")


def draft(level: Level, rng: np.random.Generator) -> Draft:
    """Return a network of a linear unit, of one squashing unit, or of two hidden units."""

    def pick(choices: tuple[str, ...]) -> str:
        return choices[int(rng.integers(len(choices)))]

    program, parameters = NETWORKS[(level.number - 1) // 2]
    point = {"x": pick(DATA)}
    weights = rng.permutation(len(WEIGHTS))
    point |= {name: WEIGHTS[int(i)] for name, i in zip(parameters, weights, strict=False)}
    point["y"] = pick(TARGETS)
    settings = {"rate": pick(RATES), "parameters": " ".join(parameters)}
    return Draft(program.format(f=pick(("tanh", "sigmoid"))), point, settings=settings)


def _parameters(problem: Problem) -> list[str]:
    chosen = problem.draft.settings.get("parameters", "").split()
    return [name for name in problem.inputs if not chosen or name in chosen]


def fits(problem: Problem) -> str:
    """Accept problems with one output and at most six parameters."""
    return one_output(problem) or (
        "" if len(_parameters(problem)) <= 6 else "it is no tiny network"
    )


def _rate(problem: Problem) -> str:
    return problem.draft.settings.get("rate", "0.1")


def write(setting: Setting) -> Question:
    """Ask for the loss, the gradient, and the new parameters."""
    problem, view = setting.problem, setting.problem.worked.view
    rate = _rate(problem)
    output = view.run.output
    loss = f"value:{view.labels[output]}"
    answers = []
    blocks = []
    if loss not in setting.asked:
        answers.append(number_answer(problem, loss))
        line = Row((view.name(output), EQUALS))
        blocks.append(ask_in_line((line,), loss))
    rows, second = [], dict[str, Any]()
    for name in _parameters(problem):
        gradient, updated = f"adjoint:{name}", f"updated:{name}"
        start = problem.value(f"value:{name}")
        answers.append(number_answer(problem, gradient))
        new = start - float(rate) * problem.value(gradient)
        answers.append(computed_answer(updated, new, "value"))
        second[updated] = problem.second(f"value:{name}") - number(rate) * problem.second(gradient)
        node = problem.node_of[name]
        given = give(Coloured("value", typed(problem.point[name])), "value")
        rows.append((give(view.name(node)), given, ask(gradient), ask(updated)))
    widths = {"parameter": 0.9, "value": 0.9, "gradient": 1.5, "updated": 1.5}
    table = filled_table(widths, rows)
    words = instructions("descent", {"rate": typed(rate), "output": view.name(output)})
    return Question((words, Space(5), *blocks, table), tuple(answers), second)


def follow(problem: Problem, cell: str, own: Callable[[str], float]) -> Update | None:
    """Take the step with somebody's own gradient."""
    kind, _, name = cell.partition(":")
    if kind != "updated":
        return None
    return Update(problem.value(f"value:{name}"), float(_rate(problem)), own(f"adjoint:{name}"))


KIND = Kind(
    "descent",
    "One step of gradient descent",
    "one update of a tiny network",
    write,
    fits,
    draft,
    follow=follow,
)
