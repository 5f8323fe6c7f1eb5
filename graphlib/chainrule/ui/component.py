"""The app's own parts in the browser. A script is fetched once a visit, not sent with every run."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final, cast

import streamlit as st
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from streamlit import config

SCRIPTS: Final[dict[str, str]] = {}
"""All scripts by their names, which say what is in them: every server has the same ones."""

LOADER: Final = """
const { style, words, default: show } = await import(new URL("parts/%s", document.baseURI));

export default function (component) {
  const { data, parentElement } = component;
  if (!parentElement.querySelector("style.part")) {
    const sheet = parentElement.ownerDocument.createElement("style");
    sheet.className = "part";
    sheet.textContent = style;
    parentElement.append(sheet);
  }
  return show({ ...component, data: { ...data, words } });
}
"""


def component(
    name: str, html: str, js: str, css: str = "", words: Mapping[str, Any] | None = None
) -> Callable[..., Any]:
    """Return what mounts a component of the page.

    Parameters
    ----------
    name
        Different from all others.
    html
        What is there before its script runs.
    js
        A module whose default export Streamlit calls at the first run and at every rerun.
    css
        Its style, for it alone.
    words
        What it says; its script finds them in its data.
    """
    said = json.dumps(dict(words or {}), ensure_ascii=False)
    script = f"export const style = {json.dumps(css)};\nexport const words = {said};\n{js}"
    address = f"{name}-{hashlib.blake2b(script.encode(), digest_size=8).hexdigest()}.js"
    SCRIPTS[address] = script

    @cache
    def known() -> Callable[..., Any]:  # asks for the server, so not before the first run
        return cast(
            Callable[..., Any],
            st.components.v2.component(f"chainrule_{name}", html=html, js=LOADER % address),
        )

    def mount(**options: Any) -> Any:
        return known()(**options)

    return mount


def nothing() -> None:
    """What a script tells is reported only if something listens: this does, and that is all."""


async def _script(request: Request) -> Response:
    script = SCRIPTS.get(request.path_params["name"])
    if script is None:
        return PlainTextResponse("There is no such script.", status_code=404)
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response(script, media_type="text/javascript", headers=headers)


def routes() -> list[Route]:
    """Return where browsers find the scripts: beside the pages, below the path of the app."""
    below = config.get_option("server.baseUrlPath").strip("/")
    return [Route(f"{'/' if below else ''}{below}/parts/{{name}}", _script)]
