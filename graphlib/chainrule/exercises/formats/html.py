"""Sheets as one HTML page: nothing is fetched, it prints on A4, and its cells are real inputs."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from chainrule.exercises.catalogue import WORDS
from chainrule.exercises.figure import Figure
from chainrule.exercises.formats.format import Format, fields, points_text
from chainrule.exercises.formats.svg import figure_svg
from chainrule.exercises.sheet import (
    Asked,
    Block,
    Field,
    Given,
    Key,
    Lines,
    Part,
    Sheet,
    Slot,
    SlotTable,
    Space,
    Task,
    Words,
)
from chainrule.readings.mathml import mathml
from chainrule.readings.prose import Prose
from chainrule.readings.render.prose import plain, prose_html
from chainrule.readings.terms import Term, Word

STYLE = """
:root{--ink:#1E293B;--quiet:#5B6879;--line:#CBD5E1;--value:#0072B2;--derivative:#C2410C;
--partial:#475569;--warning:#7C3AED}
body{color:var(--ink);background:#FFFFFF;margin:0 auto;padding:24px;max-width:720px;
font:15px/1.5 "Libertinus Serif","Source Serif 4",Georgia,serif}
header{display:flex;align-items:baseline;justify-content:space-between;gap:16px}
h1{font-size:28px;margin:0}h2{font-size:17px;margin:24px 0 4px;display:flex;
justify-content:space-between;gap:16px;break-after:avoid}
.points{border:1px solid var(--line);border-radius:3px;font-weight:400;padding:0 8px 0 32px;
white-space:nowrap}
.quiet{color:var(--quiet)}.who{border-bottom:1px solid var(--ink);padding-bottom:8px}
table{border-collapse:collapse;width:100%;margin:12px 0;break-inside:avoid}
th{font-weight:400;color:var(--quiet);text-align:left;border-bottom:1.5px solid var(--ink);
padding:2px 6px}
td{border-bottom:1px solid var(--line);padding:3px 6px;height:30px}
td.asked{border-left:1px solid var(--line)}
td small,label small{display:block;font:9px/1 "DejaVu Sans Mono",monospace;color:var(--quiet)}
input,select{font:inherit;color:inherit;border:0;border-bottom:1px solid var(--quiet);width:100%;
min-width:6em;max-width:24em;background:transparent;box-sizing:border-box;min-height:24px}
.value{color:var(--value)}.derivative{color:var(--derivative)}.partial{color:var(--partial)}
.warning{color:var(--warning)}
.key{font-weight:600}.lines{display:flex;flex-wrap:wrap;gap:4px 28px;margin:10px 0}
figure{margin:16px 0}svg{max-width:100%;height:auto}.field{margin:8px 0}
@page{size:A4;margin:18mm 20mm}
@media print{body{padding:0}input,select{border-color:transparent}}
"""


def _term(term: Term) -> str:
    bare = isinstance(term, Word) and not term.latex
    return escape(plain(term)) if bare else plain(mathml(term, inline=True))


def _prose(words: Prose) -> str:
    return plain(prose_html(words))


def _attribute(words: str) -> str:
    return escape(plain(words), quote=True)


class _Writer:
    """Writes the blocks of a task; `fill` says what stands in an asked cell."""

    def __init__(self, task: Task | None, key: Key) -> None:
        self.task = task
        self.key = key

    def block(self, block: Block) -> Iterator[str]:
        match block:
            case Words(words):
                yield f"<p>{_prose(words)}</p>"
            case Lines(terms):
                inner = "".join(f"<span>{_term(term)}</span>" for term in terms)
                yield f'<div class="lines">{inner}</div>'
            case SlotTable():
                yield self._table(block)
            case Field(words, cell):
                yield f'<p class="field"><label>{_prose(words)} {self.asked(cell)}</label></p>'
            case Figure():
                yield f"<figure>{figure_svg(block)}</figure>"
                for field in fields(block):
                    yield from self.block(field)
            case Space(lines):
                yield f'<div style="height:{1.6 * lines:g}em"></div>'

    def asked(self, cell: str) -> str:
        assert self.task is not None
        answer = self.task.answers[cell]
        if self.key == "inline":
            return f'<span class="key">{_term(answer.term)}</span>'
        name = _attribute(f"{self.task.number}.{cell}")
        if answer.options:
            options = "".join(f"<option>{escape(plain(o))}</option>" for o in answer.options)
            return f'<select name="{name}" aria-label="{name}"><option></option>{options}</select>'
        return f'<input name="{name}" aria-label="{name}" autocomplete="off">'

    def _slot(self, slot: Slot) -> str:
        match slot:
            case Asked(cell, rows):
                span = f' rowspan="{rows}"' if rows > 1 else ""
                corner = f"<small>{escape(plain(cell))}</small>"
                return f'<td class="asked"{span}>{corner}{self.asked(cell)}</td>'
            case Given(term, role, rows):
                span = f' rowspan="{rows}"' if rows > 1 else ""
                shown = "" if term is None else _term(term)
                colour = f' class="{role}"' if role else ""
                return f"<td{colour}{span}>{shown}</td>"
        return ""

    def _table(self, table: SlotTable) -> str:
        heads = "".join(f'<th scope="col">{_term(header)}</th>' for header in table.headers)
        rows = "".join(f"<tr>{''.join(map(self._slot, line))}</tr>\n" for line in table.rows)
        return f"<table><thead><tr>{heads}</tr></thead>\n<tbody>{rows}</tbody></table>"


def _key_table(task: Task) -> str:
    rows = []
    for cell, answer in task.answers.items():
        also = "".join(
            "<br>" + escape(plain(WORDS["also"].format(answer=one, reason=reason)))
            for one, reason in answer.also.items()
        )
        rows.append(
            f"<tr><td>{escape(plain(cell))}</td><td>{_term(answer.term)}{also}</td>"
            f"<td>{points_text(answer.points)}</td></tr>"
        )
    heads = "".join(f'<th scope="col">{WORDS[w]}</th>' for w in ("cell", "answer", "points"))
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def task_html(task: Task, key: Key) -> str:
    """Return what stands under a task's heading."""
    if key == "apart":
        return _key_table(task)
    writer = _Writer(task, key)
    return "\n".join(piece for block in task.blocks for piece in writer.block(block))


def opening_html(part: Part) -> str:
    """Return what stands above the tasks of a part."""
    writer = _Writer(None, "none")
    return "\n".join(piece for block in part.opening for piece in writer.block(block))


def _task(task: Task, key: Key) -> str:
    return (
        f"<section><h2><span>{task.number}&ensp;{escape(plain(task.title))}</span>"
        f'<span class="points">/ {points_text(task.points)}</span></h2>\n'
        f"{task_html(task, key)}</section>"
    )


def sheet_html(sheet: Sheet, key: Key) -> bytes:
    """Return a sheet as an HTML page."""
    title = escape(plain(f"{sheet.title} – {WORDS['key']}" if key == "apart" else sheet.title))
    who = escape(plain(sheet.student)) or "&emsp;" * 12
    parts = [
        '<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{title}</title>'
        f"<style>{STYLE}</style></head>\n<body>",
        f'<header><h1>{title}</h1><span class="quiet">{escape(plain(sheet.label))}</span></header>',
        f'<p class="who">{WORDS["name"]}: {who} '
        f'<span class="points">/ {points_text(sheet.points)}</span></p>',
    ]
    parts += [f"<p>{escape(plain(sheet.note))}</p>"] if sheet.note else []
    for part in sheet.parts:
        parts += [opening_html(part)] if key != "apart" else []
        parts += [_task(task, key) for task in part.tasks]
    parts.append(f'<p class="quiet">{WORDS["corner"]}</p>\n</body>\n</html>')
    return ("\n".join(parts) + "\n").encode()


FORMAT = Format("html", ".html", sheet_html)
