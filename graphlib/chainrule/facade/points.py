"""Points by names as exact values by index, and what is to be said of numbers in a text."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from numbers import Number
from typing import Any

from chainrule.errors import PointError, require_mapping
from chainrule.graph.numbering import copies, original
from chainrule.graph.wengert import WengertList
from chainrule.language import Program, canonical, exact, spelled_once
from chainrule.language.entries import value as entries

Typed = str | int | float | Fraction | Decimal
Point = Mapping[str, Any]


def exact_number(given: Typed, name: str = "") -> Fraction:
    """Return a value as an exact number.

    Text is the decimal or fraction that was typed, so "0.1" is 1/10; a Python float is its
    exact binary value.

    >>> exact_number("0.1"), exact_number(0.5)
    (Fraction(1, 10), Fraction(1, 2))

    Raises
    ------
    PointError
        If it is not a finite number.
    """
    if isinstance(given, str):
        return exact(given).value
    try:
        return Fraction(given)
    except (ValueError, OverflowError, TypeError) as error:
        raise PointError(
            f"The value of {name or 'a variable'} is not a number",
            text=str(given),
            length=len(str(given)),
            allowed='A value is a finite number, such as 3, -0.25, 1e-9 or "1/3".',
        ) from error


def exact_entries(value: Any, name: str) -> Any:
    """Return nested sequences with typed entries as exact numbers; arrays stay as they are."""
    if isinstance(value, list | tuple):
        return [exact_entries(entry, name) for entry in value]
    known = (isinstance(value, Number) and not isinstance(value, Decimal)) or hasattr(
        value, "__array__"
    )
    return value if known else exact_number(value, name)


def variables_of(graph: WengertList) -> tuple[str, ...]:
    """Return the names of the inputs; copies in a tree have one."""
    return tuple(copies(graph))


def value_of(graph: WengertList, node: int, value: Any) -> Any:
    """Return what is given for an input as exact numbers of its shape."""
    batched, name = node in graph.batched, graph.names[node]
    if isinstance(value, str):
        return entries(value, name, None if batched else graph.shape(node))
    if graph.shape(node) or batched:
        return exact_entries(value, name)
    return exact_number(value, name)


def beside(point: Point, weights: Mapping[str, Any]) -> Point:
    """Return a point with the values of weights that it says nothing of."""
    require_mapping(point)
    said = {canonical(name) for name in point} if weights else ()
    return {**{name: value for name, value in weights.items() if name not in said}, **point}


def exact_point(graph: WengertList, program: Program | None, point: Point) -> dict[int, Any]:
    """Return a point as exact values by index; see `Graph.at`."""
    if program is not None:
        point = _completed(program, variables_of(graph), point)
    spelled = spelled_once(point)
    variables = variables_of(graph)
    text = program.text if program else ""
    for name in variables:
        if canonical(name) not in spelled:
            raise PointError(
                f"No value is given for {name}",
                text=text,
                position=_place_of(program, name),
                length=len(name),
                allowed=f"Give one, such as {name}=1.",
            )
    known = {canonical(name) for name in variables}
    for key, name in spelled.items():
        if key not in known:
            raise PointError(
                f"A value is given for {name}, which is not a variable of the formula",
                text=name,
                length=len(name),
                allowed=f"The variables are: {', '.join(variables) or 'none'}.",
            )
    return {
        node: value_of(graph, node, point[spelled[canonical(original(graph.names[node]))]])
        for node in graph.inputs
    }


def _completed(program: Program, variables: tuple[str, ...], point: Point) -> Point:
    """Return a point with the values that the text gives, without what it has put in."""
    spelled, fixed = spelled_once(point), program.fixed
    further = {n: program.given[n].text for n in variables if n in program.given}
    for key, name in spelled.items():
        given = point[name]
        if key in fixed and exact_number(given, name) != fixed[key]:
            raise PointError(
                f"{name} was read as {fixed[key]}: it is the bound of a sum",
                text=f"{given}",
                length=max(1, len(f"{given}")),
                allowed="Give the value when the formula is read.",
            )
    further = {name: text for name, text in further.items() if name not in spelled}
    return {**{n: point[n] for key, n in spelled.items() if key not in fixed}, **further}


def _place_of(program: Program | None, name: str) -> int:
    """Return where a variable first stands in the text, 0 for a graph without one."""
    items = program.items if program else ()
    places = [item.span.start for item in items if item.kind == "name" and item.what == name]
    return min(places, default=0)


def said_of(typed: str, number: Fraction, found: Any) -> str:
    """Return whether a number that was worked out is the one that comes out, as it was rounded."""
    try:
        exactly = Fraction(found)
    except (TypeError, ValueError, OverflowError):
        return "is not what comes out: there is no number"
    decimals = len(typed.partition(".")[2]) if "/" not in typed else 12
    near = abs(exactly - number) <= Fraction(1, 2 * 10**decimals)
    near = near or abs(exactly - number) <= abs(exactly) / 10**9
    return "is what comes out" if near else f"is not what comes out: {float(exactly):.6g}"
