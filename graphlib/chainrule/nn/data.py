"""Data to learn from, drawn from a seed or shipped.

Generated points are the usual pictures of what a network can and cannot separate.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib.resources import files
from inspect import signature
from typing import Any, Literal

import numpy as np

from chainrule.errors import InputError, no_such
from chainrule.files import made_name

Array = Any
Task = Literal["numbers", "yes or no", "classes"]


@dataclass(frozen=True, slots=True)
class Data:
    """Examples with their targets.

    Parameters
    ----------
    name
        What they are.
    x
        Examples, (n, columns) or (n, channels, rows, columns).
    t
        Targets: numbers (n, 1), 0 or 1 (n, 1), or labels (n,).
    columns
        Names of the columns of x.
    task
        What is to be predicted.
    classes
        Names of the classes; empty for numbers.
    notes
        What was left out or filled in when a table was read.
    """

    name: str
    x: Array
    t: Array
    columns: tuple[str, ...]
    task: Task
    classes: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def loss(self) -> str:
        """The loss that belongs to the task."""
        return {"numbers": "mse", "yes or no": "bce", "classes": "ce"}[self.task]

    @property
    def outputs(self) -> int:
        """How many outputs a network for it has."""
        return len(self.classes) if self.task == "classes" else 1

    @property
    def unit(self) -> str:
        """The activation of these outputs."""
        return {"numbers": "linear", "yes or no": "sigmoid", "classes": "softmax"}[self.task]

    def by_name(self) -> dict[str, Array]:
        """Return the columns by name, with all of them together as `x` and the targets as `t`.

        Names are the headings as formulas can use them; of data with a single column that is x.
        The targets have the name of the data as well, which is the heading of a table's target.

        Raises
        ------
        InputError
            If a column has the name of the targets.
        """
        flat = self.x.reshape(len(self.x), -1)
        single = flat.shape[1] == 1
        found = {made_name(c): flat[:, i] for i, c in enumerate(self.columns)}
        if "t" in found:
            raise InputError(
                "a column is called t, which is the target in a formula",
                allowed="Give the column another heading.",
            )
        t = self.t[:, 0] if self.t.ndim == 2 else self.t
        targets = {"t": t, made_name(self.name): t}
        return {**targets, "x": flat[:, 0] if single else self.x, **found}

    def split(self, share: float = 0.25, seed: int = 0) -> tuple[Data, Data]:
        """Return the data in two parts, drawn at random: to learn from, and to look at.

        Raises
        ------
        InputError
            If one part would be empty.
        """
        count = round(share * len(self.x))
        if not 0 < count < len(self.x):
            raise InputError(
                f"A held-out share of {share:g} leaves a part empty: "
                f"examples in all are {len(self.x)}",
                given=share,
                allowed="It takes two examples or more, and a share between 0 and 1, such as 0.25.",
            )
        order = np.random.default_rng(seed).permutation(len(self.x))
        held, kept = order[:count], order[count:]
        return self._taken(kept, self.name), self._taken(held, f"{self.name}, held out")

    def _taken(self, chosen: Array, name: str) -> Data:
        return replace(self, name=name, x=self.x[chosen], t=self.t[chosen])


# Drawn from a seed


def line(count: int = 40, noise: float = 0.3, seed: int = 0) -> Data:
    """Return points about the line 2x + 1."""
    random = np.random.default_rng(seed)
    x = random.uniform(-2, 2, (count, 1))
    t = 2 * x + 1 + noise * random.standard_normal((count, 1))
    return Data("line with noise", x, t, ("x",), "numbers")


def wave(count: int = 60, noise: float = 0.15, seed: int = 0) -> Data:
    """Return points about sin(3x)·(1 + x)/2, which a line cannot follow."""
    random = np.random.default_rng(seed)
    x = np.sort(random.uniform(-1.5, 1.5, (count, 1)), axis=0)
    t = np.sin(3 * x) * (1 + x) / 2 + noise * random.standard_normal((count, 1))
    return Data("wave with noise", x, t, ("x",), "numbers")


def _halves(count: int) -> tuple[int, int]:
    return count - count // 2, count // 2


def _two(name: str, parts: tuple[Array, Array], noise: float, random: Any) -> Data:
    x = np.concatenate(parts)
    t = np.concatenate([np.zeros(len(parts[0])), np.ones(len(parts[1]))])[:, None]
    x = x + noise * random.standard_normal(x.shape)
    order = random.permutation(len(x))
    return Data(name, x[order], t[order], ("x1", "x2"), "yes or no", ("0", "1"))


def moons(count: int = 200, noise: float = 0.12, seed: int = 0) -> Data:
    """Return two half moons that reach into each other."""
    random = np.random.default_rng(seed)
    first, second = (random.uniform(0, math.pi, n) for n in _halves(count))
    upper = np.stack([np.cos(first), np.sin(first)], axis=1)
    lower = np.stack([1 - np.cos(second), 0.5 - np.sin(second)], axis=1)
    return _two("two moons", (upper, lower), noise, random)


def circles(count: int = 200, noise: float = 0.08, seed: int = 0) -> Data:
    """Return a ring around another one."""
    random = np.random.default_rng(seed)
    rings = []
    for n, radius in zip(_halves(count), (0.4, 1.0), strict=True):
        angle = random.uniform(0, 2 * math.pi, n)
        rings.append(radius * np.stack([np.cos(angle), np.sin(angle)], axis=1))
    return _two("circles", (rings[0], rings[1]), noise, random)


def spirals(count: int = 300, noise: float = 0.04, seed: int = 0) -> Data:
    """Return two spirals around each other, one and a half turns each."""
    random = np.random.default_rng(seed)
    arms = []
    for n, start in zip(_halves(count), (0.0, math.pi), strict=True):
        radius = random.uniform(0.05, 1, n)
        angle = 3 * math.pi * radius + start
        arms.append(radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1))
    return _two("spirals", (arms[0], arms[1]), noise, random)


def xor(count: int = 200, noise: float = 0.15, seed: int = 0) -> Data:
    """Return four clouds at the corners of a square; those across have the same class."""
    random = np.random.default_rng(seed)
    parts = []
    for n, corners in zip(_halves(count), (((-1, -1), (1, 1)), ((-1, 1), (1, -1))), strict=True):
        parts.append(0.7 * np.array(corners, dtype=float)[random.integers(0, 2, n)])
    return _two("exclusive or", (parts[0], parts[1]), noise, random)


def blobs(count: int = 200, classes: int = 3, noise: float = 0.35, seed: int = 0) -> Data:
    """Return as many clouds as there are classes, evenly around the origin."""
    random = np.random.default_rng(seed)
    labels = np.arange(count) % classes
    angle = 2 * math.pi * labels / classes
    x = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    x = 1.2 * x + noise * random.standard_normal(x.shape)
    order = random.permutation(count)
    names = tuple(str(k) for k in range(classes))
    return Data("blobs", x[order], labels[order], ("x1", "x2"), "classes", names)


def passing(count: int = 120, seed: int = 0) -> Data:
    """Return "will I pass this class?": lectures attended and hours on the project."""
    random = np.random.default_rng(seed)
    lectures = random.integers(0, 15, count)
    hours = random.integers(0, 41, count)
    chance = 1 / (1 + np.exp(-(0.45 * lectures + 0.16 * hours - 5.5)))
    t = (random.random(count) < chance).astype(float)[:, None]
    x = np.stack([lectures, hours], axis=1).astype(float)
    columns = ("lectures attended", "hours on the project")
    return Data("will I pass this class?", x, t, columns, "yes or no", ("no", "yes"))


def digits(count: int = 600) -> Data:
    """Return the first of 600 handwritten digits, 8 × 8 grey levels from 0 to 1 row by row."""
    text = files("chainrule.nn").joinpath("tables/digits.txt").read_text("utf-8")
    lines = [row.split() for row in text.splitlines() if row[0] != "#"][:count]
    x = np.array([[int(level, 17) for level in grey] for grey, _ in lines]) / 16
    t = np.array([int(digit) for _, digit in lines])
    columns = tuple(f"p{row}{column}" for row in range(8) for column in range(8))
    return Data("handwritten digits", x, t, columns, "classes", tuple("0123456789"))


HEART = """patient,Age,Sex,ChestPain,RestBP,Chol,Fbs,RestECG,MaxHR,ExAng,Oldpeak,Slope,Ca,Thal,AHD
1,63,1,typical,145,233,1,2,150,0,2.3,3,0,fixed,No
2,67,1,asymptomatic,160,286,0,2,108,1,1.5,2,3,normal,Yes
3,67,1,asymptomatic,120,229,0,2,129,1,2.6,2,2,reversable,Yes
4,37,1,nonanginal,130,250,0,0,187,0,3.5,3,0,normal,No
5,41,0,nontypical,130,204,0,2,172,0,1.4,1,0,normal,No
"""
"""The five patients that lectures show of the Cleveland data (Detrano et al. 1989)."""


def heart(count: int = 300, seed: int = 0) -> Data:
    """Return generated patients: drawn from a formula, no measurement; see `HEART` for real ones.

    The chance of a disease rises with age and with chest pain without symptoms, and falls with the
    greatest heart rate.
    """
    random = np.random.default_rng(seed)
    age = np.round(np.clip(random.normal(54, 9, count), 29, 77))
    sex = (random.random(count) < 0.68).astype(float)
    silent = (random.random(count) < 0.47).astype(float)
    rate = np.round(np.clip(random.normal(208 - 1.0 * age, 20), 71, 202))
    old = np.round(np.clip(random.normal(1.0, 1.1, count), 0, 6.2), 1)
    a = 0.02 * (age - 54) + 1.3 * sex + 1.8 * silent - 0.03 * (rate - 150) + 0.7 * old - 2.7
    t = (random.random(count) < 1 / (1 + np.exp(-a))).astype(float)[:, None]
    x = np.stack([age, sex, silent, rate, old], axis=1)
    columns = ("Age", "Sex", "ChestPain = asymptomatic", "MaxHR", "Oldpeak")
    return Data("heart disease (generated)", x, t, columns, "yes or no", ("No", "Yes"))


_DRAWN = (line, wave, moons, circles, spirals, xor, blobs, passing, heart, digits)
GENERATED: Mapping[str, Callable[..., Data]] = {draw.__name__: draw for draw in _DRAWN}


def named(name: str, **given: Any) -> Data:
    """Return generated data by its short name.

    >>> named("moons", count=10, seed=1).x.shape
    (10, 2)

    Raises
    ------
    InputError
        If there is none of that name, or it is not drawn with what is given.
    """
    if name not in GENERATED:
        raise no_such("data set", name, GENERATED)
    known = signature(GENERATED[name]).parameters
    for word in given:
        if word not in known:
            raise InputError(
                f"{name} is drawn without {word}",
                given=word,
                allowed=f"It takes {', '.join(known)}.",
            )
    return GENERATED[name](**given)
