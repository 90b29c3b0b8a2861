"""What every reader hands on: a piece of one sheet, as text columns."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from lib.data.loaders.errors import Reject
from lib.data.loaders.headers import HeaderMatch
from lib.data.loaders.profiles import Profile

CHUNK_ROWS = 32_000
RejectSink = Callable[[Reject], None]
WarningSink = Callable[[str], None]


@dataclass(frozen=True)
class Sheet:
    """One table in one file."""

    file: str
    name: str | None
    header: tuple[str, ...]
    match: HeaderMatch
    encoding: str | None = None


@dataclass(frozen=True)
class Chunk:
    """Some rows of a sheet: ``columns`` by position in the header, ``rows`` the row numbers in the file."""

    sheet: Sheet
    rows: np.ndarray
    columns: dict[int, pa.Array]

    def take(self, mask: np.ndarray) -> "Chunk":
        """The rows where ``mask`` is true."""
        if mask.all():
            return self
        chosen = pa.array(mask)
        return Chunk(
            self.sheet, self.rows[mask], {key: column.filter(chosen) for key, column in self.columns.items()}
        )


Chunks = Iterator[Chunk]
#: Which columns of a sheet (positions in its header) are read.
WantedColumns = Callable[[Sheet], list[int]]


@dataclass(frozen=True)
class Reading:
    """What every reader needs: the profile, and where to say what."""

    profile: Profile
    reject: RejectSink
    warn: WarningSink
    wanted: WantedColumns
    #: Called with the numbers of samples of which a row could not be read.
    spoil: Callable[[list[str]], None]
