"""The lecture's tables: every value, local partial, tangent and adjoint, by every route."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy

from chainrule.algebras.float64 import FLOAT64
from chainrule.algebras.protocol import Scalars
from chainrule.graph.builder import Builder, Expression
from chainrule.graph.wengert import WengertList
from chainrule.passes.derivatives import gradient_graph
from chainrule.passes.folding import zoom
from chainrule.passes.record import Mode, Record, record
from chainrule.passes.walks import Seed, Share, evaluate, linearise, reverse
from chainrule.testing.digits import digits_algebra
from tests.golden.lectures import GOLDEN, LOGISTIC, NETWORK, ROUTES, SIMPLE, TABLE, Lecture

DIGITS = digits_algebra(50)
ALGEBRAS: Mapping[str, tuple[Scalars, str]] = {
    "50 digits": (DIGITS, "1e-18"),
    "float64": (FLOAT64, "1e-12"),
}


@dataclass(frozen=True, slots=True)
class Worked:
    """A lecture's graph at a point, in one algebra."""

    graph: WengertList
    algebra: Scalars
    point: Mapping[str, Fraction]
    tolerance: str

    def record(self, mode: Mode, seed: str) -> Record:
        return recorded(self.graph, self.algebra, self.point, mode, seed)

    def check(self, got: Any, golden: str) -> None:
        """Compare to 18 significant digits, or 1e-12 in double precision."""
        expected = DIGITS.number(Fraction(golden))
        bound = DIGITS.number(Fraction(self.tolerance)) * abs(expected)
        assert abs(DIGITS.number(Fraction(0)) + got - expected) <= bound, (got, golden)


def recorded(
    graph: WengertList, algebra: Scalars, point: Mapping[str, Fraction], mode: Mode, seed: str
) -> Record:
    bound = {graph.index[name]: algebra.number(value) for name, value in point.items()}
    return record(graph, algebra, bound, mode, {graph.index[seed]: algebra.number(Fraction(1))})


def routes(lecture: Lecture) -> Any:
    """Return the fixture that gives a lecture's graph by every route, in every algebra."""

    @pytest.fixture(params=[(r, a) for r in ROUTES for a in ALGEBRAS], ids=" ".join)
    def worked(request: pytest.FixtureRequest) -> Any:
        route, name = request.param
        algebra, tolerance = ALGEBRAS[name]
        graph = ROUTES[route](lecture)
        return lambda point: Worked(graph, algebra, point, tolerance)

    return worked


simple = routes(SIMPLE)
logistic = routes(LOGISTIC)
network = routes(NETWORK)
table = routes(TABLE)


def inside(graph: WengertList, local: Mapping[tuple[int, int], Any], row: int) -> dict[Any, Any]:
    """Return the local partials within a named row: of it and of the unnamed steps before it."""
    return {e: p for e, p in local.items() if e[0] == row or e[0] not in graph.names}


def local_partial(made: Record, row: str, operand: str) -> Any:
    """Return the partial of a named row by one of the names in it: a pass inside the row."""
    graph, node = made.graph, made.graph.index[row]
    local = inside(graph, made.local, node)
    seeds = {node: made.algebra.one(made.values[node])}
    adjoint: Any = None
    for step in reverse(graph, made.algebra, made.values, local, seeds):
        if isinstance(step, Share) and step.operand == graph.index[operand]:
            adjoint = step.adjoint
    return adjoint


def check_locals(worked: Worked, made: Record, golden: Mapping[str, str]) -> None:
    """Check every ∂row/∂operand, by a pass inside the row and as the edge of the folded graph."""
    named = zoom(worked.graph, "named")
    point = {name: worked.point[name] for name in worked.point}
    goal = worked.graph.names[worked.graph.outputs[0]]
    folded = recorded(named, worked.algebra, point, "reverse", goal)
    for cell, number in golden.items():
        row, operand = (part.removeprefix("d") for part in cell.split("/"))
        worked.check(local_partial(made, row, operand), number)
        user = named.index[row]
        slot = named.operands[user].index(named.index[operand])
        worked.check(folded.local[user, slot], number)


def values_of(point: Mapping[str, Any]) -> dict[str, Fraction]:
    return {name: Fraction(value) for name, value in point.items()}


# (a) cos(sin x² + 3x²)


