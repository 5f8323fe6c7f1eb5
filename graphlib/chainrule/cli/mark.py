"""`chainrule mark`: a class becomes a gradebook and feedback, one table a report."""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chainrule.cli.request import At, Force
from chainrule.errors import InputError

if TYPE_CHECKING:
    from chainrule.exercises.recipe import Override

LOOK_AGAIN = 3
"""Exit code where something is left for a teacher to look at."""

Answers = Annotated[
    str,
    typer.Argument(
        help="A folder or ZIP of answers (CSV, XLSX, JSON, notebooks), one table with a row a "
        "student, or with --formula one table (CSV or LaTeX; - for what is piped in).",
        show_default=False,
    ),
]
KeyFile = Annotated[
    str | None,
    typer.Option("--key", metavar="ZIP", help="What `chainrule sheet --roster` has written."),
]
Out = Annotated[
    str | None,
    typer.Option("-o", "--out", metavar="FILE", help="The gradebook (CSV); default the screen."),
]
FeedbackFile = Annotated[
    str | None,
    typer.Option("--feedback", metavar="ZIP", help="Feedback for each student."),
]
StatisticsFile = Annotated[
    str | None,
    typer.Option(
        "--statistics", metavar="FILE", help="By cell and by mistake what the class got wrong."
    ),
]
RecipeFile = Annotated[
    str | None,
    typer.Option("--recipe", metavar="FILE", help="Take further accepted answers from here."),
]
Who = Annotated[
    str | None,
    typer.Option(
        "--who", metavar="CSV", help="Whose files are: a table `file,student`; default who.csv."
    ),
]
Formula = Annotated[
    str | None,
    typer.Option("--formula", metavar="TEXT", help="Mark one table of this formula or program."),
]
Teacher = Annotated[bool, typer.Option("--teacher", help="Feedback for teachers: with numbers.")]


def mark(
    answers: Answers,
    key: KeyFile = None,
    out: Out = None,
    feedback: FeedbackFile = None,
    recipe: RecipeFile = None,
    formula: Formula = None,
    at: At = None,
    teacher: Teacher = False,
    who: Who = None,
    force: Force = False,
    statistics: StatisticsFile = None,
) -> None:
    """Mark a class's answers, or one table that was worked by hand.

    A cell that follows from an earlier mistake is credited; a mistake that is known is named.
    What could not be read or belongs to nobody is listed, and the exit code is then 3.

    \b
      chainrule mark answers/ --key week3.zip --out gradebook.csv
      chainrule mark answers.zip --key week3.zip -o gradebook.csv --feedback feedback.zip
      chainrule mark answers/ --key week3.zip --recipe accepted.toml -o gradebook.csv
      chainrule mark mywork.csv --formula "J = 3t; t = x^2" --at x=1.5
    """
    if (key is None) == (formula is None):
        raise InputError(
            "Marking needs one thing to mark by",
            allowed="Give --key with the ZIP of a class, or --formula with --at.",
        )
    if formula is not None:
        _mark_table(answers, formula, at, out, teacher)
        return
    assert key is not None
    from chainrule.cli.output import deliver, keep_another, progress, renderer, write
    from chainrule.exercises.catalogue import CLASS
    from chainrule.exercises.class_marking import mark_class, matched, read_keys
    from chainrule.exercises.gradebook import ClassStatistics, feedback_zip, gradebook
    from chainrule.exercises.handed_in import assigned, collect
    from chainrule.readings.prose import printable

    manifest, keys = read_keys(Path(key))
    handed, faults = collect(Path(answers))
    whose = assigned(Path(answers), None if who is None else Path(who))
    found, strangers = matched(keys, handed, whose)
    with progress(CLASS["marking"]) as shown:
        graded = mark_class(keys, found, _overrides(recipe), teacher=teacher, progress=shown)
    book = gradebook(graded)
    keep_another(out, force, lambda found: _class_of(found) == _class_of(book))
    write(book, out or "-")
    if feedback is not None:
        write(feedback_zip(str(manifest.get("title", "")), graded), feedback)
    if statistics is not None:
        chosen = renderer(None, statistics, False)
        deliver(chosen.write(ClassStatistics(graded).document(), True), statistics)
    listed = [*faults, *strangers, *(line for one in graded for line in one.faults)]
    for line in listed:
        print(printable(line.replace("\n", " ")), file=sys.stderr)
    summary = CLASS["summary"].format(
        read=len(handed),
        students=len(found),
        all=len(keys),
        unread=sum(len(one.unread) for one in graded),
        listed=len(listed),
    )
    print(summary, file=sys.stderr)
    if listed or any(one.unread for one in graded):
        raise typer.Exit(LOOK_AGAIN)


def _class_of(book: bytes) -> list[list[str]] | None:
    """Return the numbers, names and ids of a gradebook, with their headings."""
    try:
        lines = book.decode("utf-8-sig").splitlines()
        return [row[:3] for row in csv.reader(lines, strict=True)]
    except (UnicodeDecodeError, csv.Error):
        return None


def _overrides(recipe: str | None) -> tuple[Override, ...]:
    if recipe is None:
        return ()
    from chainrule.cli.request import recipe_text
    from chainrule.exercises.recipe import Recipe

    return Recipe.read(recipe_text(recipe)).overrides


def _mark_table(
    answers: str, formula: str, at: list[str] | None, out: str | None, teacher: bool
) -> None:
    from chainrule.cli.output import deliver, renderer
    from chainrule.cli.request import parsed, source
    from chainrule.exercises.marking import mark
    from chainrule.exercises.pasted import read_pasted
    from chainrule.exercises.worksheet import Worksheet

    graph, point = parsed(formula, at, None)
    forward = graph.forward(point).view if graph.variables else None
    pasted = read_pasted(source(answers), Worksheet(graph.reverse(point).view, forward))
    told = mark(graph, point, pasted.answers).feedback(teacher=teacher)
    chosen = renderer(None, out, False)
    deliver(chosen.write(told.document(), out is not None), out)
    for fault in pasted.faults:
        print(fault, file=sys.stderr)
    if pasted.faults:
        raise typer.Exit(LOOK_AGAIN)
