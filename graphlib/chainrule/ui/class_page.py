"""A class on the page Exercises: from a roster to sheets, from answers to a gradebook."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import replace
from hashlib import sha256
from html import escape
from pathlib import Path
from statistics import mean, median
from typing import Any, Final

import streamlit as st

from chainrule.errors import ChainruleError, InputError
from chainrule.exercises.catalogue import speaking
from chainrule.exercises.class_marking import (
    Graded,
    Key,
    mark_class,
    matched,
    placed,
    read_keys,
    tasks_of,
)
from chainrule.exercises.class_run import run_class
from chainrule.exercises.gradebook import (
    cell_words,
    feedback_page,
    feedback_zip,
    findings,
    gradebook,
)
from chainrule.exercises.handed_in import Handed, collect
from chainrule.exercises.recipe import Recipe
from chainrule.exercises.roster import roster
from chainrule.exercises.sheet import points_text
from chainrule.ui.class_results import (
    cells_html,
    gradebook_html,
    mistakes_html,
    picking,
    points_html,
)
from chainrule.ui.engine import Fault
from chainrule.ui.formula import fault_html
from chainrule.ui.markup import markup
from chainrule.ui.widgets import bound

MOST_STUDENTS: Final = 300
MOST_MEGABYTES: Final = 20
MOST_OPEN: Final = 12
KINDS: Final = ["csv", "tsv", "txt", "xlsx", "json", "ipynb", "zip"]


def show() -> None:
    """Show the four stations, and below them what is to be decided and what came out."""
    session = st.session_state
    session.setdefault("class_decided", {})
    session.setdefault("class_whose", {})
    with st.container(key="class_stations"):
        one, two, three, four = st.columns(4, gap="medium")
    with one:
        students = _roster()
    with two:
        _sheets(students)
    _content, keys, title = session.get("class_made") or (b"", [], "")
    with three:
        handed, faults = _answers(keys)
    if not keys or not handed:
        with four:
            _station(4, "Gradebook out", "–", "points, mistakes and words for each student")
        return
    found, strangers = matched(keys, handed, session["class_whose"])
    graded = _marked(keys, found)
    decided = session["class_decided"]
    open_ = [
        (one, id, f)
        for one in graded
        for id, f in findings(one)
        if f.verdict == "undecided" and (one.number, id) not in decided
    ]
    lost = [one for one in handed if not any(one.source in f.source for f in found.values())]
    with four:
        _gradebook(title, graded, len(open_) + len(lost))
    st.divider()
    left, right = st.columns([1, 1], gap="large")
    with left:
        _queue(keys, found, lost, open_)
        sources = {one.source for one in lost}
        strangers = [line for line in strangers if line.partition(":")[0] not in sources]
        for line in [*faults, *strangers, *(line for one in graded for line in one.faults)]:
            st.caption(_plain(line))
    with right:
        st.html(cells_html(graded))
        st.html(mistakes_html(graded))
        st.html(points_html(graded))
    st.html(gradebook_html(graded))
    number = picking()
    for student in graded:
        if student.number == number:
            st.dialog(_plain(student.name), width="large")(_as_marked)(title, student)


def _as_marked(title: str, one: Graded) -> None:
    with speaking(one.language):
        markup(feedback_page(title, one).to("html"), key="class_marked")


def _plain(words: str) -> str:
    """Return words in which Markdown finds nothing to do."""
    return "".join("\\" + c if c in "\\`*_{}[]()#+-.!|<>~$:" else c for c in words)


def _station(number: int, title: str, count: str, told: str) -> None:
    st.html(
        f'<div class="cr-station"><p><b class="no">{number}</b> {title}</p>'
        f'<p class="count">{count}</p><p class="told">{told}</p></div>'
    )


def _refused(error: ChainruleError) -> None:
    st.html(fault_html(Fault.of(error)))


def _uploaded(key: str) -> list[tuple[str, bytes]]:
    """Return the files of an uploader with their names; they outlive a visit to another page."""
    session = st.session_state
    found = session.get(key)
    files = found if isinstance(found, list) else [found] if found is not None else []
    if files:
        session[f"{key}_kept"] = [(file.name, file.getvalue()) for file in files]
    return list(session.get(f"{key}_kept", []))


def _roster() -> tuple[Any, ...]:
    students: tuple[Any, ...] = ()
    told: list[str] = []
    try:
        for _, content in _uploaded("class_roster"):
            students, told = roster(content)
    except ChainruleError as error:
        _refused(error)
    made = st.session_state.get("class_made")
    known = len(students) or len(made[1] if made else ())
    count = _counted(known, "student") if known else "–"
    _station(1, "Roster in", count, "a CSV with names, of Moodle, Canvas, ILIAS or Excel")
    st.file_uploader("Roster", type=["csv", "txt"], key="class_roster", max_upload_size=5)
    for line in told:
        st.caption(_plain(line))
    return students


def _sheets(students: tuple[Any, ...]) -> None:
    session = st.session_state
    made = session.get("class_made")
    keys = len(made[1]) if made else 0
    count = f"{_counted(keys, 'sheet')}, {_counted(keys, 'key')}" if made else "–"
    _station(2, "Sheets out", count, "each worked out by two routes; keys apart from the sheets")
    files = st.container(horizontal=True, gap="small")
    with files.popover("Recipe"):
        st.text_area("Recipe (TOML)", **bound("sheet_recipe"), height=320, max_chars=50_000)
    if files.button("Make the sheets", disabled=not students, key="class_make"):
        try:
            if len(students) > MOST_STUDENTS:
                raise InputError(
                    f"These are {len(students)} students",
                    allowed=f"Up to {MOST_STUDENTS} here; the command line takes any number.",
                )
            recipe = Recipe.read(session["sheet_recipe"])
            with tempfile.TemporaryDirectory() as folder:
                out, bar = Path(folder) / "class.zip", st.progress(0.0)

                def told(done: int, of: int) -> None:
                    bar.progress(done / of)

                run_class(recipe, students, out, progress=told)
                _keep(out.read_bytes())
            st.rerun()
        except ChainruleError as error:
            _refused(error)
    if made:
        files.download_button(
            "Sheets and keys (ZIP)",
            data=made[0],
            file_name="class.zip",
            on_click="ignore",
            key="class_zip",
        )
    again = st.file_uploader(
        "Or a class made before (ZIP)", type=["zip"], key="class_again", max_upload_size=200
    )
    if again is not None and (not made or made[0] != again.getvalue()):
        try:
            _keep(again.getvalue(), again.name)
            st.rerun()
        except ChainruleError as error:
            _refused(error)


def _keep(content: bytes, name: str = "class.zip") -> None:
    """Keep a class's ZIP with its keys."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / Path(name).name[-150:]
        path.write_bytes(content)
        manifest, keys = read_keys(path)
    st.session_state["class_made"] = content, keys, str(manifest.get("title", ""))


