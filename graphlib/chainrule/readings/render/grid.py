"""Small grids of words and numbers, as text and as HTML."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from chainrule.readings.render.prose import printable

Rows = Sequence[Sequence[str]]


def grid_text(headers: Sequence[str], rows: Rows, caption: str = "") -> str:
    """Return a grid as plain text: the first column to the left, the others to the right."""
    cells = [[printable(cell) for cell in line] for line in (headers, *rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = [printable(caption)] if caption else []
    for line in cells:
        first, *others = zip(line, widths, strict=True)
        shown = [first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)]
        lines.append("  ".join(shown).rstrip())
    return "\n".join(lines) + "\n"


def grid_html(headers: Sequence[str], rows: Rows, caption: str = "") -> str:
    """Return a grid as an HTML table, escaped."""

    def line(cells: Sequence[str], tag: str, scope: str) -> str:
        head, *others = (escape(printable(cell)) for cell in cells)
        shown = "".join(f'<{tag} style="text-align:right">{cell}</{tag}>' for cell in others)
        return f'<tr><th scope="{scope}" style="text-align:left">{head}</th>{shown}</tr>'

    above = f"<caption>{escape(printable(caption))}</caption>" if caption else ""
    body = "".join(line(cells, "td", "row") for cells in rows)
    return (
        f'<table class="chainrule-grid">{above}<thead>{line(headers, "th", "col")}</thead>'
        f"<tbody>{body}</tbody></table>\n"
    )
