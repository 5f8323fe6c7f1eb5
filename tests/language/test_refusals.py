"""What is refused: with the place, what was found and what is allowed."""

from __future__ import annotations

import pytest

from chainrule.errors import InputError, LimitError, ParseError
from chainrule.language import LIMITS, read
from chainrule.language.build import build
from tests.language.walk import FUNCTIONS

REFUSED = [
    # text, place, a word of the message
    ("", 0, "no formula"),
    ("\n\n", 0, "no formula"),
    (";;;", 0, "no formula"),
    ("# only this", 0, "no formula"),
    ("x + * 2", 4, "behind"),
    ("* x", 0, "begin"),
    ("x -", 2, "missing"),
    ("(x", 0, "never closed"),
    ("(|x)", 1, "never closed"),
    ("x)", 1, "never opened"),
    ("|x", 0, "never closed"),
    ("()", 1, "nothing"),
    ("sin()", 4, "nothing"),
    ("sin + 1", 0, "operand"),
    ("sin - 1", 0, "operand"),
    ("2 sin", 2, "operand"),
    ("sin^-1 x", 4, "inverse"),
    ("sin⁻¹(x)", 3, "inverse"),
    ("sin^(2)(x)", 3, "power"),
    ("foo(x)", 0, "foo"),
    ("x(y+1)", 0, "bracket"),
    ("sin(x, y)", 5, "takes 1 operand"),
    ("atan2(x)", 7, "takes 2 operands"),
    ("x,", 1, "comma"),
    ("(x, y)", 2, "comma"),
    ("1.2.3", 0, "two points"),
    ("2 .5", 2, "Two numbers"),
    ("2 3", 2, "Two numbers"),
    ("x 2", 2, "number"),
    ("(x+1)2", 5, "number"),
    ("x₁2", 0, "number"),
    ("0x10", 0, "base"),
    ("0b11", 0, "base"),
    ("1_000", 0, "_"),
    ("0..2", 0, "points"),
    ("...", 0, "point"),
    ("x.y", 1, "point"),
    ("f''(x)", 0, "derivative"),
    ("sin'(x)", 0, "derivative"),
    ("y = x^2; z = y'", 13, "derivative"),
    ("d/dx", 0, "missing"),
    ("dy/dx = x", 0, "derivatives"),
    ("dy/dx", 0, "derivative"),
    ("x + d/dx x", 4, "derivative"),
    ("d^2/dx^2", 0, "derivative"),
    ("x!!", 1, "double"),
    ("x%2", 1, "per cent"),
    ("x & 1", 2, "logical"),
    ("x < 1", 0, "condition"),
    ("x == 2", 0, "condition"),
    ("x if y > 0", 2, "else"),
    ("x else y", 2, "cannot stand"),
    ("(x < 1) + 1", 0, "condition"),
    ("f.x(y)", 1, "point"),
    ("x.foo()", 1, "point"),
    ("c += x", 0, "no value"),
    ("integral x", 0, "not computed"),
    ("hello world", 0, "several words"),
    ("x of y", 2, "of"),
    ("[1, 2]", 2, "vector"),
    ("x[a]", 1, "entry"),
    ("(x]", 2, "cannot close"),
    ("y = w_j x_j, j = 1..3", 13, "runs"),
    ("t := x", 2, ":="),
    ("\\foo x", 0, "\\foo"),
    ('"x"', 0, "quotes"),
    ("__import__", 0, "letter"),
    ("x + __y", 4, "letter"),
    ("x \x1b[2J", 2, "character"),
    ("x\u200b+1", 1, "zero width space"),
    ("х+1", 0, "cyrillic"),
    ("x + а", 4, "cyrillic"),
    ("Α+A", 0, "look the same"),
    ("x ∞", 2, "infinity"),
    ("f(2) = x^2", 0, "defined"),
    ("f() = x^2", 0, "defined"),
    ("f(x+1) = x", 0, "defined"),
    ("f(x, x) = x y", 5, "twice"),
    ("f(x) = x; f(x) = 2", 10, "twice"),
    ("f(x) = x; f = 2", 10, "twice"),
    ("f(x) = x; J = f", 14, "without its operands"),
    ("f(x) = x; J = f^2(x)", 14, "without its operands"),
    ("f(x) = x; J = f(a, b)", 17, "takes 1 operand"),
    ("f(x, y) = x y; J = f(a)", 22, "takes 2 operands"),
    ("f(x) = f(x-1); J = f(3)", 0, "line 1 is defined by itself"),
    ("J = f(1)\nf(x) = g(x)\ng(x) = f(x)", 9, "f (line 2) uses g (line 3)"),
    ("f(x) = x + J; J = f(1)", 14, "itself"),
    ("1 .. 2", 2, "points"),
    ("sum(x_j, j=0..n)", 14, "whole numbers"),
    ("sum(x_j, j=n..2)", 11, "whole numbers"),
    ("sum(x_j, j=0..2.5)", 14, "whole numbers"),
    ("sum(x_j, j=0)", 12, "not complete"),
    ("sum(x_j, j=0..2*1)", 15, "behind the bounds"),
    ("sum(x_j, j=3..2)", 11, "no terms"),
    ("sum(x_e, e=0..2)", 9, "index"),
    ("sum(x, rate=0..2)", 7, "index"),
    ("sum(w_kj, j=0..2)", 4, "beside other letters"),
    ("sum(sum(w_ij, i=8..12), j=0..2)", 8, "run together"),
    ("sum(x_j, j=-1..1)", 4, "would be -1"),
    ("sum(, j=0..2)", 12, "nothing"),
    ("sum(x_j, y_j, j=0..2)", 7, "operand"),
    ("a, b = x, y", 0, "Several names"),
    ("x y = 2", 0, "one name"),
    ("x^2 = 2", 0, "one name"),
    ("= x", 0, "before ="),
    ("t =", 2, "behind ="),
    ("a = b = c", 4, "second assignment"),
    ("t = x^2 u = sin(t)", 8, "second assignment"),
    ("t = x\nt = 2", 6, "lines 1 and 2"),
    ("x_1 = 2; x1 = 3", 9, "twice"),
    ("t = t + 1", 0, "itself"),
    ("x; y", 3, "no name"),
    ("t = x; global t; J = t", 7, "no name"),
    ("x: 2; x: 3; x", 6, "twice"),
    ("x: 2; x = 3", 6, "shape"),
    ("W: a; W", 3, "shape"),
    ("W: 2x3x4x5x6; W", 3, "shape"),
    ("W: 2x", 3, "shape"),
    ("W: 0; W", 3, "0"),
    ("x: y: 2", 3, "shape"),
    ("x^²", 2, "behind"),
    ("x⁺", 1, "raised"),
]


