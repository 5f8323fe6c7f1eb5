"""The picture of an outcome as a Vega-Lite specification."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import product
from typing import TYPE_CHECKING, Any

from chainrule.readings.theme import THEMES, Theme, ThemeName, mixed

if TYPE_CHECKING:
    from chainrule.nn.experiments.outcome import Outcome

WIDTH, HEIGHT, LEAST = 620, 280, 90
DASHES = ([1, 0], [6, 3], [2, 2], [8, 3, 2, 3], [12, 4], [4, 2, 1, 2])
TIME = ("step", "epoch")
"""Columns along which something ends."""
Spec = dict[str, Any]


def _powers() -> str:
    """Return how Vega writes a number on an axis of powers of ten: 0.01, 10⁻⁶."""
    power = "format(log(datum.value) / LN10, '.0f')"
    for plain, raised in zip("-−0123456789", "⁻⁻⁰¹²³⁴⁵⁶⁷⁸⁹", strict=True):
        power = f"replace({power}, /{plain}/g, '{raised}')"
    inside = "datum.value > 0.0009 && datum.value < 100000"
    return f"{inside} ? format(datum.value, '~g') : '10' + {power}"


_POWERS = _powers()


def drawn(outcome: Outcome, theme: ThemeName = "light") -> Spec:
    """Return an outcome's picture with its data in it.

    Pictures by facet stand side by side, by row one under the other, on the same axes. Series are
    told apart by depth of one colour, and by dashes: blue for values, orange for derivatives.
    """
    look, colours = outcome.look, THEMES[theme]
    records = [dict(zip(outcome.columns, map(_plain, row), strict=True)) for row in outcome.rows]
    rows = _different(records, look.rows)
    facets = _different(records, look.facet)
    panels = look.panels or ((look.y, ""),)
    lines_of = [facets] if look.rows else [facets[k : k + 3] for k in range(0, len(facets), 3)]
    across = len(lines_of[0]) * len(panels)
    narrow = across > 4
    size = {
        "width": max(LEAST, (WIDTH - 30 * (across - 1)) // min(across, 6)),
        "height": 110 if len(rows) * len(lines_of) > 1 else HEIGHT if across == 1 else 180,
    }
    lines: list[Spec] = []
    for row, part in product(rows, lines_of):
        cells: list[Spec] = []
        for facet in part:
            where = {name: v for name, v in ((look.rows, row), (look.facet, facet)) if name}
            for panel in panels:
                cell = _panel(outcome, records, where, panel, colours, quiet=narrow) | size
                named = [_said(facet, look.facet)] if look.facet and panel is panels[0] else []
                named += [panel[0]] if len(panels) > 1 else []
                words = ": ".join(named) if row is rows[0] else ""
                if look.rows and not cells:
                    words = ", ".join(filter(None, (str(row), words)))
                limit = size["width"] + 36
                cell["title"] = {"text": words, "fontSize": 12 if narrow else 13, "limit": limit}
                cells.append(cell)
        lines.append({"hconcat": cells, "spacing": 10})
    picture = {"vconcat": lines, "spacing": 8} if len(lines) > 1 else lines[0]
    if len(lines) == 1 and across == 1:
        picture = {name: part for name, part in lines[0]["hconcat"][0].items() if name != "title"}
    else:
        shared = ("color", "strokeDash", "shape", *(() if look.panels else ("y",)))
        picture["resolve"] = {"scale": dict.fromkeys(shared, "shared")}
    return {
        "data": {"values": records},
        "title": {"text": outcome.title, "anchor": "start", "fontSize": 15, "color": colours.ink},
        "background": "transparent",
        "config": _config(colours),
        **picture,
    }


def _config(colours: Theme) -> Spec:
    axis = {
        "labelColor": colours.quiet,
        "titleColor": colours.quiet,
        "gridColor": colours.card_line,
        "gridOpacity": 0.5,
        "domain": False,
        "ticks": False,
        "titleFontWeight": "normal",
        "labelFontSize": 12,
        "titleFontSize": 12,
    }
    return {
        "view": {"stroke": None},
        "font": "Source Sans, sans-serif",
        "axis": axis,
        "title": {"color": colours.ink, "anchor": "start", "fontWeight": 600},
        "legend": {
            "labelColor": colours.quiet,
            "titleColor": colours.quiet,
            "titleFontWeight": "normal",
            "labelFontSize": 12,
            "symbolStrokeWidth": 2,
        },
    }


def _panel(
    outcome: Outcome,
    records: Sequence[Spec],
    where: Mapping[str, Any],
    panel: tuple[Any, ...],
    colours: Theme,
    *,
    quiet: bool,
) -> Spec:
    """Return one picture: a solid line, a dashed one beside it where there are two columns."""
    look = outcome.look
    y, dashed, *ends = panel
    domain = ends[0] if ends else None
    role = colours.derivative if look.derivative else colours.value
    keep = [{"filter": {"field": _field(n), "equal": v}} for n, v in where.items()]
    encoding = {
        "x": _axis(outcome, look.x, logarithmic=look.both, quiet=quiet),
        "y": _axis(outcome, y, logarithmic=look.logarithmic, domain=domain, quiet=quiet, wide=30),
    }
    if ends and look.x in TIME and not look.colour:
        last = [r for r in records if all(r[n] == v for n, v in where.items())][-1][y]
        encoding["x"]["axis"]["title"] = "lost" if last is None else f"ends at {last:.3g}"
    if look.kind == "rect":
        return {"transform": keep, **_plane(outcome, encoding, role, colours)}
    mark: Spec = {"type": look.kind, "clip": True, "tooltip": True, "color": role}
    few = len(records) <= 12 * len(_different(records, look.colour))
    mark |= {"strokeWidth": 1.8, "point": few} if look.kind == "line" else {}
    mark |= {"filled": True, "size": 60} if look.kind == "point" else {}
    if look.colour:
        encoding |= _series(outcome, records, role, colours, dashes=look.kind == "line")
    if look.logarithmic and any(r[y] == 0 for r in records):
        return {"transform": keep, **_with_zeros(records, y, mark, encoding, colours)}
    if not dashed:
        return {"transform": keep, "mark": mark, "encoding": encoding}
    second = {**encoding, "y": {**encoding["y"], "field": _field(dashed)}}
    layers = [
        {"mark": mark, "encoding": encoding},
        {"mark": {**mark, "strokeDash": [4, 3], "strokeWidth": 1.2}, "encoding": second},
    ]
    return {"transform": keep, "layer": layers}


def _axis(
    outcome: Outcome,
    name: str,
    *,
    logarithmic: bool = False,
    domain: tuple[float, float] | None = None,
    quiet: bool = False,
    wide: int = 0,
) -> Spec:
    scale: Spec = {"type": "log"} if logarithmic else {"zero": False}
    scale |= {"domain": list(domain)} if domain else {}
    axis: Spec = {"tickCount": 3 if quiet else 5, **({"title": None} if quiet else {})}
    axis |= {"minExtent": wide} if wide else {}
    axis |= {"labelExpr": _POWERS} if logarithmic else {}
    if logarithmic and (ticks := _ticks(domain or outcome.column(name))):
        axis["values"] = ticks
    kind = outcome.type_of(name)
    if outcome.look.kind == "bar" and not wide and isinstance(outcome.column(name)[0], int):
        kind = "nominal"
    if kind == "nominal":
        return {
            "field": _field(name),
            "title": name,
            "type": kind,
            "axis": {"labelAngle": 0},
            "sort": None,
        }
    return {"field": _field(name), "title": name, "type": kind, "scale": scale, "axis": axis}


def _ticks(numbers: Sequence[Any]) -> list[float]:
    """Return round numbers for an axis of powers of ten: 1, 2, 5 where it is short."""
    positive = [n for n in numbers if n is not None and n > 0 and math.isfinite(n)]
    if not positive:
        return []
    low, high = math.log10(min(positive)), math.log10(max(positive))
    every = max(1, round((high - low) / 5))
    digits = (1, 2, 5) if high - low < 2 else (1,)
    powers = range(math.floor(low), math.ceil(high) + 1)
    return [digit * 10.0**power for power in powers if power % every == 0 for digit in digits]


def _series(
    outcome: Outcome, records: Sequence[Spec], role: str, colours: Theme, *, dashes: bool
) -> Spec:
    name = outcome.look.colour
    values = _different(records, name)
    depth = [
        mixed(colours.ground, role, 0.4 + 0.6 * (k + 1) / len(values)) for k in range(len(values))
    ]
    shared = {"field": _field(name), "type": "nominal", "title": name, "sort": None}
    found = {"color": {**shared, "scale": {"domain": values, "range": depth}}}
    if outcome.look.kind == "point":
        found["shape"] = {**shared, "scale": {"domain": values}}
    if dashes:
        pattern = [DASHES[(len(values) - 1 - k) % len(DASHES)] for k in range(len(values))]
        found["strokeDash"] = {**shared, "scale": {"domain": values, "range": pattern}}
    return found


def _plane(outcome: Outcome, encoding: Spec, role: str, colours: Theme) -> Spec:
    """Return cells with their numbers in them, tinted by size."""
    name = outcome.look.colour
    places = {
        axis: {**encoding[axis], "type": "ordinal", "axis": {"labelAngle": 0, "grid": False}}
        for axis in ("x", "y")
    }
    for place in places.values():
        place.pop("scale", None)
    shade = {
        "field": _field(name),
        "type": "quantitative",
        "legend": None,
        "scale": {"range": [colours.ground, mixed(colours.ground, role, 0.45)], "domainMin": 0},
    }
    number = {"field": _field(name), "type": "quantitative", "format": ".4~g"}
    return {
        "encoding": places,
        "layer": [
            {"mark": {"type": "rect", "stroke": colours.card_line}, "encoding": {"color": shade}},
            {
                "mark": {"type": "text", "fontSize": 14, "color": colours.ink},
                "encoding": {"text": number},
            },
        ],
    }


def _with_zeros(
    records: Sequence[Spec], y: str, mark: Spec, encoding: Spec, colours: Theme
) -> Spec:
    """Return the picture with a written 0 at the foot, where powers of ten have no place."""
    floor = min((row[y] for row in records if row[y]), default=1.0) / 10
    at = "place"
    zero = f"datum[{y!r}] === 0"
    place = {"calculate": f"{zero} ? {floor} : datum[{y!r}]", "as": at}
    placed = {**encoding, "y": {**encoding["y"], "field": at}}
    return {
        "layer": [
            {"transform": [place, {"filter": f"!({zero})"}], "mark": mark, "encoding": placed},
            {
                "transform": [place, {"filter": zero}],
                "mark": {
                    "type": "text",
                    "text": "0",
                    "fontSize": 13,
                    "fontWeight": 600,
                    "color": mark["color"],
                },
                "encoding": {k: v for k, v in placed.items() if k in "xy"},
            },
        ]
    }


def _different(records: Sequence[Spec], name: str) -> list[Any]:
    return (list(dict.fromkeys(row[name] for row in records)) if name else []) or [None]


def _said(value: Any, name: str) -> str:
    return str(value) if isinstance(value, str) else f"{name} {value:g}"


def _plain(value: Any) -> Any:
    """Return a value as JSON has it: no infinity and no NaN."""
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _field(name: str) -> str:
    """Return a column's name so that no character of it means anything to Vega."""
    return "".join("\\" + c if c in ".[]:\\" else c for c in name)
