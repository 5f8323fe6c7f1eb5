"""Graphs as SymPy expressions and back, against mpmath and the golden expressions."""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import sys
import types
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import mpmath
import pytest
import sympy as sp

from chainrule.errors import GraphError
from chainrule.graph.builder import Builder
from chainrule.graph.sympy_view import expanded_size, from_sympy, to_sympy
from chainrule.graph.wengert import WengertList
from chainrule.ops import OPS
from chainrule.ops.record import same_shape
from chainrule.passes.walks import evaluate
from chainrule.testing.digits import digits_algebra
from tests.laws.references import reference

DATA = Path(__file__).parents[1] / "data" / "expressions_public.jsonl"
x, y, z = sp.symbols("x y z", real=True)

# What each operation on numbers is, from outside.
mp = mpmath.MPContext()
mp.dps = 60
MEANING: dict[str, Any] = {
    "identity": lambda a: a,
    "given": lambda a, b: a,
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "neg": lambda a: -a,
    "reciprocal": lambda a: 1 / a,
    "power": lambda a, b: a**b,
    "sqrt": mp.sqrt,
    "exp": mp.exp,
    "log": mp.log,
    "sin": mp.sin,
    "cos": mp.cos,
    "tan": mp.tan,
    "tanh": mp.tanh,
    "sigmoid": lambda a: 1 / (1 + mp.exp(-a)),
    "abs": abs,
    "sign": mp.sign,
    "step": lambda a: mp.mpf(a > 0),
    "relu": lambda a: max(a, 0),
    "max": max,
    "max_weight": lambda *xs: mp.mpf(xs[0] == max(xs)),
}
# The others as the laws have them; their parameters stay at the defaults.
MEANING |= {
    name: partial(reference(name).fine, **op.parameters)
    for name, op in OPS.items()
    if name not in MEANING and op.shape is same_shape and op.arity != 0
}
# Operations on vectors only.
VECTORS = {name for name, op in OPS.items() if op.shape is not same_shape}
LEAVES = {"input", "constant", "pi", "e", "nowhere"}


def values(graph: WengertList, point: list[Fraction], digits: int = 50) -> list[Any]:
    algebra = digits_algebra(digits)
    given = dict(zip(graph.inputs, map(algebra.number, point), strict=True))
    run = [step.value for step in evaluate(graph, algebra, given)]
    return [run[output] for output in graph.outputs]


def value(graph: WengertList, *point: Any, digits: int = 50) -> Any:
    return values(graph, [Fraction(p) for p in point], digits)[0]


def close(a: Any, b: Any, digits: int = 45) -> bool:
    a, b = mp.mpf(a), mp.mpf(b)
    return bool(abs(a - b) <= mp.mpf(10) ** -digits * max(abs(a), abs(b), 1))


def of_op(name: str, count: int) -> WengertList:
    builder = Builder()
    inputs = [builder.input(f"x{i}") for i in range(count)]
    return builder.finish([builder.write(OPS[name], inputs)])


def test_every_operation_is_accounted_for() -> None:
    assert set(OPS) == set(MEANING) | VECTORS | LEAVES


@pytest.mark.parametrize("evaluated", [True, False])
@pytest.mark.parametrize("name", sorted(MEANING))
def test_an_operation_and_its_round_trip_have_the_values_of_mpmath(
    name: str, evaluated: bool, sample_seed: int
) -> None:
    drawn = random.Random(sample_seed)
    op = OPS[name]
    for sample in op.samples:
        graph = of_op(name, len(sample))
        with sp.evaluate(evaluated):
            expression = to_sympy(graph)
        back = from_sympy(expression, inputs=[f"x{i}" for i in range(len(sample))])
        for _ in range(4):
            # Near a sample, so inside the domain.
            point = [Fraction(s) * Fraction(drawn.randint(900, 1100), 1000) for s in sample]
            if name in ("max_weight", "min_weight") and len(set(point)) < len(point):
                continue
            expected = MEANING[name](*(mp.mpf(p.numerator) / p.denominator for p in point))
            at = {sp.Symbol(f"x{i}", real=True): sp.Rational(p) for i, p in enumerate(point)}
            assert close(sp.N(expression.subs(at), 55), expected)
            assert close(value(back, *point), expected)


