"""The formula box, and what the page says about what stands in it: reading, notes, refusal."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from pathlib import Path

import streamlit as st

from chainrule.readings.render.markdown import escaped
from chainrule.ui import session
from chainrule.ui.component import component
from chainrule.ui.engine import Fault, Reading
from chainrule.ui.state import EXAMPLE
from chainrule.ui.widgets import bound

TYPING_PAUSE = 40
"""Milliseconds without a key after which what is typed is read."""

LONGEST = 20_000
LABEL = "Formula or program"


_typing = component(
    "typing",
    "<i hidden></i>",
    Path(__file__).with_name("formula.js").read_text(encoding="utf-8"),
)


def box() -> None:
    """Show the box; what is typed, and the browser's Back, come to the session."""
    st.text_area(
        LABEL,
        **bound("formula", _typed),
        height="content",
        max_chars=LONGEST,
        placeholder=EXAMPLE,
        label_visibility="collapsed",
    )
    _typing(
        key="typing",
        data={"label": LABEL, "pause": TYPING_PAUSE},
        on_went_change=lambda: session.go(st.session_state["typing"].went),
    )


def _typed() -> None:
    session.edit(st.session_state["formula"])


def quiet(words: str) -> str:
    """Return a quiet line of the page."""
    return f'<div class="cr-quiet cr-line">{escape(words)}</div>'


def fault_html(fault: Fault) -> str:
    """Return a refusal as the page shows it: the line with its caret, the sentence, a remedy."""
    line, _, caret = fault.caret.partition("\n")
    shown = f'<pre>{escape(line)}\n<span class="caret">{escape(caret)}</span></pre>' if line else ""
    return (
        f'<div class="cr-fault" role="alert">{shown}<div>{escape(fault.message)}.'
        f" <span class='cr-quiet'>{escape(fault.allowed)}</span></div></div>"
    )


def refused(fault: Fault) -> None:
    """Say why a formula cannot be read, with its correction to click."""
    st.html(fault_html(fault))
    if fault.suggestion:
        # Labels and tips are Markdown: a link from elsewhere must not put pictures there.
        st.button(
            f"Use {escaped(fault.suggestion)}",
            key="suggestion",
            on_click=session.edit,
            args=(fault.suggestion,),
        )


def reading(read: Reading) -> None:
    """Show as what a formula was read, in full."""
    if read.told:
        st.html(f'<div class="cr-quiet cr-told">{escape(read.told)}</div>')
    else:
        st.latex(read.reading)


def notes(read: Reading) -> None:
    """Show what was chosen in reading a formula, with its other readings."""
    inside = [f"{n} = {v}" for n, v in read.inside.items() if n not in st.session_state["values"]]
    begun = f"Begins at {', '.join(inside)}, since {read.why}." if inside else ""
    for words in filter(None, (session.link_fault(), begun)):
        st.html(f'<div class="cr-note">{escape(words)}</div>')
    for number, note in enumerate(read.notes):
        with st.container(key=f"note_line_{number}", horizontal=True):
            st.html(note_html(note), width="content")
            if note["alternative"]:
                st.button(
                    "change",
                    key=f"note_{number}",
                    help=f"Read it as {escaped(note['other'])}",
                    type="tertiary",
                    on_click=_switch,
                    args=(note["key"], note["alternative"]),
                )


def note_html(note: Mapping[str, str]) -> str:
    """Return how a piece was read, as the page shows it."""
    return f"<code>{escape(note['found'])}</code> is read as <b>{escape(note['reading'])}</b>"


def _switch(key: str, alternative: str) -> None:
    st.session_state["readings"][key] = alternative
