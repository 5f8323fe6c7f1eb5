"""Grids as pandas data frames."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from chainrule.errors import needed
from chainrule.readings.catalogue import EXPORTED
from chainrule.readings.grid import Cell, Grid
from chainrule.readings.terms import text

if TYPE_CHECKING:
    import pandas


def dataframe(grid: Grid) -> pandas.DataFrame:
    """Return a grid as a data frame.

    Columns have the names that they have in JSON, those for programs included; cells that span
    stand in every row. A number is a float, `nan` where it is undefined or missing; what is no
    single number (a formula, an array) is text. Where rows are about nodes, the index is the
    node's name; else it is the first column, if that is one of words. `attrs` has the caption,
    what was asked, the remarks and, row by row, the ids of cells.
    """
    library = needed("pandas", "frames")
    rows = list(grid.filled())
    columns = {
        header.key: [_plain(cells.get(header.key), header.numeric) for _row, cells in rows]
        for header in grid.headers
    }
    if any(row.node for row, _ in rows):
        index = library.Index([row.node for row, _ in rows], name=EXPORTED["name"])
    elif grid.headers and not grid.headers[0].numeric:
        first = grid.headers[0]
        index = library.Index(columns.pop(first.key), name=first.key)
    else:
        index = library.RangeIndex(len(rows))
    frame: pandas.DataFrame = library.DataFrame(columns, index=index)
    frame.attrs = {
        "caption": "".join(part if isinstance(part, str) else text(part) for part in grid.caption),
        **grid.about,
        "remarks": [remark.sentence for remark in grid.remarks],
        "ids": [_ids(cells) for _row, cells in rows],
    }
    return frame


def _ids(cells: Mapping[str, Cell]) -> dict[str, str]:
    return {key: cell.id for key, cell in cells.items() if cell.id}


def _plain(cell: Cell | None, numeric: bool) -> Any:
    if cell is None or cell.term is None:
        return math.nan if numeric else ""
    if cell.state == "undefined":
        return math.nan
    try:
        return float(cell.digits) if numeric else text(cell.term)
    except ValueError:
        return cell.digits or (math.nan if numeric else text(cell.term))
