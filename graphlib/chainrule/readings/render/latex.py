"""Documents as LaTeX: a piece to paste, or a whole document of standard packages.

Pictures are TikZ, whose names and formulas TeX itself sets.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from chainrule.readings.catalogue import PAGE
from chainrule.readings.document import (
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
from chainrule.readings.grid import Cell, Grid, GridRow, Header
from chainrule.readings.latex import latex, safe, words_latex
from chainrule.readings.picture import Mark, Picture, Point, Ring, Shape, Tip, Type, Wire
from chainrule.readings.prose import plain
from chainrule.readings.render.writer import TextWriter, is_words
from chainrule.readings.terms import Coloured, Term
from chainrule.readings.theme import LIGHT, Theme

FONTS: Final = r"""\usepackage{iftex}
\ifPDFTeX\usepackage[T1]{fontenc}\else\usepackage{fontspec}\fi
\makeatletter\def\UTFviii@undefined@err{?\@gobble}\makeatother
\IfFileExists{lmodern.sty}{\usepackage{lmodern}}{}
"""
"""Fonts of all sizes, and a question mark for a letter that they do not have."""

PREAMBLE: Final = rf"""\documentclass[10pt,a4paper]{{article}}
{FONTS}\usepackage{{amsmath,array,booktabs,graphicx,longtable,xcolor}}
\usepackage[left=20mm,right=20mm,top=15mm,bottom=20mm]{{geometry}}
"""
SETTING: Final = r"""\setlength{\parindent}{0pt}\setlength{\parskip}{4pt}
% What is wider than the page is made smaller.
\newcommand{\fitted}[1]{\sbox0{#1}\ifdim\wd0>\linewidth\resizebox{\linewidth}{!}{\usebox0}%
  \else\usebox0\fi}
% A cell to write in: its name in the corner, a strut 22.5pt high, and what is filled in.
\newcommand{\asked}[2]{\rule[-7.5pt]{0pt}{22.5pt}%
  \smash{\raisebox{9pt}{\fontsize{5.4}{6}\selectfont\ttfamily\color{crquiet}#1}}\hfill#2\hfill\null}
\newcommand{\given}[1]{\rule[-7.5pt]{0pt}{22.5pt}#1}
\newcommand{\ofpoints}[1]{\fbox{\makebox[42pt][r]{/ #1}}}
\newcommand{\task}[3]{\par\bigskip{\large\bfseries #1\quad #2}\hfill\ofpoints{#3}\par\nopagebreak}
\begin{document}
"""
STANDALONE: Final = rf"""\documentclass[border=4pt]{{standalone}}
{FONTS}\usepackage{{amsmath,xcolor,tikz}}
\begin{{document}}
"""
END: Final = "\\end{document}\n"
PAGE_ROWS = 30
"""Rows that fit a page for certain."""


class Latex(TextWriter):
    """Writes blocks as paragraphs; only a whole document knows colours, and its page."""

    def __init__(self, whole: bool) -> None:
        self.whole = whole

    def words(self, words: str) -> str:
        """Return words, escaped."""
        return words_latex(words)

    def maths(self, term: Term) -> str:
        """Return a term between dollar signs."""
        return safe(f"${latex(term, colours=self.whole)}$")

    def heading(self, heading: Heading) -> Iterator[str]:
        """Yield a heading, and what stands across from it."""
        words = self.words(heading.words)
        if heading.points:
            yield rf"\task{{{heading.number}}}{{{words}}}{{{heading.points}}}"
        else:
            aside = rf"\textcolor{{crquiet}}{{{self.words(heading.aside)}}}" * bool(heading.aside)
            yield rf"{{\LARGE\bfseries {words}}}\hfill {aside}\par\medskip"

    def signature(self, signature: Signature) -> Iterator[str]:
        """Yield the line for a name and the box for the points."""
        who = self.words(signature.name) or r"\underline{\hspace{5cm}}"
        yield (
            rf"{PAGE['signed']}\enspace {who}\hfill {PAGE['points']}\enspace "
            rf"\ofpoints{{{signature.points}}}\par\smallskip\hrule\medskip"
        )

    def paragraph(self, paragraph: Paragraph) -> Iterator[str]:
        """Yield a paragraph."""
        shown = self.prose(paragraph.prose)
        if paragraph.role is None:
            yield rf"{shown}\par"
        else:
            yield rf"{{\footnotesize {self.coloured(shown, paragraph.role)}\par}}"

    def coloured(self, written: str, role: str) -> str:
        """Return something in the colour of a role, where there are colours."""
        colour = "crquiet" if role == "quiet" else f"cr{role}"
        return rf"\textcolor{{{colour}}}{{{written}}}" if self.whole else written

    def formulas(self, formulas: Formulas) -> Iterator[str]:
        """Yield formulas side by side."""
        yield r"\medskip " + r"\qquad ".join(map(self.term, formulas.terms)) + r"\par\medskip"

    def entries(self, entries: Entries) -> Iterator[str]:
        """Yield a numbered list with aligned equations."""
        yield r"\begin{enumerate}"
        for entry in entries.entries:
            kind = f"{self.words(entry.phase)}, {self.words(entry.rule)}"
            yield rf"\item \textbf{{{self.prose(entry.title)}}} ({kind})\\"
            yield self.prose(entry.prose)
            equations = [
                f"{'' if left is None else latex(left, colours=self.whole)} &= "
                f"{latex(right, colours=self.whole)}"
                for left, right in entry.lines
            ]
            joined = " \\\\\n".join(equations)
            yield safe(f"\\[\\begin{{aligned}}\n{joined}\n\\end{{aligned}}\\]")
        yield r"\end{enumerate}"

    def grid(self, grid: Grid) -> Iterator[str]:
        """Yield a grid; a piece is pasted under a caption of one's own."""
        if grid.caption and self.whole:
            yield self.prose(grid.caption) + "\n\n\\medskip"
        yield from self.table(grid)
        yield from self.blocks(grid.notes)

    def table(self, grid: Grid) -> Iterator[str]:
        """Yield a table: of booktabs, or ruled where it is written on."""
        yield from self.ruled(grid) if grid.form else self.booktabs(grid)

    def booktabs(self, grid: Grid) -> Iterator[str]:
        """Yield a table to be read; of a whole document we know the page."""
        columns = grid.columns
        long = self.whole and len(grid.rows) > PAGE_ROWS
        table, boxed = "longtable" if long else "tabular", self.whole and not long
        yield r"\renewcommand{\arraystretch}{1.3}%"
        yield from [r"\fitted{\relax"] * boxed + [r"\small"] * long
        yield rf"\begin{{{table}}}{{{''.join('r' if h.numeric else 'l' for h in columns)}}}"
        yield r"\toprule"
        yield self.row(self.term(header.term) for header in columns)
        yield r"\midrule" + r"\endhead" * long
        for row in grid.rows:
            yield self.row(self.cell(row.cells.get(header.key)) for header in columns)
            if row.last and row is not grid.rows[-1]:
                yield r"\addlinespace"
        yield r"\bottomrule"
        yield rf"\end{{{table}}}" + "}" * boxed + r"\par\smallskip" * self.whole

    def ruled(self, grid: Grid) -> Iterator[str]:
        """Yield a table to write on, as wide as the page; a cell that reaches down has no rule."""
        columns = grid.columns
        total = sum(header.width for header in columns)

        def column(header: Header) -> str:
            # Rules and padding take their part of the line.
            size = rf"p{{\dimexpr {header.width / total:.4f}\linewidth-6.8pt}}"
            written_on = any(cell.asked for row in grid.rows if (cell := row.cells.get(header.key)))
            return ("|" if written_on else "") + size

        def rules(after: GridRow | None) -> str:
            free = [i for i, h in enumerate(columns, 1) if after is None or h.key in after.cells]
            if len(free) == len(columns):
                return r"\hline"
            return "".join(rf"\cline{{{i}-{i}}}" for i in free)

        yield r"\medskip{\setlength{\tabcolsep}{3pt}%"
        yield rf"\begin{{tabular}}{{@{{}}{''.join(map(column, columns))}@{{}}}}"
        heads = (rf"\multicolumn{{1}}{{@{{\,}}l}}{{{self.term(h.term)}}}" for h in columns)
        yield self.row(heads) + r" \hline"
        for row, after in zip(grid.rows, (*grid.rows[1:], None), strict=True):
            cells = (self.written_on(row.cells.get(header.key)) for header in columns)
            yield f"{self.row(cells)} {rules(after)}"
        yield r"\end{tabular}}\par\medskip"

    def row(self, cells: Iterable[str]) -> str:
        """Return a row of a table."""
        return " & ".join(cells) + r" \\"

    def cell(self, cell: Cell | None) -> str:
        """Return a cell of a table."""
        if cell is None or cell.term is None:
            return ""
        if is_words(cell.term):
            shown = self.words(plain(cell.term))
            return shown if cell.role is None else self.coloured(shown, cell.role)
        term: Term = Coloured(cell.role, cell.term) if cell.role is not None else cell.term
        shown = latex(term, colours=self.whole)
        if cell.final:
            shown = rf"\boldsymbol{{{shown}}}"
        if cell.before is not None:
            # The empty group makes the plus a sign between two numbers.
            group = "{}" if cell.lead is not None else ""
            shown = group + latex(cell.before, colours=self.whole) + shown
        mark = r"\," + self.coloured(r"$\triangle$", "warning") if cell.mark else ""
        return safe(f"${shown}${mark}")

    def written_on(self, cell: Cell | None) -> str:
        """Return a cell high enough to write in."""
        if cell is not None and cell.asked:
            filled = "" if cell.term is None else self.term(cell.term)
            return rf"\asked{{{self.words(cell.id)}}}{{{filled}}}"
        return rf"\given{{{self.cell(cell)}}}"

    def field(self, field: Field) -> Iterator[str]:
        """Yield a field behind its words."""
        if not field.drawn:
            size = r"0.6\linewidth" if field.wide else "110pt"
            place = rf"\underline{{\makebox[{size}][l]{{{self.written_on(field.cell)}}}}}"
            yield rf"{self.prose(field.prose)} {place}\par"

    def picture(self, picture: Picture) -> Iterator[str]:
        """Yield a picture."""
        yield r"\begin{center}\fitted{\relax"
        yield from drawing(picture.marks)
        yield r"}\end{center}"

    def space(self, space: Space) -> Iterator[str]:
        """Yield room to work in."""
        yield rf"\vspace{{{16 * space.lines}pt}}"


def write(document: Document, whole: bool = False) -> str:
    """Return a document as LaTeX; a piece needs the packages amsmath and booktabs."""
    pieces = list(Latex(whole).blocks(document.blocks))
    if not whole:
        return "\n".join(pieces) + "\n"
    foot = Latex(whole).blocks(Paragraph((words,), "quiet") for words in document.foot[1:])
    pictures = any(isinstance(block, Picture) for block in document.blocks)
    head = PREAMBLE + "\\usepackage{tikz}\n" * pictures + "\n".join(definitions(LIGHT)) + "\n"
    return head + SETTING + "\n".join([*pieces, *foot]) + "\n" + END


PX: Final = 0.6
"""Points of TeX to a px of the layout: names of 18.5 px become type of 11 points."""

COLOUR: Final = {
    "value": "crvalue",
    "derivative": "crderivative",
    "partial": "crpartial",
    "warning": "crwarning",
    "ground": "crground",
    "card": "crcard",
    "card_line": "crcardline",
    "input_card": "crinput",
    "lit_card": "crlit",
    "edge": "credge",
    "ink": "crink",
    "quiet": "crquiet",
    "module": "crmodule",
    "current": "crcurrent",
}
"""TeX's names of a theme's colours."""

STYLES: Final = r"""[x=1pt, y=-1pt, line cap=round, line join=round,
  every node/.style={inner sep=0pt}]"""
_ANCHOR = {"start": "base west", "middle": "base", "end": "base east"}
_DASH = {"": "", "dotted": ", dotted", "dashed": ", dashed"}

HEADING, NOTE = 18.5, 13.5
"""Sizes of type of a heading and of the line below, in px."""


def drawing(marks: Iterable[Mark]) -> list[str]:
    """Return marks as a tikzpicture, in the colours of `definitions`."""
    return [rf"\begin{{tikzpicture}}{STYLES}", *map(drawn, marks), r"\end{tikzpicture}"]


def tikz(
    picture: Picture,
    *,
    theme: Theme = LIGHT,
    title: str = "",
    note: str = "",
    document: bool = False,
) -> str:
    """Return a picture as a tikzpicture that defines its colours itself.

    It needs the packages tikz, xcolor and amsmath.

    Parameters
    ----------
    title, note
        A heading over the picture, and a line below it.
    document
        Whether a document of the class standalone is returned rather than a piece to paste.
    """
    lines = [
        r"% needs \usepackage{amsmath,xcolor,tikz}",
        r"\begingroup%",
        *definitions(theme),
    ]
    first, *rest = drawing(picture.marks)
    if title:
        at, size = _at((0, -14)), _font(HEADING)
        words = words_latex(title)
        first += f"\n\\node[anchor=south west, {size}] at {at} {{\\textbf{{{words}}}}};"
    if note:
        rest.insert(-1, drawn(Type((0, picture.height + 22), "start", NOTE, note, "quiet")))
    lines += [first, *rest, r"\endgroup"]
    piece = "\n".join(lines) + "\n"
    if not document:
        return piece
    ground = "" if theme is LIGHT else rf"\pagecolor[HTML]{{{theme.ground[1:]}}}%" + "\n"
    return f"{STANDALONE}{ground}{piece}\\end{{document}}\n"


def definitions(theme: Theme) -> list[str]:
    """Return LaTeX's definitions of the colours."""
    named = {name: getattr(theme, field) for field, name in COLOUR.items()}
    return [rf"\definecolor{{{name}}}{{HTML}}{{{value[1:]}}}" for name, value in named.items()]


def _at(point: Point) -> str:
    return f"({point[0] * PX:.1f},{point[1] * PX:.1f})"


def _font(px: float) -> str:
    size = px * PX
    return rf"font=\fontsize{{{size:.1f}}}{{{1.2 * size:.1f}}}\selectfont"


def _ink(name: str, part: float = 0.0) -> str:
    """Return a colour, gone over into that of derivatives by a part of 1."""
    return f"crderivative!{round(100 * part)}!{COLOUR[name]}" if part else COLOUR[name]


def drawn(mark: Mark) -> str:
    """Return a mark as TikZ."""
    match mark:
        case Shape():
            return _shape(mark)
        case Wire():
            path = _at(mark.start)
            for piece in mark.pieces:
                points = [_at(point) for point in piece]
                path += (
                    f" -- {points[0]}"
                    if len(points) == 1
                    else f" .. controls {points[0]} and {points[1]} .. {points[2]}"
                )
            look = f"{_ink(mark.line, mark.part)}, line width={mark.width * PX:.2f}pt"
            return rf"\draw[{look}{_DASH[mark.dash]}] {path};"
        case Tip():
            corners = " -- ".join(map(_at, mark.points))
            return rf"\fill[{_ink(mark.fill, mark.part)}] {corners} -- cycle;"
        case Ring():
            look = f"draw={_ink(mark.line)}, fill=crground, line width=0.75pt"
            return rf"\draw[{look}] {_at(mark.at)} circle[radius={mark.radius * PX:.1f}pt];"
        case Type():
            return _type(mark)


def _shape(mark: Shape) -> str:
    box, options = mark.box, []
    if mark.fill:
        options.append(f"fill={_ink(mark.fill)}")
    if mark.line:
        options.append(f"draw={_ink(mark.line, mark.part)}, line width={mark.width * PX:.2f}pt")
    if mark.dashed:
        options.append("dashed")
    left, right = (_at((box.x + side * box.w / 2, box.y - box.h / 2)) for side in (-1, 1))
    low_left, low_right = (_at((box.x + s * box.w / 2, box.y + box.h / 2)) for s in (-1, 1))
    round = f"rounded corners={mark.radius * PX:.1f}pt"
    sharp = "sharp corners"
    if mark.corners == "below":
        path = f"{left} {{[{round}] -- {low_left} -- {low_right}}} -- {right} -- cycle"
        return rf"\path[{', '.join(options)}] {path};"
    options.append(round if mark.corners == "all" else sharp)
    return rf"\path[{', '.join(options)}] {left} rectangle {low_right};"


def _type(mark: Type) -> str:
    # Letters and digits are about two thirds as high as their size of type.
    at = _at((mark.at[0], mark.at[1] + 0.33 * mark.size))
    colour = "" if mark.colour == "ink" else f", text={_ink(mark.colour)}"
    if isinstance(mark.what, str):
        shown = words_latex(mark.what)
    else:
        bold = "" if mark.bold is None else rf"\boldsymbol{{{latex(mark.bold, colours=True)}}}"
        rest = latex(mark.what, colours=True)
        # In a group of a colour, a sign of relation at the beginning has no room before it.
        shown = safe(f"${bold}{rest.replace('=', '{}={}', 1) if bold else rest}$")
    return rf"\node[anchor={_ANCHOR[mark.to]}, {_font(mark.size)}{colour}] at {at} {{{shown}}};"


RENDERER = Renderer("latex", ".tex", write)
