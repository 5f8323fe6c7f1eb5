"""The app on a free port, and a browser that may talk to this machine only."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.served import served

# How long the page takes is not asked here: a right page ends the wait.
expect.set_options(timeout=60_000)

LEFT = "cookies,local_storage,indexeddb,cache_storage,service_workers"
"""What a visit leaves beyond its tab, and the next one must not find."""
Visitors = Callable[..., AbstractContextManager[Page]]


@pytest.fixture(scope="session")
def app_address() -> Iterator[str]:
    with served() as (port, _):
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="session")
def visitors(app_browser: Browser) -> Visitors:
    """Those who come to the pages: one of each kind, who has loaded Streamlit's scripts once."""

    @cache
    def visitor(width: int, height: int, **kind: Any) -> BrowserContext:
        context = app_browser.new_context(viewport={"width": width, "height": height}, **kind)
        context.set_default_timeout(60_000)
        return context

    @contextmanager
    def visit(address: str, **kind: Any) -> Iterator[Page]:
        context = visitor(**kind)
        page = context.new_page()
        left = {"origin": address, "storageTypes": LEFT}
        context.new_cdp_session(page).send("Storage.clearDataForOrigin", left)
        try:
            yield page
        finally:
            for one in context.pages:
                one.close()

    return visit


@pytest.fixture
def app_page(visitors: Visitors, app_address: str) -> Iterator[Page]:
    """A page of 1280 × 800 that fails the test on any request to another machine."""
    elsewhere: list[str] = []
    errors: list[str] = []

    def seen(url: str) -> None:
        if not url.startswith(("http://127.0.0.1", "ws://127.0.0.1", "data:", "blob:")):
            elsewhere.append(url)

    with visitors(app_address, width=1280, height=800) as page:
        page.on("request", lambda request: seen(request.url))
        page.on("pageerror", lambda error: errors.append(str(error)))
        yield page
    assert elsewhere == []
    assert errors == []
