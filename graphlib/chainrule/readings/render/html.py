"""Grids and steps as HTML: a self-contained piece for notebooks and pages, or a whole page."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from itertools import islice

from chainrule.readings.catalogue import MARK, MARKS, PHASES, WORDS
from chainrule.readings.cells import story_caption
from chainrule.readings.grid import Cell, Grid, Header
from chainrule.readings.mathml import mathml
from chainrule.readings.prose import Prose, sentence, title
from chainrule.readings.render.prose import pieces, plain, prose_html, prose_text, remark_line
from chainrule.readings.render.renderer import Renderer
from chainrule.readings.story import StoryStep
from chainrule.readings.terms import Term, Word
from chainrule.readings.view import View

LIGHT = (
    "--cr-ink:#1E293B;--cr-ground:#FFFFFF;--cr-line:#E2E8F0;--cr-quiet:#5B6879;"
    "--cr-value:#0072B2;--cr-derivative:#C2410C;--cr-partial:#475569;--cr-warning:#7C3AED"
)
DARK = (
    "--cr-ink:#E2E8F0;--cr-ground:#0E1117;--cr-line:#262C38;--cr-quiet:#9AA7B8;"
    "--cr-value:#56B4E9;--cr-derivative:#FB923C;--cr-partial:#CBD5E1;--cr-warning:#C4B5FD"
)
# A page or notebook that says which theme it has wins over what the browser prefers; the
# ground is set with the letters, so that neither stands on the other's.
STYLE = f"""
.chainrule{{{LIGHT};color:var(--cr-ink);background:var(--cr-ground);padding:8px;
font:15px/1.5 "Source Sans 3","Source Sans Pro",system-ui,sans-serif;overflow-x:auto}}
@media (prefers-color-scheme:dark){{.chainrule{{{DARK}}}}}
[data-theme=light] .chainrule,.chainrule[data-theme=light],
[data-jp-theme-light=true] .chainrule{{{LIGHT}}}
[data-theme=dark] .chainrule,.chainrule[data-theme=dark],
[data-jp-theme-light=false] .chainrule{{{DARK}}}
.chainrule table{{border-collapse:collapse;background:none;color:inherit;margin:0;font-size:15px}}
.chainrule caption{{caption-side:top;text-align:left;color:var(--cr-quiet);font-size:13px;
white-space:nowrap;padding:0 0 4px}}
.chainrule th,.chainrule td{{padding:2px 12px 2px 0;text-align:left;vertical-align:baseline;
font-weight:400;white-space:nowrap;border:0;background:none;line-height:23px;color:inherit}}
.chainrule thead th{{color:var(--cr-quiet);font-size:13px}}
.chainrule .num{{text-align:right;font-variant-numeric:tabular-nums;padding:2px 0 2px 12px}}
.chainrule .num+:not(.num){{padding-left:16px}}
.chainrule .words{{white-space:normal;max-width:48em}}
.chainrule tbody tr.first>*{{border-top:1px solid var(--cr-line)}}
.chainrule .value{{color:var(--cr-value)}}.chainrule .derivative{{color:var(--cr-derivative)}}
.chainrule .partial{{color:var(--cr-partial)}}.chainrule .warning{{color:var(--cr-warning)}}
.chainrule .quiet{{color:var(--cr-quiet)}}
.chainrule p,.chainrule ol{{margin:4px 0;color:inherit}}
.chainrule .note{{font-size:13px}}
.chainrule math{{font-size:1.05em}}
.chainrule mi.letter{{font-style:italic;font-family:"STIX Two Text","Libertinus Serif",
"Times New Roman",serif}}
.chainrule mi.word{{font-style:normal}}
.chainrule msub>:last-child{{position:relative;top:.14em}}
.chainrule .visually-hidden{{position:absolute;width:1px;height:1px;overflow:hidden;
clip-path:inset(50%);white-space:nowrap}}
.chainrule .equations math{{math-style:normal}}
.chainrule .equations td{{padding:1px 6px 1px 0;vertical-align:middle}}
""".replace("\n", "")
NUM = ' class="num"'


def _attribute(words: str) -> str:
    return escape(plain(words), quote=True)


def _ids(id: str, prefix: str) -> str:
    """Return the attributes by which a cell is found; an id holds no blanks."""
    if not id:
        return ""
    own = "_".join((prefix + plain(id)).split())
    return f' id="{escape(own, quote=True)}" data-cell="{_attribute(id)}"'


def _term(term: Term) -> str:
    if isinstance(term, Word):
        return escape(plain(term))
    return _printable(mathml(term, inline=True))


def _formula(term: Term) -> str:
    """Return a term with fraction bars, for lines that stand alone."""
    return _printable(mathml(term))


def _printable(markup: str) -> str:
    """Return markup without control characters, which no XML may hold."""
    return plain(markup)


def _mark(cell: Cell) -> str:
    word = escape(MARKS[cell.mark])
    return (
        f' <span class="warning" title="{_attribute(cell.why)}"><span aria-hidden="true">{MARK}'
        f'</span><span class="visually-hidden">{word}</span></span>'
    )


def _coloured(term: Term) -> str:
    """Return a term as text, its parts in the colours of their roles."""
    parts = pieces(term)
    if all(role is None for _, role in parts):
        return escape(plain(term))
    return "".join(
        f'<span class="{role}">{escape(words)}</span>' if role else escape(words)
        for words, role in parts
    )


def _inner(cell: Cell, prefix: str) -> str:
    """Return the inside of a cell in a column of numbers: lead, total, mark."""
    assert cell.term is not None
    shown = _coloured(cell.term)
    if cell.final:
        shown = f"<b>{shown}</b>"
    hover = cell.why or cell.digits
    lead = ""
    if cell.before is not None:
        kind = "quiet" if cell.lead is None else "derivative"
        lead = f'<span class="{kind}">{escape(plain(cell.before).lstrip())}</span>'
    role = f' class="{cell.role}"' if cell.role else ""
    title = f' title="{_attribute(hover)}"' if hover else ""
    own = _ids(cell.id, prefix) if cell.share else ""
    return f"{lead}<span{role}{title}{own}>{shown}</span>{_mark(cell) if cell.mark else ''}"


def _cell(header: Header, cell: Cell | None, prefix: str, *, heads: bool) -> str:
    if cell is None:  # an earlier row's cell reaches down here
        return ""
    shown = NUM if header.numeric else ""
    rows = f' rowspan="{cell.rows}"' if cell.rows > 1 else ""
    if cell.term is None:
        return f"<td{shown}></td>"
    if heads:
        return f'<th scope="row" class="{header.key}"{rows}>{_term(cell.term)}</th>'
    if not header.numeric:
        if cell.digits:
            return f"<td{rows}{_ids(cell.id, prefix)}>{_inner(cell, prefix)}</td>"
        sentence = isinstance(cell.term, Word) and " " in cell.term.text
        coloured = isinstance(cell.term, Word) and cell.role in ("quiet", "warning")
        kind = cell.role if coloured else "words" if sentence else ""
        shown = f' class="{kind}"' if kind else ""
        mark = _mark(cell) if cell.mark else ""
        return f"<td{shown}{rows}{_ids(cell.id, prefix)}>{_term(cell.term)}{mark}</td>"
    # A sum's own id stands on the number, that of the share on the cell around it.
    own = _ids(cell.share or cell.id, prefix)
    state = f' data-state="{cell.state}"' if cell.state != "text" else ""
    return f"<td{shown}{rows}{own}{state}>{_inner(cell, prefix)}</td>"


def _page(name: str, body: str) -> str:
    return (
        f'<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{escape(name)}</title>'
        f"</head>\n<body>\n{body}</body>\n</html>\n"
    )


def _prose(prose: Prose) -> str:
    return _printable(prose_html(prose))


def grid_html(
    grid: Grid,
    document: bool = False,
    *,
    heading: str = "",
    prefix: str = "",
    style: bool = True,
    most: int | None = None,
) -> str:
    """Return a grid as an HTML table with MathML.

    Parameters
    ----------
    document
        Whether a whole page is returned rather than a piece.
    heading
        A title of one's own, above the table and of the page.
    prefix
        Put before every id, for pages with several tables.
    style
        Whether the style sheet is included.
    most
        How many rows are written at most; a line says how many were left out.
    """
    columns = grid.columns
    rows = [f'<div class="chainrule" data-table="{grid.kind}">']
    if style:
        rows.append(f"<style>{STYLE}</style>")
    if heading:
        rows.append(f"<h2>{escape(plain(heading))}</h2>")
    rows.append(f"<table><caption>{_prose(grid.caption)}</caption>")
    heads = (
        f'<th scope="col"{NUM if header.numeric else ""}>{_term(header.term)}</th>'
        for header in columns
    )
    rows.append(f"<thead><tr>{''.join(heads)}</tr></thead>\n<tbody>")
    for row in islice(grid.rows, most):
        first = ' class="first"' if row.first else ""
        cells = "".join(
            _cell(header, row.cells.get(header.key), prefix, heads=count == 0)
            for count, header in enumerate(columns)
        )
        rows.append(f"<tr{first}>{cells}</tr>")
    rows.append("</tbody></table>")
    if most is not None and len(grid.rows) > most:
        more = WORDS["more_rows"].format(count=len(grid.rows) - most)
        rows.append(f'<p class="note">{escape(more)}</p>')
    if grid.note:
        rows.append(f'<p class="note quiet">{escape(plain(grid.note))}</p>')
    rows += [f'<p class="note warning">{escape(plain(remark_line(r)))}</p>' for r in grid.remarks]
    rows.append("</div>")
    piece = "\n".join(rows) + "\n"
    return _page(plain(heading) or prose_text(grid.caption), piece) if document else piece


def steps_html(
    view: View, steps: Iterable[StoryStep], document: bool = False, *, style: bool = True
) -> str:
    """Return steps as a numbered list with MathML, or as a whole page."""
    rows = [f'<div class="chainrule" data-mode="{view.run.mode}">']
    if style:
        rows.append(f"<style>{STYLE}</style>")
    rows.append(f"<p>{_prose(story_caption(view))}</p>\n<ol>")
    for step in steps:
        equations = "".join(
            f"<tr><td>{_formula(left) if left is not None else ''}</td><td>=</td>"
            f"<td>{_formula(right)}</td></tr>"
            for left, right in step.lines
        )
        rows.append(
            f'<li data-phase="{step.phase}"><b>{_prose(title(step.title))}</b> '
            f'<span class="quiet">{escape(PHASES[step.phase])}, {escape(plain(step.rule))}</span>'
            f"<p>{_prose(sentence(step.sentence))}</p>"
            f'<table class="equations" role="presentation"><tbody>{equations}</tbody></table></li>'
        )
    rows.append(f'</ol>\n<p class="note quiet">{escape(view.digits_note)}</p></div>')
    piece = "\n".join(rows) + "\n"
    return _page(prose_text(story_caption(view)), piece) if document else piece


RENDERER = Renderer("html", ".html", grid_html, steps_html)
