"""Publishing the closed loop and the duties: states, rounds, reasons of 纸面整改, holders, Beijing days, scope."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Table, func, select

from lib.data.publish import publish
from lib.data.scope import Scope
from lib.data.snapshot import Snapshot, open_snapshot
from lib.data.tables import snapshot_loop as loop
from tests.records import prepared_engine
from tests.unit.data.conftest import write_version
from tests.unit.data.loop_world import AS_OF, AWAY, HOME, POSTS, loop_records


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def publication(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of one published version of the small world, once per engine."""
    place = tmp_path_factory.mktemp("loop")
    url = f"sqlite:///{place / 'records.db'}"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgresql_cluster").new_database()
    engine = prepared_engine(url)
    write_version(engine, loop_records(), AS_OF)
    publish(engine, place / "published", keep=3)
    return place / "published"


@pytest.fixture
def snapshot(publication: Path) -> Snapshot:
    return open_snapshot(publication, Scope.everything())


def by_key(snapshot: Snapshot, table: Table, key: str, *names: str) -> dict[str, tuple[object, ...]]:
    columns = [table.c[name] for name in names]
    found = snapshot.fetch(select(table.c[key].label("the_key"), *columns)).to_pylist()
    return {row["the_key"]: tuple(row[name] for name in names) for row in found}


def count(snapshot: Snapshot, table: Table) -> int:
    return int(snapshot.fetch(select(func.count().label("n")).select_from(table)).column(0)[0].as_py())


class TestItems:
    """One row per item: the state on the day the data reach to."""

    def test_states(self, snapshot: Snapshot) -> None:
        states = by_key(snapshot, loop.rectification_item, "item_no", "state")
        assert {number: state for number, (state,) in states.items() if number[0] != "V"} == {
            "clean": "已验证",
            "same-post": "自报完成",
            "no-evidence": "自报完成",
            "not-on-site": "自报完成",
            "verified-first": "自报完成",
            "struck-off": "自报完成",
            "improved": "自报完成",
            "reported": "自报完成",
            "overdue": "逾期",
            "not-due": "未到期",
            "under-way": "进行中",
            "no-limit": "进行中",
            "transferred": "已移送",
            "withdrawn": "已撤回",
            "reopened": "自报完成",
            "paper-then-clean": "已验证",
            "recurred": "已验证",
            "other-item-failed": "已验证",
            "workdays": "逾期",
            "days": "逾期",
            "second-try": "已验证",
            "in-the-future": "逾期",
            "before-midnight": "已验证",
            "after-midnight": "已验证",
            "unstated": "自报完成",
        }

    def test_reasons_of_paper_rectification(self, snapshot: Snapshot) -> None:
        reasons = by_key(snapshot, loop.rectification_item, "item_no", "paper_reason", "claimed_on")
        assert {number: row for number, row in reasons.items() if row[0]} == {
            "same-post": ("整改与验证同一岗位", date(2025, 6, 15)),
            "no-evidence": ("缺少证据", date(2025, 6, 15)),
            "not-on-site": ("未到现场", date(2025, 6, 15)),
            "verified-first": ("未整改先验证", date(2025, 6, 10)),
            "struck-off": ("未验证即销号", date(2025, 6, 11)),
            "improved": ("未验证先提升", date(2025, 6, 12)),
            "recurred": ("复发", date(2025, 6, 20)),
        }
        # Reported by the firm alone is not yet claimed closed: it waits for verification.
        assert reasons["reported"] == (None, None)

    def test_the_same_item_must_fail_to_be_a_recurrence(self, snapshot: Snapshot) -> None:
        rows = by_key(snapshot, loop.rectification_item, "item_no", "recurred_on", "recurrence_until")
        assert rows["recurred"] == (date(2025, 7, 20), date(2026, 6, 20))
        assert rows["other-item-failed"] == (None, date(2026, 6, 20))
        assert rows["clean"] == (None, None)

    def test_overdue_counts_what_is_only_reported(self, snapshot: Snapshot) -> None:
        overdue = by_key(snapshot, loop.rectification_item, "item_no", "is_overdue")
        names = ("clean", "reported", "overdue", "not-due", "transferred", "no-limit", "struck-off")
        assert [overdue[name][0] for name in names] == [False, True, True, False, False, False, True]

    def test_limits_in_workdays_count_the_made_up_saturday(self, snapshot: Snapshot) -> None:
        # Workdays after Monday 2025-09-29: 30 Sep, 9 Oct, 10 Oct, Saturday 11 Oct (made up for the holiday).
        due = by_key(snapshot, loop.rectification_item, "item_no", "due_on", "due_month")
        assert due["workdays"] == (date(2025, 10, 11), 202510)
        assert due["days"] == (date(2025, 10, 3), 202510)

    def test_a_failed_verification_does_not_count(self, snapshot: Snapshot) -> None:
        names = ("rectified_on", "verified_on", "verified_rectified_on", "order_faults")
        rows = by_key(snapshot, loop.rectification_item, "item_no", *names)
        assert rows["second-try"] == (date(2025, 6, 5), date(2025, 6, 10), date(2025, 6, 8), 0)
        assert rows["unstated"][1] is None

    def test_quarters_end_at_midnight_in_beijing(self, snapshot: Snapshot) -> None:
        rows = by_key(snapshot, loop.rectification_item, "item_no", "verified_on", "verified_quarter")
        assert rows["before-midnight"] == (date(2025, 3, 31), 20251)
        assert rows["after-midnight"] == (date(2025, 4, 1), 20252)

    def test_an_item_without_unit_lies_where_its_firm_is(self, snapshot: Snapshot) -> None:
        rows = by_key(snapshot, loop.rectification_item, "item_no", "county_code", "enterprise_name")
        assert rows["V2-a"] == (AWAY, "E2厂")


