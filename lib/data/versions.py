"""Data versions: every successful load has the next number; the past can be read as it stood."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Connection, Table, and_, delete, func, insert, or_, select, update

from lib.data.tables.catalogue import VERSIONED
from lib.data.tables.loads import data_version


class RealRecords(RuntimeError):
    """Records loaded from files are in the way of demo data."""


@dataclass(frozen=True)
class LoadCounts:
    """What a load did, in rows of the files and in records."""

    rows_read: int
    new: int
    superseded: int
    unchanged: int
    rejected: int


def latest_version(connection: Connection) -> int | None:
    """Number of the newest data version; nothing if nothing was ever loaded."""
    return connection.execute(select(func.max(data_version.c.version))).scalar()


def reached_so_far(connection: Connection) -> date | None:
    """The day the data in use reach to; nothing if nothing was ever loaded."""
    in_use = data_version.c.kind != "removed"
    return connection.execute(select(func.max(data_version.c.as_of)).where(in_use)).scalar()


def record_version(
    connection: Connection,
    *,
    as_of: date,
    kind: str,
    profile: str,
    file_names: Sequence[str],
    file_digest: str,
    counts: LoadCounts,
    actor: str,
    now: datetime,
) -> int:
    """Write the next data version in the caller's transaction and return its number.

    ``now`` is stored as UTC without a zone; ``as_of`` is the day the data reach to.
    """
    version = (latest_version(connection) or 0) + 1
    connection.execute(
        insert(data_version).values(
            version=version,
            created_at=now.replace(tzinfo=None),
            as_of=as_of,
            kind=kind,
            profile=profile,
            file_names="\n".join(file_names),
            file_digest=file_digest,
            rows_read=counts.rows_read,
            records_new=counts.new,
            records_superseded=counts.superseded,
            records_unchanged=counts.unchanged,
            rows_rejected=counts.rejected,
            actor=actor,
        )
    )
    return version


def remove_demo_records(connection: Connection) -> None:
    """Empty the versioned tables of a database that only ever held demo data; version numbers go on.

    Raises ``RealRecords`` if anything was ever loaded from a file: real history is never deleted.
    """
    kinds = set(connection.execute(select(data_version.c.kind)).scalars())
    if "load" in kinds:
        raise RealRecords("记录库中已有载入的数据，不能用演示数据替换；请用 BAMAI_DATABASE_URL 指定另一个库")
    for table in VERSIONED:
        connection.execute(delete(table))
    connection.execute(update(data_version).where(data_version.c.kind == "demo").values(kind="removed"))


def holds_records(connection: Connection) -> bool:
    """Whether any data version is in use (removed demo data do not count)."""
    return bool(connection.execute(select(func.count()).where(data_version.c.kind != "removed")).scalar())


def part_of_version(table: Table, version: int) -> ColumnElement[bool]:
    """Predicate: the record of a versioned ``table`` as it stood at ``version``."""
    ended = table.c.version_to
    return and_(table.c.version_from <= version, or_(ended.is_(None), ended > version))
