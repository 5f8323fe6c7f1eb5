"""Tables beside the pictures of the page Networks, as HTML."""

from __future__ import annotations

from html import escape
from typing import Any

from chainrule.nn.course import Mark
from chainrule.nn.losses import LOSSES
from chainrule.nn.model import unit_of
from chainrule.ui.network_work import Scene, number


def formula(scene: Scene, mark: Mark, ring: int) -> str:
    """Return what a formula has learned, and both passes for the example in the picture."""
    seen = scene.example(mark, ring)
    graph = scene.network.graph
    rows = []
    for node in graph.inputs:
        name = graph.names[node]
        kind = "learned" if name in mark.parameters else "given"
        value, adjoint = seen.values[name], seen.adjoints.get(name)
        rows.append(
            f"<tr><th>{escape(name)}</th><td class='cr-quiet'>{kind}</td>"
            f"<td class='cr-blue'>{_few(value)}</td>"
            f"<td class='cr-orange'>{'–' if adjoint is None else _few(adjoint)}</td></tr>"
        )
    head = "<tr><th>name</th><td>is</td><td>value</td><td>adjoint of J</td></tr>"
    goal = number(seen.values[graph.names[graph.outputs[0]]])
    return (
        '<div class="cr-chart"><b>Formula</b> what it learns, and what it is given for the '
        f'ringed example</div><table class="cr-answer">{head}{"".join(rows)}</table>'
        f"<div class='cr-chart'>J = <span class='cr-blue'>{goal}</span></div>"
    )


def _few(values: Any) -> str:
    flat = values.reshape(-1)
    return ", ".join(map(number, flat[:6])) + (", …" if len(flat) > 6 else "")


def answer(scene: Scene, mark: Mark, ring: int) -> str:
    """Return the prediction for the example in the picture."""
    seen = scene.example(mark, ring)
    data, graph = scene.data, scene.network.graph
    out = seen.values[graph.names[graph.outputs[1]]].reshape(-1)
    names = data.classes if len(out) > 1 else (data.name,)
    right = int(data.t.reshape(-1)[ring]) if len(out) > 1 else -1
    rows = "".join(
        f"<tr><th>{escape(name[:24])}{' (true)' if k == right else ''}</th>"
        f'<td><span style="width:{100 * min(1.0, max(0.0, float(p))):.0f}px"></span></td>'
        f"<td>{number(p)}</td></tr>"
        for k, (name, p) in enumerate(zip(names, out, strict=True))
    )
    return f'<table class="cr-answer">{rows}</table>'


def losses(scene: Scene) -> str:
    """Return which loss belongs to which output unit and distribution, with the reason."""
    used = scene.course.run.network
    unit = unit_of(used.graph[used.graph.outputs[1]].op)
    rows = "".join(
        f"<tr{' class=here' if loss.name == used.loss.name else ''}><th>{escape(loss.name)}</th>"
        f"<td>{'none' if loss.unit == 'identity' else loss.unit}</td><td>{loss.distribution}</td>"
        f"<td>{loss.task}</td><td>{escape(loss.reason)}</td></tr>"
        for loss in LOSSES.values()
    )
    squashed = used.loss.name in ("mse", "mae", "huber") and unit in ("sigmoid", "softmax")
    told = f"This run: {used.loss.name} on an output of {unit}."
    if used.loss.name not in LOSSES:
        told = "This run: the loss is the value of the formula itself."
    if squashed:
        told += (
            " Where the output is most wrong its slope is nearly 0, and with it all that flows "
            "back: cross-entropy has the slope y − t there."
        )
    kind = "cr-warning" if squashed else "cr-quiet"
    return (
        '<table class="cr-losses"><tr><th>loss</th><th>output unit</th><th>distribution</th>'
        f"<th>predicts</th><th>why</th></tr>{rows}</table>"
        f'<div class="{kind}">{escape(told)}</div>'
    )
