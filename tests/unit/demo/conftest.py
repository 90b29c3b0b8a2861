"""One full-size city, drawn once without a database write; small demo databases where a record database matters."""

from dataclasses import dataclass
from datetime import date

import pandas as pd
import pyarrow as pa
import pytest
from sqlalchemy import Engine

from lib.data.database import record_engine
from lib.data.tables import sampling
from lib.demo.build import make_world, month_tables
from lib.demo.scale import SCALES, Scale
from lib.demo.tables import TableMaker
from lib.demo.volume import months, workdays
from tests.demo_city import NOW, SMALL, small_city_folder
from tests.records import prepared_engine

__all__ = ["NOW", "SMALL", "drawn_frames", "read"]


@dataclass(frozen=True)
class Frames:
    """Rows of one demo as pandas frames, dates as timestamps."""

    sample: pd.DataFrame
    failing_item: pd.DataFrame
    disposal: pd.DataFrame
    enterprise: pd.DataFrame


def drawn_frames(engine: Engine, scale: Scale, seed: int, start: date, end: date) -> Frames:
    """Draw the months between two days without writing them."""
    tables: dict[str, list[pa.Table]] = {"sample": [], "failing_item": [], "disposal": []}
    with engine.connect() as connection:
        world, story = make_world(connection, scale, seed)
        maker = TableMaker(world, story.campaigns, version=1)
        for month in months(scale, workdays(connection)):
            if start <= date(month.year, month.month, 1) <= end:
                for table, rows in month_tables(world, story, maker, month):
                    tables[table.name].append(rows)
    frames = {name: _frame(pa.concat_tables(parts)) for name, parts in tables.items()}
    return Frames(**frames, enterprise=_frame(world.pools.register.table(1, seed)))


def _frame(table: pa.Table) -> pd.DataFrame:
    return table.to_pandas(date_as_object=False)


@pytest.fixture(scope="session")
def reference_engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """Record database with reference tables, nothing loaded."""
    return prepared_engine(f"sqlite:///{tmp_path_factory.mktemp('demo') / 'reference.db'}")


@pytest.fixture(scope="session")
def city(reference_engine: Engine) -> Frames:
    """The city at full size, seed 5."""
    scale = SCALES["city"]
    return drawn_frames(reference_engine, scale, 5, scale.first_day, scale.as_of)


@pytest.fixture(scope="session")
def concluded(city: Frames) -> pd.DataFrame:
    """The city's samples with a supervision verdict, with year, quarter and ``unqualified``."""
    sample = city.sample
    rows = sample[sample.division_code.str.startswith("3412") & sample.supervision_verdict.notna()]
    return rows.assign(
        year=rows.sampled_on.dt.year,
        quarter=rows.sampled_on.dt.quarter,
        category=rows.category_code.str[:2],
        unqualified=rows.supervision_verdict.eq("unqualified"),
    )


@pytest.fixture(scope="session")
def small_records(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """A reduced demo city written to SQLite records, seed 1."""
    return record_engine(f"sqlite:///{small_city_folder(tmp_path_factory) / 'records.db'}")


def read(engine: Engine, table: str) -> pd.DataFrame:
    """Current records of one table."""
    frame = pd.read_sql(sampling.records_metadata.tables[table].select(), engine)
    return frame[frame.version_to.isna()]
