"""Cases, responsibility interviews and letters of the city.

Published (Fuyang, "2023年以来"): 10 cases for not meeting the main responsibility; letters follow inspections, covert
rounds and unqualified samples. Everything else is made up.
"""

from collections import defaultdict
from datetime import date, timedelta
from typing import Final

from lib.data.tables.enforcement import (
    enforcement_case,
    interview,
    interview_attendance,
    interview_enterprise,
    letter,
)
from lib.demo.clinic_story import OPEN
from lib.demo.duty_story import LATE_COUNTY
from lib.demo.findings import Finding
from lib.demo.loop_rows import Scene
from lib.demo.office_story import SINCE
from lib.demo.rectification_story import OrderedFix, Trigger

#: Cases of this cause since 2023.
MAIN_RESPONSIBILITY, MAIN_CASES = "未落实主体责任", 10
_OTHER_CAUSES: Final = ("未按规定进货查验", "经营超过保质期食品", "标签不符合规定")
_UNSENT, _UNSENT_LATE_COUNTY, _ANSWERED = 0.05, 0.22, 0.72
#: Firms invited to one collective interview of a county at most.
_INVITED: Final = 8


def tell_enforcement(
    scene: Scene, suspected: list[OrderedFix], triggers: list[Trigger], clinic: tuple[str, ...]
) -> None:
    """Cases after sampling and inspections, interviews of each county and half-year, letters and their triggers."""
    findings = scene.findings.of_city()
    _cases_after_sampling(scene, findings, clinic)
    _cases_after_inspections(scene, suspected)
    _interviews(scene, findings)
    _letters(scene, findings, triggers)


def _cases_after_sampling(scene: Scene, findings: list[Finding], clinic: tuple[str, ...]) -> None:
    """One case per batch with a case filed (see ``_attitude``)."""
    generator = scene.stream("cases")
    before: dict[str, date] = {}
    for row in findings:
        if row.case_on is None:
            continue
        last = before.get(row.firm)
        before[row.firm] = row.sampled_on
        is_repeated = last is not None and (row.sampled_on - last).days <= 365
        policy, reason = _attitude(row.firm, clinic, is_repeated, generator.random() < 0.5)
        closed = scene.workday(row.case_on + timedelta(days=30 + int(generator.integers(90))))
        transferred = generator.random() < 0.004
        scene.book.add(
            enforcement_case,
            case_no=scene.book.number("AJ"),
            enterprise_key=row.firm,
            division_code=row.division,
            decided_on=row.case_on,
            outcome="立案" if generator.random() < 0.8 else "责令整改",
            policy=policy,
            policy_reason=reason,
            cause="生产经营不符合食品安全标准的食品",
            origin="抽检不合格",
            origin_no=row.sample_no,
            closed_on=closed if closed <= scene.as_of else None,
            transferred_on=closed if transferred and closed <= scene.as_of else None,
        )


def _attitude(
    firm: str, clinic: tuple[str, ...], is_repeated: bool, has_mended: bool
) -> tuple[str | None, str | None]:
    """宽严相济: lenient to who mended (the clinic's producers but the one still open), strict to repeaters."""
    if firm in clinic:
        is_open = firm == clinic[OPEN[-1]]
        return ("从严查处", "整改不力") if is_open else ("包容审慎", "有效整改并消除风险隐患")
    if is_repeated:
        return "从严查处", "一年内再次不合格"
    return ("包容审慎", "有效整改并消除风险隐患") if has_mended else (None, None)


