"""A recipe: the small file from which a class's sheets are made, and made again next year.

It is TOML. Everything in it is checked before anything is drawn, and every fault names its line.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from fractions import Fraction
from typing import Any, Final, NoReturn

import numpy as np

from chainrule.errors import ChainruleError, InputError
from chainrule.exercises.catalogue import CELLS, LANGUAGES
from chainrule.exercises.formats import FORMATS
from chainrule.exercises.kinds import KINDS
from chainrule.exercises.levels import LEVELS
from chainrule.exercises.own_mistakes import WHERE, OwnMistake, read_rule
from chainrule.exercises.points import CARRIED
from chainrule.files.writing import toml
from chainrule.language.entries import value as typed_value
from chainrule.ops import OPS
from chainrule.passes.misconceptions import MISCONCEPTIONS, SLIPS

MOST_CHARACTERS: Final = 50_000
MOST_DOTS: Final = 200
MOST_TASKS: Final = 60
MOST_POINTS: Final = 100


@dataclass(frozen=True, slots=True)
class PartRecipe:
    """One problem for each student, and the kinds of tasks about it.

    Parameters
    ----------
    kinds
        What the tasks ask for, in their order.
    level
        1 to 6 for a program drawn at random; 0 where a formula is given.
    formula
        A formula or program for everybody.
    points
        Typed points of which each student gets one; none for points drawn at random.
    direction
        Typed tangents for forward mode.
    settings
        Further typed numbers of kinds: `rate`, `parameters`.
    count
        How many such parts.
    text
        Words above the tasks.
    accept
        Why a formula is set although rounding or a common mistake may hide in it: the reason.
    """

    kinds: tuple[str, ...]
    level: int = 0
    formula: str = ""
    points: tuple[Mapping[str, str], ...] = ()
    direction: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    count: int = 1
    text: str = ""
    accept: str = ""


@dataclass(frozen=True, slots=True)
class Override:
    """An answer that a teacher accepts too.

    Parameters
    ----------
    cell
        Task, dot and id of the cell: "2.adjoint:t".
    answer
        What is accepted there.
    reason
        Why; the key says it.
    student
        For whom; for all where it is empty.
    """

    cell: str
    answer: str
    reason: str
    student: str = ""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a class's sheets are made from.

    >>> recipe = Recipe.read('title = "Practice"\\n[[part]]\\nlevel = 3\\nkinds = ["adjoints"]\\n')
    >>> recipe.title, recipe.parts[0].level
    ('Practice', 3)
    >>> Recipe.read(recipe.text()) == recipe
    True

    Parameters
    ----------
    title
        The heading.
    label
        Small words across from the heading.
    note
        Words below it.
    parts
        Problems and their tasks.
    seed
        From it and the student's name everything random is drawn.
    formats
        In which sheets are written.
    marks
        Points of a whole task, by kind, spread over its cells in their usual proportion.
    overrides
        Further answers that are accepted.
    weights
        What a cell weighs, by the word before its colon: `share`, `adjoint`.
    carry
        What is kept of the points of a cell that follows from an error: "full", "half", "none".
    halves
        Whether points are halves; usually they are whole.
    mistakes
        A teacher's own, beside those that are known everywhere.
    language
        In which sheets are written: "en", "de".
    """

    title: str
    parts: tuple[PartRecipe, ...]
    label: str = ""
    note: str = ""
    seed: int = 1
    formats: tuple[str, ...] = ("pdf",)
    marks: Mapping[str, float] = field(default_factory=dict)
    overrides: tuple[Override, ...] = ()
    weights: Mapping[str, float] = field(default_factory=dict)
    carry: str = "full"
    halves: bool = False
    mistakes: tuple[OwnMistake, ...] = ()
    language: str = "en"

    @classmethod
    def read(cls, text: str) -> Recipe:
        """Read a recipe.

        Raises
        ------
        InputError
            With the line of the fault and what is allowed there.
        """
        return _Reader(text).recipe()

    def text(self) -> str:
        """Return the recipe as TOML, to save and share."""
        lines = _lines(self, TOP)
        for part in self.parts:
            lines += ["", "[[part]]", *_lines(part, PART)]
        for name, numbers in (("marks", self.marks), ("weights", self.weights)):
            if numbers:
                lines += ["", f"[{name}]", *(f"{kind} = {n:g}" for kind, n in numbers.items())]
        for override in self.overrides:
            lines += ["", "[[override]]", *_lines(override, OVERRIDE)]
        for mistake in self.mistakes:
            lines += ["", "[[mistake]]", *_lines(mistake, MISTAKE)]
        return "\n".join(lines) + "\n"


