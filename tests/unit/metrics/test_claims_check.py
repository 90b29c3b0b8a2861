"""Verdicts on small worlds: equal at the printed digits, whole means whole, missing never passes."""

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from lib.data.scope import Scope
from lib.data.snapshot import Snapshot
from lib.metrics.claims_check import Checked, Verdict, check_claims, recomputed_text, rounded
from lib.metrics.claims_reading import read_ledger
from lib.metrics.claims_table import claims_frame, is_passed, summary, terminal_text
from tests.unit.metrics.conftest import sample_row
from tests.unit.metrics.ledger_rows import derived, row, write_ledger

EVERYTHING = Scope.everything()
RATE = {"metric": "unqualified_rate", "unit": "%"}
Make = Callable[..., Snapshot]


def batches(good: int, bad: int, **given: Any) -> list[dict[str, Any]]:
    """So many qualified and unqualified batches."""
    rows = [sample_row(**given) for _ in range(good)]
    return rows + [sample_row(supervision_verdict="unqualified", **given) for _ in range(bad)]


@pytest.fixture
def check(make_snapshot: Make, tmp_path: Path) -> Callable[..., dict[str, Checked]]:
    """Check ledger rows against a snapshot with these tables."""

    def checked(*rows: dict[str, str], scope: Scope = EVERYTHING, **tables: Any) -> dict[str, Checked]:
        ledger = read_ledger([write_ledger(tmp_path / "own.csv", *rows)])
        assert ledger.refused == ()
        return {one.claim.id: one for one in check_claims(make_snapshot(scope, **tables), ledger, scope)}

    return checked


Check = Callable[..., dict[str, Checked]]


@pytest.mark.parametrize(
    ("operator", "value", "verdict"),
    [
        ("=", "3", Verdict.MATCHES),
        ("=", "4", Verdict.DIFFERS),
        ("≥", "3", Verdict.MATCHES),
        (">", "3", Verdict.DIFFERS),
        ("≤", "3", Verdict.MATCHES),
        ("≤", "2", Verdict.DIFFERS),
    ],
)
def test_the_operator_decides(check: Check, operator: str, value: str, verdict: Verdict) -> None:
    one = check(row(operator=operator, value=value), sample=batches(3, 0))["9-01"]
    assert one.verdict is verdict
    assert recomputed_text(one) == "3 批次"
    assert bool(one.reason) is (verdict is Verdict.DIFFERS)


def test_a_rate_is_compared_at_the_printed_digits(check: Check) -> None:
    rows = [row(id=f"9-{value}", value=value, **RATE) for value in ("16.7", "16.67", "16.66", "17", "16")]
    found = check(*rows, sample=batches(5, 1))
    assert {key for key, one in found.items() if one.verdict is Verdict.MATCHES} == {
        "9-16.7",
        "9-16.67",
        "9-17",
    }


def test_all_means_all(check: Check) -> None:
    nearly, none = row(value="100", metric="qualified_rate", unit="%"), row(id="9-02", value="0", **RATE)
    found = check(nearly, none, sample=batches(399, 1))
    assert {one.verdict for one in found.values()} == {Verdict.DIFFERS}
    assert "99.75%" in found["9-01"].reason


@pytest.mark.parametrize(
    ("value", "decimals", "expected"),
    [
        ("2.34497", 2, "2.34"),
        ("2.345", 2, "2.35"),
        ("-2.345", 2, "-2.35"),
        ("0.5", 0, "1"),
        ("1250", 0, "1250"),
    ],
)
def test_rounding_is_half_up_and_done_once(value: str, decimals: int, expected: str) -> None:
    assert str(rounded(Fraction(value), decimals)) == expected


def test_a_published_interval_must_be_met_too(check: Check) -> None:
    right = row(value="16.7", interval="3.0—56.4", **RATE)
    wrong = row(id="9-02", value="16.7", interval="3.0—56.5", **RATE)
    found = check(right, wrong, sample=batches(5, 1))
    assert found["9-01"].verdict is Verdict.MATCHES
    assert (found["9-02"].verdict, found["9-02"].reason) == (Verdict.DIFFERS, "区间与公布的不同")


