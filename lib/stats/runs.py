"""Anhøj runs rules: too long a run, or too few crossings of the centre line.

- `runs_analysis(values, centre) -> RunsAnalysis`
- `longest_run_limit(n)`, `crossings_limit(n)`: the two limits for n useful points

Useful points are those that are present and off the centre line. Signal: longest run > round(log2 n) + 3,
or crossings < the 5 % quantile of Binomial(n - 1, 1/2). Source: Anhøj & Olesen 2014 (doi
10.1371/journal.pone.0113825), Anhøj & Wentzel-Larsen 2018; values as in the R package qicharts2.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import binom

from lib.stats.validation import FloatArray, as_numbers, as_vector, refuse

ENOUGH_POINTS = 10
ON_THE_LINE = 1e-12


@dataclass(frozen=True, kw_only=True)
class RunsAnalysis:
    """Counts of one series. With no useful point at all the limits and the signal are None (nothing to
    judge).
    """

    n_observed: int
    n_useful: int
    longest_run: int
    longest_run_max: int | None
    crossings: int
    crossings_min: int | None
    signal: bool | None

    @property
    def too_few(self) -> bool:
        """True below 10 useful points: the rules say little and the page must say so."""
        return self.n_useful < ENOUGH_POINTS


def longest_run_limit(n: int) -> int:
    """Give the longest run still expected by chance among n useful points (n >= 1)."""
    return round(math.log2(_check_useful(n))) + 3


def crossings_limit(n: int) -> int:
    """Give the fewest crossings still expected by chance among n useful points (n >= 1)."""
    return int(binom.ppf(0.05, n - 1, 0.5)) if _check_useful(n) > 1 else 0


def side_of_centre(values: FloatArray, centre: FloatArray) -> FloatArray:
    """Give +1 above, -1 below, 0 on the centre line, NaN where missing; rounding noise counts as on the
    line.
    """
    distance = values - centre
    noise = ON_THE_LINE * np.maximum(np.abs(values), np.abs(centre))
    return np.where(np.abs(distance) <= noise, 0.0, np.sign(distance))


def runs_analysis(values: ArrayLike, centre: ArrayLike) -> RunsAnalysis:
    """Judge a series (in time order, NaN = missing) against its centre line (one number or one per point).

    Raises ValueError for an empty series, a missing centre or different lengths.
    """
    series = as_vector("values", values, allow_missing=True)
    line = as_numbers("centre", centre)
    refuse("centre", line, np.isnan(line), "must not be missing")
    if line.ndim and line.shape != series.shape:
        raise ValueError(f"lengths differ: values {series.shape}, centre {line.shape}")
    sides = side_of_centre(series, np.broadcast_to(line, series.shape))
    useful = sides[~np.isnan(sides) & (sides != 0)]
    changes = np.flatnonzero(np.diff(useful))
    edges = np.concatenate(([-1], changes, [useful.size - 1]))
    n, longest, crossings = useful.size, int(np.diff(edges).max(initial=0)), int(changes.size)
    longest_max = longest_run_limit(n) if n else None
    crossings_min = crossings_limit(n) if n else None
    signal = None
    if longest_max is not None and crossings_min is not None:
        signal = longest > longest_max or crossings < crossings_min
    return RunsAnalysis(
        n_observed=series.size,
        n_useful=n,
        longest_run=longest,
        longest_run_max=longest_max,
        crossings=crossings,
        crossings_min=crossings_min,
        signal=signal,
    )


def _check_useful(n: int) -> int:
    if n != int(n) or n < 1:
        raise ValueError(f"n must be a whole number of useful points, at least 1, got {n!r}")
    return int(n)
