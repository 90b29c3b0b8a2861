"""Disposal in the 抽检分析报告: what was started, finished, verified on site, and what is late."""

from typing import Any, Final

from lib.data.filters import Filters
from lib.data.scope import Scope
from lib.data.snapshot import Snapshot
from lib.metrics.compute import compute
from lib.metrics.format import count_text, is_missing, rate_with_counts_text
from lib.metrics.predicates import FilterNotApplicable
from lib.metrics.registry import get_metric

_SUBJECT: Final = "对期间收到报告的不合格样品和问题样品（含各类抽样），"


def disposal_sentences(snapshot: Snapshot, filters: Filters, scope: Scope) -> tuple[str, ...]:
    """Paragraphs on disposal; one that says why where there is nothing to say."""

    def counts(metric_id: str) -> Any:
        return compute(snapshot, get_metric(metric_id), filters, scope, with_excluded=False).frame.iloc[0]

    try:
        finished = counts("disposal_completion_rate")
    except FilterNotApplicable as error:
        return (f"所选筛选条件不适用于核查处置记录，本报告不列处置情况（{error}）。",)
    if not _is_known(finished):
        return ("期间没有收到需要核查处置的记录，本报告不列处置情况。",)
    first = (
        f"{_SUBJECT}应核查处置{count_text(finished['denominator'])}件（按处置环节计），"
        f"已填报完成{count_text(finished['numerator'])}件，完成率{_rate(finished)}。"
    )
    verified = counts("disposal_verified_rate")
    second = (
        f"已填报完成的环节中，经现场复查合格{count_text(verified['numerator'])}件，整改复查通过率{_rate(verified)}；"
        "其余没有复查合格的记录（未复查或复查不合格）。"
        if _is_known(verified)
        else "已填报完成的环节均无现场复查记录可供统计。"
    )
    return (first, second, _times(counts("disposal_on_time_rate"), counts("disposal_overdue")))


def _times(on_time: Any, overdue: Any) -> str:
    late = overdue["numerator"]
    if not _is_known(on_time):
        return "期间的核查处置均未到完成时限，不计按时完成率。"
    still = "没有超期未完成的环节" if is_missing(late) or late == 0 else f"超期未完成{count_text(late)}件"
    return f"完成时限已过的环节按时完成率{_rate(on_time)}，{still}。"


def _rate(row: Any) -> str:
    return rate_with_counts_text(row["numerator"], row["denominator"])


def _is_known(row: Any) -> bool:
    return not is_missing(row["denominator"]) and row["denominator"] > 0 and not is_missing(row["numerator"])
