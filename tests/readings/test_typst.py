"""Typst: spelled by hand, read by Typst itself, and words as text whatever they hold."""

from __future__ import annotations

import json
import re

import pytest
import typst as typst_library

import chainrule
from chainrule.ops import OPS
from chainrule.readings.render.typst import document_head
from chainrule.readings.story import Story, story
from chainrule.readings.tables import table
from chainrule.readings.terms import Numeral, Symbol, with_comma
from chainrule.readings.typst import string, typst
from tests.promises.test_9_text_not_code import TEXTS
from tests.readings.test_hostile_names import HOSTILE
from tests.test_typesetting import pages

SPELLED = {
    "x^2": "x^(2)",
    "sin x": '"sin" thin x',
    "exp(x + 1)": '"e"^(x + 1)',
    "x/(y+1)": "frac(x, y + 1)",
    "sqrt x + root(y, 3)": "sqrt(x) + root(3, y)",
    "(x + y) z": "lr((x + y))⋅z",
    "abs(x) - theta1_hat": "lr(|x|) − hat(θ)_(1)",
    "y_star^2 rate": 'attach(y^*, t: 2)⋅"rate"',
    "x E_n": "x⋅E_(n)",
    "floor(x) y_bar": "lr(⌊x⌋)⋅macron(y)",
}


@pytest.mark.parametrize("formula", SPELLED)
def test_formulas_as_one_writes_them(formula: str) -> None:
    graph = chainrule.parse(formula)
    view = graph.work(dict.fromkeys(graph.variables, 1), zoom="step")
    assert typst(view.view.reading(view.run.output)).split(" = ", 1)[1] == SPELLED[formula]


def test_typst_reads_every_operation() -> None:
    """Formula and local partials of each, in one document."""
    equations = []
    for op in OPS.values():
        if not op.spellings or not op.arity:
            continue
        names = ["alpha", "y_hat", "z_12"][: op.arity]
        try:
            graph = chainrule.parse(f"{op.spellings[0]}({', '.join(names)})", declared=names)
            view = graph.work(dict.fromkeys(names, "0.4"))
        except chainrule.ChainruleError:
            continue
        terms = [view.view.equation(node) for node in view.view.shown]
        terms += [view.view.partial_formula(edge) for edge in view.view.edges]
        equations += [f"$ {typst(term, colours=True)} $" for term in terms]
    assert len(equations) > 150
    compiled("\n".join(equations))


def compiled(markup: str) -> bytes:
    compiler = typst_library.Compiler(ignore_system_fonts=True)
    made = compiler.compile((document_head("t") + markup).encode(), format="pdf")
    assert isinstance(made, bytes)
    return made


@pytest.mark.parametrize("text", [*HOSTILE, *TEXTS, '"', "\\", '\\"', "\\u{41}", "a\\\nb"])
def test_typst_finds_in_a_string_what_was_put_in(text: str) -> None:
    source = f"#metadata({string(text)}) <it>"
    found = json.loads(typst_library.query(source.encode(), "<it>", field="value", one=True))
    shown = "".join(
        c if c.isprintable() else " " if c.isspace() else "\N{REPLACEMENT CHARACTER}" for c in text
    )
    assert found == shown


@pytest.mark.parametrize("number", range(0, len(HOSTILE), 2))
def test_hostile_names_and_titles_typeset_as_text(lecture, number: int) -> None:
    hostile = HOSTILE[number]
    view = lecture(x=hostile, u1=hostile + "1")
    for made in (
        table(view).document(hostile).pdf(),
        Story(view, tuple(story(view))).pdf(),
    ):
        assert made.startswith(b"%PDF-")
        assert not re.search(rb"/(?:JS|JavaScript|AA|OpenAction|Launch|URI|EmbeddedFile)\b", made)


@pytest.mark.parametrize("name", ["a b", "x#y", "f(", "_", "1", "é", "∑", "lr", "frac", "thin"])
def test_names_that_mean_something_to_typst_are_names(name: str) -> None:
    compiled(f"${typst(Symbol(name))} + {typst(Symbol(name + '_1'))}$")


def test_a_document_is_its_golden_file(lecture, golden) -> None:
    golden("lecture_reverse_document.typ", table(lecture()).typst(document=True))


def test_pieces_and_documents_compile(lecture) -> None:
    for mode in ("reverse", "forward"):
        view = lecture(mode=mode)
        for piece in (table(view).typst(), Story(view, tuple(story(view))).typst()):
            # A piece needs nothing of ours.
            assert typst_library.Compiler().compile(piece.encode(), format="pdf")
        assert pages(table(view).pdf()) == 1
        assert table(view).pdf() == table(view).pdf()


def test_every_reading_goes_to_a_pdf() -> None:
    worked = chainrule.parse("log(1 - sigmoid(a)) + relu(b) b").reverse({"a": 40, "b": 0})
    readings = [worked.table(), worked.health(), worked.cost(), worked.nudge("a", "0.01")]
    assert all(reading.pdf().startswith(b"%PDF-") for reading in readings)


def test_a_long_table_has_many_pages() -> None:
    formula = "+".join(f"sin(x{i})" for i in range(150))
    worked = chainrule.parse(formula).reverse({f"x{i}": 1 for i in range(150)})
    assert pages(worked.table().pdf()) > 5


def test_a_negative_number_with_a_comma_has_a_minus_and_no_hyphen() -> None:
    # In Typst, text between quotation marks stays as it is, while a bare - is set as a minus.
    assert typst(with_comma(Numeral("-0.8"))) == '"−0,8"'
    assert typst(Numeral("-0.8")) == "-0.8"
