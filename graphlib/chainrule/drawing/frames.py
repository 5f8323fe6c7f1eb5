"""A run frame by frame: each step's picture, sentence and equations, for slides and animations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from chainrule.drawing.grounds import pictured
from chainrule.drawing.layout import placed
from chainrule.drawing.positions import Layout
from chainrule.drawing.scene import Scene, Stage
from chainrule.passes.walks import Evaluate
from chainrule.readings.story import StoryStep, story
from chainrule.readings.terms import Role
from chainrule.readings.view import View

MOST_FRAMES: Final = 200
MOST_SHAPES: Final = 40_000
"""Cards and lines in all frames together."""

ROLES: Final[dict[str, Role]] = {
    "values": "value",
    "partials": "partial",
    "adjoints": "derivative",
    "tangents": "derivative",
}
"""In whose colour each phase is told."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One step: the picture after it, and what is told of it; `number` counts from 1."""

    number: int
    told: StoryStep
    scene: Scene


@dataclass(frozen=True, slots=True)
class Frames:
    """The steps of a run as frames.

    Parameters
    ----------
    layout
        Where everything stands in all of them; its view is the given one, or it folded.
    frames
        The first ones, as many as are shown.
    total
        How many steps there are.
    phases
        Each phase with its count of steps, in their order.
    note
        One sentence on what was folded or left out; may be empty.
    """

    layout: Layout
    frames: tuple[Frame, ...]
    total: int
    phases: tuple[tuple[str, int], ...]
    note: str


def frames(view: View) -> Frames:
    """Return a run frame by frame, as many as the limits allow.

    Raises
    ------
    DrawingError, OutsideTimeout
        If the cards cannot be laid out.
    """
    layout = placed(pictured(view), rows=True)
    view = layout.view
    drawn = layout.nodes.keys()
    told = [
        (index, step)
        for index, step in zip(_told(view), story(view), strict=True)
        if step.node in drawn
        and (step.edge is None or {step.edge.user, step.edge.operand} <= drawn)
    ]
    shapes = len(layout.nodes) + len(layout.edges)
    most = min(MOST_FRAMES, max(1, MOST_SHAPES // max(1, shapes)))
    stage = Stage(layout)
    shown = tuple(
        Frame(number, step, stage.scene(index))
        for number, (index, step) in enumerate(told[:most], start=1)
    )
    phases: dict[str, int] = {}
    for _index, step in told:
        phases[step.phase] = phases.get(step.phase, 0) + 1
    notes = [layout.note] if layout.note else []
    if len(told) > most:
        notes.append(
            f"The first {most:,} of {len(told):,} steps are shown: "
            f"at most {MOST_FRAMES} steps, and {MOST_SHAPES:,} cards and lines in all."
        )
    return Frames(layout, shown, len(told), tuple(phases.items()), " ".join(notes))


def _told(view: View) -> list[int]:
    """Return the places in the run of the steps that are told: all but constants without a row."""
    return [
        index
        for index, (_double, step) in enumerate(view.run.steps)
        if not isinstance(step, Evaluate) or step.node in view.labels
    ]
