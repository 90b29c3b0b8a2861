"""What the reader takes away: figures, the rows behind them, or a table; every choice stands in the address."""

from collections.abc import Mapping
from typing import Final

import streamlit as st

from lib.access.roles import PERSONAL_ROLES
from lib.export.extract import Extract
from lib.metrics.dimensions import DIMENSIONS
from lib.metrics.metric import Metric
from lib.metrics.registry import all_metrics, get_metric
from lib.metrics.sides import side_names
from lib.metrics.tables import readable_tables
from lib.ui.url_choice import dropdown, segments, several, switch, whole_number
from lib.ui.view import View

_KINDS: Final = {"table": "数据表（逐行）", "metric": "指标"}
_MOST_GROUPS: Final = 3
_MOST_OF_A_PARAMETER: Final = 30
_FORMATS: Final[dict[str, str]] = {
    "csv": "CSV",
    "xlsx": "Excel（xlsx）",
    "parquet": "Parquet",
    "package": "打包（zip：数据、数据字典、说明）",
}
_ABROAD: Final = (
    "对外提供时隐藏 1—4 的计数及其率和区间，再隐藏若干组使其不能由合计推算、也不能与以前对外提供过的表相减推算，"
    "并用线性规划复核；须写明事由。逐行的明细和数据表不得对外提供。"
)
_ROWS_STAY: Final = (
    "逐行的明细和数据表列出企业和样品，不得对外提供。请改取“指标”的分组结果，或关闭“对外提供”只在局内使用。"
)
_PERSONAL: Final = (
    "岗位（职务）及其编号、抽考成绩、地址、备注等能指向个人的列，只有统计岗和系统管理员可取；"
    "用完应按规定保管或销毁。"
)


def choose_extract(view: View) -> Extract | None:
    """Draw the controls and return what they say, under the filters of the page; None for what must not be given."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        kind = segments("kind", "取数内容", _KINDS)
        extract = _table(view) if kind == "table" else _metric(view)
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        form = segments("format", "文件格式", _FORMATS)
        protected = switch("protect", "对外提供（小数保护）", help=_ABROAD)
        by_right = extract.kind != "metric" and view.reader.role in PERSONAL_ROLES
        personal = by_right and switch("personal", "含涉及个人的列", help=_PERSONAL)
    if protected and extract.kind != "metric":
        st.warning(_ROWS_STAY, icon=":material/block:")
        return None
    return Extract(
        kind=extract.kind,
        name=extract.name,
        filters=view.filters,
        by=extract.by,
        parameters=extract.parameters,
        part=extract.part,
        form=form,  # type: ignore[arg-type]
        personal=personal,
        protected=protected,
    )


def _table(view: View) -> Extract:
    options = {name: f"{one.title}（{name}）" for name, one in readable_tables().items()}
    name = dropdown("table", "数据表", options, width=380)
    return Extract(kind="table", name=name, filters=view.filters)


def _metric(view: View) -> Extract:
    options = {one.id: f"{one.name}（{one.unit}）" for one in all_metrics().values()}
    metric = get_metric(dropdown("metric", "指标", options, width=380, default="unqualified_rate"))
    part = dropdown("part", "取哪一部分", _parts(metric), width=300)
    parameters = tuple(
        (one.name, whole_number(one.name, one.label, least=one.minimum, most=_MOST_OF_A_PARAMETER))
        for one in metric.parameters
    )
    if part != "figures":
        return Extract(
            kind="rows",
            name=metric.id,
            filters=view.filters,
            part="denominator" if part == "denominator" else "numerator",
            parameters=parameters,
        )
    groups = {name: DIMENSIONS[name].name for name in metric.dimensions}
    by = several("by", "分组", groups, most=_MOST_GROUPS, placeholder="不分组，只有合计", width=380)
    return Extract(kind="metric", name=metric.id, filters=view.filters, by=by, parameters=parameters)


def _parts(metric: Metric) -> Mapping[str, str]:
    numerator, denominator = side_names(metric)
    parts = {"figures": "指标数值（可分组）", "numerator": f"明细：{numerator}"}
    return parts if denominator is None else {**parts, "denominator": f"明细：{denominator}"}
