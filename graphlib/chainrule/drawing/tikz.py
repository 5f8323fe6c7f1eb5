"""The drawing as TikZ: positions from Graphviz, names and formulas set by TeX itself."""

from __future__ import annotations

from typing import Final

from chainrule.drawing.labels import Point
from chainrule.drawing.scene import Card, Line, Scene, Text
from chainrule.drawing.theme import LIGHT, Theme
from chainrule.drawing.widths import Sizes
from chainrule.readings.render.latex import safe, words_latex
from chainrule.readings.terms import Coloured, Term, latex

PX: Final = 0.6
"""Points of TeX to a px of the layout: names of 18.5 px become type of 11 points."""

COLOURS: Final = ("value", "derivative", "partial", "warning")

STYLES: Final = r"""[x=1pt, y=-1pt, line cap=round, line join=round,
  card/.style={draw=crcardline, fill=crcard, rounded corners=5.4pt, line width=0.75pt},
  input/.style={draw=crvalue, fill=crinput},
  source/.style={draw=crderivative},
  target/.style={draw=crderivative, fill=crlit, line width=1.35pt},
  trouble/.style={draw=crwarning},
  unknown/.style={draw=crpartial, dashed, rounded corners=2.4pt, line width=0.5pt},
  edge/.style={draw=credge, -{Latex[length=5.4pt, width=4pt]}, line width=0.75pt},
  lit/.style={draw=crderivative, line width=1.35pt},
  backward/.style={{Latex[length=5.4pt, width=4pt]}-},
  every node/.style={inner sep=0pt},"""
_STYLE = {"plain": "", "input": ", input", "source": ", source", "target": ", target",
          "warning": ", trouble"}  # fmt: skip
_ANCHOR = {"start": "west", "middle": "center", "end": "east"}

PREAMBLE: Final = r"""\documentclass[border=4pt]{standalone}
\usepackage{iftex}
\ifPDFTeX\usepackage[T1]{fontenc}\else\usepackage{fontspec}\fi
\makeatletter\def\UTFviii@undefined@err{?\@gobble}\makeatother
\IfFileExists{lmodern.sty}{\usepackage{lmodern}}{}
\usepackage{amsmath,xcolor,tikz}
\usetikzlibrary{arrows.meta}
\begin{document}
"""


def tikz(scene: Scene, *, theme: Theme = LIGHT, title: str = "", document: bool = False) -> str:
    """Return a scene as a tikzpicture that defines its colours itself.

    It needs the packages tikz (with its library arrows.meta), xcolor and amsmath.

    Parameters
    ----------
    title
        A heading over the drawing.
    document
        Whether a document of the class standalone is returned rather than a piece to paste.
    """
    sizes = scene.sizes
    lines = [
        r"% needs \usepackage{amsmath,xcolor,tikz} and \usetikzlibrary{arrows.meta}",
        r"\begingroup%",
        *definitions(theme),
        rf"\begin{{tikzpicture}}{STYLES}",
        f"  {_type('name', sizes.name)}, {_type('number', sizes.number)},",
        f"  {_type('label', sizes.label)}, label/.append style={{text=crpartial}}]",
    ]
    if title:
        lines.append(rf"\node[name, anchor=south west] at (0,-8) {{\textbf{{{words(title)}}}}};")
    lines += [part for line in scene.lines for part in _edge(line)]
    lines += [part for card in scene.cards for part in _card(card, sizes)]
    if scene.note:
        at = _at((0, scene.height + 16))
        lines.append(
            rf"\node[label, anchor=north west, text=crpartial] at {at} {{{words(scene.note)}}};"
        )
    lines += [r"\end{tikzpicture}", r"\endgroup"]
    piece = "\n".join(lines) + "\n"
    if not document:
        return piece
    ground = "" if theme is LIGHT else rf"\pagecolor[HTML]{{{theme.ground[1:]}}}%" + "\n"
    return f"{PREAMBLE}{ground}{piece}\\end{{document}}\n"


def definitions(theme: Theme) -> list[str]:
    """Return LaTeX's definitions of the colours."""
    named = {role: getattr(theme, role) for role in COLOURS} | {
        "card": theme.card, "cardline": theme.card_line, "input": theme.input_card,
        "lit": theme.lit_card, "edge": theme.edge, "ink": theme.ink,
    }  # fmt: skip
    return [rf"\definecolor{{cr{name}}}{{HTML}}{{{value[1:]}}}" for name, value in named.items()]


def words(text: str) -> str:
    """Return text for TeX: printable, and nothing in it is a command."""
    return safe(words_latex(text))


def _maths(term: Term, bold: bool = False) -> str:
    written = latex(term, colours=True)
    return safe(rf"$\boldsymbol{{{written}}}$" if bold else f"${written}$")


def _at(point: Point) -> str:
    return f"({point[0] * PX:.1f},{point[1] * PX:.1f})"


def _type(name: str, px: float) -> str:
    size = px * PX
    return rf"{name}/.style={{font=\fontsize{{{size:.1f}}}{{{1.2 * size:.1f}}}\selectfont}}"


def _card(card: Card, sizes: Sizes) -> list[str]:
    box = card.box
    left, right = box.x - box.w / 2, box.x + box.w / 2
    top, bottom = box.y - box.h / 2, box.y + box.h / 2
    # Baselines: letters and digits are about two thirds as high as their size of type.
    upper, lower = (top + part * box.h + 0.33 * sizes.number for part in (0.33, 0.73))
    head = _maths(card.name, bold=True)
    if card.formula is not None:
        head += _maths(Coloured("partial", card.formula)).replace("$", "${}={}", 1)
    lines = [
        rf"\draw[card{_STYLE[card.outline]}] {_at((left, top))} rectangle {_at((right, bottom))};",
        rf"\node[name, anchor=base] at {_at((box.x, upper))} {{{head}}};",
    ]
    ends: tuple[tuple[Term | None, float, float, str], ...] = ((card.value, left, 1, "west"),)
    if card.due:
        ends += ((card.derivative, right, -1, "east"),)
    for number, side, inward, anchor in ends:
        near, far = side + inward * sizes.side, side + inward * (sizes.side + sizes.outline)
        if number is None:
            corners = _at((near, lower - 0.85 * sizes.number)), _at((far, lower + 3))
            lines.append(rf"\draw[unknown] {corners[0]} rectangle {corners[1]};")
        else:
            shown = _maths(number)
            lines.append(
                rf"\node[number, anchor=base {anchor}] at {_at((near, lower))} {{{shown}}};"
            )
    return lines


def _edge(line: Line) -> list[str]:
    style = "edge" + ", lit" * line.lit + ", backward" * line.backward + ", dotted" * line.dotted
    path = _at(line.start)
    for piece in line.pieces:
        points = [_at(point) for point in piece]
        path += (
            f" -- {points[0]}"
            if len(points) == 1
            else f" .. controls {points[0]} and {points[1]} .. {points[2]}"
        )
    drawn = rf"\draw[{style}] {path} -- {_at(line.tip)};"
    return [drawn, *map(_text, line.texts)]


def _text(text: Text) -> str:
    return rf"\node[label, anchor={_ANCHOR[text.align]}] at {_at(text.at)} {{{_maths(text.term)}}};"
