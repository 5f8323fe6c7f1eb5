"""Sheets of exercises as data for the browser: markup, verdicts, hints, files, links to them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from html import escape
from typing import Any, Final

import streamlit as st

from chainrule import workers
from chainrule.errors import ChainruleError, InputError, LinkError, PointError
from chainrule.exercises.catalogue import speaking
from chainrule.exercises.cells import PASSES
from chainrule.exercises.checking import Checked, check_sheet, problem_of
from chainrule.exercises.feedback import Feedback, Finding, cell_term, checked_findings
from chainrule.exercises.fitness import worksheet
from chainrule.exercises.formats import FORMATS
from chainrule.exercises.guidance import hints
from chainrule.exercises.kinds import KINDS
from chainrule.exercises.levels import LEVELS
from chainrule.exercises.making import drawn
from chainrule.exercises.recipe import PartRecipe, Recipe
from chainrule.exercises.sheet import Key, Sheet, Task, points_text, worth
from chainrule.facade import Graph
from chainrule.files import safe_name
from chainrule.readings.prose import Prose, plain
from chainrule.readings.render.html import blocks_html, prose_html
from chainrule.readings.terms import text
from chainrule.ui import link
from chainrule.ui.answers.component import digest
from chainrule.ui.engine import Fault
from chainrule.workers import WorkerFailure

ENTRIES: Final = 32
LONGEST: Final = 200
SECONDS: Final = 20.0
OTHERWISE: Final = "Choose other kinds, another level or another point."
LABELS: Final[Mapping[str, str]] = {
    "pdf": "PDF",
    "typst": "Typst",
    "latex": "LaTeX",
    "html": "HTML",
    "markdown": "Markdown",
    "text": "plain text",
    "ipynb": "Jupyter notebook",
    "moodle": "Moodle XML",
    "qti21": "QTI 2.1",
    "qti12": "QTI 1.2",
    "json": "JSON",
    "form": "answer form, CSV",
    "workbook": "answer form, Excel",
}
HELP: Final[Mapping[str, str]] = {
    "predict": "Write first what you expect in {cell}, then look.",
    "expected": "You expected {given}; it is {answer}.",
    "here": "Next is {cell}. ",
    "done": "Every cell of this task is right.",
    "no_hint": "Read the words of the task again: the graph has no hint for {cell}.",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a sheet is to be made from: a recipe's text, a formula with its point, or a level."""

    recipe: str = ""
    formula: str = ""
    at: str = ""
    level: int = 0
    kinds: tuple[str, ...] = ()


def recipe_of(asked: Asked) -> Recipe:
    """Return the recipe of what is asked.

    Raises
    ------
    InputError
        With the place of the fault.
    """
    if asked.recipe:
        return Recipe.read(asked.recipe)
    if not asked.kinds:
        raise InputError("No task is chosen", allowed="Choose at least one kind of task.")
    if not asked.formula:
        return Recipe("Practice", (PartRecipe(asked.kinds, level=asked.level),))
    point = _point(asked.at)
    return Recipe(
        "Practice",
        (PartRecipe(asked.kinds, formula=asked.formula, points=(point,) if point else ()),),
    )


def _point(words: str) -> dict[str, str]:
    point: dict[str, str] = {}
    begin = 0
    # A comma inside brackets parts the entries of a vector.
    for entry in re.split(r",(?![^=]*\])", words):
        name, equals, value = (part.strip() for part in entry.partition("="))
        if entry.strip() and not (name and equals and value):
            raise PointError(
                "A point is written name = value",
                text=words,
                position=begin,
                length=max(1, len(entry)),
                allowed="Such as x = 1.5, y = 0.4; decimals have a point.",
            )
        if entry.strip():
            point[name] = value
        begin += len(entry) + 1
    return point


@st.cache_data(max_entries=ENTRIES, show_spinner=False)
def made(asked: Asked, seed: int, student: str) -> Sheet | Fault:
    """Return the sheet that is asked for, or why there is none.

    Some recipes try many problems before one is fit, so the sheet is drawn in a worker.
    """
    try:
        recipe = recipe_of(asked)
        if asked.formula:
            Graph.parse(asked.formula, constants=True)  # a fault is shown with its place
        own = None if asked.recipe else seed
        found = workers.call(drawn, recipe, own, student, timeout=SECONDS, what="this sheet")
        assert isinstance(found, Sheet)
        return found
    except WorkerFailure as failure:
        message, _, allowed = failure.text.partition("\n")
        return Fault(message.rstrip("."), allowed=allowed.rpartition("\n")[2] or OTHERWISE)
    except ChainruleError as error:
        return Fault.of(error, OTHERWISE)


