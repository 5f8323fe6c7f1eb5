"""`chainrule app`: what it starts, and who opens the browser."""

from __future__ import annotations

import os
import subprocess
import sys
import webbrowser
from collections.abc import Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner

from chainrule.cli import app as module
from chainrule.cli.commands import application


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the words with which Streamlit would have been started."""
    words: list[str] = []

    class Started:
        def __init__(self, command: Sequence[str], cwd: Path, env: dict[str, str]) -> None:
            assert (cwd / "app.py").is_file() and (cwd / ".streamlit" / "config.toml").is_file()
            words.extend(command)

        def wait(self) -> int:
            return 0

    monkeypatch.setattr(subprocess, "Popen", Started)
    monkeypatch.setattr(module, "has_screen", lambda: False)
    return words


def test_options_of_streamlit_are_passed_on(started: list[str]) -> None:
    given = ["app", "--port", "8600", "--server.baseUrlPath", "course", "--no-browser"]
    assert CliRunner().invoke(application(), given).exit_code == 0
    options = dict(zip(started[5::2], started[6::2], strict=True))
    assert options["--server.baseUrlPath"] == "course" and options["--server.port"] == "8600"
    assert options["--server.address"] == "127.0.0.1"


@pytest.mark.parametrize("words", [[], ["--headless"]])
def test_streamlit_is_never_asked_to_open_a_browser(words: list[str], started: list[str]) -> None:
    # At its first start on a machine it would ask for an e-mail address before.
    assert CliRunner().invoke(application(), ["app", *words]).exit_code == 0
    assert started[started.index("--server.headless") + 1] == "true"


@pytest.mark.parametrize("port", [["--port", "many"], ["--port", "0"], ["--port"]])
def test_a_port_that_is_none_is_refused(port: list[str], started: list[str]) -> None:
    assert CliRunner().invoke(application(), ["app", *port]).exit_code == 2
    assert not started


def test_a_window_opens_when_the_app_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    import urllib.request

    answers = [OSError(), OSError(), None]
    opened: list[str] = []

    class Response:
        def close(self) -> None:
            assert not opened

    def urlopen(address: str, timeout: float) -> Response:
        answer = answers.pop(0)
        if answer is not None:
            raise answer
        return Response()

    monkeypatch.setattr(urllib.request, "urlopen", urlopen)
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    monkeypatch.setattr(webbrowser, "open", opened.append)
    module.open_when_up("http://127.0.0.1:8600")
    assert opened == ["http://127.0.0.1:8600"] and not answers


def test_who_stops_the_command_stops_the_server(tmp_path: Path) -> None:
    # In place of Streamlit, a server that says that it runs, and how it was stopped.
    (tmp_path / "streamlit").mkdir()
    (tmp_path / "streamlit" / "__init__.py").touch()
    (tmp_path / "streamlit" / "__main__.py").write_text(
        "import signal\n"
        "signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})\n"
        "print('up', flush=True)\n"
        "print(signal.Signals(signal.sigwait({signal.SIGTERM})).name, flush=True)\n"
    )
    paths = [str(tmp_path), *sys.path]
    command = subprocess.Popen(
        [sys.executable, "-m", "chainrule", "app", "--no-browser"],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(paths)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert command.stdout is not None and command.stdout.readline() == "up\n"
    command.terminate()
    assert command.communicate(timeout=60)[0] == "SIGTERM\n"
    assert command.returncode == 0