def _answers(keys: list[Key]) -> tuple[list[Handed], list[str]]:
    handed: list[Handed] = []
    faults: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        for name, content in _uploaded("class_files"):
            path = Path(folder) / Path(name).name[-150:]
            path.write_bytes(content)
            try:
                more, told = collect(path)
                handed += more
                faults += told
            except (ChainruleError, ValueError, OSError) as error:
                faults.append(f"{name}: {str(error).splitlines()[0]}")
    count = _counted(len(handed), "hand-in") if handed else "–"
    _station(3, "Answers in", count, "tables, notebooks, or the ZIP of a learning platform")
    st.file_uploader(
        "Answers",
        type=KINDS,
        key="class_files",
        accept_multiple_files=True,
        max_upload_size=MOST_MEGABYTES,
        disabled=not keys,
    )
    return handed, faults


def _marked(keys: list[Key], found: Mapping[int, Handed]) -> list[Graded]:
    """Mark the class; who was marked with these very answers before is not marked again."""
    session = st.session_state
    known: dict[Any, Graded] = session.setdefault("class_graded", {})
    asked = {key.number: (key.record, _decided(key, found.get(key.number))) for key in keys}
    prints = {
        number: (number, sha256(repr((record, handed)).encode("utf-8", "replace")).digest())
        for number, (record, handed) in asked.items()
    }
    new = [key for key in keys if prints[key.number] not in known]
    if new:
        chosen = {key.number: one for key in new if (one := asked[key.number][1]) is not None}
        known |= {prints[one.number]: one for one in mark_class(new, chosen)}
    session["class_graded"] = {print_: known[print_] for print_ in prints.values()}
    return [known[prints[key.number]] for key in keys]


