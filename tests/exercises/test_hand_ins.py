"""Nothing is lost in silence: hand-ins as they come, and rosters as people export them."""

from __future__ import annotations

import json
import unicodedata
import zipfile
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from chainrule.cli.commands import main
from chainrule.exercises.class_marking import Key, mark_class, matched, read_keys
from chainrule.exercises.class_run import run_class
from chainrule.exercises.formats import FORMATS
from chainrule.exercises.gradebook import gradebook
from chainrule.exercises.handed_in import assigned, collect
from chainrule.exercises.making import sheet
from chainrule.exercises.recipe import Recipe
from chainrule.exercises.roster import Register, Student, roster
from chainrule.exercises.spreadsheet import read_workbook, workbook

RECIPE = Recipe.read(
    'title = "Week"\nformats = ["json"]\n[[part]]\nkinds = ["values"]\n'
    'formula = "J = u + v; u = sin(t); v = 3t; t = x^2"\nat = [{x = "1.5"}]\n'
    '[[part]]\nkinds = ["values"]\nformula = "L = 2s; s = y^2"\nat = [{y = "1.5"}]\n'
)
RIGHT = {
    "1.value:t": "2.25",
    "1.value:u": "0.7781",
    "1.value:v": "6.75",
    "1.value:J": "7.528",
    "2.value:s": "2.25",
    "2.value:L": "4.5",
}
TABLE = "cell,answer\n" + "".join(f"{id},{words}\n" for id, words in RIGHT.items())
PEOPLE = [
    ("Ada Lovelace", "10001"),
    ("Grace Hopper", "10002"),
    ("Jürgen Müller", "10003"),
    ("José Peña", "10004"),
    ("Zoë Weiß", "10005"),
    ("Anna Maria Schmidt", "10006"),
    ("Anna Schmidt", "10007"),
    ("Li Wei", "10008"),
    ("Wei Zhang", "10009"),
    ("O'Neil Sean", "10010"),
    *((f"Student{chr(97 + i)} Family{chr(97 + i)}", str(10011 + i)) for i in range(24)),
    ("Max Muster", "10050"),
    ("Max Muster", "10051"),
    ("Plato", "10052"),
    *((f"Pupil{chr(97 + i)} Clan{chr(97 + i)}", str(20011 + i)) for i in range(24)),
]


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> list[Key]:
    out = tmp_path_factory.mktemp("week") / "class.zip"
    people, told = roster(("name,id\n" + "\n".join(map(",".join, PEOPLE)) + "\n").encode())
    assert told == []
    with ThreadPoolExecutor(1) as pool:
        run_class(RECIPE, people, out, executor=pool)
    return read_keys(out)[1]


def exit_of(capsys: Any, *words: str) -> tuple[int, str]:
    """The exit code of a command, and what it said beside its output."""
    with pytest.raises(SystemExit) as ended:
        main(list(words))
    return int(ended.value.code or 0), capsys.readouterr().err


def decomposed(words: str) -> str:
    return unicodedata.normalize("NFD", words)


def key_file(folder: Path) -> Path:
    out = folder / "class.zip"
    people, _ = roster(("name,id\n" + "\n".join(map(",".join, PEOPLE)) + "\n").encode())
    with ThreadPoolExecutor(1) as pool:
        run_class(RECIPE, people, out, executor=pool)
    return out


_LINES = [f"    '{id[2:]}': '{words}',\n" for id, words in RIGHT.items() if id[0] == "1"]
NOTEBOOK = json.dumps(
    {
        "cells": [
            {"source": "\n" * 60_000},
            {"source": ["answers = {\n", *_LINES, "}\n", "check(1, answers)"]},
        ]
    }
)


def excel(rows: str, styles: str = "", strings: tuple[str, ...] = ()) -> bytes:
    """A workbook as Excel writes it: words apart, and cells with their places."""
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    shared = "".join(f"<si><t>{word}</t></si>" for word in strings)
    into = BytesIO()
    with zipfile.ZipFile(into, "w") as archive:
        archive.writestr("xl/workbook.xml", f"<workbook {main}/>")
        sheet = f"<worksheet {main}><sheetData>{rows}</sheetData></worksheet>"
        archive.writestr("xl/worksheets/sheet1.xml", sheet)
        archive.writestr("xl/sharedStrings.xml", f"<sst {main}>{shared}</sst>")
        archive.writestr("xl/styles.xml", f"<styleSheet {main}>{styles}</styleSheet>")
    return into.getvalue()