@pytest.mark.parametrize(("text", "place", "word"), REFUSED)
def test_refusal_says_where_what_and_what_is_allowed(text: str, place: int, word: str) -> None:
    with pytest.raises(ParseError) as caught:
        read(text, operations=FUNCTIONS)
    error = caught.value
    assert error.position == place
    assert word in error.message
    assert error.allowed


OF_ALL_FUNCTIONS = [
    ("where(x, y)", 10, "3 operands"),
    ("where(x < 1, y < 1, 2)", 13, "condition"),
    ("np.where(x, 1, 2)", 9, "no condition"),
    ("F.leaky_relu(x)", 0, "slope"),
    (" and ".join(["where(x > 0", *["x > 1"] * 60]) + ", 1, 2)", 0, "comparisons"),
]


@pytest.mark.parametrize(("text", "place", "word"), OF_ALL_FUNCTIONS)
def test_functions_that_are_refused(text: str, place: int, word: str) -> None:
    with pytest.raises((ParseError, LimitError)) as caught:
        build(read(text))
    assert (caught.value.position, word in caught.value.message) == (place, True)


def test_a_circle_names_the_lines() -> None:
    with pytest.raises(ParseError, match=r"b \(line 2\) uses c \(line 3\) uses b"):
        read("J = x\nb = c\nc = b")


@pytest.mark.parametrize(("word", "near"), [("zzz", "cos"), ("softpuls2", "softplus")])
def test_functions_that_are_alike_are_listed(word: str, near: str) -> None:
    with pytest.raises(ParseError) as caught:
        read(f"{word}(x)")
    allowed = caught.value.allowed
    assert near in allowed and "chainrule ops" in allowed
    assert len(allowed) < 200


def test_messages_show_at_most_forty_characters_of_the_input() -> None:
    long = "q" * 90
    for text in (
        f"{long}(x)",
        f"{long} = x; {long} = 2",
        f"{long}({long}, 2) = 2",
        f"x {long} = 1",
    ):
        with pytest.raises(ParseError) as caught:
            read(text)
        assert "q" * 41 not in caught.value.message + caught.value.allowed + caught.value.found


DOUBLINGS = "; ".join([*(f"f{i}(x)=f{i - 1}(f{i - 1}(x))" for i in range(1, 60)), "J=2f59(x)"])
LIMIT_CASES = [
    ("x" * 30_000, LIMITS.characters, "characters"),
    (";" * 100_000, LIMITS.characters, "characters"),
    ("(" * 10_000 + "x" + ")" * 9_999, 200, "inside each other"),
    ("-" * 19_999 + "x", 200, "inside each other"),
    ("|" * 10_000, 200, "inside each other"),
    ("^".join(["x"] * 9_000), 401, "inside each other"),
    ("sin(" * 1_000 + "x" + ")" * 1_000, 800, "inside each other"),
    ("sin " * 1_000 + "x", 800, "inside each other"),
    ("√" * 10_000 + "x", 200, "inside each other"),
    ("1" * 1_001, 1_000, "digits"),
    ("x + 1e999999", 6, "digits"),
    ("x + 1e-1001", 6, "digits"),
    ("x" + "²" * 1_001, 1_001, "digits"),
    ("x " * 6_000, 10_000, "nodes"),
    ("x + " + "a" * 101, 104, "characters in a name"),
    ("W: 200x200; W", 3, "entries"),
    ("sum(x_j, j=0..1000)", 11, "terms"),
    ("sum(sum(x_i y_j, i=1..900), j=1..900)", 0, "nodes"),
    (f"f0(x)=x+x+x+x; {DOUBLINGS}", len(f"f0(x)=x+x+x+x; {DOUBLINGS}") - 6, "nodes"),
    (f"f0(x)=x; {DOUBLINGS}", len(f"f0(x)=x; {DOUBLINGS}") - 6, "calls"),
]


@pytest.mark.parametrize(("text", "place", "what"), LIMIT_CASES)
def test_limits_name_the_place_where_they_are_passed(text: str, place: int, what: str) -> None:
    with pytest.raises(LimitError) as caught:
        read(text)
    assert caught.value.position == place
    assert what in caught.value.message


def test_what_is_just_within_the_limits_is_read() -> None:
    for text in (
        "(" * 200 + "x" + ")" * 200,
        "-" * 200 + "x",
        "+".join(["x"] * 4_999),
        "1" * 1_000,
        "1e999",
        "\n".join(f"t{i} = t{i - 1} + 1" for i in range(1, 1_000)),
        "\n".join(f"t{i} = t{i - 1} + 1" for i in range(1_000, 0, -1)),
    ):
        read(text)


def test_every_refusal_is_of_the_family() -> None:
    assert issubclass(ParseError, InputError)
    assert issubclass(LimitError, InputError)
