"""From a recipe, a seed and a student's name to a sheet: drawn, checked twice, and written.

Nothing is released on one opinion. A draft becomes a problem of a sheet when every number of its
key has come out of the second reading as well, no asked cell is ill-conditioned, and none of the
common mistakes gives a right number in a cell that is asked.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from functools import cache, partial
from itertools import chain
from typing import Any, Final

import numpy as np

from chainrule.errors import GraphError, InputError, ParseError, excerpt
from chainrule.exercises.catalogue import CELLS, PAID, speaking, titled
from chainrule.exercises.fitness import Conditions, Unfit, unfit, unnoticed, unsound
from chainrule.exercises.kinds import KINDS, Kind
from chainrule.exercises.kinds.kind import Question, Setting
from chainrule.exercises.kinds.slots import opening, tolerance_of
from chainrule.exercises.levels import POINTS, at_a_tame_point, draft, level_named
from chainrule.exercises.own_mistakes import OwnMistake
from chainrule.exercises.points import apportioned, dearest
from chainrule.exercises.problem import Draft, Problem, close
from chainrule.exercises.recipe import PartRecipe, Recipe
from chainrule.exercises.second_reading import SecondReading, plain_name
from chainrule.exercises.sheet import Answer, Part, Sheet, Task, points_text, spelled, worth
from chainrule.facade import Graph
from chainrule.readings.document import Block, Paragraph
from chainrule.readings.terms import Symbol, text

TRIES: Final = 400
GUESSED: Final = {0.0: 0.1, -1.0: 0.1, 1.0: 0.35}
"""What part of a task's points one number in every cell may be right for at most."""

PASSES: Final = frozenset(("value", "partial", "share", "adjoint", "tangent"))


def sheet(
    recipe: Recipe | str | int,
    *,
    kinds: Sequence[str] = ("values", "adjoints"),
    at: Mapping[str, str] | None = None,
    title: str = "Practice",
    seed: int | None = None,
    student: str = "",
) -> Sheet:
    """Return a sheet of exercises: the same seed and student give the same sheet.

    >>> import chainrule
    >>> made = chainrule.sheet("J = u1 + u2; u1 = sin t; u2 = 3t; t = x^2", at={"x": "1.5"})
    >>> [task.kind for task in made.tasks], made.key["1.value:t"].exact
    (['values', 'adjoints'], '2.25')
    >>> chainrule.sheet(3, seed=7, student="A").to("json") == chainrule.sheet(
    ...     3, seed=7, student="A").to("json")
    True

    Parameters
    ----------
    recipe
        A `Recipe`, a formula or program, or a level from 1 to 6.
    kinds, at, title
        Kinds of tasks, point and heading, for a formula or a level.
    seed
        Default that of the recipe.
    student
        Whose sheet it is; may be any text.

    Raises
    ------
    InputError
        If a formula cannot be read, or no fit problem is found.
    GraphError
        If there is no such level or kind.
    """
    if not isinstance(recipe, Recipe):
        for kind in kinds:
            if kind not in KINDS:
                raise GraphError(f"no kind {kind!r}; there are {', '.join(KINDS)}")
        points = () if at is None else ({name: str(value) for name, value in at.items()},)
        if isinstance(recipe, int):
            part = PartRecipe(tuple(kinds), level=level_named(recipe).number, points=points)
        else:
            part = PartRecipe(tuple(kinds), formula=recipe, points=points)
        recipe = Recipe(title, (part,))
    with speaking(recipe.language):
        return _Maker(recipe, recipe.seed if seed is None else seed, student).sheet()


def drawn(recipe: Recipe, seed: int | None, student: str) -> Sheet:
    """Return a recipe's sheet: `sheet` in the form in which workers call functions."""
    return sheet(recipe, seed=seed, student=student)


