"""How long letters (提醒敦促函, 函告) take from trigger to sending, those not sent yet counted. One query."""

from dataclasses import dataclass
from datetime import date

import pandas as pd
from sqlalchemy import select

from lib.data.filters import Filters
from lib.data.scope import Scope
from lib.data.snapshot import Snapshot
from lib.data.tables.snapshot_loop import letter
from lib.metrics.analyses.rectification_rows import curve, rows_of
from lib.metrics.compute import ask
from lib.metrics.question import finished, matching
from lib.metrics.registry import get_metric


@dataclass(frozen=True, kw_only=True, eq=False)
class LetterDays:
    """Days from trigger to sending, unsent ones counted: `triggers`, `sent`, `median_days` (missing: not reached)."""

    as_of: date
    triggers: int
    sent: int
    median_days: float | None
    notes: tuple[str, ...]


def letter_days(
    snapshot: Snapshot, filters: Filters, scope: Scope, *, as_of: date | None = None
) -> LetterDays:
    """Median days from trigger to sending by Kaplan–Meier: letters not sent yet are counted as waiting."""
    question = ask(snapshot, get_metric("letters_triggered"), filters, scope, as_of=as_of)
    side, day = question.metric.numerator, as_of or snapshot.as_of
    columns = (letter.c.triggered_on, letter.c.sent_on)
    rows = rows_of(snapshot, finished(question, select(*columns).where(*matching(question, side)), side))
    today = pd.Timestamp(day)
    rows = rows[rows["triggered_on"] <= today]
    sent = rows["sent_on"].notna() & (rows["sent_on"] <= today)
    days = (rows["sent_on"].where(sent, today) - rows["triggered_on"]).dt.days
    early = int((days < 0).sum())
    estimate = curve(days.clip(lower=0), sent)
    return LetterDays(
        as_of=day,
        triggers=len(rows),
        sent=int(sent.sum()),
        median_days=None if estimate is None else estimate.median,
        notes=("天数按自然日计，未发出的计入；不足一半发出的，中位数尚未达到。", *_note_early(early)),
    )


def _note_early(letters: int) -> tuple[str, ...]:
    return (f"{letters}件的发出日期早于触发日期，按0天计，请核对记录。",) if letters else ()
