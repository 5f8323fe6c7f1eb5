"""A formula or program that learns: names of it are parameters, the others are data."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from chainrule.errors import InputError
from chainrule.facade import Graph
from chainrule.graph.builder import Builder, Expression
from chainrule.graph.wengert import WengertList
from chainrule.language import canonical, read, value
from chainrule.language.build import build
from chainrule.nn.initialisers import Initialiser
from chainrule.nn.layers import Parameter
from chainrule.nn.losses import LOSSES, PROBABILITIES, Loss, loss_named
from chainrule.nn.model import Network, drawn, named, unit_of
from chainrule.ops import OPS, Shape

Array = Any
ADDED = (OPS["add"], OPS["sub"])
TARGET, GOAL = "t", "J"
_LEARNT = re.compile(r"([^\s,;:]+)(?::\s*(\d+(?:\s*[x×]\s*\d+)*))?")


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula or program with what it learns.

    >>> formula = Formula("y = a x + b", {"a": (), "b": ()})
    >>> formula.network("(y - t)^2").columns
    ('x', 't')

    Parameters
    ----------
    source
        Text, or a graph.
    learn
        Shape of each name that is learned, () for a number.
    data
        Shapes of the other names, where they are no numbers.
    start
        Where a parameter begins; drawn from a seed otherwise.

    Raises
    ------
    ParseError
        If the text cannot be read, or shapes do not fit: with the place.
    InputError
        If a name is not in the formula.
    """

    source: str | Graph
    learn: Mapping[str, Shape]
    data: Mapping[str, Shape] = field(default_factory=dict)
    start: Mapping[str, Array] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        source: str | Graph,
        learn: str | Sequence[str] | Mapping[str, Any],
        x: Array,
    ) -> Formula:
        """Return a formula for data.

        Parameters
        ----------
        learn
            Names, as text with their shapes ("W1: 4x2, b1: 4") or with where they begin ("a = 1/2;
            b"), or a mapping from each to its shape (a tuple) or its start.
        x
            The data, one row an example: columns by name, or one table.
        """
        shapes: dict[str, Shape] = {}
        start: dict[str, Array] = {}
        if isinstance(learn, str) and "=" in learn:
            pieces = (piece.partition("=") for piece in learn.split(";"))
            learn = {
                name.strip(): np.array(value(given), dtype=float) if equals else ()
                for name, equals, given in pieces
            }
        elif isinstance(learn, str):
            learn = {
                name: tuple(int(n) for n in re.findall(r"\d+", sizes))
                for name, sizes in _LEARNT.findall(learn)
            }
        elif not isinstance(learn, Mapping):
            learn = dict.fromkeys(learn, ())
        for word, given in learn.items():
            name = canonical(word)
            if isinstance(given, tuple):
                shapes[name] = given
            else:
                start[name] = np.asarray(given, dtype=float)
                shapes[name] = start[name].shape
        inputs = source.variables if isinstance(source, Graph) else read(source).inputs
        _check(shapes, inputs)
        if hasattr(x, "keys"):
            data = {name: np.shape(column)[1:] for name, column in named(x).items()}
            return cls(source, shapes, data, start)
        others = [name for name in inputs if name not in shapes and name != TARGET]
        if len(others) > 1:
            raise InputError(
                f"the formula has {len(others)} names that are not learned: {', '.join(others)}",
                allowed="Give their columns by name: {'x1': …, 'x2': …}.",
            )
        return cls(source, shapes, dict.fromkeys(others, np.shape(x)[1:]), start)

    @property
    def has_target(self) -> bool:
        """Whether the target stands in the formula, so that its value can be a loss."""
        source = self.source
        return TARGET in (source.variables if isinstance(source, Graph) else read(source).inputs)

    def _written(self, source: str | Graph, shapes: Mapping[str, Shape]) -> WengertList:
        """Return the graph of a source, its inputs of these shapes where it declares none."""
        if isinstance(source, Graph):
            if source.program is None:
                return source.list
            program = source.program
        else:
            program = read(source)
        fitting = {name: shape for name, shape in shapes.items() if name in program.inputs}
        program = replace(program, shapes={**fitting, **program.shapes})
        return build(program)

    def network(self, loss: str = "mse", *, fused: bool = True, batched: bool = True) -> Network:
        """Return the graph with a loss, and what it needs.

        Parameters
        ----------
        loss
            A loss by its name, a formula of the formula's names such as "(y - t)^2", the name of an
            assignment in the program, or "" for the value of the program itself. There the
            prediction is the last assignment that what is learned reaches and the target does not.

        Raises
        ------
        ParseError
            If the loss is neither.
        """
        main = self._written(self.source, {**self.data, **self.learn})
        inputs = [main.names[node] for node in main.inputs]
        _check(self.learn, inputs)
        builder = Builder()
        known = {
            name: builder.input(name, main.shape(node), batched=batched and name not in self.learn)
            for name, node in zip(inputs, main.inputs, strict=True)
        }
        values = _replayed(builder, main, known)
        named = {main.names[n]: values[n] for n in main.names}
        prediction = values[main.outputs[0]]
        record = self._record(loss, named)
        if loss in named or not loss:
            goal = named[loss] if loss else prediction
            others = [values[n] for n in main.outputs if values[n].index != goal.index]
            before = self._before_target(main)
            prediction = others[0] if others else goal if before is None else values[before]
        else:
            if prediction.index not in builder.names:
                prediction = builder.name(prediction, "y" if "y" not in named else "prediction")
            named[builder.names[prediction.index]] = named["y"] = prediction
            goal = self._goal(builder, record, loss, prediction, named, fused, batched)
        if goal.shape:
            goal = builder.maths.mean(goal)
        if builder.names.get(goal.index) is None:
            goal = builder.name(goal, GOAL if GOAL not in named else "loss")
        graph = builder.finish([goal, prediction])
        columns = [graph.names[n] for n in graph.inputs if graph.names[n] not in self.learn]
        met = TARGET in columns and prediction.index != goal.index
        target = TARGET if met and graph[TARGET].shape == prediction.shape else ""
        return Network(
            graph,
            self._parameters(graph),
            record,
            prediction.shape,
            columns=tuple(columns),
            target=target,
            cut=0.5
            if unit_of(prediction.op) in PROBABILITIES or record.unit != "identity"
            else 0.0,
        )

    def _before_target(self, main: WengertList) -> int | None:
        """Return the last step that depends on what is learned and not on the target."""
        learned: set[int] = set()
        compared: set[int] = set()
        found = meets = None
        for node, operands in enumerate(main.operands):
            name = main.names.get(node)
            if name == TARGET or compared.intersection(operands):
                compared.add(node)
                met = [n for n in operands if n in learned and main.operands[n]]
                meets = met[0] if meets is None and met else meets
            elif name in self.learn or learned.intersection(operands):
                learned.add(node)
                if name is not None and operands:
                    found = node
        return meets if found is None else found

    def _record(self, loss: str, names: Collection[str]) -> Loss:
        """Return the record of a loss; for a formula or a name of the program one of its own."""
        if not loss or loss in names or not re.fullmatch(r"\w+", loss):
            return Loss(loss, lambda m, y, t: y, "identity", "", "numbers", "A formula.")
        return loss_named(loss)

    def _goal(
        self,
        builder: Builder,
        record: Loss,
        loss: str,
        prediction: Expression,
        named: Mapping[str, Expression],
        fused: bool,
        batched: bool,
    ) -> Expression:
        known = dict(named)
        if record.name in LOSSES:
            if TARGET not in known:
                known[TARGET] = builder.input(TARGET, prediction.shape, batched=batched)
            if record.fused is not None and fused and prediction.op is OPS[record.unit]:
                return builder.lift(
                    record.fused(builder.maths, prediction.operands[0], known[TARGET])
                )
            return builder.lift(record.write(builder.maths, prediction, known[TARGET]))
        shapes = {name: x.shape for name, x in known.items()}
        graph = self._written(loss, {**self.data, TARGET: prediction.shape, **shapes})
        for node in graph.inputs:
            name = graph.names[node]
            if name not in known:
                known[name] = builder.input(name, graph.shape(node), batched=batched)
        return _replayed(builder, graph, known)[graph.outputs[0]]

    def _parameters(self, graph: WengertList) -> dict[str, Parameter]:
        """Return what is learned: what is only ever added is a bias, all else a weight."""
        users: dict[str, list[Any]] = {name: [] for name in self.learn}
        for node, operands in enumerate(graph.operands):
            for operand in operands:
                if graph.names.get(operand) in users:
                    users[graph.names[operand]].append(graph.ops[node])
        found = {}
        for name in (graph.names[node] for node in graph.inputs):
            if name in users:
                bias = all(op in ADDED for op in users[name])
                start = Initialiser("zeros" if bias else "xavier")
                shape = graph[name].shape
                found[name] = Parameter(shape, start, "bias" if bias else "weight")
        return found

    def parameters(self, seed: int = 0, initialiser: str | None = None) -> dict[str, Any]:
        """Return where the parameters begin: as given, else drawn from a seed."""
        main = self._written(self.source, {**self.data, **self.learn})
        return {**drawn(self._parameters(main), seed, initialiser), **self.start}

    def fitted(self, x: Any) -> Formula:
        """Return the formula itself: it was read with its data."""
        return self


def _check(learn: Collection[str], inputs: Sequence[str]) -> None:
    """Refuse names that are to be learned and do not stand in a formula."""
    for name in learn:
        if name not in inputs:
            raise InputError(
                f"{name} is to be learned and does not stand in the formula",
                given=name,
                allowed=f"Its names are {', '.join(inputs)}.",
            )
    if not learn:
        raise InputError("nothing is learned", allowed=f'Say which names are: learn="{inputs[0]}".')


def _replayed(
    builder: Builder, graph: WengertList, known: Mapping[str, Expression]
) -> list[Expression]:
    """Write the steps of a graph again, its inputs being values that are there."""
    values: list[Expression] = []
    for node, op in enumerate(graph.ops):
        name = graph.names.get(node)
        if not graph.operands[node] and name is not None and name in known:
            values.append(known[name])
            continue
        operands = [values[i] for i in graph.operands[node]]
        value = builder.write(op, operands, graph.parameters_of(node), fresh=name is not None)
        values.append(builder.name(value, name) if name is not None else value)
    return values
