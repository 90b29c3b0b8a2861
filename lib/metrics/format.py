"""How figures read: percent from two counts, rounded once and half up; changes in 个百分点; missing is “—”.

Rounding is done on the exact fraction of the counts or on the shortest decimal text of a float, so that a published
2.34497 % reads 2.34 % and 2.025 % reads 2.03 %.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any, Final

import pandas as pd

from lib.metrics.metric import Direction, Metric
from lib.stats.intervals import newcombe_difference

MISSING: Final = "—"
RATE_DECIMALS: Final = 2


def is_missing(value: Any) -> bool:
    """Whether a cell of a result table holds nothing."""
    return value is None or bool(pd.isna(value))


def count_text(value: Any) -> str:
    """A count with thousands separators: 2,921,763."""
    if is_missing(value):
        return MISSING
    return f"{int(value):,}" if float(value).is_integer() else decimal_text(float(value))


def decimal_text(value: Any, decimals: int = RATE_DECIMALS) -> str:
    """A number with fixed decimals, half up; e.g. 批次/千人."""
    return MISSING if is_missing(value) else f"{_half_up(Fraction(str(value)), decimals):,}"


def rate_text(value: Any, decimals: int = RATE_DECIMALS) -> str:
    """A fraction (0–1) as percent: 0.0234497 → 2.34%."""
    return MISSING if is_missing(value) else f"{_half_up(Fraction(str(value)) * 100, decimals)}%"


def rate_of_counts_text(numerator: Any, denominator: Any, decimals: int = RATE_DECIMALS) -> str:
    """Percent of two counts from their exact fraction; a denominator of 0 is missing."""
    if is_missing(numerator) or is_missing(denominator) or denominator == 0:
        return MISSING
    fraction = Fraction(int(numerator), int(denominator))
    return f"{_half_up(fraction * 100, decimals)}%"


def rate_with_counts_text(numerator: Any, denominator: Any) -> str:
    """A rate with its counts: 2.40%（70,174/2,921,763）."""
    rate = rate_of_counts_text(numerator, denominator)
    return f"{rate}（{count_text(numerator)}/{count_text(denominator)}）"


def interval_text(lower: Any, upper: Any) -> str:
    """A 95 % interval of a rate: 2.38%—2.42%."""
    return MISSING if is_missing(lower) or is_missing(upper) else f"{rate_text(lower)}—{rate_text(upper)}"


def value_text(metric: Metric, value: Any) -> str:
    """One value in the way its metric reads, with its unit."""
    if metric.is_proportion:
        return rate_text(value)
    if metric.per is not None:
        return MISSING if is_missing(value) else f"{decimal_text(value)} {metric.unit}"
    return MISSING if is_missing(value) else f"{count_text(value)} {metric.unit}"


@dataclass(frozen=True, kw_only=True)
class Change:
    """Difference of two rates (fractions, later minus earlier) with its 95 % Newcombe interval."""

    difference: float
    lower: float
    upper: float

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves out 0: only then is it called a rise or a fall."""
        return self.lower > 0 or self.upper < 0

    def meaning(self, direction: Direction) -> str:
        """`better`, `worse` or `unclear`; a metric without a direction is never better or worse."""
        if not self.is_clear or direction == "neutral":
            return "unclear"
        return "better" if (self.difference < 0) == (direction == "lower") else "worse"


def change_of(x_now: Any, n_now: Any, x_before: Any, n_before: Any) -> Change | None:
    """The change between two pairs of counts; None if either side has no denominator."""
    if any(is_missing(value) for value in (x_now, n_now, x_before, n_before)) or not (n_now and n_before):
        return None
    difference, lower, upper = newcombe_difference(int(x_now), int(n_now), int(x_before), int(n_before))
    return Change(difference=float(difference), lower=float(lower), upper=float(upper))


def points_text(difference: float, decimals: int = RATE_DECIMALS) -> str:
    """A difference of rates: 0.11个百分点, without sign."""
    return f"{abs(_half_up(Fraction(str(difference)) * 100, decimals))}个百分点"


def change_text(change: Change | None) -> str:
    """Neutral words: 下降0.11个百分点（95%区间 -0.20—-0.02）, or 未见明显变化 when the interval holds 0."""
    if change is None:
        return MISSING
    interval = f"95%区间 {_signed(change.lower)}—{_signed(change.upper)}"
    if not change.is_clear:
        return f"未见明显变化（相差{_signed(change.difference)}个百分点，{interval}）"
    word = "上升" if change.difference > 0 else "下降"
    return f"{word}{points_text(change.difference)}（{interval}）"


def _signed(difference: float) -> str:
    rounded = _half_up(Fraction(str(difference)) * 100, RATE_DECIMALS)
    return f"{rounded:+}" if rounded else f"{abs(rounded)}"


def _half_up(value: Fraction, decimals: int) -> Decimal:
    """Round an exact fraction half away from zero."""
    scaled = abs(value) * 10**decimals + Fraction(1, 2)
    whole = scaled.numerator // scaled.denominator
    return (
        Decimal(whole if value >= 0 else -whole)
        .scaleb(-decimals)
        .quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    )
