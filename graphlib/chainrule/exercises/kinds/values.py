"""Forward: the value of every step."""

from __future__ import annotations

from chainrule.exercises.kinds.kind import Kind, Question, Setting, anything
from chainrule.exercises.kinds.slots import across, instructions, number_answer
from chainrule.exercises.sheet import ask


def write(setting: Setting) -> Question:
    """Ask for every value."""
    problem, view = setting.problem, setting.problem.worked.view
    cells = [f"value:{view.labels[node]}" for node in problem.steps]
    pairs = [(view.name(node), ask(cell)) for node, cell in zip(problem.steps, cells, strict=True)]
    answers = tuple(number_answer(problem, cell) for cell in cells)
    return Question((instructions("values"), *across(pairs, "value")), answers)


KIND = Kind("values", "Forward: values", "the value of every step", write, anything)
