"""Laws of every text that is read or refused here: places, notes, switches and corrections."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import Any

import pytest

from chainrule.errors import InputError
from chainrule.language import Note, Program, read
from tests.language import (
    test_latex,
    test_people,
    test_reading,
    test_refusals,
    test_surroundings,
)
from tests.language.test_public_cases import rows
from tests.language.walk import written

TABLES: tuple[list[Any], ...] = (
    *(test_latex.READ, test_latex.PROGRAMS, test_latex.REFUSED),
    *(test_people.ORDINARY, test_people.STARS, test_people.JOINED, test_people.CODE),
    *(test_people.NAMES, test_people.FUNCTIONS, test_people.CASES, test_people.SWITCHED),
    *(test_people.NO_PRODUCT, test_people.CORRECTED, test_people.NOTED),
    *(test_reading.AS_PEOPLE_WRITE, test_reading.BINDING, test_reading.NAMES),
    *(test_reading.CHOICES, test_reading.SUGGESTIONS),
    *(test_refusals.REFUSED, test_refusals.OF_ALL_FUNCTIONS),
    *(test_surroundings.SAID, test_surroundings.KEPT, test_surroundings.REFUSED),
)
FILES = (
    *(("people_inputs.jsonl", "text"), ("typed_inputs.jsonl", "text")),
    *(("expressions_public.jsonl", "text"), ("latex_twins.jsonl", "latex")),
    ("bad_inputs.jsonl", "input"),
)


def outcome(text: str) -> Program | InputError:
    try:
        return read(text)
    except InputError as error:
        return error


def texts() -> list[str]:
    tables = [case if isinstance(case, str) else case[0] for table in TABLES for case in table]
    files = [str(row.get(field, "")) for name, field in FILES for row in rows(name)]
    return [text for text in dict.fromkeys(tables + files) if len(text) < 2_000]


OUTCOMES = {text: outcome(text) for text in texts()}
READ = {text: found for text, found in OUTCOMES.items() if isinstance(found, Program)}
REFUSED = {text: found for text, found in OUTCOMES.items() if isinstance(found, InputError)}
NOTES = [(text, program, note) for text, program in READ.items() for note in program.notes]


def test_there_are_many_of_each() -> None:
    assert len(READ) > 1_200 and len(REFUSED) > 300 and len(NOTES) > 800


def moved(span: tuple[int, int], by: int) -> tuple[int, int]:
    return span[0] + by, span[1] + by


def places(found: Program, by: int) -> list[Any]:
    """All that has a place, `by` characters further."""
    return [
        [(i.kind, i.what, i.operands, i.text, moved(i.span, by)) for i in found.items],
        [(n.found, n.reading, n.alternative, moved(n.span, by)) for n in found.notes],
        [(a.name, moved(a.span, by), moved(a.body, by)) for a in found.assignments],
        {name: (number, moved(span, by)) for name, (number, span) in found.claims.items()},
    ]


def said(error: InputError, by: int, lines: int, before: str) -> list[Any]:
    """All that a refusal says, `by` characters and `lines` lines further."""
    counted = r"(?<=\bline )\d+|(?<=\blines )\d+|(?<=\blines \d and )\d+"
    message = re.sub(counted, lambda n: str(int(n[0]) + lines), error.message)
    suggestion = error.suggestion and before + error.suggestion
    return [error.position + by, error.length, message, error.allowed, suggestion]


@pytest.mark.parametrize("before", ["\n", "  "], ids=["line", "blanks"])
def test_what_stands_before_a_text_moves_it_and_changes_nothing(before: str) -> None:
    by, lines = len(before), before.count("\n")
    for text, found in OUTCOMES.items():
        if before == "  " and "\n" in text:
            continue  # in a program one line further in is another program
        again = outcome(before + text)
        if isinstance(found, Program):
            assert isinstance(again, Program), (text, again)
            assert places(again, 0) == places(found, by), text
        elif "no formula" not in found.message:  # of the whole text
            assert isinstance(again, InputError), text
            assert said(again, 0, 0, "") == said(found, by, lines, before), text


def test_every_number_and_name_stands_where_it_was_typed() -> None:
    for text, found in READ.items():
        written_out = re.search(r"(?i)sum|prod|[∑∏ΠΣ]|!", text)  # a step for each term
        for item in found.items:
            typed = text[item.span.start : item.span.stop].replace("- ", "-")
            if item.kind == "apply" or typed == item.text or written_out:
                continue
            assert item.kind == "number" and typed in "²³⁴⁵⁻¹", (text, item)


def test_operands_stand_within_their_operation() -> None:
    for text, found in READ.items():
        # The operands of a function stand where it is called; a sum ends before its terms.
        elsewhere = any(n.key.startswith(("def", "reach")) for n in found.notes)
        if elsewhere or re.search(r"\w\([\w, ]*\)\s*(=|→|->)|def |lambda|@\(|\\over|sum", text):
            continue
        for item in found.items:
            for operand in (found.items[o] for o in item.operands):
                inside = item.span.start <= operand.span.start <= operand.span.stop
                assert inside and operand.span.stop <= item.span.stop, (text, item, operand)


def under(error: InputError) -> str:
    return error.text[error.position : error.position + error.length]


def bare(piece: str) -> str:
    return re.sub(r"[\\{}_…\s]", "", piece)


def test_a_refusal_that_begins_with_a_piece_of_the_text_points_at_it() -> None:
    asked = 0
    for text, error in REFUSED.items():
        quoted = re.match(r"`([^`]+)`", error.message)
        if quoted is not None:
            here, piece = bare(under(error)), bare(quoted[1].replace("_before", ""))
            assert here in piece or piece in here, (text, error.message, under(error))
            asked += 1
    assert asked > 80


def test_every_correction_can_be_read() -> None:
    offered = [error.suggestion for error in REFUSED.values() if error.suggestion]
    assert len(offered) > 80
    for suggestion in offered:
        assert isinstance(outcome(suggestion), Program), suggestion


def test_a_note_shows_what_stands_at_its_place() -> None:
    for text, _, note in NOTES:
        piece = text[note.span.start : note.span.stop].replace("\n", "\N{REPLACEMENT CHARACTER}")
        assert piece == note.found or note.found == piece[:39] + "…", (text, note)


def switched(text: str, note: Note) -> Program | InputError:
    try:
        return read(text, readings={note.key: note.alternative})
    except InputError as error:
        return error


def test_a_switch_gives_what_it_says_and_turns_back() -> None:
    turned = 0
    for text, _, note in NOTES:
        other = switched(text, note) if note.alternative else None
        if isinstance(other, Program):
            back = next(again for again in other.notes if again.key == note.key)
            assert back.reading == note.alternative_reading, text
            # How far a function without brackets would have reached may be left open.
            usual = back.alternative_reading.replace(" ", "").replace("…", "*")
            assert fnmatchcase(note.reading.replace(" ", ""), usual), text
            assert written(text, readings={note.key: back.alternative}) == written(text), text
            turned += 1
    assert turned > 200


# What a note says of these is a formula, and stands for the piece of the text.
SPELLED = {"letters": " {} ", "left": "({})", "root": "({})", "fraction": "({})"}


def test_a_reading_that_is_written_out_reads_the_same() -> None:
    compared = 0
    for text, _, note in NOTES:
        around = SPELLED.get(note.key.partition(":")[0])
        ended = re.match(r"\s*([-+*/^),;=\n]|$)", text[note.span.stop :])
        if around is None or not note.alternative or not ended:
            continue  # what follows belongs to it too
        for reading, readings in (
            (note.reading, {}),
            (note.alternative_reading, {note.key: note.alternative}),
        ):
            formula = reading.replace("·", "*").removeprefix("the name ")
            refused = readings and isinstance(switched(text, note), InputError)
            if refused or "the function" in formula or "…" in formula:
                continue
            there = note.span
            plain = text[: there.start] + around.format(formula) + text[there.stop :]
            assert written(plain, readings=readings) == written(text, readings=readings), text
            compared += 1
    assert compared > 100


# One formula and nothing around it: it may stand in brackets, and something beside it.
PLAIN = [
    text
    for text, found in READ.items()
    if not re.search(
        r"[\n=:;,$?#&%~@!{}\\<>|‖↦→∂'\"]|[.]\s*$|d/d|\b(for|if|in|of|where|with)\b", text
    )
    and [assignment.name for assignment in found.assignments] == [""]
    and found.asked is None
    and all(note.reading != "left out" and "print" not in note.found for note in found.notes)
]


@pytest.mark.parametrize(
    ("around", "reading"),
    [("({})", "{}"), ("q + ({})", "(q+{})"), ("({}) + q", "({}+q)"), ("2*({})", "(2*{})")],
)
def test_a_formula_in_brackets_is_read_as_it_is_alone(around: str, reading: str) -> None:
    assert len(PLAIN) > 500
    by = around.index("{")
    for text in PLAIN:
        again = outcome(around.format(text))
        assert isinstance(again, Program), text
        assert places(again, 0)[1] == places(READ[text], by)[1], text
        assert written(around.format(text)) == reading.format(written(text))
