"""Six levels of difficulty, in words and numbers, and programs drawn at random for each.

A program is made of blocks. A block begins with one shared step, from which branches go out, and
ends where they are joined again; so shared steps, fan-out and depth are chosen rather than met.
Every line is one step that a person writes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from chainrule.errors import GraphError
from chainrule.exercises.problem import Draft
from chainrule.exercises.second_reading import SecondReading, numbers

POLYNOMIAL: Final = ("{a}^2", "{k}*{a}", "{a} + {k}", "{k} - {a}", "{a}^3")
ELEMENTARY: Final = ("sin({a})", "cos({a})", "exp({a})", "exp(-{a})", "sqrt({a})", "ln({a})")
SQUASHING: Final = ("tanh({a})", "sigmoid({a})", "1/{a}")
JOINS: Final = ("{a}*{b}", "{a} + {b}", "{a} - {b}", "{a}/{b}")
MEETINGS: Final = ("{a}*{b}", "{a}/{b}", "{a} + {k}*{b}", "{k}*{a} - {b}")

POINTS: Final = (
    "0.3",
    "0.4",
    "0.5",
    "0.6",
    "0.7",
    "0.8",
    "1.2",
    "1.5",
    "1.6",
    "2.5",
    "3",
    "4",
    "-0.5",
    "-0.8",
    "-1.5",
)
"""Values of inputs: short, and not 0, 1 or 2, at which powers hide mistakes."""

FACTORS: Final = ("2", "3", "4", "5", "0.5")
RATES: Final = ("1", "-1", "2", "0.5", "-2", "3")
INVERSE: Final = frozenset(
    (
        ("exp({a})", "ln({a})"),
        ("ln({a})", "exp({a})"),
        ("sqrt({a})", "{a}^2"),
        ("{a}^2", "sqrt({a})"),
        ("1/{a}", "1/{a}"),
        ("exp(-{a})", "ln({a})"),
    )
)
"""Steps that undo each other; nobody writes them one after the other."""

TAME: Final = (0.1, 12.0)
"""Between these all values shall lie, without sign, so that no digits are lost."""

TRIES: Final = 8


@dataclass(frozen=True, slots=True)
class Level:
    """A level of difficulty.

    Parameters
    ----------
    number
        From 1, the easiest.
    words
        What to expect, for people.
    inputs
        How many inputs.
    chain
        How many steps in a row stand before the first block, or alone where there is none.
    blocks
        Fan-out of the shared step of each block; none for a chain.
    functions
        Steps of one operand to choose from.
    joins
        Steps by which branches are joined again.
    """

    number: int
    words: str
    inputs: int
    chain: int
    blocks: tuple[int, ...]
    functions: tuple[str, ...]
    joins: tuple[str, ...] = JOINS[:2]


LEVELS: Final[Mapping[int, Level]] = {
    level.number: level
    for level in (
        Level(1, "a chain of three steps: powers, multiples and sums", 1, 3, (), POLYNOMIAL),
        Level(
            2,
            "a chain of four steps with sin, cos, exp, ln or a root",
            1,
            4,
            (),
            POLYNOMIAL[:4] + ELEMENTARY,
        ),
        Level(
            3,
            "one input; one step is used twice, and its branches meet again",
            1,
            1,
            (2,),
            POLYNOMIAL[:2] + ELEMENTARY[:4],
            JOINS[:2],
        ),
        Level(
            4,
            "two inputs; one step is used three times",
            2,
            0,
            (3,),
            (POLYNOMIAL[0], POLYNOMIAL[1], *ELEMENTARY[:4]),
            JOINS[:3],
        ),
        Level(
            5,
            "two inputs; two shared steps, one of them used three times; quotients",
            2,
            0,
            (3, 2),
            (POLYNOMIAL[0], POLYNOMIAL[1], *ELEMENTARY),
            JOINS,
        ),
        Level(
            6,
            "three inputs; two shared steps, fan-out three, squashing functions; "
            "eight steps deep or more",
            3,
            0,
            (3, 2),
            (POLYNOMIAL[0], *ELEMENTARY[:5], *SQUASHING),
            JOINS,
        ),
    )
}


def level_named(number: int) -> Level:
    """Return a level.

    Raises
    ------
    GraphError
        If there is no such level; says which there are.
    """
    if number not in LEVELS:
        known = "; ".join(f"{n}: {level.words}" for n, level in LEVELS.items())
        raise GraphError(f"no level {number}; there are {known}")
    return LEVELS[number]


class _Writer:
    """Writes lines; every random choice is made here."""

    def __init__(self, level: Level, rng: np.random.Generator) -> None:
        self.level = level
        self.rng = rng
        self.lines: list[str] = []
        self.counts: dict[str, int] = {}

    def pick(self, choices: Sequence[str]) -> str:
        return choices[int(self.rng.integers(len(choices)))]

    def several(self, choices: Sequence[str], count: int) -> list[str]:
        order = self.rng.permutation(len(choices))[:count]
        return [choices[int(i)] for i in order]

    def line(self, letter: str, template: str, a: str, b: str = "") -> str:
        """Write one step and return its name: the letter with its number."""
        self.counts[letter] = self.counts.get(letter, 0) + 1
        name = f"{letter}{self.counts[letter]}"
        self.lines.append(f"{name} = {template.format(a=a, b=b, k=self.pick(FACTORS))}")
        return name

    def renamed(self, old: str, new: str) -> None:
        """Call the last step by another name."""
        assert self.lines[-1].startswith(f"{old} = ")
        self.lines[-1] = self.lines[-1].replace(old, new, 1)

    def chain(self, begin: str, count: int, letter: str) -> str:
        """Write steps in a row, no two neighbours of one form."""
        last, name = "", begin
        for _ in range(count):
            template = self.pick(
                [f for f in self.level.functions if f != last and (last, f) not in INVERSE]
            )
            name, last = self.line(letter, template, name), template
        return name

    def block(self, shared: str, fan_out: int, branch: str, join: str) -> str:
        """Write the branches of a shared step and join them again."""
        templates = self.several(self.level.functions, fan_out)
        ends = [self.line(branch, template, shared) for template in templates]
        while len(ends) > 1:
            a, b = ends[0], ends[1]
            if len(ends) == 2 and self.rng.random() < 0.3:
                a, b = b, a
            ends = [*ends[2:], self.line(join, self.pick(self.level.joins), a, b)]
        return ends[0]


def draft(level: Level, rng: np.random.Generator) -> Draft:
    """Return a program of a level at a point, drawn at random.

    Whether it is fit for a sheet is for others to say; a program that seems to be tame at no
    point is drawn anew.
    """
    for _ in range(TRIES):
        drawn = _drawn(level, rng)
        lines = drawn.text.split("; ")
        if is_tame(SecondReading(lines, drawn.point), drawn.point):
            break
    return drawn


def _drawn(level: Level, rng: np.random.Generator) -> Draft:
    writer = _Writer(level, rng)
    inputs = ["x", "y", "z"][: level.inputs]
    if level.inputs == 1:
        shared = writer.chain("x", level.chain, "t" if level.blocks else "u")
    else:
        shared = writer.line("t", writer.pick(MEETINGS), *inputs[:2])
    letters = iter((("u", "v"), ("w", "r")))
    for nth, fan_out in enumerate(level.blocks):
        if nth:
            # The second shared step: of the first block's end and what has not been used.
            other = inputs[2] if len(inputs) > 2 else inputs[int(rng.integers(len(inputs)))]
            shared = writer.line("s", writer.pick(MEETINGS), shared, other)
        shared = writer.block(shared, fan_out, *next(letters))
    writer.renamed(shared, "J")
    lines = _lone_names(writer.lines)
    return at_a_tame_point(lines, inputs, rng, POINTS)


def at_a_tame_point(
    lines: Sequence[str],
    inputs: Sequence[str],
    rng: np.random.Generator,
    points: Sequence[str],
    shapes: Mapping[str, tuple[int, ...]] | None = None,
) -> Draft:
    """Return a program at a point at which no value is very small or large, if there is one.

    A few tries are made; forward mode of several inputs gets a direction too.

    Parameters
    ----------
    shapes
        Of inputs that are vectors or matrices.
    """
    reading, sizes = SecondReading(lines, inputs), shapes or {}

    def several(choices: Sequence[str]) -> dict[str, str]:
        order = rng.permutation(len(choices))
        return {name: choices[int(i)] for name, i in zip(inputs, order, strict=False)}

    def filled(name: str, one: str) -> str:
        shape = sizes.get(name, ())
        if not shape:
            return one
        drawn = rng.choice(np.array(points), shape)
        return str(drawn.tolist()).replace("'", "")

    point: dict[str, str] = {}
    for _ in range(TRIES):
        point = {name: filled(name, one) for name, one in several(points).items()}
        if is_tame(reading, point):
            break
    direction = several(RATES) if len(inputs) > 1 and not sizes else {}
    return Draft("; ".join(lines), point, direction)


def is_tame(reading: SecondReading, point: Mapping[str, str]) -> bool:
    """Whether no value is very small or large; a quick look before any pass is run."""
    try:
        values = reading.values({name: numbers(value) for name, value in point.items()})
        # The root of a negative number is complex there, and no number here.
        return all(
            not one.imag and TAME[0] <= abs(one) <= TAME[1]
            for name in reading.order
            for one in np.ravel(values[name])
        )
    except (ArithmeticError, TypeError, ValueError):
        return False  # a division by zero


def _lone_names(lines: list[str]) -> list[str]:
    """Write t for t1 where there is no t2."""
    names = [line.partition(" = ")[0] for line in lines]
    for name in names:
        letter = name[0]
        if name.endswith("1") and f"{letter}2" not in names:
            lines = [line.replace(name, letter) for line in lines]
    return lines