def test_the_walk_keeps_what_was_written_unless_sympy_may_simplify() -> None:
    builder = Builder()
    a = builder.input("x")
    graph = builder.finish([(a + a) - a * 1])
    assert to_sympy(graph) == x
    with sp.evaluate(False):
        as_written = to_sympy(graph)
    assert sp.srepr(as_written).count("Symbol('x', real=True)") == 3


def test_symbols_are_real_and_called_to_the_letter() -> None:
    builder = Builder()
    names = ["ξ₁", "y_star", "E", "lambda", "x_1"]
    total = builder.input(names[0])
    for name in names[1:]:
        total = total + builder.input(name)
    symbols = to_sympy(builder.finish([total])).free_symbols
    assert {s.name for s in symbols} == set(names)
    assert all(s.is_real for s in symbols)


def test_numbers_are_exact() -> None:
    builder = Builder()
    graph = builder.finish([builder.input("x") * builder.number(Fraction(1, 10), "0.1")])
    assert to_sympy(graph) == x * sp.Rational(1, 10)


def test_the_lecture_example() -> None:
    builder = Builder()
    a = builder.input("x")
    m = builder.maths
    graph = builder.finish([m.cos(m.sin(a**2) + 3 * a**2)])
    assert to_sympy(graph) == sp.cos(sp.sin(x**2) + 3 * x**2)


def test_a_node_may_stay_a_symbol() -> None:
    builder = Builder()
    a = builder.input("x")
    u = builder.name(a**2, "u")
    graph = builder.finish([builder.maths.sin(u) + a])
    assert to_sympy(graph, free=[u.index]) == sp.sin(sp.Symbol("u", real=True)) + x


def test_a_tie_of_three_is_shared_in_thirds() -> None:
    graph = of_op("max_weight", 3)
    at = [sp.Symbol(f"x{i}", real=True) for i in range(3)]
    expression = to_sympy(graph)
    for point, weight in [
        ((2, 2, 2), "1/3"),
        ((2, 2, 1), "1/2"),
        ((1, 2, 2), "0"),
        ((3, 2, 1), "1"),
    ]:
        assert expression.subs(dict(zip(at, point, strict=True))) == sp.Rational(weight)


def doubling(times: int) -> WengertList:
    builder = Builder()
    node = builder.input("x")
    for _ in range(times):
        node = node + node
    return builder.finish([node])


def test_the_expanded_size_is_counted_on_the_graph() -> None:
    # A binary tree of depth d has 2^(d+1) − 1 nodes.
    graph = doubling(7)
    assert expanded_size(graph, graph.outputs[0]) == 255
    assert to_sympy(graph) == 128 * x
    with pytest.raises(GraphError, match=r"1,023 nodes .* allowed: 500"):
        to_sympy(doubling(9))
    with pytest.raises(GraphError, match=r"255 nodes .* allowed: 254"):
        to_sympy(graph, limit=254)
    with pytest.raises(GraphError, match=r"more than 1,000,000,000,000 nodes"):
        to_sympy(doubling(100_000))


def test_powers_that_sympy_would_write_out_are_refused() -> None:
    def power(base: Any, exponent: int) -> WengertList:
        builder = Builder()
        a = builder.input("x")
        return builder.finish([base(builder, a) ** builder.number(Fraction(exponent))])

    for base in (
        lambda b, a: b.lift(9),
        lambda b, a: 2 * a,
        lambda b, a: b.maths.sqrt(b.lift(2)) * a,
    ):
        with pytest.raises(GraphError, match="1,000 digits"):
            to_sympy(power(base, 10**12))
    assert to_sympy(power(lambda b, a: a, 10**12)) == x ** (10**12)
    builder = Builder()
    hidden = builder.maths.exp(builder.lift(10**12) * builder.maths.log(builder.lift(2)))
    with pytest.raises(GraphError, match="1,000 digits"):
        to_sympy(builder.finish([hidden]))


def test_vectors_are_refused() -> None:
    builder = Builder()
    graph = builder.finish([builder.maths.sum(builder.input("v", (3,)))])
    with pytest.raises(GraphError, match=r"shape \(3,\)"):
        to_sympy(graph)


