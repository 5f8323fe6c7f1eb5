"""German sheets: every word of a sheet, its key and its feedback, and numbers with a comma."""

from __future__ import annotations

import re
import string

import pytest

import chainrule
from chainrule.exercises import catalogue
from chainrule.exercises.catalogue import LANGUAGES, speaking
from chainrule.exercises.checking import check_sheet
from chainrule.exercises.feedback import Feedback, checked_findings
from chainrule.exercises.kinds import KINDS
from chainrule.exercises.sheet import Sheet
from chainrule.passes.misconceptions import MISCONCEPTIONS, SLIPS
from chainrule.readings.catalogue import PAGE, Catalogue

CATALOGUES = [one for one in vars(catalogue).values() if isinstance(one, Catalogue)] + [PAGE]
MISTAKES = MISCONCEPTIONS | SLIPS
LANGUAGE = pytest.mark.parametrize("language", [name for name in LANGUAGES if name != "en"])


def gaps(words: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(words) if name}


@LANGUAGE
def test_no_word_is_missing_and_none_is_too_many(language: str) -> None:
    spoken = LANGUAGES[language]
    wanted = {one.name: dict(one.english) for one in CATALOGUES}
    wanted |= {
        "titles": {name: kind.title for name, kind in KINDS.items()},
        "sentences": {name: one.sentence for name, one in MISTAKES.items()},
        "hints": {name: one.hint for name, one in MISTAKES.items()},
    }
    assert {name: set(words) for name, words in spoken.items()} == {
        name: set(words) for name, words in wanted.items()
    }
    for name, words in wanted.items():
        for key, english in words.items():
            said = spoken[name][key]
            assert gaps(said) == gaps(english), (name, key)
            assert bool(said) == bool(english)
            assert said[:1].isspace() == english[:1].isspace() or said[:1] == ",", (name, key)
            assert said[-1:].isspace() == english[-1:].isspace(), (name, key)


def made(kind: str) -> Sheet:
    recipe = chainrule.Recipe.read(
        f'title = "Übung"\nlanguage = "de"\nhalves = true\nseed = 4\n[[part]]\nlevel = 3\n'
        f'kinds = ["{kind}"]\n'
    )
    assert chainrule.Recipe.read(recipe.text()) == recipe
    return chainrule.sheet(recipe, student="Zoë")


@pytest.mark.parametrize("kind", KINDS)
def test_a_sheet_and_its_key_are_german_throughout(kind: str) -> None:
    sheet = made(kind)
    english = {
        words
        for one in CATALOGUES
        for words in one.english.values()
        if len(words) > 3 and "{" not in words and words not in ("formula", "tangent", "Name")
    } | {KINDS[kind].title}
    for key in ("none", "apart"):
        shown = sheet.to("text", key=key).decode()  # type: ignore[arg-type]
        assert not re.search(r"\d\.\d", shown)
        # Names of cells are the same in every language.
        bare = re.sub(r"\b[a-z]+:\S+", " ", shown)
        for words in english - {"share", "Parameter", "Gradient", "parameter"}:
            assert not re.search(rf"(?<!\w){re.escape(words)}(?!\w)", bare), words
    assert 'lang="de"' in sheet.to("html").decode() and 'lang: "de"' in sheet.to("typst").decode()


def test_numbers_with_a_comma_are_parted_by_semicolons() -> None:
    shown = made("matrices").to("text").decode()
    assert re.search(r"x = \[−?\d,\d; −?\d,\d\]", shown), shown


def test_feedback_is_german_and_what_was_said_before_is_english_again() -> None:
    sheet = chainrule.sheet(
        chainrule.Recipe.read(
            'title = "x"\nlanguage = "de"\n[[part]]\nkinds = ["adjoints"]\nat = {x = "1.2"}\n'
            'formula = "J = cos(u); u = u1 + u2; u1 = sin(t); u2 = 3t; t = x^2"\n'
        )
    )
    right = {name: answer.exact.replace(".", ",") for name, answer in sheet.key.items()}
    checked = check_sheet(sheet, right)
    assert set(checked[1].cells.values()) == {"right"}
    wrong = right | {"1.partial:J,u": "-0,8259"}
    found = check_sheet(sheet, wrong)[1]
    own = {name.partition(".")[2]: words for name, words in wrong.items()}
    with speaking("de"):
        told = Feedback(tuple(checked_findings(sheet.tasks[0], found, own)))
        assert "Die Größe stimmt, das Vorzeichen nicht." in told.text()
    assert catalogue.WORDS["node"] == "node"
    assert "The size is right, the sign is not." in told.text()


def test_another_language_is_refused() -> None:
    with pytest.raises(chainrule.errors.InputError, match="language"):
        chainrule.Recipe.read(
            'title = "x"\nlanguage = "fr"\n[[part]]\nlevel = 1\nkinds = ["values"]'
        )
