"""Words of Keras, PyTorch and scikit-learn: understood where they mean the same, else answered."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from importlib.resources import files
from numbers import Integral
from typing import TYPE_CHECKING, Any, Self

from chainrule.errors import InputError, no_such


def _read() -> Mapping[str, Mapping[str, str]]:
    """Return by table what is said to each word."""
    text = (files("chainrule.nn") / "words.toml").read_text("utf-8")
    return {
        name: {word: told for words, told in table.items() for word in words.split()}
        for name, table in tomllib.loads(text).items()
    }


_TABLES = _read()
LOSSES, OPTIMISERS, INITIALISERS = (_TABLES[n] for n in ("losses", "optimisers", "initialisers"))
CHOICES, ANSWERED, ARGUMENTS = (_TABLES[n] for n in ("choices", "answered", "arguments"))
LAYERS, METHODS = _TABLES["layers"], _TABLES["methods"]


def plain(word: str) -> str:
    """Return a word without case and joints.

    >>> plain("binary_crossentropy") == plain("BinaryCrossentropy")
    True
    """
    return re.sub(r"[^a-z0-9]", "", word.lower())


def understood(word: str, known: Iterable[str], others: Mapping[str, str], what: str) -> str:
    """Return the word used here for one that may come from elsewhere.

    >>> understood("Adam", ["adam", "sgd"], {}, "optimiser")
    'adam'

    Parameters
    ----------
    known
        The words used here.
    others
        From plain words of elsewhere to those.
    what
        What it names, for the refusal.

    Raises
    ------
    InputError
        If it is none; says which there are, and the nearest.
    """
    names = list(known)
    if word in names:
        return word
    here = {plain(name): name for name in names} | dict(others)
    key = plain(word)
    found = here.get(key) or here.get(key.removesuffix("loss"))
    if found is not None:
        return found
    raise no_such(what, word, names, spellings=here)


def translated(given: Mapping[str, Any], known: Iterable[str]) -> dict[str, Any]:
    """Return choices under the names used here.

    Raises
    ------
    InputError
        If a choice is unknown, given twice, or goes by another way here, which is told.
    """
    names, found = list(known), dict[str, Any]()
    for word, value in given.items():
        if plain(word) in ANSWERED:
            raise InputError(
                f"there is no choice `{word[:40]}`", given=word, allowed=ANSWERED[plain(word)]
            )
        name = understood(word, names, CHOICES, "choice")
        if name in found:
            raise InputError(f"{name} is given twice", given=word)
        found[name] = value
    return found


def elsewhere(name: str, here: Iterable[str], units: Mapping[str, str]) -> str:
    """Return what to say of a name that is none here, with the word used here if there is one.

    Parameters
    ----------
    units
        Activations by whatever they are called.
    """
    key = plain(name)
    own = {plain(word): word for word in here}
    told = own.get(key) or LAYERS.get(key) or OTHER_LOSSES.get(key, "")
    unit = {plain(word): unit for word, unit in units.items()}.get(key)
    if not told and unit:
        told = f"Activation({unit!r}), or Dense(16, {unit!r})"
    if not told and name[:1].isupper():
        return f"there is no nn.{name}; a layer of one's own is a class with write: see nn.Layer"
    return f"there is no nn.{name}" + (f"; here it is {told}" if told else "")


OTHER_LOSSES = {
    word: f"loss={name!r}" for known, name in LOSSES.items() for word in (known, f"{known}loss")
} | {"mseloss": "loss='mse'", "l1loss": "loss='mae'"}


class Answering:
    """What is asked by names of other libraries, too: they are answered with the word used here."""

    __slots__ = ()
    if not TYPE_CHECKING:  # names are checked as ever

        def __getattr__(self, name: str) -> Any:
            """Say what the name is called here."""
            told = "" if name.startswith("__") else METHODS.get(plain(name), "")
            words = f"a {type(self).__name__} has no {name}" + (
                f"; here it is {told}" if told else ""
            )
            raise AttributeError(words)

        def __call__(self, *given: Any, **named: Any) -> Any:
            """Say that nothing is called here."""
            raise TypeError(f"a {type(self).__name__} is not called: {METHODS['call']}")


class Worded(Answering):
    """What is made with choices by name: an unknown one is answered with the word used here."""

    __slots__ = ()

    def __new__(cls, *given: Any, **named: Any) -> Self:
        """Refuse a choice that there is not."""
        own: list[Any] = [*fields(cls)] if is_dataclass(cls) else []
        known = {field.name: field for field in own}
        takes = f"It has {', '.join(known)}." if known else "It takes nothing: write it with ()."
        for word in named:
            if word not in known:
                raise InputError(
                    f"{cls.__name__} has no `{word[:40]}`",
                    given=word,
                    allowed=ARGUMENTS.get(plain(word), takes),
                )
        if len(given) > len(known):
            many = f"{cls.__name__} is given {len(given)} values"
            raise InputError(many, given=given[-1], allowed=takes)
        for word, value in (*zip(known, given, strict=False), *named.items()):
            if known[word].type == "int" and not isinstance(value, Integral):
                what = f"{word} of {cls.__name__} is {value!r:.40}"
                raise InputError(what, given=value, allowed="It is a whole number.")
        return object.__new__(cls)
