"""Writes the tables of docs/promises.md: a plugin of pytest that `run.py soak` loads.

A test belongs to promise N if its name begins with `test_N_`; what it measured it tells with
`record_property("figures", "…")`. A table is written anew whenever tests of its promise ran, so
the page says of each what was run last, and nothing that was not.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "promises.md"
_NAME = re.compile(r"::test_(\d+)_(\w+)")


@dataclass
class Tried:
    """All cases of one test."""

    cases: int = 0
    broken: int = 0
    figures: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def row(self, words: str) -> str:
        held = "held" if not self.broken else f"**broken in {self.broken} of {self.cases}**"
        cases = [f"{self.cases} cases"] if self.cases > 1 else []
        slowest = [f"the slowest {self.seconds:.2f} s"] if self.seconds else []
        return f"| {words} | {held} | {', '.join(self.figures or cases + slowest)} |"


class Plugin:
    """Gathers what the tests tell, in the process that steers the others."""

    def __init__(self) -> None:
        self.tried: dict[int, dict[str, Tried]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        found = _NAME.search(report.nodeid)
        if not found or (report.when != "call" and report.passed):
            return
        number, words = int(found[1]), found[2].replace("_", " ")
        one = self.tried.setdefault(number, {}).setdefault(words, Tried())
        one.cases += 1
        one.broken += report.failed
        for name, value in report.user_properties:
            if name == "figures":
                one.figures.append(str(value))
            elif name == "seconds":
                one.seconds = max(one.seconds, float(str(value)))

    def pytest_sessionfinish(self) -> None:
        if self.tried:
            PAGE.write_text(written(PAGE.read_text("utf-8"), self.tried), "utf-8")


def written(page: str, tried: dict[int, dict[str, Tried]]) -> str:
    """Return the page with the tables of these promises written anew, below what is promised."""
    head, *sections = page.split("\n## ")
    for at, section in enumerate(sections):
        number = int(section.partition(".")[0])
        if number in tried:
            title, promise, *_ = section.split("\n\n")
            rows = [one.row(words) for words, one in sorted(tried[number].items())]
            table = "\n".join(["| tried | | measured |", "|---|---|---|", *rows])
            seed = f"Seed {os.environ['CHAINRULE_SEED']}.\n"
            sections[at] = "\n\n".join([title, promise, table, seed])
    return "\n## ".join([head, *sections])


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Plugin(), "promises")
