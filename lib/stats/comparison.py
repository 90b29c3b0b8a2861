"""Two units compared stratum by stratum, and the notice when the crude comparison turns round (Simpson's
paradox).

- `standardised_comparison(x1, n1, x2, n2) -> Comparison` (vectors over the same strata, e.g. category ×
  stage)

The standardised difference weights the difference in each stratum by both units' tests there together; only
strata both units tested count. `reversed_by_mix` is true when crude and standardised differences have
opposite signs: the page must then print a notice with the strata. A stratum one unit never tested cannot be
compared and is counted.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from lib.stats.validation import FloatArray, as_proportion_counts, as_vector, same_length


@dataclass(frozen=True, kw_only=True, eq=False)
class Comparison:
    """Differences first - second as proportions; NaN per stratum that either unit did not test."""

    crude_difference: float | None
    standardised_difference: float | None
    stratum_difference: FloatArray
    strata_used: int
    strata_left_out: int
    reversed_by_mix: bool


def standardised_comparison(x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike) -> Comparison:
    """Compare two units' rates over common strata; None where nothing can be compared."""
    named = {"x1": x1, "n1": n1, "x2": x2, "n2": n2}
    a, m, b, k = (as_vector(name, values) for name, values in named.items())
    same_length(x1=a, n1=m, x2=b, n2=k)
    as_proportion_counts(a, m)
    as_proportion_counts(b, k)
    common = (m > 0) & (k > 0)
    difference = np.full(a.shape, np.nan)
    difference[common] = a[common] / m[common] - b[common] / k[common]
    crude = float(a.sum() / m.sum() - b.sum() / k.sum()) if m.sum() > 0 and k.sum() > 0 else None
    weight = (m + k)[common]
    standardised = float((weight * difference[common]).sum() / weight.sum()) if common.any() else None
    return Comparison(
        crude_difference=crude,
        standardised_difference=standardised,
        stratum_difference=difference,
        strata_used=int(common.sum()),
        strata_left_out=int(((m > 0) ^ (k > 0)).sum()),
        reversed_by_mix=crude is not None and standardised is not None and crude * standardised < 0,
    )
