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

FAMILIES = (
    arithmetic,
    elementary,
    circular,
    hyperbolic,
    special,
    piecewise,
    choice,
    activations,
    losses,
    tensor,
    reductions,
    classification,
    convolution,
    rearranging,
    batch,
)
"""The modules of operations in the order of the reference; only leaves are left out."""

__all__ = ["FAMILIES", "OPS", "Domain", "Kink", "Map", "Op", "Registry", "Shape", "leaves"]
