"""Kinds of exercises: one file each, with one `Kind`, and one line in `KINDS`."""

from __future__ import annotations

from collections.abc import Mapping

from chainrule.exercises.kinds import (
    adjoints,
    count,
    descent,
    draw,
    find_mistake,
    forward_table,
    jacobian,
    matrices,
    partials,
    paths,
    saturation,
    tangents,
    values,
)
from chainrule.exercises.kinds.kind import Kind

KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        values.KIND,
        forward_table.KIND,
        partials.KIND,
        adjoints.KIND,
        tangents.KIND,
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
