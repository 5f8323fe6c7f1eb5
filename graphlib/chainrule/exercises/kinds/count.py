"""Count the operations of forward and reverse mode."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

from chainrule.exercises.catalogue import INSTRUCTIONS, WORDS
from chainrule.exercises.kinds.kind import Kind, Later, Question, Setting, one_output
from chainrule.exercises.kinds.slots import (
    choice_answer,
    given_table,
    instructions,
    readable,
    whole_answer,
)
from chainrule.exercises.problem import Problem, close
from chainrule.exercises.sheet import ask_in_line
from chainrule.graph.wengert import Edge
from chainrule.readings.document import Block
from chainrule.readings.prose import filled


def fits(problem: Problem) -> str:
    """Accept problems with one output whose graph does not use an operand twice in one step."""
    if len({(e.user, e.operand) for e in problem.edges}) < len(problem.edges):
        return "a step uses an operand twice"
    return one_output(problem)


def write(setting: Setting) -> Question:
    """Ask for the counts of each pass, and which mode is cheaper."""
    problem, view = setting.problem, setting.problem.worked.view
    output = view.run.output
    blocks: list[Later | Block] = [instructions("count"), given_table(setting, "partial")]
    answers, second = [], dict[str, Any]()
    onward = [(e.operand, e.user, 0 if _unit(problem, e) else 1) for e in problem.edges]
    back = [(user, operand, products) for operand, user, products in reversed(onward)]
    forward = {name: _operations(problem.node_of[name], onward) for name in problem.inputs}
    for name, count in forward.items():
        cell = f"count:forward,{name}"
        gaps = {"name": view.name(problem.node_of[name])}
        blocks.append(ask_in_line(filled(INSTRUCTIONS["count_forward"], gaps), cell))
        answers.append(whole_answer(cell, count))
        second[cell] = _pushed(problem, name)
    reverse = _operations(output, back)
    cell = f"count:reverse,{view.labels[output]}"
    gaps = {"name": view.name(output)}
    blocks.append(ask_in_line(filled(INSTRUCTIONS["count_reverse"], gaps), cell))
    answers.append(whole_answer(cell, reverse))
    second[cell] = _pulled(problem)
    cheaper = _cheaper(sum(forward.values()), reverse)
    gaps = {"output": view.name(output)}
    blocks.append(ask_in_line(filled(INSTRUCTIONS["count_best"], gaps), "count:cheaper"))
    options = tuple(WORDS[word] for word in ("forward", "reverse", "equal"))
    answers.append(choice_answer("count:cheaper", cheaper, options))
    return Question(tuple(blocks), tuple(answers), second)


def _cheaper(forward: float, reverse: float) -> str:
    word = "equal" if forward == reverse else "forward" if forward < reverse else "reverse"
    return WORDS[word]


def follow(problem: Problem, cell: str, own: Callable[[str], float]) -> str | None:
    """Compare somebody's own counts."""
    if cell != "count:cheaper":
        return None
    view = problem.worked.view
    forward = sum(own(f"count:forward,{name}") for name in problem.inputs)
    return _cheaper(forward, own(f"count:reverse,{view.labels[view.run.output]}"))


def _unit(problem: Problem, edge: Edge) -> bool:
    """Whether a local partial is 1 or −1 at every point: its formula is."""
    return readable(problem.worked.view.partial_formula(edge)) in ("1", "−1")


def _operations(begin: int, edges: Iterable[tuple[int, int, int]]) -> int:
    """Return the products on all edges that are reached, and the sums where they meet.

    Parameters
    ----------
    edges
        Where each comes from and goes to in this pass, and the products on it, in its order.
    """
    reached, total = {begin}, 0
    for near, far, products in edges:
        if near in reached:
            total += products + (far in reached)
            reached.add(far)
    return total


# The same counts from the second reading: its lines, and numbers in place of formulas.


@lru_cache(maxsize=1)
def _priced(problem: Problem) -> Mapping[tuple[str, str], int]:
    """Return what each edge costs: nothing where its partial is 1 or −1 here and elsewhere."""
    reading, base = problem.printed, problem.base
    elsewhere = {name: value * 9 / 8 + 1 / 7 for name, value in base.items()}

    def free(user: str, operand: str) -> bool:
        return all(close(abs(reading.partial(user, operand, at)), 1) for at in (base, elsewhere))

    pairs = [(user, operand) for user in reading.order for operand in reading.uses[user]]
    return {pair: int(not free(*pair)) for pair in pairs}


def _pushed(problem: Problem, entry: str) -> int:
    reading, total, price = problem.printed, 0, _priced(problem)
    reached = {f"n{problem.node_of[entry]}"}
    for name in reading.order:
        moving = [operand for operand in reading.uses[name] if operand in reached]
        if moving:
            reached.add(name)
            total += len(moving) - 1 + sum(price[name, operand] for operand in moving)
    return total


def _pulled(problem: Problem) -> int:
    """Return products on all edges, and for each name one sum less than it has users."""
    price = _priced(problem)
    return sum(price.values()) + len(price) - len({operand for _user, operand in price})


KIND = Kind("count", "Count the operations", "what both modes cost", write, fits, follow=follow)
