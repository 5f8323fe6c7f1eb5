"""Checking a task: keys are right, mistakes follow, and drawings are compared up to names."""

from __future__ import annotations

import pytest

import chainrule
from chainrule.exercises.checking import check, check_sheet, problem_of
from chainrule.exercises.kinds import KINDS
from chainrule.exercises.kinds.draw import same_arrows

LECTURE = "J = cos(u); u = u1 + u2; u1 = sin(t); u2 = 3t; t = x^2"


@pytest.mark.parametrize("kind", KINDS)
def test_the_key_is_right_in_every_kind(kind: str) -> None:
    made = chainrule.sheet(4, kinds=[kind], student="key")
    answers = {name: answer.exact for name, answer in made.key.items()}
    (checked,) = check_sheet(made, answers).values()
    assert set(checked.cells.values()) == {"right"}, checked.cells
    assert checked.total == pytest.approx(made.points)


@pytest.mark.parametrize("kind", KINDS)
def test_four_digits_are_enough_and_junk_is_not(kind: str) -> None:
    made = chainrule.sheet(3, kinds=[kind], student="digits")
    rounded = {
        name: f"{float(answer.exact):.4g}" if answer.kind == "number" else answer.exact
        for name, answer in made.key.items()
    }
    (checked,) = check_sheet(made, rounded).values()
    assert set(checked.cells.values()) == {"right"}, checked.cells
    (checked,) = check_sheet(made, {name: "??" for name in made.key}).values()
    assert checked.total == 0
    (checked,) = check_sheet(made, {}).values()
    assert set(checked.cells.values()) == {"missing"}


@pytest.mark.parametrize("words", ["∞", "-∞", "undefined"])
@pytest.mark.parametrize("kind", KINDS)
def test_infinite_and_undefined_numbers_are_never_right(kind: str, words: str) -> None:
    (task,) = chainrule.sheet(3, kinds=[kind], student="digits").tasks
    checked = check(task, dict.fromkeys(task.answers, words))
    verdicts = {checked.cells[c] for c, a in task.answers.items() if a.kind in ("number", "whole")}
    # A step along an infinite slope is infinite as well: that follows, and is worth nothing.
    assert checked.total == 0 or kind not in ("values", "descent")
    assert verdicts <= ({"wrong", "follows"} if kind == "descent" else {"wrong"})


def test_what_follows_from_a_mistake_is_credited() -> None:
    made = chainrule.sheet(LECTURE, at={"x": "1.5"}, kinds=["values", "adjoints"])
    answers = {name: answer.exact for name, answer in made.key.items()}
    u2, t = (float(made.key[f"2.share:{e},t"].exact) for e in ("u2", "u1"))
    assert u2 != pytest.approx(t)
    answers["2.adjoint:t"] = f"{u2:.6g}"  # the other share is forgotten
    answers["2.share:t,x"] = f"{u2 * 3:.6g}"
    answers["2.adjoint:x"] = f"{u2 * 3:.6g}"
    checked = check_sheet(made, answers)[2]
    assert checked.cells["adjoint:t"] == "wrong"
    assert checked.cells["adjoint:x"] == "follows"
    assert "forgotten-path" in checked.reports[""].misconceptions["adjoint:t"]
    assert checked.total == pytest.approx(made.tasks[1].points - 2)  # an adjoint is worth 2


def test_a_direction_of_two_inputs_is_marked_along_it() -> None:
    made = chainrule.sheet(4, kinds=["tangents"], student="d")
    task = made.tasks[0]
    assert len(task.direction) == 2
    answers = {cell: answer.exact for cell, answer in task.answers.items()}
    assert set(check(task, answers).cells.values()) == {"right"}


def test_a_teachers_override_counts() -> None:
    recipe = chainrule.Recipe.read(
        'title = "x"\n[[part]]\nkinds = ["values"]\nformula = "J = 3t; t = x^2"\n'
        'at = {x = "1.5"}\n[[override]]\ncell = "1.value:t"\nanswer = "3"\n'
        'reason = "typo on paper"\n'
    )
    checked = check_sheet(chainrule.sheet(recipe), {"1.value:t": "3.0", "1.value:J": "6.75"})[1]
    assert checked.cells == {"value:t": "right", "value:J": "right"}
    assert checked.remarks["value:t"] == "typo on paper"


