"""Extracts of many rows: time to the first byte, rows a second and memory above idle, each form in its own process."""

import json
import shutil
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import duckdb

from lib.data.filters import ALL_SAMPLING, Filters
from lib.data.publish import snapshot_path
from lib.data.scope import Scope
from lib.data.snapshot import newest_version, open_snapshot
from lib.export.extract import Extract, pieces

PROJECT = Path(__file__).resolve().parents[1]
FORMS = ("csv", "parquet", "json", "package")
ALL_YEARS = Filters(start=date(1990, 1, 1), end=date(2100, 12, 31), sampling=(ALL_SAMPLING,))


@dataclass(frozen=True)
class Measured:
    """One file: its rows and bytes, the seconds it took and the memory it needed above idle."""

    form: str
    rows: int
    megabytes: float
    first_byte_seconds: float
    seconds: float
    processor_seconds: float
    mebibytes_above_idle: float


def measure(snapshots: Path, forms: tuple[str, ...] = FORMS) -> list[Measured]:
    """Take all samples of a published snapshot, once in each form."""
    return [_in_a_process(snapshots, form) for form in forms]


def filled(snapshots: Path, folder: Path, rows: int) -> Path:
    """A copy of the published snapshot with at least `rows` samples, in that folder."""
    version = newest_version(snapshots)
    if version is None:
        raise SystemExit(f"no snapshot published in {snapshots}")
    folder.mkdir(parents=True, exist_ok=True)
    path = snapshot_path(folder, version)
    shutil.copyfile(snapshot_path(snapshots, version), path)
    with duckdb.connect(str(path)) as connection:
        (had,) = connection.execute("SELECT count(*) FROM sample").fetchone() or (0,)
        times = -(-rows // had) - 1
        connection.execute(_insertion(times, max(0, rows - had)))
    return folder


def _insertion(times: int, more: int) -> str:
    return (
        "INSERT INTO sample SELECT one.* REPLACE (one.sample_no || '-' || copy.number AS sample_no) "  # noqa: S608
        f"FROM sample AS one, range(1, {times + 1}) AS copy(number) LIMIT {more}"
    )


def _in_a_process(snapshots: Path, form: str) -> Measured:
    command = [sys.executable, "-m", "bench.extracts", str(snapshots), form]
    answer = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True)
    return Measured(**json.loads(answer.stdout))


def _peak() -> float:
    """Highest memory of this process in MiB since it was last reset."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def take(snapshots: Path, form: str) -> Measured:
    """Take every sample in this process; a small extract before warms up what a server has long loaded."""
    scope = Scope.everything()
    snapshot = open_snapshot(snapshots, scope)
    small = Extract(
        kind="table", name="food_category", filters=ALL_YEARS.with_(sampling=("常规",)), form=form
    )  # type: ignore[arg-type]
    b"".join(pieces(snapshot, small, scope))
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    idle, began, busy = _peak(), time.perf_counter(), time.process_time()
    extract = Extract(kind="table", name="sample", filters=ALL_YEARS, form=form)  # type: ignore[arg-type]
    first, size = 0.0, 0
    for piece in pieces(snapshot, extract, scope):
        first = first or time.perf_counter() - began
        size += len(piece)
    seconds, busy = time.perf_counter() - began, time.process_time() - busy
    rows = snapshot.connection.cursor().execute("SELECT count(*) FROM sample").fetchone() or (0,)
    return Measured(form, int(rows[0]), size / 1e6, first, seconds, busy, _peak() - idle)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asdict(take(Path(sys.argv[1]), sys.argv[2]))))
