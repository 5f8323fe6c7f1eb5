"""Promise 8: your name is your name.

A declared name, or one that is given a value, is a variable, whatever else it could mean. Only
`e` and `pi`/`π` are constants, unless declared. Look-alike names in one formula are refused or
pointed out.
"""

from __future__ import annotations

import builtins
import keyword
import random

import pytest

import chainrule
from chainrule import InputError
from chainrule.language import canonical
from chainrule.ops import OPS

NAMES = (
    "E",
    "I",
    "S",
    "N",
    "Q",
    "O",
    "C",
    "beta",
    "gamma",
    "lambda",
    "zeta",
    "if",
    "x1",
    "x_1",
    "e",
    "pi",
    "π",
    "i",
    "j",
    "oo",
    "nan",
    "inf",
    "True",
    "None",
    "sin",
    "cos",
    "log",
    "max",
    "exp",
    "relu",
    "sum",
    "x_hat",
    "θ₀",
    "theta_0",
    "W1",
    "print",
    "eval",
    "self",
    "f",
    "d",
    "mod",
    "re",
)
PAIRS = (
    ("a", "\N{CYRILLIC SMALL LETTER A}"),
    ("x", "\N{CYRILLIC SMALL LETTER HA}"),
    ("o", "\N{GREEK SMALL LETTER OMICRON}"),
    ("A", "\N{GREEK CAPITAL LETTER ALPHA}"),
    ("p", "\N{CYRILLIC SMALL LETTER ER}"),
    ("c", "\N{CYRILLIC SMALL LETTER ES}"),
)


@pytest.mark.parametrize("name", NAMES)
def test_a_declared_name_is_a_variable(name: str) -> None:
    graph = chainrule.parse(f"{name}^2 + 3*{name}", declared=[name])
    assert graph.variables == (canonical(name),)
    assert graph.gradient({name: 5}) == {canonical(name): 13.0}


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_is_given_a_value_is_that(name: str) -> None:
    graph = chainrule.parse(f"J = {name}*{name}\n{name} = 2*k")
    assert graph.variables == ("k",)
    assert graph.gradient({"k": 3}) == {"k": 24.0}


def test_names_of_operations_and_of_python_can_be_declared(sample_seed: int) -> None:
    draw = random.Random(sample_seed)
    spelled = [word for word in OPS.spelled if word.isidentifier() and canonical(word)]
    for name in draw.sample([*spelled, *keyword.kwlist, *dir(builtins)], 60):
        if name.startswith("_"):
            continue
        graph = chainrule.parse(f"2*{name}", declared=[name])
        assert graph.gradient({name: 1}) == {canonical(name): 2.0}, name


def test_only_e_and_pi_are_constants() -> None:
    for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdfghijklmnopqrstuvwxyzαβγδεζηθλμνξρστφχψω":
        assert chainrule.parse(letter).variables == (canonical(letter),), letter
    assert chainrule.parse("e + pi + π").variables == ()


@pytest.mark.parametrize(("latin", "other"), PAIRS, ids=lambda c: f"U+{ord(c):04X}")
def test_look_alikes_are_refused_or_pointed_out(latin: str, other: str) -> None:
    text = f"{latin}*2 + {other}"
    try:
        graph = chainrule.parse(text)
    except InputError as error:
        assert text[error.position] == other
        assert error.allowed
    else:
        assert len(graph.variables) == 2
        assert any(other in note.found for note in graph.notes)
