"""What the pictures of the page Networks show of a run, as plain data."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

import numpy as np

from chainrule.nn.course import MOST_ASKED, Mark
from chainrule.nn.descent import contour
from chainrule.nn.experiments.outcome import Look, Outcome, outcome
from chainrule.nn.experiments.told import SAME, changed, listed, ratio
from chainrule.nn.looking import Passes
from chainrule.ui.network_work import COLUMNS, ROWS, Scene, number, short
from chainrule.ui.pictures.component import WORDS
from chainrule.ui.pictures.shades import shaded, spread

Array = Any
EVERY, BARS, MOST_POINTS, MOST_EPOCHS = 3, 12, 600, 400
SHOWN, ABOVE = 14, 16
"""Of a layer with more units than the second, the first are shown."""
ROW = ("at", "letter", "below", "weight", "value", "product", "share")
OPENED = 8, 5
"""Of a neuron with more inputs than the first, the second: those whose products are largest."""

BOUNDED = {"sigmoid": (0.0, 1.0), "tanh": (-1.0, 1.0), "softmax": (0.0, 1.0)}
"""Activations whose values have ends."""


# The plane


def plane(scene: Scene, mark: Mark, ring: int, theme: str, *, small: bool) -> dict[str, Any] | None:
    """Return what the plane shows; None where examples have more than two numbers."""
    data = scene.data
    if scene.across > 2 or data.x.ndim != 2:
        return None
    shown: dict[str, Any] = {
        "extent": scene.extent,
        "height": 117 if small else 219,
        "small": small,
        "ring": ring,
        "names": data.columns,
    }

    def points(part: Any) -> list[list[float]]:
        count = min(len(part.x), MOST_POINTS)
        t = part.t.reshape(-1)
        y = t if scene.across == 1 else part.x[:, 1]
        labels = t if part.classes and scene.across == 2 else np.zeros(len(y))
        return [[float(part.x[i, 0]), float(y[i]), int(labels[i]) % 6] for i in range(count)]

    shown["points"] = points(data)
    shown["held"] = points(scene.held) if scene.held is not None else []
    across, xs, ys = scene.grid()
    out = list(scene.answers(mark, across).values())[-1].reshape(len(across), -1)
    counted = f"{len(shown['points'])} points"
    if scene.across == 1:
        units = scene.course.prepared.units
        out = out if units is None else units.back(out)
        curve = np.stack([xs[:-1], out[:-1, 0], xs[1:], out[1:, 0]], axis=1)
        shown["lines"] = [{"kind": "curve", "segments": _plain(curve)}]
        return {**shown, "alt": f"{counted} and the answer as a curve"}
    classes = out.reshape(ROWS, COLUMNS, -1)
    if data.task == "classes" and classes.shape[2] > 1:
        lines = []
        for k in range(classes.shape[2]):
            others = np.delete(classes, k, axis=2).max(axis=2)
            lines += contour(classes[..., k] - others, xs, ys, 0.0)
        shown["image"] = shaded(classes.max(axis=2), theme)
    else:
        cut = scene.course.run.network.cut
        lines = contour(classes[..., 0], xs, ys, cut)
        levels = classes[..., 0] if cut else spread(classes[..., 0])
        shown["image"] = shaded(levels, theme)
    shown["lines"] = [{"kind": "boundary", "segments": _plain(np.array(lines).reshape(-1, 4))}]
    return {**shown, "alt": f"{counted} of {len(data.classes)} classes over the answer"}


def _plain(segments: Array) -> list[list[float]]:
    finite = segments[np.isfinite(segments).all(axis=1)]
    return [[float(f"{x:.5g}") for x in row] for row in finite]


# The neurons


def neurons(
    scene: Scene, mark: Mark, ring: int, chosen: str, other: tuple[Scene, Mark] | None
) -> tuple[dict[str, Any], str]:
    """Return what the picture of the neurons shows, and in words what is flat in it."""
    run, units = scene.course.run, scene.network.units
    seen = scene.example(mark, ring)
    over = scene.across <= 2 and scene.data.x.ndim == 2
    points = scene.grid()[0] if over else scene.data.x[:1000]
    answers = scene.answers(mark, points)
    values = [run.x[ring].reshape(-1), *(np.atleast_1d(seen.values[u]) for u in units)]
    inputs = scene.course.prepared.inputs(points).reshape(len(points), -1)
    grids = [inputs, *(answers[u] for u in units)]
    layers: list[list[dict[str, Any]]] = []
    drawn: list[Array] = []
    told: list[str] = []
    for layer, (row, grid) in enumerate(zip(values, grids, strict=True)):
        name = units[layer - 1] if layer else ""
        fates = seen.fates.get(name, ()) if 0 < layer < len(units) else ()
        adjoint = np.atleast_1d(seen.adjoints[name]) if name in seen.adjoints else None
        told += fates
        ends = _ends(scene, layer, grid)
        shown = []
        for i in range(len(row) if len(row) <= ABOVE else SHOWN):
            letter, below = _name(scene, layer, i)
            size = None if adjoint is None else float(abs(adjoint[i]))
            unit: dict[str, Any] = {
                "key": f"{layer}.{i + 1}",
                "letter": letter,
                "below": below,
                "picks": layer > 0,
                "value": number(row[i]),
                "fate": fates[i] if fates else "",
                "size": size if size is None or np.isfinite(size) else None,
                "adjoint": "" if adjoint is None else number(adjoint[i]),
            }
            # What is seen comes first, as it is seen: who speaks to the page says that.
            heard = [f"{letter}{below}", unit["value"], unit["adjoint"], WORDS.get(unit["fate"])]
            words = "value and adjoint" if unit["adjoint"] else "value"
            unit["alt"] = f"{' '.join(filter(None, heard))}, {words}"
            shown.append(unit)
            drawn.append(_answer(grid[:, i], scene.across if over else 0, ends))
        layers.append(shown)
    bytes_of = np.clip(np.nan_to_num(np.concatenate(drawn)) * 255, 0, 255).astype(np.uint8)
    weights = [
        mark.parameters[f"W{k}"][: len(layers[k]), : len(layers[k - 1])]
        for k in range(1, len(layers))
    ]
    up, along = (len(range(0, size, EVERY)) for size in (ROWS, COLUMNS))
    shape = [along, up if scene.across == 2 else 1] if over else [BARS, 1]
    flows = [mark.flow, *([other[1].flow] if other else [])]
    payload = {
        "layers": layers,
        "more": [len(v) - len(u) for v, u in zip(values, layers, strict=True)],
        "bars": not over,
        "shape": shape,
        "answers": base64.b64encode(bytes_of.tobytes()).decode(),
        "weights": [[float(f"{w:.6g}") for w in np.nan_to_num(m).ravel()] for m in weights],
        "flow": [
            {
                "sizes": [float(s) if np.isfinite(s) else 1.0 for s in flow],
                "words": [short(s) for s in flow],
            }
            for flow in flows
        ],
        "goal": {"letter": "J", "value": number(seen.values["J"])},
        "chosen": chosen,
        "asked": min(scene.examples, MOST_ASKED),
        "opened": _opened(scene, mark, seen, values, chosen, other),
        "alt": f"The network as neurons, {' to '.join(str(len(v)) for v in values)}. "
        + flow_words(mark),
    }
    return payload, flat_words(told, sum(len(v) for v in values[1:-1]))


def flow_words(mark: Mark) -> str:
    """Return the mean adjoints of the hidden layers as words."""
    sizes = ", ".join(f"h{k} {short(size)}" for k, size in enumerate(mark.flow, start=1))
    return f"Mean adjoint by layer: {sizes}." if sizes else ""


def _name(scene: Scene, layer: int, unit: int) -> tuple[str, str]:
    """Return letter and index of a unit; layers are counted from 0, the inputs."""
    units = scene.network.units
    if layer == 0:
        features = scene.course.prepared.features.names
        column = features[unit] if features else scene.data.columns[unit]
        plain = column[:1] == "x" and (column[1:].isdigit() or column == "x")
        return (
            ("x", column[1:]) if plain else (column[:12], "") if features else ("x", f"{unit + 1}")
        )
    if layer == len(units):
        several = scene.network.outputs[0] > 1
        return ("p" if scene.network.cut else "y", str(unit + 1) if several else "")
    return "h", f"{layer},{unit + 1}"


def _ends(scene: Scene, layer: int, answers: Array) -> tuple[float, float] | None:
    """Return what is white and what is blue in a layer's answers; None for each unit's own ends.

    One scale for a layer: where its units answer the same to all, they look the same.
    """
    if not layer:
        return None
    graph = scene.network.graph
    op = graph.ops[graph.index[scene.network.units[layer - 1]]].name
    if op in BOUNDED:
        return BOUNDED[op]
    finite = answers[np.isfinite(answers)]
    return (float(finite.min()), float(finite.max())) if len(finite) else None


def _answer(answers: Array, across: int, ends: tuple[float, float] | None) -> Array:
    """Return a unit's answer from 0 to 1: over the plane, else how often it is how high."""
    if not across:
        finite = answers[np.isfinite(answers)]
        counts, _ = np.histogram(finite, bins=BARS)
        return counts / max(1, counts.max())
    grid = answers.reshape(ROWS if across == 2 else 1, COLUMNS)[::EVERY, ::EVERY][::-1].ravel()
    if ends is None or ends[0] == ends[1]:
        return spread(grid)
    return (grid - ends[0]) / (ends[1] - ends[0])


