"""The lecture's worked examples: built step by step, and the program texts that say the same."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from chainrule.graph.builder import Builder
from chainrule.graph.wengert import WengertList
from chainrule.language import read
from chainrule.language.build import build
from chainrule.passes.folding import zoom
from chainrule.passes.record import Mode
from chainrule.passes.run import Run
from chainrule.readings.view import View

GOLDEN: Mapping[str, Any] = json.loads(
    (Path(__file__).parents[1] / "data" / "golden_tables.json").read_text(encoding="utf-8")
)


def simple_example(**renamed: str) -> WengertList:
    """Return J = cos(sin x² + 3x²) in the steps t, u1, u2, u, J, with other names on request."""
    builder = Builder()
    m = builder.maths
    names = {name: name for name in ("x", "t", "u1", "u2", "u", "J")} | renamed
    x = builder.input(names["x"])
    t = builder.name(x**2, names["t"])
    u1 = builder.name(m.sin(t), names["u1"])
    u2 = builder.name(3 * t, names["u2"])
    u = builder.name(u1 + u2, names["u"])
    return builder.finish([builder.name(m.cos(u), names["J"])])


def simple_view(mode: Mode = "reverse", at: str = "1", **renamed: str) -> View:
    """Return the simple example at x, as the lecture shows it."""
    graph = zoom(simple_example(**renamed), "named")
    return View(Run(graph, {graph.inputs[0]: Fraction(at)}, mode))


def logistic_regression() -> WengertList:
    """Return J and L = −J of a logistic regression with a bias input and two features."""
    builder = Builder()
    m = builder.maths
    thetas = [builder.input(f"theta{j}") for j in range(3)]
    xs = [builder.input(f"x{j}") for j in range(3)]
    target = builder.input("y_star")
    terms = [theta * x for theta, x in zip(thetas, xs, strict=True)]
    a = builder.name(terms[0] + terms[1] + terms[2], "a")
    y = builder.name(1 / (1 + m.exp(-a)), "y")
    j = builder.name(target * m.log(y) + (1 - target) * m.log(1 - y), "J")
    return builder.finish([builder.name(-j, "L"), j])


def network() -> WengertList:
    """Return J and L = −J of a 2-2-1 network of sigmoids with bias inputs x0 and z0."""
    builder = Builder()
    m = builder.maths
    xs = [builder.input(f"x{i}") for i in range(3)]
    alphas = {(j, i): builder.input(f"alpha{j}{i}") for j in (1, 2) for i in range(3)}
    z = {0: builder.input("z0")}
    betas = [builder.input(f"beta{j}") for j in range(3)]
    target = builder.input("y_star")
    for j in (1, 2):
        terms = [alphas[j, i] * xs[i] for i in range(3)]
        a = builder.name(terms[0] + terms[1] + terms[2], f"a{j}")
        z[j] = builder.name(1 / (1 + m.exp(-a)), f"z{j}")
    terms = [betas[j] * z[j] for j in range(3)]
    b = builder.name(terms[0] + terms[1] + terms[2], "b")
    y = builder.name(1 / (1 + m.exp(-b)), "y")
    j = builder.name(target * m.log(y) + (1 - target) * m.log(1 - y), "J")
    return builder.finish([builder.name(-j, "L"), j])


def forward_backward() -> WengertList:
    """Return L = −y ln(1/(1 + e^(−W X))) in the steps ξ₁ … ξ₅, L."""
    builder = Builder()
    m = builder.maths
    w, x, y = (builder.input(name) for name in ("W", "X", "y"))
    xi1 = builder.name(-(w * x), "xi1")
    xi2 = builder.name(m.exp(xi1), "xi2")
    xi3 = builder.name(1 + xi2, "xi3")
    xi4 = builder.name(1 / xi3, "xi4")
    xi5 = builder.name(m.log(xi4), "xi5")
    return builder.finish([builder.name(-(y * xi5), "L")])


@dataclass(frozen=True, slots=True)
class Lecture:
    """One worked example.

    Parameters
    ----------
    build
        Writes the graph step by step.
    program
        The same as a program, as the lecture writes it: the output first.
    """

    build: Callable[[], WengertList]
    program: str


SIMPLE = Lecture(
    simple_example,
    "J = cos(u)\nu = u1 + u2\nu1 = sin(t)\nu2 = 3t\nt = x^2",
)
LOGISTIC = Lecture(
    logistic_regression,
    "L = -J\n"
    "J = y_star log(y) + (1 - y_star) log(1 - y)\n"
    "y = 1/(1 + exp(-a))\n"
    "a = theta0*x0 + theta1*x1 + theta2*x2",
)
NETWORK = Lecture(
    network,
    "L = -J\n"
    "J = y_star ln(y) + (1 - y_star) ln(1 - y)\n"
    "y = 1/(1 + exp(-b))\n"
    "b = beta0*z0 + beta1*z1 + beta2*z2\n"
    "z1 = 1/(1 + exp(-a1))\n"
    "z2 = 1/(1 + exp(-a2))\n"
    "a1 = alpha10*x0 + alpha11*x1 + alpha12*x2\n"
    "a2 = alpha20*x0 + alpha21*x1 + alpha22*x2",
)
TABLE = Lecture(
    forward_backward,
    "L = -y*xi5\nxi5 = ln(xi4)\nxi4 = 1/xi3\nxi3 = 1 + xi2\nxi2 = exp(xi1)\nxi1 = -W*X",
)

Route = Callable[[Lecture], WengertList]
ROUTES: Mapping[str, Route] = {
    "built": lambda lecture: lecture.build(),
    "parsed": lambda lecture: build(read(lecture.program)),
}
"""The ways to a lecture's graph; every golden assertion runs on each of them."""