def digest_of(asked: Asked, seed: int, student: str) -> str:
    """Return under which name the browser keeps the answers to a sheet."""
    return digest(asked.recipe, asked.formula, asked.at, asked.level, asked.kinds, seed, student)


def files() -> Iterator[tuple[str, str, Key]]:
    """Yield what can be downloaded: words, format, and whether it is the sheet or the key."""
    for name, format in FORMATS.items():
        yield f"Sheet ({LABELS.get(name, name)})", name, format.usual
    for name in ("pdf", "markdown", "json"):
        yield f"Key ({LABELS[name]})", name, "apart"


def written(asked: Asked, seed: int, student: str, format: str, key: Key) -> bytes:
    """Return a sheet as a file."""
    found = made(asked, seed, student)
    return b"" if isinstance(found, Fault) else found.to(format, key=key)


def file_name(student: str, format: str, key: Key) -> str:
    """Return under which name a file is downloaded."""
    kind = "key" if key == "apart" else "sheet"
    return safe_name(f"{kind} {student}".strip()) + FORMATS[format].suffix


# What the component shows


def payload(
    name: str, made: Sheet, report: Mapping[str, Any] | None, helped: Mapping[str, Any] | None
) -> dict[str, Any]:
    """Return what the component shows; the markup is the HTML format's, escaped there."""
    with speaking(made.language):
        shown = _shown(made)
    return {
        "digest": name,
        "html": shown,
        "report": report,
        "helped": helped,
        "title": made.title,
        "student": made.student,
        "file": safe_name(f"answers {made.student}".strip()) + ".json",
    }


def _shown(made: Sheet) -> str:
    parts = [f"<h2>{escape(plain(made.title))}</h2>"]
    parts += [f"<p>{escape(plain(made.note))}</p>"] if made.note else []
    for part in made.parts:
        parts.append(f'<div class="opening">{blocks_html(part.opening)}</div>')
        for task in part.tasks:
            parts.append(
                f'<section data-task="{task.number}"><div class="task-head">'
                f"<h3>{task.number}&ensp;{escape(plain(task.title))}</h3>"
                f'<span class="quiet">{worth(task.points)}</span></div>'
                f'<div class="scroll">{blocks_html(task.written("none"))}</div></section>'
            )
    return "\n".join(parts)


def _words(answers: Mapping[str, Any]) -> dict[str, str]:
    return {str(id): str(words)[:LONGEST] for id, words in answers.items() if str(words).strip()}


