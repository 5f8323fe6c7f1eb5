"""Statements in any order: outputs, working order, inputs, shapes, places."""

from __future__ import annotations

from chainrule.language import Span, read
from tests.language.walk import written

LECTURE = """\
J = cos(u)      # the output first, as on the blackboard
u = u1 + u2
u1 = sin(t)
u2 = 3t; t = x^2
"""


def test_lecture_example() -> None:
    program = read(LECTURE)
    names = [assignment.name for assignment in program.assignments]
    assert names == ["J", "u", "u1", "u2", "t"]
    assert [names[at] for at in program.order] == ["t", "u1", "u2", "u", "J"]
    assert program.outputs == ("J",)
    assert program.inputs == ("x",)
    assert [assignment.line for assignment in program.assignments] == [1, 2, 3, 4, 4]
    assert program.notes == ()


def test_places_in_the_text() -> None:
    program = read("t = x^2; J = cos(t)")
    second = program.assignments[1]
    assert second.span == Span(9, 10)
    assert second.body == Span(13, 19)
    root = program.items[second.root]
    assert (root.what, root.span) == ("cos", Span(13, 19))
    assert program.items[root.operands[0]].span == Span(17, 18)


def test_a_formula_alone() -> None:
    program = read("y x")
    assert program.outputs == ("",)
    assert program.order == (0,)
    assert program.inputs == ("y", "x")
    assert program.assignments[0].name == ""


def test_the_last_unused_name_is_the_output_and_others_follow() -> None:
    assert read("a = x; b = x; c = a").outputs == ("c", "b")
    assert read("t = x^2; cos(t)").outputs == ("",)
    assert read("cos(t); t = x^2; s = 2").outputs == ("", "s")


def test_assigned_names_win_whatever_they_mean_elsewhere() -> None:
    assert written("E = x; I = E^2; S = I+1; J = S*E") == ("E = x; I = (E^2); S = (I+1); J = (S*E)")
    assert written("lambda = 2*x; J = lambda^2") == "lambda = (2*x); J = (lambda^2)"
    assert written("xy = 3; 2xy") == "xy = 3; (2*xy)"
    assert written("e = 3; e^x") == "e = 3; (e^x)"
    assert written("J = xy; xy = 3") == "J = xy; xy = 3"


def test_declared_shapes() -> None:
    program = read("W1: 4x2; x: 2\nW2: 1 × 4\nW2 @ tanh(W1 @ x)")
    assert program.shapes == {"W1": (4, 2), "x": (2,), "W2": (1, 4)}
    assert program.inputs == ("W2", "W1", "x")
    assert written("xy: 2; 2xy") == "(2*xy)"


def test_names_keep_the_way_they_were_typed_first() -> None:
    program = read("J = θ₀ + theta0 + x_1\nx₁ = 2")
    assert program.spellings == {"J": "J", "theta0": "θ₀", "x1": "x_1"}


def test_windows_line_ends_and_tabs() -> None:
    assert written("t = x\r\nJ =\tt^2\r\n") == "t = x; J = (t^2)"


def test_numbers_keep_their_text() -> None:
    program = read("0.10x - 1e-3")
    numbers = [(item.text, item.number) for item in program.items if item.kind == "number"]
    assert [(text, str(number)) for text, number in numbers] == [
        ("0.10", "1/10"),
        ("1e-3", "1/1000"),
    ]


def test_sixty_doublings_stay_small() -> None:
    text = "\n".join(["t0 = x", *(f"t{i} = t{i - 1} + t{i - 1}" for i in range(1, 61)), "J = t60"])
    program = read(text)
    assert program.order == tuple(range(62))
    assert len(program.items) == 182
