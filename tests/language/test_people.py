"""What people type and paste, from lectures, notebooks and forums; and what stays as it was."""

from __future__ import annotations

import math
from typing import Any

import mpmath
import pytest

import chainrule
from chainrule.errors import InputError, ParseError, PointError
from chainrule.language import read
from tests.adapter import explore
from tests.language.test_public_cases import rows
from tests.language.walk import written

PEOPLE = rows("people_inputs.jsonl") + rows("typed_inputs.jsonl")


def number(found: Any) -> mpmath.mpf:
    return mpmath.mpf(str(found["value"] if isinstance(found, dict) else found))


@pytest.mark.parametrize("case", PEOPLE, ids=lambda case: case["id"])
def test_what_people_type_is_read_as_meant(case: dict[str, Any]) -> None:
    if case.get("expect") == "refuse":
        with pytest.raises(InputError):
            explore(case["text"], case["at"])
        return
    value, slopes = explore(case["text"], case["at"])
    assert mpmath.almosteq(number(value), mpmath.mpf(case["value"]), 1e-9, 1e-12)
    for name, slope in case["grad"].items():
        assert mpmath.almosteq(number(slopes[name]), mpmath.mpf(slope), 1e-9, 1e-9), name


# As they were read before any of this: none of it changes.
ORDINARY = [
    ("y*(x+1)", "(y*(x+1))"),
    ("y * -x", "(y*neg(x))"),
    ("y*x", "(y*x)"),
    ("y*log(y)", "(y*log(y))"),
    ("ch/λ", "((c*h)/lambda)"),
    ("v = tg", "v = (t*g)"),
    ("2 sh", "((2*s)*h)"),
    ("rate*2", "(rate*2)"),
    ("leaky_relu(x, slope=0.1)", "leaky_relu(x, slope=1/10)"),
    ("a = x;\n2x", "a = x; (2*x)"),
    ("y = x + 1\nz = y^2", "y = (x+1); z = (y^2)"),
    ("x_1x_2", "(x1*x2)"),
    ("1/2x", "((1/2)*x)"),
    ("e^2x", "((e^2)*x)"),
    ("sin x y", "sin((x*y))"),
    ("√x^2", "sqrt((x^2))"),
    ("x^2/2", "((x^2)/2)"),
    ("x^3/2", "((x^3)/2)"),
    ("x**2", "(x^2)"),
    ("x(x+1) + x", "((x*(x+1))+x)"),
    ("|x-|y||", "abs((x-abs(y)))"),
    ("σ(z)", "sigmoid(z)"),
    ("sigma^2", "(sigma^2)"),
    ("theta_0 x_0 + theta_1 x_1", "((theta0*x0)+(theta1*x1))"),
    ("2e-3x", "(2e-3*x)"),
    ("2e+1", "2e+1"),
    ("W: 2x2; x: 2; W @ x", "(W@x)"),
    ("x: 2; x[0] + x[1]", "(index(x, at=(0,))+index(x, at=(1,)))"),
    ("x: 2; sum(x)", "sum(x)"),
    ("sum(theta_j x_j, j=0..2)", "(((theta0*x0)+(theta1*x1))+(theta2*x2))"),
    ("f(x, y) = x^2 + y; J = f(a, 3)", "J = ((a^2)+3)"),
    (
        "J = cos(u); u = u1 + u2; u1 = sin(t); u2 = 3t; t = x^2",
        "J = cos(u); u = (u1+u2); u1 = sin(t); u2 = (3*t); t = (x^2)",
    ),
    ("t = x^2; cos(t)", "t = (x^2); cos(t)"),
    ("max(0, z)", "max(0, z)"),
    ("xᵀ y", "(transpose(x)*y)"),
    ("w_max + x_min", "(w_max+x_min)"),
    ("m1 m2/r^2", "((m1*m2)/(r^2))"),
    ("E = m c^2", "E = (m*(c^2))"),
    ("A = 3x; B = A^2", "A = (3*x); B = (A^2)"),
    ("x·y × z", "((x*y)*z)"),
    ("½x²", "(½*(x^2))"),
    ("sech(x) + coth(x)", "(sech(x)+coth(x))"),
    ("gamma(x)", "gamma(x)"),
    (
        "J = -y_star ln(y) - (1-y_star) ln(1-y)",
        "J = (neg((y_star*log(y)))-((1-y_star)*log((1-y))))",
    ),
    ("softplus(-a)", "softplus(neg(a))"),
    ("x1 + x_1 + x₁", "((x1+x1)+x1)"),
    ("y = 3t # y = 4t", "y = (3*t)"),
]