class _Maker:
    def __init__(self, recipe: Recipe, seed: int, student: str) -> None:
        self.recipe = recipe
        self.seed = seed
        self.student = student
        digest = hashlib.sha256(student.encode("utf-8", "backslashreplace")).digest()
        self.entropy = [seed, int.from_bytes(digest[:8], "big")]

    def sheet(self) -> Sheet:
        parts: list[Part] = []
        number = 1
        for i, part in enumerate(self.recipe.parts):
            for copy in range(part.count):
                rng = np.random.default_rng([*self.entropy, i, copy])
                made = self._part(part, rng, number)
                number += len(made.tasks)
                parts.append(made)
        recipe = self.recipe
        asked = {
            f"{task.number}.{cell}"
            for part in parts
            for task in part.tasks
            for cell in task.answers
        }
        for override in recipe.overrides:
            # Programs drawn at random have other cells for other students.
            if override.cell not in asked and all(part.formula for part in recipe.parts):
                raise InputError(
                    f"An override is of the cell `{excerpt(override.cell)}`, which is not asked",
                    text=override.cell,
                    length=len(override.cell),
                    allowed=f"Cells of this sheet are {excerpt(', '.join(sorted(asked)), 400)}.",
                )
        return Sheet(
            recipe.title,
            recipe.label,
            tuple(parts),
            self.seed,
            self.student,
            recipe.note,
            recipe.language,
        )

    def _part(self, part: PartRecipe, rng: np.random.Generator, number: int) -> Part:
        kinds = [KINDS[name] for name in part.kinds]
        last: str = "nothing was tried"
        for attempt, candidate in enumerate(_drafts(part, kinds, rng)):
            if attempt >= TRIES:
                break
            problem = Problem(candidate)
            reason = unsound(problem) or _misfit(problem, kinds, named=not part.formula)
            questions = []
            for kind, question in _questions(problem, kinds, rng) if reason is None else ():
                questions.append(question)
                reason = None if part.formula else _guessed(problem, kind, question)
                if reason is not None:
                    break
            reason = reason or _refused(
                problem, questions, self.recipe.mistakes, lenient=bool(part.accept)
            )
            if reason is None:
                return self._written(part, problem, kinds, questions, number)
            last = f"{reason.cell}: {reason.reason}" if reason.cell else reason.reason
        raise InputError(
            "No problem that fits was found here; the last one failed at " + last,
            text=part.formula or f"level {part.level}",
            allowed="Take another point, another level or other kinds; or a recipe with "
            'accept = "a reason".',
        )

    def _written(
        self,
        part: PartRecipe,
        problem: Problem,
        kinds: Sequence[Kind],
        questions: Sequence[Question],
        number: int,
    ) -> Part:
        begin: list[Block] = [Paragraph((part.text,))] if part.text else []
        begin.append(opening(problem, whole=any(kind.name == "draw" for kind in kinds)))
        draft = problem.draft
        tasks = []
        for i, (kind, question) in enumerate(zip(kinds, questions, strict=True)):
            answers = self._marked(kind, number + i, question.answers)
            made = (block() if callable(block) else (block,) for block in question.blocks)
            first, *rest = chain.from_iterable(made)
            assert isinstance(first, Paragraph)
            told = Paragraph((*first.prose, " " + paid_words(answers, self.recipe.carry)))
            tasks.append(
                Task(
                    number + i,
                    kind.name,
                    titled(kind.name, kind.title),
                    spelled((told, *rest)),
                    {answer.cell: replace(answer, term=spelled(answer.term)) for answer in answers},
                    draft.text,
                    dict(draft.point),
                    dict(draft.direction),
                    dict(draft.settings),
                    self.recipe.carry,
                    self.recipe.mistakes,
                )
            )
        return Part(spelled(tuple(begin)), tuple(tasks))

    def _marked(self, kind: Kind, number: int, answers: Iterable[Answer]) -> list[Answer]:
        """Return answers with the recipe's points and overrides."""
        answers = list(answers)
        unit = 0.5 if self.recipe.halves else 1.0
        own = {kind: weight / unit for kind, weight in self.recipe.weights.items()}
        weights = [own.get(_cell_kind(a), a.points) if a.points else 0.0 for a in answers]
        wanted = self.recipe.marks.get(kind.name, sum(weights) * unit)
        # Points that are no multiple of the unit were asked for themselves.
        points = apportioned(weights, wanted, unit if wanted % unit == 0 else 0.5)
        answers = [replace(a, points=p) for a, p in zip(answers, points, strict=True)]
        also: dict[str, dict[str, str]] = {}
        for override in self.recipe.overrides:
            task, _, cell = override.cell.partition(".")
            if int(task) == number and override.student in ("", self.student):
                also.setdefault(cell, {})[override.answer] = override.reason
        return [replace(a, also=also[a.cell]) if a.cell in also else a for a in answers]


