"""Charts of a run: loss and gradient size over one axis of epochs, and the activations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from chainrule.nn.course import Mark
from chainrule.readings.theme import THEMES, mixed

if TYPE_CHECKING:
    import pandas as pd

WIDTH, LINE, STRIP = 226, 104, 24
COLUMNS = ("epoch", "series", "value", "layer", "words", "end")


def frame(marks: Sequence[Mark], shown: int, epochs: int, numeral: Any) -> pd.DataFrame:
    """Return all that the chart of epochs shows as rows; its specification stays the same.

    Parameters
    ----------
    shown
        The epoch on which the cursor stands.
    numeral
        Writes a number to read.
    """
    import pandas as pd

    rows: list[tuple[Any, ...]] = []
    last = marks[-1]
    for mark in marks:
        rows.append((mark.epoch, "training", mark.loss, "", "", 0))
        if mark.held is not None:
            rows.append((mark.epoch, "held out", mark.held, "", "", 0))
        for layer, size in enumerate(mark.gradients, start=1):
            rows.append((mark.epoch - 1, "gradient", size, f"layer {layer}", "", mark.epoch))
    at = marks[min(shown, last.epoch)]
    rows.append((at.epoch, "cursor", 0.0, "", "", 0))
    rows.append((at.epoch, "here", at.loss, "", "", 0))
    layers = max((len(mark.gradients) for mark in marks), default=0)
    names = {int(name[1:]) for name in last.parameters}
    for layer in range(1, max(layers, len(names)) + 1):
        words = numeral(at.gradients[layer - 1]) if at.gradients else ""
        rows.append((last.epoch, "rest", 0.0, f"layer {layer}", words, epochs))
    table = pd.DataFrame(rows, columns=COLUMNS)
    # A loss beyond all numbers has no place on an axis.
    return table[np.isfinite(table["value"].astype(float))]


def epochs_chart(epochs: int, layers: int, theme: str) -> dict[str, Any]:
    """Return the specification of the chart of epochs: the loss above, the gradients below."""
    colours = THEMES[theme]
    quiet = {"labelColor": colours.quiet, "titleColor": colours.quiet, "labelFontSize": 12,
             "titleFontSize": 12, "titleFontWeight": "normal", "grid": False,
             "domain": False, "ticks": False}  # fmt: skip
    scale = {"domain": [0, epochs], "nice": False}

    def x(title: str | None, labels: bool) -> dict[str, Any]:
        axis = {**quiet, "title": title, "labels": labels, "tickCount": 4}
        return {"field": "epoch", "type": "quantitative", "scale": scale, "axis": axis}

    def only(*series: str) -> list[dict[str, Any]]:
        return [{"filter": {"field": "series", "oneOf": list(series)}}]

    cursor = {
        "transform": only("cursor"),
        "mark": {"type": "rule", "color": colours.ink, "strokeWidth": 1},
        "encoding": {"x": x(None, False)},
    }
    loss_axis = {**quiet, "grid": True, "gridColor": colours.card_line, "gridOpacity": 0.5,
                 "tickCount": 3, "title": None}  # fmt: skip
    y = {"field": "value", "type": "quantitative", "axis": loss_axis,
         "scale": {"zero": True, "nice": True}}  # fmt: skip
    loss = {
        "width": WIDTH, "height": LINE,
        "layer": [
            {
                "transform": only("training", "held out"),
                "mark": {"type": "line", "color": colours.value, "strokeWidth": 2},
                "encoding": {
                    "x": x(None, False), "y": y,
                    "strokeDash": {"field": "series", "type": "nominal", "legend": None, "scale":
                                   {"domain": ["training", "held out"],
                                    "range": [[1, 0], [4, 3]]}},
                    "tooltip": [{"field": "epoch", "type": "quantitative"},
                                {"field": "series", "type": "nominal"},
                                {"field": "value", "type": "quantitative"}],
                },
            },
            cursor,
            {
                "transform": only("here"),
                "mark": {"type": "point", "filled": True, "size": 50, "color": colours.value},
                "encoding": {"x": x(None, False), "y": y},
            },
        ],
    }  # fmt: skip
    band_axis = {**quiet, "title": None, "labelPadding": 4}
    band = {"field": "layer", "type": "nominal", "axis": band_axis,
            "scale": {"paddingInner": 0.12}}  # fmt: skip
    strip = {
        "title": {"text": "Gradient size by layer", "subtitle": "pale small, orange large",
                  "anchor": "start", "frame": "bounds", "fontSize": 15, "fontWeight": 600,
                  "color": colours.ink, "subtitleColor": colours.quiet, "subtitleFontSize": 12,
                  "offset": 6},
        "width": WIDTH, "height": STRIP * layers,
        "layer": [
            {
                "transform": only("gradient"),
                "mark": {"type": "rect", "tooltip": True},
                "encoding": {
                    "x": x("epoch", True), "x2": {"field": "end"}, "y": band,
                    "color": {"field": "value", "type": "quantitative", "legend": None,
                              "scale": {"type": "log", "range": [
                                  mixed(colours.ground, colours.derivative, 0.08),
                                  colours.derivative]}},
                },
            },
            {
                "transform": only("rest"),
                "mark": {"type": "rect", "filled": False, "stroke": colours.card_line,
                         "strokeDash": [3, 3], "strokeWidth": 1},
                "encoding": {"x": x("epoch", True), "x2": {"field": "end"}, "y": band},
            },
            {
                "transform": only("rest"),
                "mark": {"type": "text", "align": "left", "dx": 5, "fontSize": 12,
                         "fontWeight": 600, "color": colours.derivative},
                "encoding": {"x": {"datum": epochs, "type": "quantitative"}, "y": band,
                             "text": {"field": "words"}},
            },
            cursor,
        ],
    }  # fmt: skip
    return {
        "background": "transparent", "padding": {"left": 0, "top": 2, "right": 4, "bottom": 0},
        "autosize": {"type": "pad", "contains": "padding"},
        "config": {"view": {"stroke": None}, "font": "Source Sans, sans-serif"},
        "spacing": 14, "vconcat": [loss, strip], "resolve": {"scale": {"x": "shared"}},
    }  # fmt: skip


def activations(answers: dict[str, Any], bars: int = 24) -> pd.DataFrame:
    """Return by layer how many of its units' values lie in which interval."""
    import pandas as pd

    rows = []
    for layer, values in enumerate(answers.values(), start=1):
        finite = values[np.isfinite(values)]
        counts, edges = np.histogram(finite, bins=bars)
        rows += [
            (f"layer {layer}", float(a), float(b), int(count))
            for a, b, count in zip(edges[:-1], edges[1:], counts, strict=True)
        ]
    return pd.DataFrame(rows, columns=("layer", "low", "high", "count"))


def activations_chart(layers: int, theme: str) -> dict[str, Any]:
    """Return the specification of the histograms, one a layer."""
    colours = THEMES[theme]
    quiet = {"labelColor": colours.quiet, "grid": False, "domain": False, "ticks": False,
             "title": None, "tickCount": 3, "labelFontSize": 12}  # fmt: skip
    return {
        "background": "transparent",
        "config": {"view": {"stroke": None}, "font": "Source Sans, sans-serif"},
        "facet": {"column": {"field": "layer", "type": "nominal",
                             "header": {"title": None, "labelColor": colours.quiet}}},
        "spacing": 18,
        "resolve": {"scale": {"x": "independent", "y": "independent"}},
        "spec": {
            "width": max(80, (600 - 18 * layers) // layers), "height": 76,
            "mark": {"type": "bar", "color": colours.value, "binSpacing": 0.5},
            "encoding": {
                "x": {"field": "low", "type": "quantitative", "bin": "binned", "axis": quiet},
                "x2": {"field": "high"},
                "y": {"field": "count", "type": "quantitative", "axis": None},
            },
        },
    }  # fmt: skip
