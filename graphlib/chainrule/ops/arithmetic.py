"""Arithmetic: sums, products, quotients, powers and roots."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chainrule.ops.record import Domain, register


def whole(x: Any) -> bool:
    """Return whether a number is an integer.

    The size is asked first: the rest modulo 1 of −e^(−10^17) would take that many digits.
    """
    return bool(x == 0 or (abs(x) >= 1 and x % 1 == 0))


def either(*claims: Callable[[], bool]) -> bool:
    """Return whether one of several claims holds, tried in order.

    One that is left open (an `ArithmeticError`) does not matter where another one holds.
    """
    left: ArithmeticError | None = None
    for claim in claims:
        try:
            if claim():
                return True
        except ArithmeticError as error:
            left = error
    if left is not None:
        raise left
    return False


def _odd(n: Any) -> bool:
    return bool(abs(n) >= 1 and abs(n) % 2 == 1)


IDENTITY = register(
    "identity",
    1,
    value=lambda m, a: a,
    partials=(lambda m, y, a: 1,),
    spellings=("identity",),
    rule="a second name",
    samples=((0.75,), (-1.25,)),
    doc="The operand itself, under another name.",
)
ADD = register(
    "add",
    2,
    value=lambda m, a, b: a + b,
    partials=(lambda m, y, a, b: 1, lambda m, y, a, b: 1),
    sign="+",
    rule="sum rule",
    samples=((0.75, -2.5), (3.25, 0.5)),
    doc="Sum a + b.",
)
SUB = register(
    "sub",
    2,
    value=lambda m, a, b: a - b,
    partials=(lambda m, y, a, b: 1, lambda m, y, a, b: -1),
    sign="−",
    rule="sum rule",
    samples=((0.75, -2.5), (3.25, 0.5)),
    doc="Difference a − b.",
)
MUL = register(
    "mul",
    2,
    value=lambda m, a, b: a * b,
    partials=(lambda m, y, a, b: b, lambda m, y, a, b: a),
    sign="·",
    rule="product rule",
    samples=((0.75, -2.5), (3.25, 0.5)),
    doc="Product a · b.",
)
DIV = register(
    "div",
    2,
    value=lambda m, a, b: a / b,
    partials=(lambda m, y, a, b: 1 / b, lambda m, y, a, b: -a / b**2),
    sign="/",
    domain=Domain(lambda a, b: b != 0, "a divisor other than 0"),
    stable_partials={1: lambda m, y, a, b: -y / b},
    rule="quotient rule",
    samples=((0.75, -2.5), (3.25, 0.5)),
    doc="Quotient a / b.",
)
NEG = register(
    "neg",
    1,
    value=lambda m, a: -a,
    partials=(lambda m, y, a: -1,),
    sign="−",
    rule="factor rule",
    samples=((0.75,), (-1.25,)),
    doc="Negation −a.",
)
RECIPROCAL = register(
    "reciprocal",
    1,
    value=lambda m, a: 1 / a,
    partials=(lambda m, y, a: -1 / a**2,),
    spellings=("reciprocal",),
    domain=Domain(lambda a: a != 0, "an operand other than 0"),
    stable_partials={0: lambda m, y, a: -y * y},
    rule="quotient rule",
    samples=((0.75,), (-1.25,)),
    doc="Reciprocal 1/a.",
)
POWER = register(
    "power",
    2,
    value=lambda m, a, b: m.power(a, b),
    partials=(
        lambda m, y, a, b: b * m.power(a, b - 1),
        lambda m, y, a, b: y * m.log(a),
    ),
    sign="^",
    domain=Domain(
        lambda a, b: either(
            lambda: a > 0, lambda: whole(b) and (b >= 0 or a != 0), lambda: a == 0 and b >= 0
        ),
        "a positive base, or a whole exponent (not negative for base 0)",
    ),
    smooth=(
        Domain(
            lambda a, b: either(lambda: b >= 1, lambda: b == 0, lambda: a != 0),
            "a base other than 0 where the exponent is below 1",
            flat=lambda a, b: b == 0,
        ),
        Domain(
            lambda a, b: a > 0 or (a == 0 and b > 0),
            "a positive base",
            flat=lambda a, b: a == 0,
            alone=True,
        ),
    ),
    rule="power rule",
    samples=((1.75, 2.5), (0.5, -1.5), (2.25, 3.0)),
    doc="Power a^b over the reals.",
)
SQRT = register(
    "sqrt",
    1,
    value=lambda m, a: m.sqrt(a),
    partials=(lambda m, y, a: 1 / (2 * y),),
    spellings=("sqrt",),
    aliases=("Wurzel", "wurzel", "racine"),
    numpy="sqrt",
    domain=Domain(lambda a: a >= 0, "an operand that is not negative"),
    smooth=(Domain(lambda a: a > 0, "a positive operand: the slope of √ at 0 is infinite"),),
    rule="power rule",
    samples=((0.75,), (2.25,)),
    doc="Square root.",
)
SQUARE = register(
    "square",
    1,
    value=lambda m, a: a**2,
    partials=(lambda m, y, a: 2 * a,),
    spellings=("square",),
    rule="power rule",
    samples=((0.75,), (-1.25,)),
    doc="Square a².",
)
CBRT = register(
    "cbrt",
    1,
    value=lambda m, a: m.cbrt(a),
    partials=(lambda m, y, a: 1 / (3 * y**2),),
    spellings=("cbrt",),
    numpy="cbrt",
    smooth=(Domain(lambda a: a != 0, "an operand other than 0: the slope of ∛ is infinite"),),
    rule="power rule",
    samples=((0.75,), (-2.25,)),
    doc="Cube root, real for every real number.",
)
ROOT = register(
    "root",
    2,
    value=lambda m, a, n: m.root(a, n),
    partials=(lambda m, y, a, n: y / (n * a), lambda m, y, a, n: -y * m.log(a) / n**2),
    spellings=("root",),
    aliases=("nthroot",),
    domain=Domain(
        lambda a, n: n != 0 and (a > 0 or (a == 0 and n > 0) or (a < 0 and _odd(n))),
        "a positive radicand, or an odd whole degree (positive for radicand 0)",
    ),
    smooth=(
        Domain(lambda a, n: a != 0, "a radicand other than 0"),
        Domain(lambda a, n: a >= 0, "a positive radicand", flat=lambda a, n: a == 0, alone=True),
    ),
    rule="power rule",
    samples=((1.75, 2.5), (2.25, 3.0)),
    doc="Root root(a, n): the real number whose n-th power is a.",
)
GIVEN = register(
    "given",
    2,
    value=lambda m, a, b: m.where(1, a, b),
    partials=(lambda m, y, a, b: 1, lambda m, y, a, b: 0),
    rule="identity",
    samples=((0.75, -2.5), (-1.25, 0.5)),
    doc="First operand, where the second has a value: a derivative exists only there.",
)
