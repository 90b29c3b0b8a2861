"""The drawn city: published levels within sampling error, lag, districts, one real change, nothing personal."""

import re

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from tests.unit.demo.conftest import Frames

AS_OF = pd.Timestamp(2025, 10, 31)
#: Unqualified rates of the years as published (2020 by its last two months is not comparable).
PUBLISHED = {2021: 2.69, 2022: 2.86, 2023: 2.73, 2024: 2.96}
STEP = ("341222", pd.Timestamp(2024, 9, 1))


def is_step(rows: pd.DataFrame) -> pd.Series:
    return rows.division_code.eq(STEP[0]) & rows.category.eq("33") & (rows.sampled_on >= STEP[1])


def test_volume_and_quarters(city: Frames) -> None:
    sample = city.sample[city.sample.division_code.str.startswith("3412")]
    year = sample.sampled_on.dt.year
    for number in (2021, 2022, 2023, 2024):
        quarter = sample[year == number].sampled_on.dt.quarter.value_counts(normalize=True)
        assert (year == number).sum() == pytest.approx(34_000, rel=0.01)
        assert quarter[1] == pytest.approx(0.113, abs=0.005)
        assert list(quarter.sort_index().index[:1]) == [1]
        assert quarter[4] > quarter[2]
    assert sample.sampled_on.min() >= pd.Timestamp(2020, 11, 1)
    assert sample.sampled_on.max() <= AS_OF


@pytest.mark.parametrize("year", sorted(PUBLISHED))
def test_rate_of_the_year(concluded: pd.DataFrame, year: int) -> None:
    rows = concluded[(concluded.year == year) & ~is_step(concluded)]
    # 32 000 batches: three standard errors are 0.28 percentage points.
    assert rows.unqualified.mean() * 100 == pytest.approx(PUBLISHED[year], abs=0.30)


def test_rate_climbs_through_the_year(concluded: pd.DataFrame) -> None:
    rate = concluded[concluded.year.between(2021, 2024)].groupby("quarter").unqualified.mean()
    assert rate[1] == rate.min()
    assert rate[4] == rate.max()


def test_tableware_and_fresh_produce_carry_most_failures(concluded: pd.DataFrame) -> None:
    rows = concluded[concluded.year == 2023]
    tableware, fresh = rows.subcategory_2.eq("餐饮具"), rows.category.eq("33")
    assert tableware.mean() == pytest.approx(0.035, abs=0.005)
    assert rows[tableware].unqualified.mean() == pytest.approx(0.1929, abs=0.035)
    assert fresh.mean() == pytest.approx(0.408, abs=0.01)
    assert rows[rows.unqualified].category.isin(["31", "33"]).mean() == pytest.approx(0.81, abs=0.05)
    processed = rows[~rows.category.isin(["31", "33"])]
    assert processed.unqualified.mean() * 100 == pytest.approx(1.08, abs=0.27)


def test_item_groups_by_year(city: Frames, concluded: pd.DataFrame) -> None:
    rows = concluded[concluded.unqualified & ~is_step(concluded)]
    items = city.failing_item.merge(rows[["sample_no", "year"]], on="sample_no")
    once = items.drop_duplicates(["sample_no", "group_code"])  # the published shares are of samples
    share = once.groupby("year").group_code.value_counts(normalize=True).unstack(0) * 100
    for year, pesticide, microbe in ((2021, 26.38, 22.40), (2022, 33.31, 20.73), (2024, 39.56, 16.73)):
        assert share.loc["PEST", year] == pytest.approx(pesticide, abs=5.5)
        assert share.loc["MICRO", year] == pytest.approx(microbe, abs=5.5)
    assert share.loc["PEST", 2024] > share.loc["PEST", 2021] + 5
    counts = items.groupby("sample_no").size()
    assert set(counts) <= {1, 2, 3}
    assert set(counts) >= {1, 2}


def test_category_break_of_2025(city: Frames) -> None:
    sample = city.sample
    is_2025 = sample.sampled_on >= pd.Timestamp(2025, 1, 1)
    seven = {f"33{letter}" for letter in "abcdefg"}
    assert set(sample[is_2025].category_code) >= seven
    assert not {"33", "34"} & set(sample[is_2025].category_code)
    assert not seven & set(sample[~is_2025].category_code)
    assert len(set(sample[~is_2025].category_code)) == 34