def _decided(key: Key, handed: Handed | None) -> Handed | None:
    """Return what was handed in, with what a teacher has read where nothing was read.

    What a teacher found to be no answer stays as it is, without points.
    """
    decided: dict[tuple[int, str], str] = st.session_state["class_decided"]
    mine = {id: words for (number, id), words in decided.items() if number == key.number and words}
    if handed is None or not mine:
        return handed
    own, _ = placed(tasks_of(key.record), handed)
    answers = {
        f"{task}.{cell}": words for task, cells in own.items() for cell, words in cells.items()
    }
    return replace(handed, answers=answers | mine)


def _gradebook(title: str, graded: list[Graded], open_: int) -> None:
    points = [one.total for one in graded if one.source]
    told = f"{len(points)} marked" + (f", {open_} to decide" if open_ else "")
    spread = (
        f"mean {points_text(round(mean(points), 1))}, median {points_text(median(points))} "
        f"of {points_text(sum(graded[0].of.values()))}"
        if points
        else ""
    )
    _station(4, "Gradebook out", told, spread)
    files = st.container(horizontal=True, gap="small")
    words = "Gradebook (CSV)" + (f", {open_} open" if open_ else "")
    files.download_button(
        words,
        data=gradebook(graded),
        file_name="gradebook.csv",
        on_click="ignore",
        key="class_book",
    )
    files.download_button(
        "Feedback (ZIP)",
        data=lambda: feedback_zip(title, graded),
        file_name="feedback.zip",
        on_click="ignore",
        key="class_feedback",
    )
    whose: dict[str, str] = st.session_state["class_whose"]
    if whose:
        lines = "".join(f'"{source}","{who}"\n' for source, who in whose.items())
        files.download_button(
            "who.csv",
            data="file,student\n" + lines,
            file_name="who.csv",
            on_click="ignore",
            key="class_who",
        )


# What a person decides


def _queue(
    keys: list[Key],
    found: Mapping[int, Handed],
    lost: list[Handed],
    open_: Iterable[tuple[Graded, str, Any]],
) -> None:
    cells = list(open_)
    session = st.session_state
    files, answers = _counted(len(lost), "file"), _counted(len(cells), "cell")
    st.html(
        f'<p class="cr-head"><b>To decide</b> {files} of nobody known and {answers} not read; '
        "nothing counts as 0 unasked</p>"
    )
    free = {f"{key.name} ({key.number})": key for key in keys if key.number not in found}
    for one in lost[:MOST_OPEN]:
        left, right = st.columns([1.4, 1], vertical_alignment="center")
        left.code(one.source, language=None)
        who = right.selectbox(
            f"Whose is {one.source}?",
            list(free),
            index=None,
            placeholder="whose?",
            key=f"class_whose_{one.source}",
            label_visibility="collapsed",
        )
        if who is not None:
            session["class_whose"][one.source] = f"{free[who].number:04d}"
            st.rerun()
    for graded, id, finding in cells[:MOST_OPEN]:
        name, wrote, reads, no = st.columns([1.1, 1, 0.9, 0.5], vertical_alignment="center")
        name.html(f'<span class="cr-quiet">{escape(graded.name)}, {escape(cell_words(id))}</span>')
        wrote.code(finding.given.strip()[:60], language=None)
        typed = reads.text_input(
            f"What {graded.name} meant",
            key=f"class_as_{graded.number}_{id}",
            max_chars=200,
            placeholder="read as …",
            label_visibility="collapsed",
        )
        nothing = no.button("wrong", key=f"class_no_{graded.number}_{id}")
        if typed.strip() or nothing:
            session["class_decided"][graded.number, id] = typed.strip()
            st.rerun()
    if len(lost) > MOST_OPEN or len(cells) > MOST_OPEN:
        st.caption("More follow when these are decided.")
    if session["class_decided"] and st.button("Undo the last decision", key="class_undo"):
        session["class_decided"].popitem()
        st.rerun()


def _counted(count: int, word: str) -> str:
    return f"{count} {word}{'' if count == 1 else 's'}"