def test_no_denominator_is_no_rate(check: Check) -> None:
    one = check(row(value="0", **RATE), sample=batches(1, 0, result_state="pending"))["9-01"]
    assert (one.verdict, recomputed_text(one)) == (Verdict.NOT_COMPUTABLE, "—")


def test_each_group_must_be_there_and_fit(check: Check) -> None:
    years = {"by": "year", "statistic": "each", "query": "from=2023-01-01&to=2025-12-31"}
    rows = [
        row(id="9-01", operator="≥", value="2", groups="2", **years),
        row(id="9-02", operator="≥", value="2", groups="3", **years),
        row(id="9-03", operator="≥", value="3", groups="2", **years),
    ]
    sample = batches(2, 0, day=date(2023, 5, 1)) + batches(3, 0, day=date(2025, 5, 1))
    found = check(*rows, sample=sample)
    assert found["9-01"].verdict is Verdict.MATCHES
    assert found["9-02"].reason == "应有 3 组，实有 2 组"
    assert found["9-03"].reason == "不符的组：2023年为2 批次"


def test_groups_join_only_where_the_as_of_day_is_not_stated(check: Check) -> None:
    years = {
        "by": "year",
        "statistic": "each",
        "query": "from=2023-01-01",
        "operator": "≥",
        "value": "1",
        "groups": "1",
    }
    sample = batches(1, 0, day=date(2024, 5, 1)) + batches(1, 0, day=date(2025, 5, 1))
    found = check(row(**years), row(id="9-02", **{**years, "as_of": "未注明"}), sample=sample)
    assert [one.verdict for one in found.values()] == [Verdict.DIFFERS, Verdict.MATCHES]


def test_a_missing_city_is_no_further_city(check: Check) -> None:
    cities = {"by": "city", "statistic": "groups", "unit": "个"}
    sample = batches(1, 0) + batches(1, 0, county="340102") + batches(1, 0, county=None)
    assert check(row(value="2", **cities), sample=sample)["9-01"].verdict is Verdict.MATCHES


def test_an_empty_world_fails_closed(check: Check) -> None:
    years = {"by": "year", "statistic": "each", "groups": "1"}
    found = check(row(), row(id="9-02", **years), row(id="9-03", by="city", statistic="groups"))
    assert {one.verdict for one in found.values()} == {Verdict.DIFFERS}
    assert not is_passed(found.values())


def figure(**given: Any) -> dict[str, Any]:
    """A total that is only known as a total, of the city."""
    own = {
        "source": "test",
        "figure_no": "F1",
        "subject": "培训",
        "value": 100.0,
        "unit": "场次",
        "bound": "≥",
    }
    place = {"province_code": "340000", "city_code": "341200", "county_code": None}
    return {**own, **place, "document": "总结", **given}


TOTAL = {"metric": "", "reported": "培训", "unit": "场次", "query": "district=341200", "value": "100"}


@pytest.mark.parametrize(
    ("operator", "given", "verdict"),
    [
        ("≥", {}, Verdict.MATCHES),
        ("=", {}, Verdict.DIFFERS),
        (">", {}, Verdict.DIFFERS),
        ("=", {"bound": "="}, Verdict.MATCHES),
        ("≥", {"value": 99.0}, Verdict.DIFFERS),
        ("≥", {"unit": "人次"}, Verdict.NOT_COMPUTABLE),
        ("≥", {"subject": "会议"}, Verdict.NOT_COMPUTABLE),
        ("≥", {"city_code": "340100"}, Verdict.NOT_COMPUTABLE),
        ("≥", {"known_as_of": date(2026, 1, 1)}, Verdict.NOT_COMPUTABLE),
    ],
)
def test_a_reported_total_proves_what_its_bound_proves(
    check: Check, operator: str, given: dict[str, Any], verdict: Verdict
) -> None:
    found = check(row(operator=operator, **TOTAL), reported_figure=[figure(**given)])
    assert found["9-01"].verdict is verdict


