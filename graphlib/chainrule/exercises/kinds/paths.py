"""Sum over paths: every path from an input to the output, and the product of its local partials."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import prod
from typing import Any

from chainrule.exercises.kinds.kind import Kind, Question, Setting, one_output
from chainrule.exercises.kinds.slots import (
    computed_answer,
    filled_table,
    given_table,
    instructions,
    number_answer,
)
from chainrule.exercises.problem import Problem
from chainrule.exercises.sheet import ask, give
from chainrule.graph.wengert import Edge
from chainrule.passes.places import Sum
from chainrule.readings.terms import Coloured, Row, Sign, Term, Word, row

FEWEST, MOST = 2, 8


def paths(problem: Problem, entry: str, most: int = MOST + 1) -> list[tuple[Edge, ...]]:
    """Return the paths from an input to the output, left to right; `most` at most."""
    begin = problem.node_of[entry]
    goal = problem.worked.graph.outputs[0]
    onward: dict[int, list[Edge]] = {}
    for edge in problem.edges:
        onward.setdefault(edge.operand, []).append(edge)
    found: list[tuple[Edge, ...]] = []
    # The next edge on top: a list of its own keeps deep graphs off Python's stack.
    waiting: list[tuple[int, tuple[Edge, ...]]] = [(begin, ())]
    while waiting and len(found) < most:
        node, way = waiting.pop()
        if node == goal:
            found.append(way)
            continue
        waiting += [(edge.user, (*way, edge)) for edge in reversed(onward.get(node, []))]
    return found


def fits(problem: Problem) -> str:
    """Accept problems with two to eight paths from some input."""
    reason = one_output(problem)
    if reason or _entry(problem):
        return reason
    return f"no input has {FEWEST} to {MOST} paths to the output"


def _entry(problem: Problem) -> str:
    counts = {name: len(paths(problem, name)) for name in problem.inputs}
    fitting = {name: n for name, n in counts.items() if FEWEST <= n <= MOST}
    return max(fitting, key=lambda name: fitting[name], default="")


def _cell(problem: Problem, way: tuple[Edge, ...]) -> str:
    label = problem.worked.labels
    return "path:" + ",".join(
        [*(label[edge.user] for edge in reversed(way)), label[way[0].operand]]
    )


def _shown(problem: Problem, way: tuple[Edge, ...]) -> Iterator[Term]:
    view = problem.worked.view
    yield view.name(way[0].operand)
    for edge in way:
        yield Sign("→")
        yield view.name(edge.user)


def write(setting: Setting) -> Question:
    """Ask for the product of every path from one input, and for their sum."""
    problem, view = setting.problem, setting.problem.worked.view
    entry = _entry(problem)
    rows, answers, second = [], [], dict[str, Any]()
    for way in paths(problem, entry):
        cell = _cell(problem, way)
        steps = [problem.edge_cell("partial", edge) for edge in way]
        answers.append(computed_answer(cell, prod(map(problem.value, steps)), "derivative"))
        second[cell] = prod((problem.second(step) for step in steps), start=1)
        rows.append((give(Row(tuple(_shown(problem, way)))), ask(cell)))
    total = f"adjoint:{entry}"
    d, slash = Sign("∂", tight=True), Sign("/", tight=True)
    node = view.name(problem.node_of[entry])
    goal = Coloured("derivative", row(d, view.name(view.run.output), slash, d, node))
    rows.append((give(row(goal, Word(" = Σ", r"=\Sigma"))), ask(total)))
    answers.append(number_answer(problem, total))
    table = filled_table({"path": 2.2, "product": 1.4}, rows)
    names: dict[str, Term] = {
        "output": view.name(view.run.output),
        "input": view.name(problem.node_of[entry]),
    }
    return Question(
        (instructions("paths", names), given_table(setting, "partial"), table),
        tuple(answers),
        second,
    )


def follow(problem: Problem, cell: str, own: Callable[[str], float]) -> float | Sum | None:
    """Multiply somebody's local partials along a path, or add somebody's products."""
    entry = _entry(problem)
    ways = paths(problem, entry)
    if cell == f"adjoint:{entry}":
        products = tuple(own(_cell(problem, way)) for way in ways)
        return Sum((1.0,) * len(products), products, products, backward=True)
    for way in ways:
        if cell == _cell(problem, way):
            return prod(own(problem.edge_cell("partial", edge)) for edge in way)
    return None


KIND = Kind(
    "paths", "Sum over paths", "products along paths and their sum", write, fits, follow=follow
)
