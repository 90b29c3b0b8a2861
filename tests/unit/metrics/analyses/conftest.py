"""Rows for the analyses: n batches with x unqualified of one kind, in one line."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from lib.data.snapshot import Snapshot
from tests.unit.metrics.conftest import make_snapshot, sample_row

__all__ = ["make_snapshot"]

Rows = list[dict[str, Any]]
Make = Callable[..., Snapshot]


def batches(unqualified: int, tested: int, **given: Any) -> Rows:
    """`tested` routine batches of which `unqualified` are unqualified."""
    failed = [sample_row(supervision_verdict="unqualified", **given) for _ in range(unqualified)]
    return failed + [sample_row(**given) for _ in range(tested - unqualified)]


def waiting(count: int, **given: Any) -> Rows:
    """Batches without a result yet."""
    return [sample_row(result_state="pending", **given) for _ in range(count)]


def by_month(counts: dict[tuple[int, int], tuple[int, int]], **given: Any) -> Rows:
    """Batches on the 15th of each month: (year, month) → (unqualified, tested)."""
    return [
        row
        for (year, month), (unqualified, tested) in counts.items()
        for row in batches(unqualified, tested, day=date(year, month, 15), **given)
    ]


@pytest.fixture
def make(make_snapshot: Make) -> Make:
    """The snapshot factory of the metric tests."""
    return make_snapshot
