"""The page Reference: every operation with formula, derivative, both plotted, domain and kink."""

from __future__ import annotations

from typing import Final

import streamlit as st

from chainrule.ui import session, work
from chainrule.ui.examples import EXAMPLES
from chainrule.ui.pictures.component import operations
from chainrule.ui.state import State

FIRST: Final = "sigmoid"


def page() -> None:
    """Show the page."""
    if st.session_state.pop("leave", False):
        st.switch_page(st.session_state["pages"]["Explore"])
    known = work.operations()
    asked = st.query_params.get("op", FIRST)
    names = {entry["name"] for entry in known}
    operations(
        {"entries": list(known), "chosen": asked if asked in names else FIRST},
        key="operations",
        on_pick=_picked,
    )


def _picked() -> None:
    pick = st.session_state["operations"].pick
    if not pick:
        return
    if "op" in pick:
        st.query_params["op"] = pick["op"]
    elif "example" in pick:
        _explore(EXAMPLES[int(pick["example"])].state)
    else:
        for entry in work.operations():
            if entry["name"] == pick.get("open") and entry["opens"]:
                formula, point = entry["opens"]
                _explore(State(formula, tuple((name, value) for name, value in point)))


def _explore(state: State) -> None:
    session.take(state)
    st.session_state["leave"] = True
