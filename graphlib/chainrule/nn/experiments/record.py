"""Experiments as records: what varies, what is measured, how it is drawn, what it shows."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import wraps
from importlib.resources import files
from inspect import Parameter, Signature, signature
from itertools import product
from numbers import Integral, Real
from types import SimpleNamespace
from typing import Any

from chainrule.errors import InputError, TrainingError
from chainrule.nn.experiments.outcome import Look, Outcome, outcome
from chainrule.nn.initialisers import Initialiser
from chainrule.nn.words import understood

Rows = Generator[tuple[Any, ...], None, Any]
"""What a measurement is: rows of the table, and at last what the sentence needs of it."""
Run = Callable[..., Outcome]


@dataclass(frozen=True, slots=True)
class Experiment:
    """An experiment: a record of `lecture.toml`.

    Parameters
    ----------
    name
        In a command.
    title
        On a page.
    part
        Of the lecture.
    lesson
        Number of the lesson among the examples.
    heading, columns, look
        Of the outcome; they may name arguments in braces.
    rows
        What a row of the table is.
    vary
        Arguments that are lists, with their usual entries: every combination is measured.
    choices
        What a word given for an argument stands for.
    beside
        Columns of the table beside the picture; all where it is empty.
    """

    name: str
    title: str
    part: str
    lesson: int
    heading: str
    columns: str
    look: Look
    rows: str
    vary: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    choices: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    beside: Sequence[str] = ()

    @property
    def run(self) -> Run:
        """The function; every argument has a default."""
        return _RUNS[self.name]

    @property
    def about(self) -> str:
        """What it does, in one sentence."""
        return self._told(0)

    @property
    def why(self) -> str:
        """The reason in general, "" where none is told."""
        told = self._told(1)
        return "" if "\n---" in told.replace(" ", "") else told

    def _told(self, at: int) -> str:
        return (self.run.__doc__ or "").split("\n\n")[at].strip()

    def given(self, **named: Any) -> Mapping[str, Any]:
        """Return all arguments of a call, the usual ones among them."""
        bound = signature(self.run).bind(**named)
        bound.apply_defaults()
        return bound.arguments

    def outcome(
        self, rows: Sequence[Sequence[Any]], told: str, why: str, given: Mapping[str, Any]
    ) -> Outcome:
        """Return rows, their sentence and its reason as an outcome, for these arguments."""
        words = {n: _named(value) for n, value in given.items()}
        columns = self.columns.format(**words).split(", ")
        look = replace(self.look, x=self.look.x.format(**words))
        found = outcome(self.heading.format(**words), columns, rows, told, look)
        return replace(found, why=" ".join(why.split()))


def _frozen(value: Any) -> Any:
    return tuple(map(_frozen, value)) if isinstance(value, list) else value


def _read() -> dict[str, Experiment]:
    text = (files("chainrule.nn.experiments") / "lecture.toml").read_text("utf-8")
    found = {}
    for record in tomllib.loads(text)["experiment"]:
        look = Look(**{name: _frozen(value) for name, value in record.pop("look").items()})
        vary = {name: _frozen(usual) for name, usual in record.pop("vary", {}).items()}
        found[record["name"]] = Experiment(**record, look=look, vary=vary)
    return found


EXPERIMENTS: Mapping[str, Experiment] = _read()
"""All experiments by name, in the order of the lecture."""
_RUNS: dict[str, Run] = {}


def measured(
    name: str, told: Callable[[Any, Any], str], why: Callable[[Any, Any], str] | None = None
) -> Callable[[Callable[..., Rows]], Run]:
    """Return what makes an experiment's function of a measurement.

    Parameters
    ----------
    name
        Of the record. What it varies are the first arguments of the measurement.
    told
        From what the measurements return, and from the arguments, to the sentence. The former is
        a mapping by setting where something varies, with None where a run diverged.
    why
        From the same to the reason; without it, what the measurement's second paragraph says.
    """
    record = EXPERIMENTS[name]

    def decorate(measure: Callable[..., Rows]) -> Run:
        kind = Parameter.POSITIONAL_OR_KEYWORD
        lists = [Parameter(n, kind, default=usual) for n, usual in record.vary.items()]
        face = Signature([*lists, *list(signature(measure).parameters.values())[len(lists) :]])

        @wraps(measure)
        def run(*plain: Any, **named: Any) -> Outcome:
            try:
                bound = face.bind(*plain, **named)
            except TypeError as error:
                allowed = f"The experiment takes {', '.join(face.parameters)}."
                raise InputError(f"{name}: {error}", allowed=allowed) from None
            bound.apply_defaults()
            given = bound.arguments
            for argument, value in given.items():
                _check(name, argument, value, face.parameters[argument].default)
            fixed = {n: value for n, value in given.items() if n not in record.vary}
            rows: list[tuple[Any, ...]] = []
            ends: dict[Any, Any] = {}
            for setting in product(*(given[n] for n in record.vary)):
                key = tuple(map(_named, setting))
                end = _gathered(measure(*setting, **fixed), rows)
                ends[key if len(key) > 1 else key[0] if key else None] = end
            if not ends:
                raise InputError(f"{name}: there is nothing to vary", allowed="Give one or more.")
            found = ends if record.vary else ends[None], SimpleNamespace(**given)
            reason = why(*found) if why else record.why
            return record.outcome(rows, told(*found), reason, given)

        run.__signature__ = face  # type: ignore[attr-defined]
        returns = f"    Returns\n    -------\n    Outcome\n        {record.rows}\n    "
        run.__doc__ = f"{(measure.__doc__ or '').rstrip()}\n\n{returns}"
        _RUNS[name] = run
        return run

    return decorate


def _check(name: str, argument: str, value: Any, usual: Any) -> None:
    """Refuse what is no number where one is asked for, or too small a count."""
    if not isinstance(usual, int | float) or isinstance(usual, bool):
        return
    least = 0 if argument in ("seed", "target") else 1
    if isinstance(usual, int):
        good, kind = (
            isinstance(value, Integral) and int(value) >= least,
            f"a whole number from {least}",
        )
    else:
        good, kind = isinstance(value, Real) and math.isfinite(value), "a number"
    if not good:
        raise InputError(
            f"{name}: {argument} is {value!r}",
            text=str(value),
            length=len(str(value)),
            allowed=f"Give {kind}, such as {usual:g}.",
        )


def _named(value: Any) -> Any:
    """Return a value as it is named in words."""
    return value.scheme if isinstance(value, Initialiser) else value


def _gathered(measured: Rows, rows: list[tuple[Any, ...]]) -> Any:
    """Add the rows of a measurement; return what it came to, None where the run diverged."""
    try:
        while True:
            rows.append(next(measured))
    except StopIteration as stopped:
        return stopped.value
    except TrainingError:
        return None


def experiment(name: str, **given: Any) -> Outcome:
    """Run an experiment by its name.

    >>> experiment("convolution").where(grid="X", row=3, column=3)[0]["shares"]
    9

    Raises
    ------
    InputError
        If there is none.
    """
    others = {e.run.__name__.replace("_", ""): e.name for e in EXPERIMENTS.values()}
    return EXPERIMENTS[understood(name, EXPERIMENTS, others, "experiment")].run(**given)
