"""Pareto of failing items or item groups with both denominators: all failing items, all failing batches."""

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import pandas as pd

from lib.data.filters import Filters
from lib.data.scope import Scope
from lib.data.snapshot import Snapshot
from lib.metrics.analyses.judgement import numbers
from lib.metrics.compute import compute
from lib.metrics.dimensions import UNKNOWN
from lib.metrics.registry import get_metric
from lib.stats.intervals import wilson

Level = Literal["item", "item_group"]
#: Pesticide and veterinary residues are two groups since 2021; before they were one.
SPLIT_YEAR: Final = 2021
TOP: Final = 15
OTHER: Final = "其他"
_OTHER_CODE: Final = "OTHER"


@dataclass(frozen=True, kw_only=True, eq=False)
class Pareto:
    """`frame`: item, label, group_name, numerator (项次), batches, total_items, total_batches, share_items,
    share_items_lower, share_items_upper, share_batches, cumulative, is_other; largest first, "other" last.

    `batches` and `share_batches` of "other" are missing: a batch can have several items, they do not add up.
    """

    level: str
    frame: pd.DataFrame
    sentence: str
    notes: tuple[str, ...]


def pareto(
    snapshot: Snapshot, filters: Filters, scope: Scope, *, level: Level = "item", top: int = TOP
) -> Pareto:
    """Failing items or groups of the period. Groups are the comparable ones where the period touches 2020."""
    comparable = level == "item_group" and filters.start.year < SPLIT_YEAR
    name = "comparable_group" if comparable else level
    by = ("item", "item_group") if level == "item" else (name,)
    shares, batches = (
        compute(snapshot, get_metric(metric_id), filters, scope, by=by, with_excluded=False)
        for metric_id in ("failing_item_share", "failing_batch_share")
    )
    counted = shares.frame.merge(batches.frame, on=list(by), how="left", suffixes=("", "_of_batches"))
    rows = _ranked(_rows(counted, name, level), top)
    return Pareto(level=name, frame=rows, sentence=shares.sentence, notes=_notes(rows, comparable))


def _rows(counted: pd.DataFrame, name: str, level: Level) -> pd.DataFrame:
    groups = counted["item_group_name"] if level == "item" else counted[f"{name}_name"]
    rows = pd.DataFrame(
        {
            "item": counted[name],
            "label": counted[name].fillna(UNKNOWN) if level == "item" else counted[f"{name}_name"],
            "group_name": groups,
            "numerator": counted["numerator"],
            "total_items": counted["denominator"],
            "batches": counted["numerator_of_batches"],
            "total_batches": counted["denominator_of_batches"],
        }
    )
    # An item may stand in two groups of the code list: its rows of one sample never do, so counts add up.
    kept = {"group_name": "first", "total_items": "first", "total_batches": "first"}
    sums = {"numerator": "sum", "batches": "sum"}
    merged = rows.groupby(["item", "label"], dropna=False, as_index=False).agg({**kept, **sums})
    return merged.sort_values(["numerator", "label"], ascending=[False, True], ignore_index=True)


def _ranked(rows: pd.DataFrame, top: int) -> pd.DataFrame:
    is_other = (rows["item"] == _OTHER_CODE).fillna(False).to_numpy(dtype=bool)
    named = rows[~is_other]
    rest = pd.concat([named.iloc[top:], rows[is_other]])
    ranked = named.head(top).assign(is_other=False)
    if len(rest):
        ranked = pd.concat([ranked, _other(rest)], ignore_index=True)
    x, n = numbers(ranked["numerator"]), numbers(ranked["total_items"])
    lower, upper = wilson(x, n)
    share = np.divide(x, n, out=np.full(len(ranked), np.nan), where=n > 0)
    batches, total = numbers(ranked["batches"]), numbers(ranked["total_batches"])
    return ranked.assign(
        share_items=share,
        share_items_lower=lower,
        share_items_upper=upper,
        share_batches=np.divide(batches, total, out=np.full(len(ranked), np.nan), where=total > 0),
        cumulative=np.cumsum(share),
    )


def _other(rest: pd.DataFrame) -> pd.DataFrame:
    one = len(rest) == 1
    row = {
        "item": [pd.NA],
        "label": [OTHER],
        "group_name": [f"{len(rest)}项合计"],
        "numerator": [int(rest["numerator"].sum())],
        "total_items": [rest["total_items"].iloc[0]],
        "batches": [rest["batches"].iloc[0] if one else pd.NA],
        "total_batches": [rest["total_batches"].iloc[0]],
        "is_other": [True],
    }
    return pd.DataFrame(row).astype({"numerator": "Int64", "batches": "Int64"})


def _notes(rows: pd.DataFrame, comparable: bool) -> tuple[str, ...]:
    if rows.empty:
        return ("所选范围没有不合格项目。",)
    notes = [
        "一批次可有多项不合格：占项次合计为100%，占批次合计可超过100%。检得多的项目不合格也多，占比不是检出率。"
    ]
    if comparable:
        notes.append("期间含2020年及以前，农药与兽药残留当时为一组，按可比项目组合并列出。")
    return tuple(notes)
