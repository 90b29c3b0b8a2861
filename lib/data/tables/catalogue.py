"""Every versioned record table with its natural key. Importing this makes all record tables known."""

from typing import Final

from sqlalchemy import Table

from lib.data.tables import (
    access,
    clinic,
    duties,
    enforcement,
    loads,
    rectification,
    reference,
    reported,
    sampling,
)
from lib.data.tables.columns import natural_key

#: Tables of the closed loop and the duties, parents before what refers to them.
LOOP_TABLES: Final[tuple[Table, ...]] = (
    *clinic.TABLES,
    *rectification.TABLES,
    *enforcement.TABLES,
    *duties.TABLES,
    *reported.TABLES,
)
#: Natural key of every versioned table: one current record per key.
VERSIONED: Final[dict[Table, tuple[str, ...]]] = {
    **sampling.NATURAL_KEYS,
    **{table: natural_key(table) for table in LOOP_TABLES},
}

__all__ = ["LOOP_TABLES", "VERSIONED", "access", "loads", "reference"]
