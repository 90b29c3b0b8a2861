"""The figures of the mobile clinic: coverage by district, diagnosis areas, suggestions, what came after."""

from collections.abc import Sequence
from typing import Final

import pandas as pd

from lib.charts.part_bars import PartWords, describe_part_bars, part_bars
from lib.charts.step_curves import CurveWords, describe_step_curves, step_curves
from lib.data.filters import Filters
from lib.metrics.analyses.clinic import LEAST_FIRMS, ClinicOutcome, ProblemPareto
from lib.metrics.analyses.clinic_suggestions import Suggestions
from lib.metrics.compute import Result
from lib.metrics.format import count_text, decimal_text, interval_text, is_missing, rate_text
from lib.metrics.format import rate_with_counts_text as share_text
from lib.ui.chart_block import Figure
from lib.ui.tables import ShownColumn

_COVERED: Final = PartWords(row="地区", part="已帮扶", total="符合条件", unit="家")
_AREAS: Final = PartWords(row="诊断方面", part="问题数", total="累计问题数", unit="个")
_ADVICE: Final = PartWords(row="状态", part="建议数", total="建议合计", unit="条")
_FREE: Final = CurveWords(days="随访天数", share="未再出现不合格", counted="组别", followed="当日在随访家数")
_MARKED: Final = (0, 90, 180, 270, 365, 540, 730, 1095, 1460)


def coverage_figure(result: Result, level: str, notes: Sequence[str]) -> Figure:
    """Eligible and assisted producers by district, in the order of codes."""
    frame = result.frame.rename(columns={f"{level}_name": "label"})
    frame = frame.assign(
        total=frame["denominator"].fillna(0).astype("int64"),
        part=frame["numerator"].fillna(0).astype("int64"),
    )
    frame = frame[(frame["total"] > 0) | (frame["part"] > 0)].reset_index(drop=True)
    frame["text"] = [
        f"已帮扶{count_text(row['part'])}/{count_text(row['total'])}家，{rate_text(row['value'])}"
        f"（95%区间{interval_text(row['lower'], row['upper'])}）"
        for _, row in frame.iterrows()
    ]
    return Figure(
        key="clinic.coverage",
        title="符合条件的生产企业与已帮扶的（按地区）",
        chart=part_bars(frame, names=_COVERED),
        alt=describe_part_bars(frame, names=_COVERED, subject="流动诊所帮扶覆盖"),
        table=frame,
        columns=[
            ShownColumn("label", "地区"),
            ShownColumn("part", "已帮扶（家）", "count"),
            ShownColumn("total", "符合条件（家）", "count"),
            ShownColumn("value", "覆盖率（%）", "percent"),
            ShownColumn("lower", "95%区间下限（%）", "percent"),
            ShownColumn("upper", "95%区间上限（%）", "percent"),
        ],
        file_label="流动诊所帮扶覆盖_地区",
        filters=result.filters,
        sentence=result.sentence,
        notes=(*notes, "地区按代码排列，不作排名；没有符合条件企业的地区不列出，覆盖率不作100%。"),
    )


def areas_figure(pareto: ProblemPareto, filters: Filters) -> Figure:
    """Problems by diagnosis area, most first: own number solid, cumulative number outlined."""
    frame = pareto.frame.assign(
        label=pareto.frame["area_name"],
        part=pareto.frame["problems"].astype("int64"),
        total=pareto.frame["problems"].cumsum().astype("int64"),
    )
    every = int(frame["part"].sum())
    frame = frame.assign(every=every)
    frame["text"] = [
        f"{count_text(row['part'])}个，占{rate_text(row['share'])}，累计{rate_text(row['cumulative'])}"
        for _, row in frame.iterrows()
    ]
    return Figure(
        key="clinic.areas",
        title="发现的问题：按诊断方面（累计构成）",
        chart=part_bars(frame, names=_AREAS),
        alt=describe_part_bars(frame, names=_AREAS, subject="流动诊所发现的问题按诊断方面"),
        table=frame,
        columns=[
            ShownColumn("label", "诊断方面"),
            ShownColumn("part", "问题数（个）", "count"),
            ShownColumn("every", "问题合计（个）", "count"),
            ShownColumn("share", "占比（%）", "percent"),
            ShownColumn("cumulative", "累计占比（%）", "percent"),
        ],
        file_label="流动诊所问题_诊断方面",
        filters=filters,
        sentence=pareto.result.sentence,
        notes=(*pareto.notes, "问题是逐一查到的全数，不是抽样，因此占比不附区间。"),
    )


