"""Leaves of a graph: inputs and numbers."""

from __future__ import annotations

from chainrule.ops.record import Domain, register

INPUT = register("input", 0, value=lambda m: m.input(), doc="A variable to which a value is given.")
CONSTANT = register(
    "constant",
    0,
    value=lambda m, number, text: m.number(number),
    parameters={"number": None, "text": None},
    doc="A number, exact, with the text it was typed as.",
)
PI = register("pi", 0, value=lambda m: m.pi, doc="The circle's π = 3.14159…")
E = register("e", 0, value=lambda m: m.e, doc="Euler's e = 2.71828…")
EYE = register(
    "eye",
    0,
    value=lambda m, shape: m.eye(shape=shape),
    parameters={"shape": (1, 1)},
    shape=lambda shape: tuple(shape),
    doc="Identity matrix.",
)
NOWHERE = register(
    "nowhere",
    0,
    value=lambda m: m.number(0) / m.number(0),
    domain=Domain(holds=lambda: False, needs="a case that holds here"),
    doc="No number: what a function is where none of its cases holds.",
)
