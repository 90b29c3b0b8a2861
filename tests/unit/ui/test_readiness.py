from pathlib import Path

import pandas as pd
import pytest

from lib.access.health import NotReady
from lib.data.database import record_engine
from lib.data.tables.base import records_metadata
from lib.data.tables.loads import data_version
from lib.ui.readiness import readiness
from tests.app.small_world import World, build_world


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return build_world(tmp_path_factory.mktemp("world"))


def test_ready_tells_version_load_and_a_figure_that_is_right(world: World) -> None:
    engine = record_engine(world.database_url)
    facts = readiness(engine, world.snapshots)
    engine.dispose()
    samples = pd.DataFrame(world.samples)
    year = samples[
        pd.to_datetime(samples["sampled_on"]).dt.year.eq(2025) & samples["sampling_kind"].eq("常规")
    ]
    verdicts = year["supervision_verdict"].dropna()
    assert facts["data_version"] == 1
    assert facts["as_of"] == "2025-10-31"
    assert facts["last_load"] == "2025-11-01T00:00:00Z"
    assert facts["metric"] == {"unqualified_rate": pytest.approx(verdicts.eq("unqualified").mean())}


def test_without_a_snapshot_the_reason_names_the_command(world: World, tmp_path: Path) -> None:
    engine = record_engine(world.database_url)
    with pytest.raises(NotReady, match=r"manage\.py publish"):
        readiness(engine, tmp_path)
    engine.dispose()


def test_without_the_record_database_the_reason_says_what_still_works(world: World, tmp_path: Path) -> None:
    engine = record_engine(f"sqlite:///{tmp_path / 'empty.db'}")
    with pytest.raises(NotReady, match="不能登录"):
        readiness(engine, world.snapshots)
    records_metadata.create_all(engine, tables=[data_version])
    assert readiness(engine, world.snapshots)["last_load"] is None
    engine.dispose()
