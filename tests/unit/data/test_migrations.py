"""A database of the first release keeps its rows when it is brought to the newest schema, on both engines."""

from datetime import date, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, MetaData, Table, column, func, insert, inspect, select, table, update
from sqlalchemy.exc import IntegrityError

from lib.data.database import exclusive_transaction, is_older, load_reference, record_engine, upgrade
from lib.data.publish import publish
from lib.data.scope import Scope
from lib.data.snapshot import open_snapshot
from lib.data.tables import sampling, snapshot
from lib.data.tables.clinic import clinic_visit
from lib.data.tables.loads import data_version

MIGRATIONS = Path(__file__).resolve().parents[3] / "lib" / "data" / "migrations"
INSPECTION = {
    "source": "test",
    "inspection_no": "J1",
    "campaign_code": "C1",
    "enterprise_key": "E1",
    "division_code": "341202",
    "inspected_on": date(2021, 8, 4),
    "team": "第一组",
    "outcome": "涉嫌违法",
    "version_from": 1,
}


@pytest.fixture
def first_release(record_url: str) -> Engine:
    """A database at revision 0001 with one data version and a few records."""
    engine = record_engine(record_url)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.commit()
    with exclusive_transaction(engine) as connection:
        load_reference(connection)
        version = {column.name: 0 for column in data_version.columns}
        words = {"kind": "load", "profile": "test", "file_names": "a", "file_digest": "0", "actor": "tester"}
        days = {"created_at": datetime.fromisoformat("2025-11-01T00:00:00"), "as_of": date(2025, 10, 31)}
        connection.execute(insert(data_version).values({**version, **words, **days, "version": 1}))
        old = Table("inspection", MetaData(), autoload_with=connection)
        assert "levels" not in old.c
        connection.execute(insert(old), [INSPECTION, {**INSPECTION, "inspection_no": "J2", "team": None}])
    return engine


def test_what_an_older_program_made_is_told_from_nothing_and_from_newer(
    first_release: Engine, tmp_path: Path
) -> None:
    with first_release.connect() as connection:
        assert is_older(connection)
    upgrade(first_release)
    with first_release.begin() as connection:
        assert not is_older(connection)
        connection.execute(update(table("alembic_version", column("version_num"))).values(version_num="9999"))
        assert not is_older(connection)
    with record_engine(f"sqlite:///{tmp_path / 'nothing.db'}").connect() as connection:
        assert not is_older(connection)


def test_rows_survive_the_upgrade(first_release: Engine) -> None:
    upgrade(first_release)
    table = sampling.inspection
    with first_release.connect() as connection:
        rows = [
            dict(row) for row in connection.execute(select(table).order_by(table.c.inspection_no)).mappings()
        ]
    assert [row["inspection_no"] for row in rows] == ["J1", "J2"]
    assert {name: rows[0][name] for name in INSPECTION} == INSPECTION
    assert {rows[0][name] for name in ("levels", "kind", "problems", "is_covert")} == {None}


def test_one_current_record_per_key_still_holds(first_release: Engine) -> None:
    upgrade(first_release)
    with pytest.raises(IntegrityError), exclusive_transaction(first_release) as connection:
        connection.execute(insert(sampling.inspection), [{**INSPECTION, "version_from": 1, "team": "另一组"}])
    names = {index["name"] for index in inspect(first_release).get_indexes("inspection")}
    assert "uq_inspection_current" in names


def test_an_office_may_be_inspected_afterwards(first_release: Engine) -> None:
    upgrade(first_release)
    office = {**INSPECTION, "inspection_no": "J3", "enterprise_key": None, "office_name": "某食安办"}
    with exclusive_transaction(first_release) as connection:
        connection.execute(insert(sampling.inspection), [office])


def test_an_upgraded_database_publishes(first_release: Engine, tmp_path: Path) -> None:
    upgrade(first_release)
    publish(first_release, tmp_path / "published", keep=2)
    opened = open_snapshot(tmp_path / "published", Scope.everything())
    counted = [
        opened.fetch(select(func.count().label("n")).select_from(table)).to_pylist()[0]["n"]
        for table in (snapshot.inspection, snapshot.snapshot_loop.clinic_visit)
    ]
    assert counted == [2, 0]


def test_upgrading_twice_changes_nothing(first_release: Engine) -> None:
    upgrade(first_release)
    upgrade(first_release)
    with first_release.connect() as connection:
        assert connection.execute(select(func.count()).select_from(clinic_visit)).scalar() == 0
