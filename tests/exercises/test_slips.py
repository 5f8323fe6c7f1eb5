"""Mistakes and slips of hand have names, and random wrong numbers hardly ever get one."""

from __future__ import annotations

import math
import random
from fractions import Fraction

import pytest

import chainrule
from tests.exercises.by_hand import CONTEXT, read
from tests.exercises.classes import PROGRAMS, Class, Pencil, drawn_program, filled, is_plain

LECTURE = "J = cos(u); u = u1 + u2; u1 = sin(t); u2 = 3t; t = x^2"
# At 1.2, by hand: t = 1.44, u1 = sin 1.44, u2 = 3 · 1.44, u = u1 + u2.
RIGHT = {"value:t": "1.44", "value:u1": "0.9915", "value:u2": "4.32", "value:u": "5.311"}


@pytest.mark.parametrize(
    ("cell", "words", "reason"),
    [
        ("value:u1", "9.915", "decimal"),
        ("value:u2", "0.0432", "decimal"),
        ("value:u1", "0.9195", "transposed"),
        ("value:u2", "-4.32", "sign"),
    ],
)
def test_slips_of_hand_are_told(cell: str, words: str, reason: str) -> None:
    report = chainrule.mark(LECTURE, {"x": "1.2"}, {**RIGHT, cell: words})
    assert report.cells[cell] == "wrong" and report.misconceptions[cell] == ()
    assert report.reasons[cell] == reason
    (told,) = (f for f in report.feedback().findings if f.cell == cell)
    assert told.said.endswith("?") and words not in told.said


def test_two_cells_that_changed_places_are_told() -> None:
    swapped = RIGHT | {"value:u1": "4.32", "value:u2": "0.9915"}
    report = chainrule.mark(LECTURE, {"x": "1.2"}, swapped)
    assert report.reasons["value:u1"] == "exchanged"
    for other in ("4.32", "7"):  # the number of u1 stands nowhere: nothing changed places
        half = chainrule.mark(LECTURE, {"x": "1.2"}, swapped | {"value:u2": other})
        assert half.reasons.get("value:u1") != "exchanged"


# At 1.2: u = sin t + 3t; the shares that reach t are −sin u · cos t and −sin u · 3.
T = 1.44
U = math.sin(T) + 3 * T
ONE, OTHER = -math.sin(U) * math.cos(T), -math.sin(U) * 3
NAMED = [
    ("value:u1", math.sin(math.radians(T)), "degrees"),
    ("partial:u1,t", math.cos(math.radians(T)), "degrees"),
    ("partial:J,u", -math.sin(math.radians(U)), "degrees"),
    ("value:u1", math.sin(1.2), "wrong-variable"),
    ("partial:u1,t", math.cos(1.2), "wrong-variable"),
    ("partial:t,x", 2, "half-of-power-rule"),
    ("partial:t,x", 1.2, "half-of-power-rule"),
    ("partial:t,x", 1.2**3 / 3, "integrated"),
    ("partial:u1,t", -math.cos(T), "sign-added"),
    ("partial:u2,t", 0, "constant-factor"),
    ("partial:u2,t", T, "constant-factor"),
    ("partial:u2,t", 1.5 * T**2, "integrated"),
    ("partial:u,u1", 3 * T, "sum-for-product"),
    ("value:u", math.sin(T) * 3 * T, "sum-for-product"),
    ("value:u2", 3 + T, "sum-for-product"),
    ("adjoint:t", ONE * OTHER, "shares-multiplied"),
    ("adjoint:t", (ONE + OTHER) / 2, "shares-averaged"),
    ("adjoint:t", OTHER - ONE, "shares-subtracted"),
    ("adjoint:t", OTHER / ONE, "shares-divided"),
    ("adjoint:x", ONE + OTHER + 2.4, "factors-not-multiplied"),
    ("adjoint:x", (ONE + OTHER) / 2.4, "factors-not-multiplied"),
    ("share:u1,t", -math.sin(U) + math.cos(T), "factors-not-multiplied"),
]


