"""Mistakes that published figures invite, each of them tried on the shipped ledger or on the demo."""

import re
from datetime import date
from pathlib import Path

import pytest

from lib.data.filters import Filters
from lib.data.scope import Scope
from lib.data.snapshot import open_snapshot
from lib.metrics.claims import Claim, Ledger
from lib.metrics.claims_check import Checked, check_claims, counts_text, interval_text
from lib.metrics.claims_reading import read_ledger
from lib.metrics.claims_table import claims_frame, is_passed
from lib.metrics.compute import compute
from lib.metrics.dimensions import DIMENSIONS
from lib.metrics.registry import get_metric
from tests.demo_city import small_city_folder
from tests.unit.metrics.ledger_rows import derived, row, write_ledger

EVERYTHING = Scope.everything()
TRADITIONAL = "陽檢測診閉環監實據員處間責題幫驗證"


@pytest.fixture(scope="session")
def ledger() -> Ledger:
    return read_ledger()


@pytest.fixture(scope="session")
def claims(ledger: Ledger) -> dict[str, Claim]:
    return {claim.id: claim for claim in ledger.claims}


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_city_folder(tmp_path_factory) / "published"


@pytest.fixture(scope="session")
def checked(published: Path, ledger: Ledger) -> dict[str, Checked]:
    snapshot = open_snapshot(published, EVERYTHING)
    return {one.claim.id: one for one in check_claims(snapshot, ledger, EVERYTHING)}


def refusals(folder: Path, *rows: dict[str, str]) -> list[str]:
    return [refused.reason for refused in read_ledger([write_ledger(folder / "own.csv", *rows)]).refused]


def test_one_city_has_one_name_in_one_script(ledger: Ledger) -> None:
    words = "".join(claim.sentence + claim.published + claim.document for claim in ledger.claims)
    assert not set(TRADITIONAL) & set(words)
    assert not re.search(r"\([a-zāáǎàēéěèīíǐìōóǒòūúǔù]+\)", words), (
        "readings in brackets are noise of a web page"
    )
    assert len(ledger.documents) == 5, "a text that stands twice on a page is one document"


@pytest.mark.parametrize("claim_id", ["0-17", "2-22"])
def test_figures_of_a_footer_belong_to_other_articles(claims: dict[str, Claim], claim_id: str) -> None:
    claim = claims[claim_id]
    assert claim.is_text
    assert not claim.metric
    assert "不是阜阳的数" in claim.note


def test_an_equal_number_of_another_unit_is_no_match(claims: dict[str, Claim], tmp_path: Path) -> None:
    trainings, offices = claims["2-11"], claims["2-13"]
    assert trainings.value == offices.value
    assert (trainings.unit, offices.unit) == ("场次", "个")
    swapped = row(metric=offices.metric, unit=trainings.unit, value="53")
    assert refusals(tmp_path, swapped) == [
        "9-01：单位不符：指标“暗访督查的食安办和监管所”以“个”计，登记的是“场次”"
    ]


def test_suggestions_are_not_a_share_of_problems(claims: dict[str, Claim], tmp_path: Path) -> None:
    problems = row(id="9-01", metric="clinic_problems", unit="个", value="58")
    suggestions = row(id="9-02", metric="clinic_suggestions", unit="条", value="61")
    share = derived("9-01 / 9-02", value="95.1", unit="%")
    together = derived("9-01 + 9-02", id="9-98", value="119", unit="个")
    assert len(refusals(tmp_path, problems, suggestions, share, together)) == 2
    assert claims["0-09"].unit == claims["0-10"].unit == "家", (
        "what is completed is named: firms, not problems"
    )


def test_visits_are_not_firms(claims: dict[str, Claim], tmp_path: Path) -> None:
    assert claims["2-15"].unit == "家次"
    visits = row(id="9-01", metric="inspections", unit="家次", value="73000")
    as_firms = row(id="9-02", metric="inspections", unit="家", value="73000")
    suspected = row(id="9-03", metric="suspected_offenders", unit="家", value="23")
    share = derived("9-03 / 9-01", value="0.03", unit="%")
    assert len(refusals(tmp_path, visits, as_firms, suspected, share)) == 2


def test_bounds_stay_bounds(claims: dict[str, Claim]) -> None:
    signs = {
        key: claims[key].operator.value for key in ("2-03", "2-05", "2-10", "2-15", "2-17", "2-19", "3-13")
    }
    assert list(signs.values()) == ["≥", "≥", "≥", "≈", ">", "≤", "≥"]


def test_all_of_four_and_none_of_three_hundred_say_of_how_many(checked: dict[str, Checked]) -> None:
    assert (counts_text(checked["1-14.2"]), interval_text(checked["1-14.2"])) == ("0/300", "0.00%—1.26%")
    assert checked["1-10"].recomputed is not None
    assert len(checked["1-10"].recomputed.groups) == 4
    assert (counts_text(checked["0-12"]), interval_text(checked["0-12"])) == ("10/12", "55.20%—95.30%")


def test_targeted_sampling_never_enters_the_routine_rate(published: Path, claims: dict[str, Claim]) -> None:
    snapshot = open_snapshot(published, EVERYTHING)
    period = Filters(start=date(2021, 8, 4), end=date(2022, 1, 25), district="150000")
    frame = compute(snapshot, get_metric("unqualified_rate"), period, EVERYTHING).frame
    assert int(frame["denominator"].iloc[0]) == 0
    assert frame["value"].isna().all(), "no routine batch was taken: there is no rate, not 0 %"
    assert "不作不合格率" in claims["3-09"].note


def test_sampling_and_monitoring_are_two_verdicts(claims: dict[str, Claim]) -> None:
    assert (claims["1-13.1"].metric, claims["1-13.2"].metric) == ("unqualified_rate", "problem_rate")
    assert claims["3-07"].metric == "finding_batches"


def test_a_letter_alone_is_no_grade(ledger: Ledger) -> None:
    assert DIMENSIONS["binding_level"].name == "包保级别"
    bare = re.compile(r"(?<![三色码风险等级包保量化])[ABCD]级")
    texts = {claim.id: claim.sentence for claim in ledger.claims if bare.search(claim.sentence)}
    assert set(texts) <= {"4-01"}
    assert "三色码" in texts.get("4-01", "三色码")


def test_coverage_is_no_hundred_percent_by_default(claims: dict[str, Claim]) -> None:
    assert claims["0-14"].is_text
    assert get_metric("clinic_coverage").denominator is not None
    assert "不作100%" in claims["0-14"].note


def test_outcomes_of_the_clinic_warn_of_regression_to_the_mean() -> None:
    for metric_id in ("recurrence_rate", "recurrence_rate_unassisted"):
        assert "向均值回归" in get_metric(metric_id).note


def test_success_is_not_shown_for_a_blank_report() -> None:
    assert not is_passed(())


def test_the_source_is_not_corrected(claims: dict[str, Claim]) -> None:
    holidays = claims["3-03"]
    assert holidays.is_text
    assert "春节" in holidays.sentence
    assert "照原文登记" in holidays.note
    assert claims["3-02"].published.endswith("2022-01-25"), "before the Spring Festival of 1 February 2022"


def test_an_as_of_day_that_is_not_stated_stays_unknown(
    claims: dict[str, Claim], checked: dict[str, Checked]
) -> None:
    unstated = [key for key, claim in claims.items() if key.startswith("2-") and not claim.is_text]
    assert all(claims[key].as_of is None for key in unstated)
    frame = claims_frame([checked[key] for key in unstated])
    assert set(frame["as_of"]) == {"未注明"}
