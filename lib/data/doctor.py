"""Checks an operator runs before calling for help; each names the thing and the mend."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, func, select
from sqlalchemy.exc import SQLAlchemyError

from lib.data.database import record_engine
from lib.data.scope import Scope
from lib.data.settings import Settings
from lib.data.snapshot import SnapshotMissing, newest_version, open_snapshot
from lib.data.tables.loads import data_version
from lib.data.tables.reference import workday
from lib.data.versions import latest_version

#: Days of calendar that must remain: limits counted in workdays reach about two months ahead.
CALENDAR_DAYS = 90
MIGRATIONS = Path(__file__).parent / "migrations"


class Problem(RuntimeError):
    """What a check found wrong, with the mend."""


@dataclass(frozen=True)
class Check:
    """One finding."""

    name: str
    passed: bool
    message: str


def run_checks(settings: Settings, today: date) -> Iterator[Check]:
    """Yield the findings one by one; a check that cannot run is a finding too."""
    engine = record_engine(settings.database_url)
    checks: list[tuple[str, Callable[[], str]]] = [
        ("设置", lambda: _check_settings(settings)),
        ("记录库", lambda: _check_schema(engine)),
        ("工作日历", lambda: _check_calendar(engine, today)),
        ("快照", lambda: _check_snapshot(engine, settings.snapshot_folder)),
    ]
    for name, check in checks:
        try:
            yield Check(name, True, check())
        except (Problem, SnapshotMissing) as problem:
            yield Check(name, False, str(problem))
        except SQLAlchemyError as error:
            yield Check(name, False, f"记录库连接不上，请检查 BAMAI_DATABASE_URL（{type(error).__name__}）")


def _check_settings(settings: Settings) -> str:
    key = settings.cookie_key.get_secret_value() if settings.cookie_key else ""
    if not settings.is_demo and len(key.encode()) < 32:
        raise Problem("正式环境须设置 BAMAI_COOKIE_KEY（至少 32 字节）；演示请设 BAMAI_ENV=demo")
    return f"环境 {settings.env}，快照目录 {settings.snapshots}"


def _check_schema(engine: Engine) -> str:
    head = ScriptDirectory(str(MIGRATIONS)).get_current_head()
    with engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    if current != head:
        raise Problem(
            f"结构版本为 {current or '空'}，应为 {head}；请运行一次 manage.py load 或 manage.py demo，会自动升级"
        )
    return f"{engine.dialect.name}，结构版本 {head}"


def _check_calendar(engine: Engine, today: date) -> str:
    with engine.connect() as connection:
        last = connection.execute(select(func.max(workday.c.day))).scalar()
        as_of = connection.execute(select(func.max(data_version.c.as_of))).scalar()
    if last is None or last < today:
        raise Problem(f"工作日历止于 {last or '空'}，请更新 data/reference/workdays.csv，否则到期日无法推算")
    return f"至 {last}{_calendar_warning(last, as_of or today)}"


def _calendar_warning(last: date, as_of: date) -> str:
    """Said in time: what is found near the end of the calendar has no due day in workdays."""
    left = (last - as_of).days
    if left >= CALENDAR_DAYS:
        return ""
    return (
        f"；提醒：数据截至 {as_of} 之后只余 {left} 天，不足 {CALENDAR_DAYS} 天，"
        "请及早更新 data/reference/workdays.csv，否则按工作日计的到期日推算不出（工作日历未覆盖）"
    )


def _check_snapshot(engine: Engine, folder: Path) -> str:
    with engine.connect() as connection:
        recorded = latest_version(connection)
    published = newest_version(folder)
    if recorded is not None and recorded != published:
        raise Problem(f"记录库为版本 {recorded}，已发布版本 {published or '无'}；请运行 manage.py publish")
    snapshot = open_snapshot(folder, Scope.everything())
    return f"版本 {snapshot.version}，数据截至 {snapshot.as_of}"
