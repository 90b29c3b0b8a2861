"""Every import profile is valid, and docs/IMPORT.md says what the loader does: keys, target columns, worked example."""

import csv
import re
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel
from sqlalchemy import select

from lib.data.database import REFERENCE_FOLDER
from lib.data.loaders import profiles
from lib.data.loaders.headers import match
from lib.data.loaders.load import load_files
from lib.data.loaders.profile_files import load_profile, profile_names
from lib.data.loaders.targets import TABLES, targets
from lib.data.loaders.values import ALLOWED
from lib.data.tables.sampling import failing_item, sample
from tests.records import prepared_engine

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "IMPORT.md"
PARTS = {"record": "记录", "place": "地点", "firm": "企业", "item": "项目"}
KINDS = {
    **{
        "text": "文字",
        "date": "日期",
        "moment": "时刻",
        "quarter": "季度",
        "integer": "整数",
        "long": "整数",
    },
    **{"number": "数字", "truth": "是否"},
}
FORMATS = {"A": "publication-joined", "B": "samr-workbook", "C": "national-export"}


def document() -> str:
    return DOCUMENT.read_text(encoding="utf-8")


def target_table() -> str:
    """The table of target columns as the documentation shows it."""
    lines = ["| 表 | 目标列 | 含义 | 类型 | 类别 |", "|---|---|---|---|---|"]
    for table in TABLES:
        for target in targets(table).values():
            length = f"，至多 {target.length} 字" if target.length else ""
            kind = f"{KINDS[target.kind]}{length}"
            lines.append(
                f"| {table} | `{target.name}` | {target.meaning} | {kind} | {PARTS[target.part_of]} |"
            )
    return "\n".join(lines)


def test_the_document_lists_the_target_columns() -> None:
    shown = re.search(r"<!-- 目标列：开始 -->\n(.*?)\n?<!-- 目标列：结束 -->", document(), re.DOTALL)
    assert shown is not None
    assert shown[1] == target_table()


@pytest.mark.parametrize(
    "section",
    [
        *(profiles.Profile, profiles.FileRule, profiles.ValueRule, profiles.ColumnRule, profiles.ItemRule),
        *(
            profiles.Continuation,
            profiles.Filter,
            profiles.PlaceRule,
            profiles.CreateUnits,
            profiles.FirmRule,
        ),
        profiles.Range,
    ],
)
def test_the_document_explains_every_key(section: type[BaseModel]) -> None:
    names = [field.alias or name for name, field in section.model_fields.items()]
    unexplained = [name for name in names if f"`{name}`" not in document() and f"[{name}" not in document()]
    assert [name for name in unexplained if f"[[{name}]]" not in document()] == []


def test_the_document_lists_every_allowed_value() -> None:
    missing = {
        name: [value for value in values if value not in document()] for name, values in ALLOWED.items()
    }
    assert {name: values for name, values in missing.items() if values} == {}


def test_the_document_lists_the_values_each_table_allows() -> None:
    lines = {
        f"`{target.name}`（`{table}`） | {'、'.join(target.allowed)} |"
        for table in TABLES
        for target in targets(table).values()
        if target.allowed and table not in ("sample", "disposal")
    }
    assert len(lines) > 5
    assert [line for line in lines if line not in document()] == []


def test_every_table_of_the_loop_has_a_profile() -> None:
    tables = {load_profile(name).table for name in profile_names()}
    assert tables == set(TABLES)


def test_every_code_list_that_columns_name_has_values() -> None:
    with (REFERENCE_FOLDER / "code_values.csv").open(encoding="utf-8", newline="") as stream:
        dimensions = {row["dimension"] for row in csv.DictReader(stream)}
    named = {target.code_list for table in TABLES for target in targets(table).values() if target.code_list}
    assert len(named) == 6
    assert named <= dimensions


def test_the_document_lists_every_profile() -> None:
    assert [name for name in profile_names() if f"`{name}`" not in document()] == []


@pytest.mark.parametrize("name", profile_names())
def test_every_profile_is_valid_and_named_after_its_file(name: str) -> None:
    assert load_profile(name).name == name


@pytest.mark.parametrize(("letter", "name"), FORMATS.items())
def test_profiles_read_the_header_rows_of_real_formats(shared_folder: Path, letter: str, name: str) -> None:
    with (shared_folder / "domain" / "import_columns.csv").open(encoding="utf-8-sig", newline="") as stream:
        header = [row["header_zh"] for row in csv.DictReader(stream) if row["format"].startswith(letter)]
    assert {"A": 18, "B": 19, "C": 86}[letter] == len(header)
    assert match(header, load_profile(name)).missing == ()


def fenced(marker: str) -> str:
    found = re.search(rf"<!-- 例子：{marker} -->\n```\w+\n(.*?)```", document(), re.DOTALL)
    assert found is not None
    return found[1]


def test_the_worked_example_of_the_document_loads(tmp_path: Path) -> None:
    (tmp_path / "inspections.csv").write_text(fenced("文件"), encoding="utf-8")
    (tmp_path / "nyc.toml").write_text(fenced("方案"), encoding="utf-8")
    engine = prepared_engine(f"sqlite:///{tmp_path / 'records.db'}")
    report = load_files(
        engine,
        [tmp_path / "inspections.csv"],
        tmp_path / "nyc.toml",
        actor="测试岗",
        today=date(2025, 1, 1),
        now=datetime(2025, 1, 1, tzinfo=UTC),
    )
    assert (report.read, report.new, report.as_of) == (4, 3, date(2024, 4, 2))
    with engine.connect() as connection:
        rows: list[Any] = list(connection.execute(select(sample).order_by(sample.c.sample_no)))
        items = list(
            connection.execute(select(failing_item.c.item_name).order_by(failing_item.c.item_name)).scalars()
        )
    engine.dispose()
    assert Counter(row.supervision_verdict for row in rows) == {"qualified": 2, "unqualified": 1}
    assert [row.division_code for row in rows] == ["NYC-Queens", "NYC-Bronx", None]
    assert items == ["04L", "08A"]
