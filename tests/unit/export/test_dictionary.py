"""The data dictionary names every column that a file of the metric can have."""

import pyarrow as pa
import pytest

from lib.export.dictionary import HEADERS, metric_dictionary, rows_dictionary, table_dictionary
from lib.metrics.registry import all_metrics
from lib.metrics.rows import row_columns


@pytest.mark.parametrize("metric_id", sorted(all_metrics()))
def test_every_metric_has_a_complete_dictionary(metric_id: str) -> None:
    metric = all_metrics()[metric_id]
    frame = metric_dictionary(metric, by=metric.dimensions[:2])
    assert tuple(frame.columns) == HEADERS
    names = set(frame["列名"])
    assert {"numerator", "value", "lower", "upper"} <= names
    assert ("denominator" in names) == (metric.denominator is not None)
    assert {f"excluded_{one.id}" for one in metric.excluded} <= names
    assert (frame["含义"] != "").all()
    assert metric.basis in " ".join(frame["说明"])


@pytest.mark.parametrize("metric_id", sorted(all_metrics()))
def test_every_column_of_the_rows_is_explained(metric_id: str) -> None:
    metric = all_metrics()[metric_id]
    frame = rows_dictionary(metric)
    assert list(frame["列名"]) == list(row_columns(metric).values())
    assert set(frame["类型"]) <= {"文本", "整数", "小数", "日期", "时间", "是/否"}


def test_any_table_can_have_one_and_none_of_its_columns_may_be_forgotten() -> None:
    schema = pa.schema([("编号", pa.string()), ("批次", pa.int64()), ("日期", pa.date32())])
    frame = table_dictionary(schema, {"编号": "抽样编号", "批次": "样品数", "日期": "抽样日期"})
    assert list(frame["类型"]) == ["文本", "整数", "日期"]
    with pytest.raises(KeyError, match="日期"):
        table_dictionary(schema, {"编号": "抽样编号", "批次": "样品数"})
