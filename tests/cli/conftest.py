"""Run the command line in this process, or as people do, in one of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.typed import typed

ROOT = Path(__file__).parents[2]
Done = subprocess.CompletedProcess[bytes]
Run = Callable[..., Done]
Answer = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run `chainrule …` in an empty folder."""
    return partial(typed, folder=tmp_path)


@pytest.fixture
def answer(run: Run) -> Answer:
    """Run it, and return its exit code and its two texts."""

    def call(*arguments: str) -> tuple[int, str, str]:
        done = run(*arguments)
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    return call


@pytest.fixture
def run_apart(tmp_path: Path) -> Run:
    """Run `python -m chainrule …` in an empty folder, with variables of its own."""

    def call(*arguments: str, **environment: str) -> Done:
        keep = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "FORCE_COLOR")}
        return subprocess.run(
            [sys.executable, "-m", "chainrule", *arguments],
            cwd=tmp_path,
            env=keep | {"PYTHONPATH": str(ROOT / "graphlib"), **environment},
            capture_output=True,
            timeout=60,
            check=False,
        )

    return call
