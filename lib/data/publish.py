"""Publishing: one data version of the records becomes one read-only DuckDB file.

The file is written beside its final name, synced and renamed, so that a killed publish leaves the previous version
in use; it is never rewritten, so that readers never see a change under their hands.
"""

import os
import re
import shutil
from pathlib import Path
from typing import Final

import duckdb
from sqlalchemy import Connection, Engine, inspect, select

from lib.data.duckdb_statements import execute
from lib.data.snapshot_builder import Progress, SnapshotBuilder
from lib.data.snapshot_structure import lacking_tables
from lib.data.tables.loads import data_version
from lib.data.tables.meetings import agenda
from lib.data.tables.snapshot import snapshot_info
from lib.data.versions import latest_version

FILE_NAME: Final = re.compile(r"^v(\d{6,})\.duckdb$")


class NothingToPublish(RuntimeError):
    """The record database holds no data version."""


class ForeignSnapshot(RuntimeError):
    """The folder holds a snapshot of that number which another record database published."""


class IncompleteSnapshot(RuntimeError):
    """Part of a snapshot stayed outside its file."""


def published_versions(folder: Path) -> list[int]:
    """Numbers of the published versions in ``folder``, oldest first."""
    if not folder.is_dir():
        return []
    return sorted(int(match[1]) for path in folder.iterdir() if (match := FILE_NAME.match(path.name)))


def snapshot_path(folder: Path, version: int) -> Path:
    """Path of the snapshot of one data version."""
    return folder / f"v{version:06d}.duckdb"


def publish(
    engine: Engine, folder: Path, *, keep: int, version: int | None = None, progress: Progress | None = None
) -> Path:
    """Publish a data version (the newest by default) into ``folder`` and return the file.

    Keeps the newest ``keep`` versions and those that meetings are held on. Publishing a version that is there already
    changes nothing, unless an older program published it without tables this one reads: then it is made anew and
    takes the old one's place.
    Raises ``NothingToPublish`` if nothing was loaded yet.
    """
    folder.mkdir(parents=True, exist_ok=True)
    remove_leftovers(folder)
    with engine.connect() as connection:
        number = version if version is not None else latest_version(connection)
        if number is None:
            raise NothingToPublish("记录库里还没有数据版本，请先运行 manage.py load 或 manage.py demo")
        target = snapshot_path(folder, number)
        if target.exists():
            _check_same_records(connection, target, number)
        if not target.exists() or is_outdated(target):
            unfinished = folder / f"{target.name}.partial-{os.getpid()}"
            try:
                SnapshotBuilder(connection, unfinished, number, progress or (lambda _text: None)).build()
                if unfinished.with_name(f"{unfinished.name}.wal").exists():
                    raise IncompleteSnapshot(f"{unfinished.name} 没有写完整，请检查磁盘空间后重新发布")
                _sync(unfinished)
                unfinished.rename(target)
                _sync(folder)
            finally:
                for leftover in folder.glob(f"{unfinished.name}*"):
                    _remove(leftover)
        held = {number, *pinned_versions(connection)}
    for old in published_versions(folder)[:-keep]:
        if old not in held:
            snapshot_path(folder, old).unlink()
    return target


def pinned_versions(connection: Connection) -> frozenset[int]:
    """Data versions that meetings are held on: they stay, however old, until the agenda is deleted."""
    if not inspect(connection).has_table(agenda.name):
        return frozenset()
    living = select(agenda.c.data_version).where(agenda.c.deleted_at.is_(None))
    return frozenset(connection.scalars(living))


def is_unpublished(engine: Engine, folder: Path) -> bool:
    """Whether the newest data version still waits to be published (also one whose publishing was killed)."""
    with engine.connect() as connection:
        version = latest_version(connection)
    if version is None:
        return False
    path = snapshot_path(folder, version)
    return not path.exists() or is_outdated(path)


def is_outdated(path: Path) -> bool:
    """Whether an older program published this file, without tables or columns that are read now."""
    with duckdb.connect(str(path), read_only=True) as reader:
        return bool(lacking_tables(reader, path.stem))


def check_folder(engine: Engine, folder: Path) -> None:
    """Refuse a folder whose newest snapshot was published by another record database: its figures would be shown.

    Raises ``ForeignSnapshot``.
    """
    versions = published_versions(folder)
    if not versions:
        return
    with engine.connect() as connection:
        _check_same_records(connection, snapshot_path(folder, versions[-1]), versions[-1])


def _check_same_records(connection: Connection, path: Path, version: int) -> None:
    """A snapshot of that number left by another record database must not pass for ours."""
    created_at = connection.execute(
        select(data_version.c.created_at).where(data_version.c.version == version)
    ).scalar_one_or_none()
    with duckdb.connect(str(path), read_only=True) as reader:
        rows = execute(reader, select(snapshot_info.c.created_at)).fetchall()
    if created_at is None or rows != [(created_at.isoformat(timespec="seconds"),)]:
        raise ForeignSnapshot(
            f"{path.parent} 里的 {path.name} 不是由这个记录库发布的；请换一个发布目录（BAMAI_SNAPSHOTS）或清空它"
        )


def remove_leftovers(folder: Path) -> None:
    """Remove half-written files of publishers that are no longer running."""
    for path in folder.glob("*.partial-*"):
        owner = re.search(r"partial-(\d+)", path.name)
        if owner and not _is_running(int(owner[1])):
            _remove(path)


def _remove(path: Path) -> None:
    # DuckDB keeps spilled rows in a folder beside the file it writes.
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