@pytest.mark.parametrize(("text", "reading"), ORDINARY)
def test_ordinary_inputs_stay_what_they_are(text: str, reading: str) -> None:
    assert written(text) == reading


STARS = [
    ("(1 - y*)", "(1-y_star)"),
    ("y* log y + (1-y*) log(1-y)", "((y_star*log(y))+((1-y_star)*log((1-y))))"),
    ("y* log y", "(y*log(y))"),
    ("(y* - y)^2", "((y_star-y)^2)"),
    ("y*-x", "(y*neg(x))"),
    ("y*^2 + y⋆ + y^*", "(((y_star^2)+y_star)+y_star)"),
    ("|a - y*| + y*x", "(abs((a-y_star))+(y*x))"),
    ("J = (y - y*)^2; y* = 2x", "J = ((y-y_star)^2); y_star = (2*x)"),
    (r"y^* \log y + (1-y^{*}) \log(1-y)", "((y_star*log(y))+((1-y_star)*log((1-y))))"),
    ("ŷ + x̄ + x\u0302₁", "((y_hat+x_bar)+x_hat_1)"),
    ("y' + y", "(y_prime+y)"),
]


@pytest.mark.parametrize(("text", "reading"), STARS)
def test_stars_hats_and_primes(text: str, reading: str) -> None:
    assert written(text) == reading


def test_a_lone_star_is_a_product_with_a_switch() -> None:
    (note,) = read("y* log y").notes
    assert (note.alternative, written("y* log y", readings={note.key: note.alternative})) == (
        "one name",
        "(y_star*log(y))",
    )
    assert written("y* log y", declared=["y_star", "y"]) == "(y_star*log(y))"


JOINED = [
    "J = u^2, u = sin(t), t = 3x",
    "J = u^2 where u = sin(t) and t = 3x",
    "J = u^2 with u = sin(t),\nt = 3x",
    "J = u^2\nu = sin(t)\nt = 3x, x > 0",
    "J =\n  u^2; u = sin(\n t); t = 3\n * x for x in R",
    r"J = u^2,\quad u = \sin(t),\quad t = 3x",
    r"J = u^2 \quad\text{where}\quad u = \sin(t) \text{ and } t = 3x",
    "J = u^{2}\nu = \\sin(t)\nt = 3x",
    "J = f(u) = u^2; u = sin(t); t = 3x",
]


@pytest.mark.parametrize("text", JOINED)
def test_statements_are_joined_as_people_do(text: str) -> None:
    assert written(text) == "J = (u^2); u = sin(t); t = (3*x)"


def test_what_is_left_out_is_noted() -> None:
    for text in ("y = ln x, x > 0", "y = ln x for x > 0", "import numpy as np\ny = ln x"):
        assert [n.reading for n in read(text).notes][-1].endswith("left out"), text


CODE = [
    ("np.tanh(w*x) + math.pi*torch.exp(-x)", "(tanh((w*x))+(pi*exp(neg(x))))"),
    ("F.softplus(x) + torch.nn.functional.relu(y)", "(softplus(x)+relu(y))"),
    ("(a + b).tanh().exp()", "exp(tanh((a+b)))"),
    ("np.maximum(0, x) + np.power(x, 2) + x.pow(3)", "((max(0, x)+(x^2))+(x^3))"),
    ("y = x\ny += 2 - x", "y_before = x; y = (y_before+(2-x))"),
    (
        "y = x; y *= 1 + x; y **= 2; z = y",
        "y_before_1 = x; y_before_2 = (y_before_1*(1+x)); y = (y_before_2^2); z = y",
    ),
    ("y = a if x >= 0 else -a", "y = where(at_least(x, 0), a, neg(a))"),
    (
        "1 if a < b < c else 2 if not a else 3",
        "where(and(less(a, b), less(b, c)), 1, where(not(positive(a)), 2, 3))",
    ),
]


