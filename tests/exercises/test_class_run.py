"""Classes: whole or not at all, resumed after a kill, full disks, hostile names, and marking."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import signal
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from chainrule.errors import FileError, InputError, OutsideError
from chainrule.exercises import class_run
from chainrule.exercises.checking import check_tasks, problem_of
from chainrule.exercises.class_marking import (
    mark_class,
    matched,
    read_keys,
    tasks_of,
)
from chainrule.exercises.class_run import run_class
from chainrule.exercises.fitness import worksheet
from chainrule.exercises.gradebook import feedback_page, feedback_zip, gradebook
from chainrule.exercises.handed_in import Handed, collect
from chainrule.exercises.recipe import Override, Recipe
from chainrule.exercises.roster import read_roster

ROOT = Path(__file__).parents[2]
RECIPE = Recipe.read(
    'title = "Week 3"\nseed = 5\nformats = ["markdown", "ipynb"]\n[[part]]\nlevel = 2\n'
    'kinds = ["values", "adjoints"]\n'
)
HOSTILE = (
    "../../etc/passwd",
    "=cmd|'/c calc'!A1",
    "<script>alert(1)</script>",
    "\\input{/etc/passwd}",
    "con.pdf",
    "#set text(red)",
    "${HOME} `id` $(id)",
    "a" * 300,
    "王小明 😀",
    '"; DROP TABLE, x',
)


def roster(names: tuple[str, ...]) -> bytes:
    return table(["name", "id"], *([n, str(i)] for i, n in enumerate(names, 1))).encode()


def table(*rows: Sequence[str]) -> str:
    into = io.StringIO()
    csv.writer(into).writerows(rows)
    return into.getvalue()


def made(tmp_path: Path, names: tuple[str, ...], name: str = "class.zip") -> Path:
    out = tmp_path / name
    with ThreadPoolExecutor(2) as pool:
        run_class(RECIPE, read_roster(roster(names)), out, executor=pool)
    return out


def test_a_class_is_one_zip_with_sheets_keys_and_manifest(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    out = tmp_path / "class.zip"
    with ThreadPoolExecutor(2) as pool:
        run_class(
            RECIPE,
            read_roster(roster(("Ada", "Grace", "Ada"))),
            out,
            executor=pool,
            progress=lambda done, whole: told.append((done, whole)),
        )
    assert told[0] == (0, 3) and told[-1] == (3, 3)
    with zipfile.ZipFile(out) as archive:
        assert archive.testzip() is None
        manifest = json.loads(archive.read("manifest.json"))
        assert [s["name"] for s in manifest["students"]] == ["Ada", "Grace", "Ada"]
        # Two students of one name have sheets of their own.
        seeds = [s["seed"] for s in manifest["students"]]
        assert seeds == [[5, "Ada (1)"], [5, "Grace"], [5, "Ada (3)"]]
        sheets = {archive.read(n) for n in archive.namelist() if re.match(r"sheets/.*\.md", n)}
        assert len(sheets) == 3
        assert Recipe.read(archive.read("recipe.toml").decode()) == RECIPE
        for student in manifest["students"]:
            key = json.loads(archive.read(student["key"]))
            assert all("answer" in cell for task in key["tasks"] for cell in task["cells"])
    assert not list(tmp_path.glob(".*"))


def test_same_input_same_bytes_with_any_executor(tmp_path: Path) -> None:
    first = made(tmp_path, ("Ada", "Grace"), "a.zip").read_bytes()
    run_class(RECIPE, read_roster(roster(("Ada", "Grace"))), tmp_path / "b.zip")  # worker processes
    assert (tmp_path / "b.zip").read_bytes() == first


def test_hostile_names_stay_names(tmp_path: Path) -> None:
    out = made(tmp_path, HOSTILE)
    with zipfile.ZipFile(out) as archive:
        names = archive.namelist()
        for name in names:
            assert ".." not in name and not name.startswith("/")
            assert re.fullmatch(r"(manifest\.json|recipe\.toml|(sheets|keys)/[\w.\-]+)", name)
        assert len(set(names)) == len(names) == 2 + len(HOSTILE) * 5
    _, keys = read_keys(out)
    book = gradebook(mark_class(keys, {})).decode("utf-8-sig")
    for row in csv.reader(io.StringIO(book)):
        assert not any(re.match(r"\s*[=+\-@|]", cell) for cell in row)
    assert {p.name for p in tmp_path.iterdir()} == {"class.zip"}


def test_a_bad_roster_says_row_and_column() -> None:
    with pytest.raises(FileError) as refused:
        read_roster(b"name,id\nAda,1\nGrace,2,3\n")
    assert (refused.value.row, refused.value.column) == (3, 3)
    with pytest.raises(FileError):
        read_roster(b"name\nAda\x00\n")


def test_a_recipe_without_fit_problems_is_refused_with_the_students_name(tmp_path: Path) -> None:
    recipe = Recipe.read(
        'title = "T"\n[[part]]\nformula = "J = t^2; t = x^2"\nat = [{x = "1"}]\n'
        'kinds = ["partials"]\n'
    )
    with pytest.raises(InputError, match="Ada"), ThreadPoolExecutor(1) as pool:
        run_class(recipe, read_roster(b"name\nAda\n"), tmp_path / "x.zip", executor=pool)
    assert not (tmp_path / "x.zip").exists()


# Kills and full disks, with real processes

COMMAND = (
    sys.executable,
    "-m",
    "chainrule",
    "sheet",
    "--recipe",
    "week.toml",
    "--roster",
    "class.csv",
    "--out",
    "week.zip",
)
ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT / "graphlib")}


def prepared(folder: Path, count: int) -> Path:
    folder.mkdir()
    (folder / "week.toml").write_text(RECIPE.text())
    (folder / "class.csv").write_bytes(roster(tuple(f"Student {i}" for i in range(count))))
    return folder


def finished(folder: Path) -> bytes:
    done = subprocess.run(
        COMMAND, cwd=folder, env=ENVIRONMENT, capture_output=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    return (folder / "week.zip").read_bytes()


def run_with(before: str, folder: Path) -> subprocess.CompletedProcess[bytes]:
    """Run the command in a process that does something else before."""
    code = (
        f"import runpy, sys\n{before}sys.argv = {['chainrule', *COMMAND[3:]]!r}\n"
        "runpy.run_module('chainrule', run_name='__main__')"
    )
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env=ENVIRONMENT,
        capture_output=True,
        timeout=120,
        check=False,
    )


def test_a_run_that_was_killed_goes_on_and_ends_with_the_same_bytes(tmp_path: Path) -> None:
    wanted = finished(prepared(tmp_path / "whole", 12))
    folder = prepared(tmp_path / "killed", 12)
    # The ninth part is being written, half of it on disk, when the process is killed.
    killed = run_with(
        "import os; from chainrule.exercises import class_run as c; real = c.write_whole; n = []\n"
        "def write(path, content):\n"
        "    n.append(path)\n"
        "    if len(n) == 10:\n"
        "        (path.parent / '.chainrule-half').write_bytes(content[: len(content) // 2])\n"
        "        os.kill(os.getpid(), 9)\n"
        "    real(path, content)\n"
        "c.write_whole = write\n",
        folder,
    )
    assert killed.returncode == -signal.SIGKILL
    parts = folder / ".week.zip.parts"
    kept = {p.name: p.stat().st_mtime_ns for p in parts.glob("*.part")}
    assert len(kept) == 8 and not (folder / "week.zip").exists()
    cut = parts / sorted(kept)[0]
    cut.write_bytes(cut.read_bytes()[:-30])  # as after a failure of power
    assert finished(folder) == wanted
    assert not parts.exists()


def test_a_full_disk_leaves_no_half_file_and_says_what_to_do(tmp_path: Path) -> None:
    folder = prepared(tmp_path / "full", 10)
    done = run_with(
        "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, 30_000))\n", folder
    )
    words = done.stderr.decode()
    assert done.returncode == 1 and "Traceback" not in words
    assert "File too large" in words and "make room" in words
    left = {p.name for p in folder.iterdir()}
    assert left == {"week.toml", "class.csv", ".week.zip.parts"}
    assert len(list((folder / ".week.zip.parts").glob("*.part"))) == 10


def test_a_disk_that_fails_is_an_error_of_ours(tmp_path: Path, monkeypatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(class_run, "write_whole", full)
    with pytest.raises(OutsideError, match="No space left"), ThreadPoolExecutor(1) as pool:
        run_class(RECIPE, read_roster(b"name\nAda\n"), tmp_path / "x.zip", executor=pool)


# Marking


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("week"), ("Ada", "Grace", "Mary", "Emmy", "Sonya"))


def rounded(exact: str) -> str:
    try:
        return f"{float(exact):.6g}"
    except ValueError:
        return exact


def right(key) -> dict[str, str]:
    """The right answers of a key, rounded as by hand."""
    return {
        f"{task.number}.{cell}": rounded(answer.exact)
        for task in tasks_of(key.record)
        for cell, answer in task.answers.items()
    }


def test_answers_in_every_form_are_marked(week: Path, tmp_path: Path) -> None:
    _, keys = read_keys(week)
    folder = tmp_path / "answers"
    folder.mkdir()
    ada, grace, mary, emmy, _ = (right(key) for key in keys)
    (folder / "0001_Ada.csv").write_text(table(["cell", "answer"], *ada.items()))
    (folder / "g.json").write_text(json.dumps({"student": "Grace", "answers": grace}))
    with zipfile.ZipFile(week) as archive:
        book = json.loads(archive.read("sheets/0003_Mary.ipynb"))
    for cell in book["cells"]:
        task = re.search(r"check\((\d+), answers\)", "".join(cell["source"]))
        if cell["id"].endswith("-answers") and task:
            source = "".join(cell["source"])
            for id, words in mary.items():
                number, _, inner = id.partition(".")
                if number == task[1]:
                    source = source.replace(f"{inner!r}: ''", f"{inner!r}: {words!r}")
            cell["source"] = source
    (folder / "Mary.ipynb").write_text(json.dumps(book))
    seed = [id for id in emmy if "adjoint" in id][-1]  # that of an input
    emmy[seed] = "77"
    (folder / "0004_Emmy.json").write_text(json.dumps(emmy))
    (folder / "stranger.json").write_text("{}")
    (folder / "broken.json").write_text("{")
    handed, faults = collect(folder)
    assert len(handed) == 5 and len(faults) == 2 and "broken.json" in faults[0]
    found, strangers = matched(keys, handed)
    assert set(found) == {1, 2, 3, 4} and "stranger.json" in strangers[1]
    graded = mark_class(keys, found)
    full = [sum(g.of.values()) for g in graded]
    assert [g.total == whole for g, whole in zip(graded, full, strict=True)] == [
        True,
        True,
        True,
        False,
        False,
    ]
    assert graded[3].total > 0 and graded[4].total == 0
    rows = list(csv.DictReader(io.StringIO(gradebook(graded).decode("utf-8-sig"))))
    assert [row["name"] for row in rows] == ["Ada", "Grace", "Mary", "Emmy", "Sonya"]
    assert rows[4]["file"] == "nothing handed in" and rows[3]["file"] == "0004_Emmy.json"
    told = feedback_page("Week 3", graded[3]).markdown() + feedback_page("Week 3", graded[3]).html()
    wanted = right(keys[3])[seed]
    assert "wrong" in told and wanted not in told.replace(" ", "")
    with zipfile.ZipFile(io.BytesIO(feedback_zip("Week 3", graded))) as archive:
        assert len(archive.namelist()) == 8


def test_one_table_for_the_class_and_a_zip(week: Path, tmp_path: Path) -> None:
    _, keys = read_keys(week)
    grace = right(keys[1])
    whole = tmp_path / "class.csv"
    rows = ["Grace", *grace.values()], ["Nobody", *("" for _ in grace)]
    whole.write_text(table(["name", *grace], *rows))
    found, strangers = matched(keys, collect(whole)[0])
    assert set(found) == {2} and "row 3" in strangers[0]
    assert found[2].answers == grace
    archive = tmp_path / "answers.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("a/0002_Grace.json", json.dumps(grace))
        file.writestr("../../0001_Ada.json", json.dumps({"1.value:t": "3"}))
    found, _ = matched(keys, collect(archive)[0])
    assert set(found) == {1, 2}
    assert {p.name for p in tmp_path.iterdir()} == {"class.csv", "answers.zip"}


def test_what_a_teacher_accepts_afterwards_counts(week: Path) -> None:
    _, keys = read_keys(week)
    answers = right(keys[0])
    cell = next(id for id in answers if "value" in id)
    answers[cell] = "77"
    found, _ = matched(keys, [Handed("f", ("Ada",), answers)])
    before = mark_class(keys[:1], found)[0]
    after = mark_class(keys[:1], found, [Override(cell, "77", "misprint", "Ada")])[0]
    assert before.total < after.total == sum(after.of.values())


def test_a_mistake_in_one_task_is_followed_into_the_next(week: Path) -> None:
    _, keys = read_keys(week)
    tasks = tasks_of(keys[0].record)
    problem = problem_of(tasks[0])
    sheet = worksheet(problem)
    # A wrong value in task 1, and adjoints in task 2 that are worked out from it.
    first = next(c for c in tasks[0].answers)
    own = {first: float(tasks[0].answers[first].exact) + 2}
    known: dict = {}
    followed = {c: a.exact for t in tasks for c, a in t.answers.items() if c.startswith("formula")}
    followed |= {
        cell: repr(number)
        for task in tasks
        for cell in task.answers
        if cell in sheet.cells
        and cell not in followed
        and (number := sheet.follows(sheet.cells[cell], own, known)) is not None
    }
    answers = {t.number: {c: followed[c] for c in t.answers if c in followed} for t in tasks}
    answers[1][first] = repr(own[first])
    checked = check_tasks(tasks, answers)
    verdicts = {c: v for done in checked.values() for c, v in done.cells.items()}
    assert verdicts[first] == "wrong"
    assert list(verdicts.values()).count("wrong") == 1
    assert any(v == "follows" for c, v in verdicts.items() if c.startswith("adjoint"))


def test_hostile_answers_are_data(week: Path, tmp_path: Path) -> None:
    _, keys = read_keys(week)
    cells = list(right(keys[0]))
    hostile = ["__import__('os').system('touch pwned')", "=1+1", "9**9**9", "<b>", "\\input{x}"]
    record = {"student": "Ada", "answers": dict(zip(cells, hostile * 9, strict=False))}
    (tmp_path / "x.json").write_text(json.dumps(record))
    book = {
        "cells": [
            {"source": 'answers = {\n "value:t": open("pwned", "w"),\n}\ncheck(1, answers)'},
            {"source": 7},
            "x",
        ]
    }
    (tmp_path / "0002_Grace.ipynb").write_text(json.dumps(book))
    (tmp_path / "0003_Mary.json").write_text("[" * 100_000)
    handed, faults = collect(tmp_path)
    assert len(faults) == 1
    graded = mark_class(keys, matched(keys, handed)[0])
    assert graded[0].total == graded[1].total == 0
    assert "<b>" not in feedback_page("T", graded[0]).html().replace("</b>", "")
    assert not list(Path.cwd().glob("pwned")) and not (tmp_path / "pwned").exists()
