"""The rail of the page Networks: all that is chosen, and what two runs differ in."""

from __future__ import annotations

from dataclasses import replace
from html import escape
from typing import Any

import streamlit as st

from chainrule.errors import InputError
from chainrule.files import read_table
from chainrule.nn.data import Data
from chainrule.nn.experiments.told import listed
from chainrule.nn.initialisers import SCHEMES
from chainrule.nn.losses import LOSSES
from chainrule.nn.optimisers import METHODS
from chainrule.ui import network_state, network_work
from chainrule.ui.network_state import CHOSEN, FILE, NetworkState, differences
from chainrule.ui.widgets import bound

MOST_MEGABYTES = 5
DATA_NAMES = {
    "moons": "two moons",
    "circles": "circles",
    "spirals": "spirals",
    "xor": "xor",
    "blobs": "three blobs",
    "line": "line",
    "wave": "wave",
    "passing": "will I pass?",
    "heart": "heart (generated)",
    "digits": "digits",
    FILE: "CSV file …",
}
LOSS_NAMES = {
    "": "the usual",
    "mse": "squared",
    "mae": "absolute",
    "huber": "Huber",
    "bce": "cross-ent.",
    "ce": "cross-ent.",
    "hinge": "hinge",
}
OWN_TASK = {
    "numbers": ("", "mse", "mae", "huber"),
    "yes or no": ("", "bce", "mse", "hinge"),
    "classes": ("", "ce", "mse"),
}
FEATURES = {
    ("x1", "x2"): {
        "x1": "x₁",
        "x2": "x₂",
        "x1^2": "x₁²",
        "x2^2": "x₂²",
        "x1 x2": "x₁x₂",
        "sin(x1)": "sin x₁",
        "sin(x2)": "sin x₂",
    },
    ("x",): {"x": "x", "x^2": "x²", "x^3": "x³", "sin(x)": "sin x"},
}
"""What may come into a network, by the columns of the data."""
WORDS = {
    "data": "set",
    "count": "points",
    "held": "held out",
    "hidden": "layers",
    "initialiser": "start",
    "learn": "what is learned",
}
"""What a choice is called where that is not its name."""


def take(state: NetworkState, table: bytes) -> None:
    """Make a state the one that the page shows next."""
    session = st.session_state
    session["net_state"], session["net_table"] = state, table
    session["net_until"] = state.epoch
    choose(state)
    session["net_example_field"] = state.example + 1


def choose(state: NetworkState) -> None:
    """Set the fields of the rail."""
    session = st.session_state
    for name in CHOSEN:
        session[f"net_{name}"] = getattr(state, name)
    session["net_chips"] = _split(state.features)


def _split(features: str) -> list[str]:
    return [word.strip() for word in features.split(",") if word.strip()]


def current() -> NetworkState:
    """Return the state that the fields say."""
    session = st.session_state
    kept: NetworkState = session["net_state"]
    chosen = {name: session[f"net_{name}"] for name in CHOSEN if f"net_{name}" in session}
    return replace(kept, **{name: value for name, value in chosen.items() if value is not None})


def chosen(**changes: Any) -> None:
    """Keep what was chosen in a picture, beside what the fields say."""
    st.session_state["net_state"] = replace(current(), **changes)


def rail(other: NetworkState | None) -> tuple[Data | None, InputError | None]:
    """Show the choices; return the data, or why there are none.

    Parameters
    ----------
    other
        The choices of the second run, if there is one.
    """
    session = st.session_state
    state = current()
    _group("Data", first=True)
    st.selectbox(
        "set", **bound("net_data", options=list(DATA_NAMES)), format_func=DATA_NAMES.__getitem__
    )
    if state.data == FILE:
        _upload()
    else:
        with _pair():
            if state.data in network_state.WITH_NOISE:
                st.text_input("noise", **bound("net_noise"), max_chars=20)
            st.number_input("points", 8, network_state.MOST_COUNT, **bound("net_count"), step=20)
    with st.container(key="net_held_row"):
        st.slider("held out", 0, 90, **bound("net_held"), step=5, format="%d %%")
    data, fault = _data(state)
    for note in data.notes if data else ():
        st.html(f'<div class="cr-quiet">{escape(note)}</div>')
    if state.formula:
        _group("Formula")
        st.text_area("formula", **bound("net_formula"), height=68, label_visibility="collapsed")
        st.text_input(
            "learns",
            **bound("net_learn"),
            help="Names, parted by semicolons, with where they begin: a = 0.5; b",
        )
        st.button("Layers instead", key="net_layers_instead", on_click=_layers, type="tertiary")
    else:
        _chips(data)
        _group("Network")
        with st.container(key="net_layers_row", horizontal=True):
            st.button("−", key="net_less", help="A layer less", on_click=_layer, args=(-1,))
            st.text_input(
                "layers",
                **bound("net_hidden"),
                max_chars=60,
                placeholder="none",
                help="Widths of the hidden layers, such as 4-3; nothing for none.",
            )
            st.button("+", key="net_more", help="A layer more", on_click=_layer, args=(1,))
        st.selectbox("activation", **bound("net_activation", options=network_state.ACTIVATIONS))
        st.selectbox("start", **bound("net_initialiser", options=list(SCHEMES)))
    losses = OWN_TASK[data.task] if data else ("", *LOSSES)
    if session["net_loss"] not in losses:
        session["net_loss"] = ""
    st.selectbox("loss", **bound("net_loss", options=losses), format_func=LOSS_NAMES.__getitem__)
    _group("Training")
    st.selectbox("optimiser", **bound("net_optimiser", _usual_rate, options=list(METHODS)))
    with _pair():
        st.text_input("rate", **bound("net_rate"), max_chars=20)
        st.number_input("seed", 0, network_state.MOST_SEED, **bound("net_seed"))
    with _pair():
        st.number_input("batch", 0, 100_000, **bound("net_batch"))
        st.number_input("epochs", 1, network_state.MOST_EPOCHS, **bound("net_epochs"), step=10)
    with _pair():
        st.text_input("L1", **bound("net_l1"), max_chars=20)
        st.text_input("L2", **bound("net_l2"), max_chars=20)
    with _pair():
        st.text_input("dropout", **bound("net_dropout"), max_chars=20)
        st.number_input("patience", 0, network_state.MOST_EPOCHS, **bound("net_patience"))
    st.selectbox("scaling", **bound("net_scaling", options=network_state.SCALINGS))
    if other is not None:
        _differences(current(), other)
    return data, fault


