"""Numbers as they are shown: five significant digits, at most four decimals."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal
from functools import lru_cache
from typing import Any

from chainrule.algebras.array import Array
from chainrule.algebras.decimals import in_decimals
from chainrule.algebras.undefined import Undefined
from chainrule.ops import Map
from chainrule.readings.catalogue import WORDS
from chainrule.readings.terms import Fenced, Numeral, Row, Sign, Term, Word, joined, with_comma

SIGNIFICANT = 5
DECIMALS = 4
SMALLEST_PLAIN = Decimal("1e-3")
LARGEST_PLAIN = Decimal("1e6")
ARRAY_ENTRIES = 16
MATRIX_SIDE = 4
# Of a power of two; 2^(2^56) is more than 10^(10^16), about as far as decimals reach. Beyond
# that not even exponents are written out.
_LONGEST_POWER = 1 << 56


_UNDEFINED = Word("undef", r"\text{undef}")


@dataclass(frozen=True, slots=True)
class Format:
    """How numbers are shown: how many digits, and whether with a decimal comma."""

    significant: int = SIGNIFICANT
    decimals: int = DECIMALS
    comma: bool = False


DEFAULT = Format()


def decimal(number: Any, digits: int = 60) -> Decimal:
    """Return a float, a fraction or a many-digit number as a decimal of at most `digits`."""
    if isinstance(number, float):
        return Decimal(repr(number))  # the shortest decimal that is this double: 0.1 is 0.1
    if isinstance(number, int):
        return Decimal(number)
    if hasattr(number, "numerator"):
        context = Context(prec=digits)
        return context.divide(Decimal(number.numerator), Decimal(number.denominator))
    import mpmath

    return Decimal(mpmath.nstr(number, digits, strip_zeros=False, min_fixed=-5, max_fixed=5))


def numeral(number: Any, format: Format = DEFAULT, *, exact: bool = True) -> Term:
    """Return a number as it is shown.

    Trailing zeros stay where digits were cut off and go where the number is exact, so that
    0.5 is 0.5 and 0.99999 is 1.0000.

    Parameters
    ----------
    exact
        Whether the number itself is given, and not the nearest double.
    """
    if type(number) is Undefined:
        return Word("open", r"\text{open}") if number.is_open else _UNDEFINED
    if isinstance(number, Array):
        return _array(number, format)
    if isinstance(number, Map):
        return Word(WORDS["linear_map"], rf"\text{{{WORDS['linear_map']}}}")
    shown = (_of_double if type(number) is float else _of_number)(number, format, exact)
    return with_comma(shown) if format.comma else shown


def _of_number(number: Any, format: Format, given: bool = True) -> Term:
    # Not math.isfinite: to a float, a number beyond 1e308 is infinite.
    if number - number != 0:
        if number != number:
            return _UNDEFINED
        return Word("∞", r"\infty") if number > 0 else Word("−∞", r"-\infty")
    if hasattr(number, "_mpf_") and number != 0 and abs(magnitude(number)) > _LONGEST_POWER:
        return _beyond(number)
    exact = decimal(number, max(60, format.significant + 5))
    if exact == 0:
        return Numeral("0")
    size = exact.copy_abs()  # abs() would round by the default context, and overflow
    if SMALLEST_PLAIN <= size <= LARGEST_PLAIN:
        places = min(format.decimals, max(0, format.significant - 1 - exact.adjusted()))
        return Numeral(_rounded(exact, places, given))
    power = exact.adjusted()
    mantissa = exact.scaleb(-power, Context(prec=1_100, Emax=10**17, Emin=-(10**17)))
    shown = _rounded(mantissa, min(format.decimals, format.significant - 1), given)
    if shown.lstrip("-").startswith("10"):
        return Numeral(shown.replace("10", "1", 1), power + 1)
    return Numeral(shown, power)


def magnitude(x: Any) -> int:
    """Return e such that |x| is in [2^(e−1), 2^e), of one of mpmath's numbers."""
    _sign, _mantissa, exponent, bits = x._mpf_
    return int(exponent + bits)


# The same doubles stand in table, steps, drawing and its alternative.
_of_double = lru_cache(maxsize=4096)(_of_number)


def _beyond(number: Any) -> Term:
    """Return a number of which not even the exponent can be written out: 3.6·10^(−1.2·10⁴³)."""
    written, _, exponent = in_decimals(number, SIGNIFICANT).partition("e")
    power = Decimal(exponent)
    head, _, tail = f"{power:.{SIGNIFICANT - 1}e}".partition("e")
    minus, tail = "−" * (power < 0), tail.lstrip("+")
    head, written = head.lstrip("-"), written.replace("-", "−")
    return Word(
        f"{written}·10^({minus}{head}·10^{tail})",
        rf"{written.replace('−', '-')}\cdot 10^{{{'-' * bool(minus)}{head}\cdot 10^{{{tail}}}}}",
    )


def _rounded(number: Decimal, places: int, exact: bool) -> str:
    quantum = Decimal(1).scaleb(-places)
    shown = number.quantize(quantum, ROUND_HALF_EVEN, Context(prec=1_100))
    if exact and shown == number and "." in str(shown):
        return f"{shown:f}".rstrip("0").rstrip(".")
    return f"{shown:f}"


def full_digits(number: Any, digits: int = 17) -> str:
    """Return all digits that are carried, for tooltips and exports."""
    if type(number) is Undefined:
        return "open" if number.is_open else "undef"
    if isinstance(number, Array):
        return str(number.data.tolist())
    if isinstance(number, float | int):
        return repr(number)
    if hasattr(number, "_mpf_") and number != 0 and abs(magnitude(number)) > _LONGEST_POWER:
        return in_decimals(number, max(digits, 20))
    import mpmath

    return str(mpmath.nstr(number, max(digits, 20)))


def _array(array: Array, format: Format) -> Term:
    """Return a small array entry by entry, a large one as its shape and Euclidean norm."""
    shape = array.data.shape
    if array.data.size <= ARRAY_ENTRIES and (len(shape) < 2 or max(shape) <= MATRIX_SIDE):
        return _bracket(array.data.tolist(), format)
    return summary(array, format)


def summary(array: Array, format: Format = DEFAULT) -> Term:
    """Return an array as its shape and Euclidean norm."""
    sizes = "×".join(map(str, array.data.shape))
    shape = Word(f"[{sizes}]", rf"[{sizes.replace('×', chr(92) + 'times ')}]")
    norm = numeral(_norm(array), format)
    return Row(
        (shape, Sign(",", tight=True), Word(" ", r"\ "), Word("‖·‖", r"\|\cdot\|"), Sign("="), norm)
    )


def _norm(array: Array) -> Any:
    """Return the root of the sum of squares, or the reason why an entry has no value."""
    if array.undefined is not None:
        return array.undefined
    return math.hypot(*map(float, array.data.ravel().tolist()))


def _bracket(entries: Any, format: Format) -> Term:
    if not isinstance(entries, list):
        return numeral(entries, format)
    parted = Sign(";" if format.comma else ",", tight=True), Word(" ", r"\ ")
    return Fenced(joined((_bracket(entry, format) for entry in entries), *parted), "[", "]")
