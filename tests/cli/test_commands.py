"""The command line: tables, steps and drawings; every refusal with its place and exit code 2."""

from __future__ import annotations

import json
import os
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from chainrule.cli import main
from tests.cli.conftest import Run

FORMULA = "cos(sin(x^2)+3x^2)"
PROGRAM = "J = cos(u)\nu = u1 + u2\nu1 = sin(t)\nu2 = 3t\nt = x^2\n"


def text_of(done) -> str:
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def test_help_lists_commands_and_examples(run) -> None:
    shown = text_of(run("--help"))
    for name in ("table", "steps", "draw", "app"):
        assert re.search(rf"^  {name} ", shown, re.MULTILINE)
        assert f"chainrule {name} " in text_of(run(name, "--help")) or name == "app"
    assert 'chainrule table "cos(sin(x^2)+3x^2)" --at x=1' in shown


def test_help_loads_nothing_heavy(run_apart, tmp_path: Path) -> None:
    names = ("numpy", "sympy", "streamlit", "networkx", "mpmath", "pandas", "rich.table")
    (tmp_path / "sitecustomize.py").write_text(
        "import atexit, sys\n"
        f"atexit.register(lambda: print([m for m in {names!r} if m in sys.modules]))\n"
    )
    root = Path(__file__).parents[2] / "graphlib"
    done = run_apart("--help", PYTHONPATH=f"{tmp_path}{os.pathsep}{root}")
    assert text_of(done).splitlines()[-1] == "[]"


def test_table_of_a_formula(run_apart) -> None:
    shown = text_of(run_apart("table", FORMULA, "--at", "x=1"))
    assert "adjoints of f at x = 1" in shown
    assert "+ 1.9324 = 2.2804" in shown and "4.5608" in shown
    assert "Four decimals are shown; every digit shown is proven." in shown
    assert "\x1b" not in shown


def test_table_of_a_file_and_of_what_is_piped_in(run, tmp_path: Path) -> None:
    (tmp_path / "lecture.txt").write_text(PROGRAM)
    from_file = text_of(run("table", "lecture.txt", "--at", "x=1"))
    piped = text_of(run("table", "-", "--at", "x=1", input=PROGRAM.encode()))
    assert from_file == piped
    assert "u₁ = sin t" in piped and "adjoints of J" in piped


def test_a_name_with_a_file_beside_it_is_a_formula(run, tmp_path: Path) -> None:
    (tmp_path / "x").write_text("nothing to read")
    assert "∂f/∂" in text_of(run("table", "x^2", "--at", "x=3"))


def test_points_in_one_option_or_several(run) -> None:
    one = text_of(run("table", "a b", "--at", "a=2,b=1/3"))
    several = text_of(run("table", "a b", "--at", "a=2", "--at", "b=1/3"))
    for spelling in ("a=2 b=1/3", "a = 2; b = 1/3", "a=2 , b=1 / 3", "a=2 ;b=1/3"):
        assert text_of(run("table", "a b", "--at", spelling)) == one
    assert one == several
    assert "a = 2, b = 1/3" in one


def test_a_formula_may_begin_with_minus(run) -> None:
    assert "f = −x²" in text_of(run("table", "-x^2", "--at", "x=1"))


def test_forward_mode_by_an_input_and_along_a_direction(run) -> None:
    by_b = text_of(run("table", "a b", "--at", "a=2,b=3", "--mode", "forward", "--by", "b"))
    assert "tangents along b" in by_b
    both = run("table", "a b", "--at", "a=2,b=3", "--mode", "forward", "--by", "a=1,b=-1", "--json")
    cells = [row["cells"]["derivative"] for row in json.loads(text_of(both))["rows"]]
    assert float(next(c for c in cells if c.get("id") == "tangent:f")["digits"]) == 3 - 2


def test_one_of_several_outputs(run) -> None:
    done = run("table", "f = x y; g = x + y", "--at", "x=2,y=5", "--of", "g", "--json")
    record = json.loads(text_of(done))
    assert record["goal"] == "g"


