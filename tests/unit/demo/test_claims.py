"""Published claims of the seeds, recomputed from the written records with pandas alone."""

from datetime import date

import pandas as pd
import pytest
from sqlalchemy import Engine

from lib.demo.scale import SCALES
from tests.unit.demo.conftest import SMALL, drawn_frames, read


@pytest.fixture(scope="session")
def sample(small_records: Engine) -> pd.DataFrame:
    frame = read(small_records, "sample")
    return frame.assign(sampled_on=pd.to_datetime(frame.sampled_on))


def repeat_offenders(sample: pd.DataFrame, start: str, end: str) -> pd.Series:
    """Unqualified finished batches by producer of the city with two or more."""
    rows = sample[
        sample.supervision_verdict.eq("unqualified")
        & sample.material.eq("成品")
        & sample.producer_division_code.fillna("").str.startswith("3412")
        & sample.sampled_on.between(start, end)
    ]
    counts = rows.groupby("producer_key").size()
    return counts[counts >= 2]


def test_claim_0_01_twelve_producers(sample: pd.DataFrame) -> None:
    assert len(repeat_offenders(sample, "2025-01-01", "2025-08-31")) == 12


@pytest.mark.parametrize("seed", [2, 3, 4])
def test_claim_0_01_at_full_size_for_any_seed_and_reading(reference_engine: Engine, seed: int) -> None:
    frames = drawn_frames(reference_engine, SCALES["city"], seed, date(2025, 1, 1), date(2025, 8, 31))
    sample = frames.sample
    for rows in (sample, sample[sample.sampling_kind == "常规"], sample[sample.stage == "生产"]):
        assert len(repeat_offenders(rows, "2025-01-01", "2025-08-31")) == 12
    in_city = sample[sample.division_code.str.startswith("3412")]
    assert len(repeat_offenders(in_city, "2025-01-01", "2025-08-31")) == 12
    reported = sample[sample.reported_on <= "2025-08-31"]
    assert len(repeat_offenders(reported, "2025-01-01", "2025-08-31")) == 12


def test_claims_1_10_to_1_15_infant_formula(sample: pd.DataFrame, small_records: Engine) -> None:
    rows = sample[sample.division_code.str.startswith("44") & sample.sampled_on.dt.year.eq(2021)]
    finished = rows[rows.material == "成品"]
    assert len(finished) == 280
    assert set(finished.purpose) == {"监督抽检"}
    assert set(finished.supervision_verdict) == {"qualified"}
    assert finished.groupby("producer_key").size().tolist() == [70] * 4
    monitored = rows[rows.material.isin(["原料", "半成品"])]
    assert len(monitored) == 20
    assert set(monitored.conclusion) == {"纯监测不判定合格样品"}
    assert monitored.supervision_verdict.isna().all()
    assert len(rows) == 300
    duty = read(small_records, "sampling_duty")
    assert len(duty) == 4
    weeks = pd.date_range("2021-01-04", "2021-12-27", freq="W-MON")
    for key in duty.enterprise_key:
        days = finished[finished.producer_key == key].sampled_on
        assert set(weeks) == set(days - pd.to_timedelta(days.dt.weekday, unit="D"))


def test_claims_3_01_to_3_10_campaign(sample: pd.DataFrame, small_records: Engine) -> None:
    campaigns = read(small_records, "campaign")
    campaign = campaigns[campaigns.division_code == "150000"].iloc[0]
    assert (campaign.start_on, campaign.end_on) == (date(2021, 8, 4), date(2022, 1, 25))
    labels = read(small_records, "campaign_category")
    assert set(labels[labels.campaign_code == campaign.campaign_code].category_label) == {
        "乳制品", "肉制品", "含乳固态成型制品", "酱油", "食醋", "食用植物油",
    }  # fmt: skip
    inspection = read(small_records, "inspection")
    inspection = inspection[inspection.campaign_code == campaign.campaign_code]
    assert inspection.team.nunique() == 15
    assert inspection.enterprise_key.nunique() == 587
    assert inspection[inspection.outcome == "涉嫌违法"].enterprise_key.nunique() == 23
    assert pd.to_datetime(inspection.inspected_on).between("2021-08-04", "2022-01-25").all()
    rows = sample[sample.campaign_code == campaign.campaign_code]
    assert len(rows) == 340
    assert set(rows.sampling_kind) == {"靶向"}
    assert set(rows.purpose) == {"抽检监测"}
    adverse = rows.supervision_verdict.eq("unqualified") | rows.monitoring_verdict.eq("problem")
    assert adverse.sum() == 53
    assert set(rows.sampled_unit_key) <= set(inspection.enterprise_key)
    assert rows.sampled_on.between("2021-08-04", "2022-01-25").all()
    items = read(small_records, "failing_item")
    assert set(rows[adverse].sample_no) == set(items[items.sample_no.isin(rows.sample_no)].sample_no)


def test_reduced_build_keeps_the_fixed_rows(sample: pd.DataFrame) -> None:
    assert len(sample) == pytest.approx(5 * SMALL.batches_per_year + 340 + 300 + 12 * 40, rel=0.05)
