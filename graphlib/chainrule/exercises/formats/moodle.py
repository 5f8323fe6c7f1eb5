"""Sheets as Moodle XML: one question of embedded answers (Cloze) a task, which Moodle marks.

Fields are `{points:TYPE:=answer:tolerance}`; Moodle finds them by a pattern in the text and then
undoes HTML's entities, so what means something to the pattern is written as an entity inside them,
and in words around them too, lest somebody's title become a field. A question's mark in Moodle is
the sum of its weights, which are whole: half points are put together in the later cells, which are
results of the earlier ones; only where the task's sum ends in a half, the weights count halves.
Without a key the questions are essays.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from itertools import permutations
from typing import Final, NamedTuple
from xml.sax.saxutils import escape as xml_escape

from chainrule.exercises.catalogue import WORDS, told
from chainrule.exercises.checking import problem_of
from chainrule.exercises.fitness import worksheet
from chainrule.exercises.kinds.slots import tolerance_of
from chainrule.exercises.points import apportioned
from chainrule.exercises.sheet import Answer, Format, Key, Part, Sheet, Task, points_text
from chainrule.readings.document import Formulas
from chainrule.readings.grid import Asked, Cell
from chainrule.readings.latex import latex
from chainrule.readings.picture import Picture
from chainrule.readings.prose import plain
from chainrule.readings.render.html import Html
from chainrule.readings.render.svg import picture_svg
from chainrule.readings.terms import Term

# Signs with a meaning for Moodle: fields, formulas between dollars or \( \), file addresses.
_LIVE = {c: f"&#{ord(c)};" for c in "{}$\\@[]~"}
_IN_FIELD = {c: f"&#{ord(c)};" for c in "}#~\\"}
STAR: Final = r"\*"
MISTAKEN: Final = 25
"""Percent of a cell's points that a known mistake keeps in Moodle, which follows no work."""

_FUNCTION = r"(?<![A-Za-z])(sin|cos|tan|ln|exp|tanh|sqrt|sigmoid)\b ?([A-Za-z]\w*)"
_PRODUCT = r"·|(?<=[0-9])(?=[A-Za-z(])(?![eE][0-9])|(?<=\))(?=[A-Za-z(])"


def words_html(words: str) -> str:
    """Return words as HTML in which nothing means anything to Moodle's filters either."""
    return "".join(_LIVE.get(c, c) for c in escape(plain(words)))


def in_field(words: str) -> str:
    """Return words for the inside of a field."""
    return "".join(_IN_FIELD.get(c, c) for c in escape(plain(words), quote=False))


# How people write the same formula; each line is a habit, and may go with every other.
HABITS: Final = (
    (("√", "sqrt "), ("σ", "sigmoid")),
    (("²", "^2"), ("³", "^3")),
    (("([a-z])([0-9])(?![0-9.])", r"\1_\2"),),
    ((_PRODUCT, "*"),),
    ((_PRODUCT, " "),),
    (("·", ""),),
    ((_FUNCTION, r"\1(\2)"),),
    ((" ([-+]) ", r"\1"),),
    (("-", "−"),),
    ((r"\be\^\(([−-][A-Za-z]\w*)\)", r"e^\1"),),
    ((r"\be\^\(([^()]*)\)", r"exp(\1)"), (r"\be\^([A-Za-z]\w*)", r"exp(\1)")),
)


def spellings(answer: Answer) -> tuple[str, ...]:
    """Return a formula as students may type it; Moodle compares letter by letter."""
    low = str.maketrans("₀₁₂₃₄₅₆₇₈₉−", "0123456789-")
    found = dict.fromkeys((answer.exact, answer.exact.translate(low)))
    for habit in HABITS:
        for text in tuple(found):
            for pattern, new in habit:
                text = re.sub(pattern, new, text)
            found[text] = None
    return tuple(found)


