"""Over-dispersion of a funnel: units differ for more reasons than chance.

- `overdispersion(numerator, denominator, kind="proportion", trim=0.1) -> Overdispersion`
- `overdispersed_limits(result, grid, confidence, clip=True) -> (lower, upper)`
- `overdispersion_flags(result) -> labels`

Each unit gets z = (Y - t)/s on a transformed scale; the extremes are winsorised (truncated for the log
kind), phi = Σz²/k, and tau² is the additive between-unit variance; 0 when k·phi < k - 1. Kinds:

| kind | numerator / denominator | Y | t | s | back |
|---|---|---|---|---|---|
| proportion | x / n | asin √(x/n) | asin √(Σx/Σn) | 1/(2√n) | sin² |
| ratio_square_root (CQC; the one to use) | O / E | √(O/E) | 1 | 1/(2√E) | square |
| ratio_log (SHMI) | O / E | log(O/E) | 0 | 1/√E | exp |

The log kind refuses O = 0 (SHMI never has it; here it is common). A limit too large for a number
is NaN. Units with denominator 0 have NaN z and
do not count. Sources: Spiegelhalter 2005; Spiegelhalter et al. 2012; NHS SHMI method; values as in
FunnelPlotR 0.6.0, except that ratio_square_root limits are squared back (its issue 33).
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import norm, rankdata

from lib.stats.validation import (
    FloatArray,
    TextArray,
    as_counts,
    as_proportion_counts,
    as_vector,
    check_confidence,
    refuse,
    same_length,
)

Kind = Literal["proportion", "ratio_square_root", "ratio_log"]
KINDS = ("proportion", "ratio_square_root", "ratio_log")


@dataclass(frozen=True, kw_only=True, eq=False)
class Overdispersion:
    """phi (1 = chance alone; above 2 use adjusted limits and say so), tau² on the transformed scale,
    target, z per unit.

    `z` is against chance alone, `z_adjusted` against √(s² + tau²).
    """

    kind: Kind
    phi: float
    tau2: float
    target: float
    z: FloatArray
    z_adjusted: FloatArray


def overdispersion(
    numerator: ArrayLike, denominator: ArrayLike, kind: Kind = "proportion", trim: float = 0.1
) -> Overdispersion:
    """Estimate phi and tau² over units; raises ValueError for impossible counts, trim outside [0, 0.5) or
    no unit.
    """
    if kind not in KINDS:
        raise ValueError(f"kind must be one of {KINDS}, got {kind!r}")
    if not 0.0 <= trim < 0.5:
        raise ValueError(f"trim must lie in [0, 0.5), got {trim!r}")
    counts, base = _checked(numerator, denominator, kind)
    known = base > 0
    if not known.any():
        raise ValueError("no unit has a denominator above 0")
    y, s = np.full(base.shape, np.nan), np.full(base.shape, np.nan)
    target = float(counts[known].sum() / base[known].sum()) if kind == "proportion" else 1.0
    y[known] = forward(counts[known] / base[known], kind)
    s[known] = spread(base[known], kind)
    distance = y - float(forward(np.array(target), kind))
    z = distance / s
    used, kept = _trimmed(z[known], kind, trim)
    phi, tau2 = _moments(used, s[known][kept])
    return Overdispersion(
        kind=kind, phi=phi, tau2=tau2, target=target, z=z, z_adjusted=distance / np.sqrt(s**2 + tau2)
    )


def overdispersed_limits(
    result: Overdispersion, grid: ArrayLike, confidence: float = 0.95, *, clip: bool = True
) -> tuple[FloatArray, FloatArray]:
    """Give limits to draw over a grid of n (or E) > 0. `clip=False` leaves the sine or square to fold back
    below 0.
    """
    base = as_counts("grid", grid)
    refuse("grid", base, base == 0, "must be greater than 0")
    reach = norm.ppf(0.5 + check_confidence(confidence) / 2.0) * np.sqrt(
        spread(base, result.kind) ** 2 + result.tau2
    )
    centre = float(forward(np.array(result.target), result.kind))
    lower, upper = centre - reach, centre + reach
    if clip and result.kind != "ratio_log":
        lower = np.maximum(lower, 0.0)
    if clip and result.kind == "proportion":
        upper = np.minimum(upper, np.pi / 2.0)
    return _back(lower, result.kind), _back(upper, result.kind)


def overdispersion_flags(result: Overdispersion) -> TextArray:
    """Label each unit against the adjusted limits, with the labels of the exact rule."""
    z = result.z_adjusted
    inner, outer = norm.ppf(0.975), norm.ppf(0.999)
    return np.select(
        [np.isnan(z), z > outer, z < -outer, z > inner, z < -inner],
        ["No data", "High (0.001)", "Low (0.001)", "High (0.025)", "Low (0.025)"],
        "Not significant",
    )


def forward(ratio: FloatArray, kind: Kind) -> FloatArray:
    """Transform a proportion or O/E to the scale on which its standard error does not depend on it."""
    if kind == "proportion":
        return np.arcsin(np.sqrt(ratio))
    return np.sqrt(ratio) if kind == "ratio_square_root" else np.log(ratio)


def spread(base: FloatArray, kind: Kind) -> FloatArray:
    """Give the standard error on the transformed scale."""
    return 1.0 / np.sqrt(base) if kind == "ratio_log" else 0.5 / np.sqrt(base)


def _back(value: FloatArray, kind: Kind) -> FloatArray:
    if kind == "proportion":
        return np.sin(value) ** 2
    if kind == "ratio_square_root":
        return value**2
    with np.errstate(over="ignore"):
        ratio = np.exp(value)
    return np.where(np.isinf(ratio), np.nan, ratio)


def _checked(numerator: ArrayLike, denominator: ArrayLike, kind: Kind) -> tuple[FloatArray, FloatArray]:
    counts = as_counts("numerator", as_vector("numerator", numerator))
    base = as_counts("denominator", as_vector("denominator", denominator))
    same_length(numerator=counts, denominator=base)
    if kind == "proportion":
        as_proportion_counts(counts, base)
        return counts, base
    refuse("numerator", counts, (base == 0) & (counts > 0), "must be 0 where nothing is expected")
    if kind == "ratio_log":
        zero = (counts == 0) & (base > 0)
        refuse("numerator", counts, zero, "must not be 0 for ratio_log (no logarithm); use ratio_square_root")
    return counts, base


def _trimmed(z: FloatArray, kind: Kind, trim: float) -> tuple[FloatArray, np.ndarray]:
    """Winsorise (pull in) the outer z on each end; the log kind truncates (drops) them instead."""
    if kind != "ratio_log" or trim == 0.0:
        lowest, highest = np.quantile(z, [trim, 1.0 - trim])
        return np.clip(z, lowest, highest), np.ones(z.size, dtype=bool)
    groups = 1.0 / trim
    band = np.floor(rankdata(z) * groups / (z.size + 1))
    kept = (band > 0) & (band < groups - 1)
    return z[kept], kept


def _moments(z: FloatArray, s: FloatArray) -> tuple[float, float]:
    k = z.size
    if k == 0:
        raise ValueError("no unit is left after trimming: too few units to judge over-dispersion")
    phi = float((z**2).sum() / k)
    weight = 1.0 / s**2
    room = float(weight.sum() - (weight**2).sum() / weight.sum())
    if k * phi < k - 1 or room <= 0.0:
        return phi, 0.0
    return phi, max(0.0, (k * phi - (k - 1)) / room)
