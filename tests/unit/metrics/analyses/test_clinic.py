"""The mobile clinic: eligible, helped, what came after; numbers worked out by hand from the rows."""

from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest

from lib.data.filters import Filters
from lib.data.scope import Scope
from lib.metrics.analyses.clinic import clinic_outcome, eligible_producers, problem_pareto
from lib.metrics.compute import compute
from lib.metrics.predicates import FilterNotApplicable
from lib.metrics.registry import get_metric
from tests.unit.metrics.analyses.conftest import Make
from tests.unit.metrics.conftest import sample_row
from tests.unit.metrics.loop_rows import failure_rows, producer_row, visit_row

AS_OF = date(2025, 10, 31)
PERIOD = Filters(start=date(2024, 1, 1), end=date(2025, 12, 31))
ALL = Scope.everything()
SECOND = date(2024, 3, 1)
VISIT = date(2024, 4, 1)


def test_coverage_is_missing_where_samples_are_not_known(make: Make) -> None:
    snapshot = make(clinic_visit=[visit_row("A", VISIT), visit_row("B", VISIT)])
    row = compute(snapshot, get_metric("clinic_coverage"), PERIOD, ALL).frame.iloc[0]
    assert pd.isna(row["value"]), "two were helped, nobody knows of how many"
    listed = eligible_producers(snapshot, PERIOD, ALL)
    assert listed.frame.empty
    assert any("不作100%" in note for note in listed.notes)


def test_coverage_counts_the_eligible_only(make: Make) -> None:
    rows = [
        producer_row("A", SECOND, visited_on=VISIT),
        producer_row("B", SECOND),
        producer_row("C", None, visited_on=VISIT),
        producer_row("D", SECOND, unqualified_batches=3),
    ]
    snapshot = make(producer_failure=failure_rows(*rows))
    row = compute(snapshot, get_metric("clinic_coverage"), PERIOD, ALL).frame.iloc[0]
    assert (row["numerator"], row["denominator"]) == (1, 3)
    three = eligible_producers(snapshot, PERIOD, ALL, k=3)
    assert list(three.frame["enterprise_key"]) == ["D"]
    assert three.coverage["value"] == 0


def test_eligibility_as_known_on_the_day(make: Make) -> None:
    rows = [producer_row("A", date(2025, 9, 10), year=2025), producer_row("B", SECOND)]
    snapshot = make(producer_failure=failure_rows(*rows))
    august = date(2025, 8, 31)
    figure = compute(snapshot, get_metric("clinic_eligible"), PERIOD, ALL, as_of=august).frame
    assert figure["numerator"].iloc[0] == 1
    assert list(eligible_producers(snapshot, PERIOD, ALL, as_of=august).frame["enterprise_key"]) == ["B"]


def test_a_batch_after_the_period_or_the_day_makes_nobody_eligible(make: Make) -> None:
    firms = [producer_row("early", date(2025, 3, 1), year=2025, unqualified_batches=3)]
    firms.append(producer_row("late", date(2025, 3, 1), year=2025, unqualified_batches=3))
    early = failure_rows(firms[0], then=date(2025, 5, 1))
    snapshot = make(producer_failure=[*early, *failure_rows(firms[1], then=date(2025, 10, 5))])
    half = Filters(start=date(2025, 1, 1), end=date(2025, 6, 30))
    for k, expected in ((2, ["early", "late"]), (3, ["early"])):
        found = eligible_producers(snapshot, half, ALL, k=k)
        assert list(found.frame["enterprise_key"]) == expected
        assert found.coverage["denominator"] == len(expected)
    seen = eligible_producers(snapshot, PERIOD, ALL, k=3, as_of=date(2025, 9, 30))
    assert list(seen.frame["enterprise_key"]) == ["early"], "the third batch of the other was not known then"
    assert len(eligible_producers(snapshot, PERIOD, ALL, k=3).frame) == 2
    assert eligible_producers(snapshot, PERIOD, ALL, k=4).frame.empty


def test_eligible_is_what_the_samples_say(make: Make) -> None:
    rows = [
        sample_row(supervision_verdict="unqualified", producer_key=key, day=day)
        for key, day in (("A", date(2024, 2, 1)), ("A", SECOND), ("B", SECOND))
    ]
    batches = failure_rows(producer_row("A", SECOND), producer_row("B", None))
    snapshot = make(sample=rows, producer_failure=batches)
    both = [get_metric(name) for name in ("clinic_eligible", "repeat_offenders")]
    assert [compute(snapshot, one, PERIOD, ALL).frame["numerator"].iloc[0] for one in both] == [1, 1]