def suggestions_figure(found: Suggestions, filters: Filters) -> Figure:
    """Suggestions by the state of their items."""
    total = int(found.states["suggestions"].sum())
    frame = found.states.assign(label=found.states["state"], part=found.states["suggestions"], total=total)
    frame["text"] = [f"{count_text(part)}/{count_text(total)}条" for part in frame["part"]]
    return Figure(
        key="clinic.suggestions",
        title="整改建议现在的状态",
        chart=part_bars(frame, names=_ADVICE),
        alt=describe_part_bars(frame, names=_ADVICE, subject="流动诊所整改建议的状态"),
        table=frame,
        columns=[
            ShownColumn("state", "状态"),
            ShownColumn("part", "建议数（条）", "count"),
            ShownColumn("total", "建议合计（条）", "count"),
        ],
        file_label="流动诊所整改建议_状态",
        filters=filters,
        sentence=found.sentence,
        notes=found.notes,
    )


def outcome_figure(outcome: ClinicOutcome, filters: Filters) -> Figure:
    """Share of firms without a new unqualified batch, helped and not helped."""
    curves = outcome.curves.rename(columns={"free": "share"}).assign(group=outcome.curves["group_name"])
    last = float(curves["day"].max()) if len(curves) else 0.0
    marked = [day for day in _MARKED if day <= last]
    risks = pd.DataFrame(
        [
            (group, day, _followed(rows, day))
            for group, rows in curves.groupby("group", sort=False)
            for day in marked
        ],
        columns=["group", "day", "n_risk"],
    )
    return Figure(
        key="clinic.outcome",
        title="再次不合格之前的时间：已帮扶与符合条件未帮扶",
        chart=step_curves(curves, risks, names=_FREE),
        alt=describe_step_curves(curves, risks, names=_FREE, subject="未再出现不合格批次的企业比例"),
        table=curves,
        columns=[
            ShownColumn("group", "组别"),
            ShownColumn("day", "随访天数", "count"),
            ShownColumn("share", "未再不合格的比例（%）", "percent"),
            ShownColumn("lower", "95%区间下限（%）", "percent"),
            ShownColumn("upper", "95%区间上限（%）", "percent"),
            ShownColumn("at_risk", "当日在随访（家）", "count"),
        ],
        file_label="流动诊所_再次不合格生存曲线",
        filters=filters,
        sentence=outcome.sentence,
        notes=(
            *outcome.notes,
            "曲线用卡普兰—迈耶法，浅色带为95%区间；横轴下方为各组当日仍在随访的家数，与横轴所标天数对齐。"
            + _test_words(outcome),
        ),
    )


def outcome_table(outcome: ClinicOutcome) -> tuple[pd.DataFrame, list[ShownColumn]]:
    """Both groups: followed, matured, unqualified again and sampled again within 365 days."""
    rows = [row for _, row in outcome.table.iterrows()]
    table = outcome.table.assign(
        again_text=[_rate_words(row, "again") for row in rows],
        interval=[interval_text(row["lower"], row["upper"]) for row in rows],
        resampled_text=[_rate_words(row, "resampled") for row in rows],
        median_text=[_median_text(row) for row in rows],
    )
    columns = [
        ShownColumn("group_name", "组别"),
        ShownColumn("followed", "随访（家）", "count"),
        ShownColumn("mature", "满365天（家）", "count"),
        ShownColumn("again_text", "365天再次不合格"),
        ShownColumn("interval", "95%区间"),
        ShownColumn("resampled_text", "365天再抽样"),
        ShownColumn("median_text", "中位天数"),
    ]
    return table, columns


def _median_text(row: pd.Series) -> str:
    if row["followed"] < LEAST_FIRMS:
        return f"不足{LEAST_FIRMS}家，不作中位数"
    return "未过半" if is_missing(row["median_days"]) else f"{decimal_text(row['median_days'], 0)}天"


def _rate_words(row: pd.Series, name: str) -> str:
    return share_text(row[name], row["mature"]) if row["mature"] else str(row["text"])


def _followed(curve: pd.DataFrame, day: float) -> int:
    later = curve[curve["day"] >= day]
    return int(later["at_risk"].iloc[0]) if len(later) else 0


def _test_words(outcome: ClinicOutcome) -> str:
    p = outcome.p
    if p is None:
        return f"{outcome.untested or '两组不能作对数秩检验'}。"
    verdict = "两组相差超出偶然" if p < 0.05 else "两组未见超出偶然的差别"
    return f"对数秩检验 p={decimal_text(p, 3)}，{verdict}。"
