"""The page Networks: choose, train, look inside, and set two runs beside each other."""

from __future__ import annotations

import logging
from dataclasses import asdict
from html import escape

import streamlit as st

from chainrule.errors import FileError, InputError, LinkError
from chainrule.nn.course import Mark
from chainrule.nn.plan import pseudo_code
from chainrule.ui import (
    experiments,
    network_pictures,
    network_runs,
    network_state,
    network_work,
)
from chainrule.ui import session as visit
from chainrule.ui.network_rail import DATA_NAMES, MOST_MEGABYTES, chosen, current, rail, take
from chainrule.ui.network_runs import Run, Trainer, crowd
from chainrule.ui.network_state import FILE, NetworkState
from chainrule.ui.network_work import Scene, number, quality
from chainrule.ui.pictures.component import course, neurons, plane, scrubber, theme
from chainrule.ui.widgets import address, bound

ASK_EVERY = 0.2


def page() -> None:
    """Show the page."""
    _restore()
    session = st.session_state
    if current().experiment:
        experiments.show()
        _address(current())
        return
    other: Run | None = session.get("net_b")
    with st.container(key="nets"):
        left, right = st.columns([192, 992], gap="large")
        with left, st.container(key="net_rail"):
            name = DATA_NAMES[current().data]
            st.html(f'<h2 class="cr-title">{escape(name[0].upper() + name[1:])}</h2>')
            data, fault = rail(other.scene.state if other else None)
            if other is not None:
                with st.container(key="net_two", horizontal=True):
                    st.button("Swap", key="net_swap", on_click=network_runs.swap)
                    st.button("Close B", key="net_close", on_click=network_runs.close)
        with left, st.container(key="net_menu"):
            experiments.switch()
            _menu()
        with right:
            _refused(fault if data is None else network_runs.begin(data))
            if "net_a" in session:
                running = session["net_a"].trainer.running
                # Where many watch, each is told less often; the browser moves in between.
                pace = ASK_EVERY * max(1.0, crowd() / 4)
                st.fragment(_live, run_every=pace if running else None)(running)


# State: a link is read once, then the widgets hold it.


def _restore() -> None:
    session = st.session_state
    if "net_state" in session:
        return
    state = NetworkState()
    try:
        state = network_state.decode(address())
    except LinkError as error:
        session["net_link_fault"] = f"{error.message}. {error.allowed}"
    take(state, b"")


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
        + (before if "net_a" in st.session_state else "")
    )


# What moves while training


def _live(was_running: bool) -> None:
    session = st.session_state
    run: Run = session["net_a"]
    scene, trainer = run.scene, run.trainer
    running = trainer.running
    last = scene.course.marks[-1].epoch
    if running or session["net_follow"]:
        session["net_shown"] = last
    session["net_shown"] = min(session["net_shown"], last)
    mark = scene.at(session["net_shown"])
    _bar(trainer, mark, running)
    _trouble(trainer)
    ring = min(current().example, scene.examples - 1)
    middle, right = st.columns([672, 296], gap="medium")
    with middle:
        _neurons(scene, mark, ring)
    other: Run | None = session.get("net_b")
    shown = [("A", scene), ("B", other.scene)] if other else [("training", scene)]
    with right:
        _planes(scene, mark, ring)
        course(
            network_pictures.epochs(shown, mark.epoch),
            key="net_course",
            on_pick=lambda: _scrubbed("net_course"),
        )
        if scene.course.changes:
            words = network_pictures.changes_words(scene.course.changes)
            st.html(f'<div class="cr-quiet">▲ {escape(words)}</div>')
    _tabs(scene, mark)
    if not running and (was_running or current() != session["net_told"]):
        # The rhythm of asking, the menu and the address belong to the page around this.
        st.rerun()


