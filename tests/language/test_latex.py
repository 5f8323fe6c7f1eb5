"""LaTeX on the same grammar: what it reads, programs, places, and what it refuses."""

from __future__ import annotations

import pytest

from chainrule import Graph, GraphError
from chainrule.errors import LimitError, ParseError
from chainrule.language import LIMITS, Span, read
from tests.language.walk import written


def latex(text: str) -> str:
    return written(text, mode="latex")


READ = [
    # LaTeX, the same as text
    (r"\cos(\sin(x^2)+3x^2)", "cos(sin(x^2)+3x^2)"),
    (r"\frac{1}{1+e^{-a}}", "1/(1+e^(-a))"),
    (r"\dfrac12 x + \tfrac ab", "(1/2)x + a/b"),
    (r"\frac{\frac{a}{b}}{c}", "a/b/c"),
    (r"x^\frac{1}{2}", "x^(1/2)"),
    (r"x^{y^{z}}", "x^y^z"),
    (r"e^xy", "(e^x)y"),
    (r"2x \cdot y \times z", "2x*y*z"),
    (r"x \div y", "x/y"),
    (r"\sqrt{x+1}^2", "sqrt(x+1)^2"),
    (r"\sqrt[3]{x} + \sqrt[n]{x}", "cbrt(x) + root(x, n)"),
    (r"\sqrt[2]{x}\sqrt2", "sqrt(x) sqrt(2)"),
    (r"\sin^2 x + \cos^{2}{\left(x \right)}", "sin^2 x + cos^2(x)"),
    (r"\sin \frac{x}{2} y", "sin((x/2) y)"),
    (r"\sin{x}y + \sin{} x", "sin(x) y + sin(x)"),
    (r"\sin 2x \cos y", "sin(2x) cos(y)"),
    (r"\log{\left(x \right)}^{2}", "ln(x)^2"),
    (r"\log_2 x + \log_{10}(x)", "log2(x) + log10(x)"),
    (r"\log_{b}(x) + \log_3\left(x\right)", "log_b(x, b) + log_b(x, 3)"),
    (r"\mathrm{ReLU}(x) + \operatorname{tanh}(x)", "relu(x) + tanh(x)"),
    (r"\max(0, z) + \min\left\{0, z\right\}", "max(0, z) + min(0, z)"),
    (r"\exp\left(-\frac{x^2}{2\sigma^2}\right)", "exp(-(x^2/(2σ^2)))"),
    (r"\sigma(\theta_0 + \theta_1 x)", "σ(θ_0 + θ_1 x)"),
    (r"|x-|y||", "|x-|y||"),
    (r"\left|x - \left|y\right|\right| \cdot \lvert x\rvert^2", "|x-|y|| |x|^2"),
    (r"\big( x + 1 \big)[y]", "(x+1)(y)"),
    (r"\lfloor x \rfloor", "floor(x)"),
    (r"x_{12} + x_1 + x_{i,j} + w_{ij}", "x_12 + x_1 + x_i_j + w_ij"),
    (r"x_{\text{max}} + \theta_\alpha", "x_max + theta_alpha"),
    (r"\hat{y}_1 + \bar x + \tilde{\theta}", "y_hat_1 + x_bar + theta_tilde"),
    (r"y^* + y_1^{*} + y^\star", "y_star + y_1_star + y_star"),
    (r"x_1^{2} y", "x_1^2 y"),
    (r"\mathbf{W}\mathbf{x}", "W x"),
    (r"\mathrm{rate} \cdot x", "rate*x"),
    (r"\varepsilon + \Gamma x", "epsilon + Gamma x"),
    (r"\mathrm{e}^{x}\, \pi", "e^x pi"),
    (r"{x}^{2} + {\left(x+1\right)}^2", "x^2 + (x+1)^2"),
    (r"\ln\left|x\right|", "ln(abs(x))"),
    ("x % a comment\n + 1", "x + 1"),
    (r"x~+~1\,y\;z\quad w", "x + 1 y z w"),
    (r"\displaystyle x^{2}", "x^2"),
    (r"$J = x^2$", "J = x^2"),
    (r"\[ x^2. \]", "x^2"),
    (r"θ₀² + x", "θ₀² + x"),
    (r"\sum_{j=0}^{2} \theta_j x_j", "sum(theta_j x_j, j=0..2)"),
    (r"a = \sum_{j=0}^2 \theta_j x_j + b", "a = sum(theta_j x_j, j=0..2) + b"),
    (r"\sum\limits^{2}_{j=1} -j \sin x_j", "sum(-j sin(x_j), j=1..2)"),
    (r"\sum_{i=1}^{2} \sum_{j=1}^{2} w_{ij} x_j", "sum(sum(w_ij x_j, j=1..2), i=1..2)"),
    (r"|\sum_{j=1}^{2} x_j| + 1", "|x_1 + x_2| + 1"),
    (r"\sum_{j=1}^{2} |x_j - y_j| - 1", "sum(|x_j - y_j|, j=1..2) - 1"),
    (r"\frac{1}{2}\sum_{i=1}^{2} x_{i+1}", "(1/2)(x_2 + x_3)"),
    (r"\left(\sum_{k=1}^{2} x_{k-1}\right)^2", "(x_0 + x_1)^2"),
    (r"f(x, y) = x^2 + y; J = f(a, 3)", "f(x, y) = x^2 + y; J = f(a, 3)"),
]


