"""Real numbers with as many digits as are asked for, and a bound of how far off they are.

A `Real` is its middle and a bound of the error, carried along by the textbook's rules: the sum
of the operands' errors times the slope, with room to spare, and one rounding. Where the operands'
errors are not small beside the distance to the next singularity, no bound is given but
`MoreDigits` is raised. Two numbers are told apart by their bounds; that they are equal is told
by rational numbers and by equal writing (`closed_sums`), never by digits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from math import factorial, isqrt
from typing import Any

from mpmath import MPContext

from tests.promises.closed_sums import Atoms, Product, Sum, TooLong, added, bits, rational

GUARD_BITS = 24
MOST_BITS = 8_000
"""Rational numbers longer than this go on as digits."""
LARGEST_SIZE = 2_100
"""Functions are asked up to 2^2100; mpmath's work grows with the size of the operand."""
LARGEST_EXPONENT = 64
LARGEST_FACTORIAL = 200
SMALL = 2.0**-30
HALF = Fraction(1, 2)

mp = MPContext()
ZERO, ONE = mp.zero, mp.one
_state: dict[str, Any] = {}


class MoreDigits(Exception):
    """Two numbers cannot be told apart, or an error is not bounded: more digits may help."""


class Beyond(Exception):
    """What is asked would take mpmath too long."""


class NoValue(Exception):
    """There is no real number here: `kind` is "domain", "pole" or "jump"; `where` the operation."""

    def __init__(self, kind: str, where: str) -> None:
        super().__init__(f"{kind} of {where}")
        self.kind, self.where = kind, where


def begin(digits: int) -> None:
    """Compute with so many digits from now on, and forget what was written down."""
    mp.dps = digits
    _state["unit"] = mp.mpf(2) ** (8 - mp.prec)
    mp.prec += GUARD_BITS
    _state["atoms"] = Atoms()


@contextmanager
def aside(digits: int) -> Iterator[None]:
    """Compute with other digits for a while; numbers from outside do not mix with those inside."""
    before, precision = dict(_state), mp.prec
    begin(digits)
    try:
        yield
    finally:
        mp.prec = precision
        _state.update(before)


class Real:
    """A number: rational, or a middle with a bound of the error and how it was made."""

    __slots__ = ("error", "made", "middle", "rational", "sharp", "sum")

    def __init__(
        self,
        middle: Any,
        error: Any,
        made: tuple[Any, ...] = (),
        exactly: Fraction | None = None,
    ) -> None:
        self.middle, self.error, self.made = middle, error, made
        self.rational = exactly
        self.sum: Sum | None = None
        self.sharp = False

    def __repr__(self) -> str:
        return f"{mp.nstr(self.middle, 15)} ± {mp.nstr(self.error, 2)}"

    def __neg__(self) -> Real:
        return exact(-1) * self

    def __add__(self, other: Any) -> Real:
        return _combined("add", self, real(other))

    def __sub__(self, other: Any) -> Real:
        return _combined("sub", self, real(other))

    def __mul__(self, other: Any) -> Real:
        return _combined("mul", self, real(other))

    def __truediv__(self, other: Any) -> Real:
        return _combined("div", self, real(other))

    def __radd__(self, other: Any) -> Real:
        return real(other) + self

    def __rsub__(self, other: Any) -> Real:
        return real(other) - self

    def __rmul__(self, other: Any) -> Real:
        return real(other) * self

    def __rtruediv__(self, other: Any) -> Real:
        return real(other) / self


def exact(number: Any) -> Real:
    """Return a rational number."""
    number = Fraction(number)
    middle = mp.mpf(number.numerator) / number.denominator
    error = ZERO if number.denominator == 1 and middle == number.numerator else _unit(middle)
    if bits(number) > MOST_BITS:
        return Real(middle, error, ("rational", number))
    return Real(middle, error, (), number)


def real(number: Any) -> Real:
    return number if isinstance(number, Real) else exact(number)


def _unit(middle: Any) -> Any:
    return abs(middle) * _state["unit"]


