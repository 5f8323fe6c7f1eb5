"""`chainrule show`, and the readings and notations of `chainrule table`."""

from __future__ import annotations

import json
import re
import unicodedata

import pytest

import chainrule
from chainrule.worked import READINGS

LECTURE = "J = cos(u); u = u1 + u2; u1 = sin(t); u2 = 3t; t = x^2"


def text_of(done) -> str:
    assert done.returncode == 0, done.stderr.decode()
    return unicodedata.normalize("NFC", done.stdout.decode())


def lines_of(shown: str) -> dict[str, str]:
    pairs = (re.split(r"\s{2,}", line.strip()) for line in shown.splitlines())
    return {pair[0]: pair[1] for pair in pairs if len(pair) == 2}


def test_a_graph_at_a_glance(run) -> None:
    shown = lines_of(text_of(run("show", LECTURE)))
    assert shown["formula"] == "J = cos(sin x² + 3x²)"
    assert (shown["inputs"], shown["outputs"]) == ("x", "J")
    assert (shown["nodes, zoom primitive"], shown["nodes, zoom named"]) == ("8", "6")
    assert shown["paths from inputs to the output"] == "2"
    assert shown["edges of the longest path"] == "4"
    assert "value" not in shown


def test_a_glance_at_a_point(run) -> None:
    shown = lines_of(text_of(run("show", "x^2 y; ", "--at", "x=2,y=3")))
    assert (shown["value"], shown["∂f/∂x"], shown["∂f/∂y"]) == ("12", "12", "4")
    assert shown["closed form by x"] == "2x·y" and shown["closed form by y"] == "x²"
    assert shown["four routes by x"] == "agrees"
    kinked = lines_of(text_of(run("show", "|x|", "--at", "x=0")))
    assert kinked["four routes by x"].startswith("kink")


def test_a_glance_as_json_with_the_notes(run) -> None:
    record = json.loads(text_of(run("show", "1/2x", "--json")))
    assert record["table"] == "overview" and record["notes"][0]["reading"] == "(1/2)·x"
    missing = run("show", "x y", "--at", "x=1")
    assert missing.returncode == 2 and b"No value is given for y" in missing.stderr


def test_a_glance_at_sixty_doublings() -> None:
    text = "\n".join(["t0 = x", *(f"t{i} = t{i - 1} + t{i - 1}" for i in range(1, 61))])
    overview = chainrule.parse(text).overview()
    assert overview.paths == 2**60 and "1,152,921,504,606,846,976" in overview.text()


@pytest.mark.parametrize("name", READINGS)
def test_every_reading_is_shown(run, name: str) -> None:
    done = run("table", LECTURE, "--at", "x=1", "--show", name, "--json")
    assert json.loads(text_of(done))["rows"] or name == "health"


def test_readings_and_notations_on_the_command_line(run, tmp_path) -> None:
    shown = text_of(run("table", LECTURE, "--at", "x=1", "--show", "trace", "--notation", "bars"))
    assert unicodedata.normalize("NFC", "t\u0304 = cos(t)·u\u0304₁") in shown
    comma = text_of(run("table", "x/8", "--at", "x=1", "--notation", "comma"))
    assert "0,125" in comma and "0.125" not in comma
    done = run("table", LECTURE, "--at", "x=1", "--show", "paths", "-o", "paths.tex")
    assert done.returncode == 0
    assert r"\begin{tabular}{lllr}" in (tmp_path / "paths.tex").read_text()
    steps = text_of(run("steps", "x^2", "--at", "x=1", "--notation", "upstream"))
    assert "grad x = grad f" in steps.replace("\u2009", " ")


@pytest.mark.parametrize(
    ("option", "word", "allowed"),
    [("--show", "nothing", b"table, trace, duals"), ("--notation", "dots", b"partials, bars")],
)
def test_refused_words(run, option: str, word: str, allowed: bytes) -> None:
    done = run("table", "x", "--at", "x=1", option, word)
    assert done.returncode == 2 and allowed in done.stderr and b"^" in done.stderr
