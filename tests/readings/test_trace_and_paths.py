"""Evaluation trace, dual numbers and paths, against the lecture's numbers and other routes."""

from __future__ import annotations

import json
import math
import unicodedata
from decimal import Decimal
from fractions import Fraction
from typing import Any

import mpmath
import pytest

import chainrule
from chainrule import Graph, GraphError
from chainrule.algebras.undefined import Undefined
from chainrule.graph.builder import Builder
from chainrule.readings.grid import Tabular

LECTURE = "J = cos(u); u = u1 + u2; u1 = sin(t); u2 = 3t; t = x^2"
SEVERAL = "y = a b + sin(a) c; a = p q; b = q/r; c = exp(-p)"
POINT = {"p": "0.7", "q": "-1.3", "r": "2.1"}
DOUBLINGS = "\n".join(["t0 = x", *(f"t{i} = t{i - 1} + t{i - 1}" for i in range(1, 61))])


def digits(found: Tabular) -> dict[str, str]:
    """Digits by cell id."""
    cells = (cell for row in found.grid().rows for cell in row.cells.values())
    return {cell.id: cell.digits for cell in cells if cell.id and cell.digits}


def close(found: str, expected: str) -> bool:
    return abs(Decimal(found) - Decimal(expected)) <= Decimal("1e-14") * abs(Decimal(expected))


def test_the_trace_has_both_modes_of_the_lecture(golden_numbers: dict[str, Any]) -> None:
    found = digits(chainrule.parse(LECTURE).reverse({"x": 1}).trace())
    expected = {f"value:{n}": x for n, x in golden_numbers["values"].items()}
    expected |= {f"adjoint:{n}": x for n, x in golden_numbers["adjoints"].items()}
    expected |= {f"tangent:{n}": x for n, x in golden_numbers["tangents_seed_x"].items()}
    assert len(expected) == 18 and found.keys() == expected.keys()
    assert not [id for id, x in expected.items() if not close(found[id], x)]


def test_the_trace_is_the_same_from_either_mode() -> None:
    graph = chainrule.parse(LECTURE)
    back, ahead = (graph.work({"x": 1}, mode).trace() for mode in ("reverse", "forward"))
    assert back.csv() == ahead.csv()


def test_the_trace_says_where_a_tangent_and_an_adjoint_come_from() -> None:
    shown = chainrule.parse(LECTURE).work({"x": 1}, notation="bars").trace().text()
    shown = unicodedata.normalize("NFC", shown)
    assert "u̇₁ = cos(t)·ṫ" in shown
    assert "t̄ = cos(t)·ū₁ + 3ū₂" in shown
    assert "ẋ = 1" in shown and "J̄ = 1" in shown


def test_a_tangent_column_for_each_input_up_to_four() -> None:
    five = "p q r s w"
    for names in (five[:3], five[:5], five[:7]):
        graph = chainrule.parse(names)
        at = {name: 2 for name in names.split()}
        heads = [h.key for h in graph.work(at).trace().grid().columns]
        assert sum(key.startswith("tangent by ") for key in heads) == 2 * len(at)
    graph = chainrule.parse(five)
    run = graph.work({name: 2 for name in five.split()}, "forward")
    assert [h.key for h in run.trace().grid().columns].count("tangent by p") == 1
    assert [h.key for h in run.table().columns][-1] == "derivative"


def test_duals_are_value_and_tangent() -> None:
    run = chainrule.parse(SEVERAL).forward(POINT, {"q": 1})
    grid = run.duals().grid()
    for row in grid.rows:
        value, _, tangent = row.cells["dual"].digits.partition(" + ")
        assert float(value) == run[f"value:{row.node}"]
        assert float(tangent.removesuffix(" ε")) == run[f"tangent:{row.node}"]


