"""Typed vectors and matrices: every entry exact, every refusal with its place and both shapes."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

import chainrule
from chainrule.drawing.player import payload
from chainrule.errors import InputError, LimitError, PointError
from chainrule.language.entries import shape_of, value


def test_entries_are_exact_decimals() -> None:
    assert value("[1, 0.1]") == (1, Fraction(1, 10))
    assert value(" [[1,2e-3] , [-3 , 1/3]] ") == ((1, Fraction(2, 1000)), (-3, Fraction(1, 3)))
    assert value("0.1") == Fraction(1, 10)


@given(
    st.integers(1, 4).flatmap(
        lambda n: st.lists(st.lists(st.integers(-99, 99), min_size=n, max_size=n), min_size=1)
    )
)
def test_a_matrix_is_read_as_python_writes_it(rows: list[list[int]]) -> None:
    read = value(str(rows))
    assert read == tuple(map(tuple, rows))
    assert shape_of(read) == (len(rows), len(rows[0]))


@pytest.mark.parametrize(
    ("text", "at", "says"),
    [
        ("[1,2]", 0, "W is a 2×2 matrix; a vector of 2 was given"),
        ("7", 0, "W is a 2×2 matrix; a number was given"),
        ("[[1,2],[3]]", 0, "Row 2 is a vector of 1, row 1 a vector of 2"),
        ("[[1,2],[3,a]]", 10, "'a' is not a number"),
        ("[[1,2]", 5, "not closed"),
        ("[[1,2],[3,4]] 5", 14, "behind the last bracket"),
        ("[[1,2] [3,4]]", 7, "comma"),
        ("[[1,2],[3,4],]", 13, "Nothing was typed"),
        ("[]", 1, "Nothing was typed"),
    ],
)
def test_refusals_name_the_place(text: str, at: int, says: str) -> None:
    with pytest.raises(PointError, match=says) as refusal:
        value(text, "W", (2, 2))
    assert refusal.value.position == at
    assert refusal.value.allowed


def test_too_much_is_refused_before_it_is_read() -> None:
    with pytest.raises(LimitError, match="brackets"):
        value("[" * 15_000)
    with pytest.raises(LimitError, match="characters"):
        value("[" + "1," * 9_999 + "1,1]")


@given(st.text(alphabet="[],1.2 -/e", max_size=30))
def test_no_text_breaks_the_reader(text: str) -> None:
    try:
        value(text, "x", (2,))
    except InputError as error:
        assert 0 <= error.position <= len(text)


def test_a_network_typed_in_brackets() -> None:
    graph = chainrule.parse("W: 2x2; x: 2; y = sum(W @ x)")
    worked = graph.reverse({"W": "[[1, 0.1], [3, 4]]", "x": "[1/4, 2]"})
    assert worked.value == pytest.approx(9.2, rel=1e-15)  # 0.25 + 0.2 + 0.75 + 8
    assert worked["adjoint:W"].tolist() == [[0.25, 2], [0.25, 2]]  # x beside itself
    assert worked["adjoint:x"].tolist() == [4, 4.1]  # sums of the columns of W
    # What the page plays: a map has a formula and no number.
    shown = payload(worked.view, layouts=())
    assert [edge["number"]["state"] for edge in shown["edges"]] == ["map"] * 3
    # A direction is typed alike.
    moved = graph.work(
        {"W": "[[1, 0.1], [3, 4]]", "x": "[1, 2]"}, "forward", direction={"x": "[0, 1]"}
    )
    assert moved["tangent:y"] == 4.1


def test_a_number_is_no_vector() -> None:
    with pytest.raises(PointError, match="x is a number; a vector of 2 was given"):
        chainrule.parse("x^2").at({"x": "[1, 2]"})