def _bar(trainer: Trainer, mark: Mark, running: bool) -> None:
    made = trainer.course.marks[-1].epoch
    course_of = trainer.course
    with st.container(key="net_bar", horizontal=True, vertical_alignment="center"):
        with st.container(key="net_steps", horizontal=True, width="content"):
            # The words of the arrows are for those who hear the page.
            first = st.button("First epoch", icon=":material/skip_previous:", key="net_first")
            back = st.button("One epoch back", icon=":material/chevron_left:", key="net_back")
            on = st.button("One epoch on", icon=":material/chevron_right:", key="net_on")
        at_end = mark.epoch >= course_of.epochs
        word = "Pause" if running else "Train" if mark.epoch == 0 else "Continue"
        # Two keys: a click that begins is never taken, late, for one that pauses.
        key = "net_pause" if running else "net_go"
        go = st.button(word, key=key, disabled=at_end and not running, width=104)
        text = f"epoch {mark.epoch} of {course_of.epochs}"
        with st.container(key="net_scrub", width="stretch"):
            last = max(course_of.epochs, made)
            scrubber(
                {"at": mark.epoch, "last": last, "label": "Epoch", "text": text},
                key="net_scrubber",
                on_pick=lambda: _scrubbed("net_scrubber"),
            )
        state = "training" if running else "done" if at_end else "paused"
        if course_of.run.stopped and mark.epoch == made:
            state = course_of.run.stopped
        st.html(
            f'<div class="cr-run" role="status"><span>epoch <b>{mark.epoch}</b> of '
            f"{course_of.epochs}, {escape(state)}</span>"
            f'<span class="cr-blue">{quality(mark)}</span></div>',
            width="content",
        )
    if go and running:
        trainer.pause()
        _show(made, follow=True)
    elif go:
        if mark.epoch < made or course_of.trouble is not None:
            trainer.rewind(mark.epoch)
        trainer.go()
        _show(mark.epoch, follow=True)
    elif on:
        trainer.pause()
        if mark.epoch == course_of.marks[-1].epoch:
            course_of.advance()
        _show(min(mark.epoch + 1, course_of.marks[-1].epoch))
    elif first or back:
        trainer.pause()
        _show(0 if first else max(0, mark.epoch - 1))


def _show(epoch: int, *, follow: bool = False) -> None:
    st.session_state["net_shown"], st.session_state["net_follow"] = epoch, follow
    chosen(epoch=epoch)
    st.rerun()


def _scrubbed(key: str) -> None:
    session = st.session_state
    pick = session[key].pick
    if isinstance(pick, int | float):
        trainer: Trainer = session["net_a"].trainer
        trainer.pause()
        made = trainer.course.marks[-1].epoch
        session["net_shown"], session["net_follow"] = max(0, min(int(pick), made)), False
        chosen(epoch=session["net_shown"])


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
    if not scene.network.units:
        st.html(network_work.formula(scene, mark, ring))
        _open_in_explore(scene, mark, ring)
        return
    other: Run | None = st.session_state.get("net_b")
    beside = (other.scene, other.scene.at(mark.epoch)) if other else None
    shown, told = network_pictures.neurons(scene, mark, ring, _neuron(scene), beside)
    square = "square: answer over the plane" if not shown["bars"] else "bars: how often how high"
    st.html(
        f'<div class="cr-chart cr-head"><span><b>Neurons{" of A" if other else ""}</b> {square}; '
        'lines: |weight|, dashed negative</span><span class="cr-scale"><b>|adjoint|</b> '
        '<i class="none">0</i><i class="tints"><u>10⁻⁴</u><u>0.01</u><u>1</u></i></span></div>'
    )
    neurons(shown, key="net_neurons", on_pick=_picked_neuron, on_edit=network_runs.edited)
    if "net_edit_fault" in st.session_state:
        words = escape(st.session_state.pop("net_edit_fault"))
        st.html(f'<div class="cr-fault" role="alert">{words}</div>')
    if told:
        st.html(f'<div class="cr-warning">▲ {escape(told)}</div>')
    _open_in_explore(scene, mark, ring)


def _open_in_explore(scene: Scene, mark: Mark, ring: int) -> None:
    with st.container(key="net_explore", horizontal=True, vertical_alignment="center"):
        if st.button("Open this example’s graph in Explore", key="net_open", type="tertiary"):
            visit.take(scene.explored(mark, ring))
            st.switch_page(st.session_state["pages"]["Explore"])


def _neuron(scene: Scene) -> str:
    """Return the neuron that is opened: the chosen one, or the first of the last hidden layer."""
    units = scene.network.units
    graph = scene.network.graph
    chosen = current().neuron
    layer, _, unit = chosen.partition(".")
    if layer.isdecimal() and unit.isdecimal() and 1 <= int(layer[:3]) <= len(units):
        size = graph[units[int(layer[:3]) - 1]].shape[0]
        if 1 <= int(unit[:4]) <= size:
            return chosen
    return f"{max(1, len(units) - 1)}.1"


def _picked_neuron() -> None:
    pick = st.session_state["net_neurons"].pick
    if isinstance(pick, str):
        chosen(neuron=pick)


