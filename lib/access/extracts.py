"""The register of extracts: what was taken away, by whom and of which data version. Rows are added, never changed."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, insert, select

from lib.access.audit import one_line
from lib.access.records import reading
from lib.data.tables.extracts import extract_record

_LONGEST_NAME = 200
#: Characters of the reason why a protected table leaves the bureau.
LEAST_REASON, LONGEST_REASON = 4, 200


@dataclass(frozen=True, kw_only=True)
class TakenExtract:
    """One file that was handed out whole. `door`: page, api or command; `query`: the address below /api/v1/."""

    at: datetime
    username: str
    door: str
    query: str
    sentence: str
    scope: str
    data_version: int
    file_name: str
    row_count: int
    sha256: str
    reason: str = ""


def add_extract(connection: Connection, taken: TakenExtract) -> None:
    """Add one row to the register, inside the caller's transaction."""
    values = {**asdict(taken), "file_name": one_line(taken.file_name, _LONGEST_NAME)}
    connection.execute(insert(extract_record).values(values))


def recent_extracts(engine: Engine, username: str, limit: int) -> list[TakenExtract]:
    """The account's latest extracts, the newest first."""
    mine = select(extract_record).where(extract_record.c.username == username)
    newest = mine.order_by(extract_record.c.at.desc(), extract_record.c.id.desc()).limit(limit)
    with reading(engine) as connection:
        rows = connection.execute(newest).mappings().all()
    return [TakenExtract(**{name: value for name, value in row.items() if name != "id"}) for row in rows]
