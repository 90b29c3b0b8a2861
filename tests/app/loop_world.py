"""The small world with a closed loop: two visits of the clinic, and items of two counties in every state."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Table

from lib.data.database import record_engine
from lib.data.publish import publish
from lib.data.tables import clinic, rectification
from tests.app.small_world import AS_OF, World, build_world
from tests.unit.data.conftest import write_version

Row = dict[str, Any]
HERE, THERE = "341225", "341202"
#: Producers of the small world whose samples made them eligible in 2025, and the day of the visit.
VISITS = {"企业1": date(2025, 6, 20), "企业3": date(2025, 6, 16)}
#: A firm of the other county that was visited and never sampled: nobody can say whether it was eligible.
UNSAMPLED = ("外厂", date(2025, 6, 1))
AREAS = ("工艺流程设计", "工艺流程设计", "出厂检验规程")
POSTS = {HERE: "阜南县食品监管岗", THERE: "颍州区食品监管岗"}
#: Item → county, found, due, events (stage → day), whether the verification was clean.
ITEMS: dict[str, tuple[str, date, date, dict[str, date], bool]] = {
    "verified": (
        HERE,
        date(2025, 2, 1),
        date(2025, 3, 1),
        {"整改": date(2025, 2, 11), "验证": date(2025, 2, 21)},
        True,
    ),
    "verified-late": (
        THERE,
        date(2025, 2, 1),
        date(2025, 3, 1),
        {"整改": date(2025, 3, 20), "验证": date(2025, 4, 1)},
        True,
    ),
    "on-paper": (
        HERE,
        date(2025, 3, 1),
        date(2025, 4, 1),
        {"整改": date(2025, 3, 9), "验证": date(2025, 3, 10)},
        False,
    ),
    "struck-off": (
        THERE,
        date(2025, 3, 1),
        date(2025, 4, 1),
        {"整改": date(2025, 3, 9), "销号": date(2025, 3, 12)},
        True,
    ),
    "reported": (HERE, date(2025, 8, 1), date(2025, 12, 1), {"整改": date(2025, 8, 20)}, True),
    "overdue": (THERE, date(2025, 7, 1), date(2025, 8, 1), {}, True),
    "under-way": (HERE, date(2025, 9, 20), date(2025, 12, 20), {}, True),
    "transferred": (THERE, date(2025, 5, 1), date(2025, 6, 1), {"移送": date(2025, 5, 20)}, True),
}


def build_loop_world(folder: Path) -> World:
    """The small world, and a second data version with the loop."""
    world = build_world(folder)
    engine = record_engine(world.database_url)
    write_version(engine, loop_records(), AS_OF)
    publish(engine, world.snapshots, keep=3)
    engine.dispose()
    return world


def loop_records() -> dict[Table, list[Row]]:
    """Every record by table."""
    visits = [f"V-{key}" for key in VISITS]
    items = [*_items(), *_clinic_items()]
    return {
        clinic.clinic_visit: [
            {
                "visit_no": f"V-{key}",
                "enterprise_key": key,
                "division_code": HERE,
                "visited_on": day,
                **_SOURCE,
            }
            for key, day in VISITS.items()
        ]
        + [_unsampled_visit()],
        clinic.clinic_participant: [
            {"visit_no": visit, "participant_no": f"{number}", "role": role, "post": f"{role}岗", **_SOURCE}
            for visit in visits
            for number, role in enumerate(("专家", "专家", "专家", "核查处置", "核查处置"))
        ],
        clinic.clinic_problem: [
            {"problem_no": f"{visit}-{number}", "visit_no": visit, "area": area, **_SOURCE}
            for visit in visits
            for number, area in enumerate(AREAS)
        ],
        clinic.clinic_suggestion: [
            {
                "suggestion_no": f"{visit}-s{number}",
                "visit_no": visit,
                "description": f"{visit}建议{number}",
                **_SOURCE,
            }
            for visit in visits
            for number in range(2)
        ],
        clinic.problem_suggestion: [
            {"problem_no": f"{visit}-{number}", "suggestion_no": f"{visit}-s{number}", **_SOURCE}
            for visit in visits
            for number in range(2)
        ],
        rectification.rectification_item: items,
        rectification.rectification_event: list(_events()),
    }


_SOURCE = {"source": "test"}


def _unsampled_visit() -> Row:
    key, day = UNSAMPLED
    return {
        "visit_no": f"V-{key}",
        "enterprise_key": key,
        "division_code": THERE,
        "visited_on": day,
        **_SOURCE,
    }


def _items() -> list[Row]:
    return [
        {
            "item_no": number,
            "enterprise_key": f"厂-{number}",
            "division_code": county,
            "origin": "监督检查",
            "owner_post": POSTS[county],
            "found_on": found,
            "due_on": due,
            **_SOURCE,
        }
        for number, (county, found, due, _, _) in ITEMS.items()
    ]


def _clinic_items() -> list[Row]:
    """One item for the first suggestion of each visit; that of the first visit is verified."""
    return [
        {
            "item_no": f"V-{key}-item",
            "enterprise_key": key,
            "division_code": HERE,
            "origin": "流动诊所",
            "origin_no": f"V-{key}",
            "suggestion_no": f"V-{key}-s0",
            "owner_post": POSTS[HERE],
            "found_on": day,
            "due_on": day + timedelta(days=30),
            **_SOURCE,
        }
        for key, day in VISITS.items()
    ]


def _events() -> list[Row]:
    rows = [
        _event(number, stage, day, clean)
        for number, (_, _, _, days, clean) in ITEMS.items()
        for stage, day in days.items()
    ]
    first, day = next(iter(VISITS.items()))
    done = [_event(f"V-{first}-item", "整改", day + timedelta(days=7), True)]
    return [*rows, *done, _event(f"V-{first}-item", "验证", day + timedelta(days=14), True)]


def _event(number: str, stage: str, day: date, clean: bool) -> Row:
    """Rectified by the firm, verified by the county; a verification that is not clean lacks its evidence."""
    checked = (
        {"passed": True, "on_site": True, "evidence": "照片" if clean else None} if stage == "验证" else {}
    )
    return {
        "event_no": f"{number}-{stage}",
        "item_no": number,
        "stage": stage,
        "happened_at": f"{day.isoformat()}T12:00:00+08:00",
        "actor_post": "企业质量负责人" if stage == "整改" else "县局科长",
        **checked,
        **_SOURCE,
    }
