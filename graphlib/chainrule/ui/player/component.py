"""The player as a Streamlit component: all steps go to the browser once and are played there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final, cast

import streamlit as st

from chainrule.drawing.player import Packed
from chainrule.drawing.theme import THEMES
from chainrule.readings.catalogue import WORDS

HERE: Final = Path(__file__).parent
SCRIPTS: Final = (
    "elements.js", "run.js", "edges.js", "graph.js", "table.js", "panels.js", "player.js",
)  # fmt: skip
"""Parts of one module, in the order in which they are joined; the last has the default export."""

LABELS: Final[Mapping[str, str]] = {
    "first": "First step",
    "back": "Previous step",
    "play": "Play",
    "pause": "Pause",
    "forward": "Next step",
    "last": "Last step",
    "closer": "Zoom in",
    "further": "Zoom out",
    "fit": "Fit the whole graph",
    "step_of": "step {step} of {count}",
    "steps": "Steps",
    "graph": "Graph",
    "fold": "Fold",
    "unfold": "Unfold",
    "fold_title": "Show it and all that it alone uses as one node",
    "unfold_title": "Show the operations inside",
    "table": "Table of both passes",
    "values": "values",
    "partials": "local partials",
    "tangents": "tangents",
    "adjoints": "adjoints",
    "value": WORDS["value"],
    "tangent": WORDS["tangent"],
    "adjoint": WORDS["adjoint"],
    "partial": WORDS["partial"],
    "partial_short": "partial",
    "none": WORDS["none"],
    "unknown": "not computed yet",
    "corrected": "float64 differs",
}
"""What the player's own parts say."""


@cache
def style() -> str:
    """Return the component's CSS: the colours of all drawings, then the player's own rules."""
    colours = []
    for name, theme in THEMES.items():
        values = {
            "ground": theme.ground, "card": theme.card, "input-card": theme.input_card,
            "lit-card": theme.lit_card, "ink": theme.ink, "quiet": theme.quiet,
            "value": theme.value, "derivative": theme.derivative, "partial": theme.partial,
            "warning": theme.warning, "card-line": theme.card_line, "edge": theme.edge,
        }  # fmt: skip
        rules = "".join(f"--{key}:{colour};" for key, colour in values.items())
        colours.append(f'.player[data-theme="{name}"]{{{rules}}}')
    return "\n".join([*colours, (HERE / "player.css").read_text(encoding="utf-8")])


@cache
def script() -> str:
    """Return the component's JavaScript, one module."""
    return "\n".join((HERE / name).read_text(encoding="utf-8") for name in SCRIPTS)


@cache
def _mount() -> Callable[..., Any]:
    return cast(
        Callable[..., Any],
        st.components.v2.component(
            "chainrule_player", html='<div class="player"></div>', css=style(), js=script()
        ),
    )


def _nothing() -> None:
    """A state value is reported only if something listens."""


def player(
    run: Packed,
    *,
    key: str,
    step: int | None = None,
    height: int | None = None,
    stale: bool = False,
    on_fold: Callable[[], None] | None = None,
) -> Any:
    """Show a run's graph, steps and table.

    Parameters
    ----------
    run
        The player's data of it.
    key
        Identity of the component in the page.
    step
        Number of the step shown first, from 0; None for the last. A number that was not shown
        before takes the player there; the player's own reports never do.
    height
        Greatest height of the graph in px; by default a part of the window.
    stale
        Whether this is an earlier run, to be shown faded.
    on_fold
        Called when a fold is asked for; the change, such as "u" or "-u", is then in the session
        under `key`, as ``fold``.

    Returns
    -------
    object
        With attributes ``step``, the number of the step shown, from 0, and ``node``, the key of
        the node last chosen; each None until the first move. ``narrow``, whether it stands on a
        narrow screen.
    """
    return _mount()(
        key=key,
        data={
            "payload": run.text,
            "structure": run.structure,
            "digest": run.digest,
            "words": dict(LABELS),
            "step": step,
            "height": height,
            "stale": stale,
        },
        on_step_change=_nothing,
        on_node_change=_nothing,
        on_narrow_change=_nothing,
        on_fold_change=on_fold or _nothing,
    )
