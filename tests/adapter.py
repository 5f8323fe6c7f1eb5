"""The product seen through the narrow door of the scorers: public names only, no cleverness."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import mpmath

import chainrule
from chainrule import nn
from chainrule.algebras.undefined import Undefined
from chainrule.files import Columns, read_table, safe_name
from chainrule.language import canonical
from chainrule.passes.run import merged
from chainrule.readings.numbers import full_digits
from chainrule.readings.render import csv

# Bits of an exponent beyond which readers of numbers take them for infinite or 0.
FURTHEST = 3_321_928


def _plain(number: Any) -> Any:
    if type(number) is Undefined:
        return "undefined"
    if isinstance(number, float):
        return number
    if mpmath.isinf(number):
        return "inf" if number > 0 else "-inf"
    return full_digits(number, 25)


def _shown(number: Any) -> Any:
    shown = _plain(number.shown)
    if number.state == "undecided":
        return {"value": shown, "flag": "undecided"}
    if hasattr(number.shown, "_mpf_") and abs(number.shown.exp) > FURTHEST:
        return {"value": shown, "flag": "beyond 10^(10^6)"}
    return shown


def explore(text: str, point: dict[str, Any], mode: str = "expr") -> tuple[Any, dict[str, Any]]:
    """Return the value and the gradient of `text` at `point`; the names of `point` are declared."""
    graph = chainrule.parse(text, declared=point, mode="latex" if mode == "latex" else None)
    unused = {name for name in point} - set(graph.variables)
    used = {n: v for n, v in point.items() if canonical(n) in graph.variables}
    worked = graph.work(used, zoom="primitive")
    typed = {canonical(n) for n in used}
    gradient: dict[str, Any] = {}
    for name in (*used, *(n for n in graph.given if n not in typed)):
        node = worked.graph.index[canonical(name)]
        sides = worked.run.sides_by(node)
        entry = _shown(worked.slope(name))
        if (
            sides is not None
            and not sides.agree
            and Undefined not in (type(sides.left), type(sides.right))
        ):
            low, high = sorted(float(merged(None, x).shown) for x in (sides.left, sides.right))
            entry = {"value": entry, "subgradient": [low, high]}
        gradient[name] = entry
    gradient |= dict.fromkeys(unused - used.keys(), 0)
    value = worked.run.value(worked.run.output)
    return _shown(value), gradient


def hessian(text: str, point: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the second derivatives of `text` at `point`."""
    graph = chainrule.parse(text, declared=point)
    names = {canonical(name): name for name in point}
    used = {n: v for n, v in point.items() if canonical(n) in graph.variables}
    rows = graph.hessian(used)
    return {names[a]: {names[b]: _plain(x) for b, x in row.items()} for a, row in rows.items()}


def mark(program: str, point: dict[str, Any], answers: dict[str, str]) -> dict[str, Any]:
    """Mark a table that was worked by hand."""
    report = chainrule.mark(program, point, answers)
    return {
        "cells": dict(report.cells),
        "errors": list(report.errors),
        "misconceptions": {cell: list(names) for cell, names in report.misconceptions.items()},
    }


def train(spec: Mapping[str, Any]) -> dict[str, Any]:
    """Train the network of `spec`, or (kind "gradnorms") look at its gradients once."""
    layers = list(spec["layers"])
    model = nn.Sequential(
        [nn.Dense(units, act) for units, act in zip(layers[1:], spec["activations"], strict=True)],
        inputs=layers[0],
    )
    chosen = dict(spec.get("optimizer") or {"name": "gd"})
    optimiser = nn.Optimiser(chosen.pop("name"), chosen.pop("lr", None), chosen)
    steps = 1 if spec["kind"] == "gradnorms" else spec["steps"]
    run = nn.train(
        model,
        spec["X"],
        spec["Y"],
        loss=spec["loss"],
        start=spec["params"],
        optimiser=optimiser,
        steps=steps,
        batches=spec.get("batches"),
    )
    if spec["kind"] == "gradnorms":
        seen = next(run)
        norms = seen.gradient_norms
        return {
            "loss": seen.loss,
            "grad_norm_W": [norm for name, norm in norms.items() if name[0] == "W"],
            "grad_norm_b": [norm for name, norm in norms.items() if name[0] == "b"],
            "act_mean": [mean for mean, _ in seen.activations.values()],
            "act_std": [deviation for _, deviation in seen.activations.values()],
        }
    trace: dict[str, Any] = {"loss_batch": [], "loss_full": []}
    wanted = set(spec["record_steps"])
    for step in range(steps + 1):
        trace["loss_full"].append(run.loss())
        if step in wanted:
            trace |= {f"{name}@{step}": values for name, values in run.parameters.items()}
        if step == steps:
            break
        trace["loss_batch"].append(next(run).loss)
        if step == 0:
            trace |= {f"grad_{name}@0": values for name, values in run.gradients.items()}
    return trace


