"""`chainrule steps`: the steps of a run one by one, each with its rule and sentence."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from chainrule.cli.request import Digits, Output, Request, requested
from chainrule.cli.table import Format, Json

if TYPE_CHECKING:
    from chainrule.facade import Graph

SLIDES = ("pdf", "svg")
"""Endings of files that are slides: pages, or an animation."""


def note_records(graph: Graph) -> dict[str, Any]:
    """Return the readings that were made for the user, for JSON."""
    return {
        "notes": [
            {
                "found": note.found,
                "reading": note.reading,
                "key": note.key,
                "alternative": note.alternative,
                "alternative_reading": note.alternative_reading,
                "start": note.span.start,
                "stop": note.span.stop,
            }
            for note in graph.notes
        ]
    }


@requested
def steps(
    request: Request,
    *,
    digits: Digits = None,
    format: Format = None,
    json: Json = False,
    output: Output = None,
) -> None:
    """Tell the steps one by one: values, local partials, then tangents or adjoints.

    A file that ends in .html is a figure that plays by itself, for a course page: graph, player,
    table and closed form in one. One in .pdf has slides, a page a step; one in .svg is animated.

    \b
      chainrule steps "cos(sin(x^2)+3x^2)" --at x=1
      chainrule steps "x y" --at x=2,y=3 --mode forward --by y -o steps.md
      chainrule steps "cos(sin(x^2)+3x^2)" --at x=1 -o lecture.html
      chainrule steps "cos(sin(x^2)+3x^2)" --at x=1 -o slides.pdf
      chainrule steps "cos(sin(x^2)+3x^2)" --at x=1 -o animation.svg
    """
    from chainrule.cli.output import as_pdf, deliver, renderer, tell_notes, terminal
    from chainrule.readings.render.json import record, written

    ending = Path(output or "").suffix.lower()[1:]
    if ending in (*SLIDES, "html") and format is None and not json:
        from chainrule.cli.output import write

        graph, run = request.worked(digits)
        write(run.draw("html") if ending == "html" else run.slides(ending), str(output))
        tell_notes(graph, on_screen=False)
        return
    chosen = renderer(format, output, json)
    graph, run = request.worked(digits)
    on_screen = output is None or output == "-"
    console = terminal() if chosen.name == "text" and on_screen else None
    if console is not None:
        from chainrule.readings.render.terminal import show

        show(console, run.steps().document())
    elif chosen.name == "json":
        deliver(written(record(run.steps().document()) | note_records(graph)), output)
        return
    else:
        pdf = as_pdf(format, output) and not json
        deliver(chosen.write(run.steps().document(), pdf or not on_screen), output, pdf=pdf)
    tell_notes(graph, on_screen=chosen.name == "text" and on_screen)
