"""Renderers: documents in the formats that people and programs read.

A format is one file with one `Renderer`, and one line in `RENDERERS`.
"""

from __future__ import annotations

from collections.abc import Mapping

from chainrule.readings.render import csv, html, json, latex, markdown, terminal, typst
from chainrule.readings.render.writer import Renderer

RENDERERS: Mapping[str, Renderer] = {
    renderer.name: renderer
    for renderer in (
        terminal.RENDERER,
        html.RENDERER,
        latex.RENDERER,
        typst.RENDERER,
        json.RENDERER,
        markdown.RENDERER,
        csv.RENDERER,
    )
}

__all__ = ["RENDERERS", "Renderer"]
