"""The menu "Save and share": link, files in every format, and the lines that give the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from chainrule.errors import ChainruleError, LinkError
from chainrule.readings.render import RENDERERS
from chainrule.ui import link, work
from chainrule.ui.equivalents import command_line, python_lines
from chainrule.ui.state import State
from chainrule.worked import Worked

MIMES = {
    "html": "text/html", "csv": "text/csv", "json": "application/json", "svg": "image/svg+xml",
    "png": "image/png", "pdf": "application/pdf",
}  # fmt: skip
COLUMNS = 4


@dataclass(frozen=True, slots=True)
class File:
    """A file to take away: what the menu calls it, its name's suffix, and who writes it."""

    label: str
    suffix: str
    written: Callable[[Worked], bytes]


def _table(name: str, suffix: str) -> File:
    def written(worked: Worked) -> bytes:
        # A whole document where there is such a thing; a browser opens the one, TeX the other.
        return RENDERERS[name].grid(worked.table().grid(), name in ("html", "latex")).encode()

    labels = {"html": "HTML", "latex": "LaTeX", "json": "JSON", "csv": "CSV", "text": "Text"}
    return File(labels.get(name, name.capitalize()), suffix, written)


def _picture(format: str, label: str) -> File:
    return File(label, f".{format}", lambda worked: worked.draw(format))


FILES: dict[str, tuple[File, ...]] = {
    "Table": (
        *(_table(name, renderer.suffix) for name, renderer in RENDERERS.items()),
        File("PDF", ".pdf", lambda worked: worked.table().pdf()),
    ),
    "Picture": (
        _picture("svg", "SVG"),
        _picture("png", "PNG"),
        _picture("pdf", "PDF"),
        _picture("tikz", "TikZ"),
        _picture("dot", "DOT"),
    ),
    "Steps": (
        File("Slides", ".pdf", lambda worked: worked.slides("pdf")),
        File("Animated SVG", ".svg", lambda worked: worked.slides("svg")),
        File("HTML", ".html", lambda worked: worked.steps().to("html", document=True).encode()),
    ),
}
"""All files, by what they hold."""


def menu(state: State, names: tuple[str, ...]) -> None:
    """Show the menu."""
    # What is inside is made when it is opened, so that typing does not wait for it.
    opener = st.popover("Save and share", width="content", key="menu_opener", on_change="rerun")
    if not opener.open:
        return
    with opener, st.container(key="menu_inside"):
        st.caption("Link to what you see")
        try:
            st.code("?" + link.encode(state), language=None, wrap_lines=True)
        except LinkError as error:
            st.caption(f"{error.message}. {error.allowed}")
        for kind, files in FILES.items():
            st.caption(kind)
            with st.container(key=f"files_{kind.lower()}", horizontal=True):
                for file in files:
                    _button(kind, file, state, names)
        st.caption("The same on the command line")
        st.code(command_line(state, names), language="shell", wrap_lines=True)
        st.caption("The same in Python")
        st.code(python_lines(state, names), language="python", wrap_lines=True)


def _button(kind: str, file: File, state: State, names: tuple[str, ...]) -> None:
    def data() -> bytes:
        try:
            return file.written(work.work(state.without_step(), names))
        except ChainruleError as error:
            return f"{error}\n".encode()

    st.download_button(
        file.label, data=data, mime=MIMES.get(file.suffix[1:], "text/plain"), on_click="ignore",
        file_name=f"chainrule{file.suffix}", key=f"download_{kind}_{file.label}",
        help=f"{kind} as {file.label}", width="content",
    )  # fmt: skip
