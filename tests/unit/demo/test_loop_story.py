"""The made-up part of the closed loop: legal orders but for the paper county, districts, midnights, bindings."""

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import Engine

from lib.data.tables import catalogue
from lib.data.tables.rectification import EVENTS
from tests.unit.demo.conftest import read

PAPER, LATE, TINY = "341226", "341282", "341271"


@pytest.fixture(scope="session")
def items(small_records: Engine) -> pd.DataFrame:
    return read(small_records, "rectification_item").set_index("item_no")


@pytest.fixture(scope="session")
def events(small_records: Engine, items: pd.DataFrame) -> pd.DataFrame:
    """Events in order of their moments, with the item's county and the round they belong to."""
    frame = read(small_records, "rectification_event")
    rank = frame.stage.map({name: number for number, name in enumerate(EVENTS)})
    frame = frame.assign(rank=rank).sort_values(["item_no", "happened_at", "rank", "event_no"])
    frame["county"] = frame.item_no.map(items.division_code)
    frame["round"] = frame.stage.eq("重开").groupby(frame.item_no).cumsum()
    return frame


@pytest.fixture(scope="session")
def duties(small_records: Engine) -> pd.DataFrame:
    return read(small_records, "supervision_duty")


@pytest.fixture(scope="session")
def bindings(small_records: Engine) -> pd.DataFrame:
    return read(small_records, "binding")


def closings(events: pd.DataFrame) -> pd.DataFrame:
    """First closing of each item and round, and whether it is clean: seen on site, with evidence, by another."""
    rectified = events[events.stage == "整改"].groupby(["item_no", "round"])
    first = rectified.happened_at.min().rename("rectified_at")
    last_actor = (rectified.actor_post.last() + "|" + rectified.actor_unit.last()).rename("rectifier")
    closed = events[(events.stage.eq("验证") & events.passed.eq(True)) | events.stage.isin(["销号", "提升"])]
    closed = closed.drop_duplicates(["item_no", "round"])
    closed = closed.join(first, on=["item_no", "round"]).join(last_actor, on=["item_no", "round"])
    actor = closed.actor_post + "|" + closed.actor_unit
    clean = (
        closed.stage.eq("验证")
        & closed.on_site.eq(True)
        & closed.evidence.notna()
        & closed.rectified_at.fillna("9999").le(closed.happened_at)
        & actor.ne(closed.rectifier)
    )
    return closed.assign(is_clean=clean)


def test_every_item_begins_with_being_found(events: pd.DataFrame, items: pd.DataFrame) -> None:
    first = events.drop_duplicates("item_no")
    assert set(first.item_no) == set(items.index)
    assert first.stage.eq("发现").all()
    assert (first.happened_at.str[:10] == first.item_no.map(items.found_on).astype(str)).all()
    assert events.event_no.is_unique
    assert set(events.stage) == set(EVENTS)


def test_verifications_say_whether_they_passed(events: pd.DataFrame) -> None:
    assert events[events.stage == "验证"].passed.notna().all()
    assert events[events.stage != "验证"].passed.isna().all()


def test_only_the_paper_ways_break_the_order(events: pd.DataFrame) -> None:
    """Whatever is closed cleanly was rectified before; nothing follows a transfer or a withdrawal."""
    closed = closings(events)
    dirty = closed[~closed.is_clean]
    assert 0.02 < len(dirty[dirty.county != PAPER]) / closed.county.ne(PAPER).sum() < 0.07
    assert dirty[dirty["round"] > 0].empty
    ends = events[events.stage.isin(["移送", "撤回"])]
    assert (
        events.groupby("item_no").tail(1).set_index("item_no").loc[ends.item_no].stage.isin(["移送", "撤回"])
    ).all()
    assert not set(ends.item_no) & set(closed.item_no)


def test_one_county_closes_on_paper(events: pd.DataFrame) -> None:
    closed = closings(events)
    paper = 1 - closed[closed["round"] == 0].groupby("county").is_clean.mean()
    sizes = closed.groupby("county").size()
    assert paper[PAPER] == pytest.approx(0.45, abs=0.12)
    assert paper[sizes > 60].drop(PAPER).max() < 0.15
    # The clinic's own items there are clean: 10 of its 12 firms did finish.
    last_days = pd.to_datetime(closed[(closed.county == PAPER) & ~closed.is_clean].happened_at.str[:10])
    end = last_days + pd.offsets.QuarterEnd(0)
    assert (end - last_days).dt.days.le(4).mean() > 0.4


def test_items_are_reopened_and_reports_come_before_midnight(events: pd.DataFrame) -> None:
    assert events[events.stage == "重开"].item_no.nunique() > 30
    late = events[events.happened_at.str[11:16] == "23:30"]
    assert set(late.stage) == {"整改"}
    assert late.happened_at.str[5:10].isin(["03-31", "06-30", "09-30", "12-31"]).all()
    assert events.happened_at.str.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:00\+08:00").all()


def test_one_duty_for_each_subject_and_quarter(duties: pd.DataFrame, bindings: pd.DataFrame) -> None:
    quarters = [year * 10 + number for year in range(2021, 2026) for number in (1, 2, 3, 4)]
    counts = duties.groupby("enterprise_key").due_quarter.apply(sorted)
    assert set(counts.index) == set(bindings.enterprise_key)
    assert counts.map(lambda due: due == quarters).all()
    assert not duties.duplicated(["enterprise_key", "due_quarter"]).any()