class TestRounds:
    """One row per round, so that any day can be judged."""

    def rounds(self, snapshot: Snapshot, number: str, *names: str) -> list[tuple[object, ...]]:
        table = loop.rectification_round
        query = select(*(table.c[name] for name in names)).where(table.c.item_no == number)
        found = snapshot.fetch(query.order_by(table.c.round)).to_pylist()
        return [tuple(row[name] for name in names) for row in found]

    def test_a_reopened_item_was_verified_before(self, snapshot: Snapshot) -> None:
        names = ("round", "started_on", "verified_on", "reopened_on", "rectified_on")
        assert self.rounds(snapshot, "reopened", *names) == [
            (1, date(2025, 6, 1), date(2025, 6, 15), date(2025, 9, 1), date(2025, 6, 10)),
            (2, date(2025, 9, 1), None, None, date(2025, 9, 10)),
        ]
        rows = by_key(
            snapshot, loop.rectification_item, "item_no", "reopened_count", "reopened_on", "verified_on"
        )
        assert rows["reopened"] == (1, date(2025, 9, 1), None)

    def test_closing_on_paper_is_not_undone_by_reopening(self, snapshot: Snapshot) -> None:
        assert self.rounds(snapshot, "paper-then-clean", "claimed_on", "paper_reason") == [
            (date(2025, 6, 11), "未验证即销号"),
            (date(2025, 7, 15), None),
        ]
        rows = by_key(snapshot, loop.rectification_item, "item_no", "paper_closings", "paper_reason")
        assert rows["paper-then-clean"] == (1, None)

    def test_on_every_day_an_item_is_in_one_round(self, snapshot: Snapshot) -> None:
        table = loop.rectification_round
        for day in (date(2025, 6, 20), date(2025, 9, 1), date(2025, 10, 31)):
            in_force = select(table.c.item_no, func.count().label("n")).where(
                table.c.started_on <= day, table.c.reopened_on.is_(None) | (table.c.reopened_on > day)
            )
            found = snapshot.fetch(in_force.group_by(table.c.item_no)).to_pylist()
            assert {row["n"] for row in found} == {1}

    def test_events_say_what_breaks_the_order(self, snapshot: Snapshot) -> None:
        faults = by_key(snapshot, loop.rectification_event, "event_no", "order_fault")
        assert {number: fault for number, (fault,) in faults.items() if fault} == {
            "verified-first-验证-2025-06-10": "未整改先验证",
            "struck-off-销号-2025-06-11": "未验证即销号",
            "improved-提升-2025-06-12": "未验证先提升",
            "paper-then-clean-销号-2025-06-11": "未验证即销号",
        }

    def test_events_carry_day_stage_and_item(self, snapshot: Snapshot) -> None:
        names = ("happened_on", "stage_number", "round", "enterprise_name", "county_code", "quarter")
        rows = by_key(snapshot, loop.rectification_event, "event_no", *names)
        assert rows["after-midnight-验证-2025-03-31T16:30:00Z"] == (
            *(date(2025, 4, 1), 4, 1, "E1厂", HOME, 20252),
        )
        assert rows["reopened-重开-2025-09-01"] == (date(2025, 9, 1), None, 2, "E1厂", HOME, 20253)


