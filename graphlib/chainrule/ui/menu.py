"""The menu "Save and share": link, files in every format, and the lines that give the same."""

from __future__ import annotations

import re
import shlex
from typing import Any

import streamlit as st

from chainrule.errors import LinkError
from chainrule.files import safe_name
from chainrule.ui import link, network_rail, network_work, work
from chainrule.ui.state import State
from chainrule.ui.taken import FILES, File

PLAIN = State()


def command_line(state: State) -> str:
    """Return a line for a shell that gives the same table."""
    point = ",".join(f"{name}={value}" for name, value in state.point)
    # A leading minus sign would look like an option.
    formula = f" {state.formula}" if state.formula.startswith("-") else state.formula
    words = ["chainrule", "table", formula]
    words += ["--at", point] if point else []
    words += [f"--reading={key}={other}" for key, other in state.readings]
    words += ["--kink", state.kink] if state.kink else []
    words += ["--mode", state.mode] if state.mode != PLAIN.mode else []
    words += ["--by", state.along] if state.along and state.mode == "forward" else []
    words += ["--zoom", state.zoom] if state.zoom else []
    words += [f"--fold={change}" for change in state.folds]
    words += ["--tree"] if state.shape == "tree" else []
    words += ["--notation", state.notation] if state.notation else []
    return shlex.join(words)


def python_lines(state: State, names: tuple[str, ...]) -> str:
    """Return lines of Python that end in the same table, named `table`."""
    point = dict(state.point)
    reading: dict[str, Any] = {}
    if names:
        reading["declared"] = names
    if state.readings:
        reading["readings"] = dict(state.readings)
    if state.kink:
        reading["kink"] = state.kink
    options: dict[str, Any] = {}
    if state.zoom:
        options["zoom"] = state.zoom
    if state.along and state.mode == "forward":
        options["direction"] = {state.along: 1}
    if state.notation:
        options["notation"] = _Code(f"chainrule.Notation.named({state.notation!r})")
    if state.folds:
        options["folds"] = list(state.folds)
    if state.shape == "tree":
        options["as_tree"] = True
    return "\n".join(
        (
            "import chainrule",
            f"graph = chainrule.parse({_given(state.formula, reading)})",
            f"worked = graph.work({_given(point, {'mode': state.mode, **options})})",
            "table = worked.table()",
        )
    )


class _Code(str):
    """A piece of Python that stands as it is."""

    def __repr__(self) -> str:
        return str(self)


def _given(first: Any, named: dict[str, Any]) -> str:
    return ", ".join([repr(first), *(f"{name}={value!r}" for name, value in named.items())])


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
        st.code(command_line(state), language="shell", wrap_lines=True)
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
