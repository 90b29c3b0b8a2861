"""The package is checked by Frictionless' own library, and every sum in it by the standard library's SHA-256."""

import csv
import hashlib
import io
import json
import tempfile
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import frictionless
import pytest

from lib.data.filters import Filters
from lib.data.scope import Scope
from lib.data.snapshot import Snapshot
from lib.export.csv import ExportError
from lib.export.extract import Extract, pieces
from lib.metrics.releases import Before
from tests.unit.metrics.conftest import make_snapshot, sample_row  # noqa: F401

YEAR = Filters(start=date(2025, 1, 1), end=date(2025, 12, 31))
NAMES = ("数据.csv", "数据字典.csv", "datapackage.json", "说明.txt")
EXTRACTS = (
    Extract(kind="table", name="sample", filters=YEAR, form="package"),
    Extract(kind="metric", name="unqualified_rate", filters=YEAR, by=("division", "month"), form="package"),
    Extract(kind="metric", name="unqualified_rate", filters=YEAR, form="package", protected=True),
    Extract(kind="rows", name="batches_sampled", filters=YEAR, form="package"),
)


@pytest.fixture
def snapshot(make_snapshot: Callable[..., Snapshot]) -> Snapshot:  # noqa: F811
    names = ("=1+1", '"', "两\n行", "𠮷", "0012", "1,2")
    return make_snapshot(
        sample=[
            sample_row(
                food_name=names[number % 6], day=date(2025, 1 + number % 9, 3), is_online=number % 2 == 0
            )
            for number in range(60)
        ]
    )


def unpacked(snapshot: Snapshot, extract: Extract, folder: Path) -> dict[str, bytes]:
    content = b"".join(pieces(snapshot, extract, Scope.everything(), Before(snapshot, ())))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        archive.extractall(folder)
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize("extract", EXTRACTS, ids=lambda one: f"{one.kind}-{one.protected}")
def test_frictionless_finds_no_fault(extract: Extract, snapshot: Snapshot, tmp_path: Path) -> None:
    files = unpacked(snapshot, extract, tmp_path)
    assert set(files) == set(NAMES)
    report = frictionless.Package(str(tmp_path / "datapackage.json")).validate()
    assert report.valid, report.flatten(["title", "message"])
    descriptor = json.loads(files["datapackage.json"])
    lines = list(csv.reader(io.StringIO(files["数据.csv"].decode("utf-8-sig"), newline=""), strict=True))
    assert descriptor["resources"][0]["row_count"] == len(lines) - 1


def test_frictionless_sees_a_changed_cell(snapshot: Snapshot, tmp_path: Path) -> None:
    files = unpacked(snapshot, EXTRACTS[0], tmp_path)
    (tmp_path / "数据.csv").write_bytes(files["数据.csv"].replace(b"2025-01-03", b"2025-01-04", 1))
    assert not frictionless.Package(str(tmp_path / "datapackage.json")).validate().valid


def test_the_note_says_what_it_takes_to_quote_the_data(snapshot: Snapshot, tmp_path: Path) -> None:
    files = unpacked(snapshot, EXTRACTS[1], tmp_path)
    note = files["说明.txt"].decode("utf-8-sig")
    assert "\r\n" in note
    for words in (
        "范围：全部地区；2025年；常规抽样",
        "监督抽检不合格率：监督判定不合格批次÷已出监督结论批次",
        "依据：",
        "数据截至：2025-10-31；数据版本：1",
    ):
        assert words in note
    for name in NAMES[:3]:
        assert f"{hashlib.sha256(files[name]).hexdigest()}  {name}" in note


def test_every_column_is_in_the_dictionary(snapshot: Snapshot, tmp_path: Path) -> None:
    files = unpacked(snapshot, EXTRACTS[0], tmp_path)
    read = [
        list(csv.DictReader(io.StringIO(files[name].decode("utf-8-sig"), newline=""), strict=True))
        for name in ("数据.csv", "数据字典.csv")
    ]
    assert [row["列名"] for row in read[1]] == list(read[0][0])
    assert set(read[1][0]) == {"列名", "中文名", "类型", "单位", "含义", "来源"}


def test_the_verdict_of_the_audit_stands_in_the_note(snapshot: Snapshot, tmp_path: Path) -> None:
    note = unpacked(snapshot, EXTRACTS[2], tmp_path)["说明.txt"].decode("utf-8-sig")
    assert "小数保护：1—4 的计数不提供" in note


def test_nothing_is_left_behind_by_a_failure(
    snapshot: Snapshot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr("lib.metrics.row_source.RowSource.count", lambda _: 61)
    for form in ("package", "xlsx"):
        with pytest.raises(ExportError, match="应有 61 行"):
            b"".join(
                pieces(
                    snapshot,
                    Extract(kind="table", name="sample", filters=YEAR, form=form),  # type: ignore[arg-type]
                    Scope.everything(),
                )
            )
    assert list(tmp_path.iterdir()) == []
