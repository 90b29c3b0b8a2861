"""Producers with k or more unqualified batches, one row each. One query; as many rows as `repeat_offenders` counts."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd
from sqlalchemy import distinct, func, select

from lib.data.filters import Filters
from lib.data.scope import Scope
from lib.data.snapshot import Snapshot
from lib.data.tables.snapshot import sample
from lib.metrics.compute import ask, sentence_of
from lib.metrics.dimensions import DIMENSIONS
from lib.metrics.question import finished, matching
from lib.metrics.registry import get_metric
from lib.metrics.source import run


@dataclass(frozen=True, kw_only=True, eq=False)
class RepeatOffenders:
    """`frame`: producer, producer_name, made_division, made_division_name, batches (不合格批次), categories
    (大类数), first_on, last_on; most batches first, then by key.
    """

    k: int
    frame: pd.DataFrame
    sentence: str
    notes: tuple[str, ...]


def repeat_offenders(
    snapshot: Snapshot, filters: Filters, scope: Scope, *, k: int = 2, limit: int | None = None
) -> RepeatOffenders:
    """List the producers, all of them unless `limit` is given (the figure itself is the metric's)."""
    metric = get_metric("repeat_offenders")
    question = ask(snapshot, metric, filters, scope, parameters={"k": k})
    side = question.metric.numerator
    batches = func.count().label("batches")
    statement = (
        select(
            sample.c.producer_key.label("producer"),
            func.max(sample.c.producer_name).label("producer_name"),
            func.max(sample.c.made_county_code).label("made_division"),
            batches,
            func.count(distinct(sample.c.category_code)).label("categories"),
            func.min(sample.c.sampled_on).label("first_on"),
            func.max(sample.c.sampled_on).label("last_on"),
        )
        .where(*matching(question, side), sample.c.producer_key.is_not(None))
        .group_by(sample.c.producer_key)
        .having(func.count() >= k)
        .order_by(batches.desc(), sample.c.producer_key)
        .limit(limit)
    )
    frame = run(snapshot, finished(question, statement, side)).to_pandas()
    return RepeatOffenders(
        k=k,
        frame=_named(frame, snapshot.names),
        sentence=sentence_of(question, metric, snapshot.names),
        notes=("同一企业以统一社会信用代码或许可证号识别；没有代码的按名称和地址，可能漏并。",),
    )


def _named(frame: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    division = DIMENSIONS["made_division"]
    labels = [division.label(None if pd.isna(code) else code, names) for code in frame["made_division"]]
    place = frame.columns.get_loc("made_division")
    frame.insert(int(str(place)) + 1, "made_division_name", labels)
    return frame.assign(producer_name=frame["producer_name"].fillna(frame["producer"]))