def test_targeted_sampling_finds_more(concluded: pd.DataFrame) -> None:
    rate = concluded.groupby("sampling_kind").unqualified.mean()
    assert set(rate.index) == {"常规", "靶向", "专项", "跟踪", "公众点检"}
    assert rate["靶向"] > 2 * rate["常规"]
    assert concluded.sampling_kind.eq("常规").mean() > 0.8


def test_results_lag_and_recent_months_are_pending(city: Frames) -> None:
    sample = city.sample[city.sample.division_code.str.startswith("3412")]
    lag = (sample.reported_on - sample.sampled_on).dt.days
    settled = sample.sampled_on < pd.Timestamp(2025, 6, 1)
    failing = sample.conclusion.eq("纯抽检不合格样品") & settled
    assert lag[failing].mean() == pytest.approx(30, abs=1.0)
    assert lag[sample.conclusion.eq("纯抽检合格样品") & settled].mean() == pytest.approx(16, abs=0.3)
    pending = sample.result_state.eq("pending")
    share = pending.groupby(sample.sampled_on.dt.to_period("M")).mean()
    assert share[pd.Period("2025-10")] > 0.4
    assert share[:"2025-07"].max() == 0
    assert sample[pending][["conclusion", "reported_on", "supervision_verdict"]].isna().all(axis=None)
    assert sample.reported_on.max() <= AS_OF
    assert sample.result_state.eq("not_tested").mean() == pytest.approx(0.003, abs=0.001)


def test_every_state_and_objection_occurs(city: Frames) -> None:
    assert set(city.sample.result_state) == {
        "concluded", "pending", "not_tested", "voided", "reinspection", "objection",
    }  # fmt: skip
    statuses = set(city.sample.objection_status.dropna())
    assert statuses == {
        "未申请复检", "复检中", "复检合格", "复检不合格", "异议处置中", "异议认可", "异议不认可", "逾期异议",
    }  # fmt: skip
    passed = city.sample[city.sample.objection_status == "复检合格"]
    assert set(passed.supervision_verdict) == {"qualified"}
    items = city.failing_item.merge(city.sample[["sample_no", "objection_status"]], on="sample_no")
    assert (
        not items[items.objection_status.isin(["复检中", "复检合格", "复检不合格"])]
        .group_code.eq("MICRO")
        .any()
    )


def test_district_sizes(city: Frames) -> None:
    sample = city.sample[city.sample.sampled_on.dt.year.between(2021, 2024)]
    counts = sample.groupby([sample.division_code, sample.sampled_on.dt.year]).size().unstack()
    assert counts.loc["341271"].between(1, 29).all()
    assert counts.drop(index="341271").filter(like="3412", axis=0).min(axis=None) > 300
    share = sample[sample.division_code.str.startswith("3412")].division_code.value_counts(normalize=True)
    # Residents of 2018 in ten thousand: 临泉 165 and 颍东 56.9 of 820.7, and the two zones beside them.
    assert share["341221"] == pytest.approx(165 / 835, abs=0.01)
    assert share["341203"] == pytest.approx(56.9 / 835, abs=0.01)


def test_districts_differ_by_mix_only(concluded: pd.DataFrame) -> None:
    rows = concluded[~concluded.division_code.eq(STEP[0]) & ~concluded.division_code.eq("341271")].copy()
    crude = rows.groupby("division_code").unqualified.mean()
    assert crude.max() > 1.35 * crude.min()
    strata = [rows.year, rows.quarter, rows.category, rows.subcategory_2, rows.sampling_kind]
    rows["expected"] = rows.groupby(strata).unqualified.transform("mean")
    total = rows.groupby("division_code").agg(observed=("unqualified", "sum"), expected=("expected", "sum"))
    chi_square = ((total.observed - total.expected) ** 2 / total.expected).sum()
    assert stats.chi2.sf(chi_square, len(total) - 1) > 0.001


