"""The server: whose requests it answers, and what one asker can take from the others."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.request

import pytest

import chainrule.ui.pages  # noqa: F401 (with all its scripts)
from chainrule.ui import component, work
from chainrule.ui.background import Background
from chainrule.ui.engine import Fault, Reading
from chainrule.ui.state import State


def answered(address: str, host: str) -> int:
    """Return the status with which a request under a name is answered."""
    request = urllib.request.Request(f"{address}/_stcore/health", headers={"Host": host})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refusal:
        return refusal.code


@pytest.mark.parametrize("host", ["127.0.0.1:8501", "localhost", "LOCALHOST:1"])
def test_this_machine_is_answered(app_address: str, host: str) -> None:
    assert answered(app_address, host) == 200


@pytest.mark.parametrize("host", ["course.example", "127.0.0.1.example", "localhost.example:80"])
def test_another_name_that_leads_here_is_refused(app_address: str, host: str) -> None:
    assert answered(app_address, host) == 400


def test_scripts_are_fetched_once_and_named_after_what_is_in_them(app_address: str) -> None:
    assert len(component.SCRIPTS) >= 10
    for name, script in component.SCRIPTS.items():
        with urllib.request.urlopen(f"{app_address}/parts/{name}", timeout=60) as answer:
            assert answer.read().decode() == script
            assert answer.headers["Content-Type"].startswith("text/javascript")
            assert "immutable" in answer.headers["Cache-Control"]
        assert hashlib.blake2b(script.encode(), digest_size=8).hexdigest() in name
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(f"{app_address}/parts/other.js", timeout=60)


@pytest.mark.parametrize(
    ("base", "path"),
    [("", "/parts/{name}"), ("course", "/course/parts/{name}"), ("/a/b/", "/a/b/parts/{name}")],
)
def test_scripts_are_below_the_path_of_the_app(
    base: str, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(component.config, "get_option", {"server.baseUrlPath": base}.get)
    assert [route.path for route in component.routes()] == [path]


def test_of_one_asker_one_runs_and_the_last_waits() -> None:
    background = Background(threads=2)
    gate, begun = threading.Event(), threading.Event()
    done: list[str] = []

    def work(name: str) -> str:
        begun.set()
        gate.wait(60)
        done.append(name)
        return name

    def ask(name: str, who: str, patience: float = 0) -> object:
        return background.ask(name, lambda: work(name), who, patience)

    ask("bomb 0", "bomber")
    assert begun.wait(60)
    for number in range(1, 5):
        ask(f"bomb {number}", "bomber")
    ask("mine", "student")
    for number in range(5, 10):
        ask(f"bomb {number}", "bomber")
    gate.set()
    assert ask("mine", "student", 60) == "mine"
    assert ask("bomb 9", "bomber", 60) == "bomb 9"
    # The first ran when the others came; of these the last is left.
    assert sorted(done) == ["bomb 0", "bomb 9", "mine"]


def test_who_waits_is_told_how_many_come_before() -> None:
    background = Background(threads=1)
    gate, begun = threading.Event(), threading.Event()

    def work() -> str:
        begun.set()
        gate.wait(60)
        return "done"

    assert background.ask("first", work, 0, 0) == 0
    assert begun.wait(60)
    assert [background.ask(name, work, name, 0) for name in ("a", "b", "c")] == [0, 1, 2]
    gate.set()
    assert background.ask("c", work, "c", 60) == "done"


def test_who_only_looks_begins_nothing() -> None:
    background = Background(threads=1)
    assert background.ask("a", None, 0) == 0
    assert background.ask("a", lambda: "done", 0, 60) == "done"
    assert background.ask("a", None, 1) == "done"


def test_edits_are_answered_when_their_processes_are_killed() -> None:
    work.start()
    for count in range(3):
        for worker in list(work._quick()._idle):
            os.kill(worker._process.pid, signal.SIGKILL)
        read = work.read(f"x^2 + {count}", (), ())
        assert isinstance(read, Reading) and read.variables == ("x",)
        played = work.play(State(f"x^2 + {count}", (("x", "3"),)), ())
        assert not isinstance(played, Fault)
        assert str(9 + count) in played[0].text


def test_the_engine_loads_neither_the_pages_nor_sympy() -> None:
    code = (
        "import sys; from chainrule.ui import engine; engine.warm(); "
        "print([name for name in ('streamlit', 'pandas', 'sympy') if name in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"
