"""The table of readings, row by row, and how operators bind."""

from __future__ import annotations

from fractions import Fraction

import pytest

from chainrule import parse
from chainrule.errors import ParseError
from chainrule.language import read
from tests.language.walk import FUNCTIONS, written


def reads(text: str, *declared: str, **readings: str) -> str:
    return written(text, declared=declared, readings=readings, operations=FUNCTIONS)


def notes(text: str, *declared: str) -> list[tuple[str, str]]:
    program = read(text, declared=declared, operations=FUNCTIONS)
    return [(note.found, note.reading) for note in program.notes]


AS_PEOPLE_WRITE = [
    ("cos(sin(x^2)+3x^2)", "cos((sin((x^2))+(3*(x^2))))"),
    ("2sin x cos y", "((2*sin(x))*cos(y))"),
    ("sin^2(x)", "(sin(x)^2)"),
    ("sin²(x)", "(sin(x)^2)"),
    ("sin^2 2x", "(sin((2*x))^2)"),
    ("sin^n(x)", "(sin(x)^n)"),
    ("e^-x", "(e^neg(x))"),
    ("ln(1+e^(-a))", "log((1+(e^neg(a))))"),
    ("|x|", "abs(x)"),
    ("|x-|y||", "abs((x-abs(y)))"),
    ("2|x|y", "((2*abs(x))*y)"),
    ("|x||y|", "(abs(x)*abs(y))"),
    ("||x|-y|", "abs((abs(x)-y))"),
    ("sin |x|", "sin(abs(x))"),
    ("|sin x|", "abs(sin(x))"),
    ("max(|x|, y)", "max(abs(x), y)"),
    ("√x", "sqrt(x)"),
    ("√(x+1)", "sqrt((x+1))"),
    ("√(x)^2", "(sqrt(x)^2)"),
    ("2√2", "(2*sqrt(2))"),
    ("√x^2 y", "(sqrt((x^2))*y)"),
    ("x²", "(x^2)"),
    ("x²³", "(x^23)"),
    ("x⁻¹", "(x^-1)"),
    ("xⁿ", "(x^n)"),
    ("Wᵀ @ x", "(transpose(W)@x)"),
    ("3·x", "(3*x)"),
    ("3 × x ÷ 2", "((3*x)/2)"),
    ("x − 1", "(x-1)"),
    ("x**2", "(x^2)"),
    ("½x", "(½*x)"),
    ("W2 @ tanh(W1 @ x + b1) + b2", "((W2@tanh(((W1@x)+b1)))+b2)"),
    ("x min(6, max(0, x + 3))/6", "((x*min(6, max(0, (x+3))))/6)"),
    ("-32/5*G^4/c^5*(m1 m2)^2", "(((((-32)/5)*(G^4))/(c^5))*((m1*m2)^2))"),
]

BINDING = [
    ("-x^2", "neg((x^2))"),
    ("2^3^2", "(2^(3^2))"),
    ("1/2x", "((1/2)*x)"),
    ("a/b c/d", "(((a/b)*c)/d)"),
    ("2x^2", "(2*(x^2))"),
    ("-3x", "((-3)*x)"),
    ("-3^2", "neg((3^2))"),
    ("x^-3^2", "(x^neg((3^2)))"),
    ("2*-3", "(2*(-3))"),
    ("a/-b*c", "((a/neg(b))*c)"),
    ("-a*b", "neg((a*b))"),
    ("-a/b + c", "(neg((a/b))+c)"),
    ("a - -b", "(a-neg(b))"),
    ("--3", "neg((-3))"),
    ("+x", "x"),
    ("2^-x^2", "(2^neg((x^2)))"),
    ("x²^3", "((x^2)^3)"),
    ("2^x²", "(2^(x^2))"),
    ("x^2y", "((x^2)*y)"),
    ("sin 2x cos y", "(sin((2*x))*cos(y))"),
    ("sin x * cos x", "(sin(x)*cos(x))"),
    ("sin x / cos x", "(sin(x)/cos(x))"),
    ("-sin x cos y", "neg((sin(x)*cos(y)))"),
    ("sin ln x cos y", "(sin(log(x))*cos(y))"),
    ("sin x + 1", "(sin(x)+1)"),
    ("max(sin x, y)", "max(sin(x), y)"),
    ("sin x^2", "sin((x^2))"),
    ("sin(x)^2", "(sin(x)^2)"),
    ("sin(x) y", "(sin(x)*y)"),
    ("sin -x", "sin(neg(x))"),
    ("sin -3", "sin((-3))"),
    ("a/sin x cos y", "((a/sin(x))*cos(y))"),
    ("2^sin x + 1", "((2^sin(x))+1)"),
]

