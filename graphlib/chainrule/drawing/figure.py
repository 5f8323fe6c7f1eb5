"""A worked example as HTML that plays by itself: from a disk, on a course page, in a notebook.

Everything is in the one text: what the player shows, the player, and its fonts; nothing is asked
of anybody. Without JavaScript, and on paper, it is a graph with all numbers, the table, and the
steps as a list.
"""

from __future__ import annotations

import base64
import json
import re
from functools import cache
from html import escape
from pathlib import Path
from typing import Final

from chainrule.drawing.browser import LABELS, part, script, style
from chainrule.drawing.pictures import draw
from chainrule.drawing.player import Packed, payload
from chainrule.errors import ChainruleError
from chainrule.graph.numbering import original
from chainrule.graph.wengert import WengertList
from chainrule.language.build import build
from chainrule.language.program import read
from chainrule.passes.agreement import agree
from chainrule.passes.closed_form import ClosedForm, closed_form
from chainrule.readings.catalogue import WORDS
from chainrule.readings.cells import caption, point
from chainrule.readings.formulas import in_inputs
from chainrule.readings.mathml import mathml
from chainrule.readings.prose import prose_text
from chainrule.readings.render.html import style_of
from chainrule.readings.story import Story, story
from chainrule.readings.tables import table
from chainrule.readings.terms import EQUALS, Fraction, Row, Sign, Symbol, Term, row
from chainrule.readings.view import View

FONTS: Final = Path(__file__).parent / "fonts"
FACES: Final[tuple[tuple[str, str, dict[str, str]], ...]] = (
    ("KaTeX_Main", "KaTeX_Main-Regular", {}),
    ("KaTeX_Main", "KaTeX_Main-Bold", {"weight": "700"}),
    ("KaTeX_Math", "KaTeX_Math-Italic", {"style": "italic"}),
    ("KaTeX_Math", "KaTeX_Math-BoldItalic", {"style": "italic", "weight": "700"}),
    ("KaTeX_Size2", "KaTeX_Size2-Regular", {}),
)
"""Families, files and faces of the letters of mathematics, as pages with KaTeX have them."""

PAGE: Final = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark"><title>{title}</title>
<style>body{{margin:0}}.chainrule-figure{{margin:0 auto}}</style>
</head>
<body>
{figure}</body>
</html>
"""

NARROWED: Final = {
    "Segoe UI": 92,
    "Roboto": 89,
    "Noto Sans": 87,
    "Helvetica Neue": 89,
    "Arial": 89,
    "Liberation Sans": 89,
    "DejaVu Sans": 82,
}
"""Fonts of people's machines, and at how many per cent their digits are as wide as those of
Source Sans, for which the cards are laid out."""

LETTERS: Final = ",".join(
    ['"Source Sans 3"', '"Source Sans Pro"', *(f'"cr {name}"' for name in NARROWED), "sans-serif"]
)
STILL: Final = (
    "".join(
        f'@font-face{{font-family:"cr {name}";src:local("{name}");size-adjust:{percent}%}}'
        for name, percent in NARROWED.items()
    )
    + f"""
