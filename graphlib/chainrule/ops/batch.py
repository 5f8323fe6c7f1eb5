"""What happens along the batch: a graph is written for one example, its inputs may hold many."""

from __future__ import annotations

from typing import Any

from chainrule.ops.record import Map, Shape, register


def nothing(m: Any, operand: Shape, result: Shape) -> Map:
    """Return the local partial by an operand of which only the shape or the batch is used."""
    return Map(
        push=lambda t: m.broadcast(m.collapse(t * 0, shape=()), shape=result),
        pull=lambda bar: m.broadcast(m.collapse(bar * 0, shape=()), shape=operand),
    )


BATCH_SUM = register(
    "batch_sum",
    1,
    value=lambda m, a: m.batch_sum(a),
    partials=(lambda m, y, a: Map(push=m.batch_sum, pull=lambda bar: m.batch_repeat(bar, a)),),
    spellings=("batch_sum",),
    latex=r"\sum",
    symbol="Σ",
    shape=lambda a: a,
    rule="sum rule",
    gathers=True,
    samples=(((1.0, -0.5, 2.0),),),
    doc="Sum over the examples of a batch; of one example, itself.",
)
BATCH_MEAN = register(
    "batch_mean",
    1,
    value=lambda m, a: m.batch_sum(a) / m.batch_size(a),
    partials=(
        lambda m, y, a: Map(
            push=lambda t: m.batch_sum(t) / m.batch_size(a),
            pull=lambda bar: m.batch_repeat(bar, a) / m.batch_size(a),
        ),
    ),
    spellings=("batch_mean",),
    shape=lambda a: a,
    rule="sum rule",
    gathers=True,
    samples=(((1.0, -0.5, 2.0),),),
    doc="Mean over the examples of a batch, as losses are; of one example, itself.",
)
BATCH_SIZE = register(
    "batch_size",
    1,
    value=lambda m, a: m.batch_size(a),
    partials=(lambda m, y, a: nothing(m, a.shape, ()),),
    shape=lambda a: (),
    gathers=True,
    samples=(((1.0, -0.5, 2.0),),),
    doc="Number of examples in a batch, 1 for one example.",
)
BATCH_REPEAT = register(
    "batch_repeat",
    2,
    value=lambda m, a, like: m.batch_repeat(a, like),
    partials=(
        lambda m, y, a, like: Map(push=lambda t: m.batch_repeat(t, like), pull=lambda bar: bar),
        lambda m, y, a, like: nothing(m, like.shape, a.shape),
    ),
    shape=lambda a, like: a,
    rule="linear map",
    samples=(((1.0, -0.5, 2.0), (0.25, 1.5)),),
    doc="A value once for each example of the second operand, of which nothing else is used.",
)
