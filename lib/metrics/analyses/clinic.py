"""Who is eligible for the mobile clinic and why, what was found, and whether it helped.

Producers are eligible because they were unqualified twice; some of that is bad luck, and luck turns by itself. What
came after is therefore shown beside the producers that were as eligible and got no help, and never as the effect of
the clinic alone.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import pandas as pd
from sqlalchemy import func, select

from lib.data.filters import Filters
from lib.data.scope import Scope
from lib.data.snapshot import Snapshot
from lib.data.tables.snapshot_loop import producer_failure, producer_year
from lib.metrics.analyses.rectification_rows import curve, named, rows_of
from lib.metrics.compute import Result, ask, compute, sentence_of
from lib.metrics.definitions.clinic_outcome import FOLLOW_UP_DAYS
from lib.metrics.predicates import where_of
from lib.metrics.question import finished, matching
from lib.metrics.registry import get_metric
from lib.stats.intervals import wilson
from lib.stats.survival import logrank

GROUPS: Final = ((True, "已帮扶"), (False, "符合条件未帮扶"))
#: Below these the chi-squared of the log-rank test is no guide: five expected events a group, as for any chi-squared.
LEAST_FIRMS: Final = 5
LEAST_EVENTS: Final = 10
NOTES: Final = (
    "选中的企业都曾两批次不合格，其中有偶然成分；不帮扶也会有所好转（向均值回归），两组之差才与帮扶有关，且不是随机分组。",
    "没有再抽样的企业不能当作合格，须与再抽样覆盖率一起看。",
    "随访未满365天的企业不在比率的分母中，但计入生存曲线。",
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Eligible:
    """`frame`: enterprise_key, enterprise_name, division, division_name, sampled_year, batches, unqualified_batches,
    first_unqualified_on, reached_on (the k-th), visited_on (missing: not helped by the as-of day), assisted.
    As many firms as `clinic_eligible` counts; `coverage` is the metric's row of counts and value.
    """

    k: int
    frame: pd.DataFrame
    coverage: pd.Series
    sentence: str
    notes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class ClinicOutcome:
    """`table`: assisted, group_name, followed (家), mature, again, rate, lower, upper, resampled, resampled_rate,
    median_days, text. `curves`: assisted, group_name, day, free (share without a new unqualified batch), lower,
    upper, at_risk. `p`: log-rank, missing where it cannot be computed; `untested` says why.
    """

    as_of: date
    table: pd.DataFrame
    curves: pd.DataFrame
    p: float | None
    untested: str
    sentence: str
    notes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class ProblemPareto:
    """`frame`: area, area_name, problems, share, cumulative (fractions); most first, 未知 last."""

    result: Result
    frame: pd.DataFrame
    notes: tuple[str, ...]


def eligible_producers(
    snapshot: Snapshot, filters: Filters, scope: Scope, *, k: int = 2, as_of: date | None = None
) -> Eligible:
    """Producers with k or more unqualified batches in a sampling year, helped or not."""
    metric = get_metric("clinic_eligible")
    question = ask(snapshot, metric, filters, scope, parameters={"k": k}, as_of=as_of)
    side = question.metric.numerator
    order = (producer_failure.c.reached_on, producer_failure.c.enterprise_key)
    statement = select(*producer_failure.c).where(*matching(question, side)).order_by(*order)
    frame = named(rows_of(snapshot, finished(question, statement, side)), snapshot)
    visited = frame["visited_on"].where(frame["visited_on"] <= pd.Timestamp(question.as_of))
    coverage = compute(
        snapshot, get_metric("clinic_coverage"), filters, scope, parameters={"k": k}, as_of=as_of
    )
    return Eligible(
        k=k,
        frame=frame.assign(visited_on=visited, assisted=visited.notna()),
        coverage=coverage.frame.iloc[0],
        sentence=sentence_of(question, metric, snapshot.names),
        notes=_notes_on_eligible(frame, k),
    )


def problem_pareto(snapshot: Snapshot, filters: Filters, scope: Scope) -> ProblemPareto:
    """Problems found by diagnosis area."""
    result = compute(snapshot, get_metric("clinic_problems"), filters, scope, by=("area",))
    frame = result.frame[["area", "area_name", "numerator"]].rename(columns={"numerator": "problems"})
    frame = frame.assign(unknown=frame["area"].isna())
    frame = frame.sort_values(["unknown", "problems", "area"], ascending=[True, False, True])
    total = int(frame["problems"].sum())
    share = frame["problems"].astype("float64") / total if total else pd.Series(dtype="float64")
    frame = frame.assign(share=share, cumulative=share.cumsum()).drop(columns="unknown")
    return ProblemPareto(
        result=result,
        frame=frame.reset_index(drop=True),
        notes=(f"合计{total}个问题；一个问题只归一个诊断方面。",),
    )


def clinic_outcome(
    snapshot: Snapshot, filters: Filters, scope: Scope, *, as_of: date | None = None
) -> ClinicOutcome:
    """What came after, for producers helped and for those as eligible without help; one query."""
    metric = get_metric("recurrence_rate")
    question = ask(snapshot, metric, filters, scope, as_of=as_of)
    side, day = question.metric.denominator or question.metric.numerator, question.as_of
    followed = producer_year.c.followed_from
    # The question without its maturity: firms followed for less than a year take part in the curve.
    statement = select(*producer_year.c).where(
        *where_of(question.metric, side, question.filters, question.units),
        followed <= day,
        func.coalesce(producer_year.c.second_unqualified_on <= followed, False),
    )
    frame = _followed(rows_of(snapshot, finished(question, statement, side)), pd.Timestamp(day))
    first = _first_of_firm(frame)
    untested = _why_untested(first)
    parts = [(helped, name, frame[frame["assisted"] == helped]) for helped, name in GROUPS]
    return ClinicOutcome(
        as_of=day,
        table=pd.DataFrame([_outcome_row(*part) for part in parts]),
        curves=pd.concat([_free_curve(*part) for part in parts if len(part[2])], ignore_index=True)
        if len(frame)
        else _free_curve(True, "", frame),
        p=None if untested else logrank(first["days"], first["again"], first["assisted"]).p,
        untested=untested,
        sentence=sentence_of(question, metric, snapshot.names),
        notes=NOTES,
    )


def _why_untested(first: pd.DataFrame) -> str:
    """Why the groups are not tested; empty where both are large enough and enough has happened."""
    sizes = [int((first["assisted"] == helped).sum()) for helped, _ in GROUPS]
    events = int(first["again"].sum())
    if min(sizes) >= LEAST_FIRMS and events >= LEAST_EVENTS:
        return ""
    return (
        f"事件太少，不能判断两组有无差别：已帮扶{sizes[0]}家、未帮扶{sizes[1]}家，再次不合格合计{events}家；"
        f"每组不少于{LEAST_FIRMS}家、合计不少于{LEAST_EVENTS}家再次不合格才作对数秩检验"
    )


def _notes_on_eligible(frame: pd.DataFrame, k: int) -> tuple[str, ...]:
    notes = ["同一企业以统一社会信用代码或许可证号识别；没有代码的按名称和地址，可能漏并。"]
    if frame.empty:
        notes.append("没有符合条件的企业，或没有抽样数据；覆盖率无法判断，不作100%。")
    notes.append(f"以当年第{k}批不合格的抽样日期为达到之日；批次数为全年至数据截至日的。")
    return tuple(notes)


def _followed(frame: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    visited = frame["visited_on"].where(frame["visited_on"] <= day)
    again_on = frame["next_unqualified_on"].where(frame["next_unqualified_on"] <= day)
    sampled_on = frame["next_sampled_on"].where(frame["next_sampled_on"] <= day)
    until = again_on.fillna(day)
    limit = frame["followed_from"] + pd.Timedelta(days=FOLLOW_UP_DAYS)
    mature = limit <= day
    return frame.assign(
        assisted=visited.notna(),
        again=again_on.notna(),
        days=(until - frame["followed_from"]).dt.days,
        mature=mature,
        again_in_time=mature & (again_on <= limit),
        sampled_in_time=mature & (sampled_on <= limit),
    )


def _first_of_firm(frame: pd.DataFrame) -> pd.DataFrame:
    """One row a firm and group: a firm unqualified twice in two years is followed from the first time."""
    return frame.sort_values("followed_from", kind="stable").drop_duplicates(["enterprise_key", "assisted"])


def _outcome_row(helped: bool, name: str, frame: pd.DataFrame) -> dict[str, Any]:
    firm = frame["enterprise_key"]
    mature, again, sampled = (
        int(firm[frame[column]].nunique()) for column in ("mature", "again_in_time", "sampled_in_time")
    )
    lower, upper = wilson([again], [mature])
    first = _first_of_firm(frame)
    estimate = curve(first["days"], first["again"])
    known = mature > 0
    return {
        "assisted": helped,
        "group_name": name,
        "followed": len(first),
        "mature": mature,
        "again": again,
        "rate": again / mature if known else None,
        "lower": float(lower[0]) if known else None,
        "upper": float(upper[0]) if known else None,
        "resampled": sampled,
        "resampled_rate": sampled / mature if known else None,
        "median_days": None if estimate is None else estimate.median,
        "text": "" if known else "未到期",
    }


def _free_curve(helped: bool, name: str, frame: pd.DataFrame) -> pd.DataFrame:
    columns = ["assisted", "group_name", "day", "free", "lower", "upper", "at_risk"]
    first = _first_of_firm(frame)
    estimate = curve(first["days"], first["again"])
    if estimate is None:
        return pd.DataFrame(columns=columns)
    points = {
        "day": [0.0, *estimate.time],
        "free": [1.0, *estimate.survival],
        "lower": [float("nan"), *estimate.lower],
        "upper": [float("nan"), *estimate.upper],
        "at_risk": [estimate.n, *estimate.n_risk],
    }
    return pd.DataFrame(points).assign(assisted=helped, group_name=name)[columns]
