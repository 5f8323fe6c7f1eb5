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
    assert read("cos(t); t = x^2; s = 2", constants=True).outputs == ("", "s")


def test_assigned_names_win_whatever_they_mean_elsewhere() -> None:
    assert written("E = x; I = E^2; S = I+1; J = S*E") == ("E = x; I = (E^2); S = (I+1); J = (S*E)")
    assert written("lambda = 2*x; J = lambda^2") == "lambda = (2*x); J = (lambda^2)"
    assert written("xy = 3; 2xy", constants=True) == "xy = 3; (2*xy)"
    assert written("e = 3; e^x", constants=True) == "e = 3; (e^x)"
    assert written("J = xy; xy = 3", constants=True) == "J = xy; xy = 3"


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


def test_sums_over_an_index_are_written_out() -> None:
    program = read("a = sum(theta_j x_j, j=0..2)")
    assert written("a = sum(theta_j x_j, j=0..2)") == (
        "a = (((theta0*x0)+(theta1*x1))+(theta2*x2))"
    )
    assert program.inputs == ("theta0", "theta1", "theta2", "x0", "x1", "x2")
    assert program.notes == ()
    same = written("((θ₀x₀+θ₁x₁)+θ₂x₂)")
    assert written("sum(θⱼxⱼ, j=0…2)") == same
    assert written("sum(θ_j x_j, j = 0 .. 2)") == same


def test_the_index_of_a_sum_is_a_number_too() -> None:
    assert written("sum(j x^j, j=1..2)") == "((1*(x^1))+(2*(x^2)))"
    assert written("sum(j, j=-1..0)") == "((-1)+0)"
    assert written("j + sum(j^2, j=2..2)") == "(j+(2^2))"


def test_sums_inside_each_other() -> None:
    assert written("sum(sum(w_ij x_j, j=1..2), i=1..2)") == (
        "(((w11*x1)+(w12*x2))+((w21*x1)+(w22*x2)))"
    )
    assert written("sum(sum(w_i_j, j=9..10), i=1..1)") == "(w_1_9+w_1_10)"
    assert written("sum(a_i + sum(b_i, i=3..4), i=1..2)") == "((a1+(b3+b4))+(a2+(b3+b4)))"


def test_a_sum_of_a_vector_stays_and_declared_names_win() -> None:
    assert written("sum(v)") == "sum(v)"
    assert written("sum(x_j)") == "sum(x_j)"
    assert written("x_max = 2; sum(x_max, a=1..2)", constants=True) == "x_max = 2; (x_max+x_max)"


def test_functions_are_written_out_at_each_call() -> None:
    assert written("f(x, y) = x^2 + y; J = f(a, 3)") == "J = ((a^2)+3)"
    assert written("J = f(1, f(2, b))\nf(x, y) = x^2 + y") == "J = ((1^2)+((2^2)+b))"
    assert written("g(x) = 2f(x); f(x) = k x; k = 3; J = g(g(a))", constants=True) == (
        "k = 3; J = (2*(k*(2*(k*a))))"
    )


def test_parameters_are_local_and_the_functions_name_wins() -> None:
    assert written("x = 3; f(x) = x^2; J = f(2) + x", constants=True) == "x = 3; J = ((2^2)+x)"
    assert written("E(I) = I e; J = E(2)") == "J = (2*e)"
    assert written("sin(x) = x^2; J = sin(3)") == "J = (3^2)"
    assert written("f(x) = x(x+1); J = 2f(3)^2") == "J = (2*((3*(3+1))^2))"
    assert written("f(n) = sum(x_j n, j=1..2); J = f(j)") == "J = ((x1*j)+(x2*j))"


def test_an_operand_that_is_used_twice_is_one_item() -> None:
    program = read("f(x) = x x; J = f(a + b)")
    assert len(program.items) == 4


def test_a_function_that_is_never_called_is_the_output_only_if_there_is_no_other() -> None:
    assert read("f(x) = x^2").outputs == ("f",)
    assert read("f(x) = x^2").inputs == ("x",)
    assert [note.reading for note in read("f(x) = x^2").notes] == ["the formula f"]
    assert read("J(a) = a^2; a = 3x").outputs == ("J",)
    assert read("f(x) = x^2; J = a + 1").outputs == ("J",)
    assert read("f(x) = g(x); g(x) = x^2").outputs == ("f",)


def test_a_long_chain_of_functions_is_no_crash() -> None:
    chain = "; ".join(f"f{i}(x)=f{i - 1}(x)" for i in range(1, 700))
    assert written(f"f0(x)=x+1; {chain}; J=f699(x)") == "J = (x+1)"
