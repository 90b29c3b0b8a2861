"""Open disposal sides by how long ago the report was received, overdue ones apart. One query."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import pandas as pd
from sqlalchemy import ColumnElement, case, func, select

from lib.data.filters import Filters
from lib.data.scope import Scope
from lib.data.snapshot import Snapshot
from lib.data.tables.snapshot import disposal
from lib.metrics.compute import ask, sentence_of
from lib.metrics.question import finished, matching
from lib.metrics.registry import get_metric
from lib.metrics.source import run

#: Oldest age of each band in days; the last band is open.
BANDS: Final = (30, 60, 90, 180)


@dataclass(frozen=True, kw_only=True, eq=False)
class DisposalAgeing:
    """`frame`: band (order), label, overdue (bool), open (sides, 件); every band twice, a counted 0 included."""

    as_of: date
    frame: pd.DataFrame
    sentence: str
    notes: tuple[str, ...]


def disposal_ageing(
    snapshot: Snapshot, filters: Filters, scope: Scope, *, as_of: date | None = None
) -> DisposalAgeing:
    """Age of the sides that are open on the as-of day, by the day the report was received."""
    metric = get_metric("disposal_open")
    question = ask(snapshot, metric, filters, scope, as_of=as_of)
    side, day = question.metric.numerator, question.as_of
    band = _band(day).label("band")
    # A side without a due date cannot be called late.
    overdue = func.coalesce(disposal.c.finish_due_on < day, False).label("overdue")
    statement = select(band, overdue, func.count().label("open")).where(*matching(question, side))
    counted = run(snapshot, finished(question, statement.group_by(band, overdue), side)).to_pandas()
    frame = _all_bands().merge(counted, on=["band", "overdue"], how="left")
    return DisposalAgeing(
        as_of=day,
        frame=frame.assign(open=frame["open"].fillna(0).astype("int64")),
        sentence=sentence_of(question, metric, snapshot.names),
        notes=(
            f"历时自收到检验报告起按自然日算至{day.isoformat()}；超期以应完成日期为准，未到时限的不算超期。",
        ),
    )


def _band(day: date) -> ColumnElement[Any]:
    conditions = [
        (disposal.c.received_on >= day - timedelta(days=oldest), number)
        for number, oldest in enumerate(BANDS)
    ]
    return case(*conditions, else_=len(BANDS))


def _all_bands() -> pd.DataFrame:
    starts = (0, *(oldest + 1 for oldest in BANDS))
    labels = [f"{start}—{oldest}天" for start, oldest in zip(starts, BANDS, strict=False)]
    labels.append(f"{BANDS[-1]}天以上")
    rows = [(band, label, late) for band, label in enumerate(labels) for late in (True, False)]
    return pd.DataFrame(rows, columns=["band", "label", "overdue"])
