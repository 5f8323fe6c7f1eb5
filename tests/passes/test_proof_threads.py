"""FLINT's precision is one for the whole process: runs that prove at once do not disturb others."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from typing import Any

from flint import ctx

import chainrule
from chainrule.passes.proof import prove
from chainrule.passes.run import Run

# Each leaves the ladder on another rung, in balls or with closed forms.
CASES = [
    ("sin(x)*exp(-x)", "1.7"),
    ("tanh(x)-1", "50"),
    ("(1-cos(x))/x^2", "1e-120"),
    ("max(sqrt(x)^2, 2) + relu(sin(pi x))", "2"),
    ("log(1-tanh(x))", "2000"),
    ("log(1-tanh(x))", "20000"),
    ("gamma(x) + erf(x)/x", "7/3"),
    ("(tanh(x) - sinh(x)/cosh(x))*y", "1/3"),
]
THREADS, ROUNDS = 8, 3


def answers(formula: str, x: str) -> list[Any]:
    graph = chainrule.parse(formula, declared=("x", "y"))
    point = {
        n: Fraction(x) if graph.list.names[n] == "x" else Fraction(3) for n in graph.list.inputs
    }
    made = Run(graph.list, point)
    cells = [made.value(n) for n in range(len(graph))]
    cells += [made.derivative(n) for n in graph.list.inputs]
    sides = [(repr(s.left), repr(s.right)) for s in made.sides.values()]
    return [made.proof.bits, sides, *((c.state, repr(c.shown), c.enclosure) for c in cells)]


def test_many_threads_get_what_one_gets() -> None:
    alone = [answers(*case) for case in CASES]
    assert {row[0] for row in alone} >= {128, 512, 2_048, 8_192}
    before = ctx.prec
    start = threading.Barrier(THREADS)

    def work(k: int) -> list[tuple[int, list[Any]]]:
        start.wait()
        order = [(i + k) % len(CASES) for i in range(len(CASES))] * ROUNDS
        return [(i, answers(*CASES[i])) for i in order]

    with ThreadPoolExecutor(THREADS) as pool:
        found = [pair for rows in pool.map(work, range(THREADS)) for pair in rows]
    assert len(found) == THREADS * ROUNDS * len(CASES)
    for i, row in found:
        assert row == alone[i], CASES[i]
    assert ctx.prec == before


def test_proofs_of_one_graph_at_once() -> None:
    graph = chainrule.parse("u = exp(-x)*sin(x); f = log(u + 2) + tanh(40 x)")
    points = [{graph.list.inputs[0]: Fraction(k, 7)} for k in range(1, 33)]
    seeds = {graph.list.outputs[0]: Fraction(1)}

    def proven(point: Any) -> list[str]:
        record = prove(graph.list, point, "reverse", seeds).record
        assert record is not None
        return [repr(x) for x in (*record.values, *record.derivatives.values())]

    alone = [proven(p) for p in points]
    with ThreadPoolExecutor(THREADS) as pool:
        assert list(pool.map(proven, points)) == alone
