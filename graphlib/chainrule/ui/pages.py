"""The pages of the app, and what stands around each of them: style, header, care for faults."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import streamlit as st

from chainrule.ui import check_work, descent, exercises, explore, help, networks, reference

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the app.

    Parameters
    ----------
    title
        What the header calls it; in lower case, with hyphens, its address.
    show
        Shows it, below the header.
    style
        The name of its own style sheet, beside that of all pages.
    """

    title: str
    show: Callable[[], None]
    style: str = ""

    @property
    def address(self) -> str:
        """The last part of the page's address."""
        return self.title.lower().replace(" ", "-")


PAGES: tuple[Page, ...] = (
    Page("Explore", explore.page),
    Page("Networks", networks.page, "networks.css"),
    Page("Descent", descent.page, "networks.css"),
    Page("Exercises", exercises.page),
    Page("Check my work", check_work.page),
    Page("Reference", reference.page),
)
"""All pages, in the order of the header; the first is the one that opens."""


def run() -> None:
    """Show the app: the header with its navigation, and the page that was asked for."""
    st.set_page_config(page_title="chainrule", layout="wide", initial_sidebar_state="collapsed")
    entries = [
        st.Page(_guarded(page), title=page.title, url_path=page.address, default=page is PAGES[0])
        for page in PAGES
    ]
    st.session_state["pages"] = {page.title: at for page, at in zip(PAGES, entries, strict=True)}
    here = st.navigation(entries, position="hidden")
    st.html(_style(PAGES[entries.index(here)].style, st.context.theme.type == "dark"))
    with st.container(key="header", horizontal=True, vertical_alignment="center"):
        st.html('<span class="cr-brand">chainrule</span>', width="content")
        for entry in entries:
            with st.container(key="here", width="content") if entry == here else nullcontext():
                st.page_link(entry, label=entry.title)
        help.button()
    here.run()


def _guarded(page: Page) -> Callable[[], None]:
    """Return what shows a page. A fault of the program is logged and said; no page breaks."""

    def show() -> None:
        try:
            page.show()
        except Exception:
            logging.getLogger(__name__).exception("a fault in the page %s", page.title)
            st.html(
                '<div class="cr-fault" role="alert">Something went wrong inside chainrule. What '
                "you typed is still there; another formula or value may work.</div>"
            )

    return show


@cache
def _style(own: str, dark: bool) -> str:
    sheets = filter(None, ("style.css", own, "dark.css" if dark else ""))
    return f"<style>{''.join((HERE / sheet).read_text('utf-8') for sheet in sheets)}</style>"
