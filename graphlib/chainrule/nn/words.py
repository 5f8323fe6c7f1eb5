"""Words of Keras, PyTorch and scikit-learn: understood where they mean the same, else answered."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from difflib import get_close_matches
from typing import Any, Self

from chainrule.errors import InputError

LOSSES = {
    "binarycrossentropy": "bce",
    "bceloss": "bce",
    "bcewithlogits": "bce",
    "categoricalcrossentropy": "ce",
    "sparsecategoricalcrossentropy": "ce",
    "crossentropy": "ce",
    "meansquarederror": "mse",
    "squarederror": "mse",
    "l2loss": "mse",
    "meanabsoluteerror": "mae",
    "absoluteerror": "mae",
    "l1": "mae",
    "smoothl1": "huber",
}
OPTIMISERS = {"gradientdescent": "gd"}
INITIALISERS = {
    "glorotuniform": "xavier",
    "xavieruniform": "xavier",
    "glorot": "xavier",
    "henormal": "he",
    "kaimingnormal": "he",
    "kaiming": "he",
    "lecunnormal": "lecun",
    "randomnormal": "normal",
    "randomuniform": "uniform",
    "zero": "zeros",
}
CHOICES = {
    "optimizer": "optimiser",
    "solver": "optimiser",
    "batchsize": "batch",
    "lr": "rate",
    "learningrate": "rate",
    "learningrateinit": "rate",
    "eta0": "rate",
    "nepochs": "epochs",
    "numepochs": "epochs",
    "maxiter": "epochs",
    "validationdata": "validation",
    "y": "t",
    "randomstate": "seed",
    "criterion": "loss",
    "lrscheduler": "schedule",
}
ANSWERED = {
    "weightdecay": "The penalty here is l2 · Σw², so a weight decay of λ is l2 = λ/2; that of "
    "adamw is nn.Optimiser('adamw', given={'decay': λ}).",
    "momentum": "Momentum is an optimiser of its own: optimiser='momentum', or "
    "nn.Optimiser('momentum', 0.05, {'mu': 0.9}).",
    "nesterov": "It is an optimiser of its own: optimiser='nesterov'.",
    "earlystopping": "It is patience=10 with validation=(x, t): stop after so many epochs.",
    "validationsplit": "Draw it with kept, held = data.split(0.25) and give validation=held.",
    "validationfraction": "Draw it with kept, held = data.split(0.25) and give validation=held.",
    "callbacks": "A run is an iterator: write `for record in run:`, or run.run(watch=function).",
    "verbose": "A run is quiet; run.run(watch=print) prints every record.",
    "metrics": "Accuracy, RMSE and R² are always told: run.history, run.evaluate().",
    "hiddenlayersizes": "Layers are objects: nn.Sequential([nn.Dense(16, 'relu'), nn.Dense(1)]).",
}


LAYERS = {
    "linear": "Dense(units): how many values come in is known from the layer before",
    "relu": "Activation('relu'), or Dense(16, 'relu')",
    "sigmoid": "Activation('sigmoid'), or Dense(1, 'sigmoid')",
    "tanh": "Activation('tanh'), or Dense(16, 'tanh')",
    "rnn": "Recurrent",
    "simplernn": "Recurrent",
    "maxpooling2d": "MaxPool2D",
    "zeropadding2d": "Padding2D",
    "zeropad2d": "Padding2D",
    "batchnorm1d": "BatchNorm",
    "batchnorm2d": "BatchNorm",
    "batchnormalization": "BatchNorm",
    "layernormalization": "LayerNorm",
    "multiheadattention": "Attention, of one head",
    "input": "Sequential(layers, inputs=2)",
    "module": "a class with write(page, x): see nn.Layer",
    "adam": "Optimiser('adam', 0.01)",
    "sgd": "Optimiser('sgd', 0.1)",
    "mlpclassifier": "Sequential([Dense(16, 'relu'), Dense(1, 'sigmoid')]).fit(x, t, loss='bce')",
    "mlpregressor": "Sequential([Dense(16, 'relu'), Dense(1)]).fit(x, t)",
    "logisticregression": "Sequential([Dense(1, 'sigmoid')]).fit(x, t, loss='bce')",
    "linearregression": "Sequential([Dense(1)]).fit(x, t)",
}
ARGUMENTS = {
    "inputshape": "inputs is said once, of the network: Sequential(layers, inputs=2).",
    "inputdim": "inputs is said once, of the network: Sequential(layers, inputs=2).",
    "infeatures": "How many values come in is known from the layer before.",
    "outfeatures": "It is called units.",
    "kernelinitializer": "It is called initialiser.",
    "initializer": "It is called initialiser.",
    "biasinitializer": "It is called bias_initialiser.",
    "usebias": "It is called bias.",
    "kernelsize": "It is called kernel.",
    "filters": "It is called channels.",
    "outchannels": "It is called channels.",
    "strides": "It is called stride.",
    "padding": "Put nn.Padding2D(1) before it.",
    "kernelregularizer": "Penalties are given with the plan: fit(x, t, l2=0.01).",
}


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
    near = get_close_matches(key, here, 1)
    raise InputError(
        f"there is no {what} `{word[:40]}`",
        text=word,
        length=max(1, len(word)),
        allowed=f"There are {', '.join(names)}.",
        suggestion=here[near[0]] if near else "",
    )


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
                f"there is no choice `{word[:40]}`",
                text=word,
                length=len(word),
                allowed=ANSWERED[plain(word)],
            )
        name = understood(word, names, CHOICES, "choice")
        if name in found:
            raise InputError(f"{name} is given twice", text=word, length=len(word))
        found[name] = value
    return found


def elsewhere(name: str, here: Iterable[str]) -> str:
    """Return what to say of a name that is none here, with the word used here if there is one."""
    key = plain(name)
    own = {plain(word): word for word in here}
    told = own.get(key) or LAYERS.get(key) or OTHER_LOSSES.get(key, "")
    return f"there is no nn.{name}" + (f"; here it is {told}" if told else "")


OTHER_LOSSES = {
    word: f"loss={name!r}" for known, name in LOSSES.items() for word in (known, f"{known}loss")
} | {"mseloss": "loss='mse'", "l1loss": "loss='mae'"}


class Worded:
    """What is made with choices by name: an unknown one is answered with the word used here."""

    __slots__ = ()

    def __new__(cls, *given: Any, **named: Any) -> Self:
        """Refuse a choice that there is not."""
        known: list[str] = [f.name for f in fields(cls)] if is_dataclass(cls) else []
        for word in named:
            if word not in known:
                raise InputError(
                    f"{cls.__name__} has no `{word[:40]}`",
                    text=word,
                    length=len(word),
                    allowed=ARGUMENTS.get(plain(word), f"It has {', '.join(known)}."),
                )
        return object.__new__(cls)
