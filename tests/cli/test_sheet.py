"""`chainrule sheet` as people run it: files, keys, recipes, and refusals."""

from __future__ import annotations

import json
from pathlib import Path

import chainrule

LECTURE = "J = u1 + u2; u1 = sin t; u2 = 3t; t = x^2"


def test_a_sheet_and_its_key_belong_together(run, tmp_path: Path) -> None:
    asked = ("sheet", "--level", "3", "--kind", "adjoints", "--student", "Ada", "--seed", "4")
    for key, name in (("none", "ada.json"), ("apart", "key.json")):
        assert run(*asked, "--key", key, "-o", name).returncode == 0
    sheet, key = (json.loads((tmp_path / n).read_text()) for n in ("ada.json", "key.json"))
    cells = [cell["id"] for cell in sheet["tasks"][0]["cells"]]
    assert cells == [cell["id"] for cell in key["tasks"][0]["cells"]]
    made = chainrule.sheet(3, kinds=["adjoints"], seed=4, student="Ada")
    assert {f"1.{c['id']}": c["answer"] for c in key["tasks"][0]["cells"]} == {
        name: answer.exact for name, answer in made.key.items()
    }
    assert "answer" not in sheet["tasks"][0]["cells"][0]


def test_a_formula_on_the_screen_and_as_pdf(run, tmp_path: Path) -> None:
    shown = run("sheet", LECTURE, "--at", "x=1.5", "--title", "Week 3")
    assert shown.stdout.decode().startswith("# Week 3\n")
    assert run("sheet", LECTURE, "--at", "x=1.5", "-o", "sheet.pdf").returncode == 0
    assert (tmp_path / "sheet.pdf").read_bytes().startswith(b"%PDF")


def test_a_recipe_from_a_file(run, tmp_path: Path) -> None:
    (tmp_path / "week.toml").write_text('title = "Week"\n[[part]]\nlevel = 3\nkinds = ["paths"]\n')
    done = run("sheet", "--recipe", "week.toml", "--format", "json")
    assert json.loads(done.stdout)["tasks"][0]["kind"] == "paths"


def test_refusals_say_what_is_allowed(run, tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text('title = "Week"\n[[part]]\nlevel = 9\nkinds = ["paths"]\n')
    (tmp_path / "no.toml").write_bytes(b"\xff\xfe")
    for arguments, words in (
        (("sheet",), "--level"),
        (("sheet", "--level", "3", "--kind", "tables"), "adjoints"),
        (("sheet", "--level", "3", "-o", "x.docx"), ".ipynb"),
        (("sheet", "--recipe", "bad.toml"), "line 3"),
        (("sheet", "--recipe", "no.toml"), "byte 1 does not fit"),
        (("sheet", "--level", "1", "--kind", "paths"), "paths"),
    ):
        done = run(*arguments)
        told = done.stderr.decode()
        assert done.returncode == 2, (arguments, told)
        assert words in told, (arguments, told)
        assert "Traceback" not in told
    assert run("sheet", "--recipe", "none.toml").returncode == 1
