"""The pictures as Streamlit components: a plane with points and paths, and the neurons."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import streamlit as st

from chainrule.drawing.browser import part
from chainrule.readings.theme import ThemeName, css
from chainrule.ui.component import component, nothing

HERE: Final = Path(__file__).parent
WORDS: Final[Mapping[str, str]] = {
    "first": "First step",
    "back": "Previous step",
    "play": "Play",
    "pause": "Pause",
    "forward": "Next step",
    "last": "Last step",
    "step": "Step",
    "step_of": "step {at} of {all}",
    "diverged": "diverged",
    "undefined": "no value",
    "ended": "ended at step {at}",
    "saturated": "saturated",
    "dead": "switched off",
    "more": "+ {count} more",
    "neuron": "Neuron ",
    "at_point": " at the ringed point",
    "from": "from",
    "weight": "weight",
    "value": "value",
    "product": "product",
    "share": "share back",
    "bias": "bias",
    "weights": "Weights of the neuron",
    "weight_of": "Weight of {from}",
    "others": "{count} others",
    "loss": "Loss",
    "epoch": "epoch",
    "held": "held out",
    "one_flow": "by layer over {count} training points, log scale",
    "two_flows": "by layer over {count} training points, log scale; filled: A; dark line: B",
    "picture": "X picture",
    "kernel": "K kernel",
    "products": "products, pixel × weight",
    "output": "C output",
    "wanted": "wanted T:",
    "sum": "sum =",
    "open": "not yet",
    "into_pixel": "{count} shares into pixel {at}, adjoint × weight",
    "into_weight": "{count} shares into weight {at}, adjoint × pixel",
    "one_product": "One product, three uses.",
    "followed": "Forwards {x} {k} = {product} stands in {c}. Back it sends {to_pixel} to {x} and "
    "{to_weight} to {k}.",
    "flow": "Mean |adjoint|",
    "colours": "by layer and epoch",
    "none": "exactly 0",
}
"""What the pictures' own parts say."""


def _read(*files: str) -> str:
    return "\n".join((HERE / file).read_text(encoding="utf-8") for file in files)


_STYLE = css(".picture") + _read("pictures.css", "operations.css")
_PICTURES = {
    name: component(
        name,
        '<div class="picture"></div>',
        part("elements.js") + _read("drawing.js", f"{name}.js"),
        _STYLE,
        WORDS,
    )
    for name in ("plane", "neurons", "course", "operations", "convolution", "scrubber")
}


def theme() -> ThemeName:
    """Return the theme that the page has."""
    return "dark" if st.context.theme.type == "dark" else "light"


def _shown(name: str, data: Mapping[str, Any], key: str, **told: Callable[[], None] | None) -> Any:
    """Show a picture; what it tells is an event, whose value then stands in the session."""
    return _PICTURES[name](
        key=key,
        data={**data, "theme": theme()},
        **{f"on_{event}_change": does or nothing for event, does in told.items()},
    )


def plane(data: Mapping[str, Any], *, key: str, on_pick: Callable[[], None] | None = None) -> Any:
    """Show a plane: a shaded ground, lines, points, and paths that can be played.

    Parameters
    ----------
    data
        `extent` (x from, to, y from, to), `names` of the axes, `height` in px, `alt`; and as
        far as wanted `image`, `lines` (segments and their kind), `points` (x, y, fill), `ring`
        (number of a point), `marks` (x, y, words), `paths` and their `step`.
    on_pick
        Called when a point is chosen, or a place where there are none; the number, or x and y,
        then stands in the session under `key`, as ``pick``.
    """
    return _shown("plane", data, key, pick=on_pick)


def neurons(
    data: Mapping[str, Any],
    *,
    key: str,
    on_pick: Callable[[], None] | None = None,
    on_edit: Callable[[], None] | None = None,
) -> Any:
    """Show a network as neurons, and one of them opened.

    Parameters
    ----------
    data
        `layers` of units and how many `more` each has, `weights` by layer, `answers` of the units
        as bytes (`shape` each, or `bars`), `flow` of the runs, `goal`, `opened`, `alt`.
    on_pick
        Called when a neuron is chosen; ``pick`` is then its key.
    on_edit
        Called when a weight is written over; ``edit`` is then neuron, number of the weight (None
        for the bias) and what was typed.
    """
    return _shown("neurons", data, key, pick=on_pick, edit=on_edit)


def course(data: Mapping[str, Any], *, key: str, on_pick: Callable[[], None] | None = None) -> Any:
    """Show runs by their epochs: curves and strips over one axis with a cursor.

    Parameters
    ----------
    data
        `runs`, the number of `epochs`, where the cursor stands (`at`), the axes `loss` and
        `measure`, `changes` on the way, `alt`.
    on_pick
        Called when an epoch is chosen; ``pick`` is then its number.
    """
    return _shown("course", data, key, pick=on_pick)


def operations(
    data: Mapping[str, Any], *, key: str, on_pick: Callable[[], None] | None = None
) -> Any:
    """Show all operations, to be searched, and one of them opened.

    Parameters
    ----------
    data
        `entries`, what there is to say of each, and the name of the `chosen` one.
    on_pick
        Called when one is chosen or to be opened elsewhere; ``pick`` is then a mapping.
    """
    return _shown("operations", data, key, pick=on_pick)


def convolution(
    data: Mapping[str, Any], *, key: str, on_edit: Callable[[], None] | None = None
) -> Any:
    """Show a kernel that slides over a picture, both ways.

    Parameters
    ----------
    data
        Rows of `X`, `K`, `C`, `T`, the adjoints `dX`, `dK`, `dC`, and the goal `J`.
    on_edit
        Called when a cell is written over; ``edit`` is then grid, row, column and what was typed.
    """
    return _shown("convolution", data, key, edit=on_edit)


def scrubber(
    data: Mapping[str, Any], *, key: str, on_pick: Callable[[], None] | None = None
) -> Any:
    """Show a slider over a run.

    Parameters
    ----------
    data
        `at` and `last`, whole numbers; `label` and `text` for those who hear the page.
    on_pick
        Called when a place is chosen; ``pick`` is then its number.
    """
    return _shown("scrubber", data, key, pick=on_pick)
