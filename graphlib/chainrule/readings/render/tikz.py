"""A picture as TikZ, whose names and formulas TeX itself sets."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from chainrule.readings.latex import latex, safe, words_latex
from chainrule.readings.picture import Mark, Picture, Point, Ring, Shape, Tip, Type, Wire
from chainrule.readings.theme import LIGHT, Theme

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

PREAMBLE: Final = r"""\documentclass[border=4pt]{standalone}
\usepackage{iftex}
\ifPDFTeX\usepackage[T1]{fontenc}\else\usepackage{fontspec}\fi
\makeatletter\def\UTFviii@undefined@err{?\@gobble}\makeatother
\IfFileExists{lmodern.sty}{\usepackage{lmodern}}{}
\usepackage{amsmath,xcolor,tikz}
\begin{document}
"""


def drawing(marks: Iterable[Mark]) -> list[str]:
    """Return marks as a tikzpicture, in the colours of `definitions`."""
    lines = (line for mark in marks for line in drawn(mark))
    return [rf"\begin{{tikzpicture}}{STYLES}", *lines, r"\end{tikzpicture}"]


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
        rest[-1:-1] = drawn(Type((0, picture.height + 22), "start", NOTE, note, "quiet"))
    lines += [first, *rest, r"\endgroup"]
    piece = "\n".join(lines) + "\n"
    if not document:
        return piece
    ground = "" if theme is LIGHT else rf"\pagecolor[HTML]{{{theme.ground[1:]}}}%" + "\n"
    return f"{PREAMBLE}{ground}{piece}\\end{{document}}\n"


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


def drawn(mark: Mark) -> list[str]:
    """Return a mark as TikZ."""
    match mark:
        case Shape():
            return [_shape(mark)]
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
            return [rf"\draw[{look}{_DASH[mark.dash]}] {path};"]
        case Tip():
            corners = " -- ".join(map(_at, mark.points))
            return [rf"\fill[{_ink(mark.fill, mark.part)}] {corners} -- cycle;"]
        case Ring():
            look = f"draw={_ink(mark.line)}, fill=crground, line width=0.75pt"
            return [rf"\draw[{look}] {_at(mark.at)} circle[radius={mark.radius * PX:.1f}pt];"]
        case Type():
            return [_type(mark)]


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
