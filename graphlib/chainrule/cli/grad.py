"""`chainrule grad`: gradient, Jacobian, Hessian, or Hessian times a direction, as numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from chainrule.cli.request import At, Formula, Kink, Output, Readings
from chainrule.errors import InputError

if TYPE_CHECKING:
    from chainrule.readings.grid import Tabular

Way = Annotated[
    Literal["reverse", "forward"] | None,
    typer.Option(
        "--mode", help="Row by row, or column by column; else the cheaper.", show_default=False
    ),
]
Second = Annotated[bool, typer.Option("--hessian", help="Second derivatives of the main output.")]
Along = Annotated[
    list[str] | None,
    typer.Option(
        "--along",
        metavar="NAME[=MOVE]",
        help="The Hessian times a direction: --along x=1,y=-1.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="As JSON, with all digits.")]


def grad(
    formula: Formula,
    at: At = None,
    mode: Way = None,
    hessian: Second = False,
    along: Along = None,
    reading: Readings = None,
    kink: Kink = None,
    json: Json = False,
    output: Output = None,
) -> None:
    """Show the derivatives of every output by every input.

    Also what they cost both ways.

    In JSON a number that double precision gets wrong is a string of digits, one that does not
    exist is null.

    \b
      chainrule grad "f = x y; g = x + y^2" --at x=2,y=3
      chainrule grad "x^2 y + sin(x y)" --at x=2,y=3 --hessian
      chainrule grad "x^2 y" --at x=2,y=3 --along x=1,y=-1 --json
    """
    from chainrule.cli.output import deliver, tell_notes
    from chainrule.cli.request import pairs, parsed
    from chainrule.readings.derivatives import derivative_grid
    from chainrule.readings.render.json import written
    from chainrule.readings.view import Notation

    if hessian and along:
        raise InputError(
            "--hessian and --along are two questions", allowed="Ask for one at a time."
        )
    graph, point = parsed(formula, at, reading, kink)
    record: dict[str, Any]
    shown: Tabular
    if along:
        moves = pairs(along, "--along", default="1")
        rows = {"H·d": graph.hvp(point, moves)}
        exact = {graph.list.names[node]: value for node, value in graph.at(point).items()}
        goal = graph.list.names.get(graph.list.outputs[0], Notation().output)
        shown = derivative_grid("hessian_vector", rows, exact, goal=goal)
        record = {"hessian_vector": plain(rows["H·d"]), "direction": moves}
    elif hessian:
        shown = graph.hessian(point)
        record = {"hessian": plain(shown)}
    else:
        shown = found = graph.jacobian(point, mode)
        record = {"jacobian": plain(found.rows), **found.grid().about}
    record["at"] = dict(point)
    if json:
        deliver(written(record), output)
        return
    deliver(shown.text(), output)
    tell_notes(graph, on_screen=output is None or output == "-")


def plain(number: Any) -> Any:
    """Return numbers as JSON holds them."""
    from chainrule.algebras.undefined import Undefined
    from chainrule.readings.numbers import full_digits

    if isinstance(number, Mapping):
        return {name: plain(entry) for name, entry in number.items()}
    if hasattr(number, "data"):
        return _entries(number.data.tolist())
    if type(number) is Undefined:
        return None
    return number if isinstance(number, float) and number - number == 0 else full_digits(number)


def _entries(entries: Any) -> Any:
    return [_entries(entry) for entry in entries] if isinstance(entries, list) else plain(entries)
