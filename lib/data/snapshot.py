"""Reading a published snapshot: one version, one scope, Core statements in, Arrow out.

Scope is enforced here a second time: every scope gets an in-memory DuckDB instance in which the tables are views
limited to its districts; files, writes and further attachments are then locked out.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow as pa
from sqlalchemy import Select, Table, or_, select

from lib.data.duckdb_statements import compile_statement, execute, literal_text
from lib.data.publish import published_versions, snapshot_path
from lib.data.scope import Scope
from lib.data.snapshot_structure import lacking_tables
from lib.data.tables import snapshot
from lib.data.tables.base import snapshot_metadata
from lib.data.time_limit import time_limit

_ATTACHED: Final = "snap"
_INSTANCES_KEPT: Final = 12
_MEMORY_LIMIT: Final = "1GB"
_QUERY_SECONDS: Final = 60
#: An extract may take longer than a page; the seconds are those of one step (first answer, next batch) in the engine.
_EXTRACT_SECONDS: Final = 300
#: Rows of one record batch of an extract.
BATCH_ROWS: Final = 16_384


class SnapshotMissing(RuntimeError):
    """No published snapshot (or not the one asked for) can be opened."""


class SnapshotOutdated(SnapshotMissing):
    """The snapshot was published by an older program and lacks tables that are read now."""


class QueryTooSlow(RuntimeError):
    """A query ran longer than allowed and was stopped."""


class QueryFailed(RuntimeError):
    """The rows of an extract could not all be read."""


class OutsideScope(RuntimeError):
    """A statement went round the views that limit a reader to their districts."""


@dataclass(frozen=True)
class Unit:
    """A reporting unit as readers choose it: level 1 province, 2 city, 3 county."""

    code: str
    name: str
    level: int
    parent_code: str | None


def parents_of(units: Iterable[Unit]) -> dict[str, str | None]:
    """Code of a unit → code of the one above it, for `Scope.reaches`."""
    return {unit.code: unit.parent_code for unit in units}


@dataclass(frozen=True)
class Category:
    """A food category of the first level, with the code it is comparable under across 2025."""

    code: str
    name: str
    rollup_code: str


@dataclass(frozen=True)
class Snapshot:
    """An open snapshot of one data version, limited to one scope."""

    version: int
    as_of: date
    is_synthetic: bool
    scope: Scope
    names: dict[str, str] = field(compare=False)
    units: tuple[Unit, ...] = field(compare=False)
    categories: tuple[Category, ...] = field(compare=False)
    connection: duckdb.DuckDBPyConnection = field(compare=False, repr=False)

    def fetch(self, statement: Select[Any]) -> pa.Table:
        """Run one SELECT and return its result as an Arrow table. Safe to call from several threads.

        Raises ``QueryTooSlow`` when it takes longer than allowed, ``OutsideScope`` for a statement that reaches past
        the views of this scope to the attached file.
        """
        text, parameters = _admitted(statement)
        cursor = self.connection.cursor()
        try:
            with time_limit(cursor, _QUERY_SECONDS):
                return cursor.execute(text, parameters or None).to_arrow_table()
        except duckdb.InterruptException as error:
            raise QueryTooSlow(f"查询超过 {_QUERY_SECONDS} 秒已停止，请缩小期间或地区") from error
        finally:
            cursor.close()

    def batches(self, statement: Select[Any]) -> Iterator[pa.RecordBatch]:
        """Run one SELECT and hand out its rows batch by batch, so that a million rows never stand in memory at once.

        The same guards as ``fetch``, with a longer time limit that counts only while the engine works: a reader who
        takes the batches slowly is not interrupted. Closing the iterator ends the query.
        """
        text, parameters = _admitted(statement)
        cursor = self.connection.cursor()
        try:
            with time_limit(cursor, _EXTRACT_SECONDS):
                reader = cursor.execute(text, parameters or None).to_arrow_reader(BATCH_ROWS)
            while True:
                with time_limit(cursor, _EXTRACT_SECONDS):
                    batch = next(reader, None)
                if batch is None:
                    return
                yield batch
        except duckdb.InterruptException as error:
            raise QueryTooSlow(f"取数超过 {_EXTRACT_SECONDS} 秒已停止，请缩小期间或地区") from error
        except duckdb.Error as error:
            raise QueryFailed("数据未能全部读出，请缩小期间或地区后重试") from error
        finally:
            cursor.close()


def _admitted(statement: Select[Any]) -> tuple[str, list[Any]]:
    text, parameters = compile_statement(statement)
    if f"{_ATTACHED}." in text:
        raise OutsideScope("a statement may name the declared snapshot tables only")
    return text, parameters


_open: OrderedDict[tuple[Path, Scope], Snapshot] = OrderedDict()
_lock = threading.Lock()


def newest_version(folder: Path) -> int | None:
    """Number of the newest published version, or nothing."""
    versions = published_versions(folder)
    return versions[-1] if versions else None


def open_snapshot(folder: Path, scope: Scope, version: int | None = None) -> Snapshot:
    """Open a published version (the newest by default) for one scope; instances are shared and bounded.

    Raises ``SnapshotMissing`` with a sentence for the reader when there is none.
    """
    number = version if version is not None else newest_version(folder)
    if number is None:
        raise SnapshotMissing("还没有发布的数据，请管理员运行 manage.py load 或 manage.py publish")
    path = snapshot_path(folder, number)
    if not path.exists():
        raise SnapshotMissing(f"数据版本 {number} 不存在或已清理，请改用最新版本")
    with _lock:
        opened = _open.pop((path, scope), None) or _open_instance(path, scope)
        _open[(path, scope)] = opened
        while len(_open) > _INSTANCES_KEPT:
            # Dropping the reference is enough: a reader still using the instance keeps it alive.
            _open.popitem(last=False)
    return opened


def _open_instance(path: Path, scope: Scope) -> Snapshot:
    connection = duckdb.connect(":memory:")
    quoted = str(path).replace("'", "''")
    try:
        connection.execute(f"ATTACH '{quoted}' AS {_ATTACHED} (READ_ONLY)")
        if lacking := lacking_tables(connection, _ATTACHED):
            raise SnapshotOutdated(
                f"数据版本文件 {path.name} 由旧版程序发布，缺少 {'、'.join(lacking[:3])} 等 {len(lacking)} 张表的内容，"
                "请管理员运行 manage.py publish 重新发布"
            )
        for view in _views(scope):
            connection.execute(view)
        for setting in (
            "enable_external_access=false",
            f"memory_limit='{_MEMORY_LIMIT}'",
            "lock_configuration=true",
        ):
            connection.execute(f"SET {setting}")
        return _described(connection, scope)
    except duckdb.Error as error:
        raise SnapshotMissing(
            f"数据版本文件 {path.name} 打不开，请管理员重新运行 manage.py publish"
        ) from error


@lru_cache(maxsize=64)
def _views(scope: Scope) -> tuple[str, ...]:
    """The definition of every view of a scope; writing them takes longer than making them."""
    return tuple(
        f"CREATE VIEW {table.name} AS {literal_text(_visible_rows(table, scope))}"
        for table in snapshot_metadata.sorted_tables
    )


def _visible_rows(table: Table, scope: Scope) -> Select[Any]:
    stored = table.to_metadata(type(table.metadata)(), schema=_ATTACHED)
    query = select(stored)
    if "county_code" in stored.c and not scope.is_everything:
        query = query.where(or_(scope.where(stored, "found"), scope.where(stored, "made")))
    return query


def _described(connection: duckdb.DuckDBPyConnection, scope: Scope) -> Snapshot:
    information = _rows(connection, select(snapshot.snapshot_info))[0]
    units = _rows(connection, select(snapshot.reporting_unit).order_by(snapshot.reporting_unit.c.code))
    categories = _rows(connection, select(snapshot.food_category).order_by(snapshot.food_category.c.code))
    campaigns = _rows(connection, select(snapshot.campaign))
    groups = _rows(connection, select(snapshot.item_group))
    names = {row["code"]: row["name"] for row in (*units, *categories, *groups)}
    names.update(
        {
            row["comparable_code"]: row["comparable_name"]
            for row in groups
            if row["comparable_code"] not in names
        }
    )
    names.update({row["campaign_code"]: row["name"] for row in campaigns})
    return Snapshot(
        version=information["version"],
        as_of=information["as_of"],
        is_synthetic=information["is_synthetic"],
        scope=scope,
        names=names,
        units=tuple(_unit(row) for row in units if row["level"] <= 3),
        categories=tuple(
            Category(row["code"], row["name"], row["rollup_code"]) for row in categories if row["level"] == 1
        ),
        connection=connection,
    )


def _unit(row: dict[str, Any]) -> Unit:
    return Unit(row["code"], row["name"], row["level"], row["parent_code"])


def _rows(connection: duckdb.DuckDBPyConnection, statement: Select[Any]) -> Sequence[dict[str, Any]]:
    return execute(connection, statement).to_arrow_table().to_pylist()
