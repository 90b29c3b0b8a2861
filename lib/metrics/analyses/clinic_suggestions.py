"""What became of the clinic's suggestions: each one with its firm, its diagnosis areas and the state of its items."""

from dataclasses import dataclass
from typing import Final

import pandas as pd
from sqlalchemy import select

from lib.data.filters import Filters
from lib.data.scope import Scope
from lib.data.snapshot import Snapshot
from lib.data.tables.snapshot_loop import problem_suggestion, rectification_item
from lib.metrics.analyses.rectification_rows import named, rows_of
from lib.metrics.compute import ask, sentence_of
from lib.metrics.question import finished, matching
from lib.metrics.registry import get_metric
from lib.metrics.source import scoped

#: States from least to most finished. A suggestion with several items is in the least finished of them.
STATES: Final = ("未列入整改", "逾期", "自报完成", "进行中", "未到期", "已验证", "已移送", "已撤回")
_KEY: Final = ["source", "suggestion_no"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Suggestions:
    """`frame`: source, suggestion_no, visit_no, visited_on, enterprise_key, enterprise_name, division_name,
    description, problems (个), areas, items (项), item_no, state (of `STATES`), verified_on (the last one, missing
    unless every item is verified); by day and number. `states`: state, suggestions (条), every state that occurs.
    As many rows as `clinic_suggestions` counts.
    """

    frame: pd.DataFrame
    states: pd.DataFrame
    sentence: str
    notes: tuple[str, ...]


def suggestion_states(snapshot: Snapshot, filters: Filters, scope: Scope) -> Suggestions:
    """The suggestions of the period and their state on the day of the snapshot. Three queries."""
    metric = get_metric("clinic_suggestions")
    question = ask(snapshot, metric, filters, scope)
    side = question.metric.numerator
    asked = select(*side.table.c).where(*matching(question, side))
    frame = named(rows_of(snapshot, finished(question, asked, side)), snapshot)
    known = frame.merge(_areas(snapshot, scope), on=_KEY, how="left")
    known = known.merge(_items(snapshot, scope), on=_KEY, how="left")
    known = known.assign(
        items=known["items"].fillna(0).astype("int64"), state=known["state"].fillna(STATES[0])
    ).sort_values(["visited_on", *_KEY], ignore_index=True)
    counts = known["state"].value_counts()
    states = [(state, int(counts[state])) for state in STATES if state in counts]
    return Suggestions(
        frame=known,
        states=pd.DataFrame(states, columns=["state", "suggestions"]),
        sentence=sentence_of(question, metric, snapshot.names),
        notes=(
            f"状态为{snapshot.as_of.isoformat()}各建议对应的整改项的状态；一条建议对应几项的，取最未完成的一项。"
            "“未列入整改”是没有对应的整改项，不等于没有落实。",
        ),
    )


def _areas(snapshot: Snapshot, scope: Scope) -> pd.DataFrame:
    columns = (problem_suggestion.c[name] for name in (*_KEY, "area"))
    rows = rows_of(snapshot, scoped(select(*columns), problem_suggestion, scope, "found"))
    rows = rows.dropna(subset=["area"]).drop_duplicates().sort_values([*_KEY, "area"])
    grouped = rows.groupby(_KEY)["area"]
    return grouped.agg("、".join).rename("areas").reset_index()


def _items(snapshot: Snapshot, scope: Scope) -> pd.DataFrame:
    table = rectification_item
    names = (*_KEY, "item_no", "state", "is_overdue", "verified_on")
    statement = select(*(table.c[name] for name in names)).where(table.c.suggestion_no.is_not(None))
    rows = rows_of(snapshot, scoped(statement, table, scope, "found"))
    order = {state: place for place, state in enumerate(STATES)}
    rows = rows.assign(place=rows["state"].map(order)).sort_values([*_KEY, "place", "item_no"])
    grouped = rows.groupby(_KEY)
    found = grouped.agg(items=("item_no", "size"), item_no=("item_no", "、".join), state=("state", "first"))
    last = grouped["verified_on"].max()
    return found.assign(verified_on=last.where(found["state"] == "已验证")).reset_index()
