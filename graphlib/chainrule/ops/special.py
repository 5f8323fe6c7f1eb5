"""Special functions: the error function, the normal distribution, the gamma function."""

from __future__ import annotations

from chainrule.ops.arithmetic import whole
from chainrule.ops.record import Domain, register

ERF = register(
    "erf",
    1,
    value=lambda m, x: m.erf(x),
    partials=(lambda m, y, x: 2 * m.exp(-(x**2)) / m.sqrt(m.pi),),
    spellings=("erf",),
    latex=r"\operatorname{erf}",
    parity=-1,
    saturates=True,
    samples=((0.75,), (-1.25,)),
    cost=10,
    doc="Error function, 2/√π times the integral of e^(−t²) from 0 to x.",
)
ERFC = register(
    "erfc",
    1,
    value=lambda m, x: m.erfc(x),
    partials=(lambda m, y, x: -(2 * m.exp(-(x**2)) / m.sqrt(m.pi)),),
    spellings=("erfc",),
    latex=r"\operatorname{erfc}",
    samples=((0.75,), (-1.25,)),
    cost=10,
    doc="Complementary error function 1 − erf x, exact to the last digits for large x.",
)
NORMAL_PDF = register(
    "normal_pdf",
    1,
    value=lambda m, x: m.exp(-(x**2) / 2) / m.sqrt(2 * m.pi),
    partials=(lambda m, y, x: -x * y,),
    spellings=("normal_pdf",),
    latex=r"\varphi",
    symbol="φ",
    samples=((0.75,), (-1.25,)),
    doc="Density φ of the standard normal distribution.",
)
NORMAL_CDF = register(
    "normal_cdf",
    1,
    value=lambda m, x: (1 + m.erf(x / m.sqrt(2))) / 2,
    partials=(lambda m, y, x: m.normal_pdf(x),),
    spellings=("normal_cdf",),
    latex=r"\Phi",
    saturates=True,
    symbol="Φ",
    samples=((0.75,), (-1.25,)),
    stable=lambda m, x: m.erfc(-x / m.sqrt(2)) / 2,
    cost=10,
    doc="Distribution function Φ of the standard normal distribution.",
)
POLE_FREE = Domain(
    lambda x: x > 0 or not whole(x), "an operand other than 0, −1, −2, … (the poles of Γ)"
)
GAMMA = register(
    "gamma",
    1,
    value=lambda m, x: m.gamma(x),
    partials=(lambda m, y, x: y * m.digamma(x),),
    spellings=("gamma",),
    aliases=("Γ",),
    latex=r"\Gamma",
    symbol="Γ",
    domain=POLE_FREE,
    samples=((0.75,), (3.25,), (-1.25,)),
    cost=600,
    doc="Gamma function Γ; Γ(n) = (n − 1)! for whole n.",
)
LGAMMA = register(
    "lgamma",
    1,
    value=lambda m, x: m.lgamma(x),
    partials=(lambda m, y, x: m.digamma(x),),
    spellings=("lgamma", "gammaln", "loggamma"),
    latex=r"\ln\Gamma",
    symbol="ln Γ",
    domain=POLE_FREE,
    samples=((0.75,), (3.25,), (-1.25,)),
    cost=600,
    doc="Logarithm of the gamma function, ln |Γ(x)|.",
)
DIGAMMA = register(
    "digamma",
    1,
    value=lambda m, x: m.digamma(x),
    partials=(lambda m, y, x: m.polygamma(x, order=1),),
    spellings=("digamma",),
    latex=r"\psi",
    symbol="ψ",
    domain=POLE_FREE,
    samples=((0.75,), (3.25,), (-1.25,)),
    cost=600,
    doc="Digamma function ψ, the derivative of ln Γ.",
)
POLYGAMMA = register(
    "polygamma",
    1,
    value=lambda m, x, order: m.polygamma(x, order=order),
    partials=(lambda m, y, x, order: m.polygamma(x, order=order + 1),),
    spellings=("polygamma",),
    domain=POLE_FREE,
    parameters={"order": 1},
    samples=((0.75,), (3.25,), (-1.25,)),
    cost=1_000,
    doc="Polygamma function, the derivative of ψ of the given order (a whole number).",
)
