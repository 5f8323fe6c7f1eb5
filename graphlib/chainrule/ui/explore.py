"""The page Explore: a formula, its graph, both passes step by step, and the table."""

from __future__ import annotations

from dataclasses import replace
from html import escape
from typing import Any

import streamlit as st

from chainrule.drawing.player import Packed
from chainrule.readings.hints import Hint
from chainrule.readings.latex import latex
from chainrule.readings.render.markdown import escaped
from chainrule.readings.terms import Symbol
from chainrule.ui import formula, session, work
from chainrule.ui.engine import Fault, Reading
from chainrule.ui.examples import EXAMPLES, IN_SIGHT, Example, subjects
from chainrule.ui.help import PURPOSE
from chainrule.ui.menu import menu
from chainrule.ui.panel import choice, panel
from chainrule.ui.pictures.component import theme
from chainrule.ui.player import player, told
from chainrule.ui.rail import rail, show_hints, show_plot
from chainrule.ui.state import State

ASK_EVERY = 0.5
MOST_CLOSED = 3
LONG_READING = 110
"""Characters of LaTeX from which a formula stands under the box, over the whole width."""


def page() -> None:
    """Show the page."""
    session.restore()
    state = session.current()
    # Every place is there from the start: what moves on a page is made anew, and forgets its focus.
    with st.container(key="purpose"):
        if st.session_state["first"] and st.session_state["place"] < 1:
            st.html(f'<p class="cr-purpose">{PURPOSE}</p>')
    with st.container(key="top"):
        left, beside, right = st.columns([440, 330, 418], gap="medium")
        with left:
            formula.box()
        read = work.read(state.formula, st.session_state["declared"], state.readings)
        with beside, st.container(key="beside"):
            if isinstance(read, Reading):
                if not (long := len(read.reading) > LONG_READING and not read.told):
                    formula.reading(read)
                formula.notes(read)
            elif state.formula.strip():
                formula.refused(read)
        with st.container(key="reading"):
            if isinstance(read, Reading) and long:
                formula.reading(read)
        with right, st.container(key="tools", horizontal=True):
            _tools()
            menu_place = st.container(key="menu", width="content")
        with st.container(key="examples_row", horizontal=True):
            if st.session_state["first"] or not state.formula.strip():
                _row_of_examples(state)
    if not state.formula.strip():
        return
    with st.container(key="main"):
        left, middle = _places(state if isinstance(read, Fault) else session.current(read))
        played: tuple[Packed, tuple[Hint, ...]] | Fault = Fault("", "", "", "", 0, 0)
        if isinstance(read, Fault) and "last_read" in st.session_state:
            # The rail stays as it was for the last text that could be read.
            text, before = st.session_state["last_read"]
            with left:
                rail(replace(state, formula=text, folds=()), before)
        if isinstance(read, Reading):
            st.session_state["last_read"] = state.formula, read
            state = session.current(read)
            screen = "narrow" if st.session_state["narrow"] else "wide"
            played = work.play(state.without_step(), st.session_state["declared"], screen)
        with middle:  # before the rail, whose many parts a browser need not wait for
            _play(state, played)
        if isinstance(read, Reading):
            with left:
                hints, picture = rail(state, read)
            if isinstance(played, tuple):
                with hints:
                    show_hints(played[1])
                with picture:
                    names, chosen = st.session_state["declared"], _chosen(played[0])
                    show_plot(work.plot(state.without_step(), names, chosen, theme()))
    if isinstance(played, tuple) and isinstance(read, Reading):
        session.remember(state)
        names = st.session_state["declared"]
        with menu_place:
            menu(state, names)
        _closed(state.without_step(), names, played[0])
        with st.container(key="readings"):
            choice()
            panel(state.without_step(), names, read)
    kept = st.session_state
    session.share(replace(state, step=kept["step"], present=kept["present"]))


def _places(state: State) -> tuple[Any, Any]:
    """Return where the rail and the player stand: beside each other, or, on a narrow screen,
    the rail in a popover above the player that says point and mode.
    """
    kept = st.session_state
    kept.setdefault("narrow", "Mobi" in st.context.headers.get("User-Agent", ""))
    if not kept["narrow"]:
        left, middle = st.columns([192, 1000], gap="large")
        with left:
            return st.container(key="rail"), middle
    point = ", ".join(f"{name} = {value}" for name, value in state.point)
    if len(state.point) > 3:
        point = f"{len(state.point)} values,"
    with st.popover(escaped(f"{point}  {state.mode}"), width="content"):
        place = st.container(key="rail")
    return place, st.container()


# Examples, and the way back


