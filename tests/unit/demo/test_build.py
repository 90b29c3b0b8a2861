"""Building: same seed same rows on both engines, refusals, one data version of kind demo."""

from hashlib import sha256
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import Engine, select

from lib.data.database import record_engine, upgrade
from lib.data.tables import sampling
from lib.data.tables.catalogue import VERSIONED
from lib.data.tables.loads import data_version
from lib.demo.build import RecordsNotEmpty, ReferenceMissing, build_demo
from lib.demo.scale import SCALES
from tests.records import prepared_engine
from tests.unit.demo.conftest import NOW, SMALL

TINY = SCALES["city"].reduced(batches_per_year=400)


def digest(engine: Engine) -> dict[str, str]:
    """SHA-256 of the rows of every versioned table, in the order of its natural key, written as text."""
    digests = {}
    for table, key in VERSIONED.items():
        frame = pd.read_sql(select(table), engine)
        assert len(frame) == len(frame[list(key)].drop_duplicates())
        rows = frame.sort_values(list(key)).to_csv(index=False)
        digests[table.name] = sha256(rows.encode()).hexdigest()
    return digests


def built(url: str, seed: int) -> dict[str, str]:
    engine = prepared_engine(url)
    build_demo(engine, scale=TINY, seed=seed, now=NOW)
    return digest(engine)


@pytest.fixture(scope="module")
def seed_nine(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return built(f"sqlite:///{tmp_path_factory.mktemp('nine') / 'records.db'}", seed=9)


def test_same_seed_same_rows_on_every_engine(record_url: str, seed_nine: dict[str, str]) -> None:
    assert built(record_url, seed=9) == seed_nine


def test_another_seed_other_rows(tmp_path: Path, seed_nine: dict[str, str]) -> None:
    other = built(f"sqlite:///{tmp_path / 'other.db'}", seed=10)
    names = ("sample", "disposal", "rectification_event", "letter")
    assert all(other[name] != seed_nine[name] for name in names)


def test_one_version_of_kind_demo(small_records: Engine) -> None:
    with small_records.connect() as connection:
        versions = connection.execute(select(data_version)).all()
    assert len(versions) == 1
    version = versions[0]
    assert (version.kind, version.as_of) == ("demo", SMALL.as_of)
    assert version.rows_read == version.records_new > 5 * SMALL.batches_per_year


def test_refuses_a_database_that_holds_records(small_records: Engine) -> None:
    with pytest.raises(RecordsNotEmpty, match="已有数据"):
        build_demo(small_records, scale=TINY, seed=1, now=NOW)


def test_refuses_without_reference_tables(tmp_path: Path) -> None:
    engine = record_engine(f"sqlite:///{tmp_path / 'bare.db'}")
    upgrade(engine)
    with pytest.raises(ReferenceMissing):
        build_demo(engine, scale=TINY, seed=1, now=NOW)


def test_unknown_scale_names_the_known_ones(tmp_path: Path) -> None:
    engine = prepared_engine(f"sqlite:///{tmp_path / 'empty.db'}")
    with pytest.raises(ValueError, match="city、province、nation"):
        build_demo(engine, scale="town", seed=1, now=NOW)


@pytest.mark.parametrize("name", ["province", "nation"])
def test_larger_scales_sample_every_county(name: str, tmp_path: Path) -> None:
    engine = prepared_engine(f"sqlite:///{tmp_path / 'large.db'}")
    build_demo(engine, scale=SCALES[name].reduced(batches_per_year=3_000), seed=1, now=NOW)
    sample = pd.read_sql(select(sampling.sample.c["division_code", "supervision_verdict"]), engine)
    provinces = set(sample.division_code.str[:2])
    assert provinces == ({"34", "15", "44"} if name == "province" else {"15", "31", "34", "44"})
    assert sample.division_code.nunique() > 100
    concluded = sample[sample.supervision_verdict.notna()]
    assert concluded.supervision_verdict.eq("unqualified").mean() == pytest.approx(0.028, abs=0.006)
