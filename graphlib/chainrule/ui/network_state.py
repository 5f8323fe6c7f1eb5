"""What the page Networks shows, as one value: choices and seeds, never data or weights."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from chainrule.errors import FileError, InputError, LinkError
from chainrule.language import exact
from chainrule.nn.data import GENERATED
from chainrule.nn.experiments import EXPERIMENTS
from chainrule.nn.initialisers import SCHEMES
from chainrule.nn.losses import LOSSES
from chainrule.nn.optimisers import METHODS
from chainrule.ui import link

FILE = "file"
_UNITS = "tanh sigmoid relu leaky_relu elu gelu swish softplus linear"
ACTIVATIONS = tuple(_UNITS.split())
SCALINGS = ("standard", "range", "none")
MOST_EPOCHS, MOST_COUNT, MOST_SEED = 2_000, 2_000, 999_999
MOST_DIGITS = 600
WITH_NOISE = ("line", "wave", "moons", "circles", "spirals", "xor", "blobs")
LONGEST_TEXT, LONGEST_FORMULA = 60, 1_500


def _at_most(length: int) -> link.Reader:
    def read(given: link.Field) -> str:
        if len(given.text) > length:
            raise given.refuse(
                f"`{given.text[:20]}…` is too long", f"At most {length:,} characters."
            )
        return given.text

    return read


def _choice(usual: Any, reader: link.Reader) -> Any:
    """Return a field with its usual value and what reads another from a link."""
    return field(default=usual, metadata={"reader": reader})


@dataclass(frozen=True, slots=True)
class NetworkState:
    """The shareable state of Networks.

    Parameters
    ----------
    data
        Name of generated data, or "file".
    count, noise
        How many points are drawn, and how far they stray, as typed; where the data have it.
    hidden
        Widths of the hidden layers, as typed: "4-3".
    held
        How many percent of the points are not learned from.
    features, activation, initialiser, loss, optimiser, batch, epochs, scaling, seed
        As in `chainrule.nn.building.Choices`; "" for the usual loss, a batch of 0 for all.
    rate, l1, l2, dropout, patience
        The same, numbers as typed, a patience of 0 for none. These and the epochs can change
        while a network learns; another choice of the others is another run.
    formula, learn
        What is trained in place of layers, and what it learns with where that begins: "a=1, b".
    example
        Number of the example in the picture, from 0.
    neuron
        Which neuron is opened: layer and unit from 1, as "2.1"; "" for none.
    epoch
        The epoch shown.
    experiment
        Name of the experiment that is shown in place of training.
    """

    data: str = _choice("moons", link.one_of((*GENERATED, FILE)))
    count: int = _choice(160, link.whole(2, MOST_COUNT))
    noise: str = _choice("0.19", link.number)
    held: int = _choice(25, link.whole(0, 90))
    features: str = _choice("", _at_most(200))
    hidden: str = _choice("4-3", _at_most(LONGEST_TEXT))
    activation: str = _choice("tanh", link.one_of(ACTIVATIONS))
    initialiser: str = _choice("xavier", link.one_of(SCHEMES))
    loss: str = _choice("", link.one_of(("", *LOSSES)))
    optimiser: str = _choice("adam", link.one_of(METHODS))
    rate: str = _choice("0.012", link.number)
    batch: int = _choice(20, link.whole(0, 100_000))
    epochs: int = _choice(120, link.whole(1, MOST_EPOCHS))
    l1: str = _choice("0", link.number)
    l2: str = _choice("0", link.number)
    dropout: str = _choice("0", link.number)
    patience: int = _choice(0, link.whole(0, MOST_EPOCHS))
    scaling: str = _choice("standard", link.one_of(SCALINGS))
    seed: int = _choice(0, link.whole(0, MOST_SEED))
    formula: str = _choice("", _at_most(LONGEST_FORMULA))
    learn: str = _choice("", _at_most(LONGEST_FORMULA))
    example: int = _choice(0, link.whole(0, 100_000))
    neuron: str = _choice("", _at_most(LONGEST_TEXT))
    epoch: int = _choice(0, link.whole(0, MOST_EPOCHS))
    experiment: str = _choice("", link.one_of(("", *EXPERIMENTS)))


LIVE = ("rate", "l1", "l2", "dropout", "patience", "epochs")
"""Choices that act on a run from its next epoch on."""
PLACES = ("example", "neuron", "epoch", "experiment")
"""Where the page stands, which changes no run."""
BEGINS = tuple(f.name for f in fields(NetworkState) if f.name not in (*LIVE, *PLACES))
"""Choices that begin another run."""
CHOSEN = (*BEGINS, *LIVE)


def differences(a: NetworkState, b: NetworkState) -> list[str]:
    """Return the choices in which two runs differ."""
    return [name for name in CHOSEN if getattr(a, name) != getattr(b, name)]


READERS: Mapping[str, link.Reader] = {f.name: f.metadata["reader"] for f in fields(NetworkState)}


def encode(state: NetworkState) -> str:
    """Return the query that `decode` turns into `state` again: what is not usual in it."""
    plain = asdict(NetworkState())
    return link.written(
        (key, str(value)) for key, value in asdict(state).items() if value != plain[key]
    )


def decode(query: str) -> NetworkState:
    """Return the state that a query describes.

    Raises
    ------
    LinkError
        If anything in it is not as `encode` writes it, with the offset in `query`.
    """
    return NetworkState(**(link.parts(query, READERS) if query else {}))


def to_file(state: NetworkState, table: str = "") -> bytes:
    """Return the state as a file, with the table that was brought along."""
    content = {"chainrule": "network", "choices": asdict(state), "table": table}
    return (json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def from_file(content: bytes) -> tuple[NetworkState, str]:
    """Return what `to_file` wrote.

    Raises
    ------
    FileError
        If it did not.
    """
    try:
        found: Any = json.loads(content.decode("utf-8"))
        choices: dict[str, Any] = found["choices"]
        table = found["table"]
        pieces = [(f.name, str(choices[f.name])) for f in fields(NetworkState)]
        if found["chainrule"] != "network" or not isinstance(table, str):
            raise ValueError
        # The same reader for links and files: one place refuses what does not fit.
        return decode(link.written(pieces)), table
    except LinkError as error:
        raise FileError(error.message, row=1, allowed=error.allowed) from error
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise FileError(
            "this is no state of the page Networks",
            row=1,
            allowed="Open a file that this page has saved.",
        ) from error


def drawn_as(state: NetworkState) -> dict[str, int | str]:
    """Return what the data of a state are drawn with: count, noise as typed, seed."""
    if state.data == "digits":
        return {"count": min(state.count, MOST_DIGITS)}
    noise = {"noise": state.noise} if state.data in WITH_NOISE else {}
    return {"count": state.count, "seed": state.seed, **noise}


DRAWN = {"points": "count", "noise": "noise", "drawn": "seed"}
OPTIONS = """
    formula learn layers features activation init loss optimiser rate batch epochs held scaling
    l1 l2 dropout patience seed
"""
OTHERWISE = {"layers": "hidden", "init": "initialiser"}
"""Options of `chainrule train`, in its order, and the choices that have another name there."""


def command(state: NetworkState) -> str:
    """Return the command line that trains the same."""
    source = "DATA.csv --missing drop" if state.data == FILE else state.data
    drawn = {} if state.data == FILE else drawn_as(state)
    given: dict[str, Any] = {option: drawn.get(name, "") for option, name in DRAWN.items()}
    given |= {option: getattr(state, OTHERWISE.get(option, option)) for option in OPTIONS.split()}
    given["held"] = f"{state.held / 100:g}"
    left_out = {"layers", "activation", "init"} if state.formula else set()
    for name in ("noise", "rate", "l1", "l2", "dropout"):
        try:
            given[name] = f"{float(exact(str(given[name])).value):g}" if given[name] else ""
        except InputError:
            continue  # what is no number is refused beside, and stands here as typed
    pieces = [
        f"--{name} {shlex.quote(str(value))}"
        for name, value in given.items()
        if name not in left_out and (str(value) not in ("", "0") or name in ("layers", "seed"))
    ]
    return " ".join([f"chainrule train {source}", *pieces])
