"""The page on networks and its pictures are what their script writes."""

from __future__ import annotations

import ast
import re
import shlex
from functools import cache
from pathlib import Path

import pytest

from chainrule.cli.commands import main
from chainrule.nn.experiments import EXPERIMENTS
from chainrule.ui.network_state import decode, encode
from docs.networks import CHECKED, EFFECTS, Topic, effects, page, topics, typeset

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
found = cache(effects)
NUMBER = re.compile(r"-?\d+\.\d+")


def test_the_page_is_what_the_script_writes() -> None:
    assert (DOCS / "networks.md").read_text("utf-8") == page(found())


@pytest.mark.parametrize("name", EFFECTS)
def test_a_picture_is_what_the_script_draws(name: str) -> None:
    """To a tenth of a pixel: another processor may round the last digit otherwise."""
    kept = (DOCS / "pictures" / f"{name}.svg").read_text("utf-8")
    drawn = found()[name].figure.svg()
    assert NUMBER.sub("#", kept) == NUMBER.sub("#", drawn)
    pairs = zip(NUMBER.findall(kept), NUMBER.findall(drawn), strict=True)
    assert all(abs(float(a) - float(b)) < 0.11 for a, b in pairs)


def test_the_effects_are_those_of_theory() -> None:
    text = {name: typeset(" ".join(effect.text.split())) for name, effect in found().items()}
    # ln 2; the slope 2(y − 1)·y(1 − y) and y − 1 at σ(−8) = 0.000335350130.
    assert "loss is 0.6931, that of guessing (ln 2 = 0.6931)" in text["zero-weights"]
    assert "is −6.7·10⁻⁴; that of the cross-entropy, y − t, is −0.9997" in text["squared-error"]
    # Nine slopes of at most ¼ leave 3.8·10⁻⁶ at most of what the weights alone would keep.
    share = re.findall(r"with sigmoids, a share of (\S+)·10⁻(\S);", text["deep-sigmoid"])
    assert share and share[0][1] in "⁶⁷"


@pytest.mark.parametrize("topic", topics(), ids=lambda topic: topic.name)
def test_a_topic_stands_where_the_table_says(topic: Topic) -> None:
    file, _, name = topic.test.partition("::")
    parts = ast.parse((ROOT / file).read_text("utf-8")).body
    tests = {part.name: ast.unparse(part) for part in parts if isinstance(part, ast.FunctionDef)}
    assert re.search(r"assert|same\(", tests[name])
    lessons = list((ROOT / "examples").glob(f"{topic.lesson:02d}_*.py"))
    assert len(lessons) == 1 and topic.said in lessons[0].read_text("utf-8")
    assert encode(decode(topic.page)) == topic.page


def test_every_experiment_is_in_the_table() -> None:
    assert set(CHECKED) == set(EXPERIMENTS)
    rows = [topic.row() for topic in topics()]
    assert len(rows) == len(set(rows)) and all(row.count(" | ") == 5 for row in rows)


@pytest.mark.parametrize(
    "command", [t.command for t in topics() if t.command and "experiment" not in t.command]
)
def test_a_command_of_the_table_runs(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(shlex.split(command)[1:])
    assert ended.value.code in (0, None), capsys.readouterr().err
