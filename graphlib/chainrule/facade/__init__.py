"""The public class `Graph` and how one is made; no mathematics is added here."""

from chainrule.facade.graph import Graph, parse
from chainrule.facade.points import Typed, exact_number

__all__ = ["Graph", "Typed", "exact_number", "parse"]