def _lines(block: Any, keys: Iterable[str]) -> list[str]:
    """Return the lines of a block; what is usual need not be written."""
    usual = {
        one.name: one.default if one.default_factory is MISSING else one.default_factory()
        for one in fields(block)
    }
    named = {"points" if key == "at" else key: key for key in keys}
    return [
        f"{key} = {toml(getattr(block, name))}"
        for name, key in named.items()
        if name in usual and (getattr(block, name) != usual[name] or name in ALWAYS)
    ]


TOP: Final = ("title", "label", "note", "seed", "formats", "carry", "halves", "language")
TABLES: Final = ("part", "marks", "weights", "override", "mistake")
ALWAYS: Final = frozenset(("seed", "formats"))
"""What is written although it is usual, for it says what sheets were made of."""

PART: Final = tuple(
    ["kinds", "level", "formula", "at", "direction", "settings", "count", "text", "accept"]
)
OVERRIDE: Final = ("cell", "answer", "reason", "student")
MISTAKE: Final = ("name", "where", "rule", "sentence", "hint", "explanation", "functions")
_DECODE_PLACE: Final = re.compile(r"\(at line (\d+), column (\d+)\)")


class _Reader:
    """Checks what TOML has read, and knows the lines."""

    def __init__(self, text: str) -> None:
        self.text = text
        if len(text) > MOST_CHARACTERS:
            raise InputError(
                f"This recipe is longer than {MOST_CHARACTERS:,} characters",
                text=text,
                position=MOST_CHARACTERS,
                allowed="A recipe is a small file.",
            )
        self.block = ""
        self.count = 0
        for number, line in enumerate(text.split("\n"), start=1):
            # Reading a dotted key takes the square of its parts.
            if line.partition("=")[0].count(".") > MOST_DOTS:
                raise InputError(
                    f"This key has more than {MOST_DOTS} dots",
                    text=text,
                    position=self._offset(number, 1),
                    allowed="Keys are single words.",
                )
        try:
            self.data = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            place = _DECODE_PLACE.search(str(error))
            position = len(text) if place is None else self._offset(int(place[1]), int(place[2]))
            message = str(error).partition(" (at ")[0]
            raise InputError(
                f"This is not TOML: {message}",
                text=text,
                position=min(position, len(text)),
                allowed='Lines are like title = "Practice" or level = 3.',
            ) from error
        except RecursionError as error:
            raise InputError("This recipe is nested too deeply", text=text) from error

    def _offset(self, line: int, column: int) -> int:
        lines = self.text.split("\n")
        return sum(len(one) + 1 for one in lines[: line - 1]) + column - 1

    def _stop(self, key: str, message: str, allowed: str) -> NoReturn:
        """Refuse what stands under a key of the block that is being read."""
        begin, end = 0, len(self.text)
        if self.block:
            header = re.compile(rf"^[ \t]*\[+\s*{self.block}\s*\]+", re.MULTILINE)
            places = [match.start() for match in header.finditer(self.text)]
            begin = places[min(self.count, len(places) - 1)] if places else 0
        found = re.compile(rf"^[ \t]*[\"']?{re.escape(key)}[\"']?\s*=.*$", re.MULTILINE)
        match = found.search(self.text, begin, end)
        position, length = (match.start(), len(match[0])) if match else (begin, 1)
        raise InputError(message, text=self.text, position=position, length=length, allowed=allowed)

    def recipe(self) -> Recipe:
        self._known(self.data, (*TOP, *TABLES))
        title = self._string(self.data, "title", "")
        if not title:
            self._stop("title", "This recipe has no title", 'It needs one: title = "Practice".')
        label, note = self._string(self.data, "label", ""), self._string(self.data, "note", "")
        seed = self._whole(self.data, "seed", 1, 0, 2**63 - 1)
        formats = self._strings(self.data, "formats", ("pdf",), tuple(FORMATS))
        parts = tuple(self._part(i, part) for i, part in enumerate(self._blocks("part")))
        if not parts:
            self._stop("part", "This recipe has no part", "It needs at least one [[part]].")
        if sum(part.count * len(part.kinds) for part in parts) > MOST_TASKS:
            self._stop("count", "These are too many tasks", f"At most {MOST_TASKS} on one sheet.")
        marks = self._points("marks", tuple(KINDS))
        weights = self._points("weights", tuple(CELLS))
        carry = self._string(self.data, "carry", "full")
        self._among("carry", carry, CARRIED, "This is no way to carry on")
        language = self._string(self.data, "language", "en")
        self._among("language", language, LANGUAGES, "Sheets are not written in this language")
        halves = self.data.get("halves", False)
        if not isinstance(halves, bool):
            self._stop("halves", "`halves` is yes or no", "Write halves = true.")
        overrides = tuple(self._override(i, one) for i, one in enumerate(self._blocks("override")))
        mistakes = tuple(self._mistake(i, one) for i, one in enumerate(self._blocks("mistake")))
        return Recipe(
            title,
            parts,
            label,
            note,
            seed,
            formats,
            marks,
            overrides,
            weights,
            carry,
            halves,
            mistakes,
            language,
        )

    def _blocks(self, name: str) -> list[dict[str, Any]]:
        found = self.data.get(name, [])
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            self._stop(name, f"`{name}` is not a list of blocks", f"Write [[{name}]] above each.")
        return found

    def _known(self, table: Mapping[str, Any], allowed: tuple[str, ...]) -> None:
        for key in table:
            self._among(key, key, allowed, f"There is no `{key[:40]}` here")

    def _among(self, key: str, found: str, allowed: Iterable[str], refusal: str) -> None:
        """Refuse a word that is none of those that there are."""
        if found not in allowed:
            self._stop(key, refusal, f"There are {', '.join(allowed)}.")

    def _needed(self, what: str, texts: Mapping[str, str], keys: tuple[str, ...]) -> None:
        *others, last = keys
        for key in keys:
            if not texts[key]:
                told = f"It needs {', '.join(others)} and {last}."
                self._stop(key, f"This {what} has no {key}", told)

    def _part(self, count: int, given: dict[str, Any]) -> PartRecipe:
        self.block, self.count = "part", count
        self._known(given, PART)
        kinds = self._strings(given, "kinds", (), tuple(KINDS))
        if not kinds:
            self._stop("kinds", "This part has no kinds", f"There are {', '.join(KINDS)}.")
        level = self._whole(given, "level", 0, 0, max(LEVELS))
        formula = self._string(given, "formula", "")
        if bool(level) == bool(formula):
            words = "; ".join(f"{n} is {one.words}" for n, one in LEVELS.items())
            self._stop(
                "formula" if formula else "level",
                "A part has either a level or a formula",
                f"Levels: {words}.",
            )
        at = given.get("at", [])
        points = tuple(self._numbers("at", one) for one in (at if isinstance(at, list) else [at]))
        part = PartRecipe(
            kinds,
            level,
            formula,
            points,
            self._numbers("direction", given.get("direction", {})),
            self._texts("settings", given.get("settings", {})),
            self._whole(given, "count", 1, 1, MOST_TASKS),
            self._string(given, "text", ""),
            self._string(given, "accept", ""),
        )
        self.block = ""
        return part

    def _override(self, count: int, given: dict[str, Any]) -> Override:
        self.block, self.count = "override", count
        self._known(given, OVERRIDE)
        texts = {key: self._string(given, key, "") for key in OVERRIDE}
        self._needed("override", texts, OVERRIDE[:3])
        if not re.fullmatch(r"[1-9]\d*\..+", texts["cell"]):
            self._stop("cell", "This is no cell", 'A cell is like "2.adjoint:t": task, dot, id.')
        self.block = ""
        return Override(**texts)

    def _mistake(self, count: int, given: dict[str, Any]) -> OwnMistake:
        self.block, self.count = "mistake", count
        self._known(given, MISTAKE)
        texts = {key: self._string(given, key, "") for key in MISTAKE[:-1]}
        self._needed("mistake", texts, MISTAKE[:4])
        before = [one.get("name") for one in self.data["mistake"][:count]]
        if texts["name"] in (*MISCONCEPTIONS, *SLIPS, *before):
            self._stop("name", "A mistake of this name is known already", "Give it another name.")
        self._among("where", texts["where"], WHERE, "There is no such place")
        names = WHERE[texts["where"]][2]
        allowed = f"A formula in {', '.join(names)}."
        try:
            strange = set(read_rule(texts["rule"], names).variables) - {*names}
        except ChainruleError as error:
            self._stop("rule", f"This rule cannot be read: {str(error).splitlines()[0]}", allowed)
        if strange:
            self._stop("rule", f"There is no `{min(strange)[:40]}` at this place", allowed)
        functions = self._strings(given, "functions", (), tuple(OPS))
        self.block = ""
        return OwnMistake(**texts, functions=functions)

    def _points(self, name: str, allowed: tuple[str, ...]) -> dict[str, float]:
        """Return a table of points."""
        table = self.data.get(name, {})
        self.block, self.count = name, 0
        if not isinstance(table, dict):
            told = f"Write [{name}] and lines: {allowed[0]} = 8."
            self._stop(name, f"`{name}` is no table", told)
        self._known(table, allowed)
        for key, points in table.items():
            number = isinstance(points, int | float) and not isinstance(points, bool)
            if not number or not 0 < points <= MOST_POINTS or points % 0.5:
                told = f"Points are whole or half numbers up to {MOST_POINTS}."
                self._stop(key, "These are no points", told)
        self.block = ""
        return {key: float(points) for key, points in table.items()}

    def _string(self, table: Mapping[str, Any], key: str, usual: str) -> str:
        found = table.get(key, usual)
        if not isinstance(found, str):
            self._stop(key, f"`{key}` is not text", 'Text stands in quotation marks: "…".')
        return found

    def _whole(self, table: Mapping[str, Any], key: str, usual: int, least: int, most: int) -> int:
        found = table.get(key, usual)
        if not isinstance(found, int) or isinstance(found, bool) or not least <= found <= most:
            self._stop(key, f"`{key}` is out of range", f"A whole number from {least} to {most}.")
        return found

    def _strings(
        self, table: Mapping[str, Any], key: str, usual: tuple[str, ...], allowed: tuple[str, ...]
    ) -> tuple[str, ...]:
        found = table.get(key, list(usual))
        if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
            self._stop(key, f"`{key}` is not a list of names", f"There are {', '.join(allowed)}.")
        for one in found:
            self._among(key, one, allowed, f"There is no `{one[:40]}`")
        return tuple(found)

    def _texts(self, key: str, table: Any) -> dict[str, str]:
        if not isinstance(table, dict):
            self._stop(key, f"`{key}` is no table", 'Write it like {x = "1.5", y = "0.4"}.')
        for value in table.values():
            if not isinstance(value, str | int | float | list) or isinstance(value, bool):
                self._stop(key, f"`{key}` holds more than text and numbers", 'Write {x = "1.5"}.')
        return {
            name: value if isinstance(value, str) else repr(value) for name, value in table.items()
        }

    def _numbers(self, key: str, table: Any) -> dict[str, str]:
        texts = self._texts(key, table)
        allowed = 'Such as "1.5", "-2" or "2/3"; vectors and matrices as [1, 2] or [[1], [2]].'
        for value in texts.values():
            try:
                found = np.ravel(np.array(typed_value(value), dtype=object))
            except (ChainruleError, ValueError):
                self._stop(key, f"`{value[:40]}` is not a number", allowed)
            if not all(isinstance(number, Fraction | int) for number in found):
                self._stop(key, f"`{value[:40]}` is not exact", allowed)
        return texts