.chainrule-figure{{font:15px/1.5 {LETTERS};--st-font:{LETTERS};
--st-background-color:var(--cr-ground);position:relative;box-sizing:border-box;max-width:1000px;
padding:20px;border:1px solid var(--cr-line);border-radius:12px;overflow:visible}}
.chainrule-figure .chainrule{{background:none;padding:0;font:inherit}}
.chainrule-figure .cr-head{{font-size:19px;line-height:30px;margin-bottom:4px}}
.chainrule-figure .cr-still svg{{display:block;max-width:100%;height:auto;margin:8px 0;border:0}}
.chainrule-figure .cr-foot{{display:flex;flex-wrap:wrap;gap:4px 32px;align-items:center;
margin-top:12px;padding-top:10px;border-top:1px solid var(--cr-line)}}
.chainrule-figure .cr-foot math{{font-size:17.5px}}
.chainrule-figure .cr-foot .quiet{{margin-left:auto}}
.chainrule-figure details{{margin-top:8px}}
.chainrule-figure summary{{color:var(--cr-quiet);cursor:pointer}}
.chainrule-figure math,.chainrule-figure math mo,.chainrule-figure math mn{{
font-family:KaTeX_Main,"Latin Modern Math","STIX Two Math","Cambria Math",serif}}
.chainrule-figure msub,.chainrule-figure msup{{margin-inline-end:-.14em}}
.chainrule-figure mi.letter{{
font-family:KaTeX_Math,"Latin Modern Math","STIX Two Math","Cambria Math",serif}}
@media print{{.chainrule-figure{{border:0;padding:0;max-width:none}}
.chainrule-figure summary{{display:none}}.chainrule-figure li{{break-inside:avoid}}}}
"""
).replace("\n", "")
"""What stands there without the player; letters of mathematics are those of the player."""


def figure(
    view: View, source: WengertList | None = None, *, step: int | None = None, document: bool = True
) -> str:
    """Return a run as a figure that plays by itself.

    Parameters
    ----------
    source
        The graph whose closed form is told, if it is to be told.
    step
        Number of the step that is shown first, from 0; by default the last.
    document
        Whether it is a whole page with the fonts of mathematics, or a piece for a page or
        notebook that has its own.
    """
    packed = Packed.of(payload(view))
    told = prose_text(caption(view))
    key = f"cr{packed.digest}"
    parts = {
        "head": _head(view),
        "still": _still(view, key),
        "text": f"<details open><summary>{escape(WORDS['all_steps'])}</summary>"
        f"{Story(view, tuple(story(view))).html(style=False)}</details>",
        "closed": _foot(view, source) if source is not None else "",
    }
    slots = "\n".join(
        f'<div slot="{name}" class="cr-{name}">{part}</div>' for name, part in parts.items() if part
    )
    given = {
        "squeezed": base64.b64encode(packed.squeezed).decode(),
        "step": step,
        "words": dict(LABELS),
        "fonts": _fonts() if document else [],
        "style": style() + part("figure.css"),
    }
    # Nothing in a script may look like its end, or like a comment.
    written = json.dumps(given, separators=(",", ":")).replace("<", "\\u003c")
    piece = (
        f'<div class="chainrule chainrule-figure" id="{key}" role="figure" '
        f'aria-label="{escape(told)}">\n<style>{style_of()}{STILL}</style>\n{slots}\n</div>\n'
        f"<script>(() => {{\n{script()}{part('figure.js')}\n"
        f'for (const host of document.querySelectorAll("#{key}")) '
        f"if (!host.shadowRoot) figure(host, {written});\n}})();</script>\n"
    )
    return PAGE.format(title=escape(told), figure=piece) if document else piece


@cache
def _fonts() -> list[dict[str, str]]:
    return [
        {
            "family": family,
            "data": base64.b64encode((FONTS / f"{name}.woff2").read_bytes()).decode(),
            **face,
        }
        for family, name, face in FACES
    ]


def _head(view: View) -> str:
    where = point(view)
    at = f" <span>{escape(WORDS['figure_at'])} {mathml(where, inline=True)}</span>" if where else ""
    goal = view.run.output
    written = in_inputs(view.graph).term
    return f"{mathml(row(view.name(goal), EQUALS, written), inline=True)}{at}"


def _still(view: View, key: str) -> str:
    """Return the graph with all its numbers and the table, as they stand without the player."""
    picture = draw(view, "svg").decode()
    picture = picture[picture.index("<svg ") :]
    # Several figures may stand on one page.
    picture = re.sub(r'\bid="', f'id="{key}-', picture)
    picture = picture.replace(
        'aria-labelledby="drawing-title drawing-words"',
        f'aria-labelledby="{key}-drawing-title {key}-drawing-words"',
    )
    return picture + table(view).html(prefix=f"{key}-", style=False)


def _foot(view: View, source: WengertList) -> str:
    """Return the closed forms of the derivatives, and by how many ways they agree."""
    form = closed_form(source)
    goal = view.name(view.run.output)
    d = Sign("d" if len(form.derivative_text) == 1 else "∂", tight=True)
    written = []
    for name in form.derivative_text:
        derivative = _read_again(form, name)
        ratio = Fraction(Row((d, goal)), Row((d, Symbol(name))))
        written.append(f"<span>{mathml(row(ratio, EQUALS, derivative), display=True)}</span>")
    ways = _agreeing(view, source)
    if ways:
        words = WORDS["agreeing"].format(count=ways)
        written.append(f'<span class="quiet">{escape(words)}</span>')
    return f'<div class="cr-foot">{"".join(written)}</div>' if written else ""


def _read_again(form: ClosedForm, name: str) -> Term:
    """Return a closed form as this house writes formulas."""
    declared = tuple(form.derivative_text)
    try:
        program = read(form.derivative_latex[name], declared=declared, mode="latex")
    except ChainruleError:  # LaTeX spells some names in ways that are not read
        program = read(form.derivative_text[name], declared=declared)
    return in_inputs(build(program)).term


def _agreeing(view: View, source: WengertList) -> int:
    """Return how many ways to the derivatives agree; 0 if they do not, or that is not known."""
    given = {original(view.labels[node]): value for node, value in view.run.point.items()}
    try:
        found = agree(source, {node: given[source.names[node]] for node in source.inputs}).inputs
    except ChainruleError:
        return 0
    if not found or any(entry.verdict != "agrees" for entry in found):
        return 0
    ways = ((entry.forward, entry.reverse, entry.sympy, entry.differences) for entry in found)
    return min(sum(number is not None for number in each) for each in ways)
