"""SIGKILL at random moments of a load and of a publish: records stay whole, the published folder stays usable.

``python -m bench.kills URL FOLDER [TIMES]`` uses the record database at URL (empty at first) and prints counts.
"""

import hashlib
import json
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy import Engine, func, select

from lib.data.database import exclusive_transaction, load_reference, record_engine, upgrade
from lib.data.loaders.load import load_files
from lib.data.publish import publish
from lib.data.scope import Scope
from lib.data.snapshot import newest_version, open_snapshot
from lib.data.tables import snapshot as published
from lib.data.tables.loads import data_version
from lib.data.tables.sampling import sample

PROJECT = Path(__file__).resolve().parents[1]
ROWS = 20_000
PROFILE = """
name = "kills"
title = "SIGKILL"
table = "sample"
source = "kills"
columns.sample_no.from = "no"
columns.sampled_on.from = "day"
columns.purpose.value = "监督抽检"
columns.sampling_kind.value = "常规"
columns.food_name.from = "food"
"""


class Broken(AssertionError):
    """Something was left half done."""


def main(url: str, folder: Path, times: int) -> None:
    """Kill ``times`` loads and ``times`` publishes of the database at ``url``; print what was found."""
    folder.mkdir(parents=True, exist_ok=True)
    engine = record_engine(url)
    upgrade(engine)
    with exclusive_transaction(engine) as connection:
        load_reference(connection)
    (folder / "kills.toml").write_text(PROFILE, encoding="utf-8")
    draw = random.Random(3)
    results = {
        "load": kill(times, draw, lambda number: killed_load(engine, url, folder, number)),
        "publish": kill(times, draw, lambda number: killed_publish(engine, url, folder, number)),
        "two loads at once": [two_loads(engine, url, folder, number) for number in range(900, 903)],
    }
    sys.stdout.write(json.dumps(results, ensure_ascii=False) + "\n")


Trial = Callable[[int], tuple[list[str], Callable[[], str]]]


def kill(times: int, draw: random.Random, trial: Trial) -> dict[str, int]:
    """Let one trial run undisturbed to know how long it takes, then kill ``times`` others within that time."""
    found: Counter[str] = Counter()
    command, check = trial(0)
    with _child(command) as child:
        begun = time.perf_counter()
        child.wait()
    length = time.perf_counter() - begun
    check()
    for number in range(1, times + 1):
        command, check = trial(number)
        with _child(command) as child:
            time.sleep(draw.uniform(0, length))
            child.send_signal(signal.SIGKILL)
        found[check()] += 1
    return dict(found)


def _child(command: list[str]) -> "subprocess.Popen[str]":
    words = [sys.executable, "-m", "bench.kills", *command]
    child = subprocess.Popen(words, cwd=PROJECT, stdout=subprocess.PIPE, text=True)
    if child.stdout is None or child.stdout.readline() != "ready\n":
        raise Broken("the child did not start")
    return child


def write_file(folder: Path, number: int) -> Path:
    """A file that changes every record: its food is the number."""
    path = folder / "rows.csv"
    lines = [f"K{row},2025-01-{row % 28 + 1:02d},food {number}" for row in range(ROWS)]
    path.write_text("no,day,food\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return path


def load(engine: Engine, folder: Path) -> int | None:
    """Load the file of ``folder``; the number of the data version, if it changed anything."""
    now = datetime.now(UTC)
    profile, path = folder / "kills.toml", folder / "rows.csv"
    return load_files(engine, [path], profile, actor="kills", today=date(2025, 6, 1), now=now).version


def state(engine: Engine) -> str:
    """A digest of all records and data versions."""
    digest = hashlib.sha256()
    with engine.connect() as connection:
        for table in (sample, data_version):
            for row in connection.execute(select(table).order_by(*table.primary_key.columns)):
                digest.update(repr(tuple(row)).encode())
    return digest.hexdigest()


def current_foods(engine: Engine) -> dict[str, int]:
    """How many current records name each food."""
    query = select(sample.c.food_name, func.count()).where(sample.c.version_to.is_(None))
    with engine.connect() as connection:
        return {food: count for food, count in connection.execute(query.group_by(sample.c.food_name))}


def killed_load(engine: Engine, url: str, folder: Path, number: int) -> tuple[list[str], Callable[[], str]]:
    """A load to be killed, and the check of what it left: everything as before, or everything loaded."""
    write_file(folder, number)
    before = state(engine)

    def check() -> str:
        untouched = state(engine) == before
        whole = current_foods(engine) == {f"food {number}": ROWS}
        if not (untouched or whole):
            raise Broken(f"load {number}: records are neither as before nor wholly loaded")
        load(engine, folder)
        if current_foods(engine) != {f"food {number}": ROWS}:
            raise Broken(f"load {number}: the next load does not work")
        return "as before" if untouched else "wholly loaded"

    return ["load", url, str(folder)], check


def killed_publish(
    engine: Engine, url: str, folder: Path, number: int
) -> tuple[list[str], Callable[[], str]]:
    """A publish to be killed, and the check of what it left: the newest snapshot opens and is whole."""
    write_file(folder, 1_000 + number)
    load(engine, folder)
    target = folder / "published"
    before = newest_version(target)

    def check() -> str:
        found = newest_version(target)
        if found is not None:
            _check_snapshot(target, found)
        publish(engine, target, keep=2)
        newest = newest_version(target)
        _check_snapshot(target, newest)
        if left := [path.name for path in target.iterdir() if "partial" in path.name]:
            raise Broken(f"publish {number}: {left} stayed")
        return "previous in use" if found == before else "published"

    return ["publish", url, str(folder)], check


def _check_snapshot(folder: Path, version: int | None) -> None:
    opened = open_snapshot(folder, Scope.everything(), version)
    rows = opened.fetch(select(func.count().label("rows")).select_from(published.sample))["rows"][0].as_py()
    if (opened.version, rows) != (version, ROWS):
        raise Broken(f"snapshot {version} holds {rows} samples")


def two_loads(engine: Engine, url: str, folder: Path, number: int) -> str:
    """The same load from two processes: one writes, the other finds nothing to change."""
    write_file(folder, number)
    with engine.connect() as connection:
        before = connection.execute(select(func.count()).select_from(data_version)).scalar_one()
    children = [_child(["load", url, str(folder)]) for _ in range(2)]
    answers = [child.communicate()[0] for child in children]
    with engine.connect() as connection:
        after = connection.execute(select(func.count()).select_from(data_version)).scalar_one()
    if after != before + 1 or current_foods(engine) != {f"food {number}": ROWS}:
        raise Broken(f"two loads at once: {answers}, {after - before} versions")
    return " / ".join(sorted(answer.strip() for answer in answers))


def child(what: str, url: str, folder: Path) -> None:
    """The process that is killed."""
    engine = record_engine(url)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    if what == "load":
        sys.stdout.write(f"version {load(engine, folder)}\n")
    else:
        publish(engine, folder / "published", keep=2)


if __name__ == "__main__":
    if sys.argv[1] in ("load", "publish"):
        child(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
    else:
        main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 20)
