"""An extract written to a file: the same bytes as from the page and the interface, whole and registered, or none."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine

from lib.access.extracts import ReleaseOvertaken, TakenExtract, enter_extract, releases
from lib.access.records import writing
from lib.api.parameters import read_extract, read_query, read_reason
from lib.api.problem import Problem, problem_of
from lib.data.scope import Scope
from lib.data.snapshot import open_snapshot
from lib.export.address import address_of, split_address
from lib.export.csv import ExportError
from lib.export.extract import name_of_file, pieces_of, prepare
from lib.metrics.releases import Before
from lib.metrics.tables import UnknownTable


@dataclass(frozen=True)
class WrittenExtract:
    """Where the file is and what it holds."""

    path: Path
    row_count: int
    sha256: str


def write_extract(
    engine: Engine, snapshots: Path, address: str, target: Path, *, username: str, now: datetime
) -> WrittenExtract:
    """Write what an address (below /api/v1/) asks for, with everything an operator may see, and register it.

    `target`: a file, replaced if it is there, or a folder, where the file gets the name it has on the page. Raises
    `ExportError`, `RecordsUnavailable`, `SnapshotMissing` and what the metric floor raises, each in Chinese.
    """
    scope = Scope.everything()
    try:
        kind, name, words = split_address(address)
        query = read_query(kind, name, words)
        snapshot = open_snapshot(snapshots, scope, query.version)
        extract = read_extract(query, snapshot, scope, may_see_persons=True)
        reason = read_reason(query)
    except (Problem, UnknownTable) as refusal:
        raise ExportError(problem_of(refusal).detail) from refusal
    before = Before.of(snapshot, releases(engine)) if extract.protected else None
    content = prepare(snapshot, extract, scope, before)
    path = target / name_of_file(snapshot, extract) if target.is_dir() else target
    with _beside(path) as unfinished:
        sha256 = _written(unfinished, pieces_of(content, extract.form))
        taken = TakenExtract(
            at=now,
            username=username,
            door="command",
            query=address_of(extract, snapshot.version),
            sentence=content.sentence,
            scope=scope.sentence(snapshot.names),
            data_version=content.version,
            file_name=path.name,
            row_count=content.row_count,
            sha256=sha256,
            reason=reason,
            release=content.release,
        )
        with _in_turn(engine) as connection:
            enter_extract(connection, taken, address="manage.py", known=content.known)
            # Inside the transaction: a file that cannot take its name is not on record either.
            unfinished.replace(path)
    return WrittenExtract(path, content.row_count, sha256)


@contextmanager
def _in_turn(engine: Engine) -> Iterator[Connection]:
    try:
        with writing(engine) as connection:
            yield connection
    except ReleaseOvertaken as error:
        raise ExportError(str(error)) from error


@contextmanager
def _beside(path: Path) -> Iterator[Path]:
    """A file beside the wanted one to write to; nothing is left of it when anything fails."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        yield unfinished
    except OSError as error:
        raise ExportError(
            f"文件“{path}”没有写成（{error.strerror}）；请检查文件夹、权限和磁盘空间"
        ) from error
    finally:
        unfinished.unlink(missing_ok=True)


def _written(unfinished: Path, pieces: Iterator[bytes]) -> str:
    """Write the pieces to the disk; their SHA-256."""
    total = hashlib.sha256()
    with unfinished.open("xb") as stream:
        for piece in pieces:
            total.update(piece)
            stream.write(piece)
        stream.flush()
        os.fsync(stream.fileno())
    return total.hexdigest()