@pytest.mark.parametrize(("text", "reading"), CODE)
def test_code_of_notebooks(text: str, reading: str) -> None:
    assert written(text) == reading


def test_a_cell_of_a_notebook_has_its_known_gradient() -> None:
    # The example of micrograd's page, with the numbers that stand there.
    text = """a = Value(-4.0)
b = Value(2.0)
c = a + b
d = a * b + b**3
c += c + 1
c += 1 + c + (-a)
d += d * 2 + (b + a).relu()
d += 3 * d + (b - a).relu()
e = c - d
f = e**2
g = f / 2.0
g += 10.0 / f
g.backward()"""
    graph = chainrule.parse(text)
    assert graph.given == {"a": "-4.0", "b": "2.0"}
    assert graph.evaluate({}) == pytest.approx(24.70408163265306, rel=1e-12)
    assert graph.gradient({}) == pytest.approx({"a": 138.8338192419825, "b": 645.5772594752187})


def test_numbers_that_are_assigned_are_inputs() -> None:
    graph = chainrule.parse("x = -2; y = 1/2; f = x^2 y")
    assert graph.gradient({}) == {"x": -2.0, "y": 4.0}
    assert graph.gradient({"x": 3}) == {"x": 3.0, "y": 9.0}
    switched = chainrule.parse("x = -2; f = x^2 y", readings={"input:x": "constant"})
    assert switched.variables == ("y",)
    assert chainrule.parse("x = -2; f = x^2 y", constants=True).variables == ("y",)
    assert chainrule.parse("x = 2; y = 5").evaluate({}) == 5


def test_values_may_be_formulas_of_constants() -> None:
    graph = chainrule.parse("sin(x) + y")
    worked = graph.work({"x": "pi/2", "y": "√2"})
    assert worked.value == 1 + math.sqrt(2)
    assert worked.slope("x").shown == 0  # not the 6e-17 of double precision
    assert "x = π/2, y = √2" in worked.table().text()
    assert chainrule.parse("x").evaluate({"x": "1 1/2"}) == 1.5
    assert chainrule.parse("x").evaluate({"x": "2^-3"}) == 0.125
    for typed in ("1e", "--1", "x", "1/0", "a = 2", "hello"):
        with pytest.raises(PointError):
            graph.evaluate({"x": typed, "y": 1})


def test_sums_to_a_name() -> None:
    text = r"J = \frac{1}{n}\sum_{i=1}^{n} x_i^2"
    graph = chainrule.parse(text, declared={"n": "3"})
    assert graph.evaluate({"n": 3, "x1": 1, "x2": 2, "x3": 4}) == 7
    with pytest.raises(PointError, match="bound of a sum"):
        graph.evaluate({"n": 2, "x1": 1, "x2": 2, "x3": 4})
    with pytest.raises(ParseError, match="whole numbers"):
        chainrule.parse(text)
    assert read("n = 3; J = sum(x_i, i=1..n)").outputs == ("J",)
    assert written("z: 2; sum(z_j^2, j=1..2)") == "((index(z, at=(0,))^2)+(index(z, at=(1,))^2))"
    assert written("z: 2; sum(z_j, j=0..1)") == "(index(z, at=(0,))+index(z, at=(1,)))"
    assert written("prod(x_j, j=1..3) + ∑(x_j, j=1..2)") == "(((x1*x2)*x3)+(x1+x2))"
    same = written("((y_sup1-x_sup1)^2)+(y_sup2-x_sup2)^2")
    assert written(r"\sum_{i=1}^{2} (y^{(i)} - x^{(i)})^2") == same


