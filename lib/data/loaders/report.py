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

    def summary(self) -> str:
        """The report in Chinese, as an operator reads it."""
        lines = [
            f"读取 {self.read:,} 行；新增 {self.new:,}，取代 {self.superseded:,}，未变 {self.unchanged:,}，"
            f"重复 {self.duplicates:,}，按方案略过 {self.filtered:,}，拒收 {self.rejected:,} 行"
        ]
        lines += [f"注意：{note}" for note in self.notes]
        lines += [f"拒收明细：{self.rejects_file}"] if self.rejects_file else []
        if self.version is None:
            return "\n".join([*lines, "没有写入任何改动"])
        return "\n".join(
            [*lines, f"数据版本 {self.version}，本次载入的数据截至 {self.as_of}，已发布 {self.snapshot}"]
        )
