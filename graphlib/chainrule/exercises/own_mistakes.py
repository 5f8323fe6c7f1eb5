"""Mistakes that a teacher knows from a class of their own: a rule as a formula, and words.

A rule says what the mistake makes of a place, in the names of what stands there:
`partial*operand` of a local partial, `first` of an adjoint whose shares are several.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from chainrule.errors import ChainruleError
from chainrule.facade import Graph
from chainrule.passes.misconceptions import MISCONCEPTIONS, Mistake
from chainrule.passes.places import Place, Rule, Step, Sum, Update


def _of_step(step: Step) -> dict[str, float]:
    names = ("operand", "other")
    return {"value": step.value} | dict(zip(names, step.operands, strict=False))


def _of_rule(rule: Rule) -> dict[str, float]:
    other = {"other": rule.others[0]} if rule.others else {}
    return {"partial": rule.partial, "value": rule.value, "operand": rule.operand} | other


def _of_sum(sum_: Sum) -> dict[str, float]:
    several = {"first": sum_.terms[0], "last": sum_.terms[-1]} if sum_.several else {}
    alone = (
        {}
        if several or not sum_.terms
        else {
            "flowing": sum_.flowing[0],
            "partial": sum_.partials[0],
        }
    )
    return {"total": sum_.total, "count": float(len(sum_.terms))} | several | alone


def _of_update(step: Update) -> dict[str, float]:
    return {"old": step.old, "rate": step.rate, "gradient": step.gradient}


Reader = Callable[[Any], dict[str, float]]
WHERE: Final[Mapping[str, tuple[type, Reader, tuple[str, ...]]]] = {
    "value": (Step, _of_step, ("value", "operand", "other")),
    "partial": (Rule, _of_rule, ("partial", "value", "operand", "other")),
    "sum": (Sum, _of_sum, ("total", "count", "first", "last", "flowing", "partial")),
    "update": (Update, _of_update, ("old", "rate", "gradient")),
}
"""Where a mistake is made: the place, what of it has which name, and these names."""


@dataclass(frozen=True, slots=True)
class OwnMistake:
    """A mistake of a recipe.

    >>> halved = OwnMistake("halved", "partial", "partial/2", "Only one half stands here.", "Why?")
    >>> list(halved.of(Rule(3.0, 4.5, 1.5)))
    [1.5]

    Parameters
    ----------
    name
        Under which it stands in the gradebook.
    where
        The kind of place, as in `WHERE`.
    rule
        What it makes of the place, as a formula.
    sentence, hint, explanation
        What the student did, a question that leads on, and what the teacher wants to know.
    functions
        The operations at which it is made, for values and local partials; all where it is empty.
    """

    name: str
    where: str
    rule: str
    sentence: str
    hint: str = ""
    explanation: str = ""
    functions: tuple[str, ...] = field(default=())

    title = ""
    other = False

    def of(self, place: Place) -> Iterable[float]:
        """Return what the mistake makes of a place; nothing where it cannot be made."""
        kind, reader, names = WHERE[self.where]
        if not isinstance(place, kind):
            return
        if self.functions and getattr(place, "name", "") not in self.functions:
            return
        rule, given = read_rule(self.rule, names), reader(place)
        if given.keys() >= set(rule.variables):
            try:
                yield float(rule.evaluate({name: given[name] for name in rule.variables}))
            except (ChainruleError, ArithmeticError, TypeError, ValueError):
                return


@lru_cache(maxsize=256)
def read_rule(rule: str, names: tuple[str, ...]) -> Graph:
    """Return a rule as a graph.

    Raises
    ------
    ParseError, LimitError
        If it cannot be read.
    """
    return Graph.parse(rule, declared=names)


def known(mistakes: Iterable[OwnMistake]) -> Mapping[str, Mistake]:
    """Return the usual misconceptions and a teacher's own, by name."""
    return {**MISCONCEPTIONS, **{own.name: own for own in mistakes}}
