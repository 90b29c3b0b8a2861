"""Building the demo: reference tables in, one synthetic data version out."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

import numpy as np
import pyarrow as pa
from sqlalchemy import Connection, Engine, Table, update

from lib.data.bulk import bulk_insert
from lib.data.database import exclusive_transaction
from lib.data.tables import sampling
from lib.data.tables.loads import data_version
from lib.data.versions import LoadCounts, holds_records, record_version
from lib.demo.batches import Batches, draw_batches, joined
from lib.demo.calibration import KINDS
from lib.demo.campaigns import Campaigns, campaign_rows, categories_table
from lib.demo.disposal import draw_disposals
from lib.demo.districts import load_districts
from lib.demo.enterprises import build_pools
from lib.demo.failing_items import draw_items
from lib.demo.findings import Findings
from lib.demo.loop_rows import RowBook, Scene
from lib.demo.loop_story import Cast, tell_loop
from lib.demo.product_mix import product_mix
from lib.demo.repeat_offenders import OFFENDERS, OneFailureEach, offender_batches
from lib.demo.results import conclude, draw_failures
from lib.demo.scale import CITY, SCALES, Scale
from lib.demo.streams import stream
from lib.demo.tables import TableMaker, sample_numbers
from lib.demo.volume import Month, months, workdays
from lib.demo.weekly_sampling import weekly_rows
from lib.demo.world import World

#: Changes whenever the same seed would give other rows.
GENERATOR = "demo-2"
PROFILE = "演示"

Progress = Callable[[str], None]


class RecordsNotEmpty(RuntimeError):
    """The record database already holds data; the demo is only built into an empty one."""


class ReferenceMissing(RuntimeError):
    """The reference tables are empty."""


@dataclass(frozen=True)
class Story:
    """The fixed rows of published stories, and what keeps the random rows from spoiling them."""

    campaigns: Campaigns
    batches: Batches
    guard: OneFailureEach
    inspections: pa.Table
    duties: pa.Table
    cast: Cast


def build_demo(
    engine: Engine, *, scale: str | Scale, seed: int, now: datetime, progress: Progress | None = None
) -> int:
    """Write the demo database as one data version of kind ``demo`` and return its number.

    ``scale``: "city", "province", "nation" or a ``Scale``; the same scale and seed give the same rows on every
    engine. The schema must exist and the reference tables be filled. Raises ``RecordsNotEmpty`` when anything
    was loaded before, ``ReferenceMissing`` without reference tables, ``ValueError`` for an unknown scale.
    """
    plan = scale if isinstance(scale, Scale) else _named_scale(scale)
    tell = progress or (lambda _text: None)
    with exclusive_transaction(engine) as connection:
        _check(connection)
        world, story = make_world(connection, plan, seed)
        version = _record_version(connection, plan, seed, now)
        findings = Findings()
        written = _write_months(connection, (world, story, findings), version, tell)
        tell("生成演示数据：闭环与责任")
        scene = Scene(world, workdays(connection), findings, RowBook())
        tell_loop(scene, story.cast)
        written += _write_rest(connection, world, story, version)
        written += sum(bulk_insert(connection, table, [rows]) for table, rows in scene.book.tables(version))
        counted = update(data_version).where(data_version.c.version == version)
        connection.execute(counted.values(rows_read=written, records_new=written))
    return version


def _named_scale(name: str) -> Scale:
    if name not in SCALES:
        raise ValueError(f"没有“{name}”这一规模；可用：{'、'.join(SCALES)}")
    return SCALES[name]


def _check(connection: Connection) -> None:
    if holds_records(connection):
        raise RecordsNotEmpty(
            "记录库里已有数据，演示数据只写入空的记录库：请换一个 BAMAI_DATABASE_URL，或先移走现有数据库文件"
        )
    if not workdays(connection):
        raise ReferenceMissing("代码表为空，请先载入代码表（manage.py demo 会自动完成）")


def make_world(connection: Connection, scale: Scale, seed: int) -> tuple[World, Story]:
    """Everything but the months: districts, enterprises, fixed rows."""
    calendar = workdays(connection)
    districts = load_districts(connection, scale, seed)
    pools = build_pools(districts, scale, seed)
    register = pools.register
    offenders = offender_batches(register, districts, calendar, seed, scale)
    campaign, inspections = campaign_rows(register, districts, calendar, seed)
    weekly, duties = weekly_rows(register, districts, calendar, seed)
    fixed = joined(campaign, weekly, *([offenders] if offenders is not None else []))
    guard = OneFailureEach(districts, pools)
    clinic = (
        ()
        if offenders is None
        else tuple(register.keys[firm] for firm in np.unique(offenders.producer)[: len(OFFENDERS)])
    )
    cast = Cast(clinic, tuple(duties["enterprise_key"].to_pylist()), inspections)
    return World(scale, seed, districts, pools, product_mix()), Story(
        Campaigns(), fixed, guard, inspections, duties, cast
    )


def _record_version(connection: Connection, scale: Scale, seed: int, now: datetime) -> int:
    text = f"{GENERATOR} {scale} {seed}"
    return record_version(
        connection,
        as_of=scale.as_of,
        kind="demo",
        profile=PROFILE,
        file_names=[f"演示数据（规模 {scale.name}，种子 {seed}，{GENERATOR}）"],
        file_digest=sha256(text.encode()).hexdigest(),
        counts=LoadCounts(rows_read=0, new=0, superseded=0, unchanged=0, rejected=0),
        actor="manage.py demo",
        now=now,
    )


def _write_months(
    connection: Connection, telling: tuple[World, Story, Findings], version: int, tell: Progress
) -> int:
    world, story, findings = telling
    maker = TableMaker(world, story.campaigns, version)
    written = 0
    for month in months(world.scale, workdays(connection)):
        tell(f"生成演示数据：{month.year}年{month.month}月，{month.batches:,} 批次")
        tables = month_tables(world, story, maker, month)
        findings.collect(tables)
        for table, rows in tables:
            written += bulk_insert(connection, table, [rows])
    return written


def month_tables(world: World, story: Story, maker: TableMaker, month: Month) -> list[tuple[Table, pa.Table]]:
    """Samples, failing items and disposal sides of one month."""

    def of_month(part: str) -> np.random.Generator:
        return stream(world.seed, part, month.year, month.month)

    batches = joined(draw_batches(of_month("batches"), month, world), _special_of(story.batches, month))
    _name_campaigns(batches, month, world, story.campaigns)
    generator = of_month("results")
    fails, problem = draw_failures(generator, batches, month, world)
    story.guard.apply(batches, fails)
    results = conclude(generator, batches, (fails, problem), month, world)
    numbers = sample_numbers(month, len(batches))
    items = draw_items(of_month("items"), batches, results)
    disposals = draw_disposals(of_month("disposal"), batches, results, world)
    return [
        (sampling.sample, maker.samples(batches, results, numbers)),
        (sampling.failing_item, maker.failing_items(items, numbers)),
        (sampling.disposal, maker.disposals(disposals, numbers)),
    ]


def _special_of(special: Batches, month: Month) -> Batches:
    rows = (special.sampled >= month.days[0]) & (special.sampled <= month.days[-1])
    return Batches(**{name: values[rows] for name, values in vars(special).items()})


def _name_campaigns(batches: Batches, month: Month, world: World, campaigns: Campaigns) -> None:
    """Special-campaign batches belong to the campaign of their city or province and quarter."""
    special = (batches.kind == KINDS.index("专项")) & (batches.campaign < 0)
    for unit in np.unique(batches.unit[special]):
        code = world.districts.codes[unit]
        owner = CITY if world.districts.parent[unit] == CITY else code[:2] + "0000"
        number = campaigns.special(owner, month.year, month.quarter)
        batches.campaign[special & (batches.unit == unit)] = number


def _write_rest(connection: Connection, world: World, story: Story, version: int) -> int:
    """Enterprises, campaigns, inspections and sampling duties."""
    stamped = pa.array([version], pa.int32())

    def with_version(table: pa.Table) -> pa.Table:
        return table.append_column(
            "version_from", stamped.take(pa.array(np.zeros(table.num_rows, dtype=np.int32)))
        )

    rows = {
        sampling.enterprise: world.pools.register.table(version, world.seed),
        sampling.campaign: story.campaigns.table(version),
        sampling.campaign_category: categories_table(version),
        sampling.inspection: with_version(story.inspections),
        sampling.sampling_duty: with_version(story.duties),
    }
    return sum(bulk_insert(connection, table, [content]) for table, content in rows.items())
