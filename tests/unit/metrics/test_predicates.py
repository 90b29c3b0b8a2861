"""Filters reach the tables, are refused in words, or are declared as ignored; never dropped."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from lib.data.filters import ALL_SAMPLING, Filters
from lib.data.scope import Scope
from lib.data.snapshot import Snapshot, open_snapshot
from lib.metrics.compute import compute
from lib.metrics.predicates import FilterNotApplicable, UnknownDistrict, effective_filters
from lib.metrics.registry import get_metric
from tests.unit.metrics.conftest import place_columns, sample_row, write_snapshot

YEAR = Filters(start=date(2025, 1, 1), end=date(2025, 12, 31))
ROWS = [
    sample_row(
        county="341202", made="340102", day=date(2025, 1, 1), stage="生产", tier="国抽", place="生产线"
    ),
    sample_row(county="341203", made="341202", day=date(2025, 12, 31), purpose="抽检监测", source="other"),
    sample_row(county="340102", made="341203", day=date(2024, 12, 31)),
    sample_row(county="340102", made=None, category_code="33", category_detail_code="35", campaign_code="C1"),
    sample_row(county=None, made="340102", sampling_kind="专项", campaign_code="C1"),
    sample_row(day=None),
]


@pytest.fixture(scope="module")
def sampled(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    folder = tmp_path_factory.mktemp("published")
    write_snapshot(folder, {"sample": ROWS})
    return open_snapshot(folder, Scope.everything())


def batches(snapshot: Snapshot, **changes: Any) -> int:
    filters = YEAR.with_(**changes)
    return int(
        compute(snapshot, get_metric("batches_sampled"), filters, Scope.everything()).frame["value"].iloc[0]
    )


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, 3),
        ({"start": date(2025, 1, 2)}, 2),
        ({"end": date(2025, 12, 30)}, 2),
        ({"start": date(2024, 12, 31)}, 4),
        ({"district": "340000"}, 3),
        ({"district": "341200"}, 2),
        ({"district": "341203"}, 1),
        ({"district": "341200", "side": "made"}, 1),
        ({"district": "340100", "side": "made"}, 1),
        ({"category": ("33",)}, 1),
        ({"category": ("35",)}, 1),
        ({"category": ("01", "35")}, 3),
        ({"stage": ("生产", "餐饮")}, 1),
        ({"tier": ("国抽",)}, 1),
        ({"purpose": ("抽检监测",)}, 1),
        ({"place": ("生产线",)}, 1),
        ({"source": ("other",)}, 1),
        ({"sampling": ("专项",)}, 1),
        ({"sampling": (ALL_SAMPLING,)}, 4),
        ({"sampling": ("专项", "常规")}, 4),
        ({"campaign": ("C1",)}, 2),
        ({"campaign": ("C1",), "sampling": ("专项",)}, 1),
    ],
)
def test_filters_keep_what_they_say(changes: dict[str, Any], expected: int, sampled: Snapshot) -> None:
    assert batches(sampled, **changes) == expected


def test_an_unknown_district_is_named(sampled: Snapshot) -> None:
    with pytest.raises(UnknownDistrict, match="999999"):
        batches(sampled, district="999999")


@pytest.mark.parametrize(
    ("metric_id", "changes", "named"),
    [
        ("inspections", {"category": ("01",)}, "食品类别"),
        ("inspections", {"stage": ("生产",)}, "环节"),
        ("campaign_days", {"purpose": ("监督抽检",)}, "任务类别"),
        ("weekly_sampling_rate", {"campaign": ("C1",)}, "专项"),
    ],
)
def test_a_filter_the_data_cannot_know_is_refused_in_words(
    metric_id: str, changes: dict[str, Any], named: str, make_snapshot: Callable[..., Snapshot]
) -> None:
    with pytest.raises(FilterNotApplicable, match=named) as refused:
        compute(make_snapshot(), get_metric(metric_id), YEAR.with_(**changes), Scope.everything())
    assert get_metric(metric_id).name in str(refused.value)


def test_an_ignored_filter_is_said(make_snapshot: Callable[..., Snapshot]) -> None:
    people = [{**place_columns("341202"), **place_columns("341202", "made_"), "persons": 500_000}]
    snapshot = make_snapshot(sample=ROWS, population=people)
    filters = YEAR.with_(stage=("生产",))
    result = compute(snapshot, get_metric("batches_per_1000"), filters, Scope.everything(), by=("division",))
    row = result.frame.set_index("division").loc["341202"]
    assert (row["numerator"], row["denominator"]) == (1, 500.0)
    assert "常住人口不分食品类别" in result.sentence


@pytest.mark.parametrize(
    ("metric_id", "given", "applied"),
    [
        ("unqualified_rate", {}, ("常规",)),
        ("unqualified_rate", {"campaign": ("C1",)}, (ALL_SAMPLING,)),
        ("problem_finding_rate", {}, ("专项", "靶向")),
        ("problem_finding_rate", {"sampling": ("靶向",)}, ("靶向",)),
        ("disposal_overdue", {}, (ALL_SAMPLING,)),
        ("repeat_offenders", {}, (ALL_SAMPLING,)),
        ("problem_finding_rate", {"sampling_asked": True}, ("常规",)),
        ("disposal_overdue", {"sampling_asked": True}, ("常规",)),
        ("unqualified_rate", {"campaign": ("C1",), "sampling_asked": True}, ("常规",)),
    ],
)
def test_which_sampling_counts_by_default(
    metric_id: str, given: dict[str, Any], applied: tuple[str, ...]
) -> None:
    assert effective_filters(get_metric(metric_id), YEAR.with_(**given)).sampling == applied


def test_a_metric_without_kinds_of_sampling_does_not_speak_of_them(
    make_snapshot: Callable[..., Snapshot],
) -> None:
    result = compute(make_snapshot(), get_metric("inspections"), YEAR, Scope.everything())
    assert "常规抽样" not in result.sentence
    assert "不分抽样性质" in result.sentence
