"""What one types in Python or on the command line to get what the page shows."""

from __future__ import annotations

import shlex
from typing import Any

from chainrule.ui.state import State

PLAIN = State()


def command_line(state: State, names: tuple[str, ...], command: str = "table") -> str:
    """Return a line for a shell: a table, or with "draw" a picture.

    Parameters
    ----------
    names
        Names that are declared beside those of the point.
    """
    point = ",".join(f"{name}={value}" for name, value in state.point)
    # A leading minus sign would look like an option.
    formula = f" {state.formula}" if state.formula.startswith("-") else state.formula
    words = ["chainrule", command, formula]
    words += ["--at", point] if point else []
    words += [f"--reading={key}={other}" for key, other in state.readings]
    words += ["--kink", state.kink] if state.kink else []
    words += ["--mode", state.mode] if state.mode != PLAIN.mode else []
    words += ["--by", state.along] if state.along and state.mode == "forward" else []
    words += ["--zoom", state.zoom] if state.zoom else []
    words += [f"--fold={change}" for change in state.folds]
    words += ["--tree"] if state.shape == "tree" else []
    words += ["--notation", state.notation] if state.notation else []
    words += ["-o", "graph.svg"] if command == "draw" else []
    return shlex.join(words)


def python_lines(state: State, names: tuple[str, ...]) -> str:
    """Return lines of Python that end in the same table, named `table`."""
    point = dict(state.point)
    reading: dict[str, Any] = {}
    if names:
        reading["declared"] = names
    if state.readings:
        reading["readings"] = dict(state.readings)
    if state.kink:
        reading["kink"] = state.kink
    options: dict[str, Any] = {}
    if state.zoom:
        options["zoom"] = state.zoom
    if state.along and state.mode == "forward":
        options["direction"] = {state.along: 1}
    if state.notation:
        options["notation"] = _Code(f"chainrule.Notation.named({state.notation!r})")
    if state.folds:
        options["folds"] = list(state.folds)
    if state.shape == "tree":
        options["as_tree"] = True
    return "\n".join(
        (
            "import chainrule",
            f"graph = chainrule.parse({_given(state.formula, reading)})",
            f"worked = graph.work({_given(point, {'mode': state.mode, **options})})",
            "table = worked.table()",
        )
    )


class _Code(str):
    """A piece of Python that stands as it is."""

    def __repr__(self) -> str:
        return str(self)


def _given(first: Any, named: dict[str, Any]) -> str:
    return ", ".join([repr(first), *(f"{name}={value!r}" for name, value in named.items())])
