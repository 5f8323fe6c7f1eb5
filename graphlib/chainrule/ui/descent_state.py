"""What the page Descent shows, as one value, and the only thing its links carry."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from chainrule.errors import InputError
from chainrule.language import exact
from chainrule.nn.optimisers import METHODS
from chainrule.ui import link

MOST_STARTS, MOST_STEPS, MOST_PATHS = 6, 500, 12


@dataclass(frozen=True, slots=True)
class DescentState:
    """The shareable state of Descent; everything as typed.

    Parameters
    ----------
    formula
        A function of one or two variables.
    region
        Least and greatest value of each variable: "-2.2, 2.2; -1.5, 1.5".
    starts
        Points, parted by semicolons: "2, 1.2; -2, 1".
    optimisers
        Names, joined by commas.
    rate
        Learning rate of all; "" for each one's own.
    steps
        How many are made.
    """

    formula: str = "x^4 - 3x^2 + x + 2y^2"
    region: str = "-2.2, 2.2; -1.5, 1.5"
    starts: str = "2, 1.2"
    optimisers: str = "gd,momentum,adam"
    rate: str = "0.02"
    steps: int = 60


EXAMPLES: Mapping[str, DescentState] = {
    "a local and a global minimum": DescentState(),
    "a curved valley": DescentState(
        "(1 - x)^2 + 5(y - x^2)^2", "-2, 2; -1, 3", "-1.5, 2", "gd,momentum,adam", "0.01", 200
    ),
    "a ravine": DescentState(
        "x^2 + 20y^2", "-3, 3; -1.5, 1.5", "-2.6, 1.2", "gd,momentum,rmsprop", "0.045", 60
    ),
    "four minima": DescentState(
        "(x^2 + y - 11)^2 + (x + y^2 - 7)^2",
        "-5, 5; -5, 5",
        "0, 0; -1, -4.5; -4, 4",
        "gd",
        "0.01",
        60,
    ),
    "one variable": DescentState("x^4 - 3x^2 + x", "-2.2, 2.2", "2; -0.2", "gd,adam", "0.03", 60),
}


def points(text: str, size: int, most: int) -> tuple[tuple[float, ...], ...]:
    """Return the points of "2, 1.2; -2, 1".

    Raises
    ------
    InputError
        With the place of what is no number, or of a point of another size.
    """
    found: list[tuple[float, ...]] = []
    at = 0
    for piece in text.split(";"):
        numbers: list[float] = []
        within = at
        for word in piece.split(","):
            try:
                numbers.append(float(exact(word.strip()).value))
            except (InputError, OverflowError) as error:
                raise InputError(
                    f"`{word.strip()[:20]}` is no number",
                    text=text,
                    position=within,
                    length=max(1, len(word)),
                    allowed="Write numbers such as -1.5 or 1/3.",
                ) from error
            within += len(word) + 1
        if len(numbers) != size:
            raise InputError(
                f"`{piece.strip()[:20]}` has {len(numbers)} number{'s' * (len(numbers) != 1)}",
                text=text,
                position=at,
                length=max(1, len(piece)),
                allowed=f"Each has {size}, parted by commas; a semicolon parts one from the next.",
            )
        found.append(tuple(numbers))
        at += len(piece) + 1
    if len(found) > most:
        raise InputError(
            f"there are {len(found)}",
            given=text,
            allowed=f"At most {most}, parted by semicolons.",
        )
    return tuple(found)


def fitted(state: DescentState, size: int) -> DescentState:
    """Return a state whose region and starts are of so many variables, as far as they are known.

    What is there of a variable stays; a new one goes from -2 to 2 and begins at 1.
    """
    pairs = [pair.strip() for pair in state.region.split(";")]
    starts = [start.split(",") for start in state.starts.split(";")]
    region = [*pairs, *["-2, 2"] * size][:size]
    begun = [[number.strip() for number in [*start, *["1"] * size][:size]] for start in starts]
    return replace(state, region="; ".join(region), starts="; ".join(map(", ".join, begun)))


def rate(text: str) -> float | None:
    """Return a learning rate, None for "".

    Raises
    ------
    InputError
        If it is no number.
    """
    return float(exact(text.strip()).value) if text.strip() else None


def _fits(check: Callable[[str], Any]) -> Callable[[link.Field], str]:
    def read(field: link.Field) -> str:
        try:
            check(field.text)
        except (InputError, OverflowError) as error:
            raise field.refuse(
                f"`{field.text[:20]}` does not fit", getattr(error, "allowed", "")
            ) from error
        return field.text

    return read


def _names(field: link.Field) -> str:
    for name in field.text.split(","):
        if name not in METHODS:
            raise field.refuse(f"`{name[:20]}` is no optimiser", f"There are {', '.join(METHODS)}.")
    return field.text


READERS: Mapping[str, link.Reader] = {
    "f": lambda field: field.text,
    "region": _fits(lambda text: points(text, 2, 2)),
    "starts": _fits(lambda text: points(text, 1 + text.partition(";")[0].count(","), MOST_STARTS)),
    "by": _names,
    "rate": _fits(rate),
    "steps": link.whole(1, MOST_STEPS),
}
KEYS = dict(zip(READERS, (f.name for f in fields(DescentState)), strict=True))


def encode(state: DescentState) -> str:
    """Return the query that `decode` turns into `state` again.

    Raises
    ------
    LinkError
        If it is longer than 2,000 characters.
    """
    plain = DescentState()
    return link.written(
        (key, str(getattr(state, name)))
        for key, name in KEYS.items()
        if getattr(state, name) != getattr(plain, name)
    )


def decode(query: str) -> DescentState:
    """Return the state that a query describes.

    Raises
    ------
    LinkError
        If anything in it is not as `encode` writes it, with the offset in `query`.
    """
    found = link.parts(query, READERS) if query else {}
    return DescentState(**{KEYS[key]: value for key, value in found.items()})