NAMES = [
    (r"h_{t-1} + v_{-1} + x_{11}", "((h_t_minus_1+v_minus_1)+x11)"),
    (r"w_{11}^{(1)} x^{(2)}", "(w_11_sup1*x_sup2)"),
    (r"z^{[1]} = W^{[1]} x", "z_box1 = (W_box1*x)"),
    (r"a^{(l)} = a^{(l-1)} x^{(n+1)}", "a_supl = (a_supl_minus_1*(x^(n+1)))"),
    (r"out_{h1} + e^{(2)}", "(out_h1+(e^2))"),
    (r"x^{(1)}", "x_sup1"),
    (r"a^{[2](i)} + b^{(1)(j)}", "(a_box2_supi+b_sup1_supj)"),
    (r"w^{l}_{ij} a^{l-1}_j", "(w_ij_supl*a_j_supl_minus_1)"),
    (r"a^L = \sigma(z^L)", "a_supL = sigmoid(z_supL)"),
    (r"x_{2n} + \mathbf{e}", "(x_2n+e_vec)"),
    ("$x_1^2$", "(x1^2)"),
    ("V_{AB}", "V_AB"),
]


@pytest.mark.parametrize(("text", "reading"), NAMES)
def test_names_with_indices_above_and_below(text: str, reading: str) -> None:
    assert written(text) == reading


FUNCTIONS = [
    ("lg x + tg(x) ctg x", "(log10(x)+(tan(x)*cot(x)))"),
    ("arc sin x + arctg x", "(asin(x)+atan(x))"),
    ("sh x ch x", "(sinh(x)*cosh(x))"),
    ("sh*2 + tg", "(((s*h)*2)+(t*g))"),
    ("lg x", "log10(x)"),
    ("³√x + x³√y", "(cbrt(x)+((x^3)*sqrt(y)))"),
    ("u = 2v;³√u+(³√x)", "u = (2*v); (cbrt(u)+cbrt(x))"),
    ("2³√y - z²√y/|x|", "(((2^3)*sqrt(y))-(((z^2)*sqrt(y))/abs(x)))"),
    ("sum_{i=1}^{2} x_i - x_{\\min}", "((x1+x2)-x_min)"),
    ("∛x + x!^2", "(cbrt(x)+(gamma((x+1))^2))"),
    ("-3! + Sin[x]", "(neg(gamma((3+1)))+sin(x))"),
    ("{[x + 1] y}^2", "(((x+1)*y)^2)"),
    (r"\lg x + \arctg x", "(log10(x)+atan(x))"),
]


@pytest.mark.parametrize(("text", "reading"), FUNCTIONS)
def test_functions_under_other_names_and_brackets(text: str, reading: str) -> None:
    assert written(text) == reading
    assert written("lg x", declared=["l", "g", "x"]) == "((l*g)*x)"


CASES = [
    r"f = \begin{cases} x^2 & x \ge 1 \\ -x & x < 1 \end{cases}",
    r"f = \begin{cases} x^2, & \text{if } x \geq 1, \\ -x, & \text{if } x < 1. \end{cases}",
    r"f = \left\{\begin{array}{ll} x^2 & x \ge 1 \\ -x & x<1 \end{array}\right.",
    r"f = \begin{cases} x^2 & \text{for } x \ge 1 \\ -x & \text{otherwise} \end{cases}",
    "f = x^2 if x >= 1 else -x",
    "f = where(x ≥ 1, x^2, -x)",
    "f = where(not x < 1, x^2, -x)",
    "f = x^2 if x >= 1, -x otherwise",
    "f = { x^2 if x >= 1, else -x }",
    "f = max(x^2 if (1 if x >= 1, 0 otherwise) > 0, -x otherwise, -9)",
]


