"""Promise 2: every refusal says where and what next.

Line, column, the offending piece (at most 40 characters) and what is allowed; no class name, no
traceback; the same on every face. Refusals by a limit name the place where it was passed, faults
of a table row and column (tests/test_files.py), faults of a link the offset.
"""

from __future__ import annotations

import pytest

import chainrule
from chainrule import InputError, LimitError, LinkError
from chainrule.language import LIMITS
from chainrule.ui.link import decode
from tests.promises import faces
from tests.promises.answers import tried
from tests.promises.inputs import generated, hostile, lines, text_of

GENERATED = 500
LONGEST_PIECE = 40
LONGEST_LINE = 240
LONGEST = 2_000  # where all functions are listed

BAD_FORMULAS = (
    "2 +",
    "sin(",
    "x ! y",
    "sinx",
    "x = 1; x = 2",
    "a = b; b = a",
    "1..2",
    "x)",
    "(x",
    "",
    "foo(x)",
    "__import__('os').system('touch canary')",
    "x.__class__",
    "x\n+ + *",
    "9^9^",
    "max()",
    "\\sin x",
    "{x}",
    "а + a",
    "1e9999",
    "(" * 201 + "x" + ")" * 201,
    "x" * 20_001,
    "x + \x00",
    "print(x)",
    "x if x else y",
    "f'{x}'",
    "1 2",
    "x 3",
    "y*)",
    "sum(",
)
BAD_POINTS = ({"x": "abc"}, {"x": ""}, {"x": "1,5"}, {"x": "nan"}, {"x": "1/0"}, {"x": "1e99999"})


def check(error: object, text: str) -> None:
    """Check all that a refusal owes to the one who typed."""
    assert isinstance(error, InputError), f"{type(error).__name__}: {error} for {text[:200]!r}"
    what = f"{error!s:.300} for {text[:200]!r}"
    assert error.message and error.allowed, what
    assert error.line >= 1 and error.column >= 1, what
    assert 0 <= error.position <= max(len(error.text), 1), what
    assert len(error.found) <= LONGEST_PIECE, what
    assert len(str(error).splitlines()[0]) <= LONGEST_LINE, what
    assert len(str(error)) <= LONGEST, what
    assert not faces.MARKS_OF_CODE.search(f"{error.message} {error.allowed}"), what


def test_generated_refusals_say_where_and_what_next(sample_seed: int) -> None:
    refused = 0
    for text, point in generated(sample_seed + 2, GENERATED):
        error = tried(text, point)
        if error is not None:
            refused += 1
            check(error, text)
    assert refused > GENERATED / 5


@pytest.mark.parametrize("number", range(len(hostile())))
def test_public_refusals_say_where_and_what_next(number: int) -> None:
    text = hostile()[number]
    error = tried(text, {})
    if error is not None:
        check(error, text)


@pytest.mark.parametrize("text", BAD_FORMULAS, ids=range(len(BAD_FORMULAS)))
def test_the_same_words_on_every_face(text: str) -> None:
    said = faces.library(text, {})
    assert faces.page(text, {}) == said
    shown = faces.command_line(text, {})
    assert shown.startswith(f"{said.message} (line {said.line}, column {said.column})")
    assert said.caret in shown and shown.endswith(said.allowed)


@pytest.mark.parametrize("point", BAD_POINTS, ids=lambda point: repr(point["x"]))
def test_the_same_words_for_a_value_on_every_face(point: dict[str, str]) -> None:
    said = faces.library("x^2", point)
    assert faces.page("x^2", point) == said
    if point["x"] not in ("", "1,5"):  # `x=` and a comma mean something in this option
        assert faces.command_line("x^2", point).startswith(said.message)


def test_a_limit_names_the_place_where_it_was_passed() -> None:
    many = "+".join("x" * (LIMITS.nodes + 1))
    for text, place in (
        ("x" * 20_001, 20_000),
        ("(" * 201 + "x" + ")" * 201, 200),
        (many, 2 * LIMITS.nodes),
        ("1" * 1_001, 1_000),
        ("a" * 101, 100),
    ):
        with pytest.raises(LimitError) as raised:
            chainrule.parse(text)
        assert abs(raised.value.position - place) <= 2, text[:20]
        check(raised.value, text)


@pytest.mark.parametrize(
    "case", [c for c in lines("bad_inputs.jsonl") if c["kind"] == "share_link"]
)
def test_a_link_names_the_offset(case: dict[str, str]) -> None:
    query = text_of(case)
    with pytest.raises(LinkError) as raised:
        decode(query)
    assert 0 <= raised.value.position <= len(query)
    check(raised.value, query)
