"""Districts whose comparison turns round once like is compared with like (Simpson's reversal).

A district is on one side of the pooled rate and on the other side of what its own mix leads to expect. Where samples
are few that happens by chance all the time, so it is told only where both differences are beyond chance, or where the
district is on that other side in every stratum that can be compared.
"""

import numpy as np
import pandas as pd

from lib.metrics.analyses.judgement import numbers

#: Digits to which differences count: sums of many strata leave noise in the last ones.
_DIGITS = 9


def reversals(points: pd.DataFrame, strata: pd.DataFrame, baseline: float) -> pd.DataFrame:
    """The rows of `points` (code, value, lower, upper, small, ratio, ratio_lower, ratio_upper) that turn round.

    `strata`: code, numerator, denominator, reference_rate of every district × category × stage.
    """
    rows = points[~points["small"].astype(bool)]
    crude = np.sign((numbers(rows["value"]) - baseline).round(_DIGITS))
    side = np.sign((numbers(rows["ratio"]) - 1.0).round(_DIGITS))
    is_crude_plain = (numbers(rows["lower"]) > baseline) | (numbers(rows["upper"]) < baseline)
    is_ratio_plain = (numbers(rows["ratio_lower"]) > 1.0) | (numbers(rows["ratio_upper"]) < 1.0)
    turns = [
        turned and (plain or _is_everywhere(comparable_strata(strata, code), sign))
        for code, sign, turned, plain in zip(
            rows["code"], side, crude * side < 0, is_crude_plain & is_ratio_plain, strict=True
        )
    ]
    return rows[np.array(turns, dtype=bool)]


def comparable_strata(strata: pd.DataFrame, code: str) -> pd.DataFrame:
    """The strata of one district that others tested too and where somebody failed, most tests first; with `rate`."""
    own = strata[(strata["code"] == code) & (strata["denominator"] > 0)]
    reference = numbers(own["reference_rate"])
    all_tests = strata.groupby(["category", "stage"], dropna=False)["denominator"].transform("sum")
    shared = (all_tests.loc[own.index] > own["denominator"]).to_numpy() & (reference > 0)
    kept = own[shared]
    rate = numbers(kept["numerator"]) / numbers(kept["denominator"])
    return kept.assign(rate=rate).sort_values("denominator", ascending=False, kind="stable")


def _is_everywhere(own: pd.DataFrame, sign: float) -> bool:
    away = np.sign((numbers(own["rate"]) - numbers(own["reference_rate"])).round(_DIGITS))
    return len(own) > 1 and bool((away == sign).all())
