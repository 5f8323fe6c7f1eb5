"""The menu "Save and share": link, files in every format, and the lines that give the same."""

from __future__ import annotations

import re

import streamlit as st

from chainrule.errors import LinkError
from chainrule.files import safe_name
from chainrule.ui import link, network_rail, network_work, work
from chainrule.ui.equivalents import command_line, python_lines
from chainrule.ui.state import State
from chainrule.ui.taken import FILES, File

MIMES = {
    "html": "text/html",
    "csv": "text/csv",
    "json": "application/json",
    "svg": "image/svg+xml",
    "png": "image/png",
    "pdf": "application/pdf",
}
LONGEST_STEM = 48


def menu(state: State, names: tuple[str, ...]) -> None:
    """Show the menu."""
    # What is inside is made when it is opened, so that typing does not wait for it.
    opener = st.popover("Save and share", width="content", key="menu_opener", on_change="rerun")
    if not opener.open:
        return
    with opener, st.container(key="menu_inside"):
        st.caption("Link to what you see")
        try:
            st.code("?" + link.encode(state), language=None, wrap_lines=True)
        except LinkError as error:
            st.caption(f"{error.message}. {error.allowed}")
        for kind, files in FILES.items():
            st.caption(kind)
            with st.container(key=f"files_{kind.lower()}", horizontal=True):
                for file in files:
                    _button(kind, file, state, names)
        if st.button("Train this formula", key="train_this", help="On the page Networks"):
            network_rail.take(network_work.trained(state.formula, state.point), b"")
            st.switch_page(st.session_state["pages"]["Networks"])
        st.caption("The same on the command line")
        st.code(command_line(state, names), language="shell", wrap_lines=True)
        st.caption("The same in Python")
        st.code(python_lines(state, names), language="python", wrap_lines=True)


def _button(kind: str, file: File, state: State, names: tuple[str, ...]) -> None:
    def data() -> bytes:
        return work.file(kind, file.label, state, names)

    st.download_button(
        file.label,
        data=data,
        mime=MIMES.get(file.suffix[1:], "text/plain"),
        on_click="ignore",
        file_name=f"{stem(state.formula)}{file.suffix}",
        key=f"download_{kind}_{file.label}",
        help=f"{kind} as {file.label}",
        width="content",
    )


def stem(formula: str) -> str:
    """Return a formula as the name of a file: its letters and digits."""
    return safe_name("-".join(re.findall(r"\w+", formula))[:LONGEST_STEM].strip("-_"))
