"""What a visit to Explore keeps: the state that is shown, those before it, and the address."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Final
from urllib.parse import parse_qsl
from uuid import uuid4

import streamlit as st

from chainrule.errors import LinkError
from chainrule.language import canonical
from chainrule.ui import link, work
from chainrule.ui.engine import DEFAULT_VALUE, Reading
from chainrule.ui.state import EXAMPLE, State, written_notation
from chainrule.ui.widgets import address

MOST_STATES: Final = 100
ONE_CHANGE: Final = 1.5
"""Seconds within which changes of the same thing are one change to undo."""


def restore() -> None:
    """Begin a visit with what its address says, once."""
    session = st.session_state
    if "past" in session:
        return
    session["past"], session["place"], session["shared"], session["blank"] = [], -1, "", False
    query = address()
    session["first"] = not query and "formula" not in session
    if "formula" not in session:  # else another page has brought it
        _decoded(query)


def _decoded(query: str) -> None:
    state = State()
    st.session_state.pop("link_fault", None)
    if query:
        try:
            state = link.decode(query)
        except LinkError as error:
            st.session_state["link_fault"] = f"{error.message}. {error.allowed}"
            state = State(dict(parse_qsl(query)).get("f", EXAMPLE), ())  # what was typed is kept
    take(state, declared=bool(query))


def go(query: str) -> None:
    """Show what the browser has gone back or forward to."""
    _decoded(query)
    st.session_state["shared"] = query or link.encode(State())
    st.session_state["blank"] = not query


def take(state: State, *, declared: bool = True) -> None:
    """Make a state the one that the page shows next.

    Parameters
    ----------
    declared
        Whether the names of its point are variables, whatever else they could mean.
    """
    session = st.session_state
    session["formula"] = state.formula
    session["values"] = {canonical(name): value for name, value in state.point}
    session["declared"] = tuple(name for name, _value in state.point) if declared else ()
    session["shapes"] = {}
    session["readings"] = dict(state.readings)
    session["mode"], session["zoom"] = state.mode, state.zoom
    session["words"] = ",".join(word for word in state.notation.split(",") if word != "comma")
    session["comma"] = "comma" in state.notation.split(",")
    session["along"], session["output"] = state.along, state.output
    session["kink"] = state.kink
    session["folds"], session["shape"] = state.folds, state.shape
    session["below"], session["nudge"] = state.reading, state.nudge
    session["step"], session["present"] = state.step, state.present


def current(read: Reading | None = None) -> State:
    """Return the state that the page shows; with a reading, of its variables alone."""
    session = st.session_state
    values: Mapping[str, str] = session["values"]
    names = tuple(values) if read is None else read.variables
    default = read.default if read else lambda _name: DEFAULT_VALUE
    state = State(
        formula=session["formula"] or "",
        point=tuple((name, values.get(name) or default(name)) for name in names),
        readings=tuple(session["readings"].items()),
        mode=session["mode"] or "reverse",
        zoom=session["zoom"],
        along=session.get("along") or "",
        output=session["output"] if read and session["output"] in read.outputs else "",
        notation=written_notation(
            (session["words"] or "") + (",comma" if session["comma"] else "")
        ),
        kink=session.get("kink") or "",
        folds=session["folds"],
        shape=session["shape"] or "graph",
        reading=session["below"] or "table",
        nudge=session["nudge"] or State().nudge,
        step=session["step"],
        present=bool(session["present"]),
    )
    session["fold_trouble"] = ""
    if read is None or not state.folds:
        return state
    # Another formula may not have the nodes that were folded.
    fitting = work.shape(state.without_step(), session["declared"])
    session["fold_trouble"] = fitting.trouble
    return replace(state, folds=fitting.folds)


def edit(formula: str) -> None:
    """Take another text; the names that a link declared may be used otherwise there."""
    session = st.session_state
    session["formula"] = formula
    session["declared"] = ()
    # What has the usual value may have another one where the new text has none at the usual one.
    session["values"] = {n: v for n, v in session["values"].items() if v != DEFAULT_VALUE}
    session["step"] = None
    session["first"] = False
    session.pop("link_fault", None)


def link_fault() -> str:
    """Return why the address could not be read; empty if it could."""
    fault = st.session_state.get("link_fault")
    return f"The link could not be read: {fault}" if fault else ""


def who() -> str:
    """Return what tells this visit from others."""
    mine: str = st.session_state.setdefault("session", uuid4().hex)
    return mine


# What was shown before


def remember(state: State) -> None:
    """Keep a state that could be read, so that one can go back to it."""
    session = st.session_state
    past: list[State] = session["past"]
    state = replace(state, step=None, present=False)
    if past and state == past[session["place"]]:
        return
    del past[session["place"] + 1 :]
    now, what = time.monotonic(), _changed(past[-1], state) if past else ()
    before, at = session.get("changed", ((), 0.0))
    if len(past) > 1 and what == before and now - at < ONE_CHANGE:
        past[-1] = state
    else:
        past.append(state)
        del past[:-MOST_STATES]
    session["changed"] = (what, now)
    session["place"] = len(past) - 1


def _changed(one: State, other: State) -> tuple[str, ...]:
    names = (field.name for field in fields(State))
    return tuple(name for name in names if getattr(one, name) != getattr(other, name))


def can_move(by: int) -> bool:
    """Tell whether there is a state so many changes later; before, where the number is negative."""
    place: int = st.session_state["place"]
    return 0 <= place + _back(by) < len(st.session_state["past"])


def _back(by: int) -> int:
    """Return by how many states to move: the one before a text that cannot be read is the last."""
    past, place = st.session_state["past"], st.session_state["place"]
    unread = bool(past) and past[place].formula != st.session_state["formula"]
    return by + 1 if unread and by < 0 else by


def move(by: int) -> None:
    """Show an earlier state again, or a later one."""
    session = st.session_state
    if can_move(by):
        session["place"] += _back(by)
        session["changed"] = ((), 0.0)
        take(session["past"][session["place"]])


# The address


def share(state: State) -> None:
    """Keep the address in step with the page; one that could not be read stays as it is."""
    session = st.session_state
    if "link_fault" in session:
        return
    try:
        query = link.encode(state)
    except LinkError:
        query = ""
    # An address to which the browser has just gone back is not written over.
    if query != session["shared"] or not (st.query_params or session["blank"]):
        session["blank"] = False
        session["shared"] = query
        st.query_params.from_dict(dict(parse_qsl(query, keep_blank_values=True)))
