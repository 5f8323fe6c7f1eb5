"""The page Check my work: a table worked by hand, where it went wrong, and a hint."""

from __future__ import annotations

from typing import Any

import streamlit as st

from chainrule.errors import LinkError
from chainrule.readings.latex import latex
from chainrule.readings.terms import Symbol
from chainrule.ui import link, work, worktable
from chainrule.ui.answers.component import answers
from chainrule.ui.engine import Fault, Reading
from chainrule.ui.formula import fault_html
from chainrule.ui.markup import markup
from chainrule.ui.state import EXAMPLE, State
from chainrule.ui.widgets import address, bound

MOST_VALUES = 8


def page() -> None:
    """Show the page."""
    _restore()
    with st.container(key="top_work"):
        box, beside, menu = st.columns([5.6, 3.2, 1.3], gap="medium")
        with box:
            st.text_input(
                "Formula or program",
                **bound("work_formula", _forget),
                placeholder=EXAMPLE,
                max_chars=20_000,
                label_visibility="collapsed",
            )
        formula = st.session_state["work_formula"] or EXAMPLE
        read = work.read(formula, (), ())
        if isinstance(read, Fault):
            with box:
                st.html(fault_html(read))
            return
        with box, st.container(key="reading_work"):
            st.latex(read.reading)
        with beside:
            point, mode = _point(read)
        state = State(formula, point, mode=mode)
        with menu:
            _share(state)
    _own_code(state)
    done = worktable.work(state)
    if isinstance(done, Fault):
        st.html(fault_html(done))
        return
    session = st.session_state
    reports = session.get("work_report")
    report = reports[1] if reports and reports[0] == done.digest else None
    pasted = session.get("work_pasted")
    session["work_done"] = done
    answers(
        "table",
        worktable.payload(done, report, pasted if pasted and pasted["of"] == done.digest else None),
        key="work_table",
        on_check=_checked,
        on_ask=_asked,
    )


def _restore() -> None:
    """Begin with what a link says, else with what Explore shows, else with the example."""
    session = st.session_state
    if "work_formula" in session:
        return
    formula, values = session.get("formula") or EXAMPLE, dict(session.get("values") or {"x": "1"})
    mode = session.get("mode") or "reverse"
    query = address()
    if query:
        try:
            state = link.decode(query)
            formula, values, mode = state.formula, dict(state.point), state.mode
        except LinkError as error:
            st.html(f'<div class="cr-quiet">{error.message}. {error.allowed}</div>')
    session["work_formula"], session["work_values"] = formula, values
    session["work_mode"] = mode
    session.setdefault("work_gradients", "")


def _forget() -> None:
    st.session_state.pop("work_report", None)
    st.session_state.pop("work_pasted", None)


def _point(read: Reading) -> tuple[tuple[tuple[str, str], ...], str]:
    """Show a field for each input, and the mode; return the point and the mode."""
    values: dict[str, str] = st.session_state["work_values"]
    point: list[tuple[str, str]] = []
    with st.container(key="values_work", horizontal=True, vertical_alignment="center"):
        for name in read.variables[:MOST_VALUES]:
            given = values.get(name) or read.default(name)
            with st.container(key=f"name_work_{name}", width="content"):
                st.latex(latex(Symbol(name)) + " =")
            key = f"work_value_{name}"
            st.session_state.setdefault(key, given)
            st.text_input(
                name,
                **bound(key, _typed, name),
                label_visibility="collapsed",
                width=88,
                max_chars=100,
            )
            typed = st.session_state[key]
            point.append((name, typed if link.is_value(typed) else given))
        mode = st.segmented_control(
            "Mode",
            ["reverse", "forward"],
            **bound("work_mode", _forget, start="default"),
            label_visibility="collapsed",
            required=True,
        )
    point += [
        (name, values.get(name) or read.default(name)) for name in read.variables[MOST_VALUES:]
    ]
    return tuple(point), mode or "reverse"


def _typed(name: str) -> None:
    st.session_state["work_values"][name] = st.session_state[f"work_value_{name}"]
    _forget()


def _share(state: State) -> None:
    with st.popover("Save and share"):
        try:
            st.caption("Link to this table; answers are never part of it.")
            st.code("check-my-work?" + link.encode(state), language=None, wrap_lines=True)
        except LinkError as error:
            st.caption(f"{error.message}. {error.allowed}")


def _own_code(state: State) -> None:
    """Compare a table of gradients, as somebody's own code prints them; nothing of it is run."""
    with st.expander("Check my backward code"):
        typed = st.text_area(
            "What your code gives for each node",
            **bound("work_gradients"),
            max_chars=20_000,
            placeholder="u = 0.6442\nW = [[1, 2], [3, 4]]",
            height=120,
        )
        if typed.strip():
            found = worktable.own_gradients(state, typed)
            if isinstance(found, Fault):
                st.html(fault_html(found))
            else:
                markup(f'<div style="overflow-x:auto">{found}</div>', key="work_own")


def _checked() -> None:
    """Mark what the browser sent; the report lasts as long as the page, and no link has it."""
    session = st.session_state
    sent = _sent("check")
    done = session.get("work_done")
    if sent is None or done is None or sent.get("digest") != done.digest:
        return
    found = sent.get("answers")
    if isinstance(found, dict):
        session["work_report"] = done.digest, worktable.check(done, found)


def _asked() -> None:
    session = st.session_state
    sent, done = _sent("ask"), session.get("work_done")
    if sent is None or done is None or sent.get("digest") != done.digest:
        return
    if sent.get("clear"):
        _forget()
    elif isinstance(sent.get("pasted"), str):
        number = session["work_pastes"] = session.get("work_pastes", 0) + 1
        read = worktable.pasted(done, sent["pasted"], str(sent.get("format")), number)
        session["work_pasted"] = read | {"of": done.digest}
        session.pop("work_report", None)


def _sent(name: str) -> dict[str, Any] | None:
    """Return what the component sent; whoever speaks to the server may send anything."""
    state = st.session_state.get("work_table")
    found = getattr(state, name, None)
    return dict(found) if isinstance(found, dict) else None
