"""The record database on both engines: schema, reference tables, one writer, bulk loads."""

import csv
from datetime import date
from pathlib import Path
from typing import Any, ClassVar

import chinese_calendar
import pyarrow as pa
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, func, select
from sqlalchemy.exc import IntegrityError

from lib.data import database
from lib.data.bulk import UnknownCode, bulk_insert, read_batches
from lib.data.database import REFERENCE_FILES, DatabaseBusy, exclusive_transaction, load_reference
from lib.data.tables import reference, sampling
from lib.data.tables.base import records_metadata
from lib.data.versions import RealRecords, holds_records, latest_version, remove_demo_records
from tests.records import url_of
from tests.unit.data.conftest import PutVersion, as_batch


class TestSchema:
    """Migrations and table declarations say the same."""

    def test_migrations_build_the_declared_tables(self, engine: Engine) -> None:
        with engine.connect() as connection:
            differences = compare_metadata(MigrationContext.configure(connection), records_metadata)
        assert differences == []

    def test_every_column_of_the_sampling_tables_has_a_chinese_meaning(self) -> None:
        nameless = [
            str(column)
            for table in sampling.NATURAL_KEYS
            for column in table.columns
            if not column.comment or column.comment.isascii()
        ]
        assert nameless == []


class TestReference:
    """Code lists come from data/reference and can be loaded again."""

    def test_rows_of_every_file_are_there_once(self, engine: Engine) -> None:
        with exclusive_transaction(engine) as connection:
            assert load_reference(connection) == 0
            for table, name in REFERENCE_FILES.items():
                with (database.REFERENCE_FOLDER / name).open(encoding="utf-8", newline="") as stream:
                    expected = sum(1 for _ in csv.DictReader(stream))
                assert connection.execute(select(func.count()).select_from(table)).scalar() == expected, name

    def test_every_row_carries_its_source(self, engine: Engine) -> None:
        with engine.connect() as connection:
            for table in REFERENCE_FILES:
                sources = connection.execute(select(table.c.source)).scalars().all()
                assert all(source and source.strip() for source in sources), table.name

    def test_workdays_agree_with_the_published_holidays(self, engine: Engine) -> None:
        with engine.connect() as connection:
            days = connection.execute(select(reference.workday.c.day, reference.workday.c.is_workday)).all()
        assert {day: flag for day, flag in days} == {day: chinese_calendar.is_workday(day) for day, _ in days}

    def test_fuyang_has_ten_reporting_units_with_the_development_zones(self, engine: Engine) -> None:
        unit = reference.reporting_unit
        with engine.connect() as connection:
            rows = connection.execute(
                select(unit.c.name, unit.c.kind).where(unit.c.parent_code == "341200")
            ).all()
        assert len(rows) == 10
        assert {name for name, kind in rows if kind == "development_zone"} == {
            "阜阳合肥现代产业园区",
            "阜阳经济技术开发区",
        }


class TestExclusiveTransaction:
    """All or nothing, one at a time."""

    def test_an_exception_leaves_nothing_behind(self, engine: Engine, put_version: PutVersion) -> None:
        put_version({sampling.enterprise: [{"enterprise_key": "a", "name": "甲"}]}, date(2025, 1, 31))
        strangers = [
            {"enterprise_key": "b", "name": "乙"},
            {"enterprise_key": "c", "division_code": "absent"},
        ]
        batches = [as_batch(sampling.enterprise, [{"name": "丙", **row}], 1) for row in strangers]
        with pytest.raises(UnknownCode), exclusive_transaction(engine) as connection:
            bulk_insert(connection, sampling.enterprise, batches)
        with engine.connect() as connection:
            assert connection.execute(select(sampling.enterprise.c.enterprise_key)).scalars().all() == ["a"]

    def test_a_second_writer_is_refused_when_the_first_does_not_end(
        self, engine: Engine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(database, "QUEUE_SECONDS", 1)
        other = database.record_engine(url_of(engine), queue_seconds=1)
        with (
            exclusive_transaction(engine),
            pytest.raises(DatabaseBusy, match="另一次载入正在进行"),
            exclusive_transaction(other),
        ):
            pass


class TestBulk:
    """Rows come back as they went in, on both engines."""

    ROWS: ClassVar[list[dict[str, Any]]] = [
        {
            "sample_no": "DC0001",
            "sampled_on": date(2025, 2, 28),
            "division_code": "341202",
            "food_name": '糕点 "甲", =1+1\n第二行',
            "is_online": True,
            "tested_items": 7,
        },
        {
            "sample_no": "DC0002",
            "sampled_on": None,
            "division_code": None,
            "food_name": None,
            "is_online": False,
        },
    ]

    def test_round_trip(self, engine: Engine, put_version: PutVersion) -> None:
        put_version({sampling.sample: self.ROWS}, date(2025, 3, 1))
        columns = [sampling.sample.c[name] for name in (*self.ROWS[0],)]
        with engine.connect() as connection:
            query = select(*columns).order_by(sampling.sample.c.sample_no)
            table = pa.Table.from_batches(list(read_batches(connection, query, columns)))
        assert table.to_pylist() == [{**dict.fromkeys(self.ROWS[0]), **row} for row in self.ROWS]

    def test_an_unknown_code_is_refused_by_name(self, put_version: PutVersion) -> None:
        with pytest.raises(UnknownCode, match=r"division_code.*999999"):
            put_version({sampling.sample: [{"sample_no": "X", "division_code": "999999"}]}, date(2025, 3, 1))

    def test_a_value_outside_the_list_is_refused(self, put_version: PutVersion) -> None:
        with pytest.raises(UnknownCode, match=r"stage.*路边"):
            put_version({sampling.sample: [{"sample_no": "X", "stage": "路边"}]}, date(2025, 3, 1))

    def test_one_current_record_per_key(self, put_version: PutVersion) -> None:
        put_version({sampling.sample: [{"sample_no": "X"}]}, date(2025, 3, 1))
        with pytest.raises(Exception, match=r"(?i)unique|duplicate") as caught:
            put_version({sampling.sample: [{"sample_no": "X"}]}, date(2025, 3, 2))
        assert not isinstance(caught.value, AssertionError)

    def test_foreign_keys_bite_outside_bulk_loads(self, engine: Engine) -> None:
        unit = reference.reporting_unit
        orphan = unit.insert().values(
            code="1", name="无", level=3, parent_code="absent", kind="x", source="x"
        )
        with pytest.raises(IntegrityError), engine.begin() as connection:
            connection.execute(orphan)


class TestVersions:
    """Numbers go up by one; real history is never deleted."""

    def test_numbers_follow_each_other(self, engine: Engine, put_version: PutVersion) -> None:
        assert [put_version({}, date(2025, 1, 1)), put_version({}, date(2025, 1, 2))] == [1, 2]
        with engine.connect() as connection:
            assert latest_version(connection) == 2
            assert holds_records(connection)

    def test_demo_data_never_replace_loaded_data(self, engine: Engine, put_version: PutVersion) -> None:
        put_version({}, date(2025, 1, 1))
        with (
            exclusive_transaction(engine) as connection,
            pytest.raises(RealRecords, match="不能用演示数据替换"),
        ):
            remove_demo_records(connection)


def test_reference_folder_is_in_the_project() -> None:
    assert Path(database.REFERENCE_FOLDER).is_dir()
