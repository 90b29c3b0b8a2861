"""Control charts of a rate over time: p and u charts, and Laney's p′ and u′.

- `proportion_chart(x, n, *, prime=True, include=None, screen=True) -> ProportionChart` for x of n tested
- `rate_chart(x, n, *, prime=False, include=None, screen=True) -> ProportionChart` for counts per n units (u
  chart)

Points are in time order. centre = Σx/Σn over the included points; sigma of a point is √(c(1-c)/n) (p) or
√(c/n) (u), multiplied by Laney's sigma_z = mean|z_i - z_(i-1)| / 1.128 when `prime`. With `screen` one pass
drops steps |Δz| >= 3.267 · mean before averaging (Nelson; the default here as in qicharts2; Laney's own
formula has none). Limits are centre ± 3 sigma, warning lines ± 2 sigma, clipped to what the rate can be.
Only points marked in `include` (default: all) set the centre and sigma_z; limits are drawn for every point,
so a later spike cannot move them.

Missing: a period with n = 0 or missing x has a NaN rate and is never outside; where n = 0 its limits are
NaN too. If sigma_z cannot be estimated (fewer than two neighbouring points, or no variation at all), or the
centre is 0 or 1, every limit is NaN and nothing is flagged: the page says "no variation". Sources:
Shewhart; Laney 2002; Nelson 1982.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from lib.stats.validation import (
    BoolArray,
    FloatArray,
    as_counts,
    as_mask,
    as_proportion_counts,
    as_vector,
    refuse,
    same_length,
)

MEAN_STEP_OF_UNIT_NORMAL = 1.128
SCREENING_FACTOR = 3.267
CONTROL_SIGMAS = 3.0
WARNING_SIGMAS = 2.0


@dataclass(frozen=True, kw_only=True, eq=False)
class ProportionChart:
    """One chart. `centre` and `sigma_z` are single numbers (sigma_z 1.0 for an unadjusted chart); the rest
    per point.
    """

    centre: float
    sigma_z: float
    rate: FloatArray
    lower: FloatArray
    upper: FloatArray
    lower_warning: FloatArray
    upper_warning: FloatArray
    outside: BoolArray


def proportion_chart(
    x: ArrayLike,
    n: ArrayLike,
    *,
    prime: bool = True,
    include: ArrayLike | None = None,
    screen: bool = True,
) -> ProportionChart:
    """Draw a p′ chart (`prime`) or p chart of x failures among n tested per period.

    Raises ValueError for empty or unequal vectors, x > n, negative counts, or a baseline with nothing tested.
    """
    numerator = as_vector("x", x, allow_missing=True)
    denominator = as_vector("n", n)
    same_length(x=numerator, n=denominator)
    as_proportion_counts(numerator, denominator)
    return _chart(numerator, denominator, 1.0, prime=prime, include=include, screen=screen)


def rate_chart(
    x: ArrayLike,
    n: ArrayLike,
    *,
    prime: bool = False,
    include: ArrayLike | None = None,
    screen: bool = True,
) -> ProportionChart:
    """Draw a u chart (or u′ with `prime`) of x occurrences per n units of exposure; x may exceed n."""
    numerator = as_counts("x", as_vector("x", x, allow_missing=True), allow_missing=True)
    denominator = as_counts("n", as_vector("n", n))
    same_length(x=numerator, n=denominator)
    refuse(
        "x", numerator, (denominator == 0) & (numerator > 0), "must be 0 where nothing was exposed (n = 0)"
    )
    return _chart(numerator, denominator, np.inf, prime=prime, include=include, screen=screen)


def _chart(
    x: FloatArray, n: FloatArray, ceiling: float, *, prime: bool, include: ArrayLike | None, screen: bool
) -> ProportionChart:
    known = (n > 0) & ~np.isnan(x)
    included = np.ones(x.size, dtype=bool) if include is None else as_mask("include", include, x.size)
    baseline = known & included
    if not baseline.any():
        raise ValueError("the baseline has no included period with n > 0: no centre line can be drawn")
    centre = float(x[baseline].sum() / n[baseline].sum())
    rate = np.divide(x, n, out=np.full(x.shape, np.nan), where=known)
    variance = centre * (1.0 - centre) if np.isfinite(ceiling) else centre
    sigma = np.sqrt(np.divide(variance, n, out=np.full(n.shape, np.nan), where=n > 0))
    sigma_z = 1.0 if not prime else _laney_sigma(rate[included], centre, sigma[included], screen)
    spread = sigma * sigma_z
    if variance <= 0.0 or sigma_z == 0.0:
        spread = np.full(x.shape, np.nan)
    lower, upper = _limits(centre, spread, CONTROL_SIGMAS, ceiling)
    lower_warning, upper_warning = _limits(centre, spread, WARNING_SIGMAS, ceiling)
    return ProportionChart(
        centre=centre,
        sigma_z=sigma_z,
        rate=rate,
        lower=lower,
        upper=upper,
        lower_warning=lower_warning,
        upper_warning=upper_warning,
        outside=(rate > upper) | (rate < lower),
    )


def _limits(
    centre: float, spread: FloatArray, sigmas: float, ceiling: float
) -> tuple[FloatArray, FloatArray]:
    lower = np.maximum(centre - sigmas * spread, 0.0)
    upper = np.minimum(centre + sigmas * spread, ceiling)
    return lower, upper


def _laney_sigma(rate: FloatArray, centre: float, sigma: FloatArray, screen: bool) -> float:
    """Estimate sigma_z from the steps between neighbouring included points; NaN when no step is usable."""
    z = np.divide(rate - centre, sigma, out=np.full(rate.shape, np.nan), where=sigma > 0)
    steps = np.abs(np.diff(z))
    steps = steps[~np.isnan(steps)]
    if screen and steps.size:
        steps = steps[steps < SCREENING_FACTOR * steps.mean()]
    return float(steps.mean() / MEAN_STEP_OF_UNIT_NORMAL) if steps.size else float("nan")
