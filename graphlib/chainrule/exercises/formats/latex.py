"""Sheets as LaTeX documents: standard packages, the figure in TikZ."""

from __future__ import annotations

from typing import Final

from chainrule.exercises.catalogue import WORDS
from chainrule.exercises.figure import Card, Figure, head
from chainrule.exercises.formats.format import Format, points_text
from chainrule.exercises.sheet import (
    Answer,
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
from chainrule.readings.latex import latex
from chainrule.readings.picture import Point
from chainrule.readings.prose import Prose
from chainrule.readings.render.latex import safe, words_latex
from chainrule.readings.terms import EQUALS, Term, Word, row

PREAMBLE: Final = r"""\documentclass[10pt,a4paper]{article}
\usepackage{iftex}
\ifPDFTeX\usepackage[T1]{fontenc}\else\usepackage{fontspec}\fi
\usepackage{amsmath,array,xcolor,tikz}
\usepackage[a4paper,left=20mm,right=20mm,top=15mm,bottom=20mm]{geometry}
\definecolor{crvalue}{HTML}{0072B2}
\definecolor{crderivative}{HTML}{C2410C}
\definecolor{crpartial}{HTML}{475569}
\definecolor{crwarning}{HTML}{7C3AED}
\definecolor{crquiet}{HTML}{5B6879}
\setlength{\parindent}{0pt}\setlength{\parskip}{4pt}\setlength{\tabcolsep}{3pt}
\renewcommand{\arraystretch}{1}
% A cell to write in: its name in the corner, a strut 22.5pt high, and what is filled in.
\newcommand{\asked}[2]{\rule[-7.5pt]{0pt}{22.5pt}%
  \smash{\raisebox{9pt}{\fontsize{5.4}{6}\selectfont\ttfamily\color{crquiet}#1}}\hfill#2\hfill\null}
\newcommand{\given}[1]{\rule[-7.5pt]{0pt}{22.5pt}#1}
\newcommand{\ofpoints}[1]{\fbox{\makebox[42pt][r]{/ #1}}}
\newcommand{\task}[3]{\par\bigskip{\large\bfseries #1\quad #2}\hfill\ofpoints{#3}\par\nopagebreak}
\begin{document}
"""
END: Final = "\\end{document}\n"


def _term(term: Term) -> str:
    if isinstance(term, Word) and not term.latex:
        return words_latex(term.text)
    return safe(f"${latex(term, colours=True)}$")


def _prose(words: Prose) -> str:
    return "".join(words_latex(part) if isinstance(part, str) else _term(part) for part in words)


class _Writer:
    """Writes the blocks of a task; with its key inline, its answers stand in the cells."""

    def __init__(self, task: Task | None = None, key: Key = "none") -> None:
        self.task = task
        self.filled = task is not None and key == "inline"

    def _answer(self, cell: str) -> Answer:
        assert self.task is not None
        return self.task.answers[cell]

    def _asked(self, cell: str) -> str:
        shown = _term(self._answer(cell).term) if self.filled else ""
        return rf"\asked{{{words_latex(cell)}}}{{{shown}}}"

    def block(self, block: Block) -> str:
        match block:
            case Words(words):
                return _prose(words) + r"\par"
            case Lines(terms):
                return r"\medskip " + r"\qquad ".join(map(_term, terms)) + r"\par\medskip"
            case SlotTable():
                return self._table(block)
            case Field(_, cell) if self._answer(cell).kind == "graph":
                return "%"  # on paper it is drawn into the figure
            case Field(words, cell, wide):
                size = r"0.6\linewidth" if wide else "110pt"
                place = rf"\underline{{\makebox[{size}][l]{{{self._asked(cell)}}}}}"
                return rf"{_prose(words)} {place}\par"
            case Figure():
                return self._figure(block)
            case Space(lines):
                return rf"\vspace{{{16 * lines}pt}}"

    def _slot(self, slot: Slot) -> str:
        match slot:
            case Asked(cell):
                return self._asked(cell)
            case Given(term) if term is not None:
                return rf"\given{{{_term(term)}}}"
        return r"\given{}"

    def _table(self, table: SlotTable) -> str:
        total = sum(table.widths)
        # Rules and padding take their part of the line.
        sizes = [rf"p{{\dimexpr {w / total:.4f}\linewidth-6.8pt}}" for w in table.widths]
        asked = [any(isinstance(line[i], Asked) for line in table.rows) for i in range(len(sizes))]
        columns = "".join(("|" if a else "") + s for a, s in zip(asked, sizes, strict=True))
        lines = [rf"\begin{{tabular}}{{@{{}}{columns}@{{}}}}"]
        heads = (rf"\multicolumn{{1}}{{@{{\,}}l}}{{{_term(header)}}}" for header in table.headers)
        lines.append(" & ".join(heads) + r" \\ \hline")
        for i, line in enumerate(table.rows):
            after = table.rows[i + 1] if i + 1 < len(table.rows) else None
            lines.append(" & ".join(map(self._slot, line)) + r" \\ " + _rules(after, len(line)))
        return "\n".join([r"\medskip", *lines, r"\end{tabular}\par\medskip"])

    def _figure(self, figure: Figure) -> str:
        lines = [r"\begin{center}\begin{tikzpicture}[x=1bp,y=-1bp,line width=0.9bp]"]
        for arrow in figure.arrows:
            if arrow.drawn or self.filled:
                lines.append(_arrow(arrow.points, head(arrow), arrow.drawn))
        lines += [self._card(card, figure) for card in figure.cards]
        return "\n".join([*lines, r"\end{tikzpicture}\end{center}"])

    def _card(self, card: Card, figure: Figure) -> str:
        shown: Term = card.name
        if not card.input:
            formula = card.formula
            if formula is None and self.filled and card.cell:
                formula = self._answer(card.cell).term
            shown = row(card.name, EQUALS, *((formula,) if formula else ()))
        x, y = card.x, card.y
        right, bottom = x + card.width, y + card.height
        middle = (y + bottom) / 2 if figure.fields else bottom
        size = 10 * figure.scale
        lines = [
            rf"\draw[crpartial,fill=white,rounded corners=3bp] ({x:g},{y:g}) rectangle "
            f"({right:g},{bottom:g});",
            rf"\node[anchor=west,inner sep=0,font=\fontsize{{{size:.3g}}}{{{size * 1.2:.3g}}}"
            rf"\selectfont] at ({x + 6:g},{(y + middle) / 2:g}) {{{_term(shown)}}};",
        ]
        if figure.fields:
            half = x + card.width / 2
            lines.append(
                rf"\draw[crquiet!40,line width=0.5bp] ({x:g},{middle:g}) -- ({right:g},{middle:g}) "
                f"({half:g},{middle:g}) -- ({half:g},{bottom:g});"
            )
        return "\n".join(lines)


def _rules(after: tuple[Slot, ...] | None, count: int) -> str:
    """Return the rules below a row: none below a cell that reaches down."""
    if after is None or all(after):
        return r"\hline"
    free = [i + 1 for i in range(count) if after[i] is not None]
    return "".join(rf"\cline{{{i}-{i}}}" for i in free)


def _arrow(points: tuple[Point, ...], tips: tuple[Point, ...], drawn: bool) -> str:
    def at(point: Point) -> str:
        return f"({point[0]:g},{point[1]:g})"

    colour = "crpartial" if drawn else "crderivative"
    curves = "".join(
        f" .. controls {at(points[i])} and {at(points[i + 1])} .. {at(points[i + 2])}"
        for i in range(1, len(points) - 2, 3)
    )
    corners = " -- ".join(map(at, tips))
    return (
        rf"\draw[{colour}] {at(points[0])}{curves};"
        "\n"
        rf"\fill[{colour}] {corners} -- cycle;"
    )


def _key(task: Task) -> str:
    lines = [r"\begin{tabular}{@{}p{0.3\linewidth}p{0.5\linewidth}r@{}}"]
    for cell, answer in task.answers.items():
        also = "".join(
            r"\newline " + words_latex(WORDS["also"].format(answer=one, reason=reason))
            for one, reason in answer.also.items()
        )
        name = rf"\texttt{{{words_latex(cell)}}}"
        lines.append(rf"{name} & {_term(answer.term)}{also} & {points_text(answer.points)} \\")
    return "\n".join([*lines, r"\end{tabular}\par"])


def _part(part: Part, key: Key) -> list[str]:
    parts = [] if key == "apart" else [_Writer().block(block) for block in part.opening]
    for task in part.tasks:
        title, points = words_latex(task.title), points_text(task.points)
        parts.append(rf"\task{{{task.number}}}{{{title}}}{{{points}}}")
        if key == "apart":
            parts.append(_key(task))
        else:
            writer = _Writer(task, key)
            parts += [writer.block(block) for block in task.blocks]
    return parts


def sheet_latex(sheet: Sheet, key: Key) -> bytes:
    """Return a sheet as a LaTeX document."""
    title = sheet.title if key == "none" else f"{sheet.title} – {WORDS['key']}"
    who = words_latex(sheet.student) or r"\underline{\hspace{5cm}}"
    lines = [
        PREAMBLE + rf"{{\LARGE\bfseries {words_latex(title)}}}\hfill "
        rf"\textcolor{{crquiet}}{{{words_latex(sheet.label)}}}\par\medskip",
        rf"{WORDS['name']}\enspace {who}\hfill {WORDS['points']}\enspace "
        rf"\ofpoints{{{points_text(sheet.points)}}}\par\smallskip\hrule\medskip",
    ]
    lines += [words_latex(sheet.note) + r"\par"] if sheet.note else []
    for part in sheet.parts:
        lines += _part(part, key)
    return ("\n".join(lines) + "\n" + END).encode()


FORMAT = Format("latex", ".tex", sheet_latex)
