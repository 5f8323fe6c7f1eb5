"""Activations: what a neuron makes of its weighted sum.

Where one has a kink, the parameter `at` says what is used there: 0 for the slope on the left
(or outer) side, 1 for the other, a number between for their mixture.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from chainrule.ops.record import Domain, Kink, register

# Klambauer et al., Self-Normalizing Neural Networks, 2017: λ and α to twenty decimals.
SELU_SCALE = Fraction("1.05070098735548049342")
SELU_ALPHA = Fraction("1.67326324235437728482")
HALF = Fraction(1, 2)
BETWEEN = "the passes use the slope {at} of the way from the first to the second"


def other(at: Fraction | None) -> Fraction | None:
    """Return what is used of the slope on the other side."""
    return None if at is None else 1 - at


SIGMOID = register(
    "sigmoid",
    1,
    value=lambda m, x: 1 / (1 + m.exp(-x)),
    partials=(lambda m, y, x: y * (1 - y),),
    spellings=("sigmoid", "σ", "logistic"),
    latex=r"\sigma",
    saturates=True,
    symbol="σ",
    samples=((0.75,), (-1.25,)),
    stable_partials={0: lambda m, y, x: y * m.sigmoid(-x)},
    role="activation",
    aliases=("Sigmoid", "expit"),
    doc="Logistic function σ(x) = 1/(1 + e^−x).",
)
LOG_SIGMOID = register(
    "log_sigmoid",
    1,
    value=lambda m, x: -m.log(1 + m.exp(-x)),
    partials=(lambda m, y, x: m.sigmoid(-x),),
    spellings=("log_sigmoid", "logsigmoid"),
    latex=r"\ln\sigma",
    symbol="ln σ",
    samples=((0.75,), (-1.25,)),
    stable=lambda m, x: -m.softplus(-x),
    role="activation",
    doc="Logarithm of the logistic function, ln σ(x) = −softplus(−x).",
)
LOGIT = register(
    "logit",
    1,
    value=lambda m, p: m.log(p / (1 - p)),
    partials=(lambda m, y, p: 1 / (p * (1 - p)),),
    spellings=("logit",),
    latex=r"\operatorname{logit}",
    domain=Domain(lambda p: 0 < p < 1, "a probability strictly between 0 and 1"),
    samples=((0.75,), (0.125,)),
    role="activation",
    doc="Inverse of the logistic function, ln(p/(1 − p)).",
)
SOFTPLUS = register(
    "softplus",
    1,
    value=lambda m, x: m.log(1 + m.exp(x)),
    partials=(lambda m, y, x: m.sigmoid(x),),
    spellings=("softplus",),
    latex=r"\operatorname{softplus}",
    samples=((0.75,), (-1.25,)),
    stable=lambda m, x: m.maximum(x, 0) + m.log1p(m.exp(-m.abs(x))),
    role="activation",
    aliases=("Softplus",),
    doc="Smooth ramp ln(1 + e^x).",
)
LEAKY_RELU = register(
    "leaky_relu",
    1,
    value=lambda m, x, slope, at: m.maximum(x, 0) + m.number(slope) * m.minimum(x, 0),
    partials=(
        lambda m, y, x, slope, at: m.step(x, at=at) + m.number(slope) * m.step(-x, at=other(at)),
    ),
    spellings=("leaky_relu", "leakyrelu", "LeakyReLU"),
    parameters={"slope": Fraction(1, 10), "at": Fraction(0)},
    kink=Kink(
        at=lambda x, slope, at: x == 0 and slope != 1,
        push=lambda m, t, x, slope, at: m.leaky_relu(t[0], slope=slope, at=at),
        convention="leaky_relu has slopes {slope} and 1 at 0; " + BETWEEN,
        choice="at",
    ),
    samples=((0.75,), (-1.25,)),
    role="activation",
    doc="Leaky rectifier: x above 0, `slope`·x below.",
)


def _bend(m: Any, x: Any, alpha: Any, at: Any) -> Any:
    """Return the slope of elu: 1 above 0, αe^x below, their mixture at 0."""
    return m.step(x, at=at) + alpha * m.exp(m.minimum(x, 0)) * m.step(-x, at=other(at))


ELU = register(
    "elu",
    1,
    value=lambda m, x, alpha, at: m.maximum(x, 0) + m.number(alpha) * m.expm1(m.minimum(x, 0)),
    partials=(lambda m, y, x, alpha, at: _bend(m, x, m.number(alpha), at),),
    spellings=("elu", "ELU"),
    parameters={"alpha": Fraction(1), "at": Fraction(0)},
    kink=Kink(
        at=lambda x, alpha, at: x == 0 and alpha != 1,
        push=lambda m, t, x, alpha, at: m.leaky_relu(t[0], slope=alpha, at=at),
        convention="elu has slopes {alpha} and 1 at 0, a kink unless alpha is 1; " + BETWEEN,
        choice="at",
    ),
    samples=((0.75,), (-1.25,)),
    role="activation",
    doc="Exponential linear unit: x above 0, `alpha`·(e^x − 1) below.",
)
SELU = register(
    "selu",
    1,
    value=lambda m, x, at: m.number(SELU_SCALE) * m.elu(x, alpha=SELU_ALPHA, at=at),
    partials=(lambda m, y, x, at: m.number(SELU_SCALE) * _bend(m, x, m.number(SELU_ALPHA), at),),
    spellings=("selu", "SELU"),
    parameters={"at": Fraction(0)},
    kink=Kink(
        at=lambda x, at: x == 0,
        push=lambda m, t, x, at: m.number(SELU_SCALE) * m.leaky_relu(t[0], slope=SELU_ALPHA, at=at),
        convention="selu has slopes 1.758… and 1.051… at 0; " + BETWEEN,
        choice="at",
    ),
    samples=((0.75,), (-1.25,)),
    role="activation",
    doc="Self-normalising elu: 1.0507…·elu(x) with alpha = 1.6733….",
)
GELU = register(
    "gelu",
    1,
    value=lambda m, x: x * m.normal_cdf(x),
    partials=(lambda m, y, x: m.normal_cdf(x) + x * m.normal_pdf(x),),
    spellings=("gelu", "GELU"),
    latex=r"\operatorname{gelu}",
    samples=((0.75,), (-1.25,)),
    role="activation",
    cost=10,
    doc="Gaussian error linear unit x·Φ(x), exact (not the tanh approximation).",
)
SILU = register(
    "silu",
    1,
    value=lambda m, x: x * m.sigmoid(x),
    partials=(lambda m, y, x: m.sigmoid(x) + y * (1 - m.sigmoid(x)),),
    spellings=("silu", "SiLU"),
    latex=r"\operatorname{silu}",
    samples=((0.75,), (-1.25,)),
    role="activation",
    doc="Sigmoid linear unit x·σ(x).",
)
SWISH = register(
    "swish",
    1,
    value=lambda m, x, beta: x * m.sigmoid(m.number(beta) * x),
    partials=(
        lambda m, y, x, beta: (
            m.sigmoid(m.number(beta) * x) + m.number(beta) * y * (1 - m.sigmoid(m.number(beta) * x))
        ),
    ),
    spellings=("swish", "Swish"),
    latex=r"\operatorname{swish}",
    parameters={"beta": Fraction(1)},
    samples=((0.75,), (-1.25,)),
    role="activation",
    doc="Swish x·σ(βx); with beta = 1 it is silu.",
)
MISH = register(
    "mish",
    1,
    value=lambda m, x: x * m.tanh(m.softplus(x)),
    partials=(
        lambda m, y, x: m.tanh(m.softplus(x)) + x * m.sigmoid(x) * m.sech(m.softplus(x)) ** 2,
    ),
    spellings=("mish", "Mish"),
    latex=r"\operatorname{mish}",
    samples=((0.75,), (-1.25,)),
    role="activation",
    doc="Mish x·tanh(softplus(x)).",
)


def _inside(m: Any, x: Any, slope: Fraction, at: Fraction) -> Any:
    """Return 1 where slope·|x| < ½ and 0 beyond, in whole numbers, so that a kink is met."""
    return m.step(slope.denominator - 2 * slope.numerator * m.abs(x), at=at)


HARD_SIGMOID = register(
    "hard_sigmoid",
    1,
    value=lambda m, x, slope, at: m.clip(m.number(slope) * x + m.number(HALF), 0, 1),
    partials=(lambda m, y, x, slope, at: m.number(slope) * _inside(m, x, slope, at),),
    spellings=("hard_sigmoid", "hardsigmoid"),
    saturates=True,
    parameters={"slope": Fraction(1, 6), "at": Fraction(0)},
    kink=Kink(
        at=lambda x, slope, at: 2 * slope.numerator * abs(x) == slope.denominator,
        push=lambda m, t, x, slope, at: m.number(slope) * m.minimum(x * t[0], 0) / x,
        convention="the bends have slopes 0 and {slope}; the passes use {at} of the second",
        choice="at",
    ),
    samples=((0.75,), (-1.25,), (3.25,)),
    role="activation",
    doc="Sigmoid of straight lines: slope·x + ½, kept between 0 and 1.",
)
HARD_SWISH = register(
    "hard_swish",
    1,
    value=lambda m, x, at: x * m.hard_sigmoid(x),
    partials=(lambda m, y, x, at: m.hard_sigmoid(x) + x * _inside(m, x, Fraction(1, 6), at) / 6,),
    spellings=("hard_swish", "hardswish"),
    parameters={"at": Fraction(0)},
    kink=Kink(
        at=lambda x, at: abs(x) == 3,
        push=lambda m, t, x, at: m.hard_sigmoid(x) * t[0] + m.minimum(x * t[0], 0) / 6,
        convention=("hard_swish has slopes 0 and −½ at −3, 1 and 3/2 at 3; " + BETWEEN),
        choice="at",
    ),
    samples=((0.75,), (-1.25,), (3.25,)),
    role="activation",
    doc="Swish with hard_sigmoid: x·hard_sigmoid(x).",
)
PIECEWISE_LINEAR = register(
    "piecewise_linear",
    1,
    value=lambda m, x, at: m.clip(x + m.number(HALF), 0, 1),
    partials=(lambda m, y, x, at: _inside(m, x, Fraction(1), at),),
    spellings=("piecewise_linear",),
    saturates=True,
    parameters={"at": Fraction(0)},
    kink=Kink(
        at=lambda x, at: 2 * abs(x) == 1,
        push=lambda m, t, x, at: m.minimum(x * t[0], 0) / x,
        convention="piecewise_linear has slopes 0 and 1 at its bends; the passes use {at}",
        choice="at",
    ),
    samples=((0.25,), (-1.25,)),
    role="activation",
    doc="Piecewise linear activation: x + ½, kept between 0 and 1.",
)
