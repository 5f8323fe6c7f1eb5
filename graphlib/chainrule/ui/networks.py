"""The page Networks: choose, train, look inside."""

from __future__ import annotations

import logging
from dataclasses import asdict, replace
from html import escape
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from chainrule.errors import ChainruleError, FileError, InputError, LinkError
from chainrule.nn.course import Mark
from chainrule.nn.data import Data
from chainrule.nn.initialisers import SCHEMES
from chainrule.nn.losses import LOSSES
from chainrule.nn.optimisers import METHODS
from chainrule.ui import network_state, network_work
from chainrule.ui.network_charts import activations, activations_chart, epochs_chart, frame
from chainrule.ui.network_state import FILE, NetworkState
from chainrule.ui.network_work import Scene, number, quality
from chainrule.ui.pictures.component import neurons, plane, scrubber, theme
from chainrule.ui.session import take
from chainrule.ui.trainer import Trainer
from chainrule.ui.widgets import lasting

ASK_EVERY = 0.4
MOST_MEGABYTES = 5
DATA_NAMES = {
    "moons": "two moons", "circles": "circles", "spirals": "spirals", "xor": "xor",
    "blobs": "three blobs", "line": "line", "wave": "wave",
    "passing": "will I pass?", "heart": "heart (generated)", "digits": "digits", FILE: "CSV file …",
}  # fmt: skip
LOSS_NAMES = {
    "": "the usual", "mse": "squared", "mae": "absolute", "huber": "Huber",
    "bce": "cross-ent.", "ce": "cross-ent.", "hinge": "hinge",
}  # fmt: skip
OWN_TASK = {"numbers": ("", "mse", "mae", "huber"), "yes or no": ("", "bce", "mse", "hinge"),
            "classes": ("", "ce", "mse")}  # fmt: skip
CHOSEN = ("data", "count", "noise", "hidden", "activation", "initialiser", "loss", "optimiser",
          "rate", "batch", "epochs", "scaling", "seed")  # fmt: skip


def page() -> None:
    """Show the page."""
    _restore()
    with st.container(key="nets"):
        left, right = st.columns([192, 992], gap="large")
        with left, st.container(key="net_rail"):
            data, fault = _rail()
        with left, st.container(key="net_menu"):
            _menu()
        with right:
            scene = None if data is None else _scene(data)
            if isinstance(scene, Scene):
                st.session_state["net_good"] = True
            else:
                _refused(scene or fault)
            if "net_trainer" in st.session_state:
                trainer: Trainer = st.session_state["net_trainer"]
                running = trainer.running
                st.fragment(_live, run_every=ASK_EVERY if running else None)(running)


# State: a link is read once, then the widgets hold it.


def _restore() -> None:
    session = st.session_state
    if "net_state" in session:
        return
    pairs = [(key, value) for key in st.query_params for value in st.query_params.get_all(key)]
    state = NetworkState()
    try:
        state = network_state.decode(urlencode(pairs))
    except LinkError as error:
        session["net_link_fault"] = f"{error.message}. {error.allowed}"
    _take(state, b"")


def _take(state: NetworkState, table: bytes) -> None:
    session = st.session_state
    session["net_state"], session["net_table"] = state, table
    session["net_until"] = state.epoch
    for name in CHOSEN:
        session[f"net_{name}"] = getattr(state, name)
    session["net_example_field"] = state.example + 1
    session.pop("net_key", None)


def _current() -> NetworkState:
    session = st.session_state
    kept: NetworkState = session["net_state"]
    chosen = {name: session[f"net_{name}"] for name in CHOSEN if f"net_{name}" in session}
    return replace(kept, **{name: value for name, value in chosen.items() if value is not None})


def _chosen(**changes: Any) -> None:
    st.session_state["net_state"] = replace(_current(), **changes)


# The rail


