"""What the page Networks shows, as one value: choices and seeds, never data or weights."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from chainrule.errors import FileError, LinkError
from chainrule.nn.data import GENERATED
from chainrule.nn.initialisers import SCHEMES
from chainrule.nn.losses import LOSSES
from chainrule.nn.optimisers import METHODS
from chainrule.ui import link

FILE = "file"
ACTIVATIONS = (
    "tanh", "sigmoid", "relu", "leaky_relu", "elu", "gelu", "swish", "softplus", "linear",
)  # fmt: skip
SCALINGS = ("standard", "range", "none")
MOST_EPOCHS, MOST_COUNT, MOST_SEED, LONGEST_TEXT = 2_000, 2_000, 999_999, 60


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
    activation, initialiser, loss, optimiser, rate, batch, epochs, scaling, seed
        As in `chainrule.nn.building.Choices`; "" for the usual loss, the rate as typed,
        a batch of 0 for all.
    example
        Number of the example in the picture, from 0.
    neuron
        Which neuron is opened: layer and unit from 1, as "2.1"; "" for none.
    epoch
        The epoch shown.
    """

    data: str = "moons"
    count: int = 160
    noise: str = "0.19"
    hidden: str = "4-3"
    activation: str = "tanh"
    initialiser: str = "xavier"
    loss: str = ""
    optimiser: str = "adam"
    rate: str = "0.012"
    batch: int = 20
    epochs: int = 120
    scaling: str = "standard"
    seed: int = 0
    example: int = 0
    neuron: str = ""
    epoch: int = 0


def _short(field: link.Field) -> str:
    if len(field.text) > LONGEST_TEXT:
        raise field.refuse(
            f"`{field.text[:20]}…` is too long", f"At most {LONGEST_TEXT} characters."
        )
    return field.text


READERS: Mapping[str, link.Reader] = {
    "data": link.one_of((*GENERATED, FILE)),
    "count": link.whole(2, MOST_COUNT),
    "noise": link.number,
    "hidden": _short,
    "activation": link.one_of(ACTIVATIONS),
    "initialiser": link.one_of(SCHEMES),
    "loss": link.one_of(("", *LOSSES)),
    "optimiser": link.one_of(METHODS),
    "rate": link.number,
    "batch": link.whole(0, 100_000),
    "epochs": link.whole(1, MOST_EPOCHS),
    "scaling": link.one_of(SCALINGS),
    "seed": link.whole(0, MOST_SEED),
    "example": link.whole(0, 100_000),
    "neuron": _short,
    "epoch": link.whole(0, MOST_EPOCHS),
}


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
            "this is no state of the page Networks", row=1,
            allowed="Open a file that this page has saved.",
        ) from error  # fmt: skip
