"""Hyperbolic functions and their inverses."""

from __future__ import annotations

from chainrule.ops.record import Domain, Op, register

SINH = register(
    Op(
        "sinh",
        1,
        value=lambda m, x: m.sinh(x),
        partials=(lambda m, y, x: m.cosh(x),),
        spellings=("sinh",),
        latex=r"\sinh",
        numpy="sinh",
        parity=-1,
        bare=True,
        samples=((0.75,), (-1.25,)),
        doc="Hyperbolic sine.",
    )
)
COSH = register(
    Op(
        "cosh",
        1,
        value=lambda m, x: m.cosh(x),
        partials=(lambda m, y, x: m.sinh(x),),
        spellings=("cosh",),
        latex=r"\cosh",
        numpy="cosh",
        parity=1,
        bare=True,
        samples=((0.75,), (-1.25,)),
        doc="Hyperbolic cosine.",
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
        numpy="tanh",
        parity=-1,
        saturates=True,
        bare=True,
        samples=((0.75,), (-1.25,)),
        stable_partials={0: lambda m, y, x: m.sech(x) * m.sech(x)},
        doc="Hyperbolic tangent.",
    )
)
COTH = register(
    Op(
        "coth",
        1,
        value=lambda m, x: 1 / m.tanh(x),
        partials=(lambda m, y, x: 1 - y**2,),
        spellings=("coth",),
        latex=r"\coth",
        bare=True,
        domain=Domain(lambda x: x != 0, "an operand other than 0"),
        samples=((0.75,), (-1.25,)),
        stable_partials={0: lambda m, y, x: -m.csch(x) * m.csch(x)},
        doc="Hyperbolic cotangent 1/tanh x.",
    )
)
SECH = register(
    Op(
        "sech",
        1,
        value=lambda m, x: 1 / m.cosh(x),
        partials=(lambda m, y, x: -y * m.tanh(x),),
        spellings=("sech",),
        latex=r"\operatorname{sech}",
        bare=True,
        samples=((0.75,), (-1.25,)),
        doc="Hyperbolic secant 1/cosh x.",
    )
)
CSCH = register(
    Op(
        "csch",
        1,
        value=lambda m, x: 1 / m.sinh(x),
        partials=(lambda m, y, x: -y * m.coth(x),),
        spellings=("csch", "cosech"),
        latex=r"\operatorname{csch}",
        bare=True,
        domain=Domain(lambda x: x != 0, "an operand other than 0"),
        samples=((0.75,), (-1.25,)),
        doc="Hyperbolic cosecant 1/sinh x.",
    )
)
ASINH = register(
    Op(
        "asinh",
        1,
        value=lambda m, x: m.asinh(x),
        partials=(lambda m, y, x: 1 / m.sqrt(x**2 + 1),),
        spellings=("asinh", "arsinh", "arcsinh"),
        latex=r"\operatorname{arsinh}",
        numpy="arcsinh",
        parity=-1,
        symbol="arsinh",
        bare=True,
        samples=((0.75,), (-1.25,)),
        doc="Inverse hyperbolic sine.",
    )
)
ACOSH = register(
    Op(
        "acosh",
        1,
        value=lambda m, x: m.acosh(x),
        partials=(lambda m, y, x: 1 / m.sqrt(x**2 - 1),),
        spellings=("acosh", "arcosh", "arccosh"),
        latex=r"\operatorname{arcosh}",
        numpy="arccosh",
        symbol="arcosh",
        bare=True,
        domain=Domain(lambda x: x >= 1, "an operand of at least 1"),
        smooth=(Domain(lambda x: x > 1, "an operand above 1: the slope at 1 is infinite"),),
        samples=((1.75,), (3.25,)),
        doc="Inverse hyperbolic cosine.",
    )
)
ATANH = register(
    Op(
        "atanh",
        1,
        value=lambda m, x: m.atanh(x),
        partials=(lambda m, y, x: 1 / (1 - x**2),),
        spellings=("atanh", "artanh", "arctanh"),
        latex=r"\operatorname{artanh}",
        numpy="arctanh",
        parity=-1,
        symbol="artanh",
        bare=True,
        domain=Domain(lambda x: abs(x) < 1, "an operand between −1 and 1"),
        samples=((0.75,), (-0.625,)),
        doc="Inverse hyperbolic tangent.",
    )
)
