"""Promise 5: the graph stays a graph.

Sixty doublings (2^60 paths): value, gradient, DOT, SVG, LaTeX, PDF and table in 1 s (warm) and
200 kB each. 5,000 nodes in 2 s. Work at most linear: a factor of 2.5 for each doubling of nodes.
Here work is counted in calls; seconds are measured in tests/soak.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

import chainrule
from chainrule import Graph, Worked
from chainrule.graph.builder import Builder
from chainrule.readings.grid import Tabular
from tests.counted import growth

DOUBLINGS = 60
BYTES = 200_000
NODES = 5_000
FACTOR = 2.5

TEXT = "\n".join(["t0 = x", *(f"t{i} = t{i - 1} + t{i - 1}" for i in range(1, DOUBLINGS + 1))])

READINGS: dict[str, Callable[[Worked], Tabular]] = {
    "trace": Worked.trace,
    "duals": Worked.duals,
    "paths": Worked.paths,
    "cost": Worked.cost,
    "health": Worked.health,
}
MADE: dict[str, Callable[[Graph], bytes | str | float]] = {
    "value": lambda graph: graph.evaluate({"x": 1}),
    "gradient": lambda graph: graph.gradient({"x": 1})["x"],
    "dot": lambda graph: graph.draw({"x": 1}, "dot"),
    "svg": lambda graph: graph.draw({"x": 1}, "svg"),
    "pdf": lambda graph: graph.draw({"x": 1}, "pdf"),
    "latex": lambda graph: graph.table({"x": 1}).to("latex"),
    "markdown": lambda graph: graph.table({"x": 1}).to("markdown"),
    "forward csv": lambda graph: graph.table({"x": 1}, "forward").to("csv"),
} | {
    f"{name} csv": lambda graph, read=read: read(graph.work({"x": 1})).to("csv")
    for name, read in READINGS.items()
}


@pytest.mark.parametrize("what", MADE)
def test_sixty_doublings(what: str) -> None:
    result = MADE[what](chainrule.parse(TEXT))
    if isinstance(result, bytes | str):
        assert 0 < len(result if isinstance(result, bytes) else result.encode()) <= BYTES
    else:
        assert result == 2.0**DOUBLINGS


def long_graph(nodes: int) -> Graph:
    """A chain written by the library rather than typed: t -> sin t + ½, over and over."""
    builder = Builder()
    t = builder.input("x")
    half = builder.lift(0.5)
    while len(builder.ops) < nodes:
        t = builder.maths.sin(t) + half
    return Graph.of(builder.finish([t]))


def test_five_thousand_nodes_by_the_library() -> None:
    graph = long_graph(NODES)
    assert abs(len(graph) - NODES) <= 3
    assert 0 < graph.gradient({"x": 1})["x"] < 1


@pytest.fixture(scope="module")
def long_run() -> Worked:
    return long_graph(NODES).work({"x": 1})


@pytest.mark.parametrize("name", READINGS)
def test_five_thousand_nodes_in_every_reading(long_run: Worked, name: str) -> None:
    head, *rows = READINGS[name](long_run).csv().splitlines()
    assert head
    assert rows or name == "health"


@pytest.mark.parametrize("read", [Worked.table, Worked.trace, Worked.paths])
def test_work_is_linear_in_the_nodes(read: Callable[[Worked], Tabular]) -> None:
    def work(nodes: int) -> Callable[[], object]:
        graph = long_graph(nodes)
        return lambda: read(graph.reverse({"x": 1})).grid()

    assert growth(work, 600, 4) <= FACTOR**2
