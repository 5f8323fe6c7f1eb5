"""Kinds of exercises: a file and a `Kind` each, those of the passes in one; a line in `KINDS`."""

from __future__ import annotations

from collections.abc import Mapping

from chainrule.exercises.kinds import (
    count,
    descent,
    draw,
    find_mistake,
    jacobian,
    matrices,
    passes,
    paths,
    saturation,
)
from chainrule.exercises.kinds.kind import Kind

KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        passes.VALUES,
        passes.FORWARD_TABLE,
        passes.PARTIALS,
        passes.ADJOINTS,
        passes.TANGENTS,
        draw.KIND,
        paths.KIND,
        find_mistake.KIND,
        descent.KIND,
        count.KIND,
        jacobian.KIND,
        saturation.KIND,
        matrices.KIND,
    )
}

__all__ = ["KINDS", "Kind"]
