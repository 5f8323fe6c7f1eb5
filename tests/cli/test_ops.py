"""`chainrule ops`: the list, one entry, data, the page, and names that are none."""

from __future__ import annotations

import json
from pathlib import Path

from chainrule.ops import OPS


def test_the_list_has_every_operation(run) -> None:
    done = run("ops")
    assert done.returncode == 0, done.stderr
    shown = done.stdout.decode()
    assert "Activations" in shown
    for op in OPS.values():
        assert op.arity == 0 or op.doc in shown


def test_one_operation_by_any_of_its_spellings(run) -> None:
    shown = run("ops", "arctan").stdout.decode()
    assert "y = arctan x" in shown and "∂y/∂x = 1/(1 + x²)" in shown
    assert shown == run("ops", "atan").stdout.decode()


def test_data_has_formulas_in_text_and_latex(run) -> None:
    record = json.loads(run("ops", "leaky_relu", "--json").stdout)
    assert record["parameters"] == {"slope": "0.1", "at": "0"}
    assert record["partials"][0]["formula"]["latex"]
    assert "slopes 1/10 and 1" in record["kink"]
    listed = json.loads(run("ops", "--json").stdout)["operations"]
    assert len(listed) == sum(1 for op in OPS.values() if op.arity != 0)


def test_the_page_goes_to_a_file(run, tmp_path: Path) -> None:
    assert run("ops", "--markdown", "-o", "ops.md").returncode == 0
    assert (tmp_path / "ops.md").read_text(encoding="utf-8").startswith("# Operations\n")


def test_a_name_that_is_none_is_refused(run) -> None:
    done = run("ops", "gleu")
    assert done.returncode == 2
    assert "did you mean `gelu`?" in done.stderr.decode()
    done = run("ops", "gelu", "--markdown")
    assert done.returncode == 2
