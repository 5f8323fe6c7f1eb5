"""Documents as LaTeX: a piece to paste, or a whole document of standard packages."""

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
from chainrule.readings.picture import Picture
from chainrule.readings.prose import plain
from chainrule.readings.render.tikz import FONTS, definitions, drawing
from chainrule.readings.render.writer import TextWriter, is_words
from chainrule.readings.terms import Coloured, Term
from chainrule.readings.theme import LIGHT

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


RENDERER = Renderer("latex", ".tex", write)