class TestClinic:
    """Who was helped, and who should have been."""

    def test_a_firm_is_finished_when_all_its_items_are_verified(self, snapshot: Snapshot) -> None:
        names = ("items", "items_verified", "finished_on", "visits")
        assert by_key(snapshot, loop.clinic_enterprise, "enterprise_key", *names) == {
            "E1": (2, 2, date(2025, 6, 7), 1),
            "E2": (2, 1, None, 1),
        }

    def test_what_followed_two_unqualified_batches(self, snapshot: Snapshot) -> None:
        names = (
            *("unqualified_batches", "batches", "second_unqualified_on", "visited_on", "followed_from"),
            *("next_sampled_on", "next_unqualified_on", "made_county_code"),
        )
        assert by_key(snapshot, loop.producer_year, "enterprise_key", *names) == {
            "E1": (
                *(3, 4, date(2025, 4, 1), date(2025, 5, 10), date(2025, 5, 10)),
                *(date(2025, 5, 30), date(2025, 7, 20), HOME),
            ),
            "E2": (2, 2, date(2025, 3, 9), date(2025, 5, 12), date(2025, 5, 12), None, None, AWAY),
        }

    def test_every_unqualified_batch_has_its_number_within_the_year(self, snapshot: Snapshot) -> None:
        one = loop.producer_failure.c
        rows = snapshot.fetch(
            select(one.enterprise_key, one.number, one.reached_on, one.month, one.made_county_code)
        ).to_pylist()
        found = sorted(tuple(row.values()) for row in rows)
        assert [row[:3] for row in found if row[1] == 2] == [
            ("E1", 2, date(2025, 4, 1)),
            ("E2", 2, date(2025, 3, 9)),
        ]
        assert [row[1] for row in found] == [1, 2, 3, 1, 2]
        assert {(row[3], row[4]) for row in found if row[0] == "E2" and row[1] == 2} == {(202503, AWAY)}

    def test_children_carry_their_visit(self, snapshot: Snapshot) -> None:
        names = ("visited_on", "enterprise_name", "county_code", "area")
        assert by_key(snapshot, loop.problem_suggestion, "problem_no", *names) == {
            "V1-1": (date(2025, 5, 10), "E1厂", HOME, "工艺流程设计"),
            "V2-1": (date(2025, 5, 12), "E2厂", AWAY, "工艺流程设计"),
        }
        assert by_key(snapshot, loop.clinic_suggestion, "suggestion_no", "problems")["V1-s"] == (1,)


