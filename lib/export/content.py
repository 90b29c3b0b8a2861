"""What a file holds before it has a format: columns, the number of rows counted beforehand, and the rows themselves."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa

from lib.data.snapshot import QueryFailed, QueryTooSlow
from lib.export.csv import ExportError
from lib.metrics.row_columns import FileColumn


@dataclass(frozen=True)
class Leaving:
    """A protected table: what the register keeps of it (`release`), and the releases it was audited with (`known`)."""

    release: str
    known: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Content:
    """One file's data. `tables()` starts the rows anew: Arrow tables under the headings of `columns`.

    `subject`: what programs call it (``metric`` or ``table`` and its id); `definitions`: sentences that explain the
    figures; `notes`: what a reader of the file has to know besides (columns left out, protection of small numbers);
    `first` gives the first rows for a look; `leaving`: of a protected table.
    """

    title: str
    subject: Mapping[str, Any]
    sentence: str
    as_of: date
    version: int
    is_synthetic: bool
    columns: tuple[FileColumn, ...]
    row_count: int
    schema: pa.Schema
    tables: Callable[[], Iterator[pa.Table]]
    first: Callable[[int], pa.Table]
    definitions: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    leaving: Leaving | None = None

    @property
    def text_headings(self) -> list[str]:
        """Headings of the columns that must stay text in every format."""
        return [column.heading for column in self.columns if column.is_text]

    @property
    def release(self) -> str:
        """What the register keeps of a protected table; empty for others."""
        return self.leaving.release if self.leaving is not None else ""

    @property
    def known(self) -> tuple[str, ...]:
        """The releases that a protected table was audited with."""
        return self.leaving.known if self.leaving is not None else ()

    def checked_tables(self) -> Iterator[pa.Table]:
        """The rows, complete or refused: another number of rows than counted is an `ExportError`."""
        written = 0
        try:
            for table in self.tables():
                written += table.num_rows
                yield table
        except (QueryTooSlow, QueryFailed) as error:
            raise ExportError(f"{error}；已写出的 {written:,} 行不是完整文件，作废") from error
        if written != self.row_count:
            raise ExportError(
                f"应有 {self.row_count:,} 行，读出 {written:,} 行；文件不完整，作废，请重新下载或联系管理员"
            )
