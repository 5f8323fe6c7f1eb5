"""Formats of sheets: one file each, with one `Format`, and one line in `FORMATS`."""

from __future__ import annotations

from collections.abc import Mapping

from chainrule.exercises.formats import json
from chainrule.exercises.formats.format import Format

FORMATS: Mapping[str, Format] = {format.name: format for format in (json.FORMAT,)}

__all__ = ["FORMATS", "Format"]
