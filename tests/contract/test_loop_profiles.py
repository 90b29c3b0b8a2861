"""Every profile of the loop loads a row of its own headers, on both engines: once, and once only."""

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from lib.data.loaders.profile_files import load_profile, profile_names
from lib.data.loaders.profiles import ColumnRule
from lib.data.loaders.targets import TABLES, Target, targets
from lib.data.tables import sampling
from lib.data.tables.catalogue import LOOP_TABLES
from tests.postgresql_cluster import PostgreSQLCluster
from tests.records import prepared_engine
from tests.unit.data.loaders.loading import load

LOOP = [
    name
    for name in profile_names()
    if TABLES[load_profile(name).table] in (*LOOP_TABLES, sampling.inspection)
]
#: A cell and what the record should hold, by kind of column.
CELLS: dict[str, tuple[str, Any]] = {
    "date": ("2025年3月4日", date(2025, 3, 4)),
    "moment": ("2025-03-31T16:30:00Z", "2025-04-01T00:30:00+08:00"),
    "quarter": ("2025年第2季度", 20252),
    "integer": ("1,200", 1200),
    "long": ("3,000,000,000", 3_000_000_000),
    "number": ("73000.5", 73000.5),
    "truth": ("是", True),
}
#: Values of the code lists, one each.
LISTED = {
    "diagnosis_area": "原辅料供应链",
    "clinic_role": "专家",
    "rectification_origin": "流动诊所",
    "case_outcome": "立案",
    "case_policy": "从严查处",
    "inspection_kind": "三级联合",
}
FIRM = {"enterprise_name": "示例食品厂", "enterprise_credit_code": "91341200MA2N0LHX06"}


def cell(target: Target, rule: ColumnRule) -> tuple[str, Any]:
    """What to write into a column, and what the record should hold."""
    if target.allowed:
        # The words of the profile, if it has words of its own for the value.
        value = target.allowed[0]
        return next((text for text, meant in rule.map.items() if meant == value), value), value
    if target.code_list:
        return LISTED[target.code_list], LISTED[target.code_list]
    if target.kind in CELLS:
        return CELLS[target.kind]
    text = "A" if target.length == 1 else f"甲{target.name}"[: target.length or 20]
    return text, text


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    url = f"sqlite:///{tmp_path_factory.mktemp('records') / 'records.db'}"
    if request.param == "postgresql":
        cluster: PostgreSQLCluster = request.getfixturevalue("postgresql_cluster")
        url = cluster.new_database()
    made = prepared_engine(url)
    yield made
    made.dispose()


def row_of(name: str) -> tuple[dict[str, str], dict[str, Any]]:
    """Cells by header, and the stored values they should become."""
    profile = load_profile(name)
    known = targets(profile.table)
    cells, expected = {}, {}
    for column, rule in profile.columns.items():
        target, header = known[column], rule.headers[0][0]
        if target.part_of == "record" and column != "division_text":
            cells[header], expected[column] = cell(target, rule)
        elif column == "division_text":
            cells[header], expected["division_code"] = "安徽省阜阳市太和县", "341222"
        elif column in FIRM:
            cells[header] = FIRM[column]
    return cells, expected


@pytest.mark.parametrize("name", LOOP)
def test_a_row_of_every_profile_loads_once(engine: Engine, tmp_path: Path, name: str) -> None:
    cells, expected = row_of(name)
    path = tmp_path / f"{name}.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        csv.writer(stream).writerows([cells.keys(), cells.values()])
    report = load(engine, path, name)
    assert (report.read, report.new, report.rejected) == (1, 1, 0)
    table = TABLES[load_profile(name).table]
    with engine.connect() as connection:
        stored = dict(connection.execute(select(table)).mappings().one())
        firms = connection.execute(select(sampling.enterprise.c.name)).scalars().all()
    assert {column: stored[column] for column in expected} == expected
    if "enterprise_key" in table.c:
        assert (stored["enterprise_key"], set(firms)) == (
            FIRM["enterprise_credit_code"],
            {FIRM["enterprise_name"]},
        )
    # Loading again is the same code on both engines, and half of this test's time.
    if engine.dialect.name == "sqlite":
        assert load(engine, path, name).version is None


def test_all_tables_of_the_loop_were_tried() -> None:
    assert len(LOOP) == len(LOOP_TABLES) + 1
