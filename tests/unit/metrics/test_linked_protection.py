"""Tables handed out one after the other: a linear programme of the test's own, over the records, finds nothing small.

The programme knows no part of the code under test: its unknowns are the kinds of records in the data (stage × month ×
district), its equations the cells and sums of the files as they left.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog

from lib.data.filters import Filters
from lib.data.scope import Scope
from lib.data.snapshot import Snapshot, open_snapshot
from lib.metrics.compute import compute
from lib.metrics.protection import Protected, ProtectionRefused, protect
from lib.metrics.registry import get_metric
from lib.metrics.releases import Before
from tests.unit.metrics.conftest import item_row, sample_row, write_snapshot
from tests.unit.metrics.loop_rows import duty_row

YEAR = Filters(start=date(2025, 1, 1), end=date(2025, 12, 31))
STAGES = ("生产", "流通", "餐饮")
DISTRICTS = ("341202", "341203", "340102")
COLUMNS = {"stage": "stage", "month": "month", "division": "county_code"}


def records(chance: random.Random, most: int = 9) -> list[dict[str, Any]]:
    """Unqualified batches of every stage, month (three of them) and district, each with some qualified ones."""
    rows = []
    for stage, month, code in product(STAGES, (1, 2, 3), DISTRICTS):
        failed = chance.choice((0, 1, 2, 6, most))
        for number in range(failed + 20):
            rows.append(
                sample_row(
                    stage=stage,
                    county=code,
                    day=date(2025, month, 5),
                    supervision_verdict="unqualified" if number < failed else "qualified",
                )
            )
    return rows


@dataclass
class Office:
    """Hands out protected tables one after the other, and remembers the files."""

    snapshot: Snapshot
    rows: pd.DataFrame
    metric: str = "unqualified_rate"
    texts: list[str] = field(default_factory=list)
    files: list[tuple[Filters, tuple[str, ...], pd.DataFrame]] = field(default_factory=list)

    def hand_out(self, filters: Filters, *by: str, metric: str = "", scope: Scope | None = None) -> Protected:
        seen = scope or Scope.everything()
        result = compute(self.snapshot, get_metric(metric or self.metric), filters, seen, by=by)
        made = protect(result, seen, Before.of(self.snapshot, self.texts))
        self.texts.insert(0, made.release.to_text())
        self.files.append((filters, by, made.result.frame))
        return made


KIND = ["stage", "month", "county_code", "supervision_verdict"]
Equation = tuple[np.ndarray, float]


def kinds_of(office: Office) -> tuple[pd.DataFrame, list[Equation], list[Equation]]:
    """Kinds of records with their numbers; the counts that the files show, and those of unqualified ones they hide."""
    kinds = office.rows.groupby(KIND, sort=True).agg(
        records=("sample_no", "size"), day=("sampled_on", "first")
    )
    kinds = kinds.reset_index()
    failed = (kinds["supervision_verdict"] == "unqualified").to_numpy()
    shown, hidden = [], []
    for filters, by, frame in office.files:
        inside = ((kinds["day"] >= filters.start) & (kinds["day"] <= filters.end)).to_numpy()
        if filters.stage:
            inside &= kinds["stage"].isin(filters.stage).to_numpy()
        for row in frame.itertuples():
            wanted = inside.copy()
            for name in by:
                wanted &= (kinds[COLUMNS[name]] == getattr(row, name)).to_numpy()
            for count, line in ((row.numerator, wanted & failed), (row.denominator, wanted)):
                if pd.isna(row.numerator):
                    hidden.append((line.astype(float), float("nan")))
                elif not pd.isna(count):
                    shown.append((line.astype(float), float(count)))
    return kinds, shown, hidden


def told(office: Office) -> list[tuple[float, float, float]]:
    """Small counts of unqualified batches and hidden counts that the visible counts tell within five."""
    kinds, shown, hidden = kinds_of(office)
    truth = kinds["records"].to_numpy(float)
    for line, count in shown:
        assert line @ truth == count
    known = np.array([line for line, _ in shown]) if shown else None
    sums = np.array([count for _, count in shown]) if shown else None
    each = np.eye(len(truth))[(kinds["supervision_verdict"] == "unqualified").to_numpy() & (truth < 5)]
    found = []
    for line in [line for line, _ in (*shown, *hidden)] + list(each):
        value = float(line @ truth)
        is_hidden = any((line == one).all() for one, _ in hidden)
        if value == 0 or not (is_hidden or value < 5):
            continue
        low, high = (
            sign * linprog(sign * line, A_eq=known, b_eq=sums, bounds=(0, 1e4), method="highs").fun
            for sign in (1, -1)
        )
        if high - low < 5 - 1e-6:
            found.append((value, low, high))
    return found


@pytest.fixture
def office(make_snapshot: Callable[..., Snapshot]) -> Callable[[list[dict[str, Any]]], Office]:
    return lambda rows: Office(make_snapshot(sample=rows), pd.DataFrame(rows))


def failed(**of_stage: int) -> list[dict[str, Any]]:
    return [
        sample_row(stage=stage, supervision_verdict="unqualified" if number < count else "qualified")
        for stage, count in of_stage.items()
        for number in range(count + 50)
    ]


def test_a_table_that_less_an_earlier_one_tells_a_small_count_is_refused(
    office: Callable[..., Office],
) -> None:
    bureau = office(failed(生产=10, 流通=2))
    first = bureau.hand_out(YEAR, metric="unqualified_batches")
    assert first.result.frame["numerator"].tolist() == [12]
    assert "以前没有对外提供过同类记录的表" in first.sentence
    with pytest.raises(ProtectionRefused, match="与以前对外提供过的同类记录的表相减"):
        bureau.hand_out(YEAR.with_(stage=("生产",)), metric="unqualified_batches")
    # The rate counts these batches in its numerator, with a condition more that all of them meet.
    with pytest.raises(ProtectionRefused):
        bureau.hand_out(YEAR.with_(stage=("生产",)), metric="unqualified_rate")
    assert len(bureau.texts) == 1


def test_more_is_hidden_where_an_earlier_table_would_tell(office: Callable[..., Office]) -> None:
    rows = [*failed(生产=30, 流通=20, 餐饮=40)]
    rows += [
        sample_row(stage=stage, day=date(2025, 6, 2), supervision_verdict="unqualified")
        for stage, count in (("生产", 2), ("流通", 9), ("餐饮", 9))
        for _ in range(count)
    ]
    bureau = office(rows)
    bureau.hand_out(YEAR.with_(end=date(2025, 5, 31)), "stage")
    later = bureau.hand_out(YEAR, "stage")
    assert later.hidden == 2
    assert later.result.frame.set_index("stage")["numerator"].isna()["生产"]
    assert "2 组是为防止与以前对外提供过的表相减推算而隐藏" in later.sentence
    assert "已与以前对外提供过的 1 张同类记录的表一并复核" in later.sentence
    assert told(bureau) == []


def test_what_an_earlier_table_tells_is_no_cover_and_is_shown(office: Callable[..., Office]) -> None:
    rows = failed(生产=30, 流通=2, 餐饮=40)
    alone = office(rows).hand_out(YEAR, "stage").result.frame.set_index("stage")["numerator"]
    assert alone.isna().to_dict() == {"生产": True, "流通": True, "餐饮": False}
    bureau = office(rows)
    assert bureau.hand_out(YEAR.with_(stage=("生产",))).result.frame["numerator"].tolist() == [30]
    later = bureau.hand_out(YEAR, "stage")
    frame = later.result.frame.set_index("stage")
    assert frame["numerator"].isna().to_dict() == {"生产": False, "流通": True, "餐饮": True}
    assert (frame.loc["生产", "numerator"], frame.loc["生产", "denominator"]) == (30, 80)
    assert "本表隐藏 2 组，其中 1 组是为防止与以前对外提供过的表相减推算而隐藏" in later.sentence
    assert told(bureau) == []


def test_a_table_handed_out_before_is_handed_out_as_it_was(office: Callable[..., Office]) -> None:
    bureau = office(records(random.Random(3)))
    first = bureau.hand_out(YEAR, "stage", "month")
    bureau.hand_out(YEAR, "division", "month")
    again = bureau.hand_out(YEAR, "stage", "month")
    pd.testing.assert_frame_equal(first.result.frame, again.result.frame)
    assert (again.sentence, again.release) == (first.sentence, first.release)


def test_what_another_office_took_counts(office: Callable[..., Office]) -> None:
    bureau = office(records(random.Random(5)))
    county = bureau.hand_out(YEAR, "stage", scope=Scope.of("341202"))
    whole = bureau.hand_out(YEAR, "division", "stage")
    assert county.release.districts == ("341202",)
    assert "已与以前对外提供过的 1 张" in whole.sentence


def test_keys_counted_once_do_not_add_up_and_say_so(office: Callable[..., Office]) -> None:
    bureau = office(failed(生产=10, 流通=12))
    found = bureau.hand_out(YEAR, "stage", metric="producers_sampled")
    assert "不是逐条相加的计数，复核限于本表" in found.sentence


def duties(*, on_time: int, late: int, due: date = date(2025, 3, 31)) -> list[dict[str, Any]]:
    days = [due] * on_time + [date(2025, 5, 6)] * late
    return [duty_row(due, done) for done in days]


def test_two_measures_less_one_another_tell_nothing_small(make_snapshot: Callable[..., Snapshot]) -> None:
    bureau = Office(make_snapshot(supervision_duty=duties(on_time=50, late=2)), pd.DataFrame())
    assert bureau.hand_out(YEAR, metric="supervision_done").result.frame["numerator"].tolist() == [52]
    with pytest.raises(ProtectionRefused, match="相减"):
        bureau.hand_out(YEAR, metric="supervision_on_time")


def test_two_days_of_one_measure_tell_nothing_small(make_snapshot: Callable[..., Snapshot]) -> None:
    rows = [duty_row(date(2025, 3, 31)) for _ in range(10)] + [duty_row(date(2025, 6, 30)) for _ in range(2)]
    snapshot = make_snapshot(supervision_duty=rows)
    metric, everything = get_metric("supervision_overdue"), Scope.everything()
    early, late = (
        compute(snapshot, metric, YEAR, everything, as_of=date(2025, month, 20)) for month in (6, 7)
    )
    assert [one.frame["numerator"].tolist() for one in (early, late)] == [[10], [12]]
    first = protect(early, everything, Before(snapshot, ()))
    with pytest.raises(ProtectionRefused, match="相减"):
        protect(late, everything, Before.of(snapshot, [first.release.to_text()]))


@pytest.fixture
def of_version(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Snapshot]:
    """A snapshot of unqualified and qualified batches by stage, of a data version."""

    def make(version: int, **of_stage: int) -> Snapshot:
        folder = tmp_path_factory.mktemp("published")
        write_snapshot(folder, {"sample": failed(**of_stage)}, version=version)
        return open_snapshot(folder, Scope.everything())

    return make


@pytest.mark.parametrize("metric", ["unqualified_batches", "unqualified_rate"])
def test_a_table_of_new_data_hides_its_cover_though_the_old_one_showed_it(
    of_version: Callable[..., Snapshot], metric: str
) -> None:
    bureau = Office(of_version(1, 生产=30, 流通=0, 餐饮=40), pd.DataFrame(), metric)
    assert bureau.hand_out(YEAR, "stage").hidden == 0
    bureau.snapshot = of_version(2, 生产=30, 流通=2, 餐饮=40)
    counts = bureau.hand_out(YEAR, "stage").result.frame.set_index("stage")["numerator"]
    assert counts.isna().sum() >= 2, "72 less what is shown would be 2"
    assert counts.isna()["流通"]


def test_tables_of_new_data_are_not_excused_by_those_of_old(of_version: Callable[..., Snapshot]) -> None:
    whole, part = YEAR, YEAR.with_(stage=("生产",))
    bureau = Office(of_version(1, 生产=30, 流通=0), pd.DataFrame(), "unqualified_batches")
    bureau.hand_out(whole), bureau.hand_out(part)
    bureau.snapshot = of_version(2, 生产=30, 流通=2)
    assert bureau.hand_out(whole).result.frame["numerator"].tolist() == [32]
    with pytest.raises(ProtectionRefused, match="相减"):
        bureau.hand_out(part)


def test_groups_without_records_cover_nothing(office: Callable[..., Office]) -> None:
    found = {("生产", "341202"): 8, ("流通", "341202"): 1, ("流通", "341203"): 6}
    rows = [
        sample_row(stage=stage, county=county, supervision_verdict="unqualified")
        for (stage, county), number in found.items()
        for _ in range(number)
    ]
    with pytest.raises(ProtectionRefused, match="合计太小"):
        office(rows).hand_out(YEAR, "division", "stage", metric="unqualified_batches")


def test_shares_of_a_total_are_audited_with_tables_of_it(make_snapshot: Callable[..., Snapshot]) -> None:
    samples = [sample_row(supervision_verdict="unqualified", stage="生产") for _ in range(30)]
    samples += [sample_row(supervision_verdict="unqualified", stage="流通") for _ in range(2)]
    items = [item_row(sample, ("甲", "乙")[place % 2]) for place, sample in enumerate(samples)]
    bureau = Office(make_snapshot(sample=samples, failing_item=items), pd.DataFrame())
    assert bureau.hand_out(YEAR.with_(stage=("生产",)), metric="failing_items").hidden == 0
    with pytest.raises(ProtectionRefused, match="相减"):
        bureau.hand_out(YEAR, "item", metric="failing_item_share")


def test_tables_that_cannot_be_looked_at_are_counted(office: Callable[..., Office]) -> None:
    bureau = office(failed(生产=10, 流通=12))
    kept = bureau.hand_out(YEAR).release
    keys = bureau.hand_out(YEAR, "stage", metric="producers_sampled").release
    gone = [
        replace(kept, filters=YEAR.with_(district="999999")),
        replace(kept, by=("gone",)),
        replace(kept, metric="gone"),
        replace(kept, parameters=(("gone", 1),)),
    ]
    bureau.texts = ["{}", keys.to_text(), *(one.to_text() for one in gone), kept.to_text()]
    found = bureau.hand_out(YEAR, "stage")
    assert "已与以前对外提供过的 1 张同类记录的表一并复核" in found.sentence
    assert "另有 6 张同类记录的表没有一并复核" in found.sentence


@pytest.mark.parametrize("seed", [2, 3, 5, 7, 8, 10, 11, 12])
def test_no_sequence_of_tables_tells_a_small_count(office: Callable[..., Office], seed: int) -> None:
    chance = random.Random(seed)
    bureau = office(records(chance))
    handed = 0
    for _ in range(5):
        filters = YEAR.with_(
            start=date(2025, chance.choice((1, 2)), 1), end=date(2025, chance.choice((2, 3)), 28)
        )
        filters = filters.with_(stage=chance.choice(((), ("生产",), ("流通", "餐饮"))))
        by = chance.choice(
            ((), ("stage",), ("month",), ("division",), ("stage", "month"), ("division", "month"))
        )
        try:
            bureau.hand_out(filters, *by)
        except ProtectionRefused:
            continue
        handed += 1
        assert told(bureau) == []
    assert handed > 1


def test_tables_that_would_take_too_long_are_left_out_and_counted(
    office: Callable[..., Office], monkeypatch: pytest.MonkeyPatch
) -> None:
    bureau = office(records(random.Random(5)))
    bureau.hand_out(YEAR, "stage")
    bureau.hand_out(YEAR, "division", "month")
    # Districts and months make more parts than that; the older table by stage does not.
    monkeypatch.setattr("lib.metrics.linked_protection._MOST_PARTS", 12)
    sentence = bureau.hand_out(YEAR.with_(end=date(2025, 2, 28)), "stage").sentence
    assert "以前对外提供过的 1 张同类记录的表" in sentence
    assert "另有 1 张同类记录的表没有一并复核" in sentence