def _combined(kind: str, a: Real, b: Real) -> Real:
    if a.rational is not None and b.rational is not None:
        match kind:
            case "add":
                return exact(a.rational + b.rational)
            case "sub":
                return exact(a.rational - b.rational)
            case "mul":
                return exact(a.rational * b.rational)
    if 0 in (a.rational, b.rational) and kind == "mul":
        return exact(0)
    match kind:
        case "add" | "sub":
            middle = a.middle + b.middle if kind == "add" else a.middle - b.middle
            error = a.error + b.error
        case "mul":
            middle = a.middle * b.middle
            error = abs(a.middle) * b.error + abs(b.middle) * a.error + a.error * b.error
        case "div":
            if sign(b) == 0:
                raise NoValue("pole", "div")
            if a.rational is not None and b.rational is not None:
                return exact(a.rational / b.rational)
            middle = a.middle / b.middle
            error = (a.error + abs(middle) * b.error) / (abs(b.middle) - b.error)
    return Real(middle, error + _unit(middle), (kind, a, b))


def written(x: Real) -> Sum:
    """Return how a number is written, an atom where it has no short writing.

    Raises
    ------
    TooLong
        If it has none and its operands have none.
    """
    if x.sum is None:
        x.sum = {(): x.rational} if x.rational else {} if x.rational == 0 else _written(x)
        if (number := rational(x.sum)) is not None and bits(number) <= MOST_BITS:
            _settle(x, number)
        elif abs(x.middle) <= x.error:
            try:
                if _state["atoms"].vanishes(x.sum):
                    _settle(x, Fraction(0))
            except TooLong:
                pass
    return x.sum


def sharpen(x: Real) -> None:
    """Compute a number anew from how it is written: (u + 1) − 1 has the digits of u."""
    terms = written(x)
    if x.rational is not None or x.sharp:
        return
    x.sharp = True
    if _state.get("sharpening") or x.made[0] not in ("add", "sub", "mul", "div"):
        return
    _state["sharpening"] = True
    try:
        again = _number_of(terms)
    except (TooLong, NoValue, MoreDigits):
        return
    finally:
        _state["sharpening"] = False
    if abs(again.middle - x.middle) > x.error + again.error:
        raise AssertionError(f"{again!r} is not {x!r}")
    if again.error < x.error:
        x.middle, x.error = again.middle, again.error


def _number_of(terms: Sum) -> Real:
    total = exact(0)
    for product, factor in terms.items():
        total = total + factor * _product_of(product)
    return total


def _product_of(product: Product) -> Real:
    found = exact(1)
    for atom, exponent in product:
        found = found * power(_atom(atom), exact(exponent))
    return found


def _atom(atom: int) -> Real:
    atoms: Atoms = _state["atoms"]
    kind, *inner = atoms.key(atom)
    match kind:
        case "pi":
            return pi()
        case "prime":
            return exact(inner[0])
        case "exp":
            return exp(_product_of(inner[0]))
        case "ln":
            return log(_atom(inner[0]))
        case "inverse":
            return 1 / _number_of(atoms.named(inner[0]))
    if kind not in FUNCTIONS:
        raise TooLong
    return FUNCTIONS[kind](_number_of(atoms.named(inner[0])))


def _settle(x: Real, number: Fraction) -> None:
    """Let a number be the rational one that its writing is."""
    known = exact(number)
    if abs(known.middle - x.middle) > x.error + known.error:
        raise AssertionError(f"{number} is not {x!r}")
    x.rational, x.middle, x.error = number, known.middle, known.error


def _written(x: Real) -> Sum:
    atoms: Atoms = _state["atoms"]
    kind, *inner = x.made
    if kind == "rational":
        return {(): inner[0]}
    if kind == "pi":
        return atoms.pi()
    operands = tuple(written(y) for y in inner if isinstance(y, Real))
    positive = bool(x.middle > x.error)
    try:
        match kind:
            case "add":
                return added(operands[0], operands[1])
            case "sub":
                return added(operands[0], operands[1], Fraction(-1))
            case "mul":
                return atoms.multiplied(*operands)
            case "div":
                return atoms.divided(*operands)
            case "power":
                return atoms.power(operands[0], inner[1])
        return atoms.function(kind, operands[0], positive)
    except TooLong:
        return atoms.opaque(f"{kind} {inner[1:]}" if kind == "power" else kind, operands, positive)