# What a sink is given: the title, name or file name that was typed, and a worked example.
SINKS: Mapping[str, Callable[[str, chainrule.Worked], str | bytes]] = {
    "dot": lambda title, worked: worked.draw("dot", title=title),
    "svg": lambda title, worked: worked.draw("svg", title=title),
    "pdf": lambda title, worked: worked.draw("pdf", title=title),
    "tikz": lambda title, worked: worked.draw("tikz", title=title, document=True),
    **{
        name: lambda title, worked, name=name: (
            worked.table().document(title).to(name, document=True)
        )
        for name in ("html", "latex", "typst", "markdown")
    },
    "csv": lambda title, worked: csv.written([["student"], [title]]) + worked.table().csv(),
    "json": lambda title, worked: worked.table().document(title).json(),
    "ipynb": lambda title, worked: _sheet(title, worked).to("ipynb"),
    "moodle": lambda title, worked: _sheet(title, worked).to("moodle"),
    "terminal": lambda title, worked: _typed(title) + worked.table().text(),
    "streamlit": lambda title, worked: _page(title, worked),
    "filesystem": lambda name, worked: safe_name(name),
    "http_header": lambda name, worked: safe_name(name),
}
ALIASES = {"cli": "terminal", "xml": "svg", "md": "markdown", "tex": "latex"}


def render(field: str, text: str, sink: str) -> str | bytes:
    """Put `text` where a title, a variable's name, a student's or a file's name goes."""
    write = SINKS.get(ALIASES.get(sink, sink))
    if write is None:
        raise chainrule.InputError(
            f"`{sink[:20]}` is not made here",
            text=sink,
            length=len(sink),
            allowed=f"Formats are {', '.join(SINKS)}.",
        )
    name = canonical(text) if field == "varname" else "x"
    worked = chainrule.parse(f"{name}^2", declared=[name]).work({name: 3})
    return write(text, worked)


def _sheet(title: str, worked: chainrule.Worked) -> chainrule.Sheet:
    """A sheet about the same formula, with this title, for a student of this name."""
    name = worked.graph.names[worked.graph.inputs[0]]
    recipe = chainrule.Recipe.read('title = "x"\n[[part]]\nlevel = 1\nkinds = ["values"]\n')
    part = replace(recipe.parts[0], level=0, formula=f"{name}^2", points=({name: "3"},))
    return chainrule.sheet(replace(recipe, title=title, note=title, parts=(part,)), student=title)


def _typed(text: str) -> str:
    """What the terminal shows of a formula that is typed."""
    try:
        return "".join(note.found for note in chainrule.parse(text).notes)
    except chainrule.InputError as error:
        return f"{error}\n"


def _page(text: str, worked: chainrule.Worked) -> str:
    """What the page shows of a formula that is typed, and what it hands to the player."""
    from chainrule.drawing.player import payload
    from chainrule.ui.engine import Fault, reading_latex
    from chainrule.ui.formula import fault_html, note_html

    try:
        graph = chainrule.parse(text)
    except chainrule.InputError as error:
        shown = fault_html(Fault.of(error))
    else:
        notes = ({"found": n.found, "reading": n.reading} for n in graph.notes)
        shown = "".join(map(note_html, notes)) + reading_latex(graph)
    return shown + worked.table().html() + json.dumps(payload(worked.view))


def load_csv(data: bytes) -> Columns:
    """Read an uploaded table."""
    return read_table(data)


def open_link(query: str) -> object:
    """Read a share link."""
    from chainrule.ui.link import decode

    return decode(query)
