"""Tables that are pasted: our own exports, students' own tables, and what is wrong with them."""

from __future__ import annotations

import random

import pytest

import chainrule
from chainrule.errors import FileError
from chainrule.exercises.answers import number
from chainrule.exercises.pasted import read_pasted
from chainrule.exercises.pasted_latex import latex_rows, plain_cell
from chainrule.exercises.worksheet import Worksheet

LECTURE = "J = cos(u); u = u1 + u2; u1 = sin(t); u2 = 3t; t = x^2"
GRAPH = chainrule.parse(LECTURE)
BACK, FORWARD = GRAPH.reverse({"x": 1}), GRAPH.forward({"x": 1})
SHEET = Worksheet(BACK.view, FORWARD.view)


@pytest.mark.parametrize("format", ["csv", "latex", "markdown"])
@pytest.mark.parametrize("run", [BACK, FORWARD], ids=["backward", "forward"])
def test_our_own_tables_come_back_and_are_right(run, format: str) -> None:
    found = read_pasted(run.table().to(format), SHEET)
    assert found.faults == ()
    cells = chainrule.mark(GRAPH, {"x": 1}, found.answers).cells
    assert set(cells.values()) == {"right"}
    mode = "adjoint" if run is BACK else "tangent"
    # Six values, six local partials and their formulas, six derivatives; CSV has six shares too.
    assert len(cells) == (30 if format == "csv" else 24)
    assert sum(cell.startswith(mode) for cell in cells) == 6


def test_a_whole_latex_document_is_read_like_its_table() -> None:
    whole = BACK.table().latex(document=True)
    assert read_pasted(whole, SHEET) == read_pasted(BACK.table().latex(), SHEET)


def test_a_students_table_with_decimal_commas() -> None:
    table = "Node;Value;Adjoint\nJ;-0,7649;1\nu;3,8415;0,6441\nu₁;0,8415;0,6441\nt;1;1,9324\n"
    found = read_pasted(table, SHEET)
    assert found.faults == ()
    assert found.answers["adjoint:t"] == "1,9324" and found.answers["value:u1"] == "0,8415"
    report = chainrule.mark(LECTURE, {"x": 1}, found.answers)
    assert report.errors == ("adjoint:t",)


def test_edges_in_many_spellings() -> None:
    table = "node\tedge\tnumber\nt\t∂u1/∂t\t0.5403\n\tdu2/dt\t3\nx\tt,x\t2\n"
    assert dict(read_pasted(table, SHEET).answers) == {
        "partial:u1,t": "0.5403",
        "partial:u2,t": "3",
        "partial:t,x": "2",
    }


def test_a_students_latex_table() -> None:
    table = r"""
    \begin{tabular}{l|rr} % my table
    variable & value & adjoint \\ \hline
    $J$ & $-0.7649$ & \multirow{1}{*}{$1$} \\[2pt]
    $u_{1}$ & $\frac{8415}{10000}$ & $6.441 \cdot 10^{-1}$ \\ \cline{1-2}
    \end{tabular}"""
    found = read_pasted(table, SHEET)
    assert found.faults == ()
    report = chainrule.mark(LECTURE, {"x": 1}, found.answers)
    assert set(report.cells.values()) == {"right"} and len(report.cells) == 4


def test_cells_and_answers() -> None:
    assert dict(read_pasted("adjoint:t,2.2804\nvalue:u_1,'=1+\n", SHEET).answers) == {
        "adjoint:t": "2.2804",
        "value:u1": "=1+",
    }


def test_an_answer_form_has_task_numbers_and_a_column_that_says_what_is_asked() -> None:
    form = "cell,what is asked,answer\n1.value:t,value of t,1\n2. adjoint:t,adjoint of t,2.2804\n"
    found = read_pasted(form, SHEET)
    assert dict(found.answers) == {"value:t": "1", "adjoint:t": "2.2804"} and not found.faults
    # Two tasks may ask the same: what is left empty counts for nothing, what differs is told.
    twice = read_pasted("1.value:t,1\n2.value:t,\n3.value:t,1\n4.value:t,7\n", SHEET)
    assert dict(twice.answers) == {"value:t": "1"}
    assert [(f.row, f.column) for f in twice.faults] == [(4, 1)]


