"""Write `teachers-guide.md` again: `.venv/bin/python docs/teachers_guide.py`.

The sheet, its key, three wrong answer sheets and what their writers are told are all made by
chainrule, so that nothing of the page was typed twice.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "graphlib"))

from chainrule.exercises.checking import problem_of  # noqa: E402
from chainrule.exercises.class_marking import (  # noqa: E402
    Graded,
    Key,
    graded,
    mark_class,
    matched,
    read_keys,
    tasks_of,
)
from chainrule.exercises.class_run import run_class  # noqa: E402
from chainrule.exercises.fitness import worksheet  # noqa: E402
from chainrule.exercises.gradebook import feedback_page, gradebook  # noqa: E402
from chainrule.exercises.handed_in import Handed  # noqa: E402
from chainrule.exercises.making import sheet  # noqa: E402
from chainrule.exercises.recipe import Recipe  # noqa: E402
from chainrule.exercises.roster import read_roster  # noqa: E402

RECIPE = """\
title = "Reverse mode by hand"
label = "Exercise 3"
seed = 17

[[part]]
formula = "J = cos(u); u = u1 + u2; u1 = sin(t); u2 = 3t; t = x^2"
at = [{x = "1.2"}, {x = "0.9"}, {x = "1.3"}]
kinds = ["values", "adjoints"]

[marks]
values = 5
adjoints = 10

[[override]]
cell = "2.formula:u,u1"
answer = "1 + 0"
reason = "not simplified, but right"
"""
ROSTER = b"name,id\nAda,1\nBen,2\nCem,3\n"
DIGITS = 5


@dataclass(frozen=True, slots=True)
class Mistake:
    """Which cell a student gets wrong, and how: a misconception, or a slip by a factor."""

    student: str
    words: str
    cell: str
    name: str = ""
    factor: float = 1.0


MISTAKES = (
    Mistake(
        "Ada",
        "writes the last share over the first one.",
        "adjoint:t",
        "overwrite-instead-of-accumulate",
    ),
    Mistake("Ben", "loses the minus sign of the derivative of cos.", "partial:J,u", "lost-sign"),
    Mistake(
        "Cem",
        "mistypes one value at the beginning, and goes on rightly from there.",
        "value:u1",
        factor=0.1,
    ),
)


def answers(key: Key, mistake: Mistake) -> dict[str, str]:
    """Return what a student hands in: one mistake, and everything after it worked out from it."""
    tasks = tasks_of(key.record)
    paper = worksheet(problem_of(tasks[0]))
    asked = {cell: task for task in tasks for cell in task.answers}
    own: dict[str, float] = {}
    for id, cell in paper.cells.items():
        if id not in asked or cell.kind == "formula":
            continue
        number = paper.follows(cell, own, {})
        assert number is not None
        if id == mistake.cell and mistake.name:
            number = paper.mistaken(cell, own)[mistake.name][0]
        elif id == mistake.cell:
            number *= mistake.factor
        own[id] = float(f"{number:.{DIGITS}g}")
    found = {f"{asked[id].number}.{id}": f"{number:g}" for id, number in own.items()}
    for id, task in asked.items():
        if id.startswith("formula:"):
            found[f"{task.number}.{id}"] = task.answers[id].exact
    return {
        f"{task.number}.{cell}": found[f"{task.number}.{cell}"]
        for task in tasks
        for cell in task.answers
    }


def demoted(markdown: str) -> str:
    """Return Markdown without its title and name, headings three levels lower."""
    lines = markdown.split("\n")[4:]
    return "\n".join("###" + line if line.startswith("#") else line for line in lines).strip()


def written(given: Mapping[str, str]) -> str:
    """Return answers as a table of cells, those of a task in a row."""
    rows = ["| task | cells |", "|:--|:--|"]
    for task in dict.fromkeys(id.partition(".")[0] for id in given):
        cells = [
            f"`{id.partition('.')[2]}` {words}"
            for id, words in given.items()
            if id.startswith(f"{task}.")
        ]
        rows.append(f"| {task} | {', '.join(cells)} |")
    return "\n".join(rows)


def page() -> str:
    """Return the page."""
    recipe = Recipe.read(RECIPE)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "week3.zip"
        run_class(recipe_without_pdf(recipe), read_roster(ROSTER), out)
        _, keys = read_keys(out)
    handed = [
        Handed(f"{m.student.lower()}.csv", (m.student,), answers(key, m))
        for key, m in zip(keys, MISTAKES, strict=True)
    ]
    found, _ = matched(keys, handed)
    marked = mark_class(keys, found, recipe.overrides)
    first = sheet(recipe, student="Ada")
    parts = [
        HEAD.format(recipe=RECIPE.rstrip(), roster=ROSTER.decode().rstrip()),
        KEY,
        _key(first.to("markdown", key="apart")),
    ]
    for key, mistake, one in zip(keys, MISTAKES, marked, strict=True):
        parts.append(_student(key, mistake, one, found[key.number]))
    book = gradebook(marked).decode("utf-8-sig").strip()
    Recipe.read(RECIPE + OWN)
    sheet(Recipe.read('title = "Vectors"\n' + VECTORS))
    parts.append(FOOT.format(gradebook=book, own=OWN.rstrip(), vectors=VECTORS.rstrip()))
    return "\n\n".join(parts) + "\n"


def recipe_without_pdf(recipe: Recipe) -> Recipe:
    """Return the recipe with a format that needs no typesetting."""
    return Recipe.read(recipe.text().replace('formats = ["pdf"]', 'formats = ["markdown"]'))


def _key(markdown: bytes) -> str:
    lines = markdown.decode().split("\n")
    return "\n".join("##" + line if line.startswith("#") else line for line in lines).strip()


def _student(key: Key, mistake: Mistake, one: Graded, handed: Handed) -> str:
    teacher = graded(key, handed, (), teacher=True)
    told = [
        f.explained
        for _, feedback in teacher.feedback.values()
        for f in feedback.findings
        if f.verdict == "wrong"
    ]
    return "\n\n".join(
        [
            f"### {mistake.student} {mistake.words}",
            "Handed in:",
            written(handed.answers),
            f"{mistake.student} is told:",
            demoted(feedback_page("", one).markdown()),
            "The teacher reads, with `--teacher`:",
            "\n".join(f"> {words}" for words in told),
        ]
    )


def picture() -> bytes:
    """Return the first page of Ada's sheet as a PNG."""
    import typst

    source = sheet(Recipe.read(RECIPE), student="Ada").to("typst")
    with tempfile.TemporaryDirectory() as folder:
        compiler = typst.Compiler(root=folder, ignore_system_fonts=True)
        made = compiler.compile(source, format="png", ppi=110)
    first = made if isinstance(made, bytes) else made[0]
    assert isinstance(first, bytes)
    return first


