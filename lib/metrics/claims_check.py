"""The verdict on each published figure: 相符, 不符, 口径说明, 仅文字 or 无法计算, with the reason.

A figure is compared at the digits it was printed with; "all" (100 %) and "none" (0 %) are exact, as 399 of 400 is not
all. What cannot be computed never counts as passed, and a stated rule of counting (口径说明) needs no data: that the
program follows it says nothing of the figures.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Final

from lib.data.scope import Scope
from lib.data.snapshot import QueryTooSlow, Snapshot
from lib.metrics.claims import Claim, Ledger, Operator, Printed, Statistic
from lib.metrics.claims_bounds import EXACT, Bounded, NotComputable, implies
from lib.metrics.claims_values import (
    FROM_SETTINGS,
    Recomputed,
    check_reach,
    from_claims,
    from_rows,
    from_total,
    only_known,
)
from lib.metrics.compute import UnknownDimension, WrongParameter
from lib.metrics.predicates import FilterNotApplicable, UnknownDistrict
from lib.metrics.registry import get_metric


class Verdict(StrEnum):
    """What became of a claim."""

    MATCHES = "相符"
    DIFFERS = "不符"
    NOT_COMPUTABLE = "无法计算"
    PARAMETER = "口径说明"
    TEXT = "仅文字"


#: Faults of one claim; the others are still checked.
_REFUSED: Final = (
    NotComputable,
    FilterNotApplicable,
    UnknownDistrict,
    UnknownDimension,
    WrongParameter,
    QueryTooSlow,
)
_ALL_OR_NONE: Final = (Fraction(0), Fraction(100))


@dataclass(frozen=True, kw_only=True)
class Checked:
    """A claim with its verdict. ``reason``: why it differs or cannot be computed; empty when it matches."""

    claim: Claim
    verdict: Verdict
    reason: str
    recomputed: Recomputed | None = None


def check_claims(
    snapshot: Snapshot, ledger: Ledger, scope: Scope, *, ids: Collection[str] | None = None
) -> tuple[Checked, ...]:
    """Recompute every claim of the ledger, or those of these ids, from one snapshot as a reader of this scope."""
    claims = {claim.id: claim for claim in ledger.claims}
    found: dict[str, Recomputed | NotComputable] = {}

    def recomputed(claim_id: str) -> Recomputed:
        if claim_id not in found:
            try:
                found[claim_id] = _recompute(claims[claim_id], snapshot, scope, recomputed)
            except _REFUSED as fault:
                found[claim_id] = NotComputable(str(fault))
        outcome = found[claim_id]
        if isinstance(outcome, NotComputable):
            raise outcome
        return outcome

    wanted = [claim for claim in ledger.claims if ids is None or claim.id in ids]
    return tuple(_checked(claim, recomputed, claims) for claim in wanted)


def _recompute(
    claim: Claim, snapshot: Snapshot, scope: Scope, recomputed: Callable[[str], Recomputed]
) -> Recomputed:
    if claim.terms:
        return from_claims(claim, recomputed)
    check_reach(claim, snapshot, scope)
    return from_total(claim, snapshot, scope) if claim.reported else from_rows(claim, snapshot, scope)


def _checked(claim: Claim, recomputed: Callable[[str], Recomputed], claims: Mapping[str, Claim]) -> Checked:
    if claim.is_text:
        return Checked(claim=claim, verdict=Verdict.TEXT, reason="只登记原文，没有可重算的数")
    try:
        if claim.operator is Operator.PARAMETER:
            value, reason = _setting(claim, claims)
        else:
            value = recomputed(claim.id)
            reason = _difference(claim, value)
    except NotComputable as fault:
        return Checked(claim=claim, verdict=Verdict.NOT_COMPUTABLE, reason=str(fault))
    matched = Verdict.PARAMETER if claim.operator is Operator.PARAMETER else Verdict.MATCHES
    verdict = Verdict.DIFFERS if reason else matched
    return Checked(claim=claim, verdict=verdict, reason=reason, recomputed=value)


def _setting(claim: Claim, claims: Mapping[str, Claim]) -> tuple[Recomputed, str]:
    """Compare what the publication assumes with what the program and the other claims assume."""
    ((name, wanted),) = claim.parameters.items()
    if claim.metric:
        metric = get_metric(claim.metric)
        used = {str(one.default) for one in metric.parameters if one.name == name}
        sentence = f"指标“{metric.name}”的默认参数 {name}"
    else:
        others = [one for one in claims.values() if one.document == claim.document and one.metric]
        if name == "as_of":
            used = {one.as_of.isoformat() if one.as_of else "未注明" for one in others}
        else:
            used = {one.query["from"] for one in others if "from" in one.query}
        sentence = f"同一文件各条登记的 {name}"
    shown = "、".join(sorted(used)) or "无"
    reason = "" if used == {wanted} else f"公布为 {wanted}，实际采用 {shown}"
    return Recomputed(known=None, basis=FROM_SETTINGS, sentence=sentence, groups={shown: None}), reason


def _difference(claim: Claim, value: Recomputed) -> str:
    if claim.statistic is Statistic.EACH:
        return _difference_of_groups(claim, value)
    assert value.known is not None, "only a figure split into groups has no value of its own"
    if not _fits(claim, value.known):
        return f"重算得 {number_text(value.known, claim)}，公布为{claim.published}"
    if value.reference is not None and not implies(value.known, EXACT, value.reference.value):
        return f"两边不等：{number_text(value.known, claim)} 与 {number_text(value.reference, claim)}"
    if claim.interval is not None and not _same_interval(claim.interval, value):
        return "区间与公布的不同"
    return ""


def _difference_of_groups(claim: Claim, value: Recomputed) -> str:
    number, wanted = len(value.groups), claim.groups or 0
    # Without an as-of day new quarters join as data go on: then it is the least number of groups.
    if number < wanted or (number > wanted and claim.as_of is not None):
        return f"应有 {wanted} 组，实有 {number} 组"
    missing = [label for label, number in value.groups.items() if number is None]
    if missing:
        return f"没有可计算的数：{'、'.join(missing)}"
    wrong = {
        label: number
        for label, number in value.groups.items()
        if number is not None and not _fits(claim, Bounded(number))
    }
    shown = "、".join(f"{label}为{number_text(Bounded(number), claim)}" for label, number in wrong.items())
    return f"不符的组：{shown}" if wrong else ""


def _fits(claim: Claim, known: Bounded) -> bool:
    printed = claim.value
    assert printed is not None, "a claim without a number is text or a parameter"
    if claim.operator is Operator.RANGE:
        assert claim.value_to is not None
        return known.bound == EXACT and printed.value <= known.value <= claim.value_to.value
    if claim.operator is Operator.EQUAL:
        known = Bounded(_at_digits(known.value, printed, claim.unit), known.bound)
    return implies(known, claim.operator.value, printed.value, claim.tolerance)


def _at_digits(value: Fraction, printed: Printed, unit: str) -> Fraction:
    if unit == "%" and printed.value in _ALL_OR_NONE:
        return value
    return Fraction(rounded(value, printed.decimals))


def _same_interval(published: tuple[Printed, Printed], value: Recomputed) -> bool:
    if value.lower is None or value.upper is None:
        return False
    ends = zip(published, (value.lower, value.upper), strict=True)
    return all(
        Fraction(rounded(Fraction(repr(float(end))), printed.decimals)) == printed.value
        for printed, end in ends
    )


def rounded(value: Fraction, decimals: int) -> Decimal:
    """Half up at so many digits, from the exact fraction: 2.34497 at two digits is 2.34, never by way of 2.345."""
    scaled = value * 10**decimals
    whole = (abs(scaled) + Fraction(1, 2)).__floor__()
    number = Decimal(whole if scaled >= 0 else -whole).scaleb(-decimals)
    return number.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def number_text(known: Bounded, claim: Claim) -> str:
    """A number with its bound and unit: 12 家, ≥100 个, 83.33%."""
    number = rounded(known.value, 0 if known.value.denominator == 1 else 2)
    # A key is a name (a year), not a number to be read in thousands.
    text = str(number) if claim.statistic is Statistic.KEY else f"{number:,}"
    sign = "" if known.bound == EXACT else known.bound
    return f"{sign}{text}%" if claim.unit == "%" else f"{sign}{text} {claim.unit}".rstrip()


def recomputed_text(checked: Checked) -> str:
    """What a claim comes to, for a table: the number, or the span of the groups; "—" when there is none."""
    value = checked.recomputed
    if value is None:
        return "—"
    if value.basis == FROM_SETTINGS:
        return next(iter(value.groups))
    if value.known is not None:
        return number_text(value.known, checked.claim)
    numbers = only_known(value.groups)
    if not numbers:
        return "—"
    low, high = (number_text(Bounded(end), checked.claim) for end in (min(numbers), max(numbers)))
    return f"{len(value.groups)} 组，每组 {low if low == high else f'{low}—{high}'}"


def counts_text(checked: Checked) -> str:
    """Both counts of a ratio: 10/12; empty for a count."""
    value = checked.recomputed
    if value is None or value.numerator is None or value.denominator is None:
        return ""
    first, second = (
        f"{rounded(side, 0 if side.denominator == 1 else 2):,}"
        for side in (value.numerator, value.denominator)
    )
    return f"{first}/{second}"


def interval_text(checked: Checked) -> str:
    """The 95 % interval: 55.20%—95.30%; empty where there is none."""
    value = checked.recomputed
    if value is None or value.lower is None or value.upper is None:
        return ""
    sign = "%" if checked.claim.unit == "%" else ""
    ends = (f"{rounded(Fraction(repr(float(end))), 2)}{sign}" for end in (value.lower, value.upper))
    return "—".join(ends)
