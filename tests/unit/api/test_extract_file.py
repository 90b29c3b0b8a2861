"""`manage.py extract`: the bytes of the interface in a file, on record, or neither."""

import csv
import hashlib
import io
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from lib.api import extract_file
from lib.api.extract_file import WrittenExtract, write_extract
from lib.data.tables.access import audit_event
from lib.data.tables.extracts import extract_record
from lib.export.csv import ExportError
from manage import EXPECTED
from tests.unit.api.conftest import NOW, Service, bearer

SAMPLES = "tables/sample?from=2025-01-01&to=2025-03-31&where=stage=生产&where=place=农贸市场,超市"
RATES = "metrics/unqualified_rate?from=2025-01-01&to=2025-09-30&by=division"


def write(service: Service, address: str, target: Path) -> WrittenExtract:
    folder = service.world.snapshots
    return write_extract(service.engine, folder, address, target, username="keeper", now=NOW)


def registered(service: Service) -> list[dict[str, object]]:
    with service.engine.connect() as connection:
        found = connection.execute(select(extract_record).where(extract_record.c.username == "keeper"))
        return [dict(row) for row in found.mappings()]


@contextmanager
def little_space(octets: int) -> Iterator[None]:
    """No file of this process may grow beyond that: writing fails as it does on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (octets, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize(
    "address", [RATES, RATES + "&format=json", RATES.replace("?", "/rows?", 1).split("&by")[0]]
)
def test_the_file_has_the_bytes_of_the_interface_and_is_on_record(
    address: str, service: Service, tmp_path: Path
) -> None:
    answer = service.client.get(f"/api/v1/{address}", headers=bearer(service.token("operator")))
    assert answer.status_code == 200
    written = write(service, address, tmp_path)
    assert written.path.read_bytes() == answer.content
    assert written.sha256 == hashlib.sha256(answer.content).hexdigest()
    (entry,) = registered(service)
    assert (entry["door"], entry["row_count"]) == ("command", int(answer.headers["x-row-count"]))
    assert entry["file_name"] == written.path.name
    # What the register keeps takes the same file again.
    again = write(service, str(entry["query"]), tmp_path / "again")
    assert again.sha256 == written.sha256
    with service.engine.connect() as connection:
        events = connection.execute(select(audit_event.c.subject).where(audit_event.c.username == "keeper"))
        assert events.scalars().all() == [written.path.name, "again"]


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("tables/samples", "没有"),
        ("tables/sample?form=csv", "未知"),
        ("sample", "读不懂"),
        ("tables/sample?protect=1", "未知"),
        ("metrics/unqualified_rate?protect=1", "事由"),
        ("tables/sample?version=99", "99"),
    ],
)
def test_what_cannot_be_taken_is_refused_in_words(
    address: str, words: str, service: Service, tmp_path: Path
) -> None:
    with pytest.raises(EXPECTED, match=words):
        write(service, address, tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["world"]
    assert not registered(service)


def test_a_full_disk_leaves_the_old_file_and_no_entry(service: Service, tmp_path: Path) -> None:
    target = tmp_path / "样品.csv"
    target.write_text("旧", encoding="utf-8")
    with little_space(4096), pytest.raises(ExportError, match="没有写成"):
        write(service, "tables/sample", target)
    assert target.read_text(encoding="utf-8") == "旧"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["world", "样品.csv"]
    assert not registered(service)


def test_a_name_that_cannot_be_taken_is_not_on_record(service: Service, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="没有写成"):
        write(service, "tables/sample", tmp_path / "nowhere" / "样品.csv")
    assert not registered(service)


def test_tables_that_leave_by_different_doors_are_audited_together(service: Service, tmp_path: Path) -> None:
    headers = bearer(service.token())
    asked = "metrics/unqualified_batches?{}&protect=1&reason=年报公开&format=csv"
    year = write(service, asked.format("from=2025-01-01&to=2025-09-30"), tmp_path)
    (number,) = csv_numbers(year.path.read_bytes())
    months = []
    for end in ("2025-08-31", "2025-07-31", "2025-06-30", "2025-05-31", "2025-04-30", "2025-03-31"):
        answer = service.client.get(f"/api/v1/{asked.format(f'from=2025-01-01&to={end}')}", headers=headers)
        if answer.status_code == 400:
            assert "与以前对外提供过的同类记录的表相减" in answer.json()["detail"]
            continue
        assert answer.status_code == 200, answer.text
        months += csv_numbers(answer.content)
    steps = [first - second for first, second in pairwise([number, *months])]
    assert steps
    assert not {1, 2, 3, 4} & set(steps)
    # The page and the command line know what the interface handed out.
    with service.engine.connect() as connection:
        kept = connection.scalars(
            select(extract_record.c.release).where(extract_record.c.release != "")
        ).all()
    assert len(kept) == 1 + len(months)


def csv_numbers(content: bytes) -> list[int]:
    """Counts of a file of one line, none where it is hidden."""
    (line,) = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    return [int(line["numerator"])] if line["numerator"] else []


def test_a_table_that_left_in_between_is_audited_first(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = "metrics/unqualified_rate?from=2025-01-01&to=2025-09-30&by=stage&protect=1&reason=年报公开"
    real = extract_file.releases

    def late(engine: Engine) -> tuple[str, ...]:
        known = real(engine)
        if not registered(service):
            monkeypatch.setattr(extract_file, "releases", real)
            write(
                service,
                "metrics/unqualified_rate?from=2025-01-01&to=2025-06-30&by=division&protect=1&reason=年报公开",
                tmp_path,
            )
        return known

    monkeypatch.setattr(extract_file, "releases", late)
    with pytest.raises(ExportError, match="刚才另有一张表对外提供"):
        write(service, address, tmp_path / "表.csv")
    assert not (tmp_path / "表.csv").exists()
    assert write(service, address, tmp_path / "表.csv").row_count
