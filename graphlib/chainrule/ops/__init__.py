"""All operations: `OPS["tan"]` is the record of tan, `OPS.spelled["ln"]` the one written ln."""

from chainrule.ops import arithmetic, elementary, leaves, piecewise, tensor
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
    "arithmetic",
    "elementary",
    "leaves",
    "piecewise",
    "tensor",
]
