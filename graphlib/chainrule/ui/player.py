"""The player as a Streamlit component: all steps go to the browser once and are played there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from chainrule.drawing.browser import LABELS, script, style
from chainrule.drawing.player import Packed
from chainrule.ui.component import component, nothing

MOUNT: Final = """
const players = new WeakMap();

/** Streamlit calls this at the first run and at every rerun with the same parent. */
export default function (component) {
  const { data, parentElement, setStateValue, setTriggerValue } = component;
  const root = parentElement.querySelector(".player");
  let player = players.get(root);
  if (!player) {
    player = new Player(root, data.words);
    players.set(root, player);
  }
  player.take(data, setStateValue, setTriggerValue);
  return () => {
    player.end();
    players.delete(root);
  };
}
"""


_mounted = component("player", '<div class="player"></div>', script() + MOUNT, style(), LABELS)


def told(result: Any, what: str, run: Packed) -> str | None:
    """Return the "step" or "node" that a player has told; None if that was in another run."""
    structure, _, value = (getattr(result, what, None) or "").partition(" ")
    return value if value and structure == run.structure else None


def player(
    run: Packed,
    *,
    key: str,
    step: int | None = None,
    height: int | None = None,
    stale: bool = False,
    present: bool = False,
    welcome: bool = False,
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
    present
        Whether it begins on the whole screen, for a lecture hall.
    welcome
        Whether it says how to read all this, until the first step.
    on_fold
        Called when a fold is asked for; the change, such as "u" or "-u", is then in the session
        under `key`, as ``fold``.

    Returns
    -------
    object
        With attributes ``step``, the number of the step shown, from 0, and ``node``, the key of
        the node last chosen, each as `told` reads it. ``narrow``, whether it stands on a narrow
        screen.
    """
    return _mounted(
        key=key,
        data={
            "payload": run.text,
            "structure": run.structure,
            "digest": run.digest,
            "step": step,
            "height": height,
            "stale": stale,
            "present": present,
            "welcome": welcome,
        },
        on_step_change=nothing,
        on_node_change=nothing,
        on_narrow_change=nothing,
        on_present_change=nothing,
        on_fold_change=on_fold or nothing,
    )
