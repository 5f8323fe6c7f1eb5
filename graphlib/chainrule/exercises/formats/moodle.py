"""Sheets as Moodle XML: one question of embedded answers (Cloze) a task, which Moodle marks.

Fields are `{points:TYPE:=answer:tolerance}`; Moodle finds them by a pattern in the text, so `}`,
`#`, `~`, `/`, `"` and backslash are escaped inside them, and in words around them the braces are
written as numbers, lest somebody's title become a field. Without a key the questions are essays.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator
from html import escape
from math import gcd
from xml.sax.saxutils import escape as xml_escape

from chainrule.exercises.catalogue import WORDS
from chainrule.exercises.figure import Figure
from chainrule.exercises.formats.format import Format, fields, points_text
from chainrule.exercises.formats.svg import figure_svg
from chainrule.exercises.sheet import (
    Answer,
    Asked,
    Block,
    Field,
    Given,
    Key,
    Lines,
    Part,
    Sheet,
    Slot,
    SlotTable,
    Space,
    Task,
    Words,
)
from chainrule.readings.prose import Prose
from chainrule.readings.render.prose import plain
from chainrule.readings.terms import Term, Word, latex

# Signs with a meaning for Moodle: fields, formulas between dollars or \( \), file addresses.
_LIVE = {c: f"&#{ord(c)};" for c in "{}$\\@[]~"}
_IN_FIELD = re.compile(r'([}#~/"\\])')


def words_html(words: str) -> str:
    """Return words as HTML in which nothing means anything to Moodle's filters either."""
    return "".join(_LIVE.get(c, c) for c in escape(plain(words)))


def maths(term: Term) -> str:
    """Return a term as LaTeX between the brackets that Moodle's MathJax looks for."""
    if isinstance(term, Word) and not term.latex:
        return words_html(term.text)
    written = plain(latex(term)).replace("@", "")
    return rf"\({escape(written)}\)"


def in_field(words: str) -> str:
    """Return words for the inside of a field."""
    return escape(_IN_FIELD.sub(r"\\\1", plain(words)), quote=False)


def spellings(answer: Answer) -> Iterator[str]:
    """Yield a formula as students may type it; Moodle compares letter by letter."""
    exact = answer.exact.replace("−", "-").replace("·", "*")
    low = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
    raised = {ord(a): f"^{b}" for a, b in zip("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789", strict=True)}
    plain_text = exact.translate(low).translate(raised)
    bracketed = re.sub(r"\b(sin|cos|tan|ln|exp|tanh|σ|√) ?([A-Za-z]\w*)", r"\1(\2)", plain_text)
    for text in (plain_text, bracketed):
        yield text
        yield text.replace(" ", "")


class _Writer:
    def __init__(self, task: Task | None, key: Key) -> None:
        self.task = task
        self.key = key
        answers = task.answers.values() if task else ()
        hundredths = [round(answer.points * 100) for answer in answers]
        self.unit = gcd(*hundredths) if any(hundredths) else 100

    def block(self, block: Block) -> Iterator[str]:
        match block:
            case Words(words):
                yield f"<p>{self._prose(words)}</p>"
            case Lines(terms):
                yield "<p>" + " &emsp; ".join(map(maths, terms)) + "</p>"
            case SlotTable():
                yield self._table(block)
            case Field(words, cell):
                yield f"<p>{self._prose(words)} {self.asked(cell)}</p>"
            case Figure():
                assert self.task is not None
                name = f"figure{self.task.number}.svg"
                alt = words_html(block.alternative)
                yield f'<p><img src="@@PLUGINFILE@@/{name}" alt="{alt}"></p>'
                for field in fields(block):
                    yield from self.block(field)
            case Space():
                return

    def _prose(self, words: Prose) -> str:
        return "".join(words_html(p) if isinstance(p, str) else maths(p) for p in words)

    def asked(self, cell: str) -> str:
        assert self.task is not None
        answer = self.task.answers[cell]
        points = round(answer.points * 100) // self.unit
        if self.key != "inline" or not points:
            return "……"
        return f"{{{points}:{field(answer)}}}"

    def _slot(self, slot: Slot) -> str:
        match slot:
            case Asked(cell, rows):
                span = f' rowspan="{rows}"' if rows > 1 else ""
                return f"<td{span}><small>{words_html(cell)}</small><br>{self.asked(cell)}</td>"
            case Given(term, _role, rows):
                span = f' rowspan="{rows}"' if rows > 1 else ""
                return f"<td{span}>{'' if term is None else maths(term)}</td>"
        return ""

    def _table(self, table: SlotTable) -> str:
        heads = "".join(f"<th>{maths(header)}</th>" for header in table.headers)
        rows = "".join(f"<tr>{''.join(map(self._slot, line))}</tr>" for line in table.rows)
        return (
            f'<table border="1" cellpadding="4"><thead><tr>{heads}</tr></thead>'
            f"<tbody>{rows}</tbody></table>"
        )


