"""Samples whose conclusion and item verdicts do not agree: said in the summary, or rejected, as the profile wants."""

from typing import Any, Final

from sqlalchemy import Select, and_, delete, func, or_, select

from lib.data.loaders.conflicts import Conflicts
from lib.data.loaders.mapping import ROW_ID
from lib.data.loaders.notes import Notes
from lib.data.loaders.profiles import Profile
from lib.data.loaders.staging import Staging
from lib.data.verdicts import CONCLUSIONS

_UNQUALIFIED: Final = [name for name, (verdict, _) in CONCLUSIONS.items() if verdict == "unqualified"]
_QUALIFIED: Final = [name for name, (verdict, _) in CONCLUSIONS.items() if verdict == "qualified"]
#: A re-inspection or an upheld objection changes the conclusion and leaves the first verdicts of the items.
_CHANGED_SINCE: Final = ("复检合格", "异议认可")
_FAILS: Final = "结论为合格，却有不合格项"
_FAILS_NOT: Final = "结论为不合格，却没有不合格项"
_EXAMPLES: Final = 3


def settle_contradictions(staging: Staging, profile: Profile, conflicts: Conflicts, notes: Notes) -> None:
    """Count samples of the load whose conclusion contradicts their items; reject them if the profile says so."""
    if not staging.by_item or profile.conclusion_from_items or "conclusion" not in staging.record.c:
        return
    found = staging.rows(_contradicting(staging))
    if not found:
        return
    if profile.on_contradiction == "reject":
        for row_id, number, has_failed in found:
            conflicts.say(
                row_id, "sample_no", number, f"{_FAILS if has_failed else _FAILS_NOT}，整个样品不载入"
            )
        staging.spoil([number for _, number, _ in found])
        staging.drop_samples(select(staging.spoiled.c.sample_no))
        staging.run(_forget_chosen(staging))
        return
    for kind, chosen in ((_FAILS, True), (_FAILS_NOT, False)):
        named = [number for _, number, has_failed in found if has_failed is chosen]
        if named:
            more = "等" if len(named) > _EXAMPLES else ""
            notes.say(
                f"{len(named):,} 个样品{kind}（{'、'.join(named[:_EXAMPLES])}{more}）：已照样载入，"
                '不合格率以样品结论为准，请核对；要拒收可在方案写 on_contradiction = "reject"'
            )


def _contradicting(staging: Staging) -> Select[Any]:
    record, item = staging.record, staging.item
    failed = (
        select(item.c.sample_no, func.bool_or(item.c.verdict == "unqualified").label("has_failed"))
        .group_by(item.c.sample_no)
        .subquery()
    )
    contradicts = or_(
        and_(record.c.conclusion.in_(_QUALIFIED), failed.c.has_failed),
        and_(record.c.conclusion.in_(_UNQUALIFIED), ~failed.c.has_failed),
    )
    query = (
        select(func.min(record.c[ROW_ID]).label("first"), record.c.sample_no, failed.c.has_failed)
        .join(failed, failed.c.sample_no == record.c.sample_no)
        .where(contradicts)
    )
    if "objection_status" in record.c:
        query = query.where(func.coalesce(record.c.objection_status, "").not_in(_CHANGED_SINCE))
    return query.group_by(record.c.sample_no, failed.c.has_failed).order_by("first")


def _forget_chosen(staging: Staging) -> Any:
    chosen = staging.chosen
    return delete(chosen).where(chosen.c[ROW_ID].not_in(select(staging.record.c[ROW_ID])))
