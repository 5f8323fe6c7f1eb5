"""What a class got wrong, counted by hand."""

from __future__ import annotations

from chainrule.exercises.class_marking import Graded, Key, mark_class
from chainrule.exercises.gradebook import ClassStatistics, by_cell, by_mistake, first_error
from chainrule.exercises.handed_in import Handed
from chainrule.exercises.making import sheet

LECTURE = "f = a*b; a = x + y; b = x*y"
AT = {"x": "2", "y": "3"}
# By hand: a = 5, b = 6; ∂f/∂a = 6, ∂f/∂b = 5; to x come 6 and 5 · 3 = 15.
RIGHT = {"adjoint:f": "1", "adjoint:a": "6", "adjoint:b": "5", "adjoint:x": "21", "adjoint:y": "16"}
GIVEN = [
    RIGHT,
    RIGHT | {"adjoint:x": "15"},
    RIGHT | {"adjoint:x": "6"},
    RIGHT | {"adjoint:b": "-5", "adjoint:x": "-9", "adjoint:y": "-4"},
    RIGHT | {"adjoint:y": "see above"},
]


def graded() -> list[Graded]:
    made = sheet(LECTURE, at=AT, kinds=["adjoints"])
    record = made.to("json", key="inline").decode()
    keys = [Key(i, f"Student {i}", "", f"{i:04d}", record) for i in range(1, 7)]
    # The last one hands in nothing.
    return mark_class(keys, {i: Handed(f"{i}.csv", (), given) for i, given in enumerate(GIVEN, 1)})


def test_cells_and_mistakes_are_counted() -> None:
    class_ = graded()
    counts = {one.cell: one for one in by_cell(class_)}
    assert dict(counts["1.adjoint:x"].counts) == {"right": 2, "wrong": 2, "follows": 1}
    assert dict(counts["1.adjoint:y"].counts) == {"right": 3, "follows": 1, "undecided": 1}
    assert counts["1.adjoint:x"].first == 2 and counts["1.adjoint:b"].first == 1
    assert counts["1.adjoint:a"].first == 0
    mistakes = {one.name: (one.students, one.cell) for one in by_mistake(class_)}
    assert mistakes["overwrite-instead-of-accumulate"] == (2, "1.adjoint:x")
    assert mistakes["sign"] == (1, "1.adjoint:b")
    assert first_error(class_[0]) is None and first_error(class_[5]) is None


def test_they_stand_in_one_table() -> None:
    table = ClassStatistics(graded()).to("text")
    assert "5 of 6 students handed in" in table
    assert "overwrite-instead-of-accumulate (2)" in table
