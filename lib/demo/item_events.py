"""Writing rectification items with their events; what would happen after the as-of day is not written."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from lib.data.tables.rectification import rectification_event, rectification_item
from lib.demo.loop_rows import Scene, moment

#: Hour of each stage, so that events of one day keep their order.
_HOURS: Final = {
    "发现": 9,
    "帮扶": 10,
    "整改": 14,
    "验证": 15,
    "销号": 16,
    "提升": 17,
    "回访": 11,
    "移送": 17,
    "撤回": 17,
    "重开": 17,
}


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: post and unit, never a person; ``level`` is 省, 市, 县, 乡 or 企业."""

    post: str
    unit: str
    level: str


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an item comes from: kind, number there, failing item, and the problem and suggestion of a clinic."""

    kind: str
    number: str
    failing_item: str | None = None
    problem: str | None = None
    suggestion: str | None = None


@dataclass(frozen=True, slots=True)
class Term:
    """Days allowed from the day of finding, natural or working days."""

    days: int
    unit: str = "day"


FIRM: Final = Actor("食品安全总监", "企业", "企业")


class ItemWriter:
    """Writes items and events into the row book of a scene."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.book = scene.book

    def item(
        self,
        firm: str,
        division: str,
        origin: Origin,
        *,
        found_on: date,
        term: Term,
        revisit_on: date | None = None,
    ) -> str:
        """One item found by the as-of day; returns its number."""
        number = self.book.number("ZG")
        about = f"“{origin.failing_item}”不合格" if origin.failing_item else f"{origin.kind}所见问题"
        self.book.add(
            rectification_item,
            item_no=number,
            enterprise_key=firm,
            division_code=division,
            origin=origin.kind,
            origin_no=origin.number,
            problem_no=origin.problem,
            suggestion_no=origin.suggestion,
            failing_item_name=origin.failing_item,
            owner_post=f"{self.scene.name_of(division)}市场监督管理局食品监管岗",
            description=f"就{about}落实整改（演示）",
            found_on=found_on,
            due_days=term.days,
            due_unit=term.unit,
            revisit_due_on=revisit_on,
        )
        return number

    def event(
        self,
        item: str,
        stage: str,
        day: date,
        actor: Actor,
        *,
        on_site: bool | None = None,
        passed: bool | None = None,
        has_evidence: bool = False,
        at: tuple[int, int] | None = None,
    ) -> None:
        """One event, unless it lies after the as-of day; ``at`` is an hour and minute of its own."""
        if day > self.scene.as_of:
            return
        number = self.book.number("SJ")
        hour, minute = at or (_HOURS[stage], int(number[-2:]) % 60)
        self.book.add(
            rectification_event,
            event_no=number,
            item_no=item,
            stage=stage,
            happened_at=moment(day, hour, minute),
            actor_post=actor.post,
            actor_unit=actor.unit,
            actor_level=actor.level,
            on_site=on_site,
            passed=passed,
            evidence=f"证据{number[4:]}（演示）" if has_evidence else None,
        )


def supervisor(scene: Scene, division: str) -> Actor:
    """The county's supervisor who finds things and follows them up."""
    return Actor("食品监管岗", f"{scene.name_of(division)}市场监督管理局", "县")


def verifier(scene: Scene, division: str) -> Actor:
    """The county's staff who verify on site; not who supervises from day to day."""
    return Actor("核查处置岗", f"{scene.name_of(division)}市场监督管理局", "县")


def station(scene: Scene, division: str) -> Actor:
    """The market supervision station nearest to the firm."""
    return Actor("市场监管所监管岗", f"{scene.name_of(division)}市场监管所", "乡")