@pytest.mark.parametrize("golden", GOLDEN["a_simple_example"]["points"], ids=lambda p: p["x"])
def test_simple_example(simple: Any, golden: Any) -> None:
    worked = simple(values_of({"x": golden["x"]}))
    graph = worked.graph
    back, ahead = worked.record("reverse", "J"), worked.record("forward", "x")
    for name, number in golden["values"].items():
        worked.check(back.values[graph.index[name]], number)
    for name, number in golden["adjoints"].items():
        worked.check(back.derivatives[graph.index[name]], number)
    for name, number in golden["tangents_seed_x"].items():
        worked.check(ahead.derivatives[graph.index[name]], number)
    worked.check(back.derivatives[graph.index["x"]], golden["dJ/dx"])
    check_locals(worked, back, golden["local_partials"])


@pytest.mark.parametrize("golden", GOLDEN["a_simple_example"]["points"], ids=lambda p: p["x"])
def test_simple_example_accumulates_in_the_order_given(simple: Any, golden: Any) -> None:
    worked = simple(values_of({"x": golden["x"]}))
    back, names = worked.record("reverse", "J"), worked.graph.names
    found = []
    for step in back.steps:
        if isinstance(step, Seed):
            found.append((names[step.node], "seed", step.value, step.value))
        elif isinstance(step, Share):
            found.append((names[step.operand], names[step.node], step.share, step.adjoint))
    rows = golden["adjoint_accumulation"]
    assert [row[:2] for row in found] == [(r["target"], r["source"]) for r in rows]
    for (_, _, add, running), row in zip(found, rows, strict=True):
        worked.check(add, row["add"])
        worked.check(running, row["running"])


@pytest.mark.parametrize("golden", GOLDEN["a_simple_example"]["points"], ids=lambda p: p["x"])
def test_simple_example_second_derivative(simple: Any, golden: Any) -> None:
    worked = simple(values_of({"x": golden["x"]}))
    twice = gradient_graph(gradient_graph(worked.graph))
    point = {twice.inputs[0]: worked.algebra.number(Fraction(golden["x"]))}
    values = [step.value for step in evaluate(twice, worked.algebra, point)]
    worked.check(values[twice.outputs[0]], golden["d2J/dx2"])


def test_simple_example_reverse_order(simple: Any) -> None:
    graph = simple({}).graph
    order = [graph.names[n] for n in graph.reverse_order() if n in graph.names]
    assert order == GOLDEN["a_simple_example"]["reverse_order"]


# (b) logistic regression


def logistic_point(golden: Any) -> dict[str, Fraction]:
    given = {f"x{j}": value for j, value in enumerate(golden["x"])}
    given |= {f"theta{j}": value for j, value in enumerate(golden["theta"])}
    return values_of(given | {"y_star": golden["y*"]})


@pytest.mark.parametrize("golden", GOLDEN["b_logistic_regression"]["points"], ids=lambda p: p["y*"])
def test_logistic_regression(logistic: Any, golden: Any) -> None:
    worked = logistic(logistic_point(golden))
    graph = worked.graph
    for goal in ("J", "L"):
        back = worked.record("reverse", goal)
        for name, number in golden[f"adjoints_of_{goal}"].items():
            worked.check(back.derivatives[graph.index[name]], number)
    for name, number in golden["values"].items():
        worked.check(back.values[graph.index[name]], number)
    check_locals(worked, back, golden["local_partials"])
    for name in ("theta0", "theta1", "theta2", "x0", "x1", "x2"):
        ahead = worked.record("forward", name)
        worked.check(ahead.derivatives[graph.index["J"]], golden["adjoints_of_J"][name])


# (c) neural network, module by module

NET = GOLDEN["c_neural_network_2_2_1"]


def network_point(golden: Any) -> dict[str, Fraction]:
    given = {f"x{i}": value for i, value in enumerate(golden["x"])}
    rows = golden["alpha (rows j=1,2; columns i=0,1,2)"]
    given |= {f"alpha{j}{i}": a for j, row in enumerate(rows, 1) for i, a in enumerate(row)}
    given |= {f"beta{j}": value for j, value in enumerate(golden["beta"])}
    return values_of(given | {"z0": golden["values"]["z0"], "y_star": golden["y*"]})


