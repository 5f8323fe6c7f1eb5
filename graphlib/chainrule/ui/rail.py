"""The rail beside the graph: values, mode, zoom, notation, and the curve of one variable."""

from __future__ import annotations

from html import escape
from typing import Any

import streamlit as st

from chainrule.errors import InputError
from chainrule.language import value as typed_value
from chainrule.ops import Shape
from chainrule.readings.catalogue import NOTATIONS
from chainrule.readings.hints import Hint
from chainrule.readings.latex import latex
from chainrule.readings.terms import Symbol
from chainrule.ui import work
from chainrule.ui.engine import Reading
from chainrule.ui.inputs import inputs
from chainrule.ui.pictures.component import plane
from chainrule.ui.plots import Plot
from chainrule.ui.state import SHAPES, State
from chainrule.ui.widgets import bound

ZOOM_NAMES = {
    "module": "Modules",
    "named": "Named",
    "step": "Steps",
    "primitive": "Operations",
}
NOTATION_NAMES = {
    ",".join(filter(None, (name if name != "partials" else "", letter))): f"{label}, {steps}"
    for name, label in NOTATIONS.items()
    for letter, steps in (("", "v₁"), ("xi", "ξ₁"))
}
MOST_SLIDERS = 4
"""Up to so many values each have a slider, if they are numbers."""

KINK_NAMES = {
    "": "Slope 0",
    "1/2": "Slope ½",
    "1": "Slope 1",
    "undefined": "None",
}


def rail(state: State, read: Reading) -> tuple[Any, Any]:
    """Show the values and choices; return the places for the hints and for the picture."""
    few = len(read.variables) <= MOST_SLIDERS
    if few:
        _values(read)
    hints = st.container(key="hints")
    st.segmented_control(
        "Mode",
        ["forward", "reverse"],
        **bound("mode", _turned, start="default"),
        format_func=str.capitalize,
        required=True,
        width="stretch",
        label_visibility="collapsed",
    )
    if len(read.outputs) > 1 and all(read.outputs):
        if st.session_state["output"] not in read.outputs:
            st.session_state["output"] = read.outputs[0]
        st.selectbox("Output", **bound("output", _turned, options=read.outputs))
    if state.mode == "forward" and len(read.variables) > 1:
        if st.session_state.get("along") not in read.variables:
            st.session_state["along"] = read.variables[0]
        st.selectbox("Along", **bound("along", _turned, options=read.variables))
    st.session_state["detail"] = state.zoom or read.usual_zoom
    st.selectbox(
        "Detail",
        **bound("detail", _zoomed, read.usual_zoom, options=list(ZOOM_NAMES)),
        format_func=ZOOM_NAMES.__getitem__,
    )
    st.selectbox(
        "Notation",
        **bound("words", options=list(NOTATION_NAMES)),
        format_func=NOTATION_NAMES.__getitem__,
    )
    shown = work.shape(state.without_step(), st.session_state["declared"])
    # The counts stand beside the choice: a choice whose words change forgets what was chosen.
    st.html(
        f'<div class="cr-label">{_count(shown.nodes)} nodes, {_count(shown.tree_nodes)} as a tree'
        "</div>"
    )
    st.segmented_control(
        "Shown as",
        SHAPES,
        **bound("shape", _turned, start="default"),
        required=True,
        width="stretch",
        format_func=str.capitalize,
        label_visibility="collapsed",
    )
    if st.session_state["fold_trouble"]:
        told = escape(f"A fold is left out: {st.session_state['fold_trouble']}")
        st.html(f'<div class="cr-hint" role="status">{told}</div>')
    if state.folds:
        st.button(
            f"Undo {len(state.folds)} fold{'s' if len(state.folds) > 1 else ''}",
            key="unfold_all",
            type="tertiary",
            on_click=_unfold_all,
        )
    if not few:
        _values(read)  # choices stay in sight
    if read.kinked:
        st.selectbox(
            "At kinks",
            **bound("kink", options=list(KINK_NAMES)),
            format_func=KINK_NAMES.__getitem__,
        )
    picture = st.container(key="plot")
    st.checkbox("Decimal comma", **bound("comma"))
    return hints, picture


def _values(read: Reading) -> None:
    """Show a field and a slider for each value; of many, a table in which one is opened."""
    shapes = dict(zip(read.variables, read.shapes, strict=True))
    if len(shapes) <= MOST_SLIDERS:
        for name, shape in shapes.items():
            _value(name, shape, read.default(name))
        return
    rows = []
    for name, shape in shapes.items():
        typed = _kept(name, shape, read.default(name))
        number, fault = _number(typed, name, shape)
        rows.append(
            {"name": name, "value": typed, "number": number, "fault": fault, "wide": bool(shape)}
        )
    inputs(rows, key="inputs", on_edit=_edited)


