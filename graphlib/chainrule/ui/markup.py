"""HTML with MathML of our own renderers on a page; Streamlit's own element drops mathematics."""

from __future__ import annotations

import streamlit as st

from chainrule.ui.component import component

CSS = """
.chainrule { font-family: var(--st-font, "Source Sans"), sans-serif; padding: 0 !important; }
.chainrule math { font-family: KaTeX_Main, "Latin Modern Math", "STIX Two Math", serif; }
.chainrule math mi.letter { font-family: KaTeX_Math, "Latin Modern Math", serif; }
.chainrule math mi.word { font-family: var(--st-font, "Source Sans"), sans-serif; }
.markup .scrolls { max-height: 360px; overflow: auto; }
.markup .scrolls th[scope="row"]:has(mn) { text-align: right; }
.chainrule msub, .chainrule msup { margin-inline-end: -0.14em; }
.chainrule :focus-visible { outline: 2px solid var(--cr-ink); outline-offset: 2px; }
"""
SCRIPT = """
export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".markup");
  root.dataset.theme = data.theme;
  if (root.innerHTML !== data.html) root.innerHTML = data.html;
}
"""


_mounted = component("markup", '<div class="markup"></div>', SCRIPT, CSS)


def markup(html: str, *, key: str) -> None:
    """Show HTML that a renderer of `chainrule.readings.render` wrote, and so escaped.

    Parameters
    ----------
    key
        Identity of the piece in the page.
    """
    dark = st.context.theme.type == "dark"
    _mounted(key=key, data={"html": html, "theme": "dark" if dark else "light"})
