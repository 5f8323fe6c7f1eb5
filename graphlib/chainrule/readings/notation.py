"""Notations: what derivatives are called, how unnamed steps are, how numbers are written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from chainrule.errors import InputError
from chainrule.readings.catalogue import NOTATIONS, WORDS
from chainrule.readings.numbers import DEFAULT, Format
from chainrule.readings.terms import Partial, Row, Sign, Symbol, Term, Word

D, SLASH = Sign("∂", tight=True), Sign("/", tight=True)
NODE = Row((Word("\u2009", r"\,"), Word(WORDS["node"])))
GRAD = Word("grad\u2009", r"\operatorname{grad}\,")


@dataclass(frozen=True, slots=True)
class Profile:
    """How lectures of one kind write derivatives.

    Parameters
    ----------
    name
        What it is asked for by.
    adjoint
        From the names of goal and node to the node's adjoint: ∂J/∂u, or ū.
    tangent
        From the names of node and seed to the node's tangent: ∂u/∂x, or u̇.
    adjoint_header, tangent_header
        The heading of a column of these, from the name of the goal or seed.
    words
        Headings that differ from the usual ones, by column.
    """

    name: str
    adjoint: Callable[[Term, Symbol], Term]
    tangent: Callable[[Symbol, Term], Term]
    adjoint_header: Callable[[Term], Term]
    tangent_header: Callable[[Term], Term]
    words: Mapping[str, str] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """What a person chooses it by."""
        return NOTATIONS[self.name]


def _over(mark: str) -> Callable[[Symbol], Term]:
    return lambda node: replace(node, over=mark)


_BAR, _DOT = _over("bar"), _over("dot")


def _dot_header(seed: Term) -> Term:
    along = Row((Word(" "), Word(WORDS["along"]), Word(" "), seed))
    return Row((Word(WORDS["tangent"]), along))


PROFILES: Mapping[str, Profile] = {
    profile.name: profile
    for profile in (
        Profile(
            "partials",
            adjoint=Partial,
            tangent=Partial,
            adjoint_header=lambda goal: Row((D, goal, SLASH, D, NODE)),
            tangent_header=lambda seed: Row((D, NODE, SLASH, D, seed)),
        ),
        Profile(
            "bars",
            adjoint=lambda goal, node: _BAR(node),
            tangent=lambda node, seed: _DOT(node),
            adjoint_header=lambda goal: Word(WORDS["adjoint"]),
            tangent_header=_dot_header,
        ),
        Profile(
            "upstream",
            adjoint=lambda goal, node: Row((GRAD, node)),
            tangent=lambda node, seed: _DOT(node),
            adjoint_header=lambda goal: Word(WORDS["upstream_times_local"]),
            tangent_header=_dot_header,
            words={"partial": WORDS["local_gradient"], "number": WORDS["local_value"]},
        ),
    )
}
"""The notations of derivatives, by name; a new one is one entry, and its label in the catalogue."""

PREFIXES = ("v", "xi")
"""Letters of unnamed steps: v₁, v₂, … or ξ₁, ξ₂, …."""

POINTS: Mapping[str, bool] = {"point": False, "comma": True}
"""Decimal point or comma."""


@dataclass(frozen=True, slots=True)
class Notation:
    """How derivatives and unnamed steps are called and numbers are shown.

    Parameters
    ----------
    prefix
        Letter of the unnamed steps: v gives v₁, v₂, …; xi gives ξ₁, ξ₂, ….
    output
        Name of a main output that has none.
    format
        Digits and decimal sign of numbers.
    profile
        Name of one of `PROFILES`: "partials" (∂J/∂u), "bars" (ū, u̇), "upstream" (upstream ×
        local gradient).
    """

    prefix: str = "v"
    output: str = "f"
    format: Format = DEFAULT
    profile: str = "partials"

    def __post_init__(self) -> None:
        if self.profile not in PROFILES:
            raise _refusal(self.profile, self.profile, 0)

    @classmethod
    def named(cls, words: str) -> Notation:
        """Return the notation that words ask for, parted by commas: "bars", "xi,comma".

        >>> Notation.named("bars, xi").prefix
        'xi'

        Raises
        ------
        InputError
            For a word that is none of the profiles, prefixes, "point" and "comma".
        """
        chosen: dict[str, Any] = {}
        begin = 0
        for part in words.split(","):
            word = part.strip()
            if word in PROFILES:
                chosen["profile"] = word
            elif word in PREFIXES:
                chosen["prefix"] = word
            elif word in POINTS:
                chosen["format"] = replace(DEFAULT, comma=POINTS[word])
            elif word:
                raise _refusal(word, words, begin + part.index(word))
            begin += len(part) + 1
        return cls(**chosen)

    def with_digits(self, digits: int) -> Notation:
        """Return the notation with so many significant digits shown."""
        shown = replace(self.format, significant=digits, decimals=digits)
        return replace(self, format=shown)


def _refusal(word: str, text: str, position: int) -> InputError:
    return InputError(
        f"there is no notation `{word[:40]}`",
        text=text,
        position=position,
        length=len(word),
        allowed=f"Notations are {', '.join((*PROFILES, *PREFIXES, *POINTS))}.",
    )
