"""How long rectification takes: five stages, share verified within a limit, cohorts. Kaplan–Meier, open items counted.

An item still open is at risk until the as-of day; a transferred or withdrawn one until it ended. Neither is a
completion, and there is no mean of finished items anywhere: old open items raise the median.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from lib.data.filters import Filters
from lib.data.scope import Scope
from lib.data.snapshot import Snapshot
from lib.data.tables.rectification import STAGES
from lib.metrics.analyses.rectification_curves import LIMIT_COLUMNS, NOT_DUE, curve_of, limits_of
from lib.metrics.analyses.rectification_rows import ItemRows, curve, item_rows
from lib.metrics.dimensions import DIMENSIONS

LIMITS: Final = (30, 60, 90)
#: Stage → the day it is reached; the entry is the last day reached before it.
_REACHED: Final = dict(
    zip(STAGES, ("started_on", "assisted_on", "rectified_on", "verified_on", "improved_on"), strict=True)
)
_NOTE_MEDIAN: Final = (
    "天数自本轮开始（发现或重开）起按自然日计，中位数用卡普兰—迈耶法估计，未完成的项计入；"
    "移送、撤回只算到结束之日，不算完成。"
)
_NOTE_COHORT: Final = (
    "季度按发现日期，与期间同一口径：重开的项仍归最初发现的季度，天数自重开之日起算；"
    "期间不满一季的，只含期间内发现的项。"
)


@dataclass(frozen=True, kw_only=True, eq=False)
class StageFlow:
    """`frame`: stage, number, reached (项), waiting (entered the step, not through, not ended), skipped, ended,
    median_days (from the step before, skipped ones left out;
    missing: less than half through), events, at_start (entered the step and did not skip it).
    """

    items: ItemRows
    frame: pd.DataFrame
    notes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class Completion:
    """Time to verification on site.

    `limits`: group, group_name, items, verified, open, ended, median_days, limit, share, lower, upper, at_risk,
    too_early, shown, text (未到期 where the longest follow-up is shorter than the limit). `curves`: group, group_name,
    day, completed, lower, upper, at_risk; day 0 included.
    """

    items: ItemRows
    limits: pd.DataFrame
    curves: pd.DataFrame
    notes: tuple[str, ...]


def stage_flow(snapshot: Snapshot, filters: Filters, scope: Scope, **given: Any) -> StageFlow:
    """The five stages with counts and median days. `as_of` may be given."""
    items = item_rows(snapshot, filters, scope, **given)
    today = pd.Timestamp(items.as_of)
    rows = [_stage(items.frame, number, today) for number in range(len(STAGES))]
    return StageFlow(
        items=items, frame=pd.DataFrame(rows), notes=(_NOTE_MEDIAN, *_note_on_reported(items.frame))
    )


def _note_on_reported(frame: pd.DataFrame) -> tuple[str, ...]:
    """Why 自报完成 is more than what waits for 验证: some were claimed closed without 整改, some improved first."""
    reported = frame[frame["state"] == "自报完成"]
    if reported.empty:
        return ()
    rectified, improved = reported["rectified_on"].notna(), reported["improved_on"].notna()
    parts = {
        "已报整改、尚待现场验证": rectified & ~improved,
        "已报整改、未经合规验证即提升": rectified & improved,
        "没有整改记录即称办结": ~rectified,
    }
    words = "，".join(f"{int(mask.sum())}项{name}" for name, mask in parts.items() if mask.any())
    return (f"自报完成{len(reported)}项：{words}。",)


def completion(
    snapshot: Snapshot,
    filters: Filters,
    scope: Scope,
    *,
    by: str | None = None,
    limits: Sequence[int] = LIMITS,
    **given: Any,
) -> Completion:
    """Completion within the limits and its curve, for all items or by `division`, `origin`, `owner_post`,
    `cohort` (quarter in which the item was found, the day the filters ask for). `as_of` may be given.
    """
    items = item_rows(snapshot, filters, scope, **given)
    today = pd.Timestamp(items.as_of)
    groups = list(_groups(items.frame, by))
    return Completion(
        items=items,
        limits=pd.DataFrame(
            [row for code, name, frame in groups for row in limits_of(code, name, frame, today, limits)],
            columns=LIMIT_COLUMNS,
        ),
        curves=pd.concat([curve_of(*group) for group in groups], ignore_index=True)
        if groups
        else curve_of(None, "", items.frame),
        notes=(
            _NOTE_MEDIAN,
            f"随访不足规定天数的写“{NOT_DUE}”；在册不足5项的比例仅供参考。",
            *((_NOTE_COHORT,) if by == "cohort" else ()),
            *_notes_on_days(items.frame),
        ),
    )


def _stage(frame: pd.DataFrame, number: int, today: pd.Timestamp) -> dict[str, Any]:
    stage = STAGES[number]
    own = frame[_REACHED[stage]]
    base = {"stage": stage, "number": number + 1, "reached": int(own.notna().sum())}
    if number == 0:
        return {
            **base,
            "waiting": 0,
            "skipped": 0,
            "ended": 0,
            "median_days": None,
            "events": 0,
            "at_start": 0,
        }
    before = [frame[_REACHED[name]] for name in STAGES[:number]]
    later = [frame[_REACHED[name]] for name in STAGES[number + 1 :]]
    # 帮扶 may be left out; otherwise a step begins where the one before it ended.
    needed = before[number - 1] if number > 2 else _latest(before)
    entered = needed.notna() & (own.isna() | (own >= needed))
    skip = _earliest(later, frame)
    reached = entered & own.notna()
    skipped = entered & own.isna() & skip.notna()
    ended = entered & own.isna() & skip.isna() & ~frame["is_open"] & ~frame["is_verified"]
    until = own.fillna(skip).fillna(frame["end_on"].where(ended)).fillna(today)
    days = (until - needed).dt.days.clip(lower=0)
    # Most items never need 帮扶: those that went on without it tell nothing about how long it takes.
    estimated = entered & ~skipped
    estimate = curve(days[estimated], reached[estimated])
    return {
        **base,
        "waiting": int((entered & ~reached & ~skipped & ~ended).sum()),
        "skipped": int(skipped.sum()),
        "ended": int(ended.sum()),
        "median_days": None if estimate is None else estimate.median,
        "events": int(reached.sum()),
        "at_start": int(estimated.sum()),
    }


def _latest(columns: Sequence[pd.Series]) -> pd.Series:
    return pd.concat(columns, axis=1).max(axis=1)


def _earliest(columns: Sequence[pd.Series], frame: pd.DataFrame) -> pd.Series:
    if not columns:
        return pd.Series(pd.NaT, index=frame.index)
    return pd.concat(columns, axis=1).min(axis=1)


def _groups(frame: pd.DataFrame, by: str | None) -> Iterator[tuple[Any, str, pd.DataFrame]]:
    if by is None:
        yield None, "全部", frame
        return
    if by == "cohort":
        # The day of the filters: by the start of the round a reopened item would fall outside the period asked for.
        found = frame["found_on"].dt
        frame = frame.assign(cohort=found.year * 10 + found.quarter)
    for code, group in frame.groupby(by, dropna=False, sort=True):
        missing = bool(pd.isna(code))
        name = "未知" if missing else str(code)
        if by == "cohort" and not missing:
            name = DIMENSIONS["quarter"].label(code, {})
        if by == "division":
            name = str(group["division_name"].iloc[0])
        yield None if missing else code, name, group


def _notes_on_days(frame: pd.DataFrame) -> tuple[str, ...]:
    wrong = int((frame["days"] < 0).sum())
    return (f"{wrong}项的验证或结束日期早于发现日期，按0天计，请核对记录。",) if wrong else ()
