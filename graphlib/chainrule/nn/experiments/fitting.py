"""Lines and curves: the closed form, the loss as a function of a weight, any function by width."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from chainrule.errors import InputError, TrainingError
from chainrule.nn.data import Data, heart, line, moons
from chainrule.nn.experiments.outcome import Look, Outcome, outcome
from chainrule.nn.experiments.told import changed, compared, counted
from chainrule.nn.layers import Dense
from chainrule.nn.model import Sequential
from chainrule.nn.scaling import Scaling
from chainrule.nn.training import train

CUTS = tuple(k / 20 for k in range(1, 20))


def line_and_closed_form(*, rate: float = 0.1, steps: int = 100, seed: int = 0) -> Outcome:
    """Descend to the line of least squares, and compare with its closed form.

    The loss of a line is a paraboloid; at its foot the gradient is 0, which is a linear system:
    (AᵀA) w = Aᵀt with the columns x and 1 of A.

    Returns
    -------
    Outcome
        Per step: slope and intercept, the loss, and how far both are from the closed form.
    """
    data = line(seed=seed)
    design = np.column_stack([data.x[:, 0], np.ones(len(data.x))])
    closed = np.linalg.solve(design.T @ design, design.T @ data.t[:, 0])
    run = train(
        "y = a x + b",
        data,
        learn={"a": 0.0, "b": 0.0},
        loss="(y - t)^2",
        optimiser="gd",
        rate=rate,
        steps=steps,
    )
    rows: list[tuple[object, ...]] = []
    for step in range(steps + 1):
        a, b = float(run.parameters["a"]), float(run.parameters["b"])
        away = float(np.hypot(a - closed[0], b - closed[1]))
        rows.append((step, a, b, run.loss(), away))
        try:
            if next(run, None) is None:
                break
        except TrainingError:
            break
    first, last = float(str(rows[0][4])), float(str(rows[-1][4]))
    finding = (
        f"The closed form is y = {closed[0]:.4f} x + {closed[1]:.4f}. In {len(rows) - 1} steps the "
        f"distance from it {changed(last / first)}: the line is y = {rows[-1][1]:.4f} x + "
        f"{rows[-1][2]:.4f}."
    )
    look = Look("step", "distance", logarithmic=True)
    columns = ("step", "a", "b", "loss", "distance")
    return outcome("A line by descent and by its closed form", columns, rows, finding, look)


def loss_of_a_weight(
    formula: str = "y = w x",
    *,
    weight: str = "w",
    low: float = -1.0,
    high: float = 5.0,
    batches: int = 4,
    data: Data | None = None,
    seed: int = 0,
) -> Outcome:
    """Look at the loss L(w) of a formula with one weight, over all data and over each batch.

    Every batch has a curve of its own with a lowest point of its own: that is why steps by batches
    waver (Robbins and Monro 1951).

    Parameters
    ----------
    data
        Points (x, t); by default 40 about the line 2x + 1.

    Returns
    -------
    Outcome
        Per batch and w: the mean squared error.
    """
    data = data or line(seed=seed)
    order = np.random.default_rng(seed).permutation(len(data.x))
    parts = {"all": order, **{str(k + 1): p for k, p in enumerate(np.array_split(order, batches))}}
    run = train(formula, data, learn={weight: low}, loss="(y - t)^2", steps=1)
    rows: list[tuple[object, ...]] = []
    lowest: dict[str, float] = {}
    grid = np.linspace(low, high, 121)
    curves = np.empty((len(grid), len(data.x)))
    for at, w in enumerate(grid):
        run.change(**{weight: w})
        y = run.predict({"x": data.x[:, 0]}).reshape(-1)
        curves[at] = (y - data.t.reshape(-1)) ** 2
    for name, chosen in parts.items():
        mean = curves[:, chosen].mean(axis=1)
        rows += [(name, float(w), float(loss)) for w, loss in zip(grid, mean, strict=True)]
        lowest[name] = float(grid[int(np.argmin(mean))])
    whole = lowest.pop("all")
    least, most = min(lowest.values()), max(lowest.values())
    spread = (
        f"the {batches} batches have theirs between {least:.2f} and {most:.2f}"
        if most > least
        else f"so is that of every batch, to {grid[1] - grid[0]:.2f}"
    )
    finding = (
        f"The loss over all {len(data.x)} points is lowest at {weight} = {whole:.2f}; {spread}."
    )
    title, columns = f"The loss of {formula} as a function of {weight}", ("batch", weight, "loss")
    look = Look(weight, "loss", "batch")
    return outcome(title, columns, rows, finding, look)


def any_function_by_width(
    widths: Sequence[int] = (1, 2, 4, 8, 16, 32), *, steps: int = 1500, seed: int = 0
) -> Outcome:
    """Fit a wave without noise with one hidden layer, narrow to wide.

    With enough units of tanh one layer comes as near to any continuous function as is wanted
    (Cybenko 1989); that training finds such weights is another matter.

    Returns
    -------
    Outcome
        Per width and x: what the network answers, the wave, and the network's RMSE.
    """
    x = np.linspace(-1.5, 1.5, 61)[:, None]
    t = np.sin(3 * x) * (1 + x) / 2
    scaled = Scaling.of(x)(x)
    rows: list[tuple[object, ...]] = []
    errors: dict[int, float] = {}
    for width in widths:
        model = Sequential([Dense(width, "tanh"), Dense(1)], inputs=1)
        run = train(
            model, scaled, t, optimiser="adam", rate=0.02, steps=steps, seed=seed, observe=False
        )
        run.advance(steps)
        errors[width] = run.evaluate()["rmse"]
        y = run.predict(scaled)
        rows += [
            (width, float(a), float(b), float(c), errors[width])
            for a, b, c in zip(x[:, 0], y[:, 0], t[:, 0], strict=True)
        ]
    first, last = widths[0], widths[-1]
    best = min(errors, key=lambda width: errors[width])
    finding = (
        f"From {first} to {last} hidden units the error {changed(errors[last] / errors[first])} "
        f"(RMSE {errors[first]:.3g} to {errors[last]:.3g}); the smallest, {errors[best]:.3g}, "
        f"has the network of {best}."
    )
    look = Look("x", "y", facet="width", panels=(("y", "wave", None),))
    columns = ("width", "x", "y", "wave", "rmse")
    return outcome("A wave by networks of one hidden layer", columns, rows, finding, look)


def depth_and_error(
    depths: Sequence[int] = (0, 1, 2, 3, 4, 6),
    *,
    width: int = 12,
    steps: int = 600,
    seeds: Sequence[int] = (0, 1, 2),
) -> Outcome:
    """Train networks of more and more layers on few noisy moons; look at points held out.

    Returns
    -------
    Outcome
        Per depth, seed and kind of points: the loss at the end.
    """
    kept, held = moons(100, noise=0.25, seed=1), moons(400, noise=0.25, seed=2)
    rows: list[tuple[object, ...]] = []
    means: dict[int, tuple[float, float]] = {}
    for depth in depths:
        found = []
        for seed in seeds:
            stack = [Dense(width, "tanh") for _ in range(depth)]
            model = Sequential([*stack, Dense(1, "sigmoid")], inputs=2)
            run = train(
                model, kept, optimiser="adam", rate=0.01, steps=steps, seed=seed, observe=False
            )
            run.advance(steps)
            losses = run.loss(), run.loss(held.x, held.t)
            found.append(losses)
            rows.append((depth, seed, "learned from", losses[0]))
            rows.append((depth, seed, "held out", losses[1]))
        mean = np.mean(found, axis=0)
        means[depth] = float(mean[0]), float(mean[1])
    best = min(means, key=lambda depth: means[depth][1])
    deepest = max(means)
    learned = changed(means[deepest][0] / means[best][0])
    unseen = changed(means[deepest][1] / means[best][1])
    layers = counted(best, "hidden layer")
    finding = f"The mean held-out loss is lowest with {layers}, {means[best][1]:.3g}"
    if best != deepest:
        finding += (
            f"; from there to {deepest} layers the loss on the points learned from {learned}, "
            f"on those held out it {unseen}"
        )
    look = Look("depth", "loss", "points", kind="point")
    columns = ("depth", "seed", "points", "loss")
    return outcome("Depth against held-out error", columns, rows, f"{finding}.", look)


def cut_off(
    data: Data | None = None,
    cuts: Sequence[float] = CUTS,
    *,
    seed: int = 0,
) -> Outcome:
    """Say yes above a cut-off: logistic regression, and its confusion table at every cut-off.

    Parameters
    ----------
    data
        With two classes; by default the generated heart data.

    Returns
    -------
    Outcome
        Per cut-off, over the examples held out: how many are rightly and wrongly taken for yes
        and for no, the accuracy, the share of the yes found (sensitivity) and of the no
        (specificity).
    """
    data = data or heart(seed=seed)
    if data.task != "yes or no":
        raise InputError(
            f"{data.name} has {len(data.classes) or 'no'} classes",
            allowed="A cut-off parts yes from no: two classes are needed.",
        )
    kept, held = data.split(0.3, seed)
    scaling = Scaling.of(kept.x)
    run = train(
        Sequential([Dense(1, "sigmoid")], inputs=kept.x.shape[1]),
        scaling(kept.x),
        kept.t,
        loss="bce",
        optimiser="gd",
        rate=0.5,
        steps=500,
        observe=False,
    )
    run.advance(500)
    p, yes = run.predict(scaling(held.x))[:, 0], held.t[:, 0] > 0.5
    rows: list[tuple[object, ...]] = []
    for cut in cuts:
        said = p > cut
        counts = [int(np.sum(a & b)) for a in (said, ~said) for b in (yes, ~yes)]
        right, false, missed, rejected = counts
        accuracy = (right + rejected) / len(p)
        rows.append(
            (
                cut,
                right,
                false,
                missed,
                rejected,
                accuracy,
                _share(right, missed),
                _share(rejected, false),
            )
        )
    middle = min(rows, key=lambda row: abs(float(str(row[0])) - 0.5))
    best = max(rows, key=lambda row: float(str(row[5])))
    low, high = rows[0], rows[-1]
    more = compared(float(str(low[3])), float(str(high[3])), "fewer", "more", "no fewer")
    finding = (
        f"Of {int(yes.sum())} held-out examples that are {data.classes[1]} the cut-off "
        f"{middle[0]:g} finds {middle[1]} and misses {middle[3]}; {middle[2]} others are taken for "
        f"them. At {low[0]:g} {more} are missed ({low[3]}) than at {high[0]:g} ({high[3]}). The "
        f"highest accuracy, {float(str(best[5])):.3f}, has {best[0]:g}."
    )
    columns = (
        "cut-off",
        "right yes",
        "wrong yes",
        "missed",
        "right no",
        "accuracy",
        "sensitivity",
        "specificity",
    )
    return outcome(
        f"A cut-off for {data.name}", columns, rows, finding, Look("cut-off", "accuracy")
    )


def _share(part: int, others: int) -> float | None:
    return part / (part + others) if part + others else None
