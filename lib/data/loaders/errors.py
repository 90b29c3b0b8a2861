"""What a load says when it refuses: the file, the place in it, and the mend."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Reject:
    """One cell or row that was not taken, as a reader of the file finds it again.

    ``row`` counts from 1 as a spreadsheet does (title and header rows included); for JSON it is the position in
    the list of records. ``column`` is the header of the file.
    """

    file: str
    sheet: str | None
    row: int | None
    column: str | None
    value: str | None
    reason: str

    def sentence(self) -> str:
        """One Chinese line: where, what, why."""
        place = [f"文件 {self.file}"]
        place += [f"工作表“{self.sheet}”"] if self.sheet else []
        place += [f"第 {self.row} 行"] if self.row else []
        place += [f"列“{self.column}”"] if self.column else []
        value = f"，值“{self.value}”" if self.value else ""
        return f"{'，'.join(place)}{value}：{self.reason}"


class LoadRefused(RuntimeError):
    """Nothing was loaded. ``str()`` is a Chinese message; ``rejects`` are the first places that caused it.

    ``reject_count`` counts all of them and ``rejects_file`` lists all of them (none: nothing was listed by row).
    """

    def __init__(
        self,
        message: str,
        rejects: Sequence[Reject] = (),
        *,
        reject_count: int | None = None,
        rejects_file: Path | None = None,
    ) -> None:
        super().__init__(message)
        self.rejects = tuple(rejects)
        self.reject_count = len(self.rejects) if reject_count is None else reject_count
        self.rejects_file = rejects_file


class ProfileError(LoadRefused):
    """The import profile itself is missing or wrong; the message names the key and the mend."""


def refuse_file(file: str, reason: str, *, sheet: str | None = None, row: int | None = None) -> LoadRefused:
    """A refusal that concerns a file as a whole, or one place in it."""
    reject = Reject(file, sheet, row, None, None, reason)
    return LoadRefused(reject.sentence(), [reject])