def _edited() -> None:
    """Take a value from the table; where nothing is written, the usual one comes back."""
    change = st.session_state["inputs"].edit
    if change:
        name, text = change
        st.session_state["values"].pop(name, None)
        if text.strip():
            st.session_state["values"][name] = text.strip()


def _count(nodes: int) -> str:
    if nodes < 100_000:
        return f"{nodes:,}"
    return f"{nodes:.1e}".replace("e+", "·10^")


def _unfold_all() -> None:
    st.session_state["folds"] = ()
    _turned()


def _zoomed(usual: str) -> None:
    chosen = st.session_state["detail"]
    st.session_state["zoom"] = chosen if chosen != usual else ""
    _turned()


def _turned() -> None:
    """Show other steps from their end: the number of a step means another one there."""
    st.session_state["step"] = None


def _kept(name: str, shape: Shape, default: str) -> str:
    """Return what is written for a variable."""
    session = st.session_state
    if session["shapes"].setdefault(name, shape) != shape:
        # Another formula means another thing by the name: what was typed for it fits no more.
        session["shapes"][name] = shape
        session["values"].pop(name, None)
    typed: str = session["values"].get(name, default)
    return typed


def _number(typed: str, name: str, shape: Shape) -> tuple[float | None, str]:
    """Return what is written as a number, None if it is none, and what is wrong with it."""
    try:
        number = typed_value(typed, name, shape)
    except InputError as error:
        return None, f"{error.message}."
    try:
        return (None if shape else float(number)), ""  # type: ignore[arg-type]
    except OverflowError:
        return None, ""


def _value(name: str, shape: Shape, default: str) -> None:
    session = st.session_state
    typed = session[f"value_{name}"] = _kept(name, shape, default)
    with st.container(key=f"name_{name}", horizontal=True, vertical_alignment="center", gap=None):
        st.markdown(f"${latex(Symbol(name))}$", width=42 if shape else 83)
        st.text_input(
            f"Value of {name}",
            **bound(f"value_{name}", _typed, name, default),
            label_visibility="collapsed",
        )
    number, fault = _number(typed, name, shape)
    if fault:
        st.html(f'<div class="cr-hint" role="alert">{escape(fault)}</div>')
    if number is not None:
        _slider(name, number)


def _slider(name: str, number: float) -> None:
    session = st.session_state
    reach = 5.0
    while reach < abs(number):
        reach *= 10
    # What was slid to is kept as it is written, and that need not be another slider.
    if _written(session.setdefault(f"slider_{name}", number)) != _written(number):
        session[f"slider_{name}"] = number
    st.slider(
        f"Slide {name}",
        -reach,
        reach,
        **bound(f"slider_{name}", _slid, name),
        step=reach / 500,
        label_visibility="collapsed",
        format="%g",
    )
    ends = f"{reach:g}"
    st.html(
        f'<div class="cr-ends" aria-hidden="true"><span>−{ends}</span><span>{ends}</span></div>'
    )


def _typed(name: str, default: str) -> None:
    st.session_state["values"][name] = st.session_state[f"value_{name}"].strip() or default


def _written(number: float) -> str:
    return f"{number:.10g}"


def _slid(name: str) -> None:
    text = _written(st.session_state[f"slider_{name}"])
    st.session_state["values"][name] = st.session_state[f"value_{name}"] = text


def show_hints(hints: tuple[Hint, ...]) -> None:
    """Say where a value hides a mistake, with another value to click."""
    for hint in hints[:2]:
        one, other = latex(hint.one), latex(hint.other)
        st.markdown(f"At {hint.value}, ${one}$ and ${other}$ look alike.")
        st.button(
            f"Try {hint.better}",
            key=f"hint_{hint.variable}",
            type="tertiary",
            on_click=_try,
            args=(hint.variable, hint.better),
        )


def _try(name: str, value: str) -> None:
    st.session_state["values"][name] = st.session_state[f"value_{name}"] = value


def show_plot(found: Plot | None) -> None:
    """Show a node over the inputs, with what the picture says."""
    if found is None:
        return
    st.html(
        f'<div class="cr-plot"><i>{escape(found.title)}</i><span>{escape(found.told)}</span></div>'
    )
    for number, data in enumerate(found.planes):
        plane(data, key=f"plot_{number}")