def test_outcome_against_hand_computation(make: Make) -> None:
    late = AS_OF - timedelta(days=100)
    rows = [
        producer_row(
            "A", SECOND, visited_on=VISIT, next_sampled_on=date(2024, 9, 1), next_unqualified_on=None
        ),
        producer_row(
            "B", SECOND, visited_on=VISIT, next_sampled_on=VISIT, next_unqualified_on=VISIT + timedelta(365)
        ),
        producer_row("C", SECOND, visited_on=VISIT, next_unqualified_on=VISIT + timedelta(366)),
        producer_row("young", late, visited_on=late, next_unqualified_on=None),
        producer_row("U", SECOND, next_sampled_on=date(2024, 5, 1), next_unqualified_on=date(2024, 5, 1)),
        producer_row("before two", date(2024, 6, 1), visited_on=VISIT),
    ]
    snapshot = make(producer_year=rows)
    table = clinic_outcome(snapshot, PERIOD, ALL).table.set_index("assisted")
    helped = table.loc[True]
    assert (helped["followed"], helped["mature"], helped["again"], helped["resampled"]) == (4, 3, 1, 2)
    assert (table.loc[False, "mature"], table.loc[False, "again"]) == (1, 1)
    row = compute(snapshot, get_metric("recurrence_rate"), PERIOD, ALL).frame.iloc[0]
    assert (row["numerator"], row["denominator"], row["excluded_immature"]) == (1, 3, 1)
    assert round(row["lower"], 4) == 0.0615, "Wilson for 1 of 3, from a table"
    assert (helped["lower"], helped["upper"]) == (row["lower"], row["upper"])
    apart = compute(snapshot, get_metric("recurrence_rate_unassisted"), PERIOD, ALL).frame.iloc[0]
    assert (apart["numerator"], apart["denominator"]) == (1, 1)


def test_a_firm_counts_once_though_one_visit_follows_two_of_its_years(make: Make) -> None:
    again = {"next_sampled_on": date(2024, 6, 1), "next_unqualified_on": date(2024, 6, 1)}
    rows = [
        producer_row("A", date(2023, 9, 1), visited_on=VISIT, year=2023, **again),
        producer_row("A", SECOND, visited_on=VISIT, **again),
        producer_row("B", SECOND, visited_on=VISIT),
        producer_row("U", date(2024, 1, 5), **again),
        producer_row("U", date(2024, 9, 1), sampled_year=2025),
    ]
    snapshot = make(producer_year=rows)
    for metric_id, counts in (("recurrence_rate", (1, 2)), ("recurrence_rate_unassisted", (1, 1))):
        row = compute(snapshot, get_metric(metric_id), PERIOD, ALL).frame.iloc[0]
        assert (row["numerator"], row["denominator"]) == counts, "家: firms, not sampling years"
    outcome = clinic_outcome(snapshot, PERIOD, ALL)
    counted = outcome.table[["followed", "mature", "again", "resampled"]]
    assert counted.to_numpy().tolist() == [[2, 2, 1, 1], [1, 1, 1, 1]]
    assert outcome.curves.groupby("assisted")["at_risk"].max().to_dict() == {True: 2, False: 1}


def test_a_filter_the_producers_do_not_know_is_refused(make: Make) -> None:
    snapshot = make(producer_year=[producer_row("A", SECOND)])
    with pytest.raises(FilterNotApplicable, match="来源"):
        clinic_outcome(snapshot, PERIOD.with_(source=("别处",)), ALL)


def test_curves_carry_numbers_at_risk_and_the_warning(make: Make) -> None:
    rows = [
        producer_row("A", SECOND, visited_on=VISIT, next_unqualified_on=VISIT + timedelta(50)),
        producer_row("B", SECOND, visited_on=VISIT),
    ]
    outcome = clinic_outcome(make(producer_year=rows), PERIOD, ALL)
    curves = outcome.curves
    assert list(curves["day"]) == [0, 50, (AS_OF - VISIT).days]
    assert list(curves["free"]) == [1, 0.5, 0.5]
    assert list(curves["at_risk"]) == [2, 2, 1]
    assert any("向均值回归" in note for note in outcome.notes)


def test_nothing_mature_says_so(make: Make) -> None:
    young = AS_OF - timedelta(days=10)
    outcome = clinic_outcome(make(producer_year=[producer_row("A", young, visited_on=young)]), PERIOD, ALL)
    assert list(outcome.table["text"]) == ["未到期", "未到期"]
    assert outcome.table["rate"].isna().all()


def test_few_firms_or_events_are_not_tested(make: Make) -> None:
    def followed(helped: int, apart: int, again: int) -> list[dict[str, Any]]:
        """The first `again` firms of each group were unqualified again."""
        rows = []
        for prefix, number, visit in (("H", helped, VISIT), ("U", apart, None)):
            for one in range(number):
                day = SECOND + timedelta(60 + one) if one < again else None
                rows.append(producer_row(f"{prefix}{one}", SECOND, visited_on=visit, next_unqualified_on=day))
        return rows

    for helped, apart, again, events in ((12, 4, 8, 12), (12, 5, 4, 8), (12, 12, 0, 0)):
        outcome = clinic_outcome(make(producer_year=followed(helped, apart, again)), PERIOD, ALL)
        assert outcome.p is None
        assert "事件太少，不能判断" in outcome.untested
        assert f"已帮扶{helped}家、未帮扶{apart}家，再次不合格合计{events}家" in outcome.untested
    enough = clinic_outcome(make(producer_year=followed(5, 5, 5)), PERIOD, ALL)
    assert enough.p is not None
    assert enough.untested == ""


def test_pareto_puts_the_unknown_last(make: Make) -> None:
    base = visit_row("A", VISIT)
    problems = [
        {**base, "problem_no": str(number), "area": area}
        for number, area in enumerate((None, None, None, "原辅料供应链", "工艺流程设计", "工艺流程设计"))
    ]
    frame = problem_pareto(make(clinic_problem=problems), PERIOD, ALL).frame
    assert list(frame["area_name"]) == ["工艺流程设计", "原辅料供应链", "未知"]
    assert list(frame["problems"]) == [2, 1, 3]
    assert frame["cumulative"].iloc[-1] == 1
