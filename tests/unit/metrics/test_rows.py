"""The rows behind a figure are exactly as many as the figure says."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest

from lib.data.filters import Filters
from lib.data.scope import Scope
from lib.data.snapshot import Snapshot
from lib.metrics.compute import compute
from lib.metrics.registry import get_metric
from lib.metrics.rows import row_columns, rows_behind, text_columns
from tests.unit.metrics.conftest import disposal_row, item_row, sample_row

YEAR = Filters(start=date(2025, 1, 1), end=date(2025, 12, 31))
ALL = Scope.everything()


@pytest.fixture
def snapshot(make_snapshot: Callable[..., Snapshot]) -> Snapshot:
    first = date(2025, 1, 1)
    samples = [
        sample_row(
            county=("341202", "341203", None)[number % 3],
            day=first + timedelta(days=number * 7 % 300),
            stage=("生产", "流通", None)[number % 4 % 3],
            supervision_verdict="unqualified" if number % 5 == 0 else "qualified",
            result_state="pending" if number % 11 == 3 else "concluded",
            sampling_kind="靶向" if number % 13 == 7 else "常规",
            producer_key=f"P{number % 9}",
        )
        for number in range(80)
    ]
    failing = [row for row in samples if row["supervision_verdict"] == "unqualified"]
    items = [item_row(row, item) for row in failing for item in ("毒死蜱", "噻虫胺")]
    disposals = [
        disposal_row(row, received=date(2025, 8, 1), finish_due_on=date(2025, 10, 30)) for row in failing
    ]
    return make_snapshot(sample=samples, failing_item=items, disposal=disposals)


@pytest.mark.parametrize(
    ("metric_id", "by"),
    [
        ("unqualified_rate", ("division",)),
        ("unqualified_rate", ("stage", "month")),
        ("batches_sampled", ("division", "stage")),
        ("failing_item_share", ("item",)),
        ("disposal_completion_rate", ("division",)),
        ("disposal_overdue", ("month",)),
    ],
)
def test_as_many_rows_as_the_figure(metric_id: str, by: tuple[str, ...], snapshot: Snapshot) -> None:
    metric = get_metric(metric_id)
    frame = compute(snapshot, metric, YEAR, ALL, by=by).frame
    for row in frame.to_dict("records"):
        group = {name: None if pd.isna(row[name]) else row[name] for name in by}
        assert rows_behind(snapshot, metric, YEAR, ALL, group=group).count() == row["numerator"]
        assert rows_behind(snapshot, metric, YEAR, ALL, group=group).rows().num_rows == row["numerator"]
        if metric.denominator is not None:
            assert (
                rows_behind(snapshot, metric, YEAR, ALL, part="denominator", group=group).count()
                == row["denominator"]
            )


def test_rows_of_repeat_offenders_are_theirs_alone(snapshot: Snapshot) -> None:
    metric = get_metric("repeat_offenders")
    for k in (1, 2, 3):
        asked: dict[str, Any] = {"parameters": {"k": k}}
        figure = compute(snapshot, metric, YEAR, ALL, **asked).frame["numerator"].iloc[0]
        keys = pd.Series(
            rows_behind(snapshot, metric, YEAR, ALL, **asked).rows()["producer_key"].to_pylist(), dtype=object
        )
        assert keys.nunique() == figure
        assert (keys.value_counts() >= k).all()


def test_pages_follow_each_other_without_gap(snapshot: Snapshot) -> None:
    metric = get_metric("batches_sampled")
    whole = rows_behind(snapshot, metric, YEAR, ALL).rows().to_pylist()
    pages = [
        row
        for offset in range(0, len(whole), 7)
        for row in rows_behind(
            snapshot,
            metric,
            YEAR,
            ALL,
        )
        .rows(limit=7, offset=offset)
        .to_pylist()
    ]
    assert pages == whole
    days = [row["sampled_on"] for row in whole]
    assert days == sorted(days)


def test_rows_respect_the_scope(snapshot: Snapshot) -> None:
    rows = rows_behind(snapshot, get_metric("batches_sampled"), YEAR, Scope.of("341203")).rows()
    assert set(rows["county_code"].to_pylist()) == {"341203"}


def test_headers_are_chinese_and_identifiers_are_text(snapshot: Snapshot) -> None:
    for metric_id in (
        "unqualified_rate",
        "failing_items",
        "disposal_overdue",
        "inspections",
        "campaign_days",
    ):
        headers = row_columns(get_metric(metric_id))
        assert not [name for name, header in headers.items() if header.isascii()]
        assert len(set(headers.values())) == len(headers), "two columns under one header cannot be told apart"
    rows = rows_behind(snapshot, get_metric("batches_sampled"), YEAR, ALL).rows()
    assert set(rows["supervision_verdict"].to_pylist()) == {"合格", "不合格", None}
    assert set(rows["result_state"].to_pylist()) == {"已出结论", "结果未出"}
    assert {"sample_no", "county_code", "producer_key"} <= set(text_columns(get_metric("unqualified_rate")))


def test_a_count_has_no_denominator_rows(snapshot: Snapshot) -> None:
    with pytest.raises(ValueError, match="没有分母"):
        rows_behind(snapshot, get_metric("batches_sampled"), YEAR, ALL, part="denominator").count()
