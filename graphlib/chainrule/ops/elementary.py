"""Exponential, logarithm, circular and hyperbolic functions."""

from __future__ import annotations

from chainrule.ops.record import Domain, Op, register

EXP = register(
    Op(
        "exp",
        1,
        value=lambda m, x: m.exp(x),
        partials=(lambda m, y, x: y,),
        spellings=("exp",),
        latex=r"\exp",
        samples=((0.75,), (-1.25,)),
        doc="Exponential e^x.",
    )
)
LOG = register(
    Op(
        "log",
        1,
        value=lambda m, x: m.log(x),
        partials=(lambda m, y, x: 1 / x,),
        spellings=("log", "ln"),
        latex=r"\ln",
        domain=Domain(lambda x: x > 0, "a positive operand"),
        samples=((0.75,), (2.25,)),
        doc="Natural logarithm.",
    )
)
SIN = register(
    Op(
        "sin",
        1,
        value=lambda m, x: m.sin(x),
        partials=(lambda m, y, x: m.cos(x),),
        spellings=("sin",),
        latex=r"\sin",
        samples=((0.75,), (-1.25,)),
        doc="Sine of an angle in radians.",
    )
)
COS = register(
    Op(
        "cos",
        1,
        value=lambda m, x: m.cos(x),
        partials=(lambda m, y, x: -m.sin(x),),
        spellings=("cos",),
        latex=r"\cos",
        samples=((0.75,), (-1.25,)),
        doc="Cosine of an angle in radians.",
    )
)
TAN = register(
    Op(
        "tan",
        1,
        value=lambda m, x: m.tan(x),
        partials=(lambda m, y, x: 1 + y**2,),
        spellings=("tan",),
        latex=r"\tan",
        samples=((0.75,), (-1.25,)),
        doc="Tangent of an angle in radians.",
    )
)
TANH = register(
    Op(
        "tanh",
        1,
        value=lambda m, x: m.tanh(x),
        partials=(lambda m, y, x: 1 - y**2,),
        spellings=("tanh",),
        latex=r"\tanh",
        samples=((0.75,), (-1.25,)),
        doc="Hyperbolic tangent.",
    )
)
SIGMOID = register(
    Op(
        "sigmoid",
        1,
        value=lambda m, x: 1 / (1 + m.exp(-x)),
        partials=(lambda m, y, x: y * (1 - y),),
        spellings=("sigmoid", "σ"),
        latex=r"\sigma",
        samples=((0.75,), (-1.25,)),
        doc="Logistic function σ(x) = 1/(1 + e^−x).",
    )
)
