"""One choice for all kinks of a graph: which derivative is used where there are two."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from chainrule.errors import GraphError
from chainrule.graph.wengert import WengertList

KINKS: Mapping[str, Fraction | None] = {
    "0": Fraction(0),
    "1/2": Fraction(1, 2),
    "1": Fraction(1),
    "undefined": None,
}
"""The choices. 0 is the usual one: slope 0 of relu, |x| and max(0, x), the outer slope of the
others; 1 is slope 1, or the other one; ½ halfway; with "undefined" there is no derivative at a
kink. Operands that move and tie share equally under the first three."""


def with_moving(parameters: Mapping[str, Any], moving: Sequence[bool]) -> Mapping[str, Any]:
    """Return the parameters of a node whose convention at a kink depends on what moves.

    Parameters
    ----------
    moving
        For each operand, whether an input reaches it.
    """
    others = {name: value for name, value in parameters.items() if name != "moving"}
    return {**others, "moving": tuple(moving)} if any(moving) and not all(moving) else others


def kink_choice(given: Any) -> Fraction | None:
    """Return the choice that was given as text or as a number; None for "undefined".

    Raises
    ------
    GraphError
        If it is none of `KINKS`.
    """
    if isinstance(given, str) and given.strip() in KINKS:
        return KINKS[given.strip()]
    try:
        number = Fraction(given)
    except (TypeError, ValueError, ArithmeticError):
        number = None
    if number is None or number not in KINKS.values():
        raise GraphError(f"no choice {str(given)[:40]!r} at kinks; there are {', '.join(KINKS)}")
    return number


def chosen_nodes(graph: WengertList) -> list[int]:
    """Return the nodes to which a choice for all kinks applies.

    Those are operations whose parameter for it is the usual one: `relu(x, slope=1/2)` stays what
    was typed. Operands that move and tie for a maximum share equally, but for "undefined".
    """
    found: list[int] = []
    for node, op in enumerate(graph.ops):
        name = op.kink.choice if op.kink is not None else ""
        if name and graph.parameters_of(node).get(name) == op.parameters[name]:
            found.append(node)
    return found


def with_kinks(graph: WengertList, choice: Fraction | None) -> WengertList:
    """Return the graph with `choice` as the parameter of every operation that has a kink."""
    parameters = dict(graph.parameters)
    for node in chosen_nodes(graph):
        kink = graph.ops[node].kink
        assert kink is not None
        parameters[node] = {**graph.parameters_of(node), kink.choice: choice}
    return graph.replace(parameters=parameters)
