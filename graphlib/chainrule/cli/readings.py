"""`chainrule show`, `table` and `steps`: a graph at a glance, the table of a run, and its steps."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from chainrule.cli.request import At, Digits, Formula, Kink, Output, Readings, Request, requested

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

SLIDES = ("pdf", "svg")
"""Endings of files that are slides: pages, or an animation."""


def show(
    formula: Formula,
    at: At = None,
    reading: Readings = None,
    kink: Kink = None,
    format: Format = None,
    json: Json = False,
    output: Output = None,
) -> None:
    """Show a graph at a glance.

    Its formula, inputs and outputs, nodes, cost and number of paths.

    With a point also the value, the derivatives, their closed forms, and whether forward mode,
    reverse mode, SymPy and differences agree.

    \b
      chainrule show "cos(sin(x^2)+3x^2)"
      chainrule show "J = cos(u); u = sin(t) + 3t; t = x^2" --at x=1
      chainrule show lecture.txt --json
    """
    from chainrule.cli.output import present, renderer
    from chainrule.cli.request import parsed

    renderer(format, output, json)
    graph, point = parsed(formula, at, reading, kink)
    shown = graph.overview(point or None).grid().document()
    present(shown, graph, format, output, json, notes=False)


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


@requested
def steps(
    request: Request,
    *,
    digits: Digits = None,
    format: Format = None,
    json: Json = False,
    output: Output = None,
) -> None:
    """Tell the steps of both passes one by one.

    A file that ends in .html is a figure that plays by itself, for a course page: graph, player,
    table and closed form in one. One in .pdf has slides, a page a step; one in .svg is animated.

    \b
      chainrule steps "cos(sin(x^2)+3x^2)" --at x=1
      chainrule steps "x y" --at x=2,y=3 --mode forward --by y -o steps.md
      chainrule steps "cos(sin(x^2)+3x^2)" --at x=1 -o lecture.html
      chainrule steps "cos(sin(x^2)+3x^2)" --at x=1 -o slides.pdf
      chainrule steps "cos(sin(x^2)+3x^2)" --at x=1 -o animation.svg
    """
    from chainrule.cli.output import present, tell_notes, write

    ending = Path(output or "").suffix.lower()[1:]
    if ending in (*SLIDES, "html") and format is None and not json:
        graph, run = request.worked(digits)
        write(run.draw("html") if ending == "html" else run.slides(ending), str(output))
        tell_notes(graph, on_screen=False)
        return
    graph, run = request.worked(digits)
    present(run.steps().document(), graph, format, output, json)