def _rail() -> tuple[Data | None, InputError | None]:
    """Show the choices; return the data, or why there are none."""
    session = st.session_state
    st.html('<h2 class="cr-title">Network</h2><div class="cr-group">Data</div>')
    st.selectbox("set", list(DATA_NAMES), **lasting("net_data"), format_func=DATA_NAMES.__getitem__)
    state = _current()
    if state.data == FILE:
        _upload()
    else:
        if state.data in network_work.WITH_NOISE:
            st.text_input("noise", **lasting("net_noise"), max_chars=20)
        st.number_input("points", 8, network_state.MOST_COUNT, **lasting("net_count"), step=20)
    data, fault = _data(state)
    st.html('<div class="cr-group">Network</div>')
    st.text_input(
        "layers", **lasting("net_hidden"), max_chars=60, placeholder="none",
        help="Widths of the hidden layers, such as 4-3; nothing for none.",
    )  # fmt: skip
    st.selectbox("activation", network_state.ACTIVATIONS, **lasting("net_activation"))
    st.selectbox("start", list(SCHEMES), **lasting("net_initialiser"))
    losses = OWN_TASK[data.task] if data else ("", *LOSSES)
    if session["net_loss"] not in losses:
        session["net_loss"] = ""
    st.selectbox("loss", losses, **lasting("net_loss"), format_func=LOSS_NAMES.__getitem__)
    st.html('<div class="cr-group">Training</div>')
    st.selectbox("optimiser", list(METHODS), **lasting("net_optimiser"), on_change=_usual_rate)
    st.text_input("rate", **lasting("net_rate"), max_chars=20)
    st.number_input("batch", 0, 100_000, **lasting("net_batch"), help="Examples a step; 0 for all.")
    st.number_input("epochs", 1, network_state.MOST_EPOCHS, **lasting("net_epochs"), step=10)
    st.selectbox("scaling", network_state.SCALINGS, **lasting("net_scaling"))
    st.number_input("seed", 0, network_state.MOST_SEED, **lasting("net_seed"))
    return data, fault


def _usual_rate() -> None:
    method = METHODS[st.session_state["net_optimiser"]]
    st.session_state["net_rate"] = f"{method.rate:g}"


def _upload() -> None:
    session = st.session_state
    given = st.file_uploader(
        "CSV file", type=["csv", "txt", "tsv"], key="net_file", max_upload_size=MOST_MEGABYTES,
        label_visibility="collapsed",
    )  # fmt: skip
    if given is not None:
        session["net_table"] = given.getvalue()
    headings = _headings(session["net_table"])
    if headings:
        if session.get("net_target") not in headings:
            session["net_target"] = headings[-1]
        st.selectbox("predict", headings, key="net_target")


@st.cache_data(max_entries=32, show_spinner=False)
def _headings(table: bytes) -> list[str]:
    from chainrule.files import read_table

    try:
        return [column.heading for column in read_table(table, loose=True).columns.values()]
    except InputError:
        return []


def _data(state: NetworkState) -> tuple[Data | None, InputError | None]:
    session = st.session_state
    if state.data == FILE and not session["net_table"]:
        return None, InputError(
            "Choose a CSV file",
            allowed="Its first row names the columns; at most 5 MB, 100,000 rows, 100 columns.",
        )
    target = session.get("net_target") if state.data == FILE else None
    try:
        return network_work.data_of(state, session["net_table"], target), None
    except InputError as error:
        return None, error


def _scene(data: Data) -> Scene | InputError:
    """Return the scene of the choices; another one only where they changed."""
    session = st.session_state
    state = _current()
    key = tuple(getattr(state, name) for name in CHOSEN), session["net_table"], data.name
    if session.get("net_key") == key:
        kept: Scene = session["net_scene"]
        return kept
    try:
        scene = Scene.of(data, network_work.choices_of(state))
    except InputError as error:
        return error
    except ChainruleError as error:
        return InputError(str(error))
    if "net_trainer" in session:
        session["net_trainer"].pause()
    session["net_key"], session["net_scene"] = key, scene
    session["net_trainer"] = Trainer(scene.course)
    session["net_shown"] = 0
    session["net_follow"] = True
    if until := session.pop("net_until", 0):
        session["net_trainer"].go(until)
    return scene


