"""The data dictionary that travels with a file: one row per column, from the declaration of metric or table."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pandas as pd
import pyarrow as pa

from lib.metrics.dimensions import DIMENSIONS
from lib.metrics.metric import Metric
from lib.metrics.rows import Part, row_columns, text_columns

HEADERS: Final = ("列名", "含义", "类型", "单位", "说明")
MISSING_NOTE: Final = "空白表示缺失，不是零"
_INTERVAL_NOTES: Final[Mapping[str, str]] = {
    "wilson": "威尔逊法95%置信区间，小数表示（0.0234即2.34%）",
    "byar": "拜尔法95%置信区间",
    "none": "计数没有置信区间",
}


def metric_dictionary(
    metric: Metric, by: Sequence[str] = (), parameters: Mapping[str, Any] | None = None
) -> pd.DataFrame:
    """Columns of a result table: the dimensions asked for, then the counts, the value and its interval."""
    rows: list[tuple[str, str, str, str, str]] = []
    for name in by:
        dimension = DIMENSIONS[name]
        rows.append((name, f"{dimension.name}代码", "文本", "", MISSING_NOTE))
        rows.append((f"{name}_name", f"{dimension.name}", "文本", "", "没有归属的记为“未知”"))
    rows += _figure_rows(metric, parameters or {})
    return pd.DataFrame(rows, columns=list(HEADERS))


def _figure_rows(metric: Metric, parameters: Mapping[str, Any]) -> list[tuple[str, str, str, str, str]]:
    settings = "；".join(f"{one.label}={parameters.get(one.name, one.default)}" for one in metric.parameters)
    basis = f"依据：{metric.basis}；口径审定：{metric.reviewed_on.isoformat()}"
    about = "；".join(part for part in (metric.description, settings, metric.note, basis) if part)
    number = "小数" if metric.denominator is not None else "整数"
    rows = [("numerator", "分子", "数字", metric.numerator.unit.value, about)]
    if metric.denominator is not None:
        rows.append(("denominator", "分母", "数字", metric.denominator.unit.value, metric.description))
    unit = "比例" if metric.is_proportion else metric.unit
    value_note = "分子÷分母，未四舍五入；分母为零时空白" if metric.denominator is not None else "即分子"
    rows.append(("value", metric.name, number, unit, value_note))
    note = _INTERVAL_NOTES[metric.interval or "none"]
    rows += [
        (name, label, "小数", unit, note) for name, label in (("lower", "区间下限"), ("upper", "区间上限"))
    ]
    unit_left_out = metric.excluded_on.unit.value
    rows += [
        (f"excluded_{one.id}", f"未计入：{one.label}", "整数", unit_left_out, "既不在分子也不在分母")
        for one in metric.excluded
    ]
    return rows


def rows_dictionary(metric: Metric, part: Part = "numerator") -> pd.DataFrame:
    """Columns of the rows behind one side of a figure, under the headers of the file."""
    texts = set(text_columns(metric, part))
    side = metric.numerator if part == "numerator" or metric.denominator is None else metric.denominator
    kinds = {column.name: _kind(column.type.python_type) for column in side.table.columns}
    rows = [
        (header, header, "文本" if name in texts else kinds[name], "", MISSING_NOTE)
        for name, header in row_columns(metric, part).items()
    ]
    return pd.DataFrame(rows, columns=list(HEADERS))


def _kind(python_type: type) -> str:
    names = {
        "bool": "是/否",
        "int": "整数",
        "float": "小数",
        "date": "日期",
        "datetime": "时间",
        "str": "文本",
    }
    return names.get(python_type.__name__, "小数")


def table_dictionary(schema: pa.Schema, meanings: Mapping[str, str]) -> pd.DataFrame:
    """Columns of any table; `meanings` gives the Chinese meaning of each. Raises ``KeyError`` naming those without."""
    without = [name for name in schema.names if name not in meanings]
    if without:
        raise KeyError(f"没有含义的列：{'、'.join(without)}")
    rows = [(field.name, meanings[field.name], _arrow_kind(field.type), "", MISSING_NOTE) for field in schema]
    return pd.DataFrame(rows, columns=list(HEADERS))


def _arrow_kind(kind: pa.DataType) -> str:
    tests = (
        (pa.types.is_boolean, "是/否"),
        (pa.types.is_integer, "整数"),
        (pa.types.is_floating, "小数"),
        (pa.types.is_decimal, "小数"),
        (pa.types.is_date, "日期"),
        (pa.types.is_timestamp, "时间"),
    )
    return next((word for test, word in tests if test(kind)), "文本")