def _planes(scene: Scene, mark: Mark, ring: int) -> None:
    data, other = scene.data, st.session_state.get("net_b")
    shown = network_pictures.plane(scene, mark, ring, theme(), small=other is not None)
    if shown is None:
        st.html('<div class="cr-chart"><b>Answer</b> for the example in the picture</div>')
        st.html(network_work.answer(scene, mark, ring))
    elif other is None:
        words = "the curve, and the points" if data.task == "numbers" else "white low, blue high"
        st.html(f'<div class="cr-chart"><b>Decision</b> {words}</div>')
        plane(shown, key="net_plane", on_pick=_picked_point)
    else:
        halves = st.columns(2, gap="small")
        for name, part, one, letter in (
            ("A", halves[0], scene, "net_plane"),
            ("B", halves[1], other.scene, "net_plane_b"),
        ):
            at = one.at(mark.epoch)
            drawn = network_pictures.plane(one, at, ring, theme(), small=True)
            with part:
                st.html(f'<div class="cr-chart"><b class="cr-letter {name}">{name}</b></div>')
                if drawn is not None:
                    plane(drawn, key=letter, on_pick=_picked_point if name == "A" else None)
                st.html(f'<div class="cr-scores">{quality(at)}</div>')
    words_of, field = st.columns([9, 2], gap="small", vertical_alignment="center")
    kinds = "".join(
        f'<span class="cr-dot fill{k % 6}"></span>{escape(name)} '
        for k, name in enumerate(data.classes[:6])
    )
    held = '<span class="cr-dot square"></span>held out, ' if scene.held else ""
    words_of.html(f'<div class="cr-chart">{kinds + held if shown else ""}ringed: example</div>')
    field.number_input(
        "Example in the picture",
        1,
        scene.examples,
        **bound("net_example_field", _typed_example),
        label_visibility="collapsed",
    )


def _picked_point() -> None:
    pick = st.session_state["net_plane"].pick
    if isinstance(pick, int | float):
        st.session_state["net_example_field"] = int(pick) + 1
        chosen(example=int(pick))


def _typed_example() -> None:
    chosen(example=int(st.session_state["net_example_field"]) - 1)


# Below the pictures


def _tabs(scene: Scene, mark: Mark) -> None:
    unit, code, values = st.tabs(["Output unit and loss", "Pseudo-code", "Activations"])
    with unit:
        st.html(network_work.losses(scene))
    with code:
        run = scene.course.run
        st.code("\n".join(pseudo_code(run)), language=None)
        said = ", ".join(
            f"{name.replace('_', ' ')} {number(x)}"
            for name, x in mark.scores.items()
            if name != "epoch"
        )
        st.html(
            f'<div class="cr-quiet">After epoch {mark.epoch}, {mark.step:,} steps: '
            f"{escape(said)}.</div>"
        )
    with values:
        shown = network_pictures.activations(scene.answers(mark, scene.data.x[:1000]))
        st.vega_lite_chart(
            spec=shown.spec(theme()),
            key=f"net_activations_{len(scene.network.units)}_{theme()}",
            width="content",
        )


# The menu


def _menu() -> None:
    session = st.session_state
    state = session["net_told"] = current()
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
            "Save as a file",
            key="net_save",
            on_click="ignore",
            mime="application/json",
            file_name="network.json",
            data=network_state.to_file(
                state, session["net_table"].decode("utf-8", "replace") if state.data == FILE else ""
            ),
        )
        given = st.file_uploader(
            "Open a file", type=["json"], key="net_state_file", max_upload_size=MOST_MEGABYTES + 1
        )
        if given is not None and given.file_id != session.get("net_opened"):
            session["net_opened"] = given.file_id
            session["net_waiting"] = given.getvalue()
        if "net_open_fault" in session:
            st.html(f'<div class="cr-hint" role="alert">{escape(session["net_open_fault"])}</div>')
        if "net_waiting" in session:
            st.button("Open it", key="net_open_file", on_click=_open_file)
        st.caption("The same on the command line")
        st.code(network_state.command(state), language="shell", wrap_lines=True)
    _address(state)


def _address(state: NetworkState) -> None:
    """Keep the address in step with the page; one that could not be read stays as it is."""
    usual = NetworkState()
    wanted = {k: str(v) for k, v in asdict(state).items() if v != getattr(usual, k)}
    if "net_link_fault" not in st.session_state and wanted != st.query_params.to_dict():
        st.query_params.from_dict(wanted)


def _open_file() -> None:
    session = st.session_state
    session.pop("net_open_fault", None)
    try:
        state, table = network_state.from_file(session.pop("net_waiting"))
    except FileError as error:
        session["net_open_fault"] = f"{error.message}. {error.allowed}"
        return
    take(state, table.encode())
