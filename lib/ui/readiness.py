"""What /readyz looks at: the record database, the newest published data version, and one figure computed from it."""

import math
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Final

from sqlalchemy import Engine, func, select

from lib.access.errors import RecordsUnavailable
from lib.access.health import NotReady
from lib.access.records import reading
from lib.data.filters import Filters
from lib.data.scope import Scope
from lib.data.snapshot import Snapshot, SnapshotMissing, open_snapshot
from lib.data.tables.loads import data_version
from lib.metrics.compute import compute
from lib.metrics.registry import get_metric

_METRIC: Final = "unqualified_rate"


def readiness(engine: Engine, snapshots: Path) -> Mapping[str, object]:
    """Facts for the supervisor; NotReady with the reason when a reader could not log in or would get no figure."""
    snapshot = _opened(snapshots)
    figure = _figure(snapshot)
    loaded = _last_load(engine)
    return {
        "data_version": snapshot.version,
        "as_of": snapshot.as_of.isoformat(),
        "last_load": loaded,
        "metric": {_METRIC: figure},
    }


def _opened(snapshots: Path) -> Snapshot:
    try:
        return open_snapshot(snapshots, Scope.everything())
    except SnapshotMissing as missing:
        raise NotReady(str(missing)) from missing


def _figure(snapshot: Snapshot) -> float | None:
    year = Filters(start=date(snapshot.as_of.year, 1, 1), end=snapshot.as_of)
    computed = compute(snapshot, get_metric(_METRIC), year, Scope.everything())
    value = computed.frame["value"].iloc[0] if len(computed.frame) else None
    # NaN is not JSON: a year without a concluded sample has no rate.
    return None if value is None or math.isnan(value) else float(value)


def _last_load(engine: Engine) -> str | None:
    try:
        with reading(engine) as connection:
            loaded = connection.scalar(select(func.max(data_version.c.created_at)))
    except RecordsUnavailable as failure:
        raise NotReady("连接不上记录数据库：不能登录；已登录者仍可查看最近一次发布的数据。") from failure
    return f"{loaded:%Y-%m-%dT%H:%M:%SZ}" if loaded else None
