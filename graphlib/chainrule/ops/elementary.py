"""Exponential functions and logarithms."""

from __future__ import annotations

from chainrule.ops.record import Domain, register

EXP = register(
    "exp",
    1,
    value=lambda m, x: m.exp(x),
    partials=(lambda m, y, x: y,),
    spellings=("exp",),
    latex=r"\exp",
    numpy="exp",
    samples=((0.75,), (-1.25,)),
    role="activation",
    doc="Exponential e^x.",
)
LOG = register(
    "log",
    1,
    value=lambda m, x: m.log(x),
    partials=(lambda m, y, x: 1 / x,),
    spellings=("log", "ln"),
    latex=r"\ln",
    numpy="log",
    symbol="ln",
    bare=True,
    domain=Domain(lambda x: x > 0, "a positive operand"),
    samples=((0.75,), (2.25,)),
    doc="Natural logarithm.",
)
EXPM1 = register(
    "expm1",
    1,
    value=lambda m, x: m.exp(x) - 1,
    partials=(lambda m, y, x: m.exp(x),),
    spellings=("expm1",),
    numpy="expm1",
    samples=((0.75,), (-1.25,)),
    stable=lambda m, x: m.expm1(x),
    doc="Exponential less one, e^x − 1, exact to the last digits near 0.",
)
LOG1P = register(
    "log1p",
    1,
    value=lambda m, x: m.log(1 + x),
    partials=(lambda m, y, x: 1 / (1 + x),),
    spellings=("log1p",),
    numpy="log1p",
    domain=Domain(lambda x: x > -1, "an operand above −1"),
    samples=((0.75,), (-0.625,)),
    stable=lambda m, x: m.log1p(x),
    doc="Logarithm of one more, ln(1 + x), exact to the last digits near 0.",
)
LOG2 = register(
    "log2",
    1,
    value=lambda m, x: m.log2(x),
    partials=(lambda m, y, x: 1 / (x * m.log(2)),),
    spellings=("log2",),
    latex=r"\log_2",
    numpy="log2",
    symbol="log₂",
    bare=True,
    domain=Domain(lambda x: x > 0, "a positive operand"),
    samples=((0.75,), (2.25,)),
    aliases=("ld", "lb"),
    doc="Logarithm to base 2; also written log_2.",
)
LOG10 = register(
    "log10",
    1,
    value=lambda m, x: m.log10(x),
    partials=(lambda m, y, x: 1 / (x * m.log(10)),),
    spellings=("log10",),
    latex=r"\log_{10}",
    numpy="log10",
    symbol="log₁₀",
    bare=True,
    domain=Domain(lambda x: x > 0, "a positive operand"),
    samples=((0.75,), (2.25,)),
    aliases=("lg",),
    doc="Logarithm to base 10; also written log_10.",
)
LOG_B = register(
    "log_b",
    2,
    value=lambda m, x, b: m.log(x) / m.log(b),
    partials=(
        lambda m, y, x, b: 1 / (x * m.log(b)),
        lambda m, y, x, b: -y / (b * m.log(b)),
    ),
    spellings=("log_b", "logb"),
    domain=Domain(
        lambda x, b: x > 0 and b > 0 and b != 1, "a positive operand and a positive base not 1"
    ),
    samples=((0.75, 2.5), (2.25, 0.5)),
    doc="Logarithm log_b(x, b) of x to base b, ln x / ln b; log with one operand is natural.",
)
