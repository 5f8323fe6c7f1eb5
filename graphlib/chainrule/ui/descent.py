"""The page Descent: a landscape, and how optimisers go down it."""

from __future__ import annotations

from html import escape
from typing import Any
from urllib.parse import parse_qsl

import numpy as np
import streamlit as st

from chainrule.errors import InputError, LinkError
from chainrule.nn.optimisers import METHODS
from chainrule.ui import descent_state, descent_work, work
from chainrule.ui.descent_state import EXAMPLES, MOST_STARTS, MOST_STEPS, DescentState, points
from chainrule.ui.descent_work import Descended
from chainrule.ui.engine import Reading
from chainrule.ui.formula import fault_html
from chainrule.ui.pictures.component import plane, theme
from chainrule.ui.session import take
from chainrule.ui.state import State
from chainrule.ui.widgets import address, bound

CHOSEN = ("formula", "region", "starts", "optimisers", "rate", "steps")
TYPING_PAUSE = "150ms"


def page() -> None:
    """Show the page."""
    _restore()
    with st.container(key="des_top"):
        st.text_input(
            "Function of one or two variables",
            **bound("des_formula", _typed),
            max_chars=20_000,
            label_visibility="collapsed",
            live=TYPING_PAUSE,
            placeholder=DescentState().formula,
        )
        reading = st.container(key="des_reading")
    with st.container(key="descent"):
        left, right = st.columns([192, 992], gap="large")
        with left, st.container(key="des_rail"):
            _rail()
        state = _current()
        found = descent_work.descended(state, theme())
        with right:
            if isinstance(found, Descended):
                st.session_state["des_good"] = found
            else:
                with reading:
                    st.html(fault_html(found))
            shown: Descended | None = st.session_state.get("des_good")
            if shown is not None:
                if found is shown:
                    with reading:
                        st.latex(shown.reading)
                else:
                    st.html('<div class="cr-stale">from before</div>')
                _show(shown, state)
    _share(state)


# State: a link is read once, then the widgets hold it.


def _restore() -> None:
    session = st.session_state
    if "des_formula" in session:
        return
    state = DescentState()
    try:
        state = descent_state.decode(address())
    except LinkError as error:
        session["des_link_fault"] = f"{error.message}. {error.allowed}"
    _take(state)


def _take(state: DescentState) -> None:
    session = st.session_state
    for name in CHOSEN:
        session[f"des_{name}"] = getattr(state, name)
    session["des_optimisers"] = state.optimisers.split(",")


def _typed() -> None:
    """Let region and starts have as many numbers as the function has variables."""
    read = work.read(st.session_state["des_formula"] or "", (), ())
    if isinstance(read, Reading) and len(read.variables) in (1, 2):
        _take(descent_state.fitted(_current(), len(read.variables)))


def _current() -> DescentState:
    session = st.session_state
    given: dict[str, Any] = {name: session[f"des_{name}"] for name in CHOSEN}
    given["formula"] = given["formula"] or ""
    given["optimisers"] = ",".join(given["optimisers"])
    return DescentState(**given)


# The rail


def _rail() -> None:
    st.selectbox(
        "Example",
        list(EXAMPLES),
        key="des_example",
        index=None,
        placeholder="examples",
        on_change=_example,
        label_visibility="collapsed",
    )
    st.text_input(
        "region",
        **bound("des_region"),
        max_chars=200,
        help="Least and greatest value of each variable: -2, 2; -1, 1",
    )
    st.text_input(
        "starts",
        **bound("des_starts"),
        max_chars=300,
        help="Points, parted by semicolons; or click in the picture.",
    )
    st.button("Other starts", key="des_random", on_click=_restart, width="stretch")
    st.html('<div class="cr-group">Optimisers</div>')
    st.pills(
        "Optimisers",
        list(METHODS),
        **bound("des_optimisers", start="default"),
        selection_mode="multi",
        label_visibility="collapsed",
    )
    st.text_input("rate", **bound("des_rate"), max_chars=20, placeholder="own")
    st.number_input("steps", 1, MOST_STEPS, **bound("des_steps"), step=10)
    if "des_link_fault" in st.session_state:
        st.html(
            '<div class="cr-quiet" role="alert">The link could not be read: '
            f"{escape(st.session_state['des_link_fault'])}</div>"
        )


def _example() -> None:
    name = st.session_state["des_example"]
    if name in EXAMPLES:
        st.session_state.pop("des_link_fault", None)
        _take(EXAMPLES[name])


def _restart() -> None:
    """Take other starts: as many as there are, at random, the same ones in the same order."""
    session = st.session_state
    round_number = session["des_round"] = session.get("des_round", 0) + 1
    try:
        size = 1 + session["des_region"].count(";")
        ends = points(session["des_region"], 2, 2)
        count = 1 + session["des_starts"].count(";")
    except InputError:
        return
    random = np.random.default_rng(round_number)
    low, high = np.array(ends[:size]).T
    drawn = random.uniform(low, high, (min(count, MOST_STARTS), size))
    session["des_starts"] = "; ".join(", ".join(f"{x:.3g}" for x in point) for point in drawn)


def _picked() -> None:
    """Begin all paths where the picture was clicked."""
    session = st.session_state
    pick = session["des_plane"].pick
    if isinstance(pick, list | tuple) and len(pick) == 2:
        size = 1 + session["des_region"].count(";")
        session["des_starts"] = ", ".join(f"{float(x):.3g}" for x in pick[:size])


# What is shown


def _show(shown: Descended, state: DescentState) -> None:
    middle, right = st.columns([632, 328], gap="large")
    with middle:
        ground = "white low, blue high; " if len(shown.names) == 2 else ""
        st.html(
            f'<div class="cr-chart"><b>Landscape</b> {ground}+ minima; '
            '<span class="cr-orange">arrow: downhill, against the gradient</span></div>'
        )
        plane(shown.plane, key="des_plane", on_pick=_picked)
    with right:
        import pandas as pd

        st.html('<div class="cr-chart"><b>Value</b> f after each step</div>')
        rows = pd.DataFrame(shown.rows, columns=("step", "value", "path"))
        names = [path["name"] for path in shown.plane["paths"]]
        st.vega_lite_chart(
            rows,
            descent_work.chart(shown.plane["paths"], theme()),
            width="content",
            key=f"des_chart_{len(names)}_{theme()}",
        )
        pieces = [f"<p>{escape(shown.minima)}</p>"]
        for words, warning in shown.ends:
            kind, mark = ("cr-warning", "▲ ") if warning else ("", "")
            pieces.append(f'<p class="{kind}">{mark}{escape(words)}</p>')
        st.html(f'<div class="cr-ends-of-paths" role="status">{"".join(pieces)}</div>')
        if st.button("Open the first start in Explore", key="des_open", type="tertiary"):
            first = state.starts.split(";")[0].split(",")
            point = tuple(
                (name, value.strip()) for name, value in zip(shown.names, first, strict=False)
            )
            take(State(state.formula, point))
            st.switch_page(st.session_state["pages"]["Explore"])


def _share(state: DescentState) -> None:
    """Keep the address in step with the page; one that could not be read stays as it is."""
    if "des_link_fault" in st.session_state:
        return
    try:
        wanted = dict(parse_qsl(descent_state.encode(state), keep_blank_values=True))
    except LinkError:
        st.query_params.clear()
        return
    if wanted != st.query_params.to_dict():
        st.query_params.from_dict(wanted)