def _cell_kind(answer: Answer) -> str:
    return answer.cell.partition(":")[0]


def paid_words(answers: Sequence[Answer], carry: str = "full") -> str:
    """Return in a sentence what each kind of cell is worth."""
    paid: dict[str, set[float]] = {}
    for answer in answers:
        paid.setdefault(_cell_kind(answer), set()).add(answer.points)
    groups: dict[tuple[float, ...], list[str]] = {}
    for kind, points in paid.items():
        if any(points):
            groups.setdefault(tuple(sorted(points)), []).append(CELLS[kind])
    told = []
    for (*less, most), cells in groups.items():
        key = ("", "two ", "range ")[min(len(less), 2)] + ("one" if most == 1 else "more")
        *others, last = cells
        listed = PAID["last"].join([", ".join(others), last] if others else [last])
        least = points_text(min(less, default=0))
        told.append(PAID[key].format(least=least, points=points_text(most), cells=listed))
    tail = PAID["unpaid"] if any(0 in points for points in paid.values()) else ""
    prices = [answer.points for answer in answers]
    if carry == "full" and len(answers) > 2 and max(prices) > (most := dearest(prices)):
        tail += PAID["alone"].format(points=worth(most))
    sentence = PAID["between"].join(told) + "." + tail
    return sentence[0].upper() + sentence[1:]


def _drafts(part: PartRecipe, kinds: Sequence[Kind], rng: np.random.Generator) -> Iterable[Draft]:
    """Yield drafts without end, or the points of a formula in an order of the student's own."""
    own = {kind.draft for kind in kinds if kind.draft is not None}
    if len(own) > 1:
        names = ", ".join(kind.name for kind in kinds if kind.draft is not None)
        raise GraphError(f"{names} need programs of their own; put them in parts of their own")
    if not part.formula:
        level = level_named(part.level)
        draw = next(iter(own), draft)
        while True:
            yield draw(level, rng)
    elif part.points:
        for i in rng.permutation(len(part.points)):
            yield _completed(part, dict(part.points[int(i)]))
    else:
        graph = Graph.parse(part.formula, constants=True)
        lines = [line for line in part.formula.replace("\n", ";").split(";") if line.strip()]
        inputs, steps = list(graph.variables), graph.list
        shapes = {steps.names[node]: steps.shape(node) for node in steps.inputs}
        shapes = {name: shape for name, shape in shapes.items() if shape}
        while True:
            found = at_a_tame_point(lines, inputs, rng, POINTS, shapes)
            yield _completed(part, dict(found.point), found.direction)


def _completed(
    part: PartRecipe, point: dict[str, str], direction: Mapping[str, str] | None = None
) -> Draft:
    return Draft(part.formula, point, part.direction or direction or {}, part.settings)


def _misfit(problem: Problem, kinds: Sequence[Kind], *, named: bool) -> Unfit | None:
    """Return why a problem is not for these kinds; `named` where every step must have a name."""
    scalar = problem.graph is problem.whole
    if named and scalar and len(problem.steps) > len(problem.draft.text.split(";")):
        return Unfit("", "two lines share a piece that has no name")
    for kind in kinds:
        reason = kind.fits(problem)
        if reason:
            return Unfit("", f"{kind.name}: {reason}")
    return None


def _questions(
    problem: Problem, kinds: Sequence[Kind], rng: np.random.Generator
) -> Iterator[tuple[Kind, Question]]:
    """Write the tasks; none asks again what an earlier one asks, or prints what another asks."""
    begin = deepcopy(rng)

    @cache
    def later(i: int) -> frozenset[str]:
        if i + 1 == len(kinds):
            return frozenset()
        return later(i + 1) | _cells(kinds[i + 1].write(Setting(problem, deepcopy(begin))))

    asked: frozenset[str] = frozenset()
    for i, kind in enumerate(kinds):
        setting = Setting(problem, rng, asked, partial(later, i))
        question = kind.write(setting)
        if question.shown and question.shown & setting.hidden:
            raise GraphError(
                f"{kind.name} prints what another task of this part asks; put it in one of its own"
            )
        asked |= _cells(question)
        yield kind, question