def nested(depth: int) -> WengertList:
    builder = Builder()
    node = builder.input("x")
    for _ in range(depth):
        node = builder.maths.sin(node)
    return builder.finish([node])


def test_deep_formulas() -> None:
    for depth, evaluated in ((100, True), (499, False)):
        with sp.evaluate(evaluated):
            expression = to_sympy(nested(depth))
        back = from_sympy(expression)
        assert [op.name for op in back.ops] == ["input"] + ["sin"] * depth
    with pytest.raises(GraphError, match="nested 5000 deep"):
        to_sympy(nested(5000), limit=10_000)


def test_from_sympy_goes_as_deep_as_an_expression() -> None:
    deep: Any = x
    with sp.evaluate(False):
        for _ in range(3000):
            deep = sp.sin(deep)
    assert len(from_sympy(deep)) == 3001


@pytest.mark.parametrize(
    ("expression", "steps"),
    [
        (x - y, "x − y"),
        (-x, "−x"),
        (x / y, "x / y"),
        (2 * x / 3, "2·x / 3"),
        (-x / (2 * y), "−(x / (2·y))"),
        (1 / x**2, "1 / x^2"),
        (sp.sqrt(x), "sqrt(x)"),
        (1 / sp.sqrt(x), "1 / sqrt(x)"),
        (sp.exp(-x), "exp(−x)"),
        (sp.Pow(sp.E, x, evaluate=False), "exp(x)"),
        (sp.Add(3, -x, evaluate=False), "3 − x"),
        (sp.Add(x, -3, evaluate=False), "x − 3"),
        (x**y, "x^y"),
        (sp.Abs(x), "abs(x)"),
        (sp.pi * sp.E, "e·π"),
    ],
)
def test_how_an_expression_is_written(expression: Any, steps: str) -> None:
    graph = from_sympy(expression)

    def written(node: int) -> str:
        op, operands = graph.ops[node], graph.operands[node]
        if op.name == "input":
            return graph.names[node]
        if op.name == "constant":
            return str(graph.parameters[node]["text"])
        if op.arity == 0:
            return {"pi": "π", "e": "e"}[op.name]
        inner = [written(i) for i in operands]
        inside = [
            f"({t})" if " / " in t or (op.name == "div" and "·" in t and i) else t
            for i, t in enumerate(inner)
        ]
        signs = {"add": " + ", "sub": " − ", "mul": "·", "div": " / ", "power": "^"}
        if op.name in signs:
            return signs[op.name].join(inside)
        return f"−{inside[0]}" if op.name == "neg" else f"{op.name}({', '.join(inner)})"

    assert written(graph.outputs[0]) == steps


def test_shared_subexpressions_are_one_node_across_outputs() -> None:
    u = sp.sin(x * y)
    graph = from_sympy([u + 1, u**2], names=["f", "g"])
    assert [op.name for op in graph.ops].count("sin") == 1
    assert [graph.names[i] for i in graph.outputs] == ["f", "g"]
    point = Fraction(3, 4), Fraction(5, 7)
    s = mp.sin(mp.mpf(15) / 28)
    assert all(close(a, b) for a, b in zip(values(graph, [*point]), (s + 1, s**2), strict=True))


def test_inputs_stand_in_the_order_asked_for() -> None:
    assert [from_sympy(z - x).names[i] for i in (0, 1)] == ["x", "z"]
    graph = from_sympy(z - x, inputs=["z", "w"])
    assert [graph.names[i] for i in graph.inputs] == ["z", "w", "x"]


def test_floats_are_their_exact_binary_value() -> None:
    graph = from_sympy(sp.Float(0.1) + x)
    numbers = [p["number"] for p in graph.parameters.values()]
    assert numbers == [Fraction(0.1)]


