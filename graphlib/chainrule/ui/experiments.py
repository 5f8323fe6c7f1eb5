"""Experiments on the page Networks: one sentence, one picture, one table, with their lesson."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from html import escape
from inspect import signature
from typing import Any, Final

import streamlit as st

from chainrule.errors import InputError, OutsideError
from chainrule.files import safe_name
from chainrule.nn.experiments import EXPERIMENTS, Experiment, Outcome, mean_of
from chainrule.nn.experiments.chart import TIME
from chainrule.nn.experiments.sweep import can_vary
from chainrule.ui.background import Background
from chainrule.ui.markup import markup
from chainrule.ui.network_rail import chosen, current, take
from chainrule.ui.network_state import NetworkState
from chainrule.ui.network_work import typed_number
from chainrule.ui.pictures.component import convolution, theme
from chainrule.ui.widgets import bound
from chainrule.workers import Workers

SECONDS: Final = 120.0
ASK_EVERY = 0.5
MOST_ROWS, SEEDS, LONG = 40, 10, 30


@cache
def _workers() -> Workers:
    return Workers(1, prepare="chainrule.ui.engine:step_back", nested=True)


@cache
def _background() -> Background:
    return Background(1)


Given = tuple[tuple[str, Any], ...]
"""Arguments of an experiment that are not the usual ones."""


def run(name: str, given: Given) -> Outcome | InputError:
    """Return what an experiment gives; this is run in a process of its own."""
    try:
        return EXPERIMENTS[name].run(**dict(given))
    except InputError as error:
        return error


def _asked(name: str, given: Given, patience: float) -> Any:
    """Return the outcome, a refusal, or how many others come before it."""

    def work() -> Any:
        try:
            return _workers().call(
                f"{__name__}:run", name, given, timeout=SECONDS, what="the experiment"
            )
        except OutsideError as error:
            return InputError(str(error), allowed="Ask for less.")

    return _background().ask(
        (name, given), work, st.session_state.setdefault("ex_who", id(st.session_state)), patience
    )


def show() -> None:
    """Show the list, and the experiment that was chosen."""
    name = current().experiment
    with st.container(key="experiments"):
        left, right = st.columns([216, 968], gap="large")
        with left, st.container(key="ex_list"):
            _list(name)
            switch()
        with right:
            st.fragment(_shown)(EXPERIMENTS[name])


def switch() -> None:
    """Show the way between training and the experiments."""
    there = bool(current().experiment)
    with st.container(key="net_switch", horizontal=True):
        for word, name in (("Training", ""), ("Experiments", next(iter(EXPERIMENTS)))):
            here = bool(name) == there
            st.button(
                word,
                key=f"net_to_{word.lower()}",
                disabled=here,
                on_click=chosen,
                kwargs={"experiment": name},
            )


def _list(name: str) -> None:
    st.html('<h2 class="cr-title">Experiments</h2>')
    part = ""
    for it in EXPERIMENTS.values():
        if it.part != part:
            part = it.part
            lessons = sorted({e.lesson for e in EXPERIMENTS.values() if e.part == part})
            words = f"lesson{'s' if len(lessons) > 1 else ''} {', '.join(map(str, lessons))}"
            st.html(f'<div class="cr-part"><b>{part}</b><span>{words}</span></div>')
        here = "ex_here" if it.name == name else "ex_item"
        with st.container(key=f"{here}_{it.name}"):
            st.button(
                it.title,
                key=f"ex_go_{it.name}",
                type="tertiary",
                on_click=chosen,
                kwargs={"experiment": it.name},
            )


def _fields(it: Experiment, *, mean: bool) -> Given:
    """Show a field for each number that the experiment takes; return what is not usual."""
    given = []
    for name, parameter in signature(it.run).parameters.items():
        usual, field = parameter.default, f"ex_{it.name}_{name}"
        if mean and name == "seed":
            continue
        if name in it.choices:
            words = list(it.choices[name])
            st.session_state.setdefault(field, words[0])
            word = st.selectbox(name, **bound(field, _forget, name, options=words), width=196)
            value = st.session_state.get(f"ex_own_{name}", word)
            if value != usual:
                given.append((name, value))
            continue
        if isinstance(usual, bool) or not isinstance(usual, int | float):
            continue
        st.session_state.setdefault(field, usual)
        value = st.number_input(
            name.replace("_", " "),
            **bound(field),
            format=None if isinstance(usual, int) else "%g",
            width=104,
        )
        if value is not None and value != usual:
            given.append((name, value))
    return tuple(given)


def _forget(name: str) -> None:
    """Leave the grid that was written over: a word was chosen in its place."""
    st.session_state.pop(f"ex_own_{name}", None)


def _shown(it: Experiment) -> None:
    if current().experiment != it.name:
        st.rerun()  # a run of it was opened: that is another page than this part
    session = st.session_state
    with st.container(key="ex_top", horizontal=True, vertical_alignment="center"):
        st.html(f'<h2 class="cr-title">{escape(it.title)}</h2>', width="content")
        with st.container(key="ex_fields", horizontal=True, vertical_alignment="center"):
            mean = can_vary(it) and session.setdefault("ex_mean", False)
            given = _fields(it, mean=mean)
            if can_vary(it):
                st.toggle(f"mean of {SEEDS} seeds", **bound("ex_mean"))
    if "ex_fault" in session:
        words = escape(session.pop("ex_fault"))
        st.html(f'<div class="cr-fault" role="alert">{words}</div>')
    found, before = _found(it, given, mean=mean, patience=0.3)
    if before is not None:
        _waited(len(found), before, mean=mean)
        st.fragment(_waiting, run_every=ASK_EVERY)(it, given, mean, len(found))
    if not found:
        return
    refused = next((one for one in found.values() if isinstance(one, InputError)), None)
    if refused is not None:
        st.html(
            f'<div class="cr-fault" role="alert">{escape(refused.message)}. '
            f'<span class="cr-quiet">{escape(refused.allowed)}</span></div>'
        )
        return
    _outcome(it, mean_of(found) if mean else found[None], given, mean=mean)


def _found(
    it: Experiment, given: Given, *, mean: bool, patience: float
) -> tuple[dict[Any, Any], int | None]:
    """Return what is there by seed, and how many others come before what is not; else None."""
    found: dict[Any, Any] = {}
    for seed in range(SEEDS) if mean else [None]:
        asked = (*given, ("seed", seed)) if mean else given
        one = _asked(it.name, asked, patience)
        if isinstance(one, int):
            return found, one
        found[seed] = one
    return found, None


def _waited(made: int, before: int, *, mean: bool) -> None:
    words = f"{before} others come before it." if before else "It is being run."
    if mean:
        words = f"Seed {made + 1} of {SEEDS}: {words[:1].lower()}{words[1:]}"
        share = 100 * made / SEEDS
        words += f'<div class="cr-progress"><i style="width:{share:.0f}%"></i></div>'
    st.html(f'<div class="cr-quiet" role="status">{words}</div>')


def _waiting(it: Experiment, given: Given, mean: bool, made: int) -> None:
    found, before = _found(it, given, mean=mean, patience=0.0)
    if before is None or len(found) != made:
        st.rerun()


def _outcome(it: Experiment, found: Outcome, given: Given, *, mean: bool) -> None:
    """Show sentence, picture, table and reason, in this order."""
    st.html(f'<p class="cr-finding" role="status">{escape(found.finding)}</p>')
    if it.name == "convolution":
        convolution(_grids(found), key="ex_convolution", on_edit=lambda: _edited(found))
        left, right = st.columns([1, 1], gap="medium")
        table = left
    else:
        long = any(isinstance(x, str) and len(x) > LONG for row in found.rows for x in row)
        left, right = st.columns([664, 272] if not long else [400, 536], gap="small")
        with left, st.container(key="ex_picture"):
            st.vega_lite_chart(
                spec=found.spec(theme()), key=f"ex_chart_{it.name}_{theme()}", width="content"
            )
        table = right
    with table:
        _table(found, _of_mean(found) if mean else it.beside)
    with right:
        if found.why:
            st.html(f'<div class="cr-why"><h3>Why</h3><p>{escape(found.why)}</p></div>')
        if it.name == "activation-start" and not mean:
            _ways_in(found, it.given(**dict(given)))
    st.html(f'<p class="cr-quiet">{escape(it.about)}</p>')
    _save(it, found, given, mean=mean)


def _grids(found: Outcome) -> dict[str, Any]:
    """Return an outcome of the convolution as grids of values and adjoints."""

    def grid(name: str, column: str) -> list[list[float]]:
        cells = found.where(grid=name)
        across = max(cell["column"] for cell in cells)
        values = [cell[column] for cell in cells]
        return [values[at : at + across] for at in range(0, len(values), across)]

    grids: dict[str, Any] = {name: grid(name, "value") for name in "XKCT"}
    grids |= {f"d{name}": grid(name, "adjoint") for name in "XKC"}
    return {**grids, "J": sum(d * d for row in grids["dC"] for d in row) / 2}


def _edited(found: Outcome) -> None:
    """Write a cell of the picture or the kernel over; all is computed again."""
    session = st.session_state
    edit = session["ex_convolution"].edit
    if not (isinstance(edit, list | tuple) and len(edit) == 4):
        return
    name, row, column, typed = edit
    rows = [list(line) for line in _grids(found)[str(name)]]
    try:
        rows[int(row)][int(column)] = typed_number(str(typed))
    except InputError as error:
        session["ex_fault"] = f"{error.message}. {error.allowed}"
        return
    argument = {"X": "picture", "K": "kernel"}[str(name)]
    session[f"ex_own_{argument}"] = tuple(map(tuple, rows))


def _of_mean(found: Outcome) -> Sequence[str]:
    """Return the columns of a mean that are told beside its picture."""
    look = found.look
    y = look.best or look.y
    x = () if look.x in TIME else (look.x,)
    return [name for name in (look.rows, look.facet, look.colour, *x, y, f"{y} ±") if name]


def _table(found: Outcome, beside: Sequence[str]) -> None:
    shown = found.ends().head(MOST_ROWS)
    more = len(found.rows) - len(shown.rows)
    with st.container(key="ex_table"):
        table = replace(shown.only(beside) if beside else shown, title="", finding="").html()
        inside = f'<div class="scrolls" tabindex="0" role="region" aria-label="Table">{table}</div>'
        markup(inside, key="ex_rows")
        if more > 0:
            words = "Where each line ends; " if len(shown.rows) < MOST_ROWS else "… "
            st.html(f'<div class="cr-quiet">{words}{more:,} more rows are in the file.</div>')


def _ways_in(found: Outcome, given: Mapping[str, Any]) -> None:
    """Show a way from every network of the grid to its run on the page."""
    with st.container(key="ex_ways", horizontal=True, vertical_alignment="center"):
        st.html('<span class="cr-quiet">Open in Networks:</span>', width="content")
        for row in found.ends().where():
            st.button(
                f"{row['activation']} from {row['start']}",
                key=f"ex_way_{row['activation']}_{row['start']}",
                type="tertiary",
                on_click=take,
                args=(opened(row, given), b""),
            )


def opened(row: Mapping[str, Any], given: Mapping[str, Any]) -> NetworkState:
    """Return what the page shows for the run of a row of activation × start, at its end."""
    return NetworkState(
        count=200,
        noise="0.15",
        hidden="-".join([str(given["width"])] * given["depth"]),
        activation=row["activation"],
        initialiser=row["start"],
        optimiser="sgd",
        rate=repr(given["rate"]),
        epochs=given["epochs"],
        epoch=row["epoch"],
        scaling="none",
        seed=given["seed"],
    )


def _save(it: Experiment, found: Outcome, given: Given, *, mean: bool) -> None:
    written = "".join(f", {name}={value!r}" for name, value in given)
    call = f'over_seeds("{it.name}", range({SEEDS})' if mean else f'experiment("{it.name}"'
    line = f"from chainrule.nn import experiments\nexperiments.{call}{written})"
    with st.container(key="ex_save", horizontal=True, vertical_alignment="center"):
        st.download_button(
            "Table as CSV",
            key="ex_csv",
            data=found.csv,
            mime="text/csv",
            on_click="ignore",
            file_name=f"{safe_name(it.name)}.csv",
        )
        st.code(line, language="python")