def test_json_has_cells_point_and_notes(run) -> None:
    record = json.loads(text_of(run("table", "xy+1", "--at", "x=0.1,y=2", "--json")))
    assert record["at"] == {"x": "0.1", "y": "2"}
    assert record["notes"][0]["reading"] == "x·y"
    ids = [c["id"] for row in record["rows"] for c in row["cells"].values() if "id" in c]
    assert "adjoint:x" in ids and "value:y" in ids


def test_a_reading_is_told_and_switched(run) -> None:
    told = text_of(run("table", "xy", "--at", "x=1,y=2"))
    assert "xy is read as x·y" in told
    key = re.search(r"--reading '([^']*)'", told).group(1)
    switched = text_of(run("table", "xy", "--at", "xy=2", "--reading", key))
    assert "at xy = 2" in switched
    data = run("table", "xy", "--at", "x=1,y=2", "--format", "csv")
    assert b"is read as" in data.stderr and b"is read as" not in data.stdout


def test_steps(run) -> None:
    shown = text_of(run("steps", PROGRAM, "--at", "x=1"))
    assert "Share into t from u₂" in shown and "= 0.3480 + 1.9324" in shown
    record = json.loads(text_of(run("steps", PROGRAM, "--at", "x=1", "--json")))
    assert len(record["steps"]) == 19
    assert record["steps"][-1]["cells"][-1]["id"] == "adjoint:x"


@pytest.mark.parametrize(
    ("name", "begin"),
    [
        ("t.html", b"<!doctype html>"),
        ("t.tex", b"\\documentclass"),
        ("t.json", b"{"),
        ("t.md", b"Backward table"),
        ("t.csv", b"name,"),
        ("t.txt", b"Backward table"),
    ],
)
def test_a_file_of_each_format(run, tmp_path: Path, name: str, begin: bytes) -> None:
    done = run("table", FORMULA, "--at", "x=1", "-o", name)
    assert text_of(done) == ""
    assert (tmp_path / name).read_bytes().startswith(begin)
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("format", ["html", "latex", "markdown", "csv"])
def test_the_screen_gets_a_piece(run, format: str) -> None:
    shown = text_of(run("table", FORMULA, "--at", "x=1", "--format", format))
    assert shown and "<!doctype" not in shown and "documentclass" not in shown


def test_draw_by_suffix_and_to_the_screen(run, tmp_path: Path) -> None:
    done = run("draw", FORMULA, "--at", "x=1", "-o", "graph.svg")
    assert done.returncode == 0, done.stderr.decode()
    assert ElementTree.fromstring((tmp_path / "graph.svg").read_bytes()).tag.endswith("svg")
    dot = run("draw", FORMULA, "--at", "x=1", "--format", "dot", "-o", "-")
    assert dot.returncode == 0 and dot.stdout.lstrip().startswith(b"digraph")


