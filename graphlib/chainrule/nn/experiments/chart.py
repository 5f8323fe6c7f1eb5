"""The picture of an outcome as a Vega-Lite specification."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import product
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from chainrule.readings.theme import THEMES, Theme, ThemeName, mixed

if TYPE_CHECKING:
    from chainrule.nn.experiments.outcome import Outcome

WIDTH, HEIGHT, LEAST = 550, 280, 80
APART = 14
"""From one picture to the one beside it, in px."""
HEAD = 84
"""Room in px for what a row of pictures is called."""
CURSOR = "cursor"
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

    Pictures by facet stand side by side, by row one under the other, on the same axes, which are
    numbered at the rim. Series are told apart by depth of one colour, and by dashes: blue for
    values, orange for derivatives. Pointing at one picture moves a cursor in all of them.
    """
    look, colours = outcome.look, THEMES[theme]
    records = [dict(zip(outcome.columns, map(_plain, row), strict=True)) for row in outcome.rows]
    rows = _different(records, look.rows)
    facets = _different(records, look.facet)
    panels = look.panels or ((look.y, ""),)
    quiet = bool(look.rows)
    across = (len(facets) if quiet else min(3, len(facets))) * len(panels)
    places = list(product(rows, facets, panels))
    size: Spec = {
        "width": max(LEAST, (WIDTH - APART * (across - 1)) // across),
        "height": 110 if len(places) > across else HEIGHT if across == 1 else 180,
    }
    if outcome.type_of(look.y) == "nominal" and look.kind == "bar":
        size |= {"height": {"step": 17}, "width": 290}
    best = min(outcome.ends().where(), key=itemgetter(look.best)) if look.best else {}
    cells: list[Spec] = []
    for row, facet, panel in places:
        where = {name: v for name, v in ((look.rows, row), (look.facet, facet)) if name}
        cell = {**_panel(outcome, records, where, panel, colours, f"cell {len(cells)}"), **size}
        if len(places) > 1 and row is rows[0]:
            head = _said(facet, look.facet) if look.facet and panel is panels[0] else ""
            over = (len(panels) * (size["width"] + APART) - APART) / 2
            cell["layer"] += _heads(head, over if len(panels) > 1 else 0, panel, panels, colours)
        if best and where.items() <= best.items():
            cell["view"] = {"stroke": colours.ink, "strokeWidth": 2}
        if across > 1:
            at = len(cells) % across
            right = at == across - 1 and len(panels) > 1
            _rim(cell, at, right, str(row) if quiet and not at else "", colours)
        cells.append(cell)
    lines = [
        {"hconcat": cells[k : k + across], "spacing": APART, "bounds": "flush"}
        for k in range(0, len(cells), across)
    ]
    picture: Spec = {"vconcat": lines, "spacing": 8} if len(lines) > 1 else lines[0]
    if len(cells) == 1:
        picture = cells[0]
    else:
        shared = ("color", "strokeDash", "shape", *(() if look.panels else ("y",)))
        picture["resolve"] = {"scale": dict.fromkeys(shared, "shared")}
    if look.kind == "line":
        moved = {"type": "point", "on": "pointermove", "nearest": True, "clear": "pointerout"}
        moved["fields"] = [look.x]
        names = [f"cell {k}" for k in range(len(cells))]
        picture["params"] = [{"name": CURSOR, "select": moved, "views": names}]
    return {
        "data": {"values": records},
        "title": {"text": outcome.title, "subtitle": look.caption, "fontSize": 15},
        "background": "transparent",
        "config": _config(colours),
        **picture,
    }


def _heads(
    head: str, middle: float, panel: tuple[Any, ...], panels: Sequence[Any], colours: Theme
) -> list[Spec]:
    """Return what stands over a picture: its facet, and of several panels its column."""
    several = len(panels) > 1
    place = {"fontSize": 14, "fontWeight": 600, "align": "center" if middle else "left"}
    said = [_written(head, colours.ink, middle, -27 if several else -10, **place)] if head else []
    return said + [_written(panel[0], colours.quiet, 0, -10)] * several


def _written(words: str, colour: str, x: float, y: float, **mark: Any) -> Spec:
    """Return words at a place of a picture, in px from its corner."""
    text = {"type": "text", "text": words, "align": "left", "fontSize": 12, "color": colour} | mark
    places = {"x": {"value": x}, "y": {"value": y}}
    return {"data": {"values": [{}]}, "mark": text, "encoding": places}


def _rim(cell: Spec, at: int, right: bool, head: str, colours: Theme) -> None:
    """Leave numbers of the axis y to the first picture of a line, and to the last of panels."""
    for layer in cell["layer"]:
        axis = layer.get("encoding", {}).get("y", {}).get("axis")
        if axis is None:
            continue
        axis["title"] = None
        axis |= {"orient": "right"} if right else {"labels": not at}
        if head:
            axis |= {"title": head, "titleAngle": 0, "titleAlign": "right", "titleX": -32}
            axis["minExtent"] = HEAD
            axis |= {"titleColor": colours.ink, "titleFontWeight": 600, "titleFontSize": 14}


def words_of(colours: Theme) -> Spec:
    """Return how axes and legends are written, of every chart."""
    written = {"labelColor": colours.quiet, "titleColor": colours.quiet}
    return {**written, "titleFontWeight": "normal", "labelFontSize": 12}


def axis_of(colours: Theme) -> Spec:
    """Return how the axes of every chart look: quiet, without ticks."""
    grid = {"gridColor": colours.card_line, "gridOpacity": 0.5, "domain": False, "ticks": False}
    return {**words_of(colours), **grid, "titleFontSize": 12}


def _config(colours: Theme) -> Spec:
    return {
        "view": {"stroke": None},
        "font": "Source Sans, sans-serif",
        "axis": {
            **axis_of(colours),
            "labelPadding": 4,
            "titlePadding": 6,
            "labelOverlap": False,
        },
        "title": {
            "color": colours.ink,
            "anchor": "start",
            "frame": "group",
            "fontWeight": 600,
            "fontSize": 13,
            "subtitleColor": colours.quiet,
            "subtitleFontSize": 12,
        },
        "legend": {**words_of(colours), "symbolStrokeWidth": 2, "orient": "top"},
    }


def _panel(
    outcome: Outcome,
    records: Sequence[Spec],
    where: Mapping[str, Any],
    panel: tuple[Any, ...],
    colours: Theme,
    named: str,
) -> Spec:
    """Return one picture: a solid line, a dashed one beside it where there are two columns."""
    look = outcome.look
    y, dashed, *ends = panel
    domain = ends[0] if ends else None
    role = colours.derivative if look.derivative else colours.value
    keep = [{"filter": {"field": _field(n), "equal": v}} for n, v in where.items()]
    here = [r for r in records if all(r[n] == v for n, v in where.items())]
    encoding = {
        "x": _axis(outcome, look.x, logarithmic=look.both),
        "y": _axis(outcome, y, logarithmic=look.logarithmic, domain=domain, wide=30),
    }
    if look.kind == "rect":
        return {"transform": keep, **_plane(outcome, encoding, role, colours)}
    told = _told(outcome, here, panel, encoding, role, colours)
    mark: Spec = {"type": look.kind, "clip": True, "tooltip": True, "color": role}
    few = len(records) <= 12 * len(_different(records, look.colour))
    mark |= {"strokeWidth": 1.8, "point": few} if look.kind == "line" else {}
    mark |= {"filled": True, "size": 60} if look.kind == "point" else {}
    if look.colour:
        encoding |= _series(outcome, records, role, colours, dashes=look.kind == "line")
    if look.logarithmic and any(r[y] == 0 for r in records):
        layers = _with_zeros(records, y, mark, encoding, colours)
    else:
        layers = [{"mark": mark, "encoding": encoding}]
    line = layers[0]
    if f"{y} ±" in outcome.columns:
        layers.append(_band(records, y, line, role))
    if dashed:
        second = {**encoding, "y": {**encoding["y"], "field": _field(dashed)}}
        layers += [{"mark": {**mark, "strokeDash": [4, 3], "strokeWidth": 1.2}, "encoding": second}]
    if look.kind == "line":
        layers += _cursor(line, y, colours, named, numbers=not look.colour)
    return {"transform": keep, "layer": [*layers, *told]}


def _band(records: Sequence[Spec], y: str, line: Spec, role: str) -> Spec:
    """Return the ground of one deviation about the line of a mean."""
    ends = {"low": f"datum[{y!r}] - datum['{y} ±']", "high": f"datum[{y!r}] + datum['{y} ±']"}
    if line["encoding"]["y"]["scale"].get("type") == "log":
        least = min((r[y] for r in records if r[y]), default=1.0)
        ends["low"] = f"max({ends['low']}, {least / 10})"
    made = [{"calculate": formula, "as": name} for name, formula in ends.items()]
    encoding = {k: v for k, v in line["encoding"].items() if k in "xy"}
    encoding |= {"y": {**encoding["y"], "field": "low"}, "y2": {"field": "high"}}
    if "color" in line["encoding"]:
        encoding["detail"] = {"field": line["encoding"]["color"]["field"], "type": "nominal"}
    return {
        "transform": [*line.get("transform", []), *made],
        "mark": {"type": "area", "opacity": 0.18, "clip": True, "color": role},
        "encoding": encoding,
    }


def _cursor(line: Spec, y: str, colours: Theme, named: str, *, numbers: bool) -> list[Spec]:
    """Return what follows the pointer: a rule, and the number of a line that stands alone."""
    places = {axis: line["encoding"][axis] for axis in ("x", "y")}
    there = [*line.get("transform", []), {"filter": {"param": CURSOR, "empty": False}}]
    rule = {"type": "rule", "color": colours.ink, "strokeWidth": 1}
    heard = {"type": "point", "opacity": 0, "clip": True}
    drawn = [
        {**line, "name": named, "mark": heard, "encoding": places},
        {"transform": there, "mark": rule, "encoding": {"x": places["x"]}},
    ]
    if numbers:
        text = {"field": _field(y), "type": "quantitative", "format": ".3~g"}
        mark = {"type": "text", "dy": -9, "fontSize": 12, "fontWeight": 600, "color": colours.ink}
        drawn.append({"transform": there, "mark": mark, "encoding": {**places, "text": text}})
    return drawn


def _told(
    outcome: Outcome,
    here: Sequence[Spec],
    panel: tuple[Any, ...],
    encoding: Spec,
    role: str,
    colours: Theme,
) -> list[Spec]:
    """Return what is written into a picture: levels, what stays at one, what lies outside.

    In a grid the last number of the line takes the place of the axis' name.
    """
    look, (y, _, *ends) = outcome.look, panel
    x_axis, y_axis = encoding["x"]["axis"], encoding["y"]["axis"]
    numbers = [r[y] for r in here if r[y] is not None]
    last = numbers[-1] if numbers and here[-1][y] is not None else None
    share = "%" if "accuracy" in y else ""
    if look.rows:
        words = "lost" if last is None else f"{last:.1%}" if share else f"{last:.4g}"
        x_axis |= {"title": words.replace("%", " %"), "labels": False, "titleAnchor": "end"}
        x_axis |= {"grid": False, "titleColor": role, "titleFontWeight": 600, "titleFontSize": 13}
    elif look.panels and look.x in TIME and not look.colour:
        x_axis["title"] = "lost" if last is None else f"ends at {last:.3g}"
    drawn: list[Spec] = []
    for value, name, *mark in (level[1:] for level in look.levels if level[0] == y):
        ticks = [*(ends[0] if ends else ()), value]
        y_axis |= {"values": ticks, "labelExpr": f"format(datum.value, '~{share or 'g'}')"}
        if name:
            y_axis["labelExpr"] = f"datum.value == {value} ? '{name}' : {y_axis['labelExpr']}"
        rule = {"type": "rule", "color": colours.quiet, "strokeDash": [1, 3]}
        drawn.append({"mark": rule, "encoding": {"y": {**encoding["y"], "field": "at"}}})
        drawn[-1]["data"] = {"values": [{"at": value}]}
        if mark and (last is None or last >= mark[0] * value):
            drawn.append(_written(f"▲ {mark[1]}", colours.warning, 4, 84, fontWeight=600))
    if ends and numbers and numbers[0] > ends[0][1]:
        # A line may run through the words: they stand on a ground of their own.
        words, ground = f"↑ from {numbers[0]:.3g}", {"stroke": colours.ground, "strokeWidth": 5}
        drawn += [_written(words, role, 6, 27, **more) for more in (ground, {})]
    return drawn


def _axis(
    outcome: Outcome,
    name: str,
    *,
    logarithmic: bool = False,
    domain: tuple[float, float] | None = None,
    wide: int = 0,
) -> Spec:
    scale: Spec = {"type": "log"} if logarithmic else {"zero": outcome.look.kind == "bar"}
    scale |= {} if wide else {"nice": False}
    scale |= {"domain": list(domain)} if domain else {}
    axis: Spec = {"tickCount": 5, **({} if wide else {"labelOverlap": True})}
    axis |= {"minExtent": wide} if wide else {}
    axis |= {"labelExpr": _POWERS} if logarithmic else {}
    if logarithmic and (ticks := _ticks(domain or outcome.column(name))):
        axis["values"] = ticks
    kind = outcome.type_of(name)
    if outcome.look.kind == "bar" and not wide and isinstance(outcome.column(name)[0], int):
        kind = "nominal"
    shown = {"field": _field(name), "title": name, "type": kind}
    if kind == "nominal":
        return {**shown, "axis": {"labelAngle": 0}, "sort": None}
    return {**shown, "scale": scale, "axis": axis}


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
    text = {"type": "text", "fontSize": 14, "color": colours.ink}
    layers: list[Spec] = [
        {"mark": {"type": "rect", "stroke": colours.card_line}, "encoding": {"color": shade}},
        {"mark": text, "encoding": {"text": number}},
    ]
    return {"encoding": places, "layer": layers}


def _with_zeros(
    records: Sequence[Spec], y: str, mark: Spec, encoding: Spec, colours: Theme
) -> list[Spec]:
    """Return a line with a written 0 at the foot, where powers of ten have no place."""
    floor = min((row[y] for row in records if row[y]), default=1.0) / 10
    at = "place"
    zero = f"datum[{y!r}] === 0"
    place = {"calculate": f"{zero} ? {floor} : datum[{y!r}]", "as": at}
    placed = {**encoding, "y": {**encoding["y"], "field": at}}
    alone = {k: v for k, v in placed.items() if k in "xy"}
    text = {"type": "text", "text": "0", "fontSize": 13, "fontWeight": 600, "color": mark["color"]}
    text |= {"align": "left", "dx": 3}  # beside the numbers of the axis, not on them
    return [
        {"transform": [place, {"filter": f"!({zero})"}], "mark": mark, "encoding": placed},
        {"transform": [place, {"filter": zero}], "mark": text, "encoding": alone},
    ]


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