FILLED = workbook([line.split(",") for line in TABLE.splitlines()])
CELLS = "".join(
    f'<row r="{i}"><c r="A{i}" t="s"><v>{i - 1}</v></c><c r="C{i}"><v>{words}</v></c></row>'
    for i, words in enumerate(RIGHT.values(), start=1)
)
TYPED = excel(CELLS.replace("<v>2.25</v>", "<v>2.2500000000000004</v>"), strings=tuple(RIGHT))
DAY = excel(
    '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row>'
    '<row r="2"><c r="A2" t="s"><v>2</v></c><c r="B2" s="1"><v>46024</v></c></row>',
    '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>',
    ("cell", "answer", "1.value:t"),
)
LOUD = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]><x>&a;</x>'
# File, content, and whose it is by number; None for what must be listed.
NAMED: list[tuple[str, str | bytes, int | None]] = [
    ("0001_Ada_Lovelace.csv", TABLE, 1),
    ("Hopper, Grace.csv", TABLE, 2),
    (decomposed("Jürgen Müller.csv"), TABLE, 3),
    ("penajose_4711_90210_answers.csv", TABLE, 4),
    ("Weiss_Zoe_48213_assignsubmission_file_/x.csv", TABLE, 5),
    ("Anna Maria Schmidt_48214_assignsubmission_file_/answers.csv", TABLE, 6),
    ("Schmidt_Anna_10007/ex/answers.csv", TABLE, 7),
    ("10008.csv", TABLE, 8),
    ("Zhang Wei_48215_assignsubmission_file_/x.csv", TABLE, 9),
    ("o_neil_sean.csv", TABLE, 10),
    ("Studenta Familya.json", json.dumps({"answers": RIGHT}), 11),
    ("familyb_studentb.json", json.dumps(RIGHT), 12),
    ("exercise3 studentc familyc final(2).csv", TABLE, 13),
    ("10014_hand_in.csv", TABLE.replace(",", ";"), 14),
    ("x1.json", json.dumps({"student": "Studente Familye", "answers": RIGHT}), 15),
    ("studentf familyf.csv", TABLE.replace("1.value", "value").replace("2.value", "value"), 16),
    ("studentg familyg.csv", "sep=;\n" + TABLE.replace(",", ";").replace(".25", ",25"), 17),
    ("studenth familyh.csv", TABLE.encode("utf-16"), 18),
    ("studenti familyi.csv", "﻿" + TABLE.replace("\n", "\r\n") + "\r\n;;;\r\n\r\n", 19),
    ("studentj familyj.txt", TABLE.replace(",", "\t"), 20),
    ("studentk familyk.csv", TABLE.split("\n", 1)[1], 21),
    ("studentl familyl.csv", TABLE.replace("2.25", "2,25").replace("0.7781", "0,7781"), 22),
    ("studentm familym.json", json.dumps([{"cell": c, "answer": w} for c, w in RIGHT.items()]), 23),
    ("studentn familyn.csv", TABLE.replace("1.value:t", " 1 . Value:t "), 24),
    ("Studento Familyo.ipynb", NOTEBOOK, 25),
    ("Plato.csv", TABLE, 37),
    ("table.csv", "Vorname;Nachname;Matrikelnummer;1.value:t\nStudentp;Familyp;;2,25\n", 26),
    ("0035_x.csv", TABLE, 35),
    ("pupila clana.xlsx", FILLED, 38),
    ("Clanb_Pupilb_48220_assignsubmission_file_/sheet3.xlsx", TYPED, 39),
    ("20013.xlsm", FILLED, 40),
    ("pupild cland.xlsx", DAY, 41),
    ("Pupile Clane - sheet 3 (1).csv", TABLE, 42),
    ("clanf, pupilf.tsv", TABLE.replace(",", "\t"), 43),
    ("Sheet3_PupilG_ClanG.csv", TABLE, 44),
    ("clanh_pupilh_20018.txt", TABLE.replace(",", ";"), 45),
    ("multi_feedback/Clani_Pupili_pupili_20019/answers.csv", TABLE, 46),
    ("clanj--pupilj_20020_question_4711_answers.csv", TABLE, 47),
    ("pupilk clank.csv", TABLE.replace("answer", "Antwort").replace("cell", "Zelle"), 48),
    ("pupill clanl.csv", TABLE.replace("2.25", "'2.25").replace("0.7781", "=0.7781"), 49),
    ("pupilm clanm.csv", "\n\n" + TABLE + "\n\n", 50),
    ("PUPILN CLANN.CSV", TABLE, 51),
    ("pupilo  clano.csv", TABLE.replace("7.528", "7.528 (rounded)"), 52),
    ("pupilp_clanp/notes.csv", TABLE, 53),
    # Listed: kinds that are not read, damaged files, strangers, several of one name.
    ("studentq familyq.pdf", b"%PDF-1.4", None),
    ("studentr familyr.docx", b"PK\x03\x04", None),
    ("students familys.json", "{", None),
    ("studentt familyt.json", "[" * 100_000, None),
    ("studentu familyu.csv", "nothing,here\n1,2\n", None),
    ("studentv familyv.csv", "", None),
    ("Max Muster.csv", TABLE, None),
    ("answers.csv", TABLE, None),
    ("Nobody Known.csv", TABLE, None),
    ("x2.json", json.dumps({"student": "Ada Lovelace", "answers": {"1.value:t": "0"}}), None),
    ("studentw familyw.json", json.dumps({"answers": 3}), None),
    ("pupilq clanq.xlsx", b"PK\x03\x04 cut off", None),
    ("pupilr clanr.xlsx", excel(LOUD), None),
    ("pupils clans.xlsx", excel(""), None),
    ("pupilt clant.ods", b"PK", None),
    ("pupilu clanu.zip", b"PK\x05\x06" + bytes(18), None),
    ("pupilv clanv.jpg", b"\xff\xd8", None),
    ("studentx familyx.csv", b"\x00\xff\xfe\x00" * 9, None),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, content, _ in NAMED:
        path = tmp_path / "answers" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    (tmp_path / "answers" / ".DS_Store").write_bytes(b"x")
    return tmp_path / "answers"


def test_every_hand_in_is_marked_or_listed(keys: list[Key], folder: Path) -> None:
    handed, faults = collect(folder)
    found, strangers = matched(keys, handed)
    listed = "\n".join([*faults, *strangers])
    for name, _, number in NAMED:
        if number is None:
            assert name in listed, name
        else:
            assert name in found[number].source, (name, listed)
    assert set(found) == {number for _, _, number in NAMED if number is not None}
    graded = {one.number: one for one in mark_class(keys, found)}
    told = "\n".join(line for one in graded.values() for line in one.faults)
    # Everybody whose table is whole has all points, whatever form it came in.
    partly = {16, 25, 26, 41}
    for number in set(found) - partly:
        assert graded[number].total == 6, (found[number], graded[number].faults)
    assert graded[16].total == 6  # no cell of the two tasks has the same id
    assert graded[25].total == 4 and graded[26].total == 1
    # A fraction that a spreadsheet has turned into a day is not read, and so not wrong.
    assert graded[41].total == 0 and graded[41].unread == ("1.value:t",)
    assert len(NAMED) >= 60
    assert ".DS_Store" not in listed and told == ""
    assert "x1.json: its name says nothing; taken as that of Studente Familye" in listed


def test_a_zip_of_the_same_is_read_alike_and_a_damaged_entry_costs_itself(
    keys: list[Key], folder: Path, tmp_path: Path
) -> None:
    archive = tmp_path / "all.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content, _ in NAMED:
            file.writestr(name, content)
        file.writestr("__MACOSX/x.csv", "x")
    found = matched(keys, collect(archive)[0])[0]
    assert set(found) == {number for _, _, number in NAMED if number is not None}
    data = bytearray(archive.read_bytes())
    place = data.index(b"10008.csv") + len("10008.csv") + 4
    data[place : place + 12] = b"\xff" * 12
    archive.write_bytes(data)
    handed, faults = collect(archive)
    assert set(found) - set(matched(keys, handed)[0]) == {8}
    assert any(fault.startswith("10008.csv: ") for fault in faults)


def test_who_assigns_the_rest_and_nobody_is_displaced(keys: list[Key], folder: Path) -> None:
    (folder / "who.csv").write_text(
        "file,student\nMax Muster.csv,10051\nanswers.csv,Studentq Familyq\n"
    )
    found, listed = matched(keys, collect(folder)[0], assigned(folder))
    assert found[36].source == "Max Muster.csv" and found[27].source == "answers.csv"
    assert found[1].answers["1.value:t"] == "2.25"  # x2.json says that it is Ada's
    (folder / "0002_Grace_Hopper.json").write_text(
        json.dumps({"student": "Ada Lovelace", "answers": {"1.value:t": "9"}})
    )
    found, listed = matched(keys, collect(folder)[0])
    assert found[1].answers["1.value:t"] == "2.25"
    assert any("inside it says “Ada Lovelace”" in line for line in listed)
    assert any("differs from" in line and "Hopper" in line for line in listed)


def test_a_filled_form_is_read_in_both_of_its_files(keys: list[Key], tmp_path: Path) -> None:
    made = sheet(RECIPE, student="Plato")
    for name in ("form", "workbook"):
        (tmp_path / f"Plato{FORMATS[name].suffix}").write_bytes(made.to(name, key="inline"))
        handed, faults = collect(tmp_path)
        assert faults == [] and handed[0].answers.keys() == made.key.keys()
        (plato,) = mark_class([keys[36]], {37: handed[0]})
        assert plato.total == sum(plato.of.values())
        (tmp_path / f"Plato{FORMATS[name].suffix}").unlink()
    assert read_workbook(workbook([["=A1", "a<b & \x01"]])) == [["=A1", "a<b & \ufffd"]]


def test_answers_that_belong_to_no_cell_are_told(keys: list[Key], tmp_path: Path) -> None:
    (tmp_path / "Plato.csv").write_text(
        "cell,answer\n1.value:t,2.25\n1.value:q,3\nvalue:J,7.528\n"
        "9.value:t,1\n1.value:t,8\n1.value:u,?\n"
    )
    handed, faults = collect(tmp_path)
    found, _ = matched(keys, handed)
    (plato,) = [one for one in mark_class(keys, found) if one.source]
    assert "`1.value:t` is answered twice" in faults[0]
    assert [("1.value:q" in line, "9.value:t" in line) for line in plato.faults] == [
        (True, False),
        (False, True),
    ]
    assert plato.total == 2 and plato.unread == ("1.value:u",)
    assert "1.value:u" in gradebook([plato]).decode()


def test_the_exit_code_and_a_line_say_that_something_is_left(
    tmp_path: Path, folder: Path, capsys: Any
) -> None:
    rest = ("--key", str(key_file(tmp_path)), "-o", str(tmp_path / "book.csv"))
    code, told = exit_of(capsys, "mark", str(folder), *rest)
    assert code == 3 and "students who handed in: " in told and " of 61;" in told
    clean = tmp_path / "clean"
    clean.mkdir()
    (clean / "Plato.csv").write_text(TABLE)
    code, told = exit_of(capsys, "mark", str(clean), *rest)
    assert code == 0 and "1 of 61" in told


@pytest.mark.parametrize(
    ("text", "names", "words"),
    [
        ("sep=;\nname;id\nAda;1\n", ["Ada"], "line 1"),
        ("Ada Lovelace,4711\nGrace Hopper,4712\n", ["Ada Lovelace", "Grace Hopper"], "line 1"),
        (
            'Student,ID,SIS User ID\n    Points Possible,,\n"Lovelace, Ada",7,a1\n',
            ["Lovelace, Ada"],
            "line 2",
        ),
        ("user_id,login_id,first_name,last_name\n7,ada,Ada,Lovelace\n", ["Ada Lovelace"], ""),
        (
            "Vorname;Nachname;Matrikelnummer\nAda;Lovelace;4711\n;;\n\nGrace;Hopper;4712\n",
            ["Ada Lovelace", "Grace Hopper"],
            "line 3",
        ),
        ("First name,Surname,ID number\nAda,Lovelace,4711\n", ["Ada Lovelace"], ""),
    ],
)
def test_rosters_are_read_as_people_export_them(text: str, names: list[str], words: str) -> None:
    students, told = roster(text.encode())
    assert [student.name for student in students] == names
    assert all(student.id for student in students) or "ID" not in text
    assert words in "\n".join(told) and bool(told) == bool(words)


def test_a_hint_that_fits_two_fits_none() -> None:
    people = [Student(1, "Ada King", "1111", ""), Student(2, "King Ada", "2222", "")]
    register = Register([*people, Student(3, "Bo Ek", "3333", "")])
    assert register.find("ada king.csv") is None
    assert register.find("ada king 1111") is None or register.find("1111") == 1
    assert register.find("bo ek 2222") is None  # a name and somebody else's id
    assert register.find("") is None


@pytest.mark.parametrize(
    ("name", "content", "answers"),
    [
        ("a.json", '{"name": "A", "1.value:t": "2", "1.value:J": 3.5}', ["2", "3.5"]),
        ("a.json", '{"answers": {"1.value:t": "2", "1.value:J": null}}', ["2", ""]),
        ("a.json", '[{"cell": "1.value:t", "answer": 2}, {"cell": "1.value:J"}, 7]', ["2", ""]),
        ("a.json", "7", None),
        ("a.json", '{"answers": 7}', None),
        ("a.json", "{", None),
        ("a.ipynb", "[]", None),
        ("a.ipynb", "7", None),
    ],
)
def test_one_file_and_a_folder_of_it_are_read_alike(
    name: str, content: str, answers: list[str] | None, tmp_path: Path
) -> None:
    folder = tmp_path / "answers"
    folder.mkdir()
    (folder / name).write_text(content, "utf-8")
    (folder / "b.json").write_text('{"1.value:t": "9", "1.value:J": "9"}', "utf-8")
    handed, faults = collect(folder)
    good = {"1.value:t": "9", "1.value:J": "9"}
    if answers is None:
        assert [dict(one.answers) for one in handed] == [good]
        (fault,) = faults
        assert fault.startswith(f"{name}: ")
        with pytest.raises(ValueError):
            collect(folder / name)
        return
    read = dict(zip(good, answers, strict=True))
    assert [dict(one.answers) for one in handed] == [read, good] and faults == []
    alone, faults = collect(folder / name)
    assert [(one.source, dict(one.answers)) for one in alone] == [(name, read)] and faults == []
