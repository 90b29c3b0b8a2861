"""Rank intervals: which places a unit may really hold.

- `rank_interval(x, n, *, coverage=0.95, draws=20000, seed=20251031, highest_first=True) -> RankInterval`
  simple: draws from Beta(x + 1/2, n - x + 1/2), each draw ranked, quantiles of the ranks
- `rank_confidence_set(estimate, se, *, simultaneous=False, ...) -> RankInterval`
  marginal or simultaneous sets by pairwise tests with step-down (method of the R package csranks)
- `count_rank_interval(counts, *, coverage=0.95, correction="Bonferroni", simultaneous=True) -> RankInterval`
  exact for counts of one whole (failing items)
- `smoothed_rate(x, n) -> (estimate, se)`: (x + 2)/(n + 4) and its standard error, so that x = 0 works in
  the sets

Rank 1 is the largest (or the smallest with `highest_first=False`); ties share the better place. The same
seed gives the same interval. Sources: Goldstein & Spiegelhalter 1996; Mogstad, Romano, Shaikh & Wilhelm
2024 (doi 10.1093/restud/rdad006).
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import binom, rankdata

from lib.stats.validation import (
    BoolArray,
    FloatArray,
    as_counts,
    as_proportion_counts,
    as_vector,
    as_whole_counts,
    check_confidence,
    refuse,
    same_length,
)

Correction = Literal["Bonferroni", "Holm", "none"]
DRAWS = 20_000
SEED = 20_251_031
CHUNK = 1_000


@dataclass(frozen=True, kw_only=True, eq=False)
class RankInterval:
    """Place and lowest/highest plausible place per unit, as floats; NaN for a unit without data."""

    rank: FloatArray
    lower: FloatArray
    upper: FloatArray


def rank_interval(
    x: ArrayLike,
    n: ArrayLike,
    *,
    coverage: float = 0.95,
    draws: int = DRAWS,
    seed: int = SEED,
    highest_first: bool = True,
) -> RankInterval:
    """Give rank intervals of rates x/n; units with n = 0 take no place (NaN) and do not push others down."""
    failures, tested = as_vector("x", x), as_vector("n", n)
    same_length(x=failures, n=tested)
    failures, tested = as_proportion_counts(failures, tested)
    tail, known = (1.0 - check_confidence(coverage)) / 2.0, tested > 0
    _check_draws(draws)
    rank, lower, upper = (np.full(tested.shape, np.nan) for _ in range(3))
    if known.any():
        a, b = failures[known] + 0.5, tested[known] - failures[known] + 0.5
        sign = -1.0 if highest_first else 1.0
        simulated = np.random.default_rng(seed).beta(a, b, size=(draws, a.size))
        places = rankdata(sign * simulated, axis=1, method="min")
        lower[known], upper[known] = np.quantile(places, [tail, 1.0 - tail], axis=0, method="inverted_cdf")
        rank[known] = rankdata(sign * failures[known] / tested[known], method="min")
    return RankInterval(rank=rank, lower=lower, upper=upper)


def rank_confidence_set(
    estimate: ArrayLike,
    se: ArrayLike,
    *,
    simultaneous: bool = False,
    coverage: float = 0.95,
    draws: int = DRAWS,
    seed: int = SEED,
    highest_first: bool = True,
) -> RankInterval:
    """Give confidence sets for ranks of independent normal estimates.

    Marginal sets cover each unit's rank with the stated probability, simultaneous ones all ranks together.
    Standard errors must be greater than 0.
    """
    value, error = as_vector("estimate", estimate), as_vector("se", se)
    same_length(estimate=value, se=error)
    refuse("se", error, error <= 0, "must be greater than 0")
    check_confidence(coverage)
    _check_draws(draws)
    value = value if highest_first else -value
    noise = np.random.default_rng(seed).standard_normal((draws, value.size)) * error
    if simultaneous or value.size == 1:
        above = _significantly_above(value, error, noise, coverage, None)
        lower, upper = 1.0 + above.sum(axis=0), value.size - above.sum(axis=1)
    else:
        sets = [_significantly_above(value, error, noise, coverage, unit) for unit in range(value.size)]
        lower = np.array([1.0 + above[:, unit].sum() for unit, above in enumerate(sets)])
        upper = np.array([value.size - above[unit].sum() for unit, above in enumerate(sets)])
    return RankInterval(
        rank=rankdata(-value, method="min").astype(float),
        lower=lower.astype(float),
        upper=upper.astype(float),
    )


def count_rank_interval(
    counts: ArrayLike,
    *,
    coverage: float = 0.95,
    correction: Correction = "Bonferroni",
    simultaneous: bool = True,
) -> RankInterval:
    """Give rank sets of counts that share one whole, by exact pairwise binomial tests of a half; largest
    first.
    """
    count = as_whole_counts("counts", as_vector("counts", counts))
    if correction not in ("Bonferroni", "Holm", "none"):
        raise ValueError(f"correction must be Bonferroni, Holm or none, got {correction!r}")
    check_confidence(coverage)
    size = count.size
    p_values = binom.sf(count[:, None] - 1, count[:, None] + count[None, :], 0.5)
    if simultaneous or size == 1:
        above = _rejected(p_values, ~np.eye(size, dtype=bool), coverage, correction)
        lower, upper = 1.0 + above.sum(axis=0), size - above.sum(axis=1)
    else:
        sets = [_rejected(p_values, _pairs_of(unit, size), coverage, correction) for unit in range(size)]
        lower = np.array([1.0 + above[:, unit].sum() for unit, above in enumerate(sets)])
        upper = np.array([size - above[unit].sum() for unit, above in enumerate(sets)])
    return RankInterval(
        rank=rankdata(-count, method="min").astype(float),
        lower=lower.astype(float),
        upper=upper.astype(float),
    )


def smoothed_rate(x: ArrayLike, n: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Give (x + 2)/(n + 4) and its standard error, the inputs the confidence sets want for rates near 0."""
    failures, tested = as_proportion_counts(as_counts("x", x), n)
    rate = (failures + 2.0) / (tested + 4.0)
    return rate, np.sqrt(rate * (1.0 - rate) / (tested + 4.0))


