"""The page Exercises: make a sheet, take it away in any format, or answer it here with help."""

from __future__ import annotations

from functools import partial
from html import escape
from typing import Any, Final

import streamlit as st

from chainrule.errors import LinkError
from chainrule.exercises.kinds import KINDS
from chainrule.exercises.levels import LEVELS
from chainrule.ui import class_page, sheets
from chainrule.ui.answers.component import answers
from chainrule.ui.engine import Fault
from chainrule.ui.formula import fault_html
from chainrule.ui.state import EXAMPLE
from chainrule.ui.widgets import address, bound

FOR: Final = ("One sheet", "A class")
WAYS: Final = ("Level", "Formula", "Recipe")
USUAL_KINDS: Final = ("values", "adjoints")
RECIPE: Final = """\
title = "Reverse mode by hand"
label = "Exercise 3"
seed = 17

[[part]]
level = 3
kinds = ["draw", "values", "adjoints"]
"""


def page() -> None:
    """Show the page."""
    session = st.session_state
    if "sheet_way" not in session:
        _restore()
    for key, usual in (
        ("sheet_way", WAYS[0]),
        ("sheet_level", 3),
        ("sheet_kinds", list(USUAL_KINDS)),
        ("sheet_formula", EXAMPLE),
        ("sheet_at", "x = 1.5"),
        ("sheet_recipe", RECIPE),
        ("sheet_seed", 1),
        ("sheet_student", ""),
        ("sheet_for", FOR[0]),
    ):
        session.setdefault(key, usual)
    for_whom = st.segmented_control(
        "For",
        FOR,
        **bound("sheet_for", start="default"),
        required=True,
        label_visibility="collapsed",
    )
    if for_whom == FOR[1]:
        class_page.show()
        return
    with st.container(key="top_sheet"):
        left, menu = st.columns([8.8, 1.3], gap="medium")
        with left:
            asked = _asked_for()
    made = sheets.made(asked, int(session["sheet_seed"]), session["sheet_student"])
    if isinstance(made, Fault):
        st.html(fault_html(made))
        return
    with menu, st.container(horizontal=True, horizontal_alignment="right"):
        _downloads(asked)
    digest = sheets.digest_of(asked, int(session["sheet_seed"]), session["sheet_student"])
    session["sheet_shown"] = digest, made
    report = _own("sheet_report", digest)
    helped = _own("sheet_helped", digest)
    answers(
        "sheet",
        sheets.payload(digest, made, report, helped),
        key="sheet_answers",
        on_check=_checked,
        on_ask=_helped,
    )


def _restore() -> None:
    """Begin with what a link asks for; one that cannot be read is told, and changes nothing."""
    query = address()
    if not query:
        return
    try:
        asked, seed = sheets.decode(query)
    except LinkError as error:
        st.html(f'<div class="cr-quiet">{escape(error.message)}. {escape(error.allowed)}</div>')
        return
    session = st.session_state
    session["sheet_way"] = WAYS[0] if asked.level else WAYS[1]
    session["sheet_kinds"], session["sheet_seed"] = list(asked.kinds), seed
    if asked.level:
        session["sheet_level"] = asked.level
    else:
        session["sheet_formula"], session["sheet_at"] = asked.formula, asked.at


def _own(key: str, digest: str) -> Any:
    """Return what was kept about this very sheet."""
    kept = st.session_state.get(key)
    return kept[1] if kept and kept[0] == digest else None


def _asked_for() -> sheets.Asked:
    """Show the fields of the way that was chosen, and return what they ask for."""
    session = st.session_state
    with st.container(key="sheet_bar", horizontal=True, vertical_alignment="bottom"):
        way = st.segmented_control(
            "Made from", WAYS, **bound("sheet_way", start="default"), required=True
        )
        if way == "Level":
            st.selectbox("Level", **bound("sheet_level", options=list(LEVELS)), width=110)
        st.number_input("Seed", min_value=0, max_value=2**31, **bound("sheet_seed"), width=130)
        st.text_input("Name on the sheet", **bound("sheet_student"), max_chars=200, width=220)
    if way == "Recipe":
        st.text_area("Recipe (TOML)", **bound("sheet_recipe"), height=220, max_chars=50_000)
        return sheets.Asked(recipe=session["sheet_recipe"])
    if way == "Formula":
        with st.container(key="sheet_line", horizontal=True, vertical_alignment="bottom"):
            st.text_input("Formula or program", **bound("sheet_formula"), max_chars=20_000)
            st.text_input("Point", **bound("sheet_at"), max_chars=2_000, width=220)
    kinds = st.pills(
        "Tasks",
        list(KINDS),
        **bound("sheet_kinds", start="default"),
        selection_mode="multi",
        format_func=_title,
    )
    chosen = tuple(kind for kind in KINDS if kind in (kinds or ()))
    if way == "Formula":
        return sheets.Asked(
            formula=session["sheet_formula"] or EXAMPLE, at=session["sheet_at"], kinds=chosen
        )
    return sheets.Asked(level=int(session["sheet_level"]), kinds=chosen)


def _title(kind: str) -> str:
    return KINDS[kind].title


def _downloads(asked: sheets.Asked) -> None:
    session = st.session_state
    seed, student = int(session["sheet_seed"]), session["sheet_student"]
    with st.popover("Download"):
        if not asked.recipe:
            st.caption("Link to this sheet; neither name nor answers are part of it.")
            try:
                query = sheets.encode(asked, seed)
                st.code("exercises?" + query, language=None, wrap_lines=True)
            except LinkError as error:
                st.caption(f"{error.message}. {error.allowed}")
        for label, format, key in sheets.files():
            st.download_button(
                label,
                data=partial(sheets.written, asked, seed, student, format, key),
                file_name=sheets.file_name(student, format, key),
                key=f"sheet_{format}_{key}",
                on_click="ignore",
                type="tertiary",
            )
        st.download_button(
            "Recipe (TOML)",
            data=lambda: sheets.recipe_of(asked).text().encode(),
            file_name="recipe.toml",
            key="sheet_recipe_file",
            on_click="ignore",
            type="tertiary",
        )


def _sent(name: str) -> dict[str, Any] | None:
    found = getattr(st.session_state.get("sheet_answers"), name, None)
    shown = st.session_state.get("sheet_shown")
    if not isinstance(found, dict) or not shown or found.get("digest") != shown[0]:
        return None
    return dict(found)


def _checked() -> None:
    """Check what the browser sent; the report lasts as long as the page, and no link has it."""
    sent = _sent("check")
    if sent is not None and isinstance(sent.get("answers"), dict):
        digest, made = st.session_state["sheet_shown"]
        st.session_state["sheet_report"] = digest, sheets.report(made, sent["answers"])


def _helped() -> None:
    sent = _sent("ask")
    if sent is None or not isinstance(sent.get("answers"), dict):
        return
    session = st.session_state
    digest, made = session["sheet_shown"]
    known: dict[str, int] = session.setdefault("sheet_hints", {})
    session["sheet_helped"] = digest, sheets.helped(made, sent, known)