@pytest.mark.parametrize("text", CASES)
def test_cases_are_taken_by_their_conditions(text: str) -> None:
    graph = chainrule.parse(text)
    assert [graph.evaluate({"x": x}) for x in (2, 1, "1/2")] == [4, 1, -0.5]
    assert [graph.gradient({"x": x})["x"] for x in (2, "1/2")] == [4, -1]


def test_a_derivative_may_be_asked_for() -> None:
    for text in (
        "d/dx x^2 y",
        r"\frac{d}{dx} x^2 y",
        "∂/∂x x^2 y",
        "f = d/dx x^2 y",
        "derivative of x^2 y with respect to x",
    ):
        graph = chainrule.parse(text)
        assert graph.asked == "x", text
        assert graph.evaluate({"x": 2, "y": 3}) == 12
    assert chainrule.parse("x^2").asked is None


def test_a_number_that_was_worked_out_is_checked() -> None:
    text = "x = -2; y = 5; q = x + y = 3; f = q^2 = 8; g = q/7 = 0.43"
    said = {n.key: n.reading for n in chainrule.parse(text).notes if n.key.startswith("claim")}
    assert said == {
        "claim:q": "is what comes out",
        "claim:f": "is not what comes out: 9",
        "claim:g": "is what comes out",
    }
    (left,) = (n for n in chainrule.parse("y = 2x = 6").notes)
    assert "left out" in left.reading


SWITCHED = [
    ("x^1/2", "((x^1)/2)", "(x^(1/2))"),
    ("√2x", "(sqrt(2)*x)", "sqrt((2*x))"),
    ("sqrt 2x", "sqrt((2*x))", "(sqrt(2)*x)"),
    ("w^T x", "((w^T)*x)", "(transpose(w)*x)"),
    ("lg x", "log10(x)", "((l*g)*x)"),
    (r"x^{(1)}", "x_sup1", "(x^1)"),
    (r"\mathbf{a}^{l-1}", "(a^(l-1))", "a_supl_minus_1"),
    (r"L^{\text{new}}", "L_supnew", "(L^new)"),
    (r"\Delta x", "(Delta*x)", "Deltax"),
    ("x^-1/2", "((x^(-1))/2)", "(x^((-1)/2))"),
    (r"\mathbf{Xw}", "(X*w)", "Xw"),
]


@pytest.mark.parametrize(("text", "usual", "other"), SWITCHED)
def test_every_choice_has_its_switch(text: str, usual: str, other: str) -> None:
    note = next(note for note in read(text).notes if note.alternative)
    assert written(text) == usual
    assert written(text, readings={note.key: note.alternative}) == other


# What most readers take for something else than a product of names is never read as one.
NO_PRODUCT = [
    "Σ_i x_i",
    "Σ_i x",
    "Σx_i",
    "sum_i x_i",
    "max_i x_i",
    "log_a x",
    "log₂x",
    "log_2x",
    "xsinx",
    "sinxcosx",
    "f^{-1}(x)",
    "f²(x)",
    "diag^2(x)",
    r"\mathrm{max}_i x_i",
    r"\frac{dL}{d\hat{y}}",
    r"\frac{d}{d\mathbf{x}}",
]


@pytest.mark.parametrize("text", NO_PRODUCT)
def test_a_sign_or_function_is_never_a_factor_in_silence(text: str) -> None:
    with pytest.raises(ParseError) as caught:
        read(text)
    assert caught.value.allowed


CORRECTED = [
    "sinx + cosx",
    "np.where(x, 1, 2) + 1",
    "rate time",
    "w_j x_j, j = 1..3",
    "f(x) := x^2",
    "where(x = 1, 2, 3)",
    "(x + [y)",
    "x squared plus y",
    "square root of x",
    "x 2 + 3",
    "a, b = x, y",
    "x^2 + 1 = y",
    "p(y=1 | x) = 2x",
    r"\sum_i x_i",
    r"y = \sum_{i=1}^n x_i",
    "y = x^2 = x x",
    "x sinx",
    "2sinxcosx",
    "log₂x",
    "f^2(x)",
    "x = 2 // start",
    "y = x^2 % square",
    "Σ_i w_i",
    "Σx_i",
    "sum_j x_j",
    "x\u200b+1",
    "y &= x^2 \\\\ &= x x",
]


