"""Two verdicts and one state of a sample, derived from its conclusion and its objection status.

Source of the conclusion names and of the rule that only an upheld objection removes a result:
``data/reference/conclusions.csv`` and ``data/reference/code_values.csv``.
"""

from dataclasses import dataclass
from typing import Final, Literal

Supervision = Literal["qualified", "unqualified"]
Monitoring = Literal["problem", "not_judged"]
State = Literal["concluded", "pending", "not_tested", "reinspection", "objection", "voided"]

#: Sample conclusion → (supervision verdict, monitoring verdict).
CONCLUSIONS: Final[dict[str, tuple[Supervision | None, Monitoring | None]]] = {
    "纯抽检合格样品": ("qualified", None),
    "纯抽检不合格样品": ("unqualified", None),
    "纯监测问题样品": (None, "problem"),
    "纯监测不判定合格样品": (None, "not_judged"),
    "抽检合格样品并监测问题样品": ("qualified", "problem"),
    "抽检合格样品并监测不判定样品": ("qualified", "not_judged"),
    "抽检不合格样品并监测问题样品": ("unqualified", "problem"),
    "抽检不合格样品并监测不判定样品": ("unqualified", "not_judged"),
    "未检验样品": (None, None),
}

#: Why a sample is in neither count, as readers see it.
STATE_NAMES: Final[dict[State, str]] = {
    "concluded": "已出结论",
    "pending": "结果未出",
    "not_tested": "未检验",
    "reinspection": "复检中",
    "objection": "异议处置中",
    "voided": "异议认可（结果作废）",
}

OBJECTION_STATUSES: Final = (
    "未申请复检",
    "复检中",
    "复检合格",
    "复检不合格",
    "异议处置中",
    "异议认可",
    "异议不认可",
    "逾期异议",
)


@dataclass(frozen=True)
class Verdict:
    """What one sample counts as."""

    supervision: Supervision | None
    monitoring: Monitoring | None
    state: State


def derive(conclusion: str | None, objection_status: str | None) -> Verdict:
    """Return the verdicts of a sample.

    ``conclusion`` is one of ``CONCLUSIONS`` or empty (no result yet); ``objection_status`` is one of
    ``OBJECTION_STATUSES`` or empty. An objection under way or a re-inspection under way takes the sample out
    of both counts for the time being; an upheld objection does so for good; a qualified re-inspection
    makes an unqualified sample qualified. Raises ``ValueError`` for names outside the two lists.
    """
    if conclusion is not None and conclusion not in CONCLUSIONS:
        raise ValueError(f"未知的样品结论“{conclusion}”；可用：{'、'.join(CONCLUSIONS)}")
    if objection_status is not None and objection_status not in OBJECTION_STATUSES:
        raise ValueError(f"未知的异议复检状态“{objection_status}”；可用：{'、'.join(OBJECTION_STATUSES)}")
    open_states: dict[str, State] = {
        "复检中": "reinspection",
        "异议处置中": "objection",
        "异议认可": "voided",
    }
    if conclusion is None:
        return Verdict(None, None, "pending")
    if conclusion == "未检验样品":
        return Verdict(None, None, "not_tested")
    if objection_status in open_states:
        return Verdict(None, None, open_states[objection_status])
    supervision, monitoring = CONCLUSIONS[conclusion]
    if objection_status == "复检合格" and supervision == "unqualified":
        supervision = "qualified"
    return Verdict(supervision, monitoring, "concluded")
