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