def test_duals_show_rule_and_sign() -> None:
    shown = chainrule.parse("y = sin t; t = -x^2").work({"x": 1}, notation="bars").duals().text()
    shown = unicodedata.normalize("NFC", shown)
    assert "sin(t + ṫ ε) = sin t + cos(t)·ṫ·ε" in shown
    assert "−1 − 2 ε" in shown and "ε² = 0" in shown


def sensible(graph: Graph, point: dict[str, str], name: str) -> float:
    """A derivative by mpmath's own differences."""

    def f(x: Any) -> Any:
        p, q, r = (x if n == name else at[n] for n in ("p", "q", "r"))
        a, b, c = p * q, q / r, mpmath.exp(-p)
        return a * b + mpmath.sin(a) * c

    with mpmath.workdps(40):
        at = {n: mpmath.mpf(v) for n, v in point.items()}
        return float(mpmath.diff(f, at[name]))


def test_forward_tables_have_a_column_for_each_input() -> None:
    graph = chainrule.parse(SEVERAL)
    table = graph.table(POINT, "forward")
    found = digits(table)
    assert table.csv() == graph.table(POINT, "forward").csv()
    for name in ("p", "q", "r"):
        expected = sensible(graph, POINT, name)
        assert math.isclose(float(found[f"tangent:y,{name}"]), expected, rel_tol=1e-12)
    one = graph.forward(POINT, {"q": 1})
    assert float(found["tangent:a,q"]) == one["tangent:a"]
    assert "tangent:a" not in found and "tangent:a" in digits(one.table())
    # An input has 1 in its own column and 0 in the others.
    assert [found[f"tangent:p,{n}"] for n in "pqr"] == ["1.0", "0.0", "0.0"]


def test_paths_of_the_lecture() -> None:
    paths = chainrule.parse(LECTURE).reverse({"x": 1}).paths()
    entry = paths["x"]
    assert (paths.count, len(entry.shown), entry.agrees) == (2, 2, True)
    u = math.sin(1) + 3
    expected = [-math.sin(u) * math.cos(1) * 2, -math.sin(u) * 3 * 2]
    assert [p.product.shown for p in entry.shown] == pytest.approx(expected, rel=1e-14)
    assert entry.total.shown == pytest.approx(4.5607917906787772259, rel=1e-15)
    names = [[paths.view.labels[e.user] for e in p.edges] for p in entry.shown]
    assert names == [["t", "u1", "u", "J"], ["t", "u2", "u", "J"]]
    assert "x → t → u₁ → u → J" in paths.text()


@pytest.mark.parametrize("zoom", ["primitive", "named"])
def test_the_sum_over_paths_is_the_adjoint(zoom: str) -> None:
    graph = chainrule.parse(SEVERAL)
    paths = graph.work(POINT, zoom=zoom).paths()
    for name in ("p", "q", "r"):
        assert paths[name].agrees
        assert paths[name].total.shown == pytest.approx(sensible(graph, POINT, name), rel=1e-12)


def test_a_wrong_adjoint_differs_from_the_sum_over_paths() -> None:
    from chainrule.passes import paths as module
    from chainrule.readings.paths import Paths

    run = chainrule.parse(LECTURE).reverse({"x": 1})
    entry = run.paths()["x"]
    with run.run.fine.algebra.session():
        off = entry.adjoint.proven * (1 + Fraction(1, 10**20))
        wrong = entry.adjoint._replace(proven=off)
        assert module._equal(entry.total, entry.adjoint) is True
        assert module._equal(entry.total, wrong) is False
    changed = module.InputPaths(entry.node, 2, entry.shown, entry.total, wrong, agrees=False)
    (remark,) = Paths(run.view, (changed,)).grid().remarks
    assert remark.mark == "differs" and remark.nodes == ("x",)


