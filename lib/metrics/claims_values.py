"""Recomputing a claim: from rows, from a reported total, or from other claims."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from typing import Any, Final

import pandas as pd
from sqlalchemy import select

from lib.data.filters import Filters
from lib.data.scope import Scope
from lib.data.snapshot import Snapshot, parents_of
from lib.data.tables.snapshot_loop import reported_figure
from lib.metrics.claims import Claim, Statistic, is_claim_id
from lib.metrics.claims_bounds import EXACT, Bounded, NotComputable, combined
from lib.metrics.compute import Result, compute
from lib.metrics.metric import Metric
from lib.metrics.predicates import district
from lib.metrics.registry import get_metric
from lib.metrics.source import run, scoped
from lib.stats.intervals import wilson

FROM_ROWS, FROM_TOTAL, FROM_CLAIMS, FROM_SETTINGS = "明细", "报送数字", "推算", "口径"
_PERCENT: Final = 100


@dataclass(frozen=True, kw_only=True)
class Recomputed:
    """What a claim comes to, in the unit of the claim. ``groups``: label → value where it is split (None: missing).

    ``lower``, ``upper``: 95 % interval, as percent for %. ``reference``: what the value must equal beside the
    printed one (the right side of a partition).
    """

    known: Bounded | None
    basis: str
    sentence: str
    numerator: Fraction | None = None
    denominator: Fraction | None = None
    lower: float | None = None
    upper: float | None = None
    groups: Mapping[str, Fraction | None] = field(default_factory=dict)
    reference: Bounded | None = None


def filters_of(claim: Claim, snapshot: Snapshot) -> Filters:
    """The filters of a claim; a period without an end runs to the as-of day."""
    start, end = claim.period
    default = Filters(start=start, end=end or snapshot.as_of)
    asked = Filters.from_query(claim.query, default)
    return asked.with_(sampling_asked="sampling" in claim.query)


#: Why a reader of some districts gets no verdict on a figure of the whole.
BEYOND_SCOPE: Final = "所指地区超出您的可见范围，只看一部分会算错"


def check_reach(claim: Claim, snapshot: Snapshot, scope: Scope) -> None:
    """Refuse a claim about a district the reader does not see whole: a part would pass for the whole."""
    if not scope.reaches(claim.query.get("district"), parents_of(snapshot.units)):
        raise NotComputable(BEYOND_SCOPE)


def from_rows(claim: Claim, snapshot: Snapshot, scope: Scope) -> Recomputed:
    """Recompute with the metric of the claim. Raises `NotComputable` when nothing was counted."""
    result = compute(
        snapshot,
        get_metric(claim.metric),
        filters_of(claim, snapshot),
        scope,
        by=claim.dimensions,
        parameters={name: float(text) for name, text in claim.parameters.items()},
        as_of=claim.as_of,
        with_excluded=False,
    )
    frame = _kept(result.frame, claim)
    if claim.statistic is Statistic.TOTAL:
        return _total(result, frame, claim)
    if claim.statistic is Statistic.KEY:
        return _only_key(result, frame, claim)
    sentence = _sentence(result, claim)
    if claim.statistic is Statistic.GROUPS:
        # A record that does not say its city is no further city.
        counted = _by_group(frame.dropna(subset=list(claim.by)), claim.by)
        number = sum(1 for numerator, _ in counted.values() if numerator)
        return Recomputed(known=Bounded(Fraction(number)), basis=FROM_ROWS, sentence=sentence)
    values = {label: _value(result.metric, *sides) for label, sides in _by_group(frame, claim.by).items()}
    return Recomputed(known=None, basis=FROM_ROWS, sentence=sentence, groups=values)


def _kept(frame: pd.DataFrame, claim: Claim) -> pd.DataFrame:
    for name, values in claim.only.items():
        frame = frame[frame[name].astype("string").isin(values)]
    return frame


def _total(result: Result, frame: pd.DataFrame, claim: Claim) -> Recomputed:
    metric = result.metric
    if not len(frame) and metric.denominator is None:
        # Groups that nobody is in are not listed: a count of rows that are not there is nought.
        sides: tuple[Fraction | None, Fraction | None] = (Fraction(0), None)
    else:
        sides = _sum(frame["numerator"]), _sum(frame["denominator"])
    numerator, denominator = sides
    value = _value(metric, numerator, denominator)
    if value is None:
        raise NotComputable("所指范围内没有可计算的记录")
    lower, upper = _interval(metric, frame, numerator, denominator)
    return Recomputed(
        known=Bounded(value),
        basis=FROM_ROWS,
        sentence=_sentence(result, claim),
        numerator=numerator,
        denominator=denominator,
        lower=lower,
        upper=upper,
    )


def _interval(
    metric: Metric, frame: pd.DataFrame, numerator: Fraction | None, denominator: Fraction | None
) -> tuple[float | None, float | None]:
    """Of the one row as it was computed; of several rows together only for a share."""
    if len(frame) == 1 and not pd.isna(frame["lower"].iloc[0]):
        factor = _PERCENT if metric.is_proportion else 1
        return float(frame["lower"].iloc[0]) * factor, float(frame["upper"].iloc[0]) * factor
    if metric.interval == "wilson" and len(frame) > 1:
        return _wilson(numerator, denominator)
    return None, None


def _wilson(x: Fraction | None, n: Fraction | None) -> tuple[float | None, float | None]:
    if x is None or not n or x > n:
        return None, None
    lower, upper = wilson([float(x)], [float(n)])
    return float(lower[0]) * _PERCENT, float(upper[0]) * _PERCENT


def _by_group(frame: pd.DataFrame, by: Sequence[str]) -> dict[str, tuple[Fraction | None, Fraction | None]]:
    """Both counts of each group, summed over the values kept; labels are Chinese."""
    labels = [
        "·".join(map(str, names)) for names in zip(*(frame[f"{name}_name"] for name in by), strict=True)
    ]
    found: dict[str, tuple[Fraction | None, Fraction | None]] = {}
    for label in dict.fromkeys(labels):
        rows = frame[[one == label for one in labels]]
        found[label] = (_sum(rows["numerator"]), _sum(rows["denominator"]))
    return found


def _only_key(result: Result, frame: pd.DataFrame, claim: Claim) -> Recomputed:
    keys = sorted({str(key) for key in frame.loc[frame["numerator"].fillna(0) > 0, claim.by[0]].dropna()})
    if len(keys) != 1 or not keys[0].isdecimal():
        raise NotComputable(f"应只有一个取值，实有 {len(keys)} 个：{'、'.join(keys) or '无'}")
    return Recomputed(known=Bounded(Fraction(keys[0])), basis=FROM_ROWS, sentence=_sentence(result, claim))


def _sentence(result: Result, claim: Claim) -> str:
    kept = "、".join(value for values in claim.only.values() for value in values)
    return f"{result.metric.name}；{result.sentence}" + (f"；只计{kept}" if kept else "")


def _sum(column: pd.Series) -> Fraction | None:
    known = [Fraction(str(value)) for value in column if not pd.isna(value)]
    return sum(known, Fraction(0)) if known else None


def _value(metric: Metric, numerator: Fraction | None, denominator: Fraction | None) -> Fraction | None:
    if metric.denominator is None:
        return numerator
    if numerator is None or not denominator:
        return None
    return numerator / denominator * (_PERCENT if metric.is_proportion else 1)


def from_total(claim: Claim, snapshot: Snapshot, scope: Scope) -> Recomputed:
    """Look up the one reported figure of this name. Its own bound goes with it."""
    figure = reported_figure.c
    statement = select(figure.value, figure.unit, figure.bound, figure.known_as_of, figure.document).where(
        figure.subject == claim.reported
    )
    filters = filters_of(claim, snapshot)
    if filters.district is not None:
        statement = statement.where(district(reported_figure, filters.district, filters.side, snapshot.units))
    rows = run(snapshot, scoped(statement, reported_figure, scope, filters.side)).to_pylist()
    rows = [row for row in rows if _is_known(row["known_as_of"], claim.as_of)]
    if len(rows) != 1:
        raise NotComputable(f"报送数字“{claim.reported}”应有一个，实有 {len(rows)} 个")
    (row,) = rows
    if row["unit"] != claim.unit:
        raise NotComputable(f"单位不符：报送数字以“{row['unit']}”计，登记的是“{claim.unit}”")
    return Recomputed(
        known=Bounded(Fraction(str(row["value"])), row["bound"]),
        basis=FROM_TOTAL,
        sentence=f"只有总数：{claim.reported}；出处：{row['document']}",
    )


def _is_known(known_as_of: date | None, as_of: date | None) -> bool:
    return known_as_of is None or as_of is None or known_as_of <= as_of


def from_claims(claim: Claim, recomputed: Callable[[str], Recomputed]) -> Recomputed:
    """Work out the terms from the values of other claims, left to right."""
    terms, last = (claim.terms[:-2], claim.terms[-1]) if "=" in claim.terms else (claim.terms, None)
    value = _term(terms[0], recomputed)
    for sign, term in zip(terms[1::2], terms[2::2], strict=True):
        value = combined(value, sign, _term(term, recomputed))
    shared = Recomputed(
        known=value,
        basis=FROM_CLAIMS,
        sentence=f"由 {' '.join(claim.terms)} 推算",
        reference=_term(last, recomputed) if last else None,
    )
    if len(terms) != 3 or terms[1] != "/":
        return shared
    x, n = _term(terms[0], recomputed).value, _term(terms[2], recomputed).value
    if claim.unit != "%":
        return replace(shared, numerator=x, denominator=n)
    lower, upper = _wilson(x, n) if value.bound == EXACT else (None, None)
    share = Bounded(value.value * _PERCENT, value.bound)
    return replace(shared, known=share, numerator=x, denominator=n, lower=lower, upper=upper)


def _term(term: str, recomputed: Callable[[str], Recomputed]) -> Bounded:
    if not is_claim_id(term):
        return Bounded(Fraction(term))
    known = recomputed(term).known
    if known is None:
        raise NotComputable(f"{term} 是分组的数字，不能用来推算")
    return known


def only_known(values: Mapping[str, Any]) -> list[Fraction]:
    """The values of groups that are there."""
    return [value for value in values.values() if value is not None]