@pytest.mark.parametrize("golden", NET["points"], ids=lambda p: p["y*"])
def test_neural_network(network: Any, golden: Any) -> None:
    worked = network(network_point(golden))
    graph = worked.graph
    for goal in ("J", "L"):
        back = worked.record("reverse", goal)
        expected = golden[f"adjoints_of_{goal}"]
        assert len(expected) == 20
        for name, number in expected.items():
            worked.check(back.derivatives[graph.index[name]], number)
    for name, number in golden["values"].items():
        worked.check(back.values[graph.index[name]], number)
    check_locals(worked, back, golden["local_partials"])
    for name in ("alpha12", "alpha21", "beta0", "beta1", "x2", "z0"):
        ahead = worked.record("forward", name)
        worked.check(ahead.derivatives[graph.index["J"]], golden["adjoints_of_J"][name])


# (d) the forward and the backward table


def test_forward_and_backward_table(table: Any) -> None:
    golden = GOLDEN["d_forward_backward_table"]
    worked = table(values_of(golden["point"]))
    graph = worked.graph
    back, ahead = worked.record("reverse", "L"), worked.record("forward", "W")
    for row in golden["rows"]:
        node = graph.index[row["node"]]
        worked.check(back.values[node], row["value"])
        worked.check(ahead.derivatives[node], row["tangent d(node)/dW"])
        worked.check(back.derivatives[node], row["adjoint dL/d(node)"])
        check_locals(worked, back, {f"d{row['node']}/d{row['parent']}": row["local_partial"]})
    for name in ("W", "X"):
        worked.check(back.derivatives[graph.index[name]], golden[f"dL/d{name}"])


def test_the_sign_of_the_tables_result(table: Any) -> None:
    # The lecture prints +0.00037018372; its own local derivative −1/ξ₃² makes it negative.
    golden = GOLDEN["d_forward_backward_table"]
    worked = table(values_of(golden["point"]))
    slope = worked.record("reverse", "L").derivatives[worked.graph.index["W"]]
    assert slope < 0
    assert float(slope) == pytest.approx(-0.000370183727958, rel=1e-12)
    printed = golden["products_as_printed_in_lecture"]["dL/dW (printed)"]
    assert abs(float(slope)) == pytest.approx(float(printed), rel=3e-8)


# Formulas: the golden text, written by hand for SymPy, against what the building algebra writes

NAMES = "x t u1 u2 u a y y_star W X xi1 xi2 xi3 xi4 xi5 theta0 theta1 theta2 x0 x1 x2"
NAMES += " a1 a2 z0 z1 z2 b beta0 beta1 beta2"
NAMES += " alpha10 alpha11 alpha12 alpha20 alpha21 alpha22"
S = {name: sympy.Symbol(name) for name in NAMES.split()}
A_BY_U = -sympy.sin(S["u"])
A_BY_T = A_BY_U * sympy.cos(S["t"]) + A_BY_U * 3
B_BY_Y = S["y_star"] / S["y"] - (1 - S["y_star"]) / (1 - S["y"])
B_BY_A = S["y_star"] - S["y"]

A_BY_J = {j: B_BY_A * S[f"beta{j}"] * S[f"z{j}"] * (1 - S[f"z{j}"]) for j in (1, 2)}
UNITS, INPUTS = (1, 2), range(3)

