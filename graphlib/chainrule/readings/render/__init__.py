"""Renderers: documents in the formats that people and programs read.

A format is one file with one `Renderer`, and one word here.
"""

from __future__ import annotations

from chainrule.readings.document import RENDERERS, Renderer
from chainrule.readings.render import csv, html, json, latex, markdown, terminal, typst

for _format in (terminal, html, latex, typst, json, markdown, csv):
    RENDERERS[_format.RENDERER.name] = _format.RENDERER

__all__ = ["RENDERERS", "Renderer"]
