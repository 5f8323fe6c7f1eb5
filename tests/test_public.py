"""The public face: names, worked examples and what the scorers ask."""

from __future__ import annotations

import importlib.util
import json
import math
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import mpmath
import pytest

import chainrule
from chainrule import Graph, GraphError, InputError, PointError

HERE = Path(__file__).parent
PROGRAM = "J = cos(u); u = u1 + u2; u1 = sin(t); u2 = 3t; t = x^2"

spec = importlib.util.spec_from_file_location("adapter", HERE / "adapter.py")
assert spec is not None and spec.loader is not None
adapter = importlib.util.module_from_spec(spec)
spec.loader.exec_module(adapter)


def lines(name: str) -> list[dict[str, Any]]:
    text = (HERE / "data" / name).read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines() if line.strip()]


def test_public_names_are_those_listed() -> None:
    assert set(dir(chainrule)) >= set(chainrule.__all__)
    assert all(getattr(chainrule, name) is not None for name in chainrule.__all__)
    assert len(chainrule.__all__) <= 30
    with pytest.raises(AttributeError):
        _ = chainrule.nothing  # type: ignore[attr-defined]


def python(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONPATH": str(HERE.parent / "graphlib")},
    )
    return done.stdout.strip()


def test_import_loads_nothing_heavy() -> None:
    heavy = "print([m for m in ('sympy', 'networkx', 'streamlit') if m in sys.modules])"
    assert python(f"import sys, chainrule; {heavy}") == "[]"
    used = "chainrule.parse('x^2').gradient({'x': 3})"
    assert python(f"import sys, chainrule; {used}; {heavy}") == "[]"


def test_the_lecture_example() -> None:
    # d/dx cos(sin(x²) + 3x²) at 1, computed with mpmath at 60 digits
    want = mpmath.mpf("4.5607917906787772259")
    for text in (PROGRAM, "cos(sin(x^2)+3x^2)"):
        graph = chainrule.parse(text)
        assert math.isclose(graph.gradient({"x": 1})["x"], want, rel_tol=1e-13)
        assert math.isclose(graph.hessian({"x": 1})["x"]["x"], 40.742006155421251638, rel_tol=1e-12)
    worked = chainrule.parse(PROGRAM).reverse({"x": "1"})
    assert math.isclose(worked["adjoint:t"], 2.2803958953393886129, rel_tol=1e-13)
    assert math.isclose(worked["share:u2,t"], 1.9323738751571372742, rel_tol=1e-13)
    assert worked["partial:t,x"] == 2.0
    assert len(worked.steps()) == 19
    forward = chainrule.parse(PROGRAM).forward({"x": 1})
    assert math.isclose(forward["tangent:u"], 7.0806046117362794348, rel_tol=1e-13)
    for cell in ("adjoint:nobody", "adjoint:", "nobody", ""):
        with pytest.raises(GraphError, match="no cell"):
            _ = worked[cell]


def test_what_is_no_text_and_no_point_is_refused_in_words() -> None:
    graph = chainrule.parse("x^2")
    with pytest.raises(TypeError, match="a formula is a text, not 3"):
        chainrule.parse(3)  # type: ignore[arg-type]
    for ask in (graph.gradient, graph.reverse, graph.draw, graph.compile()):
        with pytest.raises(TypeError, match="a point gives values by name"):
            ask(2.0)


def test_jacobian_of_two_outputs() -> None:
    graph = chainrule.parse("f = x*y; g = x + y^2")
    assert graph.jacobian({"x": 2, "y": 3}) == {
        "f": {"x": 3.0, "y": 2.0},
        "g": {"x": 1.0, "y": 6.0},
    }


def test_a_typed_decimal_is_exact_and_a_float_is_its_binary_value() -> None:
    graph = chainrule.parse("(x - 1/10) * 10^20")
    assert graph.evaluate({"x": "0.1"}) == 0
    # float(0.1) − 1/10 = 5.551115123125783e-18, exactly 3602879701896397/2^55 − 1/10
    assert math.isclose(float(graph.evaluate({"x": 0.1})), 555.1115123125783, rel_tol=1e-12)


@pytest.mark.parametrize(
    ("point", "message"),
    [
        ({}, "No value is given for x"),
        ({"x": "one"}, "number"),
        ({"x": float("nan")}, "not a number"),
        ({"x": float("inf")}, "not a number"),
        ({"x": 1, "z": 2}, "not a variable"),
    ],
)
def test_a_bad_point_says_which(point: dict[str, Any], message: str) -> None:
    with pytest.raises(PointError, match=message) as refusal:
        chainrule.parse("x^2").gradient(point)
    assert refusal.value.allowed