@pytest.mark.parametrize(("text", "same"), READ)
def test_latex_reads_as_text(text: str, same: str) -> None:
    assert latex(text) == written(same)


PROGRAMS = [
    r"\begin{aligned} J &= \cos(u), \\ u &= u_1 + u_2 \\[2pt] u_1 &= \sin t; \\ u_2 &= 3t \\"
    r" t &= x^{2}. \end{aligned}",
    r"\begin{align*} J &= \cos u \\ u &= u_1 \\ &\quad + u_2 \\ u_1 &= \sin(t) \\ u_2 &= 3t \\"
    r" t &= x^2 \nonumber \end{align*}",
    r"\begin{equation} \begin{split} J = \cos u \\ u = u_1 + u_2 \end{split} \end{equation}"
    r" $u_1 = \sin t$ \(u_2 = 3t\) \[ t = x^2 \]",
    r"J = \cos u \\ u = u_1 + u_2 \\ u_1 = \sin t; u_2 = 3t; t = x^2",
]


@pytest.mark.parametrize("text", PROGRAMS)
def test_programs(text: str) -> None:
    assert latex(text) == written("J = cos(u); u = u1 + u2; u1 = sin(t); u2 = 3t; t = x^2")


def test_shapes_are_declared_as_sets() -> None:
    text = r"W \in \mathbb{R}^{3 \times 2},\ x \in \mathbb{R}^2, W x"
    graph = Graph.parse(text, mode="latex")
    assert graph.program is not None
    assert graph.program.shapes == {"W": (3, 2), "x": (2,)}
    assert graph.list.ops[graph.list.outputs[0]].name == "matmul"


def test_transposes() -> None:
    graph = Graph.parse(r"\sigma(\theta^\top x)", mode="latex")
    assert graph.evaluate({"theta": 0, "x": 1}) == 0.5
    shaped = r"x \in \mathbb{R}^2; x^{\mathsf{T}} x + x^T x + x^\intercal x"
    graph = Graph.parse(shaped, mode="latex")
    assert [op.name for op in graph.list.ops].count("matmul") == 1
    assert [note.reading for note in graph.notes] == ["the transpose"]


def test_places_are_those_of_the_latex_text() -> None:
    program = read(r"t = \frac{x}{2}; J = \cos{t}", mode="latex")
    first, second = program.assignments
    assert first.body == Span(4, 15)
    division = program.items[first.root]
    assert (division.what, division.span) == ("div", Span(9, 15))
    assert program.items[second.root].span == Span(21, 28)
    assert program.spellings == {"t": "t", "J": "J", "x": "x"}


