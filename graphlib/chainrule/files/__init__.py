"""Files from elsewhere are data: tables as CSV; files of ours have safe names and are whole."""

from chainrule.files.tables import (
    MAX_BYTES,
    MAX_COLUMNS,
    MAX_ROWS,
    Column,
    Columns,
    made_name,
    read_rows,
    read_table,
)
from chainrule.files.writing import safe_name, whole, write_whole

__all__ = [
    "MAX_BYTES",
    "MAX_COLUMNS",
    "MAX_ROWS",
    "Column",
    "Columns",
    "made_name",
    "read_rows",
    "read_table",
    "safe_name",
    "whole",
    "write_whole",
]
