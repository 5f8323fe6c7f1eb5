"""Waiting for the page."""

from __future__ import annotations

from playwright.sync_api import Page

CALM, PATIENCE = 600, 60_000
"""How long, in milliseconds, nothing must have been at work, and how long that may take."""

AT_REST = """
(app, [calm, patience]) => new Promise((done, fail) => {
  let quiet;
  const ended = () => {
    if (app.dataset.testScriptState !== "notRunning") return;
    watch.disconnect();
    done();
  };
  const begun = () => {
    clearTimeout(quiet);
    quiet = setTimeout(ended, calm);
  };
  const watch = new MutationObserver(begun);
  watch.observe(app, {attributeFilter: ["data-test-script-state"]});
  begun();
  setTimeout(() => fail(new Error("the server is still at work")), patience);
})
"""


def at_rest(page: Page) -> None:
    """Wait until the server has answered everything.

    What is done before that may be overtaken, and a node of the page may be replaced
    between two looks at it.
    """
    page.get_by_test_id("stApp").evaluate(AT_REST, [CALM, PATIENCE])
