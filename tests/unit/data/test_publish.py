"""Publishing and reading snapshots: vintages, due dates, scope below the query layer, failed publishes."""

import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest
from sqlalchemy import Engine, MetaData, Table, func, inspect, select

from lib.access.accounts import create_account
from lib.access.agendas import create_agenda, delete_agenda
from lib.data import snapshot_builder
from lib.data.publish import (
    ForeignSnapshot,
    NothingToPublish,
    is_unpublished,
    publish,
    published_versions,
    remove_leftovers,
    snapshot_path,
)
from lib.data.scope import Scope
from lib.data.snapshot import (
    OutsideScope,
    Snapshot,
    SnapshotMissing,
    SnapshotOutdated,
    newest_version,
    open_snapshot,
)
from lib.data.tables import sampling
from lib.data.tables import snapshot as published
from tests.records import prepared_engine
from tests.unit.data.conftest import PutVersion, Records, write_version

SAMPLES = [
    {
        "sample_no": "A1",
        "sampled_on": date(2025, 3, 31),
        "division_code": "341202",
        "producer_division_code": "440000",
        "category_code": "33b",
        "supervision_verdict": "unqualified",
    },
    {"sample_no": "A2", "sampled_on": date(2025, 4, 1), "division_code": "341225", "category_code": "24"},
    {"sample_no": "A3", "sampled_on": None, "division_code": None, "result_state": "pending"},
]


