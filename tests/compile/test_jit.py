"""Where the text of a loop for numba is kept; what numba makes of it is in test_blocks."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from chainrule.compile import jit, points, wide
from chainrule.graph.builder import Builder

SOURCE = "def twice(x):\n    return 2 * x\n"


def test_a_text_is_kept_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    path = jit._kept(SOURCE)
    assert path.parent == tmp_path / "chainrule"
    assert path.read_text(encoding="utf-8") == SOURCE
    before = path.stat().st_mtime_ns
    assert jit._kept(SOURCE) == path and path.stat().st_mtime_ns == before
    assert jit._kept(SOURCE + "\n") != path
    assert len(list(path.parent.iterdir())) == 2


def test_where_nothing_can_be_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert not jit._kept(SOURCE).exists()


@pytest.mark.parametrize("is_off", [False, True])
def test_numba_that_is_switched_off_is_not_there(
    is_off: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    numba = SimpleNamespace(config=SimpleNamespace(DISABLE_JIT=is_off))
    monkeypatch.setattr(jit.importlib, "import_module", lambda name: numba)
    assert jit.is_there.__wrapped__() is not is_off


def test_numba_that_does_not_load_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    def load(name: str) -> None:
        raise ImportError(f"{name} needs NumPy 2.3 or less")

    monkeypatch.setattr(jit.importlib, "import_module", load)
    assert not jit.is_there.__wrapped__()


def test_a_formula_that_takes_long_to_compile_is_left_to_numpy() -> None:
    builder = Builder()
    x = builder.input("x")
    for _ in range(points.LONG + 1):
        x = builder.maths.sin(x)
    graph = builder.finish([x])
    assert not points.loop(graph, [True], 64)
    assert points.loop(graph.replace(outputs=[points.LONG]), [True], 64)


def test_every_function_for_wide_registers_is_compiled() -> None:
    text = Path(str(wide.__file__)).read_text(encoding="utf-8")
    assert set(jit.WIDE) == set(re.findall(r"^def (\w+)", text, re.MULTILINE))
    assert wide.RANGES.keys() <= set(jit.WIDE)
