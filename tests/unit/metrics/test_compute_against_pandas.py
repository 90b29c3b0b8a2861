"""Whatever the rows are, the database and an independent pandas computation agree."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from lib.data.filters import Filters
from lib.data.scope import Scope
from lib.data.snapshot import Snapshot
from lib.metrics.compute import compute
from lib.metrics.registry import get_metric
from tests.unit.metrics.conftest import sample_row

YEAR = Filters(start=date(2025, 1, 1), end=date(2025, 12, 31))
VERDICTS = (("unqualified", None), ("qualified", None), (None, "problem"), ("qualified", "not_judged"))
STATES = ("concluded", "concluded", "concluded", "pending", "voided", "objection")


@st.composite
def sample_rows(draw: st.DrawFn) -> dict[str, Any]:
    supervision, monitoring = draw(st.sampled_from(VERDICTS))
    return sample_row(
        county=draw(st.sampled_from(("341202", "341203", "340102", None))),
        made=draw(st.sampled_from(("341202", "340102", None))),
        day=date(2024, 12, 1) + timedelta(days=draw(st.integers(0, 420))),
        stage=draw(st.sampled_from(("生产", "流通", None))),
        sampling_kind=draw(st.sampled_from(("常规", "常规", "靶向", "专项"))),
        listing=draw(st.sampled_from(("full", "full", "full", "unqualified"))),
        result_state=draw(st.sampled_from(STATES)),
        supervision_verdict=supervision,
        monitoring_verdict=monitoring,
        producer_key=draw(st.sampled_from(("P1", "P2", "P3", None))),
    )


def key_of(values: Any) -> tuple[Any, ...]:
    return tuple(None if pd.isna(value) else value for value in values)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(sample_rows(), min_size=1, max_size=60))
def test_rates_and_counts_agree_with_pandas(
    rows: list[dict[str, Any]], make_snapshot: Callable[..., Snapshot]
) -> None:
    snapshot = make_snapshot(sample=rows)
    table = pd.DataFrame(rows)
    table = table[(table["sampled_on"] >= YEAR.start) & (table["sampled_on"] <= YEAR.end)]
    routine = table[table["sampling_kind"] == "常规"]
    check_rate(snapshot, table, routine)
    check_distinct(snapshot, routine)
    check_repeated(snapshot, table)


def check_rate(snapshot: Snapshot, table: pd.DataFrame, routine: pd.DataFrame) -> None:
    by = ("division", "stage", "month")
    frame = compute(snapshot, get_metric("unqualified_rate"), YEAR, Scope.everything(), by=by).frame
    groups = dict(iter_groups(routine, ["county_code", "stage", "month"]))
    present = dict(iter_groups(table, ["county_code", "stage", "month"]))
    assert {key_of(key) for key in frame[list(by)].to_numpy()} == set(present)
    for row in frame.to_dict("records"):
        key = key_of(row[name] for name in by)
        own = groups.get(key, routine.iloc[:0])
        judged = own[(own["listing"] == "full") & own["supervision_verdict"].notna()]
        failed = int((judged["supervision_verdict"] == "unqualified").sum())
        assert (row["numerator"], row["denominator"]) == (failed, len(judged))
        assert row["excluded_listing"] == (own["listing"] != "full").sum()
        pending = (own["listing"] == "full") & (own["result_state"] == "pending")
        assert row["excluded_pending"] == pending.sum()
        assert row["excluded_sampling"] == (present[key]["sampling_kind"] != "常规").sum()
        if len(judged):
            expected = proportion_confint(failed, len(judged), method="wilson")
            assert abs(row["lower"] - expected[0]) < 1e-9
            assert abs(row["upper"] - expected[1]) < 1e-9
        else:
            assert pd.isna(row["value"])


def check_distinct(snapshot: Snapshot, routine: pd.DataFrame) -> None:
    frame = compute(
        snapshot, get_metric("producers_sampled"), YEAR, Scope.everything(), by=("division",)
    ).frame
    counted = {key_of([row["division"]]): row["numerator"] for row in frame.to_dict("records")}
    expected = {key: own["producer_key"].nunique() for key, own in iter_groups(routine, ["county_code"])}
    assert {key: counted[key] for key in expected} == expected
    assert sum(counted.values()) == sum(expected.values())


def check_repeated(snapshot: Snapshot, table: pd.DataFrame) -> None:
    failed = table[table["supervision_verdict"] == "unqualified"]
    expected = int((failed.groupby("producer_key").size() >= 2).sum())
    frame = compute(snapshot, get_metric("repeat_offenders"), YEAR, Scope.everything()).frame
    assert frame["numerator"].tolist() == [expected]


def iter_groups(table: pd.DataFrame, names: list[str]) -> Any:
    return ((key_of(key), own) for key, own in table.groupby(names, dropna=False))
