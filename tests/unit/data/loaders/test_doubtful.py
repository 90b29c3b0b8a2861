"""What is doubtful and refuses nothing is said: a lone late day, conclusions against items, items named twice."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine

from lib.data.loaders.errors import LoadRefused
from lib.data.tables.sampling import failing_item, sample
from tests.unit.data.loaders.loading import SMALL_HEADER, SMALL_PROFILE, TODAY, current, load
from tests.unit.data.loaders.test_versions import CELL_PROFILE, ITEM_HEADER, ITEM_PROFILE

Write = Callable[..., Path]
USUAL = [(f"A{day}", f"2024-09-{day:02d}", "合格") for day in range(1, 11)]


@pytest.mark.parametrize(
    ("typed", "as_of", "said"),
    [
        (
            "2025-09-20",
            date(2024, 9, 10),
            "a.csv第 12 行的日期 2025-09-20 比其余各行最晚的 2024-09-10 晚 375 天",
        ),
        ("2024-10-11", date(2024, 10, 11), None),
        ("2024-10-12", date(2024, 9, 10), "a.csv第 12 行的日期 2024-10-12"),
        ("2026-09-20", date(2024, 9, 10), f"有晚于今天（{TODAY}）的日期，例如 a.csv第 12 行的 2026-09-20"),
    ],
)
def test_a_lone_late_day_does_not_move_the_as_of_day_unnoticed(
    sqlite_engine: Engine, write_csv: Write, small_profile: Path, typed: str, as_of: date, said: str | None
) -> None:
    path = write_csv([SMALL_HEADER, *USUAL, ("B1", typed, "合格")])
    report = load(sqlite_engine, path, small_profile)
    assert report.as_of == as_of
    assert [note for note in report.notes if said and said in note] == [
        note for note in report.notes if "第 12 行" in note
    ]
    assert bool(said) == any("第 12 行" in note for note in report.notes)
    assert len(current(sqlite_engine, sample)) == 11, "the row itself is loaded"


def test_several_rows_of_a_new_month_move_it(
    sqlite_engine: Engine, write_csv: Write, small_profile: Path
) -> None:
    later = [("B1", "2025-03-01", "合格"), ("B2", "2025-03-01", "合格")]
    assert load(sqlite_engine, write_csv([SMALL_HEADER, *USUAL, *later]), small_profile).as_of == date(
        2025, 3, 1
    )
    path = write_csv([SMALL_HEADER, *USUAL, ("B3", "2025-03-20", "合格")], "b.csv")
    assert load(sqlite_engine, path, small_profile).as_of == date(2025, 3, 20), (
        "records already reach close to it"
    )


def test_a_report_day_typed_a_year_late_is_named(
    sqlite_engine: Engine, write_csv: Write, tmp_path: Path
) -> None:
    profile = tmp_path / "p.toml"
    profile.write_text(SMALL_PROFILE + '[columns.reported_on]\nfrom = "报告日期"\n', encoding="utf-8")
    rows = [(*row, "2024-09-2" + row[1][-1]) for row in USUAL]
    rows[4] = (*USUAL[4], "2025-09-25")
    report = load(sqlite_engine, write_csv([(*SMALL_HEADER, "报告日期"), *rows]), profile)
    assert report.as_of == date(2024, 9, 29)
    assert any("第 6 行的日期 2025-09-25" in note for note in report.notes)
    again = load(sqlite_engine, tmp_path / "a.csv", profile, as_of=date(2025, 9, 25), dry_run=True)
    assert again.as_of == date(2025, 9, 25)


CONTRADICTING = [
    ("A1", "2025-01-02", "合格", "苹果", "铅", "不合格项", "0.5"),
    ("A1", "2025-01-02", "合格", "苹果", "镉", "合格项", "0.1"),
    ("A2", "2025-01-02", "不合格", "梨", "铅", "合格项", "0.0"),
    ("A3", "2025-01-02", "不合格", "桃", "铅", "不合格项", "0.9"),
    ("A4", "2025-01-02", "合格", "桃", "铅", "合格项", "0.0"),
    ("A5", "2025-01-02", "", "桃", "铅", "不合格项", "0.7"),
]


def test_conclusions_that_contradict_their_items_are_counted(
    sqlite_engine: Engine, write_csv: Write, tmp_path: Path
) -> None:
    profile = tmp_path / "p.toml"
    profile.write_text(ITEM_PROFILE, encoding="utf-8")
    report = load(sqlite_engine, write_csv([ITEM_HEADER, *CONTRADICTING]), profile)
    said = [note for note in report.notes if "样品结论" in note]
    assert len(said) == 2
    assert said[0].startswith("1 个样品结论为合格，却有不合格项（A1）")
    assert said[1].startswith("1 个样品结论为不合格，却没有不合格项（A2）")
    assert report.new == 5


def test_a_profile_can_reject_them(sqlite_engine: Engine, write_csv: Write, tmp_path: Path) -> None:
    profile = tmp_path / "p.toml"
    profile.write_text('on_contradiction = "reject"\n' + ITEM_PROFILE, encoding="utf-8")
    path = write_csv([ITEM_HEADER, *CONTRADICTING])
    with pytest.raises(LoadRefused) as caught:
        load(sqlite_engine, path, profile)
    assert [(reject.row, reject.value) for reject in caught.value.rejects] == [(2, "A1"), (4, "A2")]
    load(sqlite_engine, path, profile, accept_partial=True)
    assert [row["sample_no"] for row in current(sqlite_engine, sample)] == ["A3", "A4", "A5"]
    assert {row["sample_no"] for row in current(sqlite_engine, failing_item)} == {"A3", "A5"}


def test_a_sample_cleared_by_reinspection_contradicts_nothing(
    sqlite_engine: Engine, write_csv: Write, tmp_path: Path
) -> None:
    profile = tmp_path / "p.toml"
    profile.write_text(ITEM_PROFILE + '[columns.objection_status]\nfrom = "异议"\n', encoding="utf-8")
    rows = [(*CONTRADICTING[0], "复检合格"), (*CONTRADICTING[4], "")]
    report = load(sqlite_engine, write_csv([(*ITEM_HEADER, "异议"), *rows]), profile)
    assert [note for note in report.notes if "样品结论" in note] == []


@pytest.mark.parametrize(("choice", "kept"), [("first", "合格"), ("last", "合格")])
def test_of_rows_a_b_a_the_first_and_the_last_are_the_same(
    sqlite_engine: Engine, write_csv: Write, tmp_path: Path, choice: str, kept: str
) -> None:
    profile = tmp_path / "p.toml"
    profile.write_text(f'on_conflict = "{choice}"\n' + SMALL_PROFILE, encoding="utf-8")
    rows = [("A1", "2025-01-02", conclusion) for conclusion in ("合格", "不合格", "合格")]
    load(sqlite_engine, write_csv([SMALL_HEADER, *rows]), profile)
    assert current(sqlite_engine, sample)[0]["conclusion"] == f"纯抽检{kept}样品"


def test_an_item_named_twice_in_one_cell_keeps_both_values(
    sqlite_engine: Engine, write_csv: Write, small_profile: Path, tmp_path: Path
) -> None:
    profile = tmp_path / "cells.toml"
    profile.write_text(small_profile.read_text(encoding="utf-8") + CELL_PROFILE, encoding="utf-8")
    row = ("A1", "2025-01-02", "不合格", "铅|0.7；镉|2；铅|0.5")
    load(sqlite_engine, write_csv([(*SMALL_HEADER, "不合格项目"), row]), profile)
    found = {item["item_name"]: item["measured_value"] for item in current(sqlite_engine, failing_item)}
    assert found == {"铅": "0.5；0.7", "镉": "2"}
