"""`chainrule sheet`: a sheet of exercises, with or without its key."""

from __future__ import annotations

import json
import sys
import zipfile
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from chainrule.cli.request import At, Force, Output
from chainrule.errors import InputError, no_such

if TYPE_CHECKING:
    from chainrule.exercises.formats import Format
    from chainrule.exercises.recipe import Recipe
    from chainrule.exercises.roster import Student as Listed

Formula = Annotated[
    str | None,
    typer.Argument(
        help="A formula, a program, a file with one, or -; left out with --level or --recipe.",
        show_default=False,
    ),
]
Level = Annotated[
    int | None,
    typer.Option(min=1, max=6, help="Draw a program of this level at random.", show_default=False),
]
RecipeFile = Annotated[
    str | None,
    typer.Option("--recipe", metavar="FILE", help="Make the sheet that a recipe describes."),
]
Kinds = Annotated[
    list[str] | None,
    typer.Option("--kind", metavar="KIND", help="A kind of task; may be given several times."),
]
Seed = Annotated[
    int | None,
    typer.Option(min=0, help="From it and the student everything random is drawn."),
]
Student = Annotated[str, typer.Option(help="Whose sheet it is.")]
Title = Annotated[str, typer.Option(help="The heading.")]
Roster = Annotated[
    str | None,
    typer.Option(
        "--roster", metavar="CSV", help="Make a sheet for each student of a class, with --out."
    ),
]
ClassOut = Annotated[
    str | None,
    typer.Option("--out", metavar="ZIP", help="The ZIP of a class: sheets, keys, manifest."),
]
Variants = Annotated[
    int | None,
    typer.Option(
        min=1,
        max=500,
        help="A question bank for Moodle: a category a task, N variants in each.",
        show_default=False,
    ),
]
Key = Annotated[
    Literal["none", "inline", "apart"] | None,
    typer.Option(help="No key, the key in the cells, or the key alone.", show_default=False),
]
SheetFormat = Annotated[
    str | None,
    typer.Option(
        "--format",
        metavar="FORMAT",
        help="pdf, typst, latex, html, markdown, text, ipynb, moodle, qti21, qti12, json, form "
        "(for answers, CSV) or workbook (the same for Excel); by the file's ending, else markdown.",
        show_default=False,
    ),
]


def chosen_format(format: str | None, output: str | None) -> Format:
    """Return the format that was asked for, by name or by the file's suffix.

    Raises
    ------
    InputError
        For a format or suffix that there is not.
    """
    from chainrule.cli.output import known_format
    from chainrule.exercises.formats import FORMATS

    return known_format(FORMATS, format, output, "markdown")


def asked_recipe(
    formula: str | None,
    level: int | None,
    recipe: str | None,
    at: list[str] | None,
    kinds: list[str] | None,
    title: str,
) -> Recipe:
    """Return the recipe that the options describe.

    Raises
    ------
    InputError
        If not exactly one of formula, level and recipe is given, or one cannot be read.
    """
    from chainrule.cli.request import pairs, recipe_text, source
    from chainrule.exercises.kinds import KINDS
    from chainrule.exercises.recipe import PartRecipe, Recipe

    if sum(given is not None for given in (formula, level, recipe)) != 1:
        raise InputError(
            "A sheet is made from one thing",
            allowed="Give a formula, --level from 1 to 6, or --recipe with a file.",
        )
    if recipe is not None:
        return Recipe.read(recipe_text(recipe))
    for kind in kinds or ():
        if kind not in KINDS:
            raise no_such("kind", kind, KINDS)
    point = pairs(at or (), "--at")
    part = PartRecipe(
        tuple(kinds or ("values", "adjoints")),
        level or 0,
        source(formula.strip(" ")) if formula is not None else "",
        (point,) if point else (),
    )
    return Recipe(title, (part,))