def _tools() -> None:
    for by, name, icon in ((-1, "Undo", "undo"), (1, "Redo", "redo")):
        st.button(
            name,
            key=icon,
            icon=f":material/{icon}:",
            help=f"{name} the last change",
            disabled=not session.can_move(by),
            on_click=session.move,
            args=(by,),
        )
    # What is inside is made when it is opened, so that typing does not wait for it.
    opener = st.popover("Examples", key="examples", on_change="rerun")
    if not opener.open:
        return
    with opener, st.container(key="examples_inside"):
        for subject, found in subjects():
            st.html(f"<h3>{subject}</h3>")
            for example in found:
                _offer(example, "menu")
                st.html(f'<div class="cr-lesson">{escape(example.lesson)}</div>')


def _row_of_examples(state: State) -> None:
    st.html('<span class="cr-quiet">Examples</span>', width="content")
    for example in EXAMPLES:
        if example.name in IN_SIGHT:
            _offer(example, "chosen" if example.formula == state.formula else "row")


def _offer(example: Example, place: str) -> None:
    number = EXAMPLES.index(example)
    st.button(
        escaped(example.name),
        key=f"example_{place}_{number}",
        help=escaped(example.lesson) if place != "menu" else None,
        on_click=_show,
        args=(example,),
    )


def _show(example: Example) -> None:
    session.take(example.state)
    st.session_state.pop("link_fault", None)


# The player, the closed form


def _play(state: State, played: tuple[Packed, tuple[Hint, ...]] | Fault) -> None:
    kept = st.session_state
    if isinstance(played, Fault):
        if played.message:
            formula.refused(played)
        if "last_good" in kept:
            st.html('<div class="cr-stale">from before</div>')
            player(kept["last_good"], key="player", step=state.step, stale=True)
        return
    data = kept["last_good"] = played[0]
    result = player(
        data,
        key="player",
        step=state.step,
        present=state.present,
        welcome=kept["first"],
        on_fold=_folded,
    )
    narrow = getattr(result, "narrow", None)
    if narrow is not None and narrow != kept["narrow"]:
        kept["narrow"] = narrow
        st.rerun()
    present = getattr(result, "present", None)
    if present is not None:
        kept["present"] = bool(present)
    step = told(result, "step", data)
    if step is not None and result.step != kept.get("reported"):
        # What was reported before the steps were shown from their end again means nothing after it.
        kept["reported"], kept["step"] = result.step, int(step)


def _chosen(run: Packed) -> str | None:
    """Return the key of the node that was clicked last, if it was in this run."""
    return told(st.session_state.get("player"), "node", run)


def _folded() -> None:
    """Fold or unfold a node as the player asked: to open a fold made here is to take it back."""
    kept = st.session_state
    change = getattr(kept["player"], "fold", None)
    if not change:
        return
    folds = list(kept["folds"])
    back = change[1:] if change.startswith("-") else f"-{change}"
    if back in folds:
        folds.remove(back)
    else:
        folds.append(change)
    kept["folds"] = tuple(folds)
    kept["step"] = None


def _closed(state: State, names: tuple[str, ...], run: Packed) -> None:
    """Show the closed form and the badge; while they are worked out, ask again by itself.

    Of many derivatives the first are shown, the one by the input that was clicked before them.
    """
    with st.container(key="closed"):
        found = work.closed(state, names, session.who(), begin=False)
        if isinstance(found, int):
            # Who is far behind asks seldom: of a class that waits, the questions would be the work.
            st.fragment(_waiting, run_every=ASK_EVERY * (1 + found / 4))(state, names)
            return
        left, right = st.columns([3, 2])
        if found.derivatives:
            d = "d" if len(state.point) == 1 else r"\partial "
            forms = list(found.derivatives.items())
            if len(forms) > MOST_CLOSED and (chosen := _chosen(run)):
                name = run.label(chosen)
                forms.sort(key=lambda form: form[0] != name)
            first = forms[:MOST_CLOSED]
            with left:
                st.latex(r"\qquad ".join(_derivative(d, found.output, *pair) for pair in first))
        if found.trouble:
            left.html(formula.quiet(found.trouble))
        if found.verdict:
            agrees = found.verdict == "agrees"
            kind, mark = ("", "✓") if agrees else (" differs", "⚠")
            right.html(
                f'<div class="cr-badge{kind}" role="status"><span>{mark}</span>'
                f"<span><b>{escape(found.verdict)}:</b> {escape(found.words)}</span></div>"
            )


def _waiting(state: State, names: tuple[str, ...]) -> None:
    # It begins when it is asked for a second time: who goes on typing shall not wait beside it.
    asked, st.session_state["closed_asked"] = st.session_state.get("closed_asked"), (state, names)
    before = work.closed(state, names, session.who(), begin=asked == (state, names))
    if not isinstance(before, int):
        st.rerun()
    turn = f"; {before} before it" if before else ""
    st.html(formula.quiet(f"working out the closed form{turn} …"))


def _derivative(d: str, goal: str, name: str, form: str) -> str:
    above, below = latex(Symbol(goal)), latex(Symbol(name))
    return rf"\frac{{{d}{above}}}{{{d}{below}}} = {form}"
