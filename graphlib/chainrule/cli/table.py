"""`chainrule table`: the table of a run, as lectures print it."""

from __future__ import annotations

from typing import Annotated

import typer

from chainrule.cli.request import Digits, Output, Request, requested

Format = Annotated[
    str | None,
    typer.Option(
        "--format",
        metavar="NAME",
        help="text, html, latex, typst, json, markdown, csv or pdf; else by the ending of -o.",
        show_default=False,
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Short for --format json.")]
Show = Annotated[
    str,
    typer.Option(
        "--show",
        metavar="READING",
        help="table, trace, duals, paths, jacobian, cost, health, conditions, enclosures, "
        "derivation.",
    ),
]
Health = Annotated[
    bool,
    typer.Option(
        "--health", help="Say what is saturated, overflows or cancels (on the screen, in JSON)."
    ),
]


@requested
def table(
    request: Request,
    *,
    digits: Digits = None,
    format: Format = None,
    json: Json = False,
    show: Show = "table",
    health: Health = False,
    output: Output = None,
) -> None:
    """Show the table of values, local partials and derivatives.

    With --show another reading: trace (value, tangent and adjoint side by side), duals (dual
    numbers), paths (every path with its product), jacobian, cost, health, conditions,
    enclosures (the interval in which every number lies for certain), or derivation (the
    derivatives worked out in symbols).

    With -o a whole file is written (an HTML page, a LaTeX document); the screen gets the piece
    to paste.

    \b
      chainrule table "cos(sin(x^2)+3x^2)" --at x=1
      chainrule table "a b + sin a" --at a=2,b=3 --mode forward --by a
      chainrule table "cos(sin(x^2)+3x^2)" --at x=1 --show trace --notation bars
      chainrule table lecture.txt --at x=0.5 --zoom named -o table.tex
      echo "x^2 y" | chainrule table - --at x=3,y=1/2 --json
    """
    from chainrule.cli.output import present, renderer
    from chainrule.readings.catalogue import WORDS
    from chainrule.readings.health import health_record
    from chainrule.readings.prose import printable

    chosen = renderer(format, output, json)
    graph, run = request.worked(digits)
    found = run.health() if health else None
    further = {} if found is None else {"health": health_record(found)}
    present(run.read(show).document(), graph, format, output, json, further)
    if found is not None and chosen.name == "text" and output in (None, "-"):
        for line in [f.sentence for f in found.findings] or [WORDS["healthy"]]:
            print(printable(line))
