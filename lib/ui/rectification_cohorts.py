"""Completion by the quarter in which items were found: curves, and the shares within 30, 60 and 90 days."""

from typing import Final

import pandas as pd

from lib.charts.step_curves import DASHES, CurveWords, describe_step_curves, step_curves
from lib.data.filters import Filters
from lib.metrics.format import decimal_text, interval_text, is_missing, rate_text
from lib.ui.chart_block import Figure
from lib.ui.loop_cached import Cohorts
from lib.ui.tables import ShownColumn

#: Days on the axis of the cohorts; later completions are in the table.
_LAST_DAY: Final = 180
_TOO_FEW: Final = "在册不足5项，不作比例"
_TOO_FEW_FOR_MEDIAN: Final = "不足5项，不作中位数"
MINIMUM_AT_RISK: Final = 5
NO_CURVE: Final = f"各季度发现的整改项都不足{MINIMUM_AT_RISK}项，不作曲线，各项比例见表。"
_MARKED: Final = (0, 30, 60, 90, 120, 150, 180)
_CURVE: Final = CurveWords(
    days="自本轮开始的天数", share="已现场验证", counted="发现季度", followed="当日在册项数", shows_band=False
)


def drawn_quarters(found: Cohorts) -> list[str]:
    """The latest quarters with enough items for a curve; none where all are too small."""
    sizes = found.limits.drop_duplicates("group_name").set_index("group_name")["items"]
    large = sizes.index[sizes >= MINIMUM_AT_RISK]
    return [name for name in dict.fromkeys(found.curves["group_name"]) if name in large][-len(DASHES) :]


def cohorts_figure(found: Cohorts, filters: Filters) -> Figure:
    """Completion curves of `drawn_quarters`, which there must be; every quarter is in the table."""
    shown = drawn_quarters(found)
    every = found.curves.rename(columns={"group_name": "name", "group": "code"})
    every = every.rename(columns={"name": "group", "completed": "share"})
    curves = pd.concat([_cut(every[every["group"] == name]) for name in shown])
    risks = pd.DataFrame(
        [(group, day, _at_risk(every[every["group"] == group], day)) for group in shown for day in _MARKED],
        columns=["group", "day", "n_risk"],
    )
    return Figure(
        key="rectification.cohorts",
        title="各季度发现的整改项：按天数的现场验证完成比例",
        chart=step_curves(curves, risks, names=_CURVE),
        alt=describe_step_curves(curves, risks, names=_CURVE, subject="整改完成曲线"),
        table=_with_words(found.limits),
        columns=[
            ShownColumn("group_name", "发现季度"),
            ShownColumn("items", "整改项（项）", "count"),
            ShownColumn("verified", "已验证（项）", "count"),
            ShownColumn("open", "未完成（项）", "count"),
            ShownColumn("ended", "移送或撤回（项）", "count"),
            ShownColumn("median_text", "中位天数"),
            ShownColumn("limit", "天数内", "count"),
            ShownColumn("share", "完成比例（%）", "percent"),
            ShownColumn("lower", "95%区间下限（%）", "percent"),
            ShownColumn("upper", "95%区间上限（%）", "percent"),
            ShownColumn("at_risk", "当日在册（项）", "count"),
            ShownColumn("remark", "说明"),
        ],
        file_label="整改完成比例_按季度",
        filters=filters,
        sentence=found.sentence,
        notes=(
            *found.notes,
            f"图中为最近{len(shown)}个不少于{MINIMUM_AT_RISK}项的季度，各季度以线型区分；横轴下方是各季度当日仍未完成而在册的项数，与横轴所标天数对齐。",
        ),
    )


def cohort_table(found: Cohorts) -> tuple[pd.DataFrame, list[ShownColumn]]:
    """One row per quarter: counts, median, and in words what was completed within each limit."""
    limits = _with_words(found.limits)
    heads = limits.drop_duplicates("group_name")
    table = heads[["group_name", "items", "verified", "open", "ended", "median_text"]].copy()
    columns = [
        ShownColumn("group_name", "发现季度"),
        ShownColumn("items", "整改项", "count"),
        ShownColumn("verified", "已验证", "count"),
        ShownColumn("open", "未完成", "count"),
        ShownColumn("ended", "移送撤回", "count"),
        ShownColumn("median_text", "中位天数"),
    ]
    for limit, rows in limits.groupby("limit"):
        words = rows.set_index("group_name")["words"]
        table[f"within_{limit}"] = words.reindex(table["group_name"]).to_numpy()
        columns.append(ShownColumn(f"within_{limit}", f"{limit}天内（95%区间）"))
    return table, columns


def _with_words(limits: pd.DataFrame) -> pd.DataFrame:
    def words(row: pd.Series) -> str:
        if row["too_early"]:
            return str(row["text"])
        if not row["shown"]:
            return _TOO_FEW
        return f"{rate_text(row['share'])}（{interval_text(row['lower'], row['upper'])}）"

    def remark(row: pd.Series) -> str:
        return str(row["text"]) if row["too_early"] or row["shown"] else _TOO_FEW

    rows = [row for _, row in limits.iterrows()]
    numbers = {name: limits[name].astype("Float64") for name in ("share", "lower", "upper")}
    return limits.assign(
        **numbers,
        words=[words(row) for row in rows],
        remark=[remark(row) for row in rows],
        median_text=[_median_text(row) for row in rows],
    )


def _median_text(row: pd.Series) -> str:
    """A median of a few items says as little as a share of them."""
    if row["items"] < MINIMUM_AT_RISK:
        return _TOO_FEW_FOR_MEDIAN
    return "未过半" if is_missing(row["median_days"]) else f"{decimal_text(row['median_days'], 0)}天"


def _cut(curve: pd.DataFrame) -> pd.DataFrame:
    """The curve up to the last day drawn; it goes on level to there when items were followed for longer."""
    kept = curve[curve["day"] <= _LAST_DAY]
    if len(kept) == len(curve):
        return kept
    return pd.concat([kept, kept.tail(1).assign(day=float(_LAST_DAY))], ignore_index=True)


def _at_risk(curve: pd.DataFrame, day: int) -> int:
    """How many were followed and open just before the day."""
    later = curve[curve["day"] >= day]
    return int(later["at_risk"].iloc[0]) if len(later) else 0
