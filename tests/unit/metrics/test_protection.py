"""Small counts of a result: hidden with all that is derived from them, or the table is refused."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from lib.data.filters import Filters
from lib.data.scope import Scope
from lib.data.snapshot import Snapshot
from lib.metrics.compute import Result, compute
from lib.metrics.protection import ProtectionRefused, protect
from lib.metrics.registry import get_metric
from tests.unit.metrics.conftest import sample_row

YEAR = Filters(start=date(2025, 1, 1), end=date(2025, 12, 31))


def samples(**failed_of: tuple[int, int]) -> list[dict[str, Any]]:
    """Batches by stage: so many unqualified of so many."""
    return [
        sample_row(stage=stage, supervision_verdict="unqualified" if number < failed else "qualified")
        for stage, (failed, all_) in failed_of.items()
        for number in range(all_)
    ]


@pytest.fixture
def result_of(make_snapshot: Callable[..., Snapshot]) -> Callable[..., Result]:
    def computed(by: tuple[str, ...] = ("stage",), **failed_of: tuple[int, int]) -> Result:
        snapshot = make_snapshot(sample=samples(**failed_of))
        return compute(snapshot, get_metric("unqualified_rate"), YEAR, Scope.everything(), by=by)

    return computed


def test_a_small_count_takes_its_rate_with_it_and_a_second_group_as_cover(
    result_of: Callable[..., Result],
) -> None:
    found = protect(result_of(生产=(2, 90), 流通=(9, 80), 餐饮=(20, 200)))
    frame = found.result.frame.set_index("stage")
    assert (
        frame.loc[["生产", "流通"], ["numerator", "denominator", "value", "lower", "upper"]]
        .isna()
        .all(axis=None)
    )
    assert frame.loc["餐饮", ["numerator", "denominator"]].tolist() == [20, 200]
    assert found.hidden == 2
    assert "隐藏 2 组，其中 1 组" in found.sentence
    assert not [name for name in frame.columns if name.startswith("excluded_")]


def test_nothing_small_nothing_hidden(result_of: Callable[..., Result]) -> None:
    found = protect(result_of(生产=(5, 90), 流通=(0, 80)))
    assert found.hidden == 0
    assert "无须隐藏" in found.sentence


def test_a_missing_count_stays_missing_and_hides_nothing_less(result_of: Callable[..., Result]) -> None:
    whole = result_of(生产=(2, 90), 流通=(9, 80), 餐饮=(20, 200), 网抽=(0, 70))
    counted = protect(whole)
    without = whole.frame["stage"] == "网抽"
    frame = whole.frame.assign(numerator=whole.frame["numerator"].astype("float64").mask(without))
    found = protect(replace(whole, frame=frame))
    shown, known = (one.result.frame.set_index("stage")["numerator"] for one in (found, counted))
    assert known["网抽"] == 0
    assert shown.isna().tolist() == (known.isna() | (known.index == "网抽")).tolist()
    assert found.hidden == counted.hidden == 2
    # The sums that a reader has are those of the groups that were counted: the audit holds with and without the 0.
    assert shown["餐饮"] == 20


def test_two_tables_that_can_be_subtracted_say_so(make_snapshot: Callable[..., Snapshot]) -> None:
    snapshot = make_snapshot(sample=samples(生产=(10, 90), 流通=(2, 80)))
    metric = get_metric("unqualified_batches")
    found = [
        protect(compute(snapshot, metric, YEAR.with_(stage=stage), Scope.everything()))
        for stage in ((), ("生产",))
    ]
    # Nothing small in either, and yet the difference tells the 2 of the other stage.
    both, one = (int(table.result.frame["numerator"].iloc[0]) for table in found)
    assert (both, one) == (12, 10)
    for table in found:
        assert "筛选或分组不同的表可以相减" in table.sentence
        assert "对外提供前须与已提供过的表一并核对" in table.sentence


def test_a_total_is_hidden_like_any_group(result_of: Callable[..., Result]) -> None:
    assert protect(result_of(by=(), 生产=(3, 90))).result.frame["numerator"].isna().all()
    assert protect(result_of(by=(), 生产=(5, 90))).result.frame["numerator"].tolist() == [5]


def test_what_cannot_be_audited_is_refused(result_of: Callable[..., Result]) -> None:
    with pytest.raises(ProtectionRefused, match="两个维度"):
        protect(result_of(by=("stage", "month", "purpose"), 生产=(5, 90)))


def test_a_table_too_large_to_audit_is_refused(make_snapshot: Callable[..., Snapshot]) -> None:
    rows = [sample_row(producer_key=f"P{number}") for number in range(301)]
    snapshot = make_snapshot(sample=rows)
    result = compute(snapshot, get_metric("unqualified_rate"), YEAR, Scope.everything(), by=("producer",))
    with pytest.raises(ProtectionRefused, match="301 格"):
        protect(result)
