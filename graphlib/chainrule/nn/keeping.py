"""A run on the disk: parameters, the optimiser's state and the place in the run, without pickle."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any

import numpy as np

from chainrule.errors import FileError

Array = Any


@dataclass(frozen=True, slots=True)
class Moment:
    """All that a run needs to go on from a step.

    Parameters
    ----------
    numbers, slots
        The parameters in a row, and what the optimiser carries.
    random, order
        The state of the generator, and the order of the examples in this epoch.
    best
        The lowest held-out loss, its step and the parameters there.
    """

    step: int
    numbers: Array
    slots: tuple[Array, ...]
    random: Mapping[str, Any]
    order: Array
    best: tuple[float, int, Array] | None


VERSION = 1
MOST_TEXT = 50_000_000


def packed(
    moment: Moment, parameters: Mapping[str, Array], optimiser: str, epochs: list[dict[str, float]]
) -> bytes:
    """Return a moment of a run as the bytes of an .npz file."""
    best = moment.best and {"loss": moment.best[0], "step": moment.best[1]}
    state = {
        "version": VERSION,
        "step": moment.step,
        "optimiser": optimiser,
        "best": best,
        "random": moment.random,
        "epochs": epochs,
    }
    arrays = {f"parameter.{name}": values for name, values in parameters.items()}
    arrays |= {f"slot.{k}": slot for k, slot in enumerate(moment.slots)}
    if moment.best is not None:
        arrays["best"] = moment.best[2]
    content = BytesIO()
    text = np.array(json.dumps(state))
    np.savez(content, allow_pickle=False, state=text, order=moment.order, **arrays)
    return content.getvalue()


def unpacked(
    content: bytes, here: Moment, shapes: Mapping[str, tuple[int, ...]], optimiser: str
) -> tuple[Moment, list[dict[str, float]]]:
    """Return the moment in a file and the scores of its epochs.

    Parameters
    ----------
    here
        The moment at which the reading run stands: what is read must be of its shape.

    Raises
    ------
    FileError
        If the file is none, or of another network, optimiser or number of examples.
    """
    most = 8 * (here.numbers.size * (2 + len(here.slots)) + here.order.size)
    try:
        with zipfile.ZipFile(BytesIO(content)) as members:
            sizes = {info.filename: info.file_size for info in members.infolist()}
        if sum(s for n, s in sizes.items() if n != "state.npy") > most + 10_000 * len(sizes):
            raise _of_another("a larger network")
        if sizes.get("state.npy", 0) > MOST_TEXT:
            raise _of_another("no run")
        with np.load(BytesIO(content), allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        state = json.loads(str(arrays["state"]))
        if state["version"] != VERSION:
            raise _of_another(f"version {state['version']}")
        if state["optimiser"] != optimiser:
            raise _of_another(f"a run by {state['optimiser']}, this one goes by {optimiser}")
        given = {n.partition(".")[2]: a for n, a in arrays.items() if n.startswith("parameter.")}
        for name in {*given, *shapes}:
            if name not in given or name not in shapes or given[name].shape != shapes[name]:
                raise _of_another(f"another network: {name} does not fit")
        if arrays["order"].shape != here.order.shape:
            raise _of_another(f"{arrays['order'].size} examples, here are {here.order.size}")
        best = None
        if state["best"] is not None:
            best = (float(state["best"]["loss"]), int(state["best"]["step"]), arrays["best"])
        moment = replace(
            here,
            step=int(state["step"]),
            numbers=np.concatenate([np.ravel(given[name]) for name in shapes]),
            slots=tuple(arrays[f"slot.{k}"] for k in range(len(here.slots))),
            random=state["random"],
            order=arrays["order"],
            best=best,
        )
        return moment, list(state["epochs"])
    except (ValueError, KeyError, TypeError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise _of_another("no run") from error


def _of_another(what: str) -> FileError:
    return FileError(
        f"the file holds {what}",
        row=1,
        allowed="A run is loaded into one with the same layers, optimiser and data.",
    )
