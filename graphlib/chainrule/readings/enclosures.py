"""The proof of a run: for every cell the ball in which its number lies, and what doubles give."""

from __future__ import annotations

import re
from collections.abc import Iterator

from chainrule.passes.run import Number
from chainrule.readings.catalogue import CAPTIONS, MARKS, WORDS
from chainrule.readings.cells import number_cell
from chainrule.readings.grid import Cell, Grid, GridRow, Header, grouped, words
from chainrule.readings.numbers import full_digits
from chainrule.readings.terms import Partial, Role, Term, Word
from chainrule.readings.view import View

# The exponent of a power of powers may have a thousand digits.
_LONG_EXPONENT = re.compile(r"(e[+-]?[0-9]{12})[0-9]{10,}([0-9]{6})")
KEYS = ("kind", "cell", "number", "enclosure", "double", "state")


def enclosures(view: View) -> Grid:
    """Return values, local partials and derivatives of a run with what is proven of each."""
    heads = [
        Header(key, Word(WORDS[f"proof_{key}"]), numeric=key in ("number", "double"))
        for key in KEYS
    ]
    rows = grouped([_row(view, *entry) for entry in _cells(view)])
    return Grid("enclosures", (CAPTIONS["enclosures"],), tuple(heads), rows, view.digits_note)


def _cells(view: View) -> Iterator[tuple[str, Term, Number, Role]]:
    run = view.run
    for node in view.shown:
        yield f"value:{view.labels[node]}", view.name(node), run.value(node), "value"
    for edge in view.edges:
        number = run.partial(edge.user, edge.slot)
        if number is not None:
            name = Partial(view.name(edge.user), view.name(edge.operand))
            yield view.edge_id("partial", edge), name, number, "partial"
    for node in view.shown:
        if view.graph.varies[node]:
            yield (
                view.derivative_id(node),
                view.derivative_name(node),
                run.derivative(node),
                "derivative",
            )


def _shortened(enclosure: str) -> str:
    return _LONG_EXPONENT.sub(r"\1…\2", enclosure)


def _row(view: View, id: str, name: Term, number: Number, role: Role) -> GridRow:
    double = number.double
    none = not isinstance(double, float | int)
    kind = WORDS[id.partition(":")[0]]
    state = (
        WORDS["proven_cell"] if number.state == "proven" else MARKS.get(number.state, number.state)
    )
    return GridRow(
        {
            "kind": words(kind, role),
            "cell": Cell(name),
            "number": number_cell(view, id, number, role),
            "enclosure": words(_shortened(number.enclosure) or WORDS["none"], "quiet"),
            "double": words(WORDS["none"] if none else full_digits(double), "quiet"),
            "state": words(state, None if number.state == "proven" else "warning"),
        },
        id,
    )