def _significantly_above(
    value: FloatArray, error: FloatArray, noise: FloatArray, coverage: float, unit: int | None
) -> BoolArray:
    """Give the matrix "row is above column": pairs rejected step by step, the critical value recomputed
    each time.
    """
    size = value.size
    rows, columns = np.nonzero(~np.eye(size, dtype=bool) if unit is None else _pairs_of(unit, size))
    scale = np.sqrt(error[rows] ** 2 + error[columns] ** 2)
    statistic = (value[rows] - value[columns]) / scale
    open_pairs, above = np.ones(rows.size, dtype=bool), np.zeros((size, size), dtype=bool)
    while open_pairs.any():
        critical = _critical_value(noise, rows[open_pairs], columns[open_pairs], scale[open_pairs], coverage)
        rejected = open_pairs & (statistic > critical)
        if not rejected.any():
            break
        above[rows[rejected], columns[rejected]] = True
        open_pairs &= ~rejected
    return above


def _critical_value(
    noise: FloatArray, rows: np.ndarray, columns: np.ndarray, scale: FloatArray, coverage: float
) -> float:
    """Give the quantile of the largest simulated scaled difference, in chunks so that memory stays small."""
    largest = [
        ((part[:, rows] - part[:, columns]) / scale).max(axis=1)
        for part in np.array_split(noise, max(1, noise.shape[0] // CHUNK))
    ]
    return float(np.quantile(np.concatenate(largest), coverage))


def _rejected(p_values: FloatArray, pairs: BoolArray, coverage: float, correction: Correction) -> BoolArray:
    alpha = 1.0 - coverage
    above = np.zeros(p_values.shape, dtype=bool)
    order = np.argsort(p_values[pairs], kind="stable")
    count = order.size
    levels = {
        "Bonferroni": np.full(count, alpha / max(count, 1)),
        "Holm": alpha / np.arange(count, 0, -1),
        "none": np.full(count, alpha),
    }[correction]
    passed = p_values[pairs][order] <= levels
    if correction == "Holm":
        passed = np.logical_and.accumulate(passed)
    decisions = np.zeros(count, dtype=bool)
    decisions[order] = passed
    above[pairs] = decisions
    return above


def _pairs_of(unit: int, size: int) -> BoolArray:
    pairs = np.zeros((size, size), dtype=bool)
    pairs[unit, :] = pairs[:, unit] = True
    pairs[unit, unit] = False
    return pairs


def _check_draws(draws: int) -> None:
    if draws < 100:
        raise ValueError(f"draws must be at least 100 to give a 95 % interval, got {draws!r}")
