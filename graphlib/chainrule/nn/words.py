"""Words of Keras, PyTorch and scikit-learn: understood where they mean the same, else answered."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from numbers import Integral
from typing import TYPE_CHECKING, Any, Self

from chainrule.errors import InputError, no_such

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
    "log": "bce",
    "nll": "ce",
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
    "lossfn": "loss",
    "globalclipnorm": "clip",
    "maxgradnorm": "clip",
    "maxnorm": "clip",
    "gradientclipval": "clip",
    "lrscheduler": "schedule",
    "learningrateschedule": "schedule",
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
    "alpha": "The penalty here is l2 · Σw²; an alpha of scikit-learn's MLPClassifier over n "
    "examples is l2 = alpha/(2n).",
    "classweight": "Every example counts the same; repeat those that are to count more.",
    "sampleweight": "Every example counts the same; repeat those that are to count more.",
    "device": "Everything is computed by the processor, in double precision.",
    "clipnorm": "Not each gradient, the whole of them is shortened: clip=1.0.",
    "clipvalue": "Not each entry, the whole gradient is shortened, so that it keeps its "
    "direction: clip=1.0.",
    "initialepoch": "Go on with the run itself: run.advance(steps), or a new one from "
    "start=run.parameters.",
    "hiddenlayersizes": "Layers are objects: nn.Sequential([nn.Dense(16, 'relu'), nn.Dense(1)]).",
}


LAYERS = {
    "linear": "Dense(units): how many values come in is known from the layer before",
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
    "inputlayer": "Sequential(layers, inputs=2)",
    "module": "a class with write(page, x): see nn.Layer",
    "model": "Sequential(layers); what layers cannot say is a class of one's own: see nn.Layer",
    "timedistributed": "every=True of the layer before: a Dense then takes each step",
    "adam": "Optimiser('adam', 0.01)",
    "sgd": "Optimiser('sgd', 0.1)",
    "mlpclassifier": "Sequential([Dense(16, 'relu'), Dense(1, 'sigmoid')]).fit(x, t, loss='bce')",
    "mlpregressor": "Sequential([Dense(16, 'relu'), Dense(1)]).fit(x, t)",
    "logisticregression": "Sequential([Dense(1, 'sigmoid')]).fit(x, t, loss='bce')",
    "linearregression": "Sequential([Dense(1)]).fit(x, t)",
    "optimizers": "optimiser='adam', rate=0.01 with the plan: fit(x, t, …)",
    "optim": "optimiser='adam', rate=0.01 with the plan: fit(x, t, …)",
    "losses": "loss='bce' with the plan: fit(x, t, …)",
    "l1": "l1=0.01 with the plan: fit(x, t, …)",
    "l2": "l2=0.01 with the plan: fit(x, t, …)",
    "regularizers": "l1=0.01 or l2=0.01 with the plan: fit(x, t, …)",
    "earlystopping": "patience=10 and validation=(x, t) with the plan: fit(x, t, …)",
    "dataloader": "batch=32 with the plan: fit(x, t, …) shuffles anew every epoch",
    "tensordataset": "the arrays themselves: fit(x, t, batch=32)",
    "standardscaler": "chainrule.nn.scaling.Scaling.of(x): call it on x, and .back undoes it",
    "traintestsplit": "data.split(0.25, seed) of an nn.data.Data: kept, held",
    "loadmodel": "run.load(path), of a run that was begun with the same layers and data",
    "functional": "Activation('relu'), or any name of a function: see Reference",
    "activations": "Activation('relu'), or any name of a function: see Reference",
    "ridge": "Sequential([Dense(1)]).fit(x, t, l2=0.01)",
    "lasso": "Sequential([Dense(1)]).fit(x, t, l1=0.01)",
    "readcsv": "nn.data.from_csv('file.csv', target='column')",
    "fromcsv": "nn.data.from_csv('file.csv', target='column')",
    "digits": "nn.data.digits()",
    "loaddigits": "nn.data.digits()",
    "makemoons": "nn.data.moons(200)",
    "makecircles": "nn.data.circles(200)",
    "makeblobs": "nn.data.blobs(200)",
    "callbacks": "patience=10 with the plan, or `for record in run:` with what is to happen",
    "modelcheckpoint": "patience=10 and validation=(x, t): the best parameters are put back",
    "reducelronplateau": "schedule=… with the plan: see nn.schedules",
    "learningratescheduler": "schedule=… with the plan: see nn.schedules",
    "init": "Dense(16, initialiser='he')",
    "initializers": "Dense(16, initialiser='he')",
    "nograd": "run.predict(x): nothing is recorded there",
    "gradienttape": "run.gradients, or chainrule.parse(formula).grad(…)",
    "tensor": "a NumPy array, as it is",
    "tocategorical": "the numbers of the classes, as they are: loss='ce' takes 0, 1, 2, …",
    "onehotencoder": "the numbers of the classes, as they are: loss='ce' takes 0, 1, 2, …",
    "accuracyscore": "run.evaluate(x, t)['accuracy']",
    "confusionmatrix": "experiments.experiment('cut-off'), for every cut-off",
    "crossvalscore": "nn.Estimator(…), which scikit-learn's cross_val_score takes",
    "gridsearchcv": "experiments.sweep(function, grid), or scikit-learn's with nn.Estimator(…)",
    "pipeline": "nn.Estimator(…), which scikit-learn's pipelines take",
    "minmaxscaler": "chainrule.nn.scaling.Scaling.of(x): call it on x, and .back undoes it",
    "save": "run.save('run.npz')",
    "plotmodel": "model.graph('mse'), which draws itself",
    "setrandomseed": "seed=1 with the plan: fit(x, t, …)",
    "manualseed": "seed=1 with the plan: fit(x, t, …)",
    "utils": "clip=1.0 with the plan, for clip_grad_norm_: fit(x, t, …)",
}
METHODS = {
    "add": "all layers are given at once: Sequential([Dense(16, 'relu'), Dense(1)])",
    "compile": "loss and optimiser go to fit(x, t, loss='bce', optimiser='adam', epochs=20)",
    "call": "layers stand in Sequential([…]); a run predicts: model.fit(x, t, …).predict(x)",
    "forward": "a run predicts: run = model.fit(x, t, …), then run.predict(x)",
    "predict": "a run predicts: run = model.fit(x, t, …), then run.predict(x)",
    "predictproba": "run.predict(x), which gives probabilities",
    "evaluate": "a run has it: run = model.fit(x, t, …), then run.evaluate(x, t)",
    "score": "run.evaluate(x, t)['accuracy'], or ['r2'] of numbers",
    "history": "a run has it: run = model.fit(x, t, …), then run.history",
    "save": "a run has it: run = model.fit(x, t, …), then run.save('run.npz')",
    "countparams": "model.summary() counts what is learned",
    "numparams": "model.summary() counts what is learned",
    "weights": "parameters by name: run.parameters['W1']",
    "getweights": "parameters by name: run.parameters['W1']",
    "setweights": "start=parameters with the plan, or run.change(W1=…)",
    "namedparameters": "run.parameters, a mapping by name",
    "statedict": "run.parameters, a mapping by name; run.save keeps the optimiser's state, too",
    "loadstatedict": "run.load(path), or run.change(W1=…)",
    "coef": "run.parameters['W1']",
    "intercept": "run.parameters['b1']",
    "eval": "predict and evaluate never drop out; there is no mode to be set",
    "backward": "next(run) makes a step with both passes; run.gradients are those of the last one",
    "zerograd": "next(run) makes a step; gradients are new in each",
    "partialfit": "next(run), or run.advance(steps)",
    "summary": "model.summary(), of the layers; run.evaluate() says how good it is",
    "trainonbatch": "next(run), of run = nn.train(model, x, t, batch=32)",
    "train": "next(run) makes a step, run.run() all of them; there is no mode to be set",
    "to": "everything is computed by the processor",
    "cuda": "everything is computed by the processor",
    "optimizer": "run.optimiser",
    "lr": "run.optimiser.learning_rate",
    "plot": "run.history.plot(), a DataFrame of pandas",
    "trainableweights": "parameters by name: run.parameters['W1']",
    "trainablevariables": "parameters by name: run.parameters['W1']",
    "saveweights": "a run has it: run = model.fit(x, t, …), then run.save('run.npz')",
    "loadweights": "run.load(path), of a run that was begun with the same layers and data",
}
"""Methods and attributes of networks and runs elsewhere, and what to write here."""
ARGUMENTS = {
    "inputshape": "inputs is said once, of the network: Sequential(layers, inputs=2).",
    "inputdim": "inputs is said once, of the network: Sequential(layers, inputs=2); how many words "
    "an Embedding knows is called words.",
    "numembeddings": "It is called words.",
    "embeddingdim": "It is called size.",
    "outputdim": "It is called size.",
    "p": "It is called rate.",
    "name": "Layers are numbered: what the third one learns is W3 and b3.",
    "dim": "Every example is taken for itself; there is no axis to be chosen.",
    "axis": "Every example is taken for itself; there is no axis to be chosen.",
    "normalizedshape": "How many values come in is known from the layer before.",
    "numfeatures": "How many values come in is known from the layer before.",
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
    "returnsequences": "It is called every.",
    "hiddensize": "It is called units.",
    "inputsize": "How many values come in is known from the layer before.",
    "batchfirst": "Examples come first: (examples, steps, values).",
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
