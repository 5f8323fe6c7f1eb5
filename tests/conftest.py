"""What all tests share: a seed that changes by the day, the browser, and their settings."""

from __future__ import annotations

import datetime
import os
import shutil

import hypothesis
import pytest

# Examples drawn anew from the day's seed; no deadline, since two cores run several tests at once.
hypothesis.settings.register_profile("chainrule", deadline=None, database=None, print_blob=True)
hypothesis.settings.load_profile("chainrule")


def _seed() -> int:
    """Return the seed of CHAINRULE_SEED, or one for each day, so that samples rotate."""
    given = os.environ.get("CHAINRULE_SEED")
    return int(given) if given else datetime.datetime.now(datetime.UTC).date().toordinal()


def pytest_configure(config: pytest.Config) -> None:
    # xdist's workers inherit it, so that they agree when midnight passes.
    os.environ["CHAINRULE_SEED"] = str(_seed())
    # hypothesis's own option, unless it was given.
    if getattr(config.option, "hypothesis_seed", None) is None:
        config.option.hypothesis_seed = str(_seed())


def pytest_report_header() -> str:
    return f"CHAINRULE_SEED={_seed()} (set it to draw the same samples again)"


@pytest.fixture(scope="session")
def sample_seed() -> int:
    """The seed from which a suite draws the part of its cases that it runs today."""
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
