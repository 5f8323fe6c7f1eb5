"""Promise 1: no input is ever run.

After one warm-up call, from the receipt of a text to the finished tables, generated inputs
raise no audit event of running, compiling, opening, importing, or of processes and sockets;
drawing is looked at apart: it holds what was typed as text only.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

import chainrule
from chainrule.drawing import graphviz_process

ROOT = Path(__file__).parents[2]
INPUTS = 800


def hooked(folder: Path, seed: int, count: int, timeout: float) -> dict[str, object]:
    """Answer generated inputs under the audit hook, in an empty folder."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.promises.hooked", str(seed), str(count)],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": f"{ROOT / 'graphlib'}{os.pathsep}{ROOT}"},
        stdout=subprocess.PIPE,
        timeout=timeout,
        check=True,
    )
    return dict(json.loads(done.stdout))


def test_generated_inputs_raise_no_audit_event(tmp_path: Path, sample_seed: int) -> None:
    found = hooked(tmp_path, sample_seed, INPUTS, 300)
    assert found["events"] == {}
    assert found["faults"] == {}
    assert list(tmp_path.iterdir()) == []
    # The mixture is no straw man: both halves of it are large.
    assert INPUTS / 5 < int(str(found["refused"])) < INPUTS * 4 / 5


def test_the_hook_sees_what_it_should() -> None:
    code = (
        "from tests.promises import hooked\n"
        "real = hooked.tried\n"
        "hooked.tried = lambda text, point: eval('1') and real(text, point)\n"
        "print(sorted(hooked.main(1, 3)['events']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": f"{ROOT / 'graphlib'}{os.pathsep}{ROOT}"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.strip() == "['compile', 'exec']"


@pytest.mark.parametrize("title", ['"]; b [URL="javascript:x"', "\\N \\G", "<IMG SRC='/etc'>"])
def test_a_drawing_holds_a_title_as_text(title: str) -> None:
    source = chainrule.parse("x^2").draw({"x": 3}, "dot", title=title).decode()
    account = graphviz_process.layout(source)  # as Graphviz itself reads it
    assert [thing["name"] for thing in account["objects"]] == ["n0", "n1"]
    assert account["label"] == title.replace("\\", "\\\\")
    assert not re.search(r'"(?:URL|href|image)"', json.dumps(account))
    picture = chainrule.parse("x^2").draw({"x": 3}, "svg", title=title)
    assert ElementTree.fromstring(picture).findtext(".//{*}title") == title
