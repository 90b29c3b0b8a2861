"""The small world with duties, items, letters and interviews of four districts: one late, one closing on paper."""

from calendar import monthrange
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from lib.data.bulk import bulk_insert
from lib.data.database import exclusive_transaction, record_engine
from lib.data.publish import publish, snapshot_path
from lib.data.tables import duties, enforcement, rectification
from tests.app.small_world import AS_OF, World, build_world

Row = dict[str, Any]
#: County → subjects bound there; the last one stays under thirty户次 in nine months.
SUBJECTS = {"341202": 40, "341225": 40, "341282": 40, "341272": 3}
LATE, ON_PAPER = "341282", "341225"
#: Subjects whose post changed on 16 August 2025, and the one nobody holds since July.
HANDED_OVER, WITHOUT_POST = ("341202-03", "341225-05"), "341282-07"
QUARTERS = [year * 10 + quarter for year in range(2021, 2026) for quarter in range(1, 5)]


def build_duty_world(folder: Path) -> World:
    """The small world, published again with the rows below."""
    world = build_world(folder)
    engine = record_engine(world.database_url)
    rows = {
        duties.cadre_post: posts(),
        duties.binding: bindings(),
        duties.supervision_duty: supervision(),
        duties.supervision_notice: notices(),
        rectification.rectification_item: items(),
        rectification.rectification_event: events(),
        enforcement.letter: letters(),
        enforcement.interview: interviews(),
    }
    with exclusive_transaction(engine) as connection:
        for table, given in rows.items():
            stamped = [{"source": "demo", **row, "version_from": 1} for row in given]
            bulk_insert(connection, table, [pa.Table.from_pylist(stamped)])
    snapshot_path(world.snapshots, 1).unlink()  # a version that is there already is not published again
    publish(engine, world.snapshots, keep=3)
    engine.dispose()
    return world


def subjects() -> list[tuple[str, str]]:
    """County and key of every subject."""
    return [(county, f"{county}-{k:02d}") for county, number in SUBJECTS.items() for k in range(number)]


def due_on(quarter: int) -> date:
    """Last day of a quarter like 20253."""
    year, number = divmod(quarter, 10)
    return date(year, number * 3, monthrange(year, number * 3)[1])


def supervision() -> list[Row]:
    """One duty a subject a quarter. Done ten days before it is due; the late county does a third of them too late."""
    return [
        _duty(county, key, k, quarter) for quarter in QUARTERS for k, (county, key) in enumerate(subjects())
    ]


def _duty(county: str, key: str, number: int, quarter: int) -> Row:
    due = due_on(quarter)
    done: date | None = due - timedelta(days=10)
    if county == LATE and number % 3 == 0:
        done = due + timedelta(days=8)
    if number % 20 == 7:
        done = None
    if done is not None and done > AS_OF:
        done = None
    return {
        "duty_no": f"{quarter}-{key}",
        "enterprise_key": key,
        "division_code": county,
        "due_quarter": quarter,
        "due_on": due,
        "done_at": None if done is None else f"{done.isoformat()}T10:00:00+08:00",
        "problems_found": None if done is None else 1,
    }


def posts() -> list[Row]:
    """Two posts a county."""
    return [
        {
            "post_no": f"{county}-{name}",
            "post": f"{name}（演示岗位）",
            "binding_level": "C",
            "division_code": county,
            "valid_from": date(2021, 1, 1),
        }
        for county in SUBJECTS
        for name in ("镇长", "镇党委书记")
    ]


def bindings() -> list[Row]:
    """Every subject with the 镇长; two go to the other post in August 2025, one is left alone from July."""
    rows = []
    for county, key in subjects():
        end = {**dict.fromkeys(HANDED_OVER, date(2025, 8, 15)), WITHOUT_POST: date(2025, 6, 30)}.get(key)
        rows.append(_binding(county, key, "镇长", date(2021, 1, 1), end))
        if key in HANDED_OVER:
            rows.append(_binding(county, key, "镇党委书记", date(2025, 8, 16), None))
    return rows


def _binding(county: str, key: str, post: str, start: date, end: date | None) -> Row:
    return {
        "binding_no": f"{key}-{post}",
        "post_no": f"{county}-{post}",
        "enterprise_key": key,
        "division_code": county,
        "subject_level": "C",
        "valid_from": start,
        "valid_to": end,
    }


def notices() -> list[Row]:
    """A reminder a week before the end of the third quarter of 2025 to everybody who was not done."""
    return [
        {
            "notice_no": f"提醒-{row['duty_no']}",
            "kind": "季末提醒",
            "due_quarter": 20253,
            "sent_at": "2025-09-24T09:00:00+08:00",
            "channel": "电话",
            "duty_no": row["duty_no"],
        }
        for row in supervision()
        if row["due_quarter"] == 20253 and (row["done_at"] is None or row["done_at"][:10] > "2025-09-24")
    ]


def items() -> list[Row]:
    """Four items a month and county, two in the smallest, due after thirty days."""
    return [
        {
            "item_no": f"{county}-{month:02d}-{k}",
            "enterprise_key": f"{county}-{k:02d}",
            "division_code": county,
            "origin": "监督检查",
            "owner_post": "监管所所长",
            "found_on": date(2025, month, 3),
            "due_on": date(2025, month, 3) + timedelta(days=30),
        }
        for county in SUBJECTS
        for month in range(1, 11)
        for k in range(2 if county == "341272" else 4)
    ]


def events() -> list[Row]:
    """Rectified, then verified, in one county closed without it; every fourth item stays open."""
    rows = []
    for number, row in enumerate(items()):
        if number % 4 == 3:
            continue
        days = [(10, "整改"), (20, "销号" if row["division_code"] == ON_PAPER else "验证")]
        rows += [_event(row, stage, row["found_on"] + timedelta(days=after)) for after, stage in days]
    return [row for row in rows if row["happened_at"][:10] <= AS_OF.isoformat()]


def _event(item: Row, stage: str, day: date) -> Row:
    clean = {"passed": True, "on_site": True, "evidence": "照片"} if stage == "验证" else {}
    nothing = dict.fromkeys(("passed", "on_site", "evidence"))
    return {
        "event_no": f"{item['item_no']}-{stage}",
        "item_no": item["item_no"],
        "stage": stage,
        "happened_at": f"{day.isoformat()}T12:00:00+08:00",
        "actor_post": "企业质量负责人" if stage == "整改" else "县局科长",
        **nothing,
        **clean,
    }


def letters() -> list[Row]:
    """Three letters a county, the last one not sent."""
    return [
        {
            "letter_no": f"{county}-{k}",
            "division_code": county,
            "kind": "提醒敦促函",
            "trigger": "整改逾期",
            "triggered_on": date(2025, 3 + k, 1),
            "sent_on": None if k == 2 else date(2025, 3 + k, 6),
            "recipient_post": "镇长",
            "recipient_level": "乡",
        }
        for county in SUBJECTS
        for k in range(3)
    ]


def interviews() -> list[Row]:
    """One interview a county."""
    return [
        {
            "interview_no": f"约谈-{county}",
            "division_code": county,
            "held_on": date(2025, 6, 10),
            "mode": "现场",
            "level": "县",
            "kind": "企业",
            "reason": "整改逾期",
        }
        for county in SUBJECTS
    ]
