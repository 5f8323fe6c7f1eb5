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
from chainrule.ui.pictures.component import plane
from chainrule.ui.plots import Plot
from chainrule.ui.state import SHAPES, State
from chainrule.ui.widgets import lasting, staying

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
    "": "Slope 0, as usual",
    "1/2": "Slope ½",
    "1": "Slope 1",
    "undefined": "No derivative",
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
        **lasting("mode"),
        format_func=str.capitalize,
        required=True,
        width="stretch",
        on_change=_turned,
        label_visibility="collapsed",
    )
    if len(read.outputs) > 1 and all(read.outputs):
        if st.session_state["output"] not in read.outputs:
            st.session_state["output"] = read.outputs[0]
        st.selectbox("Output", read.outputs, **lasting("output"), on_change=_turned)
    if state.mode == "forward" and len(read.variables) > 1:
        if st.session_state.get("along") not in read.variables:
            st.session_state["along"] = read.variables[0]
        st.selectbox("Along", read.variables, **lasting("along"), on_change=_turned)
    # Another usual zoom is another widget: what the browser still holds is of the formula before.
    key, zoom = f"zoom_{read.usual_zoom}", state.zoom or read.usual_zoom
    if st.session_state.get(key) != zoom:
        st.session_state[key] = zoom
    st.selectbox(
        "Detail",
        list(ZOOM_NAMES),
        **staying(key),
        format_func=ZOOM_NAMES.__getitem__,
        on_change=_zoomed,
        args=(read.usual_zoom,),
    )
    st.selectbox(
        "Notation",
        list(NOTATION_NAMES),
        **lasting("words"),
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
        **lasting("shape"),
        required=True,
        width="stretch",
        on_change=_turned,
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
            list(KINK_NAMES),
            key="kink",
            format_func=KINK_NAMES.__getitem__,
            help="The slope used where the left and the right one differ.",
        )
    picture = st.container(key="plot")
    st.checkbox("Decimal comma", **lasting("comma"))
    return hints, picture


def _values(read: Reading) -> None:
    """Show a field for each value; of many, only the one that is chosen has a slider as well."""
    shapes = dict(zip(read.variables, read.shapes, strict=True))
    numbers = [name for name, shape in shapes.items() if not shape]
    if len(shapes) <= MOST_SLIDERS:
        for name, shape in shapes.items():
            _value(name, shape, read.default(name))
        return
    if numbers and st.session_state.get("slide") not in numbers:
        st.session_state["slide"] = numbers[0]
    with st.container(key="many"):
        for name, shape in shapes.items():
            _value(name, shape, read.default(name), slider=False)
    if not numbers:
        return
    with st.container(key="slide_one"):
        st.selectbox("Slide", numbers, **staying("slide"))
        name = st.session_state["slide"]
        _slider(name, (), st.session_state["values"].get(name) or read.default(name))


def _count(nodes: int) -> str:
    if nodes < 100_000:
        return f"{nodes:,}"
    return f"{nodes:.1e}".replace("e+", "·10^")


def _unfold_all() -> None:
    st.session_state["folds"] = ()
    _turned()


def _zoomed(usual: str) -> None:
    chosen = st.session_state[f"zoom_{usual}"]
    st.session_state["zoom"] = chosen if chosen != usual else ""
    _turned()


def _turned() -> None:
    """Show other steps from their end: the number of a step means another one there."""
    st.session_state["step"] = None


def _value(name: str, shape: Shape, default: str, *, slider: bool = True) -> None:
    session = st.session_state
    if session["shapes"].setdefault(name, shape) != shape:
        # Another formula means another thing by the name: what was typed for it fits no more.
        session["shapes"][name] = shape
        session["values"].pop(name, None)
    typed = session["values"].get(name, default)
    if session.get(_field(name)) != typed:
        session[_field(name)] = typed
    label, box = st.columns([1, 3.6 if shape else 1.3], vertical_alignment="center")
    with label, st.container(key=f"name_{name}"):
        st.latex(latex(Symbol(name)))
    box.text_input(
        f"Value of {name}",
        **staying(_field(name)),
        label_visibility="collapsed",
        on_change=_typed,
        args=(name, default),
    )
    try:
        typed_value(typed, name, shape)
    except InputError as error:
        st.html(f'<div class="cr-hint" role="alert">{escape(error.message)}.</div>')
    if slider:
        _slider(name, shape, typed)


def _slider(name: str, shape: Shape, typed: str) -> None:
    """Show a slider for a number; for anything else, none."""
    session = st.session_state
    try:
        number = float(typed_value(typed, name, shape))  # type: ignore[arg-type]
    except (InputError, OverflowError, TypeError):
        return
    reach = 5.0
    while reach < abs(number):
        reach *= 10
    if session.get(f"slider_{name}") != number:
        session[f"slider_{name}"] = number
    st.slider(
        f"Slide {name}",
        -reach,
        reach,
        **staying(f"slider_{name}"),
        step=reach / 500,
        label_visibility="collapsed",
        on_change=_slid,
        args=(name,),
        format="%g",
    )
    ends = f"{reach:g}"
    st.html(
        f'<div class="cr-ends" aria-hidden="true"><span>−{ends}</span><span>{ends}</span></div>'
    )


def _field(name: str) -> str:
    """Return the key of the field of a value.

    A name of another shape has another field: the browser may still send what stood in the
    field of the formula before, and that is not a value for this one.
    """
    return f"value_{name}_{'x'.join(map(str, st.session_state['shapes'][name]))}"


def _typed(name: str, default: str) -> None:
    text = st.session_state[_field(name)]
    st.session_state["values"][name] = text.strip() or default
    st.session_state["slide"] = name


def _slid(name: str) -> None:
    text = f"{st.session_state[f'slider_{name}']:.10g}"
    st.session_state["values"][name] = st.session_state[_field(name)] = text


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
    st.session_state["values"][name] = st.session_state[_field(name)] = value


def show_plot(found: Plot | None) -> None:
    """Show a node over the inputs, with what the picture says."""
    if found is None:
        return
    st.html(
        f'<div class="cr-plot"><i>{escape(found.title)}</i><span>{escape(found.told)}</span></div>'
    )
    for number, data in enumerate(found.planes):
        plane(data, key=f"plot_{number}")
