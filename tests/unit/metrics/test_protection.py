"""Small counts of a result: hidden with all that is derived from them, or the table is refused."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pytest

from lib.data.filters import Filters
from lib.data.scope import Scope
from lib.data.snapshot import Snapshot
from lib.metrics.compute import Result, compute
from lib.metrics.protection import Protected, ProtectionRefused, protect
from lib.metrics.registry import get_metric
from lib.metrics.releases import Before
from tests.unit.metrics.conftest import item_row, sample_row

YEAR = Filters(start=date(2025, 1, 1), end=date(2025, 12, 31))


def samples(**failed_of: tuple[int, int]) -> list[dict[str, Any]]:
    """Batches by stage: so many unqualified of so many."""
    return [
        sample_row(stage=stage, supervision_verdict="unqualified" if number < failed else "qualified")
        for stage, (failed, all_) in failed_of.items()
        for number in range(all_)
    ]


@dataclass(frozen=True)
class Asked:
    """A result and the data behind it."""

    snapshot: Snapshot
    result: Result

    def protected(self, **changes: Any) -> Protected:
        return protect(replace(self.result, **changes), Scope.everything(), Before(self.snapshot, ()))


@pytest.fixture
def asked(make_snapshot: Callable[..., Snapshot]) -> Callable[..., Asked]:
    def computed(by: tuple[str, ...] = ("stage",), **failed_of: tuple[int, int]) -> Asked:
        snapshot = make_snapshot(sample=samples(**failed_of))
        metric = get_metric("unqualified_rate")
        return Asked(snapshot, compute(snapshot, metric, YEAR, Scope.everything(), by=by))

    return computed


def test_a_small_count_takes_its_rate_with_it_and_a_second_group_as_cover(
    asked: Callable[..., Asked],
) -> None:
    found = asked(生产=(2, 90), 流通=(9, 80), 餐饮=(20, 200)).protected()
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


def test_nothing_small_nothing_hidden(asked: Callable[..., Asked]) -> None:
    found = asked(生产=(5, 90), 流通=(0, 80)).protected()
    assert found.hidden == 0
    assert "无须隐藏" in found.sentence


def test_a_missing_count_stays_missing_and_hides_nothing_less(asked: Callable[..., Asked]) -> None:
    whole = asked(生产=(2, 90), 流通=(9, 80), 餐饮=(20, 200), 网抽=(0, 70))
    counted = whole.protected()
    frame = whole.result.frame
    without = frame["stage"] == "网抽"
    found = whole.protected(frame=frame.assign(numerator=frame["numerator"].astype("float64").mask(without)))
    shown, known = (one.result.frame.set_index("stage")["numerator"] for one in (found, counted))
    assert known["网抽"] == 0
    assert shown.isna().tolist() == (known.isna() | (known.index == "网抽")).tolist()
    assert found.hidden == counted.hidden == 2
    # The sums that a reader has are those of the groups that were counted: the audit holds with and without the 0.
    assert shown["餐饮"] == 20


def test_a_total_is_hidden_like_any_group(asked: Callable[..., Asked]) -> None:
    assert asked(by=(), 生产=(3, 90)).protected().result.frame["numerator"].isna().all()
    assert asked(by=(), 生产=(5, 90)).protected().result.frame["numerator"].tolist() == [5]


def test_what_cannot_be_audited_is_refused(asked: Callable[..., Asked]) -> None:
    with pytest.raises(ProtectionRefused, match="两个维度"):
        asked(by=("stage", "month", "purpose"), 生产=(5, 90)).protected()


def test_a_table_too_large_to_audit_is_refused(make_snapshot: Callable[..., Snapshot]) -> None:
    rows = [sample_row(producer_key=f"P{number}") for number in range(301)]
    snapshot = make_snapshot(sample=rows)
    result = compute(snapshot, get_metric("unqualified_rate"), YEAR, Scope.everything(), by=("producer",))
    with pytest.raises(ProtectionRefused, match="301 格"):
        Asked(snapshot, result).protected()


def test_what_a_part_leaves_of_its_whole_is_hidden_when_small(asked: Callable[..., Asked]) -> None:
    # 88 of 90: whoever sees both knows the 2, which a table of the qualified ones would hide.
    found = asked(生产=(88, 90), 流通=(20, 80), 餐饮=(40, 200)).protected()
    shown = found.result.frame.set_index("stage")["numerator"]
    assert shown.isna()["生产"]
    assert shown.isna().sum() == found.hidden == 2
    assert "分母减分子得 1—4 的同样不提供" in found.sentence
    assert "本表隐藏 2 组，其中 1 组" in found.sentence


def test_a_total_beside_its_parts_is_hidden_with_a_cover(make_snapshot: Callable[..., Snapshot]) -> None:
    counts = {"341202": (0, 4), "341203": (5, 4), "340102": (20, 30)}
    rows, items = [], []
    for code, numbers in counts.items():
        for name, number in zip(("甲", "乙"), numbers, strict=True):
            for _ in range(number):
                rows.append(sample_row(county=code, supervision_verdict="unqualified"))
                items.append(item_row(rows[-1], name))
    snapshot = make_snapshot(sample=rows, failing_item=items)
    metric = get_metric("failing_item_share")
    result = compute(snapshot, metric, YEAR, Scope.everything(), by=("division", "item"))
    frame = Asked(snapshot, result).protected().result.frame.set_index(["division", "item"])
    # The 4 of the first district are hidden, and the 9 of the second with them: beside the 5 they would tell its 4.
    assert frame.loc[["341202", "341203"], ["numerator", "denominator", "value"]].isna().all(axis=None)
    assert frame.loc[("340102", "甲"), ["numerator", "denominator"]].tolist() == [20, 50]