def test_braces_that_are_read_as_brackets_are_noted() -> None:
    notes = read("{x+1}^2", mode="latex").notes
    assert [(note.found, note.reading) for note in notes] == [("{x+1}", "(x+1)")]
    assert read(r"\frac{x+1}{2}^{2}", mode="latex").notes == ()


def test_choices_can_be_switched() -> None:
    note = read(r"\sin \frac{x}{2} y", mode="latex").notes[0]
    switched = {note.key: note.alternative}
    assert written(r"\sin \frac{x}{2} y", mode="latex", readings=switched) == "(sin((x/2))*y)"


def test_declared_names_win() -> None:
    assert latex("rate") == "rate"
    assert written("mgh", mode="latex", declared=["m", "g", "h"]) == "((m*g)*h)"
    assert written(r"\mathrm{e}^x", mode="latex", declared=["e"]) == "(e^x)"


REFUSED = [
    # LaTeX, place, a word of the message
    (r"\write18{touch x}", 0, r"\write"),
    (r"x + \input{x}", 4, r"\input"),
    (r"\csname input\endcsname{x}", 0, r"\csname"),
    (r"\def\x{y}", 0, r"\def"),
    (r"\catcode`\%=12", 0, r"\catcode"),
    (r"\operatorname{open}('f','w')", 20, "cannot be read"),
    (r"\begin{matrix}x", 0, "matrix"),
    (r"\begin{aligned} x", 0, "never closed"),
    (r"x \end{aligned}", 2, "begun"),
    (r"\begin{aligned} x \end{align}", 18, "begun"),
    ("$x", 0, "never closed"),
    (r"x \)", 2, "closes nothing"),
    ("x & y", 2, "&"),
    (r"x \\ y", 5, "no name"),
    ("\\", 0, "missing"),
    ("x -", 2, "missing"),
    (r"\frac{x}{", 8, "never closed"),
    (r"\frac{x}", 7, "operand"),
    (r"\frac{}{2}", 6, "nothing"),
    (r"\frac{x+}{2}", 8, "behind"),
    (r"\frac{(}{)}", 6, "never closed"),
    (r"\sqrt", 4, "operand"),
    (r"\sqrt[]{x}", 6, "degree"),
    ("{x", 0, "never closed"),
    ("x}", 1, "never opened"),
    ("(x]", 2, "cannot close"),
    ("x)", 1, "never opened"),
    ("(x", 0, "never closed"),
    (r"\left(x", 0, "never closed"),
    (r"\left(x)", 7, "cannot close"),
    (r"\left. x \right|", 0, "No bracket"),
    ("|x", 0, "never closed"),
    (r"\lvert x|", 0, "never closed"),
    ("x_12", 3, "first digit"),
    ("x^12", 3, "first digit"),
    ("x^-1", 2, "braces"),
    ("x^(2)", 2, "braces"),
    ("x^2^3", 3, "second power"),
    ("x_1_2", 3, "second subscript"),
    ("(x)^2_1", 5, "no name"),
    (r"x_3^2_1", 5, "no name"),
    ("(x)_1", 3, "no name"),
    ("x_{a+b}", 4, "subscript"),
    ("x_{", 2, "subscript"),
    ("x^", 1, "missing"),
    (r"\sin{x}^2", 7, "function or"),
    (r"\sin^{-1} x", 6, "inverse"),
    (r"\sin_2 x", 4, "subscript"),
    (r"\log_3 x", 0, "brackets"),
    (r"f'(x)", 0, "derivative"),
    (r"\frac{dy}{dx}", 0, "Derivatives"),
    (r"2\frac{d}{dx} x^2", 1, "Derivatives"),
    (r"\frac{\partial^2 J}{\partial x_1^2}", 0, "Derivatives"),
    (r"\partial x", 0, "derivatives"),
    (r"\int x", 0, "derivatives"),
    (r"x + \dots + y", 4, "every term"),
    (r"x \le 2", 0, "condition"),
    (r"x^\circ", 2, "radians"),
    (r"\sum_{j} x_j", 0, "no bounds"),
    (r"\sum x", 0, "no bounds"),
    (r"\sum_{j=0}^{n} x_j", 12, "whole numbers"),
    (r"\sum_{j=0}^{2}", 14, "nothing"),
    (r"\sum_{0}^{2} x", 0, "no index"),
    (r"\sum_{j=0}^{1/2} x", 12, "whole numbers"),
    (r"\hat{\hat{\hat{\hat{x}}}}", 15, "inside each other"),
    (r"\hat{x+y}", 0, "more than a name"),
    (r"\hat{2}", 0, "no name"),
    (r"\text{ and } x", 0, "cannot stand"),
    (r"\mathbf{x} + x", 13, "two styles"),
    (r"\varphi + \phi", 10, "two styles"),
    (r"\foo x", 0, r"\foo"),
    (r"\langle x \rangle", 0, "product"),
    (r"\mathbb{R}", 0, "shape"),
    ("x#1", 1, "cannot be read"),
    (r"1{,}5", 1, "point"),
    (r"\mathrm{max}_i x_i", 12, "subscript"),
    (r"\frac{dLoss}{d\hat{y}}", 0, "Derivatives"),
    (r"\operatorname{diag}^{-1/2}(Q)", 0, "no known function"),
    (r"f(2) = x", 0, "defined"),
]


