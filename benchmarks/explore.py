"""S1: from a text to every node's value, local partials and adjoints, against peers."""

from __future__ import annotations

from functools import partial

from peers import casadi_explore, sympy_explore
from report import Bar, Section, milliseconds
from timing import interleaved

from chainrule import Graph, Worked
from chainrule.readings.terms import text
from chainrule.readings.view import View
from examples import EXAMPLES, Example

ABOUT = """\
From the text of a formula to every node's value, every local partial and every node's adjoint,
at one point. "Double" is double precision alone, with all steps and the formula of every value,
partial and adjoint as text. "Checked" adds what every number on a page or in a table has behind
it: the run again in enclosures, until every number is proven.

SymPy: unevaluated parse, one derivative per node, `lambdify` with `cse`. CasADi: Python's `ast`
as front end, a zero input added to every node so that one gradient has all adjoints. "Text" is the
same work as "double"; without it SymPy writes no text, and CasADi makes neither text nor local
partials. Where the last column is below 1, that library is faster than "double".

All give the same derivatives, which is checked before the clock starts. Caches are warm for
everybody; times are CPU times of one call, medians of interleaved rounds, one thread."""

SYMPY_LIMIT, CASADI_LIMIT = 1 / 50, 1 / 3
DOUBLE, CHECKED = "chainrule, double", "chainrule, checked"
SYMPY, CASADI = "SymPy, text", "CasADi, text"


def worked(example: Example) -> Worked:
    """Return the passes over every elementary step of an example."""
    return Graph.parse(example.text).work(example.point, zoom="primitive")


def double(example: Example) -> dict[str, float]:
    """Return the adjoints of the inputs, having run both passes and written every formula."""
    return written(example, worked(example).view)


def checked(example: Example) -> dict[str, float]:
    """Do the same with every number checked."""
    explored = worked(example)
    run = explored.run
    assert all(run.value(node) for node in explored.view.shown)
    assert all(run.partial(edge.user, edge.slot) for edge in explored.view.edges)
    assert all(run.derivative(node) for node in explored.view.shown)
    return written(example, explored.view)


def written(example: Example, view: View) -> dict[str, float]:
    """Write every formula and return the adjoints of the inputs in double precision."""
    record = view.run.double
    values = [text(view.formula(node)) for node in view.shown if view.graph.operands[node]]
    names = {node: text(view.name(node)) for node in view.shown}
    goal = names[view.run.output]
    partials: list[tuple[str, str]] = []
    shares: dict[int, list[str]] = {node: [] for node in view.shown}
    for edge in view.edges:
        user = names[edge.user]
        partials.append((f"∂{user}/∂{names[edge.operand]}", text(view.partial_formula(edge))))
        shares[edge.operand].append(f"∂{goal}/∂{user} · {partials[-1][0]}")
    sums = {f"∂{goal}/∂{names[node]}": " + ".join(terms) for node, terms in shares.items()}
    assert values and partials and sums and record.steps
    return {name: record.derivatives[view.graph.index[name]] for name in example.point}


def measure(rounds: int) -> Section:
    """Return the section of this bar."""
    rows, bars = [], []
    for example in EXAMPLES:
        explorers = {
            DOUBLE: double,
            CHECKED: checked,
            "SymPy": partial(sympy_explore, text=False),
            SYMPY: partial(sympy_explore, text=True),
            "CasADi": partial(casadi_explore, text=False),
            CASADI: partial(casadi_explore, text=True),
        }
        agree({name: explorer(example) for name, explorer in explorers.items()})
        work = {name: partial(explorer, example) for name, explorer in explorers.items()}
        taken = interleaved(work, rounds)
        ours = taken[DOUBLE]
        nodes = len(Graph.parse(example.text))
        for name, seconds in taken.items():
            rows.append((example.name, name, milliseconds(seconds), f"{seconds / ours:.2f}"))
        title = f"{example.name}, {example.title}, {nodes} nodes"
        bars += [
            Bar(f"{title}: double / {SYMPY}", ours / taken[SYMPY], SYMPY_LIMIT),
            Bar(f"{title}: double / {CASADI}", ours / taken[CASADI], CASADI_LIMIT),
        ]
    head = ("example", "what", "CPU time", "against double")
    return Section("S1: explore a formula", ABOUT, head, tuple(rows), tuple(bars))


def agree(results: dict[str, dict[str, float]]) -> None:
    """Refuse to time libraries that do not compute the same."""
    wanted = results[DOUBLE]
    for name, result in results.items():
        for variable, slope in wanted.items():
            if abs(result[variable] - slope) > 1e-12 * max(1, abs(slope)):
                raise ValueError(f"{name}: ∂/∂{variable} is {result[variable]}, not {slope}")
