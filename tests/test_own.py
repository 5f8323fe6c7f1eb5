"""Operations of one's own: used by name everywhere, without a trace elsewhere."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
import sympy

import chainrule
from chainrule import testing
from chainrule.errors import ParseError, RuleError
from chainrule.language.tracing import apply
from chainrule.ops import OPS, Domain, Kink, Op

GATE = chainrule.operation(
    "gate", lambda m, x, *, k=2: x * m.sigmoid(k * x), latex=r"\operatorname{gate}"
)
LOGISTIC_ROOT = chainrule.operation(
    "logroot",
    lambda m, x: m.log(m.sqrt(x)),
    [lambda m, y, x: 1 / (2 * x)],
    domain=Domain(lambda x: x > 0, "a positive operand"),
)
RAMP = chainrule.operation(
    "ramp",
    lambda m, x: m.maximum(x, 0),
    [lambda m, y, x: m.step(x, at=0)],
    kink=Kink(lambda x: x == 0, lambda m, t, x: m.maximum(t[0], 0), "the slope at 0 is 0"),
)


def slope(x: float, k: float) -> float:
    """Return the derivative of x/(1 + e^(−kx)), by hand."""
    s = 1 / (1 + math.exp(-k * x))
    return s + k * x * s * (1 - s)


def test_it_is_read_by_its_name_with_its_parameters() -> None:
    graph = chainrule.parse("y = 3gate(x) + gate(x, k=1/2)", operations=[GATE])
    assert graph.gradient({"x": "0.75"})["x"] == pytest.approx(
        3 * slope(0.75, 2) + slope(0.75, 0.5), rel=1e-14
    )
    assert graph.zoom("primitive").notes == ()


def test_only_what_is_given_it_knows_it() -> None:
    chainrule.parse("gate(x)", operations=[GATE])
    assert "gate" not in OPS and "gate" not in OPS.spelled
    with pytest.raises(ParseError):
        chainrule.parse("gate(x)")
    double = chainrule.operation("gate", lambda m, x: 2 * x)

    def value(op: Op) -> Any:
        return chainrule.parse("gate(x)", operations=[op]).evaluate({"x": 1})

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(value, [GATE, double] * 20))
    assert found == pytest.approx([1 / (1 + math.exp(-2)), 2.0] * 20)


def test_every_reading_knows_it() -> None:
    graph = chainrule.parse("y = gate(u); u = x^2", operations=[GATE])
    worked = graph.reverse({"x": 1})
    assert "gate(u)" in worked.table().text()
    assert r"\operatorname{gate}" in worked.table().latex()
    assert "gate" in worked.draw("svg").decode()
    assert any("gate" in step.rule for step in worked.steps())
    assert graph.check({"x": 1}).agrees
    assert len(worked.draw("tikz")) > 1000


def test_numpy_source_closed_form_and_sympy() -> None:
    graph = chainrule.parse("gate(x)", operations=[GATE])
    at = np.array([-3.0, 0.5, 2.0])
    namespace: dict[str, Any] = {}
    exec(graph.compile().source, namespace)
    value, by_x = namespace["value_and_grad"](at)
    np.testing.assert_allclose(value, at / (1 + np.exp(-2 * at)), rtol=1e-14)
    np.testing.assert_allclose(by_x, [slope(x, 2) for x in at], rtol=1e-13)
    x = sympy.Symbol("x", real=True)
    derivative = sympy.diff(x / (1 + sympy.exp(-2 * x)), x)
    closed = sympy.sympify(graph.closed_form().derivative_text["x"].replace("^", "**"))
    numbers = {symbol: sympy.Rational(3, 4) for symbol in closed.free_symbols}
    assert closed.evalf(20, subs=numbers) == pytest.approx(
        float(derivative.evalf(20, subs={x: sympy.Rational(3, 4)})), rel=1e-14
    )


def test_second_derivatives_and_vectors() -> None:
    graph = chainrule.parse("sum(gate(x))", operations=[GATE])
    x = sympy.Symbol("x")
    second = sympy.diff(x / (1 + sympy.exp(-2 * x)), x, 2).subs(x, sympy.Rational(1, 2))
    assert graph.hessian({"x": "0.5"})["x"]["x"] == pytest.approx(float(second), rel=1e-14)
    vector = chainrule.parse("x: 3; sum(gate(x))", operations=[GATE])
    found = vector.gradient({"x": [-1, 0, 2]})["x"]
    np.testing.assert_allclose(found, [slope(v, 2) for v in (-1, 0, 2)], rtol=1e-13)


def test_in_traced_functions() -> None:
    called = chainrule.Graph.trace(lambda x: GATE(x, k=3) + 1)
    named = chainrule.Graph.trace(lambda x: apply("gate", x, k=3) + 1, operations=[GATE])
    given = chainrule.Graph.trace(lambda x: apply(GATE, x, k=3) + 1)
    for graph in (called, named, given):
        assert graph.gradient({"x": 2})["x"] == pytest.approx(slope(2, 3), rel=1e-14)
    with pytest.raises(chainrule.GraphError, match="there is no operation 'gate'"):
        chainrule.Graph.trace(lambda x: apply("gate", x))
    with pytest.raises(chainrule.GraphError, match="the parameters of 'gate' are: k"):
        chainrule.Graph.trace(lambda x: GATE(x, q=3))
    with pytest.raises(RuleError, match="values of a graph"):
        GATE(1.0)


def test_as_an_activation() -> None:
    nn = chainrule.nn
    model = nn.Sequential([nn.Dense(3, GATE), nn.Dense(1)], inputs=1)
    graph = chainrule.Graph.of(model.graph("mse"))
    assert "gate" in {op.name for op in graph.list.ops}
    own = chainrule.operation("own_swish", lambda m, x: x / (1 + m.exp(-x)))
    losses = []
    for activation in (own, "swish"):
        model = nn.Sequential([nn.Dense(3, activation), nn.Dense(1)], inputs=1)
        run = chainrule.train(model, [[0.0], [0.5], [1.0]], [0.0, 1.0, 0.5], steps=50)
        losses.append([record.loss for record in run.run()])
    assert losses[0] == pytest.approx(losses[1], rel=1e-9)
    assert losses[0][-1] < losses[0][0]


@pytest.mark.parametrize(
    ("name", "words"),
    [("tanh", "built in"), ("ln", "built in"), ("x", "cannot be typed"), ("my op", "cannot be")],
)
def test_names_that_cannot_be_given(name: str, words: str) -> None:
    with pytest.raises(RuleError, match=words):
        chainrule.operation(name, lambda m, x: x)


def test_operations_that_do_not_go_together() -> None:
    other = chainrule.operation("gate", lambda m, x: 2 * x)
    with pytest.raises(RuleError, match="'gate' is taken"):
        chainrule.parse("gate(x)", operations=[GATE, other])
    with pytest.raises(RuleError, match="no operation"):
        chainrule.parse("gate(x)", operations=["gate"])  # type: ignore[list-item]
    with pytest.raises(RuleError, match="2 operands, 1 rules"):
        chainrule.operation("pair", lambda m, a, b: a * b, [lambda m, y, a, b: b])


# The laws


def gate_of_floats(x: float, k: Any) -> Any:
    return x / (1 + np.exp(-float(k) * x))


def test_the_laws_hold_for_true_records() -> None:
    testing.check(GATE, reference=gate_of_floats)
    testing.check(
        LOGISTIC_ROOT,
        reference=lambda x: np.log(x) / 2,
        outside=[((0,), "positive"), ((-1,), "positive")],
        border=[((1,), 0, (True,))],
    )
    testing.check(RAMP, kinks=[testing.Corner((0,), (0,))])
    testing.check(chainrule.operation("wedge", lambda m, a, b: a * m.tanh(b) - b * m.exp(-a)))


@pytest.mark.parametrize(
    ("op", "given", "words"),
    [
        (
            chainrule.operation("half", lambda m, x: x / 2, [lambda m, y, x: m.number(1) / 3]),
            {},
            "half.*push by 0",
        ),
        (GATE, {"reference": lambda x, k: x}, "by the reference"),
        (LOGISTIC_ROOT, {}, "a domain and no points"),
        (
            LOGISTIC_ROOT,
            {"outside": [((0,), "negative")], "border": [((1,), 0, (True,))]},
            "without 'negative'",
        ),
        (RAMP, {}, "a kink and no point"),
        (RAMP, {"kinks": [testing.Corner((0,), (1,))]}, "used by 0"),
    ],
    ids=range(6),
)
def test_the_laws_fail_for_wrong_ones(op: Op, given: Any, words: str) -> None:
    with pytest.raises(testing.BrokenLaw, match=words):
        testing.check(op, **given)
