"""Hints from the graph: what a cell is computed from, by which rule, and in which formula.

Three steps, from a question to the formula in names; the number is left to whoever asked. The
first step for a mistake that is known is the question of its record.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from chainrule.exercises.answers import rounding
from chainrule.exercises.catalogue import GUIDANCE
from chainrule.exercises.cells import Cell, canonical_id
from chainrule.exercises.marking import Marking
from chainrule.exercises.worksheet import Worksheet
from chainrule.graph.wengert import Edge
from chainrule.passes.misconceptions import MISCONCEPTIONS
from chainrule.readings.prose import Prose, filled
from chainrule.readings.terms import EQUALS, Row, Sign, Term, row

MOST_SHARES: Final = 8


def hints(sheet: Worksheet, id: str, names: tuple[str, ...] = ()) -> tuple[Prose, ...]:
    """Return the hints for a cell: a question, the rule with the nodes, the formula.

    Parameters
    ----------
    names
        Misconceptions that explain what stands there.
    """
    kind, _, ends = canonical_id(id).partition(":")
    plain = f"partial:{ends}" if kind in ("formula", "share") else f"{kind}:{ends}"
    cell = sheet.cells.get(plain)
    if cell is None:
        return ()
    view = sheet.backward
    here = view.name(cell.node)
    if cell.kind == "value":
        found = _of_value(sheet, cell, here)
    elif cell.edge is not None:
        gaps = {
            "node": here,
            "operand": view.name(cell.edge.operand),
            "equation": view.equation(cell.node),
            "rule": view.rule(cell.node),
        }
        told = row(view.partial_name(cell.edge), EQUALS, view.partial_formula(cell.edge))
        found = (*(filled(GUIDANCE[k], gaps) for k in ("partial_ask", "partial_rule")), (told,))
    elif sheet.is_seed(cell):
        found = (filled(GUIDANCE["seed_ask"], {}), filled(GUIDANCE["seed_rule"], {"node": here}))
    else:
        found = _of_sum(sheet, cell, here)
    if names and names[0] in sheet.mistakes and sheet.mistakes[names[0]].hint:
        found = ((sheet.mistakes[names[0]].hint,), *found[1:])
    return found


def _of_value(sheet: Worksheet, cell: Cell, here: Term) -> tuple[Prose, ...]:
    view = sheet.backward
    operands = [
        view.name(n)
        for n in dict.fromkeys(sheet.graph.operands[cell.node])
        if sheet.graph.varies[n] and n in view.labels
    ]
    gaps: Mapping[str, Term | str | Prose] = {
        "node": here,
        "operands": listed(operands),
        "formula": view.formula(cell.node),
    }
    told = row(here, EQUALS, view.formula(cell.node))
    return (filled(GUIDANCE["value_ask"], gaps), filled(GUIDANCE["value_rule"], gaps), (told,))


def _of_sum(sheet: Worksheet, cell: Cell, here: Term) -> tuple[Prose, ...]:
    view, backward = sheet.backward, cell.kind == "adjoint"
    named = view if backward else sheet.forward
    assert named is not None
    edges = [edge for edge, _ in sheet.flowing(cell)]
    others = [view.name(n) for n in dict.fromkeys(e.user if backward else e.operand for e in edges)]
    gaps: dict[str, Term | str | Prose] = {"node": here, "others": listed(others)}
    terms: list[Term] = [named.derivative_name(cell.node), EQUALS]
    for count, edge in enumerate(edges):
        other = edge.user if backward else edge.operand
        terms += [Sign("+")] if count else []
        terms += [named.derivative_name(other), Sign("·"), view.partial_name(edge)]
    many = "" if len(edges) > 1 else "_one"
    return (
        filled(GUIDANCE[f"{cell.kind}_ask"], gaps),
        filled(GUIDANCE[f"{cell.kind}_rule{many}"], gaps),
        (Row(tuple(terms)),),
    )


def listed(terms: Iterable[Term]) -> Prose:
    """Return terms as a list of words: u₁, u₂ and t."""
    parts: list[str | Term] = []
    found = list(terms)
    for count, term in enumerate(found):
        if count:
            parts.append(GUIDANCE["and"] if count == len(found) - 1 else ", ")
        parts.append(term)
    return tuple(parts) or (GUIDANCE["nothing"],)


@dataclass(frozen=True, slots=True)
class Sent:
    """What one edge sends to a node: the share by the student's numbers, and whether it arrived.

    `arrived` is None where the number written there does not tell.
    """

    edge: Edge
    amount: float
    arrived: bool | None


@dataclass(frozen=True, slots=True)
class Explained:
    """An error: a heading, what happened, and what each edge sends."""

    title: Prose
    told: Prose
    sent: tuple[Sent, ...] = ()


def explain(marking: Marking, id: str, names: tuple[str, ...]) -> Explained:
    """Return what is said about an error of a marked sheet.

    Parameters
    ----------
    id
        The cell, as `Report.errors` has it.
    names
        The misconceptions that explain it.
    """
    sheet, view = marking.sheet, marking.sheet.backward
    cell = sheet.cells.get(canonical_id(id))
    where: Term | str
    if cell is None:
        where = id.partition(":")[2].replace(",", ", ")
    else:
        where = view.name(cell.node) if cell.edge is None else view.partial_name(cell.edge)
    records = [MISCONCEPTIONS[name] for name in names]
    template = records[0].title if records else GUIDANCE["wrong_title"]
    title = filled(template, {"cell": where})
    sent = _sent(marking, cell, id) if cell is not None else ()
    told: list[str | Term] = []
    here = [one for one in sent if one.arrived]
    if here and cell is not None:
        backward = cell.kind == "adjoint"
        from_ = listed(view.name(s.edge.user if backward else s.edge.operand) for s in here)
        gaps = {"written": marking.answers[canonical_id(id)].strip(), "from": from_, "node": where}
        told += filled(GUIDANCE["sent_one" if len(here) == 1 else "sent_some"], gaps)
    else:
        told.append(records[0].sentence if records else GUIDANCE["wrong_told"])
    if records:
        told += filled(GUIDANCE["known"], {"name": records[0].name.replace("-", " ")})
        others = " and ".join(record.name.replace("-", " ") for record in records[1:])
        told += filled(GUIDANCE["same_number"], {"names": others}) if others else ()
        told.append(".")
    return Explained(title, tuple(told), sent)


def _sent(marking: Marking, cell: Cell, id: str) -> tuple[Sent, ...]:
    """Return what the edges of a sum send, and which of them the written number contains."""
    sheet = marking.sheet
    if cell.kind not in ("adjoint", "tangent") or sheet.is_seed(cell):
        return ()
    own = {other: n for other, n in marking.own.items() if other != canonical_id(id)}
    known: dict[Cell, float | None] = {}
    sheet.follows(cell, own, known)
    sum_ = sheet.sum_of(cell, known)
    edges = [edge for edge, _ in sheet.flowing(cell)]
    if sum_ is None or len(edges) > MOST_SHARES:
        return ()
    given = marking.own.get(canonical_id(id))
    reach = 2 * rounding(marking.digits)
    arrived: set[int] | None = None
    if given is not None:
        for size in range(1, len(edges)):
            for chosen in combinations(range(len(edges)), size):
                total = sum(sum_.terms[i] for i in chosen)
                near = abs(total - given) <= reach * max(abs(total), abs(given))
                if arrived is None and near and given != 0:
                    arrived = set(chosen)
    return tuple(
        Sent(edge, amount, None if arrived is None else i in arrived)
        for i, (edge, amount) in enumerate(zip(edges, sum_.terms, strict=True))
    )
