"""Documents as HTML: a self-contained piece for notebooks and pages, or a whole page.

Nothing is fetched. A page to write on prints on A4, and its cells are real inputs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from html import escape
from itertools import islice
from pathlib import Path
from typing import Final

from chainrule.readings.catalogue import MARK, MARKS, PAGE
from chainrule.readings.document import (
    Block,
    Document,
    Entries,
    Field,
    Formulas,
    Heading,
    Paragraph,
    Renderer,
    Signature,
    Space,
)
from chainrule.readings.grid import Asked, Cell, Grid, Header
from chainrule.readings.mathml import mathml
from chainrule.readings.picture import Picture
from chainrule.readings.prose import Prose, pieces, plain
from chainrule.readings.render.svg import picture_svg
from chainrule.readings.render.writer import TextWriter
from chainrule.readings.terms import Term, Word
from chainrule.readings.theme import DARK, LIGHT, Theme

HERE: Final = Path(__file__).parent


def _colours(theme: Theme, line: str) -> str:
    names = ("ink", "ground", "quiet", "value", "derivative", "partial", "warning")
    return f"--cr-line:{line};" + ";".join(f"--cr-{n}:{getattr(theme, n)}" for n in names)


_LIGHT, _DARK = _colours(LIGHT, "#E2E8F0"), _colours(DARK, "#262C38")
# A page or notebook that says which theme it has wins over what the browser prefers; the
# ground is set with the letters, so that neither stands on the other's.
THEMED: Final = (
    f".chainrule{{{_LIGHT}}}"
    f"@media (prefers-color-scheme:dark){{.chainrule{{{_DARK}}}}}"
    "[data-theme=light] .chainrule,.chainrule[data-theme=light],"
    f"[data-jp-theme-light=true] .chainrule{{{_LIGHT}}}"
    "[data-theme=dark] .chainrule,.chainrule[data-theme=dark],"
    f"[data-jp-theme-light=false] .chainrule{{{_DARK}}}"
)


@cache
def style_of(*names: str) -> str:
    """Return the style of documents, and of what more is named."""
    sheets = (HERE / f"{name}.css" for name in ("document", *names))
    return THEMED + "".join(sheet.read_text(encoding="utf-8") for sheet in sheets)


NUM = ' class="num"'


def _attribute(words: str) -> str:
    return escape(plain(words), quote=True)


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


class Html(TextWriter):
    """Writes blocks as elements.

    Parameters
    ----------
    prefix
        Put before every id, for pages with several tables.
    most
        How many rows are written at most; a line says how many were left out.
    """

    tag = "<table>"
    between = ""

    def __init__(self, prefix: str = "", most: int | None = None) -> None:
        self.prefix = prefix
        self.most = most

    def words(self, words: str) -> str:
        """Return words, escaped."""
        return escape(plain(words))

    def maths(self, term: Term) -> str:
        """Return a term as MathML without control characters, which no XML may hold."""
        return plain(mathml(term, inline=True))

    def heading(self, heading: Heading) -> Iterator[str]:
        """Yield a heading, and what stands across from it."""
        level, words = heading.level, self.words(heading.words)
        if heading.number:
            words = f"<span>{self.words(heading.number)}&ensp;{words}</span>"
        if heading.points:
            words += f'<span class="points">/ {self.words(heading.points)}</span>'
        shown = f"<h{level}>{words}</h{level}>"
        if heading.aside:
            aside = f'<span class="quiet">{self.words(heading.aside)}</span>'
            shown = f"<header>{shown}{aside}</header>"
        yield shown

    def signature(self, signature: Signature) -> Iterator[str]:
        """Yield the line for a name."""
        who = self.words(signature.name) or "&emsp;" * 12
        yield (
            f'<p class="who">{PAGE["signed"]}: {who} '
            f'<span class="points">/ {self.words(signature.points)}</span></p>'
        )

    def paragraph(self, paragraph: Paragraph) -> Iterator[str]:
        """Yield a paragraph."""
        kind = f' class="note {paragraph.role}"' if paragraph.role else ""
        yield f"<p{kind}>{self.prose(paragraph.prose)}</p>"

    def formulas(self, formulas: Formulas) -> Iterator[str]:
        """Yield formulas side by side."""
        inner = "".join(f"<span>{self.term(term)}</span>" for term in formulas.terms)
        yield f'<div class="lines">{inner}</div>'

    def entries(self, entries: Entries) -> Iterator[str]:
        """Yield a list, its formulas with bars, since they stand alone."""
        yield "<ol>"
        for entry in islice(entries.entries, self.most):
            equations = "".join(
                f"<tr><td>{plain(mathml(left)) if left is not None else ''}</td><td>=</td>"
                f"<td>{plain(mathml(right))}</td></tr>"
                for left, right in entry.lines
            )
            yield (
                f"<li><b>{self.prose(entry.title)}</b> "
                f'<span class="quiet">{self.words(entry.phase)}, {self.words(entry.rule)}</span>'
                f"<p>{self.prose(entry.prose)}</p>"
                f'<table class="equations" role="presentation"><tbody>{equations}</tbody></table>'
                "</li>"
            )
        yield "</ol>"
        yield from self.left_out(len(entries.entries))

    def left_out(self, count: int) -> Iterator[str]:
        """Yield how many rows were not written."""
        if self.most is not None and count > self.most:
            more = PAGE["more_rows"].format(count=count - self.most)
            yield f'<p class="note">{escape(more)}</p>'

    def grid(self, grid: Grid) -> Iterator[str]:
        """Yield a grid; what it is about is the caption of its table."""
        yield from self.table(grid)
        yield from self.left_out(len(grid.rows))
        for note in grid.notes:
            yield from self.paragraph(note)

    def table(self, grid: Grid) -> Iterator[str]:
        """Yield a table."""
        columns = grid.columns
        caption = f"<caption>{self.prose(grid.caption)}</caption>" if grid.caption else ""
        heads = (
            f'<th scope="col"{NUM if header.numeric else ""}>{self.term(header.term)}</th>'
            for header in columns
        )
        yield f"{self.tag}{caption}"
        yield f"<thead><tr>{''.join(heads)}</tr></thead>\n<tbody>"
        for row in islice(grid.rows, self.most):
            first = ' class="first"' if row.first else ""
            cells = "".join(
                self.cell(header, row.cells.get(header.key), heads=count == 0)
                for count, header in enumerate(columns)
            )
            yield f"<tr{first}>{cells}</tr>"
        yield "</tbody></table>"

    def cell(self, header: Header, cell: Cell | None, *, heads: bool) -> str:
        """Return a cell of a table."""
        if cell is None:  # an earlier row's cell reaches down here
            return ""
        rows = f' rowspan="{cell.rows}"' if cell.rows > 1 else ""
        if cell.asked:
            corner = f"<small>{self.words(cell.id)}</small>{self.between}"
            return f'<td class="asked"{rows}>{corner}{self.asked(cell, cell.asked)}</td>'
        shown = NUM if header.numeric else ""
        if cell.term is None:
            return f"<td{shown}{rows}></td>"
        if heads:
            return f'<th scope="row" class="{header.key}"{rows}>{self.term(cell.term)}</th>'
        if not header.numeric:
            if cell.digits:
                return f"<td{rows}{self.ids(cell.id)}>{self.number(cell)}</td>"
            sentence = isinstance(cell.term, Word) and " " in cell.term.text
            coloured = isinstance(cell.term, Word) and cell.role in ("quiet", "warning")
            kind = cell.role if coloured else "words" if sentence else ""
            shown = f' class="{kind}"' if kind else ""
            mark = _mark(cell) if cell.mark else ""
            return f"<td{shown}{rows}{self.ids(cell.id)}>{self.term(cell.term)}{mark}</td>"
        # A sum's own id stands on the number, that of the share on the cell around it.
        own = self.ids(cell.share or cell.id)
        state = f' data-state="{cell.state}"' if cell.state != "text" else ""
        return f"<td{shown}{rows}{own}{state}>{self.number(cell)}</td>"

    def ids(self, id: str) -> str:
        """Return the attributes by which a cell is found; an id holds no blanks."""
        if not id:
            return ""
        own = "_".join((self.prefix + plain(id)).split())
        return f' id="{escape(own, quote=True)}" data-cell="{_attribute(id)}"'

    def number(self, cell: Cell) -> str:
        """Return the inside of a cell that holds a number: lead, total, mark."""
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
        own = self.ids(cell.id) if cell.share else ""
        return f"{lead}<span{role}{title}{own}>{shown}</span>{_mark(cell) if cell.mark else ''}"

    def asked(self, cell: Cell, asked: Asked) -> str:
        """Return what stands in a cell to fill in: an input, or the answer."""
        if cell.term is not None:
            return f'<span class="key">{self.term(cell.term)}</span>'
        name = _attribute(asked.name or cell.id)
        if asked.options:
            options = "".join(f"<option>{self.words(o)}</option>" for o in asked.options)
            return f'<select name="{name}" aria-label="{name}"><option></option>{options}</select>'
        return f'<input name="{name}" aria-label="{name}" autocomplete="off">'

    def field(self, field: Field) -> Iterator[str]:
        """Yield a field behind its words."""
        assert field.cell.asked is not None
        inside = f"{self.prose(field.prose)} {self.asked(field.cell, field.cell.asked)}"
        yield f'<p class="field"><label>{inside}</label></p>'

    def picture(self, picture: Picture) -> Iterator[str]:
        """Yield a picture."""
        yield f"<figure>{picture_svg(picture)}</figure>"

    def space(self, space: Space) -> Iterator[str]:
        """Yield room to work in."""
        yield f'<div style="height:{1.6 * space.lines:g}em"></div>'


def prose_html(prose: Prose) -> str:
    """Return prose as HTML, escaped, its terms as MathML."""
    return Html().prose(prose)


def blocks_html(blocks: Iterable[Block]) -> str:
    """Return blocks as HTML without a style or frame of their own."""
    return "\n".join(Html().blocks(blocks))


def write(
    document: Document,
    whole: bool = False,
    *,
    prefix: str = "",
    style: bool = True,
    most: int | None = None,
) -> str:
    """Return a document as HTML with MathML.

    Parameters
    ----------
    whole
        Whether a whole page is returned rather than a piece.
    prefix
        Put before every id, for pages with several tables.
    style
        Whether the style sheet is included.
    most
        How many rows are written at most; a line says how many were left out.
    """
    sheet = f"<style>{style_of(*['form'] * document.form)}</style>\n" if style else ""
    # What is written on is paper, whatever the browser prefers.
    kind = 'class="chainrule form" data-theme="light"' if document.form else 'class="chainrule"'
    foot = (Paragraph((words,), "quiet") for words in document.foot[1:])
    inside = "\n".join(Html(prefix, most).blocks((*document.blocks, *foot)))
    piece = f"<div {kind}>\n{sheet}{inside}\n</div>\n"
    if not whole:
        return piece
    return (
        f'<!doctype html>\n<html lang="{PAGE["lang"]}">\n<head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{escape(plain(document.title))}'
        f"</title></head>\n<body>\n{piece}</body>\n</html>\n"
    )


RENDERER = Renderer("html", ".html", write)