def test_a_ratio_to_a_lower_bound_is_an_upper_bound(check: Check) -> None:
    part = row(id="9-02", **{**TOTAL, "reported": "其中", "value": "53"})
    shares = [
        derived("9-02 / 9-01", id=f"9-{place}", operator=operator, value="53", unit="%")
        for place, operator in (("10", "≤"), ("11", "="))
    ]
    totals = [figure(), figure(figure_no="F2", subject="其中", value=53.0, bound="=")]
    found = check(row(operator="≥", **TOTAL), part, *shares, reported_figure=totals)
    assert recomputed_text(found["9-10"]) == "≤53%"
    assert [found[key].verdict for key in ("9-10", "9-11")] == [Verdict.MATCHES, Verdict.DIFFERS]


def test_a_partition_must_add_up_to_the_other_claim(check: Check) -> None:
    parts = [
        row(id="9-02", value="1", metric="unqualified_batches"),
        derived("9-02 + 9-02 = 9-01", value="2"),
    ]
    found = check(row(value="3"), *parts, sample=batches(2, 1))
    assert found["9-99"].reason == "两边不等：2 批次 与 3 批次"


def test_what_stands_on_the_incomputable_is_incomputable(check: Check) -> None:
    found = check(row(value="0", **RATE), derived("9-01 + 9-01", unit="%"))
    assert found["9-99"].verdict is Verdict.NOT_COMPUTABLE


def test_settings_are_compared_with_what_the_claims_use(check: Check) -> None:
    settings = {"operator": "parameter", "value": "", "unit": "", "metric": "", "query": ""}
    found = check(
        row(),
        row(id="9-02", **settings, parameters="as_of=2025-12-31"),
        row(id="9-03", **settings, parameters="as_of=2025-08-31"),
        row(id="9-04", **settings, parameters="from=2025-01-01"),
        row(id="9-05", **{**settings, "metric": "repeat_offenders"}, parameters="k=2"),
        row(id="9-06", **{**settings, "metric": "repeat_offenders"}, parameters="k=3"),
    )
    verdicts = {key: found[key].verdict for key in found if key != "9-01"}
    assert [key for key, one in verdicts.items() if one is Verdict.DIFFERS] == ["9-03", "9-06"]
    assert [key for key, one in verdicts.items() if one is Verdict.PARAMETER] == ["9-02", "9-04", "9-05"]
    assert not is_passed(one for one in found.values() if one.claim.id != "9-01"), "they need no data"


def test_a_reader_sees_claims_of_districts_seen_whole(check: Check) -> None:
    rows = [
        row(id=f"9-{code}", value="1", query=f"from=2025-01-01&district={code}")
        for code in ("341202", "341200", "340000")
    ]
    found = check(*rows, row(id="9-all"), scope=Scope.of("341200"), sample=batches(1, 0))
    verdicts = {key: one.verdict for key, one in found.items()}
    assert verdicts == {
        "9-341202": Verdict.MATCHES,
        "9-341200": Verdict.MATCHES,
        "9-340000": Verdict.NOT_COMPUTABLE,
        "9-all": Verdict.NOT_COMPUTABLE,
    }


def test_the_table_names_text_apart_and_never_begins_a_cell_with_a_formula(check: Check) -> None:
    text = row(id="9-02", operator="text", value="", unit="", metric="", query="", as_of="")
    found = list(check(row(), text, sample=batches(3, 0)).values())
    frame = claims_frame(found)
    assert list(frame["relation"]) == ["等于", "文字"]
    assert not frame.apply(lambda column: column.str.startswith("=")).to_numpy().any()
    assert summary(found) == (
        "共 2 条：可重算 1 条，其中相符 1、不符 0、无法计算 0；口径说明 0 条、仅文字 1 条，不算相符"
    )
    shown = terminal_text(found, ())
    assert "相符    9-01" in shown
    assert "仅文字（1 条，只登记原文，不算相符）" in shown
    assert not is_passed(found[1:]), "a list of texts alone has not passed"
