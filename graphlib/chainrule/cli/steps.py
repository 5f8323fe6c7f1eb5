"""`chainrule steps`: the steps of a run one by one, each with its rule and sentence."""

from __future__ import annotations

from pathlib import Path

from chainrule.cli.request import Digits, Output, Request, requested
from chainrule.cli.table import Format, Json

SLIDES = ("pdf", "svg")
"""Endings of files that are slides: pages, or an animation."""


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
