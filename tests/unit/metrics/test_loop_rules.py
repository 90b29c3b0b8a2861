"""Rules the loop's metrics keep: units that look alike, filters they refuse, parameters, words of the levels."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from lib.data.filters import Filters
from lib.data.scope import Scope
from lib.data.tables.snapshot import sample
from lib.metrics.compute import compute
from lib.metrics.dimensions import DIMENSIONS
from lib.metrics.metric import DeclarationError, parameter_value
from lib.metrics.predicates import FilterNotApplicable
from lib.metrics.registry import get_metric
from lib.metrics.rows import rows_behind
from tests.unit.metrics.analyses.conftest import Make, make
from tests.unit.metrics.conftest import make_snapshot, period_columns, place_columns
from tests.unit.metrics.loop_rows import round_row, visit_row

__all__ = ["make", "make_snapshot"]

DAY = date(2025, 3, 3)
YEAR = Filters(start=date(2025, 1, 1), end=date(2025, 12, 31))
ALL = Scope.everything()
HERE = {**place_columns("341202"), **place_columns("341202", "made_"), **period_columns(DAY)}


def inspection(number: int, **given: Any) -> dict[str, Any]:
    return {"source": "test", "inspection_no": str(number), "inspected_on": DAY, **HERE, **given}


def test_the_stage_of_the_loop_is_not_the_stage_of_a_sample(make: Make) -> None:
    event = {
        "source": "test",
        "event_no": "1",
        "item_no": "1",
        "stage": "验证",
        "happened_on": DAY,
        "round": 1,
    }
    snapshot = make(rectification_event=[{**event, "happened_at": "2025-03-03", **HERE}])
    metric = get_metric("rectification_events")
    by_stage = compute(snapshot, metric, YEAR, ALL, by=("loop_stage",)).frame
    assert list(by_stage["loop_stage_name"]) == ["验证"]
    with pytest.raises(FilterNotApplicable, match="不分环节"):
        compute(snapshot, metric, YEAR.with_(stage=("生产",)), ALL)


def test_a_filter_the_loop_does_not_know_is_refused_by_name(make: Make) -> None:
    with pytest.raises(FilterNotApplicable, match="不分食品类别"):
        compute(make(), get_metric("rectification_items"), YEAR.with_(category=("01",)), ALL)
    sentence = compute(make(), get_metric("rectification_items"), YEAR, ALL).sentence
    assert "按发现日期归入期间" in sentence


def test_offices_are_no_visits_of_firms(make: Make) -> None:
    rows = [
        inspection(1, enterprise_key="A", is_covert=True),
        inspection(2, enterprise_key="A"),
        inspection(3, office_name="颍州区西湖镇市场监管所", office_kind="市场监管所", is_covert=True),
        inspection(4, office_name="颍州区西湖镇市场监管所", office_kind="市场监管所", is_covert=True),
    ]
    snapshot = make(inspection=rows)
    figures = {
        name: compute(snapshot, get_metric(name), YEAR, ALL).frame.iloc[0]
        for name in (
            "inspections",
            "enterprises_inspected",
            "offices_inspected_covertly",
            "subjects_spot_checked",
        )
    }
    assert [row["numerator"] for row in figures.values()] == [2, 1, 1, 1]
    assert figures["inspections"]["excluded_offices"] == 2


def test_yield_is_per_ten_thousand_visits(make: Make) -> None:
    case = {"source": "test", "decided_on": DAY, "enterprise_key": "A", "outcome": "立案", **HERE}
    cases = [{**case, "case_no": str(number), "cause": "未落实主体责任"} for number in range(3)]
    rows = [inspection(number, enterprise_key=f"E{number}") for number in range(400)]
    snapshot = make(inspection=rows, enforcement_case=cases)
    metric = get_metric("responsibility_case_yield")
    row = compute(snapshot, metric, YEAR, ALL).frame.iloc[0]
    assert (row["numerator"], row["denominator"], row["value"]) == (3, 0.04, 75.0)
    # Exact Poisson limits of 3: 0.6187 and 8.7673 (tables), here per 0.04.
    assert (round(row["lower"] * 0.04, 3), round(row["upper"] * 0.04, 3)) == (0.619, 8.767)
    assert rows_behind(snapshot, metric, YEAR, ALL, part="denominator").count() == 400


def test_equal_numbers_of_two_units_are_two_figures() -> None:
    trainings, offices = get_metric("cadre_trainings"), get_metric("offices_inspected_covertly")
    assert (trainings.unit, offices.unit) == ("场次", "个")
    with pytest.raises(DeclarationError, match="单位不相容"):
        replace(trainings, description="甲÷乙。", denominator=offices.numerator, dimensions=(), interval=None)


def test_problems_and_suggestions_are_two_units(make: Make) -> None:
    visit = visit_row("A", DAY)
    problems = [{**visit, "problem_no": str(number)} for number in range(2)]
    suggestions = [{**visit, "suggestion_no": str(number), "problems": 2} for number in range(3)]
    snapshot = make(clinic_visit=[visit], clinic_problem=problems, clinic_suggestion=suggestions)
    means = [
        compute(snapshot, get_metric(name), YEAR, ALL).frame["value"].iloc[0]
        for name in ("clinic_problems_per_enterprise", "clinic_suggestions_per_enterprise")
    ]
    assert means == [2, 3]


def test_a_mean_of_two_firms_is_of_the_sums(make: Make) -> None:
    visits = [visit_row("A", DAY), visit_row("A", DAY), visit_row("B", DAY)]
    people = [
        {**visits[index], "participant_no": str(number), "role": "专家"}
        for index, many in enumerate((3, 3, 1))
        for number in range(many)
    ]
    row = compute(
        make(clinic_visit=visits, clinic_participant=people),
        get_metric("clinic_experts_per_enterprise"),
        YEAR,
        ALL,
    ).frame.iloc[0]
    assert (row["numerator"], row["denominator"], row["value"]) == (7, 2, 3.5)


def test_a_level_of_binding_is_never_a_bare_letter() -> None:
    assert DIMENSIONS["binding_level"].label("A", {}) == "包保A级"
    assert DIMENSIONS["binding_level"].label(None, {}) == "未知"


def test_a_predicate_may_only_use_declared_parameters() -> None:
    metric = get_metric("batches_sampled")
    broken = replace(metric.numerator, where=(sample.c.tier == parameter_value("k"),))
    with pytest.raises(DeclarationError, match="未声明的参数 k"):
        replace(metric, numerator=broken)


def test_rows_behind_a_loop_figure_come_in_order(make: Make) -> None:
    rows = [round_row(date(2025, month, 1), item_no=f"I{month}") for month in (5, 2, 9)]
    found = rows_behind(make(rectification_round=rows), get_metric("rectification_items"), YEAR, ALL).rows()
    assert found["item_no"].to_pylist() == ["I2", "I5", "I9"]