@pytest.mark.parametrize(("text", "place", "word"), REFUSED)
def test_refusal_says_where_what_and_what_is_allowed(text: str, place: int, word: str) -> None:
    with pytest.raises(ParseError) as caught:
        read(text, mode="latex")
    error = caught.value
    assert (error.position, word in error.message) == (place, True), error.message
    assert error.allowed


LIMIT_CASES = [
    ("{" * 2_000 + "x" + "}" * 2_000, 200, "inside each other"),
    ("(" * 1_000 + "x" + ")" * 1_000, 200, "inside each other"),
    (r"\frac{1}{" * 1_000 + "x" + "}" * 1_000, 200 * 9 + 5, "inside each other"),
    (r"\left|" * 1_000 + "x" + r"\right|" * 1_000, 200 * 6, "inside each other"),
    ("x^{" * 1_000 + "x" + "}" * 1_000, 602, "inside each other"),
    (r"\hat" * 4_000 + "x", 12, "inside"),
    ("-" * 10_000 + "x", 200, "inside each other"),
    ("x" * 20_001, LIMITS.characters, "characters"),
    ("1" * 1_001, 1_000, "digits"),
    ("x_{" + "a" * 200 + "}", 0, "characters in a name"),
    (r"\sum_{j=0}^{5000} x_j", 8, "terms"),
    (r"\sum_{j=1}^{900} \sum_{i=1}^{900} x_i y_j", 0, "nodes"),
]


@pytest.mark.parametrize(("text", "place", "what"), LIMIT_CASES)
def test_limits_name_the_place_where_they_are_passed(text: str, place: int, what: str) -> None:
    with pytest.raises((LimitError, ParseError)) as caught:
        read(text, mode="latex")
    assert (caught.value.position, what in caught.value.message) == (place, True), str(caught.value)


def test_what_is_just_within_the_limits_is_read() -> None:
    for text in (
        "{" * 200 + "x" + "}" * 200,
        r"\frac{1}{" * 199 + "x" + "}" * 199,
        "x^{" * 200 + "x" + "}" * 200,
        r"\sqrt{" * 200 + "x" + "}" * 200,
        "+".join(["x"] * 4_999),
    ):
        read(text, mode="latex")


def test_there_are_two_modes() -> None:
    with pytest.raises(GraphError, match="text, latex"):
        Graph.parse("x", mode="tex")  # type: ignore[arg-type]
