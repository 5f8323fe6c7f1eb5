"""Waiting for the page."""

from __future__ import annotations

from playwright.sync_api import Page


def at_rest(page: Page) -> None:
    """Wait until the server has answered everything.

    What is done before that may be overtaken, and a node of the page may be replaced
    between two looks at it.
    """
    calm = 0
    for _ in range(240):
        page.wait_for_timeout(250)
        state = page.get_by_test_id("stApp").get_attribute("data-test-script-state")
        calm = calm + 1 if state == "notRunning" else 0
        if calm == 4:
            return
    raise AssertionError("the server is still at work")