HEAD = """\
# Teachers' guide

Written by `docs/teachers_guide.py`; everything below was made by chainrule.

## A recipe

A recipe is a small text file that is kept, shared and used again next year. This one gives
every student the lecture's example at one of three points, two tasks, and points.
`[[override]]` accepts an answer besides, with a reason; such blocks may also be written after
the sheets have come back. It is called `week3.toml`:

```toml
{recipe}
```

In place of a formula, `level = 3` draws another program for each student. No number of a key is
released before a second reading of the text confirms it, and no cell is asked that a common
mistake gets right. The class stands in a second file, `class.csv`:

```csv
{roster}
```

```shell
chainrule sheet --recipe week3.toml --student Ada -o ada.pdf             # one sheet
chainrule sheet --recipe week3.toml --roster class.csv --out week3.zip   # a class, with keys
```

A run that was stopped goes on where it was when it is called again. The roster is CSV as Moodle,
Canvas, ILIAS or a spreadsheet gives it; lines that are passed over are told.

## The sheet

![The sheet of one student](pictures/teachers-sheet.png)

The small name in a cell's corner is the name under which the cell is marked."""

KEY = """\
## Its key"""

FOOT = """\
## The gradebook

With `formats = ["pdf", "workbook"]` in the recipe each student gets an answer form for Excel
beside the sheet (`form` is the same as CSV): a row for each cell. Answers come back as such
forms, as any CSV (`cell,answer`), as JSON, as filled notebooks or as one table with a row a
student, in a folder or ZIP as Moodle, Canvas and ILIAS give it. A folder, file or row is known by
the student's name, in any order, or by the id; the task's number may be left out where only one
task asks the cell.

```shell
chainrule mark answers/ --key week3.zip --out gradebook.csv --feedback feedback.zip
chainrule mark answers/ --key week3.zip --out gradebook.csv --statistics week3.html
```

Then this is `gradebook.csv`:

```csv
{gradebook}
```

What cannot be read, belongs to nobody or to no cell is listed below, and the exit code is then 3.
A table `who.csv` in the folder, `file,student`, assigns what bears no name; what a file says inside
counts only where its name says nothing. Answers that were not read stand in a column of their own:
`[[override]]` in a recipe, with `--recipe`, decides them.

The statistics say for each cell how many were right, followed, were wrong, and whose first error
it was, and which mistake was made there most. The app's page Exercises does all of this under "A
class", and asks there about what was not read.

A cell that follows from an earlier mistake is credited, so that one mistake costs one cell, and
where it is the only one of a task, a fifth of the task at most; `carry = "half"` or `carry =
"none"` in the recipe credits less. What stands in two cells is paid once: an error in a cell
without points costs the next cell that has some. Where an error made the rest trivial, as a 0
does, nothing is paid for what follows. Points are whole, with `halves = true` halves, and a table
`[weights]` says what cells weigh against each other, such as `share = 2`. Where two common
mistakes give the same number, both are named.

## Vectors and matrices

`kinds = ["matrices"]` asks for the shape and the entries of every value and of every adjoint: of a
layer (levels 1 and 2), a softmax with cross-entropy (3), a batch with one bias for all its rows (4
and 5), and two layers (6). A formula of your own declares its shapes, and every other kind takes it
too and asks for its numbers:

```toml
{vectors}
```

`parameters` names the inputs whose adjoints are asked, here without the target.

## In German

`language = "de"` in a recipe writes sheets, keys and feedback in German, numbers with a decimal
comma. Titles and texts of the recipe stay as you wrote them; answers may have a comma or a point in
both languages.

## Into a learning platform

```shell
chainrule sheet --recipe week3.toml --variants 20 -o bank.xml      # Moodle: a bank of questions
chainrule sheet --recipe week3.toml --format qti21 -o week3.zip    # OpenOlat: QTI 2.1
chainrule sheet --recipe week3.toml --format qti12 -o week3.zip    # ILIAS, Canvas: QTI 1.2
```

Moodle: in the course "Question bank", "Import", "Moodle XML format", choose the file; then in a
quiz "Add", "a random question", once from each category. A question's mark is the points of its
task. QTI 2.1: in OpenOlat's author's area "Import", choose the package; it is a test with a
question for each task. QTI 1.2: in Canvas "Settings", "Import course content", "QTI .zip file";
in ILIAS import a test. There each paid cell is a question of its own, below the text of its task.
In all of them a number within the tolerance is right, formulas may be typed in the usual
spellings, and a known mistake keeps a quarter of the points and is told. Work that follows from
an error is credited by `chainrule mark` alone.

The packages follow the published specifications, which tests restate; they were not tried in
running systems. Try one question before a class depends on it.

## Mistakes of your own

Some two dozen mistakes and slips have names. A class has its own; a recipe adds them, each a rule
in the formula language and what is said:

```toml
{own}
```

The rule is told what stands at its place: `value`, `operand` and `other` where a value is worked
out; `partial` besides at a local partial; `total`, `count`, `first` and `last` where shares are
summed (for one share `flowing` and `partial`); `old`, `rate` and `gradient` at a step of descent.
`functions` says at which operations it is made. No sheet is set on which it would give a right
number, and a number that stands there by chance is hardly ever taken for it."""

VECTORS = """\
[[part]]
kinds = ["matrices"]
formula = "W: 2x2; x: 2; b: 2; y: 2; a = W @ x + b; e = tanh(a) - y; L = sum(e^2)"
at = [{W = [[1.5, 0.7], [0.6, 0.3]], x = [0.7, 0.4], b = [1.6, 0.5], y = [4, 0.4]}]
settings = {parameters = "W x b"}
"""
OWN = """\
[[mistake]]
name = "slope-halved"
where = "partial"
rule = "partial/2"
functions = ["sin", "cos"]
sentence = "Only one half of this slope is here."
hint = "Where might a factor 1/2 have come from?"
"""


def main() -> None:
    """Write the page and its picture."""
    (HERE / "teachers-guide.md").write_text(page(), "utf-8")
    (HERE / "pictures" / "teachers-sheet.png").write_bytes(picture())


if __name__ == "__main__":
    main()