def field(answer: Answer) -> str:
    """Return the inside of a field: type and answers."""
    if answer.kind in ("number", "whole"):
        number = f"{float(answer.exact):.10g}"
        right = [f"={number}:{answer.tolerance:.4g}"]
        also = [f"={other}:{answer.tolerance:.4g}" for other in answer.also if _numeric(other)]
        return "NUMERICAL:" + "~".join(right + also)
    if answer.kind == "choice":
        options = (("=" if o == answer.exact else "") + in_field(o) for o in answer.options)
        return "MULTICHOICE:" + "~".join(options)
    texts = [answer.exact] if answer.kind == "graph" else list(spellings(answer))
    accepted = dict.fromkeys([*texts, *answer.also])
    return "SHORTANSWER:" + "~".join(f"={in_field(text)}" for text in accepted)


def _numeric(text: str) -> bool:
    return re.fullmatch(r"-?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", text) is not None


def _key_list(task: Task) -> str:
    rows = "".join(
        f"<tr><td>{words_html(cell)}</td><td>{maths(answer.term)}</td>"
        f"<td>{points_text(answer.points)}</td></tr>"
        for cell, answer in task.answers.items()
    )
    return f"<table>{rows}</table>"


def _text(tag: str, html: str, files: str = "") -> str:
    # A CDATA section ends at the first ]]>, which escaping has made impossible in words.
    return f'<{tag} format="html"><text><![CDATA[{html}]]></text>{files}</{tag}>'


def _question(sheet: Sheet, part: Part, task: Task, key: Key) -> str:
    kind = {"none": "essay", "inline": "cloze", "apart": "description"}[key]
    name = f"{task.number} {task.title}"
    if key == "apart":
        html = _key_list(task)
    else:
        writer, above = _Writer(task, key), _Writer(None, key)
        pieces = [piece for block in part.opening for piece in above.block(block)]
        pieces += [piece for block in task.blocks for piece in writer.block(block)]
        html = "\n".join(pieces)
    files = "".join(
        f'<file name="figure{task.number}.svg" path="/" encoding="base64">'
        f"{b64encode(figure_svg(block).encode()).decode()}</file>"
        for block in task.blocks
        if isinstance(block, Figure) and key != "apart"
    )
    grade = f"<defaultgrade>{points_text(task.points)}</defaultgrade>"
    return (
        f'<question type="{kind}"><name><text>{xml_escape(plain(name))}</text></name>'
        f"{_text('questiontext', html, files)}{_text('generalfeedback', '')}"
        f"{'' if key == 'apart' else grade}<penalty>0</penalty><hidden>0</hidden>"
        f"{'<responseformat>editor</responseformat>' if kind == 'essay' else ''}</question>"
    )


def sheet_moodle(sheet: Sheet, key: Key) -> bytes:
    """Return a sheet as Moodle XML, in a category of its own."""
    who = sheet.student or WORDS["sheet"].format(seed=sheet.seed)
    # A slash would begin a category inside; two stand for one.
    path = "/".join(plain(name).replace("/", "//") for name in (sheet.title, who))
    parts = [
        '<?xml version="1.0" encoding="UTF-8"?>\n<quiz>',
        '<question type="category"><category><text>$course$/top/'
        f"{xml_escape(path)}</text></category></question>",
    ]
    parts += [_question(sheet, part, task, key) for part in sheet.parts for task in part.tasks]
    return ("\n".join([*parts, "</quiz>"]) + "\n").encode()


FORMAT = Format("moodle", ".xml", sheet_moodle, "inline")
