"""Sheets as QTI packages: 2.1 with fields inside a task (OpenOlat), 1.2 with a question a cell.

Both ask what Moodle's questions ask: a number within its tolerance, a formula in the spellings of
people, a choice; known mistakes keep a part of the points and are told. In QTI 1.2 as ILIAS and
Canvas read it numbers with bounds are questions of their own; a task stands above its own as text.
Points are those of the sheet, halves too. Without a key nothing is marked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from chainrule.exercises.feedback import cell_term
from chainrule.exercises.formats.moodle import (
    Mistakes,
    arrow_fields,
    known_mistakes,
    paid_numbers,
    spellings,
    words_html,
)
from chainrule.exercises.sheet import Answer, Format, Key, Sheet, Task
from chainrule.exercises.spreadsheet import packed
from chainrule.readings.document import Field, Formulas, Space
from chainrule.readings.grid import Asked, Cell
from chainrule.readings.latex import latex
from chainrule.readings.picture import Picture
from chainrule.readings.render.html import Html
from chainrule.readings.render.svg import picture_svg
from chainrule.readings.terms import Term, text

V21: Final = "http://www.imsglobal.org/xsd/imsqti_v2p1"
V12: Final = "http://www.imsglobal.org/xsd/ims_qtiasiv1p2"
MATHML: Final = "http://www.w3.org/1998/Math/MathML"
_SCORE: Final = '<outcomeDeclaration identifier="{}" cardinality="single" baseType="float">{}'


@dataclass(frozen=True, slots=True)
class Gap:
    """A place to answer: what is right there, and what known mistakes write.

    Parameters
    ----------
    id, name
        For the machine, and for people.
    texts
        The words that are right; none where it is a number.
    """

    id: str
    name: str
    answer: Answer
    points: float
    texts: tuple[str, ...] = ()
    mistakes: Mistakes = ()


def _gaps(task: Task) -> Mapping[str, tuple[Gap, ...]]:
    """Return by cell its gaps: one, and for arrows one for each card."""
    mistakes, found = known_mistakes(task), dict[str, tuple[Gap, ...]]()
    for number, (cell, answer) in enumerate(task.answers.items(), start=1):
        id, name = f"R{number}", text(cell_term(cell))
        if answer.kind == "graph":
            ends = tuple(arrow_fields(answer))
            found[cell] = tuple(
                Gap(f"{id}_{i}", f"→ {end}", answer, answer.points / len(ends), begins)
                for i, (end, begins) in enumerate(ends, start=1)
            )
            continue
        texts = {"formula": spellings(answer), "choice": (answer.exact,)}.get(answer.kind, ())
        texts += tuple(answer.also) if texts else ()
        told = mistakes.get(cell, ())
        found[cell] = (Gap(id, name, answer, answer.points, texts, told),)
    return found


class _Body(Html):
    """Writes the blocks of a task as QTI has them, with gaps in the cells that are asked."""

    between = "<br/>"

    def __init__(self, task: Task, gaps: Mapping[str, tuple[Gap, ...]]) -> None:
        super().__init__()
        self.task = task
        self.gaps = gaps
        self.pictures: dict[str, str] = {}

    def maths(self, term: Term) -> str:
        """Return a term as MathML in its namespace."""
        return super().maths(term).replace("<math", f'<math xmlns="{MATHML}"', 1)

    def field(self, field: Field) -> Iterator[str]:
        """Yield a field behind its words."""
        assert field.cell.asked is not None
        yield f"<p>{self.prose(field.prose)} {self.asked(field.cell, field.cell.asked)}</p>"

    def space(self, _space: Space) -> Iterator[str]:
        """Yield nothing: there is paper."""
        yield ""

    def picture(self, picture: Picture) -> Iterator[str]:
        """Yield a picture, whose file stands beside the task."""
        name = f"figure{self.task.number}.svg"
        self.pictures[name] = picture_svg(picture)
        yield f'<p><img src="{name}" alt="{self.words(picture.words)}"/></p>'

    def asked(self, cell: Cell, asked: Asked) -> str:
        """Return gaps in a line."""
        return "; ".join(map(self._gap, self.gaps[cell.id]))

    def _gap(self, gap: Gap) -> str:
        named = f"{self.words(gap.name)} " if gap.answer.kind == "graph" else ""
        if not gap.answer.options:
            long = 24 if gap.texts else 10
            return f'{named}<textEntryInteraction responseIdentifier="{gap.id}" ' + (
                f'expectedLength="{long}"/>'
            )
        options = "".join(
            f'<inlineChoice identifier="{gap.id}_{i}">{self.words(option)}</inlineChoice>'
            for i, option in enumerate(gap.answer.options)
        )
        head = f'<inlineChoiceInteraction responseIdentifier="{gap.id}" shuffle="false">'
        return f"{head}{options}</inlineChoiceInteraction>"


def _escaped(words: str) -> str:
    return Html().words(words)


def _declared(gap: Gap) -> str:
    kind = "identifier" if gap.answer.options else "string" if gap.texts else "float"
    head = f'<responseDeclaration identifier="{gap.id}" cardinality="single" baseType="{kind}">'
    right = gap.texts[0] if gap.texts else f"{float(gap.answer.exact):.10g}"
    if gap.answer.options:
        right = f"{gap.id}_{gap.answer.options.index(gap.answer.exact)}"
    made = f"<correctResponse><value>{_escaped(right)}</value></correctResponse>"
    if kind == "string":
        entries = "".join(
            f'<mapEntry mapKey="{_escaped(one)}" mappedValue="{gap.points:g}" '
            'caseSensitive="true"/>'
            for one in dict.fromkeys(gap.texts)
        )
        made += f'<mapping defaultValue="0">{entries}</mapping>'
    return f"{head}{made}</responseDeclaration>"


def _adding(points: str) -> str:
    return (
        '<setOutcomeValue identifier="SCORE"><sum><variable identifier="SCORE"/>'
        f"{points}</sum></setOutcomeValue>"
    )


def _marked(gap: Gap) -> str:
    """Return what is done with a response."""
    own = f'<variable identifier="{gap.id}"/>'
    if gap.texts and not gap.answer.options:
        return _adding(f'<mapResponse identifier="{gap.id}"/>')
    if gap.answer.options:
        branches = [(f'<match>{own}<correct identifier="{gap.id}"/></match>', gap.points, "")]
    else:
        branches = [
            (
                f'<equal toleranceMode="absolute" tolerance="{n.reach:.4g} {n.reach:.4g}">{own}'
                f'<baseValue baseType="float">{n.number:.10g}</baseValue></equal>',
                gap.points * n.percent / 100,
                f"{gap.id}_{i}" if i else "",
            )
            for i, n in enumerate(paid_numbers(gap.answer, gap.mistakes))
        ]
    made = ""
    for i, (condition, points, told) in enumerate(branches):
        tag = "responseElseIf" if i else "responseIf"
        said = (
            '<setOutcomeValue identifier="SAID"><multiple><variable identifier="SAID"/>'
            f'<baseValue baseType="identifier">{told}</baseValue></multiple></setOutcomeValue>'
        )
        added = _adding(f'<baseValue baseType="float">{points:g}</baseValue>')
        made += f"<{tag}>{condition}{added}{said if told else ''}</{tag}>"
    return f"<responseCondition>{made}</responseCondition>"


def _item21(sheet: Sheet, task: Task, key: Key) -> tuple[str, dict[str, str]]:
    """Return a task as an item, and the pictures in it."""
    gaps = _gaps(task)
    body = _Body(task, gaps)
    opening = next(part.opening for part in sheet.parts if task in part.tasks)
    inside = "\n".join(body.blocks((*opening, *task.written("none"))))
    every = [gap for some in gaps.values() for gap in some]
    told = [
        (f"{gap.id}_{i}", f"{gap.name}: {words}")
        for gap in every
        for i, (_, words) in enumerate(gap.mistakes, start=1)
    ]
    marked = key == "inline"
    title = _escaped(f"{task.number} {task.title}")
    usual = "<defaultValue><value>{}</value></defaultValue></outcomeDeclaration>"
    made = [
        f'<assessmentItem xmlns="{V21}" identifier="task{task.number}" title="{title}" '
        'adaptive="false" timeDependent="false">',
        *(_declared(gap) if marked else _undeclared(gap) for gap in every),
        _SCORE.format("SCORE", usual.format(0)),
        _SCORE.format("MAXSCORE", usual.format(f"{task.points:g}")),
        '<outcomeDeclaration identifier="SAID" cardinality="multiple" baseType="identifier"/>',
        f"<itemBody><div>{inside}</div></itemBody>",
    ]
    if marked:
        made.append(f"<responseProcessing>{''.join(map(_marked, every))}</responseProcessing>")
        made += [
            f'<modalFeedback outcomeIdentifier="SAID" identifier="{id}" showHide="show">'
            f"<p>{_escaped(words)}</p></modalFeedback>"
            for id, words in told
        ]
    return "\n".join([*made, "</assessmentItem>"]), body.pictures


def _undeclared(gap: Gap) -> str:
    kind = "identifier" if gap.answer.options else "string"
    return f'<responseDeclaration identifier="{gap.id}" cardinality="single" baseType="{kind}"/>'


def _manifest(files: Mapping[str, str], kinds: Mapping[str, str], main: str) -> str:
    """Return the list of what is in a package; what has no kind belongs to the main file."""
    resources = []
    others = "".join(f'<file href="{name}"/>' for name in files if name not in kinds)
    for number, (name, kind) in enumerate(kinds.items(), start=1):
        inside = f'<file href="{name}"/>' + (others if name == main else "")
        resources.append(
            f'<resource identifier="file{number}" type="{kind}" href="{name}">{inside}</resource>'
        )
    return (
        '<manifest xmlns="http://www.imsglobal.org/xsd/imscp_v1p1" identifier="sheet">'
        f"<organizations/><resources>{''.join(resources)}</resources></manifest>"
    )


def sheet_qti21(sheet: Sheet, key: Key) -> bytes:
    """Return a sheet as a package of QTI 2.1: a test with an item for each task."""
    files, refs = dict[str, str](), ""
    kinds = {"test.xml": "imsqti_test_xmlv2p1"}
    for task in sheet.tasks:
        name = f"task{task.number}.xml"
        item, pictures = _item21(sheet, task, key)
        files |= {name: item} | pictures
        kinds[name] = "imsqti_item_xmlv2p1"
        refs += f'<assessmentItemRef identifier="task{task.number}" href="{name}"/>'
    title = _escaped(sheet.titled("none"))
    test = (
        f'<assessmentTest xmlns="{V21}" identifier="sheet" title="{title}">'
        '<testPart identifier="part" navigationMode="nonlinear" submissionMode="individual">'
        f'<assessmentSection identifier="section" title="{title}" visible="true">{refs}'
        "</assessmentSection></testPart></assessmentTest>"
    )
    return packed(
        {"imsmanifest.xml": _manifest(files, kinds, "test.xml"), "test.xml": test} | files
    )


# QTI 1.2: a text for each task, a question for each of its gaps


class _Above(_Body):
    """Writes the blocks of a task as HTML with LaTeX, the names of cells in their places."""

    def words(self, words: str) -> str:
        """Return words as HTML in which nothing means anything to filters."""
        return words_html(words)

    def maths(self, term: Term) -> str:
        """Return a term as LaTeX between the brackets that MathJax looks for."""
        return rf"\({_escaped(latex(term))}\)"

    def formulas(self, formulas: Formulas) -> Iterator[str]:
        """Yield formulas side by side."""
        yield "<p>" + " &#8195; ".join(map(self.term, formulas.terms)) + "</p>"

    def picture(self, picture: Picture) -> Iterator[str]:
        """Yield a picture inside the text."""
        yield picture_svg(picture)

    def _gap(self, gap: Gap) -> str:
        return "……"


def _item12(id: str, title: str, kinds: tuple[str, str], points: float, inside: str) -> str:
    fields = {
        "question_type": kinds[0],  # as Canvas calls it
        "QUESTIONTYPE": kinds[1],  # as ILIAS does
        "points_possible": f"{points:g}",
    }
    data = "".join(
        f"<qtimetadatafield><fieldlabel>{label}</fieldlabel><fieldentry>{entry}</fieldentry>"
        "</qtimetadatafield>"
        for label, entry in fields.items()
    )
    return (
        f'<item ident="{id}" title="{_escaped(title)}"><itemmetadata><qtimetadata>{data}'
        f"</qtimetadata></itemmetadata>{inside}</item>"
    )


def _material(html: str) -> str:
    return f'<material><mattext texttype="text/html">{_escaped(html)}</mattext></material>'


def _question12(id: str, title: str, gap: Gap) -> str:
    """Return a gap as a question with what is right in it, and what known mistakes write."""
    own, answer = id, gap.answer
    rules = list[tuple[str, float, str]]()
    if gap.texts:
        kinds = "short_answer_question", "TEXTSUBSET QUESTION"
        equal = '<varequal respident="{}" case="Yes">{}</varequal>'
        some = (equal.format(own, _escaped(one)) for one in dict.fromkeys(gap.texts))
        rules.append((f"<or>{''.join(some)}</or>", 100.0, ""))
    else:
        kinds = "numerical_question", "NUMERIC QUESTION"
        for n in paid_numbers(answer, gap.mistakes):
            low, high = f"{n.number - n.reach:.10g}", f"{n.number + n.reach:.10g}"
            between = f'<vargte respident="{own}">{low}</vargte>' + (
                f'<varlte respident="{own}">{high}</varlte>'
            )
            rules.append((between, n.percent, n.told))
    kind = "String" if gap.texts else "Decimal"
    render = f'<render_fib fibtype="{kind}"><response_label ident="{own}_a"/></render_fib>'
    if answer.options:
        kinds = "multiple_choice_question", "SINGLE CHOICE QUESTION"
        labels = "".join(
            f'<response_label ident="{own}_{i}">{_material(option)}</response_label>'
            for i, option in enumerate(answer.options)
        )
        right = f"{own}_{answer.options.index(answer.exact)}"
        render = f"<render_choice>{labels}</render_choice>"
        rules = [(f'<varequal respident="{own}">{right}</varequal>', 100.0, "")]
    tag = "response_lid" if answer.options else "response_str" if gap.texts else "response_num"
    conditions, said = "", ""
    for i, (condition, kept, told) in enumerate(rules):
        link = f'<displayfeedback feedbacktype="Response" linkrefid="{own}_f{i}"/>' if told else ""
        conditions += (
            f'<respcondition continue="No"><conditionvar>{condition}</conditionvar>'
            f'<setvar action="Set" varname="SCORE">{kept:g}</setvar>{link}</respcondition>'
        )
        if told:
            said += f'<itemfeedback ident="{own}_f{i}">{_material(told)}</itemfeedback>'
    inside = (
        f'<presentation>{_material(_escaped(title))}<{tag} ident="{own}" '
        f'rcardinality="Single">{render}</{tag}></presentation><resprocessing><outcomes>'
        '<decvar varname="SCORE" vartype="Decimal" minvalue="0" maxvalue="100"/></outcomes>'
        f"{conditions}</resprocessing>{said}"
    )
    return _item12(id, title, kinds, gap.points, inside)


def sheet_qti12(sheet: Sheet, key: Key) -> bytes:
    """Return a sheet as a package of QTI 1.2: texts, and a question for each paid cell."""
    items = []
    for part in sheet.parts:
        for task in part.tasks:
            gaps = _gaps(task)
            html = "\n".join(_Above(task, gaps).blocks((*part.opening, *task.written("none"))))
            title, ident = f"{task.number} {task.title}", f"task{task.number}"
            shown = f"<presentation>{_material(html)}</presentation>"
            items.append(_item12(ident, title, ("text_only_question", "TEXT"), 0, shown))
            for gap in (gap for some in gaps.values() for gap in some if gap.points):
                name = f"{task.number}: {gap.name}"
                items.append(_question12(f"{ident}_{gap.id}", name, gap) if key == "inline" else "")
    title = _escaped(sheet.titled("none"))
    quiz = (
        f'<questestinterop xmlns="{V12}"><assessment ident="sheet" title="{title}">'
        f'<section ident="root_section">{"".join(items)}</section></assessment></questestinterop>'
    )
    kinds = {"quiz.xml": "imsqti_xmlv1p2"}
    return packed({"imsmanifest.xml": _manifest({}, kinds, "quiz.xml"), "quiz.xml": quiz})


QTI21 = Format("qti21", ".qti21.zip", sheet_qti21, "inline")
QTI12 = Format("qti12", ".qti12.zip", sheet_qti12, "inline")