class TestDuties:
    """Who held the subject, and was it done in time."""

    def test_states_by_beijing_time(self, snapshot: Snapshot) -> None:
        names = ("state", "done_on", "done_quarter", "is_done_in_quarter")
        rows = by_key(snapshot, loop.supervision_duty, "duty_no", *names)
        assert rows["in-time"] == ("按期完成", date(2025, 3, 31), 20251, True)
        assert rows["late"] == ("逾期完成", date(2025, 4, 1), 20252, False)
        assert rows["in-time-abroad"] == rows["in-time"]
        assert rows["late-abroad"] == rows["late"]
        assert rows["never"] == ("逾期未完成", None, None, False)
        assert rows["not-due"] == ("未到期", None, None, False)

    def test_holders_on_the_due_day(self, snapshot: Snapshot) -> None:
        names = ("binding_no", "holder_post", "binding_level", "has_gap", "changed_hands")
        rows = by_key(snapshot, loop.supervision_duty, "duty_no", *names)
        assert rows["in-time"] == ("b1", "镇长岗", "C", False, False)
        assert rows["gap"] == (None, None, "C", True, False)
        # The cadre left in February: the binding runs on, but nobody holds it.
        assert rows["left"] == (None, None, "C", True, False)
        assert rows["handed-over"] == ("b5-new", "县长岗", "B", False, True)

    def test_a_binding_says_when_its_holder_left(self, snapshot: Snapshot) -> None:
        left = by_key(snapshot, loop.binding, "binding_no", "post_no", "left_on")
        ends = {row["post_no"]: row.get("valid_to") for row in POSTS}
        assert {number: day for number, (post, day) in left.items()} == {
            number: ends.get(post) for number, (post, _) in left.items()
        }
        assert any(day is not None for _, day in left.values())

    def test_reminders(self, snapshot: Snapshot) -> None:
        names = ("was_done", "days_to_done", "duty_done_on", "county_code", "binding_level")
        rows = by_key(snapshot, loop.supervision_notice, "notice_no", *names)
        assert rows["helped"] == (False, 4, date(2025, 4, 1), HOME, "C")
        assert rows["needless"] == (True, None, date(2025, 3, 20), HOME, "B")
        assert rows["in-vain"] == (False, None, None, HOME, "C")
        assert rows["prompt"] == (None, None, None, HOME, None)
        assert by_key(snapshot, loop.supervision_duty, "duty_no", "reminded_on")["never"] == (
            date(2025, 3, 28),
        )

    def test_training_belongs_to_where_the_cadre_serves(self, snapshot: Snapshot) -> None:
        rows = by_key(
            snapshot, loop.training_attendance, "post_no", "county_code", "held_on", "binding_level"
        )
        assert rows == {
            "镇长": (HOME, date(2025, 2, 3), "C"),
            "外县镇长": (AWAY, date(2025, 2, 3), "C"),
        }
        assert by_key(snapshot, loop.cadre_post, "post_no", "trainings", "trained_on") == {
            "镇长": (1, date(2025, 2, 3)),
            "外县镇长": (1, date(2025, 2, 3)),
            "镇书记": (0, None),
            "县长": (0, None),
        }


class TestOtherTables:
    """Rows that are taken nearly as they are."""

    def test_levels_of_joint_inspections_are_rows(self, snapshot: Snapshot) -> None:
        levels = snapshot.fetch(select(loop.inspection_level.c.level).distinct()).to_pylist()
        assert sorted(row["level"] for row in levels) == ["县", "市", "省"]

    def test_days_to_send_cross_the_month(self, snapshot: Snapshot) -> None:
        rows = by_key(snapshot, loop.letter, "letter_no", "days_to_send", "month", "sent_month")
        assert set(rows.values()) == {(3, 202503, 202504)}

    def test_copies_may_be_many(self, snapshot: Snapshot) -> None:
        rows = by_key(snapshot, loop.publicity, "publicity_no", "copies")
        assert set(rows.values()) == {(3_000_000_000,)}


class TestScope:
    """No row of the loop reaches a reader of another district."""

    @pytest.mark.parametrize("table", loop.LOOP_FACTS, ids=lambda table: table.name)
    def test_each_county_sees_its_own_rows_only(self, publication: Path, table: Table) -> None:
        everything = count(open_snapshot(publication, Scope.everything()), table)
        seen = {}
        for code in (HOME, AWAY):
            limited = open_snapshot(publication, Scope.of(code))
            found = limited.fetch(select(table.c.county_code, table.c.made_county_code)).to_pylist()
            assert {value for row in found for value in row.values()} == {code}
            seen[code] = len(found)
        assert sum(seen.values()) == everything
        assert count(open_snapshot(publication, Scope.of()), table) == 0