def test_of_many_faults_the_rest_is_counted() -> None:
    found = read_pasted("value:t,1\n" + "".join(f"value:w{k},1\n" for k in range(25)), SHEET)
    assert len(found.faults) == 21 and "5 more" in str(found.faults[-1])


def test_every_fault_has_row_and_column_and_the_rest_is_kept() -> None:
    table = "node;value;colour\nt;1;\nw;2;\nu;abc;\nu;1;2;3;4\nJ;-0,7649;\n"
    found = read_pasted(table, SHEET)
    places = [(fault.row, fault.column) for fault in found.faults]
    assert places == [(1, 3), (3, 1), (4, 2), (5, 4)]
    assert dict(found.answers) == {"value:t": "1", "value:u": "abc", "value:J": "-0,7649"}
    assert "colour" in str(found.faults[0]) and "`w`" in str(found.faults[1])
    edge = read_pasted("node,edge,number\nt,du/dt,3\nt,??,3\n", SHEET)
    assert [(f.row, f.column) for f in edge.faults] == [(2, 2), (2, 3), (3, 2), (3, 3)]


@pytest.mark.parametrize("text", ["", "\n\n", "1;2;3\n", "a;b\n1;2\n", "x" * 30_000, "node;value"])
def test_what_is_no_table_is_refused_with_what_is_allowed(text: str) -> None:
    with pytest.raises(FileError) as refused:
        read_pasted(text, SHEET)
    assert refused.value.allowed and refused.value.row >= 1


def test_latex_is_never_expanded_and_never_crashes(sample_seed: int) -> None:
    draw = random.Random(sample_seed)
    pieces = [
        "\\",
        "{",
        "}",
        "&",
        "\\\\",
        "$",
        "_",
        "^",
        "%",
        "\n",
        "frac",
        "\\frac",
        "\\multirow",
        "\\input{/etc/passwd}",
        "t",
        "1",
        ",",
        "∂",
        "\\begin{tabular}",
        "~",
    ]
    for _ in range(400):
        text = "".join(draw.choices(pieces, k=draw.randrange(60)))
        for _, cells in latex_rows(text):
            assert all("\\frac" not in cell for cell in cells)
    assert plain_cell("{" * 5_000 + "1") == ""
    assert "passwd" in plain_cell("\\input{/etc/passwd}")  # words, and nothing was read


def test_deep_and_long_cells_take_no_time() -> None:
    assert plain_cell("\\frac{" * 3_000) is not None
    assert len(latex_rows("&" * 19_000)[0][1]) == 19_001


@pytest.mark.parametrize(
    ("cell", "worth"),
    [
        (r"$1\frac{1}{2}$", 1.5),
        (r"$-1\frac34$", -1.75),
        (r"$2\tfrac12$", 2.5),
        (r"$2^3\frac{1}{2}$", 4.0),
        (r"$1/\frac{1}{2}$", 2.0),
        (r"$6\div\frac{1}{2}$", 12.0),
        (r"$\frac{\frac{1}{2}}{\frac{1}{4}}$", 2.0),
        (r"$3\lvert -2 \rvert$", 6.0),
        (r"$\sqrt[3]{8}$", 2.0),
        (r"$\sqrt[4]{16}$", 2.0),
        (r"$\sqrt{16}$", 4.0),
    ],
)
def test_what_a_cell_of_latex_is_worth(cell: str, worth: float) -> None:
    found = number(plain_cell(cell))
    assert found is not None and found.value == pytest.approx(worth, rel=1e-12)
