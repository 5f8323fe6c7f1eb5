"""`chainrule check`: do forward mode, reverse mode, SymPy and differences agree?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chainrule.cli.request import At, Formula, Kink, Output, Readings

if TYPE_CHECKING:
    from chainrule.facade import Graph
    from chainrule.facade.points import Point
    from chainrule.passes.agreement import Agreement, InputAgreement

Json = Annotated[bool, typer.Option("--json", help="As JSON, with all digits.")]
Own = Annotated[
    str | None,
    typer.Option(
        "--own",
        metavar="FILE",
        help="Compare gradients of your own, node by node: JSON, or a line for each, u = 0.64.",
        show_default=False,
    ),
]
ROUTES = ("forward", "reverse", "sympy", "differences")
WIDTH, HEIGHT = 56, 11
SHOWN_DIGITS = 17


def check(
    formula: Formula,
    at: At = None,
    reading: Readings = None,
    kink: Kink = None,
    json: Json = False,
    output: Output = None,
    own: Own = None,
) -> None:
    """Compare the derivatives by four ways.

    Also the error of differences against their step.

    Ends with exit code 1 if they do not agree; with --own, if a gradient in FILE is wrong.

    \b
      chainrule check "cos(sin(x^2)+3x^2)" --at x=1
      chainrule check "J = cos(u); u = sin(t) + 3t; t = x^2" --at x=1 --json
      chainrule check "x: 2; f = sum(x^2)" --at x=[1,2] --own mine.json
    """
    from chainrule.cli.output import deliver, tell_notes
    from chainrule.cli.request import parsed
    from chainrule.readings.render.json import written

    graph, point = parsed(formula, at, reading, kink)
    if own is not None:
        _compare(graph, point, own, output)
        return
    found = graph.check(point)
    if json:
        deliver(written(_record(found)), output)
    else:
        deliver("\n".join(_lines(found)) + "\n", output)
        tell_notes(graph, on_screen=output is None or output == "-")
    if found.verdict in ("differs", "undecided"):
        raise typer.Exit(1)


def _compare(graph: Graph, point: Point, own: str, output: str | None) -> None:
    """Compare somebody's own gradients; ends with exit code 1 if one is wrong."""
    from chainrule.cli.output import deliver, renderer
    from chainrule.cli.request import source
    from chainrule.exercises.own_gradients import check_backward, read_gradients

    found = check_backward(graph, point, read_gradients(source(own)))
    chosen = renderer(None, output, False)
    deliver(chosen.write(found.grid().document(), output is not None), output)
    if found.first is not None:
        raise typer.Exit(1)


def _record(found: Agreement) -> dict[str, Any]:
    from chainrule.readings.numbers import full_digits

    def entry(about: InputAgreement) -> dict[str, Any]:
        numbers = {route: getattr(about, route) for route in ROUTES}
        return {
            "verdict": about.verdict,
            **{route: None if n is None else full_digits(n, 60) for route, n in numbers.items()},
            "differing": list(about.differing),
            "reason": about.reason,
            "curve": [list(pair) for pair in about.curve],
        }

    return {
        "agrees": found.agrees,
        "verdict": found.verdict,
        "digits": found.digits,
        "inputs": {about.name: entry(about) for about in found.inputs},
        "missing": found.missing,
    }


def _lines(found: Agreement) -> list[str]:
    from chainrule.readings.catalogue import WORDS
    from chainrule.readings.numbers import full_digits
    from chainrule.readings.prose import plain

    lines: list[str] = []
    for about in found.inputs:
        reason = f" ({about.reason})" if about.reason else ""
        lines.append(f"by {plain(about.name)}: {about.verdict}{plain(reason)}")
        for route in ROUTES:
            number = getattr(about, route)
            shown = "–" if number is None else full_digits(number, SHOWN_DIGITS)
            lines.append(f"  {'SymPy' if route == 'sympy' else route:<12}{shown}")
        lines += picture(about.curve)
    if found.missing:
        lines.append(f"SymPy: {plain(found.missing)}")
    lines.append(WORDS[f"together_{found.verdict}"])
    return lines


def picture(curve: Sequence[tuple[float, float]]) -> list[str]:
    """Return (step, error) pairs as a drawing in characters, both axes in powers of ten."""
    points = [(math.log10(h), math.log10(error)) for h, error in curve if h > 0 and error > 0]
    if len(points) < 2:
        return []
    left, right = min(x for x, _ in points), max(x for x, _ in points)
    low, high = min(y for _, y in points), max(y for _, y in points)
    rows = [[" "] * WIDTH for _ in range(HEIGHT)]
    for x, y in points:
        column = round((x - left) / ((right - left) or 1) * (WIDTH - 1))
        line = round((high - y) / ((high - low) or 1) * (HEIGHT - 1))
        rows[line][column] = "•"
    heads = {0: f"1e{round(high):+d}", HEIGHT - 1: f"1e{round(low):+d}"}
    drawn = [f"  {heads.get(i, ''):>7} ┤{''.join(row).rstrip()}" for i, row in enumerate(rows)]
    ends = f"1e{round(left):+d}", f"1e{round(right):+d}"
    return [
        "  error of the difference quotient against its step h",
        *drawn,
        f"  {'':>7} └{'─' * WIDTH}",
        f"  {'h =':>7}  {ends[0]:<{WIDTH - len(ends[1])}}{ends[1]}",
    ]
