"""Tiny snapshots written straight to a DuckDB file: the metric layer is tested without the loading side."""

import shutil
import tempfile
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest
from duckdb_sqlalchemy import Dialect
from sqlalchemy.schema import CreateTable

from lib.data.publish import snapshot_path
from lib.data.scope import Scope
from lib.data.snapshot import Snapshot, open_snapshot
from lib.data.tables.base import snapshot_metadata

AS_OF = date(2025, 10, 31)
_SCRATCH = tempfile.TemporaryDirectory(prefix="bamai-tests-")
Rows = list[dict[str, Any]]

UNITS: Rows = [
    {"code": "340000", "name": "安徽省", "level": 1, "parent_code": None, "kind": "administrative"},
    {"code": "341200", "name": "阜阳市", "level": 2, "parent_code": "340000", "kind": "administrative"},
    {"code": "341202", "name": "颍州区", "level": 3, "parent_code": "341200", "kind": "administrative"},
    {"code": "341203", "name": "颍东区", "level": 3, "parent_code": "341200", "kind": "administrative"},
    {"code": "340100", "name": "合肥市", "level": 2, "parent_code": "340000", "kind": "administrative"},
    {"code": "340102", "name": "瑶海区", "level": 3, "parent_code": "340100", "kind": "administrative"},
]
CATEGORIES: Rows = [
    {"code": "01", "name": "粮食加工品", "level": 1, "rollup_code": "01"},
    {"code": "24", "name": "糕点", "level": 1, "rollup_code": "24"},
    {"code": "33", "name": "食用农产品", "level": 1, "rollup_code": "33"},
    {"code": "35", "name": "蔬菜", "level": 1, "rollup_code": "33"},
]
GROUPS: Rows = [
    {
        "code": "PEST",
        "name": "农药残留超标",
        "comparable_code": "PEST_VET",
        "comparable_name": "农兽药残留超标",
    },
    {
        "code": "VET",
        "name": "兽药残留超标",
        "comparable_code": "PEST_VET",
        "comparable_name": "农兽药残留超标",
    },
    {"code": "MICRO", "name": "微生物污染", "comparable_code": "MICRO", "comparable_name": "微生物污染"},
]
PLACES = {
    "341202": ("340000", "341200", "341202"),
    "341203": ("340000", "341200", "341203"),
    "340102": ("340000", "340100", "340102"),
    None: (None, None, None),
}


def place_columns(county: str | None, prefix: str = "") -> dict[str, str | None]:
    """Province, city and county columns of one county."""
    names = ("province_code", "city_code", "county_code")
    return dict(zip((prefix + name for name in names), PLACES[county], strict=True))


def period_columns(day: date | None, prefix: str = "") -> dict[str, int | None]:
    """Year, quarter and month columns of one day."""
    if day is None:
        return {f"{prefix}year": None, f"{prefix}quarter": None, f"{prefix}month": None}
    return {
        f"{prefix}year": day.year,
        f"{prefix}quarter": day.year * 10 + (day.month + 2) // 3,
        f"{prefix}month": day.year * 100 + day.month,
    }


_numbers = iter(range(10**9))


def sample_row(
    *,
    county: str | None = "341202",
    made: str | None = "341202",
    day: date | None = date(2025, 3, 5),
    **given: Any,
) -> dict[str, Any]:
    """One qualified routine supervision batch; anything may be given."""
    row: dict[str, Any] = {
        "source": "test",
        "sample_no": f"N{next(_numbers):08d}",
        "sampled_on": day,
        **period_columns(day),
        **place_columns(county),
        **place_columns(made, "made_"),
        "category_code": "01",
        "category_detail_code": "01",
        "stage": "流通",
        "purpose": "监督抽检",
        "tier": "市抽",
        "sampling_kind": "常规",
        "supervision_verdict": "qualified",
        "monitoring_verdict": None,
        "result_state": "concluded",
        "listing": "full",
        "producer_key": "P1",
        "producer_name": "甲食品厂",
        "sampled_unit_key": "U1",
        "sampled_unit_name": "乙超市",
        **given,
    }
    if row["result_state"] != "concluded":
        row["supervision_verdict"] = row["monitoring_verdict"] = None
    return row


def item_row(sample: Mapping[str, Any], item: str, group: str = "PEST", **given: Any) -> dict[str, Any]:
    """A failing item of a sample."""
    comparable = next(one["comparable_code"] for one in GROUPS if one["code"] == group)
    own = {"item_name": item, "verdict": "unqualified", "group_code": group}
    return {**sample, **own, "comparable_group_code": comparable, **given}


def disposal_row(
    sample: Mapping[str, Any], *, received: date, side: str = "流通", **given: Any
) -> dict[str, Any]:
    """A disposal side of a sample, which is unqualified unless something else is given."""
    own = {"side": side, "received_on": received, **period_columns(received, "received_")}
    if sample["supervision_verdict"] == "qualified":
        own["supervision_verdict"] = "unqualified"
    return {**sample, **own, **given}


@cache
def _empty_snapshot() -> Path:
    """A file with every table and no row: copied, as making sixty tables takes longer than most tests."""
    path = Path(_SCRATCH.name) / "empty.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.begin()
        for table in snapshot_metadata.sorted_tables:
            connection.execute(str(CreateTable(table).compile(dialect=Dialect())))
        connection.commit()
    return path


def write_snapshot(folder: Path, tables: Mapping[str, Rows], as_of: date = AS_OF, version: int = 1) -> None:
    """Write a snapshot file with every table of the catalogue; absent tables are empty."""
    info = {"version": version, "as_of": as_of, "created_at": "", "is_synthetic": False, "description": ""}
    content: dict[str, Rows] = {
        "reporting_unit": UNITS,
        "food_category": CATEGORIES,
        "item_group": GROUPS,
        "snapshot_info": [info],
        **tables,
    }
    folder.mkdir(parents=True, exist_ok=True)
    path = snapshot_path(folder, version)
    shutil.copyfile(_empty_snapshot(), path)
    with duckdb.connect(str(path)) as connection:
        connection.begin()
        for table in snapshot_metadata.sorted_tables:
            rows = content.get(table.name, [])
            if not rows:
                continue
            frame = pd.DataFrame(rows, dtype="object")
            frame = frame[[column.name for column in table.columns if column.name in frame]]
            connection.register("incoming", frame)
            connection.execute(f"INSERT INTO {table.name} BY NAME SELECT * FROM incoming")
            connection.unregister("incoming")
        connection.commit()


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """A snapshot without records, for tests that ask for none."""
    folder = tmp_path_factory.mktemp("published")
    write_snapshot(folder, {})
    return open_snapshot(folder, Scope.everything())


@pytest.fixture
def make_snapshot(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Snapshot]:
    """Factory: rows by table name → an open snapshot; `scope` and `as_of` may be given."""

    def make(scope: Scope | None = None, as_of: date = AS_OF, **tables: Rows) -> Snapshot:
        folder = tmp_path_factory.mktemp("published")
        write_snapshot(folder, tables, as_of)
        return open_snapshot(folder, scope or Scope.everything())

    return make
