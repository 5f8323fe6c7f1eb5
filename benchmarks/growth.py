"""Growth of the interactive path: text of 100 to 5,000 nodes to its table."""

from __future__ import annotations

import math

from report import Bar, Section, milliseconds
from timing import interleaved

from chainrule import Graph

ABOUT = """\
A formula `sin(2*x)+sin(3*x)+…` of 100 to 5,000 nodes (the limit for typed text): a deep chain
of sums, one input with as many users as there are terms. Reading the text, running both
passes (checked: in enclosures too), and composing the table. The exponent is the slope of log
time against log nodes."""

SIZES = (100, 300, 1_000, 3_000, 4_900)
LIMIT = 1.1
STAGES = ("read", "passes, double", "passes, checked", "table")


def formula(nodes: int) -> str:
    """Return a formula whose graph has about this many nodes, four to a term."""
    return "+".join(f"sin({number}*x)" for number in range(2, nodes // 4 + 2))


def measure(rounds: int) -> Section:
    """Return the section of this bar."""
    rows, seconds, sizes = [], [], []
    for size in SIZES:
        text = formula(size)
        graph = Graph.parse(text)
        worked = graph.work({"x": 1}, zoom="primitive")
        taken = interleaved(
            {
                STAGES[0]: lambda text=text: Graph.parse(text),
                STAGES[1]: lambda graph=graph: graph.work({"x": 1}, zoom="primitive"),
                STAGES[2]: lambda graph=graph: graph.work({"x": 1}, zoom="primitive").run.fine,
                STAGES[3]: lambda worked=worked: worked.table(),
            },
            max(3, rounds // 5),
        )
        total = taken[STAGES[0]] + taken[STAGES[2]] + taken[STAGES[3]]
        sizes.append(len(graph))
        seconds.append(total)
        rows.append(
            (
                f"{len(graph):,}",
                *(milliseconds(taken[stage]) for stage in STAGES),
                f"{total / len(graph) * 1e6:.0f} µs",
            )
        )
    bar = Bar("exponent of read + checked passes + table", exponent(sizes, seconds), LIMIT)
    head = ("nodes", *STAGES, "read, checked and table, a node")
    return Section("Growth of the interactive path", ABOUT, head, tuple(rows), (bar,))


def exponent(sizes: list[int], seconds: list[float]) -> float:
    """Return the slope of the least-squares line through the logarithms."""
    points = [(math.log(n), math.log(t)) for n, t in zip(sizes, seconds, strict=True)]
    x, y = (sum(p[i] for p in points) / len(points) for i in (0, 1))
    return sum((a - x) * (b - y) for a, b in points) / sum((a - x) ** 2 for a, _ in points)
