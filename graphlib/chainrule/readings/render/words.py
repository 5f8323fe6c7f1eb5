"""Headings and remarks that only rendered tables and stories need. English."""

from __future__ import annotations

from collections.abc import Mapping

CAPTIONS: Mapping[str, str] = {
    "reverse": "Backward table: adjoints of {goal}{point}",
    "forward": "Forward table: tangents along {seed}{point}",
    "story_reverse": "Reverse mode, step by step: {goal}{point}",
    "story_forward": "Forward mode, step by step: along {seed}{point}",
    "point": " at {point}",
}

MORE_ROWS = "… and {count:,} more rows: write the table to a file to see them all."

LINEAR_MAP = "linear map"

MARK = "⚠"

MARKS: Mapping[str, str] = {
    "undefined": "undefined",
    "flagged": "corrected",
    "kink": "kink",
}

PHASES: Mapping[str, str] = {
    "values": "values",
    "partials": "local partials",
    "adjoints": "adjoints",
    "tangents": "tangents",
}

EXPORT_COLUMNS: Mapping[str, str] = {
    "name": "name",
    "node": "node",
    "partial": "local partial",
    "value": "value",
    "number": "value of the partial",
    "share": "share",
    "derivative": "accumulated derivative",
    "state": "state",
    "why": "why",
}