REFUSED = {
    "bracket": (("table", "sin(x", "--at", "x=1"), "line 1, column"),
    "unknown function": (("table", "sinn(x)", "--at", "x=1"), "did you mean"),
    "second line": (("table", "a = x\nb = $", "--at", "x=1"), "line 2, column 5"),
    "missing value": (("table", "x y", "--at", "x=1"), "No value is given for y"),
    "unknown name": (("table", "x", "--at", "x=1,q=2"), "The variables are: x"),
    "no number": (("table", "x", "--at", "x=one"), "not a number"),
    "no equals sign": (("table", "x", "--at", "x"), "Write --at x=1"),
    "twice": (("table", "x", "--at", "x=1,x=2"), "given twice"),
    "no such output": (("table", "x", "--at", "x=1", "--of", "q"), "q"),
    "by without forward": (("table", "x", "--at", "x=1", "--by", "x"), "--mode forward"),
    "decimal comma": (("table", "x", "--at", "x=0,5"), "decimals have a point"),
    "no such file": (
        ("table", "week 3/lecture.txt", "--at", "x=1"),
        "no file `week 3/l",
    ),
    "no such format": (("table", "x", "--at", "x=1", "--format", "docx"), "There are text"),
    "no such suffix": (("table", "x", "--at", "x=1", "-o", "t.docx"), ".tex"),
    "no such picture": (("draw", "x", "--at", "x=1", "-o", "t.gif"), ".svg"),
    "no such option": (("table", "x", "--moed", "forward"), "--moed"),
    "no such mode": (("table", "x", "--mode", "sideways"), "reverse"),
    "no such command": (("tabel", "x"), "tabel"),
    "a switch without a key": (("table", "x", "--at", "x=1", "--reading", "x"), "--reading"),
    "too long": (("table", "x+" * 11_000 + "x", "--at", "x=1"), "20,000"),
    "a name like a format field": (("table", "{x} %s", "--at", "x=1"), "column"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_bad_input_says_where_and_exits_with_2(capsys, case: str) -> None:
    arguments, expected = REFUSED[case]
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    output, error = capsys.readouterr()
    assert stop.value.code == 2
    assert expected in error
    assert output == ""
    assert "Traceback" not in error and not re.search(r"\b[A-Z]\w*(Error|Exception)\b", error)
    assert len(error) < 2_000


def test_the_caret_stands_below_the_fault(run) -> None:
    lines = run("table", "x + $", "--at", "x=1").stderr.decode().splitlines()
    where = next(i for i, line in enumerate(lines) if line.strip("^ ") == "" and "^" in line)
    assert lines[where - 1][lines[where].index("^")] == "$"


def test_a_file_that_is_no_text(run, tmp_path: Path) -> None:
    (tmp_path / "x.bin").write_bytes(b"x + \xff\xfe")
    done = run("table", "x.bin", "--at", "x=1")
    assert done.returncode == 2
    assert b"byte 5" in done.stderr and b"UTF-8" in done.stderr


def test_a_folder_that_is_not_there(run_apart, tmp_path: Path) -> None:
    done = run_apart("table", "x", "--at", "x=1", "-o", "no/such/t.txt")
    assert done.returncode == 1
    assert done.stderr == b"no/such/t.txt: No such file or directory\n"


@pytest.mark.parametrize("name", ["", "."])
def test_a_name_that_is_none_of_a_file(run, name: str) -> None:
    done = run("table", "x", "--at", "x=1", "--json", "-o", name)
    assert done.returncode == 2
    assert b"is not the name of a file" in done.stderr


def test_nothing_escapes_to_the_terminal(run, run_apart) -> None:
    done = run("table", "x + \x1b[31m", "--at", "x=1")
    assert done.returncode == 2 and b"\x1b" not in done.stderr
    assert b"\x1b" not in run_apart("table", "x", "--at", "x=1", NO_COLOR="1").stdout


def test_colours_on_a_terminal_only_and_never_with_no_color(run_apart) -> None:
    plain = run_apart("table", "x^2", "--at", "x=1", TERM="xterm-256color")
    coloured = run_apart("table", "x^2", "--at", "x=1", TERM="xterm-256color", FORCE_COLOR="1")
    without = run_apart(
        "table", "x^2", "--at", "x=1", TERM="xterm-256color", FORCE_COLOR="1", NO_COLOR="1"
    )
    assert b"\x1b" not in plain.stdout
    assert re.search(rb"\x1b\[[\d;]*3[38]", coloured.stdout)
    assert not re.search(rb"\x1b\[[\d;]*(3[0-8]|9[0-7])[;m]", without.stdout)


def test_a_terminal_without_unicode_gets_an_answer(run_apart) -> None:
    done = run_apart("table", "x^2", "--at", "x=1", PYTHONIOENCODING="ascii")
    assert done.returncode == 0 and b"Traceback" not in done.stderr


def test_a_narrow_terminal_keeps_every_number(run_apart) -> None:
    shown = run_apart("table", PROGRAM, "--at", "x=1", FORCE_COLOR="1", NO_COLOR="1", COLUMNS="60")
    text = re.sub(r"\x1b\[[\d;]*m", "", text_of(shown))
    assert max(map(len, text.splitlines())) <= 60
    for number in ("−0.7649", "0.6441", "2.2804", "1.9324", "4.5608"):
        assert number in text


def test_app_without_its_file_says_so(monkeypatch, tmp_path: Path) -> None:
    import chainrule
    from chainrule.cli.app import app_script
    from chainrule.errors import OutsideError

    monkeypatch.setattr(chainrule, "__path__", [str(tmp_path / "a" / "b")])
    with pytest.raises(OutsideError, match=r"app\.py was not found"):
        app_script()


def test_vectors_and_matrices_are_typed_in_brackets(run) -> None:
    asked = ("table", "W: 2x2; x: 2; y = sum(W @ x)", "--at", "W=[[1,0.5],[3,4]],x=[1,2]")
    assert "[4, 4.5]" in text_of(run(*asked))  # the sums of the columns of W
    refused = run(*asked[:3], "W=[[1,2],[3,4]]", "--at", "x=[1,2,3]")
    assert refused.returncode == 2
    assert "x is a vector of 2; a vector of 3 was given" in refused.stderr.decode()


def test_single_folds_and_the_tree(run) -> None:
    asked = ("table", PROGRAM, "--at", "x=1")
    folded = text_of(run(*asked, "--fold", "u"))
    assert "7.0806" in folded and "u₁" not in folded  # du/dx = 2x(cos x² + 3)
    opened = text_of(run(*asked, "--fold", "u u1 u2", "--fold=-u"))
    assert "+ 1.9324 = 2.2804" in opened
    tree = text_of(run(*asked, "--tree"))
    assert "t′ = x′²" in tree and "0.3480" in tree and "2.2804" not in tree
    refused = run(*asked, "--fold", "u1")
    assert refused.returncode == 2
    assert "t is used by u₂ too" in refused.stderr.decode()


def test_one_choice_for_all_kinks(run) -> None:
    for choice, slope in (("0", 0), ("1/2", 1), ("1", 2)):
        args = ("grad", "relu(x) + abs(x)", "--at", "x=0", "--kink", choice, "--json")
        assert json.loads(text_of(run(*args)))["jacobian"]["f"] == {"x": slope}
    shown = text_of(run("table", "relu(x)", "--at", "x=0", "--kink", "undefined"))
    assert "no derivative" in shown
    done = run("table", "relu(x)", "--at", "x=0", "--kink", "2")
    assert done.returncode == 2


def test_slides_show_the_folds_that_were_asked_for(run, tmp_path: Path) -> None:
    program = ("steps", "J = cos(u); u = sin(t) + 3t; t = x^2", "--at", "x=1")
    assert run(*program, "-o", "all.svg").returncode == 0
    assert run(*program, "--fold", "u", "-o", "folded.svg").returncode == 0
    # Of x, t, u, J the fold leaves x, u, J: three local partials become two.
    every, folded = ((tmp_path / f"{name}.svg").read_text("utf-8") for name in ("all", "folded"))
    assert len(folded) < 0.8 * len(every)


@pytest.mark.parametrize("letters", [252, 5_000])
def test_a_file_name_that_is_too_long_is_refused_in_a_line(run, letters: int) -> None:
    done = run("draw", FORMULA, "--at", "x=1", "-o", "x" * letters + ".svg")
    told = done.stderr.decode()
    assert done.returncode == 2
    assert f"has {letters + 4:,} letters" in told and "at most 255" in told
    assert max(map(len, told.splitlines())) < 120


def test_a_file_name_as_long_as_may_be_is_written(run, tmp_path: Path) -> None:
    name = "x" * 251 + ".csv"
    text_of(run("table", FORMULA, "--at", "x=1", "-o", name))
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_line_break_in_a_file_name_makes_no_line(run) -> None:
    done = run("table", FORMULA, "--at", "x=1", "-o", "no\nINFO forged\x1b[31m/t.csv")
    assert "\x1b" not in done.stderr.decode() and len(done.stderr.decode().splitlines()) == 1


def test_the_steps_are_a_figure_that_plays(run, tmp_path: Path) -> None:
    text_of(run("steps", FORMULA, "--at", "x=1", "-o", "lecture.html"))
    written = (tmp_path / "lecture.html").read_text("utf-8")
    assert written.startswith("<!doctype html>") and "class Player" in written


def test_the_version_is_said(run: Run) -> None:
    done = run("--version")
    assert done.returncode == 0
    assert done.stdout.startswith(b"chainrule ")