def known_rational(x: Real) -> Fraction | None:
    """Return a rational number, None if it is not known to be one."""
    if x.rational is None:
        written(x)
    return x.rational


def sign(x: Real) -> int:
    """Return −1, 0 or 1.

    Raises
    ------
    MoreDigits
        If neither digits nor writing tell.
    """
    if x.rational is not None:
        return (x.rational > 0) - (x.rational < 0)
    if abs(x.middle) > x.error:
        return 1 if x.middle > 0 else -1
    sharpen(x)
    number = x.middle if x.rational is None else x.rational
    if x.rational is None and abs(x.middle) <= x.error:
        raise MoreDigits
    return int(number > 0) - int(number < 0)


def compared(a: Real, b: Any) -> int:
    """Return the sign of a − b."""
    return 0 if a is b else sign(a - b)


def floor(x: Real) -> Fraction:
    """Return the largest whole number that is not above x."""
    if x.rational is None:
        low, high = mp.floor(x.middle - x.error), mp.floor(x.middle + x.error)
        if low == high:
            return _whole(low)
        before = x.error
        sharpen(x)
        if x.rational is None:
            if x.error < before:
                return floor(x)
            raise MoreDigits
    number = x.rational
    return Fraction(number.numerator // number.denominator)


def _whole(number: Any) -> Fraction:
    if mp.mag(number) > MOST_BITS:
        raise Beyond
    return Fraction(int(number))


def is_whole(x: Real) -> bool:
    if x.rational is None:
        low, high = mp.ceil(x.middle - x.error), mp.floor(x.middle + x.error)
        if low > high:
            return False
        before = x.error
        sharpen(x)
        if x.rational is None:
            if x.error < before:
                return is_whole(x)
            raise MoreDigits
    return x.rational is not None and x.rational.denominator == 1


def pi() -> Real:
    middle = +mp.pi
    return Real(middle, _unit(middle), ("pi",))


# Functions of one number ----------------------------------------------------------------------

Bound = Callable[[Any, Any], Any]


def _applied(
    name: str, x: Real, value: Callable[[Any], Any], slope: Bound, scale: Callable[[Any], Any]
) -> Real:
    """Return f(x) from its value, a bound of |f′| and the distance over which f′ hardly changes."""
    if x.middle and mp.mag(x.middle) > LARGEST_SIZE and name in _SIZED:
        return _far(name, x)
    middle, error = x.middle, x.error
    before = mp.prec
    try:
        if x.rational is not None:  # as many digits of the operand as its size takes
            mp.prec += max(0, mp.mag(middle)) if middle else 0
            middle = mp.mpf(x.rational.numerator) / x.rational.denominator
            error = abs(middle) * mp.mpf(2) ** (8 - mp.prec)
            if middle == x.rational.numerator and x.rational.denominator == 1:
                error = ZERO
        room = scale(middle)
        if error > SMALL * room:
            raise MoreDigits
        result = value(middle)
    finally:
        mp.prec = before
    result = +result
    rate = abs(slope(middle, result))
    bound = (
        2 * rate * error + 64 * (error / room) ** 2 * (abs(result) + rate * room) if error else 0
    )
    return Real(result, bound + _unit(result), (name, x))


_SIZED = frozenset(
    (
        "exp",
        "expm1",
        "sin",
        "cos",
        "sinh",
        "cosh",
        "tanh",
        "gamma",
        "digamma",
        "trigamma",
        "tetragamma",
        "erf",
        "erfc",
    )
)


def _far(name: str, x: Real) -> Real:
    """Return what is known of a function where its operand is too large to be used."""
    if x.error > SMALL * abs(x.middle):
        raise MoreDigits
    above = x.middle > 0
    if name in ("tanh", "erf"):
        return Real(ONE if above else -ONE, _state["unit"], (name, x))
    if name == ("erfc" if above else "exp"):  # between 0 and 2^(−2^2000)
        tiny = mp.ldexp(ONE, -(1 << (LARGEST_SIZE - 100)))
        return Real(tiny, tiny, (name, x))
    raise Beyond


def _one(x: Any) -> Any:
    return ONE


def exp(x: Real) -> Real:
    if x.rational == 0:
        return exact(1)
    return _applied("exp", x, _exp, lambda t, y: y, _one)


def _exp(t: Any) -> Any:
    """Return e^t; mpmath's own raises e to whole operands step by step, however large."""
    if mp.mag(t) < 8:
        return mp.exp(t)
    before = mp.prec
    try:
        mp.prec += mp.mag(t) + 10
        twos = mp.nint(t / mp.ln2)
        rest = t - twos * mp.ln2
        mp.prec = before + 10
        return mp.ldexp(mp.exp(+rest), int(twos))
    finally:
        mp.prec = before


def expm1(x: Real) -> Real:
    if x.rational == 0:
        return exact(0)
    return _applied(
        "expm1",
        x,
        lambda t: mp.expm1(t) if mp.mag(t) < 3 else _exp(t) - 1,
        lambda t, y: abs(y) + 1,
        _one,
    )


def log(x: Real) -> Real:
    if sign(x) <= 0:
        raise NoValue("pole" if x.rational == 0 else "domain", "log")
    if x.rational == 1:
        return exact(0)
    return _applied("log", x, mp.log, lambda t, y: 1 / t, abs)


def log1p(x: Real) -> Real:
    above = sign(x + 1)
    if above <= 0:
        raise NoValue("domain" if above else "pole", "log1p")
    if x.rational == 0:
        return exact(0)
    return _applied("log1p", x, mp.log1p, lambda t, y: 1 / (1 + t), lambda t: 1 + t)


def sin(x: Real) -> Real:
    if x.rational == 0:
        return exact(0)
    return _applied("sin", x, mp.sin, _one_of_two, _one)


def cos(x: Real) -> Real:
    if x.rational == 0:
        return exact(1)
    return _applied("cos", x, mp.cos, _one_of_two, _one)


def _one_of_two(x: Any, y: Any) -> Any:
    return ONE


def sinh(x: Real) -> Real:
    if x.rational == 0:
        return exact(0)
    return _applied("sinh", x, _sinh, lambda t, y: abs(y) + 1, _one)


def _sinh(t: Any) -> Any:
    return mp.sinh(t) if mp.mag(t) < 3 else (_exp(t) - _exp(-t)) / 2


def cosh(x: Real) -> Real:
    if x.rational == 0:
        return exact(1)
    return _applied("cosh", x, lambda t: (_exp(t) + _exp(-t)) / 2, lambda t, y: y, _one)


def tanh(x: Real) -> Real:
    if x.rational == 0:
        return exact(0)
    return _applied("tanh", x, mp.tanh, lambda t, y: 4 * _exp(-2 * abs(t)), _one)


def _within_one(x: Real, name: str) -> int:
    """Return 1 where |x| = 1, 0 inside."""
    outside = max(compared(x, 1), compared(-x, 1))
    if outside > 0:
        raise NoValue("domain", name)
    return 1 + outside


def asin(x: Real) -> Real:
    if _within_one(x, "asin"):
        return sign(x) * pi() / 2
    if x.rational == 0:
        return exact(0)
    return _applied("asin", x, mp.asin, lambda t, y: 1 / mp.sqrt(1 - t * t), lambda t: 1 - abs(t))


def acos(x: Real) -> Real:
    if _within_one(x, "acos"):
        return exact(0) if sign(x) > 0 else pi()
    return _applied("acos", x, mp.acos, lambda t, y: 1 / mp.sqrt(1 - t * t), lambda t: 1 - abs(t))


def atan(x: Real) -> Real:
    if x.rational == 0:
        return exact(0)
    return _applied(
        "atan", x, mp.atan, lambda t, y: 1 / (1 + t * t), lambda t: max(abs(t), ONE) / 2
    )


def asinh(x: Real) -> Real:
    if x.rational == 0:
        return exact(0)
    return _applied(
        "asinh", x, _asinh, lambda t, y: 1 / mp.sqrt(1 + t * t), lambda t: max(abs(t), ONE) / 2
    )


def _asinh(t: Any) -> Any:
    return mp.asinh(t) if t > 0 else -mp.asinh(-t)


def acosh(x: Real) -> Real:
    above = compared(x, 1)
    if above < 0:
        raise NoValue("domain", "acosh")
    if above == 0:
        return exact(0)
    return _applied("acosh", x, mp.acosh, lambda t, y: 1 / mp.sqrt(t * t - 1), lambda t: t - 1)


def atanh(x: Real) -> Real:
    outside = max(compared(x, 1), compared(-x, 1))
    if outside >= 0:
        raise NoValue("domain" if outside else "pole", "atanh")
    if x.rational == 0:
        return exact(0)
    return _applied("atanh", x, mp.atanh, lambda t, y: 1 / (1 - t * t), lambda t: 1 - abs(t))


def erf(x: Real) -> Real:
    if x.rational == 0:
        return exact(0)
    return _applied("erf", x, _erf, _bell, _narrow)


def erfc(x: Real) -> Real:
    if x.rational == 0:
        return exact(1)
    return _applied("erfc", x, _erfc, _bell, _narrow)


def _erf(t: Any) -> Any:
    return mp.sign(t) if t * t > mp.prec else mp.erf(t)


def _bell(t: Any, y: Any) -> Any:
    return 2 * _exp(-t * t)


def _narrow(t: Any) -> Any:
    return 1 / (1 + abs(t))


def _erfc(t: Any) -> Any:
    """Return erfc; far out by its asymptotic series, whose error is less than its next term."""
    if t < 0:
        return 2 - _erfc(-t)
    square = t * t
    if square < mp.prec + 60:
        before = mp.prec
        try:
            mp.prec += 40
            return mp.erfc(t)
        finally:
            mp.prec = before
    before = mp.prec
    try:
        mp.prec += 20 + max(0, mp.mag(square))
        term = total = ONE
        for n in range(1, 4 * before):
            term *= -(2 * n - 1) / (2 * t * t)
            if mp.mag(term) < -before - 10:
                break
            total += term
        else:
            raise Beyond
        return _exp(-t * t) / (t * mp.sqrt(mp.pi)) * total
    finally:
        mp.prec = before


def _pole_free(x: Real, name: str) -> None:
    """Refuse 0, −1, −2, …"""
    if x.middle - x.error <= 0 and is_whole(x) and sign(x) <= 0:
        raise NoValue("pole", name)


def _clear(t: Any) -> Any:
    """Return the distance from the next pole of Γ."""
    return t if t >= 0.5 else abs(t - min(mp.nint(t), ZERO))


def _gamma_scale(t: Any) -> Any:
    return min(_clear(t), 1 / (1 + abs(mp.log(abs(t))))) / 4


def gamma(x: Real) -> Real:
    _pole_free(x, "gamma")
    n = x.rational
    if n is not None and n.denominator == 1 and n <= LARGEST_FACTORIAL:
        return exact(factorial(int(n) - 1))
    if mp.mag(x.middle) > 1_100:
        raise Beyond
    return _applied("gamma", x, _gamma, lambda t, y: y * _psi_bound(t), _gamma_scale)


def _gamma(t: Any) -> Any:
    if t > -20:
        return mp.gamma(t)
    return mp.pi / (mp.sinpi(t) * mp.gamma(1 - t))


def _psi_bound(t: Any) -> Any:
    return 2 + abs(mp.log(abs(t))) + 3 / _clear(t)


def lgamma(x: Real) -> Real:
    _pole_free(x, "lgamma")
    if x.rational in (1, 2):
        return exact(0)
    return _applied("lgamma", x, _lgamma, lambda t, y: _psi_bound(t), lambda t: _clear(t) / 4)


def _lgamma(t: Any) -> Any:
    if t > 0:
        return mp.loggamma(t)
    if mp.mag(t) > 1_100:
        raise Beyond
    return mp.log(mp.pi / abs(mp.sinpi(t))) - mp.loggamma(1 - t)


def digamma(x: Real) -> Real:
    return _polygamma(x, 0, "digamma")


def trigamma(x: Real) -> Real:
    return _polygamma(x, 1, "trigamma")


def tetragamma(x: Real) -> Real:
    """Return the derivative of trigamma."""
    return _polygamma(x, 2, "tetragamma")


def _polygamma(x: Real, order: int, name: str) -> Real:
    _pole_free(x, name)

    def slope(t: Any, y: Any) -> Any:
        near = _clear(t)
        return 24 * (1 / near + 1 / near ** (order + 2))

    return _applied(name, x, lambda t: _psi(order, t), slope, lambda t: _clear(t) / 4)


def _psi(order: int, t: Any) -> Any:
    """Return ψ, ψ′ or ψ″, left of 0 by reflection."""
    if t > 0:
        return mp.psi(order, t)
    mirrored, cot = mp.psi(order, 1 - t), mp.cospi(t) / mp.sinpi(t)
    match order:
        case 0:
            return mirrored - mp.pi * cot
        case 1:
            return mp.pi**2 * (1 + cot * cot) - mirrored
    return mirrored - 2 * mp.pi**3 * cot * (1 + cot * cot)


def power(a: Real, b: Real, name: str = "power") -> Real:
    """Return a^b over the reals; 0⁰ is 1."""
    n = b.rational
    if n is not None and n.denominator == 1 and 0 <= n <= LARGEST_EXPONENT:
        if a.rational is not None and bits(a.rational) * n <= MOST_BITS:
            return exact(a.rational ** int(n))
        return _whole_power(a, int(n))
    if sign(a) == 0:
        if (below := sign(b)) < 0:
            raise NoValue("pole", name)
        return exact(0 if below else 1)
    if sign(a) < 0:
        if not is_whole(b):
            raise NoValue("domain", name)
        n = b.rational
        assert n is not None
        size = power(-a, b, name)
        return size if n % 2 == 0 else -size
    if a.rational == 1:
        return exact(1)
    if n is not None and a.rational is not None:
        if n.denominator == 1 and bits(a.rational) * abs(n) <= MOST_BITS:
            return exact(a.rational ** int(n))
        root = _rational_root(a.rational, n)
        if root is not None:
            return exact(root)
    logarithm = log(a)
    found = exp(b * logarithm)
    if n is not None:
        found.made = ("power", a, n)
    return found


def _whole_power(a: Real, n: int) -> Real:
    found, square, left = exact(1), a, n
    while left:
        if left % 2:
            found = found * square
        left //= 2
        square = square * square if left else square
    return Real(found.middle, found.error, ("power", a, Fraction(n))) if n > 1 else found


def _rational_root(a: Fraction, n: Fraction) -> Fraction | None:
    """Return a^n where it is rational and n a half or a third of a small whole number."""
    degree, times = n.denominator, n.numerator
    if degree not in (2, 3) or bits(a) * abs(times) > MOST_BITS:
        return None
    parts = [_root(part, degree) for part in (a.numerator, a.denominator)]
    if any(part is None for part in parts):
        return None
    return Fraction(parts[0], parts[1]) ** times  # type: ignore[arg-type]


def _root(n: int, degree: int) -> int | None:
    if degree == 2:
        root = isqrt(n)
    else:
        root = 1 << -(-n.bit_length() // 3)
        while True:
            smaller = (2 * root + n // (root * root)) // 3
            if smaller >= root:
                break
            root = smaller
    return root if root**degree == n else None


def sqrt(x: Real) -> Real:
    return power(x, exact(HALF), "sqrt")


FUNCTIONS: dict[str, Callable[[Real], Real]] = {
    f.__name__: f
    for f in (
        exp,
        expm1,
        log,
        log1p,
        sin,
        cos,
        sinh,
        cosh,
        tanh,
        asin,
        acos,
        atan,
        asinh,
        acosh,
        atanh,
        erf,
        erfc,
        gamma,
        lgamma,
        digamma,
        trigamma,
        tetragamma,
    )
}
