"""Grids and steps as LaTeX: a booktabs table, or a whole document."""

from __future__ import annotations

import re
from collections.abc import Iterable

from chainrule.readings.catalogue import MARKS, PHASES
from chainrule.readings.cells import story_caption
from chainrule.readings.grid import Cell, Grid, Remark
from chainrule.readings.latex import latex, latex_text
from chainrule.readings.prose import Prose, sentence, title
from chainrule.readings.render.prose import plain, prose_latex
from chainrule.readings.render.renderer import Renderer
from chainrule.readings.story import StoryStep
from chainrule.readings.terms import ACCENTS, GREEK, Coloured, Term, Word, colour_name
from chainrule.readings.view import View

PREAMBLE = r"""\documentclass[11pt,a4paper]{article}
\usepackage{iftex}
\ifPDFTeX\usepackage[T1]{fontenc}\else\usepackage{fontspec}\fi
\makeatletter\def\UTFviii@undefined@err{?\@gobble}\makeatother
\usepackage{amsmath,booktabs,graphicx,longtable,xcolor}
\usepackage[margin=25mm]{geometry}
\definecolor{crvalue}{HTML}{0072B2}
\definecolor{crderivative}{HTML}{C2410C}
\definecolor{crpartial}{HTML}{475569}
\definecolor{crwarning}{HTML}{7C3AED}
\setlength{\parindent}{0pt}
\begin{document}
"""
END = "\\end{document}\n"
PAGE_ROWS = 30
"""Rows that fit a page for certain."""


def safe(written: str) -> str:
    """Return LaTeX without characters that no font has."""
    return "".join(
        "\n" if c == "\n" else plain(c).replace("\N{REPLACEMENT CHARACTER}", "?") for c in written
    )


# Words may hold names as Unicode writes them, v₅ or ŷ, for which pdfTeX has no letters.
_LETTERS = (
    {letter: rf"$\{name}$" for name, letter in GREEK.items()}
    | {
        small: rf"\textsubscript{{{big}}}"
        for big, small in zip("0123456789", "₀₁₂₃₄₅₆₇₈₉", strict=True)
    }
    | {
        small: rf"\textsuperscript{{{big}}}"
        for big, small in zip("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻", strict=True)
    }
    | {
        small: rf"\textsubscript{{{big}}}"
        for big, small in zip("aehijklmnoprstuvx", "ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", strict=True)
    }
    | {"−": "$-$", "·": r"$\cdot$", "∂": r"$\partial$", "∞": r"$\infty$", "…": r"\dots{}"}
    | {"△": r"$\triangle$"}
)
_ACCENTED = re.compile("(.)([\u0302\u0304\u0307])")
_ACCENTS = {mark: command for mark, command, _ in ACCENTS.values()}


def words_latex(words: str) -> str:
    """Return words as LaTeX text, escaped; names in them as mathematics."""
    parts = _ACCENTED.split(plain(words))
    # Split gives words, letter, accent, words, … in turns.
    written = ["".join(_LETTERS.get(c, latex_text(c)) for c in parts[0])]
    for letter, accent, rest in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
        base = _LETTERS.get(letter, latex_text(letter)).strip("$")
        written.append(f"${_ACCENTS[accent]}{{{base}}}$")
        written += [_LETTERS.get(c, latex_text(c)) for c in rest]
    return "".join(written)


def _prose(prose: Prose, colours: bool) -> str:
    return safe(prose_latex(prose, colours=colours))


def _term(term: Term, colours: bool) -> str:
    if isinstance(term, Word) and not term.latex:
        return words_latex(term.text)
    return safe(f"${latex(term, colours=colours)}$")


def _cell(cell: Cell | None, colours: bool) -> str:
    if cell is None or cell.term is None:
        return ""
    term: Term = Coloured(cell.role, cell.term) if cell.role is not None else cell.term
    shown = latex(term, colours=colours)
    if isinstance(cell.term, Word) and not cell.term.latex:
        written = words_latex(cell.term.text)
        if colours and cell.role is not None:
            written = rf"\textcolor{{{colour_name(cell.role)}}}{{{written}}}"
        return written
    if cell.final:
        shown = rf"\boldsymbol{{{shown}}}"
    if cell.before is not None:
        # The empty group makes the plus a sign between two numbers.
        group = "{}" if cell.lead is not None else ""
        shown = group + latex(cell.before, colours=colours) + shown
    mark = r"\," + _mark(colours) if cell.mark else ""
    return safe(f"${shown}${mark}")