def _opened(
    scene: Scene,
    mark: Mark,
    seen: Passes,
    values: Sequence[Array],
    chosen: str,
    other: tuple[Scene, Mark] | None,
) -> dict[str, Any] | None:
    layer, unit = (int(part) for part in chosen.split("."))
    name, units, i = f"a{layer}", scene.network.units, unit - 1
    inputs, unit_name = values[layer - 1], units[layer - 1]
    weights, bias = mark.parameters[f"W{layer}"][i], float(mark.parameters[f"b{layer}"][i])

    def of(table: Any, key: str) -> float:
        return float(np.atleast_1d(table.get(key, np.nan))[i])

    z, through = of(seen.values, name), of(seen.adjoints, name)
    products = weights * inputs
    weighty = range(len(inputs))
    if len(inputs) > OPENED[0]:
        weighty = sorted(np.argsort(-np.abs(products), kind="stable")[: OPENED[1]].tolist())  # type: ignore[assignment]
    rows: list[tuple[Any, ...]] = []
    for j in weighty:
        share = short(through * weights[j]) if layer > 1 else ""
        told = number(weights[j]), number(inputs[j]), number(products[j]), share
        rows.append((j, *_name(scene, layer - 1, j), *told))
    rows.append((None, "", "", number(bias), "", number(bias), ""))
    rest = [j for j in range(len(inputs)) if j not in weighty]
    graph = scene.network.graph
    op = graph.ops[graph.index[unit_name]].name if unit_name != name else ""
    slope = float(seen.slopes[unit_name][i]) if unit_name in seen.slopes else None
    hidden = layer < len(units)
    fate = seen.fates[unit_name][i] if hidden and unit_name in seen.fates else ""
    letter, below = _name(scene, layer, i)
    arriving = of(seen.adjoints, unit_name)
    words = sentence(fate, op, z, arriving, through, len(inputs), slope)
    return {
        "key": chosen,
        "letter": letter,
        "below": below,
        "rows": [dict(zip(ROW, row, strict=True)) for row in rows],
        "rest": {"count": len(rest), "product": number(products[rest].sum())} if rest else None,
        "sum_value": number(z),
        "sum_adjoint": number(through),
        "op": op,
        "value": number(of(seen.values, unit_name)),
        "adjoint": number(arriving),
        "fate": fate,
        "slope": "" if slope is None else short(slope),
        "sentences": [words, " ".join(way(scene, mark, other))],
    }