def _refused(error: InputError | None) -> None:
    if error is None:
        return
    place = ""
    if isinstance(error, FileError) and error.row:
        column = f", column {error.column_number}" if error.column_number else ""
        place = f"Row {error.row}{column}: "
    before = '<div class="cr-stale">The picture is from before.</div>'
    st.html(
        f'<div class="cr-fault" role="alert">{escape(place + error.message)}. '
        f'<span class="cr-quiet">{escape(error.allowed)}</span></div>'
        + (before if "net_trainer" in st.session_state else "")
    )


# What moves while training


def _live(was_running: bool) -> None:
    session = st.session_state
    trainer: Trainer = session["net_trainer"]
    scene: Scene = session["net_scene"]
    running = trainer.running
    last = trainer.course.marks[-1].epoch
    if running or session["net_follow"]:
        session["net_shown"] = last
    session["net_shown"] = min(session["net_shown"], last)
    mark = trainer.course.marks[session["net_shown"]]
    _bar(trainer, mark, running)
    _trouble(trainer)
    middle, right = st.columns([632, 328], gap="large")
    ring = min(_current().example, scene.examples - 1)
    with middle:
        _neurons(scene, mark, ring)
    with right:
        _plane(scene, mark, ring)
        _epochs(trainer, mark)
    if not running and (was_running or _current() != session["net_told"]):
        # The rhythm of asking, the menu and the address belong to the page around this.
        st.rerun()


def _bar(trainer: Trainer, mark: Mark, running: bool) -> None:
    course, made = trainer.course, trainer.course.marks[-1].epoch
    with st.container(key="net_bar", horizontal=True, vertical_alignment="center"):
        # The words of the arrows are for those who hear the page.
        first = st.button("First epoch", icon=":material/skip_previous:", key="net_first")
        back = st.button("One epoch back", icon=":material/chevron_left:", key="net_back")
        on = st.button("One epoch on", icon=":material/chevron_right:", key="net_on")
        at_end = mark.epoch >= course.epochs
        word = "Pause" if running else "Train" if mark.epoch == 0 else "Continue"
        # Two keys: a click that begins is never taken, late, for one that pauses.
        key = "net_pause" if running else "net_go"
        go = st.button(word, key=key, disabled=at_end and not running, width=104)
        text = f"epoch {mark.epoch} of {course.epochs}"
        with st.container(key="net_scrub", width="stretch"):
            scrubber(
                {"at": mark.epoch, "last": course.epochs, "label": "Epoch", "text": text},
                key="net_scrubber", on_pick=_scrubbed,
            )  # fmt: skip
        state = "training" if running else "done" if mark.epoch >= course.epochs else "paused"
        if course.run.stopped and mark.epoch == made:
            state = course.run.stopped
        st.html(
            f'<div class="cr-run" role="status"><span>epoch <b>{mark.epoch}</b> of '
            f"{course.epochs}, {escape(state)}</span><span>{quality(mark)}</span></div>",
            width="content",
        )
    if go and running:
        trainer.pause()
        _show(trainer.course.marks[-1].epoch, follow=True)
    elif go:
        if mark.epoch < made or course.trouble is not None:
            trainer.rewind(mark.epoch)
        trainer.go()
        _show(mark.epoch, follow=True)
    elif on:
        trainer.pause()
        if mark.epoch == course.marks[-1].epoch:
            course.advance()
        _show(min(mark.epoch + 1, course.marks[-1].epoch))
    elif first or back:
        trainer.pause()
        _show(0 if first else max(0, mark.epoch - 1))


def _show(epoch: int, *, follow: bool = False) -> None:
    st.session_state["net_shown"], st.session_state["net_follow"] = epoch, follow
    _chosen(epoch=epoch)
    st.rerun()


def _scrubbed() -> None:
    session = st.session_state
    pick = session["net_scrubber"].pick
    if isinstance(pick, int | float):
        trainer: Trainer = session["net_trainer"]
        trainer.pause()
        made = trainer.course.marks[-1].epoch
        session["net_shown"], session["net_follow"] = max(0, min(int(pick), made)), False
        _chosen(epoch=session["net_shown"])