def _mark(colours: bool) -> str:
    return r"\textcolor{crwarning}{$\triangle$}" if colours else r"$\triangle$"


def grid_latex(grid: Grid, document: bool = False, *, heading: str = "") -> str:
    """Return a grid as LaTeX; needs the packages amsmath and booktabs.

    Parameters
    ----------
    document
        Whether a whole coloured document is returned rather than a piece to paste.
    heading
        A title of one's own for the document.
    """
    colours, columns = document, grid.columns
    # Of a document we know the page: a long table is broken, a wide one made smaller.
    table = "longtable" if document and len(grid.rows) > PAGE_ROWS else "tabular"
    boxed = document and table == "tabular"
    rows = [
        r"\renewcommand{\arraystretch}{1.3}%",
        *([r"\sbox0{\relax"] if boxed else [r"\small"] if table == "longtable" else []),
        rf"\begin{{{table}}}{{{''.join('r' if h.numeric else 'l' for h in columns)}}}",
        r"\toprule",
        " & ".join(_term(h.term, colours) for h in columns) + r" \\",
        r"\midrule" + (r"\endhead" if table == "longtable" else ""),
    ]
    for row in grid.rows:
        rows.append(" & ".join(_cell(row.cells.get(h.key), colours) for h in columns) + r" \\")
        if row.last and row is not grid.rows[-1]:
            rows.append(r"\addlinespace")
    rows += [r"\bottomrule", rf"\end{{{table}}}" + "}%" * boxed]
    if boxed:
        fitted = r"\resizebox{\linewidth}{!}{\usebox0}"
        rows.append(rf"\ifdim\wd0>\linewidth{fitted}\else\usebox0\fi")
    under = [words_latex(grid.note)] if grid.note else []
    under += [_remark(remark, colours) for remark in grid.remarks]
    if under:
        rows += ["", r"\smallskip", r"{\footnotesize", *(f"{note}\\par" for note in under), "}"]
    piece = "\n".join(rows) + "\n"
    if not document:
        return piece
    above = rf"\section*{{{words_latex(heading)}}}" + "\n" if heading else ""
    return f"{PREAMBLE}{above}{_prose(grid.caption, colours)}\n\n\\medskip\n{piece}{END}"


def _remark(remark: Remark, colours: bool) -> str:
    where = f" ({words_latex(remark.where)})" if remark.nodes else ""
    words = f"{words_latex(MARKS[remark.mark])}{where}: {words_latex(remark.sentence)}"
    return f"{_mark(colours)} {words}"


def steps_latex(view: View, steps: Iterable[StoryStep], document: bool = False) -> str:
    """Return steps as a numbered list with aligned equations; needs amsmath."""
    colours = document
    rows = [r"\begin{enumerate}"]
    for step in steps:
        heading = _prose(title(step.title), colours)
        kind = f"{words_latex(PHASES[step.phase])}, {words_latex(step.rule)}"
        rows.append(rf"\item \textbf{{{heading}}} ({kind})\\")
        rows.append(_prose(sentence(step.sentence), colours))
        equations = [
            f"{'' if left is None else latex(left, colours=colours)} &= "
            f"{latex(right, colours=colours)}"
            for left, right in step.lines
        ]
        joined = " \\\\\n".join(equations)
        rows.append(safe(f"\\[\\begin{{aligned}}\n{joined}\n\\end{{aligned}}\\]"))
    rows.append(r"\end{enumerate}")
    piece = "\n".join(rows) + "\n"
    if not document:
        return piece
    return f"{PREAMBLE}{_prose(story_caption(view), colours)}\n\n{piece}{END}"


RENDERER = Renderer("latex", ".tex", grid_latex, steps_latex)