NAMES = [
    ("E*I + gamma", ("E", "I", "gamma"), "((E*I)+gamma)"),
    ("if*2 + lambda", ("if", "lambda"), "((if*2)+lambda)"),
    ("e*2 + 1", ("e",), "((e*2)+1)"),
    ("2e+1", ("e",), "((2*e)+1)"),
    ("2e3", ("e3",), "(2*e3)"),
    ("sin(x)", ("sin", "x"), "(sin*x)"),
    ("σ(z)", ("σ", "z"), "(sigma*z)"),
    ("xy", ("xy",), "xy"),
    ("xy", ("x", "y"), "(x*y)"),
    ("2pift", ("f", "t"), "(((2*pi)*f)*t)"),
    ("xye^x", ("x", "y"), "((x*y)*(e^x))"),
    ("x_iy_i", ("x_i", "y_i"), "(x_i*y_i)"),
    ("x10", ("x1",), "x10"),
    ("k(x+1)", ("k", "x"), "(k*(x+1))"),
    ("x^2 + x(y+1)", (), "((x^2)+(x*(y+1)))"),
    ("2e^x", (), "(2*(e^x))"),
    ("2e-x", (), "((2*e)-x)"),
    ("1e3x", (), "(1e3*x)"),
    ("2πr", (), "((2*pi)*r)"),
    ("pi_ + True_ + E_n + k_G", (), "(((pi_+True_)+E_n)+k_G)"),
    ("x1 + x_1 + x₁", (), "((x1+x1)+x1)"),
    ("θ₀ + theta_0 + theta0", (), "((theta0+theta0)+theta0)"),
    ("x_ab + y_hat", (), "(x_ab+y_hat)"),
    ("x_1x_2", (), "(x1*x2)"),
    ("m1m2", (), "(m1*m2)"),
    ("Δx", (), "(Delta*x)"),
    ("thetax", (), "(theta*x)"),
    ("2pix", (), "((2*pi)*x)"),
    ("xe^x", (), "(x*(e^x))"),
    ("xy", (), "(x*y)"),
    ("xy1", (), "(x*y1)"),
    ("rate*2", (), "(rate*2)"),
    ("oo + None", (), "((o*o)+None)"),
    ("σ(z) + σ^2", (), "(sigmoid(z)+(sigma^2))"),
    ("sigma(z)", (), "sigmoid(z)"),
    ("𝑥 + ｘ", (), "(x+x)"),
]


@pytest.mark.parametrize(("text", "reading"), AS_PEOPLE_WRITE + BINDING)
def test_formula(text: str, reading: str) -> None:
    assert reads(text) == reading.replace("^-1", "^(-1)")


@pytest.mark.parametrize(("text", "declared", "reading"), NAMES)
def test_letters(text: str, declared: tuple[str, ...], reading: str) -> None:
    assert reads(text, *declared) == reading


CHOICES = [
    ("1/2x", "left:1/2", "product first", "(1/(2*x))"),
    ("1/2x y*z", "left:1/2", "product first", "((1/((2*x)*y))*z)"),
    ("e^2x", "left:e^2", "product first", "(e^(2*x))"),
    ("e^xy", "left:e^x", "product first", "(e^(x*y))"),
    ("e^-2x", "left:e^-2", "product first", "(e^((-2)*x))"),
    ("sin x y", "function:sinx", "first factor", "(sin(x)*y)"),
    ("sin x/2", "function:sinx", "first factor", "(sin(x)/2)"),
    ("sin 2x y", "function:sin2x", "first factor", "(sin((2*x))*y)"),
    ("√x^2", "root:√x", "root first", "(sqrt(x)^2)"),
    ("xy", "letters:xy", "one name", "xy"),
    ("x1y1", "letters:x1y1", "one name", "x1y1"),
    ("rate", "letters:rate", "product", "(((r*a)*t)*e)"),
    ("2e+1", "exponent:2e+1", "product", "((2*e)+1)"),
    ("σ(z) + σ", "letters:σ", "product", "((sigma*z)+sigma)"),
]


