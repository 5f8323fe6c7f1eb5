"""`chainrule grad`: gradient, Jacobian, Hessian, or Hessian times a direction, as numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from chainrule.cli.request import At, Formula, Output, Readings
from chainrule.errors import InputError

if TYPE_CHECKING:
    from chainrule.facade import Graph

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
    json: Json = False,
    output: Output = None,
) -> None:
    """Show the derivatives of every output by every input, and what they cost both ways.

    In JSON a number that double precision gets wrong is a string of digits, one that does not
    exist is null.

    \b
      chainrule grad "f = x y; g = x + y^2" --at x=2,y=3
      chainrule grad "x^2 y + sin(x y)" --at x=2,y=3 --hessian
      chainrule grad "x^2 y" --at x=2,y=3 --along x=1,y=-1 --json
    """
    from chainrule.cli.output import deliver, tell_notes
    from chainrule.cli.request import pairs, parsed
    from chainrule.readings.render.grid import grid_text
    from chainrule.readings.render.json import written

    if hessian and along:
        raise InputError(
            "--hessian and --along are two questions", allowed="Ask for one at a time."
        )
    graph, point = parsed(formula, at, reading)
    record: dict[str, Any]
    if along:
        moves = pairs(along, "--along", default="1")
        rows: Mapping[str, Mapping[str, Any]] = {"H·d": graph.hvp(point, moves)}
        record, about = {"hessian_vector": plain(rows["H·d"]), "direction": moves}, ""
    elif hessian:
        rows = graph.hessian(point)
        record, about = {"hessian": plain(rows)}, ""
    else:
        found = graph.jacobian(point, mode)
        rows, record = found.rows, {"jacobian": plain(found.rows), "mode": found.mode}
        record["cost"] = {
            way: {"passes": cost.passes, "operations": cost.operations}
            for way, cost in found.cost.items()
        }
        about = _costs(found.cost, found.mode)
    record["at"] = dict(point)
    if json:
        deliver(written(record), output)
        return
    heads = ["∂²" if hessian or along else "∂", *map(_name, graph.variables)]
    cells = [[_name(row), *map(_shown, entries.values())] for row, entries in rows.items()]
    deliver(grid_text(heads, cells) + "".join(_whys(graph, rows)) + about, output)
    tell_notes(graph, on_screen=output is None or output == "-")


def _name(name: str) -> str:
    from chainrule.readings.terms import Symbol, text

    return text(Symbol(name))


def _shown(number: Any) -> str:
    from chainrule.readings.numbers import numeral
    from chainrule.readings.render.words import MARK
    from chainrule.readings.terms import text

    return text(numeral(number)) + (f" {MARK}" if _corrected(number) else "")


def _corrected(number: Any) -> bool:
    """Whether double precision gives another number, so that one of more digits stands here."""
    return hasattr(number, "_mpf_")


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


def _whys(graph: Graph, rows: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return, once each, why a number does not exist or is not that of double precision."""
    from chainrule.algebras.undefined import Undefined
    from chainrule.readings.render.words import MARK

    numbers = [number for entries in rows.values() for number in entries.values()]
    reasons = {
        f"undef: {number.op} needs {number.needs}\n": None
        for number in numbers
        if type(number) is Undefined
    }
    if any(map(_corrected, numbers)):
        reasons[f"{MARK} double precision gives another number; this one has more digits\n"] = None
    return list(reasons)


def _costs(cost: Mapping[Any, Any], mode: str) -> str:
    ways = (
        f"{way} mode: {price.passes:,} {'pass' if price.passes == 1 else 'passes'}, "
        f"{price.operations:,} operations{' (used)' if way == mode else ''}"
        for way, price in cost.items()
    )
    return "\n".join(ways) + "\n"
