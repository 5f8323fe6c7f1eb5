"""What all tests share: one seed, one order unless another is asked for, and the browser."""

from __future__ import annotations

import gc
import os
import random
import shutil
from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING

import hypothesis
import pytest
from hypothesis.internal.conjecture import providers

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# From the profile that knows nothing of the machine: hypothesis has another one for servers. No
# deadline and no complaint about slow examples, since both are told by the clock.
hypothesis.settings.register_profile(
    "chainrule",
    parent=hypothesis.settings.get_profile("default"),
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
    database=None,
    print_blob=True,
)
hypothesis.settings.load_profile("chainrule")
# It also draws numbers that stand in our sources, as far as they are loaded by then: its examples
# would depend on the tests that ran before.
pytest.MonkeyPatch().setattr(providers, "_get_local_constants", providers.Constants)

CHROMIUM = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

SEED = 3
"""What samples are drawn from in an ordinary run."""


def _seed() -> int:
    return int(os.environ.get("CHAINRULE_SEED") or SEED)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--shuffle", type=int, metavar="SEED", help="run files, and the tests of each, in any order"
    )


def pytest_configure(config: pytest.Config) -> None:
    # Children of tests and xdist's workers inherit it.
    os.environ["CHAINRULE_SEED"] = str(_seed())
    # hypothesis's own option, unless it was given.
    if getattr(config.option, "hypothesis_seed", None) is None:
        config.option.hypothesis_seed = str(_seed())


def pytest_report_header() -> str:
    return f"CHAINRULE_SEED={_seed()} (set it to draw the same samples again)"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    seed = config.getoption("--shuffle")
    if seed is None:
        return
    chance = random.Random(seed)
    # File by file, so that what a file sets up once is not set up for each of its tests.
    files = [list(tests) for _, tests in groupby(items, key=lambda item: item.path)]
    chance.shuffle(files)
    for tests in files:
        chance.shuffle(tests)
    items[:] = [item for tests in files for item in tests]


def pytest_collection_finish() -> None:
    # What stands until the end, some 400,000 objects, is not looked through again and again.
    gc.freeze()


@pytest.fixture(scope="session")
def sample_seed() -> int:
    """The seed from which a suite draws the part of its cases that it runs."""
    return _seed()


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Path of a Chromium; its absence is a failure, never a skip."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
    given = os.environ.get("CHAINRULE_CHROMIUM")
    found = given or next((path for path in map(shutil.which, names) if path), None)
    if found is None:
        pytest.fail("no Chromium on PATH; `python3 run.py test` installs one or says how")
    return found


@pytest.fixture(scope="session")
def app_browser(chromium_path: str) -> Iterator[Browser]:
    """The one browser of a process: Playwright has no second while the first is open."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=CHROMIUM)
        yield browser
        browser.close()
