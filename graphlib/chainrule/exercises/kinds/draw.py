"""Complete the graph: formulas of cards, and arrows that are missing."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from chainrule.errors import ChainruleError
from chainrule.exercises.catalogue import WORDS, counted
from chainrule.exercises.figure import Figure, figure
from chainrule.exercises.kinds.kind import Kind, Question, Setting, anything
from chainrule.exercises.kinds.slots import instructions, readable
from chainrule.exercises.problem import Problem
from chainrule.exercises.second_reading import plain_name
from chainrule.exercises.sheet import Answer, ask_in_line
from chainrule.facade import Graph
from chainrule.graph.wengert import WengertList
from chainrule.readings.terms import Coloured, Row, Sign, Symbol, Term, text

MOST_MISSING = 3
_ARROW = re.compile(r"\s*(\S+?)\s*(?:→|->|—>|–>|>)\s*(\S+?)\s*")


def write(setting: Setting) -> Question:
    """Leave some formulas and arrows out."""
    problem, view, rng = setting.problem, setting.problem.worked.view, setting.rng
    steps = list(problem.steps)
    picked = rng.permutation(len(steps))[: max(1, (2 * len(steps)) // 3)]
    blank = [node for i, node in enumerate(steps) if i in set(picked.tolist())]
    edges = list(dict.fromkeys((edge.user, edge.operand) for edge in problem.edges))
    left_out = rng.permutation(len(edges))[: max(1, min(MOST_MISSING, len(edges) // 3))]
    missing = [edge for i, edge in enumerate(edges) if i in set(left_out.tolist())]
    answers = [
        Answer(
            f"node:{view.labels[node]}",
            "formula",
            Coloured("partial", view.formula(node)),
            readable(view.formula(node)),
        )
        for node in blank
    ]
    terms: list[Term] = []
    for user, operand in missing:
        terms += [Sign(",", tight=True), Symbol(" ")] if terms else []
        terms += [view.name(operand), Sign("→"), view.name(user)]
    exact = ", ".join(f"{view.labels[a]} → {view.labels[u]}" for u, a in missing)
    shown = Coloured("partial", Row(tuple(t for t in terms if t != Symbol(" "))))
    answers.append(Answer("arrows", "graph", shown, exact, points=float(len(missing))))

    def drawn() -> tuple[Figure]:
        alternative = _alternative(problem, set(blank), set(missing))
        return (figure(problem, blank=blank, missing=missing, alternative=alternative),)

    gaps = {"blank": counted(len(blank)), "missing": counted(len(missing))}
    words = instructions("draw" if len(missing) > 1 else "draw_one", gaps)
    return Question(
        (words, drawn, ask_in_line((WORDS["missing arrows"],), "arrows", True, drawn=True)),
        tuple(answers),
    )


def _alternative(problem: Problem, blank: set[int], missing: set[tuple[int, int]]) -> str:
    """Return the figure in words, telling nothing that is asked."""
    view = problem.worked.view
    cards = [
        WORDS["empty card"].format(name=text(view.name(node)))
        if node in blank
        else text(view.equation(node))
        for node in view.shown
    ]
    arrows = [
        WORDS["arrow"].format(begin=text(view.name(edge.operand)), end=text(view.name(edge.user)))
        for edge in problem.edges
        if (edge.user, edge.operand) not in missing
    ]
    return WORDS["figure"].format(cards="; ".join(cards), arrows="; ".join(arrows))


def same_arrows(problem: Problem, answer: Answer, given: str) -> tuple[bool, str]:
    """Compare arrows, or a whole graph written as a program, with the key.

    Arrows are pairs of names, "t → u1, u1 -> v"; all arrows of the graph may be listed as well.
    A program ("a = x y; J = sin(a)") may use names of its own for the steps.
    """
    if "=" in given:
        return _same_program(problem, given)
    found = {
        (plain_name(m[1]), plain_name(m[2]))
        for piece in re.split(r"[,;\n]", given)
        if (m := _ARROW.fullmatch(piece))
    }
    asked = _pairs(answer.exact)
    label = problem.worked.labels
    every = {(plain_name(label[e.operand]), plain_name(label[e.user])) for e in problem.edges}
    lacking = [pair for pair in asked if pair not in found]
    too_many = sorted(found - every)
    if lacking:
        begin, end = lacking[0]
        return False, WORDS["arrow missing"].format(begin=begin, end=end)
    if too_many:
        begin, end = too_many[0]
        return False, WORDS["no arrow"].format(begin=begin, end=end)
    return True, ""


def _pairs(exact: str) -> list[tuple[str, str]]:
    return [
        (plain_name(a), plain_name(b))
        for a, b in (piece.split(" → ") for piece in exact.split(", "))
    ]


def _same_program(problem: Problem, given: str) -> tuple[bool, str]:
    """Whether a program is the same graph up to the names of its steps."""
    try:
        theirs = Graph.parse(given, declared=problem.point, constants=True)
        shown = theirs.zoom(theirs.usual_zoom).list
    except ChainruleError as error:
        return False, str(error).partition("\n")[0]
    return compared(problem.worked.graph, shown)


def compared(ours: WengertList, theirs: WengertList) -> tuple[bool, str]:
    """Compare two graphs up to renaming; name the arrow that is missing in the second.

    Steps match where their operations do; inputs match by name. Where one or two arrows are
    missing, the graphs are alike without them, and so it is known which they are.
    """
    import networkx as nx
    from networkx.algorithms.isomorphism import DiGraphMatcher, categorical_node_match

    one, other = _digraph(ours, nx), _digraph(theirs, nx)

    match = categorical_node_match("is", "")
    if DiGraphMatcher(one, other, node_match=match).is_isomorphic():
        return True, ""
    names = nx.get_node_attributes(one, "name")
    bare = nx.get_node_attributes(one, "head")
    for edge in list(one.edges):
        less = one.copy()
        less.remove_edge(*edge)
        nx.set_node_attributes(less, bare, "is")
        blunt = other.copy()
        nx.set_node_attributes(blunt, nx.get_node_attributes(other, "head"), "is")
        if DiGraphMatcher(less, blunt, node_match=match).is_isomorphic():
            told = WORDS["arrow missing"]
            return False, told.format(begin=names[edge[0]], end=names[edge[1]])
    heads = Counter(bare.values()) - Counter(nx.get_node_attributes(other, "head").values())
    if heads:
        lacking = next(iter(heads))
        return False, WORDS["no step"].format(name=lacking)
    return False, WORDS["other arrows"]


def _digraph(graph: WengertList, nx: Any) -> Any:
    """Return a graph with what its nodes are: operation and constants, or an input's name."""
    made = nx.DiGraph()
    for node, op in enumerate(graph.ops):
        if not graph.operands[node] and node not in graph.inputs:
            continue
        name = graph.names.get(node, f"step {node}")
        head = name if node in graph.inputs else op.name
        constants = sorted(
            str(graph.parameters_of(i).get("text", graph.ops[i].name))
            for i in graph.operands[node]
            if not graph.varies[i]
        )
        body = graph.parameters_of(node).get("body")
        if body is not None:
            head = " ".join(
                str(body.parameters_of(i).get("text", o.name)) for i, o in enumerate(body.ops)
            )
        made.add_node(node, name=name, head=head, **{"is": f"{head} {constants}"})
    for node in list(made):
        for operand in graph.operands[node]:
            if operand in made:
                made.add_edge(operand, node)
    return made


KIND = Kind(
    "draw",
    "Complete the graph",
    "drawing the graph of a formula",
    write,
    anything,
    checks={"graph": same_arrows},
)
