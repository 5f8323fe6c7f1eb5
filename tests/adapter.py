"""The product seen through the narrow door of the scorers: public names only, no cleverness."""

from __future__ import annotations

from typing import Any

import mpmath

import chainrule
from chainrule.algebras.undefined import Undefined


def _plain(number: Any) -> Any:
    if type(number) is Undefined:
        return "undefined"
    if isinstance(number, float):
        return number
    if mpmath.isinf(number):
        return "inf" if number > 0 else "-inf"
    return mpmath.nstr(number, 25)


def _shown(number: Any) -> Any:
    shown = _plain(number.shown)
    if number.flagged and shown not in ("undefined", "inf", "-inf"):
        return {"value": shown, "flag": "double precision gives another number"}
    return shown


def explore(text: str, point: dict[str, Any], mode: str = "expr") -> tuple[Any, dict[str, Any]]:
    """Return the value and the gradient of `text` at `point`; the names of `point` are declared."""
    graph = chainrule.parse(text, declared=point)
    unused = {name for name in point} - set(graph.variables)
    used = {n: v for n, v in point.items() if chainrule.facade.canonical(n) in graph.variables}
    worked = graph.work(used, zoom="primitive")
    gradient: dict[str, Any] = {}
    for name in used:
        node = worked.graph.index[chainrule.facade.canonical(name)]
        sides = worked.run.sides.get(node)
        entry = _shown(worked.slope(name))
        if (
            sides is not None
            and not sides.agree
            and "undefined" not in (_plain(sides.left), _plain(sides.right))
        ):
            low, high = sorted((sides.left, sides.right))
            entry = {"value": entry, "subgradient": [_plain(low), _plain(high)]}
        gradient[name] = entry
    gradient |= dict.fromkeys(unused - used.keys(), 0)
    value = worked.run.value(worked.run.output)
    return _shown(value), gradient


def hessian(text: str, point: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the second derivatives of `text` at `point`."""
    graph = chainrule.parse(text, declared=point)
    names = {chainrule.facade.canonical(name): name for name in point}
    used = {n: v for n, v in point.items() if chainrule.facade.canonical(n) in graph.variables}
    rows = graph.hessian(used)
    return {names[a]: {names[b]: _plain(x) for b, x in row.items()} for a, row in rows.items()}
