"""The files that the menu offers, each written from a worked example."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from chainrule.readings.render import RENDERERS
from chainrule.worked import Worked


@dataclass(frozen=True, slots=True)
class File:
    """A file to take away: what the menu calls it, its name's suffix, and who writes it from
    a run and the number of the step that is shown.
    """

    label: str
    suffix: str
    written: Callable[[Worked, int | None], bytes]


def _table(name: str, suffix: str) -> File:
    def written(worked: Worked, _step: int | None) -> bytes:
        # A whole document where there is such a thing; a browser opens the one, TeX the other.
        return RENDERERS[name].write(worked.table().document(), name in ("html", "latex")).encode()

    labels = {"html": "HTML", "latex": "LaTeX", "json": "JSON", "csv": "CSV", "text": "Text"}
    return File(labels.get(name, name.capitalize()), suffix, written)


def _picture(format: str, label: str) -> File:
    return File(label, f".{format}", lambda worked, _step: worked.draw(format))


FILES: dict[str, tuple[File, ...]] = {
    "Table": (
        *(_table(name, renderer.suffix) for name, renderer in RENDERERS.items()),
        File("PDF", ".pdf", lambda worked, _step: worked.table().pdf()),
    ),
    "Picture": (
        _picture("svg", "SVG"),
        _picture("png", "PNG"),
        _picture("pdf", "PDF"),
        _picture("tikz", "TikZ"),
        _picture("dot", "DOT"),
    ),
    "Steps": (
        File("Slides", ".pdf", lambda worked, _step: worked.slides("pdf")),
        File("Animated SVG", ".svg", lambda worked, _step: worked.slides("svg")),
        File("HTML", ".html", lambda worked, step: worked.draw("html", step=step)),
    ),
}
"""All files, by what they hold."""
