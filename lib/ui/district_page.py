"""The parts of 属地责任: each computes first and draws then."""

from typing import Any, Final

import pandas as pd
import streamlit as st

from lib.metrics.analyses.district_record import ADJUSTED, MEASURES
from lib.metrics.analyses.districts import DistrictComparison
from lib.metrics.analyses.reversal import comparable_strata, reversals
from lib.metrics.format import decimal_text, rate_text
from lib.metrics.registry import get_metric
from lib.ui import cached, district_cached
from lib.ui.chart_block import chart_block
from lib.ui.district_figures import ALONE, dots_figure, funnel_of, grid_figure
from lib.ui.district_mix import mix_figure
from lib.ui.page_part import page_part
from lib.ui.plain_text import plain
from lib.ui.rate_figures import adjusted_figure, funnel_figure
from lib.ui.tables import ShownColumn, show_table
from lib.ui.url_choice import dropdown, segments
from lib.ui.view import View

SECTIONS: Final = {"compare": "各项对照", "measure": "单项比较", "mix": "构成影响", "own": "本地情况"}
_NOTHING: Final = "所选范围没有可比较的地区。请放宽期间、属地或其他筛选条件。"


def section() -> str:
    """Which section the reader chose; only this one is computed."""
    return segments("section", "本页内容", SECTIONS)


def side_by_side(view: View) -> None:
    """All measures of all districts, one row a district."""
    with page_part(skeleton_height=480):
        record = district_cached.record(view.source, view.filters, MEASURES)
        if all(measure.frame.empty for measure in record.measures):
            _nothing(record.refused)
            return
        reversal_notice(view)
        chart_block(view, grid_figure(record))


def one_measure(view: View) -> None:
    """One measure of all districts with intervals, and against the number of cases."""
    with page_part(skeleton_height=420):
        chosen = dropdown("measure", "指标", {one: get_metric(one).name for one in MEASURES}, width=320)
        record = district_cached.record(view.source, view.filters, (chosen,))
        if not record.measures or record.measures[0].frame.empty:
            _nothing(record.refused)
            return
        if chosen == ADJUSTED:
            if record.measures[0].is_alone:
                _nothing((ALONE,))
                return
            comparison = cached.districts(view.source, ADJUSTED, view.filters)
            chart_block(view, adjusted_figure(comparison))
            chart_block(view, funnel_figure(comparison))
            return
        chart_block(view, dots_figure(record.measures[0]))
        chart_block(view, funnel_of(record.measures[0]))
        st.caption("  \n".join(plain(note) for note in record.notes))


def mix(view: View) -> None:
    """What of a district's rate comes from what it samples."""
    with page_part(skeleton_height=420):
        comparison = cached.districts(view.source, ADJUSTED, view.filters)
        if len(comparison.adjusted) < 2:
            _nothing(() if comparison.adjusted.empty else (ALONE,))
            return
        reversal_notice(view)
        chart_block(view, mix_figure(comparison))
        names = dict(zip(comparison.adjusted["code"], comparison.adjusted["name"], strict=True))
        code = dropdown("unit", "地区", names, width=260)
        st.subheader(f"{plain(names[code])}的品类与环节构成", anchor=False)
        strata = strata_of(comparison, code)
        show_table(strata, _STRATA, alt=f"{names[code]}的品类与环节构成")
        st.caption("按构成带来的差（绝对值）从大到小列出前 30 格；全部格子的预期相加即为该地区的预期批次。")


def reversal_notice(view: View) -> None:
    """Say it aloud when the mix turns a district's direction round (Simpson's reversal)."""
    turned = turned_districts(cached.districts(view.source, ADJUSTED, view.filters))
    if turned:
        lines = "\n".join(f"- {plain(line)}" for line in turned)
        st.info(
            "构成使比较反转：下列地区的原始不合格率与合计相比的方向，在同品类、同环节比较后相反，"
            f"宜看实际与预期之比。\n\n{lines}",
            icon=":material/swap_vert:",
        )


def turned_districts(comparison: DistrictComparison) -> list[str]:
    """A sentence for each district that turns round, with its largest strata."""
    turned = reversals(comparison.adjusted, comparison.strata, comparison.baseline)
    return [
        f"{row.district}：原始{rate_text(row.value)}，合计{rate_text(comparison.baseline)}；"
        f"实际与预期之比{decimal_text(row.ratio)}（95%区间{_interval(row)}）；"
        f"{_strata_words(comparable_strata(comparison.strata, str(row.code)))}。"
        for row in turned.rename(columns={"name": "district"}).itertuples()
    ]


def _strata_words(own: pd.DataFrame) -> str:
    shown = own.head(_STRATA_NAMED)
    words = "，".join(
        f"{row.category_name}·{row.stage_name}{rate_text(row.rate)}（各地合计{rate_text(row.reference_rate)}）"
        for row in shown.itertuples()
    )
    return words if len(shown) == len(own) else f"样品最多的{len(shown)}格（共{len(own)}格）：{words}"


def _interval(row: Any) -> str:
    ends = f"{decimal_text(row.ratio_lower)}—{decimal_text(row.ratio_upper)}"
    return f"{ends}，含1，可能是偶然" if row.ratio_lower <= 1 <= row.ratio_upper else ends


_STRATA: Final = (
    ShownColumn("category_name", "食品大类"),
    ShownColumn("stage_name", "环节"),
    ShownColumn("numerator", "不合格（批次）", "count"),
    ShownColumn("denominator", "有结论（批次）", "count"),
    ShownColumn("share", "占本地（%）", "percent"),
    ShownColumn("share_all", "占合计（%）", "percent"),
    ShownColumn("reference_rate", "同格合计不合格率（%）", "percent"),
    ShownColumn("expected", "预期（批次）", "number"),
)
_STRATA_SHOWN: Final = 30
#: Strata that the notice of a reversal names.
_STRATA_NAMED: Final = 3


def strata_of(comparison: DistrictComparison, code: str) -> pd.DataFrame:
    """The cells of one district, those first whose share differs most in effect from that of all districts."""
    cells = comparison.strata.copy()
    keys = ["category", "stage"]
    whole = cells.groupby(keys, dropna=False)["denominator"].transform("sum") / cells["denominator"].sum()
    own = cells.assign(share_all=whole)[(cells["code"] == code) & (cells["denominator"] > 0)]
    own = own.assign(share=own["denominator"] / own["denominator"].sum())
    effect = ((own["share"] - own["share_all"]) * (own["reference_rate"] - comparison.baseline)).abs()
    order = effect.sort_values(ascending=False, kind="stable").index
    return own.loc[order].head(_STRATA_SHOWN).reset_index(drop=True)


def _nothing(refused: tuple[str, ...]) -> None:
    st.info(plain(" ".join(refused) or _NOTHING), icon=":material/filter_alt_off:")
