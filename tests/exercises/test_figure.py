"""The figure of a sheet: the picture of the graph, which tells nothing of what is asked."""

from __future__ import annotations

import re

import pytest

from chainrule.exercises.figure import Figure, figure
from chainrule.exercises.problem import Draft, Problem
from chainrule.readings.document import Document
from chainrule.readings.picture import Picture, Shape, Tip, Type
from chainrule.readings.terms import text

LECTURE = "J = cos(u); u = u1 + u2; u1 = sin(t); u2 = 3t; t = x^2"
CARDS, ARROWS = 6, 6


def made(lines: str = LECTURE, blank: tuple[str, ...] = ("u", "u2")) -> Figure:
    problem = Problem(Draft(lines, {"x": "1.5"}))
    nodes = problem.node_of
    return figure(
        problem,
        blank=[nodes[name] for name in blank],
        missing=[(nodes["u"], nodes["u2"])],
        alternative="A graph.",
    )


def frames(picture: Picture) -> list[Shape]:
    return [mark for mark in picture.marks if isinstance(mark, Shape) and not mark.dashed]


def told(picture: Picture) -> str:
    types = [mark for mark in picture.marks if isinstance(mark, Type)]
    return " ".join(t.what if isinstance(t.what, str) else text(t.what) for t in types)


def test_a_missing_arrow_is_in_the_key_alone() -> None:
    found = made()
    for picture, arrows in ((found.asked, ARROWS - 1), (found.solved, ARROWS)):
        assert len(frames(picture)) == CARDS
        assert sum(isinstance(mark, Tip) for mark in picture.marks) == arrows
    assert {cell for _, cell in found.blanks} == {"node:u", "node:u2"}


def test_an_empty_card_tells_no_formula_and_no_number() -> None:
    found = made()
    assert "3t" not in told(found.asked) and "u₁ + u₂" not in told(found.asked)
    assert "3t" in told(found.solved) and "u₁ + u₂" in told(found.solved)
    # At x = 1.5: t = 2.25, J = cos 7.5281 = 0.3202, and the adjoint of u is −sin u = −0.9474.
    for picture in (found.asked, found.solved):
        assert not re.search(r"2\.25|0\.3202|0\.9474|7\.5281", told(picture))


def test_places_of_cards_do_not_depend_on_what_is_asked() -> None:
    """A longer formula makes no wider card where it is asked."""
    longer = LECTURE.replace("u2 = 3t", "u2 = 3 t exp(t) sin(t) cos(t)")
    short, long = (frames(made(lines).asked) for lines in (LECTURE, longer))
    assert [shape.box for shape in short] == [shape.box for shape in long]


@pytest.mark.parametrize(
    ("name", "card"),
    [("html", r"<rect"), ("latex", r"rectangle"), ("typst", r"(?m)^shape\(")],
)
def test_it_is_the_same_picture_in_every_format(name: str, card: str) -> None:
    picture = made().asked
    shapes = sum(isinstance(mark, Shape) for mark in picture.marks)
    assert shapes == CARDS + 2 * CARDS  # each with an empty place for value and adjoint
    written = Document((picture,)).to(name)
    assert len(re.findall(card, written)) == shapes
