"""The figures of rectification: stages, ageing, owners, paper closings. Analysis in, drawn figure out."""

from typing import Final

import pandas as pd

from lib.charts.part_bars import PartWords, describe_part_bars, part_bars
from lib.data.filters import Filters
from lib.metrics.format import MISSING, count_text, decimal_text, is_missing
from lib.ui.chart_block import Figure
from lib.ui.loop_cached import Found
from lib.ui.tables import ShownColumn

_STAGE: Final = PartWords(row="环节", part="已到达", total="整改项", unit="项")
_OPEN: Final = PartWords(row="已历时", part="其中逾期", total="未完成", unit="项")
_POST: Final = PartWords(row="督促岗位", part="其中逾期", total="未完成", unit="项")
_PAPER: Final = PartWords(row="判定依据", part="纸面整改", total="纸面整改", unit="项")


def stages_figure(found: Found, filters: Filters) -> Figure:
    """How many items reached each stage, and the median days from the stage before."""
    frame = found.frame.assign(
        total=int(found.frame["reached"].iloc[0]), label=found.frame["stage"], part=found.frame["reached"]
    )
    frame = frame.assign(
        text=[_stage_text(row) for _, row in frame.iterrows()],
        median_text=[_median_text(row) for _, row in frame.iterrows()],
    )
    return Figure(
        key="rectification.stages",
        title="五环流程：各环节已到达的项数与中位天数",
        chart=part_bars(frame, names=_STAGE),
        alt=describe_part_bars(frame, names=_STAGE, subject="整改闭环五个环节"),
        table=frame,
        columns=[
            ShownColumn("stage", "环节"),
            ShownColumn("reached", "已到达（项）", "count"),
            ShownColumn("total", "整改项（项）", "count"),
            ShownColumn("waiting", "停在此环节之前（项）", "count"),
            ShownColumn("skipped", "越过（项）", "count"),
            ShownColumn("ended", "移送或撤回（项）", "count"),
            ShownColumn("median_text", "上一环至此中位天数"),
            ShownColumn("events", "计时内到达（项）", "count"),
            ShownColumn("at_start", "进入计时（项）", "count"),
        ],
        file_label="整改闭环_五环流程",
        filters=filters,
        sentence=found.sentence,
        notes=(
            *found.notes[1:],
            "中位天数自上一环至本环，按自然日用卡普兰—迈耶法估计，未走完的项计入；移送、撤回只算到结束之日，不算完成。"
            "写“未过半”的是到数据截至日还不到一半走完这一环。",
            "验证只计现场、有证据、非同一岗位、在整改之后的；帮扶和提升不是每项都有。",
        ),
    )


def _stage_text(row: pd.Series) -> str:
    counts = f"{count_text(row['reached'])}/{count_text(row['total'])}项"
    if row["number"] == 1:
        return counts
    return f"{counts} · 中位{_median_text(row)} · 尚待{count_text(row['waiting'])}项"


def _median_text(row: pd.Series) -> str:
    if row["number"] == 1:
        return MISSING
    days = row["median_days"]
    return "未过半" if is_missing(days) else f"{decimal_text(days, 0)}天"


def ageing_figure(found: Found, filters: Filters) -> Figure:
    """Open items by age, overdue ones solid."""
    grouped = found.frame.groupby(["band", "label"], as_index=False)
    frame = grouped.agg(total=("open", "sum"))
    for name, column in (("part", "overdue"), ("reported", "reported")):
        own = found.frame["open"].where(found.frame[column].astype(bool), 0)
        frame[name] = own.groupby(found.frame["band"]).sum().reindex(frame["band"]).to_numpy()
    frame["text"] = [_open_text(row) for _, row in frame.iterrows()]
    return Figure(
        key="rectification.ageing",
        title="未完成整改项的历时",
        chart=part_bars(frame, names=_OPEN),
        alt=describe_part_bars(frame, names=_OPEN, subject="未完成整改项按历时"),
        table=frame,
        columns=[ShownColumn("label", "已历时"), *_OPEN_COLUMNS],
        file_label="未完成整改项_历时",
        filters=filters,
        sentence=found.sentence,
        notes=found.notes,
    )


_OPEN_COLUMNS: Final = (
    ShownColumn("total", "未完成（项）", "count"),
    ShownColumn("part", "其中逾期（项）", "count"),
    ShownColumn("reported", "其中自报完成（项）", "count"),
)


def owners_figure(found: Found, filters: Filters) -> Figure:
    """Open items by the post that has to see to them, in the order of districts."""
    frame = found.frame.sort_values(["division", "owner_post"], na_position="last", ignore_index=True)
    frame = frame.rename(columns={"open": "total", "overdue": "part"}).assign(label=frame["owner_post"])
    frame["text"] = [_open_text(row) for _, row in frame.iterrows()]
    return Figure(
        key="rectification.owners",
        title="未完成与逾期：按督促岗位",
        chart=part_bars(frame, names=_POST),
        alt=describe_part_bars(frame, names=_POST, subject="未完成整改项按督促岗位"),
        table=frame,
        columns=[
            ShownColumn("division_name", "属地"),
            ShownColumn("owner_post", "督促岗位"),
            *_OPEN_COLUMNS,
            ShownColumn("longest_overdue", "最长逾期（天）", "count"),
        ],
        file_label="未完成整改项_督促岗位",
        filters=filters,
        sentence=found.sentence,
        notes=(*found.notes, "岗位按属地代码排列，不作排名；项数多少与管辖的企业数有关。"),
    )


def _open_text(row: pd.Series) -> str:
    if not row["total"]:
        return "0项"
    parts = [f"未完成{count_text(row['total'])}项", f"逾期{count_text(row['part'])}"]
    if row["reported"]:
        parts.append(f"自报完成{count_text(row['reported'])}")
    return "，".join(parts)


def paper_figure(found: Found, filters: Filters, claims: int) -> Figure:
    """Closings on paper by what makes them so; `claims`: all items claimed closed."""
    counts = found.frame.groupby(["reason", "missing"], as_index=False).size()
    frame = counts.rename(columns={"size": "part"}).sort_values(
        ["part", "reason"], ascending=[False, True], ignore_index=True
    )
    frame = frame.assign(
        label=frame["reason"],
        total=frame["part"],
        text=[
            f"{count_text(row['part'])}/{count_text(claims)}项称已办结 · 缺{row['missing']}"
            if row["reason"] != "复发"
            else f"{count_text(row['part'])}/{count_text(claims)}项称已办结 · 365天内同一项目再次不合格"
            for _, row in frame.iterrows()
        ],
        claims=claims,
    )
    return Figure(
        key="rectification.paper",
        title="纸面整改：按判定依据",
        chart=part_bars(frame, names=_PAPER),
        alt=describe_part_bars(frame, names=_PAPER, subject="纸面整改按判定依据"),
        table=frame,
        columns=[
            ShownColumn("reason", "判定依据"),
            ShownColumn("missing", "缺少的证据"),
            ShownColumn("part", "纸面整改（项）", "count"),
            ShownColumn("claims", "称已办结（项）", "count"),
        ],
        file_label="纸面整改_判定依据",
        filters=filters,
        sentence=found.sentence,
        notes=found.notes,
    )
