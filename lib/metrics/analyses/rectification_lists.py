"""Lists around rectification: age of open items, overdue items by owner, closings on paper. One query each."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from lib.data.filters import Filters
from lib.data.scope import Scope
from lib.data.snapshot import Snapshot
from lib.metrics.analyses.ageing import BANDS
from lib.metrics.analyses.rectification_rows import ItemRows, item_rows

_LABELS: Final = (
    *(f"{start}—{end}天" for start, end in zip((0, *(day + 1 for day in BANDS)), BANDS, strict=False)),
    f"{BANDS[-1]}天以上",
)
#: What was missing when an item was closed on paper.
MISSING: Final = {
    "未验证即销号": "现场验证记录",
    "未整改先验证": "整改记录",
    "未验证先提升": "现场验证记录",
    "未到现场": "到现场的验证",
    "缺少证据": "验证证据",
    "未写明验证岗位": "验证岗位",
    "整改与验证同一岗位": "另一岗位的验证",
    "复发": "—（365天内复发）",
}
_WATCHED: Final = (
    *(
        "source",
        "item_no",
        "round",
        "enterprise_key",
        "enterprise_name",
        "division",
        "division_name",
        "origin",
    ),
    *("owner_post", "failing_item_name", "claimed_on", "reason", "missing", "recurred_on", "reopened_on"),
)


@dataclass(frozen=True, kw_only=True, eq=False)
class ItemList:
    """A list made from items; `frame` is described by the function that made it."""

    items: ItemRows
    frame: pd.DataFrame
    notes: tuple[str, ...]


def open_ageing(snapshot: Snapshot, filters: Filters, scope: Scope, **given: Any) -> ItemList:
    """Open items by age: band (order), label, overdue, reported (自报完成), open (项); a counted 0 included."""
    items = item_rows(snapshot, filters, scope, metric_id="rectification_open", **given)
    rows = items.frame
    band = np.searchsorted(np.array(BANDS), rows["days"].to_numpy(), side="left")
    counted = (
        rows.assign(band=band, overdue=rows["is_overdue"], reported=rows["state"] == "自报完成")
        .groupby(["band", "overdue", "reported"])
        .size()
    )
    every = pd.MultiIndex.from_product(
        [range(len(_LABELS)), (True, False), (True, False)], names=["band", "overdue", "reported"]
    )
    frame = counted.reindex(every, fill_value=0).rename("open").reset_index()
    frame.insert(1, "label", [_LABELS[number] for number in frame["band"]])
    note = f"历时自本轮开始起按自然日算至{items.as_of.isoformat()}；没有整改期限的不算逾期。"
    return ItemList(items=items, frame=frame, notes=(note,))


def overdue_by_owner(snapshot: Snapshot, filters: Filters, scope: Scope, **given: Any) -> ItemList:
    """Open items by owner's post: division, division_name, owner_post, open, overdue, reported, longest_overdue
    (days, missing without one); most overdue first. Posts, never names.
    """
    items = item_rows(snapshot, filters, scope, metric_id="rectification_open", **given)
    rows = items.frame
    late = (pd.Timestamp(items.as_of) - rows["due_on"]).dt.days.where(rows["is_overdue"])
    rows = rows.assign(
        late=late, reported=rows["state"] == "自报完成", owner_post=rows["owner_post"].fillna("未写明")
    )
    frame = rows.groupby(["division", "division_name", "owner_post"], dropna=False, as_index=False).agg(
        open=("item_no", "size"),
        overdue=("is_overdue", "sum"),
        reported=("reported", "sum"),
        longest_overdue=("late", "max"),
    )
    ordered = frame.sort_values(["overdue", "open", "owner_post"], ascending=[False, False, True])
    return ItemList(
        items=items,
        frame=ordered.reset_index(drop=True),
        notes=("逾期含已自报而未现场验证的；按岗位，不列姓名。",),
    )


def open_items(snapshot: Snapshot, filters: Filters, scope: Scope, **given: Any) -> ItemList:
    """The 销号 list: every item with its `state` and the columns of `ItemRows`, by due day then number."""
    items = item_rows(snapshot, filters, scope, **given)
    frame = items.frame.sort_values(["due_on", "source", "item_no"], na_position="last", ignore_index=True)
    return ItemList(items=items, frame=frame, notes=())


def paper_watch_list(snapshot: Snapshot, filters: Filters, scope: Scope, **given: Any) -> ItemList:
    """Closings on paper by the day of the claim: the columns of `_WATCHED`; `reason` is what makes it one, `missing`
    the evidence that is missing. As many rows as `paper_rectification` counts.
    """
    items = item_rows(snapshot, filters, scope, metric_id="paper_rectification", **given)
    reason = items.frame["closing_defect"].fillna("复发")
    frame = items.frame.assign(reason=reason, missing=reason.map(MISSING).fillna("—"))
    day = pd.Timestamp(items.as_of)
    frame = frame.assign(
        **{name: frame[name].where(frame[name] <= day) for name in ("recurred_on", "reopened_on")}
    )
    ordered = frame.sort_values(["claimed_on", "source", "item_no", "round"], ignore_index=True)
    return ItemList(
        items=items,
        frame=ordered[list(_WATCHED)],
        notes=("纸面整改以首个办结依据判定；办结不满365天的，复发尚未可知。",),
    )