@pytest.mark.parametrize(
    ("expression", "point", "expected"),
    [
        (sp.Max(x, y, 1), (2, 3), 3),
        (sp.Min(x, y), (2, 3), 2),
        (sp.Heaviside(x), (0,), "0.5"),
        (sp.Heaviside(x, 1), (0,), 1),
        (sp.sign(x), (-2,), -1),
        (sp.log(x * y) - sp.log(x), (2, 1), 0),
        (x ** sp.Rational(1, 3), (8,), 2),
        (sp.Pow(x, 0, evaluate=False), (8,), 1),
        (sp.Mul(x, 0, evaluate=False), (8,), 0),
        (sp.Add(x, x, evaluate=False), (8,), 16),
    ],
)
def test_values_worked_out_by_hand(expression: Any, point: Any, expected: Any) -> None:
    assert close(value(from_sympy(expression), *point), expected)


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        (sp.zeta(x), "zeta has no operation"),
        (sp.re(sp.gamma(sp.I * x)), "I has no operation"),
        (sp.polygamma(y, x), "polygamma of an order"),
        (sp.Integral(x, x), "Integral has no operation"),
        (sp.Piecewise((x, x > 0), (0, True)), "no operation"),
        (sp.I * x, "I has no operation"),
        (sp.oo, "oo has no operation"),
        (sp.nan, "nan has no operation"),
        (sp.zoo, "zoo has no operation"),
        (sp.Function("f")(x), "f has no operation"),
        (sp.EulerGamma, "EulerGamma has no operation"),
        (sp.Heaviside(x, y), "Heaviside with a formula"),
        (sp.Symbol("x") + x, "two different symbols are called 'x'"),
        (sp.log(x, 2, evaluate=False), "log of 2 operands; allowed: 1"),
        (sp.Float._new((0, 1, -(10**9), 1), 53), "allowed: 1,000 digits"),
        ([], "no expression"),
    ],
)
def test_what_no_operation_stands_for_is_refused_by_name(expression: Any, message: str) -> None:
    with pytest.raises(GraphError, match=message):
        from_sympy(expression)


def test_text_is_never_read() -> None:
    with pytest.raises(sp.SympifyError):
        from_sympy("__import__('os')")


def golden() -> list[dict[str, Any]]:
    return [json.loads(line) for line in DATA.read_text(encoding="utf-8").splitlines()]


def numpy_names() -> types.SimpleNamespace:
    """SymPy's functions under NumPy's names, in which the golden data is written."""
    renamed = {
        "arcsin": "asin",
        "arccos": "acos",
        "arctan": "atan",
        "arcsinh": "asinh",
        "arccosh": "acosh",
        "arctanh": "atanh",
        "abs": "Abs",
        "maximum": "Max",
        "minimum": "Min",
        "power": "Pow",
    }
    names = {n: getattr(sp, n) for n in dir(sp) if not n.startswith("_")}
    names |= {n: getattr(sp, to) for n, to in renamed.items()}
    names |= {"e": sp.E, "log10": lambda a: sp.log(a) / sp.log(10)}
    return types.SimpleNamespace(**names)


def test_golden_expressions_there_and_back() -> None:
    read, refused = 0, 0
    for case in golden():
        symbols = {n: sp.Symbol(n, real=True) for n in case["point"]}
        # The numbers of the data are exact decimals.
        text = re.sub(r"(?<![\w.])(\d+(\.\d+)?(e-?\d+)?)", r'Rational("\1")', case["python"])
        names = {"np": numpy_names(), "abs": sp.Abs, "erf": sp.erf, "Rational": sp.Rational}
        source = eval(text, names | symbols)
        try:
            graph = from_sympy(source, inputs=sorted(symbols))
        except GraphError as error:
            assert "no operation" in str(error)
            refused += 1
            continue
        read += 1
        back = from_sympy(to_sympy(graph, limit=5000), inputs=sorted(symbols))
        point = [Fraction(case["point"][n]) for n in sorted(symbols)]
        for one in (graph, back):
            assert close(value(one, *point), case["value"], 18), case["id"]
    assert read > 250, (read, refused)


def test_sympy_is_loaded_only_when_it_is_used() -> None:
    code = (
        "import sys; import chainrule.graph.sympy_view, chainrule.graph.networkx_view, "
        "chainrule.passes.agreement; "
        "sys.exit(any(m in sys.modules for m in ('sympy', 'networkx')))"
    )
    path = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    assert subprocess.run([sys.executable, "-c", code], check=False, env=path).returncode == 0