def _trouble(trainer: Trainer) -> None:
    if trainer.fault is not None:
        logging.getLogger(__name__).error("a fault while training", exc_info=trainer.fault)
        st.html(
            '<div class="cr-fault" role="alert">Something went wrong inside chainrule while '
            "training. All epochs so far are still there.</div>"
        )
    error = trainer.course.trouble
    if error is not None:
        st.html(
            '<div class="cr-warning" role="alert"><b>▲ diverging</b> '
            f"{escape(error.message)}. {escape(error.allowed)} "
            f"Everything up to epoch {trainer.course.marks[-1].epoch} is kept.</div>"
        )


def _neurons(scene: Scene, mark: Mark, ring: int) -> None:
    chosen = _neuron(scene)
    shown, told = network_work.neurons_data(scene, mark, ring, chosen, theme())
    squares = (
        "squares: the unit’s answer over the plane, white low, blue high"
        if scene.inputs <= 2
        else "bars: how often a unit answers how high, over the examples"
    )
    st.html(
        f'<div class="cr-chart"><b>Neurons</b> {squares}; lines: |weight|, dashed negative</div>'
    )
    neurons(shown, key="net_neurons", on_pick=_picked_neuron)
    if told:
        st.html(f'<div class="cr-warning">▲ {escape(told)}</div>')
    with st.container(key="net_explore", horizontal=True, vertical_alignment="center"):
        if st.button("Open this example’s graph in Explore", key="net_open", type="tertiary"):
            take(network_work.explored(scene, mark, ring))
            st.switch_page(st.session_state["pages"]["Explore"])
    layers = len(scene.network.units)
    st.html('<div class="cr-chart"><b>Activations</b> how often a unit of a layer has which value'
            "</div>")  # fmt: skip
    points = scene.data.x[:1000]
    st.vega_lite_chart(
        activations(scene.answers(mark, points)), activations_chart(layers, theme()),
        key=f"net_activations_{layers}_{theme()}", width="content",
    )  # fmt: skip


def _neuron(scene: Scene) -> str:
    """Return the neuron that is opened: the chosen one, or the first of the last hidden layer."""
    units = scene.network.units
    graph = scene.network.graph
    chosen = _current().neuron
    layer, _, unit = chosen.partition(".")
    if layer.isdecimal() and unit.isdecimal() and 1 <= int(layer[:3]) <= len(units):
        size = graph[units[int(layer[:3]) - 1]].shape[0]
        if 1 <= int(unit[:4]) <= size:
            return chosen
    return f"{max(1, len(units) - 1)}.1"


def _picked_neuron() -> None:
    pick = st.session_state["net_neurons"].pick
    if isinstance(pick, str):
        _chosen(neuron=pick)


def _plane(scene: Scene, mark: Mark, ring: int) -> None:
    data = scene.data
    shown = network_work.plane_data(scene, mark, ring, theme())
    if shown is None:
        st.html('<div class="cr-chart"><b>Answer</b> for the example in the picture</div>')
        _answer(scene, mark, ring)
    elif data.task == "numbers":
        st.html('<div class="cr-chart"><b>Answer</b> the curve, and the points to learn from</div>')
    else:
        st.html('<div class="cr-chart"><b>Decision</b> white low, blue high'
                "</div>")  # fmt: skip
    if shown is not None:
        plane(shown, key="net_plane", on_pick=_picked_point)
    words, field = st.columns([3, 2], vertical_alignment="center")
    kinds = "".join(
        f'<span class="cr-dot fill{k % 6}"></span>{escape(name)} '
        for k, name in enumerate(data.classes[:6])
    )
    words.html(f'<div class="cr-chart">{kinds if shown else ""}ringed: example</div>')
    field.number_input(
        "Example in the picture", 1, scene.examples, key="net_example_field",
        label_visibility="collapsed", on_change=_typed_example,
    )  # fmt: skip


