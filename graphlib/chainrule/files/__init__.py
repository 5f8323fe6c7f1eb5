"""Files from elsewhere are data: tables as CSV, and names under which files may be kept."""

from chainrule.files.names import safe_name
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
]
