"""`chainrule show`: a graph at a glance."""

from __future__ import annotations

from chainrule.cli.request import At, Formula, Kink, Output, Readings
from chainrule.cli.table import Format, Json


def show(
    formula: Formula,
    at: At = None,
    reading: Readings = None,
    kink: Kink = None,
    format: Format = None,
    json: Json = False,
    output: Output = None,
) -> None:
    """Show a graph at a glance: formula, inputs and outputs, nodes, cost, number of paths.

    With a point also the value, the derivatives, their closed forms, and whether forward mode,
    reverse mode, SymPy and differences agree.

    \b
      chainrule show "cos(sin(x^2)+3x^2)"
      chainrule show "J = cos(u); u = sin(t) + 3t; t = x^2" --at x=1
      chainrule show lecture.txt --json
    """
    from chainrule.cli.output import as_pdf, deliver, renderer, terminal
    from chainrule.cli.request import parsed
    from chainrule.cli.steps import note_records
    from chainrule.readings.render import terminal as on_terminal
    from chainrule.readings.render.json import grid_record, written

    chosen = renderer(format, output, json)
    graph, point = parsed(formula, at, reading, kink)
    grid = graph.overview(point or None).grid()
    on_screen = output is None or output == "-"
    console = terminal() if chosen.name == "text" and on_screen else None
    if console is not None:
        on_terminal.show(console, grid.document())
    elif chosen.name == "json":
        deliver(written(grid_record(grid) | note_records(graph)), output)
    else:
        pdf = as_pdf(format, output) and not json
        deliver(chosen.write(grid.document(), pdf or not on_screen), output, pdf=pdf)
