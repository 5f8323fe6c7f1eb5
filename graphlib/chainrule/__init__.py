"""chainrule: see and teach automatic differentiation.

>>> import chainrule
>>> graph = chainrule.parse("cos(sin(x^2)+3x^2)")
>>> graph.gradient({"x": 1})
{'x': 4.560791790678778}
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from chainrule import nn, testing
    from chainrule.errors import (
        ChainruleError,
        DrawingError,
        FileError,
        GraphError,
        InputError,
        LimitError,
        LinkError,
        OutsideError,
        ParseError,
        PointError,
        ShapeError,
        TrainingError,
    )
    from chainrule.exercises.making import sheet
    from chainrule.exercises.marking import mark
    from chainrule.exercises.own_gradients import check_backward
    from chainrule.exercises.recipe import Recipe
    from chainrule.exercises.sheet import Sheet
    from chainrule.facade import Graph, parse
    from chainrule.facade.own import operation
    from chainrule.nn.training import train
    from chainrule.ops import OPS, Op
    from chainrule.readings.view import Notation
    from chainrule.worked import Worked

# Each name is loaded when it is first asked for, so that `import chainrule` costs little.
_HOMES = {
    "Graph": "chainrule.facade",
    "Worked": "chainrule.worked",
    "Recipe": "chainrule.exercises.recipe",
    "Sheet": "chainrule.exercises.sheet",
    "parse": "chainrule.facade",
    "mark": "chainrule.exercises.marking",
    "check_backward": "chainrule.exercises.own_gradients",
    "sheet": "chainrule.exercises.making",
    "Notation": "chainrule.readings.view",
    "OPS": "chainrule.ops",
    "Op": "chainrule.ops",
    "operation": "chainrule.facade.own",
    "ChainruleError": "chainrule.errors",
    "InputError": "chainrule.errors",
    "ParseError": "chainrule.errors",
    "LimitError": "chainrule.errors",
    "PointError": "chainrule.errors",
    "LinkError": "chainrule.errors",
    "FileError": "chainrule.errors",
    "GraphError": "chainrule.errors",
    "ShapeError": "chainrule.errors",
    "OutsideError": "chainrule.errors",
    "DrawingError": "chainrule.errors",
    "TrainingError": "chainrule.errors",
    "train": "chainrule.nn.training",
}
_ROOMS = ("nn", "testing")

__all__ = [
    "OPS",
    "ChainruleError",
    "DrawingError",
    "FileError",
    "Graph",
    "GraphError",
    "InputError",
    "LimitError",
    "LinkError",
    "Notation",
    "Op",
    "OutsideError",
    "ParseError",
    "PointError",
    "Recipe",
    "ShapeError",
    "Sheet",
    "TrainingError",
    "Worked",
    "check_backward",
    "mark",
    "nn",
    "operation",
    "parse",
    "sheet",
    "testing",
    "train",
]


def __getattr__(name: str) -> Any:
    if name in _ROOMS:
        return import_module(f"chainrule.{name}")
    if name not in _HOMES:
        raise AttributeError(f"module 'chainrule' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
