"""Real data end to end: Chicago's inspections, loaded by profile, give the reference counts exactly."""

import csv
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from lib.data.filters import Filters
from lib.data.loaders.load import load_files
from lib.data.scope import Scope
from lib.data.snapshot import open_snapshot
from lib.metrics.compute import compute
from lib.metrics.registry import get_metric
from tests.records import prepared_engine

Counts = dict[str, tuple[int, int]]
WHOLE = Filters(start=date(2011, 1, 1), end=date(2014, 12, 31))


@pytest.fixture(scope="module")
def published(shared_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("chicago")
    engine = prepared_engine(f"sqlite:///{folder / 'records.db'}")
    report = load_files(
        engine,
        [shared_folder / "data" / "chicago" / "chicago_inspections_joined.csv.gz"],
        "chicago",
        actor="测试岗",
        today=date(2025, 1, 1),
        now=datetime(2025, 1, 1, tzinfo=UTC),
        snapshots_folder=folder / "published",
    )
    assert (report.read, report.new, report.rejected) == (27_600, 27_600, 0)
    yield folder / "published"
    engine.dispose()


def reference(shared_folder: Path, name: str, key: str) -> Counts:
    with (shared_folder / "data" / "chicago" / f"ref_fail_by_{name}.csv").open(
        encoding="utf-8", newline=""
    ) as stream:
        return {row[key]: (int(row["bad"]), int(row["n"])) for row in csv.DictReader(stream)}


def counted(folder: Path, dimension: str) -> Counts:
    snapshot = open_snapshot(folder, Scope.everything())
    frame = compute(
        snapshot, get_metric("unqualified_rate"), WHOLE, Scope.everything(), by=(dimension,)
    ).frame
    keys = frame[dimension].astype(object).where(frame[dimension].notna(), "")
    return {
        str(key): (int(bad), int(all_))
        for key, bad, all_ in zip(keys, frame["numerator"], frame["denominator"], strict=True)
    }


def test_by_month(published: Path, shared_folder: Path) -> None:
    expected = reference(shared_folder, "month", "ym")
    assert counted(published, "month") == {month.replace("-", ""): pair for month, pair in expected.items()}
    assert expected["2012-12"] == (69, 463)


def test_by_ward_with_the_unknown_ward_apart(published: Path, shared_folder: Path) -> None:
    expected = reference(shared_folder, "ward", "WARD")
    codes = {"" if ward == "(null)" else f"CHI-{ward}": pair for ward, pair in expected.items()}
    assert counted(published, "division") == codes
    assert expected["(null)"] == (573, 2_914)


def test_by_facility_with_labels_as_they_are(published: Path, shared_folder: Path) -> None:
    expected = reference(shared_folder, "facility", "fac")
    labels = {"" if label == "(blank)" else label: pair for label, pair in expected.items()}
    assert len(labels) == 202
    assert counted(published, "place") == labels
