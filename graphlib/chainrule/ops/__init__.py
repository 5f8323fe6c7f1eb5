"""All operations: `OPS["tan"]` is the record of tan, `OPS.spelled["ln"]` the one written ln."""

from chainrule.ops import (
    activations,
    arithmetic,
    batch,
    choice,
    circular,
    classification,
    convolution,
    elementary,
    hyperbolic,
    leaves,
    losses,
    piecewise,
    rearranging,
    reductions,
    special,
    tensor,
)
from chainrule.ops.record import OPS, Domain, Kink, Map, Op, Registry, Shape

OPS.close()

__all__ = [
    "OPS",
    "Domain",
    "Kink",
    "Map",
    "Op",
    "Registry",
    "Shape",
    "activations",
    "arithmetic",
    "batch",
    "choice",
    "circular",
    "classification",
    "convolution",
    "elementary",
    "hyperbolic",
    "leaves",
    "losses",
    "piecewise",
    "rearranging",
    "reductions",
    "special",
    "tensor",
]
