"""The app on a free port, and a browser that may talk to this machine only."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

ROOT = Path(__file__).parents[2]

# How long the page takes is not asked here: a right page ends the wait.
expect.set_options(timeout=60_000)

KEPT = "cookies,local_storage,indexeddb,cache_storage,service_workers"
"""What a page may leave in a browser, the session storage of its tab apart."""


@pytest.fixture(scope="session")
def app_address() -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT / "graphlib")},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    for _ in range(1_200):
        try:
            urllib.request.urlopen(f"{address}/_stcore/health", timeout=1)
            break
        except OSError:
            time.sleep(0.1)
    else:
        pytest.fail("the app does not answer")
    yield address
    process.terminate()
    process.wait(10)


@pytest.fixture(scope="session")
def app_visitor(app_browser: Browser) -> Iterator[BrowserContext]:
    """One visitor for all pages, who has loaded Streamlit's scripts once and for all."""
    context = app_browser.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(60_000)
    yield context
    context.close()


@pytest.fixture
def app_page(app_visitor: BrowserContext, app_address: str) -> Iterator[Page]:
    """A page of 1280 × 800 that fails the test on any request to another machine.

    The visitor keeps nothing from one test to the next but what the server sends to everybody.
    """
    page = app_visitor.new_page()
    elsewhere: list[str] = []
    errors: list[str] = []

    def seen(url: str) -> None:
        if not url.startswith(("http://127.0.0.1", "ws://127.0.0.1", "data:", "blob:")):
            elsewhere.append(url)

    page.on("request", lambda request: seen(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    kept = {"origin": app_address, "storageTypes": KEPT}
    app_visitor.new_cdp_session(page).send("Storage.clearDataForOrigin", kept)
    for one in app_visitor.pages:
        one.close()
    assert elsewhere == []
    assert errors == []
