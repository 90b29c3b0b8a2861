"""Adjusting for over-dispersion only takes marks away."""

import numpy as np
import pytest
from scipy.stats import binom

from lib.metrics.analyses.judgement import adjusted_labels, flag_names
from lib.stats.dispersion import overdispersion
from lib.stats.funnel import exact_flags

# 139 batches without a failure among others whose rates differ widely: the arcsine scale is skew near 0.
FAILED = np.array([0, 90, 0, 60, 12, 2, 80, 0, 5, 40])
TESTED = np.array([139, 1000, 900, 900, 700, 900, 1200, 700, 1100, 1200])


def test_a_group_that_chance_explains_is_not_marked_by_the_wider_limits() -> None:
    spread = overdispersion(FAILED, TESTED, "proportion")
    pooled = FAILED.sum() / TESTED.sum()
    assert spread.phi > 2
    exact = exact_flags(FAILED, TESTED)
    flags = flag_names(adjusted_labels(spread, exact), np.zeros(FAILED.size, dtype=bool))
    low, high = binom.cdf(FAILED, TESTED, pooled), binom.sf(FAILED - 1, TESTED, pooled)
    for flag, below, above in zip(flags, low, high, strict=True):
        tail = {"low": below, "high": above}.get(flag.split("_")[0], 0.0)
        assert tail < 0.025, "a mark needs the exact tail as well"


@pytest.mark.parametrize(
    ("z", "exact", "expected"),
    [
        (-2.2, "Not significant", ""),
        (-2.2, "Low (0.001)", "low_95"),
        (-3.5, "Low (0.025)", "low_95"),
        (-3.5, "Low (0.001)", "low_998"),
        (2.5, "High (0.001)", "high_95"),
        (1.5, "High (0.001)", ""),
        (2.5, "Low (0.025)", ""),
    ],
)
def test_the_milder_of_both_verdicts_stands(z: float, exact: str, expected: str) -> None:
    spread = overdispersion(FAILED, TESTED, "proportion")
    object.__setattr__(spread, "z_adjusted", np.array([z]))
    assert flag_names(adjusted_labels(spread, np.array([exact])), np.array([False])) == [expected]
