"""Widgets that show what a visit keeps: whose choice counts, and what they begin with."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from streamlit.testing.v1 import AppTest


def script() -> None:
    import streamlit as st

    from chainrule.ui.widgets import bound

    session = st.session_state
    session.setdefault("size", 3)
    session.setdefault("colour", "blue")
    session.setdefault("told", [])

    def put(size: int) -> None:
        session["size"] = size

    st.checkbox("Hide", key="hide")
    if session["hide"]:
        return
    st.button("Put 4", on_click=put, args=(4,))
    st.slider("Size", -5, 5, **bound("size", lambda: session["told"].append(session["size"])))
    st.selectbox("Colour", **bound("colour", options=["red", "blue"]))


def begun() -> Any:
    return AppTest.from_function(script, default_timeout=30).run()


def test_a_widget_begins_with_what_is_kept_and_not_with_its_least_value() -> None:
    page = begun()
    [slider], [choice] = page.slider, page.selectbox
    assert (slider.value, slider.proto.default[0]) == (3, 3)
    assert (choice.value, choice.proto.default) == ("blue", 1)


def test_a_choice_is_kept_told_once_and_leaves_the_widget_as_it_is() -> None:
    page = begun()
    before = page.slider[0].proto.id
    page.slider[0].set_value(-1).run()
    assert (page.session_state["size"], page.session_state["told"]) == (-1, [-1])
    page.selectbox[0].set_value("red").run()
    assert (page.session_state["colour"], page.session_state["told"]) == ("red", [-1])
    assert page.slider[0].proto.id == before


def test_what_the_page_changes_is_shown_by_another_widget() -> None:
    page = begun()
    old = page.slider[0]
    page.button[0].click().run()
    [slider] = page.slider
    assert (slider.value, slider.proto.default[0]) == (4, 4)
    assert slider.proto.id != old.proto.id


def test_a_widget_that_was_away_comes_back_as_the_same_one_with_what_was_chosen() -> None:
    page = begun()
    page.slider[0].set_value(2).run()
    before = page.slider[0].proto.id
    page.checkbox[0].check().run()
    assert not page.slider
    page.checkbox[0].uncheck().run()
    [slider] = page.slider
    assert (slider.value, slider.proto.default[0], slider.proto.id) == (2, 2, before)


def test_what_comes_of_a_widget_that_is_no_more_is_no_choice() -> None:
    page = begun()
    # Both come at once: the page has put 4 when the slider of before is heard.
    page.slider[0].set_value(2)
    page.button[0].click().run()
    assert (page.session_state["size"], page.session_state["told"]) == (4, [])
    assert page.slider[0].value == 4


def test_a_choice_that_a_run_cut_short_told_nobody_is_taken_by_the_next_one() -> None:
    page = begun()
    page.slider[0].set_value(-1).run()
    # As it is when the browser's value has come and its callback has not been called.
    state = page.session_state
    state["size"], state["told"] = 3, []
    state["shown"] = {**state["shown"], "size": replace(state["shown"]["size"], value=3)}
    page.run()
    assert (state["size"], state["told"], page.slider[0].value) == (-1, [-1], -1)
