"""What stands below the player on request: the other readings of the same run."""

from __future__ import annotations

from html import escape

import streamlit as st

from chainrule.ui import work
from chainrule.ui.engine import Fault, Reading
from chainrule.ui.markup import markup
from chainrule.ui.state import READINGS, TITLES, State
from chainrule.ui.widgets import bound


def choice() -> None:
    """Show the quiet choice of a reading."""
    st.segmented_control(
        "Reading",
        READINGS,
        **bound("below", start="default"),
        format_func=TITLES.__getitem__,
        required=True,
        label_visibility="collapsed",
    )


def panel(state: State, names: tuple[str, ...], read: Reading) -> None:
    """Show the chosen reading; the table is within the player."""
    if state.reading == "table":
        return
    with st.container(key="panel"):
        if state.reading == "nudge" and read.variables:
            _nudge_by(read)
        found = work.reading(state, names)
        if isinstance(found, Fault):
            st.html(f'<div class="cr-hint" role="alert">{escape(found.message)}.</div>')
        else:
            markup(found, key=f"reading_{state.reading}")


def _nudge_by(read: Reading) -> None:
    """Show which variable is moved, and by how much."""
    if st.session_state.get("along") not in read.variables:
        st.session_state["along"] = read.variables[0]
    with st.container(key="nudge_by", horizontal=True, vertical_alignment="center"):
        if len(read.variables) > 1 and st.session_state["mode"] != "forward":
            st.html("Move", width="content")
            st.selectbox(
                "Move",
                **bound("along", options=read.variables),
                width=100,
                label_visibility="collapsed",
            )
        else:
            st.html(f"Move <i>{escape(st.session_state['along'])}</i>", width="content")
        st.html("by", width="content")
        st.text_input("by", **bound("nudge"), width=110, label_visibility="collapsed")