def arrow_fields(answer: Answer) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield for each card at which arrows are missing its name, and what may be answered there."""
    into: dict[str, list[str]] = {}
    for pair in answer.exact.split(", "):
        begin, end = pair.split(" → ")
        into.setdefault(end, []).append(begin)
    for end, begins in into.items():
        orders = list(permutations(begins))
        yield end, tuple(sep.join(order) for order in orders for sep in (", ", ",", " "))


class Cloze(Html):
    """Writes the blocks of a task, with fields in the cells to fill in if the key is inline."""

    tag = '<table border="1" cellpadding="4">'
    between = "<br>"

    def __init__(self, task: Task, key: Key) -> None:
        super().__init__()
        self.task = task
        self.inline = key == "inline"
        self.mistakes = known_mistakes(task) if self.inline else {}
        unit = 1.0 if task.points % 1 == 0 else 0.5
        points = apportioned([answer.points for answer in task.answers.values()], task.points, unit)
        self.weights = {c: round(p / unit) for c, p in zip(task.answers, points, strict=True)}

    def words(self, words: str) -> str:
        """Return words as HTML in which nothing means anything to Moodle's filters either."""
        return words_html(words)

    def maths(self, term: Term) -> str:
        """Return a term as LaTeX between the brackets that Moodle's MathJax looks for."""
        return rf"\({escape(plain(latex(term)).replace('@', ''))}\)"

    def formulas(self, formulas: Formulas) -> Iterator[str]:
        """Yield formulas side by side."""
        yield "<p>" + " &emsp; ".join(map(self.term, formulas.terms)) + "</p>"

    def picture(self, picture: Picture) -> Iterator[str]:
        """Yield a picture, whose file stands beside the text."""
        name = f"figure{self.task.number}.svg"
        yield f'<p><img src="@@PLUGINFILE@@/{name}" alt="{words_html(picture.words)}"></p>'

    def asked(self, cell: Cell, asked: Asked) -> str:
        """Return a field, or dots where nothing is marked."""
        answer = self.task.answers[cell.id]
        points = self.weights[cell.id]
        if not self.inline or not points:
            return "……" if self.inline or cell.term is None else self.term(cell.term)
        if answer.kind == "graph":
            return self._arrows(answer, points)
        return f"{{{points}:{field(answer, self.mistakes.get(cell.id, ()))}}}"

    def _arrows(self, answer: Answer, points: int) -> str:
        """Return a field for each card at which arrows are missing; they share the points."""
        ends = list(arrow_fields(answer))
        worth = apportioned([begins[0].count(",") + 1 for _, begins in ends], points, 1)
        shown = []
        for (end, begins), weight in zip(ends, worth, strict=True):
            told = words_html(WORDS["arrows into"].format(name=end))
            shown.append(f"{told} {{{weight:g}:SHORTANSWER_C:{_texts(begins)}}}")
        return "; ".join(shown)


Mistakes = Sequence[tuple[float, str]]
"""Numbers that known mistakes give, with what is said about them."""


class Paid(NamedTuple):
    """A number, how far an answer may be away, and the percent of its points that it is paid."""

    number: float
    reach: float
    percent: int = 100
    told: str = ""


def paid_numbers(answer: Answer, mistakes: Mistakes) -> Iterator[Paid]:
    """Yield the right number, then those of known mistakes with what is told about them."""
    yield Paid(float(answer.exact), answer.tolerance)
    for number, said in mistakes:
        # A number that is easily guessed keeps nothing.
        percent = 0 if number in (0, 1, -1) else MISTAKEN
        yield Paid(number, tolerance_of(number), percent, said)


def field(answer: Answer, mistakes: Mistakes = ()) -> str:
    """Return the inside of a field: type and answers."""
    if answer.kind in ("number", "whole"):
        right, *wrong = paid_numbers(answer, mistakes)
        found = [f"={right.number:.10g}:{right.reach:.4g}"]
        found += [f"={other}:{right.reach:.4g}" for other in answer.also if _numeric(other)]
        for one in wrong:
            # Feedback is HTML once the entities are undone.
            said = in_field(escape(one.told, quote=False))
            found.append(f"%{one.percent}%{one.number:.10g}:{one.reach:.4g}#{said}")
        return "NUMERICAL:" + "~".join(found)
    if answer.kind == "choice":
        options = (("=" if o == answer.exact else "") + in_field(o) for o in answer.options)
        return "MULTICHOICE:" + "~".join(options)
    return "SHORTANSWER_C:" + _texts((*spellings(answer), *answer.also))


def _texts(texts: Iterable[str]) -> str:
    """Return texts that are accepted; a bare star would stand for anything."""
    return "~".join(f"={in_field(text.replace('*', STAR))}" for text in dict.fromkeys(texts))


