"""The lists of 包保督导 as tables: which columns, in which words. Posts stand in them, never names."""

from dataclasses import dataclass
from typing import Final

import pandas as pd

from lib.ui.paged_list import Listing
from lib.ui.supervision_cached import ListName, QuarterList
from lib.ui.tables import NAME_WIDTH, ShownColumn
from lib.ui.view import View


@dataclass(frozen=True)
class ListWords:
    """Title, columns and what to say when there is nothing."""

    title: str
    columns: tuple[ShownColumn, ...]
    empty: str


_PLACE: Final = (
    ShownColumn("division_name", "县区", width=NAME_WIDTH),
    ShownColumn("binding_level", "包保级别"),
)
_TASK: Final = (
    *_PLACE,
    ShownColumn("holder_post", "包保岗位"),
    ShownColumn("enterprise_name", "包保主体"),
    ShownColumn("due_on", "应完成日期", "date"),
    ShownColumn("gap_text", "说明"),
    ShownColumn("holder_post_no", "岗位编号"),
    ShownColumn("duty_no", "任务编号"),
)
LIST_WORDS: Final[dict[ListName, ListWords]] = {
    "tasks": ListWords("季初任务清单", _TASK, "本季没有包保督导任务。"),
    "reminders": ListWords(
        "季末提醒清单",
        (
            *_TASK[:5],
            ShownColumn("days_left", "距应完成日（天，负数为已逾期）", "count"),
            ShownColumn("reminded_on", "首次提醒日期", "date"),
            *_TASK[5:],
        ),
        "本季没有待督导的户次，不需要提醒。",
    ),
    "gaps": ListWords("包保空档", _TASK, "应完成日都有岗位包保，没有空档。"),
    "holders": ListWords(
        "本季包保岗位经过",
        (
            *_PLACE,
            ShownColumn("enterprise_name", "包保主体"),
            ShownColumn("post", "包保岗位"),
            ShownColumn("from_on", "本季起", "date"),
            ShownColumn("to_on", "本季止", "date"),
            ShownColumn("change_text", "变动"),
            ShownColumn("post_no", "岗位编号"),
        ),
        "本季没有包保主体。",
    ),
}
_COCKPIT: Final = (
    ShownColumn("group_name", "分组", width=NAME_WIDTH),
    ShownColumn("due", "应督导户次", "count"),
    ShownColumn("done", "已督导户次", "count"),
    ShownColumn("on_time", "按期户次", "count"),
    ShownColumn("late", "逾期户次", "count"),
    ShownColumn("overdue", "到期未督导", "count"),
    ShownColumn("not_due", "未到期", "count"),
    ShownColumn("rate", "已督导÷应督导（%）", "percent"),
    ShownColumn("lower", "95%区间下限（%）", "percent"),
    ShownColumn("upper", "95%区间上限（%）", "percent"),
    ShownColumn("gaps", "空档户次", "count"),
    ShownColumn("problems", "发现问题（个）", "count"),
)
#: Rows of the history that differ from a whole quarter with one post come first.
_WHOLE: Final = "全季"


def cockpit_listing(view: View, found: QuarterList, by: str) -> Listing:
    """Counts by level or district, the total last."""
    label = "级别" if by == "binding_level" else "县区"
    return Listing(
        key=f"cockpit.{by}",
        title=f"本季应督导、已督导与逾期（按{label}）",
        table=found.frame,
        columns=_COCKPIT,
        file_label=f"包保督导进度_按{label}",
        filters=view.filters,
        sentence=view.result("supervision_due").sentence,
        notes=found.notes,
    )


def listing_of(view: View, name: ListName, found: QuarterList, words: ListWords) -> Listing:
    """A list of the quarter with its file."""
    table = with_changes(found.frame, view) if name == "holders" else with_gaps(found.frame)
    return Listing(
        key=f"duty.{name}",
        title=words.title,
        table=table,
        columns=words.columns,
        file_label=f"包保督导_{words.title}",
        filters=view.filters,
        sentence=view.result("supervision_due").sentence,
        notes=found.notes,
        empty=words.empty,
    )


def with_gaps(frame: pd.DataFrame) -> pd.DataFrame:
    """Add `gap_text`: nobody holds it, or it changed hands within the quarter."""
    pairs = zip(frame["has_gap"], frame["changed_hands"], strict=True)
    return frame.assign(
        gap_text=["空档" if gap else "本季换人" if changed else "" for gap, changed in pairs]
    ).astype({"gap_text": "object"})


def with_changes(frame: pd.DataFrame, view: View) -> pd.DataFrame:
    """Add `change_text` and put changes and gaps before whole quarters."""
    first, last = (pd.Timestamp(day) for day in (view.filters.start, view.filters.end))
    rows = frame.rename(columns={"from": "from_on"}) if "from" in frame else frame
    texts = [
        _change(row.post_no, row.from_on, row.to_on, first, last)
        for row in rows[["post_no", "from_on", "to_on"]].itertuples()
    ]
    rows = rows.assign(change_text=pd.Series(texts, index=rows.index, dtype="object"))
    changed = rows.groupby("enterprise_key")["change_text"].transform(lambda words: (words != _WHOLE).any())
    return rows.assign(is_whole=~changed.astype(bool)).sort_values(
        "is_whole", kind="stable", ignore_index=True
    )


def _change(post: object, start: object, end: object, first: pd.Timestamp, last: pd.Timestamp) -> str:
    if pd.isna(post):  # type: ignore[call-overload]
        return "空档"
    words = [word for changed, word in ((start > first, "季内接任"), (end < last, "季内卸任")) if changed]  # type: ignore[operator]
    return "、".join(words) or _WHOLE
