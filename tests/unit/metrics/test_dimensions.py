"""Dimensions follow the date a figure is counted by, and name their values in Chinese."""

import pytest

from lib.data.tables.snapshot import disposal, population, sample
from lib.metrics.counting import Count, Sum, Unit
from lib.metrics.dimensions import DIMENSIONS, dimension_column, label_column

BY_SAMPLING = Count(table=sample, date=sample.c.sampled_on, unit=Unit.BATCH)
BY_RECEIPT = Count(table=disposal, date=disposal.c.received_on, unit=Unit.CASE)
PEOPLE = Sum(table=population, date=None, column=population.c.persons, unit=Unit.THOUSAND_PERSONS)


@pytest.mark.parametrize(
    ("name", "side", "column"),
    [
        ("month", BY_SAMPLING, "month"),
        ("month", BY_RECEIPT, "received_month"),
        ("year", BY_RECEIPT, "received_year"),
        ("division", BY_RECEIPT, "county_code"),
        ("made_division", BY_SAMPLING, "made_county_code"),
        ("category", BY_SAMPLING, "category_code"),
    ],
)
def test_columns(name: str, side: Count, column: str) -> None:
    found = dimension_column(name, side)
    assert found is not None
    assert found.name == column


def test_what_a_table_does_not_know() -> None:
    assert dimension_column("month", PEOPLE) is None
    assert dimension_column("item", BY_SAMPLING) is None


def test_enterprises_bring_their_name() -> None:
    found = label_column("producer", BY_SAMPLING)
    assert found is not None
    assert found.name == "producer_name"
    assert label_column("division", BY_SAMPLING) is None


@pytest.mark.parametrize(
    ("name", "value", "label"),
    [
        ("year", 2025, "2025年"),
        ("quarter", 20251, "2025年第1季度"),
        ("month", 202501, "2025年1月"),
        ("division", "341202", "颍州区"),
        ("division", "999999", "999999"),
        ("division", None, "未知"),
        ("stage", "生产", "生产"),
        ("stage", None, "未知"),
    ],
)
def test_labels(name: str, value: object, label: str) -> None:
    assert DIMENSIONS[name].label(value, {"341202": "颍州区"}) == label