def test_sixty_doublings_are_counted() -> None:
    paths = chainrule.parse(DOUBLINGS).paths({"x": 1})
    assert paths["x"].count == 2**60 and len(paths["x"].shown) == 200
    assert paths["x"].total.shown == 2.0**60 and paths["x"].agrees
    assert "1,152,921,504,606,846,976 paths" in paths.text()
    assert json.loads(paths.json())["paths"] == {"x": str(2**60)}


def test_counts_beyond_all_digits() -> None:
    builder = Builder()
    t = builder.input("x")
    for _ in range(20_000):
        t = t + t
    shown = Graph.of(builder.finish([t])).paths({"x": 0}, zoom="primitive").csv()
    assert "·10⁶⁰²⁰ paths" in shown


def test_several_inputs_share_the_room() -> None:
    run = chainrule.parse("y = a t + b t; t = a b").work({"a": 2, "b": 3}, zoom="primitive")
    paths = run.paths(most=3)
    assert [(e.count, len(e.shown), e.agrees) for e in paths.inputs] == [(3, 3, True), (3, 0, True)]
    # t + a b + b b, and a a + t + b a.
    assert [e.total.shown for e in paths.inputs] == [6 + 6 + 9, 4 + 6 + 6]


def test_paths_that_lead_nowhere_and_inputs_that_are_outputs() -> None:
    paths = chainrule.parse("f = 2x; g = y").work({"x": 1, "y": 1}, output="f").paths()
    assert (paths["y"].count, paths["y"].total.shown, paths["y"].agrees) == (0, 0.0, True)
    assert "no path" in paths.text()
    itself = chainrule.parse("x").paths({"x": 5})["x"]
    assert (itself.count, itself.total.shown) == (1, 1.0)


def test_a_path_through_nothing_has_no_product() -> None:
    entry = chainrule.parse("f = x + log x").paths({"x": -1})["x"]
    assert [type(p.product.shown) is Undefined for p in entry.shown] == [True, True]
    assert type(entry.total.shown) is Undefined and entry.agrees is None


def test_refusals() -> None:
    with pytest.raises(GraphError, match="'z' is not a variable; there are x"):
        chainrule.parse("x^2").paths({"x": 1}, by="z")
    with pytest.raises(GraphError, match="paths are those of numbers"):
        chainrule.parse("v: 2; sum(v)").paths({"v": [1, 2]})


def test_cells_of_several_columns_are_asked_for_by_id() -> None:
    run = chainrule.parse("f = x y; x = 2p; y = p q").forward({"p": 3, "q": 5})
    # f = 2p·p·q, so ∂f/∂p = 4 p q and ∂f/∂q = 2 p².
    assert run["tangent:f,p"] == 60 and run["tangent:f,q"] == 18
    assert run["share:f,y,q"] == 18 and run["share:f,x"] == run["share:f,x,p"] == 30
    with pytest.raises(GraphError, match="no cell"):
        _ = run["tangent:f,r"]


def test_local_partials_are_asked_for_by_id_where_an_operand_is_a_column_too() -> None:
    worked = Graph.parse("y = w z; w = x z").work({"x": 2, "z": 3}, "forward")
    assert (worked["partial:w,x"], worked["partial:w,z"]) == (3.0, 2.0)
    assert worked["partial:y,z"] == 6.0


def test_the_copies_of_a_tree_move_together() -> None:
    run = chainrule.parse("f = t t; t = x^2").work({"x": 3}, as_tree=True)
    paths = run.paths("x")
    assert paths.count == 2 and sum(e.total.shown for e in paths.inputs) == 4 * 27
    heads = [h.key for h in run.trace().grid().columns if h.key.startswith("tangent by")]
    assert heads == ["tangent by x formula", "tangent by x"]
    assert digits(run.trace())["tangent:f"] == "108.0"


def test_a_graph_without_inputs() -> None:
    run = chainrule.parse("1 + 2").work({})
    assert [row.cells["dual"].digits for row in run.duals().grid().rows] == ["3.0"]
    assert run.paths().grid().rows == () and len(run.trace().grid().rows) == 1
