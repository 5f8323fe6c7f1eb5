"""Cells, captions and remarks of a run, as grids take them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np

from chainrule.algebras.array import Array
from chainrule.algebras.undefined import Undefined
from chainrule.graph.builder import number_text
from chainrule.graph.constant import Constant
from chainrule.graph.numbering import copies, original
from chainrule.graph.wengert import INPUT
from chainrule.ops import Map
from chainrule.passes.kinks import corners, ends, same
from chainrule.passes.run import Number, merged
from chainrule.readings.catalogue import CAPTIONS, WORDS, say
from chainrule.readings.formulas import compose
from chainrule.readings.grid import Cell, Mark, Remark, words
from chainrule.readings.numbers import DEFAULT, Format, full_digits, numeral
from chainrule.readings.prose import Prose, filled
from chainrule.readings.terms import (
    EQUALS,
    Numeral,
    Role,
    Row,
    Sign,
    Symbol,
    Term,
    Word,
    text,
)
from chainrule.readings.terms import Fraction as FractionTerm
from chainrule.readings.view import View

POINT_ENTRIES = 6
POINT_DIGITS = 24
LARGEST_COUNT = 10**24


def number_cell(view: View, id: str, number: Number, role: Role, **more: Any) -> Cell:
    """Return the cell of a number; where a local partial is a linear map there is none."""
    if isinstance(number.shown, Map):
        return Cell(Word(WORDS["linear_map"]), id, "quiet")
    mark: Mark = _mark(number)
    return Cell(
        view.bare(number),
        id,
        "warning" if number.undefined else role,
        full_digits(number.shown),
        mark,
        view.why(number) or "",
        **more,
    )


def _mark(number: Number) -> Mark:
    reason = number.undefined
    if number.state == "undecided" and (reason is None or reason.is_open):
        return "undecided"
    return "undefined" if reason else "corrected" if number.corrected else ""


def plain_cell(
    number: Any, role: Role | None = None, *, id: str = "", format: Format = DEFAULT
) -> Cell:
    """Return the cell of a number that is no part of a run, in words where there is none.

    A number of many digits stands where double precision gives another one.
    """
    if number is None:
        return words(WORDS["none"], "quiet", id)
    if isinstance(number, np.ndarray):
        number = Array(number, number.ndim)
    mark: Mark = ""
    why = ""
    if isinstance(number, Array) and number.undefined is not None:
        why = say("missing", op=number.undefined.op, needs=number.undefined.needs)
        mark = "undefined"
    elif type(number) is Undefined:
        mark, why = "undefined", say("missing", op=number.op, needs=number.needs)
    elif hasattr(number, "_mpf_"):
        mark, why = "corrected", say("more_digits")
    shown: Role | None = "warning" if mark == "undefined" else role
    return Cell(numeral(number, format), id, shown, full_digits(number), mark, why)


def count_term(count: int) -> Term:
    """Return a whole number: exact, or rounded where it has very many digits."""
    if count < 1_000:
        return Numeral(str(count))
    if count < LARGEST_COUNT:
        return Word(f"{count:,}", f"{count:,}".replace(",", "{,}"))
    return numeral(count)


def count_cell(count: int) -> Cell:
    """Return the cell of a whole number."""
    return Cell(count_term(count), digits=count_digits(count))


def count_digits(count: int) -> str:
    """Return all digits of a whole number; str() refuses more than 4,300."""
    return f"{Decimal(count):f}"


def at_kink(view: View, cell: Cell, node: int) -> Cell:
    """Return the cell of a local partial with the remark that its node stands at a kink."""
    if node not in view.run.kinks or cell.mark:
        return cell
    return replace(cell, mark="kink", why=kink_sentence(view, node))


def kink_sentence(view: View, node: int) -> str:
    """Return in words that a node stands at a kink and what is used there."""
    return say("kink", node=text(view.name(node)), convention=conventions(view, node))


def conventions(view: View, node: int) -> str:
    """Return in words what is used where a node stands at a kink, each convention once."""
    found = corners(view.run.fine, node)
    said = [op.kink.words(parameters) for op, parameters in found if op.kink is not None]
    return "; ".join(dict.fromkeys(said))


def one_sided(view: View) -> tuple[Remark, ...]:
    """Return what is to be said of the sides of the point: kinks, and where the function ends."""
    return (*sides(view), *borders(view))


def sides(view: View) -> tuple[Remark, ...]:
    """Return the left and right derivative by each input where kinks make them differ."""
    run = view.run
    if not run.kinks:
        return ()
    result: list[Remark] = []
    for node in run.graph.inputs[:POINT_ENTRIES]:
        found, used = run.sides_by(node), run.derivative(node) if view.reverse else None
        if found is None:
            continue
        left, right = (_shown(view, side) for side in (found.left, found.right))
        goal, name = text(view.name(run.output)), text(view.name(node))
        if not found.agree:
            sentence = f"∂{goal}/∂{name}: {say('kink_sides', left=left, right=right)}."
            if found.values is not None:
                near = [_shown(view, value) for value in found.values]
                here = text(numeral(run.value(run.output).shown, view.notation.format))
                sentence += say("kink_values", goal=goal, left=near[0], right=near[1], here=here)
            result.append(Remark("kink", sentence, (name,), (view.derivative_id(node),)))
        elif used is not None and not same(used.proven, found.right):
            shown = text(numeral(used.shown, view.notation.format))
            kind = "kink_reached" if used.undefined else "kink_repaired"
            sentence = say(kind, node=name, right=right, used=shown)
            result.append(Remark("kink", sentence, (name,), (view.derivative_id(node),)))
    return tuple(result)


def _shown(view: View, proven: Any) -> str:
    return text(numeral(merged(None, proven).shown, view.notation.format))


def borders(view: View) -> tuple[Remark, ...]:
    """Return by which inputs, and on which side of the point, the function does not exist."""
    run, goal = view.run, text(view.name(view.run.output))
    entries = list(copies(run.graph).values())[:POINT_ENTRIES]
    result: list[Remark] = []
    for end in ends(run.fine, run.output, entries):
        name, value = text(view.name(end.entry)), text(given(view, end.entry))
        side = "both" if end.left and end.right else "left" if end.left else "right"
        sentence = say(f"ends_{side}", goal=goal, name=name, value=value)
        derivative = run.derivative(end.entry) if view.reverse else None
        if side != "both" and derivative is not None and not derivative.undefined:
            sentence += say("ends_derivative", side="right" if end.left else "left")
        result.append(Remark("border", sentence, (name,), (view.derivative_id(end.entry),)))
    return tuple(result)


def point(view: View) -> Term | None:
    """Return "x = 1, y = 0.1" as it was given; None for a graph without inputs."""
    inputs = [node for node in _originals(view, view.shown) if view.graph.ops[node] is INPUT]
    shown = inputs[:POINT_ENTRIES]
    listed = _listed([(view.name(node), given(view, node)) for node in shown], len(inputs))
    return None if listed is None else view.spelled(listed)


def _originals(view: View, nodes: Iterable[int]) -> list[int]:
    """Return nodes without those that are further copies in a tree."""
    return [node for node in nodes if original(view.labels[node]) == view.labels[node]]


def stated(point: Mapping[str, Any]) -> Row | None:
    """Return a point by names as "x = 1, y = 0.1"; None where nothing is given."""
    shown = list(point.items())[:POINT_ENTRIES]
    return _listed([(Symbol(name), _exactly(exact)) for name, exact in shown], len(point))


def _listed(entries: list[tuple[Term, Term]], count: int) -> Row | None:
    parts: list[Term] = []
    for name, value in entries:
        parts += [Sign(",", tight=True), Word(" ", r"\ ")] if parts else []
        parts += [name, EQUALS, value]
    if count > len(entries):
        parts += [Sign(",", tight=True), Word(" …", r"\ \dots")]
    return Row(tuple(parts)) if parts else None


def given(view: View, node: int) -> Term:
    """Return the value of an input in the form in which it was given, if that is short."""
    shown = view.run.value(node).shown
    return view.spelled(_exactly(view.run.point.get(node), shown, view.notation.format))


def _exactly(exact: Any, shown: Any = None, format: Format = DEFAULT) -> Term:
    """Return an exact number as it was typed, if that is short; else as it is shown."""
    if isinstance(exact, Constant) and exact.graph is not None:
        return compose(exact.graph, exact.graph.outputs[0], lambda node: None).term
    if isinstance(exact, Fraction | int):
        written = number_text(Fraction(exact))
        if len(written) <= POINT_DIGITS:
            above, _, below = written.partition("/")
            return FractionTerm(Numeral(above), Numeral(below)) if below else Numeral(written)
    if shown is None:
        is_number = isinstance(exact, Fraction | int | float)
        return numeral(exact, format) if is_number else Word("…", r"\dots")
    return numeral(shown, format)


def about(view: View, others: Sequence[View] = ()) -> dict[str, Any]:
    """Return what was run, as plain data: mode, goal or seeds, and the point as it was given."""
    labels = view.labels
    inputs = [node for node in view.shown if view.graph.ops[node] is INPUT]
    return {
        "mode": view.run.mode,
        "goal": labels[view.run.output],
        "seeds": {
            labels[node]: str(seed) for v in (view, *others) for node, seed in v.run.seeds.items()
        },
        "at": {labels[node]: text(given(view, node)) for node in inputs},
    }


def caption(view: View, kind: str = "", *, others: Sequence[View] = ()) -> Prose:
    """Return what is tabulated or told, and at which point.

    Parameters
    ----------
    kind
        One of the captions of the catalogue; by default that of the table of the run's mode.
    others
        Runs along further directions.
    """
    where = point(view)
    gaps: dict[str, Term | str | Prose] = {
        "goal": view.name(view.run.output),
        "seed": _seeds(view, others),
        "point": filled(CAPTIONS["point"], {"point": where}) if where is not None else "",
    }
    return filled(CAPTIONS[kind or view.run.mode], gaps)


def story_caption(view: View) -> Prose:
    """Return what is told step by step, and at which point."""
    return caption(view, f"story_{view.run.mode}")


def _seeds(view: View, others: Sequence[View] = ()) -> Term:
    parts: list[Term] = []
    for one in (view, *others):
        seeds = _originals(one, one.run.seeds)
        for node in seeds[:POINT_ENTRIES]:
            parts += [Sign(",", tight=True), Word(" ", r"\ ")] if parts else []
            parts.append(one.name(node))
            if len(seeds) > 1:
                parts += [EQUALS, numeral(float(one.run.seeds[node]), one.notation.format)]
    return Row(tuple(parts)) if parts else Word(WORDS["none"])