def known_mistakes(task: Task) -> dict[str, Mistakes]:
    """Return by cell what known mistakes give, clear of the right number and of each other."""
    problem = problem_of(task)
    found: dict[str, Mistakes] = {}
    for which in sorted({cell.partition("@")[2] for cell in task.answers}):
        paper, at = worksheet(problem, which, task.mistakes), f"@{which}" if which else ""
        asked = {c: place for c, place in paper.cells.items() if c + at in task.answers}
        own = {c: n for c, place in asked.items() if (n := paper.right(place)) is not None}
        for cell in own:
            others = {other: number for other, number in own.items() if other != cell}
            taken, kept = [own[cell]], list[tuple[float, str]]()
            for name, numbers in paper.mistaken(paper.cells[cell], others).items():
                record = paper.mistakes[name]
                for number in numbers:
                    reach = tolerance_of(number)
                    if all(abs(number - one) > reach + tolerance_of(one) for one in taken):
                        taken.append(number)
                        kept.append((number, " ".join(told(name, record.sentence, record.hint))))
            found[cell + at] = kept
    return found


def _numeric(text: str) -> bool:
    return re.fullmatch(r"-?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", text) is not None


def _text(tag: str, html: str, files: str = "") -> str:
    # A CDATA section ends at the first ]]>, which escaping has made impossible in words.
    return f'<{tag} format="html"><text><![CDATA[{html}]]></text>{files}</{tag}>'


def _question(sheet: Sheet, part: Part, task: Task, key: Key) -> str:
    kind = {"none": "essay", "inline": "cloze", "apart": "description"}[key]
    name = f"{task.number} {task.title}"
    html = "\n".join(Cloze(task, key).blocks((*part.opening, *task.written(key))))
    files = "".join(
        f'<file name="figure{task.number}.svg" path="/" encoding="base64">'
        f"{b64encode(picture_svg(block).encode()).decode()}</file>"
        for block in task.written(key)
        if isinstance(block, Picture)
    )
    grade = f"<defaultgrade>{task.points:g}</defaultgrade>"
    halves = kind == "cloze" and task.points % 1
    note = words_html(WORDS["halves"].format(points=points_text(task.points))) if halves else ""
    return (
        f'<question type="{kind}"><name><text>{xml_escape(plain(name))}</text></name>'
        f"{_text('questiontext', html, files)}{_text('generalfeedback', note)}"
        f"{'' if key == 'apart' else grade}<penalty>0</penalty><hidden>0</hidden>"
        f"{'<responseformat>editor</responseformat>' if kind == 'essay' else ''}</question>"
    )


def _file(questions: Iterable[tuple[tuple[str, ...], str]]) -> bytes:
    """Return questions as a file, each in the category of its path."""
    parts, last = ['<?xml version="1.0" encoding="UTF-8"?>\n<quiz>'], None
    for names, question in questions:
        if names != last:
            # A slash would begin a category inside; two stand for one.
            path = xml_escape("/".join(plain(name).replace("/", "//") for name in names))
            parts.append(
                f'<question type="category"><category><text>$course$/top/{path}</text></category>'
                "</question>"
            )
        parts.append(question)
        last = names
    return ("\n".join([*parts, "</quiz>"]) + "\n").encode("utf-8", "backslashreplace")


def sheet_moodle(sheet: Sheet, key: Key) -> bytes:
    """Return a sheet as Moodle XML, in a category of its own."""
    who = sheet.student or WORDS["sheet"].format(seed=sheet.seed)
    return _file(
        ((sheet.title, who), _question(sheet, part, task, key))
        for part in sheet.parts
        for task in part.tasks
    )


def bank(sheets: Sequence[Sheet]) -> bytes:
    """Return sheets of one recipe as a question bank: a category a task, in it a variant a sheet.

    A quiz draws from each category a question at random.
    """
    whole = [[(part, task) for part in sheet.parts for task in part.tasks] for sheet in sheets]
    return _file(
        ((sheets[0].title, f"{task.number} {task.title}"), _question(sheet, part, task, "inline"))
        for variants in zip(*whole, strict=True)
        for sheet, (part, task) in zip(sheets, variants, strict=True)
    )


FORMAT = Format("moodle", ".xml", sheet_moodle, "inline")
