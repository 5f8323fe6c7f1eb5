"""Whole sheets of simulated students, with mistakes known by construction."""

from __future__ import annotations

import json
import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import chainrule
from tests.exercises.students import Student, apart, mistakes

DATA = Path(__file__).parent.parent / "data" / "students.jsonl"
PROGRAMS = list(
    dict.fromkeys(
        (sheet["program"], tuple(sheet["point"]))
        for sheet in map(json.loads, DATA.read_text("utf-8").splitlines())
    )
)


def drawn(draw: random.Random) -> tuple[Student, dict[str, str]] | None:
    program, names = draw.choice(PROGRAMS)
    point = {name: str(draw.randrange(5, 60) / draw.choice([16, 20, 25])) for name in names}
    forward = len(names) == 1 and draw.random() < 0.5
    student = Student(program, point, draw.choice([3, 4, 6, 10]), forward, draw.random() < 0.7)
    try:
        exact = student.exact()
    except (ArithmeticError, ValueError, TypeError):
        return None
    numbers = [*exact.values()]
    if any(getattr(n, "imag", 0) for n in numbers) or not all(1e-3 < abs(n) < 1e3 for n in numbers):
        return None
    honest = student.work(None, None, student.rounded)
    if any(apart(honest[id], exact[id]) > 0.04 for id in exact):
        return None
    return student, point


def sheets(seed: int, count: int) -> Any:
    draw = random.Random(seed)
    made = 0
    while made < count:
        found = drawn(draw)
        if found is None:
            continue
        made += 1
        yield draw, *found


def check_perfect(student: Student, point: dict[str, str], draw: random.Random) -> None:
    cells = student.work(None, None, student.rounded)
    answers = student.written(cells, draw)
    program = "\n".join(f"{s.name} = {s.text}" for s in student.steps)
    report = chainrule.mark(program, point, answers)
    assert report.errors == (), (program, point, answers, report.errors)
    assert set(report.cells.values()) == {"right"}


def score(seed: int, count: int) -> tuple[Counter[str], list[Any]]:
    found: Counter[str] = Counter()
    missed: list[Any] = []
    for draw, student, point in sheets(seed, count):
        check_perfect(student, point, draw)
        exact = student.exact()
        options = mistakes(student, draw)
        if not options:
            continue
        # Each mistake is as likely as the others, however many cells it could stand in.
        kind = draw.choice(sorted({name for name, _, _ in options}))
        name, cell, wrong = draw.choice([o for o in options if o[0] == kind])
        try:
            cells = student.work(cell, wrong, student.rounded)
            own = student.work(None, None, student.rounded)
        except (ArithmeticError, ValueError, TypeError):
            continue
        least = 0.04 + 10.0 ** (2 - student.digits)
        if any(getattr(n, "imag", 0) for n in cells.values()) or cells[cell] == 0:
            continue
        if min(apart(cells[cell], exact[cell]), apart(cells[cell], own[cell])) < least:
            continue
        if abs(cells[cell]) in (0, 1) and cell.startswith("adjoint"):
            continue
        answers = student.written(cells, draw)
        program = "\n".join(f"{s.name} = {s.text}" for s in student.steps)
        report = chainrule.mark(program, point, answers)
        found["sheets"] += 1
        found["first"] += report.errors[:1] == (cell,)
        found["exact"] += report.errors == (cell,)
        named = report.misconceptions.get(cell, ())
        found["named"] += name in named
        if report.errors != (cell,) or name not in named:
            missed.append((name, cell, report.errors, named, program, point, answers))
    return found, missed


def test_mistakes_are_found_where_they_were_made_and_named(sample_seed: int) -> None:
    found, missed = score(sample_seed, 60)
    assert found["first"] == found["sheets"] > 20, missed[:3]
    assert found["named"] >= 0.95 * found["sheets"], missed[:3]


@pytest.mark.soak
def test_thousands_of_students(sample_seed: int) -> None:
    found, missed = score(sample_seed + 1, 3000)
    print(found)
    assert found["first"] == found["sheets"] > 1000, missed[:3]
    assert found["named"] >= 0.95 * found["sheets"], missed[:3]
