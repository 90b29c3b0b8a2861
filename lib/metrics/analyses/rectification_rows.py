"""Rectification items one by one as they stood on the as-of day, for the analyses of the loop. One query."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
import pandas as pd
from sqlalchemy import select

from lib.data.filters import Filters
from lib.data.scope import Scope
from lib.data.snapshot import Snapshot
from lib.metrics.compute import ask, sentence_of
from lib.metrics.dimensions import DIMENSIONS
from lib.metrics.question import finished, matching
from lib.metrics.registry import get_metric
from lib.metrics.source import run
from lib.stats.survival import KaplanMeier, kaplan_meier

#: Days of an item that may lie after the as-of day of a question.
EVENTS: Final = ("assisted_on", "rectified_on", "claimed_on", "verified_on", "improved_on", "ended_on")


@dataclass(frozen=True, kw_only=True, eq=False)
class ItemRows:
    """`frame`: the columns of `rectification_round` (days as timestamps, those after `as_of` missing) with
    `division`, `division_name`, `state` (已验证, 已移送, 已撤回, 自报完成, 整改中), `is_verified`, `is_open`,
    `is_overdue`, `end_on` (verified, ended, or the as-of day) and `days` from the start of the round to `end_on`.
    """

    as_of: date
    frame: pd.DataFrame
    sentence: str


def item_rows(
    snapshot: Snapshot,
    filters: Filters,
    scope: Scope,
    *,
    metric_id: str = "rectification_items",
    as_of: date | None = None,
) -> ItemRows:
    """The rows a metric of rectification counts, as known on the as-of day."""
    metric = get_metric(metric_id)
    question = ask(snapshot, metric, filters, scope, as_of=as_of)
    side = question.metric.numerator
    frame = rows_of(
        snapshot, finished(question, select(*side.table.c).where(*matching(question, side)), side)
    )
    day = question.as_of
    return ItemRows(
        as_of=day,
        frame=_stood(named(frame, snapshot), pd.Timestamp(day)),
        sentence=sentence_of(question, metric, snapshot.names),
    )


def rows_of(snapshot: Snapshot, question: Any) -> pd.DataFrame:
    """Rows of a scoped statement with days as timestamps."""
    return run(snapshot, question).to_pandas(date_as_object=False)


def named(frame: pd.DataFrame, snapshot: Snapshot) -> pd.DataFrame:
    """Add the Chinese name of the county (市 or 省 where the duty lies higher) as `division_name`."""
    code = frame["county_code"].fillna(frame["city_code"]).fillna(frame["province_code"])
    division = DIMENSIONS["division"]
    names = [division.label(None if pd.isna(one) else one, snapshot.names) for one in code]
    return frame.assign(division=code, division_name=names)


def curve(days: pd.Series, closed: pd.Series) -> KaplanMeier | None:
    """Kaplan–Meier of days; None without any case."""
    if days.empty:
        return None
    return kaplan_meier(days.to_numpy(dtype=float), closed.to_numpy(dtype=bool))


def _stood(frame: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    known = {name: frame[name].where(frame[name] <= day) for name in EVENTS}
    frame = frame.assign(**known)
    ended, verified = frame["ended_on"], frame["verified_on"]
    is_verified = verified.notna() & (ended.isna() | (verified <= ended))
    is_ended = ended.notna() & ~is_verified
    is_open = ~is_verified & ~is_ended
    reported = frame["rectified_on"].notna() | frame["claimed_on"].notna()
    state = np.select(
        [is_verified, is_ended & (frame["ended_as"] == "移送"), is_ended, reported],
        ["已验证", "已移送", "已撤回", "自报完成"],
        default="整改中",
    )
    end = verified.where(is_verified, ended.where(is_ended, day))
    return frame.assign(
        state=state,
        is_verified=is_verified,
        is_open=is_open,
        is_overdue=is_open & frame["due_on"].notna() & (frame["due_on"] < day),
        end_on=end,
        days=(end - frame["started_on"]).dt.days,
    )
