"""Lottery tickets, and units that are dead."""

from __future__ import annotations

from typing import Any

import numpy as np

from chainrule.errors import InputError
from chainrule.nn.data import moons
from chainrule.nn.experiments.outcome import Look, Outcome, outcome
from chainrule.nn.experiments.told import changed, compared
from chainrule.nn.layers import Dense
from chainrule.nn.model import Sequential
from chainrule.nn.training import train


def lottery_ticket(
    *, share: float = 0.8, width: int = 24, epochs: int = 150, seed: int = 0
) -> Outcome:
    """Prune the smallest weights of a trained network, rewind the others and train them again.

    A network that begins where the large one began is compared with one of the same shape that
    begins anew (Frankle and Carbin 2019).

    Parameters
    ----------
    share
        Of the weights, how many are pruned.

    Returns
    -------
    Outcome
        Per way and epoch: loss and accuracy over the points learned from and those held out.
    """
    if not 0 < share < 1:
        raise InputError(
            f"a share of {share:g} is pruned",
            text=f"{share:g}",
            length=len(f"{share:g}"),
            allowed="It lies between 0 and 1, such as 0.8.",
        )
    kept, held = moons(200, noise=0.15, seed=seed).split(0.25, seed)
    model = Sequential([Dense(width, "tanh"), Dense(width, "tanh"), Dense(1, "sigmoid")], inputs=2)
    begin, anew = model.parameters(seed), model.parameters(seed + 1)
    rows: list[tuple[object, ...]] = []
    ends: dict[str, dict[str, float]] = {}

    def way(name: str, start: dict[str, Any], only: dict[str, Any] | None) -> dict[str, Any]:
        run = train(
            model,
            kept,
            validation=held,
            start=start,
            only=only,
            optimiser="sgd",
            rate=0.3,
            batch=20,
            epochs=epochs,
            seed=seed,
        )
        run.run()
        for told in run.epochs:
            rows.append(
                (
                    name,
                    int(told["epoch"]),
                    told["loss"],
                    told["accuracy"],
                    told["held_out_loss"],
                    told["held_out_accuracy"],
                )
            )
        ends[name] = run.epochs[-1]
        return dict(run.parameters)

    trained = way("all weights", begin, None)
    sizes = np.concatenate([np.abs(w).ravel() for n, w in trained.items() if n[0] == "W"])
    cut = float(np.quantile(sizes, share))
    only = {n: np.abs(w) > cut if n[0] == "W" else np.ones_like(w) for n, w in trained.items()}
    left = sum(int(keep.sum()) for n, keep in only.items() if n[0] == "W")
    for name, start in (("ticket", begin), ("from a fresh start", anew)):
        way(name, {n: w * only[n] for n, w in start.items()}, only)
    ticket, fresh = (ends[n]["held_out_loss"] for n in ("ticket", "from a fresh start"))
    versus = compared(ticket, fresh, "lower than", "higher than", "the same as")
    whole = compared(ticket, ends["all weights"]["held_out_loss"], "below", "above", "as low as")
    finding = (
        f"With {left} of {len(sizes)} weights, rewound, the held-out loss ends at {ticket:.3g}, "
        f"{versus} that of the same weights from a fresh start ({fresh:.3g}) and {whole} that of "
        f"all weights ({ends['all weights']['held_out_loss']:.3g})."
    )
    columns = ("way", "epoch", "loss", "accuracy", "held-out loss", "held-out accuracy")
    look = Look("epoch", "held-out loss", "way", logarithmic=True)
    return outcome("A lottery ticket", columns, rows, finding, look)


def dead_units(*, rate: float = 10.0, steps: int = 60, seed: int = 2) -> Outcome:
    """Drive rectifiers dead with too large a rate, prune them, and train on.

    A rectifier whose sum is negative for every example has slope 0 everywhere: no step of
    gradient descent can bring it back. Without such units the network computes the same.

    Returns
    -------
    Outcome
        Per unit: for which share of the examples it is active, and the norm of its gradient.
    """
    data = moons(150, seed=seed)
    model = Sequential([Dense(16, "relu", "he"), Dense(1, "sigmoid")], inputs=2)
    run = train(model, data, optimiser="gd", rate=rate, seed=seed, steps=steps, observe=False)
    run.advance(steps - 1)
    next(run)
    w = run.parameters
    active = (data.x @ w["W1"].T + w["b1"] > 0).mean(axis=0)
    slopes = np.linalg.norm(run.gradients["W1"], axis=1)
    rows = [
        (k + 1, float(a), float(s)) for k, (a, s) in enumerate(zip(active, slopes, strict=True))
    ]
    kept = active > 0
    if not kept.any():
        raise InputError(
            f"every unit is dead after the rate {rate:g}",
            text=str(rate),
            length=len(str(rate)),
            allowed="Take a smaller one.",
        )
    before = run.loss()
    pruned = {"W1": w["W1"][kept], "b1": w["b1"][kept], "W2": w["W2"][:, kept], "b2": w["b2"]}
    small = Sequential([Dense(int(kept.sum()), "relu"), Dense(1, "sigmoid")], inputs=2)
    again = train(small, data, optimiser="gd", rate=0.1, start=pruned, steps=300, observe=False)
    after = again.loss()
    again.advance(300)
    dead = int((~kept).sum())
    none = slopes[~kept].max(initial=0.0) == 0
    same = "the same" if abs(before - after) <= 1e-12 * max(1.0, before) else "another one"
    finding = (
        f"{dead} of 16 units {'is' if dead == 1 else 'are'} dead"
        + (
            f", with gradient {0 if none else slopes[~kept].max():.2g}. Without them"
            if dead
            else "; with the others alone"
        )
        + f" the loss is {same}, {before:.6f} and {after:.6f}; trained on it "
        f"{changed(again.loss() / after)}."
    )
    look = Look("unit", "active", kind="bar")
    return outcome(
        "Dead rectifiers after too large a rate",
        ("unit", "active", "gradient"),
        rows,
        finding,
        look,
    )
