"""The register of extracts: what was taken away, by whom and of which data version. Rows are added, never changed."""

from collections.abc import Collection
from dataclasses import asdict, dataclass, fields
from datetime import datetime

from sqlalchemy import Connection, Engine, func, insert, select

from lib.access.audit import one_line, record_event
from lib.access.errors import AccessRefused
from lib.access.records import reading
from lib.data.tables.extracts import extract_record

_LONGEST_NAME = 200
#: Characters of the reason why a protected table leaves the bureau.
LEAST_REASON, LONGEST_REASON = 4, 200


@dataclass(frozen=True, kw_only=True)
class TakenExtract:
    """One file that was handed out whole. `door`: page, api or command; `query`: the address below /api/v1/.

    `release`: of a protected table what later ones are audited with, in a form that is none of this floor's business.
    """

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
    release: str = ""


class ReleaseOvertaken(AccessRefused):
    """Another protected table left the bureau after this one was prepared; the words say what to do."""


def add_extract(connection: Connection, taken: TakenExtract, known: Collection[str] = ()) -> None:
    """Add one row to the register, inside the caller's transaction, which must keep other writers out.

    `known`: the releases that a protected table was audited with. Raises `ReleaseOvertaken` when there are more.
    """
    if taken.release and not {*known, taken.release}.issuperset(_releases(connection)):
        raise ReleaseOvertaken("刚才另有一张表对外提供，须一并复核；请刷新或重新请求。")
    values = asdict(taken)
    values["file_name"] = one_line(taken.file_name, _LONGEST_NAME)
    values["reason"] = one_line(taken.reason, LONGEST_REASON)
    connection.execute(insert(extract_record).values(values))


def enter_extract(
    connection: Connection,
    taken: TakenExtract,
    *,
    address: str,
    session_digest: str | None = None,
    known: Collection[str] = (),
) -> None:
    """Add it to the register and to the audit trail, inside the caller's transaction. `address`: where it was asked."""
    add_extract(connection, taken, known)
    record_event(
        connection,
        now=taken.at,
        event="download",
        username=taken.username,
        subject=taken.file_name,
        address=address,
        session_digest=session_digest,
        row_count=taken.row_count,
        detail="；".join(text for text in (taken.sentence, taken.reason) if text),
    )


def releases(engine: Engine) -> tuple[str, ...]:
    """Every protected table that left the bureau, by whom and whenever, the newest first."""
    with reading(engine) as connection:
        return _releases(connection)


def _releases(connection: Connection) -> tuple[str, ...]:
    text, last = extract_record.c.release, func.max(extract_record.c.id)
    found = connection.execute(select(text).where(text != "").group_by(text).order_by(last.desc()))
    return tuple(found.scalars())


def recent_extracts(engine: Engine, username: str, limit: int) -> list[tuple[TakenExtract, int]]:
    """The account's latest different extracts, the newest first, each with how often it was taken.

    The same file for the same reason is one extract: a script that takes it every hour would fill the list.
    """
    same = (extract_record.c.query, extract_record.c.sha256, extract_record.c.reason)
    mine = extract_record.c.username == username
    latest = select(func.max(extract_record.c.id).label("id"), func.count().label("times"))
    latest = latest.where(mine).group_by(*same).order_by(func.max(extract_record.c.id).desc()).limit(limit)
    newest = latest.subquery()
    whole = select(extract_record, newest.c.times).join(newest, newest.c.id == extract_record.c.id)
    with reading(engine) as connection:
        rows = connection.execute(whole.order_by(extract_record.c.id.desc())).mappings().all()
    return [
        (TakenExtract(**{one.name: row[one.name] for one in fields(TakenExtract)}), row["times"])
        for row in rows
    ]