# Per lecture: golden text, the cell (derivative of one name by another), the formula.
ADJOINTS: Mapping[str, tuple[tuple[str, str, str, Any], ...]] = {
    "a": (
        ("-sin(u)", "J", "u", A_BY_U),
        ("dJ/du * 1", "J", "u1", A_BY_U),
        ("dJ/du * 1", "J", "u2", A_BY_U),
        ("dJ/du1 * cos(t) + dJ/du2 * 3", "J", "t", A_BY_T),
        ("dJ/dt * 2x", "J", "x", A_BY_T * 2 * S["x"]),
        (
            "-2x (cos(x^2) + 3) sin(sin(x^2) + 3x^2)",
            "J",
            "x",
            -2
            * S["x"]
            * (sympy.cos(S["x"] ** 2) + 3)
            * sympy.sin(sympy.sin(S["x"] ** 2) + 3 * S["x"] ** 2),
        ),
    ),
    "b": (
        ("y*/y - (1 - y*)/(1 - y)", "J", "y", B_BY_Y),
        (
            "y*/y + (1 - y*)/(y - 1)",
            "J",
            "y",
            S["y_star"] / S["y"] + (1 - S["y_star"]) / (S["y"] - 1),
        ),
        ("exp(-a)/(exp(-a) + 1)^2", "y", "a", sympy.exp(-S["a"]) / (sympy.exp(-S["a"]) + 1) ** 2),
        ("y(1 - y)", "y", "a", S["y"] * (1 - S["y"])),
        ("dJ/dy * dy/da", "J", "a", B_BY_Y * S["y"] * (1 - S["y"])),
        ("y* - y", "J", "a", B_BY_A),
        *(("x_j", "a", f"theta{j}", S[f"x{j}"]) for j in range(3)),
        *(("(y* - y) x_j", "J", f"theta{j}", B_BY_A * S[f"x{j}"]) for j in range(3)),
        *(("theta_j", "a", f"x{j}", S[f"theta{j}"]) for j in range(3)),
        *(("(y* - y) theta_j", "J", f"x{j}", B_BY_A * S[f"theta{j}"]) for j in range(3)),
        *(("-dJ/d(.)", "L", f"theta{j}", -B_BY_A * S[f"x{j}"]) for j in range(3)),
    ),
    "c": (
        ("y*/y - (1 - y*)/(1 - y)", "J", "y", B_BY_Y),
        ("exp(-b)/(exp(-b) + 1)^2", "y", "b", sympy.exp(-S["b"]) / (sympy.exp(-S["b"]) + 1) ** 2),
        ("y(1 - y)", "y", "b", S["y"] * (1 - S["y"])),
        ("dJ/dy * dy/db", "J", "b", B_BY_Y * S["y"] * (1 - S["y"])),
        ("y* - y", "J", "b", B_BY_A),
        *(("z_j", "b", f"beta{j}", S[f"z{j}"]) for j in INPUTS),
        *(("dJ/db * z_j", "J", f"beta{j}", B_BY_A * S[f"z{j}"]) for j in INPUTS),
        *(("beta_j", "b", f"z{j}", S[f"beta{j}"]) for j in INPUTS),
        *(("dJ/db * beta_j", "J", f"z{j}", B_BY_A * S[f"beta{j}"]) for j in INPUTS),
        *(
            (
                "exp(-a_j)/(exp(-a_j) + 1)^2",
                f"z{j}",
                f"a{j}",
                sympy.exp(-S[f"a{j}"]) / (sympy.exp(-S[f"a{j}"]) + 1) ** 2,
            )
            for j in UNITS
        ),
        *(("z_j(1 - z_j)", f"z{j}", f"a{j}", S[f"z{j}"] * (1 - S[f"z{j}"])) for j in UNITS),
        *(("dJ/dz_j * dz_j/da_j", "J", f"a{j}", A_BY_J[j]) for j in UNITS),
        *(("x_i", f"a{j}", f"alpha{j}{i}", S[f"x{i}"]) for j in UNITS for i in INPUTS),
        *(
            ("dJ/da_j * x_i", "J", f"alpha{j}{i}", A_BY_J[j] * S[f"x{i}"])
            for j in UNITS
            for i in INPUTS
        ),
        *(("alpha_ji", f"a{j}", f"x{i}", S[f"alpha{j}{i}"]) for j in UNITS for i in INPUTS),
        *(
            (
                "sum over j of dJ/da_j * alpha_ji",
                "J",
                f"x{i}",
                sum(A_BY_J[j] * S[f"alpha{j}{i}"] for j in UNITS),
            )
            for i in INPUTS
        ),
    ),
}

LOCALS: Mapping[str, tuple[tuple[str, str, str, Any], ...]] = {
    "a": (
        ("2x", "t", "x", 2 * S["x"]),
        ("cos(t)", "u1", "t", sympy.cos(S["t"])),
        ("3", "u2", "t", sympy.Integer(3)),
        ("1", "u", "u1", sympy.Integer(1)),
        ("1", "u", "u2", sympy.Integer(1)),
        ("-sin(u)", "J", "u", A_BY_U),
    ),
    "d": (
        ("dxi1/dW = -X", "xi1", "W", -S["X"]),
        ("dxi2/dxi1 = exp(xi1)", "xi2", "xi1", sympy.exp(S["xi1"])),
        ("dxi3/dxi2 = 1", "xi3", "xi2", sympy.Integer(1)),
        ("dxi4/dxi3 = -1/xi3^2", "xi4", "xi3", -1 / S["xi3"] ** 2),
        ("dxi5/dxi4 = 1/xi4", "xi5", "xi4", 1 / S["xi4"]),
        ("dL/dxi5 = -y", "L", "xi5", -S["y"]),
    ),
}
LECTURES = {"a": SIMPLE, "b": LOGISTIC, "c": NETWORK, "d": TABLE}


