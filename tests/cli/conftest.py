"""Run the command line as people do: in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
Run = Callable[..., subprocess.CompletedProcess[bytes]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run `chainrule …` in an empty folder."""

    def call(
        *arguments: str, input: bytes = b"", **environment: str
    ) -> subprocess.CompletedProcess[bytes]:
        keep = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "FORCE_COLOR")}
        return subprocess.run(
            [sys.executable, "-m", "chainrule", *arguments],
            cwd=tmp_path,
            env=keep | {"PYTHONPATH": str(ROOT / "graphlib"), **environment},
            input=input,
            capture_output=True,
            timeout=60,
            check=False,
        )

    return call
