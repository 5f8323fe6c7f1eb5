"""Fields for answers as Streamlit components: what is typed stays in the browser.

Answers are kept in the browser's own storage, under the digest of what is asked, and reach the
server only to be checked; they are never part of a link.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from chainrule.drawing.browser import part, style
from chainrule.ui.component import component

HERE: Final = Path(__file__).parent
SCRIPTS: Final = (
    "marks.js",
    "store.js",
    "shares.js",
    "report.js",
    "table.js",
    "sheet.js",
    "answers.js",
)
"""Parts of one module, in the order in which they are joined behind the player's elements; the last
has the default export."""

LABELS: Final[Mapping[str, str]] = {
    "table": "Your table",
    "type": "Type",
    "paste_csv": "Paste CSV",
    "paste_latex": "Paste LaTeX",
    "paste_here": "Paste a table here: the first row names the columns.",
    "take": "Take these numbers",
    "check": "Check",
    "again": "Check again",
    "clear": "Clear",
    "quiet": "Numbers, fractions or formulas; comma or point. Stays on this machine.",
    "node": "node",
    "partial": "local partial",
    "value": "value",
    "number": "partial’s value",
    "given": "given",
    "first": "first wrong cell",
    "wrong": "wrong",
    "right": "right",
    "follows": "follows from an earlier error, credited",
    "undecided": "not read",
    "missing": "empty",
    "credited": "of {cells} cells credited",
    "hint": "Hint {hint} of {count}.",
    "next_hint": "Next hint",
    "open": "Open this step in Explore",
    "error_of": "Mistake {at} of {count}",
    "previous": "Previous mistake",
    "next": "Next mistake",
    "empty": "Fill in what you have worked out, then check. Cells may stay empty.",
    "not_shown": "left for you",
    "reveal": "Show the next number",
    "help": "Hint for the next cell",
    "save": "Save answers as a file",
    "progress": "{done} of {count} cells answered",
}
"""What the components' own parts say."""


def script() -> str:
    """Return the component's JavaScript, one module."""
    own = ((HERE / name).read_text(encoding="utf-8") for name in SCRIPTS)
    return "\n".join((part("elements.js"), *own))


_KINDS = {
    kind: component(
        kind,
        f'<div class="player answers" data-kind="{kind}"></div>',
        script(),
        # The table and the small graph are dressed as the player is.
        f"{style()}\n{(HERE / 'answers.css').read_text(encoding='utf-8')}",
        LABELS,
    )
    for kind in ("table", "sheet")
}


def answers(
    kind: str,
    payload: Mapping[str, Any],
    *,
    key: str,
    on_check: Callable[[], None],
    on_ask: Callable[[], None],
) -> Any:
    """Show fields for answers.

    Parameters
    ----------
    kind
        "table" for a table worked by hand, "sheet" for a sheet of exercises.
    payload
        What is asked, and what is known about the answers: plain data, mathematics as markup that
        Python has escaped.
    key
        Identity of the component in the page.
    on_check, on_ask
        Called when answers are to be checked, and for anything else that is asked (a pasted
        table, a hint, a number); `st.session_state[key]` then holds what was sent, under `check`
        and `ask`.
    """
    return _KINDS[kind](
        key=key,
        data={"payload": payload},
        on_check_change=on_check,
        on_ask_change=on_ask,
    )


def digest(*parts: Any) -> str:
    """Return a short name for what is asked, under which the browser keeps the answers."""
    text = json.dumps(parts, sort_keys=True, default=str)
    return hashlib.blake2b(text.encode("utf-8", "backslashreplace"), digest_size=8).hexdigest()
