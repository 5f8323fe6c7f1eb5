"""Real formulas against known values, hostile inputs against what is expected of them."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import mpmath
import pytest
from hypothesis import given, settings

from chainrule.errors import ChainruleError, InputError
from chainrule.language import canonical, exact, read
from tests.counted import growth
from tests.language.walk import FUNCTIONS, value

DATA = Path(__file__).parents[1] / "data"


def rows(name: str) -> list[dict[str, Any]]:
    lines = (DATA / name).read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if line.strip()]


def test_real_expressions_have_their_known_values() -> None:
    wrong = []
    expressions = rows("expressions_public.jsonl")
    for row in expressions:
        program = read(row["text"], declared=row["point"], operations=FUNCTIONS)
        point = {canonical(name): number for name, number in row["point"].items()}
        found, known = value(program, point), mpmath.mpf(row["value"])
        near = abs(found - known) <= 1e-9 * abs(known) + (1e-12 if known == 0 else 0)
        # Every name of a point is one variable, so nothing here is a guess.
        if not near or program.notes:
            wrong.append(row["text"])
    assert len(expressions) == 277
    assert wrong == []


def text_of(case: dict[str, Any]) -> str:
    if "build" in case:
        return "".join(piece * times for piece, times in case["build"])
    if "build_program" in case:
        build = case["build_program"]
        step, n = build["step"], build["n"]
        steps = [step.replace("{i}", str(i)).replace("{j}", str(i - 1)) for i in range(1, n + 1)]
        return "\n".join([build["head"], *steps, build["tail"].replace("{n}", str(n))])
    return str(case["input"])


KINDS = ("parse_attack", "name", "program", "resource_bomb")
HOSTILE = [
    case
    for case in rows("bad_inputs.jsonl")
    if case.get("mode") != "latex" and (case["kind"] in KINDS or case.get("field") == "varname")
]


@pytest.mark.parametrize("case", HOSTILE, ids=lambda case: case["id"])
def test_hostile_case(case: dict[str, Any]) -> None:
    text, point = text_of(case), case.get("point", {})
    expected = {case["expect"].split(":")[0], *case.get("also", [])}
    try:
        program = read(text, declared=point, operations=FUNCTIONS)
        numbers = {canonical(name): number for name, number in point.items()}
        if "value" in expected:
            near = value(program, numbers)
        elif set(program.inputs) <= numbers.keys():
            near = value(program, numbers) if "error" in expected else None
        else:
            near = "refused: a value is missing"
    except ChainruleError as error:
        assert expected & {"error", "bounded"}, error
        if isinstance(error, InputError):
            assert 0 <= error.position <= len(error.text)
    except (KeyError, OverflowError):
        assert "error" in expected  # a value is missing or beyond every number
    else:
        wanted = [str(x) for x in case.get("value_any", [case.get("value")])]
        if isinstance(near, mpmath.mpf) and "undefined" not in wanted and "value" in expected:
            assert any(abs(near - mpmath.mpf(x)) <= 1e-9 * abs(mpmath.mpf(x)) for x in wanted)
        elif expected == {"error"}:
            assert near == "refused: a value is missing"


PIECES = [
    "x",
    "y",
    "xy",
    "rate",
    "x1",
    "x_1",
    "θ",
    "σ",
    "π",
    "e",
    "E",
    "sin",
    "sinx",
    "cos",
    "ln",
    "max",
    "sqrt",
    "σ(",
    "sin(",
    "max(",
    "(",
    ")",
    "|",
    "||",
    "+",
    "-",
    "*",
    "/",
    "^",
    "^-",
    "**",
    "@",
    ",",
    ";",
    "\n",
    "=",
    ":",
    ":=",
    "==",
    "2",
    "0.5",
    "1e3",
    "2e+",
    ".",
    "..",
    "²",
    "⁻¹",
    "ⁿ",
    "₁",
    "√",
    "·",
    "−",
    "½",
    "#",
    "'",
    '"',
    "[",
    "]",
    "{",
    "}",
    "\\",
    "%",
    "!",
    "&",
    "where(",
    "where",
    "if",
    "else",
    "and",
    "not",
    "<",
    ">=",
    "!=",
    "+=",
    "np.",
    "torch.",
    ".T",
    ".relu()",
    "y*",
    "y'",
    "ŷ",
    "∛",
    "∑(",
    "j=1..2",
    "x_j",
    "import",
    "of",
    "d/dx ",
    "lim",
    "lg ",
    "for",
    "≈",
    "\n+",
    "_",
    "__",
    "а",
    "𝑥",
    "１",
    "∂",
    "d/dx",
    "W:",
    "4x2",
    "\u200b",
    "\x00",
    "\x1b",
]
TEXTS = st.one_of(
    st.lists(st.sampled_from([*PIECES, " ", "  "]), max_size=30).map("".join),
    st.lists(st.sampled_from([*PIECES, " "]), max_size=30).map(" ".join),
    st.text(max_size=60),
)


REAL = [row["text"] for row in rows("expressions_public.jsonl")]
MUTATED = st.builds(
    lambda text, begin, stop, piece: text[:begin] + piece + text[begin + stop :],
    st.sampled_from(REAL),
    st.integers(0, 40),
    st.integers(0, 2),
    st.sampled_from(PIECES),
)


def check_reading(text: str, **options: Any) -> None:
    """A text is read, each part with its place, or refused with a place."""
    try:
        program = read(text, **options)
    except InputError as error:
        assert 0 <= error.position <= len(text)
        assert error.message
        assert error.allowed
        assert str(error)
        return
    assert sorted(program.order) == list(range(len(program.assignments)))
    for at, item in enumerate(program.items):
        assert all(operand < at for operand in item.operands)
        assert 0 <= item.span.start <= item.span.stop <= len(text)
        assert (item.number is None) == (item.kind != "number")
        if item.kind == "name":
            assert canonical(item.what) == item.what
    for note in program.notes:
        if note.alternative:
            try:
                read(text, readings={note.key: note.alternative}, **options)
            except InputError as error:
                assert 0 <= error.position <= len(text)  # the other reading may not exist


@settings(max_examples=500)
@given(
    st.one_of(TEXTS, MUTATED),
    st.lists(st.sampled_from(["x", "y", "e", "xy", "sin", "σ", "e3"]), max_size=3),
)
def test_any_text_is_read_or_refused_with_a_place(text: str, declared: list[str]) -> None:
    check_reading(text, declared=declared)


@settings(max_examples=200)
@given(st.text(alphabet="0123456789+-−./eE ,x²", max_size=12))
def test_any_number_is_read_or_refused_with_a_place(text: str) -> None:
    try:
        exact(text)
    except InputError as error:
        assert 0 <= error.position <= len(text)
        assert error.allowed


WATCHED = {"exec", "compile", "open", "import", "subprocess.Popen", "socket.__new__"}
_events: list[str] = []
_watching = [False]


def _hook(event: str, arguments: object) -> None:
    if _watching[0] and event in WATCHED:
        _events.append(event)


def test_no_input_is_ever_run() -> None:
    sys.addaudithook(_hook)
    texts = [text_of(case) for case in HOSTILE]
    for watching in (False, True):  # the first round warms up
        _watching[0] = watching
        try:
            for text in texts:
                try:
                    str(read(text))
                except InputError as error:
                    str(error)
        finally:
            _watching[0] = False
    assert _events == []


def test_a_text_that_is_too_long_is_refused_unread() -> None:
    def work(count: int) -> Callable[[], None]:
        def refused() -> None:
            with pytest.raises(InputError):
                read("x+" * count)

        return refused

    assert growth(work, 50_000, 100) == 1
