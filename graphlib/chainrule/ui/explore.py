"""The page Explore: a formula, its graph, both passes step by step, and the table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from html import escape
from typing import Any
from urllib.parse import parse_qsl, urlencode
from uuid import uuid4

import streamlit as st

from chainrule.drawing.player import Packed
from chainrule.errors import LinkError
from chainrule.language import canonical
from chainrule.readings.hints import Hint
from chainrule.readings.latex import latex
from chainrule.readings.render.markdown import escaped
from chainrule.readings.terms import Symbol
from chainrule.ui import link, work
from chainrule.ui.engine import DEFAULT_VALUE, Fault, Reading
from chainrule.ui.menu import menu
from chainrule.ui.panel import choice, panel
from chainrule.ui.player import player
from chainrule.ui.rail import rail, show_hints
from chainrule.ui.state import EXAMPLE, State, written_notation
from chainrule.ui.widgets import lasting

EXAMPLES = {
    "the lecture’s example": EXAMPLE,
    "logistic loss": (
        "J = y_star ln(y) + (1-y_star) ln(1-y); y = 1/(1+e^(-a)); a = theta_0 + theta_1 x"
    ),
    "a chain with one weight": "L = -y ln(1/(1+e^(-W X)))",
}
TYPING_PAUSE = "80ms"
PATIENCE = 0.05
ASK_EVERY = 0.5
MOST_CLOSED = 3


def page() -> None:
    """Show the page."""
    _restore()
    state = _current()
    with st.container(key="top"):
        box, beside, right = st.columns([6, 2.6, 1.3], gap="medium")
        with box:
            st.text_input(
                "Formula or program",
                **lasting("formula"),
                placeholder=EXAMPLE,
                label_visibility="collapsed",
                live=TYPING_PAUSE,
                max_chars=20_000,
                on_change=_edited,
            )
        read = _read(state)
        with box, st.container(key="reading"):
            if isinstance(read, Reading):
                if read.told:
                    st.html(_quiet(read.told))
                else:
                    st.latex(read.reading)
            elif state.formula.strip():
                _fault(read)
        if isinstance(read, Reading):
            with beside, st.container(key="notes"):
                _notes(read)
    if not state.formula.strip():
        _empty()
        return
    with st.container(key="main"):
        beside_rail, middle = _places(state)
        if isinstance(read, Reading):
            with beside_rail:
                hints = rail(_current(read), read)
            state = _current(read)
            played = work.play(state.without_step(), st.session_state["declared"])
        else:
            played = read
        with middle:
            _play(state, played)
        if isinstance(played, tuple):
            with hints:
                show_hints(played[1])
    if isinstance(played, tuple) and isinstance(read, Reading):
        names = st.session_state["declared"]
        with right, st.container(key="menu"):
            menu(state, names)
        _closed(state.without_step(), names)
        with st.container(key="readings"):
            choice()
            panel(state.without_step(), names, read)
    _share(replace(state, step=st.session_state["step"]))


# State: a link is read once, then the widgets hold it.


def _restore() -> None:
    session = st.session_state
    if "formula" in session:
        return
    query = urlencode(
        [(key, value) for key in st.query_params for value in st.query_params.get_all(key)]
    )
    state = State()
    if query:
        try:
            state = link.decode(query)
        except LinkError as error:
            session["link_fault"] = f"{error.message}. {error.allowed}"
            state = State(st.query_params.get("f", EXAMPLE), ())  # what was typed is kept
    take(state, declared=bool(query))


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
    session["along"] = state.along
    session["kink"] = state.kink
    session["folds"], session["shape"] = state.folds, state.shape
    session["below"], session["nudge"] = state.reading, state.nudge
    session["step"] = state.step


def _current(read: Reading | None = None) -> State:
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
        notation=written_notation(
            (session["words"] or "") + (",comma" if session["comma"] else "")
        ),
        kink=session.get("kink") or "",
        folds=session["folds"],
        shape=session["shape"] or "graph",
        reading=session["below"] or "table",
        nudge=session["nudge"] or State().nudge,
        step=session["step"],
    )
    session["fold_trouble"] = ""
    if read is None or not state.folds:
        return state
    # Another formula may not have the nodes that were folded.
    fitting = work.shape(state.without_step(), session["declared"])
    session["fold_trouble"] = fitting.trouble
    return replace(state, folds=fitting.folds)


def _read(state: State) -> Reading | Fault:
    return work.read(state.formula, st.session_state["declared"], state.readings)


def _places(state: State) -> tuple[Any, Any]:
    """Return where the rail and the player stand: beside each other, or, on a narrow screen,
    the rail in a popover above the player that says point and mode.
    """
    session = st.session_state
    session.setdefault("narrow", "Mobi" in st.context.headers.get("User-Agent", ""))
    if not session["narrow"]:
        left, middle = st.columns([192, 1000], gap="large")
        with left:
            return st.container(key="rail"), middle
    point = ", ".join(f"{name} = {value}" for name, value in state.point[:3])
    more = ", …" if len(state.point) > 3 else ""
    with st.popover(escaped(f"{point}{more}  {state.mode}"), width="content"):
        place = st.container(key="rail")
    return place, st.container()


# Formula and notes


def fault_html(fault: Fault) -> str:
    """Return a refusal as the page shows it: the line with its caret, the sentence, a remedy."""
    line, _, caret = fault.caret.partition("\n")
    shown = f'<pre>{escape(line)}\n<span class="caret">{escape(caret)}</span></pre>' if line else ""
    return (
        f'<div class="cr-fault" role="alert">{shown}<div>{escape(fault.message)}.'
        f" <span class='cr-quiet'>{escape(fault.allowed)}</span></div></div>"
    )


def _fault(fault: Fault) -> None:
    st.html(fault_html(fault))
    if fault.suggestion:
        # Labels and tips are Markdown: a link from elsewhere must not put pictures there.
        st.button(
            f"Use {escaped(fault.suggestion)}", key="suggestion", on_click=_replace_formula,
            args=(fault.suggestion,),
        )  # fmt: skip


def _edited() -> None:
    """Forget which names a link declared: another formula may use the letters otherwise."""
    st.session_state["declared"] = ()
    st.session_state["step"] = None
    st.session_state.pop("link_fault", None)


def _replace_formula(formula: str) -> None:
    st.session_state["formula"] = formula
    _edited()


def _notes(read: Reading) -> None:
    if "link_fault" in st.session_state:
        st.html(_quiet("The link could not be read: " + st.session_state["link_fault"]))
    for number, note in enumerate(read.notes[:3]):
        words, switch = st.columns([5, 2], gap="small")
        words.html(note_html(note))
        if note["alternative"]:
            switch.button(
                "change", key=f"note_{number}", help=f"Read it as {escaped(note['other'])}",
                type="tertiary", on_click=_switch, args=(note["key"], note["alternative"]),
            )  # fmt: skip
    if len(read.notes) > 3:
        with st.popover(f"{len(read.notes) - 3} more notes"):
            for note in read.notes[3:]:
                st.html(note_html(note))


def note_html(note: Mapping[str, str]) -> str:
    """Return how a piece was read, as the page shows it."""
    return f"<code>{escape(note['found'])}</code> is read as <b>{escape(note['reading'])}</b>"


def _switch(key: str, alternative: str) -> None:
    st.session_state["readings"][key] = alternative


def _empty() -> None:
    st.html('<p class="cr-quiet">Type a formula, or begin with one of these.</p>')
    for number, (name, formula) in enumerate(EXAMPLES.items()):
        st.button(name, key=f"example_{number}", on_click=_replace_formula, args=(formula,))


# The player, the closed form, the menu


def _play(state: State, played: tuple[Packed, tuple[Hint, ...]] | Fault) -> None:
    session = st.session_state
    if isinstance(played, Fault):
        if played.line == 0 or isinstance(_read(state), Reading):
            _fault(played)
        if "last_good" in session:
            st.html('<div class="cr-stale">from before</div>')
            player(session["last_good"], key="player", step=state.step, stale=True)
        return
    data = session["last_good"] = played[0]
    result = player(data, key="player", step=state.step, on_fold=_folded)
    narrow = getattr(result, "narrow", None)
    if narrow is not None and narrow != session["narrow"]:
        session["narrow"] = narrow
        st.rerun()
    step = getattr(result, "step", None)
    if step is not None and step != session.get("reported"):
        # What was reported before a turn to another mode or formula means nothing after it.
        session["reported"] = session["step"] = int(step)


def _folded() -> None:
    """Fold or unfold a node as the player asked: to open a fold made here is to take it back."""
    session = st.session_state
    change = getattr(session["player"], "fold", None)
    if not change:
        return
    folds = list(session["folds"])
    back = change[1:] if change.startswith("-") else f"-{change}"
    if back in folds:
        folds.remove(back)
    else:
        folds.append(change)
    session["folds"] = tuple(folds)
    session["step"] = None


def _closed(state: State, names: tuple[str, ...]) -> None:
    """Show the closed form and the badge; while they are worked out, ask again by itself."""
    with st.container(key="closed"):
        found = work.closed(state, names, _session(), PATIENCE)
        if isinstance(found, int):
            st.fragment(_waiting, run_every=ASK_EVERY)(state, names)
            return
        left, right = st.columns([3, 2])
        if found.derivatives:
            d = "d" if len(state.point) == 1 else r"\partial "
            first = list(found.derivatives.items())[:MOST_CLOSED]
            with left:
                st.latex(r"\qquad ".join(_derivative(d, found.output, *pair) for pair in first))
        if found.trouble:
            left.html(_quiet(found.trouble))
        if found.verdict:
            agrees = found.verdict == "agrees"
            kind, mark = ("", "✓") if agrees else (" differs", "⚠")
            right.html(
                f'<div class="cr-badge{kind}" role="status"><span>{mark}</span>'
                f"<span><b>{escape(found.verdict)}:</b> {escape(found.words)}</span></div>"
            )


def _waiting(state: State, names: tuple[str, ...]) -> None:
    before = work.closed(state, names, _session(), 0)
    if not isinstance(before, int):
        st.rerun()
    turn = f"; {before} before it" if before else ""
    st.html(_quiet(f"working out the closed form{turn} …"))


def _session() -> str:
    """Return what tells this visit from others."""
    mine: str = st.session_state.setdefault("session", uuid4().hex)
    return mine


def _quiet(words: str) -> str:
    return f'<div class="cr-quiet cr-line">{escape(words)}</div>'


def _derivative(d: str, goal: str, name: str, formula: str) -> str:
    above, below = latex(Symbol(goal)), latex(Symbol(name))
    return rf"\frac{{{d}{above}}}{{{d}{below}}} = {formula}"


def _share(state: State) -> None:
    """Keep the address in step with the page; one that could not be read stays as it is."""
    if "link_fault" in st.session_state:
        return
    try:
        query = link.encode(state)
    except LinkError:
        st.query_params.clear()
        return
    wanted = dict(parse_qsl(query, keep_blank_values=True))
    if wanted != st.query_params.to_dict():
        st.query_params.from_dict(wanted)
