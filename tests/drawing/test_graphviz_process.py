"""Graphviz in its worker: what it lays out, refuses, and how it is stopped."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from chainrule.drawing import graphviz_process
from chainrule.drawing.graphviz_process import layout
from chainrule.errors import DrawingError, OutsideTimeout

SMALL = """digraph cards {
  rankdir=LR; node [shape=box, fixedsize=true, label="", width=1.5, height=1];
  t [label=<<TABLE BORDER="0" CELLBORDER="0"><TR><TD PORT="v"></TD></TR></TABLE>>];
  x -> t:v:w; t -> u1; t -> u2; u1 -> u; u2 -> u; u -> J;
}"""


def large(nodes: int) -> str:
    draw = random.Random(1)
    lines = [f"n{i} [label=<<B>n{i}</B> ∂f = {i}>]" for i in range(nodes)]
    lines += [f"n{draw.randrange(i)} -> n{i}" for i in range(1, nodes) for _ in range(2)]
    return f"digraph large {{ {'; '.join(lines)} }}"


def test_positions() -> None:
    plan = layout(SMALL)
    place = {node["name"]: [float(c) for c in node["pos"].split(",")] for node in plan["objects"]}
    assert set(place) == {"x", "t", "u1", "u2", "u", "J"}
    assert place["x"][0] < place["t"][0] < place["u1"][0] == place["u2"][0] < place["u"][0]
    assert len(plan["edges"]) == 6
    assert all("pos" in edge for edge in plan["edges"])


def test_a_label_of_which_graphviz_loses_a_byte_is_laid_out() -> None:
    label = r"\\E\\\\i\\E\\x…"
    (node,) = layout(f'digraph {{ label="{label}"\n a }}')["objects"]
    assert node["name"] == "a"


def test_the_same_graph_is_laid_out_alike() -> None:
    first = layout(SMALL)
    assert layout(large(20)) != first
    graphviz_process._workers().close()
    assert layout(SMALL) == first


@pytest.mark.parametrize(
    ("dot", "words"),
    [
        ("digraph g { a -> ", "syntax error in line 1"),
        ("", "nothing was drawn"),
        ("digraph g { a [label=<<B>x</I>>] }", "mismatched tag"),
        ("digraph g { a [label=<x & y>] }", "not well-formed"),
        ("digraph g { a [label=<<SCRIPT>x</SCRIPT>>] }", "SCRIPT"),
        ("digraph g { a [shape=nonsense] }", "unknown shape nonsense"),
        ("digraph g { a [label=b]; a:port -> c }", "port port unrecognized"),
        ('digraph g { a [image="/etc/hostname"] }', "hostname"),
    ],
)
def test_every_complaint_is_an_error(dot: str, words: str) -> None:
    with pytest.raises(DrawingError, match=words) as caught:
        layout(dot)
    assert "\n" not in str(caught.value)
    assert layout(SMALL)


def test_a_long_layout_is_stopped_and_the_next_call_works() -> None:
    layout(SMALL)
    with pytest.raises(OutsideTimeout, match=r"layout by Graphviz was stopped; allowed: 0\.5 s"):
        layout(large(500), timeout=0.5)
    assert layout(SMALL)


def test_four_threads_at_once() -> None:
    expected = layout(SMALL)
    with ThreadPoolExecutor(4) as threads:
        assert all(found == expected for found in threads.map(layout, [SMALL] * 24))


def test_a_machine_without_fonts_lays_out_alike_and_nothing_is_left_behind(tmp_path: Path) -> None:
    code = (
        "import json, sys; from chainrule.drawing.graphviz_process import layout; "
        "print(json.dumps(layout(sys.argv[1])))"
    )
    package = Path(graphviz_process.__file__).parents[2]
    nowhere = dict.fromkeys(("PATH", "HOME", "FONTCONFIG_FILE", "FONTCONFIG_PATH"), "/nonexistent")
    done = subprocess.run(
        [sys.executable, "-c", code, SMALL],
        env={"PYTHONPATH": str(package), "TMPDIR": str(tmp_path), **nowhere},
        capture_output=True,
        text=True,
        cwd=tmp_path,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == layout(SMALL)
    assert list(tmp_path.iterdir()) == []
