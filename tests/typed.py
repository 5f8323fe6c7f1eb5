"""What the command line answers, without a start of Python for each call."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pytest

from chainrule.cli import main


def typed(*arguments: str, folder: Path, input: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Return what `chainrule …` ends with and writes when it is called in a folder."""
    given = {"stdin": input, "stdout": b"", "stderr": b""}
    streams = {
        name: io.TextIOWrapper(io.BytesIO(content), "utf-8", write_through=True)
        for name, content in given.items()
    }
    with pytest.MonkeyPatch.context() as replaced, pytest.raises(SystemExit) as ended:
        replaced.chdir(folder)
        for name in ("NO_COLOR", "FORCE_COLOR"):
            replaced.delenv(name, raising=False)
        for name, stream in streams.items():
            replaced.setattr(sys, name, stream)
        main(arguments)
    out, err = (streams[name].buffer.getvalue() for name in ("stdout", "stderr"))
    return subprocess.CompletedProcess(arguments, int(ended.value.code or 0), out, err)
