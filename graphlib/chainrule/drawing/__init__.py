"""Drawings: a graph becomes DOT, Graphviz lays it out, and pictures and positions come back."""

from __future__ import annotations

from chainrule.drawing.pictures import draw

__all__ = ["draw"]
