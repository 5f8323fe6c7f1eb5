"""A run stopped at one step: what is known by then, and what the step is about."""

from __future__ import annotations

from dataclasses import dataclass

from chainrule.errors import DrawingError
from chainrule.passes.run import Number
from chainrule.passes.walks import Evaluate, Linearise, Push, Seed, Share
from chainrule.readings.view import View

Slot = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Moment:
    """What a drawing shows and lights.

    Parameters
    ----------
    values, partials
        Nodes whose value, and edges (user, slot) whose local partial is known.
    derivatives
        Adjoints or tangents as they have added up so far.
    target, source
        The node the step writes to, and the one from which a derivative comes to it.
    edge
        The edge of the step.
    flowed
        Edges that have brought their part to a derivative by then.
    shares
        Those of them that brought it to the target's, in their order.
    """

    values: frozenset[int]
    partials: frozenset[Slot]
    derivatives: dict[int, Number]
    target: int | None = None
    source: int | None = None
    edge: Slot | None = None
    flowed: frozenset[Slot] = frozenset()
    shares: tuple[Slot, ...] = ()


def moment(view: View, step: int | None) -> Moment:
    """Return the run of `view` after `step`, counted from 0; None is the finished run, unlit.

    Raises
    ------
    DrawingError
        If the run has no such step.
    """
    run = view.run
    steps = run.steps
    if step is None:
        nodes = range(len(view.graph))
        derivatives = {node: run.derivative(node) for node in view.shown}
        flowed = frozenset(run.fine.flowing)
        return Moment(frozenset(nodes), frozenset(run.fine.local), derivatives, flowed=flowed)
    if not 0 <= step < len(steps):
        raise DrawingError(f"step {step} of a run; allowed: 0 to {len(steps) - 1}")
    values: set[int] = set()
    partials: set[Slot] = set()
    derivatives = {}
    shares: dict[int, list[Slot]] = {}
    target = source = edge = None
    for double, fine in steps[: step + 1]:
        source = edge = None
        target = fine.node
        if isinstance(fine, Evaluate):
            values.add(fine.node)
        elif isinstance(fine, Linearise):
            edge = fine.node, fine.slot
            partials.add(edge)
        elif isinstance(fine, Seed):
            derivatives[target] = view.run.total(double, fine)
        elif isinstance(fine, Share | Push):
            edge = fine.node, fine.slot
            ends = (fine.operand, fine.node)
            target, source = ends if isinstance(fine, Share) else ends[::-1]
            derivatives[target] = view.run.total(double, fine)
            shares.setdefault(target, []).append(edge)
    if step == len(steps) - 1:
        # What no derivative has reached by the end has the derivative 0.
        derivatives = {node: run.derivative(node) for node in view.shown}
    arrived = shares.get(target, []) if source is not None and target is not None else []
    return Moment(
        frozenset(values),
        frozenset(partials),
        derivatives,
        target,
        source,
        edge,
        frozenset().union(*shares.values()),
        tuple(arrived),
    )