def _cells(question: Question) -> frozenset[str]:
    return frozenset(answer.cell for answer in question.answers)


def _refused(
    problem: Problem,
    questions: Sequence[Question],
    mistakes: Sequence[OwnMistake],
    *,
    lenient: bool,
) -> Unfit | None:
    """Return why these questions are not set; `lenient` only where the key itself is wrong."""
    cells = [
        answer.cell
        for question in questions
        for answer in question.answers
        if answer.cell.partition(":")[0] in PASSES
    ]
    if not lenient:
        reason = unfit(problem, cells, Conditions(problem)) or unnoticed(problem, cells, mistakes)
        if reason is not None:
            return reason
    return _unconfirmed(problem, questions, cells)


def _guessed(problem: Problem, kind: Kind, question: Question) -> Unfit | None:
    """Refuse a task of which one number in every cell would be too large a part."""
    whole = sum(answer.points for answer in question.answers)
    most = max((a.points for a in question.answers), default=0)
    # What repeats another cell follows from a 1 as well.
    flow = ("adjoint", "tangent")
    copies = {a.cell for a in question.answers if a.points < most and _cell_kind(a) in flow}
    for number, limit in GUESSED.items():
        right = sum(
            a.points
            for a in question.answers
            if _is_number(a, number)
            or (number == 1 and a.cell in copies)
            or (
                number
                and _is_number(a, number, _following(problem, kind, question, a.cell, number))
            )
        )
        if right > limit * whole:
            return Unfit("", f"too many of its cells are {number:g}")
    return None


def _following(problem: Problem, kind: Kind, question: Question, cell: str, number: float) -> Any:
    """Return what follows in a cell of a kind's own from one number in all that are asked."""
    asked = _cells(question)

    def own(other: str) -> float:
        return number if other in asked else problem.value(other)

    place = None if kind.follow is None else kind.follow(problem, cell, own)
    return getattr(place, "total", place)


def _is_number(answer: Answer, number: float, wanted: Any = "") -> bool:
    """Tell whether a number is right in a cell, or near enough to what is wanted there."""
    if answer.kind not in ("number", "whole") or wanted is None:
        return False
    right = float(answer.exact) if wanted == "" else wanted
    if not isinstance(right, float | int):
        return False
    return abs(right - number) <= 1.5 * tolerance_of(number)


def _unconfirmed(
    problem: Problem, questions: Sequence[Question], cells: Sequence[str]
) -> Unfit | None:
    """Return a cell of the key that the second reading does not confirm."""
    for cell in problem.doubtful(dict.fromkeys(cells)):
        return Unfit(cell, "a second reading gives another number")
    for question in questions:
        for answer in question.answers:
            if not _confirmed(problem, answer, question.second):
                return Unfit(answer.cell, "a second reading gives another answer")
    return None


def _confirmed(problem: Problem, answer: Answer, second: Mapping[str, Any]) -> bool:
    if answer.cell in second:
        other = second[answer.cell]
        if answer.kind == "choice":
            return bool(answer.exact == other)
        return close(float(answer.exact), other)
    if answer.kind == "formula":
        return _formula_holds(problem, answer)
    return True


def _formula_holds(problem: Problem, answer: Answer) -> bool:
    """Whether a formula of the key has, at the point, the number that it should have."""
    kind, _, names = answer.cell.partition(":")
    labels = problem.worked.labels
    at = {plain_name(labels[int(name[1:])]): value for name, value in problem.base.items()}
    printed = {text(Symbol(label)): plain_name(label) for label in labels.values()}
    # Names as they are printed, the longer ones first: ŷ₁, then y; and not the s of cos.
    either = "|".join(re.escape(name) for name in sorted(printed, key=len, reverse=True))
    whole = rf"(?<![^\W\d])(?:{either})(?!\w)"
    formula = re.sub(whole, lambda match: f" {printed[match[0]]} ", answer.exact)
    try:
        found = SecondReading([f"answer = {formula}"], at).values(at)["answer"]
    except (ParseError, ArithmeticError):
        return False
    if kind == "node":
        return close(found, problem.second(f"value:{names}"))
    if names.endswith("#2") or f"partial:{names}#2" in problem.twice:
        return close(found, problem.value(f"partial:{names}"))  # differences see the sum of both
    return close(found, problem.second(f"partial:{names}"))
