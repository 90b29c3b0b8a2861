"""What followed the campaign in Inner Mongolia (seed 003): cases, items, the collective interview by video.

Published (regional bureau, April 2022): 23 producers suspected, offences graded 立案, 责令整改 and 立行立改, an
interview by video on 2022-04-14 with 1010-odd persons. How many of each grade, and who came, is made up.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

import pyarrow as pa

from lib.data.tables.enforcement import (
    enforcement_case,
    interview,
    interview_attendance,
    interview_enterprise,
)
from lib.demo.campaigns import CODE, DIVISION
from lib.demo.loop_rows import Scene
from lib.demo.rectification_story import OrderedFix

HELD_ON: Final = date(2022, 4, 14)
#: Persons by level: more than 1010 together.
ATTENDANCE: Final = {
    "省": (38, "自治区局相关业务处室"),
    "市": (286, "盟市政府分管负责同志，盟市局主要、分管负责同志和科长"),
    "县": (452, "旗县局负责同志和股长"),
    "乡": (239, "市场监管所所长"),
}
#: What the inspectors saw → how it was handled.
GRADES: Final = {"涉嫌违法": "立案", "责令整改": "责令整改", "立行立改": "立行立改"}
_CAUSES: Final = ("超范围使用食品添加剂", "未按规定实施出厂检验", "进货查验记录不全")


def tell_campaign(scene: Scene, inspections: pa.Table) -> list[OrderedFix]:
    """Cases of every graded inspection, the interview; the items ordered are returned."""
    rows = [row for row in inspections.to_pylist() if row["outcome"] in GRADES]
    for position, row in enumerate(rows):
        _case(scene, row, position)
    _interview(scene, (row for row in rows if row["outcome"] == "涉嫌违法"))
    return [
        OrderedFix(
            row["enterprise_key"], row["division_code"], "监督检查", row["inspection_no"], row["inspected_on"]
        )
        for row in rows
        if row["outcome"] == "责令整改"
    ]


def _case(scene: Scene, row: dict[str, str | date], position: int) -> None:
    seen = row["inspected_on"]
    assert isinstance(seen, date)
    is_filed = row["outcome"] == "涉嫌违法"
    decided = scene.workday(seen + timedelta(days=12)) if is_filed else seen
    scene.book.add(
        enforcement_case,
        case_no=scene.book.number("AJ"),
        enterprise_key=row["enterprise_key"],
        division_code=row["division_code"],
        decided_on=decided,
        outcome=GRADES[str(row["outcome"])],
        policy="从严查处" if is_filed else None,
        policy_reason="涉嫌违法，依法立案" if is_filed else None,
        cause=_CAUSES[position % len(_CAUSES)],
        origin="监督检查",
        origin_no=row["inspection_no"],
        campaign_code=CODE,
        supervised_level="省" if is_filed else None,
        supervised_due_on=date(2022, 6, 30) if is_filed else None,
        closed_on=scene.workday(decided + timedelta(days=70 + position % 40)) if is_filed else None,
        transferred_on=None,
    )


def _interview(scene: Scene, suspected: Iterable[dict[str, str | date]]) -> None:
    number = scene.book.number("YT")
    scene.book.add(
        interview,
        interview_no=number,
        division_code=DIVISION,
        held_on=HELD_ON,
        mode="视频",
        level="省",
        scope="食品生产企业隐患排查案件督办不合格和问题企业",
        kind="集体",
        reason="隐患排查、案件督办、抽检不合格",
        campaign_code=CODE,
        commitments="按“一企一档”建立风险清单，明确完成时限（演示）",
    )
    for level, (persons, post) in ATTENDANCE.items():
        scene.book.add(
            interview_attendance, interview_no=number, attendee_level=level, persons=persons, post=post
        )
    for row in suspected:
        scene.book.add(
            interview_enterprise,
            interview_no=number,
            enterprise_key=row["enterprise_key"],
            division_code=row["division_code"],
        )