def test_exactly_one_step_change(concluded: pd.DataFrame) -> None:
    """Fresh produce of one county doubles in September 2024; every other county and block keeps its level."""
    rows = concluded[concluded.year.between(2023, 2025) & ~concluded.division_code.eq("341271")].copy()
    block = np.where(rows.category.isin(["31", "33"]), rows.category, "processed")
    rows["after"] = rows.sampled_on >= STEP[1]
    table = rows.groupby(["division_code", block, "after"]).unqualified.agg(["sum", "size"]).unstack()
    ratio = (table["sum", True] / table["size", True]) / (table["sum", False] / table["size", False])
    error = np.sqrt(1 / table["sum", True].clip(lower=1) + 1 / table["sum", False].clip(lower=1))
    z = np.log(ratio.clip(lower=1e-9)) / error
    changed = (STEP[0], "33")
    assert ratio[changed] == pytest.approx(2.0, abs=0.5)
    assert z[changed] > 4
    assert z.drop(changed).abs().max() < 4


def test_made_here_is_not_found_here(concluded: pd.DataFrame) -> None:
    made = concluded[concluded.producer_key.notna()]
    local = made.producer_division_code.fillna("").str.startswith("3412")
    assert 1 - local.mean() == pytest.approx(0.40, abs=0.03)
    assert made.producer_division_code.isna().any()
    assert made[made.producer_division_code.isna()].producer_division_text.notna().all()
    at_producer = made[made.stage == "生产"]
    assert (at_producer.sampled_unit_key == at_producer.producer_key).all()
    assert (at_producer.division_code == at_producer.producer_division_code).all()


def test_disposal_sides_and_dates(city: Frames) -> None:
    sample, disposal = city.sample, city.disposal
    unqualified = sample[sample.supervision_verdict.eq("unqualified") & (sample.sampled_on < "2025-07-01")]
    packaged = unqualified[unqualified.producer_key.notna()]
    sides = disposal.merge(
        packaged[["sample_no", "division_code", "producer_division_code", "stage"]], on="sample_no"
    )
    assert len(sides) / len(packaged) == pytest.approx(1.75, abs=0.12)
    producer = sides[sides.side == "生产"]
    assert (producer.authority_code.fillna("") == producer.producer_division_code.fillna("")).all()
    others = sides[sides.side != "生产"]
    assert (others.authority_code == others.division_code).all()
    for early, late in (("received_on", "started_on"), ("started_on", "finished_on")):
        assert (disposal[late].dropna() >= disposal.loc[disposal[late].notna(), early]).all()
    dates = [name for name in disposal if name.endswith("_on")]
    assert disposal[dates].max().max() <= AS_OF
    assert {"流通", "餐饮", "生产", "网抽"} == set(disposal.side)


def test_one_district_is_slow_and_cases_are_open(city: Frames) -> None:
    disposal = city.disposal[city.disposal.received_on < pd.Timestamp(2025, 6, 1)]
    used = (disposal.finished_on - disposal.received_on).dt.days - disposal.paused_days
    late = ((used > 90) | used.isna()).groupby(disposal.authority_code).mean()
    city_late = late.filter(like="3412").drop("341271", errors="ignore")
    assert city_late.idxmax() == "341225"
    assert city_late["341225"] > 0.3
    assert city_late.drop("341225").max() < 0.16
    open_days = (AS_OF - city.disposal[city.disposal.finished_on.isna()].received_on).dt.days
    assert (open_days > 90).sum() > 10
    assert (open_days <= 90).sum() > 10
    assert set(city.disposal.status) == {"未开始", "进行中", "已完成"}


def test_nothing_personal_and_everything_marked_as_made_up(city: Frames) -> None:
    assert city.enterprise.name.str.contains("示例.+（演示）").all()
    text = pd.concat([city.enterprise.name, city.enterprise.address, city.sample.sampled_unit_name.dropna()])
    assert not text.str.contains(r"1[3-9]\d{9}|\d{3,4}-\d{7,8}|@").any()
    assert city.enterprise.enterprise_key.is_unique
    assert city.enterprise.name.is_unique
    assert city.sample.sample_no.map(re.compile(r"DEMO\d{13}").fullmatch).all()
    assert city.sample.sample_no.is_unique
    referred = set(city.sample.producer_key.dropna()) | set(city.sample.sampled_unit_key)
    assert referred <= set(city.enterprise.enterprise_key)
