"""The definitions page: every metric as it is declared, so that the words cannot drift from the computation."""

from collections.abc import Iterable, Mapping
from typing import Final

import streamlit as st

from lib.metrics.dimensions import DIMENSIONS
from lib.metrics.metric import Metric
from lib.metrics.registry import all_metrics
from lib.metrics.sides import side_names
from lib.ui.figure_text import counts_lines, excluded_text, figure_value
from lib.ui.input_hints import hide_input_hints
from lib.ui.metric_words import record_words
from lib.ui.page_part import page_part
from lib.ui.plain_text import plain
from lib.ui.view import View

_DIRECTIONS: Final[Mapping[str, str]] = {
    "lower": "越低越好",
    "higher": "越高越好",
    "neutral": "不作好坏判断，只作背景",
}
_INTERVALS: Final[Mapping[str, str]] = {
    "wilson": "威尔逊 95% 区间",
    "byar": "Byar 95% 区间",
    "none": "计数，不给区间",
}


def search_box() -> str:
    """Ask which metrics to show; empty means all."""
    hide_input_hints()
    return (
        st.text_input(
            "查找指标",
            key="definitions.search",
            type="search",
            placeholder="输入名称、说明、依据或编号中的字，例如“核查处置”",
        )
        or ""
    ).strip()


def matching(asked: str, metrics: Iterable[Metric]) -> list[Metric]:
    """Metrics whose name, id, description, basis or note holds every word asked for."""
    words = asked.lower().split()
    return [metric for metric in metrics if all(word in _searched(metric) for word in words)]


def definition_list(view: View, asked: str) -> None:
    """One folded card a metric; the figure of the present filters is computed when a card is opened."""
    found = matching(asked, all_metrics().values())
    st.caption(f"共 {len(all_metrics())} 项指标，列出 {len(found)} 项。点开可见分子、分母、依据和当前数值。")
    if not found:
        st.info("没有符合的指标。请减少查找的字，或清空查找框查看全部。", icon=":material/search_off:")
    for metric in found:
        card = st.expander(
            f"**{plain(metric.name)}**（{metric.unit}）", key=f"metric.{metric.id}", on_change="rerun"
        )
        if card.open:
            with card:
                _definition(metric)
                _present_figure(view, metric)


def _definition(metric: Metric) -> None:
    st.text(metric.description)
    numerator, denominator = side_names(metric)
    rows = {
        "编号": metric.id,
        "分子": f"{numerator}（{record_words(metric.numerator)}）",
        "分母": f"{denominator}（{record_words(metric.denominator)}）"
        if metric.denominator
        else "无（计数）",
        "单位": metric.unit,
        "方向": _DIRECTIONS[metric.direction],
        "区间": _INTERVALS[metric.interval or "none"],
        "不计入": "、".join(exclusion.label for exclusion in metric.excluded) or "无",
        "可分组": "、".join(DIMENSIONS[name].name for name in metric.dimensions),
        "依据": metric.basis,
        "复核日期": metric.reviewed_on.isoformat(),
    }
    if metric.note:
        rows["提示"] = metric.note
    st.table(
        {"项": list(rows), "内容": list(rows.values())},
        hide_index=True,
        border="horizontal",
        alt=f"{metric.name}的定义",
    )


def _present_figure(view: View, metric: Metric) -> None:
    with page_part(skeleton_height=40):
        result = view.result(metric.id)
        st.markdown(f"**当前数值：{plain(figure_value(result))}**")
        details = (*counts_lines(result), excluded_text(result), result.sentence, view.basis)
        st.caption(plain("；".join(text for text in details if text)))


def _searched(metric: Metric) -> str:
    return " ".join((metric.name, metric.id, metric.description, metric.basis, metric.note)).lower()
