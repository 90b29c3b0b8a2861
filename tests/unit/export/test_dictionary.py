"""The data dictionary names every column that a file of a metric or a table can have."""

import pytest

from lib.export.dictionary import HEADERS, dictionary, metric_columns
from lib.metrics.registry import all_metrics
from lib.metrics.tables import readable_tables

KINDS = {"文本", "整数", "小数", "日期", "时间", "是/否"}


@pytest.mark.parametrize("metric_id", sorted(all_metrics()))
def test_every_metric_has_a_complete_dictionary(metric_id: str) -> None:
    metric = all_metrics()[metric_id]
    frame = dictionary(metric_columns(metric, by=metric.dimensions[:2]))
    assert tuple(frame.columns) == HEADERS
    names = set(frame["列名"])
    assert {"numerator", "denominator", "value", "lower", "upper"} <= names
    assert {f"excluded_{one.id}" for one in metric.excluded} <= names
    assert set(frame["类型"]) <= KINDS
    assert (frame[["中文名", "含义", "来源"]] != "").all(axis=None)
    assert metric.description in " ".join(frame["含义"])
    assert metric.basis in " ".join(frame["来源"])


@pytest.mark.parametrize("name", sorted(readable_tables()))
def test_every_column_of_a_table_is_explained_under_a_heading_of_its_own(name: str) -> None:
    frame = dictionary(readable_tables()[name].columns)
    assert frame["列名"].is_unique
    assert set(frame["类型"]) <= KINDS
    assert (frame[["列名", "中文名", "含义", "来源"]] != "").all(axis=None)
    assert not [heading for heading in frame["列名"] if heading.isascii()]
    assert (frame["来源"].str.startswith(f"{name}（")).all()


def test_a_ratio_of_different_units_says_the_unit_of_each_side() -> None:
    metric = all_metrics()["unqualified_rate"]
    frame = dictionary(metric_columns(metric)).set_index("列名")
    assert frame.loc["numerator", "单位"] == "批次"
    assert frame.loc["value", "单位"] == "比例"