def test_kinks_and_what_conventions_hide() -> None:
    value, gradient = adapter.explore("abs(x)", {"x": 0})
    assert (value, gradient["x"]["subgradient"]) == (0.0, [-1.0, 1.0])
    # relu(x) − relu(−x) = x: the conventions add up to 0, the derivative is 1.
    slope = chainrule.parse("relu(x) - relu(-x)").work({"x": 0}).slope("x")
    assert slope.corrected and slope.shown == 1 and slope.double == 0
    # relu(x²) has slope 0 at 0 from both sides.
    assert adapter.explore("relu(x^2)", {"x": 0})[1]["x"] == 0.0


@pytest.mark.parametrize(
    ("text", "x", "value"),
    [
        ("log(1-sigmoid(x))", "40", "-40.000000000000000004248354255291589"),
        ("log(1+exp(x))", "1000", "1000"),
        ("(1-cos(x))/x^2", "1e-8", "0.49999999999999999583"),
        ("sqrt(x+1)-sqrt(x)", "1e16", "4.99999999999999987500e-9"),
        ("sin(pi*x)", "1", "0"),
        ("x/3*3-x", "0.1", "0"),
        ("1-tanh(x)^2", "100", "5.53558e-87"),
    ],
)
def test_numbers_that_doubles_lose_are_right(text: str, x: str, value: str) -> None:
    got, _gradient = adapter.explore(text, {"x": x})
    got = got["value"] if isinstance(got, dict) else got
    assert mpmath.almosteq(mpmath.mpf(got), mpmath.mpf(value), rel_eps=1e-5, abs_eps=1e-90)


def test_second_derivatives_where_the_function_is_not() -> None:
    assert adapter.hessian("log(x)", {"x": -1}) == {"x": {"x": "undefined"}}
    assert adapter.hessian("abs(x)", {"x": 0}) == {"x": {"x": "undefined"}}
    assert adapter.hessian("abs(x)^3", {"x": 2}) == {"x": {"x": 12.0}}


def test_undefined_values_name_their_node() -> None:
    worked = chainrule.parse("J = a + 1; a = log(x)").work({"x": 0})
    reason = worked.number("value:J").undefined
    assert reason is not None
    assert (worked.labels[reason.node], reason.op) == ("a", "log")
    assert "positive" in (worked.view.why(worked.number("adjoint:x")) or "")


EXPRESSIONS = lines("expressions_public.jsonl")


@pytest.mark.parametrize("item", EXPRESSIONS, ids=lambda item: item["id"])
def test_public_expressions(item: dict[str, Any]) -> None:
    value, gradient = adapter.explore(item["text"], item["point"])
    plain = {k: float(v["value"] if isinstance(v, dict) else v) for k, v in gradient.items()}
    assert math.isclose(
        float(value["value"] if isinstance(value, dict) else value),
        float(item["value"]),
        rel_tol=1e-9,
    )
    for name, want in item["grad"].items():
        assert math.isclose(plain[name], float(want), rel_tol=1e-9, abs_tol=1e-12)
    if "hessian" in item:
        rows = adapter.hessian(item["text"], item["point"])
        largest = max(abs(float(x)) for row in item["hessian"].values() for x in row.values())
        for a, row in item["hessian"].items():
            for b, want in row.items():
                assert math.isclose(
                    float(rows[a][b]), float(want), rel_tol=1e-9, abs_tol=1e-12 * largest
                )


def test_sympy_and_networkx_round_trips() -> None:
    import networkx
    import sympy

    graph = chainrule.parse(PROGRAM)
    x = sympy.Symbol("x", real=True)
    assert sympy.simplify(graph.sympy() - sympy.cos(sympy.sin(x**2) + 3 * x**2)) == 0
    back = Graph.from_sympy(graph.sympy())
    assert math.isclose(back.gradient({"x": 0.5})["x"], -3.3341464141449720132, rel_tol=1e-13)
    view = graph.networkx({"x": 1})
    assert isinstance(view, networkx.MultiDiGraph) and networkx.is_directed_acyclic_graph(view)
    again = Graph.from_networkx(view)
    assert math.isclose(again.gradient({"x": 1})["x"], 4.5607917906787772259, rel_tol=1e-13)


def test_every_refusal_is_an_input_error() -> None:
    for text in ("", "foo(x)", "x +", "1.2.3", "__import__('os')", "x.y"):
        with pytest.raises(InputError) as refusal:
            chainrule.parse(text)
        assert 0 <= refusal.value.position <= len(text)
