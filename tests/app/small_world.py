"""A small record database with known rows: four districts, five years, names that try to be Markdown or formulas."""

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
from sqlalchemy import Engine

from lib.access.demo_accounts import ensure_demo_accounts
from lib.data.bulk import bulk_insert
from lib.data.database import exclusive_transaction
from lib.data.publish import publish
from lib.data.tables import sampling
from lib.data.verdicts import derive
from lib.data.versions import LoadCounts, record_version
from tests.records import prepared_engine

AS_OF = date(2025, 10, 31)
FIRST_DAY = date(2021, 1, 1)
#: County → samples a month; the last one stays under thirty a year.
COUNTIES = {"341202": 24, "341225": 18, "341282": 14, "341272": 1}
TRAPS = (
    "![图](http://example.org/track.png)商行",
    '=HYPERLINK("http://example.org")超市',
    "<script>window.__xss=1</script>饭店",
    ":red[红星]酒楼 $x^2$",
    "[点我](javascript:alert(1))食品厂",
)
CATEGORIES = (("31", 0.09, "餐饮"), ("33", 0.05, "流通"), ("01", 0.008, "生产"))
ITEMS = ("阴离子合成洗涤剂", "毒死蜱", "菌落总数", "山梨酸")


@dataclass(frozen=True)
class World:
    """Where the database and its snapshots are, and the sample rows that went in."""

    database_url: str
    snapshots: Path
    samples: list[dict[str, Any]]


def build_world(folder: Path) -> World:
    """Create the record database with demo accounts and publish one snapshot."""
    url = f"sqlite:///{folder / 'records.db'}"
    engine = prepared_engine(url)
    samples = _samples(random.Random(20251031))
    _load(engine, samples)
    ensure_demo_accounts(engine, datetime(2025, 11, 1, tzinfo=UTC))
    snapshots = folder / "published"
    snapshots.mkdir()
    publish(engine, snapshots, keep=3)
    engine.dispose()
    return World(url, snapshots, samples)


def _load(engine: Engine, samples: list[dict[str, Any]]) -> None:
    with exclusive_transaction(engine) as connection:
        version = record_version(
            connection,
            as_of=AS_OF,
            kind="demo",
            profile="demo",
            file_names=("演示数据",),
            file_digest="0" * 64,
            counts=LoadCounts(len(samples), len(samples), 0, 0, 0),
            actor="测试",
            now=datetime(2025, 11, 1, tzinfo=UTC),
        )
        stamped = [{**row, "version_from": version} for row in samples]
        bulk_insert(connection, sampling.sample, [pa.Table.from_pylist(stamped)])
        failing = [
            _failing(row, index)
            for index, row in enumerate(stamped)
            if row["supervision_verdict"] == "unqualified"
        ]
        bulk_insert(connection, sampling.failing_item, [pa.Table.from_pylist(failing)])


def _samples(chance: random.Random) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    months = [(year, month) for year in range(FIRST_DAY.year, AS_OF.year + 1) for month in range(1, 13)]
    for year, month in months:
        if (year, month) > (AS_OF.year, AS_OF.month):
            continue
        for county, number in COUNTIES.items():
            first = len(rows)
            rows.extend(_sample(chance, year, month, county, first + k) for k in range(number))
    return rows


def _sample(chance: random.Random, year: int, month: int, county: str, number: int) -> dict[str, Any]:
    category, risk, stage = CATEGORIES[number % len(CATEGORIES)]
    # The running year is plainly worse in one county: a change that statistics support.
    worse = 4.0 if (year == AS_OF.year and county == "341202") else 1.0
    sampled_on = date(year, month, 1) + timedelta(days=number % 28)
    pending = sampled_on > AS_OF - timedelta(days=12)
    failed = chance.random() < risk * worse
    conclusion = None if pending else ("纯抽检不合格样品" if failed else "纯抽检合格样品")
    verdict = derive(conclusion, None)
    return {
        "source": "demo",
        "sample_no": f"XBJ25341200{number:08d}",
        "sampled_on": sampled_on,
        "reported_on": None if pending else sampled_on + timedelta(days=20),
        "division_code": county,
        "producer_division_code": "341225" if number % 2 else None,
        "category_code": category,
        "stage": stage,
        "is_online": False,
        "purpose": "监督抽检",
        "tier": ("国抽", "省抽", "市抽", "县抽")[number % 4],
        "sampling_kind": "靶向" if number % 10 == 0 else "常规",
        "sampled_unit_key": f"单位{number % 40}",
        "sampled_unit_name": TRAPS[number % len(TRAPS)],
        "producer_key": f"企业{number % 30}",
        "producer_name": f"阜阳第{number % 30}食品有限公司",
        "food_name": f"样品{number}",
        "conclusion": conclusion,
        "objection_status": None,
        "supervision_verdict": verdict.supervision,
        "monitoring_verdict": verdict.monitoring,
        "result_state": verdict.state,
        "listing": "full",
    }


def _failing(row: dict[str, Any], index: int) -> dict[str, Any]:
    return {
        "source": row["source"],
        "sample_no": row["sample_no"],
        "item_name": ITEMS[index % len(ITEMS)],
        "verdict": "unqualified",
        "version_from": row["version_from"],
    }