@pytest.mark.parametrize(("text", "key", "option", "reading"), CHOICES)
def test_every_choice_is_offered_both_ways(text: str, key: str, option: str, reading: str) -> None:
    usual = read(text, operations=FUNCTIONS)
    note = next(note for note in usual.notes if note.key == key)
    assert note.alternative == option
    assert reads(text, **{key: option}) == reading != reads(text)
    switched = read(text, operations=FUNCTIONS, readings={key: option})
    back = next(note for note in switched.notes if note.key == key)
    assert reads(text, **{key: back.alternative}) == reads(text)


def test_notes_say_what_was_found_and_how_it_is_read() -> None:
    assert notes("1/2x") == [("1/2x", "(1/2)·x")]
    assert notes("xy + rate") == [("xy", "x·y"), ("rate", "the name rate")]
    assert notes("k(x+1)", "k") == [("k(", "k·(…)")]
    assert notes("e^2x") == [("e^2x", "(e^2)·x")]
    assert notes("sin x y") == [("sin x y", "sin(x y)")]
    assert notes("𝑥+1") == [("𝑥", "x")]


def test_what_everybody_reads_alike_is_not_noted() -> None:
    for text in ("2x", "sin 2x cos y", "x^2y", "2e^x", "(a+b)(a-b)", "x1 x2", "θ x", "e^x y"):
        assert notes(text) == []


def test_one_misspelt_function_may_be_a_name_by_choice() -> None:
    assert reads("cost*2", **{"letters:cost": "one name"}) == "(cost*2)"


SUGGESTIONS = [
    ("sinx", "sin x"),
    ("2sinx+1", "2sin x+1"),
    ("sin2x", "sin 2x"),
    ("lnx", "ln x"),
    ("cosθ", "cos θ"),
    ("sinpix", "sin pix"),
    ("tanhx", "tanh x"),
    ("cost", "cos t"),
    ("xsin(x)", "x sin(x)"),
    ("sim(x)", "sin(x)"),
    ("sni(x)", "sin(x)"),
    ("Sin(x)", "sin(x)"),
    ("SIN x", "sin x"),
    ("sinx + cosx", "sin x + cos x"),
    ("w_j x_j, j = 1..3", "sum(w_j x_j, j=1..3)"),
    ("(x]", "(x)"),
    ("t := x", "t = x"),
    ("hello world", "hello*world"),
    ("1,5", "1.5"),
    ("sin(1,5)", "sin(1.5)"),
    ("x(y+1)", "x*(y+1)"),
    ("t = x^2 u = sin(t)", "t = x^2; u = sin(t)"),
    ("Α+A", "A+A"),
]


@pytest.mark.parametrize(("text", "suggestion"), SUGGESTIONS)
def test_errors_suggest_a_corrected_text(text: str, suggestion: str) -> None:
    with pytest.raises(ParseError) as caught:
        read(text, operations=FUNCTIONS)
    assert caught.value.suggestion == suggestion


def test_parameters_stand_behind_the_operands() -> None:
    assert written("relu(x, slope=-1/10)") == "relu(x, slope=-1/10)"
    for text in ("relu(slope=1)", "relu(x, slop=1)", "relu(x, slope=y)", "relu(x, slope=1/0)"):
        with pytest.raises(ParseError):
            read(text)


@pytest.mark.parametrize(
    "text", ["step(x, at=1)", "elu(x, alpha=0.5, at=1/2)", "leaky_relu(x, slope=0.1, at=1)"]
)
def test_parameters_are_typed_as_the_reference_says(text: str) -> None:
    chosen = dict(part.split("=") for part in text.rstrip(")").split(", ")[1:])
    (node,) = (n for n, op in enumerate(parse(text).list.ops) if op.parameters)
    held = parse(text).list.parameters_of(node)
    assert {name: float(held[name]) for name in chosen} == {
        name: float(Fraction(value)) for name, value in chosen.items()
    }


def test_a_word_of_the_language_stays_one_where_no_parameter_is_given() -> None:
    with pytest.raises(ParseError, match="`at` cannot stand here"):
        parse("sin(x at)")