def report(made: Sheet, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the verdicts of a sheet and what is said about each task, in its language."""
    with speaking(made.language):
        return _reported(made, _words(answers))


def _reported(made: Sheet, given: Mapping[str, str]) -> dict[str, Any]:
    checked = check_sheet(made, given)
    marks: dict[str, Any] = {}
    tasks: dict[str, str] = {}
    for task in made.tasks:
        own = _own(task, given)
        found = checked[task.number]
        told = Feedback(tuple(checked_findings(task, found, own)))
        for finding in told.findings:
            marks[f"{task.number}.{finding.cell}"] = {
                "verdict": finding.verdict,
                "given": finding.given.strip(),
            }
        if own:
            tasks[str(task.number)] = _said(told, found, task)
    return {"marks": marks, "tasks": tasks}


def _own(task: Task, given: Mapping[str, str]) -> dict[str, str]:
    begin = f"{task.number}."
    return {id.removeprefix(begin): w for id, w in given.items() if id.startswith(begin)}


def _said(told: Feedback, checked: Checked, task: Task) -> str:
    points = f"{points_text(checked.total)} / {points_text(task.points)}"
    items = [
        f"<li>{prose_html((cell_term(one.cell), ': '))}{escape(plain(one.said))}</li>"
        for one in told.findings
        if one.verdict in ("wrong", "undecided") or one.remark
    ]
    listed = f"<ul>{''.join(items)}</ul>" if items else ""
    return f"<p>{escape(told.summary)} <b>{points}</b></p>{listed}"


# Help: which cell is next, a hint for it, or its answer after a prediction


def helped(made: Sheet, sent: Mapping[str, Any], shown: MutableMapping[str, int]) -> dict[str, Any]:
    """Return help with a task: hints one after the other, or the answer to what was predicted.

    Parameters
    ----------
    sent
        What the browser sent: task, what is asked ("hint" or "reveal"), answers, count.
    shown
        How many hints of a cell were shown; kept by the caller.
    """
    number, count = sent.get("task"), sent.get("count")
    task = next((task for task in made.tasks if task.number == number), None)
    answer: dict[str, Any] = {"task": number, "count": count, "hints": [], "cell": "", "reveal": ""}
    if task is None:
        return answer
    given = _words(sent["answers"])
    checked = check_sheet(made, given)[task.number]
    own = _own(task, given)
    found = list(checked_findings(task, checked, own))
    open_ = next((one for one in found if one.verdict not in ("right", "follows")), None)
    if open_ is None:
        return answer | {"hints": [HELP["done"]]}
    cell = f"{task.number}.{open_.cell}"
    name = prose_html((cell_term(open_.cell),))
    steps = _steps(task, open_)
    if sent.get("what") == "reveal":
        if not open_.given.strip():
            told = [HELP["predict"].format(cell=name)]
            return answer | {"cell": cell, "hints": told}
        right = text(task.answers[open_.cell].term)
        told = [
            HELP["expected"].format(given=escape(plain(open_.given)), answer=escape(plain(right))),
            *map(prose_html, steps[1:]),
        ]
        return answer | {"cell": cell, "hints": told, "reveal": right}
    if not steps:
        return answer | {"cell": cell, "hints": [HELP["no_hint"].format(cell=name)]}
    at = min(shown.get(cell, 0), len(steps) - 1)
    shown[cell] = at + 1
    told = [
        HELP["here"].format(cell=name) + prose_html(steps[0]),
        *map(prose_html, steps[1 : at + 1]),
    ]
    return answer | {"cell": cell, "hints": told}


def _steps(task: Task, finding: Finding) -> tuple[Prose, ...]:
    cell, _, which = finding.cell.partition("@")
    kind = cell.partition(":")[0]
    if kind not in PASSES:
        return ()
    return hints(worksheet(problem_of(task), which, task.mistakes), cell, finding.names)


def _kinds(field: link.Field) -> tuple[str, ...]:
    kinds = tuple(field.text.split())
    for kind in kinds:
        if kind not in KINDS:
            raise field.refuse(
                f"`{kind[:20]}` is no kind of task", f"There are {', '.join(KINDS)}."
            )
    return kinds


READERS: Final[Mapping[str, link.Reader]] = {
    "level": link.whole(1, max(LEVELS)),
    "formula": lambda field: field.text,
    "at": lambda field: field.text,
    "kinds": _kinds,
    "seed": link.whole(0, 2**31),
}


def encode(asked: Asked, seed: int) -> str:
    """Return the link of a sheet that is made from a level or a formula.

    >>> encode(Asked(level=3, kinds=("values", "adjoints")), 7)
    'level=3&kinds=values%20adjoints&seed=7'

    Raises
    ------
    LinkError
        If it is made from a recipe, which is a file, or is too long.
    """
    if asked.recipe:
        raise LinkError(
            "A recipe is shared as a file", text="", allowed="Download it and send the file."
        )
    told = {
        "level": str(asked.level or ""),
        "formula": asked.formula,
        "at": asked.at,
        "kinds": " ".join(asked.kinds),
        "seed": str(seed),
    }
    return link.written((key, words) for key, words in told.items() if words)


def decode(query: str) -> tuple[Asked, int]:
    """Return what a link asks for, and the seed.

    >>> decode("level=3&kinds=values&seed=7")[0].level
    3

    Raises
    ------
    LinkError
        With what is wrong in it.
    """
    found: dict[str, Any] = {"seed": 1, "kinds": ("values", "adjoints")}
    found |= link.parts(query, READERS)
    seed = found.pop("seed")
    if ("level" in found) == bool(found.get("formula", "").strip()):
        raise LinkError(
            "The link says nothing to make a sheet from, or too much",
            text=query,
            allowed="A sheet is made from a level or from a formula.",
        )
    return Asked(**found), seed
