"""S1: from a text to every node's value, local partials and adjoints, against peers."""

from __future__ import annotations

from examples import EXAMPLES, Example
from peers import casadi_explore, sympy_explore
from report import Bar, Section, milliseconds, ratio
from timing import interleaved

from chainrule import Graph, Worked
from chainrule.algebras.float64 import FLOAT64
from chainrule.passes.record import Record, record
from chainrule.readings.formulas import compose
from chainrule.readings.partials import partial_graph
from chainrule.readings.terms import Symbol, Term, text
from chainrule.readings.view import View

ABOUT = """From the text of a formula to every node's value, every local partial and every node's
adjoint, at one point. Rows with "text" also write all of them as formulas; "double" is double
precision alone, "checked" is what every page and table shows: the same run again in exact
numbers and with 50 digits, compared cell by cell. SymPy: unevaluated parse, one derivative per
node, `lambdify` with `cse`. CasADi: Python's `ast` as front end, a zero input added to every node
so that one gradient has all adjoints; its rows without text have no local partials. Every row
gives the same derivatives, which is checked before the clock starts. Caches are warm for
everybody; times are CPU time of one call, medians of interleaved rounds, one thread."""

SYMPY_LIMIT, CASADI_LIMIT, PAGE_LIMIT = 1 / 50, 1 / 3, 30.0
OURS_DOUBLE = "chainrule, double, text"
OURS_CHECKED = "chainrule, checked, text"
SYMPY, CASADI = "SymPy, text", "CasADi, text"


def passes(example: Example) -> Record:
    """Return all steps of a run in double precision."""
    graph = Graph.parse(example.text)
    point = {node: FLOAT64.number(value) for node, value in graph.at(example.point).items()}
    return record(graph, FLOAT64, point, "reverse", {graph.outputs[0]: 1.0})
