"""The data dictionary that travels with a file: one row per column, from the declaration of metric or table."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import pandas as pd

from lib.metrics.dimensions import DIMENSIONS
from lib.metrics.metric import Metric
from lib.metrics.question import OTHER_SAMPLING
from lib.metrics.row_columns import MISSING_NOTE, FileColumn

HEADERS: Final = ("列名", "中文名", "类型", "单位", "含义", "来源")
_INTERVAL_NOTES: Final[Mapping[str, str]] = {
    "wilson": "威尔逊法95%置信区间，小数表示（0.0234即2.34%）",
    "byar": "拜尔法95%置信区间",
    "none": "计数没有置信区间",
}


def dictionary(columns: Sequence[FileColumn]) -> pd.DataFrame:
    """One row per column of the file, in its order."""
    rows = [(one.heading, chinese_name(one), one.kind, one.unit, one.meaning, one.source) for one in columns]
    return pd.DataFrame(rows, columns=list(HEADERS))


def metric_columns(
    metric: Metric, by: Sequence[str] = (), parameters: Mapping[str, Any] | None = None
) -> tuple[FileColumn, ...]:
    """Columns of a result table: dimensions, counts, value, interval, and what is counted in neither side."""
    return (*_group_columns(by), *_figure_columns(metric, parameters or {}), *_excluded_columns(metric))


def chinese_name(column: FileColumn) -> str:
    """Chinese name of a column; it differs from the heading only where that is a name for programs."""
    return column.meaning.split("：")[0] if column.heading.isascii() else column.heading


def _group_columns(by: Sequence[str]) -> Iterator[FileColumn]:
    for name in by:
        dimension = DIMENSIONS[name]
        kind = "整数" if dimension.reading in ("year", "quarter", "month") else "文本"
        source = f"维度 {name}"
        yield FileColumn(name, name, kind, "", f"{dimension.name}代码：分组取值，{MISSING_NOTE}", source)
        meaning = f"{dimension.name}：没有归属的记为“未知”"
        yield FileColumn(f"{name}_name", f"{name}_name", "文本", "", meaning, source)


def _figure_columns(metric: Metric, parameters: Mapping[str, Any]) -> Iterator[FileColumn]:
    source = f"指标 {metric.id}；依据：{metric.basis}；口径审定：{metric.reviewed_on.isoformat()}"
    settings = "；".join(f"{one.label}={parameters.get(one.name, one.default)}" for one in metric.parameters)
    about = "；".join(part for part in (metric.description, settings, metric.note) if part)
    ratio = metric.denominator is not None
    yield FileColumn("numerator", "numerator", "整数", metric.numerator.unit.value, f"分子：{about}", source)
    unit = metric.denominator.unit.value if metric.denominator is not None else ""
    kind = "小数" if metric.denominator is not None and metric.denominator.divide_by != 1 else "整数"
    none = f"分母：{metric.description}" if ratio else "分母：计数没有分母，空白"
    yield FileColumn("denominator", "denominator", kind, unit, none, source)
    note = "分子÷分母，未四舍五入；分母为零时空白" if ratio else "即分子"
    value_unit = "比例" if metric.is_proportion else metric.unit
    yield FileColumn("value", "value", "小数", value_unit, f"{metric.name}：{note}", source)
    interval = _INTERVAL_NOTES[metric.interval or "none"]
    for name, label in (("lower", "区间下限"), ("upper", "区间上限")):
        yield FileColumn(name, name, "小数", value_unit, f"{label}：{interval}", source)


def _excluded_columns(metric: Metric) -> Iterator[FileColumn]:
    unit = metric.excluded_on.unit.value
    labels = {one.id: one.label for one in metric.excluded} | {OTHER_SAMPLING: "其他抽样性质"}
    for name, label in labels.items():
        heading = f"excluded_{name}"
        meaning = f"未计入（{label}）：既不在分子也不在分母"
        yield FileColumn(heading, heading, "整数", unit, meaning, f"指标 {metric.id}")
