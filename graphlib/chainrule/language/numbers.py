"""Typed numbers: each is the exact decimal or fraction that was written."""

from __future__ import annotations

import re
from fractions import Fraction

from chainrule.errors import PointError, excerpt
from chainrule.language.syntax import LIMITS, Number, beyond, check_length

DECIMAL = re.compile(r"[0-9]+(?:\.[0-9]*)?|\.[0-9]+")
EXPONENT = re.compile(r"[eE](?P<power>[+\-\u2212]?[0-9]+)")
_MIXED = re.compile(
    r"(?P<sign>[+\-\u2212]?)(?P<whole>[0-9]{1,9}) +(?P<above>[0-9]{1,9})/(?P<below>[0-9]{1,9})"
)
_ALLOWED = "A number is written like 3, -0.25, 1e-9, 1/3 or pi/2."
_SIGNS = {"+": 1, "-": -1, "\N{MINUS SIGN}": -1}


def decimal(text: str, start: int) -> tuple[Fraction, int]:
    """Return the unsigned decimal that begins at `start` of `text`, and where it ends.

    Raises
    ------
    LimitError
        If it has too many digits when written out, with the place that is to blame.
    """
    match = DECIMAL.match(text, start)
    assert match is not None  # the caller saw a digit, or a point before one
    whole, _, part = match[0].partition(".")
    if len(whole) + len(part) > LIMITS.digits:
        raise beyond("digits", LIMITS.digits, text=text, position=start + LIMITS.digits)
    stop, power = match.end(), 0
    raised = EXPONENT.match(text, stop)
    if raised is not None:
        sign, size = _sign_and_rest(raised["power"])
        size = size.lstrip("0") or "0"
        long = len(size) > len(str(LIMITS.digits))
        power = 0 if long else sign * int(size)
        if long or max(len(whole) + power, len(part) - power) > LIMITS.digits:
            raise beyond("digits", LIMITS.digits, text=text, position=raised.start("power"))
        stop = raised.end()
    power -= len(part)
    number = Fraction(int(whole + part))
    return number * Fraction(10) ** power if power else number, stop


def _sign_and_rest(text: str) -> tuple[int, str]:
    return (_SIGNS[text[0]], text[1:]) if text[0] in _SIGNS else (1, text)


def exact(text: str) -> Number:
    """Read a number that was typed into a field, a link or behind `--at`.

    Parameters
    ----------
    text
        A decimal with optional sign and exponent, or a fraction of two decimals.

    Raises
    ------
    PointError
        If it is not a finite number; the place is counted in `text`.
    LimitError
        If it has more digits than an exact number may have.
    """
    check_length(text)
    at, stop = len(text) - len(text.lstrip()), len(text.rstrip())
    if at >= stop:
        raise _not_a_number("Nothing was typed where a number is needed", text, 0)
    mixed = _MIXED.fullmatch(text, at, stop)
    if mixed is not None and int(mixed["below"]):
        part = int(mixed["whole"]) + Fraction(int(mixed["above"]), int(mixed["below"]))
        return Number(-part if _SIGNS.get(mixed["sign"], 1) < 0 else part, text.strip())
    sign = _SIGNS.get(text[at], 0)
    at += abs(sign)
    value, at = _part(text, at)
    at = _past_spaces(text, at)
    if at < stop and text[at] in "/\N{FRACTION SLASH}":
        slash = at
        divisor, at = _part(text, _past_spaces(text, at + 1))
        if not divisor:
            raise _not_a_number("A fraction cannot have the denominator 0", text, slash)
        value /= divisor
    if at < stop:
        raise _rest_of_number(text, at)
    return Number(value if sign >= 0 else -value, text.strip())


def _past_spaces(text: str, at: int) -> int:
    while at < len(text) and text[at] == " ":
        at += 1
    return at


def _part(text: str, at: int) -> tuple[Fraction, int]:
    if DECIMAL.match(text, at) is None:
        found = excerpt(text[at:].strip()) or excerpt(text.strip())
        raise _not_a_number(f"{found!r} is not a number", text, min(at, len(text)))
    return decimal(text, at)


def _rest_of_number(text: str, at: int) -> PointError:
    if text[at] == "," and text.count(",") == 1:
        return _not_a_number(
            "Decimals are written with a point here", text, at, text.strip().replace(",", ".")
        )
    return _not_a_number(f"{excerpt(text[at:].strip())!r} does not belong to a number", text, at)


def _not_a_number(message: str, text: str, at: int, suggestion: str = "") -> PointError:
    return PointError(message, text=text, position=at, allowed=_ALLOWED, suggestion=suggestion)
