"""Circular functions of an angle in radians, and their inverses."""

from __future__ import annotations

from chainrule.ops.record import Domain, Kink, register

SIN = register(
    "sin",
    1,
    value=lambda m, x: m.sin(x),
    partials=(lambda m, y, x: m.cos(x),),
    spellings=("sin",),
    aliases=("sen", "sinus"),
    latex=r"\sin",
    numpy="sin",
    parity=-1,
    bare=True,
    samples=((0.75,), (-1.25,)),
    role="activation",
    inverse="arcsin",
    doc="Sine of an angle in radians.",
)
COS = register(
    "cos",
    1,
    value=lambda m, x: m.cos(x),
    partials=(lambda m, y, x: -m.sin(x),),
    spellings=("cos",),
    aliases=("cosinus",),
    latex=r"\cos",
    numpy="cos",
    parity=1,
    bare=True,
    samples=((0.75,), (-1.25,)),
    inverse="arccos",
    doc="Cosine of an angle in radians.",
)
# Whether a cosine is 0 the angle alone does not tell: who divides by it finds out.
COSINE = Domain(lambda x: True, "an angle whose cosine is not 0")
TAN = register(
    "tan",
    1,
    value=lambda m, x: m.tan(x),
    partials=(lambda m, y, x: 1 + y**2,),
    spellings=("tan",),
    latex=r"\tan",
    numpy="tan",
    parity=-1,
    bare=True,
    domain=COSINE,
    samples=((0.75,), (-1.25,)),
    inverse="arctan",
    aliases=("tg", "tangens"),
    doc="Tangent of an angle in radians.",
)
SEC = register(
    "sec",
    1,
    value=lambda m, x: 1 / m.cos(x),
    partials=(lambda m, y, x: y * m.tan(x),),
    spellings=("sec",),
    latex=r"\sec",
    bare=True,
    domain=COSINE,
    samples=((0.75,), (-1.25,)),
    doc="Secant 1/cos x.",
)
CSC = register(
    "csc",
    1,
    value=lambda m, x: 1 / m.sin(x),
    partials=(lambda m, y, x: -y * m.cot(x),),
    spellings=("csc", "cosec"),
    latex=r"\csc",
    bare=True,
    domain=Domain(lambda x: x != 0, "an angle whose sine is not 0"),
    samples=((0.75,), (-1.25,)),
    doc="Cosecant 1/sin x.",
)
COT = register(
    "cot",
    1,
    value=lambda m, x: m.cos(x) / m.sin(x),
    partials=(lambda m, y, x: -(1 + y**2),),
    spellings=("cot",),
    latex=r"\cot",
    bare=True,
    domain=Domain(lambda x: x != 0, "an angle whose sine is not 0"),
    samples=((0.75,), (-1.25,)),
    aliases=("ctg", "cotg", "cotan"),
    doc="Cotangent cos x / sin x.",
)
ASIN = register(
    "asin",
    1,
    value=lambda m, x: m.asin(x),
    partials=(lambda m, y, x: 1 / m.sqrt(1 - x**2),),
    spellings=("asin", "arcsin"),
    latex=r"\arcsin",
    numpy="arcsin",
    parity=-1,
    symbol="arcsin",
    bare=True,
    domain=Domain(lambda x: abs(x) <= 1, "an operand from −1 to 1"),
    smooth=(
        Domain(lambda x: abs(x) < 1, "an operand between −1 and 1: the slope at ±1 is infinite"),
    ),
    samples=((0.75,), (-0.625,)),
    doc="Inverse sine, from −π/2 to π/2.",
)
ACOS = register(
    "acos",
    1,
    value=lambda m, x: m.acos(x),
    partials=(lambda m, y, x: -1 / m.sqrt(1 - x**2),),
    spellings=("acos", "arccos"),
    latex=r"\arccos",
    numpy="arccos",
    symbol="arccos",
    bare=True,
    domain=Domain(lambda x: abs(x) <= 1, "an operand from −1 to 1"),
    smooth=(
        Domain(lambda x: abs(x) < 1, "an operand between −1 and 1: the slope at ±1 is infinite"),
    ),
    samples=((0.75,), (-0.625,)),
    doc="Inverse cosine, from 0 to π.",
)
ATAN = register(
    "atan",
    1,
    value=lambda m, x: m.atan(x),
    partials=(lambda m, y, x: 1 / (1 + x**2),),
    spellings=("atan", "arctan"),
    latex=r"\arctan",
    numpy="arctan",
    parity=-1,
    symbol="arctan",
    bare=True,
    samples=((0.75,), (-1.25,)),
    aliases=("arctg",),
    doc="Inverse tangent, between −π/2 and π/2.",
)
ATAN2 = register(
    "atan2",
    2,
    value=lambda m, a, b: m.atan2(a, b),
    partials=(
        lambda m, y, a, b: b / (a**2 + b**2),
        lambda m, y, a, b: -a / (a**2 + b**2),
    ),
    spellings=("atan2", "arctan2"),
    numpy="arctan2",
    domain=Domain(lambda a, b: a != 0 or b != 0, "two operands that are not both 0"),
    kink=Kink(
        at=lambda a, b: a == 0 and b < 0,
        push=None,
        convention="atan2(a, b) jumps from −π to π where a = 0 and b is negative",
        across=0,
    ),
    samples=((0.75, 1.5), (-1.25, -0.5)),
    doc="Angle atan2(a, b) of the point with abscissa b and ordinate a, from −π to π.",
)
