"""`chainrule sheet --roster` and `chainrule mark`, as teachers call them."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

RECIPE = (
    'title = "Week 3"\nformats = ["markdown"]\n[[part]]\nformula = "J = 3u; u = sin(t); t = x^2"\n'
    'at = [{x = "1.5"}]\nkinds = ["values"]\naccept = "as in the lecture"\n'
)


def test_a_class_is_made_and_marked(run, tmp_path: Path) -> None:
    (tmp_path / "week3.toml").write_text(RECIPE)
    (tmp_path / "class.csv").write_text("name,id\nAda,1\nGrace,2\n")
    done = run("sheet", "--recipe", "week3.toml", "--roster", "class.csv", "--out", "week3.zip")
    assert done.returncode == 0, done.stderr.decode()
    assert "2 sheets" in done.stdout.decode()
    (tmp_path / "answers").mkdir()
    # At x = 1.5: t = 2.25, u = sin 2.25 = 0.7781, J = 2.3342.
    answers = {"1.value:t": "2.25", "1.value:u": "0,7781", "1.value:J": "2.3342"}
    (tmp_path / "answers" / "0002_Grace.json").write_text(json.dumps(answers))
    done = run("mark", "answers", "--key", "week3.zip", "--out", "book.csv", "--feedback", "f.zip")
    assert done.returncode == 0, done.stderr.decode()
    rows = (tmp_path / "book.csv").read_text("utf-8-sig").splitlines()
    assert rows[1].startswith("1,Ada,1,0,3,") and rows[2].startswith("2,Grace,2,3,3,")
    with zipfile.ZipFile(tmp_path / "f.zip") as archive:
        assert "3 of 3 cells credited" in archive.read("feedback/0002_Grace.md").decode()


def test_one_table_is_marked_on_the_screen(run, tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("node,value,adjoint\nJ,6.75,1\nt,2.25,4\n")
    done = run("mark", "mine.csv", "--formula", "J = 3t; t = x^2", "--at", "x=1.5")
    shown = done.stdout.decode()
    assert done.returncode == 0, done.stderr.decode()
    assert "adjoint of t" in shown and "3 of 4 cells credited" in shown
    (tmp_path / "mine.csv").write_text("cell,answer\n1.value:t,2.25\n1.value:w,4\n")
    done = run("mark", "mine.csv", "--formula", "J = 3t; t = x^2", "--at", "x=1.5")
    assert done.returncode == 3 and "1 of 1 cells credited" in done.stdout.decode()
    assert "row 3" in done.stderr.decode()


def test_refusals_have_exit_code_2_and_say_what_is_allowed(run, tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_text("no zip")
    (tmp_path / "class.csv").write_text("name\nAda,1\n")
    (tmp_path / "week3.toml").write_text(RECIPE)
    for arguments, words in (
        (("mark", "answers"), "--key"),
        (("mark", "answers", "--key", "x.zip"), "chainrule sheet --roster"),
        (("sheet", "--level", "2", "--roster", "class.csv"), "--out"),
        (("sheet", "--recipe", "week3.toml", "--roster", "class.csv", "--out", "o.zip"), "row 2"),
    ):
        done = run(*arguments)
        assert done.returncode == 2, done.stderr.decode()
        assert words in done.stderr.decode() and "Traceback" not in done.stderr.decode()


def test_help_shows_examples(run) -> None:
    shown = run("mark", "--help").stdout.decode()
    assert "chainrule mark answers/ --key week3.zip" in shown


def test_files_of_another_class_are_not_replaced(run, tmp_path: Path) -> None:
    (tmp_path / "week3.toml").write_text(RECIPE)
    (tmp_path / "class.csv").write_text("name\nAda\nBo\n")
    (tmp_path / "other.csv").write_text("name\nAda\nCy\n")
    (tmp_path / "answers").mkdir()

    def make(roster: str, *more: str) -> int:
        given = ("--recipe", "week3.toml", "--roster", roster, "--out", "week3.zip", *more)
        return int(run("sheet", *given).returncode)

    def marks(*more: str) -> int:
        given = ("answers", "--key", "week3.zip", "--out", "book.csv", *more)
        return int(run("mark", *given).returncode)

    assert (make("class.csv"), marks()) == (0, 0)
    sheets, book = (tmp_path / name for name in ("week3.zip", "book.csv"))
    kept = sheets.read_bytes(), book.read_bytes()
    assert make("other.csv") == 2
    assert (sheets.read_bytes(), book.read_bytes()) == kept
    # The same class again is the same run, and more answers may have come.
    assert (make("class.csv"), marks()) == (0, 0)
    assert (make("other.csv", "--force"), marks()) == (0, 2)
    assert book.read_bytes() == kept[1]
    assert marks("--force") == 0
    assert b"Cy" in book.read_bytes()
    sheets.write_text("my own notes")
    assert (make("class.csv"), sheets.read_text()) == (2, "my own notes")
