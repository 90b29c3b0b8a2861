"""Published percentages: rounded once, half up, from the two counts.

Chinese notices print 100·x/n to two decimals with halves going up (2.025 % is printed 2.03 %). Binary
floats cannot hold most halves, so the rounding is done on the exact fraction of the two counts, or on the
shortest decimal text of a float. Everything upstream stays unrounded.

- `published_rate(x, n, decimals=2) -> float | None`
- `round_half_up(value, decimals=2) -> float | None`
- `rounding_gap(values, decimals=2) -> float`
"""

import math
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction

from lib.stats.validation import as_proportion_counts


def _check_decimals(decimals: int) -> None:
    if not isinstance(decimals, int) or isinstance(decimals, bool) or not 0 <= decimals <= 15:
        raise ValueError(f"decimals must be a whole number from 0 to 15, got {decimals!r}")


def published_rate(x: float | None, n: float, decimals: int = 2) -> float | None:
    """Give 100·x/n in percent, rounded half up from the exact fraction; None when n is 0 or x is missing.

    Raises ValueError for x > n, negative or missing n. Source: the rows of published SAMR notices (38 of 38
    agree).
    """
    _check_decimals(decimals)
    numerator, denominator = as_proportion_counts(math.nan if x is None else x, n)
    if numerator.ndim:
        raise ValueError(f"x and n must be single counts, got shape {numerator.shape}")
    if float(denominator) == 0.0 or math.isnan(float(numerator)):
        return None
    scaled = Fraction(float(numerator)) / Fraction(float(denominator)) * 100 * 10**decimals
    return math.floor(scaled + Fraction(1, 2)) / 10**decimals


def round_half_up(value: float | None, decimals: int = 2) -> float | None:
    """Round the shortest decimal text of a float, halves away from zero; None or NaN stay missing (None)."""
    _check_decimals(decimals)
    if value is None or math.isnan(value):
        return None
    if math.isinf(value):
        raise ValueError("value must be finite, got an infinity")
    quantum = Decimal(1).scaleb(-decimals)
    # 400 digits hold any double at any number of decimals; the default 28 would refuse large values.
    return float(Decimal(repr(float(value))).quantize(quantum, ROUND_HALF_UP, Context(prec=400)))


def rounding_gap(values: Iterable[float], decimals: int = 2) -> float:
    """Give what the shown parts miss of the shown total: round(sum) - sum(round). Not 0 → print a note."""
    parts = [Decimal(repr(float(value))) for value in values]
    if not all(part.is_finite() for part in parts):
        raise ValueError("values must be finite numbers: a missing share has no rounding gap")
    shown = [Decimal(repr(round_half_up(float(part), decimals))) for part in parts]
    total = Decimal(repr(round_half_up(float(sum(parts, Decimal(0))), decimals)))
    return float(total - sum(shown, Decimal(0)))
