"""The small demo city, records and snapshot: built once for all tests that only read it, in whatever process."""

import fcntl
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest

from lib.data.publish import publish
from lib.demo.build import build_demo
from lib.demo.scale import SCALES
from tests.records import prepared_engine

NOW: Final = datetime(2025, 11, 1, 8, 0, tzinfo=UTC)
SMALL: Final = SCALES["city"].reduced(batches_per_year=1_200)


def small_city_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with ``records.db`` (seed 1) and its snapshot in ``published``; the workers of pytest-xdist share it."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "small-demo-city"
    folder.mkdir(exist_ok=True)
    with open(folder / "lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "built").exists():
            engine = prepared_engine(f"sqlite:///{folder / 'records.db'}")
            build_demo(engine, scale=SMALL, seed=1, now=NOW)
            (folder / "published").mkdir()
            publish(engine, folder / "published", keep=1)
            engine.dispose()
            (folder / "built").touch()
    return folder
