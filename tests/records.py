"""Record databases ready for records: schema and reference tables are made once in a process and then copied."""

import tempfile
from functools import cache
from pathlib import Path
from secrets import token_hex

from sqlalchemy import URL, Engine, create_engine, make_url, text

from lib.data.database import exclusive_transaction, load_reference, record_engine, upgrade


def prepared_engine(url: str) -> Engine:
    """Engine of a record database at the newest schema, with its reference tables.

    SQLite: at the URL, where nothing may be yet. PostgreSQL: a database of its own in the cluster of the URL.
    """
    if not url.startswith("sqlite"):
        return record_engine(_copied(make_url(url)))
    engine = record_engine(url)
    Path(str(engine.url.database)).write_bytes(_sqlite_file())
    return engine


def url_of(engine: Engine) -> str:
    """URL that other processes and engines reach the same database by."""
    return engine.url.render_as_string(hide_password=False)


@cache
def _sqlite_file() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "records.db"
        _make(f"sqlite:///{path}")
        return path.read_bytes()


def _make(url: str) -> None:
    engine = record_engine(url)
    upgrade(engine)
    with exclusive_transaction(engine) as connection:
        load_reference(connection)
    engine.dispose()


def _copied(url: URL) -> str:
    """URL of a new copy of the prepared database in the cluster of a URL, which is itself made with the first copy."""
    template, copy = (
        url.set(database="prepared", query={}),
        url.set(database=f"copy_{token_hex(6)}", query={}),
    )
    cluster = create_engine(url, isolation_level="AUTOCOMMIT")
    with cluster.connect() as connection:
        known = text("SELECT 1 FROM pg_database WHERE datname = :name")
        if connection.scalar(known, {"name": template.database}) is None:
            connection.execute(text(f"CREATE DATABASE {template.database}"))
            _make(template.render_as_string(hide_password=False))
        # Before version 15 files were always copied; the other way costs five times as much.
        strategy = "STRATEGY file_copy" if connection.dialect.server_version_info >= (15,) else ""
        connection.execute(text(f"CREATE DATABASE {copy.database} TEMPLATE {template.database} {strategy}"))
    cluster.dispose()
    return copy.render_as_string(hide_password=False)