@pytest.mark.parametrize("text", CORRECTED)
def test_a_correction_can_be_read(text: str) -> None:
    with pytest.raises(ParseError) as caught:
        read(text)
    assert not caught.value.suggestion or read(caught.value.suggestion)


def test_no_correction_is_offered_that_cannot_be_read() -> None:
    with pytest.raises(ParseError) as caught:
        read("sinx + foo(y) +")
    assert caught.value.suggestion == ""


def test_words_of_the_language_are_names_where_they_are_declared() -> None:
    for word in ("and", "or", "not", "if", "else", "where", "with", "for", "in", "at", "of"):
        assert chainrule.parse(f"2*{word} + x", declared=[word]).gradient({word: 1, "x": 1}) == {
            word: 2,
            "x": 1,
        }
        assert written(f"{word} = x; {word}^2") == f"{word} = x; ({word}^2)"


NOTED = [
    (">>> x^2", "left out"),
    ("y = x^2   (3)", "left out"),
    ("y = u^2 (1)\nu = 3x (2)", "left out"),
    ("Let y = x^2", "left out"),
    ("double y = x^2;", "left out"),
    ("y = x^2\nprint(y)", "left out"),
    ("y = x**2\ny.backward()", "left out"),
    ("self.w * x", "left out"),
    ("y = x.^2", "entry by entry"),
    (r"\underbrace{w x}_{z} + b", "left out"),
    ("def f(x): return x^2\ny = f(t)", "the function f(x)"),
    ("def f(x):\n    u = 3x\n    return u^2", "the lines of f are the program"),
    ("x, y = 2, 3\nz = x y", "x = 2; y = 3"),
    ("x ↦ x^2", "the formula of x"),
    ("f = lambda x: x^2", "the function f(x)"),
    ("leaky_relu(x, 0.01)", "slope = 0.01"),
    ("||w||^2", "the norm"),
    ("|x|y|z|", "|…|·y·|…|"),
    ("w @ x", "the product of two numbers"),
    ("y = 2x = 2*3", "numbers put in"),
    ("y = x^2; find y'(x)", "its derivatives are shown"),
    (r"\mathbf{w}^T x", "the transpose"),
    (r"\sum_{i=1}^2 a_i + b_i", "the sum of all that follows"),
    ("w^(1) x", "the name w_sup1"),
    ("diff(x^2, x)", "derivatives by x of what follows"),
    ("y = x^2 @ x = 3", "at the point behind it"),
    ("sum(x_j)", "no j runs"),
]


@pytest.mark.parametrize(("text", "note"), NOTED)
def test_what_was_read_for_somebody_is_noted(text: str, note: str) -> None:
    assert any(note in n.reading for n in read(text).notes)


def test_a_sum_that_goes_on_can_be_ended() -> None:
    text = r"\sum_{i=1}^2 a_i + b_i"
    note = next(n for n in read(text).notes if n.alternative == "first")
    assert written(text) == "((a1+b1)+(a2+b2))"
    assert written(text, readings={note.key: "first"}) == "((a1+a2)+b_i)"
    assert written(r"\sum_{i=1}^2 a_i + \sum_{i=1}^2 b_i") == "((a1+a2)+(b1+b2))"


def test_what_a_program_would_compute_as_a_derivative_is_not_used() -> None:
    with pytest.raises(ParseError, match="derivative that the program computes"):
        read("g = jax.grad(f)(x)\ny = x - g")
    with pytest.raises(ParseError, match="lines of its own"):
        read("def f(x):\n    u = 3x\n    return u^2\ny = f(t)")


@pytest.mark.parametrize("text", ["|x < y|", "(x and y)^2", "-(x < 1)", "√(x > 1)", "x! < 1"])
def test_a_condition_is_no_number_anywhere(text: str) -> None:
    with pytest.raises(ParseError, match="condition and no number"):
        read(text)