def test_who_accepts_infinity_accepts_no_number() -> None:
    recipe = chainrule.Recipe.read(
        'title = "x"\n[[part]]\nkinds = ["values"]\nformula = "J = 3t; t = x^2"\n'
        'at = {x = "1.5"}\n[[override]]\ncell = "1.value:t"\nanswer = "∞"\nreason = "a pole"\n'
    )
    made = chainrule.sheet(recipe)
    assert check_sheet(made, {"1.value:t": "5"})[1].cells["value:t"] == "wrong"
    assert check_sheet(made, {"1.value:t": "∞"})[1].cells["value:t"] == "right"


@pytest.mark.parametrize(
    ("words", "verdict"),
    [
        ("1.5", "right"),
        ("3/2", "right"),  # what is accepted, written otherwise
        ("1.4999", "right"),
        ("1.48", "wrong"),
        ("", "missing"),
        ("junk", "undecided"),
        ("1.785", "right"),  # the key: −sin u · cos t · 2x
    ],
)
def test_what_a_teacher_accepts_outside_of_tables_is_compared_as_a_number(
    words: str, verdict: str
) -> None:
    cell = "1.path:J,u,u1,t,x"
    recipe = chainrule.Recipe.read(
        'title = "x"\n[[part]]\nkinds = ["paths"]\n'
        'formula = "J = cos(u); u = u1 + u2; u1 = sin(t); u2 = 3t; t = x^2"\n'
        f'at = {{x = "1.5"}}\n[[override]]\ncell = "{cell}"\nanswer = "1.5"\nreason = "typo"\n'
    )
    checked = check_sheet(chainrule.sheet(recipe), {cell: words})[1]
    assert checked.cells["path:J,u,u1,t,x"] == verdict
    accepted = words in ("1.5", "3/2", "1.4999")
    assert checked.remarks.get("path:J,u,u1,t,x", "") == ("typo" if accepted else "")


def drawing() -> tuple[object, object]:
    made = chainrule.sheet(LECTURE, at={"x": "1.5"}, kinds=["draw"])
    task = made.tasks[0]
    return problem_of(task), task.answers["arrows"]


@pytest.mark.parametrize(
    ("given", "right", "remark"),
    [
        ("x -> t, t -> u1, t → u2; u1 -> u; u2 -> u\nu -> J", True, ""),
        ("a = x^2; b = sin(a); c = 3a; d = b + c; e = cos(d)", True, ""),
        ("u = x^2; t = sin(u); J = 3u; u1 = t + J; u2 = cos(u1)", True, ""),
        ("a = x^2; b = sin(a); c = 3a; d = b + b; e = cos(d); f = c", False, ""),
        ("x -> t, J -> x, t -> u1, t -> u2, u1 -> u, u2 -> u, u -> J", False, "no arrow j → x"),
        ("a = x^2; b = sin(a); c = 3x; d = b + c; e = cos(d)", False, ""),
        ("a = x^2; b = sin(a); d = b + 3; e = cos(d)", False, ""),
        ("nothing at all", False, "missing"),
        ("a = = b", False, ""),
        ("(" * 3000 + "=", False, ""),
    ],
)
def test_drawings_are_compared_up_to_names(given: str, right: bool, remark: str) -> None:
    problem, answer = drawing()
    verdict, words = same_arrows(problem, answer, given)  # type: ignore[arg-type]
    assert verdict is right
    assert remark.casefold() in words.casefold()
    assert bool(words) is not right


def test_the_missing_arrow_is_named() -> None:
    problem, answer = drawing()
    named = answer.exact.split(", ")[0]  # type: ignore[attr-defined]
    others = ["x -> t", "t -> u1", "t -> u2", "u1 -> u", "u2 -> u", "u -> J"]
    kept = [a for a in others if a.replace("->", "→") != named]
    assert len(kept) == len(others) - 1
    verdict, words = same_arrows(problem, answer, ", ".join(kept))  # type: ignore[arg-type]
    assert not verdict
    assert words == f"missing: {named}".lower() or named.casefold() in words.casefold()
