"""The values of many inputs as a table in the browser, each beside its derivative."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from chainrule.drawing.browser import part
from chainrule.readings.mathml import mathml
from chainrule.readings.terms import Symbol
from chainrule.readings.theme import css
from chainrule.ui.component import component
from chainrule.ui.pictures.component import theme

HERE: Final = Path(__file__).parent
WORDS: Final[Mapping[str, str]] = {
    "inputs": "inputs",
    "value": "value",
    "value_of": "Value of {name}",
    "slide": "Slide {name}",
}

_table = component(
    "inputs",
    '<div class="inputs"></div>',
    part("elements.js")
    + (HERE / "pictures" / "drawing.js").read_text(encoding="utf-8")
    + (HERE / "inputs.js").read_text(encoding="utf-8"),
    css(".inputs") + (HERE / "inputs.css").read_text(encoding="utf-8"),
    WORDS,
)


def inputs(rows: Sequence[Mapping[str, Any]], *, key: str, on_edit: Callable[[], None]) -> None:
    """Show the table.

    Parameters
    ----------
    rows
        Of each input its `name`, its `value` as it is written, that as a `number` (None if it is
        none), what is wrong with it (`fault`, may be empty), and whether it is `wide`, a vector or
        matrix, which has no derivative here. They are grouped by the letters of the names.
    on_edit
        Called when a value was written or slid to; ``edit`` is then name and text, in the session
        under `key`.
    """
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        groups.setdefault(letter(row["name"]), []).append(row)
    shown: list[dict[str, Any]] = []
    before = 1
    for group in groups.values():
        for row in group:
            # Letters of one input each stand together.
            begins = row is group[0] and bool(shown) and max(len(group), before) > 1
            math = mathml(Symbol(row["name"]), inline=True)
            shown.append({**row, "math": math, "begins": begins})
        before = len(group)
    _table(key=key, data={"rows": shown, "theme": theme()}, on_edit_change=on_edit)


def letter(name: str) -> str:
    """Return a name without its index: ``alpha`` of ``alpha_12``."""
    return name.rstrip("0123456789_,") or name
