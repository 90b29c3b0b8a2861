"""The record database: engines, migrations, one writer at a time, reference tables."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import (
    Boolean,
    Connection,
    Date,
    Engine,
    Integer,
    Table,
    create_engine,
    event,
    func,
    insert,
    select,
)
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from lib.data.settings import PROJECT_FOLDER
from lib.data.tables import catalogue, extracts, meetings, reference  # noqa: F401 (every table joins the records)

REFERENCE_FOLDER: Final = PROJECT_FOLDER / "data" / "reference"
QUEUE_SECONDS: Final = 60
#: Any fixed number: the advisory lock of PostgreSQL that stands for "a load is under way".
_WRITER_LOCK: Final = 20190815
_WRITER_CACHE_KIB: Final = 65_536

#: Reference tables and their files, parents first.
REFERENCE_FILES: Final[dict[Table, str]] = {
    reference.reporting_unit: "reporting_units.csv",
    reference.food_category: "food_categories.csv",
    reference.item_group: "item_groups.csv",
    reference.test_item: "test_items.csv",
    reference.sampling_place: "sampling_places.csv",
    reference.conclusion: "conclusions.csv",
    reference.code_value: "code_values.csv",
    reference.workday: "workdays.csv",
    reference.statutory_limit: "statutory_limits.csv",
}
_DEFAULT_SOURCES: Final = {"workday": "国务院办公厅节假日安排"}


class DatabaseBusy(RuntimeError):
    """Another load holds the record database and did not finish while we queued."""


def record_engine(url: str, queue_seconds: int = QUEUE_SECONDS) -> Engine:
    """Engine of the record database: SQLite in WAL mode, or PostgreSQL through psycopg 3.

    ``queue_seconds``: how long to wait for another writer (SQLite) and for a server that does not answer.
    """
    if url.startswith("postgresql://"):
        url = url.replace("postgresql://", "postgresql+psycopg://", 1)
    waits = {} if url.startswith("sqlite") else {"connect_timeout": queue_seconds}
    engine = create_engine(url, pool_pre_ping=True, connect_args=waits)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", partial(_prepare_sqlite, queue_seconds))
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(queue_seconds: int, connection: Any, _entry: ConnectionPoolEntry) -> None:
    # The driver's own transaction handling would delay BEGIN; we emit it ourselves in `_begin_sqlite`.
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "foreign_keys=ON",
        f"busy_timeout={queue_seconds * 1000}",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    exclusive = connection.get_execution_options().get("bamai_exclusive", False)
    # The writer of records checks references batch by batch (lib.data.bulk); row by row would halve its speed.
    connection.exec_driver_sql(f"PRAGMA foreign_keys={'OFF' if exclusive else 'ON'}")
    # Pages that a large load changes over and over stay in memory until it commits.
    connection.exec_driver_sql(f"PRAGMA cache_size={-_WRITER_CACHE_KIB if exclusive else -2000}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if exclusive else "BEGIN")


@contextmanager
def exclusive_transaction(engine: Engine) -> Iterator[Connection]:
    """One transaction that no other writer of records shares; a second one queues, then is refused.

    Raises ``DatabaseBusy`` after ``QUEUE_SECONDS``. Leaving with an exception, or being killed, changes nothing.
    """
    with engine.connect().execution_options(bamai_exclusive=True) as connection:
        try:
            transaction = connection.begin()
            if engine.dialect.name == "postgresql":
                connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{QUEUE_SECONDS}s'")
                connection.execute(select(func.pg_advisory_xact_lock(_WRITER_LOCK)))
        except OperationalError as error:
            message = str(error.orig)
            if "locked" in message or "lock timeout" in message:
                raise DatabaseBusy("另一次载入正在进行，请等它结束后重试") from error
            raise
        with transaction:
            yield connection


def upgrade(engine: Engine) -> None:
    """Bring the record database to the newest schema (Alembic head), creating it if it is empty."""
    if engine.dialect.name == "sqlite" and engine.url.database:
        Path(engine.url.database).parent.mkdir(parents=True, exist_ok=True)
    config = _migrations()
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()


def is_older(connection: Connection) -> bool:
    """Whether an older program made the schema; not so for an empty database and for one of a newer program."""
    scripts = ScriptDirectory.from_config(_migrations())
    current = MigrationContext.configure(connection).get_current_revision()
    return current in {one.revision for one in scripts.walk_revisions()} - {scripts.get_current_head()}


def _migrations() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def load_reference(connection: Connection) -> int:
    """Insert the rows of ``data/reference`` that the record database does not hold yet; return their number."""
    return sum(_load_reference_table(connection, table, name) for table, name in REFERENCE_FILES.items())


def _load_reference_table(connection: Connection, table: Table, file_name: str) -> int:
    key = [column.name for column in table.primary_key.columns]
    present = {tuple(row) for row in connection.execute(select(*(table.c[name] for name in key)))}
    with (REFERENCE_FOLDER / file_name).open(encoding="utf-8", newline="") as stream:
        rows = [_typed(table, row) for row in csv.DictReader(stream)]
    missing = [row for row in rows if tuple(row[name] for name in key) not in present]
    if missing:
        connection.execute(insert(table), missing)
    return len(missing)


def _typed(table: Table, row: dict[str, str]) -> dict[str, Any]:
    values = {column.name: row.get(column.name, "") for column in table.columns}
    if "source" in values and not values["source"]:
        values["source"] = _DEFAULT_SOURCES.get(table.name, "")
    return {name: _value(table, name, text) for name, text in values.items()}


def _value(table: Table, name: str, text: str) -> Any:
    kind = table.c[name].type
    if text == "":
        return None
    if isinstance(kind, Boolean):
        return text == "1"
    if isinstance(kind, Integer):
        return int(text)
    return date.fromisoformat(text) if isinstance(kind, Date) else text