def _group(word: str, *, first: bool = False) -> None:
    st.html(f'<div class="cr-group{" first" if first else ""}">{word}</div>')


def _pair() -> Any:
    number_of = st.session_state["net_pairs"] = st.session_state.get("net_pairs", 0) + 1
    return st.container(key=f"net_pair_{number_of % 8}", horizontal=True)


def _usual_rate() -> None:
    method = METHODS[st.session_state["net_optimiser"]]
    st.session_state["net_rate"] = f"{method.rate:g}"


def _layer(change: int) -> None:
    """Leave out the last hidden layer, or add one as wide."""
    widths = [word for word in st.session_state["net_hidden"].split("-") if word]
    changed = widths[:-1] if change < 0 else [*widths, *(widths[-1:] or ["4"])]
    st.session_state["net_hidden"] = "-".join(changed)


def _layers() -> None:
    st.session_state["net_formula"] = st.session_state["net_learn"] = ""


def _chips(data: Data | None) -> None:
    names = FEATURES.get(data.columns) if data else None
    if names is None:
        st.session_state["net_features"] = ""
        return
    session = st.session_state
    chosen = [name for name in session.get("net_chips") or () if name in names]
    session["net_chips"] = chosen or list(data.columns)  # type: ignore[union-attr]

    def picked() -> None:
        ticked = [name for name in names if name in session["net_chips"]]
        plain = ticked in ([], list(data.columns))  # type: ignore[union-attr]
        session["net_features"] = "" if plain else ", ".join(ticked)

    st.pills(
        "What comes in",
        list(names),
        **bound("net_chips", picked, start="default"),
        selection_mode="multi",
        format_func=names.__getitem__,
        label_visibility="collapsed",
    )


# Data


def _upload() -> None:
    session = st.session_state
    given = st.file_uploader(
        "CSV file",
        type=["csv", "txt", "tsv"],
        key="net_file",
        max_upload_size=MOST_MEGABYTES,
        label_visibility="collapsed",
    )
    if given is not None:
        session["net_table"] = given.getvalue()
    headings = _headings(session["net_table"])
    if headings:
        if session.get("net_target") not in headings:
            session["net_target"] = headings[-1]
        st.selectbox("predict", **bound("net_target", options=headings))


@st.cache_data(max_entries=32, show_spinner=False)
def _headings(table: bytes) -> list[str]:
    try:
        return [column.heading for column in read_table(table, loose=True).columns.values()]
    except InputError:
        return []


def _data(state: NetworkState) -> tuple[Data | None, InputError | None]:
    session = st.session_state
    if state.data == FILE and not session["net_table"] and session.get("net_file") is None:
        return None, InputError(
            "Choose a CSV file",
            allowed="Its first row names the columns; at most 5 MB, 100,000 rows, 100 columns.",
        )
    target = session.get("net_target") if state.data == FILE else None
    try:
        return network_work.data_of(state, session["net_table"], target), None
    except InputError as error:
        return None, error


# Two runs


def _shown(name: str, state: NetworkState) -> str:
    value = getattr(state, name)
    named = {"loss": LOSS_NAMES, "data": DATA_NAMES}.get(name, {})
    return named.get(value) or str(value) or "none"


def _differences(mine: NetworkState, other: NetworkState) -> None:
    """Name what two runs differ in, and outline it where that is not too much."""
    names = differences(mine, other)
    said = [WORDS.get(name, name) for name in names]
    words = f"A and B differ in {listed(said)}." if said else "A and B are the same choices."
    alike = [n for n in ("data", "activation", "initialiser", "seed") if n not in names]
    same = listed([name.replace("initialiser", "start") for name in alike]) if names else ""
    told = f"<b>{escape(words)}</b>" + (f" Same {same}." if same else "")
    st.html(f'<div class="cr-differ">{told}</div>')
    if len(names) > 3:
        return
    rules = "".join(
        f'[class*="st-key-net_{name}-"] '
        f":is(.react-aria-ComboBox, [data-testid=stTextInputRootElement], "
        f"[data-testid=stNumberInputContainer], [data-testid=stSlider]) "
        f"{{ box-shadow: 0 0 0 1.5px var(--cr-ink); border-radius: 8px; }}"
        f'[class*="st-key-net_{name}-"]::after {{ content: "B {_css(_shown(name, other))}"; }}'
        for name in names
    )
    st.html(f"<style>{rules}</style>")


def _css(words: str) -> str:
    """Return words as a string of a style sheet: letters and digits, all else by its code."""
    return "".join(c if c.isalnum() and c.isascii() else f"\\{ord(c):x} " for c in words[:14])
