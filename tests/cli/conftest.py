"""Run the command line in this process, or as people do, in one of its own."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from chainrule.cli import main

ROOT = Path(__file__).parents[2]
Done = subprocess.CompletedProcess[bytes]
Run = Callable[..., Done]
Answer = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run `chainrule …` in an empty folder, without a start of Python for each call."""
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)

    def call(*arguments: str, input: bytes = b"") -> Done:
        given = {"stdin": input, "stdout": b"", "stderr": b""}
        streams = {
            name: io.TextIOWrapper(io.BytesIO(content), "utf-8", write_through=True)
            for name, content in given.items()
        }
        with monkeypatch.context() as replaced, pytest.raises(SystemExit) as ended:
            for name, stream in streams.items():
                replaced.setattr(sys, name, stream)
            main(arguments)
        out, err = (streams[name].buffer.getvalue() for name in ("stdout", "stderr"))
        return Done(arguments, int(ended.value.code or 0), out, err)

    return call


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