def _cases_after_inspections(scene: Scene, suspected: list[OrderedFix]) -> None:
    """All suspected offences become cases; ten of them, evenly spread, for the main responsibility."""
    chosen = {len(suspected) * (2 * number + 1) // (2 * MAIN_CASES) for number in range(MAIN_CASES)}
    for position, visit in enumerate(suspected):
        decided = min(scene.workday(visit.day + timedelta(days=7)), scene.as_of)
        closed = scene.workday(decided + timedelta(days=45 + position % 60))
        is_main = position in chosen
        scene.book.add(
            enforcement_case,
            case_no=scene.book.number("AJ"),
            enterprise_key=visit.firm,
            division_code=visit.division,
            decided_on=decided,
            outcome="立案",
            policy="从严查处",
            policy_reason="涉嫌违法，依法立案",
            cause=MAIN_RESPONSIBILITY if is_main else _OTHER_CAUSES[position % len(_OTHER_CAUSES)],
            origin="监督检查",
            origin_no=visit.number,
            closed_on=closed if closed <= scene.as_of else None,
        )


def _interviews(scene: Scene, findings: list[Finding]) -> None:
    """Each county interviews the firms of the half-year before, those with most unqualified batches first."""
    for year in range(2021, scene.as_of.year + 1):
        for month in (1, 7):
            held = scene.workday(date(year, month, 18))
            recent = [row for row in findings if 0 <= (held - row.reported_on).days < 184]
            by_county: defaultdict[str, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
            for row in recent:
                by_county[row.division][row.firm] += 1
            for code in sorted(by_county):
                firms = sorted(by_county[code], key=lambda firm: (-by_county[code][firm], firm))[:_INVITED]
                _interview(scene, code, held, firms)


def _interview(scene: Scene, code: str, held: date, firms: list[str]) -> None:
    number = scene.book.number("YT")
    scene.book.add(
        interview,
        interview_no=number,
        division_code=code,
        held_on=held,
        mode="现场",
        level="县",
        scope=f"{scene.name_of(code)}抽检不合格企业",
        kind="企业",
        reason="抽检不合格",
        commitments="查明原因、按期整改（演示）",
    )
    for level, persons in (("县", 5), ("乡", 6), ("企业", len(firms))):
        scene.book.add(interview_attendance, interview_no=number, attendee_level=level, persons=persons)
    for firm in firms:
        scene.book.add(interview_enterprise, interview_no=number, enterprise_key=firm, division_code=code)


def _letters(scene: Scene, findings: list[Finding], triggers: list[Trigger]) -> None:
    """函告 after every unqualified batch, 提醒敦促函 after every other trigger; some are never sent."""
    writer = _LetterWriter(scene)
    for row in findings:
        if row.reported_on >= SINCE:
            writer.letter(
                "函告", Trigger("抽检不合格", row.sample_no, row.reported_on, row.division, row.firm)
            )
    for trigger in triggers:
        if SINCE <= trigger.day <= scene.as_of:
            writer.letter("提醒敦促函", trigger)


class _LetterWriter:
    """Writes one row for each trigger, sent or not."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.generator = scene.stream("letters")

    def letter(self, kind: str, trigger: Trigger) -> None:
        """One letter due."""
        division, triggered = trigger.division, trigger.day
        unsent = _UNSENT_LATE_COUNTY if division == LATE_COUNTY else _UNSENT
        sent = self.scene.workday(triggered + timedelta(days=1 + int(self.generator.gamma(2.0, 2.2))))
        answered = self.scene.workday(sent + timedelta(days=3 + int(self.generator.integers(25))))
        is_sent = self.generator.random() >= unsent and sent <= self.scene.as_of
        is_answered = is_sent and self.generator.random() < _ANSWERED and answered <= self.scene.as_of
        level = "乡" if self.generator.random() < 0.6 else "县"
        self.scene.book.add(
            letter,
            letter_no=self.scene.book.number("HJ"),
            division_code=division,
            kind=kind,
            trigger=trigger.kind,
            trigger_no=trigger.number,
            triggered_on=triggered,
            sent_on=sent if is_sent else None,
            answered_on=answered if is_answered else None,
            enterprise_key=trigger.firm,
            recipient_post="乡镇（街道）包保干部岗位" if level == "乡" else "县级包保干部岗位",
            recipient_level=level,
        )