def test_one_county_is_late_and_one_is_tiny(duties: pd.DataFrame) -> None:
    past = duties[duties.due_quarter < 20254]
    done = past.done_at.fillna("9999").str[:10] <= past.due_on.astype(str)
    share = done.groupby(past.division_code).mean()
    assert share[LATE] == pytest.approx(0.77, abs=0.06)
    assert share.drop([LATE, TINY]).min() > 0.93
    subjects = duties.groupby("division_code").enterprise_key.nunique()
    assert subjects[TINY] == 8 == subjects.min()
    days = (pd.to_datetime(past.due_on) - pd.to_datetime(past.done_at.str[:10])).dt.days[done]
    assert days.lt(30).mean() > 0.5  # a third of a quarter holds more than half of the visits


def test_visits_around_midnight_at_each_quarter_end(duties: pd.DataFrame) -> None:
    times = duties.done_at.str[11:16]
    before, after = duties[times == "23:30"], duties[times == "00:30"]
    past = sorted(set(duties.due_quarter) - {20254})
    assert before.due_quarter.tolist() == past
    assert after.due_quarter.tolist() == past
    assert (before.done_at.str[:10] == before.due_on.astype(str)).all()
    day_after = pd.to_datetime(after.due_on) + pd.Timedelta(days=1)
    assert (pd.to_datetime(after.done_at.str[:10]) == day_after).all()


def test_bindings_change_hands_without_overlap_and_with_one_gap(bindings: pd.DataFrame) -> None:
    rows = bindings.sort_values(["enterprise_key", "valid_from"])
    following = rows.groupby("enterprise_key").valid_from.shift(-1)
    changed = rows[following.notna()]
    gap = (pd.to_datetime(following[following.notna()]) - pd.to_datetime(changed.valid_to)).dt.days
    assert gap.ge(1).all()
    assert len(changed) > 20
    assert 0 < gap.gt(60).sum() < 10
    assert rows[following.isna()].valid_to.isna().all()
    month = pd.to_datetime(changed.valid_to)
    assert (month != month + pd.offsets.QuarterEnd(0)).mean() > 0.9


def test_posts_left_in_mid_quarter_pass_their_subjects_on(
    small_records: Engine, bindings: pd.DataFrame
) -> None:
    posts = read(small_records, "cadre_post").set_index("post_no")
    left = posts[posts.valid_to.notna()]
    assert len(left) == 5
    of_left = bindings[bindings.post_no.isin(left.index)]
    assert (of_left.valid_to <= of_left.post_no.map(left.valid_to)).all()
    assert set(posts.binding_level) == {"A", "B", "C", "D"}
    assert (bindings.post_no.map(posts.binding_level) == bindings.subject_level).all()
    assert posts.post.str.contains("（演示岗位").all()


def test_who_visited_held_the_subject_that_day(duties: pd.DataFrame, bindings: pd.DataFrame) -> None:
    visits = duties[duties.done_at.notna()].merge(bindings, on="enterprise_key")
    day = pd.to_datetime(visits.done_at.str[:10]).dt.date
    held = (visits.valid_from <= day) & (visits.valid_to.isna() | (visits.valid_to.fillna(day) >= day))
    holder = visits[held].set_index("duty_no").post_no
    visited = duties[duties.done_post_no.notna()].set_index("duty_no").done_post_no
    assert holder.index.is_unique
    assert (holder.reindex(visited.index) == visited).all()


def test_some_letters_are_never_sent_or_answered(small_records: Engine) -> None:
    letters = read(small_records, "letter")
    assert letters.sent_on.isna().mean() == pytest.approx(0.07, abs=0.05)
    assert letters[letters.sent_on.isna()].answered_on.isna().all()
    assert (letters.sent_on.dropna() > letters.triggered_on[letters.sent_on.notna()]).all()
    assert set(letters.trigger) == {"抽检不合格", "暗访发现问题", "整改逾期"}
    assert 0.5 < letters[letters.sent_on.notna()].answered_on.notna().mean() < 0.85


def test_policies_fit_what_firms_did(small_records: Engine) -> None:
    cases = read(small_records, "enforcement_case")
    assert set(cases.policy.dropna()) == {"包容审慎", "从严查处"}
    clinic = set(read(small_records, "clinic_visit").enterprise_key)
    own = cases[cases.enterprise_key.isin(clinic) & cases.origin.eq("抽检不合格")]
    assert own.policy.notna().all()
    assert own[own.policy == "从严查处"].enterprise_key.nunique() == 1


def test_every_loop_table_has_rows_and_every_firm_is_registered(small_records: Engine) -> None:
    keys = set(read(small_records, "enterprise").enterprise_key)
    for table in catalogue.LOOP_TABLES:
        frame = read(small_records, table.name)
        assert len(frame), table.name
        assert set(frame.source) == {"演示数据"}, table.name
        if "enterprise_key" in frame:
            assert set(frame.enterprise_key.dropna()) <= keys, table.name


def test_no_person_is_named(small_records: Engine) -> None:
    for name in ("cadre_post", "clinic_participant", "rectification_event", "interview_attendance"):
        frame = read(small_records, name)
        words = frame[[column for column in frame if "post" in column]].astype(str).to_numpy().ravel()
        text = "".join(np.unique(words))
        assert "某" not in text
        assert not {"张", "王", "李", "刘"} & set(text)