@pytest.mark.parametrize(("cell", "number", "name"), NAMED)
def test_known_mistakes_have_names(cell: str, number: float, name: str) -> None:
    report = chainrule.mark(LECTURE, {"x": "1.2"}, {cell: f"{number:.4g}"})
    assert report.cells[cell] == "wrong" and name in report.misconceptions[cell]


# One line of several operations: a = 2 sin(x² + 1), so a′ = 4x cos(x² + 1).
INSIDE = [
    ("value:a", 2 * math.sin(math.radians(2.44)), "degrees"),
    ("value:a", 2 * math.sin(1.2), "wrong-variable"),
    ("partial:a,x", 4.8 * math.cos(math.radians(2.44)), "degrees"),
    ("partial:a,x", 4.8 * math.cos(1.2), "wrong-variable"),
    ("partial:a,x", 4 * math.cos(2.44), "half-of-power-rule"),
    ("partial:a,x", -4.8 * math.cos(2.44), "sign-added"),
]


@pytest.mark.parametrize(("cell", "number", "name"), INSIDE)
def test_known_mistakes_inside_a_line_have_names(cell: str, number: float, name: str) -> None:
    report = chainrule.mark("J = 3a; a = 2 sin(x^2 + 1)", {"x": "1.2"}, {cell: f"{number:.5g}"})
    assert report.cells[cell] == "wrong" and name in report.misconceptions[cell]


def scaled(draw: random.Random, number: float) -> float:
    return number * draw.uniform(0.2, 3) * draw.choice([1, 1, 1, -1])


def misread(draw: random.Random, number: float) -> float:
    signs = list(f"{number:.3e}")
    at = draw.choice([i for i, sign in enumerate(signs[: signs.index("e")]) if sign.isdigit()])
    signs[at] = draw.choice("123456789".replace(signs[at], ""))
    return float("".join(signs))


def invented(draw: random.Random, number: float) -> float:
    return draw.uniform(-4, 4) * max(abs(number), 0.3)


def named_by_chance(draw: random.Random, count: int) -> tuple[int, int]:
    """How many of so many sheets have a random number in one cell that is given a name."""
    tried = named = 0
    while tried < count:
        program = draw.choice(PROGRAMS) if draw.random() < 0.5 else drawn_program(draw)
        steps = read(program)
        made = {step.name for step in steps}
        inputs = dict.fromkeys(n for s in steps for n in s.operands if n not in made)
        point = {n: str(Fraction(draw.randrange(3, 70), 16)) for n in inputs}
        forward = len(inputs) == 1 and draw.random() < 0.6
        room = Class(program, point, forward, not forward, draw.random() < 0.7)
        slip = draw.choice([scaled, misread, invented])
        try:
            if not all(is_plain(x) and 1e-4 < abs(x) < 1e4 for x in room.right.values()):
                continue
            cell = draw.choice([c for c in room.asked if room.needs(c)] or [""])
            pencil = Pencil(4, False, "", False, "-", 0, draw)
            plan = {
                cell: lambda n, c=cell, r=room, s=slip: CONTEXT.mpf(s(draw, float(r.follows(c, n))))
            }
            answers, _, _ = filled(room, pencil, plan, set(), set())
        except (ArithmeticError, ValueError, TypeError, KeyError):
            continue
        report = chainrule.mark(program, point, answers)
        if report.cells[cell] == "wrong":
            tried += 1
            named += bool(report.misconceptions[cell]) or cell in report.reasons
    return named, tried


def test_random_wrong_numbers_are_hardly_ever_named(sample_seed: int) -> None:
    named, tried = named_by_chance(random.Random(sample_seed), 500)
    assert named <= 0.02 * tried + 3 * (0.02 * tried) ** 0.5  # three standard deviations


@pytest.mark.soak
def test_thousands_of_random_wrong_numbers_are_hardly_ever_named(sample_seed: int) -> None:
    named, tried = named_by_chance(random.Random(sample_seed + 3), 10_000)
    assert named < 0.02 * tried
