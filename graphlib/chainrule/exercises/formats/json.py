"""Sheets as JSON: tasks, cells and key for other programs; and the record that marking reads."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from chainrule.exercises.sheet import Answer, Format, Key, Sheet, Task
from chainrule.readings.document import Field, Paragraph
from chainrule.readings.prose import prose_text
from chainrule.readings.terms import text


def record(sheet: Sheet, key: Key) -> dict[str, Any]:
    """Return a sheet as plain data."""
    return {
        "title": sheet.title,
        "label": sheet.label,
        "note": sheet.note,
        "seed": sheet.seed,
        "student": sheet.student,
        "language": sheet.language,
        "points": sheet.points,
        "tasks": [_task(task, key) for task in sheet.tasks],
    }


def _task(task: Task, key: Key) -> dict[str, Any]:
    words = [prose_text(block.prose) for block in task.blocks if isinstance(block, Paragraph)]
    fields = {b.cell.id: prose_text(b.prose) for b in task.blocks if isinstance(b, Field)}
    return {
        "number": task.number,
        "kind": task.kind,
        "title": task.title,
        "text": words,
        "program": task.program,
        "point": dict(task.point),
        "direction": dict(task.direction),
        "settings": dict(task.settings),
        "points": task.points,
        "carry": task.carry,
        "cells": [
            {"id": cell, "kind": answer.kind, "points": answer.points}
            | ({"text": fields[cell]} if cell in fields else {})
            | ({"options": list(answer.options)} if answer.options else {})
            | ({} if key == "none" else _key(answer))
            for cell, answer in task.answers.items()
        ],
    } | ({"mistakes": [asdict(one) for one in task.mistakes]} if task.mistakes else {})


def _key(answer: Answer) -> dict[str, Any]:
    return {
        "answer": answer.exact,
        "shown": text(answer.term),
        "tolerance": answer.tolerance,
    } | ({"also": dict(answer.also)} if answer.also else {})


def sheet_json(sheet: Sheet, key: Key) -> bytes:
    """Return a sheet as JSON; with the key apart, the key alone."""
    data = record(sheet, key)
    if key == "apart":
        data["tasks"] = [
            {"number": task["number"], "kind": task["kind"], "cells": task["cells"]}
            for task in data["tasks"]
        ]
    return (json.dumps(data, ensure_ascii=False, indent=1) + "\n").encode()


FORMAT = Format("json", ".json", sheet_json)