def sentence(
    fate: str, op: str, z: float, arriving: float, through: float, count: int, slope: float | None
) -> str:
    """Say what a neuron does to the adjoint that arrives, and what its weights learn from it."""
    weights = "the weight" if count == 1 else f"the {count} weights"
    if arriving == 0 and through == 0:
        return (
            f"No adjoint arrives here: it is exactly 0, so for this point {weights} learn nothing."
        )
    if fate == "saturated":
        return (
            f"z = {number(z)} lies where {op} is flat: of the adjoint {number(arriving)} almost "
            f"nothing passes, {number(through)} is left. For this point {weights} learn almost "
            "nothing."
        )
    if fate == "dead":
        return (
            f"z = {number(z)} is not above 0, where {op} has the slope 0: nothing of the adjoint "
            f"{number(arriving)} passes. For this point {weights} learn nothing."
        )
    if slope is None:
        return f"The adjoint {number(through)} of z goes to {weights}, times the input of each."
    return (
        f"The adjoint {number(arriving)} times the slope {number(slope)} is {number(through)}: it "
        f"goes to {weights}, times the input of each."
    )


def way(scene: Scene, mark: Mark, other: tuple[Scene, Mark] | None) -> list[str]:
    """Say what becomes of the adjoints from the last hidden layer to the first."""
    flow, words = mark.flow, []
    if not flow:
        return []
    if not any(flow):
        words.append(
            "Every hidden layer receives exactly 0, so the loss moves none of their weights."
        )
    elif len(flow) > 1:
        words.append(f"From layer {len(flow)} back to 1 the mean |adjoint| {_ratio(flow)}.")
    if other and len(other[1].flow) > 1:
        told = f"it {_ratio(other[1].flow)}" if any(other[1].flow) else "every layer receives 0"
        words.append(f"In B {told}.")
    if len(flow) > 1 and scene.across <= 2 and scene.data.x.ndim == 2:
        answers = list(scene.answers(mark, scene.grid()[0]).values())[:-1]
        first, last = (float(np.ptp(answers[k], axis=0).max()) for k in (0, -1))
        if first and last < 0.1 * first:
            too = ", too" if 0 < SAME * flow[0] < flow[-1] else ""
            words.append(
                f"Forwards the signal fades{too}: over the plane a unit of layer 1 varies by "
                f"{short(first)}, none of layer {len(flow)} by more than {short(last)}."
            )
    return words


