"""`chainrule draw`: the graph with its values, local partials and derivatives as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from chainrule.cli.request import Request, requested

File = Annotated[
    str, typer.Option("-o", "--output", metavar="FILE", help="graph.svg; - for the screen.")
]
Picture = Annotated[
    Literal["svg", "png", "pdf", "dot", "tikz"] | None,
    typer.Option("--format", help="Else by the ending of -o.", show_default=False),
]
Theme = Annotated[Literal["light", "dark"], typer.Option(help="Colours for which ground.")]
Direction = Annotated[Literal["LR", "TB"], typer.Option(help="Left to right, or top to bottom.")]
Gradient = Annotated[
    bool, typer.Option("--gradient", help="The adjoints as a graph beside the graph of values.")
]
Scale = Annotated[bool, typer.Option("--scale", help="Lines tell the size of derivatives.")]
Frames = Annotated[bool, typer.Option("--frames", help="A frame round each named assignment.")]
SUFFIXES = {f".{kind}": kind for kind in ("svg", "png", "pdf", "dot", "tikz")} | {".tex": "tikz"}
"""Kinds of picture by a file's ending; .tex is a whole document, .tikz the piece to paste."""


@requested
def draw(
    request: Request,
    *,
    output: File,
    format: Picture = None,
    theme: Theme = "light",
    direction: Direction = "LR",
    gradient: Gradient = False,
    scale: Scale = False,
    frames: Frames = False,
) -> None:
    """Draw the graph with every value and derivative.

    \b
      chainrule draw "cos(sin(x^2)+3x^2)" --at x=1 -o graph.svg
      chainrule draw lecture.txt --at x=1 --theme dark --direction TB -o graph.png
      chainrule draw "x y" --at x=2,y=3 --format dot -o -
      chainrule draw "cos(sin(x^2)+3x^2)" --at x=1 --gradient -o both.svg
      chainrule draw "cos(sin(x^2)+3x^2)" --at x=1 -o graph.tex
    """
    from chainrule.cli.output import of_suffix, tell_notes, write
    from chainrule.drawing import draw as picture

    chosen: str = format or "svg"
    if format is None and output != "-":
        chosen = of_suffix(SUFFIXES, output)
    graph, run = request.worked()
    document = Path(output).suffix.lower() == ".tex"
    drawn = picture(
        run.view,
        chosen,
        theme=theme,
        direction=direction,
        document=document,
        gradient=gradient,
        scale=scale,
        clusters="assignments" if frames else None,
    )
    write(drawn, output)
    tell_notes(graph, on_screen=False)
