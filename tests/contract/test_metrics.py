"""Every metric computes by every dimension it declares, describes itself, and keeps to its units."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import Table

from lib.data.filters import ALL_SAMPLING, Filters
from lib.data.scope import Scope
from lib.data.snapshot import Snapshot, open_snapshot
from lib.data.tables.snapshot_loop import LOOP_FACTS
from lib.metrics.compute import compute
from lib.metrics.counting import ALLOWED_PAIRS, Unit
from lib.metrics.dimensions import DIMENSIONS
from lib.metrics.metric import DeclarationError, Metric
from lib.metrics.registry import all_metrics
from lib.metrics.rows import row_columns, rows_behind
from tests.unit.metrics.conftest import (
    disposal_row,
    item_row,
    period_columns,
    place_columns,
    sample_row,
    write_snapshot,
)

METRICS = list(all_metrics().values())
IDS = [metric.id for metric in METRICS]
PERIOD = Filters(start=date(2025, 1, 1), end=date(2025, 12, 31), sampling=(ALL_SAMPLING,))


#: Words the definitions look for; any other text column says “文字”.
WORDS = {
    "role": "专家",
    "outcome": "立案",
    "cause": "未落实主体责任",
    "audience": "包保干部",
    "examinee": "食品安全总监",
    "stage": "验证",
    "media_level": "省级",
}


def filled_row(table: Table, day: date) -> dict[str, Any]:
    """A row with every column filled, by its type."""
    plain = {str: "文字", int: 1, float: 1.0, bool: True, date: day}
    row: dict[str, Any] = {
        column.name: WORDS.get(column.name, plain[column.type.python_type]) for column in table.columns
    }
    places = {**place_columns("341202"), **place_columns("341202", "made_")}
    return {**row, **places, **{name: None for name in ("ended_on", "reopened_on") if name in row}}


def bare_row(table: Table, day: date) -> dict[str, Any]:
    """A row with nothing but the necessary columns."""
    filled = filled_row(table, day)
    return {column.name: filled[column.name] for column in table.columns if not column.nullable}


def tables() -> dict[str, list[dict[str, Any]]]:
    """A few rows in every table, some with nothing but the necessary columns filled."""
    day = date(2025, 3, 3)
    failed = sample_row(
        supervision_verdict="unqualified", monitoring_verdict="problem", objection_status="复检不合格"
    )
    samples = [failed, sample_row(objection_status="异议认可"), sample_row(purpose="评价性抽检")]
    samples += [
        sample_row(county=None, made=None, stage=None, category_code=None, producer_key=None, tier=None)
    ]
    samples += [sample_row(sampling_kind="靶向", supervision_verdict="unqualified", county="340102")]
    here = {**place_columns("341202"), **place_columns("341202", "made_")}
    inspection = {
        "source": "test",
        "inspection_no": "1",
        "inspected_on": day,
        **period_columns(day),
        **here,
        "enterprise_key": "A",
        "outcome": "涉嫌违法",
    }
    campaign = {"campaign_code": "C1", "name": "行动", "start_on": day, "days": 30, **here}
    finished = {
        "started_on": day,
        "finished_on": day,
        "case_filed": True,
        "start_due_on": day,
        "finish_due_on": day,
    }
    return {
        "sample": samples,
        "failing_item": [item_row(failed, "毒死蜱")],
        "disposal": [
            disposal_row(failed, received=day, side="生产", **finished),
            disposal_row(failed, received=day),
        ],
        "inspection": [inspection],
        "campaign": [campaign],
        "campaign_category": [{"campaign_code": "C1", "category_label": "酱油", "start_on": day, **here}],
        "sampling_week": [
            {"enterprise_key": "A", "week_start_on": day, **period_columns(day), **here, "batches": 1}
        ],
        "population": [{**here, "persons": 500_000}],
        **{table.name: [filled_row(table, day), bare_row(table, day)] for table in LOOP_FACTS},
    }


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    folder: Path = tmp_path_factory.mktemp("published")
    write_snapshot(folder, tables())
    return open_snapshot(folder, Scope.everything())


def computed(snapshot: Snapshot, metric: Metric, by: tuple[str, ...] = ()) -> pd.DataFrame:
    result = compute(snapshot, metric, PERIOD, Scope.everything(), by=by)
    assert list(result.excluded) == [name for name in result.frame if name.startswith("excluded_")]
    assert result.sentence.startswith("范围：")
    return result.frame


@pytest.mark.parametrize("metric", METRICS, ids=IDS)
def test_computes_by_every_declared_dimension(metric: Metric, snapshot: Snapshot) -> None:
    total = computed(snapshot, metric)
    assert len(total) == 1
    for name in metric.dimensions:
        frame = computed(snapshot, metric, (name,))
        assert [name, f"{name}_name"] == list(frame.columns[:2])
        assert not frame[f"{name}_name"].isna().any(), "every group has words, a missing key too"
        is_additive = not getattr(metric.numerator, "distinct", ())
        if is_additive:
            assert frame["numerator"].sum() == total["numerator"].sum()


@pytest.mark.parametrize("metric", METRICS, ids=IDS)
def test_computes_by_two_dimensions(metric: Metric, snapshot: Snapshot) -> None:
    pair = metric.dimensions[:1] + metric.dimensions[-1:]
    frame = computed(snapshot, metric, pair)
    assert not frame.duplicated(list(pair)).any()


@pytest.mark.parametrize("metric", METRICS, ids=IDS)
def test_the_value_lies_in_its_interval(metric: Metric, snapshot: Snapshot) -> None:
    frame = computed(snapshot, metric, metric.dimensions[:1])
    known = frame[frame["value"].notna() & frame["lower"].notna()]
    assert ((known["lower"] <= known["value"]) & (known["value"] <= known["upper"])).all()
    if metric.is_proportion:
        assert known["value"].between(0, 1).all()
        assert known["lower"].between(0, 1).all()
    without = frame[frame["denominator"].fillna(1) == 0]
    assert without["value"].isna().all(), "a denominator of 0 gives no value"


@pytest.mark.parametrize("metric", METRICS, ids=IDS)
def test_describes_itself(metric: Metric) -> None:
    assert metric.description.count("。") == 1, "one sentence"
    assert metric.numerator.unit in metric.description or metric.denominator is not None
    for text in (metric.name, metric.description, metric.basis):
        assert any("\u4e00" <= sign <= "\u9fff" for sign in text)
    assert metric.direction in ("lower", "higher", "neutral")
    assert metric.reviewed_on >= date(2026, 1, 1)
    assert len({exclusion.label for exclusion in metric.excluded}) == len(metric.excluded)
    assert row_columns(metric)


def test_names_are_told_apart() -> None:
    assert len({metric.name for metric in METRICS}) == len(METRICS)


@pytest.mark.parametrize("metric", METRICS, ids=IDS)
def test_every_figure_opens_its_rows(metric: Metric, snapshot: Snapshot) -> None:
    figure = compute(snapshot, metric, PERIOD, Scope.everything()).frame["numerator"].iloc[0]
    rows = rows_behind(snapshot, metric, PERIOD, Scope.everything()).count()
    assert rows >= 1 if pd.notna(figure) and figure else rows == 0


def pairs() -> Iterator[tuple[Metric, Metric]]:
    """Two metrics of different units, one of each unit: one numerator over the other's."""
    of_each_unit = list({metric.numerator.unit: metric for metric in METRICS}.values())
    for first in of_each_unit:
        for second in of_each_unit:
            units = (first.numerator.unit, second.numerator.unit)
            if units[0] != units[1] and units not in ALLOWED_PAIRS:
                yield first, second


def test_no_two_units_make_a_ratio() -> None:
    refused = 0
    for first, second in pairs():
        with pytest.raises(DeclarationError, match="单位不相容"):
            replace(
                first,
                description="甲÷乙。",
                denominator=second.numerator,
                dimensions=(),
                per=None,
                interval=None,
                excluded=(),
            )
        refused += 1
    assert refused > 100


def test_units_that_look_alike_are_told_apart() -> None:
    assert (Unit.ENTERPRISE, Unit.ENTERPRISE_VISIT) not in ALLOWED_PAIRS
    assert len(set(Unit)) == len(list(Unit))


def test_dimensions_have_distinct_names() -> None:
    assert len({dimension.name for dimension in DIMENSIONS.values()}) == len(DIMENSIONS)


def test_filters_of_a_reader_reach_every_metric(snapshot: Snapshot) -> None:
    # Somewhere else there is nothing: whatever a metric counts, it counts it in the district asked for.
    elsewhere = PERIOD.with_(district="341203")
    for metric in METRICS:
        row = compute(snapshot, metric, elsewhere, Scope.everything()).frame.iloc[0]
        assert pd.isna(row["numerator"]) or row["numerator"] == 0, metric.id
