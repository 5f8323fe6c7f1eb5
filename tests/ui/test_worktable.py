"""The table worked by hand as data: what is asked, marks, mistakes, and hostile senders."""

from __future__ import annotations

import json

from chainrule.ui import worktable
from chainrule.ui.engine import Fault
from chainrule.ui.state import EXAMPLE, State

STATE = State(EXAMPLE, (("x", "1"),))
WRONG = {
    "adjoint:J": "1",
    "adjoint:u": "0.6441",
    "adjoint:u1": "0.6441",
    "adjoint:u2": "0.6441",
    "adjoint:t": "1.9324",
    "adjoint:x": "3.8648",
}


def made() -> worktable.Attempt:
    done = worktable.work(STATE)
    assert isinstance(done, worktable.Attempt)
    return done


def test_seventeen_cells_in_working_order_and_no_answer_among_them() -> None:
    shown = worktable.payload(made(), None, None)
    assert len(shown["order"]) == 17
    assert shown["order"][0] == "value:t" and shown["order"][-1] == "adjoint:x"
    plain = json.dumps(shown)
    assert "0.6441" not in plain and "2.2804" not in plain and "0.7649" not in plain


def test_the_report_names_mistake_twin_missing_share_and_question_but_no_number() -> None:
    done = made()
    report = worktable.payload(done, worktable.check(done, WRONG), None)["report"]
    (error,) = report["errors"]
    assert error["id"] == report["first"] == "adjoint:t"
    assert [one["arrived"] for one in error["picture"]["sent"]] == [False, True]
    assert error["picture"]["sent"][0]["share"] == ""
    assert "overwrite instead of accumulate" in error["told"] and "forgotten path" in error["told"]
    assert len(error["hints"]) == 3 and error["hints"][0].endswith("?")
    assert "2.28" not in json.dumps(error) and "0.348" not in json.dumps(error)
    assert report["marks"]["adjoint:x"]["verdict"] == "follows"
    assert error["link"].startswith("./?f=") and "1.9324" not in error["link"]


def test_whatever_is_sent_is_data() -> None:
    done = made()
    report = worktable.check(done, {"adjoint:t": ["x"], "__proto__": "1", "value:t": "<b>" * 999})
    assert set(report.cells) == {"adjoint:t", "value:t"}
    assert "<b>" not in json.dumps(worktable.payload(done, report, None)["report"]["errors"])
    read = worktable.pasted(done, "a;b\n1;2", "exe", 1)
    assert read["answers"] == {} and "row 1" in read["faults"][0]


def test_what_cannot_be_worked_by_hand_is_refused_with_what_can() -> None:
    vectors = worktable.work(State("sum(x)\nx: 3", (("x", "[1, 2, 3]"),)))
    assert isinstance(vectors, Fault) and "numbers" in vectors.message + vectors.allowed
    long = worktable.work(State(" + ".join(f"sin({i}x)" for i in range(1, 90)), (("x", "1"),)))
    assert isinstance(long, Fault) and "120" in long.allowed