def base_records() -> Records:
    """Three samples, two failing items of one of them, one disposal side received before a long holiday."""
    return {
        sampling.sample: SAMPLES,
        sampling.failing_item: [
            {
                "source": "test",
                "sample_no": "A1",
                "item_name": "毒死蜱",
                "verdict": "unqualified",
                "group_code": "PEST",
            },
            {
                "source": "test",
                "sample_no": "A1",
                "item_name": "镉",
                "verdict": "problem",
                "group_code": "METAL",
            },
        ],
        sampling.disposal: [
            {
                "source": "test",
                "sample_no": "A1",
                "side": "流通",
                "authority_code": "341202",
                "received_on": date(2025, 9, 29),
                "paused_days": 10,
            },
            {"source": "test", "sample_no": "ZZ", "side": "生产", "authority_code": "341225"},
        ],
        sampling.sampling_duty: [
            {
                "enterprise_key": "P1",
                "start_on": date(2025, 3, 24),
                "end_on": date(2025, 4, 6),
                "frequency": "weekly",
            }
        ],
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "published"


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def shared_publication(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of one published version of ``base_records``, once per engine: publishing is the slow part."""
    place = tmp_path_factory.mktemp("publication")
    url = f"sqlite:///{place / 'records.db'}"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgresql_cluster").new_database()
    engine = prepared_engine(url)
    write_version(engine, base_records(), date(2025, 10, 31))
    publish(engine, place / "published", keep=3)
    return place / "published"


@pytest.fixture
def snapshot(shared_publication: Path) -> Snapshot:
    return open_snapshot(shared_publication, Scope.everything())


def rows(snapshot: Snapshot, table: Table, *names: str) -> list[tuple[object, ...]]:
    columns = [table.c[name] for name in names]
    found = snapshot.fetch(select(*columns).order_by(table.c[names[0]])).to_pylist()
    return [tuple(row[name] for name in names) for row in found]


class TestContent:
    """What a snapshot adds to the records."""

    def test_period_and_places(self, snapshot: Snapshot) -> None:
        names = ("sample_no", "year", "quarter", "month", "city_code", "county_code", "made_province_code")
        assert rows(snapshot, published.sample, *names) == [
            ("A1", 2025, 20251, 202503, "341200", "341202", "440000"),
            ("A2", 2025, 20252, 202504, "341200", "341225", None),
            ("A3", None, None, None, None, None, None),
        ]

    def test_the_seven_classes_of_2025_roll_up_and_stay_visible(self, snapshot: Snapshot) -> None:
        names = ("sample_no", "category_code", "category_detail_code", "failing_items")
        assert rows(snapshot, published.sample, *names)[:2] == [("A1", "33", "33b", 1), ("A2", "24", "24", 0)]

    def test_failing_items_carry_their_sample_and_the_comparable_group(self, snapshot: Snapshot) -> None:
        names = ("item_name", "group_code", "comparable_group_code", "county_code", "month")
        assert rows(snapshot, published.failing_item, *names) == [
            ("毒死蜱", "PEST", "PEST_VET", "341202", 202503),
            ("镉", "METAL", "METAL", "341202", 202503),
        ]

    def test_due_dates_skip_the_national_holiday_and_count_the_made_up_workday(
        self, snapshot: Snapshot
    ) -> None:
        # Workdays after Monday 2025-09-29: 30 Sep, 9 Oct, 10 Oct, Saturday 11 Oct (made up), 13 Oct.
        names = ("sample_no", "start_due_on", "finish_due_on", "city_code")
        assert rows(snapshot, published.disposal, *names) == [
            ("A1", date(2025, 10, 13), date(2026, 1, 7), "341200"),
            ("ZZ", None, None, "341200"),
        ]

    def test_weeks_due_are_those_the_duty_touches(self, snapshot: Snapshot) -> None:
        assert rows(snapshot, published.sampling_week, "week_start_on", "batches") == [
            (date(2025, 3, 24), 0),
            (date(2025, 3, 31), 0),
        ]

    def test_population_is_that_of_the_counties(self, snapshot: Snapshot) -> None:
        total = snapshot.fetch(select(func.sum(published.population.c.persons))).column(0)[0].as_py()
        # 阜阳日报 2019-02-22: 8.207 million residents at the end of 2018, the sum of the eight counties; the table
        # also holds a township figure, which must not be added.
        assert total == 8_207_000

    def test_it_says_what_it_is(self, snapshot: Snapshot) -> None:
        assert (snapshot.version, snapshot.as_of, snapshot.is_synthetic) == (1, date(2025, 10, 31), False)


class TestVintage:
    """A figure can be recomputed as it stood."""

    def test_an_older_version_reads_as_it_stood(
        self, engine: Engine, put_version: PutVersion, folder: Path
    ) -> None:
        put_version({sampling.sample: SAMPLES[:1]}, date(2025, 5, 1))
        put_version({sampling.sample: SAMPLES[1:]}, date(2025, 6, 1))
        publish(engine, folder, keep=3)
        publish(engine, folder, keep=3, version=1)
        count = select(func.count().label("n")).select_from(published.sample)
        found = [
            open_snapshot(folder, Scope.everything(), v).fetch(count).to_pylist()[0]["n"] for v in (1, 2)
        ]
        assert found == [1, 3]

    def test_only_the_last_versions_are_kept(
        self, engine: Engine, put_version: PutVersion, folder: Path
    ) -> None:
        for day in (1, 2, 3):
            put_version({}, date(2025, 1, day))
            publish(engine, folder, keep=2)
        assert published_versions(folder) == [2, 3]

    def test_a_version_that_a_meeting_is_held_on_stays_until_its_agenda_is_deleted(
        self, engine: Engine, put_version: PutVersion, folder: Path
    ) -> None:
        moment = datetime(2025, 11, 1, tzinfo=UTC)
        put_version({}, date(2025, 1, 1))
        publish(engine, folder, keep=1)
        create_account(
            engine,
            "presenter",
            "correct horse 电池",
            role="presenter",
            display_name="调度会主持",
            districts=Scope.everything(),
            now=moment,
        )
        held = create_agenda(engine, "presenter", "调度会", data_version=1, now=moment)
        for day in (2, 3):
            put_version({}, date(2025, 1, day))
            publish(engine, folder, keep=1)
        assert published_versions(folder) == [1, 3]
        delete_agenda(engine, "presenter", held.agenda_no, moment)
        publish(engine, folder, keep=1)
        assert published_versions(folder) == [3]

    def test_a_snapshot_of_other_records_is_not_taken_for_ours(
        self, engine: Engine, put_version: PutVersion, folder: Path
    ) -> None:
        put_version({}, date(2025, 1, 1))
        path = publish(engine, folder, keep=2)
        with duckdb.connect(str(path)) as stranger:
            stranger.execute("UPDATE snapshot_info SET created_at = '2001-01-01T00:00:00'")
        with pytest.raises(ForeignSnapshot, match="不是由这个记录库发布的"):
            publish(engine, folder, keep=2)

    def test_nothing_loaded_nothing_published(self, engine: Engine, folder: Path) -> None:
        with pytest.raises(NothingToPublish, match=r"manage\.py load"):
            publish(engine, folder, keep=2)


class TestFailure:
    """A publish that fails or is killed leaves the previous version in use."""

    def test_a_failed_publish_leaves_no_file(
        self, engine: Engine, put_version: PutVersion, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        put_version(base_records(), date(2025, 1, 1))
        publish(engine, folder, keep=2)
        put_version({}, date(2025, 1, 2))
        monkeypatch.setattr(snapshot_builder, "START_LIMIT", "absent")
        with pytest.raises(KeyError):
            publish(engine, folder, keep=2)
        assert [path.name for path in folder.iterdir()] == ["v000001.duckdb"]

    def test_a_snapshot_of_an_older_program_is_said_and_made_anew(
        self, engine: Engine, put_version: PutVersion, folder: Path
    ) -> None:
        put_version(base_records(), date(2025, 1, 1))
        path = publish(engine, folder, keep=2)
        current = path.read_bytes()
        for change in (
            "DROP TABLE rectification_round",
            "ALTER TABLE inspection DROP COLUMN levels",
            "ALTER TABLE binding DROP COLUMN left_on",
        ):
            path.write_bytes(current)
            with duckdb.connect(str(path)) as older:
                older.execute(change)
            with pytest.raises(SnapshotOutdated, match=r"旧版程序发布.*manage\.py publish"):
                open_snapshot(folder, Scope.everything())
            assert is_unpublished(engine, folder), change
        publish(engine, folder, keep=2)
        assert rows(open_snapshot(folder, Scope.everything()), published.sample, "sample_no")
        assert not is_unpublished(engine, folder)

    def test_what_a_killed_publisher_left_is_removed(self, folder: Path) -> None:
        folder.mkdir()
        finished = subprocess.Popen([sys.executable, "-c", ""])
        finished.wait()
        (folder / f"v000001.duckdb.partial-{finished.pid}").write_bytes(b"half")
        (folder / f"v000001.duckdb.partial-{finished.pid}.tmp").mkdir()
        remove_leftovers(folder)
        assert list(folder.iterdir()) == []


class TestScope:
    """Rows of other districts cannot be reached, whatever the statement asks."""

    def test_a_county_sees_what_was_found_or_made_there(self, shared_publication: Path) -> None:
        limited = open_snapshot(shared_publication, Scope.of("341225"))
        assert rows(limited, published.sample, "sample_no") == [("A2",)]
        assert rows(limited, published.failing_item, "item_name") == []
        made = open_snapshot(shared_publication, Scope.of("440000"))
        assert rows(made, published.sample, "sample_no") == [("A1",)]

    def test_an_empty_scope_sees_nothing(self, shared_publication: Path) -> None:
        assert rows(open_snapshot(shared_publication, Scope.of()), published.sample, "sample_no") == []

    @pytest.mark.parametrize(
        "attack",
        [
            "COPY sample TO 'stolen.csv'",
            "ATTACH 'other.duckdb'",
            "SELECT * FROM read_csv('/etc/passwd')",
            "SET enable_external_access=true",
            "DELETE FROM snap.sample",
        ],
    )
    def test_the_instance_of_a_scope_is_locked(self, shared_publication: Path, attack: str) -> None:
        limited = open_snapshot(shared_publication, Scope.of("341225"))
        with pytest.raises(duckdb.Error):
            limited.connection.cursor().execute(attack)

    def test_a_statement_cannot_go_round_the_views(self, shared_publication: Path) -> None:
        behind = published.sample.to_metadata(MetaData(), schema="snap")
        with pytest.raises(OutsideScope):
            open_snapshot(shared_publication, Scope.of("341225")).fetch(select(behind.c.sample_no))

    def test_missing_snapshots_are_said(self, folder: Path) -> None:
        assert newest_version(folder) is None
        with pytest.raises(SnapshotMissing, match="还没有发布的数据"):
            open_snapshot(folder, Scope.everything())

    def test_a_broken_file_is_said(self, folder: Path) -> None:
        folder.mkdir()
        snapshot_path(folder, 1).write_bytes(b"not a database")
        with pytest.raises(SnapshotMissing, match="打不开"):
            open_snapshot(folder, Scope.everything())


def test_publishing_keeps_the_locks_of_the_records(tmp_path: Path) -> None:
    """A second SQLite library in this process would drop them: the next writer then takes the log away."""
    engine = prepared_engine(f"sqlite:///{tmp_path / 'records.db'}")
    write_version(engine, {}, date(2025, 1, 1))
    with engine.connect() as opened:
        publish(engine, tmp_path / "published", keep=1)
        other = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('CREATE TABLE other (x)'); c.close()"
        subprocess.run([sys.executable, "-c", other, str(tmp_path / "records.db")], check=True)
        assert (tmp_path / "records.db-wal").exists(), "the log of an open connection was removed"
        assert "other" in inspect(opened).get_table_names()
    engine.dispose()
