"""What is done with an input: read, run both ways, both tables; or refused."""

from __future__ import annotations

from collections.abc import Mapping

import chainrule
from chainrule import ChainruleError

USUAL = "1.3"


def answered(text: str, point: Mapping[str, str], format: str = "csv") -> tuple[str, str]:
    """Return both tables as they are handed out."""
    graph = chainrule.parse(text, declared=point)
    at = {name: point.get(name, USUAL) for name in graph.variables}
    tables = (graph.work(at, mode).table() for mode in ("reverse", "forward"))
    backward, forward = (table.to(format) for table in tables)
    return backward, forward


def tried(text: str, point: Mapping[str, str]) -> ChainruleError | None:
    """Answer an input; return the refusal, if it is one. Any other error is a fault."""
    try:
        answered(text, point)
    except ChainruleError as error:
        return error
    return None
