"""Points at which a common mistake gives the right number, so that nobody learns from luck."""

from __future__ import annotations

from dataclasses import dataclass

from chainrule.graph.wengert import INPUT, WengertList
from chainrule.ops import OPS
from chainrule.passes.misconceptions import LEDGERS
from chainrule.passes.record import record
from chainrule.readings.terms import Numeral, Power, Symbol, Term, row
from chainrule.readings.view import View

POWER, CONSTANT = OPS["power"], OPS["constant"]


@dataclass(frozen=True, slots=True)
class Hint:
    """At `value`, `one` and `other` look alike; `better` is a value at which they do not."""

    variable: str
    value: str
    one: Term
    other: Term
    better: str


def hints(view: View) -> tuple[Hint, ...]:
    """Return for each input whose value hides a mistake with a power what looks alike there."""
    found: dict[str, Hint] = {}
    for graph, entries in _bodies(view):
        for node, op in enumerate(graph.ops):
            if op is not POWER:
                continue
            base, exponent = graph.operands[node]
            entry = entries.get(base)
            if entry is None or graph.ops[exponent] is not CONSTANT:
                continue
            power = graph.parameters_of(exponent)["number"]
            value = view.run.point[entry]
            name = view.labels[entry]
            alike = _alike(name, power, value, str(graph.parameters_of(exponent)["text"]))
            if alike is not None and name not in found:
                found[name] = Hint(name, str(value), Power(Symbol(name), alike[0]), alike[1], "1.5")
    return tuple(found.values())


def unnoticed(view: View) -> tuple[str, ...]:
    """Return the common mistakes that are possible here and change no derivative by an input."""
    run, graph = view.run, view.graph
    if not view.reverse or not graph.is_scalar:
        return ()
    right = run.double
    point = {node: right.values[node] for node in graph.inputs}
    found = []
    for name, ledger in LEDGERS.items():
        seeds = {node: right.algebra.number(seed) for node, seed in run.seeds.items()}
        wrong = record(graph, right.algebra, point, "reverse", seeds, ledger)
        if _meets(graph, run.output) and all(
            wrong.derivatives.get(node) == right.derivatives.get(node) for node in graph.inputs
        ):
            found.append(name)
    return tuple(found)


def _meets(graph: WengertList, output: int) -> bool:
    """Whether shares meet anywhere on the way back from the output."""
    distance = graph.distances([output])
    return any(
        sum(distance[edge.user] >= 0 for edge in edges) > 1 and graph.varies[node]
        for node, edges in enumerate(graph.users)
    )


def _bodies(view: View) -> list[tuple[WengertList, dict[int, int]]]:
    """Return the graph and every fold's body, each with its nodes that are inputs of the run."""
    graph = view.graph
    bodies = [(graph, {n: n for n in graph.inputs})]
    for node in view.shown:
        body = graph.parameters_of(node).get("body")
        if isinstance(body, WengertList):
            entries = {
                inner: outer
                for inner, outer in zip(body.inputs, graph.operands[node], strict=True)
                if graph.ops[outer] is INPUT
            }
            bodies.append((body, entries))
    return bodies


def _alike(name: str, power: object, value: object, text: str) -> tuple[Term, Term] | None:
    if power in (0, 1) or (not isinstance(value, int) and getattr(value, "denominator", 0) != 1):
        return None
    if value in (0, 1):
        return Numeral(text), Symbol(name)
    if power == 2 and value == 2:
        return Numeral(text), row(Numeral(text), Symbol(name))
    return None