def sheet(
    formula: Formula = None,
    level: Level = None,
    recipe: RecipeFile = None,
    at: At = None,
    kind: Kinds = None,
    seed: Seed = None,
    student: Student = "",
    title: Title = "Practice",
    key: Key = None,
    format: SheetFormat = None,
    output: Output = None,
    roster: Roster = None,
    out: ClassOut = None,
    force: Force = False,
    variants: Variants = None,
) -> None:
    """Make a sheet of exercises, with its key or without.

    The same seed and student give the same sheet, so a key can be made later.

    \b
      chainrule sheet --level 3 --kind values --kind adjoints --student Ada -o ada.pdf
      chainrule sheet --level 3 --kind values --kind adjoints --student Ada --key apart -o key.pdf
      chainrule sheet "J = u1 + u2; u1 = sin t; u2 = 3t; t = x^2" --at x=1.5 -o sheet.html
      chainrule sheet --recipe week3.toml --student Ada -o ada.ipynb
      chainrule sheet --recipe week3.toml --roster class.csv --out week3.zip
      chainrule sheet --recipe week3.toml --variants 20 -o bank.xml
    """
    from chainrule.cli.output import write
    from chainrule.exercises.making import sheet as made

    wanted = asked_recipe(formula, level, recipe, at, kind, title)
    if roster is not None or out is not None:
        _class(wanted, seed, format, roster, out, force)
    elif variants is not None:
        _bank(wanted, seed, variants, output)
    else:
        chosen = chosen_format(format, output)
        finished = made(wanted, seed=seed, student=student)
        write(finished.to(chosen.name, key=key), output or "-")


def _bank(recipe: Recipe, seed: int | None, variants: int, output: str | None) -> None:
    from chainrule.cli.output import progress, write
    from chainrule.exercises.catalogue import CLASS, WORDS
    from chainrule.exercises.formats.moodle import bank
    from chainrule.exercises.making import sheet as made

    sheets = []
    with progress(CLASS["making"]) as told:
        for number in range(1, variants + 1):
            who = WORDS["variant"].format(number=number)
            sheets.append(made(recipe, seed=seed, student=who))
            told(number, variants)
    write(bank(sheets), output or "-")


def _class(
    recipe: Recipe,
    seed: int | None,
    format: str | None,
    roster: str | None,
    out: str | None,
    force: bool,
) -> None:
    from dataclasses import replace

    from chainrule.cli.output import keep_another, progress
    from chainrule.exercises.catalogue import CLASS
    from chainrule.exercises.class_run import run_class
    from chainrule.exercises.roster import roster as read_roster
    from chainrule.files import MAX_BYTES
    from chainrule.readings.prose import printable

    if roster is None or out is None:
        raise InputError(
            "A class needs a roster and a file", allowed="Give --roster class.csv --out week3.zip."
        )
    if seed is not None:
        recipe = replace(recipe, seed=seed)
    if format is not None:
        recipe = replace(recipe, formats=(chosen_format(format, None).name,))
    with open(roster, "rb") as file:
        students, told = read_roster(file.read(MAX_BYTES + 1))
    for line in told:
        print(printable(f"{roster}, {line}"), file=sys.stderr)
    keep_another(out, force, lambda found: _is_class(found, recipe, students))
    with progress(CLASS["making"]) as shown:
        run_class(recipe, students, Path(out), progress=shown)
    print(f"{out}: {len(students)} sheets with their keys")


def _is_class(found: bytes, recipe: Recipe, students: Sequence[Listed]) -> bool:
    """Tell whether a file is the ZIP of this recipe for these students."""
    try:
        with zipfile.ZipFile(BytesIO(found)) as archive:
            of_recipe = archive.read("recipe.toml").decode()
            entries = json.loads(archive.read("manifest.json"))["students"]
            known = [(entry["number"], entry["name"], entry["id"]) for entry in entries]
    except (zipfile.BadZipFile, KeyError, TypeError, ValueError):
        return False
    return of_recipe == recipe.text() and known == [(s.number, s.name, s.id) for s in students]