def test_every_golden_formula_is_covered() -> None:
    texts = set(GOLDEN["a_simple_example"]["symbolic"].values())
    assert texts == {text for text, *_ in ADJOINTS["a"]}
    texts = set()
    for text in GOLDEN["b_logistic_regression"]["symbolic"].values():
        texts |= {part.strip() for part in text.split(" = ")}
    assert texts == {text for text, *_ in ADJOINTS["b"]}
    texts = {
        part.strip()
        for module in NET["backward"].values()
        for text in module.values()
        for part in text.split(" = ")
    }
    assert texts == {text for text, *_ in ADJOINTS["c"]}
    nodes = GOLDEN["a_simple_example"]["nodes"]
    texts = {text for node in nodes for text in node["partials"].values()}
    assert texts == {text for text, *_ in LOCALS["a"]}
    rows = GOLDEN["d_forward_backward_table"]["rows"]
    assert [row["local_partial_symbolic"] for row in rows] == [text for text, *_ in LOCALS["d"]]


def written(graph: WengertList, row: str, operand: str, within: bool) -> WengertList:
    """Return the graph of the derivative of one name by another, as the building algebra writes.

    With `within` only the row itself is passed: its local partial.
    """
    builder = Builder(graph, simplify=True)
    values = [Expression(builder, n) for n in range(len(graph))]
    local = {(s.node, s.slot): s.partial for s in linearise(graph, builder, values)}
    node, by = graph.index[row], graph.index[operand]
    if within:
        local = inside(graph, local, node)
    found: Any = None
    for step in reverse(graph, builder, values, local, {node: builder.number(Fraction(1))}):
        if isinstance(step, Share) and step.operand == by:
            found = step.adjoint
    return builder.finish([builder.lift(found)])


def cells() -> list[Any]:
    rows = []
    for within, group in ((False, ADJOINTS), (True, LOCALS)):
        for letter, formulas in group.items():
            for text, row, operand, formula in formulas:
                name = f"{letter} {'local ' if within else ''}d{row}/d{operand} = {text}"
                rows.append(pytest.param(letter, row, operand, formula, within, id=name))
    return rows


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize(("letter", "row", "operand", "formula", "within"), cells())
def test_formulas(
    route: str, letter: str, row: str, operand: str, formula: Any, within: bool, sample_seed: int
) -> None:
    graph = ROUTES[route](LECTURES[letter])
    derivative = written(graph, row, operand, within)
    generator = np.random.default_rng(sample_seed)
    for _ in range(3):
        numbers = {
            n: Fraction(int(generator.integers(-40, 40)), 32)
            for n in (graph.names[i] for i in graph.inputs)
        }
        values = {
            graph.names[s.node]: s.value
            for s in evaluate(
                graph, DIGITS, {graph.index[n]: DIGITS.number(v) for n, v in numbers.items()}
            )
            if s.node in graph.names
        }
        point = {i: values[derivative.names[i]] for i in derivative.inputs}
        got = [s.value for s in evaluate(derivative, DIGITS, point)][derivative.outputs[0]]
        substitutions = {S[n]: sympy.Float(str(v), 50) for n, v in values.items() if n in S}
        expected = DIGITS.number(Fraction(str(sympy.N(formula.subs(substitutions), 45))))
        scale = max(1, abs(expected))
        assert abs(got - expected) <= DIGITS.number(Fraction(1, 10**38)) * scale, numbers


def test_tangents_in_closed_form(table: Any) -> None:
    e = sympy.exp(-9)
    forms = {
        "-3": -3,
        "-3 e^-9": -3 * e,
        "+3 e^-9 /(1+e^-9)^2": 3 * e / (1 + e) ** 2,
        "+3 e^-9 /(1+e^-9)": 3 * e / (1 + e),
        "-3 e^-9 /(1+e^-9)": -3 * e / (1 + e),
    }
    golden = GOLDEN["d_forward_backward_table"]
    worked = table(values_of(golden["point"]))
    ahead = worked.record("forward", "W")
    for row in golden["rows"]:
        expected = str(sympy.N(forms[row["tangent_closed_form"]], 40))
        worked.check(ahead.derivatives[worked.graph.index[row["node"]]], expected)
    closed = sympy.N(-3 / (1 + sympy.exp(9)), 40)
    worked.check(ahead.derivatives[worked.graph.index["L"]], str(closed))