def _answer(scene: Scene, mark: Mark, ring: int) -> None:
    seen = scene.example(mark, ring)
    data = scene.data
    out = seen.values[scene.network.units[-1]].reshape(-1)
    names = data.classes if len(out) > 1 else (data.name,)
    right = int(data.t.reshape(-1)[ring]) if len(out) > 1 else -1
    rows = "".join(
        f"<tr><th>{escape(name[:24])}{' (true)' if k == right else ''}</th>"
        f'<td><span style="width:{100 * min(1.0, max(0.0, float(p))):.0f}px"></span></td>'
        f"<td>{number(p)}</td></tr>"
        for k, (name, p) in enumerate(zip(names, out, strict=True))
    )
    st.html(f'<table class="cr-answer">{rows}</table>')


def _picked_point() -> None:
    pick = st.session_state["net_plane"].pick
    if isinstance(pick, int | float):
        st.session_state["net_example_field"] = int(pick) + 1
        _chosen(example=int(pick))


def _typed_example() -> None:
    _chosen(example=int(st.session_state["net_example_field"]) - 1)


def _epochs(trainer: Trainer, mark: Mark) -> None:
    course = trainer.course
    held = f"held out {number(mark.held)}" if mark.held is not None else ""
    st.html(
        f'<div class="cr-chart cr-loss"><b>Loss</b> <span class="cr-blue"><b>training '
        f"{number(mark.loss)}</b></span> <span class='cr-blue'>{held} (dashed)</span></div>"
    )
    layers = len(course.marks[-1].parameters) // 2
    st.vega_lite_chart(
        frame(course.marks, mark.epoch, course.epochs, number),
        epochs_chart(course.epochs, layers, theme()),
        key=f"net_epochs_{course.epochs}_{layers}_{theme()}", width="content",
    )  # fmt: skip


# The menu


def _menu() -> None:
    session = st.session_state
    state = session["net_told"] = _current()
    if "net_link_fault" in session:
        st.html(
            '<div class="cr-quiet" role="alert">The link could not be read: '
            f"{escape(session['net_link_fault'])}</div>"
        )
    try:
        query = network_state.encode(state)
    except LinkError:
        query = ""
    with st.popover("Save and share", width="stretch"), st.container(key="net_menu_inside"):
        st.caption("Link: choices and seed, neither data nor weights")
        st.code("?" + query, language=None, wrap_lines=True)
        st.download_button(
            "Save as a file", key="net_save", on_click="ignore", mime="application/json",
            file_name="network.json",
            data=network_state.to_file(
                state, session["net_table"].decode("utf-8", "replace") if state.data == FILE else ""
            ),
        )  # fmt: skip
        given = st.file_uploader("Open a file", type=["json"], key="net_state_file",
                                 max_upload_size=MOST_MEGABYTES + 1)  # fmt: skip
        if given is not None and given.file_id != session.get("net_opened"):
            session["net_opened"] = given.file_id
            session["net_waiting"] = given.getvalue()
        if "net_open_fault" in session:
            st.html(f'<div class="cr-hint" role="alert">{escape(session["net_open_fault"])}</div>')
        if "net_waiting" in session:
            st.button("Open it", key="net_open_file", on_click=_open_file)
        st.caption("The same on the command line")
        st.code(_command(state), language="shell", wrap_lines=True)
    wanted = {key: str(value) for key, value in asdict(state).items()
              if value != getattr(NetworkState(), key)}  # fmt: skip
    if "net_link_fault" not in session and wanted != st.query_params.to_dict():
        st.query_params.from_dict(wanted)


def _open_file() -> None:
    session = st.session_state
    session.pop("net_open_fault", None)
    try:
        state, table = network_state.from_file(session.pop("net_waiting"))
    except FileError as error:
        session["net_open_fault"] = f"{error.message}. {error.allowed}"
        return
    _take(state, table.encode())


def _command(state: NetworkState) -> str:
    source = "DATA.csv" if state.data == FILE else state.data
    pieces = [f"chainrule train {source} --layers {state.hidden or '“”'}",
              f"--activation {state.activation} --init {state.initialiser}",
              f"--loss {state.loss}" if state.loss else "",
              f"--optimiser {state.optimiser} --rate {state.rate} --batch {state.batch}",
              f"--epochs {state.epochs} --scaling {state.scaling} --seed {state.seed}"]  # fmt: skip
    return " ".join(filter(None, pieces))
