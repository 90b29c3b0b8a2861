"""Who verified what: posts that cannot be told apart or are not named, and what follows a transfer or withdrawal."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from lib.data.publish import publish
from lib.data.scope import Scope
from lib.data.snapshot import Snapshot, open_snapshot
from lib.data.tables import duties, rectification
from lib.data.tables import snapshot_loop as loop
from tests.records import prepared_engine
from tests.unit.data.conftest import write_version
from tests.unit.data.loop_world import AS_OF, HOME, event, item

REPORTED, CHECKED = "2025-06-10", "2025-06-15"
OFFICER = "县局科长"
ITEMS = ("unit-unstated", "other-unit", "unnamed", "rectifier-unnamed", "moved", "taken-back", "opened-early")
EVENTS = [
    event("unit-unstated", "整改", REPORTED, actor_post=OFFICER, actor_unit="甲县局"),
    event("unit-unstated", "验证", CHECKED, actor_unit=None),
    event("other-unit", "整改", REPORTED, actor_post=OFFICER, actor_unit="甲县局"),
    event("other-unit", "验证", CHECKED, actor_unit="乙县局"),
    event("unnamed", "整改", REPORTED),
    event("unnamed", "验证", CHECKED, actor_post=None),
    # The officer did the first round; who did the last one is not said.
    event("rectifier-unnamed", "整改", "2025-06-05", actor_post=OFFICER),
    event("rectifier-unnamed", "整改", REPORTED, actor_post=None),
    event("rectifier-unnamed", "验证", CHECKED),
    event("moved", "移送", REPORTED),
    event("moved", "销号", CHECKED),
    event("taken-back", "整改", "2025-06-05"),
    event("taken-back", "撤回", REPORTED),
    event("taken-back", "验证", CHECKED),
    event("opened-early", "重开", "2025-06-04"),
    event("opened-early", "整改", REPORTED),
    event("opened-early", "验证", CHECKED),
    event("opened-early", "重开", "2025-06-20"),
    event("opened-early", "重开", "2025-06-21"),
]


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """One published version with the events above, and a subject whose new post is not on record."""
    place: Path = tmp_path_factory.mktemp("sequence")
    engine = prepared_engine(f"sqlite:///{place / 'records.db'}")
    bound = {"source": "test", "enterprise_key": "S", "division_code": HOME, "subject_level": "C"}
    records = {
        rectification.rectification_item: [item(number) for number in ITEMS],
        rectification.rectification_event: [{"actor_unit": None, **one} for one in EVENTS],
        duties.supervision_duty: [
            {
                **{"source": "test", "duty_no": "1", "enterprise_key": "S", "division_code": HOME},
                **{"due_quarter": 20251, "due_on": date(2025, 3, 31)},
            }
        ],
        duties.binding: [
            {**bound, "binding_no": "B1", "post_no": "P1", "valid_from": date(2024, 1, 1)},
            {**bound, "binding_no": "B2", "post_no": "P2", "valid_from": date(2025, 2, 1)},
        ],
        duties.cadre_post: [
            {
                **{"source": "test", "post_no": "P1", "post": "镇长", "binding_level": "B"},
                **{"division_code": HOME, "valid_from": date(2024, 1, 1)},
            }
        ],
    }
    write_version(engine, records, AS_OF)
    publish(engine, place / "published", keep=2)
    return open_snapshot(place / "published", Scope.everything())


def items(snapshot: Snapshot) -> dict[str, tuple[str, str | None, date | None]]:
    """Item → state, defect of its closing, day it was claimed closed."""
    one = loop.rectification_item.c
    rows = snapshot.fetch(select(one.item_no, one.state, one.closing_defect, one.claimed_on)).to_pylist()
    return {row["item_no"]: (row["state"], row["closing_defect"], row["claimed_on"]) for row in rows}


def test_a_unit_that_is_not_stated_tells_no_two_posts_apart(snapshot: Snapshot) -> None:
    found = items(snapshot)
    assert found["unit-unstated"][:2] == ("自报完成", "整改与验证同一岗位")
    assert found["other-unit"][:2] == ("已验证", None), "the same title in another office is another post"


def test_a_verification_by_nobody_named_is_no_completion(snapshot: Snapshot) -> None:
    assert items(snapshot)["unnamed"] == ("自报完成", "未写明验证岗位", date(2025, 6, 15))


def test_the_last_rectifier_counts_and_not_one_before(snapshot: Snapshot) -> None:
    assert items(snapshot)["rectifier-unnamed"][:2] == ("已验证", None)


def test_what_follows_a_transfer_or_withdrawal_claims_nothing(snapshot: Snapshot) -> None:
    found = items(snapshot)
    assert found["moved"] == ("已移送", None, None), "struck off the list because it went elsewhere"
    assert found["taken-back"] == ("已撤回", None, None)


def test_only_what_was_closed_or_ended_is_opened_again(snapshot: Snapshot) -> None:
    one, log = loop.rectification_item.c, loop.rectification_event.c
    kept = select(one.rounds, one.reopened_count, one.order_faults, one.state)
    assert snapshot.fetch(kept.where(one.item_no == "opened-early")).to_pylist() == [
        {"rounds": 2, "reopened_count": 1, "order_faults": 2, "state": "逾期"}
    ]
    order = select(log.round, log.order_fault).where(log.item_no == "opened-early", log.stage == "重开")
    rows = snapshot.fetch(order.order_by(log.happened_at)).to_pylist()
    assert [(row["round"], row["order_fault"]) for row in rows] == [
        *((1, "未办结先重开"), (2, None), (2, "未办结先重开"))
    ]


def test_a_post_not_on_record_does_not_take_the_name_of_the_one_before(snapshot: Snapshot) -> None:
    duty = loop.supervision_duty.c
    columns = (duty.binding_no, duty.holder_post_no, duty.holder_post, duty.binding_level)
    assert snapshot.fetch(select(*columns)).to_pylist() == [
        {"binding_no": "B2", "holder_post_no": "P2", "holder_post": None, "binding_level": "C"}
    ]
