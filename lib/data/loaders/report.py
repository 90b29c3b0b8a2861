"""What a load reports."""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from lib.data.loaders.errors import Reject
from lib.data.loaders.merge import TableCounts


@dataclass(frozen=True)
class LoadReport:
    """What a load did. ``read`` and ``rejected`` count rows of the files, the other counts records.

    ``new``, ``superseded``, ``unchanged`` are those of the profile's own table; ``tables`` has them for every table.
    ``version`` is empty if nothing changed (or nothing was to be written).
    """

    read: int
    new: int
    superseded: int
    unchanged: int
    rejected: int
    duplicates: int
    filtered: int
    version: int | None
    as_of: date
    rejects_file: Path | None
    rejects: tuple[Reject, ...]
    notes: tuple[str, ...]
    tables: dict[str, TableCounts] = field(default_factory=dict)
    snapshot: Path | None = None