def _ratio(flow: Sequence[float]) -> str:
    return changed(ratio(flow[0], flow[-1]))


def flat_words(told: Sequence[str], count: int) -> str:
    """Say how many hidden neurons let next to nothing through for the example."""
    words = []
    for fate, said in (("saturated", "saturated"), ("dead", "switched off")):
        if fate in told:
            many = told.count(fate)
            words.append(f"{many} of {count} hidden neurons {'is' if many == 1 else 'are'} {said}")
    return f"{'; '.join(words)} for this point." if words else ""


# The epochs


def epochs(shown: Sequence[tuple[str, Scene]], at: int) -> dict[str, Any]:
    """Return what the picture of the epochs shows of one run or two.

    Parameters
    ----------
    shown
        Name and run; the first is the one that learns.
    at
        The epoch at which the cursor stands.
    """
    runs, losses = [], []
    measure = "accuracy" if "accuracy" in shown[0][1].course.marks[0].scores else "r2"
    for name, scene in shown:
        marks = scene.course.marks
        every = max(1, -(-len(marks) // MOST_EPOCHS))
        kept = sorted({*range(0, len(marks), every), len(marks) - 1})
        told = [marks[k].scores for k in kept]
        now = scene.at(at)
        run: dict[str, Any] = {
            "name": name,
            "epochs": kept,
            "flow": [marks[k].flow for k in kept],
            "none": bool(marks[0].flow) and not any(any(marks[k].flow) for k in kept),
        }
        written: dict[str, Any] = {"flow": [short(size) for size in now.flow]}
        for key, score in (("loss", "loss"), ("measure", measure)):
            for before, part in (("", ""), ("held_", "held_out_")):
                if f"{part}{score}" in told[0]:
                    run[before + key] = [t.get(f"{part}{score}", 0.0) for t in told]
                    value = now.scores.get(f"{part}{score}", 0.0)
                    words = f"{100 * value:.1f} %" if score == "accuracy" else number(value)
                    written[before + key] = {"value": value, "text": words}
        losses += run["loss"][: len(kept)] + run.get("held_loss", [])
        runs.append({**run, "now": written})
    top = _round(float(np.quantile(losses, 0.97)))
    has = any("measure" in run for run in runs)
    accuracy = measure == "accuracy"
    heard = [
        f"{run['name']}: loss {run['now']['loss']['text']}. {flow_words(scene.at(at))}"
        for run, (_, scene) in zip(runs, shown, strict=True)
    ]
    course = shown[0][1].course
    return {
        "runs": runs,
        "at": at,
        "epochs": max(scene.course.epochs for _, scene in shown),
        "loss": {"low": 0, "high": top, "quiet": "dashed: held out"},
        "measure": {
            "words": "Accuracy" if accuracy else "R²",
            "quiet": "%" if accuracy else "",
            "low": 0,
            "high": 1,
            "times": 100 if accuracy else 1,
        }
        if has
        else None,
        "changes": course.changes,
        "alt": " ".join(heard),
    }


def _round(top: float) -> float:
    """Return a round number above a size, the end of an axis."""
    if not (np.isfinite(top) and top > 0):
        return 1.0
    power = 10.0 ** np.floor(np.log10(top))
    return float(next(step * power for step in (1, 1.5, 2, 3, 4, 6, 8, 10) if step * power >= top))


def changes_words(changes: Sequence[tuple[int, str]]) -> str:
    """Say what was changed on the way, epoch by epoch."""
    by: dict[int, list[str]] = {}
    for epoch, words in changes:
        by.setdefault(epoch, []).append(words)
    return "; ".join(f"after epoch {epoch}: {listed(words)}" for epoch, words in by.items())


def activations(answers: dict[str, Array]) -> Outcome:
    """Return by layer how many of its units' values lie near which number."""
    rows: list[tuple[str, float, int]] = []
    for layer, values in enumerate(answers.values(), start=1):
        counts, edges = np.histogram(values[np.isfinite(values)], bins=24)
        middles = (edges[1:] + edges[:-1]) / 2
        rows += [(f"layer {layer}", *pair) for pair in zip(middles, counts, strict=True)]
    look = Look("value", "count", kind="bar", facet="layer")
    return outcome("How often a unit has which value", ("layer", "value", "count"), rows, "", look)
